//! From status and bytes to what an operation promises.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use serde::Deserialize;
use serde_json::{Value, json};

use super::support::{GetUser, scripted, with};
use crate::runtime::error::Error;
use crate::runtime::request::Operation;
use crate::runtime::response::{BodyStream, FromResponse, RawResponse, Response};
use crate::runtime::transport::{HttpResponse, ResponseBody};

fn raw(status: u16, content_type: &str, body: &'static [u8]) -> RawResponse {
    let mut headers = HeaderMap::new();
    if !content_type.is_empty() {
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_str(content_type).unwrap(),
        );
    }
    RawResponse::new(
        StatusCode::from_u16(status).unwrap(),
        headers,
        ResponseBody::Bytes(Bytes::from_static(body)),
    )
}

fn decode<T: FromResponse>(content_type: &str, body: &'static [u8]) -> Result<Response<T>, Error> {
    T::from_response(raw(200, content_type, body))
}

/// Vector V14 (its 303 is with the redirects).
#[tokio::test]
async fn v14_every_success_is_handled_with_and_without_a_body() {
    for status in [200, 201, 202, 204, 206] {
        let (client, _) = scripted([
            HttpResponse::json(status, ""),
            HttpResponse::json(status, r#"{"id":"1"}"#),
            HttpResponse::json(status, "\u{0}\u{1}"),
        ]);
        let empty = GetUser::new(&client, "1").send().await.unwrap();
        assert!(empty.body_is_empty());
        assert_eq!(empty.status().as_u16(), status);
        assert_eq!(*empty, Value::Null);
        let full = GetUser::new(&client, "1").send().await.unwrap();
        assert!(!full.body_is_empty());
        assert_eq!(full["id"], "1");
        let bytes = client
            .request(Method::GET, "/api/v2/recordings/1")
            .send()
            .await
            .unwrap();
        assert_eq!(bytes.body().as_ref(), [0, 1]);
    }
}

#[test]
fn an_empty_body_is_the_default_of_its_type() {
    for body in [&b""[..], b" \r\n"] {
        let list = decode::<Vec<String>>("application/json", body).unwrap();
        assert!(list.is_empty() && list.body_is_empty());
        let map = decode::<BTreeMap<String, i64>>("", body).unwrap();
        assert!(map.is_empty() && map.body_is_empty());
    }
    assert!(decode::<()>("", b"").unwrap().body_is_empty());
    assert!(!decode::<()>("", b"{}").unwrap().body_is_empty());
    assert!(!decode::<Vec<String>>("", b"[]").unwrap().body_is_empty());
}

#[test]
fn text_is_taken_as_it_is_and_json_is_read() {
    for kind in ["text/plain", "text/calendar; charset=utf-8", "TEXT/plain"] {
        let text = decode::<String>(kind, b"BEGIN:VCALENDAR\r\n").unwrap();
        assert_eq!(*text, "BEGIN:VCALENDAR\r\n", "{kind}");
    }
    for kind in [
        "",
        "application/json;charset=UTF-8",
        "application/scim+json",
    ] {
        let text = decode::<String>(kind, br#""a\nb""#).unwrap();
        assert_eq!(*text, "a\nb", "{kind}");
    }
    // A model behind a wrong content type is read all the same.
    let list = decode::<Vec<i64>>("text/plain", b"[1,2]").unwrap();
    assert_eq!(*list, [1, 2]);
}

#[test]
fn a_decode_error_names_the_place_and_shows_no_value() {
    let error = decode::<BTreeMap<String, Vec<i64>>>(
        "application/json",
        br#"{"a":[1,2],"b c":[3,"planted@example.com]}"#,
    )
    .unwrap_err();
    assert!(error.is_decode());
    assert_eq!(error.status().unwrap().as_u16(), 200);
    for text in [error.to_string(), format!("{error:?}")] {
        assert!(text.contains("$.b c[1]"), "{text}");
        assert!(!text.contains("planted"), "{text}");
    }
    assert!(error.body().unwrap().starts_with(b"{\"a\""));
}

#[test]
fn places_are_found_wherever_they_are() {
    for (json, place) in [
        (r#""x""#, "`$`"),
        (r#"{"a":x}"#, "`$.a`"),
        (r#"{"a":[1,2,@]}"#, "`$.a[2]`"),
        ("{\n  \"a\": [\n    1,\n    x\n  ]\n}", "`$.a[1]`"),
        (r#"{"a":[],"b\"}{[":[1,x"#, "`$.b\"}{[[1]`"),
        (r#"{"a":[1],"b":[1,2"#, "`$.b[1]`"),
        (r#"{"a":[1],"#, "`$"),
    ] {
        let json: &'static str = json;
        let error = decode::<BTreeMap<String, Vec<i64>>>("", json.as_bytes()).unwrap_err();
        assert!(error.to_string().contains(place), "{json}: {error}");
    }
}

#[test]
fn the_place_is_found_without_a_panic_in_any_text() {
    for seed in 0..2_000 {
        let mut random = fastrand::Rng::with_seed(seed);
        let bytes: Vec<u8> = (0..random.usize(0..40))
            .map(|_| random.choice(*b"{}[]\",:\\ 1atrue\n\xff").unwrap())
            .collect();
        let response = RawResponse::new(
            StatusCode::OK,
            HeaderMap::new(),
            ResponseBody::Bytes(bytes.into()),
        );
        let _ = <Vec<BTreeMap<String, i64>>>::from_response(response);
    }
}

#[derive(Debug, Deserialize)]
struct Mine {
    id: String,
}

#[tokio::test]
async fn a_type_of_the_callers_own_is_read_with_serde() {
    let (client, _) = scripted([
        HttpResponse::json(200, r#"{"id":"1","more":2}"#),
        HttpResponse::json(200, r#"{"id":"1"}"#),
        HttpResponse::json(200, "{}"),
        HttpResponse::json(204, ""),
        HttpResponse::json(204, ""),
    ]);
    let get = || client.request(Method::GET, "/api/v2/users/1");
    assert_eq!(get().send_json::<Mine>().await.unwrap().id, "1");
    let mine = GetUser::new(&client, "1").send_as::<Mine>().await.unwrap();
    assert_eq!(mine.id, "1");
    let error = get().send_json::<Mine>().await.unwrap_err();
    assert!(error.to_string().contains("missing field `id`"), "{error}");
    let error = get().send_json::<Mine>().await.unwrap_err();
    assert!(error.to_string().contains("no body"), "{error}");
    let none = get().send_json::<Option<Mine>>().await.unwrap();
    assert!(none.body().is_none() && none.body_is_empty());
}

#[tokio::test]
async fn a_body_can_be_streamed() {
    let (client, transport) = scripted([
        with(HttpResponse::json(206, "chunks"), "content-length", "6"),
        HttpResponse::json(404, r#"{"code":"not.found"}"#),
    ]);
    let get = || client.request(Method::GET, "/api/v2/recordings/1");
    let response: Response<BodyStream> = get().send_stream().await.unwrap();
    assert_eq!(response.content_length(), Some(6));
    assert_eq!(response.into_body().collect().await.unwrap(), "chunks");
    assert!(transport.requests()[0].stream_response);
    let error = get().send_stream().await.unwrap_err();
    assert_eq!(
        error.api_error().unwrap().code.as_deref(),
        Some("not.found")
    );
}

#[test]
fn a_response_is_made_changed_and_taken_apart() {
    let response = Response::new(vec![1, 2, 3])
        .with_status(StatusCode::CREATED)
        .with_header(
            HeaderName::from_static("inin-correlation-id"),
            HeaderValue::from_static("c-1"),
        );
    assert_eq!(response.len(), 3);
    assert_eq!(response.correlation_id(), Some("c-1"));
    assert_eq!(response.rate_limit(), None);
    let mut sum = response.map(|list| list.into_iter().sum::<i32>());
    *sum += 1;
    assert_eq!(*sum.body(), 7);
    assert!(format!("{sum:?}").contains("201"));
    let (status, headers, body) = sum.into_parts();
    assert_eq!((status.as_u16(), headers.len(), body), (201, 1, 7));
}

#[test]
fn rate_limit_headers_that_are_no_numbers_are_no_rate_limit() {
    let response = |count: &'static str, allowed: &'static str, reset: &'static str| {
        let mut response = Response::new(());
        for (name, value) in [
            ("inin-ratelimit-count", count),
            ("inin-ratelimit-allowed", allowed),
            ("inin-ratelimit-reset", reset),
        ] {
            response = response.with_header(
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            );
        }
        response.rate_limit()
    };
    let limit = response("1", "180", "61").unwrap();
    assert_eq!(
        (limit.count, limit.allowed, limit.reset.as_secs()),
        (1, 180, 61)
    );
    assert_eq!(response("5", "3", "1").unwrap().remaining(), 0);
    for (count, allowed, reset) in [("-1", "1", "1"), ("1", "x", "1"), ("1", "1", "")] {
        assert_eq!(response(count, allowed, reset), None);
    }
}

#[test]
fn json_of_any_shape_is_kept() {
    let value = decode::<Value>("application/json", br#"{"a":[null,1.5]}"#).unwrap();
    assert_eq!(*value, json!({"a": [null, 1.5]}));
}
