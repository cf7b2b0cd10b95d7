//! Organisers are told whose address refuses mail.

use uuid::Uuid;

use super::{
    brochure::{member, published_with},
    instant,
    life::Life,
};
use crate::domain::{
    facts::RefusedAddress,
    ids::{MessageId, RegistrationId, TeamMemberId},
    message::{Letter, Recipient},
    programme::TeamRole,
    rule::RuleKey,
    timeline::{Outcome, StepKind, Why, next_wake},
};

fn with_organisers(addresses: &[&str]) -> Life {
    published_with(|facts| {
        facts.programme.announced.team = addresses
            .iter()
            .zip(0..)
            .map(|(address, n)| member(n, "Een Organisator", address, &[TeamRole::Organiser]))
            .collect();
    })
}

fn refused(recipient: Recipient, address: &str) -> RefusedAddress {
    RefusedAddress {
        suppressed_by: MessageId(Uuid::from_u128(0x77)),
        recipient,
        name: "Bram Jansen".to_owned(),
        address: address.to_owned(),
        reply: Some("RCPT: 550 5.1.1 nobody".to_owned()),
        refused_at: instant("2014-05-02T10:00:00Z"),
    }
}

fn told(life: &Life) -> Vec<(Option<Recipient>, Outcome)> {
    life.of_rule(RuleKey::AddressRefused)
        .map(|step| (step.key.subject, step.outcome.clone()))
        .collect()
}

fn organiser(n: u128) -> Recipient {
    Recipient::TeamMember(TeamMemberId(Uuid::from_u128(0x300 + n)))
}

#[test]
fn every_organiser_is_told_of_a_person_once() {
    let mut life = with_organisers(&["a@x.example", "b@x.example"]);
    life.on("2014-05-02T10:05:00Z");
    let somebody = Recipient::Registration(RegistrationId(Uuid::from_u128(5)));
    let another = Recipient::Registration(RegistrationId(Uuid::from_u128(6)));
    // Two who share a mailbox are two.
    life.facts.refused_addresses = vec![refused(somebody, "bram@x.example"), refused(another, "bram@x.example")];
    assert_eq!(next_wake(&life.facts), Some(instant("2014-05-02T10:00:00Z")));
    life.on("2014-05-02T10:05:00Z");
    let done = |n| (Some(organiser(n)), Outcome::Done(None));
    assert_eq!(told(&life), [done(0), done(1), done(0), done(1)]);
    assert_eq!(life.facts.refused_addresses, []);
    let steps: Vec<_> = life.of_rule(RuleKey::AddressRefused).collect();
    let StepKind::Mail(letter) = &steps[0].kind else {
        panic!("a mail")
    };
    assert_eq!(
        *letter,
        Letter::AddressRefused {
            name: "Bram Jansen".to_owned(),
            address: "bram@x.example".to_owned(),
            reply: Some("RCPT: 550 5.1.1 nobody".to_owned()),
            is_team_member: false,
            is_guest: false,
        }
    );
    assert_ne!(next_wake(&life.facts), Some(instant("2014-05-02T10:00:00Z")));
}

#[test]
fn nobody_is_told_at_the_address_that_refuses() {
    let mut life = with_organisers(&["a@x.example", "b@x.example", "A@X.example"]);
    life.on("2014-05-02T10:05:00Z");
    life.facts.refused_addresses = vec![refused(organiser(0), "a@x.example")];
    life.on("2014-05-02T10:05:00Z");
    assert_eq!(told(&life), [(Some(organiser(1)), Outcome::Done(None))]);

    // With nobody left to tell, that is what the record says.
    let mut life = with_organisers(&["a@x.example"]);
    life.on("2014-05-02T10:05:00Z");
    life.facts.refused_addresses = vec![refused(organiser(0), "a@x.example")];
    life.on("2014-05-02T10:05:00Z");
    assert_eq!(told(&life), [(None, Outcome::Skipped(Why::NobodyToTell))]);
}
