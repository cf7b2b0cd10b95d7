use super::{
    HarvestStatus::{Accepted, Draft, Published, Returned, Submitted},
    HarvestTransition::{Late, Refused, Same, To},
    HarvestVerb as Verb, *,
};
use chrono_tz::Europe::Amsterdam;

fn word(transition: HarvestTransition) -> &'static str {
    match transition {
        To(Draft) => "draft",
        To(Submitted) => "submitted",
        To(Returned) => "returned",
        To(Accepted) => "accepted",
        To(Published) => "published",
        Same => "same",
        Late => "late",
        Refused(_) => "-",
    }
}

#[test]
fn every_verb_at_every_status_in_time_and_late() {
    // draft, submitted, returned, accepted, published
    let table: [(Verb, [&str; 5], [&str; 5]); 6] = [
        (
            Verb::Save,
            ["same", "same", "same", "-", "-"],
            ["same", "late", "same", "-", "-"],
        ),
        (
            Verb::Submit,
            ["submitted", "same", "submitted", "-", "-"],
            ["late", "same", "submitted", "-", "-"],
        ),
        (
            Verb::Return,
            ["-", "returned", "-", "-", "-"],
            ["-", "returned", "-", "-", "-"],
        ),
        (
            Verb::Accept,
            ["-", "accepted", "-", "same", "-"],
            ["-", "accepted", "-", "same", "-"],
        ),
        (
            Verb::Publish,
            ["-", "-", "-", "published", "same"],
            ["-", "-", "-", "published", "same"],
        ),
        (
            Verb::Reopen,
            ["-", "draft", "draft", "draft", "draft"],
            ["draft", "draft", "draft", "draft", "draft"],
        ),
    ];
    assert_eq!(table.map(|(verb, ..)| verb), Verb::ALL);
    for (verb, in_time, late) in table {
        for (is_late, expected) in [(false, in_time), (true, late)] {
            let got = HarvestStatus::ALL.map(|status| word(transition(status, verb, is_late)));
            assert_eq!(got, expected, "{verb:?}, late: {is_late}");
        }
    }
}

#[test]
fn nothing_is_public_that_was_not_accepted_first() {
    for status in HarvestStatus::ALL {
        for verb in Verb::ALL {
            for is_late in [false, true] {
                let after = transition(status, verb, is_late);
                assert!(after != To(Published) || status == Accepted, "{status:?} {verb:?}");
                assert!(after != To(Accepted) || status == Submitted, "{status:?} {verb:?}");
            }
        }
    }
}

#[test]
fn every_status_has_a_word_of_its_own() {
    for status in HarvestStatus::ALL {
        assert_eq!(HarvestStatus::from_word(status.word()), Some(status));
    }
    assert_eq!(HarvestStatus::from_word("lost"), None);
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn slot(starts_at: &str, minutes: u32) -> Slot {
    Slot {
        starts_at: at(starts_at),
        minutes,
    }
}

fn showcase() -> Showcase {
    Showcase {
        on: "2014-12-11".parse().unwrap(),
        starts: "09:30:00".parse().unwrap(),
        ends: "16:30:00".parse().unwrap(),
        capacity: None,
        guest_quota: 5,
    }
}

#[test]
fn slots_may_touch_and_not_overlap() {
    let ten = slot("2014-12-11T09:00:00Z", 30);
    for (starts_at, minutes, overlaps) in [
        ("2014-12-11T08:30:00Z", 30, false),
        ("2014-12-11T08:30:00Z", 31, true),
        ("2014-12-11T09:00:00Z", 5, true),
        ("2014-12-11T09:29:00Z", 5, true),
        ("2014-12-11T09:30:00Z", 5, false),
        ("2014-12-11T08:00:00Z", 120, true),
    ] {
        let other = slot(starts_at, minutes);
        assert_eq!(
            (ten.overlaps(&other), other.overlaps(&ten)),
            (overlaps, overlaps),
            "{other:?}"
        );
    }
}

#[test]
fn a_slot_counts_within_the_hours_of_the_showcase_and_while_it_is_then() {
    let mut showcase = showcase();
    for (starts_at, minutes, is_within) in [
        ("2014-12-11T08:30:00Z", 20, true),
        ("2014-12-11T08:29:00Z", 20, false),
        ("2014-12-11T15:10:00Z", 20, true),
        ("2014-12-11T15:11:00Z", 20, false),
    ] {
        assert_eq!(slot(starts_at, minutes).is_within(&showcase, Amsterdam), is_within);
    }
    let author = RegistrationId(uuid::Uuid::from_u128(1));
    let harvest = Harvest {
        id: HarvestId(uuid::Uuid::from_u128(2)),
        author,
        words: HarvestWords {
            title: "Luisteren".parse().unwrap(),
            summary: "Doorvragen helpt.".parse().unwrap(),
            body: None,
        },
        wishes: BTreeSet::new(),
        status: Accepted,
        is_reopened: false,
        remark: None,
        saved_at: at("2014-11-20T09:00:00Z"),
        submitted_at: Some(at("2014-11-20T09:00:00Z")),
        slot: Some(slot("2014-12-11T09:00:00Z", 20)),
    };
    assert_eq!(harvest.slot_within(Some(&showcase), Amsterdam), harvest.slot);
    assert_eq!(harvest.slot_within(None, Amsterdam), None);
    showcase.on = "2014-12-12".parse().unwrap();
    assert_eq!(harvest.slot_within(Some(&showcase), Amsterdam), None);
    showcase.on = "2014-12-11".parse().unwrap();
    assert_eq!(
        harvest.slot_within(Some(&showcase), Amsterdam),
        harvest.slot,
        "moved back"
    );
}

#[test]
fn it_opens_at_nine_six_weeks_before_and_is_late_when_the_due_day_is_over() {
    let showcase = showcase();
    assert_eq!(showcase.harvest_opens_at(Amsterdam), at("2014-10-30T08:00:00Z"));
    assert_eq!(showcase.harvest_due_on(), "2014-12-01".parse().unwrap());
    assert_eq!(showcase.harvest_closes_at(Amsterdam), at("2014-12-01T23:00:00Z"));
    // The days are counted in civil time: the clocks change between.
    let march = Showcase {
        on: "2014-04-10".parse().unwrap(),
        ..showcase
    };
    assert_eq!(march.harvest_opens_at(Amsterdam), at("2014-02-27T08:00:00Z"));
    assert_eq!(march.harvest_closes_at(Amsterdam), at("2014-03-31T22:00:00Z"));
}
