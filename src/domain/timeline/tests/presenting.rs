//! What becomes of a harvest, and who presents when: verdicts, and times at a showcase that can be moved (rule 11).

use std::collections::BTreeSet;

use super::{
    harvest::{OPENS, conflict, under_way, words},
    instant,
    life::Life,
};
use crate::domain::{
    acts,
    harvest::{HarvestStatus, HarvestVerb as Verb},
    ids::{HarvestId, LearningWishId},
    message::Letter,
    programme::Phase,
    refusal::{Refusal, SlotError},
    rule::RuleKey,
    sharing::WishWords,
};

#[test]
fn verdicts_are_told_to_the_author_and_submissions_to_those_who_run_and_guide() {
    let (mut life, people) = under_way();
    let anna = people[0];
    life.on("2014-11-10T08:00:00Z");
    conflict(life.submit_harvest(anna), "save one first");
    let id = life.hand_in(anna, "Luisteren");
    life.submit_harvest(anna).unwrap();
    assert_eq!(
        life.told(RuleKey::HarvestSubmitted),
        ["Birgit Oelkerts", "Marc Jetten"],
        "each once, and no contact"
    );
    let refused = life.review(id, Verb::Return, None).unwrap_err();
    assert_eq!(
        (refused.word(), refused.field()),
        ("REQUIRED", Some(&["remark".to_owned()][..]))
    );
    conflict(life.review(id, Verb::Publish, None), "accept it first");
    life.review(id, Verb::Return, Some("Vertel meer.")).unwrap();
    conflict(life.review(id, Verb::Accept, None), "submit it first");
    assert_eq!(
        life.letter(RuleKey::HarvestReturned, anna),
        Some(&Letter::HarvestReturned {
            title: "Luisteren".parse().unwrap(),
            remark: Some("Vertel meer.".parse().unwrap()),
            is_reopened: false
        })
    );
    life.save_harvest(anna, "Luisteren naar de raad").unwrap();
    assert_eq!(life.harvest_status(anna), HarvestStatus::Returned);
    life.submit_harvest(anna).unwrap();
    assert_eq!(life.told(RuleKey::HarvestSubmitted).len(), 4);
    life.review(id, Verb::Accept, Some("Mooi!")).unwrap();
    assert_eq!(
        life.letter(RuleKey::HarvestAccepted, anna),
        Some(&Letter::HarvestAccepted {
            title: "Luisteren naar de raad".parse().unwrap(),
            remark: Some("Mooi!".parse().unwrap()),
            is_presented: true
        })
    );
    life.review(id, Verb::Accept, None).unwrap();
    assert_eq!(life.told(RuleKey::HarvestAccepted), ["Anna"], "accepting twice is once");
    conflict(life.save_harvest(anna, "Anders"), "reopen");
    conflict(life.submit_harvest(anna), "reopen");
    conflict(life.review(id, Verb::Return, Some("Toch niet.")), "reopen it");
    life.review(id, Verb::Publish, None).unwrap();
    assert_eq!(life.harvest_status(anna), HarvestStatus::Published);
    life.review(id, Verb::Reopen, None).unwrap();
    assert_eq!(life.harvest_status(anna), HarvestStatus::Draft, "public no longer");
    let nobody = life
        .review(HarvestId(uuid::Uuid::nil()), Verb::Accept, None)
        .unwrap_err();
    assert_eq!(nobody.word(), "NOT_FOUND");
}

#[test]
fn a_harvest_names_the_wishes_of_its_own_author() {
    let (mut life, people) = under_way();
    let (anna, bram) = (people[0], people[1]);
    let wish = |life: &mut Life, author| {
        let id = LearningWishId(life.fresh());
        let words = WishWords {
            text: "Leren luisteren".parse().unwrap(),
            own_steps: None,
            learning_line: None,
        };
        life.act(|facts, now| acts::add_learning_wish(facts, id, author, words, now))
            .unwrap()
    };
    let (own, others) = (wish(&mut life, anna), wish(&mut life, bram));
    life.on("2014-11-10T08:00:00Z");
    let id = HarvestId(life.fresh());
    let mut save = |wishes: &[LearningWishId]| {
        let wishes = wishes.iter().copied().collect();
        life.act(|facts, now| acts::save_harvest(facts, id, anna, words("Luisteren"), wishes, now))
    };
    let refused = save(&[own, others]).unwrap_err();
    assert_eq!(
        (refused.word(), refused.field()),
        ("NOT_FOUND", Some(&["learningWishIds".to_owned()][..]))
    );
    save(&[own]).unwrap();
    assert_eq!(life.facts.harvests[&anna].wishes, BTreeSet::from([own]));
}

#[test]
fn times_are_given_to_accepted_ones_within_the_day_and_never_twice() {
    let (mut life, people) = under_way();
    let (anna, bram, carla) = (people[0], people[1], people[2]);
    life.on("2014-11-10T08:00:00Z");
    let ids = [anna, bram, carla].map(|who| life.hand_in(who, "Luisteren"));
    let at_ten = "2014-12-11T09:00:00Z";
    conflict(life.schedule(ids[0], at_ten, 20), "accept it first");
    for id in ids {
        life.review(id, Verb::Accept, None).unwrap();
    }
    life.review(ids[1], Verb::Publish, None).unwrap();
    life.schedule(ids[0], at_ten, 20).unwrap();
    life.schedule(ids[0], at_ten, 20).unwrap();
    assert_eq!(
        life.told(RuleKey::HarvestScheduled),
        ["Anna"],
        "the same again is no change"
    );
    let outside = SlotError::Outside {
        starts_at: instant("2014-12-11T08:30:00Z"),
        ends_at: instant("2014-12-11T15:30:00Z"),
    };
    let taken = SlotError::Taken {
        starts_at: instant(at_ten),
        ends_at: instant("2014-12-11T09:20:00Z"),
    };
    for (starts_at, minutes, error) in [
        ("2014-12-11T08:29:00Z", 20, outside),
        ("2014-12-11T15:20:00Z", 20, outside),
        ("2014-12-10T10:00:00Z", 20, outside),
        ("2014-12-11T09:19:00Z", 20, taken),
        ("2014-12-11T08:50:00Z", 11, taken),
    ] {
        let refused = life.schedule(ids[1], starts_at, minutes);
        let field = vec!["startsAt".to_owned()];
        assert_eq!(refused, Err(Refusal::Slot { field, error }), "{starts_at}");
    }
    for (minutes, starts_at, field) in [
        (4, at_ten, "minutes"),
        (121, at_ten, "minutes"),
        (20, "2014-12-11T10:00:30Z", "startsAt"),
    ] {
        let refused = life.schedule(ids[1], starts_at, minutes).unwrap_err();
        assert_eq!(
            (refused.word(), refused.field()),
            ("INVALID", Some(&[field.to_owned()][..]))
        );
    }
    life.schedule(ids[1], "2014-12-11T09:20:00Z", 120).unwrap();
    life.schedule(ids[0], "2014-12-11T08:30:00Z", 5).unwrap();
    assert_eq!(
        life.letter(RuleKey::HarvestScheduled, anna),
        Some(&Letter::HarvestScheduled {
            title: "Luisteren".parse().unwrap(),
            starts_at: instant("2014-12-11T08:30:00Z"),
            minutes: 5,
            is_moved: true
        })
    );
    // Who leaves presents nothing, and the time is free; so is that of one that is reopened.
    life.withdraw(bram).unwrap();
    assert_eq!(life.slot(bram), None);
    life.review(ids[0], Verb::Reopen, None).unwrap();
    assert_eq!(life.slot(anna), None);
    life.schedule(ids[2], "2014-12-11T09:20:00Z", 30).unwrap();
    let gone = life.schedule(ids[1], "2014-12-11T12:00:00Z", 30).unwrap_err();
    assert_eq!(gone.word(), "NOT_FOUND");
    life.on("2014-12-11T10:00:00Z");
    let past = life.schedule(ids[2], "2014-12-11T10:00:00Z", 5).unwrap_err();
    assert!(past.to_string().contains("has passed"), "{past}");
}

#[test]
fn a_showcase_that_is_moved_asks_again_and_leaves_its_times_behind() {
    let (mut life, people) = under_way();
    let (anna, bram) = (people[0], people[1]);
    life.on(OPENS).on("2014-11-10T08:00:00Z");
    let ids = [anna, bram].map(|who| life.hand_in(who, "Luisteren"));
    for id in ids {
        life.review(id, Verb::Accept, None).unwrap();
    }
    life.schedule(ids[0], "2014-12-11T09:00:00Z", 20).unwrap();
    life.on("2014-11-12T08:00:00Z");
    life.move_showcase("2014-12-18").unwrap();
    assert_eq!(life.slot(anna), None);
    // The new moment, 6 November, was six days ago: people have to know the new due day.
    assert_eq!(
        life.tally(RuleKey::HarvestRequest),
        [
            "30 Oct 08:00 told 8",
            "06 Nov 08:00 not: HasHandedIn 2",
            "06 Nov 08:00 told 6"
        ]
    );
    life.on("2014-11-27T08:00:00Z");
    assert_eq!(life.told(RuleKey::HarvestReminder21Days).len(), 6);
    life.on("2014-12-06T08:00:00Z");
    assert_eq!(life.told(RuleKey::HarvestReminder12Days).len(), 6);
    life.hand_in(people[2], "In de nieuwe tijd");
    // Nobody is in the way of a time that does not count, and one that would be is forgotten.
    life.schedule(ids[1], "2014-12-18T09:00:00Z", 20).unwrap();
    life.move_showcase("2014-12-11").unwrap();
    assert!(life.slot(anna).is_some() && life.slot(bram).is_none(), "moved back");
    life.revise(|announced| {
        if let Some(showcase) = announced.showcase.as_mut() {
            showcase.starts = "10:10:00".parse().unwrap();
        }
    })
    .unwrap();
    assert_eq!(life.slot(anna), None, "it would start before the showcase does");
    life.schedule(ids[1], "2014-12-11T09:10:00Z", 20).unwrap();
    life.revise(|announced| {
        if let Some(showcase) = announced.showcase.as_mut() {
            showcase.starts = "09:30:00".parse().unwrap();
        }
    })
    .unwrap();
    assert!(life.slot(anna).is_none() && life.slot(bram).is_some());
}

#[test]
fn when_it_is_over_organisers_accept_and_publish_and_mending_is_for_what_came_back() {
    let (mut life, people) = under_way();
    let (anna, bram) = (people[0], people[1]);
    life.on("2014-11-10T08:00:00Z");
    let id = life.hand_in(anna, "Luisteren");
    life.save_harvest(bram, "Durven").unwrap();
    let other = life.save_harvest(bram, "Durven").unwrap();
    life.on("2015-02-01T08:00:00Z");
    assert_eq!(life.facts.programme.phase, Phase::Completed);
    life.review(id, Verb::Accept, None).unwrap();
    life.review(id, Verb::Publish, None).unwrap();
    let Some(Letter::HarvestAccepted { is_presented, .. }) = life.letter(RuleKey::HarvestAccepted, anna) else {
        panic!("its author is not told");
    };
    assert!(!is_presented, "the showcase is over");
    conflict(life.schedule(id, "2014-12-11T09:00:00Z", 20), "is over");
    conflict(life.save_harvest(bram, "Nog iets"), "is over");
    life.review(other, Verb::Reopen, Some("Kom maar.")).unwrap();
    life.hand_in(bram, "Toch af");
    assert_eq!(life.harvest_status(bram), HarvestStatus::Submitted);
    conflict(life.save_harvest(people[2], "Te laat begonnen"), "is over");
}
