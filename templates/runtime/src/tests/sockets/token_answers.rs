//! Answers of a token endpoint that bring no token: each ends with an error of its kind, in bounded time, after as many attempts as are right.

use tokio::task::JoinSet;

use super::server::{Server, Then, answers};
use crate::runtime::auth::{AuthError, AuthErrorKind};

/// The kind of the error and how often the endpoint is asked; no kind is a token.
type Expected = (Option<AuthErrorKind>, usize);

const TOKEN: Expected = (None, 1);
const UNUSABLE: Expected = (Some(AuthErrorKind::UnusableAnswer), 3);

type Case = (&'static str, Vec<u8>, Then, Expected);

/// Answers of 200 that hold a token, or seem to.
fn successes() -> Vec<Case> {
    const WRONG_TYPE: Expected = (Some(AuthErrorKind::UnusableAnswer), 1);
    const WRONG_SECRET: Expected = (Some(AuthErrorKind::WrongSecret), 1);
    let with = |members: &str| format!(r#"{{"access_token":"abc",{members}}}"#);
    let token = |text: &str| format!(r#"{{"access_token":{text},"expires_in":60}}"#);
    let deep = format!(r#"{{"access_token":"abc","more":{}"#, "[".repeat(200_000));
    let padded = format!("{}{}", r#"{"access_token":"abc"}"#, " ".repeat(1 << 20));
    answers! {
        "a page": "200 OK" ["content-type: text/html"] "<html>" => UNUSABLE;
        "nothing": "200 OK" [] "" => UNUSABLE;
        "no content": "204 No Content" [] "" => UNUSABLE;
        "half of it": "200 OK" [] r#"{"access_token":"abc","exp"# => UNUSABLE;
        "a list": "200 OK" [] r#"["abc","bearer",60]"# => UNUSABLE;
        "null": "200 OK" [] "null" => UNUSABLE;
        "no UTF-8": "200 OK" [] b"{\"access_token\":\"\xff\"}" => UNUSABLE;
        "too deep": "200 OK" [] deep => UNUSABLE;
        "too long": "200 OK" [] padded => UNUSABLE;
        "no token": "200 OK" [] r#"{"expires_in":60}"# => UNUSABLE;
        "a token that is null": "200 OK" [] token("null") => UNUSABLE;
        "a token that is a number": "200 OK" [] token("17") => UNUSABLE;
        "a token that is an object": "200 OK" [] token(r#"{"value":"abc"}"#) => UNUSABLE;
        "an empty token": "200 OK" [] token(r#""""#) => UNUSABLE;
        "a token with a line break": "200 OK" [] token(r#""abc\r\nx-evil: 1""#) => UNUSABLE;
        "a token with a space": "200 OK" [] token(r#""a bc""#) => UNUSABLE;
        "a token with a zero": "200 OK" [] token(r#""a\u0000bc""#) => UNUSABLE;
        "a token that is no ASCII": "200 OK" [] token(r#""äbc""#) => UNUSABLE;
        "two tokens": "200 OK" [] with(r#""access_token":"def""#) => UNUSABLE;
        "a token of another type": "200 OK" [] with(r#""token_type":"mac""#) => WRONG_TYPE;
        "a type in capitals": "200 OK" [] with(r#""token_type":"BEARER""#) => TOKEN;
        "no lifetime": "200 OK" [] with(r#""scope":"x""#) => TOKEN;
        "a lifetime of nothing": "200 OK" [] with(r#""expires_in":0"#) => TOKEN;
        "a negative lifetime": "200 OK" [] with(r#""expires_in":-5"#) => TOKEN;
        "a lifetime in text": "200 OK" [] with(r#""expires_in":"soon""#) => TOKEN;
        "a lifetime in digits": "200 OK" [] with(r#""expires_in":"60""#) => TOKEN;
        "a lifetime of a list": "200 OK" [] with(r#""expires_in":[60]"#) => TOKEN;
        "a lifetime beyond all": "200 OK" [] with(r#""expires_in":1e308"#) => TOKEN;
        "a lifetime of many digits": "200 OK" [] with(r#""expires_in":99999999999999999999999"#) => TOKEN;
        "a refresh token of a number": "200 OK" [] with(r#""refresh_token":17"#) => TOKEN;
        "an error with nothing in it": "200 OK" [] with(r#""error":"""#) => TOKEN;
        "an error that is null": "200 OK" [] with(r#""error":null"#) => TOKEN;
        "an error in a success": "200 OK" [] r#"{"error":"invalid_client"}"# => WRONG_SECRET;
    }
}

/// Answers of other statuses.
fn refusals() -> Vec<Case> {
    use AuthErrorKind::{RateLimited, RequestRefused, ServerError, WrongSecret};
    let once = |kind| (Some(kind), 1);
    let thrice = |kind| (Some(kind), 3);
    answers! {
        "400": "400 Bad Request" [] "" => once(RequestRefused);
        "400 in HTML": "400 Bad Request" [] "<html>" => once(RequestRefused);
        "an error that is a number": "400 Bad Request" [] r#"{"error":17}"# => once(RequestRefused);
        "an error that is an object": "400 Bad Request" [] r#"{"error":{"a":[]}}"# => once(RequestRefused);
        "401": "401 Unauthorized" [] "" => once(WrongSecret);
        "403": "403 Forbidden" [] "<html>" => once(RequestRefused);
        "404": "404 Not Found" [] "<html>" => once(RequestRefused);
        "a redirect": "302 Found" ["location: /elsewhere"] "" => once(RequestRefused);
        "500": "500 Internal Server Error" [] "<html>" => thrice(ServerError);
        "503": "503 Service Unavailable" ["retry-after: soon"] "" => thrice(ServerError);
        "599": "599 X" [] "null" => thrice(ServerError);
        "429": "429 Too Many Requests" [] "" => thrice(RateLimited);
        "429 for a day": "429 Too Many Requests" ["retry-after: 86400"] "" => once(RateLimited);
        "429 without an end": "429 Too Many Requests" ["retry-after: 18446744073709551615"] "" => once(RateLimited);
        "429 of more digits than a number has": "429 Too Many Requests" ["retry-after: 99999999999999999999999"] "" => once(RateLimited);
    }
}

/// No answer.
fn breaks() -> Vec<Case> {
    use Then::{Close, Repeat, Reset, Silence};
    const LOST: Expected = (Some(AuthErrorKind::NoNetwork), 3);
    const LATE: Expected = (Some(AuthErrorKind::Timeout), 3);
    let spaces: &'static [u8] = format!("1000\r\n{:4096}\r\n", "").into_bytes().leak();
    const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"access_token\":";
    const CHUNKED: &[u8] =
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n16\r\n{\"access_token\":\"abc\" \r\n";
    let case = |name, bytes: &[u8], then, expected| (name, bytes.to_vec(), then, expected);
    vec![
        case("nothing", b"", Close, LOST),
        case("no HTTP", b"SSH-2.0-OpenSSH_9.9\r\n", Close, LOST),
        case("a reset", b"", Reset, LOST),
        case("a body cut short", HEAD, Close, LOST),
        case("a reset within the body", HEAD, Reset, LOST),
        case("silence", b"", Silence, LATE),
        case("half a body and silence", HEAD, Silence, LATE),
        // It is not read to its end, which never comes.
        case("a body without an end", CHUNKED, Repeat(spaces), UNUSABLE),
    ]
}

#[tokio::test]
async fn every_answer_of_the_token_endpoint_ends_with_its_error_and_in_time() {
    let cases = [successes(), refusals(), breaks()].concat();
    assert!(cases.len() >= 50, "{} cases", cases.len());
    // Side by side, because some wait for a timeout.
    let mut running: JoinSet<()> = cases.into_iter().map(try_out).collect();
    while let Some(outcome) = running.join_next().await {
        outcome.unwrap();
    }
}

async fn try_out((name, bytes, then, (kind, requests)): Case) {
    let server = Server::doing(bytes, then).await;
    let client = server.client_without_token();
    let outcome = client.authenticate().await;
    match (&outcome, kind) {
        (Ok(()), None) => {}
        (Err(error), Some(kind)) => {
            let cause = error.find_source::<AuthError>().map(AuthError::kind);
            assert_eq!(cause, Some(kind), "{name}: {error:?}");
            let text = format!("{error} {error:?}");
            for hidden in ["<html>", "the-secret"] {
                assert!(!text.contains(hidden), "{name}: {text}");
            }
        }
        _ => panic!("{name}: {outcome:?} instead of {kind:?}"),
    }
    assert_eq!(server.requests_reach(requests).await, requests, "{name}");
}
