//! Meetings for everybody's calendar.

use super::{App, Caller, Result};
use crate::domain::timeline::{BuiltIn, Source};

/// What organisers do that can change a meeting.
const REVISIONS: [&str; 4] = [
    "publishProgramme",
    "updateProgramme",
    "rescheduleMeeting",
    // Which takes a no-go back.
    "extendDeadline",
];

/// What people do that can change where a meeting is held, beside the assignment of a host.
const MOVES: [&str; 5] = [
    "updateVenueOffer",
    "withdrawVenueOffer",
    "assignHost",
    "withdrawRegistration",
    "erasePerson",
];

impl App {
    /// The meetings of a programme as iCalendar; none: there is no such programme that the caller may know of.
    pub async fn programme_calendar(&self, caller: &Caller, slug: &str) -> Result<Option<String>> {
        let Some(record) = self.programme(caller, slug).await? else {
            return Ok(None);
        };
        let programme = &record.programme;
        let store = self.store();
        let revised_at = store.last_done(programme.id, &REVISIONS).await?;
        let hosting = store.hosting_of(&[programme.id]).await?.remove(&programme.id);
        let (moved_at, assigned_at) = if hosting.is_some() {
            let source = Source::BuiltIn(BuiltIn::HostAssignment);
            (
                store.last_done(programme.id, &MOVES).await?,
                store.last_step_of(programme.id, source).await?,
            )
        } else {
            (None, None)
        };
        // A decision makes tentative meetings certain, or cancels them.
        let decided_at = record.decisions.last().map(|decision| decision.decided_at);
        let cancelled_at = programme.cancellation.as_ref().map(|cancellation| cancellation.at);
        let changed_at = [
            revised_at,
            programme.published_at,
            decided_at,
            cancelled_at,
            moved_at,
            assigned_at,
        ]
        .into_iter()
        .flatten()
        .max()
        .unwrap_or(programme.deadline_set_at);
        Ok(Some(self.settle.public_calendar(
            programme,
            &hosting.unwrap_or_default(),
            changed_at,
        )))
    }
}
