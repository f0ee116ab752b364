//! Who may call, and how often.

use super::*;

#[tokio::test]
async fn public_resources_need_no_token_and_others_do() {
    let mock = start().await;
    mock.route("GET", "/api/v2/things/{id}", |call| {
        Reply::json(&json!({ "id": call.param("id"), "q": call.query("q") }))
    });
    mock.public_route("*", "/api/v2/open/{*rest}", |call| {
        Reply::bytes("text/plain", call.param("rest").to_owned())
    });
    let mut client = Client::connect(&mock).await;
    let ics = "/api/v2/workforcemanagement/calendar/data/ics";
    let answer = client.call("GET", ics, &[], "").await;
    assert_eq!(answer.header("content-type"), Some("text/calendar"));
    let answer = client.call("GET", "/api/v2/things/x", &[], "").await;
    assert_eq!(answer.json()["code"], "authentication.required");
    let answer = client.call("POST", "/api/v2/open/a/b", &[], "").await;
    assert_eq!(answer.body, b"a/b");
    let bearer = format!("Bearer {}", mock.issue_token(Duration::from_secs(60)));
    let headers = [("authorization", bearer.as_str())];
    let answer = client
        .call("GET", "/api/v2/things/a%2Fb%20c?q=%26", &headers, "")
        .await;
    assert_eq!(answer.json(), json!({ "id": "a/b c", "q": "&" }));
    let answer = client.call("GET", "/api/v2/nowhere", &headers, "").await;
    assert_eq!(answer.status(), 501);
    let answer = client
        .call("PUT", "/api/v2/mock/status/204", &headers, "")
        .await;
    assert_eq!(answer.status(), 204);
}

#[tokio::test]
async fn a_limit_is_kept_where_it_is_enforced() {
    let backend = Backend::new(MockConfig::default());
    backend.update(|settings| {
        settings.rate_limit.allowed = 2;
        settings.rate_limit.enforced = true;
    });
    let token = backend.issue_token(Duration::from_secs(60));
    let mut statuses = Vec::new();
    for _ in 0..3 {
        let request = Request::get("/api/v2/users/u1")
            .header("authorization", format!("Bearer {token}"))
            .body(Bytes::new())
            .unwrap();
        let answer = answer(backend.call(request).await.unwrap());
        statuses.push(answer.status());
        if answer.status() == 429 {
            assert_eq!(answer.header("retry-after"), Some("60"));
            assert_eq!(answer.json()["limit"]["value"], 2);
        }
    }
    assert_eq!(statuses, [200, 200, 429]);
    assert_eq!(backend.stats().rate_limited, 1);
}
