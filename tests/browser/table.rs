//! Every page there is: when in the life of a programme, seen by whom, where, and what the answer is.

use Moment::{CalledOff, Deciding, GoingAhead, Harvesting, Open, Over, Reopened, UnderWay};
use Who::{
    Anybody, Contact, Expired, Facilitator, Guest, GuestCalledBack, GuestComing, GuestStayingAway, GuestWaiting, Host,
    Offered, Organiser, Participant, Registered, Unverified, Waiting, WaitingUnverified, Withdrawn,
};

/// A moment in the life of a programme, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Moment {
    /// People register; all places are taken.
    Open,
    /// Registration is closed, and an organiser has to decide.
    Deciding,
    /// The go was a moment ago, and nobody has shared anything.
    GoingAhead,
    /// A host is chosen, people share what they learn.
    UnderWay,
    /// People write what they bring home, and guests of the showcase answer.
    Harvesting,
    /// The last meeting was yesterday.
    Over,
    /// Another programme did not get enough people.
    CalledOff,
    /// And was given more time.
    Reopened,
}

/// Who looks. What somebody is called here is where most of the story leaves them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    /// Nobody in particular.
    Anybody,
    /// Has not pressed the button of the first mail; until it is too late.
    Unverified,
    /// Waits for a place.
    Waiting,
    /// Waits, and has not pressed the button.
    WaitingUnverified,
    /// Was offered a place. Takes part after the go.
    Offered,
    /// Has a place. Takes part after the go.
    Registered,
    /// Takes part.
    Participant,
    /// Takes part and hosts the first meeting.
    Host,
    /// Left.
    Withdrawn,
    /// Did not press the button in time.
    Expired,
    /// A member of the team who guides.
    Facilitator,
    /// A member of the team who runs the programme.
    Organiser,
    /// A member of the team who answers questions.
    Contact,
    /// Is invited to the showcase, and has not answered.
    Guest,
    /// Comes to the showcase.
    GuestComing,
    /// Wants to come, and waits for a place.
    GuestWaiting,
    /// Does not come.
    GuestStayingAway,
    /// Was invited, and is no longer.
    GuestCalledBack,
}

/// One page.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// When.
    pub at: Moment,
    /// To whom.
    pub who: Who,
    /// Where: for somebody with a personal link what comes after the key, else the path. `:slug` stands for the programme,
    /// `:mail` for a captured mail, `:harvest` for a published harvest.
    pub place: &'static str,
    /// The form that is sent there, if the page is the answer to one; with the same placeholders.
    pub form: Option<&'static str>,
    /// The status of the answer.
    pub status: u64,
}

const fn shown(at: Moment, who: Who, place: &'static str) -> Row {
    answered(at, who, place, 200)
}

const fn answered(at: Moment, who: Who, place: &'static str, status: u64) -> Row {
    Row {
        at,
        who,
        place,
        form: None,
        status,
    }
}

const fn sent(at: Moment, who: Who, place: &'static str, form: &'static str, status: u64) -> Row {
    Row {
        form: Some(form),
        ..answered(at, who, place, status)
    }
}

/// The pages.
#[rustfmt::skip]
pub static PAGES: &[Row] = &[
    // What everybody can open.
    shown(Open, Anybody, "/"),
    shown(Open, Anybody, "/programmes/:slug"),
    sent(Open, Anybody, "/programmes/:slug", "act=register&name=&email=geen+adres&organisation=", 422),
    sent(Open, Anybody, "/programmes/:slug", "act=ask&name=Nora&email=geen+adres&question=", 422),
    sent(Open, Anybody, "/programmes/:slug", "act=register&name=Noor+Visser&email=noor@gemeente.example&organisation=gemeente+Alphen+aan+den+Rijn", 200),
    sent(Open, Anybody, "/programmes/:slug", "act=ask&name=Nora&email=nora@gemeente.example&question=Is+er+nog+plaats%3F", 200),
    sent(Open, Anybody, "/programmes/:slug", "act=iets", 400),
    answered(Open, Anybody, "/programmes/er-is-niets", 404),
    shown(Open, Anybody, "/p"),
    sent(Open, Anybody, "/p", "programme=werken-in-het-westen-2014&email=geen+adres", 422),
    sent(Open, Anybody, "/p", "programme=werken-in-het-westen-2014&email=iemand@gemeente.example", 200),
    answered(Open, Anybody, "/p/een-dode-link", 404),
    shown(Open, Anybody, "/mailbox/"),
    shown(Open, Anybody, "/mailbox/?to=niemand@gemeente.example"),
    shown(Open, Anybody, "/mailbox/:mail"),
    shown(Open, Anybody, "/mailbox/:mail/html"),
    answered(Open, Anybody, "/mailbox/er-is-niets", 404),
    answered(Open, Anybody, "/er-is-niets", 404),
    shown(Deciding, Anybody, "/programmes/:slug"),
    shown(UnderWay, Anybody, "/programmes/:slug"),
    sent(UnderWay, Anybody, "/programmes/:slug", "act=register&name=Te+Laat&email=laat@gemeente.example&organisation=Veere", 409),
    shown(Over, Anybody, "/programmes/:slug"),
    shown(CalledOff, Anybody, "/programmes/:slug"),
    // Somebody who registers.
    shown(Open, Unverified, ""),
    shown(Open, Unverified, "?page=data"),
    shown(Open, Unverified, "?page=data&erase=1"),
    shown(Open, Unverified, "?withdraw=1"),
    sent(Open, Unverified, "", "act=accept", 409),
    shown(Open, Waiting, ""),
    shown(Open, Waiting, "?page=data"),
    shown(Open, Waiting, "?withdraw=1"),
    shown(Open, WaitingUnverified, ""),
    shown(Open, WaitingUnverified, "?page=data"),
    shown(Open, WaitingUnverified, "?withdraw=1"),
    shown(Open, Offered, ""),
    shown(Open, Offered, "?page=data"),
    shown(Open, Registered, ""),
    shown(Open, Registered, "?page=meetings"),
    shown(Open, Registered, "?page=people"),
    shown(Open, Registered, "?page=ask"),
    shown(Open, Registered, "?page=data"),
    answered(Open, Registered, "?page=er-is-niets", 404),
    sent(Open, Registered, "?page=er-is-niets", "act=verify", 404),
    shown(Open, Registered, "?withdraw=1"),
    sent(Open, Registered, "", "act=iets", 400),
    shown(Open, Withdrawn, ""),
    shown(Open, Withdrawn, "?page=data"),
    shown(Deciding, Registered, ""),
    shown(Deciding, Waiting, ""),
    shown(Deciding, Expired, ""),
    shown(Deciding, Expired, "?page=data"),
    shown(CalledOff, Registered, ""),
    shown(Reopened, Registered, ""),
    // Somebody who takes part, before anybody has shared anything.
    shown(GoingAhead, Waiting, ""),
    shown(GoingAhead, Participant, ""),
    shown(GoingAhead, Participant, "?withdraw=1"),
    shown(GoingAhead, Participant, "?page=meetings"),
    shown(GoingAhead, Participant, "?page=hosting"),
    shown(GoingAhead, Participant, "?page=wishes"),
    shown(GoingAhead, Participant, "?page=assignment"),
    shown(GoingAhead, Participant, "?page=agenda"),
    shown(GoingAhead, Facilitator, "?page=work"),
    // And later.
    shown(UnderWay, Participant, "?page=meetings"),
    shown(UnderWay, Participant, "?page=hosting"),
    sent(UnderWay, Participant, "?page=hosting", "act=offer&venue.municipality=&capacity=veel", 422),
    shown(UnderWay, Participant, "?page=people"),
    shown(UnderWay, Participant, "?page=wishes"),
    sent(UnderWay, Participant, "?page=wishes", "act=add&text=&ownSteps=&learningLine=", 422),
    shown(UnderWay, Participant, "?page=wishes&done=add"),
    shown(UnderWay, Participant, "?page=assignment"),
    sent(UnderWay, Participant, "?page=assignment", "act=save&title=&description=&status=planned", 422),
    shown(UnderWay, Participant, "?page=agenda"),
    shown(UnderWay, Participant, "?page=ask"),
    sent(UnderWay, Participant, "?page=ask", "act=ask&question=", 422),
    shown(UnderWay, Participant, "?page=data"),
    sent(UnderWay, Participant, "?page=data", "act=correct&name=&email=geen+adres&organisation=", 422),
    shown(UnderWay, Host, ""),
    shown(UnderWay, Host, "?page=meetings"),
    shown(UnderWay, Host, "?page=hosting"),
    shown(UnderWay, Host, "?page=people"),
    shown(UnderWay, Host, "?page=wishes"),
    shown(UnderWay, Host, "?page=assignment"),
    shown(UnderWay, Host, "?page=agenda"),
    shown(UnderWay, Host, "?page=ask"),
    shown(UnderWay, Host, "?page=data"),
    shown(UnderWay, Host, "?withdraw=1"),
    shown(Over, Participant, ""),
    shown(Over, Participant, "?page=meetings"),
    shown(Over, Participant, "?page=wishes"),
    shown(Over, Participant, "?page=assignment"),
    shown(Over, Participant, "?page=agenda"),
    shown(Over, Host, "?page=hosting"),
    // The team.
    shown(Open, Organiser, ""),
    shown(Open, Organiser, "?page=meetings"),
    shown(Open, Organiser, "?page=people"),
    shown(Deciding, Organiser, ""),
    sent(Deciding, Organiser, "", "act=decide&outcome=go&plan_hash=0&reason=De+groep+wil+het.", 409),
    shown(UnderWay, Organiser, ""),
    shown(UnderWay, Organiser, "?page=meetings"),
    shown(UnderWay, Organiser, "?page=agenda"),
    shown(UnderWay, Organiser, "?page=work"),
    shown(Open, Facilitator, ""),
    shown(UnderWay, Facilitator, "?page=meetings"),
    shown(UnderWay, Facilitator, "?page=people"),
    shown(UnderWay, Facilitator, "?page=agenda"),
    shown(UnderWay, Facilitator, "?page=work"),
    shown(Open, Contact, ""),
    // What participants bring home, before anybody can write it.
    shown(UnderWay, Anybody, "/programmes/:slug/harvests"),
    shown(UnderWay, Participant, "?page=harvest"),
    shown(UnderWay, Participant, "?page=showcase"),
    shown(UnderWay, Participant, "?page=guests"),
    shown(UnderWay, Organiser, "?page=harvests"),
    shown(UnderWay, Organiser, "?page=showcase"),
    shown(UnderWay, Organiser, "?page=guests"),
    // And when they do.
    shown(Harvesting, Anybody, "/programmes/:slug"),
    shown(Harvesting, Anybody, "/programmes/:slug/harvests"),
    shown(Harvesting, Anybody, "/programmes/:slug/harvests/:harvest"),
    answered(Harvesting, Anybody, "/programmes/:slug/harvests/er-is-niets", 404),
    answered(Harvesting, Anybody, "/programmes/er-is-niets/harvests", 404),
    shown(Harvesting, Participant, "?page=harvest"),
    sent(Harvesting, Participant, "?page=harvest", "act=save&title=&summary=&body=Een+begin.&then=submit", 422),
    shown(Harvesting, Participant, "?page=showcase"),
    shown(Harvesting, Participant, "?page=guests"),
    sent(Harvesting, Participant, "?page=guests", "act=invite&name=&email=geen+adres&message=", 422),
    shown(Harvesting, Participant, "?page=data"),
    shown(Harvesting, Host, "?page=harvest"),
    // Somebody else judged it while the form was open.
    sent(Harvesting, Host, "?page=harvest", "act=save&title=Ruimte&summary=Nog+beter.&body=", 422),
    shown(Harvesting, Offered, "?page=harvest"),
    shown(Harvesting, Facilitator, "?page=harvests"),
    shown(Harvesting, Facilitator, "?page=harvests&harvest=:harvest"),
    shown(Harvesting, Facilitator, "?page=guests"),
    shown(Harvesting, Organiser, ""),
    shown(Harvesting, Organiser, "?page=harvests"),
    shown(Harvesting, Organiser, "?page=harvests&harvest=:harvest"),
    shown(Harvesting, Organiser, "?page=harvests&harvest=:harvest&done=publish"),
    sent(Harvesting, Organiser, "?page=harvests&harvest=:harvest", "act=schedule&thing=:harvest&startsAt=&minutes=20", 422),
    sent(Harvesting, Organiser, "?page=harvests&harvest=:harvest", "act=accept&thing=:harvest&remark=", 422),
    shown(Harvesting, Organiser, "?page=showcase"),
    shown(Harvesting, Organiser, "?page=guests"),
    sent(Harvesting, Organiser, "?page=guests", "act=invite&name=&email=geen+adres&message=", 422),
    shown(Over, Anybody, "/programmes/:slug/harvests"),
    shown(Over, Participant, "?page=harvest"),
    shown(Over, Participant, "?page=showcase"),
    shown(Over, Participant, "?page=guests"),
    shown(Over, Organiser, "?page=harvests"),
    shown(Over, Organiser, "?page=guests"),
    // Guests of the showcase.
    shown(Harvesting, Guest, ""),
    sent(Harvesting, Guest, "", "act=iets", 400),
    shown(Harvesting, Guest, "?page=data"),
    sent(Harvesting, Guest, "?page=data", "act=correct&name=&locale=nl", 422),
    shown(Harvesting, Guest, "?page=data&erase=1"),
    shown(Harvesting, GuestComing, ""),
    shown(Harvesting, GuestComing, "?done=accept"),
    shown(Harvesting, GuestComing, "?page=data"),
    shown(Harvesting, GuestComing, "?page=data&erase=1"),
    shown(Harvesting, GuestWaiting, ""),
    shown(Harvesting, GuestStayingAway, ""),
    shown(Harvesting, GuestStayingAway, "?page=data&erase=1"),
    shown(Harvesting, GuestCalledBack, ""),
    sent(Harvesting, GuestCalledBack, "", "act=accept", 409),
    shown(Harvesting, GuestCalledBack, "?page=data"),
    shown(Over, Guest, ""),
    shown(Over, GuestComing, ""),
    shown(Over, GuestComing, "?page=data"),
];

/// What links lead to that is no page of ours: with its reason.
pub const NO_PAGES: &[(&str, &str)] = &[
    (
        "/graphiql",
        "GraphiQL, as others made it: an editor for who writes programs",
    ),
    ("/schema.graphql", "a text for programs"),
    ("/programmes/:slug.ics", "a calendar"),
    ("?page=data&format=json", "a file to take along"),
    ("/mailbox/:mail/source", "a mail as it is sent"),
    ("/graphql", "the API"),
    ("/healthz", "for programs"),
    ("/readyz", "for programs"),
    ("/metrics", "for programs"),
];
