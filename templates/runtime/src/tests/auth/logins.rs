//! A login is a login: what a store's entry means to a process that was given a code or a refresh token.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::support::{FnProvider, SECRET, World, builder, code, get, seconds};
use crate::runtime::auth::store::{MemoryStore, StoreLock, StoredToken, TokenStore, store_key};
use crate::runtime::auth::{AuthError, AuthErrorKind, Secret, Token, TokenSettings};
use crate::runtime::client::{Client, Credentials};
use crate::runtime::clock::{BoxFuture, Clock};
use crate::runtime::error::Error;
use crate::runtime::transport::BoxError;

fn needs_login(outcome: Result<u16, Error>) -> String {
    let error = outcome.unwrap_err();
    let cause = error.find_source::<AuthError>().unwrap();
    assert!(cause.needs_login(), "{cause}");
    error.to_string()
}

struct Shop {
    world: World,
    store: Arc<MemoryStore>,
}

impl Shop {
    fn new() -> Self {
        let world = World::new();
        world.book().rotate = true;
        world.book().lifetime = 100.0;
        Self {
            world,
            store: Arc::new(MemoryStore::new()),
        }
    }

    fn client(&self, credentials: Credentials) -> Client {
        builder(&self.world)
            .token_store(self.store.clone())
            .credentials(credentials)
            .build()
            .unwrap()
    }

    fn code(&self, name: &str) -> Client {
        self.client(code(name).store_name("person"))
    }

    fn refresh_token(&self, token: &str) -> Client {
        let secret = Some(Secret::from(SECRET));
        let credentials = Credentials::refresh_token("the-id", secret, token);
        self.client(credentials.store_name("person"))
    }

    fn stored(&self) -> Client {
        let secret = Some(Secret::from(SECRET));
        self.client(Credentials::stored("the-id", secret, "person"))
    }

    /// What the last token request sent.
    fn sent(&self) -> String {
        let book = self.world.book();
        let last = book.token_requests.last().unwrap();
        let sent = last.field("code").or(last.field("refresh_token"));
        sent.unwrap().to_owned()
    }

    async fn end_token(&self) {
        tokio::time::sleep(seconds(101.0)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn invariant_13_the_same_credential_continues_and_another_begins_anew() {
    let shop = Shop::new();
    let alice = shop.code("alice");
    assert_eq!(get(&alice).await.unwrap(), 200);
    assert_eq!(get(&shop.code("alice")).await.unwrap(), 200);
    assert_eq!(shop.world.token_requests(), 1);
    // Bob logs in under the same name.
    let bob = shop.code("bob");
    assert_eq!(get(&bob).await.unwrap(), 200);
    assert_eq!(shop.sent(), "bob");
    // Neither becomes the other, now or later.
    for _ in 0..3 {
        shop.end_token().await;
        let before = shop.world.token_requests();
        assert_eq!(get(&alice).await.unwrap(), 200);
        let alices = shop.sent();
        assert_eq!(get(&bob).await.unwrap(), 200);
        let bobs = shop.sent();
        assert_eq!(shop.world.token_requests(), before + 2);
        let used = shop.world.book().api_requests.clone();
        let [.., alice_used, bob_used] = used.as_slice() else {
            panic!("two calls");
        };
        assert_ne!(alice_used, bob_used);
        assert_ne!(alices, bobs);
    }
    // The store has Bob's.
    assert_eq!(get(&shop.stored()).await.unwrap(), 200);
    let used = shop.world.book().api_requests.clone();
    let [.., before, last] = used.as_slice() else {
        panic!("two calls");
    };
    assert_eq!(before, last);
}

/// Of the processes of the replaced session only the one that obtained its newest token can know that it is the newest.
#[tokio::test(start_paused = true)]
async fn invariant_13_a_replaced_session_spends_no_refresh_token_twice() {
    let shop = Shop::new();
    let (first, second) = (shop.code("alice"), shop.code("alice"));
    assert_eq!(get(&first).await.unwrap(), 200);
    assert_eq!(get(&second).await.unwrap(), 200);
    assert_eq!(get(&shop.code("bob")).await.unwrap(), 200);
    shop.end_token().await;
    assert_eq!(get(&first).await.unwrap(), 200);
    let text = needs_login(get(&second).await);
    assert!(text.contains("another login"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn invariant_13_logging_in_again_after_a_revocation_helps() {
    let shop = Shop::new();
    let first = shop.code("monday");
    assert_eq!(get(&first).await.unwrap(), 200);
    for valid in shop.world.book().refresh_tokens.values_mut() {
        *valid = false;
    }
    shop.world.revoke_all();
    needs_login(get(&first).await);
    assert_eq!(get(&shop.code("tuesday")).await.unwrap(), 200);
    assert_eq!(get(&shop.stored()).await.unwrap(), 200);
    // By a refresh token that was issued elsewhere, too.
    let (_, refresh_token) = shop.world.mint();
    assert_eq!(get(&shop.refresh_token(&refresh_token)).await.unwrap(), 200);
    assert_eq!(shop.sent(), refresh_token);
}

#[tokio::test(start_paused = true)]
async fn invariant_13_a_configuration_that_holds_a_spent_refresh_token_does_no_harm() {
    let shop = Shop::new();
    let (_, first) = shop.world.mint();
    assert_eq!(get(&shop.refresh_token(&first)).await.unwrap(), 200);
    let mut spent = vec![first];
    for _ in 0..5 {
        shop.end_token().await;
        // The first one, one in the middle, and the one that is stored.
        for given in &spent {
            let restarted = shop.refresh_token(given);
            assert_eq!(get(&restarted).await.unwrap(), 200);
        }
        spent.push(shop.sent());
    }
    let sent: Vec<_> = {
        let book = shop.world.book();
        let requests = book.token_requests.iter();
        requests
            .filter_map(|request| request.field("refresh_token").map(str::to_owned))
            .collect()
    };
    assert_eq!(sent.len(), 6);
    let different: std::collections::HashSet<_> = sent.iter().collect();
    assert_eq!(different.len(), sent.len(), "{sent:?}");
}

#[tokio::test(start_paused = true)]
async fn invariant_13_a_stored_session_is_opened_by_its_name_alone() {
    let shop = Shop::new();
    for _ in 0..3 {
        let text = needs_login(get(&shop.stored()).await);
        assert!(text.contains("no session"), "{text}");
    }
    assert_eq!(shop.world.token_requests(), 0);
    assert!(format!("{:?}", shop.store).contains("0 keys"), "no lock");
    assert_eq!(get(&shop.code("alice")).await.unwrap(), 200);
    let opened = shop.stored();
    for _ in 0..3 {
        assert_eq!(get(&opened).await.unwrap(), 200);
        shop.end_token().await;
    }
    // A running process stays with the session that it opened.
    assert_eq!(get(&shop.code("bob")).await.unwrap(), 200);
    let bobs = shop.world.book().api_requests.last().cloned();
    assert_eq!(get(&opened).await.unwrap(), 200);
    assert_ne!(shop.world.book().api_requests.last().cloned(), bobs);
    assert_eq!(get(&shop.stored()).await.unwrap(), 200);
    assert_eq!(shop.world.book().api_requests.last().cloned(), bobs);
}

#[tokio::test(start_paused = true)]
async fn invariant_13_logging_out_ends_the_session_everywhere() {
    let shop = Shop::new();
    let (first, second) = (shop.code("alice"), shop.code("alice"));
    assert_eq!(get(&first).await.unwrap(), 200);
    assert_eq!(get(&second).await.unwrap(), 200);
    first.log_out().await.unwrap();
    // The client that logged out needs a login at once; others use their token until it ends.
    assert!(needs_login(get(&first).await).contains("removed"));
    assert_eq!(get(&second).await.unwrap(), 200);
    shop.end_token().await;
    for ended in [&first, &second, &shop.code("alice"), &shop.stored()] {
        let text = needs_login(get(ended).await);
        assert!(text.contains("removed"), "{text}");
    }
    assert_eq!(shop.world.token_requests(), 1);
    // A new login is a new session.
    assert_eq!(get(&shop.code("alice again")).await.unwrap(), 200);
    assert_eq!(get(&shop.stored()).await.unwrap(), 200);
    assert_eq!(shop.world.token_requests(), 2);
    // Client credentials obtain another token.
    let machine = shop.client(Credentials::client_credentials("the-id", SECRET));
    assert_eq!(get(&machine).await.unwrap(), 200);
    machine.log_out().await.unwrap();
    assert_eq!(get(&machine).await.unwrap(), 200);
    assert_eq!(shop.world.token_requests(), 4);
    let without = builder(&shop.world)
        .client_credentials("the-id", SECRET)
        .build()
        .unwrap();
    assert!(without.log_out().await.unwrap_err().is_configuration());
}

/// A refresh that was under way when the session ended does not put its token in place.
#[tokio::test(start_paused = true)]
async fn a_token_that_arrives_after_the_end_of_its_session_is_not_used() {
    let world = World::new();
    let minting = world.clone();
    let slow = FnProvider(move || {
        let token = Token::new(minting.mint().0).with_lifetime(seconds(100.0));
        async move {
            tokio::time::sleep(seconds(5.0)).await;
            Ok(token)
        }
    });
    let interceptor = Arc::new(world.builder(Arc::new(slow)).build());
    let mut calls = world.herd(&interceptor, 3);
    tokio::time::sleep(seconds(1.0)).await;
    interceptor.forget();
    while let Some(outcome) = calls.join_next().await {
        assert_eq!(outcome.unwrap().unwrap(), 200);
    }
    // They waited for the token of the next refresh, and so did nobody again.
    assert_eq!(world.get(&interceptor).await.unwrap(), 200);
    let used = world.book().api_requests.clone();
    assert_eq!(used.len(), 4);
    assert!(used.iter().all(|token| *token == used[0]), "{used:?}");
    assert_eq!(world.tokens_issued(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_refresh_that_fails_after_the_end_of_its_session_does_not_delay_the_next_one() {
    let world = World::new();
    let (minting, fetches) = (world.clone(), AtomicUsize::new(0));
    let provider = FnProvider(move || {
        let is_first = fetches.fetch_add(1, Ordering::SeqCst) == 0;
        let token = Token::new(minting.mint().0).with_lifetime(seconds(100.0));
        async move {
            if is_first {
                tokio::time::sleep(seconds(5.0)).await;
                return Err(AuthError::new(AuthErrorKind::ServerError));
            }
            Ok(token)
        }
    });
    let interceptor = Arc::new(world.builder(Arc::new(provider)).build());
    let mut calls = world.herd(&interceptor, 1);
    tokio::time::sleep(seconds(1.0)).await;
    interceptor.forget();
    let ended = tokio::time::Instant::now();
    calls.join_next().await;
    // The call waited for the first refresh, and a new one asks at once.
    assert_eq!(world.get(&interceptor).await.unwrap(), 200);
    assert!(ended.elapsed() < seconds(4.5), "{:?}", ended.elapsed());
}

/// What the version before wrote: no origin, no list of spent tokens.
#[tokio::test(start_paused = true)]
async fn invariant_13_entries_of_earlier_versions_open() {
    let url = "https://login.mypurecloud.com/oauth/token";
    let key = store_key(&["session", url, "the-id", "person", ""]) + "-0";
    for opens in [true, false] {
        let shop = Shop::new();
        let (access_token, refresh_token) = shop.world.mint();
        let text = format!(
            r#"{{"access_token":"{access_token}","refresh_token":"{refresh_token}","issued_at":1800000000000,"lifetime":100000,"sequence":1800000000000}}"#
        );
        let old = StoredToken::from_json(text.as_bytes()).unwrap();
        let lock = shop.store.try_lock(&key).await.unwrap().unwrap();
        shop.store.save(&key, &old, &lock).await.unwrap();
        drop(lock);
        if opens {
            assert_eq!(get(&shop.stored()).await.unwrap(), 200);
            assert_eq!(
                get(&shop.refresh_token("the first one")).await.unwrap(),
                200
            );
            assert_eq!(shop.world.token_requests(), 0);
            shop.end_token().await;
            assert_eq!(get(&shop.stored()).await.unwrap(), 200);
            assert_eq!(shop.sent(), refresh_token);
        } else {
            assert_eq!(get(&shop.code("a new login")).await.unwrap(), 200);
            assert_eq!(shop.sent(), "a new login");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn sessions_take_over_store_hooks_and_settings_of_the_client() {
    use std::sync::atomic::{AtomicUsize, Ordering};
    let world = World::new();
    world.book().lifetime = 100.0;
    let store = Arc::new(MemoryStore::new());
    let (calls, own) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let count = |counter: &Arc<AtomicUsize>| {
        let counter = Arc::clone(counter);
        move |_: &crate::runtime::auth::RefreshEvent| {
            counter.fetch_add(1, Ordering::SeqCst);
        }
    };
    let settings = TokenSettings {
        mandatory_fraction: 1.0,
        mandatory_window: seconds(1000.0),
        ..TokenSettings::default()
    };
    let client = builder(&world)
        .token_store(store.clone())
        .on_refresh(count(&calls))
        .token_settings(settings)
        .build()
        .unwrap();
    let session = client.with_credentials(code("one")).unwrap();
    assert_eq!(get(&session).await.unwrap(), 200);
    assert_eq!(get(&session).await.unwrap(), 200);
    assert_eq!(
        calls.load(Ordering::SeqCst),
        2,
        "the settings let no token age"
    );
    assert!(format!("{store:?}").contains("1 keys"));
    let session = client
        .with_credentials(code("two").on_refresh(count(&own)).without_store())
        .unwrap();
    assert_eq!(get(&session).await.unwrap(), 200);
    assert_eq!(own.load(Ordering::SeqCst), 1);
    assert_eq!(calls.load(Ordering::SeqCst), 2);
    assert!(format!("{store:?}").contains("1 keys"));
}

type Session = fn(&World) -> Credentials;

/// Credentials that do not say whose tokens they bring.
const UNNAMED: [Session; 2] = [
    |_| {
        Credentials::saml2_bearer("the-id", SECRET, "the-org", || async {
            Ok::<_, AuthError>(Secret::from("an-assertion"))
        })
    },
    |world| {
        let world = world.clone();
        Credentials::provider(FnProvider(move || {
            let token = Token::new(world.mint().0).with_lifetime(seconds(100.0));
            std::future::ready(Ok(token))
        }))
    },
];

#[tokio::test(start_paused = true)]
async fn invariant_13_of_two_unnamed_identities_neither_becomes_the_other() {
    for credentials in UNNAMED {
        let shop = Shop::new();
        // The client has credentials of the same kind, and they have no name either.
        let client = shop.client(credentials(&shop.world));
        let alice = client.with_credentials(credentials(&shop.world)).unwrap();
        let bob = client.with_credentials(credentials(&shop.world)).unwrap();
        for _ in 0..3 {
            for session in [&client, &alice, &bob, &alice] {
                assert_eq!(get(session).await.unwrap(), 200);
            }
            let used = shop.world.book().api_requests.clone();
            let [.., clients, alices, bobs, again] = used.as_slice() else {
                panic!("four calls");
            };
            assert_eq!(alices, again);
            assert!(clients != alices && alices != bobs && clients != bobs);
            shop.end_token().await;
        }
        assert!(format!("{:?}", shop.store).contains("0 keys"));
        let error = alice.log_out().await.unwrap_err();
        assert!(error.is_configuration(), "{error}");
        // A store that was meant for them is not left out in silence.
        let own = credentials(&shop.world).store(shop.store.clone());
        let error = client.with_credentials(own).unwrap_err();
        assert!(error.is_configuration(), "{error}");
        assert!(error.to_string().contains("store_name"), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn invariant_13_a_name_tells_identities_apart() {
    for credentials in UNNAMED {
        let shop = Shop::new();
        let session = |name: &str| shop.client(credentials(&shop.world).store_name(name));
        for name in ["alice", "bob", "alice", "bob"] {
            assert_eq!(get(&session(name)).await.unwrap(), 200);
        }
        let used = shop.world.book().api_requests.clone();
        assert_eq!(used[..2], used[2..]);
        assert_ne!(used[0], used[1]);
    }
}

/// A given token is the caller's: it has no entry, and logging out with it ends nobody's session.
#[tokio::test(start_paused = true)]
async fn invariant_13_logging_out_of_a_given_token_ends_no_session() {
    let shop = Shop::new();
    let session = shop.client(UNNAMED[1](&shop.world).store_name("person"));
    assert_eq!(get(&session).await.unwrap(), 200);
    let given = shop.world.mint().0;
    for credentials in [
        Credentials::access_token(given.clone()),
        Credentials::provider(crate::runtime::auth::GivenToken::new(given.as_str())),
    ] {
        let client = shop.client(credentials.store_name("person"));
        assert_eq!(get(&client).await.unwrap(), 200);
        assert_eq!(shop.world.book().api_requests.last(), Some(&given));
        let error = client.log_out().await.unwrap_err();
        assert!(error.is_configuration(), "{error}");
    }
    let again = shop.client(UNNAMED[1](&shop.world).store_name("person"));
    assert_eq!(get(&again).await.unwrap(), 200);
    let used = shop.world.book().api_requests.clone();
    assert_eq!(used.first(), used.last());
}

/// A store whose own way to remove fails.
struct Irremovable(MemoryStore, Fault);

type Fault = fn() -> BoxFuture<'static, Result<(), BoxError>>;

impl TokenStore for Irremovable {
    fn try_lock<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<StoreLock>, BoxError>> {
        self.0.try_lock(key)
    }

    fn load<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<StoredToken>, BoxError>> {
        self.0.load(key)
    }

    fn save<'a>(
        &'a self,
        key: &'a str,
        token: &'a StoredToken,
        lock: &'a StoreLock,
    ) -> BoxFuture<'a, Result<(), BoxError>> {
        self.0.save(key, token, lock)
    }

    fn remove<'a>(&'a self, _: &'a str, _: &'a dyn Clock) -> BoxFuture<'a, Result<(), BoxError>> {
        (self.1)()
    }
}

#[tokio::test(start_paused = true)]
async fn logging_out_of_a_store_that_fails_ends_in_an_error() {
    let faults: [Fault; 4] = [
        || Box::pin(async { Err("down".into()) }),
        || Box::pin(std::future::pending()),
        || Box::pin(async { panic!("a planted panic") }),
        || panic!("a planted panic"),
    ];
    for fault in faults {
        let world = World::new();
        let client = builder(&world)
            .token_store(Arc::new(Irremovable(MemoryStore::new(), fault)))
            .client_credentials("the-id", SECRET)
            .build()
            .unwrap();
        let began = world.now();
        let error = client.log_out().await.unwrap_err();
        assert!(error.to_string().contains("token store"), "{error}");
        assert!(world.now() - began < seconds(150.0));
    }
}
