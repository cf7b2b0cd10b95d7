//! The brochure's programme, edition 2014.

use chrono_tz::Europe::Amsterdam;
use uuid::Uuid;

use super::{instant, life::Life};
use crate::domain::{
    acts,
    decision::DecisionMode,
    facts::Facts,
    ids::{MeetingId, ProgrammeId, RuleId, TeamMemberId},
    message::Locale,
    programme::{Announcement, Meeting, MeetingDay, MeetingKind, Price, Showcase, TeamMember, TeamRole},
    rule::{Rule, RuleKey},
};

const PUBLISHED: &str = "2014-05-01T07:00:00Z";

/// A draft, entered in April.
pub fn draft() -> Facts {
    let created_at = instant("2014-04-01T08:00:00Z");
    Facts {
        rules: default_rules(created_at),
        ..Facts::of_draft(ProgrammeId(Uuid::from_u128(1)), announcement(), created_at)
    }
}

/// Every rule as the product brings it.
pub fn default_rules(valid_from: chrono::DateTime<chrono::Utc>) -> Vec<Rule> {
    let rule = |(key, number): (&RuleKey, u128)| Rule::default_of(*key, RuleId(Uuid::from_u128(number)), valid_from);
    RuleKey::ALL.iter().zip(0x100..).map(rule).collect()
}

/// Published on 1 May 2014 at nine in the morning.
pub fn published() -> Life {
    published_at(PUBLISHED, |_| {})
}

/// Published on 1 May 2014 after a change of the draft.
pub fn published_with(change: impl FnOnce(&mut Facts)) -> Life {
    published_at(PUBLISHED, change)
}

/// Published at another moment.
pub fn published_at(at: &str, change: impl FnOnce(&mut Facts)) -> Life {
    let mut draft = draft();
    change(&mut draft);
    let mut life = Life::of(draft, instant(at));
    life.act(acts::publish).unwrap();
    life
}

/// The organisers decide themselves.
pub fn proposing(facts: &mut Facts) {
    facts.programme.announced.decision_mode = DecisionMode::Propose;
}

pub(super) fn announcement() -> Announcement {
    use MeetingKind::{Closing, KickOff, Regular};
    let meetings = [
        (KickOff, "Kick-off", &["2014-06-12"][..]),
        (Regular, "Second meeting", &["2014-09-23", "2014-09-24"]),
        (Regular, "Third meeting", &["2014-11-06"]),
        (Regular, "Fourth meeting and showcase", &["2014-12-10", "2014-12-11"]),
        (Closing, "Closing", &["2015-01-29"]),
    ];
    Announcement {
        slug: "werken-in-het-westen-2014".parse().unwrap(),
        title: "Werken in het Westen".parse().unwrap(),
        subtitle: Some("Eigen regie en vertrouwen".parse().unwrap()),
        description: "Eight months of learning together.".parse().unwrap(),
        audience: None,
        locale: Locale::Nl,
        time_zone: Amsterdam,
        min_participants: 8,
        max_participants: 12,
        registration_opens_at: None,
        registration_deadline: "2014-05-25".parse().unwrap(),
        decision_mode: DecisionMode::Automatic,
        price: Price {
            cents: 155_000,
            vat_included: false,
            vat_basis_points: 2_100,
            subsidy_basis_points: Some(5_000),
        },
        meetings: meetings
            .into_iter()
            .zip(1..)
            .map(|((kind, title, days), number)| meeting(number, kind, title, days))
            .collect(),
        showcase: Some(Showcase {
            on: "2014-12-11".parse().unwrap(),
            starts: "09:30:00".parse().unwrap(),
            ends: "16:30:00".parse().unwrap(),
            capacity: None,
            guest_quota: Showcase::USUAL_QUOTA,
        }),
        retention: Default::default(),
        team: vec![
            member(
                1,
                "Birgit Oelkerts",
                "birgit@leernetwerk.example",
                &[TeamRole::Facilitator],
            ),
            member(
                2,
                "Marc Jetten",
                "marc@leernetwerk.example",
                &[TeamRole::Facilitator, TeamRole::Organiser],
            ),
            member(3, "Richard Zondag", "richard@alphen.example", &[TeamRole::Contact]),
        ],
    }
}

fn meeting(number: u32, kind: MeetingKind, title: &str, days: &[&str]) -> Meeting {
    let time = |text: &str| text.parse().unwrap();
    let day = |on: &&str| MeetingDay {
        on: on.parse().unwrap(),
        starts: time("09:30:00"),
        ends: time("16:30:00"),
    };
    Meeting {
        id: MeetingId(Uuid::from_u128(0x200 + u128::from(number))),
        number,
        kind,
        title: title.parse().unwrap(),
        days: days.iter().map(day).collect(),
        half_days: 2 * u32::try_from(days.len()).unwrap(),
        municipality: None,
    }
}

/// Somebody of the team.
pub fn member(number: u128, name: &str, email: &str, roles: &[TeamRole]) -> TeamMember {
    TeamMember {
        id: TeamMemberId(Uuid::from_u128(0x300 + number)),
        name: name.parse().unwrap(),
        organisation: None,
        email: email.parse().unwrap(),
        roles: roles.to_vec(),
        biography: None,
        locale: Locale::Nl,
    }
}
