//! Login through a browser: over real sockets of this machine.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use url::Url;

use crate::runtime::auth::{
    AuthErrorKind, AuthorizeUrl, LoginState, LoopbackLogin, PkceVerifier, Secret,
};

fn login_base() -> Url {
    Url::parse("https://login.mypurecloud.com/").unwrap()
}

fn parameter(url: &Url, name: &str) -> Option<String> {
    url.query_pairs()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

async fn visit(redirect: &Url, target: &str) -> String {
    let address = ("127.0.0.1", redirect.port().unwrap());
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {target} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n");
    // In two parts, as a network may deliver it.
    let (a, b) = request.split_at(10);
    stream.write_all(a.as_bytes()).await.unwrap();
    stream.flush().await.unwrap();
    stream.write_all(b.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn a_login_checks_its_state_and_brings_the_code() {
    let login = LoopbackLogin::bind(0).await.unwrap();
    let redirect = Url::parse(login.redirect_uri()).unwrap();
    assert_eq!(redirect.host_str(), Some("127.0.0.1"));
    let url = login.authorize_url(&login_base(), "the-id").into_url();
    let state = parameter(&url, "state").unwrap();
    let challenge = parameter(&url, "code_challenge").unwrap();
    assert_eq!(parameter(&url, "redirect_uri").unwrap(), redirect.as_str());
    let waiting = tokio::spawn(login.wait(Duration::from_secs(60)));
    // A connection that never says anything does not hold up the others.
    let _idle = TcpStream::connect(("127.0.0.1", redirect.port().unwrap()))
        .await
        .unwrap();
    assert!(
        visit(&redirect, "/favicon.ico")
            .await
            .starts_with("HTTP/1.1 404")
    );
    for forged in [
        "/callback?code=evil",
        "/callback?code=evil&state=",
        "/callback?code=evil&state=guess",
        "/callback?error=access_denied&state=guess",
    ] {
        assert!(
            visit(&redirect, forged).await.starts_with("HTTP/1.1 400"),
            "{forged}"
        );
    }
    assert!(!waiting.is_finished());
    let answer = visit(&redirect, &format!("/callback?code=a%2Bb&state={state}")).await;
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.contains("logged in"),
        "{answer}"
    );
    let code = waiting.await.unwrap().unwrap();
    assert_eq!(code.code.expose(), "a+b");
    assert_eq!(code.verifier.as_ref().unwrap().challenge(), challenge);
    assert!(!format!("{code:?}").contains("a+b"));
    assert!(
        code.clone()
            .into_credentials("the-id", Some(Secret::from("s")))
            .is_err()
    );
    assert!(code.into_credentials("the-id", None).is_ok());
}

#[tokio::test]
async fn a_refused_login_says_why() {
    let login = LoopbackLogin::bind(0).await.unwrap().without_pkce();
    let redirect = Url::parse(login.redirect_uri()).unwrap();
    let url = login.authorize_url(&login_base(), "the-id").into_url();
    assert_eq!(parameter(&url, "code_challenge"), None);
    let state = parameter(&url, "state").unwrap();
    let waiting = tokio::spawn(login.wait(Duration::from_secs(60)));
    let target = format!("/callback?error=access_denied&error_description=not+today&state={state}");
    assert!(visit(&redirect, &target).await.contains("failed"));
    let error = waiting.await.unwrap().unwrap_err();
    assert_eq!(error.kind(), AuthErrorKind::LoginRefused);
    assert_eq!(error.code(), Some("access_denied"));
    assert_eq!(error.description(), Some("not today"));
}

#[tokio::test(start_paused = true)]
async fn a_login_times_out() {
    let login = LoopbackLogin::bind(0).await.unwrap().as_localhost();
    assert!(login.redirect_uri().starts_with("http://localhost:"));
    let error = login.wait(Duration::from_secs(300)).await.unwrap_err();
    assert_eq!(error.kind(), AuthErrorKind::LoginRefused);
    assert!(error.to_string().contains("within the time limit"));
}

/// The example of RFC 7636, appendix B.
#[test]
fn the_challenge_is_that_of_the_rfc() {
    let verifier = PkceVerifier::new("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk").unwrap();
    assert_eq!(
        verifier.challenge(),
        "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    );
}

#[test]
fn verifiers_have_their_length_and_characters() {
    let mut seen = std::collections::HashSet::new();
    for _ in 0..200 {
        let verifier = PkceVerifier::generate().unwrap();
        let text = verifier.secret().expose().to_owned();
        assert_eq!(text.len(), 64);
        assert!(PkceVerifier::new(text.as_str()).is_ok());
        assert!(seen.insert(text));
    }
    let all: String = seen.into_iter().collect();
    for character in ('A'..='Z')
        .chain('a'..='z')
        .chain('0'..='9')
        .chain("-._~".chars())
    {
        assert!(all.contains(character), "{character}");
    }
    for wrong in [
        "a".repeat(42),
        "a".repeat(129),
        format!("{}+", "a".repeat(50)),
    ] {
        assert!(PkceVerifier::new(wrong).is_err());
    }
}

#[test]
fn the_authorize_url_is_as_documented() {
    let state = LoginState::new("st");
    let verifier = PkceVerifier::new("v".repeat(43)).unwrap();
    let gateway = Url::parse("https://gateway.example/login/").unwrap();
    let url = AuthorizeUrl::new(&gateway, "the id", "http://127.0.0.1:7/callback", &state)
        .with_pkce(&verifier)
        .with_organization("org", "adfs")
        .with_parameter("prompt", "login");
    assert!(!format!("{url:?}").contains("st="), "{url:?}");
    assert_eq!(
        url.into_url().as_str(),
        format!(
            "https://gateway.example/login/oauth/authorize?client_id=the+id&redirect_uri=http%3A%2F%2F127.0.0.1%3A7%2Fcallback\
             &response_type=code&state=st&code_challenge={}&code_challenge_method=S256&org=org&provider=adfs&prompt=login",
            verifier.challenge()
        )
    );
}

#[test]
fn a_web_application_verifies_the_state_too() {
    let state = LoginState::generate().unwrap();
    let text = state.secret().expose().to_owned();
    let url = format!("https://app.example/callback?code=c&state={text}#fragment");
    assert_eq!(state.code(&url).unwrap().expose(), "c");
    assert_eq!(
        state
            .code(&format!("state={text}&code=c"))
            .unwrap()
            .expose(),
        "c"
    );
    for wrong in [
        "code=c".to_owned(),
        format!("code=c&state={text}x"),
        format!("state={text}"),
        format!("state={text}&code="),
        format!("state={text}&code=c&error=access_denied"),
    ] {
        assert!(state.code(&wrong).is_err(), "{wrong}");
    }
    assert!(LoginState::new("").code("state=&code=c").is_err());
}
