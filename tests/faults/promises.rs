//! The promises, held against the relay's log and the database after every scenario: the one place that says what must hold.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use entities::{decision, delivery_attempt, ledger_entry, message, message_body};
use leernetwerk::{
    domain::{delivery::may_be_tried, ids::MessageId, message::MessageStatus},
    store::Seal,
};
use sea_orm::{DatabaseConnection, EntityTrait};
use sha2::{Digest, Sha256};

use super::Counts;
use crate::harness::smtp::AcceptedMail;

/// What is looked at.
pub struct Evidence<'a> {
    /// The database.
    pub behind: &'a DatabaseConnection,
    /// Opens the stored bytes.
    pub seal: &'a Seal,
    /// What the relay took.
    pub accepted: Vec<AcceptedMail>,
    /// The clock of the mails.
    pub now: DateTime<Utc>,
    /// Whether everything that was due should have been done by now.
    pub is_over: bool,
}

/// Holds the promises against the evidence; what was counted meanwhile.
pub async fn hold(evidence: &Evidence<'_>) -> Counts {
    let mut counts = Counts::default();
    steps(evidence, &mut counts).await;
    mails(evidence, &mut counts).await;
    counts
}

/// Each step of a timeline is decided exactly once, and ends in a named state with a reason.
async fn steps(evidence: &Evidence<'_>, counts: &mut Counts) {
    let entries = ledger_entry::Entity::find().all(evidence.behind).await.unwrap();
    let mut keys = BTreeSet::new();
    let mut made = BTreeSet::new();
    for entry in &entries {
        let key = (entry.programme_id, &entry.source, &entry.subject, &entry.occurrence);
        assert!(keys.insert(key), "a step stands twice in the ledger: {entry:?}");
        match entry.state.as_str() {
            "done" if entry.kind == "mail" => {
                let id = entry
                    .message_id
                    .unwrap_or_else(|| panic!("a mail that is not there: {entry:?}"));
                assert!(made.insert(id), "a mail of two steps: {entry:?}");
            }
            "done" => {}
            "pending" if !evidence.is_over => {}
            "skipped" | "missed" | "failed" => {
                assert!(entry.reason.is_some(), "no reason is told: {entry:?}");
            }
            state => panic!("a step is left {state}: {entry:?}"),
        }
    }
    let mails: BTreeSet<_> = message::Entity::find()
        .all(evidence.behind)
        .await
        .unwrap()
        .into_iter()
        .map(|mail| mail.id)
        .collect();
    assert_eq!(made, mails, "each mail is one step's, and each step's mail is there");
    counts.add("steps", entries.len());
    let decisions = decision::Entity::find().all(evidence.behind).await.unwrap();
    let decided = entries
        .iter()
        .filter(|entry| entry.kind == "decision" && entry.state == "done");
    assert_eq!(
        decided.count(),
        decisions.len(),
        "one step of the ledger for each decision"
    );
    counts.add("decisions", decisions.len());
}

/// Each mail is one row whose bytes never change, accepted at most once more than it had attempts without a verdict, and ends
/// in a named state with a reason.
async fn mails(evidence: &Evidence<'_>, counts: &mut Counts) {
    let mut attempts: HashMap<_, Vec<delivery_attempt::Model>> = HashMap::new();
    for attempt in delivery_attempt::Entity::find().all(evidence.behind).await.unwrap() {
        attempts.entry(attempt.message_id).or_default().push(attempt);
    }
    let bodies: HashMap<_, _> = message_body::Entity::find()
        .all(evidence.behind)
        .await
        .unwrap()
        .into_iter()
        .map(|body| (body.message_id, body.sealed))
        .collect();
    let mut accepted: BTreeMap<&str, Vec<&AcceptedMail>> = BTreeMap::new();
    for mail in &evidence.accepted {
        let id = mail.message_id.as_deref().expect("every mail has a Message-ID");
        accepted.entry(id).or_default().push(mail);
    }
    for mail in message::Entity::find().all(evidence.behind).await.unwrap() {
        let copies = accepted.remove(mail.message_id_header.as_str()).unwrap_or_default();
        let attempts = attempts.remove(&mail.id).unwrap_or_default();
        if let Some(sealed) = bodies.get(&mail.id) {
            let stored = evidence.seal.open(MessageId(mail.id).0, sealed).unwrap();
            for copy in &copies {
                assert_eq!(
                    copy.sha256,
                    sha256_on_the_wire(&stored),
                    "the bytes of a copy differ: {mail:?}"
                );
                assert_eq!(copy.envelope_to, mail.recipient, "it went to somebody else: {mail:?}");
            }
        }
        // A verdict that comes late takes the place of "nobody knows"; the mail still counts it.
        let ambiguous = attempts
            .iter()
            .filter(|attempt| attempt.outcome.as_deref() == Some("ambiguous"))
            .count();
        let ambiguous = ambiguous.max(usize::try_from(mail.ambiguities).unwrap());
        assert!(
            copies.len() <= 1 + ambiguous.min(1),
            "{} copies, {ambiguous} attempts without a verdict: {mail:?} {attempts:?}",
            copies.len()
        );
        counts.add("attempts", attempts.len());
        counts.add("attempts without a verdict", ambiguous);
        counts.add("accepted twice", copies.len().saturating_sub(1));
        is_accounted_for(&mail, &attempts, copies.len(), evidence, counts);
    }
    assert!(
        accepted.is_empty(),
        "the relay has mails that nobody made: {:?}",
        accepted.keys()
    );
    counts.add("accepted", evidence.accepted.len());
}

fn is_accounted_for(
    mail: &message::Model,
    attempts: &[delivery_attempt::Model],
    copies: usize,
    evidence: &Evidence<'_>,
    counts: &mut Counts,
) {
    counts.add("mails", 1);
    match MessageStatus::ALL
        .into_iter()
        .find(|status| status.word() == mail.status)
    {
        Some(MessageStatus::Sent) => {
            assert!(copies >= 1, "said to be sent, and the relay has none: {mail:?}");
            assert!(mail.ended_at.is_some() && mail.sent_at.is_some(), "{mail:?}");
        }
        Some(MessageStatus::Queued) => {
            if evidence.is_over {
                let failures = mail.failures.unsigned_abs();
                assert!(
                    !may_be_tried(failures, mail.next_attempt_at, evidence.now),
                    "it is due and nobody takes it: {mail:?}"
                );
                assert!(mail.reason.is_some(), "no reason is told: {mail:?}");
            }
            assert!(copies == 0 || mail.ambiguities > 0, "taken, and still queued: {mail:?}");
            counts.add("to be tried later", 1);
        }
        Some(MessageStatus::Sending) | None => panic!("left in somebody's hands: {mail:?}"),
        Some(status) => {
            assert!(
                mail.reason.is_some() && mail.ended_at.is_some(),
                "no reason is told: {mail:?}"
            );
            assert!(
                copies == 0 || status == MessageStatus::Unknown,
                "taken, and said not to be: {mail:?}"
            );
            counts.add(status.word(), 1);
        }
    }
    let open = attempts.iter().filter(|attempt| attempt.outcome.is_none()).count();
    assert_eq!(open, 0, "an attempt without an end: {attempts:?}");
}

/// The relay sees the last line ended; the store keeps it as it was made.
fn sha256_on_the_wire(stored: &[u8]) -> String {
    let mut digest = Sha256::new();
    digest.update(stored);
    if !stored.ends_with(b"\r\n") {
        digest.update(b"\r\n");
    }
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
