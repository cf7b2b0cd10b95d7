//! What a withdrawal after the go costs. Programmes that are there get what a programme gets that says nothing: the whole price.

use sea_orm_migration::{prelude::*, schema::integer};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let added = Table::alter()
            .table("programme")
            .add_column(integer("withdrawal_basis_points").default(10_000))
            .to_owned();
        manager.alter_table(added).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let dropped = Table::alter()
            .table("programme")
            .drop_column("withdrawal_basis_points")
            .to_owned();
        manager.alter_table(dropped).await
    }
}
