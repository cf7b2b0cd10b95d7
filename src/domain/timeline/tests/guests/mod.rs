//! Guests of the showcase of the brochure's programme, on 11 December 2014: who is told what and when (rule 12).

mod random;
mod told;

use super::{
    brochure::{published, published_with},
    life::Life,
};
use crate::domain::{
    acts::{self, InvitationDraft, RuleChange},
    announcement::Audience,
    facts::Facts,
    guests::{ACCEPTANCES_AT_MOST, Guest, GuestRelation, InvitationStatus as Status, ORGANISERS_QUOTA},
    hosting::{Venue, VenueDraft},
    ids::{InvitationId, RegistrationId, VenueOfferId},
    message::{InvitationEnd, Letter, Locale, Recipient},
    refusal::Refusal,
    rule::RuleKey,
    timeline::{BuiltIn, GuestsWhy, Outcome, StepKind, Why},
};

/// The showcase begins.
const BEGINS: &str = "2014-12-11T08:30:00Z";
/// Its directions go out.
const DIRECTIONS: &str = "2014-12-09T08:00:00Z";
/// Whoever has not answered is reminded.
const REMINDER: &str = "2014-12-04T08:00:00Z";

fn guest(name: &str) -> Guest {
    Guest {
        name: name.parse().unwrap(),
        email: format!("{}@gast.example", name.to_lowercase().replace(' ', "."))
            .parse()
            .unwrap(),
        relation: GuestRelation::Colleague,
        locale: Locale::Nl,
    }
}

fn draft(name: &str) -> InvitationDraft {
    InvitationDraft {
        guest: guest(name),
        message: None,
    }
}

impl Life {
    fn invite(&mut self, by: Option<RegistrationId>, name: &str) -> Result<InvitationId, Refusal> {
        let id = InvitationId(self.fresh());
        self.act(|facts, now| acts::invite_guest(facts, id, by, draft(name), now))
    }

    fn call_back(&mut self, id: InvitationId) -> Result<(), Refusal> {
        self.act(|facts, now| acts::cancel_invitation(facts, id, now))
    }

    fn reply(&mut self, id: InvitationId, accepts: bool) -> Result<(), Refusal> {
        self.act(|facts, now| acts::reply_to_invitation(facts, id, accepts, now))
    }

    fn stands(&self, id: InvitationId) -> Status {
        self.facts.guests.invitations[&id].status
    }

    fn capacity(&mut self, capacity: Option<u32>) {
        self.revise(|announced| {
            if let Some(showcase) = &mut announced.showcase {
                showcase.capacity = capacity;
            }
        })
        .unwrap();
    }

    /// Somebody hosts the meeting with the showcase.
    fn host(&mut self, by: RegistrationId, name: &str) {
        let id = VenueOfferId(self.fresh());
        let meeting = self.facts.programme.announced.meetings[3].id;
        let venue = venue(name);
        self.act(|facts, now| {
            acts::offer_venue(
                facts,
                id,
                by,
                VenueDraft {
                    venue,
                    capacity: None,
                    rooms: None,
                    meetings: [meeting].into(),
                },
                now,
            )
        })
        .unwrap();
        self.act(|facts, now| acts::assign_host(facts, meeting, Some(id), uuid::Uuid::from_u128(9), now))
            .unwrap();
    }

    /// The last letter that a rule sent to a guest.
    fn letter_to(&self, rule: RuleKey, id: InvitationId) -> Option<&Letter> {
        let mine = |step: &&crate::domain::timeline::Step| {
            step.key.subject == Some(Recipient::Guest(id)) && matches!(step.outcome, Outcome::Done(_))
        };
        match &self.of_rule(rule).filter(mine).last()?.kind {
            StepKind::Mail(letter) => Some(letter),
            _ => None,
        }
    }

    /// What became of a rule's steps: day, for whom, and why not.
    fn guest_fates(&self, rule: RuleKey) -> Vec<String> {
        let fate = |step: &crate::domain::timeline::Step| {
            let who = step
                .key
                .subject
                .map_or("nobody".to_owned(), |subject| self.name(subject));
            let why = match &step.outcome {
                Outcome::Done(_) => String::new(),
                Outcome::Skipped(why) | Outcome::Missed(why) => format!(" not: {why:?}"),
            };
            format!("{} {who}{why}", step.due_at.format("%d %b %H:%M"))
        };
        self.of_rule(rule).map(fate).collect()
    }
}

fn venue(name: &str) -> Venue {
    Venue {
        municipality: "Gouda".parse().unwrap(),
        name: Some(name.parse().unwrap()),
        address: Some("Voorbeeldplein 1".parse().unwrap()),
        is_step_free: Some(true),
        directions: None,
    }
}

/// Eight people, and the go.
fn under_way() -> (Life, Vec<RegistrationId>) {
    under_way_with(|_| {})
}

fn under_way_with(change: impl FnOnce(&mut Facts)) -> (Life, Vec<RegistrationId>) {
    let mut life = published_with(change);
    let people = life.crowd(8);
    life.on("2014-05-25T22:00:00Z");
    (life, people)
}

fn refused(answer: Result<impl std::fmt::Debug, Refusal>, told: &str) {
    let refusal = answer.unwrap_err();
    assert!(refusal.to_string().contains(told), "{refusal}");
}

fn note(letter: Option<&Letter>) -> crate::domain::guests::ShowcaseNote {
    match letter {
        Some(
            Letter::ShowcaseInvitation { showcase, .. }
            | Letter::ShowcasePlace { showcase, .. }
            | Letter::ShowcaseReminder { showcase, .. }
            | Letter::ShowcaseDirections { showcase }
            | Letter::ShowcaseChanged { showcase, .. }
            | Letter::ShowcaseCancelled { showcase, .. },
        ) => (**showcase).clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn whoever_declined_and_was_invited_again_answers_the_newer_invitation() {
    let (mut life, people) = under_way();
    let first = life.invite(Some(people[0]), "Gerda").unwrap();
    life.reply(first, false).unwrap();
    let newer = life.invite(Some(people[0]), "Gerda").unwrap();
    refused(life.reply(first, true), "newer mail");
    life.reply(first, false).unwrap();
    life.reply(newer, true).unwrap();
    refused(life.reply(first, true), "newer mail");
}

#[test]
fn guests_are_invited_from_the_go_until_the_showcase_begins() {
    let mut life = published();
    let anna = life.join("Anna");
    refused(
        life.invite(Some(anna), "Gerda"),
        "from the moment that the programme goes ahead",
    );
    let (mut life, people) = under_way();
    life.invite(Some(people[0]), "Gerda").unwrap();
    assert_eq!(life.told(RuleKey::ShowcaseInvitation), ["Gerda"]);
    life.on("2014-12-11T08:29:59Z");
    let last = life.invite(Some(people[1]), "Harm").unwrap();
    life.on(BEGINS);
    refused(life.invite(Some(people[1]), "Iris"), "has begun");
    refused(life.reply(last, true), "has begun");
    refused(life.call_back(last), "has begun");
    let (mut life, people) = under_way_with(|facts| facts.programme.announced.showcase = None);
    refused(life.invite(Some(people[0]), "Gerda"), "no showcase");
    life.cancel().unwrap();
    refused(life.invite(Some(people[0]), "Gerda"), "does not go ahead");
}

#[test]
fn nobody_invites_more_than_the_quota_and_nobody_mails_the_world() {
    let quota = |facts: &mut Facts| {
        if let Some(showcase) = &mut facts.programme.announced.showcase {
            showcase.guest_quota = 2;
        }
    };
    let (mut life, people) = under_way_with(quota);
    let anna = Some(people[0]);
    let one = life.invite(anna, "Een").unwrap();
    let two = life.invite(anna, "Twee").unwrap();
    assert_eq!(
        life.invite(anna, "Drie").unwrap_err().word(),
        "INVITATION_QUOTA_REACHED"
    );
    // What is declined or called back gives the place back, three times in all.
    life.reply(one, false).unwrap();
    life.call_back(two).unwrap();
    for name in ["Drie", "Vier"] {
        life.invite(anna, name).unwrap();
    }
    for name in ["Drie", "Vier"] {
        let found = life
            .facts
            .guests
            .invitations
            .values()
            .find(|one| &*one.guest.name == name);
        let id = found.unwrap().id;
        life.call_back(id).unwrap();
    }
    for name in ["Vijf", "Zes"] {
        let id = life.invite(anna, name).unwrap();
        life.call_back(id).unwrap();
    }
    refused(life.invite(anna, "Zeven"), "6 people have been invited in all");
    // Others still can, and organisers have no such quota.
    life.invite(Some(people[1]), "Zeven").unwrap();
    for n in 0..4 {
        life.invite(None, &format!("Gast{n}")).unwrap();
    }
    let one = life.facts.guests.invitations.values().last().unwrap().clone();
    for n in 4..ORGANISERS_QUOTA {
        let mut another = one.clone();
        (another.id, another.arrival) = (InvitationId(life.fresh()), one.arrival + i64::from(n));
        another.guest = guest(&format!("Gast{n}"));
        life.facts.guests.invitations.insert(another.id, another);
    }
    refused(life.invite(None, "Acht"), "500 guests are invited already");
}

#[test]
fn a_quota_of_none_sends_participants_to_the_organisers() {
    let (mut life, people) = under_way_with(|facts| {
        if let Some(showcase) = &mut facts.programme.announced.showcase {
            showcase.guest_quota = 0;
        }
    });
    refused(life.invite(Some(people[0]), "Gerda"), "ask the organisers");
    life.invite(None, "Gerda").unwrap();
}

#[test]
fn the_same_person_is_invited_once_and_members_are_not() {
    let (mut life, people) = under_way();
    let gerda = life.invite(Some(people[0]), "Gerda").unwrap();
    refused(life.invite(Some(people[1]), "GERDA"), "invited already");
    refused(life.invite(None, "Gerda"), "invited already");
    life.call_back(gerda).unwrap();
    life.invite(None, "Gerda").unwrap();
    let bram = Guest {
        email: life.facts.registrations[&people[1]].person.email.clone(),
        ..guest("Bram")
    };
    let id = InvitationId(life.fresh());
    let answer = life.act(|facts, now| {
        acts::invite_guest(
            facts,
            id,
            Some(people[0]),
            InvitationDraft {
                guest: bram,
                message: None,
            },
            now,
        )
    });
    refused(answer, "without an invitation");
    life.withdraw(people[0]).unwrap();
    refused(life.invite(Some(people[0]), "Harm"), "does not take part");
}

#[test]
fn whoever_accepts_gets_a_place_with_an_entry_and_may_change_their_mind() {
    let (mut life, people) = under_way();
    let gerda = life.invite(Some(people[0]), "Gerda").unwrap();
    match life.letter_to(RuleKey::ShowcaseInvitation, gerda) {
        Some(Letter::ShowcaseInvitation { inviter, .. }) => {
            assert_eq!(inviter.as_ref().map(|one| &*one.given_name), Some("Anna"));
        }
        other => panic!("{other:?}"),
    }
    life.reply(gerda, true).unwrap();
    life.reply(gerda, true).unwrap();
    assert_eq!(
        life.told(RuleKey::ShowcasePlace),
        ["Gerda"],
        "once, however often it is said"
    );
    assert_eq!(note(life.letter_to(RuleKey::ShowcasePlace, gerda)).sequence, 0);
    life.reply(gerda, false).unwrap();
    assert_eq!(life.stands(gerda), Status::Declined);
    life.reply(gerda, true).unwrap();
    assert_eq!(life.told(RuleKey::ShowcasePlace), ["Gerda", "Gerda"]);
    assert_eq!(
        note(life.letter_to(RuleKey::ShowcasePlace, gerda)).sequence,
        1,
        "it replaces the first"
    );
    for _ in 2..ACCEPTANCES_AT_MOST {
        life.reply(gerda, false).unwrap();
        life.reply(gerda, true).unwrap();
    }
    life.reply(gerda, false).unwrap();
    refused(life.reply(gerda, true), "too often");
}

#[test]
fn at_capacity_guests_wait_and_the_first_in_line_is_let_in_by_the_act_that_frees_a_place() {
    let (mut life, people) = under_way();
    life.capacity(Some(2));
    let ids: Vec<_> = ["Een", "Twee", "Drie", "Vier", "Vijf"]
        .into_iter()
        .map(|name| life.invite(Some(people[0]), name).unwrap())
        .collect();
    // In line by when they accept, not by when they were invited.
    for index in [0, 1, 4, 2, 3] {
        life.reply(ids[index], true).unwrap();
    }
    assert_eq!(life.stands(ids[4]), Status::Waiting);
    let position = |life: &Life, id| life.facts.guests.position(&life.facts.guests.invitations[&id]);
    assert_eq!((position(&life, ids[4]), position(&life, ids[3])), (Some(1), Some(3)));
    assert_eq!(life.told(RuleKey::ShowcasePlace), ["Een", "Twee"]);
    life.reply(ids[0], false).unwrap();
    assert_eq!(life.told(RuleKey::ShowcasePlace), ["Een", "Twee", "Vijf"]);
    assert!(matches!(
        life.letter_to(RuleKey::ShowcasePlace, ids[4]),
        Some(Letter::ShowcasePlace { was_waiting: true, .. })
    ));
    // Whoever comes back stands at the end, also behind those who wait.
    life.reply(ids[0], true).unwrap();
    assert_eq!(position(&life, ids[0]), Some(3));
    life.call_back(ids[1]).unwrap();
    assert_eq!(life.stands(ids[2]), Status::Accepted);
    // Whoever is erased leaves the place; a larger hall lets in at once; a smaller one sends nobody away.
    life.act(|facts, now| acts::erase_guest(facts, ids[4], now)).unwrap();
    assert_eq!(
        (life.stands(ids[4]), life.stands(ids[3])),
        (Status::Declined, Status::Accepted)
    );
    life.capacity(Some(3));
    assert_eq!(life.stands(ids[0]), Status::Accepted);
    life.capacity(Some(1));
    assert_eq!(life.facts.guests.accepted(), 3);
    assert_eq!(life.built_in(BuiltIn::GuestPlace).len(), 4);
    life.capacity(None);
}

#[test]
fn a_rule_for_guests_does_not_reach_back_and_can_be_paused() {
    let (mut life, people) = under_way();
    life.host(people[0], "Stadhuis");
    let een = life.invite(Some(people[0]), "Een").unwrap();
    life.reply(een, true).unwrap();
    let pause = RuleChange {
        pause_note: Some("even niet".parse().ok()),
        ..RuleChange::default()
    };
    life.act(|facts, now| acts::set_rule(facts, RuleKey::ShowcaseDirections, pause.clone(), now))
        .unwrap();
    assert!(
        life.act(|facts, now| acts::set_rule(facts, RuleKey::ShowcaseInvitation, pause, now))
            .is_err(),
        "a guest who is not written to is not invited"
    );
    life.on(DIRECTIONS);
    assert!(matches!(
        life.of_rule(RuleKey::ShowcaseDirections).next().unwrap().outcome,
        Outcome::Skipped(Why::Paused { .. })
    ));
}

#[test]
fn links_and_announcements_reach_guests_and_everyone_means_those_of_the_programme() {
    let (mut life, people) = under_way();
    let ids = ["Een", "Twee", "Drie"].map(|name| life.invite(Some(people[0]), name).unwrap());
    life.reply(ids[0], true).unwrap();
    life.reply(ids[1], false).unwrap();
    let at = life.now;
    assert_eq!(Audience::Guests.recipients(&life.facts, at), [Recipient::Guest(ids[0])]);
    let everyone = Audience::Everyone.recipients(&life.facts, at);
    assert!(everyone.iter().all(|one| !matches!(one, Recipient::Guest(_))));
    life.request_links("een@gast.example");
    assert_eq!(life.told(RuleKey::PersonalLink), ["Een"]);
    life.call_back(ids[0]).unwrap();
    life.request_links("een@gast.example");
    assert_eq!(life.told(RuleKey::PersonalLink), ["Een"]);
    // After their data is gone nobody is written to.
    life.reply(ids[2], true).unwrap();
    life.on("2015-04-29T07:00:00Z");
    assert!(Audience::Guests.recipients(&life.facts, life.now).is_empty());
    assert_eq!(life.facts.guests.accepted(), 1, "counts stay");
}

#[test]
fn a_guest_who_takes_part_by_now_is_told_with_the_others() {
    let (mut life, people) = under_way();
    life.host(people[0], "Stadhuis");
    life.extend("2014-06-01").unwrap();
    let fatima = Guest {
        email: "late.fatima@gemeente.example".parse().unwrap(),
        ..guest("Late Fatima")
    };
    let id = InvitationId(life.fresh());
    life.act(|facts, now| {
        acts::invite_guest(
            facts,
            id,
            None,
            InvitationDraft {
                guest: fatima,
                message: None,
            },
            now,
        )
    })
    .unwrap();
    life.reply(id, true).unwrap();
    life.join("Late Fatima");
    life.on(DIRECTIONS);
    assert_eq!(
        life.guest_fates(RuleKey::ShowcaseDirections),
        [format!(
            "09 Dec 08:00 Late Fatima not: {:?}",
            Why::Guests(GuestsWhy::ComesAnyway)
        )]
    );
}
