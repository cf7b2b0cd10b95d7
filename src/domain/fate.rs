//! What becomes of a mail after an attempt to hand it over.
//!
//! | the attempt was | the mail is | and |
//! |---|---|---|
//! | accepted | sent | |
//! | deferred | queued for after the [`backoff`]; failed once [some](GIVE_UP_AFTER_DEFERRALS) went on for [`GIVE_UP_AFTER`] | counts as a failure |
//! | refused | failed | |
//! | relay failed | queued as it was | does not count: it says nothing about the mail |
//! | ambiguous | as its kind's [policy](AmbiguityPolicy) says: queued once more, the same bytes, and the second time unknown; unknown at once; or held | counts apart |
//!
//! A mail that is sent once more goes before all others: who receives it knows it again for a while only.

use chrono::{DateTime, Duration, Utc};
use uuid::Uuid;

use super::{
    delivery::{AttemptOutcome, SmtpVerb, Verdict, backoff},
    message::MessageStatus,
    sending::{AmbiguityPolicy, HoldCause},
};

/// For how long a mail that is deferred is tried again, from the first deferral on. Two days, less than the four to five
/// that RFC 5321 (section 4.5.4.1) asks of a relay: a person should learn of a wrong address before the deadline.
pub const GIVE_UP_AFTER: Duration = Duration::hours(48);

/// A mail is given up on after no fewer deferrals than this, however much time went by: while the machine was off, or because its
/// clock jumped, nobody tried. Five take about an hour, which greylisting wants at most.
pub const GIVE_UP_AFTER_DEFERRALS: u32 = 5;

/// How often a mail is handed over again after an attempt without a verdict. Each such hand-over may be a second copy.
pub const AMBIGUITIES_RETRIED: u32 = 1;

/// What went before, of one mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tries {
    /// The mail.
    pub message_id: Uuid,
    /// Deferrals since it was queued by a person or made.
    pub failures: u32,
    /// Attempts without a verdict since then.
    pub ambiguities: u32,
    /// When the attempt began that was the first of those deferrals; none while there is none.
    pub deferred_since: Option<DateTime<Utc>>,
    /// From when on it might be tried.
    pub next_attempt_at: DateTime<Utc>,
    /// It went before all others.
    pub is_urgent: bool,
    /// What to do without a verdict.
    pub policy: AmbiguityPolicy,
}

/// Where a mail stands among those that wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Before all others.
    First,
    /// Where it stood.
    AsBefore,
    /// Behind those that were tried less often.
    Behind,
}

/// What becomes of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fate {
    /// Queued, sent, failed, unknown or held.
    pub status: MessageStatus,
    /// Why it is held.
    pub hold: Option<HoldCause>,
    /// Its place; only of use while it is queued.
    pub turn: Turn,
    /// From when on it may be tried again; only of use while it is queued.
    pub next_attempt_at: DateTime<Utc>,
    /// Deferrals now.
    pub failures: u32,
    /// Attempts without a verdict now.
    pub ambiguities: u32,
    /// Why it is neither queued as before nor sent.
    pub reason: Option<String>,
}

/// What becomes of a mail after `verdict`, given at `now`.
#[must_use]
pub fn fate(tries: &Tries, verdict: &Verdict, now: DateTime<Utc>) -> Fate {
    let unchanged = Fate {
        status: MessageStatus::Queued,
        hold: None,
        turn: Turn::AsBefore,
        next_attempt_at: tries.next_attempt_at,
        failures: tries.failures,
        ambiguities: tries.ambiguities,
        reason: None,
    };
    let told = || Some(reason(verdict));
    match verdict.outcome {
        AttemptOutcome::Accepted => Fate {
            status: MessageStatus::Sent,
            ..unchanged
        },
        AttemptOutcome::RelayFailed => Fate {
            reason: told(),
            // What a relay chokes on every time must not stand in the way of the others. As long as the relay has not seen
            // this mail, it is not that.
            turn: match verdict.verb {
                Some(verb) if verb.comes_before_mails() => Turn::AsBefore,
                _ => Turn::Behind,
            },
            ..unchanged
        },
        AttemptOutcome::Refused => Fate {
            status: MessageStatus::Failed,
            reason: told(),
            ..unchanged
        },
        AttemptOutcome::Deferred => {
            let failures = tries.failures.saturating_add(1);
            let is_over = failures >= GIVE_UP_AFTER_DEFERRALS
                && tries.deferred_since.is_some_and(|since| now - since >= GIVE_UP_AFTER);
            if is_over {
                let reason = format!("deferred for {} hours: {}", GIVE_UP_AFTER.num_hours(), reason(verdict));
                Fate {
                    status: MessageStatus::Failed,
                    failures,
                    reason: Some(reason),
                    ..unchanged
                }
            } else {
                let pause = backoff(failures, tries.message_id);
                let next_attempt_at = now.checked_add_signed(pause).unwrap_or(now);
                Fate {
                    // Its pause keeps it out of the way of the others; after that the greylisted answer to a person's act is
                    // as pressing as before.
                    turn: if tries.is_urgent { Turn::Behind } else { Turn::AsBefore },
                    next_attempt_at,
                    failures,
                    reason: told(),
                    ..unchanged
                }
            }
        }
        AttemptOutcome::Ambiguous => without_verdict(
            tries.policy,
            Fate {
                ambiguities: tries.ambiguities.saturating_add(1),
                ..unchanged
            },
            &reason(verdict),
        ),
    }
}

/// What becomes of a mail that may have been taken, `fate` with that attempt counted.
fn without_verdict(policy: AmbiguityPolicy, fate: Fate, reason: &str) -> Fate {
    match policy {
        AmbiguityPolicy::RetryOnce if fate.ambiguities <= AMBIGUITIES_RETRIED => Fate {
            turn: Turn::First,
            reason: Some(reason.to_owned()),
            ..fate
        },
        AmbiguityPolicy::RetryOnce => Fate {
            status: MessageStatus::Unknown,
            reason: Some(reason.to_owned()),
            ..fate
        },
        AmbiguityPolicy::AssumeSent => Fate {
            status: MessageStatus::Unknown,
            reason: Some(format!(
                "{reason}; it may have arrived, and this kind of mail is not sent again unasked"
            )),
            ..fate
        },
        AmbiguityPolicy::Hold => Fate {
            status: MessageStatus::Held,
            hold: Some(HoldCause::Ambiguous),
            reason: Some(format!(
                "{reason}; it may have arrived: `leernetwerk release` sends it once more"
            )),
            ..fate
        },
    }
}

/// A verdict in one line, such as `RCPT: 550 5.1.1 no such user`.
#[must_use]
pub fn reason(verdict: &Verdict) -> String {
    let verb = verdict.verb.map(|verb| format!("{}:", word(verb)));
    let code = verdict.code.map(|code| code.to_string());
    // The text begins with the enhanced code, where there is one.
    let line = [verb, code, verdict.text.clone()]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" ");
    if line.is_empty() {
        "no reason was given".to_owned()
    } else {
        line
    }
}

/// Every step of the SMTP conversation with what it is called in reasons and in the database: the command where there is one
/// (RFC 5321, section 4.1.1).
const VERBS: [(SmtpVerb, &str); 12] = [
    (SmtpVerb::Connect, "CONNECT"),
    (SmtpVerb::Greeting, "GREETING"),
    (SmtpVerb::Ehlo, "EHLO"),
    (SmtpVerb::StartTls, "STARTTLS"),
    (SmtpVerb::Auth, "AUTH"),
    (SmtpVerb::Mail, "MAIL"),
    (SmtpVerb::Rcpt, "RCPT"),
    (SmtpVerb::Data, "DATA"),
    (SmtpVerb::Content, "CONTENT"),
    (SmtpVerb::Dot, "DOT"),
    (SmtpVerb::Rset, "RSET"),
    (SmtpVerb::Quit, "QUIT"),
];

/// Every outcome of an attempt with what it is called in the database.
const OUTCOMES: [(AttemptOutcome, &str); 5] = [
    (AttemptOutcome::Accepted, "accepted"),
    (AttemptOutcome::Deferred, "deferred"),
    (AttemptOutcome::Refused, "refused"),
    (AttemptOutcome::RelayFailed, "relay-failed"),
    (AttemptOutcome::Ambiguous, "ambiguous"),
];

fn word(verb: SmtpVerb) -> &'static str {
    VERBS
        .iter()
        .find(|(known, _)| *known == verb)
        .map_or("", |(_, word)| word)
}

impl SmtpVerb {
    /// Whether the relay has not heard of the mail yet.
    #[must_use]
    pub fn comes_before_mails(self) -> bool {
        matches!(
            self,
            Self::Connect | Self::Greeting | Self::Ehlo | Self::StartTls | Self::Auth | Self::Rset
        )
    }

    /// What it is called in reasons, in the API and in the database.
    #[must_use]
    pub fn word(self) -> &'static str {
        word(self)
    }

    /// The step of that word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        VERBS.iter().find(|(_, known)| *known == word).map(|(verb, _)| *verb)
    }
}

impl AttemptOutcome {
    /// What is stored.
    #[must_use]
    pub fn word(self) -> &'static str {
        OUTCOMES
            .iter()
            .find(|(known, _)| *known == self)
            .map_or("", |(_, word)| word)
    }

    /// The outcome of that word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        OUTCOMES
            .iter()
            .find(|(_, known)| *known == word)
            .map(|(outcome, _)| *outcome)
    }
}

impl Verdict {
    /// The verdict on an attempt whose sender ended without telling: it may have handed the mail over.
    #[must_use]
    pub fn unheard(reason: &str) -> Self {
        Self {
            outcome: AttemptOutcome::Ambiguous,
            verb: None,
            code: None,
            enhanced: None,
            text: Some(reason.to_owned()),
        }
    }

    /// The verdict on an attempt that failed before the relay was asked, for a reason that is not the mail's.
    #[must_use]
    pub fn not_handed_over(reason: &str) -> Self {
        Self {
            outcome: AttemptOutcome::RelayFailed,
            ..Self::refused_unsent(reason)
        }
    }

    /// The verdict on a mail that was taken without SMTP: kept or written to a file.
    #[must_use]
    pub fn taken() -> Self {
        Self {
            outcome: AttemptOutcome::Accepted,
            verb: None,
            code: None,
            enhanced: None,
            text: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hour: i64) -> DateTime<Utc> {
        DateTime::<Utc>::UNIX_EPOCH + Duration::days(16_000) + Duration::hours(hour)
    }

    fn tries() -> Tries {
        Tries {
            message_id: Uuid::from_u128(7),
            failures: 0,
            ambiguities: 0,
            deferred_since: None,
            next_attempt_at: at(0),
            is_urgent: false,
            policy: AmbiguityPolicy::RetryOnce,
        }
    }

    fn verdict(outcome: AttemptOutcome) -> Verdict {
        Verdict {
            outcome,
            verb: Some(SmtpVerb::Rcpt),
            code: Some(450),
            enhanced: Some("4.2.0".into()),
            text: Some("4.2.0 busy".into()),
        }
    }

    #[test]
    fn an_accepted_mail_is_sent() {
        let fate = fate(&tries(), &verdict(AttemptOutcome::Accepted), at(1));
        assert_eq!((fate.status, fate.reason), (MessageStatus::Sent, None));
    }

    #[test]
    fn a_refusal_is_final_and_tells_why() {
        let fate = fate(&tries(), &verdict(AttemptOutcome::Refused), at(1));
        assert_eq!(
            (fate.status, fate.reason.as_deref()),
            (MessageStatus::Failed, Some("RCPT: 450 4.2.0 busy"))
        );
    }

    #[test]
    fn a_failed_relay_changes_nothing_but_the_reason() {
        let before = Tries {
            failures: 3,
            ambiguities: 1,
            deferred_since: Some(at(-100)),
            ..tries()
        };
        let fate = fate(&before, &verdict(AttemptOutcome::RelayFailed), at(1000));
        assert_eq!(
            (fate.status, fate.failures, fate.ambiguities, fate.next_attempt_at),
            (MessageStatus::Queued, 3, 1, at(0))
        );
    }

    #[test]
    fn deferrals_wait_on_the_clock_that_was_given_and_end_after_two_days() {
        let first = fate(&tries(), &verdict(AttemptOutcome::Deferred), at(5));
        assert_eq!((first.status, first.failures), (MessageStatus::Queued, 1));
        assert_eq!(first.next_attempt_at, at(5) + backoff(1, Uuid::from_u128(7)));
        let since = Tries {
            failures: 9,
            deferred_since: Some(at(5)),
            ..tries()
        };
        let deferred = |now| fate(&since, &verdict(AttemptOutcome::Deferred), now).status;
        assert_eq!(deferred(at(53) - Duration::microseconds(1)), MessageStatus::Queued);
        assert_eq!(deferred(at(53)), MessageStatus::Failed);
    }

    #[test]
    fn a_clock_that_jumps_ahead_does_not_end_a_mail_that_was_hardly_tried() {
        let deferred = |failures| {
            let since = Tries {
                failures,
                deferred_since: Some(at(5)),
                ..tries()
            };
            fate(&since, &verdict(AttemptOutcome::Deferred), at(5 + 400 * 24)).status
        };
        assert_eq!(deferred(1), MessageStatus::Queued);
        assert_eq!(deferred(GIVE_UP_AFTER_DEFERRALS - 2), MessageStatus::Queued);
        assert_eq!(deferred(GIVE_UP_AFTER_DEFERRALS - 1), MessageStatus::Failed);
    }

    #[test]
    fn the_first_deferral_of_a_mail_that_waited_long_for_the_relay_is_not_its_end() {
        let late = fate(&tries(), &verdict(AttemptOutcome::Deferred), at(1000));
        assert_eq!(late.status, MessageStatus::Queued);
    }

    #[test]
    fn without_a_verdict_once_more_and_then_unknown() {
        let first = fate(&tries(), &Verdict::unheard("gone"), at(1));
        assert_eq!(
            (first.status, first.ambiguities, first.next_attempt_at),
            (MessageStatus::Queued, 1, at(0))
        );
        let second = fate(
            &Tries {
                ambiguities: 1,
                ..tries()
            },
            &Verdict::unheard("gone"),
            at(1),
        );
        assert_eq!(
            (second.status, second.reason.as_deref()),
            (MessageStatus::Unknown, Some("gone"))
        );
    }

    #[test]
    fn a_mail_whose_double_annoys_is_taken_for_sent_and_one_may_wait_for_a_person() {
        let with = |policy| fate(&Tries { policy, ..tries() }, &Verdict::unheard("gone"), at(1));
        let assumed = with(AmbiguityPolicy::AssumeSent);
        assert_eq!((assumed.status, assumed.hold), (MessageStatus::Unknown, None));
        assert!(assumed.reason.unwrap().contains("not sent again"));
        let held = with(AmbiguityPolicy::Hold);
        assert_eq!(
            (held.status, held.hold),
            (MessageStatus::Held, Some(HoldCause::Ambiguous))
        );
        assert!(held.reason.unwrap().contains("release"));
        // Only an attempt without a verdict is ambiguous.
        for policy in [AmbiguityPolicy::AssumeSent, AmbiguityPolicy::Hold] {
            let failed = fate(
                &Tries { policy, ..tries() },
                &Verdict::of_silence(SmtpVerb::Data, "gone"),
                at(1),
            );
            assert_eq!(failed.status, MessageStatus::Queued);
        }
    }

    #[test]
    fn what_is_sent_once_more_goes_first_until_the_relay_has_seen_it() {
        let once_more = fate(&tries(), &Verdict::unheard("gone"), at(1));
        assert_eq!(once_more.turn, Turn::First);
        let then = Tries {
            is_urgent: true,
            ambiguities: 1,
            ..tries()
        };
        let after = |verb| fate(&then, &Verdict::of_silence(verb, "gone"), at(1)).turn;
        for verb in [SmtpVerb::Connect, SmtpVerb::Auth, SmtpVerb::Rset] {
            assert_eq!(after(verb), Turn::AsBefore);
        }
        for verb in [SmtpVerb::Mail, SmtpVerb::Content] {
            assert_eq!(after(verb), Turn::Behind);
        }
        assert_eq!(
            fate(&then, &verdict(AttemptOutcome::Deferred), at(1)).turn,
            Turn::Behind
        );
    }

    #[test]
    fn only_what_the_relay_choked_on_goes_behind_the_others() {
        let turn = |verdict: &Verdict| fate(&tries(), verdict, at(1)).turn;
        assert_eq!(turn(&Verdict::of_silence(SmtpVerb::Connect, "gone")), Turn::AsBefore);
        assert_eq!(turn(&verdict(AttemptOutcome::Deferred)), Turn::AsBefore);
        assert_eq!(turn(&Verdict::of_silence(SmtpVerb::Content, "gone")), Turn::Behind);
        assert_eq!(turn(&Verdict::not_handed_over("unreadable")), Turn::Behind);
    }

    #[test]
    fn every_step_and_outcome_has_a_word_of_its_own() {
        for (verb, _) in VERBS {
            assert_eq!(SmtpVerb::from_word(verb.word()), Some(verb));
        }
        for (outcome, _) in OUTCOMES {
            assert_eq!(AttemptOutcome::from_word(outcome.word()), Some(outcome));
        }
    }
}
