//! Whole clients: credentials, sessions, and what they find in a store.

use std::sync::Arc;

use super::support::{REDIRECT, SECRET, TokenAnswer, World, builder, code, get};
use crate::runtime::auth::store::MemoryStore;
use crate::runtime::auth::{AuthError, AuthErrorKind, PkceVerifier, Secret};
use crate::runtime::client::{Client, Credentials};
use crate::runtime::error::ErrorKind;

#[tokio::test(start_paused = true)]
async fn every_kind_of_credentials_makes_calls() {
    let world = World::new();
    let given = world.mint();
    for credentials in [
        Credentials::client_credentials("the-id", SECRET),
        code("the-code"),
        Credentials::pkce(
            "the-id",
            "the-code",
            PkceVerifier::generate().unwrap(),
            REDIRECT,
        ),
        Credentials::refresh_token("the-id", None, given.1),
        Credentials::saml2_bearer("the-id", SECRET, "the-org", || async {
            Ok::<_, AuthError>(Secret::from("an-assertion"))
        }),
        Credentials::access_token(given.0),
    ] {
        let shown = format!("{credentials:?}");
        let client = builder(&world).credentials(credentials).build().unwrap();
        assert_eq!(get(&client).await.unwrap(), 200, "{shown}");
        assert!(
            !shown.contains(SECRET) && !shown.contains("token-0"),
            "{shown}"
        );
    }
}

/// V19: two identities in one process have nothing to do with each other.
#[tokio::test(start_paused = true)]
async fn sessions_share_connections_and_nothing_else() {
    let world = World::new();
    let store = Arc::new(MemoryStore::new());
    let client = builder(&world)
        .token_store(store.clone())
        .credentials(Credentials::client_credentials("the-id", SECRET))
        .build()
        .unwrap();
    let sessions: Vec<_> = ["ann", "bob"]
        .map(|name| {
            let credentials = code(name).store(store.clone()).store_name(name);
            client.with_credentials(credentials).unwrap()
        })
        .into();
    for client in [&client, &sessions[0], &sessions[1], &client, &sessions[0]] {
        assert_eq!(get(client).await.unwrap(), 200);
    }
    let used = world.book().api_requests.clone();
    assert_eq!(used[0], used[3]);
    assert_eq!(used[1], used[4]);
    assert!(used[0] != used[1] && used[1] != used[2] && used[0] != used[2]);
    // A process that starts again with the code that began the session continues it.
    let again = builder(&world)
        .credentials(code("ann").store(store.clone()).store_name("ann"))
        .build()
        .unwrap();
    assert_eq!(get(&again).await.unwrap(), 200);
    assert_eq!(world.book().api_requests.last(), Some(&used[1]));
    assert_eq!(world.token_requests(), 3);
    // Even when its token has ended, for the refresh token is there too.
    tokio::time::sleep(std::time::Duration::from_secs(4000)).await;
    let later = builder(&world)
        .credentials(code("ann").store(store).store_name("ann"))
        .build()
        .unwrap();
    assert_eq!(get(&later).await.unwrap(), 200);
    let last = world.book().token_requests.last().unwrap().clone();
    assert_eq!(last.field("grant_type"), Some("refresh_token"));
}

#[tokio::test(start_paused = true)]
async fn a_wrong_secret_shows_at_start_up() {
    let world = World::new();
    world.script([TokenAnswer::error(401, "invalid_client", "no such client")]);
    let client = builder(&world)
        .client_credentials("the-id", SECRET)
        .build()
        .unwrap();
    let error = client.authenticate().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Authentication);
    let text = error.to_string();
    assert!(
        text.contains("invalid_client") && text.contains("region"),
        "{text}"
    );
    assert!(!format!("{error:?} {text}").contains(SECRET));
    let cause = error.find_source::<AuthError>().unwrap();
    assert_eq!(cause.kind(), AuthErrorKind::WrongSecret);
}

#[test]
fn what_cannot_work_is_refused_before_anything_is_sent() {
    for credentials in [
        Credentials::client_credentials("", SECRET),
        Credentials::client_credentials("the-id", ""),
        Credentials::client_credentials("the:id", SECRET),
        Credentials::client_credentials("the-id", "secret\n"),
        Credentials::access_token("two words\n"),
        Credentials::access_token("two words"),
        Credentials::access_token("tökén"),
        Credentials::stored("the-id", None, "ann"),
        code(""),
        Credentials::refresh_token("the-id", None, ""),
        Credentials::client_credentials("the-id", SECRET).pool(0),
        Credentials::client_credentials("the-id", SECRET).pool(51),
    ] {
        let shown = format!("{credentials:?}");
        let error = Client::builder()
            .credentials(credentials)
            .build()
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration, "{shown}");
    }
}
