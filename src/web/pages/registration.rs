//! The page of somebody who registered: what it is about, where it stands, and the buttons that make sense.

use chrono::{DateTime, Utc};
use maud::{Markup, html};

use super::{
    layout::{Sheet, Switch, quotation, say},
    programme,
};
use crate::{
    app::{programmes::ProgrammeRecord, registering::RegistrationView},
    domain::{
        decision::ended_by_no_go,
        formats,
        message::{CancellationCause, Locale},
        programme::{Phase, ProgrammeStatus},
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

/// Where a registration stands: a heading, sentences, and what can be done.
struct Standing {
    heading: &'static str,
    sentences: Vec<String>,
    quoted: Option<String>,
    buttons: Vec<(Act, &'static str)>,
    can_withdraw: bool,
}

impl RegistrationPage<'_> {
    /// The page.
    pub fn render(&self) -> Markup {
        let locale = self.locale;
        let standing = self.standing();
        let body = html! {
            @if let Some(subtitle) = &self.record.programme.announced.subtitle { p.subtitle { (subtitle) } }
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
            title: &self.record.programme.announced.title,
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

    fn until(&self, instant: DateTime<Utc>) -> String {
        formats::until(instant, self.record.programme.announced.time_zone, self.locale)
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

    fn can_register_anew(&self) -> bool {
        self.successor.is_none()
            && ended_by_no_go(&self.record.decisions, self.registration())
            && self.record.programme.is_registration_open(self.now)
    }

    fn standing(&self) -> Standing {
        let locale = self.locale;
        let own = |nl: &str, en: &str| say(locale, nl, en).to_owned();
        let mut standing = Standing {
            heading: "",
            sentences: Vec::new(),
            quoted: None,
            buttons: Vec::new(),
            can_withdraw: self.can_withdraw() && self.registration().status != Status::Offered,
        };
        match self.registration().status {
            Status::Unverified => {
                standing.heading = say(
                    locale,
                    "Uw aanmelding is nog niet klaar",
                    "Your registration is not complete yet",
                );
                standing.sentences.push(own(
                    "We houden een plaats voor u vast.",
                    "We are holding a place for you.",
                ));
                self.ask_to_verify(&mut standing);
            }
            Status::Waiting => {
                standing.heading = say(locale, "U staat op de wachtlijst", "You are on the waiting list");
                standing.sentences.push(self.waiting());
                if self.registration().is_verified() {
                    standing.sentences.push(own(
                        "Komt er een plaats voor u vrij, dan krijgt u meteen een mail. U hoeft nu niets te doen.",
                        "If a place becomes free for you, you get a mail at once. You need not do anything now.",
                    ));
                } else {
                    self.ask_to_verify(&mut standing);
                }
            }
            Status::Offered => self.offer(&mut standing),
            Status::Registered => {
                standing.heading = say(locale, "U hebt een plaats", "You have a place");
                standing.sentences.push(match self.record.programme.status(self.now) {
                    ProgrammeStatus::AwaitingDecision => own(
                        "De aanmelding is gesloten. U hoort van ons of het programma doorgaat.",
                        "Registration is closed. You will hear from us whether the programme goes ahead.",
                    ),
                    _ => own(
                        "Na de sluitingsdatum hoort u of het programma doorgaat. U hoeft nu niets te doen.",
                        "After the closing date you will hear whether the programme goes ahead. You need not do anything now.",
                    ),
                });
            }
            Status::Confirmed if self.record.programme.phase == Phase::Completed => {
                standing.heading = say(locale, "Het programma is afgelopen", "The programme is over");
                standing
                    .sentences
                    .push(own("Dank dat u meedeed.", "Thank you for taking part."));
            }
            Status::Confirmed => {
                standing.heading = say(locale, "U doet mee", "You take part");
                standing.sentences.push(own(
                    "Het programma gaat door en uw plaats is zeker. Zet de dagen hieronder in uw agenda.",
                    "The programme goes ahead and your place is certain. Please note the days below.",
                ));
            }
            Status::Withdrawn | Status::Expired | Status::Declined | Status::Cancelled => self.ended(&mut standing),
        }
        standing
    }

    fn waiting(&self) -> String {
        match (self.view.waiting_position, self.locale) {
            (Some(position), Locale::Nl) => {
                format!("Alle plaatsen zijn nu bezet. U staat op plaats {position} van de wachtlijst.")
            }
            (Some(position), Locale::En) => {
                format!("All places are taken now. You are number {position} on the waiting list.")
            }
            (None, _) => say(self.locale, "Alle plaatsen zijn nu bezet.", "All places are taken now.").to_owned(),
        }
    }

    /// Time may be up although the engine has not looked yet: then there is no button that would only refuse.
    fn ask_to_verify(&self, standing: &mut Standing) {
        let Some(before) = self.view.confirm_before else { return };
        if before <= self.now {
            standing.sentences = vec![self.too_late_to_verify(before)];
            standing.can_withdraw = false;
            return;
        }
        let until = self.until(before);
        standing.sentences.push(match self.locale {
            Locale::Nl => format!("Bevestig dat dit uw e-mailadres is: druk op de knop. Dat kan {until}."),
            Locale::En => {
                format!("Please confirm that this is your e-mail address: press the button. You can do so {until}.")
            }
        });
        standing.buttons.push((
            Act::Verify,
            say(self.locale, "Bevestig mijn aanmelding", "Confirm my registration"),
        ));
    }

    fn too_late_to_verify(&self, before: DateTime<Utc>) -> String {
        let until = self.until(before);
        match self.locale {
            Locale::Nl => {
                format!("U kon uw e-mailadres bevestigen {until}. Die tijd is voorbij, en uw aanmelding is vervallen.")
            }
            Locale::En => format!(
                "You could confirm your e-mail address {until}. That time has passed, and your registration has ended."
            ),
        }
    }

    fn offer(&self, standing: &mut Standing) {
        let locale = self.locale;
        match self.view.offer_expires_at {
            Some(before) if before <= self.now => {
                standing.heading = say(locale, "Het aanbod is voorbij", "The offer has ended");
                standing.sentences.push(offer_is_over(locale));
            }
            before => {
                standing.heading = say(locale, "Er is een plaats voor u vrij", "There is a place for you");
                let until = before.map(|before| self.until(before)).unwrap_or_default();
                standing.sentences.push(match locale {
                    Locale::Nl => format!("Wilt u die plaats? Kies hieronder. Dat kan {until}. Daarna gaat de plaats naar de volgende op de wachtlijst."),
                    Locale::En => format!("Do you want it? Please choose below. You can do so {until}. After that it goes to the next person on the waiting list."),
                });
                if self.record.programme.phase == Phase::GoingAhead {
                    standing.sentences.push(
                        say(
                            locale,
                            "Het programma gaat door. Neemt u de plaats aan, dan doet u zeker mee.",
                            "The programme goes ahead. If you accept the place, you take part for certain.",
                        )
                        .to_owned(),
                    );
                }
                standing.buttons.push((
                    Act::Accept,
                    say(locale, "Ja, ik neem de plaats aan", "Yes, I accept the place"),
                ));
                standing.buttons.push((
                    Act::Decline,
                    say(locale, "Nee, ik wil de plaats niet", "No, I do not want the place"),
                ));
            }
        }
    }

    fn ended(&self, standing: &mut Standing) {
        let locale = self.locale;
        let own = |nl: &str, en: &str| say(locale, nl, en).to_owned();
        let registration = self.registration();
        match registration.status {
            Status::Withdrawn => {
                standing.heading = say(locale, "U bent afgemeld", "You have withdrawn");
                standing.sentences.push(own(
                    "Uw aanmelding geldt niet meer.",
                    "Your registration no longer counts.",
                ));
            }
            Status::Declined => {
                standing.heading = say(locale, "U hebt de plaats niet aangenomen", "You declined the place");
                standing.sentences.push(own(
                    "Uw aanmelding geldt niet meer.",
                    "Your registration no longer counts.",
                ));
            }
            Status::Expired => {
                standing.heading = say(locale, "Uw aanmelding is vervallen", "Your registration has ended");
                standing
                    .sentences
                    .push(match (registration.offered_at, registration.is_verified()) {
                        (Some(_), _) => offer_is_over(locale),
                        (None, false) => own(
                            "U hebt uw e-mailadres niet op tijd bevestigd.",
                            "You did not confirm your e-mail address in time.",
                        ),
                        (None, true) => own(
                            "Het programma is begonnen en er kwam geen plaats voor u vrij.",
                            "The programme has started and no place became free for you.",
                        ),
                    });
            }
            _ => {
                standing.heading = say(locale, "Uw aanmelding is beëindigd", "Your registration was ended");
                self.cancelled(standing);
            }
        }
        match self.successor {
            Some(successor) => standing.sentences.push(self.goes_on(successor)),
            None if self.can_register_anew() => {
                standing.heading = say(locale, "U kunt zich opnieuw aanmelden", "You can register again");
                standing.sentences.push(own(
                    "U hoeft niets opnieuw in te vullen: we gebruiken wat u eerder invulde. U sluit achteraan in de rij.",
                    "You need not fill in anything: we use what you gave before. You join at the end of the line.",
                ));
                standing.buttons.push((
                    Act::RegisterAnew,
                    say(locale, "Meld mij opnieuw aan", "Register me again"),
                ));
            }
            None if self.record.programme.is_registration_open(self.now) => standing.sentences.push(own(
                "Wilt u toch meedoen? Aanmelden kan nog. U sluit dan achteraan in de rij.",
                "Do you want to take part after all? Registration is still open. You then join at the end of the line.",
            )),
            None => {}
        }
    }

    fn cancelled(&self, standing: &mut Standing) {
        let locale = self.locale;
        match &self.record.programme.cancellation {
            Some(cancellation) => {
                standing.heading = say(
                    locale,
                    "Het programma gaat niet door",
                    "The programme does not go ahead",
                );
                standing.sentences.push(match (cancellation.cause, locale) {
                    (CancellationCause::NoGo { counted, minimum }, Locale::Nl) => {
                        format!(
                            "Er waren te weinig aanmeldingen: {counted}, terwijl er minstens {minimum} nodig waren."
                        )
                    }
                    (CancellationCause::NoGo { counted, minimum }, Locale::En) => {
                        format!("There were too few registrations: {counted}, and at least {minimum} were needed.")
                    }
                    (CancellationCause::Organiser, _) => say(
                        locale,
                        "De organisatie heeft dit besloten.",
                        "The organisers have decided so.",
                    )
                    .to_owned(),
                });
                standing.quoted = cancellation.reason.as_deref().map(str::to_owned);
            }
            None if ended_by_no_go(&self.record.decisions, self.registration()) => standing.sentences.push(
                say(
                    locale,
                    "Het programma ging eerst niet door. Er is nu een nieuwe kans.",
                    "At first the programme did not go ahead. Now there is a new chance.",
                )
                .to_owned(),
            ),
            None => standing.sentences.push(
                say(
                    locale,
                    "De organisatie heeft uw aanmelding beëindigd.",
                    "The organisers have ended your registration.",
                )
                .to_owned(),
            ),
        }
    }

    /// Where the registration stands that goes on.
    fn goes_on(&self, successor: &RegistrationView) -> String {
        let locale = self.locale;
        let standing = match (successor.registration.status, successor.waiting_position) {
            (Status::Waiting, Some(position)) => match locale {
                Locale::Nl => format!("u staat op plaats {position} van de wachtlijst"),
                Locale::En => format!("you are number {position} on the waiting list"),
            },
            (Status::Waiting, None) => {
                say(locale, "u staat op de wachtlijst", "you are on the waiting list").to_owned()
            }
            (Status::Offered, _) => say(locale, "er is een plaats voor u vrij", "there is a place for you").to_owned(),
            (Status::Unverified, _) => {
                say(locale, "u moet die nog bevestigen", "you still have to confirm it").to_owned()
            }
            _ => say(locale, "u hebt een plaats", "you have a place").to_owned(),
        };
        match locale {
            Locale::Nl => format!(
                "U hebt zich daarna opnieuw aangemeld: {standing}. Gebruik voor die aanmelding de link in de mail die u toen kreeg."
            ),
            Locale::En => format!(
                "You registered again after that: {standing}. For that registration please use the link in the mail that you got then."
            ),
        }
    }
}

fn offer_is_over(locale: Locale) -> String {
    say(
        locale,
        "De tijd om de plaats aan te nemen is voorbij. De plaats gaat naar de volgende op de wachtlijst.",
        "The time to accept the place has passed. The place goes to the next person on the waiting list.",
    )
    .to_owned()
}
