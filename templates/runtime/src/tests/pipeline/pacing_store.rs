//! Calls that are counted together with those of other processes: what a client does with the places that a store gives it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::Instant;

use crate::runtime::client::Client;
use crate::runtime::clock::BoxFuture;
use crate::runtime::pipeline::{PacingLimit, PacingPlace, PacingStore};
use crate::runtime::transport::{BoxError, HttpResponse, MemoryTransport};
use crate::tests::support::{GetUser, TOKEN, builder, read_users, with};

/// What a store does when it is asked for a place.
#[derive(Clone, Copy)]
enum Answer {
    Place(Duration),
    Failure,
    Silence,
}

/// A store that answers as told, and keeps what it was asked.
struct Told {
    answer: Mutex<Answer>,
    log: Mutex<Vec<String>>,
}

impl Told {
    fn new(answer: Answer) -> Arc<Self> {
        Arc::new(Self {
            answer: Mutex::new(answer),
            log: Mutex::default(),
        })
    }

    fn answer(&self, answer: Answer) {
        *self.answer.lock().unwrap() = answer;
    }

    fn note(&self, line: String) {
        self.log.lock().unwrap().push(line);
    }

    fn asked(&self) -> usize {
        let log = self.log.lock().unwrap();
        log.iter()
            .filter(|line| line.starts_with("reserve"))
            .count()
    }
}

impl PacingStore for Told {
    fn reserve<'a>(
        &'a self,
        key: &'a str,
        limit: PacingLimit,
    ) -> BoxFuture<'a, Result<PacingPlace, BoxError>> {
        Box::pin(async move {
            self.note(format!("reserve {key} {} in {:?}", limit.calls, limit.span));
            let answer = *self.answer.lock().unwrap();
            match answer {
                Answer::Place(delay) => Ok(PacingPlace {
                    delay,
                    name: "place".to_owned(),
                }),
                Answer::Failure => Err("down".into()),
                Answer::Silence => std::future::pending().await,
            }
        })
    }

    fn give_back<'a>(&'a self, key: &'a str, name: &'a str) -> BoxFuture<'a, Result<(), BoxError>> {
        Box::pin(async move {
            self.note(format!("give back {key} {name}"));
            Ok(())
        })
    }

    fn close<'a>(&'a self, key: &'a str, delay: Duration) -> BoxFuture<'a, Result<(), BoxError>> {
        Box::pin(async move {
            self.note(format!("close {key} {delay:?}"));
            Ok(())
        })
    }
}

/// A client of that store, whose calls are all answered with that status.
fn client(store: &Arc<Told>, status: u16) -> Client {
    let transport = Arc::new(MemoryTransport::new(move |_| {
        let response = HttpResponse::json(status, "{}");
        with(response, "retry-after", "90")
    }));
    let builder = builder(&transport).pacing_store(store.clone());
    builder.build().unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_call_waits_for_its_place_and_names_no_token() {
    let store = Told::new(Answer::Place(Duration::from_secs(5)));
    let client = client(&store, 200);
    let start = Instant::now();
    for calls in 1..=2 {
        GetUser::new(&client, "1").send().await.unwrap();
        assert_eq!(start.elapsed(), Duration::from_secs(5) * calls);
    }
    let log = store.log.lock().unwrap();
    assert_eq!(log.len(), 2);
    assert_eq!(log[0], log[1]);
    let words: Vec<&str> = log[0].split(' ').collect();
    assert_eq!(
        (words[0], &words[2..]),
        ("reserve", &["300", "in", "61s"][..])
    );
    assert_eq!(words[1].len(), 32);
    assert!(!log[0].contains(TOKEN));
}

#[tokio::test(start_paused = true)]
async fn a_store_that_fails_holds_no_call_up_and_is_left_alone_for_a_while() {
    let store = Told::new(Answer::Failure);
    let client = client(&store, 200);
    let start = Instant::now();
    read_users(&client, 10).await;
    assert_eq!(start.elapsed(), Duration::ZERO);
    assert_eq!(store.asked(), 1);
    tokio::time::advance(Duration::from_secs(5)).await;
    store.answer(Answer::Place(Duration::from_secs(2)));
    GetUser::new(&client, "1").send().await.unwrap();
    assert_eq!(start.elapsed(), Duration::from_secs(7));
    assert_eq!(store.asked(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_store_that_says_nothing_costs_one_call_a_quarter_of_a_second() {
    let store = Told::new(Answer::Silence);
    let client = client(&store, 200);
    let start = Instant::now();
    read_users(&client, 10).await;
    assert_eq!(start.elapsed(), Duration::from_millis(250));
}

#[tokio::test(start_paused = true)]
async fn without_the_store_a_process_still_paces_itself() {
    let store = Told::new(Answer::Failure);
    let client = client(&store, 200);
    let start = Instant::now();
    read_users(&client, 301).await;
    assert_eq!(start.elapsed(), Duration::from_secs(61));
}

#[tokio::test(start_paused = true)]
async fn whoever_stops_waiting_gives_the_place_back() {
    let store = Told::new(Answer::Place(Duration::from_secs(50)));
    let client = client(&store, 200);
    let call = GetUser::new(&client, "1").send();
    tokio::time::timeout(Duration::from_secs(1), call)
        .await
        .unwrap_err();
    tokio::task::yield_now().await;
    let log = store.log.lock().unwrap();
    let key = log[0].split(' ').nth(1).unwrap();
    assert_eq!(log[1..], [format!("give back {key} place")]);
}

#[tokio::test(start_paused = true)]
async fn a_429_is_told_to_the_others() {
    let store = Told::new(Answer::Place(Duration::ZERO));
    let client = client(&store, 429);
    let error = GetUser::new(&client, "1").send().await.unwrap_err();
    assert!(error.is_rate_limited());
    tokio::task::yield_now().await;
    let log = store.log.lock().unwrap();
    let key = log[0].split(' ').nth(1).unwrap();
    assert_eq!(log[1..], [format!("close {key} 90s")]);
}
