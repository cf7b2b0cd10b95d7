//! Keeping mails back and letting them go.
//!
//! What is held as a whole (everything, or a programme) is a setting, so that mails made later are held too. Whoever sets it
//! waits for those who are making or queueing mails, and these read it only once nobody is setting it: so none slips through
//! between the two. SQLite has one writer and needs no lock for that.

use chrono::{DateTime, Utc};
use entities::{ledger_entry, message, setting};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbBackend, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Set,
    sea_query::{Expr, LockType, OnConflict},
};
use uuid::Uuid;

use super::super::{Result, Store, Tx, facts::due_programmes, ledger::to_be_made};
use crate::domain::{
    ids::{MessageId, ProgrammeId},
    message::MessageStatus,
    sending::{CATCHING_UP_AT_MOST, HELD_BY_A_PERSON, HoldCause, too_many},
};

/// Which mails are held or released.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// These.
    Messages(Vec<MessageId>),
    /// Those of a programme, and when holding also those made later.
    Programme(ProgrammeId),
    /// All, and when holding also those made later.
    All,
}

/// What is held as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Holds {
    /// Everything.
    pub all: bool,
    /// These programmes.
    pub programmes: Vec<ProgrammeId>,
}

impl Holds {
    /// Whether mails of a programme are held as a whole.
    pub(super) fn hold(&self, programme: ProgrammeId) -> bool {
        self.all || self.programmes.contains(&programme)
    }
}

async fn holds(db: &impl ConnectionTrait) -> Result<Holds> {
    let keys: Vec<String> = setting::Entity::find()
        .select_only()
        .column(setting::Column::Key)
        .filter(setting::Column::Key.starts_with("hold/"))
        .order_by_asc(setting::Column::Key)
        .into_tuple()
        .all(db)
        .await?;
    let programmes = keys.iter().filter_map(|key| key.strip_prefix(PROGRAMME)?.parse().ok());
    Ok(Holds {
        all: keys.iter().any(|key| key == ALL),
        programmes: programmes.map(ProgrammeId).collect(),
    })
}

/// What became of the mails that were catching up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaughtUp {
    /// There were none, or there is still something due that may make more.
    Nothing,
    /// So many go.
    Released(usize),
    /// So many wait for a person.
    Held(usize),
}

/// The advisory lock under which PostgreSQL holds mail as a whole; any number that nobody else uses.
const HOLD_LOCK: i64 = 0x6c65_6572_6e68_6f6c;

/// The setting that holds everything.
const ALL: &str = "hold/all";
/// What the setting that holds a programme begins with.
const PROGRAMME: &str = "hold/programme/";

fn of_programme(id: Uuid) -> String {
    format!("{PROGRAMME}{id}")
}

impl Selection {
    fn condition(&self) -> Condition {
        match self {
            Self::Messages(ids) => Condition::all().add(message::Column::Id.is_in(ids.iter().map(|id| id.0))),
            Self::Programme(id) => Condition::all().add(message::Column::ProgrammeId.eq(id.0)),
            Self::All => Condition::all(),
        }
    }
}

impl Store {
    /// Whether a mail is catching up.
    pub async fn is_catching_up(&self) -> Result<bool> {
        let one: Option<Uuid> = message::Entity::find()
            .select_only()
            .column(message::Column::Id)
            .filter(message::Column::Hold.eq(HoldCause::CatchingUp.word()))
            .into_tuple()
            .one(&self.reader)
            .await?;
        Ok(one.is_some())
    }

    /// What is held as a whole.
    pub async fn holds(&self) -> Result<Holds> {
        holds(&self.reader).await
    }
}

impl Tx {
    /// Holds mails that are queued, and as a whole also those that come. How many of those that are there.
    pub async fn hold_messages(&self, selection: &Selection) -> Result<u64> {
        let held = match selection {
            Selection::Messages(_) => None,
            Selection::Programme(id) => Some(of_programme(id.0)),
            Selection::All => Some(ALL.to_owned()),
        };
        if let Some(key) = held {
            self.lock_holding("pg_advisory_xact_lock").await?;
            let row = setting::ActiveModel {
                key: Set(key),
                value: Set("held".to_owned()),
            };
            setting::Entity::insert(row)
                .on_conflict(OnConflict::column(setting::Column::Key).do_nothing().to_owned())
                .exec_without_returning(&self.0)
                .await?;
        }
        // Those that are catching up would go by themselves.
        let on_its_way = Condition::any()
            .add(message::Column::Status.eq(MessageStatus::Queued.word()))
            .add(message::Column::Hold.eq(HoldCause::CatchingUp.word()));
        let held = message::Entity::update_many()
            .col_expr(message::Column::Status, Expr::value(MessageStatus::Held.word()))
            .col_expr(message::Column::Hold, Expr::value(HoldCause::Person.word()))
            .col_expr(message::Column::Reason, Expr::value(HELD_BY_A_PERSON))
            .filter(selection.condition())
            .filter(on_its_way)
            .exec(&self.0)
            .await?;
        Ok(held.rows_affected)
    }

    /// Lets mails go that are held, whatever for, and lifts what holds them as a whole. How many.
    pub async fn release_messages(&self, selection: &Selection) -> Result<u64> {
        let lifted = match selection {
            Selection::Messages(_) => None,
            Selection::Programme(id) => Some(setting::Column::Key.eq(of_programme(id.0))),
            Selection::All => Some(setting::Column::Key.starts_with("hold/")),
        };
        if let Some(lifted) = lifted {
            setting::Entity::delete_many().filter(lifted).exec(&self.0).await?;
        }
        // Sent once more because somebody says so: from then on it is as if there had been no doubt.
        message::Entity::update_many()
            .col_expr(message::Column::Ambiguities, Expr::value(0))
            .filter(selection.condition())
            .filter(message::Column::Hold.eq(HoldCause::Ambiguous.word()))
            .exec(&self.0)
            .await?;
        let released = message::Entity::update_many()
            .col_expr(message::Column::Status, Expr::value(MessageStatus::Queued.word()))
            .col_expr(message::Column::Hold, Expr::value(None::<String>))
            .col_expr(message::Column::Reason, Expr::value(None::<String>))
            .filter(selection.condition())
            .filter(message::Column::Status.eq(MessageStatus::Held.word()))
            .exec(&self.0)
            .await?;
        Ok(released.rows_affected)
    }

    /// Whether everything is held.
    pub async fn is_everything_held(&self) -> Result<bool> {
        Ok(setting::Entity::find_by_id(ALL).one(&self.0).await?.is_some())
    }

    /// What is held as a whole; nobody changes that until this transaction ends.
    pub async fn locked_holds(&self) -> Result<Holds> {
        self.lock_holding("pg_advisory_xact_lock_shared").await?;
        holds(&self.0).await
    }

    async fn lock_holding(&self, function: &str) -> Result<()> {
        if self.0.get_database_backend() == DbBackend::Postgres {
            let lock = format!("SELECT {function}({HOLD_LOCK})");
            self.0.execute_unprepared(&lock).await?;
        }
        Ok(())
    }

    /// Once nothing is due, beside the programmes that cannot be settled: lets the mails go that came late, or, when they are
    /// many, leaves them to a person.
    pub async fn catch_up(&self, now: DateTime<Utc>, except: &[ProgrammeId]) -> Result<CaughtUp> {
        let late: Vec<Uuid> = message::Entity::find()
            .select_only()
            .column(message::Column::Id)
            .filter(message::Column::Hold.eq(HoldCause::CatchingUp.word()))
            .limit(CATCHING_UP_AT_MOST as u64 + 1)
            .lock(LockType::Update)
            .into_tuple()
            .all(&self.0)
            .await?;
        if late.is_empty() || self.is_anything_due(now, except).await? {
            return Ok(CaughtUp::Nothing);
        }
        let those = |update: sea_orm::UpdateMany<message::Entity>| {
            update.filter(message::Column::Hold.eq(HoldCause::CatchingUp.word()))
        };
        let count = message::Entity::find()
            .filter(message::Column::Hold.eq(HoldCause::CatchingUp.word()))
            .count(&self.0)
            .await?;
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        if let Some(reason) = too_many(count) {
            let many = message::Entity::update_many()
                .col_expr(message::Column::Hold, Expr::value(HoldCause::TooMany.word()))
                .col_expr(message::Column::Reason, Expr::value(reason));
            those(many).exec(&self.0).await?;
            return Ok(CaughtUp::Held(count));
        }
        let go = message::Entity::update_many()
            .col_expr(message::Column::Status, Expr::value(MessageStatus::Queued.word()))
            .col_expr(message::Column::Hold, Expr::value(None::<String>))
            .col_expr(message::Column::Reason, Expr::value(None::<String>))
            .filter(message::Column::Id.is_in(late));
        those(go).exec(&self.0).await?;
        self.announce_change().await?;
        Ok(CaughtUp::Released(count))
    }

    /// Whether a programme is to be looked at, or a mail to be made: also by somebody who is busy with it right now, for what
    /// is not committed still shows as due.
    async fn is_anything_due(&self, now: DateTime<Utc>, except: &[ProgrammeId]) -> Result<bool> {
        if due_programmes(now, except).count(&self.0).await? > 0 {
            return Ok(true);
        }
        let mails = ledger_entry::Entity::find()
            .filter(to_be_made(now))
            .count(&self.0)
            .await?;
        Ok(mails > 0)
    }
}
