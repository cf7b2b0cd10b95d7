use super::*;

#[test]
fn every_state_and_verb() {
    use GuestTransition::{Already as A, Refused as R, To};
    let (to_acc, to_dec, to_wait, to_can) = (
        To(Status::Accepted),
        To(Status::Declined),
        To(Status::Waiting),
        To(Status::Cancelled),
    );
    // Status; accept, let in, decline, cancel: where there is room, and where there is none.
    let table = [
        (
            Status::Invited,
            [to_acc, R, to_dec, to_can],
            [to_wait, R, to_dec, to_can],
        ),
        (Status::Accepted, [A, R, to_dec, to_can], [A, R, to_dec, to_can]),
        (Status::Declined, [to_acc, R, A, to_can], [to_wait, R, A, to_can]),
        (Status::Waiting, [A, to_acc, to_dec, to_can], [A, R, to_dec, to_can]),
        (Status::Cancelled, [R, R, R, A], [R, R, R, A]),
    ];
    assert_eq!(table.map(|(status, ..)| status), InvitationStatus::ALL);
    for (status, with_room, without) in table {
        for (index, verb) in GuestVerb::ALL.into_iter().enumerate() {
            assert_eq!(transition(status, verb, true), with_room[index], "{status:?} {verb:?}");
            assert_eq!(
                transition(status, verb, false),
                without[index],
                "{status:?} {verb:?} without room"
            );
        }
    }
}

#[test]
fn calling_back_is_final_and_nobody_gets_a_place_without_room() {
    for status in InvitationStatus::ALL {
        for verb in GuestVerb::ALL {
            assert_ne!(
                transition(status, verb, false),
                GuestTransition::To(Status::Accepted),
                "{status:?} {verb:?}"
            );
            let moves = |has_room| matches!(transition(Status::Cancelled, verb, has_room), GuestTransition::To(_));
            assert!(!moves(true) && !moves(false), "{verb:?}");
        }
    }
}

#[test]
fn words_come_back() {
    for status in InvitationStatus::ALL {
        assert_eq!(InvitationStatus::from_word(status.word()), Some(status));
    }
    for relation in GuestRelation::ALL {
        assert_eq!(GuestRelation::from_word(relation.word()), Some(relation));
    }
    let live = InvitationStatus::ALL.map(InvitationStatus::is_live);
    assert_eq!(live, [true, true, false, true, false]);
}
