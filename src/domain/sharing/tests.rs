use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::domain::ids::{AgendaItemId, MeetingId, SupportOfferId};

const ANNA: RegistrationId = RegistrationId(Uuid::from_u128(1));
const BRAM: RegistrationId = RegistrationId(Uuid::from_u128(2));
const CEES: RegistrationId = RegistrationId(Uuid::from_u128(3));

fn at(minute: i64) -> DateTime<Utc> {
    DateTime::<Utc>::UNIX_EPOCH + Duration::minutes(minute)
}

fn wish(id: u128, author: RegistrationId, line: Option<&str>) -> LearningWish {
    LearningWish {
        id: LearningWishId(Uuid::from_u128(id)),
        author,
        words: WishWords {
            text: "Leren luisteren".parse().unwrap(),
            own_steps: None,
            learning_line: line.map(|line| line.parse().unwrap()),
        },
        created_at: at(0),
        edited_at: None,
        followers: BTreeMap::new(),
        support: BTreeMap::new(),
    }
}

fn offer(id: u128, from: RegistrationId, offered_at: DateTime<Utc>) -> (SupportOfferId, SupportOffer) {
    let id = SupportOfferId(Uuid::from_u128(id));
    let text = "Ik help".parse().unwrap();
    let offer = SupportOffer {
        id,
        from,
        text,
        offered_at,
    };
    (id, offer)
}

fn sharing(wishes: impl IntoIterator<Item = LearningWish>) -> Sharing {
    Sharing {
        wishes: wishes.into_iter().map(|wish| (wish.id, wish)).collect(),
        ..Sharing::default()
    }
}

fn ids(of: &[u128]) -> Vec<LearningWishId> {
    of.iter().map(|id| LearningWishId(Uuid::from_u128(*id))).collect()
}

#[test]
fn one_line_has_many_spellings() {
    let lines = sharing([
        wish(1, ANNA, Some("Regie op afstand")),
        wish(2, BRAM, Some("REGIE  op afstand")),
        wish(3, CEES, Some("Re\u{301}gie op afstand")),
        wish(4, ANNA, Some("ｒegie\u{a0}op afstand")),
        wish(5, BRAM, None),
        wish(6, BRAM, Some("Durven")),
    ])
    .learning_lines();
    let told: Vec<_> = lines.iter().map(|line| (&*line.name, line.wishes.clone())).collect();
    assert_eq!(
        told,
        [
            ("Durven", ids(&[6])),
            ("Regie op afstand", ids(&[1, 2, 4])),
            ("R\u{e9}gie op afstand", ids(&[3])),
        ]
    );
}

#[test]
fn news_is_what_happened_since_the_last_time_and_since_one_follows() {
    let mut one = wish(1, ANNA, None);
    one.followers = [(BRAM, at(10)), (CEES, at(30))].into();
    one.edited_at = Some(at(20));
    one.support = [offer(1, BRAM, at(25)), offer(2, CEES, at(40))].into();
    let all = sharing([one, wish(2, BRAM, None)]);
    let news = |reader, since: Option<i64>, until| -> Vec<(bool, usize)> {
        let news = all.news_to(reader, since.map(at), at(until));
        news.iter().map(|one| (one.was_edited, one.support.len())).collect()
    };
    for (reader, since, until, expected) in [
        // Bram hears of the edit and of what Cees offers, not of his own offer.
        (BRAM, None, 100, vec![(true, 1)]),
        (BRAM, None, 20, vec![]),
        (BRAM, None, 21, vec![(true, 0)]),
        (BRAM, Some(20), 100, vec![(true, 1)]),
        (BRAM, Some(21), 100, vec![(false, 1)]),
        (BRAM, Some(41), 100, vec![]),
        // Cees follows since after the edit and offered the rest himself.
        (CEES, None, 100, vec![]),
        // The author hears of support without following, and not of her own edit.
        (ANNA, None, 100, vec![(false, 2)]),
        (ANNA, Some(26), 100, vec![(false, 1)]),
    ] {
        assert_eq!(news(reader, since, until), expected, "{reader} {since:?} {until}");
    }
}

#[test]
fn what_somebody_shared_who_left_is_not_shown_but_their_topics_stay() {
    let mut followed = wish(1, ANNA, None);
    followed.followers = [(BRAM, at(1)), (CEES, at(1))].into();
    followed.support = [offer(1, BRAM, at(2)), offer(2, CEES, at(2))].into();
    let mut all = sharing([followed, wish(2, BRAM, None)]);
    let item = AgendaItem {
        id: AgendaItemId(Uuid::from_u128(1)),
        meeting: MeetingId(Uuid::from_u128(9)),
        title: "Luisteren".parse().unwrap(),
        minutes: None,
        proposed_by: Some(BRAM),
        proposed_at: at(0),
        votes: BTreeSet::from([ANNA, BRAM]),
        position: None,
    };
    all.agenda_items.insert(item.id, item);
    let shown = all.among(|id| id != BRAM);
    assert_eq!(shown.wishes.keys().copied().collect::<Vec<_>>(), ids(&[1]));
    let wish = shown.wishes.values().next().unwrap();
    assert_eq!(wish.followers.keys().collect::<Vec<_>>(), [&CEES]);
    assert_eq!(
        wish.support.values().map(|offer| offer.from).collect::<Vec<_>>(),
        [CEES]
    );
    let item = shown.agenda_items.values().next().unwrap();
    assert_eq!((item.proposed_by, item.votes.len()), (None, 1));
}

#[test]
fn an_agenda_stands_in_its_order_and_then_by_votes_and_time() {
    let meeting = MeetingId(Uuid::from_u128(9));
    let item = |id: u128, votes: &[RegistrationId], position| AgendaItem {
        id: AgendaItemId(Uuid::from_u128(id)),
        meeting,
        title: "x".parse().unwrap(),
        minutes: None,
        proposed_by: None,
        proposed_at: at(0),
        votes: votes.iter().copied().collect(),
        position,
    };
    let items = [
        item(1, &[], None),
        item(2, &[ANNA], None),
        item(3, &[ANNA, BRAM], None),
        item(4, &[], Some(2)),
        item(5, &[CEES], Some(1)),
        item(6, &[BRAM], None),
    ];
    let sharing = Sharing {
        agenda_items: items.into_iter().map(|item| (item.id, item)).collect(),
        ..Sharing::default()
    };
    let order = |items: Vec<&AgendaItem>| items.iter().map(|item| item.id.0.as_u128()).collect::<Vec<_>>();
    assert_eq!(order(sharing.agenda_items_of(meeting)), [5, 4, 3, 2, 6, 1]);
    assert_eq!(order(sharing.final_agenda_of(meeting)), [5, 4]);
    assert!(sharing.is_agenda_final(meeting) && !sharing.is_agenda_final(MeetingId(Uuid::nil())));
}

#[test]
fn a_day_of_questions_is_twenty_four_hours() {
    let mut sharing = Sharing::default();
    for (number, minute) in [(1, 0), (2, 10), (3, 20)] {
        sharing.questions.push(Question {
            id: QuestionId(Uuid::from_u128(number)),
            asked_by: if number == 2 { BRAM } else { ANNA },
            asked_at: at(minute),
        });
    }
    let day = 24 * 60;
    assert_eq!(sharing.questions_lately(ANNA, at(20)), 2);
    assert_eq!(sharing.questions_lately(ANNA, at(day)), 1);
    assert_eq!(sharing.questions_lately(ANNA, at(day + 20)), 0);
    assert_eq!(sharing.questions_lately(BRAM, at(20)), 1);
}

#[test]
fn an_excerpt_ends_between_words() {
    assert_eq!(excerpt("een\n\n twee  drie", 100), "een twee drie");
    assert_eq!(excerpt("een twee drie", 9), "een twee…");
    assert_eq!(excerpt("een twee drie", 7), "een…");
    assert_eq!(excerpt("aaaaaaaaaa", 4), "aaaa…");
}

proptest! {
    /// However weeks are cut into digests, each change is told once.
    #[test]
    fn every_change_is_told_in_exactly_one_digest(
        offers in prop::collection::vec(1i64..1000, 0..8),
        mut cuts in prop::collection::btree_set(1i64..1000, 0..5),
    ) {
        let mut one = wish(1, ANNA, None);
        one.followers.insert(BRAM, at(0));
        for (number, minute) in offers.iter().enumerate() {
            let (id, made) = offer(number as u128, CEES, at(*minute));
            one.support.insert(id, made);
        }
        let all = sharing([one]);
        cuts.insert(1001);
        let mut since = None;
        let mut told = Vec::new();
        for cut in cuts {
            for news in all.news_to(BRAM, since, at(cut)) {
                told.extend(news.support);
            }
            since = Some(at(cut));
        }
        told.sort();
        let expected: Vec<_> = all.wishes.values().flat_map(|wish| wish.support.keys().copied()).collect();
        prop_assert_eq!(told, expected);
    }
}
