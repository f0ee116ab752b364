//! Calls without `async`: they run on a thread of their own, whose spans and errors are searched like all others.

use std::io::Read as _;
use std::time::Duration;

use genesys_cloud::Error;
use genesys_cloud::runtime::clock::BoxFuture;
use genesys_cloud::runtime::transport::{HttpRequest, HttpResponse};
use genesys_cloud::runtime::{Middleware, Next, RetryPolicy, blocking};
use genesys_cloud_leak_watch::{find, hide, inspect_debug, inspect_error};
use genesys_cloud_mock::{End, Fault, MockGenesys, Reply};
use http::Method;

use super::{client, failed, machine, mock, watched};

/// Fails with what it was sent.
struct Repeating;

impl Middleware for Repeating {
    fn handle<'a>(
        &'a self,
        request: HttpRequest,
        _: Next<'a>,
    ) -> BoxFuture<'a, Result<HttpResponse, Error>> {
        Box::pin(async move { Err(Error::other(format!("{request:?}"))) })
    }
}

/// The mock, whose own runtime goes on while this thread waits for a call.
async fn beside<T: Send + 'static>(work: impl FnOnce(MockGenesys) -> T + Send + 'static) -> T {
    let mock = mock().await;
    tokio::task::spawn_blocking(|| work(mock)).await.unwrap()
}

#[tokio::test]
async fn v20_blocking_calls_and_their_errors() {
    beside(|mock| {
        let retry = RetryPolicy::standard().with_max_delay(Duration::from_millis(1));
        let client = watched(&mock, machine()).retry(retry).build().unwrap();
        inspect_debug(&client.users().get_user("ada@example.com").send());
        let user = client.users().get_user("ada@example.com").send().wait();
        inspect_debug(&user.unwrap().map(drop));
        mock.revoke_all();
        client.users().get_user("u1").send().wait().unwrap();
        for fault in [
            Fault::api().respond(Reply::status(429).retry_after(86_400)),
            Fault::api().always().respond(Reply::status(503)),
            Fault::api().always().break_before_execution(End::Reset),
            Fault::api().always().cut_body(40, End::Close),
        ] {
            mock.fault(fault);
            failed(client.users().get_user("u1").send().wait());
            mock.clear_faults();
        }
        mock.route("GET", "/api/v2/users/{userId}", |call| {
            let sent = call.header("authorization").unwrap_or_default();
            Reply::error(401, sent, &format!("refused: {sent}"))
        });
        let error = failed(client.users().get_user("u1").send().wait());
        assert!(error.is_unauthorized());
        assert_eq!(find(&String::from_utf8_lossy(error.body().unwrap())), None);
        let repeating = watched(&mock, machine())
            .attempt_middleware(Repeating)
            .build()
            .unwrap();
        hide("planted-in-a-blocking-call");
        let own = repeating
            .request(Method::GET, "/api/v2/users/me?q=ada@example.com")
            .header("X-Api-Key", "planted-in-a-blocking-call");
        inspect_debug(&own);
        failed(own.send().wait());
    })
    .await;
}

#[tokio::test]
async fn v20_blocking_tokens() {
    beside(|mock| {
        let client = client(&mock, machine());
        let session = client.clone();
        blocking::run(async move { session.authenticate().await })
            .unwrap()
            .unwrap();
        mock.revoke_all();
        for secret in [super::CLIENT_SECRET, "no secret at all"] {
            mock.fault(Fault::token().respond(Reply::oauth_error(401, "invalid_client", secret)));
            failed(client.users().get_user("u1").send().wait());
        }
    })
    .await;
}

#[tokio::test]
async fn v20_blocking_listings_and_downloads() {
    beside(|mock| {
        let client = client(&mock, machine());
        let mut teams = blocking::iterate(client.teams().get_teams().page_size(10).items());
        inspect_debug(&teams);
        for _ in 0..15 {
            teams.next().unwrap().unwrap();
        }
        mock.revoke_all();
        assert_eq!(teams.map(Result::unwrap).count(), 235);
        let link = "https://elsewhere.example/api/v2/teams?X-Signature=mock-signature";
        mock.route("GET", "/api/v2/teams", move |_| {
            Reply::json(&serde_json::json!({ "entities": [], "nextUri": link }))
        });
        let mut elsewhere = blocking::iterate(client.teams().get_teams().items());
        failed(elsewhere.next().unwrap());
        // A file that ends too soon: the reader's error has the SDK's within.
        mock.fault(Fault::api().cut_body(5, End::Close));
        let body = client
            .request(Method::GET, "/api/v2/mock/bytes")
            .query("size", 5000_i64)
            .send_stream()
            .wait()
            .unwrap()
            .into_body();
        let mut reader = blocking::Reader::new(body);
        inspect_debug(&reader);
        let error = reader.read_to_end(&mut Vec::new()).unwrap_err();
        inspect_error(&error);
    })
    .await;
}
