//! Queues, skills, wrap-up codes, contact lists, campaigns, flows, and recording jobs.

use genesys_cloud_mock::Clock;

use super::*;

const PATHS: [&str; 6] = [
    "/api/v2/routing/queues",
    "/api/v2/routing/skills",
    "/api/v2/routing/wrapupcodes",
    "/api/v2/outbound/contactlists",
    "/api/v2/outbound/campaigns",
    "/api/v2/flows",
];

fn new(name: &str) -> Value {
    json!({ "name": name, "columnNames": ["a"], "contactList": { "id": "c" }, "dialingMode": "preview", "type": "INBOUNDCALL" })
}

#[tokio::test]
async fn a_thing_is_created_read_changed_and_deleted() {
    let backend = Backend::new(MockConfig::default());
    for path in PATHS {
        let created = api(&backend, "POST", path, new("Sales")).await;
        assert_eq!(created.status(), 200, "{path}");
        let mut thing = created.json();
        let one = format!("{path}/{}", thing["id"].as_str().unwrap());
        assert_eq!(thing["selfUri"], one);
        assert_eq!(get(&backend, &one).await.json(), thing);

        thing["name"] = json!("Service");
        let method = if path.ends_with("skills") {
            "PATCH"
        } else {
            "PUT"
        };
        let changed = api(&backend, method, &one, thing.clone()).await;
        assert_eq!(changed.json()["name"], "Service", "{path}");

        let missing = api(&backend, "POST", path, json!({})).await;
        assert_eq!(
            (missing.status(), missing.json()["code"].clone()),
            (400, json!("bad.request"))
        );
        assert_eq!(send(&backend, "DELETE", &one).await.status(), 200);
        for method in ["GET", "DELETE", method] {
            let gone = api(&backend, method, &one, thing.clone()).await;
            assert_eq!(gone.status(), 404, "{method} {one}");
        }
    }
}

#[tokio::test]
async fn conflicts_are_those_of_the_api() {
    let backend = Backend::new(MockConfig::default());
    for (path, unique) in PATHS.map(|path| (path, !path.ends_with("wrapupcodes"))) {
        api(&backend, "POST", path, new("Twice")).await;
        let second = api(&backend, "POST", path, new("Twice")).await;
        assert_eq!(second.status(), if unique { 409 } else { 200 }, "{path}");
    }
    for path in [
        "/api/v2/outbound/contactlists",
        "/api/v2/outbound/campaigns",
    ] {
        let thing = api(&backend, "POST", path, new("Versions")).await.json();
        assert_eq!(thing["version"], 1);
        let one = thing["selfUri"].as_str().unwrap();
        assert_eq!(
            api(&backend, "PUT", one, thing.clone()).await.json()["version"],
            2
        );
        let stale = api(&backend, "PUT", one, thing.clone()).await;
        assert_eq!(
            (stale.status(), stale.json()["code"].clone()),
            (409, json!("invalid.update.wrong.version"))
        );
    }
}

#[tokio::test(start_paused = true)]
async fn reads_lag_behind_writes() {
    let mut config = MockConfig {
        clock: Clock::Tokio,
        ..MockConfig::default()
    };
    config.settings.read_lag = Duration::from_secs(5);
    let backend = Backend::new(config);
    let created = api(&backend, "POST", "/api/v2/routing/queues", new("Late"))
        .await
        .json();
    let one = created["selfUri"].as_str().unwrap();
    let listed = async || {
        let list = get(&backend, "/api/v2/routing/queues?name=late").await;
        list.json()["total"].as_u64().unwrap()
    };
    assert_eq!(get(&backend, one).await.status(), 404);
    assert_eq!(listed().await, 0);
    // A write sees it.
    tokio::time::advance(Duration::from_secs(3)).await;
    assert_eq!(api(&backend, "PUT", one, new("Later")).await.status(), 200);
    tokio::time::advance(Duration::from_secs(3)).await;
    assert_eq!(get(&backend, one).await.json()["name"], "Late");
    assert_eq!(listed().await, 1);
    tokio::time::advance(Duration::from_secs(3)).await;
    assert_eq!(get(&backend, one).await.json()["name"], "Later");
    send(&backend, "DELETE", one).await;
    assert_eq!(get(&backend, one).await.status(), 200);
    tokio::time::advance(Duration::from_secs(6)).await;
    assert_eq!(get(&backend, one).await.status(), 404);

    // Users do so, too.
    let user = api(&backend, "POST", "/api/v2/users", json!({ "name": "Ann" }))
        .await
        .json();
    let one = user["selfUri"].as_str().unwrap();
    assert_eq!(get(&backend, one).await.status(), 404);
    tokio::time::advance(Duration::from_secs(6)).await;
    let change = json!({ "version": 1, "title": "Agent" });
    assert_eq!(
        api(&backend, "PATCH", one, change).await.json()["version"],
        2
    );
    assert_eq!(get(&backend, one).await.json()["version"], 1);
    tokio::time::advance(Duration::from_secs(6)).await;
    assert_eq!(get(&backend, one).await.json()["version"], 2);
}

#[tokio::test]
async fn listings_have_pages_some_of_them_empty() {
    let mut config = MockConfig::default();
    config.settings.collection_size = 60;
    config.settings.empty_pages = vec![2];
    let backend = Backend::new(config);
    for path in PATHS {
        let mut counts = Vec::new();
        let mut next = Some(path.to_owned());
        while let Some(uri) = next {
            let page = get(&backend, &uri).await.json();
            assert_eq!(
                (page["total"].as_u64(), page["pageCount"].as_u64()),
                (Some(60), Some(3))
            );
            counts.push(page["entities"].as_array().unwrap().len());
            next = page["nextUri"].as_str().map(str::to_owned);
        }
        assert_eq!(counts, [25, 0, 10], "{path}");
    }
    let bad = get(&backend, "/api/v2/flows?pageSize=0").await;
    assert_eq!(bad.status(), 400);
}

#[tokio::test]
async fn a_flow_that_is_checked_out_is_locked_for_others() {
    let backend = Backend::new(MockConfig::default());
    // The token of another client.
    backend.set_client(OAuthClient::new("other", "secret"));
    let other = token(
        &backend,
        Some(&basic("other", "secret")),
        &[("grant_type", "client_credentials")],
    )
    .await;
    let other = format!("Bearer {}", other.json()["access_token"].as_str().unwrap());
    let as_other = async |method: &str, path: &str, body: Value| {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", &other);
        answer(
            backend
                .call(request.body(body.to_string().into()).unwrap())
                .await
                .unwrap(),
        )
    };
    let one = "/api/v2/flows/flow-00001";
    let check_out = "/api/v2/flows/actions/checkout?flow=flow-00001";
    assert_eq!(send(&backend, "POST", check_out).await.status(), 200);
    for (method, path) in [("PUT", one), ("DELETE", one), ("POST", check_out)] {
        let refused = as_other(method, path, new("Mine")).await;
        assert_eq!(
            (refused.status(), refused.json()["code"].clone()),
            (409, json!("architect.flow.locked.by.user"))
        );
    }
    assert_eq!(send(&backend, "POST", check_out).await.status(), 200);
    as_other(
        "POST",
        "/api/v2/flows/actions/unlock?flow=flow-00001",
        json!({}),
    )
    .await;
    assert_eq!(as_other("PUT", one, new("Mine")).await.status(), 200);
}

#[tokio::test]
async fn a_recording_job_goes_through_its_states() {
    let backend = Backend::new(MockConfig::default());
    let path = "/api/v2/recording/jobs";
    assert_eq!(api(&backend, "POST", path, json!({})).await.status(), 400);
    let job = api(&backend, "POST", path, json!({ "action": "DELETE" })).await;
    assert_eq!(
        (job.status(), job.json()["state"].clone()),
        (202, json!("PENDING"))
    );
    let one = job.json()["selfUri"].as_str().unwrap().to_owned();
    let state = async || get(&backend, &one).await.json()["state"].clone();
    let start = async || {
        api(&backend, "PUT", &one, json!({ "state": "PROCESSING" }))
            .await
            .status()
    };
    assert_eq!(start().await, 400);
    assert_eq!(
        [state().await, state().await, state().await],
        ["PENDING", "PENDING", "READY"]
    );
    assert_eq!(start().await, 200);
    assert_eq!(
        [state().await, state().await, state().await],
        ["PROCESSING", "PROCESSING", "FULFILLED"]
    );
    assert_eq!(
        get(&backend, "/api/v2/recording/jobs/none").await.status(),
        404
    );
    let job = api(&backend, "POST", path, json!({ "action": "EXPORT" }))
        .await
        .json();
    let cancelled = api(
        &backend,
        "DELETE",
        job["selfUri"].as_str().unwrap(),
        Value::Null,
    )
    .await;
    assert_eq!(cancelled.json()["state"], "CANCELLED");
}
