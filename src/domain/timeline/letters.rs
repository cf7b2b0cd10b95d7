//! Which rule answers what happened, with which letter, to whom.

use chrono::{DateTime, Utc};

use super::guests;
use crate::domain::{
    facts::{Facts, Happened},
    ids::RegistrationId,
    message::{CancellationCause, ExpiryCause, Letter, Recipient},
    money,
    programme::TeamRole,
    registration::{Registration, RegistrationStatus as Status},
    rule::RuleKey,
    timeline::{Why, harvest},
};

/// A letter that a rule would send.
pub(super) struct Answer {
    pub rule: RuleKey,
    pub recipient: Recipient,
    pub occurrence: String,
    pub letter: Letter,
    /// Why it is not sent after all.
    pub unless: Option<Why>,
    /// From when on it has nothing to say.
    pub useful_until: Option<DateTime<Utc>>,
}

/// The letters that answer what happened, with the facts as they are at `at`.
pub(super) fn answers(facts: &Facts, happened: &Happened, at: DateTime<Utc>) -> Vec<Answer> {
    match happened {
        Happened::Registered(id) => person(facts, *id, RuleKey::ConfirmRegistration, first(), |registration| {
            Some(Letter::ConfirmRegistration {
                waiting_position: facts.waiting_position(registration),
                confirm_before: facts.programme.confirm_before(registration)?,
            })
        }),
        Happened::RegisteredAgain(id, act) => person(
            facts,
            *id,
            RuleKey::RegistrationState,
            act.to_string(),
            |registration| {
                Some(Letter::RegistrationState {
                    status: registration.status,
                    is_verified: registration.is_verified(),
                    waiting_position: facts.waiting_position(registration),
                    act_before: facts
                        .programme
                        .confirm_before(registration)
                        .or_else(|| facts.programme.accept_before(registration)),
                })
            },
        ),
        Happened::PlaceTaken(id) => person(facts, *id, RuleKey::RegistrationReceived, first(), |registration| {
            Some(Letter::RegistrationReceived {
                is_confirmed: registration.status == Status::Confirmed,
            })
        }),
        Happened::WaitingListJoined(id) => {
            let mut answers = person(facts, *id, RuleKey::WaitingListJoined, first(), |registration| {
                Some(Letter::WaitingListJoined {
                    waiting_position: facts.waiting_position(registration).unwrap_or(1),
                })
            });
            if facts
                .registrations
                .get(id)
                .is_some_and(|registration| registration.status != Status::Waiting)
            {
                answers
                    .iter_mut()
                    .for_each(|answer| answer.unless = Some(Why::OfferedAtOnce));
            }
            answers
        }
        Happened::PlaceOffered(id) => {
            let accept_before = facts
                .registrations
                .get(id)
                .and_then(|registration| facts.programme.accept_before(registration));
            let mut answers = person(facts, *id, RuleKey::PlaceOffered, first(), |_| {
                Some(Letter::PlaceOffered {
                    accept_before: accept_before?,
                })
            });
            answers
                .iter_mut()
                .for_each(|answer| answer.useful_until = accept_before);
            answers
        }
        Happened::OfferExpired(id) => {
            let can_register_anew = facts.programme.is_registration_open(at);
            person(facts, *id, RuleKey::PlaceOfferExpired, first(), |_| {
                Some(Letter::PlaceOfferExpired { can_register_anew })
            })
        }
        Happened::RegistrationExpired(id, cause) => {
            // At a kick-off that brought the no-go nothing started; whoever waited until then is told what happened instead.
            if let (ExpiryCause::ProgrammeStarted, Some(cancellation)) = (cause, &facts.programme.cancellation) {
                return cancelled(facts, *id, cancellation.cause, at);
            }
            let can_register_anew = facts.programme.is_registration_open(at);
            person(facts, *id, RuleKey::RegistrationExpired, first(), |_| {
                Some(Letter::RegistrationExpired {
                    cause: *cause,
                    can_register_anew,
                })
            })
        }
        Happened::Withdrawn(id) => person(facts, *id, RuleKey::RegistrationWithdrawn, first(), |registration| {
            let after_go = money::left_after_go(registration);
            Some(Letter::RegistrationWithdrawn {
                after_go,
                cents_due: after_go.then(|| facts.programme.announced.price.withdrawal_cents()),
            })
        }),
        Happened::LinkRequested(id, act) => {
            person(facts, *id, RuleKey::PersonalLink, act.to_string(), |registration| {
                Some(Letter::PersonalLink {
                    status: Some(registration.status),
                    invitation: None,
                })
            })
        }
        Happened::TeamLinkRequested(id, act) => {
            vec![to(
                RuleKey::PersonalLink,
                Recipient::TeamMember(*id),
                act.to_string(),
                Letter::PersonalLink {
                    status: None,
                    invitation: None,
                },
            )]
        }
        Happened::TeamMemberWelcomed(id) => {
            let member = facts.programme.announced.team.iter().find(|member| member.id == *id);
            let letter = member.map(|member| Letter::TeamWelcome {
                roles: member.roles.clone(),
            });
            letter
                .map(|letter| to(RuleKey::TeamWelcome, Recipient::TeamMember(*id), first(), letter))
                .into_iter()
                .collect()
        }
        Happened::FellBelowMinimum(id) => organisers(facts, RuleKey::BelowMinimumAfterGo, &id.to_string(), || {
            Some(Letter::BelowMinimum {
                counted: facts.counts.counted,
                minimum: facts.programme.announced.min_participants,
                unverified: facts.counts.unverified,
                days_left: None,
            })
        }),
        Happened::DecisionRequested => {
            let occurrence = facts.programme.announced.registration_deadline.to_string();
            organisers(facts, RuleKey::DecisionRequested, &occurrence, || {
                Some(Letter::DecisionRequested {
                    counted: facts.counts.counted,
                    minimum: facts.programme.announced.min_participants,
                    waiting: facts.counts.waiting_verified + facts.counts.offered,
                    decide_before: facts.programme.kick_off_at()?,
                    is_reminder: false,
                })
            })
        }
        Happened::Decided => {
            let Some(decision) = facts.decisions.last() else {
                return Vec::new();
            };
            organisers(
                facts,
                RuleKey::DecisionReport,
                &decision.registration_deadline.to_string(),
                || {
                    Some(Letter::DecisionReport {
                        outcome: decision.outcome,
                        counted: decision.counted,
                        minimum: decision.minimum,
                        effective_at: decision.effective_at,
                        waiting: facts.counts.waiting_verified,
                        reason: decision.reason.as_ref().map(ToString::to_string),
                    })
                },
            )
        }
        // Recorded by the fold itself; no rule answers it.
        Happened::DecidedByPeople => Vec::new(),
        Happened::Announced(id) => {
            let mail = facts.announcements.iter().find(|mail| mail.id == *id);
            mail.map(|mail| {
                let recipients = mail.audience.recipients(facts, at).into_iter();
                recipients
                    .map(|recipient| to(RuleKey::Announcement, recipient, id.to_string(), mail.letter()))
                    .collect()
            })
            .unwrap_or_default()
        }
        Happened::FacilitatorsAsked { question, by, text } => {
            let Some(asker) = facts.registrations.get(by) else {
                return Vec::new();
            };
            let letter = Letter::FacilitatorsAsked {
                name: asker.person.name.clone(),
                organisation: asker.person.organisation.clone(),
                email: asker.person.email.clone(),
                question: text.clone(),
            };
            let told = facts.facilitators().into_iter();
            told.map(|member| {
                let recipient = Recipient::TeamMember(member.id);
                to(
                    RuleKey::FacilitatorsAsked,
                    recipient,
                    question.to_string(),
                    letter.clone(),
                )
            })
            .collect()
        }
        Happened::Confirmed(id) => person(facts, *id, RuleKey::ProgrammeGoesAhead, first(), |_| {
            Some(Letter::ProgrammeGoesAhead {
                participants: facts.counts.counted,
            })
        }),
        Happened::Cancelled(id, cause) => cancelled(facts, *id, *cause, at),
        Happened::Guest(id, what) => guests::answer(facts, *id, *what).into_iter().collect(),
        Happened::QuestionAsked(question) => {
            let contacts = facts
                .programme
                .those_who_answer()
                .map(|member| Recipient::TeamMember(member.id));
            let letter = Letter::QuestionAsked {
                name: question.name.clone(),
                email: question.email.clone(),
                question: question.text.clone(),
            };
            contacts
                .map(|contact| {
                    to(
                        RuleKey::QuestionAsked,
                        contact,
                        question.act.to_string(),
                        letter.clone(),
                    )
                })
                .collect()
        }
        Happened::HarvestSubmitted { .. }
        | Happened::HarvestReturned { .. }
        | Happened::HarvestAccepted(..)
        | Happened::HarvestScheduled { .. } => harvest::answers(facts, happened, at),
        Happened::DeadlineExtended {
            registration,
            reason,
            can_register_anew,
            act,
        } => person(facts, *registration, RuleKey::DeadlineExtended, act.to_string(), |_| {
            Some(Letter::DeadlineExtended {
                registration_deadline: facts.programme.announced.registration_deadline,
                reason: reason.clone(),
                can_register_anew: *can_register_anew,
            })
        }),
    }
}

/// The occurrence of what happens to a registration at most once.
pub(super) fn first() -> String {
    "1".to_owned()
}

fn cancelled(facts: &Facts, id: RegistrationId, cause: CancellationCause, at: DateTime<Utc>) -> Vec<Answer> {
    person(facts, id, RuleKey::ProgrammeCancelled, first(), |_| {
        let reason = facts
            .programme
            .cancellation
            .as_ref()
            .and_then(|cancellation| cancellation.reason.clone());
        Some(Letter::ProgrammeCancelled {
            cause,
            reason,
            in_calendars: facts.in_calendar_of(Recipient::Registration(id), at),
        })
    })
}

pub(super) fn to(rule: RuleKey, recipient: Recipient, occurrence: String, letter: Letter) -> Answer {
    Answer {
        rule,
        recipient,
        occurrence,
        letter,
        unless: None,
        useful_until: None,
    }
}

fn person(
    facts: &Facts,
    id: RegistrationId,
    rule: RuleKey,
    occurrence: String,
    letter: impl Fn(&Registration) -> Option<Letter>,
) -> Vec<Answer> {
    let letter = facts.registrations.get(&id).and_then(letter);
    letter
        .map(|letter| to(rule, Recipient::Registration(id), occurrence, letter))
        .into_iter()
        .collect()
}

fn organisers(facts: &Facts, rule: RuleKey, occurrence: &str, letter: impl Fn() -> Option<Letter>) -> Vec<Answer> {
    let members = facts.programme.team_with(TeamRole::Organiser);
    members
        .filter_map(|member| {
            Some(to(
                rule,
                Recipient::TeamMember(member.id),
                occurrence.to_owned(),
                letter()?,
            ))
        })
        .collect()
}
