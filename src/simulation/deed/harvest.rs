//! Bringing the harvest in, and what an organiser makes of it.

use chrono::{DateTime, Duration, Utc};

use super::sharing::round;
use crate::{
    app::{
        App, AppError, Caller, Repeatable,
        harvest::{HarvestFields, HarvestView},
    },
    domain::{
        harvest::{Harvest, HarvestStatus, HarvestVerb, Slot},
        ids::ProgrammeId,
    },
};

/// How long one of them is presented, in minutes.
const MINUTES: u32 = 20;

/// What is done with harvests.
#[derive(Debug, Clone)]
pub(in crate::simulation) enum HarvestDeed {
    /// Writes a draft.
    Write,
    /// Hands it in, and writes it first where that has not been done.
    Submit,
    /// An organiser looks at one that was handed in.
    Review {
        /// Which, counted round.
        nth: u32,
        /// It is good as it is, and gets a time in the showcase.
        is_good: bool,
    },
    /// An organiser publishes what was accepted.
    Publish,
}

impl HarvestDeed {
    pub(super) fn words(&self) -> String {
        match self {
            Self::Write => "writes a harvest",
            Self::Submit => "hands the harvest in",
            Self::Review { is_good: true, .. } => "accepts a harvest",
            Self::Review { is_good: false, .. } => "returns a harvest",
            Self::Publish => "publishes the harvests",
        }
        .to_owned()
    }

    pub(super) async fn do_it(&self, app: &App, programme: ProgrammeId, caller: &Caller) -> Result<String, AppError> {
        let once = Repeatable::default();
        match self {
            Self::Write => {
                write(app, programme, caller).await?;
                Ok("a draft".to_owned())
            }
            Self::Submit => {
                if app.harvests(caller, programme).await?.own().is_none() {
                    write(app, programme, caller).await?;
                }
                app.submit_harvest(caller, None, &once).await?;
                Ok("in the hands of the organisers".to_owned())
            }
            Self::Review { nth, is_good } => {
                let view = app.harvests(caller, programme).await?;
                let of = |status: HarvestStatus| view.all().filter(move |harvest| harvest.status == status);
                let submitted: Vec<&Harvest> = of(HarvestStatus::Submitted).collect();
                let Some(harvest) = round(&submitted, *nth) else {
                    return Ok("nothing is handed in".to_owned());
                };
                if !is_good {
                    let remark = Some("Vertel ook wat het uw collega's bracht.");
                    app.review_harvest(caller, harvest.id, HarvestVerb::Return, remark, None, &once)
                        .await?;
                    return Ok("with a remark".to_owned());
                }
                app.review_harvest(caller, harvest.id, HarvestVerb::Accept, None, None, &once)
                    .await?;
                let Some(starts_at) = next_slot(&view) else {
                    return Ok("the day of the showcase is full".to_owned());
                };
                let slot = Slot {
                    starts_at,
                    minutes: MINUTES,
                };
                app.schedule_harvest(caller, harvest.id, slot, &once).await?;
                Ok(format!("{MINUTES} minutes at the showcase"))
            }
            Self::Publish => {
                let view = app.harvests(caller, programme).await?;
                let accepted = view.all().filter(|harvest| harvest.status == HarvestStatus::Accepted);
                let mut published = 0;
                for harvest in accepted {
                    app.review_harvest(caller, harvest.id, HarvestVerb::Publish, None, None, &once)
                        .await?;
                    published += 1;
                }
                Ok(format!("{published} for everybody to read"))
            }
        }
    }
}

async fn write(app: &App, programme: ProgrammeId, caller: &Caller) -> Result<(), AppError> {
    let shared = app.shared(caller, programme).await?;
    let own = shared
        .sharing
        .wishes
        .values()
        .filter(|wish| Some(wish.author) == shared.viewer);
    let fields = HarvestFields {
        title: "Wat wij nu zelf beslissen".to_owned(),
        summary: "Een team dat zijn eigen werk verdeelt, en wat daarvoor nodig was.".to_owned(),
        body: None,
        wishes: own.map(|wish| wish.id).collect(),
    };
    app.save_harvest(caller, None, &fields, &Repeatable::default()).await?;
    Ok(())
}

/// When the showcase has room for one more.
fn next_slot(view: &HarvestView) -> Option<DateTime<Utc>> {
    let announced = &view.programme().announced;
    let (showcase, zone) = (announced.showcase.as_ref()?, announced.time_zone);
    let last = view.slots().last().map(|(slot, _)| slot.ends_at());
    let starts_at = last.unwrap_or_else(|| showcase.starts_at(zone));
    let ends_at = starts_at + Duration::minutes(MINUTES.into());
    (ends_at <= showcase.ends_at(zone)).then_some(starts_at)
}
