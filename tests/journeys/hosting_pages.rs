//! Hosting on the pages: a host and an organiser do it all there.

use super::hosting::{gone_ahead, token};
use crate::harness::{app::TestApp, engines::on_both};

on_both!(a_host_and_an_organiser_do_it_all_on_their_pages);

async fn a_host_and_an_organiser_do_it_all_on_their_pages(app: &TestApp) {
    gone_ahead(app).await;
    let host = format!("{}/p/{}", app.base_url().await, token(app, 1).await);
    let get = async |address: String| app.client().get(address).send().await.unwrap().text().await.unwrap();
    let post = async |address: String, form: &[(&str, &str)]| {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .finish();
        let request = app
            .client()
            .post(address)
            .header("content-type", "application/x-www-form-urlencoded");
        let answer = request.body(body).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    let hosting = || format!("{host}?page=hosting");
    assert!(get(hosting()).await.contains("Bied een plek aan"));
    let (status, page) = post(
        hosting(),
        &[("act", "offer"), ("venue.municipality", ""), ("rooms", "Raadzaal <b>")],
    )
    .await;
    assert_eq!(status, 422);
    assert!(
        page.contains("Raadzaal &lt;b&gt;") && page.contains("aria-invalid=\"true\""),
        "{page}"
    );
    post(
        hosting(),
        &[
            ("act", "offer"),
            ("venue.municipality", "Veere"),
            ("venue.isStepFree", "yes"),
        ],
    )
    .await;
    let page = get(hosting()).await;
    assert!(
        page.contains("U ontvangt") && page.contains("Vul de naam en het adres in"),
        "{page}"
    );
    let id = page
        .split("name=\"offer\" value=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .to_owned();
    let more = [
        ("act", "update"),
        ("offer", id.as_str()),
        ("venue.municipality", "Veere"),
        ("venue.name", "Stadhuis"),
        ("venue.address", "Markt 5"),
    ];
    post(hosting(), &more).await;
    let kick_off = page
        .split("name=\"meeting\" value=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .to_owned();
    post(
        hosting(),
        &[
            ("act", "tick"),
            ("meeting", &kick_off),
            ("key", "room"),
            ("is_done", "yes"),
        ],
    )
    .await;
    assert!(
        get(hosting())
            .await
            .contains("Toch niet geregeld: Een ruimte waar iedereen in past")
    );
    let page = get(format!("{host}?page=meetings&lang=en")).await;
    assert!(
        page.contains("Stadhuis") && page.contains("You are the host."),
        "{page}"
    );
    assert!(!page.contains("Who offers a place"), "only organisers");
    let (status, _) = post(
        format!("{host}?page=meetings"),
        &[("act", "assign"), ("meeting", &kick_off)],
    )
    .await;
    assert_ne!(status, 303);

    let marc = format!(
        "{}/p/{}?page=meetings",
        app.base_url().await,
        app.link_token("marc@leernetwerk.example").await
    );
    let page = get(marc.clone()).await;
    assert!(
        page.contains("Wie een plek aanbiedt") && page.contains("Stadhuis"),
        "{page}"
    );
    let day = [
        ("meeting", kick_off.as_str()),
        ("on-0", "2014-06-13"),
        ("starts-0", "10:00"),
        ("ends-0", "16:00"),
        ("reason", "Zaal bezet"),
    ];
    let look: Vec<_> = day.iter().copied().chain([("act", "look")]).collect();
    let (status, page) = post(marc.clone(), &look).await;
    assert_eq!(status, 200);
    assert!(
        page.contains("Er is nog niets veranderd") && page.contains("Zaal bezet"),
        "{page}"
    );
    let make: Vec<_> = day.iter().copied().chain([("act", "move")]).collect();
    post(marc.clone(), &make).await;
    assert!(get(marc).await.contains("13 juni 2014"));
    post(hosting(), &[("act", "withdraw"), ("offer", &id)]).await;
    assert!(!get(hosting()).await.contains("Stadhuis"));
}
