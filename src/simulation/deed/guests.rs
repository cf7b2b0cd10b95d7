//! Inviting guests to the showcase, and answering.

use crate::{
    app::{App, AppError, Caller, Repeatable, guests::InvitationFields},
    domain::guests::GuestRelation,
};

/// What is done about invitations.
#[derive(Debug, Clone)]
pub(in crate::simulation) enum GuestDeed {
    /// Invites somebody.
    Invite {
        /// Whom.
        name: String,
        /// Where mail goes.
        email: String,
        /// What the guest is to the person.
        relation: GuestRelation,
    },
    /// A guest answers.
    Reply {
        /// Whether the guest comes.
        accepts: bool,
    },
}

impl GuestDeed {
    pub(super) fn words(&self) -> String {
        match self {
            Self::Invite { .. } => "invites a guest",
            Self::Reply { accepts: true } => "accepts the invitation",
            Self::Reply { accepts: false } => "declines the invitation",
        }
        .to_owned()
    }

    pub(super) async fn do_it(&self, app: &App, caller: &Caller) -> Result<String, AppError> {
        let once = Repeatable::default();
        match self {
            Self::Invite { name, email, relation } => {
                let fields = InvitationFields {
                    name: name.clone(),
                    email: email.clone(),
                    relation: *relation,
                    locale: None,
                    message: Some("Leuk als je komt kijken!".to_owned()),
                };
                app.invite_guest(caller, None, &fields, &once).await?;
                Ok(format!("{name}, {}", relation.word()))
            }
            Self::Reply { accepts } => {
                let view = app.reply_to_invitation(caller, *accepts, &once).await?;
                Ok(format!("now {}", view.invitation.status.word()))
            }
        }
    }
}
