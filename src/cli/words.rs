//! Words for people at a terminal.

use crate::domain::message::MessageKind;

/// What a mail is about.
pub fn kind_words(kind: MessageKind) -> &'static str {
    match kind {
        MessageKind::ConfirmRegistration => "please verify your address",
        MessageKind::RegistrationReceived => "your place is held",
        MessageKind::RegistrationState => "where your registration stands",
        MessageKind::RegistrationExpired => "your registration has ended",
        MessageKind::WaitingListJoined => "you are on the waiting list",
        MessageKind::PlaceOffered => "a place is free for you",
        MessageKind::PlaceOfferExpired => "the offer has ended",
        MessageKind::RegistrationWithdrawn => "you have withdrawn",
        MessageKind::PersonalLink => "your new personal link",
        MessageKind::TeamWelcome => "welcome to the team",
        MessageKind::BelowMinimum => "too few registrations",
        MessageKind::DecisionRequested => "please decide",
        MessageKind::DecisionReport => "what was decided",
        MessageKind::DeadlineExtended => "registration stays open longer",
        MessageKind::ProgrammeGoesAhead => "the programme goes ahead",
        MessageKind::AddressRefused => "an address refuses mail",
        MessageKind::QuestionAsked => "somebody asks a question",
        MessageKind::ProgrammeCancelled => "the programme does not go ahead",
        MessageKind::LearningWishRequest => "what do you want to learn?",
        MessageKind::LearningWishDigest => "news of learning wishes",
        MessageKind::AgendaMissing => "an agenda is not final",
        MessageKind::Agenda => "the agenda of a meeting",
        MessageKind::FacilitatorsAsked => "a question to the facilitators",
        MessageKind::VenueRequest => "can you host a meeting?",
        MessageKind::HostAssigned => "you host a meeting",
        MessageKind::HostReleased => "somebody else hosts the meeting",
        MessageKind::HostReminder => "what is not known about your venue",
        MessageKind::HostMissing => "a meeting has no host",
        MessageKind::MeetingInformation => "when and where the meeting is",
        MessageKind::MeetingChanged => "a meeting has changed",
        MessageKind::ShowcaseInvitation => "you are invited to the showcase",
        MessageKind::ShowcasePlace => "you come to the showcase",
        MessageKind::ShowcaseReminder => "will you come to the showcase?",
        MessageKind::ShowcaseDirections => "how to get to the showcase",
        MessageKind::ShowcaseChanged => "the showcase has changed",
        MessageKind::ShowcaseCancelled => "you are no longer expected at the showcase",
        MessageKind::Announcement => "an announcement",
        MessageKind::ProgrammeCompleted => "the programme is over",
    }
}
