//! What somebody else may have put into the directory of a file store.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use super::super::support::Disk;
use super::support::{World, seconds};
use crate::runtime::auth::store::{FileStore, StoredToken, TokenStore};
use crate::runtime::auth::{Jitter, Secret};

fn token() -> StoredToken {
    let issued = UNIX_EPOCH + Duration::from_secs(1_800_000_000);
    StoredToken::new(
        Secret::from("a-token"),
        None,
        issued,
        Duration::from_secs(3600),
        1,
    )
}

async fn save(store: &FileStore) {
    let lock = store.try_lock("a").await.unwrap().unwrap();
    store.save("a", &token(), &lock).await.unwrap();
}

async fn load_error(directory: &Path) -> String {
    let store = FileStore::new(directory);
    let began = std::time::Instant::now();
    let error = store.load("a").await.unwrap_err().to_string();
    assert!(began.elapsed() < Duration::from_secs(2), "{error}");
    error
}

#[tokio::test]
async fn invariant_12_a_link_is_not_followed() {
    let (directory, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let victim = elsewhere.path().join("victim");
    let store = FileStore::new(directory.path());
    // A dangling one in the place of the lock: nothing is made where it points.
    symlink(&victim, directory.path().join("a.lock")).unwrap();
    assert!(store.try_lock("a").await.is_err());
    assert!(!victim.exists());
    fs::remove_file(directory.path().join("a.lock")).unwrap();
    // In the place of the token: not read, and replaced by the next save.
    fs::write(&victim, token().to_json().as_slice()).unwrap();
    symlink(&victim, directory.path().join("a.json")).unwrap();
    assert!(load_error(directory.path()).await.contains("regular file"));
    save(&store).await;
    assert_eq!(store.load("a").await.unwrap(), Some(token()));
    assert_eq!(fs::read(&victim).unwrap(), token().to_json().as_slice());
}

/// Somebody swaps the file for a link all the time, so that the link arrives between a look and the opening.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_12_a_link_that_comes_and_goes_is_not_followed() {
    let (directory, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let store = FileStore::new(directory.path());
    save(&store).await;
    let victim = elsewhere.path().join("victim");
    let theirs = String::from_utf8(token().to_json().to_vec()).unwrap();
    fs::write(&victim, theirs.replace("a-token", "a-victim")).unwrap();
    let (path, own) = (directory.path().join("a.json"), token().to_json());
    let is_done = Arc::new(AtomicBool::new(false));
    let swapping = std::thread::spawn({
        let is_done = Arc::clone(&is_done);
        let draft = directory.path().join("draft");
        move || {
            while !is_done.load(Ordering::Relaxed) {
                symlink(&victim, &draft).unwrap();
                fs::rename(&draft, &path).unwrap();
                fs::write(&draft, own.as_slice()).unwrap();
                fs::set_permissions(&draft, fs::Permissions::from_mode(0o600)).unwrap();
                fs::rename(&draft, &path).unwrap();
            }
        }
    });
    let mut read = Vec::new();
    for _ in 0..5_000 {
        if let Ok(found) = store.load("a").await {
            read.push(found == Some(token()));
        }
    }
    is_done.store(true, Ordering::Relaxed);
    swapping.join().unwrap();
    assert!(!read.is_empty() && read.iter().all(|is_own| *is_own));
}

#[tokio::test]
async fn invariant_12_a_fifo_a_folder_and_an_endless_file_are_refused_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.json");
    let made = std::process::Command::new("mkfifo").arg(&path).status();
    assert!(made.unwrap().success());
    assert!(load_error(directory.path()).await.contains("regular file"));
    save(&FileStore::new(directory.path())).await;
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    assert!(load_error(directory.path()).await.contains("regular file"));
    fs::remove_dir(&path).unwrap();
    let file = fs::File::create(&path).unwrap();
    file.set_len(3 << 30).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    assert!(load_error(directory.path()).await.contains("64 KiB"));
    let lock = directory.path().join("b.lock");
    let made = std::process::Command::new("mkfifo").arg(&lock).status();
    assert!(made.unwrap().success());
    let store = FileStore::new(directory.path());
    assert!(store.try_lock("b").await.is_err());
}

#[tokio::test]
async fn invariant_12_what_others_can_write_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let store = FileStore::new(directory.path());
    save(&store).await;
    let path = directory.path().join("a.json");
    for mode in [0o602, 0o620, 0o666] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        assert!(
            load_error(directory.path())
                .await
                .contains("writable by others")
        );
    }
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(store.load("a").await.unwrap(), Some(token()));
    let open = |mode| {
        fs::set_permissions(directory.path(), fs::Permissions::from_mode(mode)).unwrap();
    };
    open(0o777);
    assert!(
        load_error(directory.path())
            .await
            .contains("writable by everyone")
    );
    assert!(store.try_lock("a").await.is_err());
    // As /tmp is.
    open(0o1777);
    assert_eq!(store.load("a").await.unwrap(), Some(token()));
    open(0o700);
}

/// The caller of a save gives it up while the thread that is to write has other work: until it has written, nobody else has the lock.
#[test]
fn invariant_12_a_save_that_was_given_up_keeps_the_lock_until_its_end() {
    let runtime = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .max_blocking_threads(1)
            .build()
            .unwrap()
    };
    let (own, other) = (runtime(), runtime());
    let directory = tempfile::tempdir().unwrap();
    let store = FileStore::new(directory.path());
    let (release, released) = std::sync::mpsc::channel::<()>();
    let busy = own.block_on(async {
        // Waits for its release in the only thread for such work.
        let lock = store.try_lock("a").await.unwrap().unwrap();
        let busy = tokio::task::spawn_blocking(move || released.recv());
        let token = token();
        let mut save = store.save("a", &token, &lock);
        std::future::poll_fn(|context| {
            assert!(save.as_mut().poll(context).is_pending());
            std::task::Poll::Ready(())
        })
        .await;
        [busy]
    });
    other.block_on(async { assert!(store.try_lock("a").await.unwrap().is_none()) });
    release.send(()).unwrap();
    own.block_on(async {
        for busy in busy {
            busy.await.unwrap().unwrap();
        }
        tokio::task::spawn_blocking(|| {}).await.unwrap();
    });
    other.block_on(async {
        assert!(store.try_lock("a").await.unwrap().is_some());
        assert_eq!(store.load("a").await.unwrap(), Some(token()));
    });
}

#[tokio::test]
async fn what_a_crash_left_behind_is_removed() {
    let directory = tempfile::tempdir().unwrap();
    let (old, young) = (
        directory.path().join("b.00ff.new"),
        directory.path().join("c.00ff.new"),
    );
    fs::write(&young, "").unwrap();
    fs::write(directory.path().join("a.00ff.new"), "").unwrap();
    let file = fs::File::create(&old).unwrap();
    file.set_modified(std::time::SystemTime::now() - Duration::from_secs(86_400))
        .unwrap();
    save(&FileStore::new(directory.path())).await;
    assert!(!old.exists() && young.exists());
    let left: Vec<_> = fs::read_dir(directory.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("a."))
        .collect();
    assert_eq!(left.len(), 2, "{left:?}");
}

/// In real time: file operations run on other threads, and a paused clock does not wait for them.
#[tokio::test]
async fn invariant_08_a_full_disk_that_has_room_again_ends_no_session() {
    let Some(disk) = Disk::mount() else {
        return;
    };
    let world = World::new();
    world.book().rotate = true;
    world.book().lifetime = 1.0;
    let path = disk.path().join("tokens");
    let session = |seed| {
        let store = std::sync::Arc::new(FileStore::new(&path));
        world
            .builder(world.code())
            .jitter(Jitter::seeded(seed))
            .store(store, "session")
            .build()
    };
    let (first, second) = (session(1), session(2));
    assert_eq!(world.get(&first).await.unwrap(), 200);
    assert_eq!(world.get(&second).await.unwrap(), 200);
    disk.fill();
    // Calls wait for the room.
    let calls = |session| world.call_until(session, 8.0, 0.05);
    let room = async {
        tokio::time::sleep(seconds(3.0)).await;
        disk.free();
    };
    tokio::join!(calls(&first), calls(&second), room);
    let book = world.book();
    let requests = book.token_requests.iter();
    let sent: Vec<_> = requests
        .map(|request| request.field("refresh_token").or(request.field("code")))
        .collect();
    let different: std::collections::HashSet<_> = sent.iter().collect();
    assert_eq!(different.len(), sent.len(), "{sent:?}");
    assert!(sent.len() > 4, "{sent:?}");
}

#[tokio::test]
async fn an_error_names_the_directory() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let below = file.join("tokens");
    let error = load_error(&below).await;
    assert!(
        error.ends_with(&format!(": {}", below.display())),
        "{error}"
    );
}
