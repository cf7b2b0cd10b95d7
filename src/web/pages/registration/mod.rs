//! The page of somebody who registered: what it is about, where it stands, and the buttons that make sense.

use chrono::{DateTime, Utc};
use maud::{Markup, html};

mod standing;

use super::{
    layout::{Sheet, Switch, foreign, quotation, say},
    programme,
};
use crate::{
    app::{programmes::ProgrammeRecord, registering::RegistrationView},
    domain::{
        message::Locale,
        programme::Phase,
        registration::{Registration, RegistrationStatus as Status},
    },
};

/// What the page can be asked to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// The address is the person's own.
    Verify,
    /// The offered place is taken.
    Accept,
    /// The offered place goes to the next.
    Decline,
    /// The person leaves.
    Withdraw,
    /// Somebody cancelled by a no-go comes back.
    RegisterAnew,
}

impl Act {
    const ALL: [Self; 5] = [
        Self::Verify,
        Self::Accept,
        Self::Decline,
        Self::Withdraw,
        Self::RegisterAnew,
    ];

    /// The value of the form field `act`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Verify => "verify",
            Self::Accept => "accept",
            Self::Decline => "decline",
            Self::Withdraw => "withdraw",
            Self::RegisterAnew => "register-anew",
        }
    }

    /// The act of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|act| act.word() == word)
    }
}

/// What the page is made of.
pub struct RegistrationPage<'a> {
    /// The registration behind the link.
    pub view: &'a RegistrationView,
    /// Its programme.
    pub record: &'a ProgrammeRecord,
    /// The same person's registration that goes on, if this one has ended.
    pub successor: Option<&'a RegistrationView>,
    /// When the page is shown.
    pub now: DateTime<Utc>,
    /// Its language.
    pub locale: Locale,
    /// The way to the other language.
    pub switch: &'a Switch,
    /// What was done just now.
    pub done: Option<Act>,
    /// Why something was not done just now.
    pub refused: &'a [String],
}

impl RegistrationPage<'_> {
    /// The page; `navigation` leads to the other areas.
    pub fn render(&self, navigation: &Markup) -> Markup {
        let locale = self.locale;
        let announced = &self.record.programme.announced;
        let text_lang = foreign(announced.locale, locale);
        let standing = self.standing();
        let body = html! {
            (navigation)
            @if let Some(subtitle) = &announced.subtitle { p.subtitle lang=[text_lang] { (subtitle) } }
            @for refused in self.refused { p.refused role="alert" { (refused) } }
            @if let Some(done) = self.done_in_words() { p.done role="status" { (done) } }
            section.standing {
                p.whose { (say(locale, "Aanmelding van", "Registration of")) " " (self.registration().person.given_name) }
                h2 { (standing.heading) }
                @for sentence in &standing.sentences { p { (sentence) } }
                @if let Some(quoted) = &standing.quoted { (quotation(quoted)) }
                @if !standing.buttons.is_empty() {
                    // Without an address of its own the form goes to the page's: so the key stands nowhere in it.
                    form method="post" {
                        @for (act, label) in &standing.buttons {
                            button.secondary[*act == Act::Decline] name="act" value=(act.word()) { (label) }
                        }
                    }
                }
            }
            (programme::about(&self.record.programme, self.now, locale))
            @if standing.can_withdraw {
                section {
                    h2 { (say(locale, "Toch niet meedoen?", "Changed your mind?")) }
                    p { a href={ "?withdraw=1" (self.lang()) } { (say(locale, "Meld u af", "Withdraw")) } }
                }
            }
        };
        Sheet {
            locale,
            title: &announced.title,
            title_locale: announced.locale,
            switch: self.switch,
            body,
        }
        .render()
    }

    /// The second step of leaving: nothing has happened yet.
    pub fn render_withdrawal(&self, reason: &str) -> Markup {
        let locale = self.locale;
        let title = match locale {
            Locale::Nl => format!("Afmelden voor {}", self.record.programme.announced.title),
            Locale::En => format!("Withdraw from {}", self.record.programme.announced.title),
        };
        let body = html! {
            @for refused in self.refused { p.refused role="alert" { (refused) } }
            p { (say(
                locale,
                "U bent nog niet afgemeld. Druk op de knop als u zeker weet dat u niet meedoet. Uw aanmelding vervalt dan meteen.",
                "You have not withdrawn yet. Press the button if you are sure that you will not take part. Your registration then ends at once.",
            )) }
            @if self.registration().status.takes_place() {
                p { (say(
                    locale,
                    "Uw plaats kan dan naar iemand anders gaan. U krijgt die niet vanzelf terug.",
                    "Your place may then go to somebody else. You do not get it back by yourself.",
                )) }
            }
            @if self.record.programme.phase == Phase::GoingAhead && self.registration().status == Status::Confirmed {
                p { (say(
                    locale,
                    "Het programma gaat door en uw plaats was al zeker. Daarom kan het zijn dat u een deel van de prijs betaalt. De organisatie laat u weten of dat zo is.",
                    "The programme goes ahead and your place was certain. So you may have to pay a part of the price. The organisers will let you know.",
                )) }
            }
            form method="post" {
                label for="reason" { (say(locale, "Waarom doet u niet mee? (hoeft niet)", "Why do you withdraw? (optional)")) }
                textarea id="reason" name="reason" rows="4" maxlength="1000" { (reason) }
                button name="act" value=(Act::Withdraw.word()) { (say(locale, "Ja, meld mij af", "Yes, withdraw my registration")) }
            }
            p { a href={ "?" (self.lang().trim_start_matches('&')) } { (say(locale, "Nee, terug naar mijn aanmelding", "No, back to my registration")) } }
        };
        Sheet {
            locale,
            title: &title,
            title_locale: locale,
            switch: self.switch,
            body,
        }
        .render()
    }

    /// Whether leaving is still possible, and so the second step is worth showing.
    pub fn can_withdraw(&self) -> bool {
        !self.registration().status.is_final() && self.record.programme.phase != Phase::Completed
    }

    fn registration(&self) -> &Registration {
        &self.view.registration
    }

    fn lang(&self) -> &'static str {
        // The language of the page stays when it is not the person's own.
        match (self.locale == self.registration().person.locale, self.locale) {
            (true, _) => "",
            (false, Locale::Nl) => "&lang=nl",
            (false, Locale::En) => "&lang=en",
        }
    }

    /// What was done, if it is still so: the address of the page can be opened again later, or made up.
    fn done_in_words(&self) -> Option<&'static str> {
        let (status, locale) = (self.registration().status, self.locale);
        match self.done? {
            Act::Verify if self.registration().is_verified() && !status.is_final() => Some(say(
                locale,
                "Dank u wel. Uw e-mailadres is bevestigd.",
                "Thank you. Your e-mail address is confirmed.",
            )),
            Act::Accept if status.counts() => {
                Some(say(locale, "Fijn, de plaats is voor u.", "Good, the place is yours."))
            }
            Act::Decline if status == Status::Declined => Some(say(
                locale,
                "Dank u wel. De plaats gaat naar de volgende.",
                "Thank you. The place goes to the next person.",
            )),
            Act::Withdraw if status == Status::Withdrawn => Some(say(
                locale,
                "U bent afgemeld. Dank dat u het ons liet weten.",
                "You have withdrawn. Thank you for letting us know.",
            )),
            Act::RegisterAnew if self.successor.is_some() => {
                Some(say(locale, "U bent opnieuw aangemeld.", "You have registered again."))
            }
            _ => None,
        }
    }
}
