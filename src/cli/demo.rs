//! `demo`: a programme to play with, on a test clock and a database that is thrown away.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::{
    app::{App, Caller, Repeatable, fields::PersonFields, tokens::TokenRole},
    domain::{formats, ids::ProgrammeId, message::Locale, page::Window},
};

/// When the demo begins: the programme is open for registration.
pub const STARTS_AT: &str = "2014-05-01T09:00:00+02:00";

/// Seven people of seven municipalities, one short of the minimum.
const PEOPLE: [(&str, &str, &str, &str); 7] = [
    (
        "Saskia van den Berg",
        "s.vandenberg@goudwaard.example",
        "gemeente Goudwaard",
        "HR-adviseur",
    ),
    (
        "Mehmet Yılmaz",
        "m.yilmaz@lekstroom.example",
        "gemeente Lekstroom",
        "HR-manager",
    ),
    (
        "Femke de Boer",
        "femke.deboer@rijnbocht.example",
        "gemeente Rijnbocht",
        "adviseur organisatieontwikkeling",
    ),
    (
        "Joost Hendriks",
        "j.hendriks@duinzicht.example",
        "gemeente Duinzicht",
        "hoofd P&O",
    ),
    (
        "Anouk Jansen",
        "a.jansen@veenmeer.example",
        "gemeente Veenmeer",
        "HR-adviseur",
    ),
    (
        "Ravi Ramdin",
        "r.ramdin@vlietpolder.example",
        "gemeente Vlietpolder",
        "HR-businesspartner",
    ),
    (
        "Ineke Visser",
        "i.visser@kustland.example",
        "gemeente Kustland",
        "opleidingsadviseur",
    ),
];

/// Fills the programme with people and makes an organiser's token, told once.
pub async fn populate(app: &App, programme: ProgrammeId, slug: &str) -> anyhow::Result<String> {
    let administrator = Caller::Administrator { token: None };
    for (name, email, organisation, job_title) in PEOPLE {
        let person = PersonFields {
            name: name.to_owned(),
            email: email.to_owned(),
            organisation: organisation.to_owned(),
            job_title: Some(job_title.to_owned()),
            ..PersonFields::default()
        };
        app.register(&Caller::Public, slug, person, &Repeatable::default())
            .await?;
    }
    let registered = app
        .registrations(&administrator, programme, None, &Window::first(PEOPLE.len()))
        .await?;
    for view in registered.items {
        app.confirm_registration(&administrator, Some(view.registration.id), &Repeatable::default())
            .await?;
    }
    let (_, token) = app
        .create_token(
            &administrator,
            TokenRole::Organiser(vec![programme]),
            Some("demo".to_owned()),
        )
        .await?;
    Ok(token)
}

/// What a newcomer is told: where to look and what to try.
pub fn banner(base_url: &str, database_url: &str, slug: &str, token: &str, now: DateTime<Utc>, zone: Tz) -> String {
    let now = formats::weekday_and_moment(now, zone, Locale::En);
    format!(
        r#"
leernetwerk demo: the programme {slug} is open for registration.
It is {now} ({zone}) on a test clock that stands still until you move it. Seven people have a place; eight make it go ahead.

  GraphiQL            {base_url}/graphiql
  Mailbox             {base_url}/mailbox
  Organiser's token   {token}

Try this:

1. Register the eighth person. In GraphiQL:

   mutation {{
     register(input: {{ programmeSlug: "{slug}", name: "Karin Smit",
                       email: "k.smit@wetering.example", organisation: "gemeente Wetering" }}) {{
       receipt {{ place confirmBefore }}  errors {{ code message }}
     }}
   }}

2. Read her mail in the mailbox, follow its link and press the button: now eight count.

3. As the organiser, travel past the deadline of 25 May. In GraphiQL, under Headers:

   {{ "Authorization": "Bearer {token}" }}

   mutation {{ travelTo(input: {{ instant: "2014-05-26T09:00:00+02:00" }}) {{ clock {{ now }} errors {{ message }} }} }}

4. See what became of it, mail by mail: in the mailbox, and with

   {{ programme(slug: "{slug}") {{
       status  decision {{ outcome counted effectiveAt }}
       timeline(first: 100) {{ totalCount edges {{ node {{ at state key messageKind recipient reason }} }} }} }} }}

5. Or in another terminal:

   export LEERNETWERK_DATABASE_URL={database_url} LEERNETWERK_CLOCK=test:{STARTS_AT}
   leernetwerk timeline {slug}

Press Ctrl-C to stop; everything is thrown away.
"#
    )
}

#[cfg(test)]
mod tests {
    use async_graphql::Request;

    use super::*;
    use crate::graphql::schema;

    #[tokio::test]
    async fn what_a_newcomer_is_told_to_try_fits_the_schema() {
        let banner = banner(
            "http://localhost",
            "sqlite://somewhere.db",
            "a-slug",
            "a-token",
            DateTime::UNIX_EPOCH,
            Tz::Europe__Amsterdam,
        );
        let operations: Vec<String> = banner
            .split("\n\n")
            .map(str::trim)
            .filter(|paragraph| paragraph.starts_with("mutation {") || paragraph.starts_with("{ programme("))
            .enumerate()
            .map(|(number, operation)| match operation.strip_prefix("mutation") {
                Some(mutation) => format!("mutation Step{number} {mutation}"),
                None => format!("query Step{number} {operation}"),
            })
            .collect();
        assert_eq!(operations.len(), 3, "{banner}");
        // Every operation of a document is validated, and only the one that is named is executed.
        let document = format!("query Nothing {{ __typename }}\n{}", operations.join("\n"));
        let answer = schema(None)
            .execute(Request::new(document).operation_name("Nothing"))
            .await;
        assert!(answer.errors.is_empty(), "{:?}", answer.errors);
    }
}
