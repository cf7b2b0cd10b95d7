//! Guests over time (rule 12): they are invited, reminded, told how to get there, and told what changes.
//!
//! What is told as soon as something becomes so (a place in line, another time or place, an end) follows from how things
//! stand and what each guest was told; [`Fold::follow_up_guests`] looks at that after everything that happens.

use chrono::{DateTime, Utc};

use super::{
    BuiltIn, Fold, Mailing, Why,
    by_calendar::Content,
    letters::{Answer, first, to},
};
use crate::domain::{
    facts::{Facts, GuestHappened, Happened},
    guests::{GuestTransition, GuestVerb, Invitation, InvitationStatus as Status, ShowcaseNote, ShowcaseTold},
    ids::InvitationId,
    message::{Colleague, InvitationEnd, Letter, Recipient},
    privacy::Erasure,
    programme::Phase,
    rule::RuleKey,
    trigger::Occurrence,
};

/// Why a step about guests ended as it did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GuestsWhy {
    /// A place came free.
    FirstInLine,
    /// There is nothing to remind of.
    HasAnswered,
    /// The guest is told as a member of the programme.
    ComesAnyway,
    /// The venue's name and address are not known; guests are told as soon as they are.
    VenueIncomplete,
}

impl GuestsWhy {
    /// The reason in words for an organiser.
    pub fn words(self) -> &'static str {
        match self {
            Self::FirstInLine => "a place came free and this guest was the first in line",
            Self::HasAnswered => "this guest has answered",
            Self::ComesAnyway => "this person takes part in the programme, and is told with the others",
            Self::VenueIncomplete => {
                "name and address of the venue were not known; guests are told as soon as they are, before the showcase"
            }
        }
    }
}

/// The letter that answers what happened to an invitation.
pub(super) fn answer(facts: &Facts, id: InvitationId, what: GuestHappened) -> Option<Answer> {
    let invitation = facts.guests.invitations.get(&id)?;
    let showcase = || Box::new(facts.showcase_note(invitation));
    let (rule, occurrence, letter) = match what {
        GuestHappened::Invited => (
            RuleKey::ShowcaseInvitation,
            first(),
            Letter::ShowcaseInvitation {
                showcase: showcase(),
                inviter: facts.inviter(invitation),
                message: invitation.message.clone(),
            },
        ),
        GuestHappened::Comes { was_waiting } => (
            RuleKey::ShowcasePlace,
            invitation.acceptances.to_string(),
            Letter::ShowcasePlace {
                showcase: showcase(),
                was_waiting,
            },
        ),
        GuestHappened::LinkRequested(act) => (
            RuleKey::PersonalLink,
            act.to_string(),
            Letter::PersonalLink {
                status: None,
                invitation: Some(invitation.status),
            },
        ),
        GuestHappened::Ended { cause, was_coming } => {
            // One more change takes the entry out of the calendar.
            let showcase = Box::new(ShowcaseNote {
                sequence: invitation.sequence + 1,
                ..facts.showcase_note(invitation)
            });
            let letter = Letter::ShowcaseCancelled {
                showcase,
                cause,
                was_coming,
            };
            (RuleKey::ShowcaseCancelled, first(), letter)
        }
    };
    let useful_until = match what {
        GuestHappened::LinkRequested(_) => None,
        _ => facts.told_start(invitation),
    };
    Some(Answer {
        useful_until,
        ..to(rule, Recipient::Guest(id), occurrence, letter)
    })
}

impl Facts {
    /// Who invites, as others know the person; none: the organisers, or somebody who does not take part any more.
    fn inviter(&self, invitation: &Invitation) -> Option<Colleague> {
        invitation
            .invited_by
            .filter(|id| self.takes_part(*id))
            .and_then(|id| self.colleague(id))
    }

    /// When the showcase starts, as a guest was told.
    fn told_start(&self, invitation: &Invitation) -> Option<DateTime<Utc>> {
        let day = invitation.told.day;
        let zone = self.programme.announced.time_zone;
        Some(crate::domain::calendar::resolve(day.on, day.starts, zone))
    }

    /// What directions say to a guest: of the place, what is known by now.
    fn directions_note(&self, invitation: &Invitation, at: DateTime<Utc>) -> ShowcaseNote {
        let note = self.showcase_note(invitation);
        match self.is_told_of_place(invitation) {
            true => note,
            false => ShowcaseNote {
                sequence: invitation.sequence + 1,
                changed_at: at,
                ..note
            },
        }
    }

    /// A guest has nothing new to hear of the place.
    fn is_told_of_place(&self, invitation: &Invitation) -> bool {
        let certain = self.showcase_certain().and_then(|certain| certain.venue);
        invitation.told.venue.is_some() || certain.is_none()
    }

    /// Whether a guest hears as a member of the programme what guests are told.
    fn is_told_anyway(&self, invitation: &Invitation) -> Option<Why> {
        self.comes_anyway(&invitation.person_key())
            .then_some(Why::Guests(GuestsWhy::ComesAnyway))
    }
}

impl Fold {
    /// Guests are erased: nobody is written to any more.
    pub(super) fn erase_guests(&mut self, at: DateTime<Utc>) {
        for invitation in self.facts.guests.invitations.values_mut() {
            invitation.erased_at.get_or_insert(at);
        }
        self.facts.erasures.push(Erasure::Guests);
    }

    /// Whoever has not answered is reminded.
    pub(super) fn reminder_to_guests(&self) -> Option<Content> {
        let facts = &self.facts;
        let starts_at = facts.showcase_starts_at()?;
        let is_asked =
            |invitation: &Invitation| invitation.status != Status::Cancelled && invitation.erased_at.is_none();
        let remind = |invitation: &Invitation| Mailing {
            recipient: Recipient::Guest(invitation.id),
            letter: Letter::ShowcaseReminder {
                showcase: Box::new(facts.showcase_note(invitation)),
                inviter: facts.inviter(invitation),
            },
            unless: (invitation.status != Status::Invited)
                .then_some(Why::Guests(GuestsWhy::HasAnswered))
                .or_else(|| facts.is_told_anyway(invitation)),
        };
        Some(Content {
            mails: facts.guests.in_order(is_asked).into_iter().map(remind).collect(),
            unless: None,
            useful_until: Some(starts_at),
            known_from: self.goes_ahead_since(),
        })
    }

    /// Whoever comes is told how to get there. Where that is not known yet it is told as soon as it is
    /// ([`Self::direct_guests`]), so nobody counts as told before that.
    pub(super) fn directions_for_guests(&self, occurrence: &Occurrence) -> Option<Content> {
        let (facts, at) = (&self.facts, occurrence.at);
        let starts_at = facts.showcase_starts_at()?;
        let content = |mails, unless| Content {
            mails,
            unless,
            useful_until: Some(starts_at),
            known_from: self.goes_ahead_since(),
        };
        let valid_from = facts.rule(RuleKey::ShowcaseDirections)?.valid_from;
        Some(if at < self.goes_ahead_since() {
            content(Vec::new(), None)
        } else if at < valid_from {
            content(Vec::new(), Some(Why::BeforeRule { valid_from }))
        } else if facts.awaits_showcase_venue() {
            content(Vec::new(), Some(Why::Guests(GuestsWhy::VenueIncomplete)))
        } else {
            content(self.directions(at), None)
        })
    }

    fn directions(&self, at: DateTime<Utc>) -> Vec<Mailing> {
        let facts = &self.facts;
        let comes = |invitation: &Invitation| invitation.status == Status::Accepted && invitation.erased_at.is_none();
        let direct = |invitation: &Invitation| Mailing {
            recipient: Recipient::Guest(invitation.id),
            letter: Letter::ShowcaseDirections {
                showcase: Box::new(facts.directions_note(invitation, at)),
            },
            unless: facts.is_told_anyway(invitation),
        };
        facts.guests.in_order(comes).into_iter().map(direct).collect()
    }

    /// What follows from how it stands with guests: it does nothing when asked again.
    pub(super) fn follow_up_guests(&mut self, at: DateTime<Utc>) {
        self.end_invitations(at);
        self.let_guests_in(at);
        // Before what changes and how to get there: whoever just got a place is told of that first.
        self.answer(at);
        let Some(starts_at) = self.facts.showcase_to_come(at) else {
            return;
        };
        self.tell_guests_of_change(at, starts_at);
        self.direct_guests(at, starts_at);
    }

    /// Without a showcase to come, whoever expected one is told so.
    fn end_invitations(&mut self, at: DateTime<Utc>) {
        let facts = &self.facts;
        let cause = match facts.programme.phase {
            Phase::Cancelled => InvitationEnd::ProgrammeOff,
            Phase::GoingAhead | Phase::Completed if facts.programme.announced.showcase.is_none() => {
                InvitationEnd::ShowcaseOff
            }
            _ => return,
        };
        let expects = |one: &Invitation| one.status.is_live() && facts.told_start(one).is_some_and(|start| at < start);
        let expecting: Vec<_> = facts
            .guests
            .in_order(expects)
            .into_iter()
            .map(|one| (one.id, one.status))
            .collect();
        for (id, status) in expecting {
            self.facts.apply_guest(id, GuestVerb::Cancel, at);
            let was_coming = status == Status::Accepted;
            let ended = GuestHappened::Ended { cause, was_coming };
            self.facts.happened.push_back(Happened::Guest(id, ended));
        }
    }

    /// Free places go to those who wait, the first in line first.
    fn let_guests_in(&mut self, at: DateTime<Utc>) {
        if self.facts.showcase_to_come(at).is_none() {
            return;
        }
        while self.facts.has_guest_place()
            && let Some(id) = self.facts.guests.first_in_line()
        {
            let Some(GuestTransition::To(_)) = self.facts.apply_guest(id, GuestVerb::LetIn, at) else {
                return;
            };
            let times = self.facts.guests.invitations.get(&id).map_or(1, |one| one.acceptances);
            let who = Some(Recipient::Guest(id));
            let why = Why::Guests(GuestsWhy::FirstInLine);
            self.change(BuiltIn::GuestPlace, who, times.to_string(), at, why);
            let comes = GuestHappened::Comes { was_waiting: true };
            self.facts.happened.push_back(Happened::Guest(id, comes));
        }
    }

    /// A time or place that is another than a guest was told is told.
    fn tell_guests_of_change(&mut self, at: DateTime<Utc>, starts_at: DateTime<Utc>) {
        let Some(certain) = self.facts.showcase_certain() else {
            return;
        };
        let mut mails = Vec::new();
        for invitation in self.facts.guests.invitations.values_mut() {
            let told = invitation.told.clone();
            let place_changed = told.venue.is_some() && certain.venue.is_some() && told.venue != certain.venue;
            if !invitation.status.is_live() || (told.day == certain.day && !place_changed) {
                continue;
            }
            invitation.tell(certain.clone().or_as(&told), at);
            mails.push((invitation.id, told));
        }
        for (id, told) in mails {
            if let Some(mail) = self.facts.change_for(id, &told) {
                let occurrence = self.facts.guests.invitations.get(&id).map_or(0, |one| one.sequence);
                self.tell(
                    RuleKey::ShowcaseChanged,
                    mail,
                    &occurrence.to_string(),
                    at,
                    Some(starts_at),
                );
            }
        }
    }

    /// Once their moment has come, directions go to everybody who comes as soon as the place is known, and to whoever accepts
    /// after that.
    fn direct_guests(&mut self, at: DateTime<Utc>, starts_at: DateTime<Utc>) {
        let Some(occurrence) = self.settled_occurrence(RuleKey::ShowcaseDirections, None) else {
            return;
        };
        if self.facts.awaits_showcase_venue() {
            return;
        }
        for mail in self.directions(at) {
            self.tell(RuleKey::ShowcaseDirections, mail, &occurrence, at, Some(starts_at));
        }
        let Some(certain) = self.facts.showcase_certain() else {
            return;
        };
        let news: Vec<_> = self
            .facts
            .guests
            .in_order(|one| one.status == Status::Accepted && !self.facts.is_told_of_place(one))
            .into_iter()
            .map(|one| one.id)
            .collect();
        for id in news {
            if let Some(invitation) = self.facts.guests.invitations.get_mut(&id) {
                invitation.tell(certain.clone(), at);
            }
        }
    }
}

impl Facts {
    /// What tells a guest that something is other than before.
    fn change_for(&self, id: InvitationId, told: &ShowcaseTold) -> Option<Mailing> {
        let invitation = self.guests.invitations.get(&id)?;
        let now_so = &invitation.told;
        let letter = Letter::ShowcaseChanged {
            showcase: Box::new(self.showcase_note(invitation)),
            was: (told.day != now_so.day).then_some(told.day),
            place_changed: told.venue != now_so.venue,
            comes: invitation.status == Status::Accepted,
        };
        Some(Mailing {
            recipient: Recipient::Guest(id),
            letter,
            unless: self.is_told_anyway(invitation),
        })
    }
}
