//! Mails in the database and on their way, on both engines.

mod claims;
mod clock;
mod delivery;
mod faults;
mod holds;
mod paces;
mod policies;
mod reading;
mod verdicts;

use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, Duration, Utc};
use entities::{instance, programme};
use leernetwerk::{
    domain::{
        delivery::{AttemptOutcome, SmtpVerb, Verdict},
        ids::{InstanceId, MessageId, ProgrammeId, RegistrationId},
        message::{Locale, MessageKind, MessageStatus, Recipient},
        page::Window,
    },
    entropy::Entropy,
    store::{Attempt, Claim, Message, MessageBody, MessageFilter, NewMessage, Priority, Reach, Seal, Store},
};
use sea_orm::{ActiveModelTrait, DatabaseConnection, EntityTrait, IntoActiveModel, Set};
use secrecy::SecretString;
use uuid::Uuid;

use crate::harness::engines::{Database, Schema, Subject};

/// The programme of all mails here.
const PROGRAMME: ProgrammeId = ProgrammeId(Uuid::from_u128(1));
/// The server that the stories are told of.
const HERE: InstanceId = InstanceId(Uuid::from_u128(0xA));
/// Another one.
const THERE: InstanceId = InstanceId(Uuid::from_u128(0xB));

/// So many hours after the moment at which the mails here are due.
fn at(hours: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_400_000_000, 0).unwrap() + Duration::hours(hours)
}

/// An outbox with nothing in it.
struct Outbox {
    store: Store,
    seal: Seal,
    entropy: Entropy,
    /// For what only a fault does.
    behind: DatabaseConnection,
    posted: AtomicU64,
    database: Database,
}

impl Subject for Outbox {
    fn schema() -> &'static Schema {
        static SCHEMA: Schema = Schema::new("template_outbox", |url| {
            Box::pin(async move {
                let store = Store::connect(&url).await?;
                store.migrate().await?;
                Ok(store.close().await?)
            })
        });
        &SCHEMA
    }

    async fn on(database: Database) -> Self {
        let behind = sea_orm::Database::connect(&database.url).await.unwrap();
        programme(PROGRAMME).insert(&behind).await.unwrap();
        Self {
            store: Store::connect(&database.url).await.unwrap(),
            seal: Seal::new(&SecretString::from("a secret of the tests")).unwrap(),
            entropy: Entropy::seeded(1),
            behind,
            posted: AtomicU64::new(0),
            database,
        }
    }

    /// Nothing is in anybody's hands, and what did not go out says why.
    async fn check(&self) {
        for mail in self.mails().await {
            assert_ne!(mail.status, MessageStatus::Sending, "{mail:?}");
            let is_told = matches!(mail.status, MessageStatus::Queued | MessageStatus::Sent) || mail.reason.is_some();
            assert!(is_told, "{mail:?}");
            let has_ended = !matches!(mail.status, MessageStatus::Queued | MessageStatus::Held);
            assert_eq!(mail.ended_at.is_some(), has_ended, "{mail:?}");
            assert_eq!(mail.sent_at.is_some(), mail.status == MessageStatus::Sent, "{mail:?}");
        }
    }
}

impl Outbox {
    /// A second server's connections.
    async fn another_store(&self) -> Store {
        Store::connect(&self.database.url).await.unwrap()
    }

    /// A mail that is due, not stored yet.
    fn letter(&self, priority: Priority) -> NewMessage {
        let nth = self.posted.fetch_add(1, Ordering::Relaxed);
        let id = MessageId(self.entropy.id(at(0)));
        let raw = raw(id);
        NewMessage {
            id,
            programme_id: PROGRAMME,
            recipient: Recipient::Registration(RegistrationId(Uuid::from_u128(u128::from(nth)))),
            kind: MessageKind::RegistrationReceived,
            locale: Locale::Nl,
            address: format!("p{nth}@people.example"),
            address_hash: format!("hash of p{nth}@people.example"),
            subject: format!("Mail {nth}"),
            message_id_header: format!("{id}@leer.example"),
            priority,
            caused_at: at(0),
            due_at: at(0),
            decided_at: at(0),
            body: MessageBody::Sealed(self.seal.seal(id.0, self.entropy.bytes(), &raw).unwrap()),
        }
    }

    /// Stores a mail and commits.
    async fn post(&self, new: &NewMessage) -> MessageId {
        let tx = self.store.begin().await.unwrap();
        let holds = tx.locked_holds().await.unwrap();
        tx.insert_message(new, &holds).await.unwrap();
        tx.commit().await.unwrap();
        new.id
    }

    /// Stores a mail that is due.
    async fn post_one(&self) -> MessageId {
        self.post(&self.letter(Priority::Time)).await
    }

    /// Stores mails that are due.
    async fn post_many(&self, count: usize) -> Vec<MessageId> {
        let tx = self.store.begin().await.unwrap();
        let holds = tx.locked_holds().await.unwrap();
        let mut ids = Vec::new();
        for _ in 0..count {
            let new = self.letter(Priority::Time);
            tx.insert_message(&new, &holds).await.unwrap();
            ids.push(new.id);
        }
        tx.commit().await.unwrap();
        ids
    }

    async fn claim(&self, now: DateTime<Utc>, limit: u64) -> Vec<Claim> {
        self.store.claim(HERE, now, Reach::All, limit).await.unwrap()
    }

    /// Takes the one mail that is due.
    async fn claim_one(&self, now: DateTime<Utc>) -> Claim {
        let claims = self.claim(now, 2).await;
        assert_eq!(claims.len(), 1, "{claims:?}");
        claims.into_iter().next().unwrap()
    }

    async fn mail(&self, id: MessageId) -> Message {
        self.store.message(id).await.unwrap().unwrap()
    }

    async fn status(&self, id: MessageId) -> MessageStatus {
        self.mail(id).await.status
    }

    async fn mails(&self) -> Vec<Message> {
        let page = self
            .store
            .messages(&MessageFilter::default(), &Window::first(10_000))
            .await
            .unwrap();
        page.items
    }

    async fn attempts(&self, id: MessageId) -> Vec<Attempt> {
        self.store
            .attempts(&[id])
            .await
            .unwrap()
            .remove(&id)
            .unwrap_or_default()
    }

    async fn outcomes(&self, id: MessageId) -> Vec<Option<AttemptOutcome>> {
        self.attempts(id)
            .await
            .into_iter()
            .map(|attempt| attempt.outcome)
            .collect()
    }

    /// Makes a server's last beat that much older.
    async fn age(&self, instance: InstanceId, seconds: i64) {
        let row = instance::Entity::find_by_id(instance.0)
            .one(&self.behind)
            .await
            .unwrap()
            .unwrap();
        let last_seen_ms = row.last_seen_ms - seconds * 1000;
        let mut row = row.into_active_model();
        row.last_seen_ms = Set(last_seen_ms);
        row.update(&self.behind).await.unwrap();
    }
}

/// The bytes of a mail.
fn raw(id: MessageId) -> Vec<u8> {
    format!("Message-ID: <{id}@leer.example>\r\nSubject: x\r\n\r\nhttps://leer.example/p/a-live-link\r\n.\r\n")
        .into_bytes()
}

/// A verdict of the relay.
fn verdict(outcome: AttemptOutcome) -> Verdict {
    match outcome {
        AttemptOutcome::Accepted => {
            Verdict::of_reply(outcome, SmtpVerb::Dot, 250, Some("2.0.0".into()), "2.0.0 queued")
        }
        AttemptOutcome::Deferred => {
            Verdict::of_reply(outcome, SmtpVerb::Rcpt, 450, Some("4.2.0".into()), "4.2.0 later")
        }
        AttemptOutcome::Refused => {
            Verdict::of_reply(outcome, SmtpVerb::Rcpt, 550, Some("5.1.1".into()), "5.1.1 no such user")
        }
        AttemptOutcome::RelayFailed => Verdict::of_silence(SmtpVerb::Connect, "connection refused"),
        AttemptOutcome::Ambiguous => Verdict::of_silence(SmtpVerb::Dot, "the relay closed the connection"),
    }
}

/// What a mail has to belong to.
fn programme(id: ProgrammeId) -> programme::ActiveModel {
    programme::Model {
        id: id.0,
        slug: format!("p-{id}"),
        title: "A programme".into(),
        subtitle: None,
        description: "For the tests.".into(),
        audience: None,
        locale: "nl".into(),
        time_zone: "Europe/Amsterdam".into(),
        min_participants: 8,
        max_participants: 12,
        registration_opens_at: None,
        registration_deadline: at(0).date_naive(),
        registration_closes_at: at(0),
        deadline_set_at: at(0),
        decision_mode: "automatic".into(),
        price_cents: 0,
        vat_included: false,
        vat_basis_points: 2100,
        subsidy_basis_points: None,
        showcase_on: None,
        showcase_starts: None,
        showcase_ends: None,
        showcase_capacity: None,
        guest_quota: None,
        participant_retention_months: 24,
        guest_retention_months: 3,
        withdrawal_basis_points: 10_000,
        phase: "draft".into(),
        published_at: None,
        cancelled_at: None,
        cancellation_cause: None,
        cancellation_counted: None,
        cancellation_minimum: None,
        cancellation_reason: None,
        next_arrival: 1,
        taken: 0,
        counted: 0,
        unverified: 0,
        offered: 0,
        waiting: 0,
        waiting_verified: 0,
        wake_at: None,
        settled_at: at(0),
        created_at: at(0),
    }
    .into_active_model()
}
