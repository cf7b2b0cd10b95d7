//! Organisers' own mails.

use entities::{announcement, ledger_entry};
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set};
use uuid::Uuid;

use super::{Result, Store, Tx, rows::Place, rules::TriggerColumns};
use crate::domain::{
    announcement::{Audience, OwnMail},
    ids::{AnnouncementId, MessageId, ProgrammeId},
    rule::RuleKey,
};

/// What organisers of a programme announced, by id.
pub(super) async fn announcements_of(db: &impl ConnectionTrait, programme: Uuid) -> Result<Vec<OwnMail>> {
    let found = announcement::Entity::find()
        .filter(announcement::Column::ProgrammeId.eq(programme))
        .order_by_asc(announcement::Column::Id)
        .all(db)
        .await?;
    found.iter().map(own_mail).collect()
}

fn own_mail(row: &announcement::Model) -> Result<OwnMail> {
    let place = Place {
        table: "announcement",
        row: &row.id,
    };
    let columns = TriggerColumns {
        anchor: row.anchor.clone(),
        offset_days: row.offset_days,
        offset_minutes: row.offset_minutes,
        weekday: row.weekday.clone(),
        at_time: row.at_time,
    };
    Ok(OwnMail {
        id: AnnouncementId(row.id),
        audience: place.word("audience", &row.audience, Audience::from_word)?,
        subject: place.parse("subject", &row.subject)?,
        body: place.parse("body", &row.body)?,
        trigger: columns.read(place)?,
        announced_at: row.announced_at,
        withdrawn_at: row.withdrawn_at,
    })
}

fn own_mail_row(programme: ProgrammeId, mail: &OwnMail) -> announcement::ActiveModel {
    let trigger = mail.trigger.map(TriggerColumns::from).unwrap_or_default();
    announcement::ActiveModel {
        id: Set(mail.id.0),
        programme_id: Set(programme.0),
        audience: Set(mail.audience.word().to_owned()),
        subject: Set(mail.subject.to_string()),
        body: Set(mail.body.to_string()),
        anchor: Set(trigger.anchor),
        offset_days: Set(trigger.offset_days),
        offset_minutes: Set(trigger.offset_minutes),
        weekday: Set(trigger.weekday),
        at_time: Set(trigger.at_time),
        announced_at: Set(mail.announced_at),
        withdrawn_at: Set(mail.withdrawn_at),
    }
}

impl Store {
    /// What organisers of a programme announced, the earliest first.
    pub async fn announcements(&self, programme: ProgrammeId) -> Result<Vec<OwnMail>> {
        announcements_of(&self.reader, programme.0).await
    }

    /// The first mails that were made of an announcement.
    pub async fn messages_of_announcement(&self, id: AnnouncementId, limit: u64) -> Result<Vec<MessageId>> {
        let Some(programme) = self.programme_of_announcement(id).await? else {
            return Ok(Vec::new());
        };
        let found: Vec<Uuid> = ledger_entry::Entity::find()
            .select_only()
            .column(ledger_entry::Column::MessageId)
            .filter(ledger_entry::Column::ProgrammeId.eq(programme.0))
            .filter(ledger_entry::Column::Source.eq(RuleKey::Announcement.word()))
            .filter(ledger_entry::Column::Occurrence.starts_with(id.to_string()))
            .filter(ledger_entry::Column::MessageId.is_not_null())
            .order_by_asc(ledger_entry::Column::Id)
            .limit(limit)
            .into_tuple()
            .all(&self.reader)
            .await?;
        Ok(found.into_iter().map(MessageId).collect())
    }

    /// The programme of an announcement; none: there is no such announcement.
    pub async fn programme_of_announcement(&self, id: AnnouncementId) -> Result<Option<ProgrammeId>> {
        let row = announcement::Entity::find_by_id(id.0).one(&self.reader).await?;
        Ok(row.map(|row| ProgrammeId(row.programme_id)))
    }
}

impl Tx {
    /// Writes what differs.
    pub(super) async fn save_announcements(
        &self,
        programme: ProgrammeId,
        before: &[OwnMail],
        after: &[OwnMail],
    ) -> Result<()> {
        for mail in after.iter().filter(|mail| !before.contains(mail)) {
            let row = own_mail_row(programme, mail);
            if before.iter().any(|earlier| earlier.id == mail.id) {
                row.update(&self.0).await?;
            } else {
                row.insert(&self.0).await?;
            }
        }
        Ok(())
    }
}
