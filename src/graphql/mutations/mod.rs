//! What can be done, by who does it.
//!
//! Each mutation takes one input and answers with the thing and the user errors: one or the other. Who may is decided in
//! `app`.

mod clock;
mod guests;
mod harvest;
mod hosting;
mod inputs;
mod mails;
mod organiser;
mod personal;
mod planning;
mod privacy;
mod public;
mod sharing;

use std::fmt::Debug;

use async_graphql::{MergedObject, SimpleObject};

use super::{types::registration::Registration, user_error::UserError};
use crate::app::{Repeatable, registering::RegistrationView};

/// What can be done. Mutations of one request are carried out one after the other, each in a transaction of its own. What a
/// person can mend is told in the payload; then nothing was done.
#[derive(Default, MergedObject)]
pub struct Mutation(
    public::Public,
    personal::Personal,
    sharing::Sharing,
    organiser::Organiser,
    planning::Planning,
    hosting::Hosting,
    harvest::Harvests,
    guests::Guests,
    mails::Mails,
    privacy::Privacy,
    clock::TestClock,
);

/// What a mutation brings along for being repeated: the client's key, and the input without it. The input is written out with
/// its names, and what was left out differs from what is null, so equal texts mean equal inputs.
fn repeatable(key: Option<String>, input: &impl Debug) -> Repeatable {
    Repeatable {
        key,
        input: format!("{input:?}"),
    }
}

/// What became of a registration.
#[derive(SimpleObject)]
pub struct RegistrationPayload {
    /// The registration as it is now; null when it was refused.
    registration: Option<Registration>,
    /// Why it was refused; empty on success.
    errors: Vec<UserError>,
}

impl From<(Option<RegistrationView>, Vec<UserError>)> for RegistrationPayload {
    fn from((view, errors): (Option<RegistrationView>, Vec<UserError>)) -> Self {
        Self {
            registration: view.map(Registration::from),
            errors,
        }
    }
}
