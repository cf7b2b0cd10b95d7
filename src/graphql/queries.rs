//! The root of what can be read.

use async_graphql::{Context, ID, Object, Result};

use super::{
    connection::{Connection, MAX_PAGE, Paging, page_cost},
    error_code::ErrorCode,
    failure::{self, for_role},
    request::scope,
    types::{
        clock::Clock,
        message::{Message, MessageFilter},
        node::Node,
        programme::{Programme, ProgrammeStatus},
        viewer::Viewer,
    },
};
use crate::app::outbox::Wanted;

/// What can be read.
pub struct Query;

/// What can be read. Without a token that is what everybody may know.
#[Object]
impl Query {
    /// The programme of a slug; null when there is none that the caller may know of.
    async fn programme(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its name in addresses.")] slug: String,
    ) -> Option<Result<Programme>> {
        let find = async {
            let scope = scope(ctx)?;
            let found = scope
                .app
                .programme(&scope.caller, &slug)
                .await
                .map_err(|failed| failure::error(&failed))?;
            Ok(found.map(Programme::from))
        };
        find.await.transpose()
    }

    /// The programmes that the caller may know of, in the order in which they were entered.
    #[graphql(complexity = "page_cost(first, last) * child_complexity")]
    async fn programmes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only with one of these statuses, as of this request.")] status: Option<Vec<ProgrammeStatus>>,
        #[graphql(
            desc = "At most so many from the beginning, from 0 to 100; 20 when neither first nor last is given."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many from the end, from 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Programme>> {
        let scope = scope(ctx)?;
        let window = Paging {
            first,
            after,
            last,
            before,
        }
        .window::<Programme>()?;
        let statuses: Option<Vec<_>> = status.map(|given| given.into_iter().map(Into::into).collect());
        let page = scope
            .app
            .programmes(&scope.caller, false, statuses.as_deref(), &window)
            .await;
        Ok(page
            .map_err(|failed| failure::error(&failed))?
            .map(Programme::from)
            .into())
    }

    /// Anything by its id; null when it is not there or not for the caller.
    async fn node(&self, ctx: &Context<'_>, #[graphql(desc = "Its id.")] id: ID) -> Option<Result<Node>> {
        let find = async { Ok(Node::find(ctx, &[id]).await?.pop().flatten()) };
        find.await.transpose()
    }

    /// Several things by their ids, in the order asked; null for each that is not there or not for the caller.
    #[graphql(complexity = "ids.len().clamp(1, MAX_PAGE) * child_complexity")]
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Their ids, at most 100.")] ids: Vec<ID>,
    ) -> Result<Vec<Option<Node>>> {
        if ids.len() > MAX_PAGE {
            let message = format!("`ids` has {} ids; at most {MAX_PAGE} are accepted", ids.len());
            return Err(ErrorCode::BadUserInput.error(message));
        }
        Node::find(ctx, &ids).await
    }

    /// Who is asking.
    async fn viewer(&self) -> Viewer {
        Viewer
    }

    /// The mails of the caller's programmes, the newest first; for organisers.
    #[graphql(complexity = "page_cost(first, last) * child_complexity")]
    async fn messages(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which mails; all of them when left out.")] filter: Option<MessageFilter>,
        #[graphql(
            desc = "At most so many from the beginning, from 0 to 100; 20 when neither first nor last is given."
        )]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many from the end, from 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Option<Result<Connection<Message>>> {
        let find = async {
            let scope = scope(ctx)?;
            let window = Paging {
                first,
                after,
                last,
                before,
            }
            .window::<Message>()?;
            let wanted = filter.map(Wanted::from).unwrap_or_default();
            Ok(scope.app.messages(&scope.caller, wanted, &window).await)
        };
        match find.await {
            Ok(page) => for_role(page.map(|page| page.map(Message).into())),
            Err(error) => Some(Err(error)),
        }
    }

    /// The clock that everything about people, rules and mail runs on.
    async fn clock(&self, ctx: &Context<'_>) -> Result<Clock> {
        let scope = scope(ctx)?;
        Ok(Clock {
            now: scope.now().await?.into(),
            mode: scope.app.clock().into(),
        })
    }
}
