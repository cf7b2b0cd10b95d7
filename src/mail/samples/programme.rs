//! The programme of the samples.

use uuid::Uuid;

use super::{at, clock, on};
use crate::domain::{
    decision::DecisionMode,
    message::Locale,
    privacy::Retention,
    programme::{
        Announcement, Meeting, MeetingDay, MeetingKind, Phase, Price, Programme, Showcase, TeamMember, TeamRole,
    },
    text::TextError,
};

/// The programme that every feature is tried on.
pub fn programme() -> Result<Programme, TextError> {
    let (mornings, afternoons) = (clock(9, 30), clock(16, 30));
    let mut meetings = Vec::new();
    for (number, (kind, title, days, half_days)) in (1..).zip([
        (MeetingKind::KickOff, "Startbijeenkomst", vec![on(2014, 6, 12)], 2),
        (
            MeetingKind::Regular,
            "Tweede bijeenkomst",
            vec![on(2014, 9, 23), on(2014, 9, 24)],
            4,
        ),
        (MeetingKind::Regular, "Derde bijeenkomst", vec![on(2014, 11, 6)], 2),
        (
            MeetingKind::Regular,
            "Vierde bijeenkomst en manifestatie",
            vec![on(2014, 12, 10), on(2014, 12, 11)],
            4,
        ),
        (MeetingKind::Closing, "Slotbijeenkomst", vec![on(2015, 1, 29)], 2),
    ]) {
        meetings.push(Meeting {
            id: Uuid::from_u128(u128::from(number)).into(),
            number,
            kind,
            title: title.parse()?,
            days: days
                .into_iter()
                .map(|on| MeetingDay {
                    on,
                    starts: mornings,
                    ends: afternoons,
                })
                .collect(),
            half_days,
            municipality: (number == 1).then(|| "Alphen aan den Rijn".parse()).transpose()?,
        });
    }
    let mut team = Vec::new();
    for (id, (name, organisation, email, roles)) in (1..).zip([
        (
            "Marc Jetten",
            None,
            "marc.jetten@organisator.example",
            &TeamRole::ALL[..],
        ),
        (
            "Birgit Oelkerts",
            None,
            "birgit.oelkerts@organisator.example",
            &TeamRole::ALL[1..2],
        ),
        (
            "Richard Zondag",
            Some("Gemeente Alphen aan den Rijn"),
            "richard.zondag@gemeente.example",
            &TeamRole::ALL[..1],
        ),
    ]) {
        team.push(TeamMember {
            id: Uuid::from_u128(id).into(),
            name: name.parse()?,
            organisation: organisation.map(str::parse).transpose()?,
            email: email.parse()?,
            roles: roles.to_vec(),
            biography: None,
            locale: Locale::Nl,
        });
    }
    Ok(Programme {
        id: Uuid::nil().into(),
        announced: Announcement {
            slug: "werken-in-het-westen-2014".parse()?,
            title: "Eigen regie en vertrouwen".parse()?,
            subtitle: Some("HR wijst de weg naar een gemeente die partner is in het netwerk".parse()?),
            description: "Een leernetwerk over regie, vertrouwen en samenwerken.".parse()?,
            audience: Some("HR-managers en HR-adviseurs van Nederlandse gemeenten".parse()?),
            locale: Locale::Nl,
            time_zone: chrono_tz::Europe::Amsterdam,
            min_participants: 8,
            max_participants: 12,
            registration_opens_at: None,
            registration_deadline: on(2014, 5, 25),
            decision_mode: DecisionMode::Automatic,
            price: Price {
                cents: 155_000,
                vat_included: false,
                vat_basis_points: 2100,
                subsidy_basis_points: Some(5000),
            },
            meetings,
            showcase: Some(Showcase {
                on: on(2014, 12, 11),
                starts: clock(9, 30),
                ends: clock(16, 30),
                capacity: None,
                guest_quota: Showcase::USUAL_QUOTA,
            }),
            retention: Retention::default(),
            team,
        },
        phase: Phase::Open,
        published_at: Some(at(2014, 4, 14, 7, 0)),
        deadline_set_at: at(2014, 4, 14, 7, 0),
        cancellation: None,
    })
}
