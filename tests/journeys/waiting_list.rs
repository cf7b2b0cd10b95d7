//! Full, and then not: places that come free, offers that are taken, declined or run out.

use leernetwerk::domain::message::MessageKind::{
    ConfirmRegistration, PlaceOfferExpired, PlaceOffered, RegistrationExpired, RegistrationReceived, WaitingListJoined,
};
use serde_json::json;

use crate::harness::{
    app::{TestApp, address},
    engines::on_both,
};

on_both!(
    a_freed_place_goes_down_the_line,
    after_the_go_places_are_offered_until_the_kick_off
);

async fn a_freed_place_goes_down_the_line(app: &TestApp) {
    app.verified(0..12).await;
    app.register(12).await;
    app.verified(13..16).await;
    assert_eq!(app.kinds(13).await, [ConfirmRegistration, WaitingListJoined]);
    assert_eq!(
        app.programme(None, "placesLeft waitingCount").await,
        json!({ "placesLeft": 0, "waitingCount": 4 })
    );

    // The first in line has not verified: the second gets the offer.
    let leaving = app.first_token(0).await;
    assert_eq!(app.respond(&leaving, "withdrawRegistration").await, "WITHDRAWN");
    assert_eq!(
        (app.status(12).await.as_str(), app.status(13).await.as_str()),
        ("WAITING", "OFFERED")
    );
    assert_eq!(app.newest_mail(&address(13)).await.0, PlaceOffered);
    assert_eq!(
        app.programme(None, "placesTaken countedForMinimum").await,
        json!({ "placesTaken": 12, "countedForMinimum": 11 })
    );
    // Nobody slips in before those who wait, also not for a place that an offer will free.
    assert_eq!(app.register(20).await["place"], json!("WAITING"));

    let link = app.link_token(&address(13)).await;
    assert_eq!(app.respond(&link, "declinePlace").await, "DECLINED");
    assert_eq!(app.status(14).await, "OFFERED");
    let accept = app
        .act(Some(&link), "acceptPlace", "registration { id }", json!({}))
        .await;
    assert_eq!(
        TestApp::codes(&accept),
        ["STATE_CONFLICT"],
        "who declined cannot take it back"
    );

    // Offered on Thursday 1 May: the second working day after it is Tuesday the 6th, unless the 5th is a holiday.
    let link = app.link_token(&address(14)).await;
    let own = app
        .data(Some(&link), "{ viewer { registration { offerExpiresAt } } }", json!({}))
        .await;
    let ends_at = own["viewer"]["registration"]["offerExpiresAt"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(ends_at, "2014-05-06T22:00:00.000Z");
    app.travel("2014-05-06T23:59:59+02:00").await;
    assert_eq!(app.status(14).await, "OFFERED");
    app.travel(&ends_at).await;
    assert_eq!(app.status(14).await, "EXPIRED");
    assert_eq!(app.newest_mail(&address(14)).await.0, PlaceOfferExpired);
    let accept = app
        .act(Some(&link), "acceptPlace", "registration { id }", json!({}))
        .await;
    assert_eq!(TestApp::codes(&accept), ["OFFER_EXPIRED"]);
    assert_eq!(app.press(&link, "accept").await, 409, "the page says so too");

    assert_eq!(app.status(15).await, "OFFERED");
    let link = app.link_token(&address(15)).await;
    assert_eq!(app.press(&link, "accept").await, 303);
    assert_eq!(app.status(15).await, "REGISTERED");
    assert_eq!(
        app.respond(&link, "acceptPlace").await,
        "REGISTERED",
        "taking it twice changes nothing"
    );
    assert_eq!(
        app.kinds(15).await,
        [
            ConfirmRegistration,
            WaitingListJoined,
            PlaceOffered,
            RegistrationReceived
        ]
    );
    // Who never verified waited in vain: 72 hours.
    assert_eq!(
        (app.status(12).await, app.kinds(12).await),
        ("EXPIRED".to_owned(), vec![ConfirmRegistration, RegistrationExpired])
    );
}

async fn after_the_go_places_are_offered_until_the_kick_off(app: &TestApp) {
    app.verified(0..15).await;
    app.travel("2014-05-26T00:00:00+02:00").await;
    assert_eq!(
        app.programme(None, "status countedForMinimum waitingCount").await,
        json!({ "status": "GOING_AHEAD", "countedForMinimum": 12, "waitingCount": 3 })
    );
    let leaving = app.first_token(0).await;
    app.respond(&leaving, "withdrawRegistration").await;
    let (kind, text) = app.newest_mail(&address(12)).await;
    assert_eq!(kind, PlaceOffered);
    assert!(text.contains("Het programma gaat door."), "{text}");
    let link = app.link_token(&address(12)).await;
    assert_eq!(app.respond(&link, "acceptPlace").await, "CONFIRMED");

    // An offer on the eve of the kick-off ends with it.
    app.travel("2014-06-11T20:00:00+02:00").await;
    app.respond(&app.first_token(1).await, "withdrawRegistration").await;
    let link = app.link_token(&address(13)).await;
    let own = app
        .data(
            Some(&link),
            "{ viewer { registration { status offerExpiresAt } } }",
            json!({}),
        )
        .await;
    assert_eq!(
        own["viewer"]["registration"],
        json!({ "status": "OFFERED", "offerExpiresAt": "2014-06-12T07:30:00.000Z" })
    );
    app.travel("2014-06-12T09:30:00+02:00").await;
    assert_eq!(
        (app.status(13).await.as_str(), app.status(14).await.as_str()),
        ("EXPIRED", "EXPIRED")
    );
    assert_eq!(app.newest_mail(&address(13)).await.0, PlaceOfferExpired);
    assert_eq!(app.newest_mail(&address(14)).await.0, RegistrationExpired);
    // After the start a place that comes free is offered to nobody.
    app.respond(&app.first_token(2).await, "withdrawRegistration").await;
    assert_eq!(
        app.programme(None, "placesTaken waitingCount").await,
        json!({ "placesTaken": 10, "waitingCount": 0 })
    );
}
