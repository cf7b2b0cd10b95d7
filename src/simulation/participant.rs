//! What people do once the programme goes ahead: they host, learn, work on something and speak about it.

use chrono::Duration;

use super::{
    Plan, View,
    deed::{Deed, GuestDeed, HarvestDeed, HostingDeed, SharingDeed},
    guest::Guest,
};
use crate::domain::{message::MessageKind, sharing::AssignmentStatus};

const WISHES: [(&str, &str); 6] = [
    (
        "Een lastig gesprek beginnen zonder het over te nemen.",
        "Gesprekken voeren",
    ),
    ("Loslaten wat een ander beter kan.", "Vertrouwen geven"),
    ("Met minder regels toekunnen.", "Vertrouwen geven"),
    ("Zien wie er in ons netwerk al mee bezig is.", "Samen werken"),
    ("Medewerkers zelf laten kiezen wat zij leren.", "Eigen regie"),
    ("Cijfers gebruiken die iets zeggen.", "Meten en weten"),
];
const TOPICS: [&str; 4] = [
    "Wat als niemand de regie neemt?",
    "Een casus van thuis",
    "Hoe vertel ik het aan de wethouder?",
    "Wat werkte, en wat niet",
];

/// How somebody takes part.
pub(super) struct Participant {
    municipality: &'static str,
    has_offered: bool,
    has_wish: bool,
    /// How far the assignment has come; none: there is none yet.
    assignment: Option<AssignmentStatus>,
    /// Whom to invite to the showcase.
    pub guests: Vec<Guest>,
}

impl Participant {
    pub(super) fn of(municipality: &'static str, guests: Vec<Guest>) -> Self {
        Self {
            municipality,
            has_offered: false,
            has_wish: false,
            assignment: None,
            guests,
        }
    }

    /// What a mail makes a participant plan.
    pub(super) fn read(&mut self, kind: MessageKind, view: &View<'_>) -> Vec<Plan> {
        match kind {
            MessageKind::VenueRequest => self.offers(view),
            MessageKind::HostAssigned => {
                let completes = plan(view, 80, 0, 6, Deed::Host(HostingDeed::Complete));
                let ticks = plan(view, 90, 3, 12, Deed::Host(HostingDeed::Tick));
                completes.into_iter().chain(ticks).collect()
            }
            MessageKind::HostReminder => plan(view, 90, 0, 2, Deed::Host(HostingDeed::Complete))
                .into_iter()
                .collect(),
            MessageKind::LearningWishRequest => self.wishes(view),
            MessageKind::LearningWishDigest => plan(view, 20, 0, 3, support(view)).into_iter().collect(),
            MessageKind::MeetingInformation => self.prepares(view),
            MessageKind::HarvestRequest => self.harvests(view),
            // Whoever is reminded mostly hands in, a few too late.
            MessageKind::HarvestReminder => plan(view, 75, 0, 5, Deed::Bring(HarvestDeed::Submit))
                .into_iter()
                .collect(),
            MessageKind::HarvestReturned => plan(view, 90, 0, 4, Deed::Bring(HarvestDeed::Submit))
                .into_iter()
                .collect(),
            MessageKind::Agenda => plan(view, 10, 0, 3, Deed::Share(SharingDeed::Ask))
                .into_iter()
                .collect(),
            _ => Vec::new(),
        }
    }

    /// Less than half have a room to offer; some know only the town.
    fn offers(&mut self, view: &View<'_>) -> Vec<Plan> {
        if self.has_offered {
            return Vec::new();
        }
        let deed = Deed::Host(HostingDeed::Offer {
            municipality: self.municipality.to_owned(),
            is_complete: view.chance.percent(50),
        });
        let planned = plan(view, 45, 0, 6, deed);
        self.has_offered = planned.is_some();
        planned.into_iter().collect()
    }

    /// Most say what they want to learn, and look what others do.
    fn wishes(&mut self, view: &View<'_>) -> Vec<Plan> {
        let Some((text, line)) = view.chance.one_of(&WISHES).filter(|_| !self.has_wish) else {
            return Vec::new();
        };
        let deed = Deed::Share(SharingDeed::Wish {
            text: (*text).to_owned(),
            learning_line: (*line).to_owned(),
        });
        let Some(wish) = plan(view, 70, 0, 4, deed) else {
            return Vec::new();
        };
        self.has_wish = true;
        let later = View {
            now: wish.at + Duration::days(1),
            ..*view
        };
        let follow = Deed::Share(SharingDeed::Follow {
            nth: view.chance.between(0, 99),
        });
        let follows = plan(&later, 60, 1, 8, follow);
        let supports = plan(&later, 30, 1, 12, support(view));
        [Some(wish), follows, supports].into_iter().flatten().collect()
    }

    /// Some write at once, and hand in before anybody reminds them. It is also the time to think of guests.
    fn harvests(&self, view: &View<'_>) -> Vec<Plan> {
        let writes = plan(view, 60, 1, 18, Deed::Bring(HarvestDeed::Write));
        let submits = writes.as_ref().and_then(|written| {
            plan(
                &View {
                    now: written.at,
                    ..*view
                },
                50,
                1,
                10,
                Deed::Bring(HarvestDeed::Submit),
            )
        });
        let invites = self.guests.iter().filter_map(|guest| {
            let deed = GuestDeed::Invite {
                name: guest.name.clone(),
                email: guest.email.clone(),
                relation: guest.relation,
            };
            plan(view, 90, 0, 25, Deed::Invite(deed))
        });
        [writes, submits].into_iter().flatten().chain(invites).collect()
    }

    /// Before a meeting people think of what they bring there.
    fn prepares(&mut self, view: &View<'_>) -> Vec<Plan> {
        let proposes = view.chance.one_of(&TOPICS).and_then(|title| {
            let title = (*title).to_owned();
            plan(view, 20, 0, 3, Deed::Share(SharingDeed::Propose { title }))
        });
        let nth = view.chance.between(0, 99);
        let votes = plan(view, 30, 1, 5, Deed::Share(SharingDeed::Vote { nth }));
        let next = match self.assignment {
            None => AssignmentStatus::Planned,
            Some(AssignmentStatus::Planned) => AssignmentStatus::UnderWay,
            Some(AssignmentStatus::UnderWay | AssignmentStatus::Done) => AssignmentStatus::Done,
        };
        let works = if self.assignment == Some(AssignmentStatus::Done) {
            None
        } else {
            plan(view, 50, 1, 12, Deed::Share(SharingDeed::Assignment { status: next }))
        };
        if works.is_some() {
            self.assignment = Some(next);
        }
        [proposes, votes, works].into_iter().flatten().collect()
    }
}

fn support(view: &View<'_>) -> Deed {
    Deed::Share(SharingDeed::Support {
        nth: view.chance.between(0, 99),
    })
}

/// So often in a hundred times, so many days later.
fn plan(view: &View<'_>, percent: u32, low: u32, high: u32, deed: Deed) -> Option<Plan> {
    let zone = view.programme.announced.time_zone;
    // By minutes, for a day that is today may be over.
    let at = view
        .chance
        .in_minutes(view.now, low * 1440 + 20, high * 1440 + 600, zone);
    view.chance.percent(percent).then_some(Plan { at, deed })
}
