//! What people do, carried out by the intents of the application.

mod guests;
mod harvest;
mod hosting;
mod sharing;

use chrono::NaiveDate;

pub(super) use self::{guests::GuestDeed, harvest::HarvestDeed, hosting::HostingDeed, sharing::SharingDeed};

use crate::{
    app::{
        App, AppError, Caller, Repeatable, fields::PersonFields, planning::Confirmation, registering::Receipt,
        registering::RegistrationView,
    },
    domain::{decision::DecisionOutcome, formats, ids::ProgrammeId, message::Locale},
};

/// What somebody does.
#[derive(Debug, Clone)]
pub(super) enum Deed {
    /// Fills the form in.
    Register(Box<PersonFields>),
    /// Fills it in again, having forgotten.
    RegisterAgain(Box<PersonFields>),
    /// Presses the button behind the link.
    Verify,
    /// Takes the place that is offered.
    Accept,
    /// Leaves it to the next.
    Decline,
    /// Leaves.
    Withdraw,
    /// Has lost the mail.
    AskForLink(String),
    /// Comes back after a no-go.
    RegisterAnew,
    /// Offers a venue, or hosts.
    Host(HostingDeed),
    /// Shares with the others.
    Share(SharingDeed),
    /// Brings a harvest in, or judges one.
    Bring(HarvestDeed),
    /// Invites, or answers an invitation.
    Invite(GuestDeed),
    /// An organiser chooses, after a look at what that brings.
    Decide {
        /// Go or no-go.
        outcome: DecisionOutcome,
    },
    /// An organiser gives people longer.
    Extend {
        /// Up to and including this day.
        until: NaiveDate,
    },
}

impl Deed {
    /// What is done, in words that follow a name.
    pub(super) fn words(&self) -> String {
        match self {
            Self::Register(_) => "registers".to_owned(),
            Self::RegisterAgain(_) => "registers again".to_owned(),
            Self::Verify => "presses the button to verify".to_owned(),
            Self::Accept => "accepts the offered place".to_owned(),
            Self::Decline => "declines the offered place".to_owned(),
            Self::Withdraw => "withdraws".to_owned(),
            Self::AskForLink(_) => "asks for a new link".to_owned(),
            Self::RegisterAnew => "registers anew, in one press".to_owned(),
            Self::Host(deed) => deed.words(),
            Self::Share(deed) => deed.words(),
            Self::Bring(deed) => deed.words(),
            Self::Invite(deed) => deed.words(),
            Self::Decide { outcome } => format!("decides: {}", outcome.word()),
            Self::Extend { until } => format!("extends registration to {}", formats::day(*until, Locale::En)),
        }
    }

    /// Does it; what came of it, in words.
    pub(super) async fn do_it(
        &self,
        app: &App,
        programme: ProgrammeId,
        slug: &str,
        caller: &Caller,
    ) -> Result<String, AppError> {
        let once = Repeatable::default();
        match self {
            // The form is public: whoever fills it in need not be known.
            Self::Register(person) | Self::RegisterAgain(person) => {
                let receipt = app.register(&Caller::Public, slug, (**person).clone(), &once).await?;
                Ok(receipt_words(receipt))
            }
            Self::Verify => app.confirm_registration(caller, None, &once).await.map(standing),
            Self::Accept => app.accept_place(caller, None, &once).await.map(standing),
            Self::Decline => app.decline_place(caller, None, &once).await.map(standing),
            Self::Withdraw => app.withdraw_registration(caller, None, None, &once).await.map(standing),
            Self::AskForLink(email) => {
                app.request_personal_link(&Caller::Public, slug, email, &once).await?;
                Ok("the same answer as everybody gets".to_owned())
            }
            Self::RegisterAnew => app.register_anew(caller).await.map(standing),
            Self::Host(deed) => deed.do_it(app, programme, caller).await,
            Self::Share(deed) => deed.do_it(app, programme, caller).await,
            Self::Bring(deed) => deed.do_it(app, programme, caller).await,
            Self::Invite(deed) => deed.do_it(app, caller).await,
            Self::Extend { until } => {
                let reason = "Er zijn nog plaatsen vrij.";
                let at_once = Confirmation::default();
                app.extend_deadline(caller, programme, *until, reason, &at_once, &once)
                    .await?;
                Ok("registration stays open longer".to_owned())
            }
            Self::Decide { outcome } => {
                let Some(preview) = app.decision_preview(caller, programme, *outcome).await? else {
                    return Ok("it is decided already".to_owned());
                };
                let reason = Some("Zo is het besproken met de groep.");
                app.decide_programme(caller, programme, *outcome, &preview.plan.hash, reason, &once)
                    .await?;
                Ok(format!(
                    "after a preview: {} participants, {} mails",
                    preview.plan.summary.participants, preview.plan.summary.mails
                ))
            }
        }
    }
}

fn receipt_words(receipt: Receipt) -> String {
    match receipt.waiting_position {
        Some(position) => format!("number {position} in the waiting list"),
        None => "a place is held".to_owned(),
    }
}

fn standing(view: RegistrationView) -> String {
    let word = view.registration.status.word();
    match view.waiting_position {
        Some(position) => format!("now {word}, number {position}"),
        None => format!("now {word}"),
    }
}
