//! `token`: API tokens. A token is told once, alone on standard output.

use anyhow::{Context, bail};
use clap::{Args, Subcommand, ValueEnum};
use uuid::Uuid;

use super::{
    ADMINISTRATOR, Wiring,
    programme::programme_of,
    table::with_headings,
    terminal::{Exit, Misused, Terminal},
};
use crate::{
    app::{
        App,
        tokens::{TokenRecord, TokenRole},
    },
    domain::{
        access::Holder,
        ids::{ProgrammeId, TokenId},
        text::Line,
    },
};

/// What to do with API tokens.
#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Make a token and print it, this once
    ///
    /// Only a hash of it is stored. Send it as `Authorization: Bearer TOKEN`.
    Create(Create),
    /// List the tokens, never the tokens themselves
    List,
    /// Revoke a token; it gives access to nothing from then on
    Revoke {
        /// The token's id, as listed
        id: Uuid,
        /// Do not ask; needed where there is no terminal
        #[arg(long, short)]
        yes: bool,
    },
}

/// What a new token is for.
#[derive(Debug, Args)]
pub struct Create {
    /// What it gives access to
    #[arg(long, value_enum)]
    role: Role,
    /// A programme that an organiser's token is for; may be given several times
    #[arg(long, value_name = "SLUG", required_if_eq("role", "organiser"))]
    programme: Vec<String>,
    /// What it is for, such as the name of the website that uses it
    #[arg(long)]
    label: Option<Line<100>>,
}

/// What a token gives access to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Role {
    /// Everything of some programmes
    Organiser,
    /// Everything
    Administrator,
}

impl TokenCommand {
    /// Carries the command out.
    pub async fn run(self, wiring: &impl Wiring, terminal: &mut Terminal<'_>) -> anyhow::Result<Exit> {
        let app = match self {
            Self::List => wiring.reading_app().await?,
            Self::Create(_) | Self::Revoke { .. } => wiring.app().await?,
        };
        match self {
            Self::Create(arguments) => create(&app, arguments, terminal).await,
            Self::List => list(&app, terminal).await,
            Self::Revoke { id, yes } => revoke(&app, TokenId(id), yes, terminal).await,
        }
    }
}

async fn create(app: &App, arguments: Create, terminal: &mut Terminal<'_>) -> anyhow::Result<Exit> {
    let role = match arguments.role {
        Role::Administrator if !arguments.programme.is_empty() => {
            return Err(Misused(
                "an administrator's token is for everything; leave --programme out, or make an organiser's token",
            )
            .into());
        }
        Role::Administrator => TokenRole::Administrator,
        Role::Organiser => {
            let mut programmes: Vec<ProgrammeId> = Vec::new();
            for slug in &arguments.programme {
                programmes.push(programme_of(app, slug).await?.programme.id);
            }
            programmes.sort_unstable();
            programmes.dedup();
            TokenRole::Organiser(programmes)
        }
    };
    let label = arguments.label.map(String::from);
    let (id, token) = app
        .create_token(&ADMINISTRATOR, role, label)
        .await
        .context("cannot make a token")?;
    terminal.print(token)?;
    terminal.hint(format!(
        "This is the only time that it is shown. `leernetwerk token revoke {id}` ends it."
    ))?;
    Ok(Exit::Success)
}

fn access(record: &TokenRecord, slug: impl Fn(ProgrammeId) -> String) -> String {
    match &record.holder {
        Holder::Organiser { programmes, .. } => {
            let slugs: Vec<_> = programmes.iter().map(|id| slug(*id)).collect();
            format!("organiser of {}", slugs.join(", "))
        }
        Holder::Administrator { .. } => "administrator".to_owned(),
        Holder::Registration(_) | Holder::TeamMember(_) | Holder::Guest(_) => "personal link".to_owned(),
    }
}

async fn list(app: &App, terminal: &mut Terminal<'_>) -> anyhow::Result<Exit> {
    let tokens = app.tokens(&ADMINISTRATOR).await.context("cannot list the tokens")?;
    if tokens.is_empty() {
        terminal.hint("there is no token yet; `leernetwerk token create` makes one")?;
        return Ok(Exit::Success);
    }
    let of_organisers = tokens.iter().filter_map(|record| match &record.holder {
        Holder::Organiser { programmes, .. } => Some(programmes.clone()),
        _ => None,
    });
    let ids: Vec<_> = of_organisers.flatten().collect();
    let programmes = app
        .programmes_by_id(&ADMINISTRATOR, &ids)
        .await
        .context("cannot look the programmes up")?;
    let slug = |id| {
        let found = programmes.iter().find(|record| record.programme.id == id);
        found.map_or_else(|| id.to_string(), |record| record.programme.announced.slug.to_string())
    };
    let day = |at: chrono::DateTime<chrono::Utc>| at.date_naive().to_string();
    let rows = tokens.iter().map(|record| {
        [
            record.id.to_string(),
            day(record.created_at),
            record.revoked_at.map_or_else(|| "-".to_owned(), day),
            access(record, slug),
            record.label.clone().unwrap_or_default(),
        ]
    });
    terminal.print(with_headings(
        ["ID", "MADE", "REVOKED", "ACCESS", "LABEL"],
        rows.collect(),
    ))?;
    Ok(Exit::Success)
}

async fn revoke(app: &App, id: TokenId, yes: bool, terminal: &mut Terminal<'_>) -> anyhow::Result<Exit> {
    let tokens = app.tokens(&ADMINISTRATOR).await.context("cannot list the tokens")?;
    let Some(record) = tokens.iter().find(|record| record.id == id) else {
        bail!("there is no token {id}; `leernetwerk token list` shows them")
    };
    if record.revoked_at.is_some() {
        terminal.print(format!("{id} is revoked already"))?;
        return Ok(Exit::Success);
    }
    let label = record
        .label
        .as_ref()
        .map(|label| format!(" \u{201c}{label}\u{201d}"))
        .unwrap_or_default();
    if !terminal.may_go_on(&format!("Revoke the token {id}{label}? It cannot be undone."), yes)? {
        return Ok(Exit::Failure);
    }
    app.revoke_token(&ADMINISTRATOR, id).await.context("cannot revoke it")?;
    terminal.print(format!("{id} is revoked"))?;
    Ok(Exit::Success)
}
