//! The check of permissions before a call.

use super::support::{GetUser, PostUsers, scripted};
use crate::runtime::request::Operation;
use crate::runtime::transport::HttpResponse;

const SUBJECT: &str = r#"{"id":"s","grants":[
    {"role":{"policies":[
        {"domain":"directory","entityName":"user","actions":["view"]},
        {"domain":"routing","entityName":"*","actions":["*"]},
        null,
        {"domain":"odd"}
    ]}},
    {"role":null}, {}, null
]}"#;

#[tokio::test]
async fn what_is_missing_is_named() {
    let (client, transport) = scripted([
        HttpResponse::json(200, SUBJECT),
        HttpResponse::json(200, "{}"),
        HttpResponse::json(200, ""),
    ]);
    let permissions = client.permissions().await.unwrap();
    let sent = &transport.requests()[0];
    assert_eq!(sent.path(), "/api/v2/authorization/subjects/me");
    assert_eq!(sent.query(), "includeFullRoles=true");
    for name in [
        "directory:user:view",
        "routing:queue:edit",
        "Routing:skill:add",
    ] {
        assert!(permissions.contains(name), "{name}");
    }
    for name in [
        "directory:user:add",
        "directory:group:view",
        "directory:user",
        "",
        "odd::",
    ] {
        assert!(!permissions.contains(name), "{name}");
    }
    // Any of several, and all of one.
    assert!(permissions.allow(GetUser::METADATA));
    assert!(permissions.missing(GetUser::METADATA).is_empty());
    assert_eq!(
        permissions.missing(PostUsers::METADATA),
        ["directory:user:add"]
    );
    for _ in 0..2 {
        let none = client.permissions().await.unwrap();
        assert_eq!(
            none.missing(GetUser::METADATA),
            ["directory:user:view", "directory:user:edit"]
        );
    }
}

#[tokio::test]
async fn scopes_are_compared_with_those_of_the_token() {
    use crate::runtime::operation::OperationMetadata;

    const READS: &OperationMetadata = &OperationMetadata {
        scopes: &["users", "users:readonly"],
        method: http::Method::GET,
        ..*GetUser::METADATA
    };
    const WRITES: &OperationMetadata = &OperationMetadata {
        scopes: &["users"],
        method: http::Method::GET,
        ..*GetUser::METADATA
    };
    const READS_ALONE: &OperationMetadata = &OperationMetadata {
        scopes: &["users:readonly"],
        method: http::Method::GET,
        ..*GetUser::METADATA
    };
    let answer =
        |scopes: &str| HttpResponse::json(200, format!(r#"{{"authorizedScope":{scopes}}}"#));
    let (client, transport) = scripted([
        answer(r#"["users:readonly", null]"#),
        answer(r#"["users"]"#),
        answer("[]"),
        HttpResponse::json(200, ""),
    ]);
    let reading = client.scopes().await.unwrap();
    assert_eq!(transport.requests()[0].path(), "/api/v2/tokens/me");
    assert_eq!(reading.names().unwrap(), ["users:readonly"]);
    assert!(reading.allow(READS) && reading.allow(READS_ALONE) && reading.allow(GetUser::METADATA));
    assert_eq!(reading.missing(WRITES), ["users"]);
    let all = client.scopes().await.unwrap();
    assert!(all.allow(WRITES) && all.allow(READS_ALONE));
    assert!(!all.contains("routing"));
    // A token without scopes is not limited by them.
    for _ in 0..2 {
        let none = client.scopes().await.unwrap();
        assert!(none.names().is_none());
        assert!(none.missing(WRITES).is_empty());
    }
}
