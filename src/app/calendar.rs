//! Meetings for everybody's calendar.

use super::{App, Caller, Result};

/// What organisers do that can change a meeting.
const REVISIONS: [&str; 3] = ["publishProgramme", "updateProgramme", "rescheduleMeeting"];

impl App {
    /// The meetings of a programme as iCalendar; none: there is no such programme that the caller may know of.
    pub async fn programme_calendar(&self, caller: &Caller, slug: &str) -> Result<Option<String>> {
        let Some(record) = self.programme(caller, slug).await? else {
            return Ok(None);
        };
        let programme = &record.programme;
        let revised_at = self.store().last_done(programme.id, &REVISIONS).await?;
        // A decision makes tentative meetings certain, or cancels them.
        let decided_at = record.decisions.last().map(|decision| decision.decided_at);
        let cancelled_at = programme.cancellation.as_ref().map(|cancellation| cancellation.at);
        let changed_at = [revised_at, programme.published_at, decided_at, cancelled_at]
            .into_iter()
            .flatten()
            .max()
            .unwrap_or(programme.deadline_set_at);
        Ok(Some(self.settle.public_calendar(programme, changed_at)))
    }
}
