//! Who somebody is (rule 5), and links that are asked for.

use super::{
    brochure::{published, published_with},
    life::{person, registrant},
};
use crate::domain::{
    acts::{self, Receipt},
    message::Letter,
    programme::Phase,
    refusal::Refusal,
    registration::RegistrationStatus as Status,
    rule::RuleKey,
};

#[test]
fn the_same_person_twice_is_one_registration_with_the_answer_of_a_newcomer() {
    let mut life = published();
    let (anna, first) = life
        .register(registrant("Anna de Vries", "anna@gemeente.example"))
        .unwrap();
    let before = life.facts.registrations.clone();
    let mut again = registrant("ANNA  de vries", "Anna@Gemeente.example");
    again.organisation = "Elders".parse().unwrap();
    let (_, second) = life.register(again.clone()).unwrap();
    assert_eq!(
        (second, &life.facts.registrations),
        (first, &before),
        "nothing of the second input is taken over"
    );
    let state = |status, is_verified, act_before| Letter::RegistrationState {
        status,
        is_verified,
        waiting_position: None,
        act_before,
    };
    let expected = state(Status::Unverified, false, Some(first.confirm_before));
    assert_eq!(life.letter(RuleKey::RegistrationState, anna), Some(&expected));
    life.verify(anna).unwrap();
    life.crowd(11);
    let (_, full) = life.register(again.clone()).unwrap();
    assert_eq!(
        full.waiting_position,
        Some(1),
        "what a newcomer would get now, though she holds a place"
    );
    assert_eq!(
        life.letter(RuleKey::RegistrationState, anna),
        Some(&state(Status::Registered, true, None))
    );
    assert_eq!(life.told(RuleKey::RegistrationState).len(), 2, "each time a mail");
    life.withdraw(anna).unwrap();
    let (anew, _) = life.register(again).unwrap();
    assert_eq!(
        (life.status(anna), life.status(anew)),
        (Status::Withdrawn, Status::Unverified)
    );
}

#[test]
fn two_people_share_a_mailbox() {
    let mut life = published();
    let (anna, _) = life
        .register(registrant("Anna de Vries", "hr@gemeente.example"))
        .unwrap();
    let (bert, _) = life
        .register(registrant("Bert de Vries", "hr@gemeente.example"))
        .unwrap();
    assert_eq!(
        (life.facts.counts.taken, life.status(anna), life.status(bert)),
        (2, Status::Unverified, Status::Unverified)
    );
    assert_eq!(life.told(RuleKey::ConfirmRegistration).len(), 2);
    let mut bert_as_anna = registrant("Anna de Vries", "hr@gemeente.example");
    bert_as_anna.job_title = Some("Adviser".parse().unwrap());
    assert!(
        life.act(|facts, _| acts::correct(facts, bert, bert_as_anna)).is_err(),
        "a correction makes nobody somebody else"
    );
}

#[test]
fn only_an_organiser_is_told_that_somebody_is_registered_already() {
    let mut life = published();
    let anna = life.add(person("Anna")).unwrap();
    assert_eq!(life.status(anna), Status::Registered);
    assert_eq!(
        life.told(RuleKey::ConfirmRegistration),
        Vec::<String>::new(),
        "there is nothing to verify"
    );
    assert_eq!(life.add(person("anna")), Err(Refusal::AlreadyRegistered));
    let (bram, _) = life.register(person("Bram")).unwrap();
    assert_eq!(life.add(person("Bram")), Ok(bram));
    assert_eq!(life.status(bram), Status::Registered, "adding verifies");
    for number in 1..=12 {
        life.join(&format!("Newcomer {number}"));
    }
    let (last, _) = life.register(person("Zoë")).unwrap();
    assert_eq!(life.add(person("Zoë")), Ok(last));
    assert_eq!(
        life.letter(RuleKey::WaitingListJoined, last),
        Some(&Letter::WaitingListJoined { waiting_position: 3 })
    );
}

#[test]
fn confirming_withdrawing_and_declining_twice_change_nothing() {
    let mut life = published();
    let anna = life.join("Anna");
    life.verify(anna).unwrap();
    assert_eq!(life.told(RuleKey::RegistrationReceived), ["Anna"]);
    life.withdraw(anna).unwrap();
    life.withdraw(anna).unwrap();
    assert_eq!(life.told(RuleKey::RegistrationWithdrawn), ["Anna"]);
    assert!(matches!(life.verify(anna), Err(Refusal::StateConflict(_))));
    assert!(matches!(life.accept(anna), Err(Refusal::StateConflict(_))));
    let (bram, _) = life.register(person("Bram")).unwrap();
    assert!(matches!(life.decline(bram), Err(Refusal::StateConflict(_))));
    life.withdraw(bram).unwrap();
    assert_eq!(
        life.told(RuleKey::RegistrationWithdrawn),
        ["Anna"],
        "an unverified address gets no more mail"
    );
}

#[test]
fn unknown_ids_are_not_found() {
    let mut life = published();
    let nobody = crate::domain::ids::RegistrationId(life.fresh());
    let not_found = Refusal::not_found("registration", "registrationId");
    assert_eq!(life.verify(nobody), Err(not_found.clone()));
    assert_eq!(life.accept(nobody), Err(not_found.clone()));
    assert_eq!(life.decline(nobody), Err(not_found.clone()));
    assert_eq!(life.withdraw(nobody), Err(not_found.clone()));
    assert_eq!(life.register_anew(nobody), Err(not_found));
}

#[test]
fn links_go_to_each_live_registration_and_membership_at_an_address() {
    let mut life =
        published_with(|facts| facts.programme.announced.team[0].email = "hr@gemeente.example".parse().unwrap());
    for name in ["Anna", "Bert", "Carla"] {
        life.register(registrant(name, "HR@gemeente.example")).unwrap();
    }
    let gone = *life.facts.registrations.keys().next().unwrap();
    life.withdraw(gone).unwrap();
    life.join("Daan");
    life.request_links("hr@gemeente.example");
    assert_eq!(life.told(RuleKey::PersonalLink), ["Bert", "Carla", "Birgit Oelkerts"]);
    life.request_links("hr@gemeente.example");
    assert_eq!(life.told(RuleKey::PersonalLink).len(), 6, "asked for again, sent again");
    life.request_links("nobody@gemeente.example");
    assert_eq!(life.told(RuleKey::PersonalLink).len(), 6);
}

#[test]
fn the_receipt_tells_no_difference_between_a_stranger_and_somebody_who_is_in() {
    let mut life = published();
    life.crowd(12);
    let stranger: Receipt = life.clone().register(person("Zoë")).unwrap().1;
    assert_eq!(life.register(person("Anna")).unwrap().1, stranger);
    assert_eq!(life.facts.programme.phase, Phase::Open);
}
