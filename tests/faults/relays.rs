//! A relay that says every code and does every harm at every step of the conversation: what becomes of the mail, what it
//! counts, when it is tried again, and that no mail is told another's verdict. The engine runs in this process, where the
//! relay's deadlines can be short.

use std::time::Duration;

use chrono::{DateTime, Utc};
use entities::{delivery_attempt, message};
use leernetwerk::{
    app::Repeatable,
    boot::{Running, Start},
    domain::delivery::{AttemptOutcome, SmtpVerb, backoff},
    mail::smtp::Deadlines,
};
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter, QueryOrder};

use super::{
    Counts, Plan,
    world::{World, crowd_address},
};
use crate::harness::{
    app::start,
    dump,
    foundation::{ADMINISTRATOR, person},
    smtp::{Act, Rule},
};
use AttemptOutcome::{Accepted, Ambiguous, Deferred, Refused, RelayFailed};
use SmtpVerb::{Content, Data, Dot, Ehlo, Greeting, Mail, Rcpt};

sampled! {
    relay_matrix: Sqlite Postgres;
    greylisting: Sqlite Postgres;
    late_replies: Sqlite Postgres;
}

const CODES: [u16; 15] = [
    421, 450, 451, 452, 454, 500, 501, 502, 503, 530, 535, 550, 552, 553, 554,
];
const STEPS: [SmtpVerb; 6] = [Greeting, Ehlo, Mail, Rcpt, Data, Dot];
/// Long enough for a busy machine to answer, short enough to wait for.
const SHORT: Duration = Duration::from_millis(500);

/// One mail at a time, each over a connection of its own, and nobody waits for long.
fn impatient(slots: usize) -> Start {
    let mut start = start();
    start.limits.slots = slots;
    start.deadlines = Deadlines {
        connect: SHORT,
        greeting: SHORT,
        command: SHORT,
        data_block: SHORT,
        final_dot: SHORT,
        idle: Duration::ZERO,
        ..Deadlines::default()
    };
    start
}

/// What the relay does to one mail, and what has to come of its first attempt.
struct Case {
    verb: SmtpVerb,
    act: Act,
    outcome: AttemptOutcome,
    code: Option<u16>,
    /// Whether the relay has the mail although it does not say so.
    is_taken: bool,
}

fn cases(plan: &Plan) -> Vec<Case> {
    let of_code = |verb: SmtpVerb, code: u16| {
        let outcome = match (verb, code) {
            (Dot, 400..=499) => Deferred,
            (Dot, _) => Refused,
            (Greeting | Ehlo, _) | (_, 421 | 530 | 535) => RelayFailed,
            (_, 400..=499) => Deferred,
            _ => Refused,
        };
        Case {
            verb,
            act: Act::Reply(code, "as the test wants it"),
            outcome,
            code: Some(code),
            is_taken: false,
        }
    };
    let of_harm = |verb: SmtpVerb, act: Act| Case {
        verb,
        is_taken: verb == Dot && matches!(act, Act::Late | Act::Dribble(_) | Act::Huge(_)),
        outcome: if verb == Dot { Ambiguous } else { RelayFailed },
        code: None,
        act,
    };
    let harms = [
        Act::Drop,
        Act::Reset,
        Act::Stall,
        Act::Late,
        Act::Dribble(SHORT / 3),
        Act::Garbage,
        Act::Contradiction,
        Act::Huge(200_000),
    ];
    let mut cases: Vec<Case> = STEPS
        .iter()
        .flat_map(|verb| CODES.iter().map(|code| of_code(*verb, *code)))
        .chain(
            STEPS
                .iter()
                .flat_map(|verb| harms.iter().map(|harm| of_harm(*verb, harm.clone()))),
        )
        .collect();
    // Goodbye in the middle, and between the content and its end.
    for verb in STEPS {
        let act = Act::ReplyAndClose(421, "4.3.2 going down");
        cases.push(Case {
            act,
            ..of_code(verb, 421)
        });
    }
    cases.push(of_harm(Content, Act::Drop));
    cases.push(of_harm(Content, Act::Reset));
    if plan.is_full() {
        return cases;
    }
    // Every seventh is of every kind in time.
    cases.into_iter().step_by(7).collect()
}

/// Somebody registers, which makes one mail; which.
async fn somebody(world: &World, running: &Running, n: usize) -> message::Model {
    let app = &running.foundation.app;
    app.add_registration(&ADMINISTRATOR, world.programme, person(n), &Repeatable::default())
        .await
        .unwrap();
    let mails = message::Entity::find().filter(message::Column::Recipient.eq(person(n).email));
    mails.one(&world.behind).await.unwrap().expect("a mail")
}

async fn attempts(world: &World, mail: &message::Model) -> Vec<delivery_attempt::Model> {
    let attempts = delivery_attempt::Entity::find().filter(delivery_attempt::Column::MessageId.eq(mail.id));
    attempts
        .order_by_asc(delivery_attempt::Column::Number)
        .all(&world.behind)
        .await
        .unwrap()
}

async fn again(world: &World, mail: &message::Model) -> message::Model {
    message::Entity::find_by_id(mail.id)
        .one(&world.behind)
        .await
        .unwrap()
        .unwrap()
}

async fn first_verdict(world: &World, mail: &message::Model) -> delivery_attempt::Model {
    let look = async |_: &DatabaseConnection| {
        let first = attempts(world, mail).await.into_iter().next()?;
        first.outcome.is_some().then_some(first)
    };
    world.until("the first verdict", look).await
}

/// Every code and every harm at every step.
pub async fn relay_matrix(plan: &Plan) -> Counts {
    let world = World::with_people(plan, 1).await;
    // The organisers would be told of addresses that refuse, by mails that meet the next case.
    dump::execute(
        &world.database,
        "UPDATE rule SET pause_note = 'only one mail at a time' WHERE rule_key = 'address-refused'",
    )
    .await;
    let running = world.run(impatient(1)).await;
    let mut counts = Counts::default();
    for (nth, case) in cases(plan).iter().enumerate() {
        let what = format!("{:?} at {:?}", case.act, case.verb);
        world.relay.on(Rule::at(case.verb, case.act.clone()).times(1));
        let mail = somebody(&world, &running, 100 + nth).await;
        let first = first_verdict(&world, &mail).await;
        let told = (first.outcome.as_deref(), first.verb.as_deref(), first.code);
        let expected = (
            Some(case.outcome.word()),
            Some(case.verb.word()),
            case.code.map(i32::from),
        );
        // Small mails are written whole before a harm in the middle of them is seen.
        if case.verb == Content {
            assert!(matches!(told.0, Some("relay-failed" | "ambiguous")), "{what}: {told:?}");
        } else if (case.verb, first.verb.as_deref()) == (Greeting, Some("CONNECT")) {
            // Reset so soon that there never was a connection.
            assert_eq!(told.0, expected.0, "{what}");
        } else {
            assert_eq!(told, expected, "{what}");
        }
        match case.outcome {
            Deferred => {
                let mail = again(&world, &mail).await;
                assert_eq!((mail.status.as_str(), mail.failures), ("queued", 1), "{what}");
                assert_eq!(mail.next_attempt_at, after(&world, &mail, 1).await, "{what}");
                assert!(mail.reason.is_some(), "{what}");
            }
            Refused => {
                let mail = again(&world, &mail).await;
                assert_eq!(
                    (mail.status.as_str(), mail.failures, mail.attempts),
                    ("failed", 0, 1),
                    "{what}"
                );
            }
            RelayFailed | Ambiguous | Accepted => {
                running.dispatcher().unwrap().idle().await.unwrap();
                let mail = again(&world, &mail).await;
                assert_eq!((mail.status.as_str(), mail.failures), ("sent", 0), "{what}");
                let accepted = world.relay.accepted();
                let copies = accepted
                    .iter()
                    .filter(|copy| copy.envelope_to == mail.recipient)
                    .count();
                assert_eq!(copies, 1 + usize::from(case.is_taken), "{what}");
            }
        }
        world.relay.behave();
        world.relay.release();
        counts.add("cases", 1);
    }
    // All that was deferred goes when its moment has come.
    world.jump_to("2014-05-01T09:00:00Z").await;
    running.dispatcher().unwrap().idle().await.unwrap();
    running.stop().await;
    let held = world.hold().await;
    assert_eq!((held.get("to be tried later"), held.get("unknown")), (0, 0));
    counts.merge(&held);
    counts
}

/// When a mail is tried again after its n-th deferral, now.
async fn after(world: &World, mail: &message::Model, failures: u32) -> DateTime<Utc> {
    world.now().await + backoff(failures, mail.id)
}

/// Greylisting: not now, and some minutes later yes.
pub async fn greylisting(plan: &Plan) -> Counts {
    let world = World::with_people(plan, 1).await;
    let running = world.run(impatient(4)).await;
    let mut counts = Counts::default();
    world.relay.on(Rule::at(
        Rcpt,
        Act::Reply(451, "4.7.1 greylisted, come back in five minutes"),
    ));
    let mut mails = Vec::new();
    for n in 0..plan.by_size(3, 20) {
        mails.push(somebody(&world, &running, 100 + n).await);
    }
    let idle = async || running.dispatcher().unwrap().idle().await.unwrap();
    idle().await;
    // Two minutes, a fifth more or less: too early, and deferred once more.
    world.jump_to("2014-05-01T07:03:00Z").await;
    idle().await;
    world.relay.behave();
    world.jump_to("2014-05-01T07:12:00Z").await;
    idle().await;
    for mail in &mails {
        let mail = again(&world, mail).await;
        assert_eq!((mail.status.as_str(), mail.attempts, mail.failures), ("sent", 3, 2));
        let outcomes: Vec<_> = attempts(&world, &mail)
            .await
            .into_iter()
            .filter_map(|attempt| attempt.outcome)
            .collect();
        assert_eq!(outcomes, ["deferred", "deferred", "accepted"]);
    }
    running.stop().await;
    counts.add("greylisted", mails.len());
    counts.merge(&world.hold().await);
    counts
}

/// A crowd's mails over several connections, some answered too late and some refused at the dot: each is told its own.
pub async fn late_replies(plan: &Plan) -> Counts {
    let world = World::with_people(plan, 1).await;
    let crowd = plan.by_size(60, 1_000);
    world.crowd(crowd).await;
    let mut counts = Counts::default();
    let (mut late, mut refused) = (Vec::new(), Vec::new());
    for n in 0..crowd {
        match plan.below(20) {
            0 => late.push(crowd_address(n)),
            1 => refused.push(crowd_address(n)),
            _ => {}
        }
    }
    for to in &late {
        world.relay.on(Rule::at(Dot, Act::Late).to(to.clone()).times(1));
    }
    for to in &refused {
        world
            .relay
            .on(Rule::at(Dot, Act::Reply(554, "5.7.1 no")).to(to.clone()));
    }
    let mut limits = impatient(4);
    // Connections are used again, so that a reply could be read as the next mail's.
    limits.deadlines.idle = Deadlines::default().idle;
    let running = world.run(limits).await;
    world.close_registration().await;
    world.decided().await;
    world.quiet(Duration::from_secs(300)).await;
    running.stop().await;
    let accepted = world.relay.accepted();
    for mail in message::Entity::find().all(&world.behind).await.unwrap() {
        let copies = accepted
            .iter()
            .filter(|copy| copy.envelope_to == mail.recipient)
            .count();
        let first = attempts(&world, &mail).await.remove(0).outcome.unwrap();
        let expected = if late.contains(&mail.recipient) {
            ("sent", "ambiguous", 2)
        } else if refused.contains(&mail.recipient) {
            ("failed", "refused", 0)
        } else if mail.kind == "programme-goes-ahead" && mail.recipient.ends_with("menigte.example") {
            ("sent", "accepted", 1)
        } else {
            continue;
        };
        assert_eq!((mail.status.as_str(), first.as_str(), copies), expected, "{mail:?}");
    }
    counts.add("answered too late", late.len());
    counts.add("refused at the dot", refused.len());
    counts.merge(&world.hold().await);
    counts
}
