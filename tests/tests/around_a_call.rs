//! What is around a call, over real HTTP: files by presigned URLs, versions and their conflicts, permissions, gateways and proxies.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use genesys_cloud::models::{UpdateUser, UploadUrlRequest};
use genesys_cloud::runtime::transport::{BoxError, ByteStream};
use genesys_cloud::runtime::update;
use genesys_cloud::{Client, ClientBuilder, Gateway, Operation as _};
use genesys_cloud_mock::{Fault, MockConfig, MockGenesys, Reply, ReplyBody, Target};
use genesys_cloud_tests::guide::client_of;
use http::Method;
use http_body_util::{BodyDataStream, BodyExt as _};

async fn start() -> (MockGenesys, Client) {
    start_with(MockConfig::default()).await
}

async fn start_with(config: MockConfig) -> (MockGenesys, Client) {
    let mock = MockGenesys::start(config).await.unwrap();
    let client = client_of(&mock).build().unwrap();
    (mock, client)
}

/// A body that is made while it is sent.
fn generated(size: u64) -> ByteStream {
    let body = ReplyBody::Generated {
        remaining: size,
        sized: false,
    };
    Box::pin(BodyDataStream::new(
        body.map_err(|never| -> BoxError { match never {} }),
    ))
}

/// Another mock plays the storage host.
async fn storage() -> MockGenesys {
    MockGenesys::start(MockConfig::default()).await.unwrap()
}

#[tokio::test]
async fn a_file_is_streamed_to_a_presigned_url_without_the_token() {
    const SIZE: u64 = 3_000_000;
    let storage = storage().await;
    let (mock, client) = start_with(MockConfig {
        presigned_base: Some(storage.base_url().to_owned()),
        ..MockConfig::default()
    })
    .await;
    // The storage fails once under the upload: its body is made anew.
    storage.fault(Fault::presigned().times(1).respond(Reply::status(503)));
    let place = client
        .uploads()
        .post_uploads_recordings(UploadUrlRequest {
            file_name: Some("call.wav".to_owned()),
            content_type: Some("audio/wav".to_owned()),
            ..UploadUrlRequest::default()
        })
        .send()
        .await
        .unwrap()
        .into_body();
    let mut upload = client.request_presigned(Method::PUT, &place.url.unwrap());
    let mut headers = place.headers.unwrap();
    let content_type = headers.remove("content-type").unwrap();
    for (name, value) in &headers {
        upload = upload.header(name, value);
    }
    let response = upload
        .body_factory(&content_type, || generated(SIZE))
        .send()
        .await
        .unwrap();
    assert_eq!(response.attempts(), 2);
    assert_eq!(storage.uploaded(&place.upload_key.unwrap()), Some(SIZE));
    let uploads = storage.requests_to(Target::Presigned);
    assert_eq!(uploads.len(), 2);
    for upload in uploads {
        assert_eq!(upload.header("authorization"), None);
        assert_eq!(upload.header("content-type"), Some("audio/wav"));
    }
    // The storage host saw nothing else, and the API not the file.
    assert_eq!(storage.stats().token_requests, 0);
    assert_eq!(mock.stats().presigned_requests, 0);
}

#[tokio::test]
async fn a_download_follows_its_redirect_to_another_host_without_the_token() {
    let storage = storage().await;
    let (_mock, client) = start_with(MockConfig {
        presigned_base: Some(storage.base_url().to_owned()),
        ..MockConfig::default()
    })
    .await;
    let download = client.downloads().get_download("d1");
    let bytes = download.with_follow_redirects(true).send_bytes().await;
    assert_eq!(bytes.unwrap().len(), 1000);
    let requests = storage.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].header("authorization"), None);

    // The same in two steps, for whoever wants the URL.
    let download = client.downloads().get_download("d1").issue_redirect(false);
    let url = download.send().await.unwrap().into_body().url.unwrap();
    let body = client.request_presigned(Method::GET, &url).send().await;
    assert_eq!(body.unwrap().len(), 1000);
    assert_eq!(storage.requests()[1].header("authorization"), None);
}

#[tokio::test]
async fn an_etag_guards_a_scim_user() {
    let (_mock, client) = start().await;
    let read = || client.scim().get_scim_v2_user("u1").send();
    let first = read().await.unwrap();
    let etag = first.etag().unwrap().to_owned();
    assert_eq!(etag, "W/\"1\"");
    // Nothing new: no body is sent again.
    let unchanged = client
        .scim()
        .get_scim_v2_user("u1")
        .if_none_match(&etag)
        .send()
        .await
        .unwrap();
    assert_eq!(unchanged.status(), 304);
    assert!(unchanged.body_is_empty());

    let mut user = first.into_body();
    user.title = Some("Lead".to_owned());
    let write = |user| client.scim().put_scim_v2_user("u1", user).if_match(&etag);
    write(user.clone()).send().await.unwrap();
    let error = write(user).send().await.unwrap_err();
    assert!(error.is_precondition_failed() && error.is_version_conflict());

    // The helper reads the new version, and applies the change to it.
    let mut reads = 0;
    let updated = update(
        || {
            reads += 1;
            client.scim().get_scim_v2_user("u1").send()
        },
        |user| user.title = Some("Head".to_owned()),
        |user| {
            let etag = user.etag().unwrap().to_owned();
            let write = client.scim().put_scim_v2_user("u1", user.into_body());
            write.if_match(etag).send()
        },
    )
    .await
    .unwrap();
    assert_eq!(updated.title.as_deref(), Some("Head"));
    assert_eq!((reads, updated.etag()), (1, Some("W/\"3\"")));
}

#[tokio::test]
async fn a_change_of_somebody_else_in_between_is_kept() {
    let (mock, client) = start().await;
    let other = client.clone();
    let mut disturbed = false;
    let updated = update(
        || client.users().get_user("u1").send(),
        |user| user.title = Some("Lead".to_owned()),
        |user| {
            let change = UpdateUser {
                version: user.version,
                title: user.title.clone(),
                ..UpdateUser::default()
            };
            let interference = (!std::mem::replace(&mut disturbed, true)).then(|| UpdateUser {
                version: user.version,
                department: Some("Legal".to_owned()),
                ..UpdateUser::default()
            });
            let (client, other) = (client.clone(), other.clone());
            async move {
                if let Some(change) = interference {
                    other.users().patch_user("u1", change).send().await?;
                }
                client.users().patch_user("u1", change).send().await
            }
        },
    )
    .await
    .unwrap();
    assert_eq!(updated.version, Some(3));
    assert_eq!(updated.title.as_deref(), Some("Lead"));
    assert_eq!(updated.department.as_deref(), Some("Legal"));
    assert_eq!(mock.stats().by_status[&409], 1);
}

#[tokio::test]
async fn missing_permissions_are_told_before_the_call() {
    let (mock, client) = start().await;
    let query = genesys_cloud::models::ConversationQuery::default();
    let operation = client
        .analytics()
        .post_analytics_conversations_details_query(query);
    fn metadata<O: genesys_cloud::Operation>(_: &O) -> &'static genesys_cloud::OperationMetadata {
        O::METADATA
    }
    let needed = metadata(&operation);
    assert!(client.permissions().await.unwrap().allow(needed));
    mock.update(|settings| settings.permissions = vec!["directory:user:view".to_owned()]);
    let permissions = client.permissions().await.unwrap();
    assert_eq!(permissions.missing(needed), needed.permissions.names());
    assert!(permissions.contains("directory:user:view"));
}

#[tokio::test]
async fn a_gateway_gets_every_request() {
    let mock = MockGenesys::start(MockConfig {
        login_prefix: "login".to_owned(),
        api_prefix: "platform".to_owned(),
        ..MockConfig::default()
    })
    .await
    .unwrap();
    let client = Client::builder()
        .gateway(
            Gateway::new("127.0.0.1")
                .scheme("http")
                .port(mock.port())
                .login_path("login")
                .api_path("platform"),
        )
        .client_credentials(mock.client_id(), mock.client_secret())
        .build()
        .unwrap();
    client.users().get_user("u1").send().await.unwrap();
    // Links of the API name no gateway; pages are read through it all the same.
    let divisions = client
        .authorization()
        .get_authorization_divisions_query()
        .items()
        .page_size(100)
        .collect_all()
        .await
        .unwrap();
    assert_eq!(divisions.len(), mock.settings().listing_total);
    for request in mock.requests() {
        let path = request.path();
        assert!(
            path == "/login/oauth/token" || path.starts_with("/platform/api/v2/"),
            "{path}"
        );
    }
}

fn for_a_cloud_far_away(mock: &MockGenesys) -> ClientBuilder {
    Client::builder()
        .base_urls("http://api.far.example", "http://login.far.example")
        .allow_plain_http(true)
        .client_credentials(mock.client_id(), mock.client_secret())
}

#[tokio::test]
async fn a_proxy_gets_every_request_and_its_own_password() {
    let mock = MockGenesys::start(MockConfig::default()).await.unwrap();
    let client = for_a_cloud_far_away(&mock)
        .proxy(format!("http://user:word@127.0.0.1:{}", mock.port()))
        .build()
        .unwrap();
    client.users().get_user("u1").send().await.unwrap();
    let hosts: Vec<String> = mock
        .requests()
        .iter()
        .map(|request| {
            assert_eq!(
                request.header("proxy-authorization"),
                Some("Basic dXNlcjp3b3Jk")
            );
            request.uri.authority().unwrap().to_string()
        })
        .collect();
    assert_eq!(hosts, ["login.far.example", "api.far.example"]);
}

#[tokio::test]
async fn an_error_of_a_proxy_shows_no_password() {
    let mock = MockGenesys::start(MockConfig::default()).await.unwrap();
    let client = for_a_cloud_far_away(&mock)
        // Nothing listens on port 1.
        .proxy("http://user:hunter2@127.0.0.1:1")
        .build()
        .unwrap();
    let error = client
        .users()
        .get_user("u1")
        .with_retry(genesys_cloud::RetryPolicy::never())
        .with_timeout(std::time::Duration::from_secs(2))
        .send()
        .await
        .unwrap_err();
    let mut text = format!("{error} {error:?} {client:?}");
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        text += &format!(" {cause} {cause:?}");
        source = cause.source();
    }
    assert!(!text.contains("hunter2"), "{text}");
    assert_eq!(mock.stats().connections, 0);
}
