//! Many calls: how each ends, and what the journal keeps of it.

use std::collections::BTreeMap;
use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use super::support::{Disk, PostUsers, builder};
use crate::runtime::auth::{AuthError, AuthErrorKind};
use crate::runtime::client::Client;
use crate::runtime::error::Error;
use crate::runtime::transport::{
    HttpResponse, MemoryTransport, TransportError, TransportErrorKind,
};
use crate::runtime::{BulkOutcome, bulk};

/// A client of a server that answers for each user as `answer` says.
fn serving(
    answer: impl Fn(&str) -> Result<HttpResponse, TransportErrorKind> + Send + Sync + 'static,
) -> (Client, Arc<MemoryTransport>) {
    let transport = Arc::new(MemoryTransport::fallible(move |request| {
        let outcome = answer(request.json()["id"].as_str().unwrap());
        async move { outcome.map_err(|kind| TransportError::new(kind, "scripted")) }
    }));
    (builder(&transport).build().unwrap(), transport)
}

fn ok() -> HttpResponse {
    HttpResponse::json(200, "{}")
}

fn change(client: &Client, id: &str) -> crate::runtime::Call<Value> {
    PostUsers::new(client, json!({ "id": id })).send()
}

fn ids(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("u{number}")).collect()
}

fn kind<R>(outcome: &BulkOutcome<R>) -> &'static str {
    match outcome {
        BulkOutcome::Done(_) => "done",
        BulkOutcome::AlreadyDone => "already done",
        BulkOutcome::Failed(_) => "failed",
        BulkOutcome::Unknown(None) => "unknown",
        BulkOutcome::Unknown(Some(_)) => "unknown, with an error",
        BulkOutcome::NotSent => "not sent",
    }
}

#[tokio::test(start_paused = true)]
async fn so_many_run_at_a_time_and_each_gets_its_outcome() {
    let (running, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let (running, most) = (&running, &most);
    let mut run = bulk(0..100_u64, 7, |item: &u64| {
        let item = *item;
        async move {
            most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(100 - item)).await;
            running.fetch_sub(1, Ordering::SeqCst);
            match item % 10 {
                3 => Err(Error::invalid_request("no")),
                _ => Ok(item * 2),
            }
        }
    });
    let mut failed = Vec::new();
    let mut seen = 0;
    while let Some((item, outcome)) = run.next().await {
        seen += 1;
        match outcome {
            BulkOutcome::Done(double) => assert_eq!(double, item * 2),
            BulkOutcome::Failed(_) => failed.push(item),
            other => panic!("{other:?}"),
        }
        assert!(run.progress().running <= 7);
    }
    failed.sort_unstable();
    assert_eq!((seen, failed.len()), (100, 10));
    assert!(failed.iter().all(|item| item % 10 == 3));
    assert_eq!(most.load(Ordering::SeqCst), 7);
    let progress = run.progress();
    assert_eq!(
        (progress.done, progress.failed, progress.ended()),
        (90, 10, 100)
    );
    assert_eq!(
        progress.to_string(),
        "90 done, 0 already done, 10 failed, 0 unknown, 0 not sent, 0 running"
    );
}

#[tokio::test(start_paused = true)]
async fn permanent_authentication_errors_end_the_run() {
    let calls = AtomicUsize::new(0);
    let calls = &calls;
    let mut run = bulk(ids(50), 4, |_: &String| async move {
        match calls.fetch_add(1, Ordering::SeqCst) {
            5 => Err(AuthError::new(AuthErrorKind::ClientDisabled).into()),
            // One that may pass concerns its item only.
            1 => Err(AuthError::new(AuthErrorKind::NoNetwork).into()),
            _ => Ok(()),
        }
    });
    let mut kinds = BTreeMap::<_, usize>::new();
    while let Some((_, outcome)) = run.next().await {
        *kinds.entry(kind(&outcome)).or_default() += 1;
    }
    assert_eq!(kinds["failed"], 2);
    assert_eq!(kinds.values().sum::<usize>(), 50);
    assert!(calls.load(Ordering::SeqCst) <= 8, "{kinds:?}");
    assert_eq!(kinds["not sent"], 50 - calls.load(Ordering::SeqCst));
}

#[tokio::test(start_paused = true)]
async fn a_second_run_takes_up_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("journal.jsonl");
    let bad = Arc::new(AtomicUsize::new(1));
    let is_bad = Arc::clone(&bad);
    let (client, transport) = serving(move |id| match (id, is_bad.load(Ordering::SeqCst)) {
        ("u1", 1) => Ok(HttpResponse::json(409, "{}")),
        ("u2", 1) => Ok(HttpResponse::json(500, "{}")),
        ("u3", 1) => Err(TransportErrorKind::Io),
        ("u4", 1) => Err(TransportErrorKind::Connect),
        _ => Ok(ok()),
    });
    let mut outcomes = Vec::new();
    for _ in 0..2 {
        let mut run = bulk(ids(6), 2, |id: &String| change(&client, id))
            .journal(&journal, String::clone)
            .unwrap();
        let mut kinds = BTreeMap::new();
        while let Some((id, outcome)) = run.next().await {
            kinds.insert(id, kind(&outcome));
        }
        outcomes.push(kinds.into_values().collect::<Vec<_>>());
        bad.store(0, Ordering::SeqCst);
    }
    assert_eq!(
        outcomes[0],
        [
            "done",
            "failed",
            "unknown, with an error",
            "unknown, with an error",
            "failed",
            "done"
        ]
    );
    assert_eq!(
        outcomes[1],
        [
            "already done",
            "done",
            "unknown",
            "unknown",
            "done",
            "already done"
        ]
    );
    // Neither bodies nor errors are in the file.
    let text = fs::read_to_string(&journal).unwrap();
    assert!(
        text.lines()
            .all(|line| serde_json::from_str::<Value>(line).is_ok())
    );
    assert!(
        text.contains(r#"{"key":"u1","state":"failed","status":409}"#),
        "{text}"
    );
    assert_eq!(text.lines().count(), 6 + 4 + 2 * 2);

    // The third run reads what is in doubt: u2 has its change, u3 has not.
    let before = transport.request_count();
    let mut run = bulk(ids(6), 2, |id: &String| change(&client, id))
        .journal(&journal, String::clone)
        .unwrap()
        .resume(|id: &String| {
            let has_change = id == "u2";
            async move { Ok(has_change) }
        });
    let mut done = 0;
    while let Some((_, outcome)) = run.next().await {
        done += usize::from(outcome.is_done());
    }
    assert_eq!(done, 6);
    assert_eq!(transport.request_count(), before + 1);
    drop(run);

    // Nothing is left.
    let mut run = bulk(ids(6), 2, |id: &String| change(&client, id))
        .journal(&journal, String::clone)
        .unwrap();
    while let Some((_, outcome)) = run.next().await {
        assert_eq!(kind(&outcome), "already done");
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_resolved_in_the_same_run() {
    let changed = Arc::new(Mutex::new(BTreeMap::<String, u32>::new()));
    let server = Arc::clone(&changed);
    let (client, _) = serving(move |id| {
        let mut changed = server.lock().unwrap();
        let count = changed.entry(id.to_owned()).or_default();
        match (id, *count) {
            // Carried out, and the answer is lost.
            ("u1", 0) => {
                *count += 1;
                Err(TransportErrorKind::Timeout)
            }
            // Not carried out, the connection ended.
            ("u2", 0) => {
                *count += 10;
                Err(TransportErrorKind::Io)
            }
            _ => {
                *count += 1;
                Ok(ok())
            }
        }
    });
    let reads = Arc::clone(&changed);
    let mut run = bulk(ids(4), 2, |id: &String| change(&client, id)).resume(move |id: &String| {
        let has_change = reads.lock().unwrap()[id] == 1;
        async move { Ok(has_change) }
    });
    while let Some((id, outcome)) = run.next().await {
        let expected = if id == "u1" { "already done" } else { "done" };
        assert_eq!(kind(&outcome), expected, "{id}");
    }
    let counts: Vec<_> = changed.lock().unwrap().values().copied().collect();
    assert_eq!(counts, [1, 1, 11, 1]);
}

#[tokio::test]
async fn journals_that_cannot_be_used_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("journal.jsonl");
    let open = |path: &std::path::Path| {
        bulk(ids(3), 1, |_: &String| async { Ok(()) }).journal(path, String::clone)
    };

    // What a process that was killed left: the last line is torn.
    fs::write(&journal, "{\"key\":\"u0\",\"state\":\"begun\"}\n{\"key\":\"u0\",\"state\":\"done\"}\n{\"key\":\"u1\",\"st").unwrap();
    let mut run = open(&journal).unwrap();
    let error = open(&journal).unwrap_err();
    assert!(
        error.to_string().contains("another run is using it"),
        "{error}"
    );
    assert_eq!(kind(&run.next().await.unwrap().1), "already done");
    assert_eq!(kind(&run.next().await.unwrap().1), "done");
    drop(run);
    let text = fs::read_to_string(&journal).unwrap();
    assert_eq!(text.lines().nth(2), Some(r#"{"key":"u1","state":"begun"}"#));

    fs::write(&journal, "{\"key\":\"u0\",\"state\":\"begun\"}\nnonsense\n").unwrap();
    let error = open(&journal).unwrap_err().to_string();
    assert!(
        error.contains("line 2 is invalid") && error.contains("journal.jsonl"),
        "{error}"
    );

    // Another file keeps what it holds.
    for foreign in [
        "id,name\nu1,Ann",
        "u1",
        "{\"key\":\"u0\",\"state\":\"done\"}\nu1",
    ] {
        fs::write(&journal, foreign).unwrap();
        assert!(open(&journal).unwrap_err().is_configuration(), "{foreign}");
        assert_eq!(fs::read_to_string(&journal).unwrap(), foreign);
    }

    let error = open(folder.path()).unwrap_err();
    assert!(error.is_configuration());
}

/// The disk fills up in the middle of a line, and has room again while an item is still on its way.
#[tokio::test]
async fn a_full_disk_leaves_a_journal_that_can_be_used() {
    let Some(disk) = Disk::mount() else {
        return;
    };
    let journal = disk.path().join("journal.jsonl");
    let long = "x".repeat(300);
    let keys: Vec<String> = (0..50).map(|number| format!("{number:02}{long}")).collect();
    let has_room = tokio::sync::Notify::new();
    let disk = &disk;
    let mut run = bulk(keys.clone(), 2, |key: &String| {
        let key = key.clone();
        let has_room = &has_room;
        async move {
            match &key[..2] {
                "00" => has_room.notified().await,
                "03" => disk.fill(),
                _ => {}
            }
            Ok(())
        }
    })
    .journal(&journal, String::clone)
    .unwrap();
    let mut first = BTreeMap::new();
    let mut is_free = false;
    while let Some((key, outcome)) = run.next().await {
        if !is_free && matches!(outcome, BulkOutcome::Failed(_) | BulkOutcome::NotSent) {
            is_free = true;
            disk.free();
            has_room.notify_one();
        }
        first.insert(key, kind(&outcome));
    }
    drop(run);
    let count = |outcomes: &BTreeMap<String, &str>, wanted| {
        outcomes.values().filter(|kind| **kind == wanted).count()
    };
    assert!(count(&first, "failed") <= 1, "{first:?}");
    assert!(count(&first, "not sent") > 20, "{first:?}");

    let mut run = bulk(keys, 2, |_: &String| async { Ok(()) })
        .journal(&journal, String::clone)
        .unwrap();
    let mut second = BTreeMap::new();
    while let Some((key, outcome)) = run.next().await {
        second.insert(key, kind(&outcome));
    }
    // Those of which the file could not take the end are in doubt, and no others.
    let doubtful = count(&second, "unknown");
    assert!(doubtful <= 2, "{second:?}");
    assert_eq!(
        count(&second, "already done") + doubtful,
        count(&first, "done")
    );
    assert_eq!(count(&second, "done"), 50 - count(&first, "done"));
}

#[tokio::test]
async fn two_items_of_one_key_are_not_both_sent() {
    let folder = tempfile::tempdir().unwrap();
    let sent = AtomicUsize::new(0);
    let sent = &sent;
    let mut run = bulk(["a", "b", "a"], 3, |_: &&str| async move {
        sent.fetch_add(1, Ordering::SeqCst);
        Ok(())
    })
    .journal(folder.path().join("j"), |item: &&str| (*item).to_owned())
    .unwrap();
    let mut kinds = Vec::new();
    while let Some((_, outcome)) = run.next().await {
        kinds.push(kind(&outcome));
    }
    kinds.sort_unstable();
    assert_eq!(kinds, ["done", "done", "failed"]);
    assert_eq!(sent.load(Ordering::SeqCst), 2);
}

/// A refusal after an attempt that may have been carried out says nothing about that attempt.
#[tokio::test(start_paused = true)]
async fn an_earlier_attempt_may_have_been_carried_out() {
    use crate::runtime::request::Operation;

    for (first, last, in_doubt) in [
        (Ok(503), 409, true),
        (Err(TransportErrorKind::Io), 409, true),
        (Err(TransportErrorKind::Connect), 409, false),
        (Ok(429), 409, false),
        (Ok(409), 409, false),
        (Ok(500), 409, true),
        (Ok(501), 409, false),
    ] {
        let answers = Mutex::new(vec![Ok(last), first]);
        let (client, _) = serving(move |_| {
            let mut answers = answers.lock().unwrap();
            match answers.pop().unwrap() {
                Ok(status) => Ok(HttpResponse::json(status, "{}")),
                Err(kind) => Err(kind),
            }
        });
        let call = PostUsers::new(&client, json!({ "id": "u" })).with_idempotent(true);
        let error = call.send().await.unwrap_err();
        assert_eq!(error.may_have_been_carried_out(), in_doubt, "{first:?}");
    }
}
