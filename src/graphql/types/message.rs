//! Mails: where they stand and what became of every attempt to hand them over.

use async_graphql::{Enum, ID, InputObject, Object, Result, SimpleObject};

use super::registration::Registration;
use crate::{
    app::outbox,
    domain::{ids::MessageId, message::Recipient},
    graphql::{
        connection::Listed,
        global_id::{global_id, id_in},
        loaders::AttemptsOf,
        request::scope,
        scalars::DateTime,
    },
};

/// What a mail is; one value per mail that can be sent.
#[derive(Debug, Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "crate::domain::message::MessageKind")]
pub enum MessageKind {
    /// Asks somebody who registered to press the button that verifies the address.
    ConfirmRegistration,
    /// Tells that the registration holds a place.
    RegistrationReceived,
    /// Repeats where a registration stands, to somebody who registered again.
    RegistrationState,
    /// Tells that a registration ended because its time was over.
    RegistrationExpired,
    /// Tells the position in the waiting list.
    WaitingListJoined,
    /// Offers a freed place.
    PlaceOffered,
    /// Tells that an offer ended unanswered.
    PlaceOfferExpired,
    /// Confirms a withdrawal.
    RegistrationWithdrawn,
    /// Brings a new personal link to somebody who asked for it.
    PersonalLink,
    /// Brings a member of the team the personal link.
    TeamWelcome,
    /// Warns the organisers that too few people count.
    BelowMinimum,
    /// Asks the organisers to decide.
    DecisionRequested,
    /// Tells the organisers what was decided.
    DecisionReport,
    /// Tells that people can register longer, or again.
    DeadlineExtended,
    /// Tells a participant that the programme goes ahead.
    ProgrammeGoesAhead,
    /// Tells that the programme does not go ahead, or no longer.
    ProgrammeCancelled,
    /// Asks a participant for a learning wish.
    LearningWishRequest,
    /// Tells what changed about learning wishes that somebody follows.
    LearningWishDigest,
    /// Reminds facilitators of an agenda that is not final.
    AgendaMissing,
    /// Brings the final agenda of a meeting.
    Agenda,
    /// Brings the facilitators what a participant asks.
    FacilitatorsAsked,
    /// Asks participants for a venue.
    VenueRequest,
    /// Tells somebody to host a meeting, and what to see to.
    HostAssigned,
    /// Tells somebody that another hosts the meeting now.
    HostReleased,
    /// Asks a host for what is not known about the venue.
    HostReminder,
    /// Warns the organisers that a meeting has no host.
    HostMissing,
    /// Tells when and where a meeting is, with an entry for the calendar.
    MeetingInformation,
    /// Tells that the time or place of a meeting changed, and updates the entry.
    MeetingChanged,
    /// Asks a participant for a harvest.
    HarvestRequest,
    /// Reminds a participant of the harvest that is due.
    HarvestReminder,
    /// Tells those who run and guide a programme that a harvest was handed in.
    HarvestSubmitted,
    /// Brings a harvest back to its author.
    HarvestReturned,
    /// Tells its author that a harvest was accepted.
    HarvestAccepted,
    /// Tells its author when a harvest is presented.
    HarvestScheduled,
    /// Invites a guest to the showcase.
    ShowcaseInvitation,
    /// Tells a guest that there is a place, with an entry for the calendar.
    ShowcasePlace,
    /// Reminds a guest who has not answered.
    ShowcaseReminder,
    /// Tells a guest who comes how to get to the showcase.
    ShowcaseDirections,
    /// Tells a guest that the time or place of the showcase changed, and updates the entry.
    ShowcaseChanged,
    /// Tells a guest that the invitation no longer holds, and takes the entry out.
    ShowcaseCancelled,
    /// Brings what an organiser writes.
    Announcement,
    /// Tells the organisers that somebody's address refuses mail.
    AddressRefused,
    /// Thanks everyone when the programme is over.
    ProgrammeCompleted,
    /// Brings a question that somebody asked on the public page.
    QuestionAsked,
}

/// Where a mail stands.
#[derive(Debug, Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "crate::domain::message::MessageStatus")]
pub enum MessageStatus {
    /// Waits for its moment or for the relay.
    Queued,
    /// A server is handing it over.
    Sending,
    /// The relay took it.
    Sent,
    /// It cannot be made or delivered; the reason says why.
    Failed,
    /// No verdict came after the whole mail was handed over, and it is not sent again unasked: it may have arrived.
    Unknown,
    /// Kept back until released.
    Held,
    /// Its use was over before it could go.
    Expired,
    /// Somebody called it back.
    Cancelled,
    /// The address refused mail before.
    Suppressed,
    /// It came back.
    Bounced,
}

/// How one attempt to hand a mail over ended.
#[derive(Debug, Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "crate::domain::delivery::AttemptOutcome")]
pub enum AttemptOutcome {
    /// The relay took the mail.
    Accepted,
    /// The relay said "not now" to this mail; it is tried again.
    Deferred,
    /// The relay said "never" to this mail.
    Refused,
    /// The relay could not be used, whatever the mail; nothing was handed over.
    RelayFailed,
    /// The whole mail was handed over and no verdict came: the relay may have taken it.
    Ambiguous,
}

/// One attempt to hand a mail over that has ended.
#[derive(Debug, SimpleObject)]
pub struct DeliveryAttempt {
    /// From 1. A number that is not there belongs to an attempt under way.
    number: u32,
    /// When it began.
    started_at: DateTime,
    /// How it ended.
    outcome: AttemptOutcome,
    /// The step of the SMTP conversation at which it ended, such as `RCPT`; null when nothing was sent.
    verb: Option<String>,
    /// The relay's reply code; null when no reply decided.
    code: Option<u16>,
    /// What the relay said, or what went wrong, in one line.
    text: Option<String>,
}

impl DeliveryAttempt {
    fn ended(attempt: outbox::Attempt) -> Option<Self> {
        Some(Self {
            number: attempt.number,
            started_at: attempt.started_at.into(),
            outcome: attempt.outcome?.into(),
            verb: attempt.verb.map(|verb| verb.word().to_owned()),
            code: attempt.code,
            text: attempt.text,
        })
    }
}

/// A mail.
#[derive(Debug, Clone)]
pub struct Message(pub outbox::Message);

impl Listed for Message {
    const NAME: &'static str = "Message";
    type Key = MessageId;

    fn key(&self) -> MessageId {
        self.0.id
    }
}

/// A mail to one person. Its text never changes; what changes is where it stands.
#[Object]
impl Message {
    /// Its id.
    pub async fn id(&self) -> ID {
        global_id(self.0.id)
    }

    /// What it is.
    async fn kind(&self) -> MessageKind {
        self.0.kind.into()
    }

    /// The one address that it goes to.
    async fn recipient(&self) -> &str {
        &self.0.address
    }

    /// Its subject.
    async fn subject(&self) -> Option<&str> {
        Some(&self.0.subject)
    }

    /// Where it stands.
    async fn status(&self) -> MessageStatus {
        self.0.status.into()
    }

    /// Why it stands there, where that is a question.
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }

    /// When what it tells happened.
    async fn caused_at(&self) -> DateTime {
        self.0.caused_at.into()
    }

    /// When it was due; it goes out at the first opportunity from then on.
    async fn due_at(&self) -> DateTime {
        self.0.due_at.into()
    }

    /// When the relay took it.
    async fn sent_at(&self) -> Option<DateTime> {
        self.0.sent_at.map(DateTime)
    }

    /// The Message-ID of its header, without angle brackets: what to search for in the logs of mail servers.
    async fn message_id(&self) -> &str {
        &self.0.message_id_header
    }

    /// The attempts to hand it over that have ended, in order.
    async fn attempts(&self, ctx: &async_graphql::Context<'_>) -> Result<Vec<DeliveryAttempt>> {
        let attempts = scope(ctx)?.load(AttemptsOf(self.0.id)).await?.unwrap_or_default();
        Ok(attempts.into_iter().filter_map(DeliveryAttempt::ended).collect())
    }

    /// The registration of the person it goes to; null when it goes to a member of the team or a guest.
    async fn registration(&self, ctx: &async_graphql::Context<'_>) -> Option<Result<Registration>> {
        let Recipient::Registration(id) = self.0.recipient else {
            return None;
        };
        Registration::load(ctx, id).await.transpose()
    }
}

/// Which mails are asked for; what is left out does not matter.
#[derive(Debug, InputObject)]
pub struct MessageFilter {
    /// Of one of these kinds.
    kind: Option<Vec<MessageKind>>,
    /// In one of these statuses.
    status: Option<Vec<MessageStatus>>,
    /// Of this programme.
    programme_id: Option<ID>,
    /// To the person behind this registration.
    registration_id: Option<ID>,
    /// To this address, without regard to case.
    recipient: Option<String>,
}

impl From<MessageFilter> for outbox::Wanted {
    fn from(filter: MessageFilter) -> Self {
        Self {
            kinds: filter.kind.unwrap_or_default().into_iter().map(Into::into).collect(),
            statuses: filter.status.unwrap_or_default().into_iter().map(Into::into).collect(),
            programme: filter.programme_id.as_ref().map(id_in),
            registration: filter.registration_id.as_ref().map(id_in),
            recipient: filter.recipient,
        }
    }
}
