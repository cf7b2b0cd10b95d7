//! An operator's template that passes every check and fails for some people, beside mails that are well.

use std::{collections::BTreeSet, fs, path::Path, time::Duration};

use entities::{ledger_entry, message, registration};
use leernetwerk::domain::message::MessageKind;
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter, QuerySelect, sea_query::Expr};
use tempfile::TempDir;

use super::{
    Counts, Plan,
    plan::pause,
    world::{PATIENCE, World, crowd_address, stop},
};
use crate::harness::binary::Binary;

sampled! { poisoned_templates: Sqlite Postgres; }

/// The given name that the template fails for.
const POISON: &str = "Vergif";
/// One of so many has it.
const ONE_OF: usize = 5;
/// The mail whose template is poisoned.
const KIND: MessageKind = MessageKind::ProgrammeGoesAhead;

/// The mails that can be made go once, whoever stands before or behind them and whichever server dies; the others are told as
/// failed, and go once when the template is mended.
pub async fn poisoned_templates(plan: &Plan) -> Counts {
    let world = World::with_people(plan, 2).await;
    let crowd = plan.by_size(20, 2_000);
    world.crowd(crowd).await;
    let poisoned: BTreeSet<String> = (0..crowd).step_by(ONE_OF).map(crowd_address).collect();
    registration::Entity::update_many()
        .col_expr(registration::Column::GivenName, Expr::value(POISON))
        .filter(registration::Column::Email.is_in(&poisoned))
        .exec(&world.behind)
        .await
        .unwrap();
    let templates = TempDir::new().unwrap();
    let name = format!("nl/{}.md", KIND.word());
    let source = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("email-templates")
        .join(&name);
    let source = fs::read_to_string(source).unwrap();
    fs::create_dir(templates.path().join("nl")).unwrap();
    let poison = format!("{{{{#if (eq recipient.given_name \"{POISON}\")}}}}{{{{no_such_value}}}}{{{{/if}}}}");
    fs::write(templates.path().join(&name), format!("{source}\n{poison}\n")).unwrap();

    let mut server = serve(&world, templates.path()).await;
    world.close_registration().await;
    world.decided().await;
    pause(plan.between(Duration::ZERO, Duration::from_millis(plan.by_size(100, 3_000)))).await;
    server.kill();
    world.bury().await;
    let server = serve(&world, templates.path()).await;
    world.quiet(PATIENCE * 3).await;
    assert_eq!(failed(&world.behind).await, poisoned.len());
    let reached = reached(&world).await;
    assert!(reached.is_disjoint(&poisoned), "a mail that cannot be made was sent");
    assert_eq!(reached.len(), 2 + crowd - poisoned.len());
    stop(server).await;
    let mut counts = Counts::default();
    counts.add("mails that could not be made", poisoned.len());

    fs::write(templates.path().join(&name), source).unwrap();
    let server = serve(&world, templates.path()).await;
    let mended = async |behind: &DatabaseConnection| (failed(behind).await == 0).then_some(());
    world.until("the mails that can be made now", mended).await;
    world.quiet(PATIENCE * 3).await;
    stop(server).await;
    assert_eq!(self::reached(&world).await.len(), 2 + crowd);
    counts.merge(&world.hold().await);
    counts
}

async fn serve(world: &World, templates: &Path) -> Binary {
    let mut environment = world.environment();
    environment.push(("LEERNETWERK_TEMPLATES".to_owned(), templates.display().to_string()));
    world.serve_in(environment).await
}

/// How many mails are told as failed.
async fn failed(behind: &DatabaseConnection) -> usize {
    let reasons: Vec<Option<String>> = ledger_entry::Entity::find()
        .select_only()
        .column(ledger_entry::Column::Reason)
        .filter(ledger_entry::Column::State.eq("failed"))
        .into_tuple()
        .all(behind)
        .await
        .unwrap();
    for reason in &reasons {
        let reason = reason.as_deref().unwrap_or_default();
        assert!(reason.contains("no_such_value"), "{reason:?}");
    }
    reasons.len()
}

/// To whom the relay has taken that mail.
async fn reached(world: &World) -> BTreeSet<String> {
    let made: Vec<String> = message::Entity::find()
        .select_only()
        .column(message::Column::MessageIdHeader)
        .filter(message::Column::Kind.eq(KIND.word()))
        .into_tuple()
        .all(&world.behind)
        .await
        .unwrap();
    let made: BTreeSet<String> = made.into_iter().collect();
    let accepted = world.relay.accepted();
    let those = accepted
        .iter()
        .filter(|mail| mail.message_id.as_ref().is_some_and(|id| made.contains(id)));
    those.map(|mail| mail.envelope_to.clone()).collect()
}
