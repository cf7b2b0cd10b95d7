//! Guests of the showcase of the brochure's programme, on 11 December 2014: who is told what and when (rule 12).

use proptest::{prelude::*, sample::select};

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
    timeline::{BuiltIn, GuestsWhy, Outcome, StepKind, Why, forecast, next_wake},
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
    assert!(ORGANISERS_QUOTA > 4);
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

/// What somebody does about guests; numbers name people and invitations, modulo how many there are.
#[derive(Debug, Clone)]
enum Act {
    Invite(u8, u8),
    Reply(u8, bool),
    CallBack(u8),
    Erase(u8),
    Capacity(u8),
    Hours(u8),
    Host(u8),
    Withdraw(u8),
}

fn some_act() -> impl Strategy<Value = Act> {
    prop_oneof![
        8 => (any::<u8>(), any::<u8>()).prop_map(|(by, who)| Act::Invite(by, who)),
        12 => (any::<u8>(), select(vec![true, true, false])).prop_map(|(who, accepts)| Act::Reply(who, accepts)),
        2 => any::<u8>().prop_map(Act::CallBack),
        1 => any::<u8>().prop_map(Act::Erase),
        3 => (0u8..5).prop_map(Act::Capacity),
        1 => (9u8..15).prop_map(Act::Hours),
        1 => any::<u8>().prop_map(Act::Host),
        1 => any::<u8>().prop_map(Act::Withdraw),
    ]
}

fn carry_out(life: &mut Life, people: &[RegistrationId], act: &Act) {
    let ids: Vec<_> = life
        .facts
        .guests
        .in_order(|_| true)
        .into_iter()
        .map(|one| one.id)
        .collect();
    let pick = |number: u8| ids.get(usize::from(number) % ids.len().max(1)).copied();
    let person = |number: u8| people[usize::from(number) % people.len()];
    let change = |life: &mut Life, change: &dyn Fn(&mut crate::domain::programme::Showcase)| {
        let _ = life.revise(|announced| announced.showcase.iter_mut().for_each(change));
    };
    // What is refused changes nothing, as every act of a life is held to.
    match *act {
        Act::Invite(by, who) => {
            let by = (by % 9 > 0).then(|| person(by));
            let _ = life.invite(by, &format!("Gast{}", who % 12));
        }
        Act::Reply(who, accepts) => {
            let _ = pick(who).map(|id| life.reply(id, accepts));
        }
        Act::CallBack(who) => {
            let _ = pick(who).map(|id| life.call_back(id));
        }
        Act::Erase(who) => {
            let _ = pick(who).map(|id| life.act(|facts, now| acts::erase_guest(facts, id, now)));
        }
        Act::Capacity(capacity) => change(life, &|showcase| {
            showcase.capacity = (capacity > 0).then_some(capacity.into());
        }),
        Act::Hours(hour) => change(life, &|showcase| {
            showcase.starts = chrono::NaiveTime::from_hms_opt(hour.into(), 0, 0).unwrap();
        }),
        Act::Host(who) => {
            let by = person(who);
            let is_few = life.facts.hosting.offers.len() < 9;
            if is_few && life.facts.takes_part(by) && life.now < super::instant("2014-12-09T12:00:00Z") {
                life.host(by, &format!("Huis{}", who % 3));
            }
        }
        Act::Withdraw(who) => {
            let _ = life.withdraw(person(who));
        }
    }
}

/// Nobody gets a place that is not there, and nobody overtakes somebody who waits.
fn in_line(before: &Facts, after: &Facts) {
    let fit = after
        .programme
        .announced
        .showcase
        .and_then(|showcase| showcase.capacity);
    let came = |facts: &Facts, id| {
        facts
            .guests
            .invitations
            .get(id)
            .is_some_and(|one| one.status == Status::Accepted)
    };
    let newly: Vec<_> = after
        .guests
        .invitations
        .keys()
        .filter(|id| came(after, *id) && !came(before, *id))
        .collect();
    if newly.is_empty() {
        return;
    }
    assert!(
        fit.is_none_or(|fit| after.guests.accepted() <= fit),
        "more come than fit"
    );
    let waited = |id| before.guests.invitations.get(id).and_then(|one| one.in_line);
    for one in after
        .guests
        .invitations
        .values()
        .filter(|one| one.status == Status::Waiting)
    {
        let Some(place) = waited(&one.id) else { continue };
        for id in &newly {
            assert!(
                waited(id).is_some_and(|theirs| theirs < place),
                "{id} overtakes {}",
                one.id
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn capacity_holds_the_line_is_kept_and_what_is_foretold_happens(
        acts in prop::collection::vec((0i64..5_000, some_act()), 1..50),
        jumps in any::<bool>(),
    ) {
        let (mut life, people) = under_way();
        life.on("2014-11-01T07:00:00Z");
        let mut at = life.now;
        for (minutes, act) in &acts {
            at += chrono::Duration::minutes(*minutes);
            if !jumps {
                while let Some(wake_at) = next_wake(&life.facts).filter(|wake_at| *wake_at <= at) {
                    life.to(wake_at);
                }
            }
            life.to(at);
            let before = life.facts.clone();
            carry_out(&mut life, &people, act);
            in_line(&before, &life.facts);
        }
        // What is foretold happens, step by step, in one go or from wake to wake.
        let until = super::instant("2015-06-01T07:00:00Z").max(life.now);
        let (foretold, facts) = forecast(life.facts.clone(), life.now, until);
        let told = life.steps.len();
        while let Some(wake_at) = next_wake(&life.facts).filter(|wake_at| *wake_at <= until) {
            life.to(wake_at);
        }
        prop_assert_eq!(&life.steps[told..], &foretold[..]);
        prop_assert_eq!(&life.facts, &facts);
    }
}
