//! Verifying, the waiting list and offers (rules 2 to 4).

use chrono::Duration;

use super::{
    CLOSING, KICK_OFF,
    brochure::{published, published_with},
    instant,
    life::{Life, person},
};
use crate::domain::{
    acts::{self, Receipt},
    facts::Facts,
    ids::RegistrationId,
    message::{
        ExpiryCause,
        Letter::{self, ConfirmRegistration},
    },
    refusal::Refusal,
    registration::RegistrationStatus as Status,
    rule::RuleKey,
    timeline::{BuiltIn, Outcome, Why},
};

fn places(min: u32, max: u32) -> impl FnOnce(&mut Facts) {
    move |facts| {
        facts.programme.announced.min_participants = min;
        facts.programme.announced.max_participants = max;
    }
}

fn small(min: u32, max: u32) -> Life {
    published_with(places(min, max))
}

#[test]
fn an_unverified_registration_ends_after_72_hours_and_can_be_made_anew() {
    let mut life = published();
    let (id, receipt) = life.on("2014-05-10T10:00:00Z").register(person("Anna")).unwrap();
    let ends_at = instant("2014-05-13T10:00:00Z");
    assert_eq!(
        receipt,
        Receipt {
            waiting_position: None,
            confirm_before: ends_at
        }
    );
    let mut in_time = life.clone();
    in_time.to(ends_at - Duration::microseconds(1));
    in_time.verify(id).unwrap();
    assert_eq!(in_time.status(id), Status::Registered);
    life.to(ends_at);
    assert_eq!(life.status(id), Status::Expired);
    assert!(matches!(life.verify(id), Err(Refusal::StateConflict(_))));
    let expired = Letter::RegistrationExpired {
        cause: ExpiryCause::NotVerified,
        can_register_anew: true,
    };
    assert_eq!(life.letter(RuleKey::RegistrationExpired, id), Some(&expired));
    assert_ne!(life.join("Anna"), id);
}

#[test]
fn a_held_place_ends_at_the_deadline_but_a_waiting_one_keeps_its_72_hours() {
    let mut life = small(1, 2);
    life.join("Anna");
    life.on("2014-05-25T10:00:00Z");
    let (held, receipt) = life.register(person("Bram")).unwrap();
    assert_eq!(receipt.confirm_before, instant(CLOSING));
    let (waiting, receipt) = life.register(person("Carla")).unwrap();
    assert_eq!(
        receipt,
        Receipt {
            waiting_position: Some(1),
            confirm_before: instant("2014-05-28T10:00:00Z")
        }
    );
    life.on(CLOSING);
    assert_eq!(
        (life.status(held), life.status(waiting)),
        (Status::Expired, Status::Waiting)
    );
    life.verify(waiting).unwrap();
    assert_eq!(
        life.status(waiting),
        Status::Offered,
        "after the go the freed place is hers"
    );
    let joined = life.of_rule(RuleKey::WaitingListJoined).last().unwrap();
    assert_eq!(joined.outcome, Outcome::Skipped(Why::OfferedAtOnce));
    assert!(life.told(RuleKey::PlaceOffered).contains(&"Carla".to_owned()));
}

#[test]
fn full_means_the_waiting_list_with_positions_by_arrival() {
    let mut life = published();
    life.crowd(12);
    let positions: Vec<_> = ["Zoë", "Xander", "Willem"]
        .into_iter()
        .map(|name| life.register(person(name)).unwrap().1.waiting_position)
        .collect();
    assert_eq!(positions, [Some(1), Some(2), Some(3)]);
    assert_eq!(
        (
            life.facts.counts.taken,
            life.facts.counts.waiting,
            life.facts.counts.waiting_verified
        ),
        (12, 3, 0)
    );
}

#[test]
fn a_freed_place_goes_to_the_first_verified_in_line_and_then_to_the_next() {
    let mut life = published();
    let crowd = life.crowd(12);
    let (unverified, _) = life.register(person("Zoë")).unwrap();
    let [second, third, fourth] = ["Xander", "Willem", "Victor"].map(|name| life.join(name));
    let line = |life: &Life| [unverified, second, third, fourth].map(|id| life.status(id));
    use Status::{Declined, Expired, Offered, Registered, Waiting};
    // Friday 2 May, in the same act that frees the place.
    life.on("2014-05-02T10:00:00Z").withdraw(crowd[3]).unwrap();
    assert_eq!(
        line(&life),
        [Waiting, Offered, Waiting, Waiting],
        "the first in line is not verified"
    );
    let accept_before = instant("2014-05-07T22:00:00Z");
    let offer = Letter::PlaceOffered { accept_before };
    assert_eq!(
        life.letter(RuleKey::PlaceOffered, second),
        Some(&offer),
        "Monday 5 May is Liberation Day: Tuesday, Wednesday"
    );
    life.decline(second).unwrap();
    assert_eq!(line(&life), [Waiting, Declined, Offered, Waiting]);
    life.to(accept_before - Duration::microseconds(1));
    assert_eq!(life.status(third), Offered);
    life.to(accept_before);
    assert_eq!(line(&life), [Expired, Declined, Expired, Offered]);
    assert_eq!(life.accept(third), Err(Refusal::OfferExpired));
    let ended = Letter::PlaceOfferExpired {
        can_register_anew: true,
    };
    assert_eq!(life.letter(RuleKey::PlaceOfferExpired, third), Some(&ended));
    life.accept(fourth).unwrap();
    life.accept(fourth).unwrap();
    assert_eq!(line(&life), [Expired, Declined, Expired, Registered]);
    let received = Letter::RegistrationReceived { is_confirmed: false };
    assert_eq!(life.letter(RuleKey::RegistrationReceived, fourth), Some(&received));
}

#[test]
fn a_newcomer_gets_a_free_place_only_if_no_verified_person_waits() {
    let mut life = small(1, 1);
    let first = life.join("Anna");
    let (unverified, _) = life.register(person("Bram")).unwrap();
    life.withdraw(first).unwrap();
    let (third, receipt) = life.register(person("Carla")).unwrap();
    assert_eq!(
        (receipt.waiting_position, life.status(third)),
        (None, Status::Unverified),
        "nobody verified waits"
    );
    life.verify(unverified).unwrap();
    assert_eq!(life.status(unverified), Status::Waiting);
    life.withdraw(third).unwrap();
    assert_eq!(life.status(unverified), Status::Offered);
    let (fourth, receipt) = life.register(person("Daan")).unwrap();
    assert_eq!(
        (receipt.waiting_position, life.status(fourth)),
        (Some(1), Status::Waiting)
    );
}

#[test]
fn a_place_that_is_added_goes_to_whoever_waits_and_not_to_a_newcomer_in_the_same_act() {
    let mut life = small(1, 1);
    life.join("Anna");
    let waiting = life.join("Bram");
    let (newcomer, act) = (RegistrationId(life.fresh()), life.fresh());
    let receipt = life.act(|facts, now| {
        facts.programme.announced.max_participants = 2;
        acts::register(facts, newcomer, person("Carla"), act, now)
    });
    assert_eq!(receipt.unwrap().waiting_position, Some(2));
    assert_eq!(
        (life.status(waiting), life.status(newcomer)),
        (Status::Offered, Status::Waiting)
    );
    let ConfirmRegistration { waiting_position, .. } = life.letter(RuleKey::ConfirmRegistration, newcomer).unwrap()
    else {
        panic!()
    };
    assert_eq!(
        *waiting_position,
        Some(1),
        "once the place is offered she is the first in line"
    );
}

#[test]
fn between_the_closing_instant_and_the_decision_nothing_is_offered() {
    let mut life = small(3, 3);
    let crowd = life.crowd(3);
    let [first, second] = ["Zoë", "Yara"].map(|name| life.join(name));
    life.on("2014-05-25T20:00:00Z").withdraw(crowd[0]).unwrap();
    assert_eq!(life.status(first), Status::Offered);
    life.on(CLOSING);
    assert!(
        life.facts.decisions.is_empty(),
        "two, one offered, one waiting: people decide"
    );
    life.decline(first).unwrap();
    life.withdraw(crowd[1]).unwrap();
    assert_eq!((life.facts.places_left(), life.status(second)), (2, Status::Waiting));
    life.extend("2014-05-30").unwrap();
    assert_eq!(
        life.status(second),
        Status::Offered,
        "registration is open again, so in that same act"
    );
}

#[test]
fn after_a_go_places_freed_at_the_deadline_are_offered_and_confirmed_on_accepting() {
    let mut life = small(2, 4);
    life.crowd(2);
    life.on("2014-05-25T10:00:00Z");
    let unverified: Vec<_> = ["Daan", "Eva"]
        .map(|name| life.register(person(name)).unwrap().0)
        .into();
    let [first, second, third] = ["Zoë", "Yara", "Wout"].map(|name| life.join(name));
    life.on(CLOSING);
    assert!(unverified.into_iter().all(|id| life.status(id) == Status::Expired));
    assert_eq!(
        [first, second, third].map(|id| life.status(id)),
        [Status::Offered, Status::Offered, Status::Waiting]
    );
    // Monday the 26th belongs to the closing instant's day already: Tuesday and Wednesday.
    let accept_before = instant("2014-05-28T22:00:00Z");
    assert_eq!(
        life.letter(RuleKey::PlaceOffered, first),
        Some(&Letter::PlaceOffered { accept_before })
    );
    life.accept(first).unwrap();
    assert_eq!(life.status(first), Status::Confirmed);
    assert_eq!(life.facts.registrations[&first].confirmed_at, Some(life.now));
    let received = Letter::RegistrationReceived { is_confirmed: true };
    assert_eq!(life.letter(RuleKey::RegistrationReceived, first), Some(&received));
    life.to(accept_before);
    assert_eq!(
        [second, third].map(|id| life.status(id)),
        [Status::Expired, Status::Offered]
    );
    let ended = Letter::PlaceOfferExpired {
        can_register_anew: false,
    };
    assert_eq!(life.letter(RuleKey::PlaceOfferExpired, second), Some(&ended));
    // Wednesday night, which is Thursday in Amsterdam: Ascension Day. Friday and Monday follow.
    let accept_before = instant("2014-06-02T22:00:00Z");
    assert_eq!(
        life.letter(RuleKey::PlaceOffered, third),
        Some(&Letter::PlaceOffered { accept_before })
    );
}

#[test]
fn an_offer_ends_with_the_kick_off_at_the_latest_and_so_does_the_waiting_list() {
    let mut life = small(2, 2);
    let crowd = life.crowd(2);
    let [first, second] = ["Zoë", "Yara"].map(|name| life.join(name));
    life.on("2014-06-11T12:00:00Z").withdraw(crowd[0]).unwrap();
    assert_eq!(
        life.letter(RuleKey::PlaceOffered, first),
        Some(&Letter::PlaceOffered {
            accept_before: instant(KICK_OFF)
        })
    );
    assert_eq!(
        life.facts.registrations[&first].offer_expires_at,
        Some(instant(KICK_OFF))
    );
    life.on(KICK_OFF);
    assert_eq!(
        [first, second].map(|id| life.status(id)),
        [Status::Expired, Status::Expired]
    );
    assert_eq!(
        life.built_in(BuiltIn::Offer).len(),
        1,
        "nothing is offered once it has started"
    );
    let started = Letter::RegistrationExpired {
        cause: ExpiryCause::ProgrammeStarted,
        can_register_anew: false,
    };
    assert_eq!(life.letter(RuleKey::RegistrationExpired, second), Some(&started));
    life.withdraw(crowd[1]).unwrap();
    assert_eq!(life.built_in(BuiltIn::Offer).len(), 1);
}

#[test]
fn an_offer_that_nobody_was_told_of_in_time_says_so() {
    let mut life = small(1, 2);
    life.join("Anna");
    life.on("2014-05-25T10:00:00Z").register(person("Bram")).unwrap();
    life.join("Carla");
    life.on("2014-06-20T10:00:00Z");
    let offer = life.of_rule(RuleKey::PlaceOffered).last().unwrap();
    assert_eq!(offer.due_at, instant(CLOSING));
    assert_eq!(
        offer.outcome,
        Outcome::Missed(Why::NoLongerUseful { seen_at: life.now })
    );
}
