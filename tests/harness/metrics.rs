//! What `/metrics` says, read as Prometheus does.

use super::app::TestApp;

/// The text of `/metrics` of the instance that is spoken to.
pub async fn metrics(app: &TestApp) -> String {
    metrics_of(app, &app.base_url().await).await
}

/// The same of an instance that listens elsewhere.
pub async fn metrics_of(app: &TestApp, base_url: &str) -> String {
    let answer = app.client().get(format!("{base_url}/metrics")).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(
        answer.headers()["content-type"],
        "application/openmetrics-text; version=1.0.0; charset=utf-8"
    );
    answer.text().await.unwrap()
}

/// The value of a series.
pub fn value(text: &str, series: &str) -> f64 {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("no {series} in {text}")).parse().unwrap()
}
