//! The token endpoint and its grants.

use super::*;

#[tokio::test]
async fn a_token_lets_a_call_through_until_it_is_revoked() {
    let mock = start().await;
    let mut client = Client::connect(&mock).await;
    let authorization = basic(&mock.client_id(), &mock.client_secret());
    let answer = client
        .call(
            "POST",
            "/oauth/token",
            &[("authorization", &authorization), ("content-type", FORM)],
            "grant_type=client_credentials",
        )
        .await;
    assert_eq!(answer.status(), 200);
    let token = answer.json()["access_token"].as_str().unwrap().to_owned();
    assert!(token.starts_with(ACCESS_TOKEN_PREFIX));
    assert_eq!(answer.json()["token_type"], "bearer");
    assert_eq!(answer.json()["expires_in"], 86_400);

    let bearer = format!("Bearer {token}");
    let headers = [("authorization", bearer.as_str())];
    let answer = client.call("GET", "/api/v2/users/u7", &headers, "").await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.json()["id"], "u7");
    assert!(answer.json().as_object().unwrap().len() >= 20);
    assert_eq!(answer.header("inin-ratelimit-count"), Some("1"));
    assert_eq!(answer.header("inin-ratelimit-allowed"), Some("300"));
    assert_eq!(answer.header("inin-ratelimit-reset"), Some("60"));
    assert!(answer.header("inin-correlation-id").is_some());

    assert_eq!(mock.revoke_all(), 1);
    let answer = client.call("GET", "/api/v2/users/u7", &headers, "").await;
    assert_eq!(answer.status(), 401);
    assert_eq!(answer.json()["code"], "bad.credentials");
    assert_eq!(
        answer.json()["contextId"].as_str(),
        answer.header("inin-correlation-id")
    );

    let stats = mock.stats();
    assert_eq!((stats.token_requests, stats.api_requests), (1, 2));
    assert_eq!((stats.api_executed, stats.unauthorized), (1, 1));
    assert_eq!(
        (stats.connections, stats.tokens_revoked),
        (1, 1),
        "one keep-alive connection carried everything"
    );
    let requests = mock.requests();
    assert_eq!(requests.len(), 3);
    assert_eq!(requests[0].target, Target::Token);
    assert_eq!(requests[0].form()["grant_type"], "client_credentials");
    assert_eq!(requests[1].token_number(), Some(1));
    assert_eq!(requests[2].token_number(), None);
    assert_eq!(requests[2].status(), Some(401));
}

#[tokio::test]
async fn a_token_expires() {
    let backend = Backend::new(MockConfig::default());
    let text = backend.issue_token(Duration::ZERO);
    assert!(!backend.is_live(&text));
    let text = backend.issue_token(Duration::from_secs(60));
    assert!(backend.is_live(&text));
}

#[tokio::test(start_paused = true)]
async fn tokens_expire_on_paused_time_too() {
    let backend = Backend::new(MockConfig {
        clock: genesys_cloud_mock::Clock::Tokio,
        ..MockConfig::default()
    });
    let text = backend.issue_token(Duration::from_secs(60));
    tokio::time::advance(Duration::from_millis(59_999)).await;
    assert!(backend.is_live(&text));
    tokio::time::advance(Duration::from_millis(1)).await;
    assert!(!backend.is_live(&text));
}

#[tokio::test]
async fn the_token_endpoint_refuses_what_is_wrong() {
    let backend = Backend::new(MockConfig::default());
    let good = basic("mock-client", "mock-secret");
    let wrong_secret = basic("mock-client", "nope");
    let stranger = basic("stranger", "mock-secret");
    backend.set_client(OAuthClient {
        disabled: true,
        ..OAuthClient::new("off", "s")
    });
    backend.set_client(OAuthClient {
        grants: Some(vec!["authorization_code".to_owned()]),
        ..OAuthClient::new("narrow", "s")
    });
    let (off, narrow) = (basic("off", "s"), basic("narrow", "s"));
    let credentials = ("grant_type", "client_credentials");
    type Case<'a> = (Option<&'a str>, Vec<(&'a str, &'a str)>, u16, &'a str);
    let cases: Vec<Case<'_>> = vec![
        (None, vec![credentials], 401, "invalid_client"),
        (
            Some(&wrong_secret),
            vec![credentials],
            401,
            "invalid_client",
        ),
        (Some(&stranger), vec![credentials], 401, "invalid_client"),
        (Some(&off), vec![credentials], 401, "invalid_client"),
        (Some("Basic !"), vec![credentials], 401, "invalid_client"),
        (Some(&narrow), vec![credentials], 400, "unauthorized_client"),
        (Some(&good), vec![], 400, "invalid_request"),
        (
            Some(&good),
            vec![credentials, ("client_secret", "mock-secret")],
            400,
            "invalid_request",
        ),
        (
            Some(&good),
            vec![credentials, credentials],
            400,
            "invalid_request",
        ),
        (
            Some(&good),
            vec![("grant_type", "password")],
            400,
            "unsupported_grant_type",
        ),
        (
            Some(&good),
            vec![("grant_type", "refresh_token"), ("refresh_token", "x")],
            400,
            "invalid_grant",
        ),
    ];
    for (authorization, form, status, error) in cases {
        let answer = token(&backend, authorization, &form).await;
        assert_eq!(answer.status(), status, "{form:?}");
        assert_eq!(answer.json()["error"], error, "{form:?}");
        assert_eq!(
            answer.json()["description"],
            answer.json()["error_description"]
        );
    }
    assert_eq!(backend.stats().tokens_issued, 0);
}

#[tokio::test]
async fn refresh_tokens_rotate_and_the_old_one_dies() {
    let backend = Backend::new(MockConfig::default());
    let good = basic("mock-client", "mock-secret");
    let code = backend.issue_code("mock-client", "http://localhost/cb", None);
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", "http://localhost/cb"),
    ];
    let first = token(&backend, Some(&good), &form).await;
    assert_eq!(first.status(), 200);
    assert_eq!(
        token(&backend, Some(&good), &form).await.status(),
        400,
        "a code is redeemed once"
    );
    let refresh = |answer: &Answer| answer.json()["refresh_token"].as_str().unwrap().to_owned();
    let old = refresh(&first);
    let form = [("grant_type", "refresh_token"), ("refresh_token", &old)];
    let second = token(&backend, Some(&good), &form).await;
    assert_eq!(second.status(), 200);
    assert_ne!(refresh(&second), old);
    let again = token(&backend, Some(&good), &form).await;
    assert_eq!(again.json()["error"], "invalid_grant");

    backend.update(|settings| settings.rotate_refresh_tokens = false);
    let kept = refresh(&second);
    let form = [("grant_type", "refresh_token"), ("refresh_token", &kept)];
    for _ in 0..2 {
        let answer = token(&backend, Some(&good), &form).await;
        assert_eq!(answer.status(), 200);
        assert!(answer.json().get("refresh_token").is_none());
    }
    assert_eq!(backend.revoke_refresh_tokens(), 1);
    assert_eq!(token(&backend, Some(&good), &form).await.status(), 400);
}

#[tokio::test]
async fn pkce_goes_from_authorize_to_refresh_without_a_secret() {
    let backend = Backend::new(MockConfig::default());
    backend.set_client(OAuthClient::public("app"));
    let verifier = "v".repeat(43);
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&verifier));
    let authorize = |challenge: &str| {
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs([
                ("client_id", "app"),
                ("redirect_uri", "http://127.0.0.1:1/cb?x=1"),
                ("response_type", "code"),
                ("code_challenge", challenge),
                ("code_challenge_method", "S256"),
                ("state", "a b&c"),
            ])
            .finish();
        Request::get(format!("/oauth/authorize?{query}"))
            .body(Bytes::new())
            .unwrap()
    };
    let code = async |challenge: &str| {
        let answer = answer(backend.call(authorize(challenge)).await.unwrap());
        assert_eq!(answer.status(), 302);
        let location = answer.header("location").unwrap().to_owned();
        let query = location.strip_prefix("http://127.0.0.1:1/cb?x=1&").unwrap();
        let pairs: Vec<_> = form_urlencoded::parse(query.as_bytes()).collect();
        assert_eq!(pairs[1], ("state".into(), "a b&c".into()));
        pairs[0].1.to_string()
    };
    let redeem = |code: String, verifier: String| {
        vec![
            ("grant_type", "authorization_code".to_owned()),
            ("code", code),
            ("redirect_uri", "http://127.0.0.1:1/cb?x=1".to_owned()),
            ("client_id", "app".to_owned()),
            ("code_verifier", verifier),
        ]
    };
    fn pairs<'a>(form: &'a [(&'a str, String)]) -> Vec<(&'a str, &'a str)> {
        form.iter().map(|(key, value)| (*key, &**value)).collect()
    }
    let form = redeem(code(&challenge).await, verifier.clone());
    let with_basic = token(&backend, Some(&basic("app", "")), &pairs(&form)).await;
    assert_eq!(with_basic.json()["error"], "invalid_request");
    let first = token(&backend, None, &pairs(&form)).await;
    assert_eq!(first.status(), 200, "{first:?}");

    let wrong = redeem(code(&challenge).await, "w".repeat(43));
    let refused = token(&backend, None, &pairs(&wrong)).await;
    assert_eq!(refused.json()["error"], "invalid_grant");

    let refresh_token = first.json()["refresh_token"].as_str().unwrap().to_owned();
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", &refresh_token),
        ("client_id", "app"),
    ];
    assert_eq!(token(&backend, None, &form).await.status(), 200);
}

#[tokio::test]
async fn saml_wants_its_organization_and_a_fresh_assertion() {
    let backend = Backend::new(MockConfig::default());
    let good = basic("mock-client", "mock-secret");
    let form = |organization, assertion| {
        [
            (
                "grant_type",
                "urn:ietf:params:oauth:grant-type:saml2-bearer",
            ),
            ("orgName", organization),
            ("assertion", assertion),
        ]
    };
    for (form, status) in [
        (form("mock-org", "PHNhbWw+"), 200),
        (form("mock-org", "PHNhbWw+"), 400),
        (form("mock-org", "PHNhbWwy"), 200),
        (form("other", "PHNhbWwz"), 400),
        (form("mock-org", "<saml>"), 400),
    ] {
        let answer = token(&backend, Some(&good), &form).await;
        assert_eq!(answer.status(), status, "{form:?}");
    }
}

#[tokio::test]
async fn expires_in_can_be_anything() {
    let backend = Backend::new(MockConfig::with_lifetime(Duration::from_millis(500)));
    let good = basic("mock-client", "mock-secret");
    for (given, seen) in [
        (ExpiresIn::WholeSeconds, Some(json!(1))),
        (ExpiresIn::Exact, Some(json!(0.5))),
        (ExpiresIn::Raw(json!("soon")), Some(json!("soon"))),
        (ExpiresIn::Missing, None),
    ] {
        backend.update(|settings| settings.expires_in = given);
        let answer = token(
            &backend,
            Some(&good),
            &[("grant_type", "client_credentials")],
        )
        .await;
        assert_eq!(answer.json().get("expires_in"), seen.as_ref());
    }
}
