//! Behind the link of a member of the team: the page, and an organiser's choice.

use maud::Markup;
use poem::{Response, http::StatusCode};

use super::{
    PageParts, answer,
    asking::Values,
    deciding::{Choice, DECIDE},
    layout::Switch,
    personal::in_words,
    see_other,
    team::TeamPage,
};
use crate::{
    app::{AppError, Caller, Repeatable},
    domain::{decision::DecisionOutcome, programme::TeamRole, refusal::Refusal},
};

/// Shows the page.
pub async fn show(
    parts: &PageParts,
    caller: &Caller,
    query: &Values,
    navigation: &Markup,
) -> Result<Response, AppError> {
    page(parts, caller, query, navigation, StatusCode::OK, None, &[]).await
}

async fn page(
    parts: &PageParts,
    caller: &Caller,
    query: &Values,
    navigation: &Markup,
    status: StatusCode,
    chosen: Option<&Choice>,
    refusals: &[Refusal],
) -> Result<Response, AppError> {
    let Caller::TeamMember { member, programme, .. } = caller else {
        return Err(AppError::Forbidden);
    };
    let app = &parts.app;
    let record = app.programmes_by_id(caller, &[*programme]).await?.pop();
    let record = record.ok_or(AppError::Forbidden)?;
    let announced = &record.programme.announced;
    let member = announced.team.iter().find(|one| one.id == *member);
    let member = member.ok_or(AppError::Forbidden)?;
    let mut previews = Vec::new();
    if member.is(TeamRole::Organiser) {
        for outcome in [DecisionOutcome::Go, DecisionOutcome::NoGo] {
            previews.extend(app.decision_preview(caller, *programme, outcome).await?);
        }
    }
    let switch = if refusals.is_empty() {
        Switch::Query(String::new())
    } else {
        Switch::None
    };
    let locale = query.locale().unwrap_or(member.locale);
    let refused = in_words(refusals, Some(announced.time_zone), locale);
    let page = TeamPage {
        member,
        record: &record,
        now: app.now().await?,
        locale,
        switch: &switch,
        navigation,
        previews: &previews,
        chosen,
        refused: &refused,
        has_decided: chosen.is_none() && query.get("done") == Some(DECIDE),
    };
    Ok(answer(status, page.render()))
}

/// Carries an organiser's choice out; none: the form is not one of ours.
pub async fn act(
    parts: &PageParts,
    caller: &Caller,
    form: &Values,
    query: &Values,
    navigation: &Markup,
) -> Result<Option<Response>, AppError> {
    let outcome = form.get("outcome").and_then(DecisionOutcome::from_word);
    let (Some(DECIDE), Some(outcome), Caller::TeamMember { programme, .. }) = (form.get("act"), outcome, caller) else {
        return Ok(None);
    };
    let choice = Choice {
        outcome,
        plan_hash: form.get("plan_hash").unwrap_or_default().to_owned(),
        reason: form.get("reason").unwrap_or_default().to_owned(),
    };
    let decided = {
        let (app, caller, programme, choice) = (parts.app.clone(), caller.clone(), *programme, choice.clone());
        parts
            .carry_out(async move {
                let once = Repeatable::default();
                app.decide_programme(
                    &caller,
                    programme,
                    choice.outcome,
                    &choice.plan_hash,
                    Some(&choice.reason),
                    &once,
                )
                .await
            })
            .await
    };
    let refusals = match decided {
        Ok(planned) if planned.left.is_some() => {
            let lang = query.lang();
            return Ok(Some(see_other(&format!("?done={DECIDE}{lang}"))));
        }
        Ok(planned) => planned.stale.into_iter().collect(),
        Err(AppError::Refused(refusals)) => refusals,
        Err(other) => return Err(other),
    };
    page(
        parts,
        caller,
        query,
        navigation,
        StatusCode::CONFLICT,
        Some(&choice),
        &refusals,
    )
    .await
    .map(Some)
}
