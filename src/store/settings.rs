//! What a database knows of itself.

use entities::setting::{ActiveModel, Column, Entity};
use sea_orm::{EntityTrait, Set, sea_query::OnConflict};

use super::{Result, Store};

impl Store {
    /// The value that is kept.
    pub async fn setting(&self, key: &str) -> Result<Option<String>> {
        let kept = Entity::find_by_id(key.to_owned()).one(&self.reader).await?;
        Ok(kept.map(|row| row.value))
    }

    /// Keeps a value unless there is one already, and returns what is kept: the first value stays.
    pub async fn keep_first(&self, key: &str, value: &str) -> Result<String> {
        let tx = self.begin().await?;
        let row = ActiveModel {
            key: Set(key.to_owned()),
            value: Set(value.to_owned()),
        };
        let unless_there = OnConflict::column(Column::Key).do_nothing().to_owned();
        Entity::insert(row)
            .on_conflict(unless_there)
            .exec_without_returning(&tx.0)
            .await?;
        let kept = Entity::find_by_id(key.to_owned()).one(&tx.0).await?;
        tx.commit().await?;
        Ok(kept.map_or_else(|| value.to_owned(), |row| row.value))
    }
}
