//! Offering venues and hosting meetings.

use crate::{
    app::{App, AppError, Caller, Repeatable, venue_fields::VenueFields},
    domain::{hosting::VenueOffer, ids::ProgrammeId},
};

/// What hosts do.
#[derive(Debug, Clone)]
pub(in crate::simulation) enum HostingDeed {
    /// Offers a venue; its name and address may follow.
    Offer {
        /// Where it is.
        municipality: String,
        /// Name and address are known.
        is_complete: bool,
    },
    /// Fills in name and address of every venue offered.
    Complete,
    /// Ticks the whole checklist of the meetings to come.
    Tick,
}

/// A venue with all that people need to know of it, or with no more than where it is.
fn venue(municipality: &str, is_complete: bool) -> VenueFields {
    let known = |text: String| is_complete.then_some(text);
    VenueFields {
        municipality: municipality.to_owned(),
        name: known(format!("Gemeentehuis {municipality}")),
        address: known(format!("Raadhuisplein 1, {municipality}")),
        is_step_free: is_complete.then_some(true),
        directions: known("Tien minuten lopen vanaf het station.".to_owned()),
        ..VenueFields::default()
    }
}

impl HostingDeed {
    pub(super) fn words(&self) -> String {
        match self {
            Self::Offer { is_complete: true, .. } => "offers a venue".to_owned(),
            Self::Offer { .. } => "offers a venue, the address follows".to_owned(),
            Self::Complete => "completes the venue".to_owned(),
            Self::Tick => "ticks the host's checklist".to_owned(),
        }
    }

    pub(super) async fn do_it(&self, app: &App, programme: ProgrammeId, caller: &Caller) -> Result<String, AppError> {
        let once = Repeatable::default();
        match self {
            Self::Offer {
                municipality,
                is_complete,
            } => {
                let fields = venue(municipality, *is_complete);
                app.offer_venue(caller, None, &fields, &once).await?;
                Ok(format!("in {municipality}"))
            }
            Self::Complete => {
                let view = app.hosting(caller, programme).await?;
                let is_open = |offer: &&&VenueOffer| offer.is_live() && !offer.venue.is_complete();
                let open: Vec<_> = view
                    .offers()
                    .iter()
                    .filter(is_open)
                    .map(|offer| (*offer).clone())
                    .collect();
                for offer in &open {
                    let fields = VenueFields {
                        meetings: offer.meetings.iter().copied().collect(),
                        ..venue(&offer.venue.municipality, true)
                    };
                    app.update_venue_offer(caller, offer.id, &fields, &once).await?;
                }
                Ok(match open.len() {
                    0 => "everything was known already".to_owned(),
                    _ => "name and address are known".to_owned(),
                })
            }
            Self::Tick => {
                let view = app.hosting(caller, programme).await?;
                let meetings = view.programme().announced.meetings.iter();
                let hosted = meetings.filter(|meeting| view.is_host(meeting.id) && !view.has_begun(meeting));
                let mut ticked = 0;
                for meeting in hosted {
                    for (item, _) in view
                        .checklist(meeting.id)?
                        .unwrap_or_default()
                        .iter()
                        .filter(|(_, done)| !done)
                    {
                        app.tick_checklist_item(caller, meeting.id, item.word(), true, &once)
                            .await?;
                        ticked += 1;
                    }
                }
                Ok(format!("{ticked} things seen to"))
            }
        }
    }
}
