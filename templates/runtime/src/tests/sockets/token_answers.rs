//! Answers of a token endpoint that bring no token: each ends with an error of its kind, in bounded time, after as many attempts as are right.

use tokio::task::JoinSet;

use super::server::{Server, Then, http};
use crate::runtime::auth::{AuthError, AuthErrorKind};

/// The kind of the error and how often the endpoint is asked; no kind is a token.
type Expected = (Option<AuthErrorKind>, usize);

const TOKEN: Expected = (None, 1);
const UNUSABLE: Expected = (Some(AuthErrorKind::UnusableAnswer), 3);

fn json(body: &str) -> Vec<u8> {
    http("200 OK", &["content-type: application/json"], body)
}

fn refusal(status: &str, headers: &[&str], body: &str) -> Vec<u8> {
    http(status, headers, body)
}

/// Answers of 200 that hold a token, or seem to.
fn successes() -> Vec<(&'static str, Vec<u8>, Expected)> {
    let with = |members: &str| json(&format!(r#"{{"access_token":"abc",{members}}}"#));
    let token = |text: &str| json(&format!(r#"{{"access_token":{text},"expires_in":60}}"#));
    let deep = format!(r#"{{"access_token":"abc","more":{}"#, "[".repeat(200_000));
    let padded = format!("{}{}", r#"{"access_token":"abc"}"#, " ".repeat(1 << 20));
    vec![
        (
            "a page",
            http("200 OK", &["content-type: text/html"], "<html>"),
            UNUSABLE,
        ),
        ("nothing", json(""), UNUSABLE),
        ("no content", refusal("204 No Content", &[], ""), UNUSABLE),
        (
            "half of it",
            json(r#"{"access_token":"abc","exp"#),
            UNUSABLE,
        ),
        ("a list", json(r#"["abc","bearer",60]"#), UNUSABLE),
        ("null", json("null"), UNUSABLE),
        (
            "no UTF-8",
            http("200 OK", &[], b"{\"access_token\":\"\xff\"}"),
            UNUSABLE,
        ),
        ("too deep", json(&deep), UNUSABLE),
        ("too long", json(&padded), UNUSABLE),
        ("no token", json(r#"{"expires_in":60}"#), UNUSABLE),
        ("a token that is null", token("null"), UNUSABLE),
        ("a token that is a number", token("17"), UNUSABLE),
        (
            "a token that is an object",
            token(r#"{"value":"abc"}"#),
            UNUSABLE,
        ),
        ("an empty token", token(r#""""#), UNUSABLE),
        (
            "a token with a line break",
            token(r#""abc\r\nx-evil: 1""#),
            UNUSABLE,
        ),
        ("a token with a space", token(r#""a bc""#), UNUSABLE),
        ("a token with a zero", token(r#""a\u0000bc""#), UNUSABLE),
        ("a token that is no ASCII", token(r#""äbc""#), UNUSABLE),
        ("two tokens", with(r#""access_token":"def""#), UNUSABLE),
        (
            "a token of another type",
            with(r#""token_type":"mac""#),
            (Some(AuthErrorKind::UnusableAnswer), 1),
        ),
        (
            "a type in capitals",
            with(r#""token_type":"BEARER""#),
            TOKEN,
        ),
        ("no lifetime", with(r#""scope":"x""#), TOKEN),
        ("a lifetime of nothing", with(r#""expires_in":0"#), TOKEN),
        ("a negative lifetime", with(r#""expires_in":-5"#), TOKEN),
        ("a lifetime in text", with(r#""expires_in":"soon""#), TOKEN),
        ("a lifetime in digits", with(r#""expires_in":"60""#), TOKEN),
        ("a lifetime of a list", with(r#""expires_in":[60]"#), TOKEN),
        (
            "a lifetime beyond all",
            with(r#""expires_in":1e308"#),
            TOKEN,
        ),
        (
            "a lifetime of many digits",
            with(r#""expires_in":99999999999999999999999"#),
            TOKEN,
        ),
        (
            "a refresh token of a number",
            with(r#""refresh_token":17"#),
            TOKEN,
        ),
        ("an error with nothing in it", with(r#""error":"""#), TOKEN),
        ("an error that is null", with(r#""error":null"#), TOKEN),
        (
            "an error in a success",
            json(r#"{"error":"invalid_client"}"#),
            (Some(AuthErrorKind::WrongSecret), 1),
        ),
    ]
}

/// Answers of other statuses.
fn refusals() -> Vec<(&'static str, Vec<u8>, Expected)> {
    use AuthErrorKind::{RateLimited, RequestRefused, ServerError, WrongSecret};
    let once = |kind| (Some(kind), 1);
    let thrice = |kind| (Some(kind), 3);
    vec![
        (
            "400",
            refusal("400 Bad Request", &[], ""),
            once(RequestRefused),
        ),
        (
            "400 in HTML",
            refusal("400 Bad Request", &[], "<html>"),
            once(RequestRefused),
        ),
        (
            "an error that is a number",
            refusal("400 Bad Request", &[], r#"{"error":17}"#),
            once(RequestRefused),
        ),
        (
            "an error that is an object",
            refusal("400 Bad Request", &[], r#"{"error":{"a":[]}}"#),
            once(RequestRefused),
        ),
        (
            "401",
            refusal("401 Unauthorized", &[], ""),
            once(WrongSecret),
        ),
        (
            "403",
            refusal("403 Forbidden", &[], "<html>"),
            once(RequestRefused),
        ),
        (
            "404",
            refusal("404 Not Found", &[], "<html>"),
            once(RequestRefused),
        ),
        (
            "a redirect",
            refusal("302 Found", &["location: /elsewhere"], ""),
            once(RequestRefused),
        ),
        (
            "500",
            refusal("500 Internal Server Error", &[], "<html>"),
            thrice(ServerError),
        ),
        (
            "503",
            refusal("503 Service Unavailable", &["retry-after: soon"], ""),
            thrice(ServerError),
        ),
        ("599", refusal("599 X", &[], "null"), thrice(ServerError)),
        (
            "429",
            refusal("429 Too Many Requests", &[], ""),
            thrice(RateLimited),
        ),
        (
            "429 for a day",
            refusal("429 Too Many Requests", &["retry-after: 86400"], ""),
            once(RateLimited),
        ),
        (
            "429 without an end",
            refusal(
                "429 Too Many Requests",
                &["retry-after: 18446744073709551615"],
                "",
            ),
            once(RateLimited),
        ),
        (
            "429 of more digits than a number has",
            refusal(
                "429 Too Many Requests",
                &["retry-after: 99999999999999999999999"],
                "",
            ),
            once(RateLimited),
        ),
    ]
}

/// No answer.
fn breaks() -> Vec<(&'static str, &'static [u8], Then, Expected)> {
    let thrice = |kind| (Some(kind), 3);
    let lost = thrice(AuthErrorKind::NoNetwork);
    let late = thrice(AuthErrorKind::Timeout);
    let spaces: &'static [u8] = format!("1000\r\n{:4096}\r\n", "").into_bytes().leak();
    const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"access_token\":";
    const CHUNKED: &[u8] =
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n16\r\n{\"access_token\":\"abc\" \r\n";
    vec![
        ("nothing", b"", Then::Close, lost),
        ("no HTTP", b"SSH-2.0-OpenSSH_9.9\r\n", Then::Close, lost),
        ("a reset", b"", Then::Reset, lost),
        ("a body cut short", HEAD, Then::Close, lost),
        ("a reset within the body", HEAD, Then::Reset, lost),
        ("silence", b"", Then::Silence, late),
        ("half a body and silence", HEAD, Then::Silence, late),
        // It is not read to its end, which never comes.
        (
            "a body without an end",
            CHUNKED,
            Then::Repeat(spaces),
            UNUSABLE,
        ),
    ]
}

#[tokio::test]
async fn every_answer_of_the_token_endpoint_ends_with_its_error_and_in_time() {
    let whole = [successes(), refusals()]
        .concat()
        .into_iter()
        .map(|(name, bytes, expected)| (name, bytes, Then::Close, expected));
    let breaks = breaks()
        .into_iter()
        .map(|(name, bytes, then, expected)| (name, bytes.to_vec(), then, expected));
    let cases: Vec<_> = whole.chain(breaks).collect();
    assert!(cases.len() >= 50, "{} cases", cases.len());
    // Side by side, because some wait for a timeout.
    let mut running: JoinSet<()> = cases.into_iter().map(try_out).collect();
    while let Some(outcome) = running.join_next().await {
        outcome.unwrap();
    }
}

async fn try_out((name, bytes, then, (kind, requests)): (&str, Vec<u8>, Then, Expected)) {
    let server = Server::doing(bytes, then).await;
    let client = server.client_without_token();
    let outcome = client.authenticate().await;
    match (&outcome, kind) {
        (Ok(()), None) => {}
        (Err(error), Some(kind)) => {
            let cause = error.find_source::<AuthError>().map(AuthError::kind);
            assert_eq!(cause, Some(kind), "{name}: {error:?}");
            let text = format!("{error} {error:?}");
            for hidden in ["127.0.0.1", "<html>", "the-secret"] {
                assert!(!text.contains(hidden), "{name}: {text}");
            }
        }
        _ => panic!("{name}: {outcome:?} instead of {kind:?}"),
    }
    assert_eq!(server.requests_reach(requests).await, requests, "{name}");
}
