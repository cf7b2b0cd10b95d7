//! What guests are told when: reminders, directions, changes and ends.

use super::*;

#[test]
fn whoever_has_not_answered_is_reminded_a_week_before() {
    let (mut life, people) = under_way();
    let names = ["Een", "Twee", "Drie", "Vier"];
    let ids = names.map(|name| life.invite(Some(people[0]), name).unwrap());
    life.reply(ids[0], true).unwrap();
    life.reply(ids[1], false).unwrap();
    life.call_back(ids[2]).unwrap();
    life.on("2014-12-04T07:59:59Z");
    assert_eq!(life.guest_fates(RuleKey::ShowcaseReminder), [""; 0]);
    life.on(REMINDER);
    assert_eq!(
        life.guest_fates(RuleKey::ShowcaseReminder),
        [
            "04 Dec 08:00 Een not: Guests(HasAnswered)",
            "04 Dec 08:00 Twee not: Guests(HasAnswered)",
            "04 Dec 08:00 Vier"
        ]
    );
    // Whoever is invited later is not reminded of what just came.
    life.invite(Some(people[1]), "Vijf").unwrap();
    life.on(DIRECTIONS);
    assert_eq!(life.guest_fates(RuleKey::ShowcaseReminder).len(), 3);
}

#[test]
fn directions_go_two_days_before_and_to_whoever_accepts_later_at_once() {
    let (mut life, people) = under_way();
    life.host(people[0], "Stadhuis");
    let ids = ["Een", "Twee", "Drie"].map(|name| life.invite(Some(people[1]), name).unwrap());
    life.reply(ids[0], true).unwrap();
    assert_eq!(
        note(life.letter_to(RuleKey::ShowcasePlace, ids[0])).venue,
        Some(venue("Stadhuis"))
    );
    life.on(DIRECTIONS);
    assert_eq!(life.guest_fates(RuleKey::ShowcaseDirections), ["09 Dec 08:00 Een"]);
    life.on("2014-12-10T12:00:00Z");
    life.reply(ids[1], true).unwrap();
    life.on("2014-12-11T08:29:00Z");
    life.reply(ids[2], true).unwrap();
    assert_eq!(
        life.guest_fates(RuleKey::ShowcaseDirections)[1..],
        ["10 Dec 12:00 Twee", "11 Dec 08:29 Drie"]
    );
    // Coming back does not bring them once more.
    life.reply(ids[2], false).unwrap();
    life.reply(ids[2], true).unwrap();
    assert_eq!(life.guest_fates(RuleKey::ShowcaseDirections).len(), 3);
}

#[test]
fn directions_go_again_before_the_new_day_of_a_showcase_that_is_moved() {
    let (mut life, people) = under_way();
    life.host(people[0], "Stadhuis");
    let ids = ["Een", "Twee"].map(|name| life.invite(Some(people[1]), name).unwrap());
    life.reply(ids[0], true).unwrap();
    life.on(DIRECTIONS);
    life.revise(|announced| {
        if let Some(showcase) = &mut announced.showcase {
            showcase.on = "2015-01-20".parse().unwrap();
        }
    })
    .unwrap();
    life.reply(ids[1], true).unwrap();
    assert_eq!(
        life.guest_fates(RuleKey::ShowcaseDirections),
        ["09 Dec 08:00 Een"],
        "it is early to say how to get there"
    );
    life.on("2015-01-18T08:00:00Z");
    assert_eq!(
        life.guest_fates(RuleKey::ShowcaseDirections)[1..],
        ["18 Jan 08:00 Een", "18 Jan 08:00 Twee"]
    );
}

#[test]
fn directions_wait_for_a_place_that_is_to_become_known_and_update_the_entry() {
    let (mut life, people) = under_way();
    let een = life.invite(None, "Een").unwrap();
    life.reply(een, true).unwrap();
    assert_eq!(note(life.letter_to(RuleKey::ShowcasePlace, een)).venue, None);
    life.on(DIRECTIONS);
    assert_eq!(
        life.guest_fates(RuleKey::ShowcaseDirections),
        ["09 Dec 08:00 nobody not: Guests(VenueIncomplete)"]
    );
    life.on("2014-12-09T12:00:00Z");
    life.host(people[0], "Stadhuis");
    assert_eq!(life.guest_fates(RuleKey::ShowcaseDirections)[1..], ["09 Dec 12:00 Een"]);
    let told = note(life.letter_to(RuleKey::ShowcaseDirections, een));
    assert_eq!((told.sequence, told.venue), (1, Some(venue("Stadhuis"))));
    assert_eq!(life.facts.guests.invitations[&een].sequence, 1);
    assert_eq!(life.guest_fates(RuleKey::ShowcaseChanged), [""; 0], "that is no change");
    life.host(people[1], "Raadhuis");
    assert_eq!(life.guest_fates(RuleKey::ShowcaseChanged), ["09 Dec 12:00 Een"]);
    let told = note(life.letter_to(RuleKey::ShowcaseChanged, een));
    assert_eq!((told.sequence, told.venue), (2, Some(venue("Raadhuis"))));
}

#[test]
fn directions_go_without_a_place_where_none_can_become_known() {
    let (mut life, _) = under_way_with(|facts| {
        if let Some(showcase) = &mut facts.programme.announced.showcase {
            showcase.on = "2014-12-15".parse().unwrap();
        }
    });
    let een = life.invite(None, "Een").unwrap();
    life.reply(een, true).unwrap();
    life.on("2014-12-13T08:00:00Z");
    assert_eq!(note(life.letter_to(RuleKey::ShowcaseDirections, een)).venue, None);
}

#[test]
fn a_change_is_told_once_to_everybody_who_expects_the_showcase() {
    let (mut life, people) = under_way();
    life.host(people[0], "Stadhuis");
    let ids = ["Een", "Twee", "Drie", "Vier"].map(|name| life.invite(Some(people[1]), name).unwrap());
    life.reply(ids[0], true).unwrap();
    life.reply(ids[1], false).unwrap();
    life.call_back(ids[2]).unwrap();
    life.on("2014-11-01T09:00:00Z");
    let move_to = |life: &mut Life, starts: &str| {
        let starts = starts.parse().unwrap();
        life.revise(|announced| {
            if let Some(showcase) = &mut announced.showcase {
                showcase.starts = starts;
            }
        })
        .unwrap();
    };
    move_to(&mut life, "13:00:00");
    assert_eq!(life.told(RuleKey::ShowcaseChanged), ["Een", "Vier"]);
    match life.letter_to(RuleKey::ShowcaseChanged, ids[0]) {
        Some(Letter::ShowcaseChanged {
            was,
            place_changed,
            comes,
            ..
        }) => {
            assert_eq!(was.map(|was| was.starts), "09:30:00".parse().ok());
            assert_eq!((*place_changed, *comes), (false, true));
        }
        other => panic!("{other:?}"),
    }
    // The meeting's own host is swapped: another place.
    life.host(people[2], "Raadhuis");
    assert_eq!(life.told(RuleKey::ShowcaseChanged).len(), 4);
    let told = note(life.letter_to(RuleKey::ShowcaseChanged, ids[0]));
    assert_eq!((told.sequence, told.venue), (2, Some(venue("Raadhuis"))));
    // Whoever comes after all is told how it is now, and not what changed meanwhile.
    life.reply(ids[1], true).unwrap();
    let told = note(life.letter_to(RuleKey::ShowcasePlace, ids[1]));
    assert_eq!(
        (told.day.starts, told.venue),
        ("13:00:00".parse().unwrap(), Some(venue("Raadhuis")))
    );
    // As long as another place is not certain, the one that was told stands.
    life.withdraw(people[2]).unwrap();
    assert_eq!(life.told(RuleKey::ShowcaseChanged).len(), 4);
    life.on("2014-11-06T09:00:00Z");
    assert_eq!(
        life.told(RuleKey::ShowcaseChanged).len(),
        4 + 3,
        "the first host hosts again"
    );
}

#[test]
fn whoever_had_answered_is_told_when_it_is_called_back_and_others_are_not() {
    let (mut life, people) = under_way();
    life.capacity(Some(1));
    let ids = ["Een", "Twee", "Drie", "Vier"].map(|name| life.invite(Some(people[0]), name).unwrap());
    life.reply(ids[0], true).unwrap();
    life.reply(ids[1], true).unwrap();
    life.reply(ids[2], false).unwrap();
    for id in [ids[1], ids[2], ids[3], ids[0]] {
        life.call_back(id).unwrap();
        life.call_back(id).unwrap();
        refused(life.reply(id, true), "no longer holds");
    }
    assert_eq!(life.told(RuleKey::ShowcaseCancelled), ["Twee", "Een"]);
    assert!(matches!(
        life.letter_to(RuleKey::ShowcaseCancelled, ids[0]),
        Some(Letter::ShowcaseCancelled { cause: InvitationEnd::CalledBack, was_coming: true, showcase }) if showcase.sequence == 1
    ));
}

#[test]
fn everybody_who_expected_it_is_told_when_the_showcase_or_the_programme_is_off() {
    for is_programme in [true, false] {
        let (mut life, people) = under_way();
        let ids = ["Een", "Twee", "Drie"].map(|name| life.invite(Some(people[0]), name).unwrap());
        life.reply(ids[0], true).unwrap();
        life.reply(ids[1], false).unwrap();
        life.on("2014-11-01T09:00:00Z");
        if is_programme {
            life.cancel().unwrap();
        } else {
            life.revise(|announced| announced.showcase = None).unwrap();
        }
        assert_eq!(life.told(RuleKey::ShowcaseCancelled), ["Een", "Drie"]);
        assert_eq!(
            ids.map(|id| life.stands(id)),
            [Status::Cancelled, Status::Declined, Status::Cancelled]
        );
        life.on("2014-12-20T09:00:00Z");
        assert!(life.told(RuleKey::ShowcaseReminder).is_empty() && life.told(RuleKey::ShowcaseDirections).is_empty());
    }
    // Afterwards there is nothing to tell: whoever came, came.
    let (mut life, people) = under_way();
    let een = life.invite(Some(people[0]), "Een").unwrap();
    life.reply(een, true).unwrap();
    life.on("2014-12-12T09:00:00Z");
    life.cancel().unwrap();
    assert_eq!(
        (life.stands(een), life.told(RuleKey::ShowcaseCancelled).len()),
        (Status::Accepted, 0)
    );
}

#[test]
fn guests_of_somebody_who_leaves_still_may_come_and_nobody_is_named() {
    let (mut life, people) = under_way();
    let een = life.invite(Some(people[0]), "Een").unwrap();
    let twee = life.invite(Some(people[0]), "Twee").unwrap();
    life.reply(een, true).unwrap();
    life.withdraw(people[0]).unwrap();
    assert_eq!(
        (life.stands(een), life.stands(twee)),
        (Status::Accepted, Status::Invited)
    );
    life.on(REMINDER);
    assert!(matches!(
        life.letter_to(RuleKey::ShowcaseReminder, twee),
        Some(Letter::ShowcaseReminder { inviter: None, .. })
    ));
}
