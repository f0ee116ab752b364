//! Answers that are not the API's own, or not in its own form: an error is right about where they come from, and about what to do.

use http::{HeaderValue, Method, header};

use super::handler::Served;
use crate::runtime::auth::{AuthError, AuthErrorKind};
use crate::runtime::client::{Client, Region};
use crate::runtime::pipeline::RetryPolicy;
use crate::runtime::request::CallOptions;
use crate::runtime::transport::HttpResponse;
use crate::tests::support::{GetUser, with};

const PAGE: &str = "<!DOCTYPE html><html><head><title>Request Rejected</title></head></html>";

fn html(status: u16) -> HttpResponse {
    with(HttpResponse::json(status, PAGE), "x-page", "1")
        .with_header(header::CONTENT_TYPE, HeaderValue::from_static("text/html"))
}

fn redirect(status: u16, location: &str) -> HttpResponse {
    with(HttpResponse::json(status, PAGE), "location", location)
}

async fn error_of(
    answer: impl Fn() -> HttpResponse + Send + Sync + 'static,
) -> crate::runtime::error::Error {
    let server = Served::new(move |_| answer()).await;
    GetUser::new(&server.client(), "1")
        .send()
        .await
        .unwrap_err()
}

#[tokio::test]
async fn scim_errors_and_problem_details_tell_what_they_say() {
    let table = [
        (
            409,
            r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"scimType":"uniqueness",
               "detail":"A user with that userName exists.","status":"409"}"#,
            "409 Conflict: A user with that userName exists. [uniqueness]",
            Some(409),
        ),
        (
            404,
            r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"detail":"Resource 2819c not found","status":"404"}"#,
            "404 Not Found: Resource 2819c not found",
            Some(404),
        ),
        (
            400,
            r#"{"type":"about:blank","title":"Bad Request","status":400}"#,
            "400 Bad Request: Bad Request",
            Some(400),
        ),
    ];
    for (status, body, expected, told) in table {
        let error = error_of(move || HttpResponse::json(status, body)).await;
        assert!(error.to_string().contains(expected), "{error}");
        assert_eq!(error.api_error().unwrap().status, told);
    }
}

#[tokio::test]
async fn the_page_of_a_firewall_is_told_and_leads_to_no_role_and_no_client() {
    for status in [400, 401, 403, 404, 405, 413, 500, 501] {
        let error = error_of(move || html(status)).await;
        let text = error.to_string();
        assert!(
            text.contains("an HTML page in place of an error of the API"),
            "{text}"
        );
        assert!(text.contains("a firewall, a proxy or a gateway"), "{text}");
        for wrong in ["permission", "role", "OAuth", "Rejected", "<html"] {
            assert!(!text.contains(wrong), "{wrong}: {text}");
        }
        assert_eq!(error.body().unwrap(), PAGE);
    }
    // One that does not say what it is.
    let error = error_of(|| HttpResponse::json(403, "\n <HTML>no</HTML>")).await;
    assert!(error.to_string().contains("an HTML page"), "{error}");
    // The API's own refusal still names the permissions.
    let error = error_of(|| HttpResponse::json(403, r#"{"message":"missing"}"#)).await;
    assert!(error.to_string().contains("directory:user:view"), "{error}");
}

#[tokio::test]
async fn a_redirect_says_where_it_leads() {
    let table = [
        (
            "https://api.mypurecloud.de/api/v2/users/1",
            "`api.mypurecloud.de`, a server of the region eu-central-1: if the organization is there, set that region",
            "follow_redirects",
        ),
        (
            "/api/v2/users/2",
            "call that one with Client::request",
            "follow_redirects",
        ),
        (
            "https://bucket.s3.amazonaws.com/file?X-Amz-Signature=planted",
            "`bucket.s3.amazonaws.com`; CallOptions::with_follow_redirects",
            "planted",
        ),
        (
            "http://portal.hotel.example/login",
            "a captive portal",
            "OAuth",
        ),
    ];
    for status in [301, 302, 307, 308] {
        for (location, expected, wrong) in table {
            let error = error_of(move || redirect(status, location)).await;
            let text = error.to_string();
            assert!(error.is_redirect() && text.contains(expected), "{text}");
            assert!(!text.contains(wrong), "{text}");
        }
    }
}

#[tokio::test]
async fn a_redirect_that_was_followed_without_the_token_is_the_reason_of_its_401() {
    for status in [401, 403] {
        let server = Served::new(move |request| match request.path() {
            "/there" => {
                HttpResponse::json(status, r#"{"message":"No authentication bearer token"}"#)
            }
            _ => redirect(302, "/there"),
        })
        .await;
        let error = server
            .client()
            .request(Method::GET, "/here")
            .with_options(CallOptions::new().with_follow_redirects(true))
            .send()
            .await
            .unwrap_err();
        let text = error.to_string();
        assert!(text.contains("followed without the access token"), "{text}");
        assert!(
            !text.contains("OAuth client") && !text.contains("role"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn the_token_endpoint_tells_another_regions_login_and_a_portal() {
    type Answer = fn() -> HttpResponse;
    let cases: [(Answer, &str); 5] = [
        (
            || redirect(302, "https://login.mypurecloud.ie/oauth/token"),
            "login.mypurecloud.ie, a server of the region eu-west-1",
        ),
        (
            || redirect(302, "http://portal.hotel.example/"),
            "portal.hotel.example",
        ),
        (|| html(403), "the body is HTML, as of a firewall"),
        (|| html(401), "the body is HTML, as of a firewall"),
        (|| html(200), "as of a captive portal"),
    ];
    for (answer, expected) in cases {
        let server = Served::new(move |_| answer()).await;
        let client = Client::builder()
            .base_urls(server.base(), server.base())
            .no_proxy()
            .client_credentials("the-id", "the-secret-of-the-tests")
            .build()
            .unwrap();
        let error = client.authenticate().await.unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
        let kind = error.find_source::<AuthError>().unwrap().kind();
        assert_ne!(kind, AuthErrorKind::WrongSecret, "{error}");
    }
}

#[test]
fn every_server_of_every_region_is_known() {
    for region in Region::ALL {
        for server in ["api", "login", "apps"] {
            let host = format!("{server}.{}", region.domain());
            assert_eq!(Region::of_host(&host), Some(region));
        }
        assert_eq!(Region::of_host(region.domain()), None);
    }
    assert_eq!(Region::of_host("api.evil-mypurecloud.com"), None);
}

#[tokio::test]
async fn a_connection_that_fails_is_told_with_its_host_and_cause() {
    // Nothing listens on a port that was free a moment ago.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    drop(listener);
    let base = format!("http://{address}");
    let builder = || Client::builder().base_urls(&base, &base).no_proxy();
    let own_token = builder()
        .access_token("a-token")
        .retry(RetryPolicy::never());
    let for_api = GetUser::new(&own_token.build().unwrap(), "1").send().await;
    let for_token = builder().client_credentials("id", "a-client-secret");
    let for_token = for_token.build().unwrap().authenticate().await.unwrap_err();
    for error in [for_api.unwrap_err(), for_token] {
        let text = error.to_string();
        assert!(
            text.contains(&format!("could not connect: {address}: ")),
            "{text}"
        );
        assert!(text.contains("refused"), "{text}");
        assert!(error.is_retryable(), "{text}");
    }
}

#[tokio::test]
async fn a_presigned_url_that_is_refused_leads_to_no_role() {
    let server =
        Served::new(|_| HttpResponse::json(403, "<Error><Code>AccessDenied</Code></Error>")).await;
    let client = Client::builder()
        .access_token("a-token")
        .allow_plain_http(true);
    let client = client.no_proxy().build().unwrap();
    let url = format!("{}/bucket/key?signature=x", server.base());
    let error = client
        .request_presigned(Method::GET, &url)
        .send()
        .await
        .unwrap_err();
    let text = error.to_string();
    assert!(text.contains("a presigned URL may have expired"), "{text}");
    assert!(!text.contains("role"), "{text}");
}
