use super::*;

fn problem(given: Given) -> String {
    given.parse().unwrap_err().to_string()
}

#[test]
fn defaults() {
    let settings = Given::default().parse().unwrap();
    assert_eq!(settings.database_url, "sqlite://leernetwerk.db");
    assert_eq!(settings.sqlite_file(), Some("leernetwerk.db".into()));
    assert_eq!(settings.listen.to_string(), "127.0.0.1:8000");
    assert!(settings.has_rate_limits);
    assert_eq!(settings.clock, Clock::System);
}

#[test]
fn each_wrong_value_is_named_with_the_way_out() {
    let some = |text: &str| Some(text.to_owned());
    for (given, expected) in [
        (
            Given {
                database_url: some("mysql://x"),
                ..Given::default()
            },
            "LEERNETWERK_DATABASE_URL must be sqlite://FILE",
        ),
        (
            Given {
                database_url: some("postgres://x/y"),
                ..Given::default()
            },
            "LEERNETWERK_SECRET is needed with PostgreSQL",
        ),
        (
            Given {
                listen: some("8000"),
                ..Given::default()
            },
            "LEERNETWERK_LISTEN must be an address and a port",
        ),
        (
            Given {
                mail: some("sendmail"),
                ..Given::default()
            },
            "LEERNETWERK_MAIL must be capture",
        ),
        (
            Given {
                mail: some("file:/no/such/directory"),
                ..Given::default()
            },
            "LEERNETWERK_MAIL names a directory that is not there",
        ),
        (
            Given {
                mail: some("smtp://127.0.0.1:2525"),
                ..Given::default()
            },
            "LEERNETWERK_MAIL_FROM is needed with smtp",
        ),
        (
            Given {
                clock: some("test:yesterday"),
                ..Given::default()
            },
            "LEERNETWERK_CLOCK has an instant that cannot be read",
        ),
        (
            Given {
                rate_limits: some("off"),
                listen: some("0.0.0.0:80"),
                ..Given::default()
            },
            "LEERNETWERK_RATE_LIMITS can be off only",
        ),
        (
            Given {
                secret: some("short"),
                ..Given::default()
            },
            "LEERNETWERK_SECRET must have at least 16",
        ),
        (
            Given {
                api_token: some("short"),
                ..Given::default()
            },
            "LEERNETWERK_API_TOKEN must have at least 32",
        ),
        (
            Given {
                base_url: some("leernetwerk.example"),
                ..Given::default()
            },
            "LEERNETWERK_BASE_URL must be an address",
        ),
        (
            Given {
                clock: some("test:2014-05-01T09:00:00+02:00"),
                mail: some("smtp://mail.gemeente.example"),
                mail_from: some("a@b.example"),
                ..Given::default()
            },
            "LEERNETWERK_CLOCK is a test clock and the relay is not on loopback",
        ),
    ] {
        let problem = problem(given);
        let (variable, rest) = expected.split_once(' ').unwrap();
        let flag = variable.trim_start_matches(PREFIX).to_lowercase().replace('_', "-");
        assert!(
            problem.starts_with(&format!("{variable} (--{flag}) {rest}")),
            "{problem}"
        );
    }
}

#[test]
fn unknown_variables_are_refused_and_the_known_ones_listed() {
    let error = refuse_unknown_variables(vec!["PATH".into(), "LEERNETWERK_MIAL".into()])
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("LEERNETWERK_MIAL is no setting") && error.contains("LEERNETWERK_MAIL_FROM"),
        "{error}"
    );
    assert!(refuse_unknown_variables(known_variables()).is_ok());
}

#[test]
fn unknown_keys_of_the_file_are_refused() {
    let error = toml::from_str::<Given>("mial = \"capture\"").unwrap_err().to_string();
    assert!(error.contains("mial") && error.contains("mail_from"), "{error}");
}

#[test]
fn a_base_url_of_elsewhere_means_a_proxy() {
    let reached = |listen: &str, base_url: Option<&str>| {
        let given = Given {
            listen: Some(listen.to_owned()),
            base_url: base_url.map(str::to_owned),
            ..Given::default()
        };
        given.parse().unwrap().is_reached_on_loopback_only()
    };
    assert!(reached("127.0.0.1:8000", None));
    assert!(reached("127.0.0.1:8000", Some("http://localhost:8000")));
    assert!(!reached("127.0.0.1:8000", Some("https://leernetwerk.example")));
    assert!(!reached("127.0.0.1:8000", Some("http://127.0.0.1.leernetwerk.example")));
    assert!(!reached("0.0.0.0:8000", None));
}
