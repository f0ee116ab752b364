//! Answers of an API that are none, or not good: each ends with an error of its kind, in bounded time, after as many attempts as are right.

use tokio::task::JoinSet;

use super::server::{Server, Then, answers, http};
use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::request::{CallOptions, Operation};
use crate::tests::support::{GetUser, PostUsers};

/// What a `GET` and a `POST` make of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expected {
    /// The connection failed after the request was sent: the `GET` is tried four times, the `POST`, which may have been carried out, once.
    Io,
    /// No answer in time: likewise.
    Timeout,
    /// The answer is there, and final: an error of that kind after one attempt.
    Once(ErrorKind),
    /// An outage: an error by its status, retried like a lost connection.
    Outage,
    /// A limit: retried by both until it is gone.
    Limit,
    /// An answer.
    Good,
}

type Case = (&'static str, Vec<u8>, Then, Expected);

fn broken(name: &'static str, bytes: &[u8]) -> Case {
    (name, bytes.to_vec(), Then::Close, Expected::Io)
}

fn ending(name: &'static str, bytes: &[u8], then: Then, expected: Expected) -> Case {
    (name, bytes.to_vec(), then, expected)
}

/// Heads that are not HTTP, or not whole.
fn heads() -> Vec<Case> {
    let many: String = (0..200).map(|n| format!("x-{n}: 1\r\n")).collect();
    let long = "x".repeat(1 << 20);
    vec![
        broken("nothing", b""),
        broken("no HTTP", b"SSH-2.0-OpenSSH_9.9\r\n"),
        broken("a page without a head", b"<html>"),
        broken("TLS", b"\x15\x03\x01\x00\x02\x02\x28"),
        broken("HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        broken("a version that is none", b"HTTP/9.9 200 OK\r\n\r\n"),
        broken("a cut status line", b"HTTP/1.1 20"),
        broken("a status that is none", b"HTTP/1.1 999999 X\r\n\r\n"),
        broken("a status of two digits", b"HTTP/1.1 20 OK\r\n\r\n"),
        broken("a negative status", b"HTTP/1.1 -20 OK\r\n\r\n"),
        broken("a status of letters", b"HTTP/1.1 abc OK\r\n\r\n"),
        broken(
            "a header without a colon",
            b"HTTP/1.1 200 OK\r\nbroken\r\n\r\n",
        ),
        broken(
            "a header with a zero byte",
            b"HTTP/1.1 200 OK\r\na: b\0c\r\n\r\n",
        ),
        broken(
            "a header name with a space",
            b"HTTP/1.1 200 OK\r\na b: c\r\n\r\n",
        ),
        broken("a header without a name", b"HTTP/1.1 200 OK\r\n: c\r\n\r\n"),
        broken("a cut head", b"HTTP/1.1 200 OK\r\ncontent-le"),
        broken(
            "too many headers",
            format!("HTTP/1.1 200 OK\r\n{many}\r\n").as_bytes(),
        ),
        broken(
            "a header without an end",
            format!("HTTP/1.1 200 OK\r\na: {long}\r\n\r\n").as_bytes(),
        ),
        broken("only a promise to go on", b"HTTP/1.1 100 Continue\r\n\r\n"),
    ]
}

/// Bodies that are not as their head says.
fn bodies() -> Vec<Case> {
    vec![
        broken("two lengths", b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab"),
        broken("a negative length", b"HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n"),
        broken("a length of letters", b"HTTP/1.1 200 OK\r\ncontent-length: 1a\r\n\r\n{"),
        broken("a length that is no number of this world", b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999999999999\r\n\r\n{}"),
        broken("a length that never comes", b"HTTP/1.1 200 OK\r\ncontent-length: 9999999999999\r\n\r\n{}"),
        broken("a body cut short", b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"id\":"),
        broken("chunks cut short", b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{\"id\"\r\n"),
        broken("a chunk length that is none", b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n"),
        broken("a chunk length without an end", b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffffffff\r\n{}"),
        broken("a chunk longer than it says", b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{\"id\":1}\r\n0\r\n\r\n"),
        broken("a cut trailer", b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nx"),
        broken("gzip that is none", b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\nabcd"),
        broken("gzip cut short", b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 10\r\n\r\n\x1f\x8b\x08\0\0\0\0\0\0\x03"),
    ]
}

/// Connections that end as they should not, or not at all.
fn connections() -> Vec<Case> {
    use Expected::{Io, Timeout};
    use Then::{Repeat, Reset, Silence};
    const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n";
    const CHUNKED: &[u8] = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    let half = [HEAD, b"{\"id\""].concat();
    let chunk = Repeat(b"1\r\n \r\n");
    let promise = Repeat(b"HTTP/1.1 100 Continue\r\n\r\n");
    vec![
        ending("a reset instead of an answer", b"", Reset, Io),
        ending("a reset within the head", b"HTTP/1.1 200", Reset, Io),
        ending("a reset within the body", HEAD, Reset, Io),
        ending("silence", b"", Silence, Timeout),
        ending("half a head and silence", &HEAD[..20], Silence, Timeout),
        ending("a head and silence", HEAD, Silence, Timeout),
        ending("half a body and silence", &half, Silence, Timeout),
        ending("chunks without an end", CHUNKED, chunk, Timeout),
        ending("promises without an end", b"", promise, Timeout),
    ]
}

/// Whole answers that are no good.
fn answers() -> Vec<Case> {
    use ErrorKind::{Decode, Status};
    use Expected::{Good, Limit, Once, Outage};
    let ok = || http("200 OK", &[], "{}");
    let answer = |name, parts: [Vec<u8>; 2]| (name, parts.concat(), Then::Close, Good);
    let mut cases: Vec<Case> = answers! {
        "HTML where JSON is due": "200 OK" [] "<html>" => Once(Decode);
        "HTML that says so": "200 OK" ["content-type: text/html"] "<html>" => Once(Decode);
        "half of some JSON": "200 OK" [] "{\"id\":" => Once(Decode);
        "two values": "200 OK" [] "{}{}" => Once(Decode);
        "JSON that is not UTF-8": "200 OK" [] b"{\"id\":\"\xff\"}" => Good;
        "JSON that is too deep": "200 OK" [] "[".repeat(200_000) => Once(Decode);
        "a success that nobody knows": "299 Odd" [] "{}" => Good;
        "a status beyond all": "999 X" [] "" => Once(Status);
        "an error without a body": "400 Bad Request" [] "" => Once(Status);
        "an error in HTML": "400 Bad Request" [] "<html>" => Once(Status);
        "an error cut short": "404 Not Found" [] "{\"message\":\"gone" => Once(Status);
        "an error that is null": "403 Forbidden" [] "null" => Once(Status);
        "an error of other types": "409 Conflict" [] "{\"message\":[],\"code\":{},\"status\":\"x\",\"details\":7}" => Once(Status);
        "an error that is no UTF-8": "400 Bad Request" [] b"\xff\xfe" => Once(Status);
        "a refusal": "401 Unauthorized" [] "" => Once(Status);
        "a failure": "500 Internal Server Error" [] "oops" => Once(Status);
        "an outage": "503 Service Unavailable" [] "<html>" => Outage;
        "a wait that is no time": "429 Too Many Requests" ["retry-after: soon"] "" => Limit;
        "a negative wait": "429 Too Many Requests" ["retry-after: -1"] "" => Limit;
        "a date of the past": "429 Too Many Requests" ["retry-after: Thu, 01 Jan 1970 00:00:00 GMT"] "" => Limit;
        "a wait without an end": "429 Too Many Requests" ["retry-after: 18446744073709551615"] "" => Once(Status);
        "a wait of more digits than a number has": "503 Service Unavailable" ["retry-after: 99999999999999999999999"] "" => Once(Status);
        "limits that are none": "200 OK" ["inin-ratelimit-count: x", "inin-ratelimit-allowed: -1", "inin-ratelimit-reset: 1e400"] "{}" => Good;
        "a redirect to nowhere": "302 Found" [] "" => Once(Status);
        "not modified, unasked": "304 Not Modified" [] "" => Once(Status);
        "no JSON, but nothing at all": "200 OK" [] "" => Good;
    };
    let promise = b"HTTP/1.1 100 Continue\r\n\r\n".to_vec();
    let hint = b"HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n".to_vec();
    cases.extend([
        answer("a promise before the answer", [promise, ok()]),
        answer("hints before the answer", [hint, ok()]),
        answer("more than one answer", [ok(), ok()]),
    ]);
    cases
}

fn kind(expected: Expected) -> Option<ErrorKind> {
    match expected {
        Expected::Io => Some(ErrorKind::Io),
        Expected::Timeout => Some(ErrorKind::Timeout),
        Expected::Once(kind) => Some(kind),
        Expected::Outage => Some(ErrorKind::Status),
        Expected::Limit | Expected::Good => None,
    }
}

/// Compares an outcome with what is expected of it.
fn check(name: &str, outcome: Result<(), Error>, expected: Expected) {
    let error = match (outcome, kind(expected)) {
        (Ok(()), None) => return,
        (Ok(()), Some(kind)) => panic!("{name}: a success instead of {kind:?}"),
        (Err(error), None) => panic!("{name}: {error:?} instead of a success"),
        (Err(error), Some(kind)) => {
            assert_eq!(error.kind(), kind, "{name}: {error:?}");
            error
        }
    };
    assert_eq!(error.is_timeout(), expected == Expected::Timeout, "{name}");
    assert_eq!(
        error.is_decode(),
        expected == Expected::Once(ErrorKind::Decode),
        "{name}"
    );
    let text = format!("{error} {error:?}");
    for hidden in ["127.0.0.1", "<html>", "oops"] {
        assert!(!text.contains(hidden), "{name}: {text}");
    }
}

/// The bad answer to a `GET`, then to a `POST`.
async fn try_out((name, bytes, then, expected): Case) {
    let (read, written) = match expected {
        Expected::Io | Expected::Timeout | Expected::Outage => (4, 1),
        Expected::Limit => (3, 3),
        Expected::Once(_) | Expected::Good => (1, 1),
    };
    let then = match expected {
        Expected::Limit => Then::Relent,
        _ => then,
    };
    let server = Server::doing(bytes, then).await;
    let client = server.client();
    let outcome = GetUser::new(&client, "1").send().await;
    check(name, outcome.map(drop), expected);
    assert_eq!(server.requests_reach(read).await, read, "{name}");
    let outcome = PostUsers::new(&client, serde_json::json!({})).send().await;
    check(name, outcome.map(drop), expected);
    let all = read + written;
    assert_eq!(server.requests_reach(all).await, all, "{name}");
}

#[tokio::test]
async fn every_bad_answer_ends_with_its_error_and_in_time() {
    let cases = [heads(), bodies(), connections(), answers()].concat();
    assert!(cases.len() >= 60, "{} cases", cases.len());
    // Side by side, because some wait for a timeout. A call that hangs ends by its own, with an error of another kind.
    let mut running: JoinSet<()> = cases.into_iter().map(try_out).collect();
    while let Some(outcome) = running.join_next().await {
        outcome.unwrap();
    }
}

#[tokio::test]
async fn redirects_that_lead_nowhere_end_with_a_typed_error() {
    use ErrorKind::{Connect, InvalidRequest};
    for (location, kind) in [
        ("/again", InvalidRequest),
        ("http://192.0.2.1/without-tls", InvalidRequest),
        ("file:///etc/passwd", InvalidRequest),
        ("javascript:alert(1)", InvalidRequest),
        ("http://", InvalidRequest),
        ("http://127.0.0.1:99999/", InvalidRequest),
        ("http://127.0.0.1:1/", Connect),
    ] {
        let header = format!("location: {location}");
        let server = Server::answering(http("303 See Other", &[&header], "")).await;
        let error = GetUser::new(&server.client(), "1")
            .with_options(CallOptions::new().with_follow_redirects(true))
            .send()
            .await
            .unwrap_err();
        assert_eq!(error.kind(), kind, "{location}: {error:?}");
        let text = format!("{error} {error:?}");
        assert!(!text.contains(location), "{location}: {error}");
        assert!(server.requests() <= 6, "{location}: {}", server.requests());
    }
}
