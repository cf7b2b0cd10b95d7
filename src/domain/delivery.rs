//! What becomes of one attempt to hand a mail to the relay, and when the next one is due.
//!
//! The one place that reads meaning into SMTP replies (RFC 5321, section 4.2): the session asks
//! [`AttemptOutcome::of_reply`] at every step. Whether a mail may be sent again without being
//! delivered twice depends on where the conversation ended, so each answer carries its
//! [`SmtpVerb`].

use chrono::{DateTime, Duration, Utc};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// How one attempt to hand a mail to the relay ended.
///
/// | where | reply | outcome |
/// |---|---|---|
/// | connecting, TLS, greeting, EHLO, STARTTLS, AUTH | anything but success | relay failed |
/// | MAIL, RCPT, DATA | 421; 530, 534, 535, 538; none; unexpected | relay failed |
/// | MAIL, RCPT, DATA | other 4xx | deferred |
/// | MAIL, RCPT, DATA | other 5xx | refused |
/// | content, before the final dot | none | relay failed |
/// | final dot | 2xx | accepted |
/// | final dot | 4xx, also 421 | deferred |
/// | final dot | 5xx | refused |
/// | final dot | none; unexpected | ambiguous |
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AttemptOutcome {
    /// The relay answered the final dot with 2xx: the mail is its responsibility now
    /// (RFC 5321, section 6.1).
    Accepted,
    /// The relay said "not now" to this mail: 4xx at MAIL, RCPT, DATA or the final dot. Counts
    /// against the mail; [`backoff`] tells when to try again.
    Deferred,
    /// The relay said "never" to this mail: 5xx at MAIL, RCPT, DATA or the final dot; or the mail
    /// cannot be put into SMTP at all, in which case nothing was sent. Trying again is useless.
    Refused,
    /// The relay could not be used, whatever the mail: no connection, no TLS, no greeting, refused
    /// credentials, 421, or silence before the final dot. Nothing was handed over; does not count
    /// against the mail.
    RelayFailed,
    /// The final dot was being written, and no verdict came (RFC 1047): the relay may have taken
    /// the mail or not.
    Ambiguous,
}

/// A step of the SMTP conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SmtpVerb {
    /// Finding the relay's address, the TCP connection, and TLS where it comes first.
    Connect,
    /// The relay's 220 after the connection was made.
    Greeting,
    /// EHLO.
    Ehlo,
    /// STARTTLS, and the TLS handshake after it (RFC 3207).
    StartTls,
    /// AUTH (RFC 4954).
    Auth,
    /// MAIL FROM.
    Mail,
    /// RCPT TO.
    Rcpt,
    /// DATA, up to its 354.
    Data,
    /// The mail's content, before the terminator.
    Content,
    /// The terminator `<CRLF>.<CRLF>`, from the first byte of its writing on.
    Dot,
    /// RSET, before a connection is used again.
    Rset,
    /// QUIT.
    Quit,
}

impl AttemptOutcome {
    /// The outcome that a reply `code` to `verb` means, or none if the conversation goes on.
    #[must_use]
    pub fn of_reply(verb: SmtpVerb, code: u16) -> Option<Self> {
        match (verb, code) {
            (SmtpVerb::Greeting | SmtpVerb::StartTls, 220)
            | (SmtpVerb::Ehlo | SmtpVerb::Mail | SmtpVerb::Rset, 250)
            | (SmtpVerb::Rcpt, 250 | 251)
            | (SmtpVerb::Auth, 235 | 334)
            | (SmtpVerb::Data, 354)
            | (SmtpVerb::Quit, 221) => None,
            (SmtpVerb::Dot, 200..=299) => Some(Self::Accepted),
            (SmtpVerb::Dot, 400..=499) => Some(Self::Deferred),
            (SmtpVerb::Dot, 500..=599) => Some(Self::Refused),
            (SmtpVerb::Dot, _) => Some(Self::Ambiguous),
            // The relay is closing (RFC 5321, section 3.8), or wants credentials or encryption
            // (RFC 4954, section 6): it would say so to any mail.
            (_, 421 | 530 | 534 | 535 | 538) => Some(Self::RelayFailed),
            (SmtpVerb::Mail | SmtpVerb::Rcpt | SmtpVerb::Data | SmtpVerb::Content, 400..=499) => Some(Self::Deferred),
            (SmtpVerb::Mail | SmtpVerb::Rcpt | SmtpVerb::Data | SmtpVerb::Content, 500..=599) => Some(Self::Refused),
            _ => Some(Self::RelayFailed),
        }
    }

    /// The outcome if `verb` gets no reply that can be understood: silence, a closed connection,
    /// garbage. From the terminator on the relay may have taken the mail.
    #[must_use]
    pub fn of_silence(verb: SmtpVerb) -> Self {
        match verb {
            SmtpVerb::Dot => Self::Ambiguous,
            _ => Self::RelayFailed,
        }
    }
}

/// One attempt's outcome with what is known of its reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// How the attempt ended.
    pub outcome: AttemptOutcome,
    /// The step at which it ended; none if nothing was sent.
    pub verb: Option<SmtpVerb>,
    /// The relay's reply code; none if no reply decided.
    pub code: Option<u16>,
    /// The relay's enhanced status code, such as `5.1.1` (RFC 3463).
    pub enhanced: Option<String>,
    /// What the relay said, or what went wrong: one line of at most [`Verdict::TEXT_MAX_CHARS`]
    /// characters without control characters.
    pub text: Option<String>,
}

impl Verdict {
    /// The most characters that [`Verdict::text`] holds.
    pub const TEXT_MAX_CHARS: usize = 500;

    /// The verdict that the relay's reply to `verb` gives.
    #[must_use]
    pub fn of_reply(outcome: AttemptOutcome, verb: SmtpVerb, code: u16, enhanced: Option<String>, text: &str) -> Self {
        Self {
            outcome,
            verb: Some(verb),
            code: Some(code),
            enhanced,
            text: one_line(text),
        }
    }

    /// The verdict if no reply to `verb` decides; `reason` says what was seen instead.
    #[must_use]
    pub fn of_silence(verb: SmtpVerb, reason: &str) -> Self {
        Self {
            outcome: AttemptOutcome::of_silence(verb),
            verb: Some(verb),
            code: None,
            enhanced: None,
            text: one_line(reason),
        }
    }

    /// The verdict on a mail that was refused here, before anything was sent.
    #[must_use]
    pub fn refused_unsent(reason: &str) -> Self {
        Self {
            outcome: AttemptOutcome::Refused,
            verb: None,
            code: None,
            enhanced: None,
            text: one_line(reason),
        }
    }
}

impl Verdict {
    /// Whether the relay says that there is no such mailbox: no later mail will fare better there. Other refusals are about this
    /// mail, or about us.
    ///
    /// An enhanced code (RFC 3463, section 3.2) is trusted where there is one; a bare 550, 551 or 553 at RCPT is what relays
    /// without them say (RFC 5321, section 4.2.3).
    #[must_use]
    pub fn refuses_address(&self) -> bool {
        self.outcome == AttemptOutcome::Refused
            && self.verb == Some(SmtpVerb::Rcpt)
            && match &self.enhanced {
                Some(enhanced) => enhanced.starts_with("5.1."),
                None => matches!(self.code, Some(550 | 551 | 553)),
            }
    }
}

/// `text` as one bounded line: runs of white space and control characters become one space.
fn one_line(text: &str) -> Option<String> {
    let words = text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|w| !w.is_empty());
    let line: String = words
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .take(Verdict::TEXT_MAX_CHARS)
        .collect();
    (!line.is_empty()).then_some(line)
}

/// The pauses after the first, second … deferral, in minutes; the last one repeats.
///
/// Short at first because greylisting lets a mail pass after some minutes (RFC 6647,
/// section 5.3), then slower than the half hour that RFC 5321 (section 4.5.4.1) asks for.
const PAUSES_MINUTES: [i64; 7] = [2, 6, 15, 30, 60, 120, 240];

/// The pause before a deferred mail is tried again, after its `failures`-th deferral (1 is the
/// first; 0 is read as 1).
///
/// 2, 6, 15, 30 minutes, 1, 2 and then always 4 hours, each shortened or lengthened by up to 20 %
/// so that mails deferred together do not come back together. The share follows from the mail and
/// the count alone: a simulation and a second look give the same instant.
#[must_use]
pub fn backoff(failures: u32, message_id: Uuid) -> Duration {
    let nth = usize::try_from(failures.saturating_sub(1)).unwrap_or(usize::MAX);
    let [.., longest] = PAUSES_MINUTES;
    let minutes = PAUSES_MINUTES.get(nth).copied().unwrap_or(longest);
    let digest = Sha256::new()
        .chain_update(message_id)
        .chain_update(failures.to_be_bytes())
        .finalize();
    let hash = digest
        .iter()
        .take(4)
        .fold(0_i64, |hash, byte| (hash << 8) | i64::from(*byte));
    let per_mille = 800 + hash % 401;
    Duration::milliseconds(minutes * 60 * per_mille)
}

/// The longest [`backoff`].
pub const LONGEST_BACKOFF: Duration = Duration::minutes(288);

/// Until when a queued mail may be made to wait at `now`, after so many deferrals: one that was never deferred not at all, others
/// for the [`LONGEST_BACKOFF`].
///
/// What is set for later was set by a clock that has since been set back. It is tried at once: a person who waits for a mail
/// does not wait until the clock has caught up.
#[must_use]
pub fn waits_at_most_until(failures: u32, now: DateTime<Utc>) -> DateTime<Utc> {
    let wait = if failures == 0 {
        Duration::zero()
    } else {
        LONGEST_BACKOFF
    };
    now.checked_add_signed(wait).unwrap_or(now)
}

/// Whether a queued mail may be tried at `now`.
#[must_use]
pub fn may_be_tried(failures: u32, next_attempt_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    next_attempt_at <= now || next_attempt_at > waits_at_most_until(failures, now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use AttemptOutcome::{Accepted, Ambiguous, Deferred, Refused, RelayFailed};
    use SmtpVerb::{Auth, Connect, Content, Data, Dot, Ehlo, Greeting, Mail, Quit, Rcpt, Rset, StartTls};
    use proptest::prelude::*;

    const ALL: [SmtpVerb; 12] = [
        Connect, Greeting, Ehlo, StartTls, Auth, Mail, Rcpt, Data, Content, Dot, Rset, Quit,
    ];

    #[test]
    fn the_reply_that_each_step_waits_for_lets_the_conversation_go_on() {
        let expected: &[(SmtpVerb, &[u16])] = &[
            (Connect, &[]),
            (Greeting, &[220]),
            (Ehlo, &[250]),
            (StartTls, &[220]),
            (Auth, &[235, 334]),
            (Mail, &[250]),
            (Rcpt, &[250, 251]),
            (Data, &[354]),
            (Content, &[]),
            (Dot, &[]),
            (Rset, &[250]),
            (Quit, &[221]),
        ];
        for (verb, codes) in expected {
            let going_on: Vec<u16> = (0..1000)
                .filter(|code| AttemptOutcome::of_reply(*verb, *code).is_none())
                .collect();
            assert_eq!(going_on, *codes, "{verb:?}");
        }
    }

    #[test]
    fn codes_by_step() {
        let table = [
            // code, before MAIL, MAIL/RCPT/DATA, dot
            (421, RelayFailed, RelayFailed, Deferred),
            (450, RelayFailed, Deferred, Deferred),
            (451, RelayFailed, Deferred, Deferred),
            (452, RelayFailed, Deferred, Deferred),
            (500, RelayFailed, Refused, Refused),
            (530, RelayFailed, RelayFailed, Refused),
            (535, RelayFailed, RelayFailed, Refused),
            (550, RelayFailed, Refused, Refused),
            (552, RelayFailed, Refused, Refused),
            (554, RelayFailed, Refused, Refused),
            (220, RelayFailed, RelayFailed, Accepted),
            (354, RelayFailed, RelayFailed, Ambiguous),
            (199, RelayFailed, RelayFailed, Ambiguous),
            (600, RelayFailed, RelayFailed, Ambiguous),
        ];
        for (code, early, mail, dot) in table {
            for verb in [Connect, Greeting, Ehlo, StartTls, Auth, Rset, Quit] {
                if let Some(outcome) = AttemptOutcome::of_reply(verb, code) {
                    assert_eq!(outcome, early, "{code} at {verb:?}");
                }
            }
            for verb in [Mail, Rcpt, Data, Content] {
                if let Some(outcome) = AttemptOutcome::of_reply(verb, code) {
                    assert_eq!(outcome, mail, "{code} at {verb:?}");
                }
            }
            assert_eq!(AttemptOutcome::of_reply(Dot, code), Some(dot), "{code} at the dot");
        }
    }

    #[test]
    fn silence_is_ambiguous_from_the_terminator_on_and_only_there() {
        for verb in ALL {
            let expected = if verb == Dot { Ambiguous } else { RelayFailed };
            assert_eq!(AttemptOutcome::of_silence(verb), expected, "{verb:?}");
        }
    }

    #[test]
    fn only_a_reply_to_the_dot_accepts() {
        for verb in ALL.into_iter().filter(|verb| *verb != Dot) {
            for code in 0..1000 {
                assert_ne!(
                    AttemptOutcome::of_reply(verb, code),
                    Some(Accepted),
                    "{code} at {verb:?}"
                );
                assert_ne!(
                    AttemptOutcome::of_reply(verb, code),
                    Some(Ambiguous),
                    "{code} at {verb:?}"
                );
            }
        }
    }

    #[test]
    fn the_text_is_one_bounded_line() {
        let verdict = |text: &str| Verdict::refused_unsent(text).text;
        assert_eq!(verdict(" a\r\n\tb\0c \u{85}"), Some("a b c".to_owned()));
        assert_eq!(verdict("\r\n\0"), None);
        let long = verdict(&"é ".repeat(10_000)).unwrap_or_default();
        assert_eq!(long.chars().count(), Verdict::TEXT_MAX_CHARS);
        let one_word = verdict(&"é".repeat(10_000)).unwrap_or_default();
        assert_eq!(one_word.chars().count(), Verdict::TEXT_MAX_CHARS);
    }

    #[test]
    fn which_refusals_are_about_the_address() {
        let refused = |verb, code, enhanced: Option<&str>| {
            Verdict::of_reply(Refused, verb, code, enhanced.map(str::to_owned), "no").refuses_address()
        };
        for (code, enhanced) in [
            (550, Some("5.1.1")),
            (554, Some("5.1.10")),
            (550, None),
            (551, None),
            (553, None),
        ] {
            assert!(refused(Rcpt, code, enhanced), "{code} {enhanced:?}");
            assert!(!refused(Mail, code, enhanced) && !refused(Dot, code, enhanced));
        }
        for (code, enhanced) in [
            (550, Some("5.7.1")),
            (552, Some("5.2.2")),
            (554, None),
            (552, None),
            (550, Some("5.10.1")),
        ] {
            assert!(!refused(Rcpt, code, enhanced), "{code} {enhanced:?}");
        }
        let deferred = Verdict::of_reply(Deferred, Rcpt, 450, None, "later");
        assert!(!deferred.refuses_address());
    }

    #[test]
    fn backoff_of_one_mail() {
        let id = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001);
        let pauses: Vec<i64> = (0..10).map(|failures| backoff(failures, id).num_minutes()).collect();
        let nominal = [2, 2, 6, 15, 30, 60, 120, 240, 240, 240];
        for (pause, nominal) in pauses.iter().zip(nominal) {
            assert!((nominal * 8 / 10..=nominal * 12 / 10).contains(pause), "{pauses:?}");
        }
        assert_eq!(backoff(3, id), backoff(3, id));
    }

    #[test]
    fn mails_deferred_together_come_back_apart() {
        let pauses: std::collections::HashSet<i64> = (0..100)
            .map(|n| backoff(7, Uuid::from_u128(n)).num_milliseconds())
            .collect();
        assert!(pauses.len() > 70, "{} different pauses", pauses.len());
    }

    #[test]
    fn a_mail_waits_for_its_backoff_and_not_for_a_clock_that_was_set_back() {
        let now = DateTime::<Utc>::UNIX_EPOCH + Duration::days(16_000);
        let microsecond = Duration::microseconds(1);
        for (failures, ahead, is_tried) in [
            (0, Duration::zero(), true),
            // Nothing but a clock makes a mail wait that was never deferred.
            (0, microsecond, true),
            (0, Duration::days(400), true),
            (1, -microsecond, true),
            (1, Duration::zero(), true),
            (1, microsecond, false),
            (9, LONGEST_BACKOFF, false),
            (9, LONGEST_BACKOFF + microsecond, true),
            (1, Duration::days(400), true),
        ] {
            assert_eq!(may_be_tried(failures, now + ahead, now), is_tried, "{failures} {ahead}");
        }
    }

    proptest! {
        #[test]
        fn the_jitter_is_at_most_a_fifth(failures: u32, id: u128) {
            let nth = (failures.max(1) as usize - 1).min(PAUSES_MINUTES.len() - 1);
            let nominal = PAUSES_MINUTES[nth] * 60_000;
            let pause = backoff(failures, Uuid::from_u128(id)).num_milliseconds();
            prop_assert!(pause * 10 >= nominal * 8 && pause * 10 <= nominal * 12);
            prop_assert!(backoff(failures, Uuid::from_u128(id)) <= LONGEST_BACKOFF);
        }

        #[test]
        fn any_text_becomes_one_clean_line(text: String) {
            let line = Verdict::refused_unsent(&text).text.unwrap_or_default();
            prop_assert!(line.chars().count() <= Verdict::TEXT_MAX_CHARS);
            prop_assert!(!line.chars().any(char::is_control));
        }
    }
}
