//! What people do, by clicking and typing, in a browser that runs no script. Each page on the way is looked at as well.

use super::{
    looking::faults,
    table::{
        Moment::{Deciding, GoingAhead, Open, UnderWay},
        Who,
    },
    world::{HARVESTING, World, email_of},
};
use crate::harness::browser::{Arrival, Browser, Tab, browser};

/// Somebody at the browser, and what was wrong with the pages on the way.
struct Walk<'a> {
    name: &'a str,
    tab: Tab,
    steps: usize,
    wrong: Vec<String>,
}

impl<'a> Walk<'a> {
    async fn begin(browser: &'static Browser, world: &World, name: &'a str) -> Self {
        let tab = Tab::new(browser, &world.home).await;
        tab.run_scripts(false).await;
        Self {
            name,
            tab,
            steps: 0,
            wrong: Vec::new(),
        }
    }

    async fn open(&mut self, address: &str) {
        let arrival = self.tab.open(address).await;
        self.arrived(&arrival, 200).await;
    }

    async fn press(&mut self, button: &str) {
        self.press_and_get(button, 200).await;
    }

    /// Presses a button and gets an answer of some status.
    async fn press_and_get(&mut self, button: &str, status: u64) {
        let arrival = self.tab.press("button", button).await;
        self.arrived(&arrival, status).await;
    }

    async fn follow(&mut self, link: &str) {
        let arrival = self.tab.press("link", link).await;
        self.arrived(&arrival, 200).await;
    }

    /// Follows a link to another part of the same page.
    async fn follow_within(&mut self, link: &str) {
        self.tab.follow_within(link).await;
        let top = self
            .tab
            .evaluate("document.getElementById('refused').getBoundingClientRect().top")
            .await;
        assert!(
            top.as_f64().is_some_and(|top| top.abs() < 2.0),
            "{top} px from the top of the window"
        );
    }

    async fn fill(&self, label: &str, text: &str) {
        self.tab.fill(label, text).await;
    }

    async fn unfold(&self, summary: &str) {
        self.tab.click("DisclosureTriangle", summary).await;
    }

    async fn arrived(&mut self, arrival: &Arrival, status: u64) {
        self.steps += 1;
        let picture = format!("walk-{}-{:02}", self.name, self.steps);
        // The rules themselves are a script; those of a page stay off all the same, as its policy allows none.
        self.tab.run_scripts(true).await;
        let found = faults(&self.tab, arrival, status, "nl", &picture).await;
        self.tab.run_scripts(false).await;
        let step = self.steps;
        self.wrong
            .extend(found.into_iter().map(|what| format!("step {step}: {what}")));
    }

    /// The page says this.
    async fn reads(&self, text: &str) {
        let said = self.tab.evaluate("document.body.innerText").await;
        let said = said.as_str().expect("text").replace('\u{a0}', " ");
        assert!(said.contains(text), "no {text:?} in {said}");
    }

    fn end(self) {
        assert!(self.wrong.is_empty(), "{}:\n{}\n", self.name, self.wrong.join("\n"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_registers_and_verifies() {
    let Some(browser) = browser("browser::walks::somebody_registers_and_verifies") else {
        return;
    };
    let world = World::new().await;
    let mut walk = Walk::begin(browser, &world, "newcomer").await;
    walk.open(&format!("{}/", world.home)).await;
    walk.follow("Eigen regie en vertrouwen").await;
    walk.tab.within("#register");
    walk.fill("Uw voor- en achternaam", "Noor Visser").await;
    // A browser takes this for an address.
    walk.fill("Uw e-mailadres", "noor.visser@gemeente").await;
    walk.fill("Uw werkgever", "gemeente Alphen aan den Rijn").await;
    walk.press_and_get("Meld mij aan", 422).await;
    walk.reads("Er is nog niets verstuurd.").await;
    walk.tab.within("#register");
    walk.fill("Uw e-mailadres", &email_of("Noor Visser")).await;
    walk.press("Meld mij aan").await;
    walk.reads("We sturen een mail naar noor.visser@gemeente.example").await;
    world.app.settle().await;

    walk.open(&format!("{}/mailbox/?to={}", world.home, email_of("Noor Visser")))
        .await;
    walk.follow("Bevestig uw aanmelding voor Eigen regie en vertrouwen")
        .await;
    let link = world.app.link_token(&email_of("Noor Visser")).await;
    walk.follow(&format!("{}/p/{link}", world.home)).await;
    walk.reads("Uw aanmelding is nog niet klaar").await;
    walk.press("Bevestig mijn aanmelding").await;
    walk.reads("U hebt een plaats").await;
    walk.follow("Meld u af").await;
    walk.follow("Nee, terug naar mijn aanmelding").await;
    walk.reads("U hebt een plaats").await;
    walk.end();
    world.app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_participant_becomes_host_and_shares() {
    let Some(browser) = browser("browser::walks::a_participant_becomes_host_and_shares") else {
        return;
    };
    let mut world = World::new().await;
    for moment in [Open, Deciding, GoingAhead] {
        world.reach(moment).await;
    }
    let mut walk = Walk::begin(browser, &world, "host").await;
    walk.open(&world.address(Who::Host, "", "")).await;
    walk.reads("U doet mee").await;
    walk.follow("Een bijeenkomst ontvangen").await;
    walk.fill("Gemeente", "Alphen aan den Rijn").await;
    walk.fill("Hoeveel mensen passen erin? (mag later)", "veel").await;
    walk.press_and_get("Deze plek aanbieden", 422).await;
    walk.reads("Er is nog niets opgeslagen.").await;
    walk.follow_within("Bekijk wat er nog niet goed is").await;
    walk.fill("Hoeveel mensen passen erin? (mag later)", "24").await;
    walk.press("Deze plek aanbieden").await;
    walk.reads("Uw aanbod staat.").await;
    walk.reads("U ontvangt").await;
    walk.unfold("Aanvullen of wijzigen").await;
    walk.tab.within("details[open]");
    walk.fill("Naam van het gebouw (mag later)", "Gemeentehuis").await;
    walk.fill("Straat, nummer en plaats (mag later)", "Stadhuisplein 1")
        .await;
    walk.tab.choose("Kan iedereen er zonder trappen komen?", 'j').await;
    walk.press("Opslaan").await;
    walk.reads("Uw aanbod is bijgewerkt.").await;
    walk.press("Dit is geregeld: Een ruimte waar iedereen in past").await;
    walk.reads("Uw lijstje is bijgewerkt.").await;
    walk.reads("Een ruimte waar iedereen in past: geregeld").await;
    walk.follow("Bijeenkomsten").await;
    walk.reads("U bent de gastheer of gastvrouw.").await;
    walk.reads("Stadhuisplein 1").await;

    walk.follow("Leerwensen").await;
    walk.fill("Wat wilt u leren?", "Leren luisteren").await;
    walk.fill("Wat gaat u daar zelf voor doen?", "Oefenen").await;
    walk.fill("Leerlijn", "Regie op afstand").await;
    walk.press("Leerwens toevoegen").await;
    walk.reads("Leerlijn: Regie op afstand").await;
    walk.follow("Opdracht").await;
    walk.fill("Titel", "Gesprekken").await;
    walk.fill("Wat gaat u doen?", "Tien gesprekken voeren.").await;
    walk.tab.choose("Hoe staat het ervoor?", 'b').await;
    walk.press("Opdracht bewaren").await;
    walk.reads("Uw opdracht is bewaard.").await;
    walk.follow("Agenda").await;
    walk.unfold("Stel een onderwerp voor: Start").await;
    walk.tab.within("details[open]");
    walk.fill("Onderwerp", "Kennismaken").await;
    walk.press("Onderwerp voorstellen").await;
    walk.press("Stem hiervoor: Kennismaken").await;
    walk.reads("1 stem").await;
    walk.follow("Vraag het de begeleiders").await;
    walk.fill("Uw vraag", "Hoe begin ik een gesprek?").await;
    walk.press("Vraag versturen").await;
    walk.reads("Uw vraag is verstuurd.").await;

    // Somebody else follows the wish and offers help.
    walk.open(&world.address(Who::Participant, "?page=wishes", "")).await;
    walk.press("Volgen: leerwens van Noor").await;
    walk.reads("1 deelnemer volgt deze leerwens.").await;
    walk.unfold("Hulp aanbieden: leerwens van Noor").await;
    walk.fill("Wat biedt u aan?", "Kom een dag meelopen.").await;
    walk.press("Hulp aanbieden").await;
    walk.reads("Kom een dag meelopen.").await;

    walk.open(&world.address(Who::Host, "?page=data", "")).await;
    let said = walk.tab.evaluate("document.body.innerText").await;
    assert!(
        !said.as_str().expect("text").contains("Overig"),
        "what is stored has a name: {said}"
    );
    walk.fill("Uw telefoonnummer (hoeft niet)", "0172 000 000").await;
    walk.press("Sla op").await;
    walk.reads("Uw gegevens zijn gewijzigd.").await;
    walk.follow("Wis mijn gegevens").await;
    walk.press("Ja, wis alles").await;
    walk.reads("Wij weten niets meer van u.").await;
    walk.end();
    world.app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_team_decides_appoints_and_makes_the_agenda() {
    let Some(browser) = browser("browser::walks::the_team_decides_appoints_and_makes_the_agenda") else {
        return;
    };
    let mut world = World::new().await;
    for moment in [Open, Deciding] {
        world.reach(moment).await;
    }
    let mut walk = Walk::begin(browser, &world, "team").await;
    walk.open(&world.address(Who::Organiser, "", "")).await;
    walk.reads("Uw besluit is nodig").await;
    walk.press("Ja, het gaat door").await;
    walk.reads("gaat door").await;
    world.app.travel("2014-05-28T09:00:00+02:00").await;
    world.reach(UnderWay).await;

    walk.follow("Bijeenkomsten").await;
    walk.tab.within("main section:nth-of-type(3)");
    walk.tab.choose("Wie ontvangt deze bijeenkomst?", 'N').await;
    walk.press("Vastleggen: Derde bijeenkomst").await;
    walk.reads("Het is gewijzigd.").await;
    walk.tab.within("main section:nth-of-type(2)");
    walk.unfold("Verplaatsen: Tweede bijeenkomst").await;
    walk.tab.within("main section:nth-of-type(2) details[open]");
    walk.fill("Wat iedereen erover leest (hoeft niet)", "De zaal is bezet.")
        .await;
    walk.press("Kijk wat dit brengt").await;
    walk.reads("Er is nog niets veranderd.").await;
    walk.press("Verplaats de bijeenkomst").await;

    walk.open(&world.address(Who::Facilitator, "", "")).await;
    walk.follow("Werk van de deelnemers").await;
    walk.reads("Leren luisteren").await;
    walk.follow("Agenda").await;
    walk.unfold("Stel de agenda vast: Tweede bijeenkomst").await;
    walk.tab.within("details[open]");
    walk.tab.number("Zwijgen", "1").await;
    walk.press("Agenda vaststellen").await;
    walk.reads("De agenda is bewaard.").await;
    walk.end();
    world.app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_participant_brings_something_home_and_a_guest_comes_to_see_it() {
    let Some(browser) = browser("browser::walks::a_participant_brings_something_home_and_a_guest_comes_to_see_it")
    else {
        return;
    };
    let mut world = World::new().await;
    for moment in [Open, Deciding, GoingAhead] {
        world.reach(moment).await;
    }
    world.app.travel(HARVESTING).await;
    let mut walk = Walk::begin(browser, &world, "harvest").await;
    walk.open(&world.address(Who::Participant, "", "")).await;
    walk.follow("Oogst").await;
    walk.fill("Titel", "Leren luisteren").await;
    walk.fill("Samenvatting", "Doorvragen helpt.").await;
    walk.press("Bewaren").await;
    walk.reads("Uw oogst is bewaard.").await;
    walk.fill("Uw verhaal (hoeft niet)", "Eerst was ik bang.").await;
    walk.press("Bewaren en inleveren").await;
    walk.reads("Uw oogst is ingeleverd.").await;
    walk.follow("Gasten").await;
    walk.fill("Voor- en achternaam van de gast", "Gerda Gast").await;
    walk.fill("E-mailadres van de gast", &email_of("Gerda Gast")).await;
    walk.tab.choose("Deze gast is een", 'l').await;
    walk.fill("Wat wilt u erbij schrijven? (hoeft niet)", "Kom je kijken?")
        .await;
    walk.press("Verstuur de uitnodiging").await;
    walk.reads("De uitnodiging is verstuurd.").await;
    walk.reads("leidinggevende").await;
    world.app.settle().await;

    // The guest, from the mail on.
    walk.open(&format!("{}/mailbox/?to={}", world.home, email_of("Gerda Gast")))
        .await;
    walk.follow("Uitnodiging: manifestatie van Eigen regie en vertrouwen, donderdag 11 december 2014")
        .await;
    let link = world.app.link_token(&email_of("Gerda Gast")).await;
    walk.follow(&format!("{}/p/{link}", world.home)).await;
    walk.reads("Kom je kijken?").await;
    walk.press("Ik kom").await;
    walk.reads("Fijn dat u komt.").await;
    walk.follow("Uw gegevens").await;
    walk.fill("Uw voor- en achternaam", "Gerda van Gast").await;
    walk.press("Sla op").await;
    walk.reads("Uw gegevens zijn gewijzigd.").await;
    walk.follow("Overzicht").await;
    walk.press("Ik kom toch niet").await;
    walk.press("Ik kom toch").await;
    walk.reads("Gerda van Gast").await;

    walk.open(&world.address(Who::Organiser, "", "")).await;
    walk.follow("Oogst van de deelnemers").await;
    walk.follow("Leren luisteren").await;
    walk.press("Oogst goedkeuren").await;
    walk.reads("De oogst is goedgekeurd.").await;
    walk.tab.time("Begintijd", "1015").await;
    walk.tab.number("Aantal minuten", "25").await;
    walk.press("Tijd vastleggen").await;
    walk.reads("10:15–10:40").await;
    walk.press("Oogst openbaar maken").await;
    walk.follow("Gasten").await;
    walk.reads("Gerda van Gast").await;

    walk.open(&format!("{}/", world.home)).await;
    walk.follow("Eigen regie en vertrouwen").await;
    walk.follow("Lees de oogst van de deelnemers").await;
    walk.follow("Leren luisteren").await;
    walk.reads("Eerst was ik bang.").await;
    walk.end();
    world.app.stop().await;
}
