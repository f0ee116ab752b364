//! Every grant, used and failing, with servers that repeat what they were sent.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use genesys_cloud::runtime::Credentials;
use genesys_cloud::runtime::auth::{
    AuthError, LoginState, LoopbackLogin, PkceVerifier, Previous, Secret, Token, TokenProvider,
};
use genesys_cloud::runtime::clock::BoxFuture;
use genesys_cloud_leak_watch::{hide, inspect_debug, inspect_error};
use genesys_cloud_mock::{Fault, MockGenesys, Reply};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::super::support::{REDIRECT, get};
use super::{
    ASSERTION, CLIENT, CLIENT_SECRET, PUBLIC_CLIENT, assertion, client, failed, machine, mock,
};

/// Issues tokens out of thin air.
struct Own(MockGenesysTokens);

/// Makes a token of the mock's.
type MockGenesysTokens = Box<dyn Fn() -> String + Send + Sync>;

impl TokenProvider for Own {
    fn fetch<'a>(&'a self, previous: Previous<'a>) -> BoxFuture<'a, Result<Token, AuthError>> {
        inspect_debug(&previous);
        let token = Token::new((self.0)());
        inspect_debug(&token);
        Box::pin(async move { Ok(token) })
    }
}

fn verifier() -> PkceVerifier {
    let verifier = PkceVerifier::generate().unwrap();
    hide(verifier.secret().expose());
    verifier
}

fn saml(first: u64) -> Credentials {
    hide(ASSERTION);
    let number = AtomicU64::new(first);
    Credentials::saml2_bearer(CLIENT, CLIENT_SECRET, "mock-org", move || {
        let assertion = assertion(number.fetch_add(1, Ordering::Relaxed));
        async move { Ok::<_, AuthError>(assertion) }
    })
}

fn every_grant(mock: &MockGenesys) -> Vec<Credentials> {
    let verifier = verifier();
    let challenge = verifier.challenge();
    let secret = Some(Secret::from(CLIENT_SECRET));
    let backend = mock.backend();
    let lifetime = std::time::Duration::from_secs(3600);
    let own = Own(Box::new(move || backend.issue_token(lifetime)));
    vec![
        machine(),
        Credentials::authorization_code(
            CLIENT,
            CLIENT_SECRET,
            mock.issue_code(CLIENT, REDIRECT, None),
            REDIRECT,
        ),
        Credentials::pkce(
            PUBLIC_CLIENT,
            mock.issue_code(PUBLIC_CLIENT, REDIRECT, Some(&challenge)),
            verifier,
            REDIRECT,
        ),
        Credentials::refresh_token(CLIENT, secret, mock.issue_refresh_token()),
        saml(1),
        Credentials::access_token(mock.issue_token(lifetime)),
        Credentials::provider(own),
        machine().pool(3),
    ]
}

/// `secret` in every form in which a server may throw it back.
fn repeated(secret: &str) -> String {
    let percent = utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string();
    [
        secret.to_owned(),
        percent.to_lowercase(),
        percent,
        form_urlencoded::byte_serialize(secret.as_bytes()).collect(),
        STANDARD.encode(secret),
    ]
    .join("; ")
}

/// Each grant logs in, is refused by the API, and then by a token endpoint that repeats all that it knows, in its every member.
#[tokio::test]
async fn v20_every_grant_and_its_failures() {
    for number in 0..8 {
        let mock = mock().await;
        let credentials = every_grant(&mock).remove(number);
        // The refresh token that the next request will have.
        let current = Arc::new(Mutex::new(None));
        let refreshed = Arc::clone(&current);
        let credentials = credentials.on_refresh(move |event| {
            inspect_debug(event);
            *refreshed.lock().unwrap() = event.refresh_token.clone();
        });
        let client = client(&mock, credentials);
        get(&client, "u1").await.unwrap();
        mock.revoke_all();
        // A given token ends here.
        let _ = get(&client, "u1").await;
        for (status, code) in [
            (400, "invalid_grant"),
            (401, "invalid_client"),
            (400, "odd"),
        ] {
            mock.revoke_all();
            let current = current.lock().unwrap().clone();
            let sent = current.as_ref().map_or("no-refresh-token", Secret::expose);
            let basic = STANDARD.encode(format!("{CLIENT}:{CLIENT_SECRET}"));
            // PKCE, the third, has no secret.
            let all = match number {
                2 => repeated(sent),
                _ => [repeated(CLIENT_SECRET), repeated(sent), basic].join("; "),
            };
            let reply = Reply::oauth_error(status, &format!("{code} {all}"), &all);
            mock.fault(Fault::token().respond(reply));
            mock.fault(Fault::token().respond(Reply::oauth_error(status, code, &all)));
            let _ = get(&client, "u1").await;
        }
        inspect_debug(&client);
    }
}

#[tokio::test]
async fn v20_wrong_secrets_codes_and_assertions() {
    let mock = mock().await;
    hide("wrong/secret+1");
    hide("wrong/code+1");
    hide("wrong/refresh+1");
    let wrong = [
        Credentials::client_credentials(CLIENT, "wrong/secret+1"),
        Credentials::authorization_code(CLIENT, CLIENT_SECRET, "wrong/code+1", REDIRECT),
        Credentials::pkce(PUBLIC_CLIENT, "wrong/code+1", verifier(), REDIRECT),
        Credentials::refresh_token(PUBLIC_CLIENT, None, "wrong/refresh+1"),
        Credentials::saml2_bearer(CLIENT, CLIENT_SECRET, "no-org", || async {
            Ok::<_, AuthError>(assertion(9000))
        }),
    ];
    for credentials in wrong {
        failed(client(&mock, credentials).authenticate().await);
    }
    // Refused before anything is sent.
    for credentials in [
        Credentials::client_credentials(CLIENT, "wrong/secret+1\n"),
        Credentials::client_credentials("a:b", "wrong/secret+1"),
        Credentials::access_token("wrong/code+1 "),
        Credentials::refresh_token(PUBLIC_CLIENT, None, "wrong/refresh+1\t"),
    ] {
        let outcome = super::watched(&mock, credentials).build();
        assert!(failed(outcome).is_configuration());
    }
}

#[tokio::test]
async fn v20_the_login_of_a_person() {
    let mock = mock().await;
    let state = LoginState::generate().unwrap();
    hide(state.secret().expose());
    inspect_debug(&state);
    let login = LoopbackLogin::bind(0).await.unwrap();
    inspect_debug(&login);
    let base = client(&mock, machine()).login_base().clone();
    let url = login.authorize_url(&base, PUBLIC_CLIENT);
    inspect_debug(&url);
    // What the browser brings back.
    let code = "forged/code+1";
    hide(code);
    for query in [
        format!("code={code}&state=forged"),
        format!(
            "error=access_denied&error_description=no&state={}",
            state.secret().expose()
        ),
        format!("code={code}"),
    ] {
        let error = state.code(&query).unwrap_err();
        inspect_error(&error);
    }
    let found = state.code(&format!("?code={code}&state={}", state.secret().expose()));
    inspect_debug(&found.unwrap());
    let error = login.wait(std::time::Duration::ZERO).await.unwrap_err();
    inspect_error(&error);
    inspect_error(&PkceVerifier::new("too/short+verifier").unwrap_err());
}
