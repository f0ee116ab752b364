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
