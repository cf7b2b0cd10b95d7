//! The promises of the rotation, each as a property.

use chrono::DateTime;
use proptest::prelude::*;
use uuid::Uuid;

use super::*;

fn meeting(number: u8) -> MeetingId {
    MeetingId(Uuid::from_u128(1000 + u128::from(number)))
}

fn person(number: u8) -> RegistrationId {
    RegistrationId(Uuid::from_u128(u128::from(number)))
}

/// An offer by a person for some meetings; the bits of `meetings` say which, and no bit: any.
fn offer(arrival: i64, by: u8, meetings: u8) -> VenueOffer {
    VenueOffer {
        id: VenueOfferId(Uuid::from_u128(5000 + arrival.unsigned_abs() as u128)),
        registration: person(by),
        arrival,
        venue: Venue {
            municipality: "Veere".parse().unwrap(),
            name: None,
            address: None,
            is_step_free: None,
            directions: None,
        },
        capacity: None,
        rooms: None,
        meetings: (0..MEETINGS)
            .filter(|number| meetings & (1 << number) != 0)
            .map(meeting)
            .collect(),
        offered_at: DateTime::UNIX_EPOCH,
        withdrawn_at: None,
    }
}

const MEETINGS: u8 = 5;

fn all_meetings() -> Vec<MeetingId> {
    (0..MEETINGS).map(meeting).collect()
}

fn hosting(offers: &[(u8, u8)]) -> Hosting {
    let offers = (1..)
        .zip(offers)
        .map(|(arrival, (by, for_meetings))| offer(arrival, *by, *for_meetings));
    Hosting {
        offers: offers.collect(),
        ..Hosting::default()
    }
}

fn hosts(hosting: &Hosting) -> Vec<Option<RegistrationId>> {
    all_meetings().into_iter().map(|id| hosting.host_of(id)).collect()
}

/// Every meeting in turn, as the weeks go by.
fn whole_season(hosting: &mut Hosting) {
    let meetings = all_meetings();
    for (index, due) in meetings.iter().enumerate() {
        hosting.rotate(&[*due], &meetings[index..]);
    }
}

#[test]
fn a_table_of_seasons() {
    let none = None;
    let by = |number| Some(person(number));
    for (offers, expected) in [
        (&[][..], [none, none, none, none, none]),
        (&[(1, 0)], [by(1), by(1), by(1), by(1), by(1)]),
        // In the order of offering, then from the beginning.
        (&[(1, 0), (2, 0), (3, 0)], [by(1), by(2), by(3), by(1), by(2)]),
        // Several venues of one person are one turn.
        (&[(1, 0), (1, 0), (2, 0)], [by(1), by(2), by(1), by(2), by(1)]),
        // Who offered for the first meeting only gets it, although another was earlier: that one gets the next.
        (&[(1, 0), (2, 0b00001)], [by(2), by(1), by(1), by(1), by(1)]),
        // Two who offered for the same one only: the first.
        (&[(1, 0b00001), (2, 0b00001)], [by(1), none, none, none, none]),
        // Nobody can host the third.
        (&[(1, 0b00011), (2, 0b11000)], [by(1), by(1), none, by(2), by(2)]),
    ] {
        let mut season = hosting(offers);
        whole_season(&mut season);
        assert_eq!(hosts(&season), expected, "{offers:?}");
    }
}

#[test]
fn what_was_offered_first_is_taken_first() {
    let mut season = hosting(&[(1, 0b10000), (1, 0), (1, 0b00001)]);
    whole_season(&mut season);
    let at: Vec<_> = all_meetings()
        .into_iter()
        .map(|id| season.offer_for(id).unwrap().arrival)
        .collect();
    assert_eq!(at, [2, 2, 2, 2, 1]);
}

#[test]
fn a_host_anew_begins_the_checklist_anew_and_the_same_host_goes_on() {
    let mut season = hosting(&[(1, 0), (2, 0)]);
    let (first, second) = (season.offers[0].id, season.offers[1].id);
    let meeting = season.of(meeting(0));
    meeting.assign(first, false);
    meeting.done.insert(ChecklistItem::Lunch);
    meeting.assign(first, true);
    assert_eq!((meeting.times, meeting.done.len(), meeting.is_pinned), (1, 1, true));
    meeting.assign(second, false);
    assert_eq!((meeting.times, meeting.done.len(), meeting.is_pinned), (2, 0, false));
}

/// What happens to the hosting of a programme.
#[derive(Debug, Clone)]
enum Deed {
    Offer(u8, u8),
    Withdraw(usize),
    Pin(u8, usize),
    Unpin(u8),
    /// The next meeting comes within 35 days.
    Time,
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let deed = prop_oneof![
        6 => (0u8..6, 0u8..32).prop_map(|(by, meetings)| Deed::Offer(by, meetings)),
        1 => (0usize..20).prop_map(Deed::Withdraw),
        1 => (0..MEETINGS, 0usize..20).prop_map(|(meeting, offer)| Deed::Pin(meeting, offer)),
        1 => (0..MEETINGS).prop_map(Deed::Unpin),
        3 => Just(Deed::Time),
    ];
    prop::collection::vec(deed, 0..40)
}

/// How many people can get a turn at best, by trying everything.
fn most_hosts(hosting: &Hosting, meetings: &[MeetingId], had: &BTreeSet<RegistrationId>) -> usize {
    let Some((meeting, rest)) = meetings.split_first() else {
        return had.len();
    };
    let able: BTreeSet<_> = hosting
        .offers
        .iter()
        .filter(|offer| offer.can_host(*meeting))
        .map(|offer| offer.registration)
        .collect();
    let with = |person: RegistrationId| {
        let mut had = had.clone();
        had.insert(person);
        most_hosts(hosting, rest, &had)
    };
    let without = most_hosts(hosting, rest, had);
    able.into_iter().map(with).max().unwrap_or(0).max(without)
}

proptest! {
    #[test]
    fn nobody_hosts_twice_before_everybody_who_can_has_hosted_once(deeds in deeds()) {
        let mut season = Hosting::default();
        let meetings = all_meetings();
        let mut due = 0;
        for deed in deeds {
            match deed {
                Deed::Offer(by, meetings) => {
                    let arrival = season.next_arrival();
                    season.offers.push(offer(arrival, by, meetings));
                }
                Deed::Withdraw(index) if index < season.offers.len() => {
                    let id = season.offers[index].id;
                    season.offers[index].withdrawn_at = Some(DateTime::UNIX_EPOCH);
                    let held: Vec<_> = season.meetings_at(id).collect();
                    held.into_iter().for_each(|meeting| season.of(meeting).free());
                }
                Deed::Pin(number, index) if index < season.offers.len() && season.offers[index].is_live() => {
                    let id = season.offers[index].id;
                    season.of(meeting(number)).assign(id, true);
                }
                Deed::Unpin(number) => season.of(meeting(number)).free(),
                Deed::Time => due = (due + 1).min(meetings.len()),
                Deed::Withdraw(_) | Deed::Pin(..) => {}
            }
            let before = season.clone();
            let assigned = season.rotate(&meetings[..due], &meetings);
            // Later offers unseat nobody, and pins stand.
            for (id, was) in &before.meetings {
                if was.offer.is_some() {
                    prop_assert_eq!(season.meetings.get(id), Some(was));
                }
            }
            // Each of those assigned was one of those who had hosted least, of those who could, when its turn came.
            let times = |of: &Hosting, who: RegistrationId| meetings.iter().filter(|id| of.host_of(**id) == Some(who)).count();
            let mut so_far = before;
            for id in &assigned {
                let host = season.host_of(*id).unwrap();
                for other in season.offers.iter().filter(|offer| offer.can_host(*id)) {
                    prop_assert!(times(&so_far, host) <= times(&so_far, other.registration));
                }
                so_far.meetings.insert(*id, season.meetings[id].clone());
            }
            // Nobody is left out: a meeting that is due and has no host is one that nobody can host.
            for id in &meetings[..due] {
                if season.host_of(*id).is_none() {
                    prop_assert!(season.offers.iter().all(|offer| !offer.can_host(*id)));
                }
            }
            // Asked again, it has nothing to do.
            let settled = season.clone();
            prop_assert_eq!(season.rotate(&meetings[..due], &meetings), vec![]);
            prop_assert_eq!(season, settled.clone());
            season = settled;
        }
    }

    #[test]
    fn as_many_people_host_as_can(offers in prop::collection::vec((0u8..5, 0u8..32), 0..8)) {
        let mut season = hosting(&offers);
        let most = most_hosts(&season, &all_meetings(), &BTreeSet::new());
        whole_season(&mut season);
        let hosts: BTreeSet<_> = hosts(&season).into_iter().flatten().collect();
        prop_assert_eq!(hosts.len(), most);
    }

    #[test]
    fn the_same_offers_give_the_same_hosts(
        offers in prop::collection::vec((0u8..6, 0u8..32), 0..12).prop_map(|offers| hosting(&offers)),
        shuffle in any::<u64>(),
    ) {
        let mut shuffled = offers.clone();
        let length = shuffled.offers.len().max(1);
        shuffled.offers.rotate_left(usize::try_from(shuffle % length as u64).unwrap());
        let mut season = offers;
        whole_season(&mut season);
        whole_season(&mut shuffled);
        prop_assert_eq!(hosts(&season), hosts(&shuffled));
    }

    #[test]
    fn all_at_once_or_one_by_one_is_the_same(offers in prop::collection::vec((0u8..6, 0u8..32), 0..12)) {
        let (mut one_by_one, mut at_once) = (hosting(&offers), hosting(&offers));
        let meetings = all_meetings();
        whole_season(&mut one_by_one);
        at_once.rotate(&meetings, &meetings);
        prop_assert_eq!(hosts(&one_by_one), hosts(&at_once));
    }
}

#[test]
fn a_municipality_that_the_address_ends_with_is_not_told_twice() {
    let lines = |municipality: &str, address: &str| {
        let venue = Venue {
            name: Some("Huis van de Stad".parse().unwrap()),
            address: Some(address.parse().unwrap()),
            ..Venue::in_municipality(municipality.parse().unwrap())
        };
        venue.lines().join("/")
    };
    for (municipality, address) in [
        ("Zoetermeer", "Dorpsstraat 1, Zoetermeer"),
        ("Zoetermeer", "Dorpsstraat 1, 1234 AB ZOETERMEER"),
        ("zoetermeer", "Dorpsstraat 1,Zoetermeer"),
        ("'s-Gravenhage", "Spui 70, 's-Gravenhage"),
        ("Bergen op Zoom", "Markt 1, Bergen op Zoom"),
        ("Súdwest-Fryslân", "Marktstraat 1, SÚDWEST-FRYSLÂN"),
    ] {
        assert_eq!(lines(municipality, address), format!("Huis van de Stad/{address}"));
    }
    for (municipality, address) in [
        ("Zoetermeer", "Dorpsstraat 1"),
        ("Zoetermeer", "Dorpsstraat 1, Nieuw-Zoetermeer"),
        ("Ede", "Kerkstraat 1, Goede"),
        ("Zoetermeer", "Zoetermeerstraat 1, Leiden"),
        ("Schouwen-Duiveland", "Laan van Voorbeeld 1, Zierikzee"),
        ("Zoetermeer", "Meer"),
    ] {
        assert_eq!(
            lines(municipality, address),
            format!("Huis van de Stad/{address}/{municipality}")
        );
    }
    let bare = Venue::in_municipality("Veere".parse().unwrap());
    assert_eq!(bare.lines(), ["Veere"]);
}
