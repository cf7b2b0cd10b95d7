//! What a person can mend: in the payload of a mutation, beside the thing that is null then.

use async_graphql::{Enum, Result, SimpleObject, resolver_utils::EnumType};

use super::failure;
use crate::{
    app::{self, AppError},
    domain::refusal::Refusal,
};

/// Why a mutation was refused, for programs. None of these is the server's failure; another input or another moment helps.
#[derive(Debug, Enum, Clone, Copy, PartialEq, Eq)]
pub enum UserErrorCode {
    /// A field that is needed was left out or is blank.
    Required,
    /// A value does not fit.
    Invalid,
    /// A text has more characters than its field holds.
    TooLong,
    /// Not an e-mail address that mail can be sent to.
    InvalidEmail,
    /// There is no such thing, or not for this caller.
    NotFound,
    /// It cannot be done as things stand.
    StateConflict,
    /// What was confirmed by its plan hash is not what would happen now.
    StalePlan,
    /// The idempotency key was used with another input.
    IdempotencyKeyReused,
    /// Registration has not opened, or the programme does not go ahead.
    RegistrationNotOpen,
    /// Registration is closed.
    DeadlinePassed,
    /// The person is registered already; only organisers are told.
    AlreadyRegistered,
    /// The offered place went to the next in line.
    OfferExpired,
    /// Harvests cannot be handed in yet, or no longer.
    HarvestClosed,
    /// No more guests can be invited by this person.
    InvitationQuotaReached,
}

/// Something that kept a mutation from being carried out and that a person can mend.
#[derive(Debug, SimpleObject)]
pub struct UserError {
    /// What is wrong, for programs.
    code: UserErrorCode,
    /// What is wrong and what to do, in English.
    message: String,
    /// The path of the input field that it is about, from the input on, such as `["billing", "email"]`; null when it is about
    /// none in particular.
    field: Option<Vec<String>>,
}

impl From<Refusal> for UserError {
    fn from(refusal: Refusal) -> Self {
        // The words are the names of the values; a test holds the two against each other.
        let items = UserErrorCode::items();
        let code = items
            .iter()
            .find(|item| item.name == refusal.word())
            .map_or(UserErrorCode::Invalid, |item| item.value);
        Self {
            code,
            message: refusal.to_string(),
            field: refusal.field().map(<[_]>::to_vec),
        }
    }
}

/// A mutation's thing and its user errors: one or the other. Everything else is an error of the mutation's field.
pub fn outcome<T>(result: app::Result<T>) -> Result<(Option<T>, Vec<UserError>)> {
    match result {
        Ok(thing) => Ok((Some(thing), Vec::new())),
        Err(AppError::Refused(refusals)) => Ok((None, refusals.into_iter().map(UserError::from).collect())),
        Err(other) => Err(failure::error(&other)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        refusal::{HarvestClosed, SlotError},
        text::TextError,
    };

    #[test]
    fn every_refusal_has_its_code() {
        let text = |error| Refusal::Text {
            field: vec!["email".to_owned()],
            error,
        };
        let refusals = [
            text(TextError::Empty),
            text(TextError::TooLong { length: 2, max: 1 }),
            text(TextError::NotAnAddress),
            text(TextError::Forbidden(0)),
            Refusal::invalid("price.cents", "is odd"),
            Refusal::required("meetings", "are needed"),
            Refusal::not_found("programme", "programmeId"),
            Refusal::StateConflict("no".to_owned()),
            Refusal::StalePlan { since: Vec::new() },
            Refusal::RegistrationNotOpen { opens_at: None },
            Refusal::DeadlinePassed {
                closed_at: chrono::DateTime::UNIX_EPOCH,
            },
            Refusal::AlreadyRegistered,
            Refusal::OfferExpired,
            Refusal::HarvestClosed {
                error: HarvestClosed::NoShowcase,
            },
            Refusal::Slot {
                field: vec!["startsAt".to_owned()],
                error: SlotError::Past,
            },
            Refusal::InvitationQuotaReached("no more".to_owned()),
            Refusal::IdempotencyKeyReused,
        ];
        let mut seen = Vec::new();
        for refusal in refusals {
            let word = refusal.word();
            let error = UserError::from(refusal);
            let name = UserErrorCode::items()
                .iter()
                .find(|item| item.value == error.code)
                .map(|item| item.name);
            assert_eq!(name, Some(word));
            seen.push(word);
        }
        for item in UserErrorCode::items() {
            assert!(seen.contains(&item.name), "nothing is refused with {}", item.name);
        }
    }

    #[test]
    fn the_path_of_a_field_is_told() {
        let error = UserError::from(Refusal::invalid("meetings.0.days", "are none"));
        assert_eq!(error.field, Some(["meetings", "0", "days"].map(str::to_owned).to_vec()));
        assert_eq!(UserError::from(Refusal::OfferExpired).field, None);
    }
}
