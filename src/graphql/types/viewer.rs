//! Who is asking.

use async_graphql::{Context, Object, Result};

use super::{guests::Invitation, programme::Programme, registration::Registration, team::Role};
use crate::{
    app::Caller,
    domain::guests::InvitationStatus,
    graphql::{
        connection::{Connection, Paging, page_cost},
        failure,
        request::scope,
    },
};

/// Who is asking.
pub struct Viewer;

fn roles_of(caller: &Caller) -> Vec<Role> {
    match caller {
        Caller::Public => Vec::new(),
        // Somebody unverified or waiting has a registration, and no part in the programme yet.
        Caller::Registrant { status, .. } if status.counts() => vec![Role::Participant],
        Caller::Registrant { .. } => Vec::new(),
        // Nor has somebody whose invitation was called back.
        Caller::Guest { status, .. } if *status == InvitationStatus::Cancelled => Vec::new(),
        Caller::Guest { .. } => vec![Role::Guest],
        Caller::TeamMember { roles, .. } => roles.iter().map(|role| Role::from(*role)).collect(),
        Caller::Organiser { .. } => vec![Role::Organiser],
        Caller::Administrator { .. } => vec![Role::Administrator],
    }
}

/// Who is asking, as the bearer token of the request says.
#[Object]
impl Viewer {
    /// What the caller is; empty for the public.
    async fn roles(&self, ctx: &Context<'_>) -> Result<Vec<Role>> {
        Ok(roles_of(&scope(ctx)?.caller))
    }

    /// The caller's own registration, if the token is that of its personal link.
    async fn registration(&self, ctx: &Context<'_>) -> Option<Result<Registration>> {
        let load = async {
            match scope(ctx)?.caller {
                Caller::Registrant { registration, .. } => Registration::load(ctx, registration).await,
                _ => Ok(None),
            }
        };
        load.await.transpose()
    }

    /// The caller's own invitation to the showcase, if the token is that of a guest's personal link.
    async fn invitation(&self, ctx: &Context<'_>) -> Option<Result<Invitation>> {
        let load = async {
            match scope(ctx)?.caller {
                Caller::Guest { invitation, .. } => Invitation::load(ctx, invitation).await,
                _ => Ok(None),
            }
        };
        load.await.transpose()
    }

    /// The caller's own programmes, in the order in which they were entered: of a person the one, of an organiser those of the
    /// token, of an administrator all.
    #[graphql(complexity = "page_cost(first, None) * child_complexity")]
    async fn programmes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most so many, from 0 to 100; 20 when left out.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
    ) -> Result<Connection<Programme>> {
        let scope = scope(ctx)?;
        let window = Paging {
            first,
            after,
            ..Paging::default()
        }
        .window::<Programme>()?;
        let page = scope.app.programmes(&scope.caller, true, None, &window).await;
        Ok(page
            .map_err(|failed| failure::error(&failed))?
            .map(Programme::from)
            .into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        ids::{InvitationId, ProgrammeId, RegistrationId, TeamMemberId, TokenId},
        programme::TeamRole,
        registration::RegistrationStatus,
    };

    #[test]
    fn roles() {
        let id = uuid::Uuid::from_u128(1);
        for status in RegistrationStatus::ALL {
            let caller = Caller::Registrant {
                registration: RegistrationId(id),
                programme: ProgrammeId(id),
                status,
            };
            let expected = match status {
                RegistrationStatus::Registered | RegistrationStatus::Confirmed => vec![Role::Participant],
                _ => vec![],
            };
            assert_eq!(roles_of(&caller), expected, "{status:?}");
        }
        for status in InvitationStatus::ALL {
            let caller = Caller::Guest {
                invitation: InvitationId(id),
                programme: ProgrammeId(id),
                status,
            };
            let expected = match status {
                InvitationStatus::Cancelled => vec![],
                _ => vec![Role::Guest],
            };
            assert_eq!(roles_of(&caller), expected, "{status:?}");
        }
        let roles = vec![TeamRole::Facilitator, TeamRole::Organiser];
        let member = Caller::TeamMember {
            member: TeamMemberId(id),
            programme: ProgrammeId(id),
            roles,
        };
        assert_eq!(roles_of(&member), [Role::Facilitator, Role::Organiser]);
        assert_eq!(
            roles_of(&Caller::Organiser {
                token: TokenId(id),
                programmes: vec![]
            }),
            [Role::Organiser]
        );
        assert_eq!(roles_of(&Caller::Administrator { token: None }), [Role::Administrator]);
        assert_eq!(roles_of(&Caller::Public), []);
    }
}
