//! Bodies that are not as the API's description says, over a real socket.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Mutex;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use super::handler::Served;
use super::server::Server;
use crate::runtime::Error;
use crate::runtime::client::{Client, ClientBuilder};
use crate::runtime::codec::{Extra, Model, Visitor, to_vec};
use crate::runtime::paging::{Items, Paged, Paging, PagingStyle};
use crate::runtime::request::{CallOptions, Operation};
use crate::runtime::response::Response;
use crate::runtime::transport::HttpResponse;
use crate::tests::recorder::Recorder;
use crate::tests::support::{operation, with};

#[derive(Clone, Default)]
pub(crate) struct Agent {
    id: Option<String>,
    version: Option<i64>,
    score: Option<f64>,
    answers: Option<bool>,
    chat: Option<Box<Agent>>,
    limits: Option<Vec<i64>>,
    data: Option<BTreeMap<String, String>>,
    preview: Option<Vec<Vec<Value>>>,
    extra: Extra,
}

impl Model for Agent {
    const NAME: &'static str = "Agent";

    fn visit<V: Visitor>(&mut self, visitor: &mut V) {
        visitor.field("id", &mut self.id);
        visitor.field("version", &mut self.version);
        visitor.field("score", &mut self.score);
        visitor.field("answers", &mut self.answers);
        visitor.boxed("chat", &mut self.chat);
        visitor.field("limits", &mut self.limits);
        visitor.field("data", &mut self.data);
        visitor.field("preview", &mut self.preview);
        visitor.extra(&mut self.extra);
    }
}
crate::__model!(Agent);

#[derive(Clone, Default)]
pub(crate) struct Agents {
    entities: Option<Vec<Agent>>,
    page_count: Option<i64>,
    extra: Extra,
}

impl Model for Agents {
    const NAME: &'static str = "Agents";

    fn visit<V: Visitor>(&mut self, visitor: &mut V) {
        visitor.field("entities", &mut self.entities);
        visitor.field("pageCount", &mut self.page_count);
        visitor.extra(&mut self.extra);
    }
}
crate::__model!(Agents);

operation!(GetAgent "getAgent" GET "/api/v2/agents" -> Agent);
operation!(GetAgents "getAgents" GET "/api/v2/agents" -> Agents);
operation!(GetRecordings "getRecordings" GET "/api/v2/agents" -> Vec<Agent>, without_schema: &[202]);

impl Paged for GetAgents {
    type Item = Agent;

    const PAGING: &'static Paging = &Paging {
        style: PagingStyle::PageNumber {
            parameter: "pageNumber",
            page_count: Some("pageCount"),
            total: None,
        },
        page_size: Some("pageSize"),
        items: &["entities"],
    };

    fn items_of(page: &mut Agents) -> Option<&mut Vec<Agent>> {
        page.entities.as_mut()
    }
}

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(body).unwrap();
    gzip.finish().unwrap()
}

/// An answer of that status, its body in gzip.
fn answer(status: u16, headers: &str, body: &[u8]) -> Vec<u8> {
    let body = gzip(body);
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status} X\r\n{headers}content-encoding: gzip\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
    );
    [head.as_bytes(), &body].concat()
}

/// A client of a server that answers with one page after the other.
async fn pages(pages: Vec<Value>, change: fn(ClientBuilder) -> ClientBuilder) -> Client {
    let bodies = pages.iter().map(|page| page.to_string().into_bytes());
    bodies_in_turn(bodies.collect(), change).await
}

async fn bodies_in_turn(
    bodies: Vec<Vec<u8>>,
    change: fn(ClientBuilder) -> ClientBuilder,
) -> Client {
    let bodies = Mutex::new(bodies.into_iter());
    let served = Served::new(move |_| {
        let body = bodies.lock().unwrap().next().unwrap();
        let packed = HttpResponse::json(200, gzip(&body));
        with(packed, "content-encoding", "gzip")
    })
    .await;
    change(served.builder()).build().unwrap()
}

fn three_pages() -> Vec<Value> {
    let page = |entities: Value| json!({"entities": entities, "pageCount": 3});
    vec![
        page(json!([{"id": "1"}, {"id": "2"}])),
        page(json!([
            {"id": "3", "version": "7"},
            {"id": "4", "version": "x", "answers": "true", "chat": [], "data": {"Score": 3, "b": null}},
            {"id": 12345, "score": "NaN", "limits": [480, null, null, 960], "version": 1234.5},
            {"id": "6", "chat": "", "preview": [["Ada", null, "Lovelace"]]},
        ])),
        page(json!([{"id": "7"}])),
    ]
}

#[tokio::test]
async fn a_listing_is_read_past_values_that_do_not_fit_and_loses_nothing() {
    let client = pages(three_pages(), |builder| builder).await;
    let mut items: Items<GetAgents> = Items::new(GetAgents::from_client(&client));
    let agents = items.collect_all().await.unwrap();
    let ids: Vec<&str> = agents
        .iter()
        .filter_map(|agent| agent.id.as_deref())
        .collect();
    assert_eq!(ids, ["1", "2", "3", "4", "12345", "6", "7"]);
    assert_eq!(agents[2].version, Some(7));
    assert_eq!((agents[3].version, agents[3].answers), (None, Some(true)));
    assert_eq!(agents[3].data.as_ref().unwrap()["Score"], "3");
    assert!(agents[4].score.unwrap().is_nan());
    assert_eq!(agents[4].limits.as_deref(), Some(&[480, 960][..]));
    let expected = three_pages();
    let expected = expected
        .iter()
        .flat_map(|page| page["entities"].as_array().unwrap());
    for (agent, expected) in agents.into_iter().zip(expected) {
        let written: Value = serde_json::from_slice(&to_vec(agent).unwrap()).unwrap();
        assert_eq!(written, *expected);
    }
}

#[tokio::test]
async fn a_listing_is_read_past_text_that_is_not_unicode() {
    let bodies = || {
        vec![
            b"\xef\xbb\xbf{\"entities\":[{\"id\":\"1\"}],\"pageCount\":3}".to_vec(),
            br#"{"entities":[{"id":"cut \ud83d"},{"id":"2"}],"pageCount":3}"#.to_vec(),
            b"{\"entities\":[{\"id\":\"Z\xfcrich\"}],\"pageCount\":3}".to_vec(),
        ]
    };
    let client = bodies_in_turn(bodies(), |builder| builder).await;
    let mut items: Items<GetAgents> = Items::new(GetAgents::from_client(&client));
    let agents = items.collect_all().await.unwrap();
    let ids: Vec<&str> = agents
        .iter()
        .filter_map(|agent| agent.id.as_deref())
        .collect();
    assert_eq!(ids, ["1", "cut \u{fffd}", "2", "Z\u{fffd}rich"]);

    let client = bodies_in_turn(bodies(), |builder| builder.strict_decoding(true)).await;
    GetAgents::from_client(&client).send().await.unwrap();
    let error = GetAgents::from_client(&client).send().await.unwrap_err();
    assert!(error.to_string().contains("Unicode text"), "{error}");
    let own: Response<Value> = GetAgents::from_client(&client).send_as().await.unwrap();
    assert_eq!(own["entities"][0]["id"], "Z\u{fffd}rich");

    let body = b"{\"code\":\"not.found\",\"message\":\"Z\xfcrich\"}";
    let server = Server::answering(answer(404, "", body)).await;
    let error = GetAgent::from_client(&server.client())
        .send()
        .await
        .err()
        .unwrap();
    assert_eq!(
        error.api_error().unwrap().code.as_deref(),
        Some("not.found")
    );
}

#[tokio::test]
async fn the_response_tells_what_does_not_fit() {
    let client = pages(three_pages()[1..].to_vec(), |builder| builder).await;
    let page = GetAgents::from_client(&client).send().await.unwrap();
    let paths: Vec<&str> = page.misfits().iter().map(|misfit| misfit.path()).collect();
    assert_eq!(
        paths,
        [
            "$.entities[0].version",
            "$.entities[1].answers",
            "$.entities[1].chat",
            "$.entities[1].data.Score",
            "$.entities[1].data.b",
            "$.entities[1].version",
            "$.entities[2].id",
            "$.entities[2].limits[1]",
            "$.entities[2].limits[2]",
            "$.entities[2].score",
            "$.entities[2].version",
            "$.entities[3].chat",
        ]
    );
    assert!(page.body_raw().unwrap().starts_with(b"{"));
    let page = GetAgents::from_client(&client).send().await.unwrap();
    assert!(page.misfits().is_empty() && page.body_raw().is_none());
}

#[tokio::test]
async fn strict_decoding_makes_it_an_error_for_a_client_or_a_call() {
    let strict = pages(three_pages()[1..2].to_vec(), |builder| {
        builder.strict_decoding(true)
    })
    .await;
    let lenient = pages(three_pages()[1..2].to_vec(), |builder| builder).await;
    let for_client = GetAgents::from_client(&strict).send().await.unwrap_err();
    let options = CallOptions::new().with_strict_decoding(true);
    let for_call = GetAgents::from_client(&lenient)
        .with_options(options)
        .send()
        .await;
    for error in [for_client, for_call.unwrap_err()] {
        assert!(error.is_decode());
        let text = error.to_string();
        assert!(
            text.contains("`$.entities[0].version`: a string where an integer"),
            "{text}"
        );
    }
    let client = pages(three_pages()[1..2].to_vec(), |builder| {
        builder.strict_decoding(true)
    })
    .await;
    let call = GetAgents::from_client(&client).with_strict_decoding(false);
    assert_eq!(call.send().await.unwrap().misfits().len(), 12);
}

#[tokio::test]
async fn an_operation_and_a_place_are_warned_of_once() {
    let recorder = Recorder::default();
    let _guard = tracing::subscriber::set_default(recorder.clone());
    let agent = json!({"version": "x", "data": {"ada@example.com": null}});
    let page = json!({"entities": [agent, agent, agent], "pageCount": 1});
    let client = pages(vec![page.clone(), page, agent], |builder| builder).await;
    for _ in 0..2 {
        assert_eq!(
            GetAgents::from_client(&client)
                .send()
                .await
                .unwrap()
                .misfits()
                .len(),
            6
        );
    }
    assert_eq!(recorder.warnings().len(), 2, "{:?}", recorder.warnings());
    GetAgent::from_client(&client).send().await.unwrap();
    let warnings = recorder.warnings().join("\n");
    assert_eq!(recorder.warnings().len(), 4, "{warnings}");
    assert!(warnings.contains("$.entities[*].data.*"), "{warnings}");
    assert!(!warnings.contains("ada@example.com"), "{warnings}");
}

async fn recordings(status: u16, body: &'static [u8]) -> Result<Response<Vec<Agent>>, Error> {
    let server = Server::answering(answer(status, "", body)).await;
    GetRecordings::from_client(&server.client()).send().await
}

#[tokio::test]
async fn a_body_of_a_status_without_a_schema_is_not_decoded() {
    for body in [
        &b""[..],
        b"null",
        b"{}",
        b"[]",
        br#"{"estimatedTranscodeTimeMs":1000}"#,
        b"soon",
    ] {
        let response = recordings(202, body).await.unwrap();
        assert_eq!(response.status(), 202);
        assert!(response.body_is_empty() && response.is_empty());
        let raw = response.body_raw().map_or(&b""[..], |raw| raw);
        assert_eq!(raw, if body == b"null" { b"" } else { body });
    }
    let response = recordings(200, br#"[{"id":"1"},null]"#).await.unwrap();
    assert!(!response.body_is_empty() && response.len() == 1);
    assert_eq!(response.misfits()[0].path(), "$[1]");
    assert_eq!(&response.body_raw().unwrap()[..], br#"[{"id":"1"},null]"#);
    assert!(recordings(200, b"{}").await.unwrap_err().is_decode());
}

#[tokio::test]
async fn a_null_is_an_empty_body() {
    for body in [&b"null"[..], b" null\n", b""] {
        let server =
            Server::answering(answer(200, "content-type: application/json\r\n", body)).await;
        let agent = GetAgent::from_client(&server.client())
            .send()
            .await
            .unwrap();
        assert!(agent.body_is_empty() && agent.id.is_none());
    }
}

#[tokio::test]
async fn what_is_no_json_is_told_by_its_content_type_and_encoding() {
    for (headers, body, expected) in [
        (
            "content-type: text/html; charset=utf-8\r\n",
            &b"\xef\xbb\xbf <!DOCTYPE html><title>Log in to the WiFi</title>"[..],
            &["HTML page", "captive portal", "`text/html; charset=utf-8`"][..],
        ),
        ("", b"<html>", &["HTML page", "content type: none"]),
        (
            "content-type: application/json\r\n",
            b"[1]",
            &[
                "an array where an object (Agent) was expected",
                "`application/json`",
            ],
        ),
        (
            "content-type: text/plain\r\n",
            b"\xef\xbb\xbfready",
            &["expected value", "`text/plain`", "content encoding: none"],
        ),
    ] {
        let server = Server::answering(answer(200, headers, body)).await;
        let error = GetAgent::from_client(&server.client())
            .send()
            .await
            .err()
            .unwrap();
        assert!(error.is_decode());
        for expected in expected {
            assert!(error.to_string().contains(expected), "{error}");
        }
    }
    // Brotli, which nobody asked for.
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-encoding: br\r\ncontent-length: 4\r\n\r\n";
    let server = Server::answering([head.as_bytes(), b"\x8b\x00\x80{"].concat()).await;
    let error = GetAgent::from_client(&server.client())
        .send()
        .await
        .err()
        .unwrap();
    assert!(
        error.to_string().contains("content encoding: `br`"),
        "{error}"
    );
}
