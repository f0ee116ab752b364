//! Listings, changes by version, jobs and files.

use super::*;

#[tokio::test]
async fn users_are_paged_by_number() {
    let backend = Backend::new(MockConfig::default());
    let mut ids = Vec::new();
    for page in 1..=3 {
        let path = format!("/api/v2/users?pageSize=100&pageNumber={page}");
        let body = get(&backend, &path).await.json();
        assert_eq!(
            (&body["total"], &body["pageCount"]),
            (&json!(250), &json!(3))
        );
        assert_eq!(body.get("nextUri").is_some(), page < 3);
        for user in body["entities"].as_array().unwrap() {
            ids.push(user["id"].as_str().unwrap().to_owned());
        }
    }
    let expected: Vec<_> = (0..250).map(|number| format!("u{number}")).collect();
    assert_eq!(ids, expected);
    let beyond = get(&backend, "/api/v2/users?pageNumber=99").await;
    assert_eq!(beyond.json()["entities"], json!([]));
    let refused = get(&backend, "/api/v2/users?pageSize=501").await;
    assert_eq!(refused.status(), 400);
}

#[tokio::test]
async fn users_change_by_version() {
    let backend = Backend::new(MockConfig::default());
    let change = |version| json!({ "version": version, "title": "Boss", "department": null });
    let answer = api(&backend, "PATCH", "/api/v2/users/u1", change(1)).await;
    assert_eq!(answer.json()["version"], 2);
    assert_eq!(answer.json()["title"], "Boss");
    assert!(answer.json().get("department").is_none());
    assert_eq!(
        answer.json()["mockExtension"]["big"],
        9_007_199_254_740_993_i64
    );
    let stale = api(&backend, "PATCH", "/api/v2/users/u1", change(1)).await;
    assert_eq!(stale.status(), 409);

    let created = api(&backend, "POST", "/api/v2/users", json!({ "name": "New" })).await;
    let id = created.json()["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v2/users/{id}");
    let total = async || get(&backend, "/api/v2/users").await.json()["total"].clone();
    assert_eq!(total().await, 251);
    assert_eq!(send(&backend, "DELETE", &path).await.status(), 200);
    assert_eq!(get(&backend, &path).await.status(), 404);
    assert_eq!(total().await, 250);
    send(&backend, "DELETE", "/api/v2/users/u3").await;
    assert_eq!(total().await, 249);
}

/// Follows a listing by whatever `next` finds in a page, to its end.
async fn follow(backend: &Backend, first: &str, next: impl Fn(&Value) -> Option<String>) -> usize {
    let (mut path, mut count, mut pages) = (first.to_owned(), 0, 0);
    loop {
        let body = api(backend, "GET", &path, Value::Null).await.json();
        count += body["entities"].as_array().unwrap().len();
        pages += 1;
        assert!(pages <= 10);
        match next(&body) {
            Some(next) => path = next,
            None => return count,
        }
    }
}

fn encoded(value: &Value) -> Option<String> {
    Some(form_urlencoded::byte_serialize(value.as_str()?.as_bytes()).collect())
}

#[tokio::test]
async fn every_kind_of_listing_is_complete() {
    let backend = Backend::new(MockConfig::default());
    let next_uri = |body: &Value| body["nextUri"].as_str().map(str::to_owned);
    for first in [
        "/api/v2/teams?pageSize=40",
        "/api/v2/authorization/divisions/query",
        "/api/v2/externalcontacts/scan/contacts?limit=60",
    ] {
        assert_eq!(follow(&backend, first, next_uri).await, 250, "{first}");
    }
    let path = "/api/v2/users/query?pageSize=100";
    let by_cursor = |body: &Value| Some(format!("{path}&cursor={}", encoded(&body["cursor"])?));
    assert_eq!(follow(&backend, path, by_cursor).await, 250);
    let path = "/api/v2/taskmanagement/workbins/w1/versions?pageSize=100";
    let by_after = |body: &Value| Some(format!("{path}&after={}", encoded(&body["after"])?));
    assert_eq!(follow(&backend, path, by_after).await, 250);
    let path = "/api/v2/externalcontacts/scan/contacts?limit=100";
    let by_cursors = |body: &Value| {
        Some(format!(
            "{path}&cursor={}",
            encoded(&body["cursors"]["after"])?
        ))
    };
    assert_eq!(follow(&backend, path, by_cursors).await, 250);

    let path = "/api/v2/taskmanagement/workitems/query";
    let first = api(&backend, "POST", path, json!({ "pageSize": 200 }))
        .await
        .json();
    let after = first["after"].clone();
    let second = api(
        &backend,
        "POST",
        path,
        json!({ "pageSize": 200, "after": after }),
    )
    .await
    .json();
    assert_eq!(second["entities"].as_array().unwrap().len(), 50);
    assert!(second.get("after").is_none());

    let path = "/api/v2/users/search";
    let found = api(
        &backend,
        "POST",
        path,
        json!({ "pageSize": 100, "pageNumber": 3 }),
    )
    .await
    .json();
    assert_eq!(found["results"].as_array().unwrap().len(), 50);
    assert_eq!(found["pageCount"], 3);
    let first = api(&backend, "POST", path, json!({ "pageSize": 200 }))
        .await
        .json();
    let next = first["nextPage"].as_str().unwrap();
    let second = get(&backend, next).await.json();
    assert_eq!(second["results"][0]["id"], "u200");

    let path = "/api/v2/scim/v2/users?startIndex=201&count=100";
    let answer = get(&backend, path).await;
    assert_eq!(answer.header("content-type"), Some("application/scim+json"));
    assert_eq!(answer.json()["itemsPerPage"], 50);
    assert_eq!(answer.json()["Resources"][0]["id"], "u200");
}

#[tokio::test]
async fn analytics_queries_and_jobs() {
    let backend = Backend::new(MockConfig::default());
    let query = "/api/v2/analytics/conversations/details/query";
    let body = |page: u32| json!({ "interval": "2026-11-22T00:00:00Z/PT1H", "paging": { "pageSize": 100, "pageNumber": page } });
    let answer = api(&backend, "POST", query, body(3)).await.json();
    assert_eq!(answer["totalHits"], 250);
    assert_eq!(answer["conversations"].as_array().unwrap().len(), 50);
    let empty = api(&backend, "POST", query, body(4)).await.json();
    assert!(empty.get("conversations").is_none());
    assert_eq!(api(&backend, "POST", query, json!({})).await.status(), 400);

    backend.update(|settings| settings.analytics_bytes = 3_000_000);
    let large = api(&backend, "POST", query, body(1)).await;
    assert!((3_000_000..3_100_000).contains(&large.body.len()));
    assert!(large.json()["conversations"].is_array());

    let jobs = "/api/v2/analytics/conversations/details/jobs";
    let submitted = api(&backend, "POST", jobs, body(1)).await;
    assert_eq!(submitted.status(), 202);
    let job = format!("{jobs}/{}", submitted.json()["jobId"].as_str().unwrap());
    let results = format!("{job}/results?pageSize=200");
    assert_eq!(get(&backend, &results).await.status(), 400);
    for state in ["QUEUED", "PENDING", "FULFILLED"] {
        assert_eq!(get(&backend, &job).await.json()["state"], state);
    }
    let first = get(&backend, &results).await.json();
    let cursor = encoded(&first["cursor"]).unwrap();
    let path = format!("{results}&cursor={cursor}");
    let second = get(&backend, &path).await.json();
    assert_eq!(second["conversations"].as_array().unwrap().len(), 50);
    assert!(second.get("cursor").is_none());
    assert_eq!(send(&backend, "DELETE", &job).await.status(), 204);
    assert_eq!(get(&backend, &job).await.json()["state"], "CANCELLED");
}

#[tokio::test]
async fn scim_users_have_etags() {
    let backend = Backend::new(MockConfig::default());
    let path = "/api/v2/scim/v2/users/u1";
    let answer = get(&backend, path).await;
    let etag = answer.header("etag").unwrap().to_owned();
    let unchanged = api_with(
        &backend,
        "GET",
        path,
        &[("if-none-match", &etag)],
        Value::Null,
    )
    .await;
    assert_eq!(unchanged.status(), 304);
    let user = json!({ "userName": "new@example.com" });
    let put = api_with(&backend, "PUT", path, &[("if-match", &etag)], user.clone()).await;
    assert_eq!(put.status(), 200);
    let stale = api_with(&backend, "PUT", path, &[("if-match", &etag)], user).await;
    assert_eq!(stale.status(), 412);
}

#[tokio::test]
async fn files_go_through_presigned_urls_without_the_bearer() {
    let mock = start().await;
    let bearer = format!("Bearer {}", mock.issue_token(Duration::from_secs(60)));
    let headers = [("authorization", bearer.as_str())];
    let mut client = Client::connect(&mock).await;
    let answer = client
        .call("GET", "/api/v2/downloads/d%2F1?size=200000", &headers, "")
        .await;
    assert_eq!(answer.status(), 303);
    let url = answer.header("location").unwrap().to_owned();
    let path = url.strip_prefix(mock.base_url()).unwrap();
    let refused = client.call("GET", path, &headers, "").await;
    assert_eq!(refused.status(), 400);
    let file = client.call("GET", path, &[], "").await;
    assert_eq!(file.body.len(), 200_000);
    assert_eq!(file.body[70_000], generated_byte(70_000));

    let uploads = "/api/v2/uploads/recordings";
    let answer = client.call("POST", uploads, &headers, "{}").await.json();
    let key = answer["uploadKey"].as_str().unwrap();
    let url = answer["url"].as_str().unwrap();
    let path = url.strip_prefix(mock.base_url()).unwrap();
    let signed = [("x-amz-meta-uploadkey", key)];
    assert_eq!(client.call("PUT", path, &[], "12345").await.status(), 403);
    assert_eq!(
        client.call("PUT", path, &signed, "12345").await.status(),
        200
    );
    assert_eq!(mock.uploaded(key), Some(5));
    assert_eq!(mock.requests_to(Target::Presigned).len(), 4);
}

#[tokio::test]
async fn the_apps_host_takes_forms_with_a_token() {
    let mock = start().await;
    let authorization = format!("Bearer {}", mock.issue_token(Duration::from_secs(60)));
    let kind = ("content-type", "multipart/form-data; boundary=b");
    let headers = [("authorization", authorization.as_str()), kind];
    let mut client = Client::connect(&mock).await;
    let url = "/uploads/v2/contactlist";
    let form = |fields: &str| {
        format!(
            "{fields}--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"c.csv\"\r\n\r\nid\n1\n2\n\r\n--b--\r\n"
        )
    };
    let field = |name: &str, value: &str| {
        format!("--b\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let whole = form(&(field("fileType", "contactlist") + &field("id", "l1")));
    let without_token = client.call("POST", url, &[kind], &whole).await;
    assert_eq!(without_token.status(), 401);
    for bad in [form(""), form(&field("id", "l1")), String::new()] {
        let refused = client.call("POST", url, &headers, &bad).await;
        assert_eq!(refused.status(), 400, "{bad}");
    }
    let status = "/api/v2/outbound/contactlists/l1/importstatus";
    assert_eq!(client.call("GET", status, &headers, "").await.status(), 404);
    let taken = client.call("POST", url, &headers, &whole).await;
    assert_eq!(taken.status(), 200);
    let status = client.call("GET", status, &headers, "").await.json();
    assert_eq!(status["totalRecords"], 2);
}

#[tokio::test]
async fn prompts_have_audio_after_its_upload() {
    let mock = start().await;
    let authorization = format!("Bearer {}", mock.issue_token(Duration::from_secs(60)));
    let headers = [
        ("authorization", authorization.as_str()),
        ("content-type", "multipart/form-data; boundary=b"),
    ];
    let mut client = Client::connect(&mock).await;
    let prompts = "/api/v2/architect/prompts";
    let prompt = client.call("POST", prompts, &headers, "{\"name\":\"p\"}");
    assert_eq!(prompt.await.json()["id"], "prompt-1");
    let resources = format!("{prompts}/prompt-1/resources");
    let language = r#"{"language":"en-us"}"#;
    let resource = client.call("POST", &resources, &headers, language).await;
    let resource = resource.json();
    assert_eq!(resource["uploadStatus"], "created");
    let url = resource["uploadUri"].as_str().unwrap();
    let path = url.strip_prefix(mock.base_url()).unwrap();
    let form = |content: &str| {
        format!(
            "--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"p.wav\"\r\ncontent-type: audio/wav\r\n\r\n{content}\r\n--b--\r\n"
        )
    };
    let refused = client.call("POST", path, &headers, &form("MP3")).await;
    assert_eq!(refused.status(), 400);
    let taken = client.call("POST", path, &headers, &form("RIFF")).await;
    assert_eq!(taken.status(), 200);
    let resource = format!("{resources}/en-us");
    let resource = client.call("GET", &resource, &headers, "").await.json();
    assert_eq!(resource["uploadStatus"], "transcoded");
}
