//! Where mail goes, whether the relay takes it, and what to publish in the DNS.

use std::{path::Path, time::Duration};

use chrono::TimeDelta;

use super::{report::Report, sends_to_people};
use crate::{
    clock::system_now,
    config::{MailRoute, Settings},
    domain::delivery::{SmtpVerb, Verdict},
    domain::{formats, message::Locale},
    mail::{
        compose::{Composer, Sender},
        smtp::{Deadlines, Probed, Relay, SmtpSender, TlsMode},
    },
};

/// A certificate that ends sooner needs somebody's attention.
const CERTIFICATE_DAYS_LEFT: TimeDelta = TimeDelta::days(14);

/// Somebody waits for the answer.
const IMPATIENT: Deadlines = Deadlines {
    connect: Duration::from_secs(5),
    greeting: Duration::from_secs(10),
    command: Duration::from_secs(10),
    data_block: Duration::from_secs(10),
    final_dot: Duration::from_secs(10),
    idle: Duration::from_secs(10),
    lifetime: Duration::from_secs(60),
};

/// The templates, as `templates check` checks them.
pub(super) fn templates(settings: &Settings, report: &mut Report) {
    let area = "templates";
    let sender = Sender {
        from: settings.mail_from.clone(),
    };
    let composer = match Composer::new(&sender, settings.templates.as_deref()) {
        Ok(composer) => composer,
        Err(error) => {
            let advice =
                "mend the files in the directory of LEERNETWERK_TEMPLATES; `leernetwerk templates check` tells all";
            return report.problem(area, error.to_string(), advice);
        }
    };
    match composer.check().as_slice() {
        [] => report.well(
            area,
            format!("all {} sample mails are well", composer.previews().count()),
        ),
        [first, ..] => report.problem(area, first.to_string(), "`leernetwerk templates check` tells all"),
    }
}

/// Where mail goes.
pub(super) async fn route(settings: &Settings, report: &mut Report) {
    match &settings.mail {
        MailRoute::Capture if settings.clock.is_test() => {
            report.well("mail", "captured: it is shown at /mailbox and reaches nobody");
        }
        MailRoute::Capture => report.warning(
            "mail",
            "captured: it is shown at /mailbox and reaches nobody",
            "set LEERNETWERK_MAIL=smtp://… where people are to get it",
        ),
        MailRoute::File(directory) => file(directory, report),
        MailRoute::Smtp(relay) => {
            probe(settings, relay, report).await;
            if sends_to_people(settings) {
                dns(settings, relay, report);
            }
        }
    }
}

fn file(directory: &Path, report: &mut Report) {
    // An unnamed file that is gone when it is closed: the one way to know.
    match tempfile::tempfile_in(directory) {
        Ok(_) => report.well("mail", format!("written to {}; it reaches nobody", directory.display())),
        Err(error) => report.problem(
            "mail",
            format!("{} cannot be written to: {error}", directory.display()),
            "let the user that runs the server write there",
        ),
    }
}

async fn probe(settings: &Settings, relay: &Relay, report: &mut Report) {
    let addresses = tokio::time::timeout(IMPATIENT.connect, tokio::net::lookup_host((relay.host(), relay.port())));
    let addresses: Vec<String> = match addresses.await {
        Ok(Ok(found)) => found.map(|address| address.ip().to_string()).collect(),
        Ok(Err(error)) => {
            let advice = "check the host in LEERNETWERK_MAIL, and this machine's DNS";
            return report.problem("relay", format!("{} has no address: {error}", relay.host()), advice);
        }
        Err(_) => {
            let what = format!("the address of {} was not found in time", relay.host());
            return report.problem("relay", what, "check this machine's DNS");
        }
    };
    let hello_name = settings
        .mail_from
        .split_once('@')
        .map_or("localhost", |(_, domain)| domain);
    let probed = SmtpSender::new(relay.clone(), hello_name, IMPATIENT).probe().await;
    if let Some(failure) = &probed.failure {
        return report.problem("relay", failure_words(relay, failure), advice(failure));
    }
    let login = if probed.has_credentials {
        "; user and password are taken"
    } else {
        "; no user is set"
    };
    let found = format!(
        "{relay} ({}) greets and takes EHLO{}{login}; no mail was sent",
        addresses.join(", "),
        tls_words(&probed)
    );
    if relay.tls() == TlsMode::None && !relay.is_loopback() {
        let advice = "write ?tls=starttls or ?tls=implicit in LEERNETWERK_MAIL";
        return report.warning("relay", format!("{found}, all of it in clear"), advice);
    }
    report.well("relay", found);
    if let Some(certificate) = &probed.certificate {
        let names = certificate.names.join(", ");
        let until = formats::day(certificate.valid_until.date_naive(), Locale::En);
        let what = format!("for {names}, by {}, until {until}", certificate.issuer);
        if certificate.valid_until - system_now() < CERTIFICATE_DAYS_LEFT {
            report.warning(
                "certificate",
                what,
                "whoever runs the relay has to renew it before that",
            );
        } else {
            report.well("certificate", what);
        }
    }
}

fn tls_words(probed: &Probed) -> String {
    probed
        .tls
        .as_ref()
        .map(|version| format!(", {version}"))
        .unwrap_or_default()
}

fn failure_words(relay: &Relay, failure: &Verdict) -> String {
    let at = failure
        .verb
        .map(|verb| format!(" at {}", verb.word()))
        .unwrap_or_default();
    let code = failure.code.map(|code| format!(" {code}")).unwrap_or_default();
    let text = failure.text.as_deref().unwrap_or("no reason is given");
    format!("{relay} cannot be used:{at}{code} {text}")
}

fn advice(failure: &Verdict) -> &'static str {
    let is_about_certificate = failure.text.as_ref().is_some_and(|text| text.contains("certificate"));
    match failure.verb {
        _ if is_about_certificate => {
            "use the name that stands in the relay's certificate, or add its authority to the system's trusted certificates"
        }
        Some(SmtpVerb::Connect) => "check host, port and tls= in LEERNETWERK_MAIL, and the firewall",
        Some(SmtpVerb::StartTls) => {
            "the relay offers no STARTTLS there: try tls=implicit with port 465, or ask who runs it"
        }
        Some(SmtpVerb::Auth) => "check user and password in LEERNETWERK_MAIL (@ is written %40)",
        _ => "ask whoever runs the relay, with what it said",
    }
}

/// What receivers look for. Nothing is looked up: the records are the relay's and the domain's owners' matter.
fn dns(settings: &Settings, relay: &Relay, report: &mut Report) {
    let domain = settings.mail_from.split_once('@').map_or("", |(_, domain)| domain);
    report.advice(
        "dns: spf",
        format!(
            "{domain} TXT \"v=spf1 include:… -all\": name there the hosts that {} sends from, as its provider says",
            relay.host()
        ),
    );
    report.advice(
        "dns: dkim",
        format!("let the relay sign with d={domain}, and publish its key at SELECTOR._domainkey.{domain}"),
    );
    report.advice(
        "dns: dmarc",
        format!(
            "_dmarc.{domain} TXT \"v=DMARC1; p=none; rua=mailto:postmaster@{domain}\"; once the reports are clean, p=quarantine or p=reject"
        ),
    );
}
