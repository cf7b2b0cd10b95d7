//! The form to register, and what somebody who sent it is told.

use maud::{Markup, html};

use crate::{
    app::{
        fields::{BillingFields, PersonFields},
        programmes::ProgrammeRecord,
        registering::Receipt,
    },
    domain::{formats, message::Locale},
    web::pages::{
        asking::Values,
        fields::{Field, Filled, Input},
        layout::{Sheet, Switch, say},
    },
};

/// The fields that refusals can be about.
const NAMES: [&str; 10] = [
    "name",
    "givenName",
    "email",
    "organisation",
    "jobTitle",
    "phone",
    "motivation",
    "billing.organisation",
    "billing.reference",
    "billing.email",
];

/// What was filled in, as the API takes it.
pub fn person(filled: &Values, page: Locale) -> PersonFields {
    let text = |name: &str| filled.get(name).unwrap_or_default().to_owned();
    let optional = |name: &str| filled.get(name).map(str::to_owned);
    PersonFields {
        name: text("name"),
        given_name: optional("givenName"),
        email: text("email"),
        organisation: text("organisation"),
        job_title: optional("jobTitle"),
        phone: optional("phone"),
        locale: Some(filled.get("locale").and_then(Locale::from_tag).unwrap_or(page)),
        motivation: optional("motivation"),
        billing: Some(BillingFields {
            organisation: optional("billing.organisation"),
            reference: optional("billing.reference"),
            email: optional("billing.email"),
        }),
    }
}

/// The form.
pub fn form(filled: &Filled<'_>, action: &str) -> Markup {
    let locale = filled.locale;
    let line = |name, nl, en, kind, autocomplete, is_optional, max| {
        filled.field(&Field {
            name,
            label: say(locale, nl, en),
            hint: None,
            input: Input::Line(kind, autocomplete),
            is_optional,
            max,
        })
    };
    html! {
        (filled.alert(&NAMES))
        form method="post" action=(action) {
            (line("name", "Uw voor- en achternaam", "Your full name", "text", "name", false, 100))
            (filled.field(&Field {
                name: "givenName",
                label: say(locale, "Hoe mogen we u noemen?", "What may we call you?"),
                hint: Some(say(
                    locale,
                    "Laat u dit leeg, dan gebruiken we het eerste woord van uw naam.",
                    "If you leave this empty, we use the first word of your name.",
                )),
                input: Input::Line("text", "given-name"),
                is_optional: true,
                max: 100,
            }))
            (filled.field(&Field {
                name: "email",
                label: say(locale, "Uw e-mailadres", "Your e-mail address"),
                hint: Some(say(
                    locale,
                    "Hier sturen we een mail heen waarmee u uw aanmelding bevestigt.",
                    "We send a mail there, by which you confirm your registration.",
                )),
                input: Input::Line("email", "email"),
                is_optional: false,
                max: 254,
            }))
            (line("organisation", "Uw werkgever", "Your employer", "text", "organization", false, 200))
            (line("jobTitle", "Uw functie", "Your role there", "text", "organization-title", true, 100))
            (line("phone", "Uw telefoonnummer", "Your telephone number", "tel", "tel", true, 40))
            (filled.choice(
                "locale",
                say(locale, "In welke taal schrijven we u?", "In which language shall we write to you?"),
                &[("nl", "Nederlands"), ("en", "English")],
                locale.tag(),
            ))
            (filled.field(&Field {
                name: "motivation",
                label: say(locale, "Waarom wilt u meedoen?", "Why do you want to take part?"),
                hint: None,
                input: Input::Text(5),
                is_optional: true,
                max: 2000,
            }))
            fieldset {
                legend { (say(locale, "Voor de factuur", "For the invoice")) }
                p.hint { (say(
                    locale,
                    "Laat dit leeg als de factuur op naam van uw werkgever naar uw eigen e-mailadres mag.",
                    "Leave this empty if the invoice may go to your employer, at your own e-mail address.",
                )) }
                (line("billing.organisation", "Organisatie", "Organisation", "text", "section-billing organization", true, 200))
                (line("billing.reference", "Kenmerk of inkoopnummer", "Reference or purchase order", "text", "off", true, 100))
                (line("billing.email", "E-mailadres voor de factuur", "E-mail address for the invoice", "email", "section-billing email", true, 254))
            }
            button name="act" value="register" { (say(locale, "Meld mij aan", "Register")) }
        }
    }
}

/// What somebody is told who sent the form: the same to a newcomer and to somebody who is registered already (rule 5).
pub fn receipt(record: &ProgrammeRecord, receipt: Receipt, email: &str, locale: Locale) -> Markup {
    let announced = &record.programme.announced;
    let until = formats::until(receipt.confirm_before, announced.time_zone, locale);
    let place = match (receipt.waiting_position, locale) {
        (None, Locale::Nl) => "Er is een plaats voor u vrijgehouden.".to_owned(),
        (None, Locale::En) => "A place is held for you.".to_owned(),
        (Some(position), Locale::Nl) => {
            format!("Alle plaatsen zijn bezet. U komt op de wachtlijst, op plaats {position}.")
        }
        (Some(position), Locale::En) => {
            format!("All places are taken. You will be number {position} on the waiting list.")
        }
    };
    let body = html! {
        section.standing {
            h2 { (say(locale, "Uw aanmelding is nog niet klaar", "Your registration is not complete yet")) }
            p { (place) }
            p {
                (say(locale, "We sturen een mail naar ", "We send a mail to ")) b { (email.trim()) } ". "
                (say(locale, "Open de link in die mail en druk op de knop. Dat kan ", "Open the link in it and press the button. You can do so "))
                (until) "."
            }
            p { (say(
                locale,
                "Doet u dat niet, dan vervalt uw aanmelding.",
                "If you do not, your registration ends.",
            )) }
        }
        p { (say(
            locale,
            "Komt er geen mail? Kijk dan bij de ongewenste mail, en of het adres hierboven klopt. Klopt het niet, meld u dan opnieuw aan.",
            "No mail? Then look among the unwanted mail, and whether the address above is right. If it is not, please register again.",
        )) }
        p { a href={ "/programmes/" (*announced.slug) "?lang=" (locale.tag()) } {
            (say(locale, "Terug naar het programma", "Back to the programme"))
        } }
    };
    Sheet {
        locale,
        title: say(locale, "Kijk in uw mailbox", "Look in your mailbox"),
        title_locale: locale,
        switch: &Switch::None,
        body,
    }
    .render()
}
