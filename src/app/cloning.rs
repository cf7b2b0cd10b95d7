//! The next edition of a programme.

use std::sync::Arc;

use futures_util::FutureExt;

use super::{About, App, Caller, Repeatable, Result, programmes::ProgrammeRecord};
use crate::domain::{
    edition::{Edition, rules_of_edition},
    ids::ProgrammeId,
    refusal::Refusal,
};

impl App {
    /// Enters a programme once more, some days later, as a draft: with its team, its price and its rules as they were changed,
    /// and without its registrations.
    pub async fn clone_programme(
        &self,
        caller: &Caller,
        source: ProgrammeId,
        edition: Edition,
        repeatable: &Repeatable,
    ) -> Result<ProgrammeRecord> {
        let token = match caller {
            Caller::Administrator { .. } => None,
            Caller::Organiser { token, .. } => Some(*token),
            _ => return Err(caller.refusal()),
        };
        let announced = self.organised(caller, source, "programmeId").await?.programme.announced;
        let rules = self.rules(caller, source).await?;
        let about = About {
            programme: Some(source),
            target: None,
        };
        let settle = Arc::clone(&self.settle);
        let id = self
            .act_aside(caller, "cloneProgramme", about, repeatable, move |tx, now| {
                async move {
                    if tx.programme_id(&edition.slug).await?.is_some() {
                        return Err(Refusal::invalid("slug", "is taken by another programme").into());
                    }
                    let id = ProgrammeId(settle.entropy.id(now));
                    let announced = announced.as_edition(&edition, || settle.entropy.id(now))?;
                    let rules = rules_of_edition(&rules, now, || settle.entropy.id(now));
                    settle.create_with_rules(tx, id, announced, rules, now).await?;
                    if let Some(token) = token {
                        tx.open_programme_to(token, id).await?;
                    }
                    Ok(id)
                }
                .boxed()
            })
            .await?;
        self.organised(caller, id, "programmeId").await
    }
}
