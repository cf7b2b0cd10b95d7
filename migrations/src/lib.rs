//! Schema history. A migration that has run anywhere is never changed; the next one is added here. Nothing in this crate
//! depends on the entities, so old migrations stay what they were.

use sea_orm_migration::MigrationTrait;
pub use sea_orm_migration::{MigratorTrait, SchemaManager};

mod m20261101_000001_programmes_and_outbox;
mod m20261124_000002_triggers_and_announcements;
mod m20261124_000003_delivery;
mod m20261124_000004_operation;
mod m20261124_000005_withdrawal_percentage;
mod m20261124_000006_showcase;
mod m20261124_000007_hosting;
mod m20261124_000008_sharing;
mod m20261124_000010_privacy;
mod m20261129_000011_harvest;
mod m20261129_000012_guests;

/// Every migration, in order.
#[derive(Debug, Clone, Copy)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261101_000001_programmes_and_outbox::Migration),
            Box::new(m20261124_000002_triggers_and_announcements::Migration),
            Box::new(m20261124_000003_delivery::Migration),
            Box::new(m20261124_000004_operation::Migration),
            Box::new(m20261124_000005_withdrawal_percentage::Migration),
            Box::new(m20261124_000006_showcase::Migration),
            Box::new(m20261124_000007_hosting::Migration),
            Box::new(m20261124_000008_sharing::Migration),
            Box::new(m20261124_000010_privacy::Migration),
            Box::new(m20261129_000011_harvest::Migration),
            Box::new(m20261129_000012_guests::Migration),
        ]
    }
}
