//! How each role is answered by a mutation.

use crate::harness::cast::{
    MEMBERS, REGISTRANTS,
    Role::{
        self, Administrator, Contact, Facilitator, ForeignOrganiser, Guest, Organiser, OrganiserLink, Participant,
        Public,
    },
};

/// How a caller is answered.
#[derive(Debug, PartialEq)]
pub(super) enum Answer {
    /// The caller may: the input is what is wrong.
    May,
    /// An error of the field, null in its place.
    Code(&'static str),
    /// A user error and the input field that it names.
    Refused(&'static str, &'static str),
}

use Answer::{Code, May, Refused};

/// Everybody may.
pub(super) fn public(_: Role) -> Answer {
    May
}

/// The holder of a personal link for the own registration; organisers have to say which.
pub(super) fn own_registration(role: Role) -> Answer {
    match role {
        Public => Code("UNAUTHENTICATED"),
        Facilitator | Contact | Guest => Code("FORBIDDEN"),
        role if REGISTRANTS.contains(&role) => May,
        _ => Refused("REQUIRED", "registrationId"),
    }
}

/// The participant's registration, named by everybody.
pub(super) fn named_registration(role: Role) -> Answer {
    match role {
        Public => Code("UNAUTHENTICATED"),
        Facilitator | Contact | Guest => Code("FORBIDDEN"),
        Participant | OrganiserLink | Organiser | Administrator => May,
        _ => Refused("NOT_FOUND", "registrationId"),
    }
}

/// Something of the published programme.
pub(super) fn programme(role: Role) -> Answer {
    match role {
        Public => Code("UNAUTHENTICATED"),
        OrganiserLink | Organiser | Administrator => May,
        _ => Code("FORBIDDEN"),
    }
}

/// Something of a draft that others do not know of.
pub(super) fn draft(role: Role) -> Answer {
    match role {
        Public => Code("UNAUTHENTICATED"),
        ForeignOrganiser | Administrator => May,
        _ => Refused("NOT_FOUND", "programmeId"),
    }
}

/// The participant's own, which others know nothing of.
pub(super) fn own_offer(role: Role) -> Answer {
    match role {
        Public => Code("UNAUTHENTICATED"),
        Participant | OrganiserLink | Organiser | Administrator => May,
        _ => Refused("NOT_FOUND", "venueOfferId"),
    }
}

/// The meeting that the participant hosts.
pub(super) fn hosted(role: Role) -> Answer {
    match role {
        Public => Code("UNAUTHENTICATED"),
        Participant | OrganiserLink | Organiser | Administrator => May,
        _ => Code("FORBIDDEN"),
    }
}

/// A meeting of the programme.
pub(super) fn meeting(role: Role) -> Answer {
    match role {
        ForeignOrganiser => Refused("NOT_FOUND", "meetingId"),
        other => programme(other),
    }
}

/// A mail of the programme.
pub(super) fn message(role: Role) -> Answer {
    match role {
        ForeignOrganiser => Refused("NOT_FOUND", "messageId"),
        other => programme(other),
    }
}

/// An announcement of the programme.
pub(super) fn announcement(role: Role) -> Answer {
    match role {
        ForeignOrganiser => Refused("NOT_FOUND", "announcementId"),
        other => programme(other),
    }
}

/// The same, among several.
pub(super) fn messages(role: Role) -> Answer {
    match role {
        ForeignOrganiser => Refused("NOT_FOUND", "messageIds"),
        other => programme(other),
    }
}

/// A learning wish of the participant's own; whoever does not take part knows of none.
pub(super) fn learning_wish(role: Role) -> Answer {
    match role {
        Public => Code("UNAUTHENTICATED"),
        Participant => May,
        role if REGISTRANTS.contains(&role) => Refused("NOT_FOUND", "learningWishId"),
        _ => Code("FORBIDDEN"),
    }
}

/// An item of an agenda, by somebody who may vote.
pub(super) fn agenda_item(role: Role) -> Answer {
    match role {
        Public => Code("UNAUTHENTICATED"),
        Participant => May,
        role if REGISTRANTS.contains(&role) => Refused("NOT_FOUND", "agendaItemId"),
        _ => Code("FORBIDDEN"),
    }
}

/// What members do.
pub(super) fn member(role: Role) -> Answer {
    match role {
        Public => Code("UNAUTHENTICATED"),
        role if MEMBERS.contains(&role) => May,
        _ => Code("FORBIDDEN"),
    }
}

/// What facilitators and organisers do.
pub(super) fn guide(role: Role) -> Answer {
    match role {
        Public => Code("UNAUTHENTICATED"),
        Facilitator | OrganiserLink | Organiser | Administrator => May,
        _ => Code("FORBIDDEN"),
    }
}

/// What the holder of a personal link of a registration does, and nobody for somebody else.
pub(super) fn registrant(role: Role) -> Answer {
    match role {
        Public => Code("UNAUTHENTICATED"),
        role if REGISTRANTS.contains(&role) => May,
        _ => Code("FORBIDDEN"),
    }
}

/// Everything there is.
pub(super) fn everything(role: Role) -> Answer {
    match role {
        Public => Code("UNAUTHENTICATED"),
        Administrator => May,
        _ => Code("FORBIDDEN"),
    }
}

/// A new programme: for tokens that are not bound to one.
pub(super) fn new_programme(role: Role) -> Answer {
    match role {
        Public => Code("UNAUTHENTICATED"),
        Organiser | ForeignOrganiser | Administrator => May,
        _ => Code("FORBIDDEN"),
    }
}

/// The clock of all programmes.
pub(super) fn clock(role: Role) -> Answer {
    match role {
        Public => Code("UNAUTHENTICATED"),
        OrganiserLink | Organiser | ForeignOrganiser | Administrator => May,
        _ => Code("FORBIDDEN"),
    }
}

/// Whoever registered invites for the own programme; organisers have to say which.
pub(super) fn inviter(role: Role) -> Answer {
    match role {
        OrganiserLink | Organiser | ForeignOrganiser | Administrator => Refused("REQUIRED", "programmeId"),
        other => inviter_named(other),
    }
}

/// The same, to the programme that is named.
pub(super) fn inviter_named(role: Role) -> Answer {
    match role {
        Public => Code("UNAUTHENTICATED"),
        OrganiserLink | Organiser | Administrator => May,
        role if REGISTRANTS.contains(&role) => May,
        _ => Code("FORBIDDEN"),
    }
}

/// The participant's invitation, to call back.
pub(super) fn own_invitation(role: Role) -> Answer {
    match role {
        Public => Code("UNAUTHENTICATED"),
        Participant | OrganiserLink | Organiser | Administrator => May,
        Facilitator | Contact | Guest => Code("FORBIDDEN"),
        _ => Refused("NOT_FOUND", "invitationId"),
    }
}

/// What the guest does.
pub(super) fn guest(role: Role) -> Answer {
    match role {
        Public => Code("UNAUTHENTICATED"),
        Guest => May,
        _ => Code("FORBIDDEN"),
    }
}

/// The guest, of the own invitation; organisers have to say which.
pub(super) fn guest_or_organiser(role: Role) -> Answer {
    match role {
        OrganiserLink | Organiser | ForeignOrganiser | Administrator => Refused("REQUIRED", "invitationId"),
        other => guest(other),
    }
}

/// The guest's invitation, named by everybody.
pub(super) fn named_invitation(role: Role) -> Answer {
    match role {
        OrganiserLink | Organiser | Administrator => May,
        ForeignOrganiser => Refused("NOT_FOUND", "invitationId"),
        other => guest(other),
    }
}

/// Erasing somebody: also a guest oneself.
pub(super) fn erased(role: Role) -> Answer {
    match role {
        Guest => May,
        other => own_registration(other),
    }
}

/// Erasing somebody who registered: nobody whom a guest may name.
pub(super) fn erased_registration(role: Role) -> Answer {
    match role {
        Guest => Refused("INVALID", "registrationId"),
        other => named_registration(other),
    }
}
