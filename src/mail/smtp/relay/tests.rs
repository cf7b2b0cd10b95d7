//! Addresses of relays, right and wrong.

use super::*;
use proptest::prelude::*;
use secrecy::ExposeSecret;

fn relay(address: &str) -> Result<Relay, RelayError> {
    address.parse()
}

#[test]
fn addresses_and_their_defaults() {
    let table = [
        (
            "smtp://mail.example.org",
            "smtp://mail.example.org:587?tls=starttls",
            false,
        ),
        (
            "smtp://mail.example.org:25",
            "smtp://mail.example.org:25?tls=starttls",
            false,
        ),
        (
            "smtp://mail.example.org:465",
            "smtp://mail.example.org:465?tls=implicit",
            false,
        ),
        (
            "smtp://mail.example.org?tls=none",
            "smtp://mail.example.org:25?tls=none",
            false,
        ),
        (
            "smtp://mail.example.org/?tls=implicit",
            "smtp://mail.example.org:465?tls=implicit",
            false,
        ),
        (
            "SMTP://Mail.Example.org",
            "smtp://mail.example.org:587?tls=starttls",
            false,
        ),
        ("smtp://localhost", "smtp://localhost:25?tls=none", true),
        ("smtp://127.0.0.1:2525", "smtp://127.0.0.1:2525?tls=none", true),
        ("smtp://127.9.9.9", "smtp://127.9.9.9:25?tls=none", true),
        ("smtp://[::1]:2525", "smtp://[::1]:2525?tls=none", true),
        ("smtp://[::ffff:127.0.0.1]", "smtp://[::ffff:7f00:1]:25?tls=none", true),
        (
            "smtp://127.0.0.1?tls=starttls",
            "smtp://127.0.0.1:587?tls=starttls",
            true,
        ),
        ("smtp://10.0.0.1", "smtp://10.0.0.1:587?tls=starttls", false),
        (
            "smtp://localhost.example.org",
            "smtp://localhost.example.org:587?tls=starttls",
            false,
        ),
        (
            "smtp://127.0.0.1?connections=4&rate=2.50",
            "smtp://127.0.0.1:25?tls=none&rate=2.5&connections=4",
            true,
        ),
        (
            "smtp://u:p@10.0.0.1:26?tls=none",
            "smtp://u:***@10.0.0.1:26?tls=none",
            false,
        ),
    ];
    for (written, shown, loopback) in table {
        let relay = relay(written).unwrap();
        assert_eq!(relay.to_string(), shown, "{written}");
        assert_eq!(relay.is_loopback(), loopback, "{written}");
    }
}

#[test]
fn each_mistake_is_named() {
    use url::ParseError;
    let table = [
        ("", RelayError::Syntax(ParseError::RelativeUrlWithoutBase)),
        (
            "mail.example.org",
            RelayError::Syntax(ParseError::RelativeUrlWithoutBase),
        ),
        ("mail.example.org:25", RelayError::Scheme("mail.example.org".into())),
        ("smtps://mail.example.org", RelayError::Scheme("smtps".into())),
        (
            "smtp://mail.example.org:99999",
            RelayError::Syntax(ParseError::InvalidPort),
        ),
        (
            "smtp://u:pa/ss@mail.example.org",
            RelayError::Syntax(ParseError::InvalidPort),
        ),
        ("smtp:mail.example.org", RelayError::Path),
        ("smtp://", RelayError::NoHost),
        ("smtp:///x", RelayError::Path),
        ("smtp://mail.example.org:0", RelayError::Port),
        ("smtp://mail.example.org/box", RelayError::Path),
        ("smtp://mail.example.org#x", RelayError::Fragment),
        ("smtp://mail.example.org?ssl=1", RelayError::Setting("ssl".into())),
        ("smtp://mail.example.org?tls=none&tls=none", RelayError::Twice("tls")),
        ("smtp://mail.example.org?rate=1&rate=2", RelayError::Twice("rate")),
        ("smtp://mail.example.org?rate=0", RelayError::Rate("0".into())),
        ("smtp://mail.example.org?rate=10/s", RelayError::Rate("10/s".into())),
        ("smtp://mail.example.org?rate=", RelayError::Rate(String::new())),
        (
            "smtp://mail.example.org?connections=0",
            RelayError::Connections("0".into()),
        ),
        (
            "smtp://mail.example.org?connections=65",
            RelayError::Connections("65".into()),
        ),
        (
            "smtp://mail.example.org?connections=+4",
            RelayError::Connections(" 4".into()),
        ),
        ("smtp://mail.example.org?tls=yes", RelayError::Tls("yes".into())),
        ("smtp://user@mail.example.org", RelayError::HalfCredentials),
        ("smtp://:pass@mail.example.org", RelayError::HalfCredentials),
        ("smtp://u:p%0d%0a@mail.example.org", RelayError::Credentials),
        ("smtp://u:p%ff@mail.example.org", RelayError::Credentials),
    ];
    for (written, error) in table {
        assert_eq!(relay(written).err(), Some(error), "{written}");
    }
    assert!(matches!(
        relay("smtp://a%20b"),
        Err(RelayError::Host(_) | RelayError::Syntax(_))
    ));
}

#[test]
fn each_wrong_parameter_is_named_with_the_way_out() {
    for (address, said) in [
        (
            "smtp://h?rate=x",
            "sets rate to \"x\"; it must be a number of mails a second from 0.01 to 1000",
        ),
        (
            "smtp://h?connections=x",
            "sets connections to \"x\"; it must be a number from 1 to 64",
        ),
        ("smtp://h?speed=x", "the settings are tls, rate and connections"),
    ] {
        let error = relay(address).unwrap_err().to_string();
        assert!(error.contains(said), "{error}");
    }
}

#[test]
fn the_password_is_decoded_and_never_shown() {
    let relay = relay("smtp://jan%40example.org:s%3Acr%2Ft%40%25@mail.example.org").unwrap();
    let credentials = relay.credentials().unwrap();
    assert_eq!(credentials.user, "jan@example.org");
    assert_eq!(credentials.password.expose_secret(), "s:cr/t@%");
    for shown in [
        format!("{relay}"),
        format!("{relay:?}"),
        format!("{relay:#?}"),
        format!("{credentials:?}"),
    ] {
        assert!(!shown.contains("cr/t") && !shown.contains("cr%2F"), "{shown}");
    }
}

#[test]
fn errors_do_not_repeat_the_password() {
    for address in [
        "smtps://u:geheim@h",
        "smtp://u:geheim@h:x",
        "smtp://u:geheim/@h",
        "smtp://u:geheim#@h",
        "smtp://u:geheim@h/p",
        "smtp://u:geheim@h#f",
        "smtp://u:geheim%00@h",
        "smtp://:geheim@h",
        "smtp://u:geheim@",
        "smtp://u:geheim@h?tls=x",
    ] {
        let error = relay(address).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("geheim"), "{address}: {error}");
    }
}

proptest! {
    #[test]
    fn any_text_is_an_address_or_an_error(text: String) {
        let _ = relay(&text);
        let _ = relay(&format!("smtp://{text}"));
    }
}
