//! Whole clients over real sockets, against servers that misbehave.

mod api_answers;
mod apps_host;
mod causes;
mod connections;
pub(in crate::tests) mod handler;
mod http2;
mod limits;
mod limits_of_bodies;
mod payloads;
mod server;
mod token_answers;
mod uploads;

use std::time::Duration;

use http::Method;
use tokio::net::TcpListener;

use self::server::Server;
use crate::runtime::client::Client;
use crate::runtime::error::ErrorKind;
use crate::runtime::pipeline::RetryPolicy;
use crate::runtime::request::{CallOptions, Operation};
use crate::tests::support::{GetUser, PostUsers};

#[tokio::test]
async fn a_good_answer_is_read() {
    let server = Server::answering(
        b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 10\r\n\r\n{\"id\":\"1\"}",
    )
    .await;
    let user = GetUser::new(&server.client(), "1").send().await.unwrap();
    assert_eq!(user["id"], "1");
    assert_eq!(server.requests(), 1);
}

#[tokio::test]
async fn odd_answers_are_answers() {
    // A body until the end of the connection, and a reason that is no ASCII.
    let server = Server::answering(b"HTTP/1.1 200 \xc3\xa4\r\n\r\n{\"id\":\"2\"}").await;
    let user = GetUser::new(&server.client(), "1").send().await.unwrap();
    assert_eq!(user["id"], "2");
    // A redirect to nowhere, with a header value that is no text.
    let server =
        Server::answering(b"HTTP/1.1 302 Found\r\nlocation: \xff\r\ncontent-length: 0\r\n\r\n")
            .await;
    let error = GetUser::new(&server.client(), "1")
        .send()
        .await
        .unwrap_err();
    assert!(error.is_redirect());
    assert_eq!(error.location(), None);
    // HTML where JSON is due.
    let server = Server::answering(b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\n<html>").await;
    let error = GetUser::new(&server.client(), "1")
        .send()
        .await
        .unwrap_err();
    assert!(error.is_decode());
}

#[tokio::test]
async fn a_server_that_takes_the_request_and_says_nothing_times_out() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let client = connections::builder(&base).build().unwrap();
    let call = PostUsers::new(&client, serde_json::json!({}))
        .with_attempt_timeout(Duration::from_millis(200))
        .send();
    let (outcome, accepted) = tokio::join!(call, listener.accept());
    let error = outcome.unwrap_err();
    assert!(error.is_timeout(), "{error}");
    drop(accepted);
}

#[tokio::test]
async fn a_port_that_nobody_listens_on_is_a_connect_error() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let client = connections::builder(&base)
        .retry(RetryPolicy::standard().with_max_delay(Duration::from_millis(1)))
        .build()
        .unwrap();
    let error = PostUsers::new(&client, serde_json::json!({}))
        .send()
        .await
        .unwrap_err();
    assert!(error.is_connect(), "{error}");
    assert_eq!(error.attempts(), 4);
}

#[tokio::test]
async fn redirects_and_retries_stay_off_whatever_the_closure_says() {
    let server = Server::answering(
        b"HTTP/1.1 302 Found\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n",
    )
    .await;
    let base = server.base();
    let client = Client::builder()
        .base_urls(&base, &base)
        .access_token("t")
        .configure_http(|http| {
            http.no_proxy()
                .redirect(reqwest::redirect::Policy::limited(5))
        })
        .build()
        .unwrap();
    let error = GetUser::new(&client, "1").send().await.unwrap_err();
    assert!(error.is_redirect());
    assert_eq!(server.requests(), 1);
}

#[tokio::test]
async fn a_streamed_body_that_is_cut_short_says_so_at_its_end() {
    let server = Server::answering(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\npart").await;
    let mut body = server
        .client()
        .request(Method::GET, "/file")
        .with_options(CallOptions::new())
        .send_stream()
        .await
        .unwrap()
        .into_body();
    assert_eq!(body.content_length(), Some(100));
    assert_eq!(body.next_chunk().await.unwrap().unwrap(), "part");
    let error = body.next_chunk().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
}
