//! The desk at which an organiser decides: what each choice would bring, and a button that does just that.

use maud::{Markup, html};

use super::{
    layout::{facts, plain, say},
    programme,
};
use crate::{
    app::{
        deciding::DecisionPreview,
        planning::{DifferenceItem, DifferenceKind},
    },
    domain::{decision::DecisionOutcome, formats, message::Locale, rule::RuleKey, timeline::Source},
};

/// The value of the form field `act` with which a choice is sent.
pub const DECIDE: &str = "decide";

/// What was chosen in a form.
#[derive(Debug, Clone)]
pub struct Choice {
    /// Go or no-go.
    pub outcome: DecisionOutcome,
    /// Names what was looked at.
    pub plan_hash: String,
    /// What is said about it.
    pub reason: String,
}

/// Two choices, each with what it brings; nothing when there is nothing to decide. `chosen` is what was filled in before and not
/// done.
pub fn desk(previews: &[DecisionPreview], chosen: Option<&Choice>, locale: Locale) -> Markup {
    html! {
        section.standing {
            h2 { (say(locale, "Uw besluit is nodig", "Your decision is needed")) }
            p { (say(
                locale,
                "De aanmelding is gesloten en er is nog niet besloten. Hieronder ziet u wat elke keuze brengt. Er gebeurt pas iets als u op een knop drukt.",
                "Registration is closed and nothing is decided. Below you see what each choice brings. Nothing happens until you press a button.",
            )) }
            p { (say(
                locale,
                "Wilt u de aanmelding verlengen? Dat kan niet op deze pagina, wel met 'extendDeadline' in de API. Onderaan staat hoe u die gebruikt.",
                "Would you like to extend the registration? That cannot be done on this page, but with 'extendDeadline' in the API. How to use that is told below.",
            )) }
        }
        @for preview in previews {
            (choice(preview, chosen.filter(|chosen| chosen.outcome == preview.outcome).map_or("", |chosen| &chosen.reason), locale))
        }
    }
}

fn choice(preview: &DecisionPreview, reason: &str, locale: Locale) -> Markup {
    let is_go = preview.outcome == DecisionOutcome::Go;
    let numbers = &preview.plan.summary;
    let needs_reason = is_go && numbers.counted < numbers.minimum;
    let field = format!("reason-{}", preview.outcome.word());
    let euros = u32::try_from(numbers.amount_cents()).ok().map(|cents| {
        format!(
            "{}{}",
            formats::euros(cents, locale),
            programme::vat(&numbers.price, locale)
        )
    });
    // What the kick-off would bring is moved here when a no-go is chosen now.
    let goes_at_once = |item: &&DifferenceItem| {
        matches!(item.change, DifferenceKind::Added | DifferenceKind::Moved)
            && matches!(item.source, Source::Rule(_))
            && item.at <= preview.looked_at
            && !item.recipients.is_empty()
    };
    let at_once: Vec<_> = preview.plan.differences.iter().filter(goes_at_once).collect();
    html! {
        section {
            h2 { @if is_go { (say(locale, "Laten doorgaan", "Go ahead")) } @else { (say(locale, "Niet laten doorgaan", "Do not go ahead")) } }
            (facts([
                (say(locale, "Telt mee", "Counts"), plain(format!("{} ({} {})", numbers.counted, say(locale, "minimum", "minimum"), numbers.minimum))),
                (say(locale, "Deelnemers daarna", "Participants after it"), plain(numbers.participants)),
                (say(locale, "Aanmeldingen die eindigen", "Registrations that end"), (numbers.cancelled > 0).then(|| html! { (numbers.cancelled) })),
                (say(locale, "Krijgen een plaats aangeboden", "Are offered a place"), (numbers.offered > 0).then(|| html! { (numbers.offered) })),
                (say(locale, "Op de wachtlijst daarna", "On the waiting list after it"), (numbers.waiting > 0).then(|| html! { (numbers.waiting) })),
                (say(locale, "Te factureren", "To be invoiced"), euros.filter(|_| is_go).and_then(plain)),
                (say(locale, "Mails die meteen gaan", "Mails that go at once"), plain(numbers.mails)),
            ]))
            details {
                summary { (say(locale, "Wie krijgt welke mail", "Who gets which mail")) }
                @for item in at_once {
                    p { (what(item, locale)) }
                    ul { @for address in &item.recipients { li { (address) } } }
                }
            }
            form method="post" {
                input type="hidden" name="outcome" value=(preview.outcome.word());
                input type="hidden" name="plan_hash" value=(preview.plan.hash);
                label for=(field) { @if needs_reason {
                    (say(locale, "Waarom gaat het door met minder dan het minimum?", "Why does it go ahead with fewer than the minimum?"))
                } @else if is_go {
                    (say(locale, "Toelichting (hoeft niet)", "Explanation (optional)"))
                } @else {
                    (say(locale, "Reden, die iedereen in de mail leest (hoeft niet)", "Reason, which everybody reads in the mail (optional)"))
                } }
                textarea id=(field) name="reason" rows="3" maxlength="1000" required[needs_reason] { (reason) }
                button.secondary[!is_go] name="act" value=(DECIDE) {
                    @if is_go { (say(locale, "Ja, het gaat door", "Yes, it goes ahead")) }
                    @else { (say(locale, "Nee, het gaat niet door", "No, it does not go ahead")) }
                }
            }
        }
    }
}

/// What people are told, in words.
fn what(item: &DifferenceItem, locale: Locale) -> &'static str {
    match item.source {
        Source::Rule(RuleKey::ProgrammeGoesAhead) => {
            say(locale, "Het programma gaat door:", "The programme goes ahead:")
        }
        Source::Rule(RuleKey::ProgrammeCancelled) => say(
            locale,
            "Het programma gaat niet door:",
            "The programme does not go ahead:",
        ),
        Source::Rule(RuleKey::DecisionReport) => say(locale, "Wat er is besloten:", "What was decided:"),
        Source::Rule(RuleKey::PlaceOffered) => say(locale, "Er is een plaats vrij:", "A place is free:"),
        Source::Rule(key) => key.word(),
        Source::BuiltIn(step) => step.word(),
    }
}
