//! Arbitrary text as arguments, over real HTTP: what the server decodes is what was passed, and no argument reaches beyond its place.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;
use std::time::Duration;

use genesys_cloud::Client;
use genesys_cloud::models::GetUserIntegrationPresenceSource;
use genesys_cloud::runtime::ErrorKind;
use genesys_cloud_mock::{Call, MockConfig, MockGenesys, Recorded, Reply};
use percent_encoding::percent_decode_str;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::json;
use tokio::runtime::Runtime;

/// A server, a client of it, and what runs them.
struct Stage {
    runtime: Runtime,
    mock: MockGenesys,
    client: Client,
}

impl Stage {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let mock = runtime
            .block_on(MockGenesys::start(MockConfig::default()))
            .unwrap();
        let empty = |_: &Call| Reply::json(&json!({}));
        mock.route("GET", "/api/v2/users/{userId}", |call| {
            Reply::json(&json!({"id": call.param("userId")}))
        });
        mock.route("GET", "/api/v2/users", empty);
        mock.route("GET", "/api/v2/routing/queues/{queueId}/members", empty);
        mock.route(
            "DELETE",
            "/api/v2/routing/queues/{queueId}/members/{memberId}",
            empty,
        );
        let client = Client::builder()
            .base_urls(&mock.api_url(), &mock.login_url())
            .access_token(mock.issue_token(Duration::from_secs(3600)))
            .build()
            .unwrap();
        Self {
            runtime,
            mock,
            client,
        }
    }

    /// What the server got since it was asked last: one request.
    fn received(&self) -> Received {
        let mut requests = self.mock.take_requests();
        assert_eq!(requests.len(), 1);
        Received(requests.remove(0))
    }

    fn host(&self) -> String {
        self.mock.api_url().replace("http://", "")
    }
}

struct Received(Arc<Recorded>);

impl Received {
    /// The path cut at its slashes, each piece decoded.
    fn segments(&self) -> Vec<String> {
        let decoded = |piece: &str| {
            percent_decode_str(piece)
                .decode_utf8()
                .unwrap()
                .into_owned()
        };
        self.0.path().split('/').map(decoded).collect()
    }

    fn host(&self) -> &str {
        self.0.header("host").unwrap_or_default()
    }

    fn query(&self) -> Vec<(String, String)> {
        form_urlencoded::parse(self.0.query().unwrap_or_default().as_bytes())
            .into_owned()
            .collect()
    }
}

/// What a URL could take for something else, and some that it could not.
const PIECES: &str = r##"["/", "//", "\\", "?", "#", "&", "=", "+", " ", "%", "%2F", "%00", "%", ";", ",", ":", "@", "..", ".",
        "../", "{userId}", "{", "}", "|", "~", "'", "\"", "<", ">", "[", "]", "\r\n", "\t", "\u0000",
        "\u007f", "\u0085", "\u202e", "\u2028", "\ufeff", "\ufffd", "é", "e\u0301", "日本", "🦀", "a", "Z", "0",
        "http://example.com", "\udbff\udfff"]"##;

/// Text of such pieces, and any other.
fn text() -> impl Strategy<Value = String> {
    let pieces: Vec<String> = serde_json::from_str(PIECES).unwrap();
    let pieces = prop::sample::select(pieces);
    prop_oneof![
        any::<String>(),
        prop::collection::vec(pieces, 0..6).prop_map(|pieces| pieces.concat()),
    ]
}

/// Text that a path can hold: all but what would name another resource.
fn path_text() -> impl Strategy<Value = String> {
    text().prop_filter("refused", |text| !is_refused(text))
}

fn is_refused(text: &str) -> bool {
    matches!(text, "" | "." | "..")
}

fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

fn check<S: Strategy>(strategy: &S, test: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    let config = ProptestConfig {
        // The seeds of failures are in the message; files beside the sources would be written by CI.
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    TestRunner::new(config).run(strategy, test).unwrap();
}

#[test]
fn a_path_argument_arrives_whole_and_stays_in_its_place() {
    let stage = Stage::new();
    check(&(path_text(), path_text()), |(queue, member)| {
        let call = stage
            .client
            .routing()
            .delete_routing_queue_member(&queue, &member);
        stage.runtime.block_on(call.send()).unwrap();
        let received = stage.received();
        let expected = [
            "", "api", "v2", "routing", "queues", &queue, "members", &member,
        ];
        prop_assert_eq!(received.segments(), expected);
        prop_assert_eq!(received.0.query(), None);
        prop_assert_eq!(received.host(), stage.host());
        prop_assert_eq!(received.0.uri.authority(), None);
        Ok(())
    });
}

#[test]
fn what_a_handler_sees_is_what_was_passed() {
    let stage = Stage::new();
    check(&(path_text(), text()), |(id, source)| {
        let call = stage
            .client
            .users()
            .get_user(&id)
            .integration_presence_source(GetUserIntegrationPresenceSource::Unknown(source.clone()));
        let user = stage.runtime.block_on(call.send()).unwrap();
        prop_assert_eq!(user.id.as_ref(), Some(&id));
        let received = stage.received();
        prop_assert_eq!(received.segments().len(), 5);
        let expected = owned(&[("integrationPresenceSource", &source)]);
        prop_assert_eq!(received.query(), expected);
        Ok(())
    });
}

#[test]
fn a_query_argument_changes_no_other() {
    let stage = Stage::new();
    let lists = (
        prop::collection::vec(text(), 0..4),
        prop::collection::vec(text(), 0..4),
    );
    let strategy = (path_text(), text(), lists, any::<i64>());
    check(&strategy, |(queue, name, (skills, languages), number)| {
        let call = stage
            .client
            .routing()
            .get_routing_queue_members(&queue)
            .page_number(number)
            .name(&name)
            .skills(&skills)
            .languages(&languages);
        stage.runtime.block_on(call.send()).unwrap();
        let received = stage.received();
        let number = number.to_string();
        let mut expected = owned(&[("pageNumber", &number), ("name", &name)]);
        for (key, values) in [("skills", &skills), ("languages", &languages)] {
            expected.extend(values.iter().map(|value| (key.to_owned(), value.clone())));
        }
        prop_assert_eq!(received.query(), expected);
        let path = ["", "api", "v2", "routing", "queues", &queue, "members"];
        prop_assert_eq!(received.segments(), path);
        prop_assert_eq!(received.host(), stage.host());
        Ok(())
    });
}

#[test]
fn the_last_value_of_a_setter_counts() {
    let stage = Stage::new();
    let list = || prop::collection::vec(text(), 0..4);
    check(&(list(), list()), |(first, last)| {
        let call = stage.client.users().get_users().id(&first).id(&last);
        stage.runtime.block_on(call.send()).unwrap();
        let expected: Vec<_> = last
            .iter()
            .map(|value| ("id".to_owned(), value.clone()))
            .collect();
        prop_assert_eq!(stage.received().query(), expected);
        Ok(())
    });
}

#[test]
fn a_path_argument_that_names_another_resource_is_not_sent() {
    let stage = Stage::new();
    for (queue, member) in [("", "m"), ("q", ""), (".", "m"), ("q", ".."), ("..", "..")] {
        let call = stage
            .client
            .routing()
            .delete_routing_queue_member(queue, member);
        let error = stage.runtime.block_on(call.send()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    }
    assert_eq!(stage.mock.take_requests().len(), 0);
}
