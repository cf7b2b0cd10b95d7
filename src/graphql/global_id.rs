//! Opaque ids that name a thing of any type: `Type:uuid` in base64url (RFC 4648, section 5).

use async_graphql::ID;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use uuid::Uuid;

use crate::domain::ids::{
    AgendaItemId, AnnouncementId, AssignmentId, HarvestId, InvitationId, LearningWishId, MeetingId, MessageId,
    ProgrammeId, RegistrationId, RuleId, VenueOfferId,
};

/// An id of a type that implements `Node`.
pub trait Identified: From<Uuid> + Copy {
    /// The name of the type.
    const TYPE: &'static str;

    /// The bare id.
    fn uuid(self) -> Uuid;
}

macro_rules! identified {
    ($($id:ident = $name:literal),+ $(,)?) => {$(
        impl Identified for $id {
            const TYPE: &'static str = $name;

            fn uuid(self) -> Uuid {
                self.0
            }
        }
    )+};
}

identified! {
    ProgrammeId = "Programme",
    MeetingId = "Meeting",
    RegistrationId = "Registration",
    RuleId = "Rule",
    MessageId = "Message",
    AnnouncementId = "Announcement",
    LearningWishId = "LearningWish",
    AssignmentId = "Assignment",
    AgendaItemId = "AgendaItem",
    VenueOfferId = "VenueOffer",
    HarvestId = "Harvest",
    InvitationId = "Invitation",
}

/// The global id of a thing.
pub fn global_id<I: Identified>(id: I) -> ID {
    ID(BASE64_URL_SAFE_NO_PAD.encode(format!("{}:{}", I::TYPE, id.uuid())))
}

/// The type's name and the bare id in a global id; none: it was not made here.
pub fn parts(id: &ID) -> Option<(String, Uuid)> {
    let text = String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(id.as_bytes()).ok()?).ok()?;
    let (name, uuid) = text.split_once(':')?;
    Some((name.to_owned(), Uuid::try_parse(uuid).ok()?))
}

/// The id in a global id. One of another type, or one that was not made here, becomes the id of nothing (the nil UUID): so who
/// may is asked first, and then it is not found, like any other id that names nothing.
pub fn id_in<I: Identified>(id: &ID) -> I {
    parts(id)
        .filter(|(name, _)| name == I::TYPE)
        .map_or(Uuid::nil(), |(_, uuid)| uuid)
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_comes_back_as_its_own_type_only() {
        let id = ProgrammeId(Uuid::from_u128(7));
        let global = global_id(id);
        assert_eq!(id_in::<ProgrammeId>(&global), id);
        assert_eq!(id_in::<RegistrationId>(&global), RegistrationId(Uuid::nil()));
        assert!(
            !global.contains("Programme")
                && global
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        );
    }

    #[test]
    fn what_was_not_made_here_names_nothing() {
        let encoded = |text: &str| BASE64_URL_SAFE_NO_PAD.encode(text);
        for garbled in [
            "",
            "7",
            "é",
            "====",
            &encoded("Programme"),
            &encoded("Programme:7"),
            &encoded("\u{0}:\u{0}"),
        ] {
            assert_eq!(
                id_in::<ProgrammeId>(&ID(garbled.to_owned())),
                ProgrammeId(Uuid::nil()),
                "{garbled}"
            );
        }
    }
}
