//! What participants share over the brochure's dates: who is told what and when (rules 9 and 10).

use chrono::{NaiveTime, Weekday};

use super::{
    brochure::{member, published, published_with},
    life::{Life, person},
};
use crate::domain::{
    acts::{self, Proposal, RuleChange},
    announcement::Audience,
    ids::{AgendaItemId, LearningWishId, MeetingId, QuestionId, RegistrationId, SupportOfferId},
    message::{Letter, Recipient, WishNews},
    programme::TeamRole,
    refusal::Refusal,
    rule::RuleKey,
    sharing::{
        AGENDA_ITEMS_AT_MOST, AssignmentStatus, AssignmentWords, PROPOSALS_A_PERSON, QUESTIONS_A_DAY, SUPPORT_A_PERSON,
        SupportOffer, TEAM_PROPOSALS, WISHES_A_PERSON, WishWords,
    },
    timeline::{Outcome, StepKind},
    trigger::Trigger,
};

fn words(text: &str) -> WishWords {
    WishWords {
        text: text.parse().unwrap(),
        own_steps: None,
        learning_line: None,
    }
}

impl Life {
    fn wish(&mut self, author: RegistrationId, text: &str) -> Result<LearningWishId, Refusal> {
        let id = LearningWishId(self.fresh());
        self.act(|facts, now| acts::add_learning_wish(facts, id, author, words(text), now))
    }

    fn edit(&mut self, wish: LearningWishId, by: RegistrationId, text: &str) -> Result<(), Refusal> {
        self.act(|facts, now| acts::edit_learning_wish(facts, wish, by, words(text), now))
    }

    fn follow(&mut self, wish: LearningWishId, by: RegistrationId) -> Result<(), Refusal> {
        self.act(|facts, now| acts::follow_learning_wish(facts, wish, by, now))
    }

    fn unfollow(&mut self, wish: LearningWishId, by: RegistrationId) -> Result<(), Refusal> {
        self.act(|facts, _| acts::unfollow_learning_wish(facts, wish, by))
    }

    fn support(&mut self, wish: LearningWishId, from: RegistrationId, text: &str) -> Result<(), Refusal> {
        let id = SupportOfferId(self.fresh());
        self.act(|facts, now| {
            let offer = SupportOffer {
                id,
                from,
                text: text.parse().unwrap(),
                offered_at: now,
            };
            acts::offer_support(facts, wish, offer)
        })
    }

    pub(super) fn propose(
        &mut self,
        by: Option<RegistrationId>,
        meeting: MeetingId,
        title: &str,
    ) -> Result<AgendaItemId, Refusal> {
        let id = AgendaItemId(self.fresh());
        let proposal = Proposal {
            meeting,
            title: title.parse().unwrap(),
            minutes: Some(30),
        };
        self.act(|facts, now| acts::propose_agenda_item(facts, id, by, proposal, now))
    }

    pub(super) fn vote(&mut self, item: AgendaItemId, by: RegistrationId, vote: bool) -> Result<(), Refusal> {
        self.act(|facts, now| acts::vote_for_agenda_item(facts, item, by, vote, now))
    }

    pub(super) fn set_agenda(&mut self, meeting: MeetingId, items: &[AgendaItemId]) -> Result<(), Refusal> {
        self.act(|facts, now| acts::set_agenda(facts, meeting, items, now))
    }

    pub(super) fn ask(&mut self, by: RegistrationId) -> Result<(), Refusal> {
        let id = QuestionId(self.fresh());
        self.act(|facts, now| acts::ask_facilitators(facts, id, by, "Hoe begin ik?".parse().unwrap(), now))
    }

    pub(super) fn meeting(&self, number: usize) -> MeetingId {
        self.facts.programme.announced.meetings[number - 1].id
    }

    /// What became of a rule's steps: day, for whom, and why not.
    pub(super) fn fates(&self, rule: RuleKey) -> Vec<String> {
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

    fn news(&self, reader: RegistrationId) -> &[WishNews] {
        match self.letter(RuleKey::LearningWishDigest, reader) {
            Some(Letter::LearningWishDigest { wishes, .. }) => wishes,
            other => panic!("{other:?}"),
        }
    }
}

/// Eight people, and the go.
pub(super) fn under_way() -> (Life, Vec<RegistrationId>) {
    let mut life = published();
    let people = life.crowd(8);
    life.on("2014-05-25T22:00:00Z");
    (life, people)
}

pub(super) fn refused(answer: Result<impl std::fmt::Debug, Refusal>, told: &str) {
    let refusal = answer.unwrap_err();
    assert!(refusal.to_string().contains(told), "{refusal}");
}

#[test]
fn who_has_no_wish_is_asked_two_days_after_the_kick_off_and_once_more_a_week_later() {
    let (mut life, people) = under_way();
    life.on("2014-06-13T10:00:00Z");
    life.wish(people[0], "Leren luisteren").unwrap();
    life.on("2014-06-14T07:00:00Z");
    assert_eq!(life.told(RuleKey::LearningWishRequest).len(), 7);
    assert_eq!(
        life.fates(RuleKey::LearningWishRequest)[..2],
        ["14 Jun 07:00 Anna not: HasLearningWish", "14 Jun 07:00 Bram"]
    );
    life.wish(people[1], "Durven").unwrap();
    life.withdraw(people[2]).unwrap();
    life.on("2014-06-21T07:00:00Z").on("2014-10-01T07:00:00Z");
    assert_eq!(life.told(RuleKey::LearningWishReminder).len(), 5);
    assert_eq!(
        life.fates(RuleKey::LearningWishReminder).len(),
        7,
        "at the kick-off only"
    );
    assert_eq!(
        life.letter(RuleKey::LearningWishReminder, people[3]),
        Some(&Letter::LearningWishRequest { is_reminder: true })
    );
}

#[test]
fn who_follows_something_hears_on_mondays_and_only_when_something_changed() {
    let (mut life, people) = under_way();
    let (anna, bram, carla) = (people[0], people[1], people[2]);
    life.on("2014-06-13T10:00:00Z");
    let wish = life.wish(anna, "Leren luisteren").unwrap();
    life.on("2014-06-16T07:00:00Z");
    life.follow(wish, bram).unwrap();
    life.follow(wish, bram).unwrap();
    life.on("2014-06-17T07:00:00Z");
    life.edit(wish, anna, "Leren luisteren naar de raad").unwrap();
    life.support(wish, carla, "Ik doe het voor").unwrap();
    life.on("2014-06-23T07:00:00Z");
    let news = life.news(bram);
    assert_eq!((news.len(), news[0].was_edited, news[0].support.len()), (1, true, 1));
    assert_eq!(news[0].author.as_ref().map(|author| &*author.given_name), Some("Anna"));
    // Its author hears of the support, and not of her own edit.
    let news = life.news(anna);
    assert_eq!(
        (news[0].was_edited, news[0].support.len(), &news[0].author),
        (false, 1, &None)
    );
    // The same words are no change.
    life.on("2014-06-24T07:00:00Z");
    life.edit(wish, anna, "Leren luisteren naar de raad").unwrap();
    life.on("2014-06-30T07:00:00Z");
    life.unfollow(wish, bram).unwrap();
    life.edit(wish, anna, "Anders").unwrap();
    life.on("2014-07-07T07:00:00Z");
    assert_eq!(
        life.fates(RuleKey::LearningWishDigest),
        [
            "26 May 07:00 nobody not: NobodyToTell",
            "02 Jun 07:00 nobody not: NobodyToTell",
            "09 Jun 07:00 nobody not: NobodyToTell",
            "16 Jun 07:00 nobody not: NobodyToTell",
            "23 Jun 07:00 Anna",
            "23 Jun 07:00 Bram",
            "30 Jun 07:00 Bram not: NothingChanged",
            "07 Jul 07:00 nobody not: NobodyToTell",
        ]
    );
}

#[test]
fn a_digest_at_another_day_of_the_week_tells_nothing_twice_and_loses_nothing() {
    let (mut life, people) = under_way();
    let wish = life.wish(people[0], "Leren luisteren").unwrap();
    life.follow(wish, people[1]).unwrap();
    life.on("2014-06-02T07:00:00Z").on("2014-06-03T07:00:00Z");
    life.edit(wish, people[0], "Een").unwrap();
    let thursday = RuleChange {
        trigger: Some(Some(Trigger::Weekday {
            weekday: Weekday::Thu,
            at: NaiveTime::from_hms_opt(8, 0, 0).unwrap(),
        })),
        ..RuleChange::default()
    };
    life.act(|facts, now| acts::set_rule(facts, RuleKey::LearningWishDigest, thursday, now))
        .unwrap();
    life.on("2014-06-05T06:00:00Z").on("2014-06-12T06:00:00Z");
    assert_eq!(
        life.fates(RuleKey::LearningWishDigest),
        [
            "26 May 07:00 Bram not: NothingChanged",
            "02 Jun 07:00 Bram not: NothingChanged",
            // A Thursday before the rule was changed.
            "29 May 06:00 Bram not: NothingChanged",
            "05 Jun 06:00 Bram",
            "12 Jun 06:00 Bram not: NothingChanged",
        ]
    );
    let anchored = RuleChange {
        trigger: Some(Some(Trigger::Anchored {
            anchor: crate::domain::trigger::Anchor::MeetingEnd,
            offset_days: 2,
            at: NaiveTime::MIN,
        })),
        ..RuleChange::default()
    };
    refused(
        life.act(|facts, now| acts::set_rule(facts, RuleKey::LearningWishDigest, anchored, now)),
        "has to name a weekday",
    );
}

#[test]
fn news_that_is_late_is_told_once_after_all() {
    let (mut life, people) = under_way();
    let wish = life.wish(people[0], "Leren luisteren").unwrap();
    life.follow(wish, people[1]).unwrap();
    life.on("2014-06-03T07:00:00Z");
    life.edit(wish, people[0], "Een").unwrap();
    // Nobody looks for three weeks.
    life.on("2014-07-01T10:00:00Z");
    assert_eq!(
        life.fates(RuleKey::LearningWishDigest),
        [
            "26 May 07:00 Bram not: NothingChanged",
            "02 Jun 07:00 Bram not: NothingChanged",
            "09 Jun 07:00 Bram",
            "16 Jun 07:00 Bram not: NothingChanged",
            "23 Jun 07:00 Bram not: NothingChanged",
            "30 Jun 07:00 Bram not: NothingChanged",
        ]
    );
}

#[test]
fn nobody_hears_of_somebody_who_left_and_who_left_hears_nothing() {
    let (mut life, people) = under_way();
    let (anna, bram, carla) = (people[0], people[1], people[2]);
    let wish = life.wish(anna, "Leren luisteren").unwrap();
    let other = life.wish(bram, "Durven").unwrap();
    for (wish, reader) in [(wish, bram), (wish, carla), (other, carla)] {
        life.follow(wish, reader).unwrap();
    }
    life.support(other, anna, "Ik help").unwrap();
    life.edit(wish, anna, "Anders").unwrap();
    life.withdraw(anna).unwrap();
    life.on("2014-06-02T07:00:00Z");
    // Of Anna's two doings nothing is told; Bram follows nobody who is still there.
    assert_eq!(
        life.fates(RuleKey::LearningWishDigest),
        [
            "26 May 07:00 Carla not: NothingChanged",
            "02 Jun 07:00 Carla not: NothingChanged"
        ]
    );
    refused(life.follow(wish, people[4]), "no such learning wish");
}

#[test]
fn questions_go_to_every_facilitator_or_to_the_organisers_where_there_is_none() {
    let (mut life, people) = under_way();
    life.ask(people[0]).unwrap();
    assert_eq!(
        life.told(RuleKey::FacilitatorsAsked),
        ["Birgit Oelkerts", "Marc Jetten"]
    );
    let step = life.of_rule(RuleKey::FacilitatorsAsked).last().unwrap();
    let StepKind::Mail(Letter::FacilitatorsAsked { email, .. }) = &step.kind else {
        panic!("{step:?}")
    };
    assert_eq!(email.to_string(), "anna@gemeente.example");
    for _ in 1..QUESTIONS_A_DAY {
        life.ask(people[0]).unwrap();
    }
    refused(life.ask(people[0]), "ask again tomorrow");
    life.ask(people[1]).unwrap();
    life.on("2014-05-26T22:00:00Z");
    life.ask(people[0]).unwrap();

    // Before the go, too, from a certain place on.
    let mut life = published_with(|draft| {
        draft.programme.announced.team = vec![member(2, "Marc Jetten", "marc@x.example", &[TeamRole::Organiser])];
    });
    let (unverified, _) = life.register(person("Zoë")).unwrap();
    refused(life.ask(unverified), "your place is certain");
    let sure = life.join("Anna");
    life.ask(sure).unwrap();
    assert_eq!(life.told(RuleKey::FacilitatorsAsked), ["Marc Jetten"]);
    life.withdraw(sure).unwrap();
    refused(life.ask(sure), "your place is certain");
}

#[test]
fn everything_has_a_bound_and_belongs_to_somebody() {
    let mut life = published();
    let early = life.join("Vroeg");
    refused(
        life.wish(early, "Te vroeg"),
        "from the moment that the programme goes ahead",
    );
    let (mut life, people) = under_way();
    let (anna, bram) = (people[0], people[1]);
    let wish = life.wish(anna, "Een").unwrap();
    for number in 1..WISHES_A_PERSON {
        life.wish(anna, &number.to_string()).unwrap();
    }
    refused(life.wish(anna, "Te veel"), "which is the most");
    refused(
        life.edit(wish, bram, "Niet van mij"),
        "only the person whose wish it is",
    );
    refused(life.follow(wish, anna), "your own");
    refused(life.support(wish, anna, "Ik help mezelf"), "your own");
    for _ in 0..SUPPORT_A_PERSON {
        life.support(wish, bram, "Ik help").unwrap();
    }
    refused(life.support(wish, bram, "Nog eens"), "which is the most");
    refused(
        life.follow(LearningWishId(uuid::Uuid::nil()), bram),
        "no such learning wish",
    );
    let second = life.meeting(2);
    let mut items = Vec::new();
    for _ in 0..PROPOSALS_A_PERSON {
        items.push(life.propose(Some(anna), second, "x").unwrap());
    }
    refused(life.propose(Some(anna), second, "x"), "which is the most");
    for _ in 0..TEAM_PROPOSALS {
        items.push(life.propose(None, second, "x").unwrap());
    }
    refused(life.propose(None, second, "x"), "which is the most");
    for person in &people[1..5] {
        for _ in 0..PROPOSALS_A_PERSON {
            items.push(life.propose(Some(*person), second, "x").unwrap());
        }
    }
    refused(life.set_agenda(second, &items), "at most 40");
    life.set_agenda(second, &items[..AGENDA_ITEMS_AT_MOST]).unwrap();
    life.on("2014-06-12T07:30:00Z");
    let kick_off = life.meeting(1);
    refused(life.propose(Some(bram), kick_off, "x"), "has begun");
    life.on("2015-02-01T00:00:00Z");
    refused(life.wish(bram, "Te laat"), "is over");
}

#[test]
fn an_assignment_is_one_and_keeps_its_id() {
    let (mut life, people) = under_way();
    let mut save = |title: &str, status| {
        let id = crate::domain::ids::AssignmentId(life.fresh());
        let words = AssignmentWords {
            title: title.parse().unwrap(),
            description: "Ik vraag door.".parse().unwrap(),
            intended_result: None,
            status,
            result: None,
        };
        life.act(|facts, now| acts::save_assignment(facts, id, people[0], words, now))
    };
    let first = save("Doorvragen", AssignmentStatus::Planned).unwrap();
    assert_eq!(save("Doorvragen", AssignmentStatus::Done), Ok(first));
    let saved = &life.facts.sharing.assignments[&people[0]];
    assert_eq!((saved.id, saved.words.status), (first, AssignmentStatus::Done));
}

#[test]
fn without_a_wish_are_participants_who_have_none() {
    let (mut life, people) = under_way();
    life.wish(people[0], "Leren luisteren").unwrap();
    let without: Vec<_> = people[1..].iter().copied().map(Recipient::Registration).collect();
    assert_eq!(Audience::WithoutWish.recipients(&life.facts, life.now), without);
}
