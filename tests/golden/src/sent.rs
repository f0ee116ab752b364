//! What operations send that JSON arguments cannot say: forms, files, credentials, names that differ in nothing but their place.

use std::sync::Arc;

use http::header::COOKIE;

use crate::Operation as _;
use crate::answers::client;
use crate::api;
use crate::runtime::codec;
use crate::runtime::request::FilePart;
use crate::runtime::time::Date;
use crate::runtime::transport::{MemoryTransport, RecordedRequest};

const JSON: &str = "application/json";

fn only(transport: &Arc<MemoryTransport>) -> RecordedRequest {
    let mut requests = transport.requests();
    assert_eq!(requests.len(), 1);
    requests.remove(0)
}

#[tokio::test]
async fn lists_of_a_form_are_written_as_their_styles_say() {
    let (form, transport) = client(JSON, "");
    let day: Date = codec::from_slice(br#""2024-02-29""#).unwrap();
    form.operation_form_lists()
        .post_operation_form_lists([9, 9])
        .csv(["a", "b c"])
        .ssv(["a", "b"])
        .tsv(["a", "b"])
        .pipes(["old"])
        .pipes(["a", "b"])
        .day(day)
        .raw_("&=")
        .code("AA==")
        .send()
        .await
        .unwrap();
    let sent = only(&transport);
    assert_eq!(
        sent.header("content-type"),
        Some("application/x-www-form-urlencoded")
    );
    assert_eq!(
        sent.body,
        "ids=9&ids=9&csv=a,b%20c&ssv=a%20b&tsv=a%09b&pipes=a%7Cb&day=2024-02-29&raw=%26%3D&code=AA%3D%3D"
    );
}

#[tokio::test]
async fn files_and_fields_are_the_parts_of_a_body() {
    let (multipart, transport) = client(JSON, "");
    let face = FilePart::from(vec![0x89, b'P'])
        .with_file_name("face.png")
        .with_content_type("image/png");
    multipart
        .operation_multipart()
        .post_operation_multipart(face, "me")
        .size(3)
        .size(4)
        .pages_(["one".to_owned(), "two".to_owned()])
        .labels(["a", "b"])
        .codes(["x", "y"])
        .send()
        .await
        .unwrap();
    let sent = only(&transport);
    let content_type = sent.header("content-type").unwrap();
    let (form, boundary) = content_type.split_once("; boundary=").unwrap();
    assert_eq!(form, "multipart/form-data");
    let part = |head: &str, content: &str| {
        format!("--{boundary}\r\nContent-Disposition: form-data; {head}\r\n\r\n{content}\r\n")
    };
    let file = "\r\nContent-Type: application/octet-stream";
    let expected = [
        part("name=\"title\"", "me"),
        part("name=\"size\"", "4"),
        part(&format!("name=\"pages\"; filename=\"pages\"{file}"), "one"),
        part(&format!("name=\"pages\"; filename=\"pages\"{file}"), "two"),
        part("name=\"labels\"", "a"),
        part("name=\"labels\"", "b"),
        part("name=\"codes\"", "x,y"),
        format!("--{boundary}--\r\n"),
    ];
    let picture = "name=\"image\"; filename=\"face.png\"\r\nContent-Type: image/png";
    let mut bytes = part(picture, "").into_bytes();
    bytes.splice(bytes.len() - 2.., *b"\x89P\r\n");
    bytes.extend_from_slice(expected.concat().as_bytes());
    assert_eq!(
        String::from_utf8_lossy(&sent.body),
        String::from_utf8_lossy(&bytes)
    );
    assert_eq!(sent.body, bytes);
}

#[tokio::test]
async fn a_file_is_a_body_of_its_own() {
    let (file, transport) = client(JSON, "");
    let api = file.operation_body_file();
    api.put_operation_body_file(vec![0, 1])
        .send()
        .await
        .unwrap();
    let image = FilePart::bytes("x").with_content_type("image/gif");
    api.put_operation_body_file(image).send().await.unwrap();
    let sent = transport.requests();
    assert_eq!(
        sent[0].header("content-type"),
        Some("application/octet-stream")
    );
    assert_eq!(sent[0].body, vec![0, 1]);
    assert_eq!(sent[1].header("content-type"), Some("image/gif"));
}

#[tokio::test]
async fn names_that_differ_in_their_place_alone_stay_apart() {
    let (same, transport) = client(JSON, "");
    same.operation_same_names()
        .get_operation_same_names("in-path")
        .id_query("in-query")
        .id_header("in-header")
        .page(2)
        .page_number(1)
        .filter("b")
        .send()
        .await
        .unwrap();
    let sent = only(&transport);
    assert_eq!(sent.path(), "/operation_same_names/in-path");
    assert_eq!(
        sent.query(),
        "id=in-query&page=2&page%5Bnumber%5D=1&%24filter=b"
    );
    assert_eq!(sent.header("id"), Some("in-header"));
}

#[tokio::test]
async fn a_credential_goes_where_its_scheme_says_and_the_token_does_not() {
    let (credential, transport) = client(JSON, "");
    let api = credential.operation_credential();
    macro_rules! send {
        ($operation:ident, $credential:expr) => {
            api.$operation()
                .with_credential($credential)
                .send()
                .await
                .unwrap()
        };
    }
    send!(get_operation_credential_jwt, "guest");
    send!(get_operation_credential_undefined, "bearer other");
    send!(get_operation_credential_header, "key");
    send!(get_operation_credential_basic, "user:pass");
    send!(get_operation_credential_optional, "key");
    api.get_operation_credential_query()
        .q("a b")
        .with_credential("k&y")
        .send()
        .await
        .unwrap();
    let sent = transport.requests();
    let authorization: Vec<_> = sent.iter().map(|one| one.header("authorization")).collect();
    assert_eq!(
        authorization,
        [
            Some("Bearer guest"),
            Some("bearer other"),
            None,
            Some("Basic dXNlcjpwYXNz"),
            None,
            None
        ]
    );
    assert_eq!(sent[2].header("x-api-key"), Some("key"));
    assert_eq!(sent[4].header("x-api-key"), Some("key"));
    assert_eq!(sent[5].query(), "q=a%20b&api_key=k%26y");
    assert!(sent.iter().all(|one| one.header(COOKIE.as_str()).is_none()));
    let error = api.get_operation_credential_jwt().send().await.unwrap_err();
    assert!(error.is_invalid_request());
    assert!(error.to_string().contains("\"Guest JWT\""), "{error}");
    assert_eq!(transport.request_count(), 6);
}

#[test]
fn scopes_and_credentials_are_told() {
    let oauth = api::GetOperationCredentialOAuth::METADATA;
    assert_eq!(oauth.scopes, ["things", "things:readonly"]);
    assert!(oauth.credential.is_none() && !oauth.public);
    let guest = api::GetOperationCredentialJwt::METADATA;
    assert_eq!(
        guest.credential.map(|scheme| scheme.name),
        Some("Guest JWT")
    );
    let optional = api::GetOperationCredentialOptional::METADATA;
    assert!(optional.public && optional.credential.is_some());
    assert!(api::GetOperationCredentialNone::METADATA.public);
}

#[tokio::test]
async fn a_setter_takes_an_option_and_none_leaves_its_parameter_out() {
    let (file, transport) = client(JSON, "");
    let call = file
        .operation_query_required_and_optional()
        .make_operation_query_required_and_optional("a")
        .count(1)
        .flag(Some(true));
    // An operation can be cloned, and awaited without `send`.
    call.clone().count(None).flag(false).await.unwrap();
    call.count(Some(2)).flag(None).await.unwrap();
    let same = file.operation_same_names();
    let text = Some(String::from("b"));
    for call in [
        same.get_operation_same_names("x").filter("b"),
        same.get_operation_same_names("x").filter(&text),
        same.get_operation_same_names("x").filter(text),
        same.get_operation_same_names("x")
            .filter("a")
            .filter(None::<&str>),
    ] {
        call.await.unwrap();
    }
    let sent = transport.requests();
    let queries: Vec<&str> = sent.iter().map(|sent| sent.query()).collect();
    let filter = queries[2];
    assert_eq!(
        queries,
        [
            "need=a&flag=false",
            "need=a&count=2",
            filter,
            filter,
            filter,
            ""
        ]
    );
    assert!(filter.ends_with("=b"), "{filter}");
}
