//! Tokens in stores, and stores that fail.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use genesys_cloud::runtime::auth::store::{FileStore, MemoryStore, RedisStore, TokenStore};
use genesys_cloud_leak_watch::{hide, inspect, inspect_debug, inspect_error};

use super::super::support::get;
use super::{client, machine, mock};

/// Two clients share `store`; how often it failed.
async fn shared(store: Arc<dyn TokenStore>) -> u64 {
    let mock = mock().await;
    let failures = Arc::new(AtomicU64::new(0));
    for _ in 0..2 {
        let failures = Arc::clone(&failures);
        let credentials = machine()
            .store(Arc::clone(&store))
            .on_store_error(move |error| {
                inspect_error(error);
                failures.fetch_add(1, Ordering::Relaxed);
            });
        let client = client(&mock, credentials);
        get(&client, "u1").await.unwrap();
        mock.revoke_all();
        get(&client, "u1").await.unwrap();
    }
    failures.load(Ordering::Relaxed)
}

#[tokio::test]
async fn v20_tokens_in_memory_and_in_files() {
    let memory = Arc::new(MemoryStore::new());
    assert_eq!(shared(memory.clone()).await, 0);
    inspect_debug(&memory);

    let directory = tempfile::tempdir().unwrap();
    let files = FileStore::new(directory.path());
    inspect_debug(&files);
    assert_eq!(shared(Arc::new(files)).await, 0);
    // Damaged files, with tokens in them; the names of the files tell nothing.
    for entry in std::fs::read_dir(directory.path()).unwrap() {
        let path = entry.unwrap().path();
        inspect("a file name", &path.display().to_string());
        if path.extension().is_some_and(|ending| ending == "json") {
            let mut text = std::fs::read_to_string(&path).unwrap();
            assert!(text.contains("mockaccess-"));
            text.truncate(text.len() / 2);
            std::fs::write(&path, text).unwrap();
        }
    }
    shared(Arc::new(FileStore::new(directory.path()))).await;
    // A directory that is none.
    let file = tempfile::NamedTempFile::new().unwrap();
    assert!(shared(Arc::new(FileStore::new(file.path()))).await > 0);
}

/// A Redis that refuses everything, and repeats what it was sent.
fn echoing_redis() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            std::thread::spawn(move || {
                let mut sent = [0; 4096];
                while let Ok(length @ 1..) = stream.read(&mut sent) {
                    let text = String::from_utf8_lossy(&sent[..length]).replace(['\r', '\n'], " ");
                    // One answer for each command of a pipeline.
                    for _ in 0..text.matches('*').count().max(1) {
                        let _ = write!(stream, "-WRONGPASS refused: {text}\r\n");
                    }
                }
            });
        }
    });
    port
}

#[tokio::test]
async fn v20_the_password_of_redis() {
    let password = "redis/pass+word=1";
    hide(password);
    let encoded = "redis%2Fpass%2Bword%3D1";
    let dead = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    for address in [dead.to_string(), format!("127.0.0.1:{}", echoing_redis())] {
        let store = RedisStore::open(&format!("redis://user:{encoded}@{address}/")).unwrap();
        inspect_debug(&store);
        assert!(shared(Arc::new(store)).await > 0, "{address}");
    }
    for wrong in [
        format!("http://user:{encoded}@host/"),
        format!("redis://user:{encoded}@host:99999/"),
        format!("redis://user:{encoded}@host/no-number"),
    ] {
        let error = RedisStore::open(&wrong).unwrap_err();
        inspect("an error", &format!("{error} {error:?}"));
    }
}
