//! Everything that the future of a programme depends on, and the only place where a status changes.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{
    announcement::OwnMail,
    calendar,
    decision::{Decision, DecisionOutcome},
    guests::Guests,
    harvest::Harvests,
    hosting::Hosting,
    ids::{AnnouncementId, InvitationId, MessageId, ProgrammeId, QuestionId, RegistrationId, TeamMemberId},
    message::{CancellationCause, ExpiryCause, InvitationEnd, LONGEST_QUESTION, Recipient},
    privacy::Erasure,
    programme::{Announcement, Phase, Programme},
    registration::{OFFER_WORKING_DAYS, Registration, RegistrationStatus as Status, Transition, Verb, transition},
    rule::{Rule, RuleKey},
    sharing::Sharing,
    text::{EmailAddress, Paragraphs, PersonName},
    timeline::Why,
};

/// How many registrations there are of each sort that matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Places taken.
    pub taken: u32,
    /// Counting for the minimum.
    pub counted: u32,
    /// Holding a place unverified.
    pub unverified: u32,
    /// Offered a freed place.
    pub offered: u32,
    /// Waiting, verified or not.
    pub waiting: u32,
    /// Waiting and verified.
    pub waiting_verified: u32,
}

impl Counts {
    fn shift(&mut self, status: Status, is_verified: bool, by: i32) {
        let shift = |count: &mut u32, applies: bool| {
            if applies {
                *count = count.saturating_add_signed(by);
            }
        };
        shift(&mut self.taken, status.takes_place());
        shift(&mut self.counted, status.counts());
        shift(&mut self.unverified, status == Status::Unverified);
        shift(&mut self.offered, status == Status::Offered);
        shift(&mut self.waiting, status == Status::Waiting);
        shift(&mut self.waiting_verified, status == Status::Waiting && is_verified);
    }

    /// Counts registrations.
    pub fn of<'a>(registrations: impl IntoIterator<Item = &'a Registration>) -> Self {
        let mut counts = Self::default();
        for registration in registrations {
            counts.shift(registration.status, registration.is_verified(), 1);
        }
        counts
    }
}

/// What somebody asks on the public page. Nothing of it is stored but the mails that bring it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Who asks.
    pub name: PersonName,
    /// Where the answer goes.
    pub email: EmailAddress,
    /// What is asked.
    pub text: Paragraphs<LONGEST_QUESTION>,
    /// The act's id: each question is an occurrence of its own.
    pub act: Uuid,
}

/// Something that happened to an invitation to the showcase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GuestHappened {
    /// The guest was invited.
    Invited,
    /// The guest got a place.
    Comes {
        /// The guest was waiting for it.
        was_waiting: bool,
    },
    /// The guest asked for a link.
    LinkRequested(Uuid),
    /// The invitation no longer holds.
    Ended {
        /// Why.
        cause: InvitationEnd,
        /// The guest was coming.
        was_coming: bool,
    },
}

/// Something that happened and that rules have still to answer, in the same transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happened {
    /// Somebody registered.
    Registered(RegistrationId),
    /// Somebody registered again; the act's id makes each time an occurrence of its own.
    RegisteredAgain(RegistrationId, Uuid),
    /// A verified place was taken.
    PlaceTaken(RegistrationId),
    /// A verified person waits.
    WaitingListJoined(RegistrationId),
    /// A place was offered.
    PlaceOffered(RegistrationId),
    /// An offer ended.
    OfferExpired(RegistrationId),
    /// A registration ended by time.
    RegistrationExpired(RegistrationId, ExpiryCause),
    /// Somebody left.
    Withdrawn(RegistrationId),
    /// Too few remain after the go.
    FellBelowMinimum(RegistrationId),
    /// Somebody with a registration asked for a link.
    LinkRequested(RegistrationId, Uuid),
    /// A member of the team asked for a link.
    TeamLinkRequested(TeamMemberId, Uuid),
    /// Somebody is in the team of a published programme.
    TeamMemberWelcomed(TeamMemberId),
    /// People have to decide.
    DecisionRequested,
    /// The latest decision was made.
    Decided,
    /// It was made by people, and stands to be recorded.
    DecidedByPeople,
    /// An organiser writes to people at once.
    Announced(AnnouncementId),
    /// A participant asked the facilitators something.
    FacilitatorsAsked {
        /// The question's id.
        question: QuestionId,
        /// Who asked.
        by: RegistrationId,
        /// What was asked.
        text: super::text::Paragraphs<2000>,
    },
    /// Somebody handed a harvest in.
    HarvestSubmitted {
        /// Whose it is.
        author: RegistrationId,
        /// It had been handed in before.
        is_again: bool,
        /// The act's id.
        act: Uuid,
    },
    /// A harvest went back to its author: with a remark, or reopened.
    HarvestReturned {
        /// Whose it is.
        author: RegistrationId,
        /// An organiser reopened it.
        is_reopened: bool,
        /// The act's id.
        act: Uuid,
    },
    /// A harvest was accepted.
    HarvestAccepted(RegistrationId, Uuid),
    /// A harvest got a time at the showcase.
    HarvestScheduled {
        /// Whose it is.
        author: RegistrationId,
        /// It had another time before.
        is_moved: bool,
        /// The act's id.
        act: Uuid,
    },
    /// A place became final.
    Confirmed(RegistrationId),
    /// A registration ended with the programme.
    Cancelled(RegistrationId, CancellationCause),
    /// Something happened to an invitation.
    Guest(InvitationId, GuestHappened),
    /// Somebody asked the contacts something.
    QuestionAsked(Box<Question>),
    /// People can register longer: who is told, what is said, and whether this person can register anew.
    DeadlineExtended {
        /// Whom to tell.
        registration: RegistrationId,
        /// What the organiser says.
        reason: super::text::Paragraphs<1000>,
        /// Cancelled by the earlier no-go.
        can_register_anew: bool,
        /// The act's id.
        act: Uuid,
    },
}

/// How many wait, of those that are not at hand, before those that are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ahead {
    /// Before these registrations.
    pub of: BTreeMap<RegistrationId, u32>,
    /// Before whoever comes now.
    pub of_newcomers: u32,
}

/// Somebody whose address refuses mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedAddress {
    /// The mail whose refusal it was, of this programme or another.
    pub suppressed_by: MessageId,
    /// Who.
    pub recipient: Recipient,
    /// The name.
    pub name: String,
    /// The address.
    pub address: String,
    /// What the relay said.
    pub reply: Option<String>,
    /// When a mail to this person first ended that way.
    pub refused_at: DateTime<Utc>,
}

/// A programme with all that its future depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The programme.
    pub programme: Programme,
    /// The registrations that can still change, or only those that an act touches.
    pub registrations: BTreeMap<RegistrationId, Registration>,
    /// How many wait before them that are not among these.
    pub ahead: Ahead,
    /// How many there are of each sort, all of them.
    pub counts: Counts,
    /// The number in line of the next registration.
    pub next_arrival: i64,
    /// Every decision, the latest last.
    pub decisions: Vec<Decision>,
    /// The programme's rules.
    pub rules: Vec<Rule>,
    /// What organisers announced, by id.
    pub announcements: Vec<OwnMail>,
    /// Occurrences of calendar rules and of the request to decide that are in the ledger already.
    pub settled: BTreeSet<(&'static str, String)>,
    /// Who was told what, for rules that go by that ([`RuleKey::remembers_whom`]): rule, person, occurrence.
    pub told: BTreeSet<(RuleKey, Recipient, String)>,
    /// What rules have still to answer.
    pub happened: VecDeque<Happened>,
    /// Addresses that refuse mail, as long as that is not answered.
    pub refused_addresses: Vec<RefusedAddress>,
    /// What participants share.
    pub sharing: Sharing,
    /// Who offers venues and who hosts what.
    pub hosting: Hosting,
    /// What participants bring home.
    pub harvests: Harvests,
    /// Who is invited to the showcase.
    pub guests: Guests,
    /// Whose personal data goes when these facts are stored.
    pub erasures: Vec<Erasure>,
}

impl Facts {
    /// A new programme that nobody knows of.
    pub fn of_draft(id: ProgrammeId, announced: Announcement, now: DateTime<Utc>) -> Self {
        let programme = Programme {
            id,
            announced,
            phase: Phase::Draft,
            published_at: None,
            deadline_set_at: now,
            cancellation: None,
        };
        Self {
            programme,
            registrations: BTreeMap::new(),
            ahead: Ahead::default(),
            counts: Counts::default(),
            next_arrival: 1,
            decisions: Vec::new(),
            rules: Vec::new(),
            announcements: Vec::new(),
            settled: BTreeSet::new(),
            told: BTreeSet::new(),
            happened: VecDeque::new(),
            refused_addresses: Vec::new(),
            sharing: Sharing::default(),
            hosting: Hosting::default(),
            harvests: Harvests::new(),
            guests: Guests::default(),
            erasures: Vec::new(),
        }
    }

    /// The programme goes ahead already: a place is confirmed at once.
    pub fn is_after_go(&self) -> bool {
        self.programme.phase == Phase::GoingAhead
    }

    /// Since when it goes ahead, also when it is over by now; none: it does not.
    pub fn goes_ahead_since(&self) -> Option<DateTime<Utc>> {
        let went_ahead = matches!(self.programme.phase, Phase::GoingAhead | Phase::Completed);
        let mut decisions = self.decisions.iter().rev();
        let go = decisions.find(|decision| decision.outcome == DecisionOutcome::Go);
        go.filter(|_| went_ahead).map(|decision| decision.effective_at)
    }

    /// Why nothing of what belongs to the time between the go and the end happens any more.
    pub fn unless_it_goes_on(&self) -> Option<Why> {
        (self.programme.phase == Phase::Completed).then_some(Why::ProgrammeIsOver)
    }

    /// Places nobody takes.
    pub fn places_left(&self) -> u32 {
        self.programme
            .announced
            .max_participants
            .saturating_sub(self.counts.taken)
    }

    /// A newcomer gets a place only if one is free and no verified person waits (rule 4).
    pub fn newcomer_gets_place(&self) -> bool {
        self.places_left() > 0 && self.counts.waiting_verified == 0
    }

    /// The position in the waiting list, from 1, by arrival.
    pub fn waiting_position(&self, registration: &Registration) -> Option<u32> {
        if registration.status != Status::Waiting {
            return None;
        }
        let is_ahead = |other: &&Registration| other.status == Status::Waiting && other.arrival <= registration.arrival;
        let here = u32::try_from(self.registrations.values().filter(is_ahead).count()).unwrap_or(u32::MAX);
        let elsewhere = self.ahead.of.get(&registration.id).unwrap_or(&self.ahead.of_newcomers);
        Some(here.saturating_add(*elsewhere))
    }

    /// When time alone ends a registration.
    pub fn expires_at(&self, registration: &Registration) -> Option<DateTime<Utc>> {
        self.programme.expires_at(registration)
    }

    /// The rule with a key.
    pub fn rule(&self, key: RuleKey) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.key == key)
    }

    /// The decision for the present deadline.
    pub fn decision_for_deadline(&self) -> Option<&Decision> {
        self.decisions
            .iter()
            .find(|decision| decision.registration_deadline == self.programme.announced.registration_deadline)
    }

    /// Adds a registration; its number in line is given here.
    pub fn admit(&mut self, mut registration: Registration) -> RegistrationId {
        registration.arrival = self.next_arrival;
        self.next_arrival += 1;
        self.counts.shift(registration.status, registration.is_verified(), 1);
        let id = registration.id;
        self.registrations.insert(id, registration);
        id
    }

    /// Carries a verb out on a registration: the only place where a status changes. None: there is no such registration.
    pub fn apply(&mut self, id: RegistrationId, verb: Verb, at: DateTime<Utc>) -> Option<Transition> {
        let is_after_go = self.is_after_go();
        let offer_expires_at = self.programme.not_after_kick_off(calendar::end_of_working_day_after(
            at,
            OFFER_WORKING_DAYS,
            self.programme.announced.time_zone,
        ));
        let registration = self.registrations.get_mut(&id)?;
        let result = transition(registration.status, registration.is_verified(), verb, is_after_go);
        if let Transition::To(status) = result {
            self.counts.shift(registration.status, registration.is_verified(), -1);
            registration.status = status;
            match verb {
                Verb::Verify => registration.verified_at = Some(at),
                Verb::Offer => {
                    registration.offered_at = Some(at);
                    registration.offer_expires_at = Some(offer_expires_at);
                }
                _ => {}
            }
            if status == Status::Confirmed {
                registration.confirmed_at = Some(at);
            }
            if status.is_final() {
                registration.ended_at = Some(at);
            }
            self.counts.shift(status, registration.is_verified(), 1);
        }
        Some(result)
    }

    /// Records a decision and what it means for the programme and everybody in it.
    pub fn decide(&mut self, decision: Decision) {
        let (at, outcome, counted, minimum, reason) = (
            decision.effective_at,
            decision.outcome,
            decision.counted,
            decision.minimum,
            decision.reason.clone(),
        );
        self.decisions.push(decision);
        self.happened.push_back(Happened::Decided);
        match outcome {
            DecisionOutcome::Go => {
                self.programme.phase = Phase::GoingAhead;
                for id in self.in_line(|registration| registration.status == Status::Registered) {
                    self.apply(id, Verb::Confirm, at);
                    self.happened.push_back(Happened::Confirmed(id));
                }
            }
            DecisionOutcome::NoGo => {
                let cause = CancellationCause::NoGo { counted, minimum };
                self.end(at, cause, reason);
            }
        }
    }

    /// Ends the programme before its time: everybody still in is cancelled and told, if the address is verified.
    pub fn end(&mut self, at: DateTime<Utc>, cause: CancellationCause, reason: Option<super::text::Paragraphs<1000>>) {
        self.programme.phase = Phase::Cancelled;
        self.programme.cancellation = Some(super::programme::Cancellation { at, cause, reason });
        for id in self.in_line(|registration| !registration.status.is_final()) {
            let is_verified = self.registrations.get(&id).is_some_and(Registration::is_verified);
            self.apply(id, Verb::Cancel, at);
            if is_verified {
                self.happened.push_back(Happened::Cancelled(id, cause));
            }
        }
    }

    /// The ids of some registrations by arrival.
    pub fn in_line(&self, wanted: impl Fn(&Registration) -> bool) -> Vec<RegistrationId> {
        let mut line: Vec<_> = self
            .registrations
            .values()
            .filter(|registration| wanted(registration))
            .map(|registration| (registration.arrival, registration.id))
            .collect();
        line.sort_unstable();
        line.into_iter().map(|(_, id)| id).collect()
    }
}
