//! Uniform: every method, every grant that can be renewed.

use std::sync::Arc;

use http::Method;

use super::super::support::{FnProvider, SECRET, World, request};
use crate::runtime::auth::{
    AuthError, AuthorizationCode, InterceptError, PkceVerifier, RefreshToken, Saml2Bearer, Secret,
    Token, TokenProvider, UnauthorizedReason,
};

const REDIRECT: &str = "https://app.example/callback";

fn providers(world: &World) -> Vec<(&'static str, Arc<dyn TokenProvider>)> {
    let custom = world.clone();
    let first = world.mint().1;
    vec![
        ("client credentials", world.credentials()),
        ("authorization code", world.code()),
        (
            "PKCE",
            Arc::new(AuthorizationCode::pkce(
                world.endpoint(),
                "the-id",
                "the-code",
                PkceVerifier::generate().unwrap(),
                REDIRECT,
            )),
        ),
        (
            "refresh token",
            Arc::new(RefreshToken::new(
                world.endpoint(),
                "the-id",
                Some(Secret::from(SECRET)),
                first,
            )),
        ),
        (
            "SAML2",
            Arc::new(Saml2Bearer::new(
                world.endpoint(),
                "the-id",
                SECRET,
                "the-org",
                || async { Ok::<_, AuthError>(Secret::from("an-assertion")) },
            )),
        ),
        (
            "custom",
            Arc::new(FnProvider(move || {
                let token = custom.mint().0;
                async move { Ok(Token::new(token)) }
            })),
        ),
    ]
}

#[tokio::test(start_paused = true)]
async fn invariant_01_every_grant_and_method_is_refreshed_and_replayed_alike() {
    for rotate in [false, true] {
        for index in 0..6 {
            let world = World::new();
            world.book().rotate = rotate;
            let (name, provider) = providers(&world).remove(index);
            let interceptor = world.builder(provider).build();
            world.get(&interceptor).await.unwrap();
            for method in [
                Method::GET,
                Method::POST,
                Method::PUT,
                Method::PATCH,
                Method::DELETE,
            ] {
                tokio::time::sleep(std::time::Duration::from_secs(4)).await;
                world.revoke_all();
                let before = world.api_requests();
                let outcome = world
                    .call(&interceptor, request(method.clone()), 60.0)
                    .await;
                assert_eq!(outcome.unwrap(), 200, "{name} {method}");
                // Refused, refused again after a pause, and sent with the next token.
                assert_eq!(world.api_requests() - before, 3, "{name} {method}");
            }
            // And ahead of time, with nobody meeting a 401.
            tokio::time::sleep(std::time::Duration::from_secs(3000)).await;
            world.get(&interceptor).await.unwrap();
            tokio::time::sleep(std::time::Duration::from_secs(10)).await;
            let before = world.api_requests();
            world.get(&interceptor).await.unwrap();
            assert_eq!(world.api_requests() - before, 1, "{name}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn invariant_01_the_forms_are_those_of_the_table() {
    let verifier = PkceVerifier::new("v".repeat(43)).unwrap();
    let pairs = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    };
    let world = World::new();
    let code = AuthorizationCode::new(world.endpoint(), "the-id", SECRET, "the-code", REDIRECT);
    let pkce = AuthorizationCode::pkce(world.endpoint(), "the-id", "the-code", verifier, REDIRECT);
    let refresh = "refresh-token-00001";
    for (provider, confidential) in [(code, true), (pkce, false)] {
        let world_requests = world.token_requests();
        let interceptor = world.builder(Arc::new(provider)).build();
        world.get(&interceptor).await.unwrap();
        world.revoke_all();
        world.get(&interceptor).await.unwrap();
        let requests = world.book().token_requests[world_requests..].to_vec();
        assert!(
            requests
                .iter()
                .all(|request| request.authorization.is_some() == confidential)
        );
        let used = requests[1].field("refresh_token").unwrap().to_owned();
        if confidential {
            assert_eq!(
                requests[0].form,
                pairs(&[
                    ("grant_type", "authorization_code"),
                    ("code", "the-code"),
                    ("redirect_uri", REDIRECT),
                ])
            );
            assert_eq!(used, refresh);
            assert_eq!(
                requests[1].form,
                pairs(&[("grant_type", "refresh_token"), ("refresh_token", refresh)])
            );
        } else {
            assert_eq!(
                requests[0].form,
                pairs(&[
                    ("grant_type", "authorization_code"),
                    ("code", "the-code"),
                    ("code_verifier", &"v".repeat(43)),
                    ("client_id", "the-id"),
                    ("redirect_uri", REDIRECT),
                ])
            );
            assert_eq!(
                requests[1].form,
                pairs(&[
                    ("grant_type", "refresh_token"),
                    ("refresh_token", &used),
                    ("client_id", "the-id"),
                ])
            );
        }
    }
    let saml = Saml2Bearer::new(world.endpoint(), "the-id", SECRET, "the-org", || async {
        Ok::<_, AuthError>(Secret::from("YXNzZXJ0aW9u"))
    });
    world
        .get(&world.builder(Arc::new(saml)).build())
        .await
        .unwrap();
    let last = world.book().token_requests.last().unwrap().clone();
    assert_eq!(
        last.form,
        pairs(&[
            (
                "grant_type",
                "urn:ietf:params:oauth:grant-type:saml2-bearer"
            ),
            ("orgName", "the-org"),
            ("assertion", "YXNzZXJ0aW9u"),
        ])
    );
    assert!(last.authorization.is_some());
}

#[tokio::test(start_paused = true)]
async fn invariant_01_what_cannot_be_renewed_says_so() {
    let world = World::new();
    let given = crate::runtime::auth::GivenToken::new(world.mint().0);
    let interceptor = world.builder(Arc::new(given)).pool(5).build();
    assert_eq!(world.get(&interceptor).await.unwrap(), 200);
    world.revoke_all();
    for _ in 0..2 {
        // The API's own answer comes back each time.
        let outcome = world.get(&interceptor).await;
        let Err(InterceptError::Unauthorized(unauthorized)) = outcome else {
            panic!("{outcome:?}");
        };
        assert_eq!(unauthorized.reason, UnauthorizedReason::NotRenewable);
        assert!(unauthorized.to_string().contains("log in again"));
    }
    assert_eq!((world.token_requests(), world.api_requests()), (0, 3));
}
