//! Regions, gateways, the environment, and wrong configuration.

use std::sync::Arc;
use std::time::Duration;

use super::support::{GetUser, builder, table, with};
use crate::runtime::auth::UnauthorizedReason;
use crate::runtime::client::{Client, Credentials, Gateway, Region};
use crate::runtime::request::Operation;
use crate::runtime::transport::{HttpResponse, MemoryTransport};

#[test]
fn every_region_is_found_by_either_name_and_by_its_domain() {
    let table = [
        ("us_east_1", "mypurecloud.com"),
        ("eu_west_1", "mypurecloud.ie"),
        ("ap_southeast_2", "mypurecloud.com.au"),
        ("ap_northeast_1", "mypurecloud.jp"),
        ("eu_central_1", "mypurecloud.de"),
        ("us_west_2", "usw2.pure.cloud"),
        ("ca_central_1", "cac1.pure.cloud"),
        ("ap_northeast_2", "apne2.pure.cloud"),
        ("eu_west_2", "euw2.pure.cloud"),
        ("ap_south_1", "aps1.pure.cloud"),
        ("us_east_2", "use2.us-gov-pure.cloud"),
        ("sa_east_1", "sae1.pure.cloud"),
        ("me_central_1", "mec1.pure.cloud"),
        ("ap_northeast_3", "apne3.pure.cloud"),
        ("eu_central_2", "euc2.pure.cloud"),
        ("mx_central_1", "mxc1.pure.cloud"),
        ("ap_southeast_1", "apse1.pure.cloud"),
        ("eusc_de_east_1", "edee1.eusc-pure.cloud"),
    ];
    assert_eq!(table.len(), Region::ALL.len());
    for (name, domain) in table {
        let region: Region = name.parse().unwrap();
        assert_eq!(region.domain(), domain);
        assert_eq!(region.name().replace('-', "_"), name);
        assert_eq!(region.to_string().parse::<Region>().unwrap(), region);
        assert_eq!(
            name.replace('_', "-")
                .to_uppercase()
                .parse::<Region>()
                .unwrap(),
            region
        );
        assert_eq!(domain.parse::<Region>().unwrap(), region);
        let client = Client::builder()
            .region(region)
            .access_token("t")
            .build()
            .unwrap();
        assert_eq!(client.api_base().as_str(), format!("https://api.{domain}/"));
        assert_eq!(
            client.login_base().as_str(),
            format!("https://login.{domain}/")
        );
    }
}

#[test]
fn an_unknown_region_is_refused_unless_made_by_name() {
    for text in ["", "mars-1", "mypurecloud.co", "https://mypurecloud.com"] {
        let error = text.parse::<Region>().unwrap_err();
        assert!(error.is_configuration(), "{text}");
        assert!(error.to_string().contains("Region::custom"), "{error}");
    }
    let region = Region::custom("New1.Pure.cloud").unwrap();
    assert_eq!(region.domain(), "new1.pure.cloud");
    for text in [
        "",
        "com",
        "a..b",
        "a.b/c",
        "a.b:1",
        "https://a.b",
        "a b.c",
        "user@a.b",
        "-a.b",
        "a.b#",
        "a.b?",
    ] {
        assert!(Region::custom(text).is_err(), "{text}");
    }
}

#[tokio::test]
async fn a_gateway_takes_the_place_of_both_hosts() {
    let transport = Arc::new(MemoryTransport::new(|_| HttpResponse::json(200, "{}")));
    let client = builder(&transport)
        .gateway(
            Gateway::new("gw.example.com")
                .port(8443)
                .api_path("/genesys/api/")
                .login_path("genesys/login"),
        )
        .build()
        .unwrap();
    assert_eq!(
        client.login_base().as_str(),
        "https://gw.example.com:8443/genesys/login"
    );
    GetUser::new(&client, "a/b")
        .page_size(1)
        .send()
        .await
        .unwrap();
    client
        .request(http::Method::GET, "/api/v2/users/me")
        .send()
        .await
        .unwrap();
    client
        .request(
            http::Method::GET,
            "https://gw.example.com:8443/genesys/api/api/v2/users?x=1",
        )
        .send()
        .await
        .unwrap();
    let urls: Vec<_> = transport
        .requests()
        .iter()
        .map(|request| request.url.as_str().to_owned())
        .collect();
    assert_eq!(
        urls,
        [
            "https://gw.example.com:8443/genesys/api/api/v2/users/a%2Fb?pageSize=1",
            "https://gw.example.com:8443/genesys/api/api/v2/users/me",
            "https://gw.example.com:8443/genesys/api/api/v2/users?x=1",
        ]
    );
    // The prefix keeps a link from reaching what else the gateway serves.
    let error = client
        .request(
            http::Method::GET,
            "https://gw.example.com:8443/other/api/v2/users",
        )
        .send()
        .await
        .unwrap_err();
    assert!(error.is_invalid_request());
}

#[test]
fn a_gateway_that_makes_no_url_is_refused() {
    for gateway in [
        Gateway::new(""),
        Gateway::new("a b"),
        Gateway::new("user:secret@host"),
        Gateway::new("host/path"),
        Gateway::new("host?x"),
        Gateway::new("host").scheme("ftp"),
        Gateway::new("host").scheme("http"),
        Gateway::new("host").api_path("x?y"),
        Gateway::new("host").login_path("../x"),
    ] {
        let text = format!("{gateway:?}");
        let error = Client::builder()
            .gateway(gateway)
            .access_token("t")
            .build()
            .unwrap_err();
        assert!(error.is_configuration(), "{text}");
    }
}

#[test]
fn plain_http_is_for_this_machine_or_asked_for_by_name() {
    let build = |url: &str, allow| {
        Client::builder()
            .base_urls(url, url)
            .allow_plain_http(allow)
            .access_token("t")
            .build()
    };
    for url in [
        "http://localhost:80",
        "http://127.0.0.1:1",
        "http://127.8.8.8",
        "http://[::1]:9",
        "https://example.com",
    ] {
        build(url, false).unwrap();
    }
    for url in [
        "http://example.com",
        "http://localhost.example.com",
        "http://127.0.0.1.example.com",
        "http://10.0.0.1",
    ] {
        let error = build(url, false).unwrap_err();
        assert!(error.to_string().contains("allow_plain_http"), "{error}");
        build(url, true).unwrap();
    }
    for url in [
        "ftp://localhost",
        "localhost:80",
        "https://user@example.com",
        "https://a.b/?x=1",
        "",
    ] {
        assert!(build(url, true).is_err(), "{url}");
    }
}

#[test]
fn the_environment_is_read_through_a_function() {
    let build = |variables: &[(&str, &str)]| {
        let variables: Vec<(String, String)> = variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        Client::builder()
            .environment(move |name| {
                variables
                    .iter()
                    .find(|(other, _)| other == name)
                    .map(|(_, value)| value.clone())
            })
            .build()
    };
    let client = build(&[
        ("GENESYSCLOUD_REGION", "eu_central_1"),
        ("GENESYSCLOUD_ACCESS_TOKEN", "planted"),
    ])
    .unwrap();
    assert_eq!(client.api_base().as_str(), "https://api.mypurecloud.de/");
    assert!(!format!("{client:?}").contains("planted"));
    for (variables, named) in table![
        &[][..] => "GENESYSCLOUD_OAUTHCLIENT_ID";
        &[("GENESYSCLOUD_OAUTHCLIENT_ID", "x"), ("GENESYSCLOUD_OAUTHCLIENT_SECRET", " ")][..] => "GENESYSCLOUD_OAUTHCLIENT_SECRET";
        &[("GENESYSCLOUD_OAUTHCLIENT_SECRET", "planted")][..] => "GENESYSCLOUD_OAUTHCLIENT_ID";
        &[("GENESYSCLOUD_REGION", "mars"), ("GENESYSCLOUD_ACCESS_TOKEN", "x")][..] => "GENESYSCLOUD_REGION";
    ] {
        let error = build(variables).unwrap_err();
        assert!(error.is_configuration());
        assert!(error.to_string().contains(named), "{error}");
        assert!(!error.to_string().contains("planted"), "{error}");
    }
}

#[test]
fn wrong_configuration_fails_when_the_client_is_made_and_says_what_is_wrong() {
    let machine = || Client::builder().client_credentials("id", "planted");
    let ready = || {
        Client::builder().transport(Arc::new(MemoryTransport::new(|_| {
            HttpResponse::json(200, "{}")
        })))
    };
    let wrong = table! {
        Client::builder().user_agent_suffix("line\nbreak") => "the user agent suffix";
        Client::builder().default_header("bad name", "x") => "a default header";
        Client::builder().access_token("planted\ntoken") => "the access token";
        Client::builder().access_token("") => "the access token is empty";
        Client::builder().client_credentials("", "planted") => "the id of the OAuth client is empty";
        Client::builder().client_credentials("id", "planted\n") => "the secret of the OAuth client";
        machine().pool(0) => "1 to 50";
        machine().pool(51) => "1 to 50";
        Client::builder().access_token("planted").pool(2) => "a pool of 2 tokens";
        Client::builder().proxy("://planted") => "proxy URL";
        Client::builder().proxy("") => "proxy URL";
        Client::builder().proxy("http://") => "proxy URL";
        // The HTTP library would go round a proxy that it has no protocol for.
        Client::builder().proxy("ftp://planted@p.example") => "http or https";
        Client::builder().proxy("socks5://planted@p.example") => "http or https";
        Client::builder().proxy("http://planted@p.example").no_proxy() => "both a proxy and `no_proxy`";
        Client::builder().root_certificates("planted: no PEM") => "root certificates";
        Client::builder().client_certificate("planted", "planted") => "client certificate";
        Client::builder().gateway(Gateway::new("a.example")).base_urls("https://b.example", "https://b.example") => "both a gateway and base URLs";
        Client::builder().base_urls("planted", "https://b.example") => "invalid base URL";
        Client::builder().timeout(Duration::ZERO) => "the timeout of a call";
        Client::builder().attempt_timeout(Duration::ZERO) => "the timeout of an attempt";
        Client::builder().connect_timeout(Duration::ZERO) => "the connect timeout";
        ready().proxy("http://planted@p.example") => "a proxy";
        ready().root_certificates("planted") => "root certificates";
        ready().client_certificate("planted", "planted") => "a client certificate";
        ready().connect_timeout(Duration::from_secs(1)) => "the connect timeout";
        ready().configure_http(|http| http) => "`configure_http`";
    };
    for (builder, named) in wrong {
        let error = builder.build().unwrap_err();
        assert!(error.is_configuration(), "{named}: {error:?}");
        let text = error.to_string();
        assert!(text.contains(named), "{named}: {text}");
        assert_eq!(text.lines().count(), 1, "{text}");
        let shown = format!("{text} {error:?}");
        assert!(!shown.contains("planted"), "{named}: {shown}");
    }
    for right in [
        machine().pool(1),
        machine().pool(50),
        machine().proxy("http://user:planted@p.example:3128"),
        machine().proxy("https://p.example"),
        machine().proxy("p.example:3128"),
        machine().proxy("127.0.0.1:3128"),
        ready().no_proxy(),
    ] {
        right.build().unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn credentials_fetch_tokens_and_replace_refused_ones() {
    let transport = Arc::new(MemoryTransport::new(|request| {
        use std::sync::atomic::{AtomicU32, Ordering};
        static ISSUED: AtomicU32 = AtomicU32::new(0);
        if request.path() == "/oauth/token" {
            assert_eq!(request.url.host_str(), Some("login.mypurecloud.ie"));
            assert_eq!(
                request.header("authorization"),
                Some("Basic aWQ6cGxhbnRlZA==")
            );
            let issued = ISSUED.fetch_add(1, Ordering::SeqCst) + 1;
            return HttpResponse::json(
                200,
                format!(
                    r#"{{"access_token":"t{issued}","token_type":"bearer","expires_in":86400}}"#
                ),
            );
        }
        match (request.header("authorization"), request.query()) {
            (Some("Bearer t1"), "") => HttpResponse::json(200, "{}"),
            (Some("Bearer t2"), _) => HttpResponse::json(200, r#"{"replayed":true}"#),
            _ => HttpResponse::json(401, "{}"),
        }
    }));
    let client = Client::builder()
        .region(Region::EuWest1)
        .transport(transport.clone())
        .environment(|name| match name {
            "GENESYSCLOUD_OAUTHCLIENT_ID" => Some("id".to_owned()),
            "GENESYSCLOUD_OAUTHCLIENT_SECRET" => Some("planted".to_owned()),
            _ => None,
        })
        .build()
        .unwrap();
    client.authenticate().await.unwrap();
    assert_eq!(transport.request_count(), 1);
    GetUser::new(&client, "1").send().await.unwrap();
    tokio::time::sleep(std::time::Duration::from_secs(4)).await;
    let user = GetUser::new(&client, "1")
        .page_size(1)
        .send()
        .await
        .unwrap();
    assert_eq!(user["replayed"], true);
    assert_eq!(user.attempts(), 1);
    // A token and a call; then the call, once more after a pause, a token, and the call with it.
    assert_eq!(transport.request_count(), 6);
    // A session of somebody else, over the same transport.
    let other = client
        .with_credentials(Credentials::access_token("t2"))
        .unwrap();
    GetUser::new(&other, "1").send().await.unwrap();
    assert_eq!(transport.request_count(), 7);
    assert!(!format!("{client:?}").contains("planted"));
}

#[tokio::test(start_paused = true)]
async fn a_refused_secret_shows_at_start_up_and_is_not_retried_by_the_call() {
    let transport = Arc::new(MemoryTransport::new(|_| {
        HttpResponse::json(
            400,
            r#"{"error":"invalid_client","description":"client not found"}"#,
        )
    }));
    let client = Client::builder()
        .transport(transport.clone())
        .client_credentials("id", "planted")
        .build()
        .unwrap();
    let error = client.authenticate().await.unwrap_err();
    assert!(error.is_authentication(), "{error:?}");
    assert!(!error.is_unauthorized());
    let text = format!("{error} {error:?}");
    assert!(
        text.contains("invalid_client") && !text.contains("planted"),
        "{text}"
    );
    let error = GetUser::new(&client, "1").send().await.unwrap_err();
    assert!(error.is_authentication());
    assert_eq!(error.attempts(), 1);
    assert_eq!(transport.request_count(), 1);
}

#[tokio::test]
async fn a_401_on_a_given_token_says_what_to_do() {
    let transport = Arc::new(MemoryTransport::new(|_| {
        HttpResponse::json(401, r#"{"code":"bad.credentials"}"#)
    }));
    let client = builder(&transport).build().unwrap();
    let error = GetUser::new(&client, "1").send().await.unwrap_err();
    assert!(error.is_unauthorized());
    assert!(
        error.to_string().contains("nothing can renew it"),
        "{error}"
    );
    assert_eq!(
        error.unauthorized_reason(),
        Some(UnauthorizedReason::NotRenewable)
    );
    assert_eq!(transport.request_count(), 1);
    // The caller's own header is the caller's own affair, and no other status has such a reason.
    let own = GetUser::new(&client, "1").with_header("Authorization", "Bearer own");
    let error = own.send().await.unwrap_err();
    assert!(error.is_unauthorized());
    assert_eq!(error.unauthorized_reason(), None);
}

#[tokio::test(start_paused = true)]
async fn the_reason_of_a_401_is_told_to_programs() {
    // An API that refuses whatever the login server issues.
    let transport = Arc::new(MemoryTransport::new(|request| {
        if request.path() == "/oauth/token" {
            let token = r#"{"access_token":"a-token","token_type":"bearer","expires_in":86400}"#;
            return HttpResponse::json(200, token);
        }
        HttpResponse::json(401, "{}")
    }));
    let client = Client::builder()
        .transport(transport)
        .client_credentials("id", "planted")
        .build()
        .unwrap();
    let error = GetUser::new(&client, "1").send().await.unwrap_err();
    assert_eq!(
        error.unauthorized_reason(),
        Some(UnauthorizedReason::InsideSpacing)
    );
}

#[tokio::test]
async fn the_user_agent_names_the_sdk_and_the_caller() {
    let transport = Arc::new(MemoryTransport::new(|_| HttpResponse::json(200, "{}")));
    let client = builder(&transport)
        .user_agent_suffix("billing/3")
        .build()
        .unwrap();
    GetUser::new(&client, "1").send().await.unwrap();
    let agent = transport.requests()[0]
        .header("user-agent")
        .unwrap()
        .to_owned();
    assert!(agent.starts_with("genesys-cloud-rust/"), "{agent}");
    assert!(agent.ends_with(" billing/3"), "{agent}");
}

/// Vector V19.
#[tokio::test]
async fn v19_two_clients_share_nothing() {
    let transports = [0, 1].map(|_| {
        Arc::new(MemoryTransport::new(|_| {
            let answer = with(HttpResponse::json(200, "{}"), "inin-ratelimit-count", "1");
            let answer = with(answer, "inin-ratelimit-allowed", "300");
            with(answer, "inin-ratelimit-reset", "60")
        }))
    });
    let clients = [
        (Region::UsEast1, "token-a", &transports[0]),
        (Region::EuWest1, "token-b", &transports[1]),
    ]
    .map(|(region, token, transport)| {
        Client::builder()
            .region(region)
            .access_token(token)
            .transport(transport.clone())
            .build()
            .unwrap()
    });
    GetUser::new(&clients[0], "1").send().await.unwrap();
    assert!(clients[0].rate_limit().is_some());
    assert!(clients[1].rate_limit().is_none());
    GetUser::new(&clients[1], "1").send().await.unwrap();
    let sent = transports.map(|transport| transport.requests().remove(0));
    assert_eq!(sent[0].url.host_str(), Some("api.mypurecloud.com"));
    assert_eq!(sent[0].header("authorization"), Some("Bearer token-a"));
    assert_eq!(sent[1].url.host_str(), Some("api.mypurecloud.ie"));
    assert_eq!(sent[1].header("authorization"), Some("Bearer token-b"));
    // Another user's session has a limit of its own, and leaves the first one's alone.
    let session = clients[0]
        .with_credentials(Credentials::access_token("token-c"))
        .unwrap();
    assert!(session.rate_limit().is_none());
    assert!(clients[0].rate_limit().is_some());
}

#[tokio::test(start_paused = true)]
async fn a_client_whose_calls_all_fail_costs_another_no_retries() {
    let outage = || Arc::new(MemoryTransport::new(|_| HttpResponse::json(503, "{}")));
    let (first, second) = (outage(), outage());
    let failing = builder(&first).build().unwrap();
    for _ in 0..100 {
        GetUser::new(&failing, "1").send().await.unwrap_err();
    }
    let attempts = async |client: &Client| {
        let error = GetUser::new(client, "1").send().await.unwrap_err();
        error.attempts()
    };
    assert_eq!(attempts(&failing).await, 1);
    assert_eq!(attempts(&builder(&second).build().unwrap()).await, 4);
    // Whoever uses the same connections has the same budget: it is the same server that fails.
    let session = failing
        .with_credentials(Credentials::access_token("token-c"))
        .unwrap();
    assert_eq!(attempts(&session).await, 1);
}

#[test]
fn a_runtime_without_a_timer_is_a_clear_error() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let client = Client::builder()
        .access_token("a-token-of-the-caller")
        .build()
        .unwrap();
    let call = client.request(http::Method::GET, "/api/v2/users/me").send();
    let error = runtime.block_on(call).unwrap_err();
    assert!(error.is_configuration());
    assert!(error.to_string().contains("enable_all"), "{error}");
}

#[tokio::test]
async fn headers_of_the_connection_are_refused() {
    let client = Client::builder()
        .access_token("a-token-of-the-caller")
        .build()
        .unwrap();
    for name in [
        "Host",
        "content-length",
        "Transfer-Encoding",
        "connection",
        "TE",
        "upgrade",
    ] {
        let request = client.request(http::Method::GET, "/api/v2/users/me");
        let error = request.header(name, "5").send().await.unwrap_err();
        let text = error.to_string();
        assert!(
            text.contains(&name.to_lowercase()) && text.contains("cannot be set"),
            "{text}"
        );
        let built = Client::builder()
            .default_header(name, "5")
            .access_token("a-token")
            .build();
        assert!(built.unwrap_err().to_string().contains("cannot be set"));
    }
}
