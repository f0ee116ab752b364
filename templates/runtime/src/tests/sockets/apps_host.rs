//! The access token on purpose, and the host that uploads go to.

use std::sync::Arc;

use http::Method;

use super::handler::Served;
use crate::runtime::client::{Client, Region};
use crate::runtime::error::ErrorKind;
use crate::runtime::request::MultipartBody;
use crate::runtime::transport::{HttpResponse, MemoryTransport};
use crate::tests::support::{GetUser, TOKEN, builder};

#[tokio::test]
async fn the_token_is_the_one_that_calls_are_made_with() {
    let server = Served::new(|request| match request.path() {
        "/oauth/token" => HttpResponse::json(
            200,
            r#"{"access_token":"a-token-of-the-server","token_type":"bearer","expires_in":86400}"#,
        ),
        _ => HttpResponse::json(200, "{}"),
    })
    .await;
    let client = Client::builder()
        .base_urls(server.base(), server.base())
        .no_proxy()
        .client_credentials("the-id", "the-secret-of-the-tests")
        .build()
        .unwrap();
    let token = client.access_token().await.unwrap();
    assert_eq!(token.expose(), "a-token-of-the-server");
    assert!(!format!("{token:?}").contains("a-token"));
    GetUser::new(&client, "1").send().await.unwrap();
    assert_eq!(client.access_token().await.unwrap(), token);
    assert_eq!(server.request_count(), 2);
    let without = Client::builder()
        .base_urls(server.base(), server.base())
        .build()
        .unwrap();
    assert!(without.access_token().await.unwrap_err().is_configuration());
}

#[tokio::test]
async fn an_upload_to_the_apps_host_carries_token_and_headers() {
    let api = Served::new(|_| HttpResponse::json(200, "{}")).await;
    let apps = Served::new(|_| HttpResponse::json(200, r#"{"id":"list"}"#)).await;
    let client = api
        .builder()
        .apps_base_url(apps.base())
        .default_header("x-team", "blue")
        .build()
        .unwrap();
    let form = MultipartBody::new().text("fileType", "contactlist").file(
        "file",
        "list.csv",
        "text/csv",
        "name,phone\nAda,1\n",
    );
    let response = client
        .request(
            Method::POST,
            &format!("{}/uploads/v2/contactlist", apps.base()),
        )
        .query("dryRun", true)
        .multipart(form)
        .send()
        .await
        .unwrap();
    assert_eq!(response.into_body(), r#"{"id":"list"}"#);
    let sent = apps.requests().pop().unwrap();
    assert_eq!(
        (sent.path(), sent.query()),
        ("/uploads/v2/contactlist", "dryRun=true")
    );
    let bearer = format!("Bearer {TOKEN}");
    assert_eq!(sent.header("authorization"), Some(&*bearer));
    assert_eq!(sent.header("x-team"), Some("blue"));
    assert!(String::from_utf8_lossy(&sent.body).contains("name,phone"));
    assert_eq!(api.request_count(), 0);
}

#[tokio::test]
async fn a_refused_token_is_renewed_there_as_well() {
    let apps = Served::new(|request| match request.header("authorization") {
        Some("Bearer second-token-of-the-tests") => HttpResponse::json(200, "{}"),
        _ => HttpResponse::json(401, "{}"),
    })
    .await;
    let tokens = std::sync::atomic::AtomicUsize::new(0);
    let login = Served::new(move |_| {
        let name = ["first", "second"][tokens
            .fetch_add(1, std::sync::atomic::Ordering::SeqCst)
            .min(1)];
        HttpResponse::json(
            200,
            format!(r#"{{"access_token":"{name}-token-of-the-tests","expires_in":86400}}"#),
        )
    })
    .await;
    let client = Client::builder()
        .base_urls(login.base(), login.base())
        .apps_base_url(apps.base())
        .no_proxy()
        .client_credentials("the-id", "the-secret-of-the-tests")
        .build()
        .unwrap();
    let url = format!("{}/uploads/v2/prompt", apps.base());
    client.request(Method::POST, &url).send().await.unwrap();
    assert_eq!(login.request_count(), 2);
}

#[tokio::test]
async fn the_token_goes_to_the_regions_own_apps_host_and_to_no_other() {
    let transport = Arc::new(MemoryTransport::new(|_| HttpResponse::json(200, "{}")));
    let client = builder(&transport)
        .region(Region::EuCentral1)
        .build()
        .unwrap();
    assert_eq!(
        client.apps_base().unwrap().as_str(),
        "https://apps.mypurecloud.de/"
    );
    let post = |client: &Client, url: &str| client.request(Method::POST, url).send();
    post(
        &client,
        "https://apps.mypurecloud.de/uploads/v2/contactlist?x=1",
    )
    .await
    .unwrap();
    assert!(transport.requests()[0].header("authorization").is_some());
    let refused = [
        "https://apps.mypurecloud.ie/uploads",
        "http://apps.mypurecloud.de/uploads",
        "https://apps.mypurecloud.de:8443/uploads",
        "https://apps.mypurecloud.de.evil.example/uploads",
        "https://apps.mypurecloud.de@evil.example/uploads",
        "https://user@apps.mypurecloud.de/uploads",
        "https://xapps.mypurecloud.de/uploads",
    ];
    for url in refused {
        let error = post(&client, url).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{url}");
    }
    // Behind base URLs the region's host is not named, and gets nothing.
    let behind = builder(&transport)
        .base_urls(
            "https://gateway.example/api",
            "https://gateway.example/login",
        )
        .build()
        .unwrap();
    assert_eq!(behind.apps_base(), None);
    let error = post(&behind, "https://apps.mypurecloud.com/uploads")
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    let named = builder(&transport)
        .base_urls(
            "https://gateway.example/api",
            "https://gateway.example/login",
        )
        .apps_base_url("https://gateway.example/apps")
        .build()
        .unwrap();
    post(&named, "https://gateway.example/apps/uploads")
        .await
        .unwrap();
    let error = post(&named, "https://gateway.example/appsuploads")
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert_eq!(transport.request_count(), 2);
    let plain = builder(&transport)
        .apps_base_url("http://apps.example/")
        .build();
    assert!(plain.unwrap_err().is_configuration());
}
