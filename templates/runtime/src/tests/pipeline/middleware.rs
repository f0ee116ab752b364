//! The user's two places in the pipeline.

use std::sync::{Arc, Mutex};

use http::HeaderValue;

use crate::runtime::error::Error;
use crate::runtime::transport::{HttpResponse, MemoryTransport};
use crate::tests::support::{GetUser, builder, middleware};

/// Writes down what it sees, and marks the request.
struct Recorder {
    name: &'static str,
    seen: Arc<Mutex<Vec<String>>>,
}

middleware!(Recorder, |this, mut request, next| {
    let token = request.headers.contains_key("authorization");
    this.seen.lock().unwrap().push(format!(
        "{} {} {} token: {token}",
        this.name,
        next.context().operation().unwrap().name,
        next.context().attempts(),
    ));
    request
        .headers
        .append("x-seen", HeaderValue::from_static(this.name));
    let response = next.run(request).await?;
    this.seen
        .lock()
        .unwrap()
        .push(format!("{} {}", this.name, response.status.as_u16()));
    Ok(response)
});

#[tokio::test(start_paused = true)]
async fn middleware_sees_the_call_once_and_every_attempt() {
    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    let recorder = |name| Recorder {
        name,
        seen: seen.clone(),
    };
    let transport = Arc::new(MemoryTransport::scripted([
        HttpResponse::json(503, "{}"),
        HttpResponse::json(200, "{}"),
    ]));
    let client = builder(&transport)
        .call_middleware(recorder("outer"))
        .call_middleware(recorder("inner"))
        .attempt_middleware(recorder("attempt"))
        .build()
        .unwrap();
    GetUser::new(&client, "1").send().await.unwrap();
    assert_eq!(
        *seen.lock().unwrap(),
        [
            "outer getUser 0 token: false",
            "inner getUser 0 token: false",
            "attempt getUser 1 token: false",
            "attempt 503",
            "attempt getUser 2 token: false",
            "attempt 200",
            "inner 200",
            "outer 200",
        ]
    );
    for request in transport.requests() {
        let marks: Vec<_> = request.headers.get_all("x-seen").iter().collect();
        assert_eq!(marks, ["outer", "inner", "attempt"]);
        assert!(request.headers.contains_key("authorization"));
    }
}

/// Answers by itself, or fails.
struct Answer(Option<u16>);

middleware!(Answer, |this, _, _| {
    match this.0 {
        Some(status) => Ok(HttpResponse::json(status, r#"{"id":"cached"}"#)),
        None => Err(Error::other("the middleware is out of order")),
    }
});

#[tokio::test(start_paused = true)]
async fn middleware_may_answer_or_fail_in_place_of_the_server() {
    let transport = Arc::new(MemoryTransport::new(|_| HttpResponse::json(200, "{}")));
    let client = builder(&transport)
        .call_middleware(Answer(Some(200)))
        .build()
        .unwrap();
    let user = GetUser::new(&client, "1").send().await.unwrap();
    assert_eq!(user["id"], "cached");
    assert_eq!(user.attempts(), 0);
    let client = builder(&transport)
        .attempt_middleware(Answer(Some(503)))
        .build()
        .unwrap();
    let error = GetUser::new(&client, "1").send().await.unwrap_err();
    assert_eq!(error.attempts(), 4);
    let client = builder(&transport)
        .attempt_middleware(Answer(None))
        .build()
        .unwrap();
    let error = GetUser::new(&client, "1").send().await.unwrap_err();
    assert_eq!(error.attempts(), 1);
    assert!(error.to_string().contains("out of order"), "{error}");
    assert_eq!(transport.request_count(), 0);
}
