//! Changes that collide with those of others.

use std::sync::Arc;

use serde_json::json;

use super::support::{GetUser, PostUsers, builder, scripted, with};
use crate::runtime::error::Error;
use crate::runtime::request::Operation;
use crate::runtime::transport::{HttpResponse, MemoryTransport};
use crate::runtime::update::update;

#[tokio::test]
async fn a_collision_is_read_and_changed_anew() {
    let conflicts = [
        HttpResponse::json(409, r#"{"code":"general.conflict"}"#),
        HttpResponse::json(412, ""),
        HttpResponse::json(400, r#"{"code":"invalid.update.wrong.version"}"#),
        HttpResponse::json(
            400,
            r#"{"message":"The version 1 does not match the current version 2"}"#,
        ),
    ];
    for conflict in conflicts {
        let (client, transport) = scripted([
            with(
                HttpResponse::json(200, r#"{"version":1,"name":"a"}"#),
                "etag",
                "\"1\"",
            ),
            conflict,
            with(
                HttpResponse::json(200, r#"{"version":2,"name":"b"}"#),
                "etag",
                "\"2\"",
            ),
            HttpResponse::json(200, r#"{"version":3}"#),
        ]);
        let written = update(
            || GetUser::new(&client, "1").send(),
            |user| user["name"] = json!("mine"),
            |user| {
                let etag = user.etag().unwrap_or_default().to_owned();
                PostUsers::new(&client, user.into_body())
                    .with_header("If-Match", &etag)
                    .send()
            },
        )
        .await
        .unwrap();
        assert_eq!(written["version"], 3);
        let sent = transport.requests();
        assert_eq!(sent[1].json(), json!({"version": 1, "name": "mine"}));
        assert_eq!(sent[3].json(), json!({"version": 2, "name": "mine"}));
        assert_eq!(sent[3].header("if-match"), Some("\"2\""));
    }
}

#[tokio::test]
async fn other_errors_and_lasting_collisions_end_it() {
    for (status, requests) in [(409, 10), (400, 2), (403, 2)] {
        let transport = Arc::new(MemoryTransport::new(move |request| {
            if request.method == http::Method::GET {
                HttpResponse::json(200, "{}")
            } else {
                HttpResponse::json(status, "{}")
            }
        }));
        let client = builder(&transport).build().unwrap();
        let error: Error = update(
            || GetUser::new(&client, "1").send(),
            |_| {},
            |user| PostUsers::new(&client, user.into_body()).send(),
        )
        .await
        .unwrap_err();
        assert_eq!(error.status().unwrap().as_u16(), status);
        assert_eq!(transport.request_count(), requests, "{status}");
    }
}
