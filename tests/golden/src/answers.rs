//! What operations give back, typed as a user of the crate sees it; and the bodies that JSON arguments cannot say.

use std::sync::Arc;

use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderValue};

use crate::models::OperationAnswerList;
use crate::runtime::transport::{HttpResponse, MemoryTransport};
use crate::{Client, Operation as _};

/// The shapes that have no instance and no call in their files.
pub(crate) const RUN_BY_HAND: [&str; 6] = [
    "events",
    "operation_body_file",
    "operation_body_form",
    "operation_form_lists",
    "operation_multipart",
    "operation_same_names",
];

/// A client that gets this answer to everything.
pub(crate) fn client(
    content_type: &'static str,
    body: &'static str,
) -> (Client, Arc<MemoryTransport>) {
    let transport = Arc::new(MemoryTransport::new(move |_| {
        HttpResponse::new(StatusCode::OK)
            .with_header(CONTENT_TYPE, HeaderValue::from_static(content_type))
            .with_body(body)
    }));
    let client = Client::builder()
        .transport(transport.clone())
        .access_token("token")
        .build();
    (client.unwrap(), transport)
}

const JSON: &str = "application/json";

#[tokio::test]
async fn a_list_and_a_map_of_models() {
    let (list, _) = client(JSON, r#"[{"name": "a"}, null, {"name": "b"}]"#);
    let call = list.operation_answer_list().make_operation_answer_list();
    let expected = ["a", "b"].map(|name| OperationAnswerList {
        name: Some(name.to_owned()),
        ..Default::default()
    });
    assert_eq!(call.send().await.unwrap().into_body(), expected);
    let (map, _) = client(JSON, r#"{"x": {"name": "a"}, "y": null}"#);
    let call = map.operation_answer_map().make_operation_answer_map();
    let answer = call.send().await.unwrap().into_body();
    let names: Vec<_> = answer
        .iter()
        .map(|(key, model)| (key.as_str(), model.name.as_deref()))
        .collect();
    assert_eq!(names, [("x", Some("a"))]);
}

#[tokio::test]
async fn a_text_as_json_and_as_itself() {
    let (json, _) = client(JSON, r#""a\nb""#);
    let call = json
        .operation_answer_string()
        .make_operation_answer_string();
    assert_eq!(call.send().await.unwrap().into_body(), "a\nb");
    let (plain, _) = client("text/plain", r#""a" b"#);
    let call = plain
        .operation_answer_text_plain()
        .make_operation_answer_text_plain();
    assert_eq!(call.send().await.unwrap().into_body(), r#""a" b"#);
    let (calendar, _) = client("text/calendar", "BEGIN:VCALENDAR");
    let call = calendar
        .operation_answer_text_calendar()
        .make_operation_answer_text_calendar();
    assert_eq!(call.send().await.unwrap().into_body(), "BEGIN:VCALENDAR");
}

#[tokio::test]
async fn a_file_and_nothing() {
    let (file, _) = client("application/octet-stream", "\0\u{1}");
    let call = file.operation_answer_file().make_operation_answer_file();
    assert_eq!(&call.send_bytes().await.unwrap().into_body()[..], b"\0\x01");
    let (nothing, _) = client(JSON, "");
    let call = nothing
        .operation_answer_empty()
        .make_operation_answer_empty();
    let answer = call.send().await.unwrap();
    assert!(answer.body_is_empty());
}

#[tokio::test]
async fn a_form_and_its_parts() {
    let (form, transport) = client(JSON, "{}");
    let call = form.operation_body_form().make_operation_body_form("a&b");
    call.scope("c d").send().await.unwrap();
    let request = &transport.requests()[0];
    assert_eq!(
        request.header("content-type"),
        Some("application/x-www-form-urlencoded")
    );
    let fields: Vec<_> = form_urlencoded::parse(&request.body).collect();
    assert_eq!(
        fields,
        [("grant", "a&b"), ("scope", "c d")].map(|(name, value)| (name.into(), value.into()))
    );
}

#[test]
fn error_codes_and_permissions_are_told() {
    use crate::api::{MakeOperationDeprecatedWithPermissions, MakeOperationErrorCodes};
    use crate::runtime::RequiredPermissions;
    let codes = MakeOperationErrorCodes::METADATA.error_codes;
    assert_eq!(
        codes,
        [
            (400, &["bad.request", "constraint"][..]),
            (409, &["conflict"][..])
        ]
    );
    let metadata = MakeOperationDeprecatedWithPermissions::METADATA;
    assert!(metadata.deprecated);
    assert_eq!(
        metadata.permissions,
        RequiredPermissions::All(&["a:b:view", "a:c:view"])
    );
}
