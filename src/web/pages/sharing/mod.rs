//! What participants share: pages for wishes, the assignment, agendas, asking the facilitators, and members' work.

pub mod agenda;
pub mod ask;
pub mod assignment;
pub mod wishes;
pub mod work;

pub(super) mod fields;

use std::sync::Arc;

use uuid::Uuid;

use super::{areas::Visit, asking::Values, layout::say, refusals};
use crate::{
    app::{App, AppError, Caller, sharing::Shared},
    domain::{programme::Phase, refusal::Refusal},
};

/// What is shared in the programme of a visit.
pub(super) async fn shared(visit: &Visit<'_>) -> Result<Arc<Shared>, AppError> {
    visit.parts.app.shared(visit.caller, visit.record.programme.id).await
}

/// Whether something can still be shared.
fn goes_on(visit: &Visit<'_>) -> bool {
    visit.record.programme.phase == Phase::GoingAhead
}

/// The bare id that a form brings.
pub(super) fn id_of<I: From<Uuid>>(form: &Values, name: &str) -> Option<I> {
    Uuid::try_parse(form.get(name)?).ok().map(I::from)
}

/// Runs an act of a form. What was refused comes back in words.
pub(super) async fn carry_out<T, F>(
    visit: &Visit<'_>,
    act: impl FnOnce(App, Caller) -> F + Send + 'static,
) -> Result<Result<T, Vec<(Option<String>, String)>>, AppError>
where
    T: Send + 'static,
    F: Future<Output = Result<T, AppError>> + Send + 'static,
{
    let acting = act(visit.parts.app.clone(), visit.caller.clone());
    match visit.parts.carry_out(acting).await {
        Ok(done) => Ok(Ok(done)),
        Err(AppError::Refused(refusals)) => Ok(Err(refusals.iter().map(|one| told(visit, one)).collect())),
        Err(other) => Err(other),
    }
}

/// A refusal with the field that it is about.
fn told(visit: &Visit<'_>, refusal: &Refusal) -> (Option<String>, String) {
    let field = refusal.field().and_then(<[_]>::last).cloned();
    let zone = visit.record.programme.announced.time_zone;
    let words = match refusal {
        // Forms that have become pointless are not shown any more, so that is what remains to be said.
        Refusal::StateConflict(_) => say(
            visit.locale,
            "Dit kan niet (meer). Hieronder ziet u hoe het er nu voor staat en wat nog wel kan.",
            "This cannot be done (any more). Below you see how things stand and what can still be done.",
        )
        .to_owned(),
        other => refusals::in_words(other, zone, visit.locale),
    };
    (field, words)
}
