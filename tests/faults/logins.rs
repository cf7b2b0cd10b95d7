//! A relay that encryption and login fail at: whatever it does there, it costs the mails nothing, is told where an operator looks,
//! and once it is mended they go by themselves.

use std::{fs, time::Duration};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use entities::{delivery_attempt, message};
use leernetwerk::{
    domain::delivery::SmtpVerb::{self, Auth, Connect, Ehlo, StartTls},
    mail::smtp::{CertificateDer, TlsMode},
};
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter};
use tempfile::NamedTempFile;

use super::{
    Counts, Plan,
    world::{PATIENCE, World, stop},
};
use crate::harness::{
    binary::print,
    smtp::{Act, Handshake, Rule, SmtpOptions, SmtpServer},
};

sampled! { relay_logins: Sqlite Postgres; }

/// What is wrong.
#[derive(Debug, Clone)]
enum Wrong {
    /// What the relay does.
    Relay(Act),
    /// What it does where TLS is to be agreed on.
    Agreeing(Handshake),
    /// The password that is set.
    Password,
    /// Who vouches for the relay is not known here.
    Certificate,
}

use Wrong::{Agreeing, Certificate, Password, Relay};

/// What is wrong, and where it shows.
type Case = (TlsMode, SmtpVerb, Wrong);

fn cases(plan: &Plan) -> Vec<Case> {
    // Mended by a restart: none of them waits until the relay is tried again.
    let sample = vec![
        (TlsMode::StartTls, Auth, Password),
        (TlsMode::StartTls, StartTls, Certificate),
    ];
    if !plan.is_full() {
        return sample;
    }
    let harms = |codes: &[u16]| {
        let said = codes.iter().map(|code| Act::Reply(*code, "as the test wants it"));
        let harms = [
            Act::Drop,
            Act::Reset,
            Act::Garbage,
            Act::Contradiction,
            Act::Huge(200_000),
        ];
        let goodbye = Act::ReplyAndClose(421, "4.3.2 going down");
        said.chain(harms).chain([goodbye]).map(Relay).collect::<Vec<_>>()
    };
    let mut cases = sample;
    // It hangs up where the handshake begins.
    let hung_up = Act::ReplyAndClose(220, "2.0.0 go on");
    cases.push((TlsMode::StartTls, StartTls, Relay(hung_up)));
    let codes: [&[u16]; 3] = [&[535], &[421, 432, 454, 500, 504, 530, 534, 535, 538, 554], &[535]];
    for (tls, codes) in [TlsMode::None, TlsMode::StartTls, TlsMode::Implicit]
        .into_iter()
        .zip(codes)
    {
        cases.extend(harms(codes).into_iter().map(|wrong| (tls, Auth, wrong)));
    }
    let codes = [421, 454, 500, 501, 502, 554];
    cases.extend(
        harms(&codes)
            .into_iter()
            .map(|wrong| (TlsMode::StartTls, StartTls, wrong)),
    );
    let handshakes = [
        Handshake::Stall,
        Handshake::Dribble(Duration::from_millis(900)),
        Handshake::Drop,
        Handshake::Reset,
        Handshake::Garbage,
    ];
    for how in handshakes {
        cases.push((TlsMode::StartTls, StartTls, Agreeing(how)));
        cases.push((TlsMode::Implicit, Connect, Agreeing(how)));
    }
    cases.push((TlsMode::None, Auth, Password));
    cases.push((TlsMode::Implicit, Auth, Password));
    cases.push((TlsMode::Implicit, Connect, Certificate));
    cases.push((TlsMode::Implicit, Ehlo, Relay(Act::Drop)));
    cases
}

/// Everything that can be wrong with encryption and login.
pub async fn relay_logins(plan: &Plan) -> Counts {
    let mut counts = Counts::default();
    // They have nothing to do with each other, and mostly wait.
    for some in cases(plan).chunks(12) {
        let all = some.iter().map(|case| mended(plan, case));
        for held in futures_util::future::join_all(all).await {
            counts.merge(&held);
            counts.add("relays mended", 1);
        }
    }
    counts
}

/// The decision falls while it is wrong; it is told; it is mended; the mails go.
async fn mended(plan: &Plan, (tls, verb, wrong): &Case) -> Counts {
    let what = format!("{wrong:?} at {verb:?}, {tls:?}");
    let mut world = World::with_people(plan, 2).await;
    let relay = SmtpServer::start_with(SmtpOptions {
        tls: *tls,
        credentials: Some(("jan".to_owned(), "s3cret".to_owned())),
        ..SmtpOptions::default()
    });
    world.move_to(relay.await);
    let root = pem(&world.relay.root());
    let (mut right, mut env) = (world.environment(), world.environment());
    let trust = |root: &NamedTempFile| ("SSL_CERT_FILE".to_owned(), root.path().to_str().unwrap().to_owned());
    right.push(trust(&root));
    let stranger = match wrong {
        Certificate => pem(&SmtpServer::start().await.root()),
        _ => pem(&world.relay.root()),
    };
    env.push(trust(&stranger));
    match wrong {
        Relay(act) => world.relay.on(Rule::at(*verb, act.clone())),
        Agreeing(how) => world.relay.spoil_handshakes(*how),
        Password => {
            for (_, value) in env.iter_mut().filter(|(name, _)| name == "LEERNETWERK_MAIL") {
                *value = value.replace("s3cret", "verkeerd");
            }
        }
        Certificate => {}
    }
    let mut server = world.serve_in(env.clone()).await;
    world.close_registration().await;
    let failed = async |behind: &DatabaseConnection| {
        let failed = delivery_attempt::Entity::find()
            .filter(delivery_attempt::Column::Outcome.eq("relay-failed"))
            .all(behind)
            .await
            .unwrap();
        (failed.len() >= 2).then_some(failed)
    };
    for attempt in world.until("two attempts that fail", failed).await {
        assert_eq!(attempt.verb.as_deref(), Some(verb.word()), "{what}: {attempt:?}");
        let mail = message::Entity::find_by_id(attempt.message_id).one(&world.behind).await;
        let mail = mail.unwrap().expect("a mail");
        assert_eq!(
            (mail.failures, mail.ambiguities, mail.ended_at),
            (0, 0, None),
            "{what}: {mail:?}"
        );
    }
    is_told(&world, &env, *verb, wrong, &what).await;
    assert_eq!(world.relay.accepted().len(), 0, "{what}");
    match wrong {
        Relay(_) | Agreeing(_) => world.relay.behave(),
        Password | Certificate => {
            stop(server).await;
            server = world.serve_in(right).await;
        }
    }
    // A relay that was tried for long is left in peace for up to a minute, and then tried with one mail.
    world.quiet(PATIENCE * 2).await;
    stop(server).await;
    let held = world.hold().await;
    // A go for each person, and a report.
    assert_eq!(world.relay.accepted().len(), 3, "{what}");
    let (twice, doubts, later, ended) = (
        "accepted twice",
        "attempts without a verdict",
        "to be tried later",
        "failed",
    );
    let left = [twice, doubts, later, ended].map(|name| held.get(name));
    assert_eq!(left, [0; 4], "{what}: {held}");
    held
}

/// An operator sees why: of the mail, and of the relay.
async fn is_told(world: &World, env: &[(String, String)], verb: SmtpVerb, wrong: &Wrong, what: &str) {
    let waiting = async |behind: &DatabaseConnection| {
        let mails = message::Entity::find().filter(message::Column::Status.eq("queued"));
        let mails = mails.filter(message::Column::Reason.is_not_null());
        mails.one(behind).await.unwrap()
    };
    let mail = world.until("a mail that waits", waiting).await;
    let shown = print(env, &["messages", "show", &mail.id.to_string()]).await;
    let reason = shown
        .lines()
        .find(|line| line.starts_with("reason"))
        .unwrap_or_default();
    assert!(reason.contains(&format!("{}:", verb.word())), "{what}: {shown}");
    let doctor = print(env, &["doctor"]).await;
    let relay = doctor
        .lines()
        .find(|line| line.contains("cannot be used"))
        .unwrap_or_default();
    assert!(relay.contains(&format!("at {}", verb.word())), "{what}: {doctor}");
    let advice = match wrong {
        Password => "check user and password",
        Certificate => "add its authority to the system's trusted certificates",
        Relay(_) | Agreeing(_) => "",
    };
    assert!(doctor.contains(advice), "{what}: {doctor}");
    assert!(!format!("{shown}{doctor}").contains("s3cret"), "{what}");
}

fn pem(certificate: &CertificateDer<'_>) -> NamedTempFile {
    let file = NamedTempFile::with_prefix("leernetwerk-root-").unwrap();
    let text = BASE64_STANDARD.encode(certificate);
    fs::write(
        &file,
        format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n"),
    )
    .unwrap();
    file
}
