//! Real folders, and a disk that stops anywhere.

mod held;

use std::cell::Cell;
use std::collections::BTreeMap;
use std::time::SystemTime;

use tempfile::TempDir;

use super::*;

fn files(list: &[(&str, &str)]) -> Files {
    list.iter()
        .map(|(path, text)| (PathBuf::from(path), (*text).to_owned()))
        .collect()
}

const ALL: Selection = Selection {
    tags: None,
    operations: None,
    topics: None,
};

fn only(tags: &[&str]) -> Selection {
    Selection {
        tags: Some(tags.iter().map(|tag| (*tag).to_owned()).collect()),
        ..ALL
    }
}

fn old_files() -> Files {
    files(&[
        ("Cargo.toml", "[package]\n"),
        ("src/lib.rs", "mod models;\n"),
        ("src/models/gone/only.rs", "struct Only;\n"),
        ("src/models/kept.rs", "struct Kept;\n"),
        ("src/models/User.rs", "struct User;\n"),
        ("src/now_a_folder", "text\n"),
        ("src/now_a_file/a.rs", "struct A;\n"),
        ("src/now_a_file/b/c.rs", "struct C;\n"),
    ])
}

/// Everything at once: new, changed, removed, kept, renamed by case, a folder for a file and back.
fn new_files() -> Files {
    files(&[
        ("Cargo.toml", "[package]\n"),
        ("src/lib.rs", "mod models;\nmod api;\n"),
        ("src/api/mod.rs", "\n"),
        ("src/models/kept.rs", "struct Kept;\n"),
        ("src/models/user.rs", "struct User;\n"),
        ("src/now_a_folder/x.rs", "struct X;\n"),
        ("src/now_a_file", "text\n"),
    ])
}

/// All files and folders below a folder but the work folder.
fn tree(folder: &Path) -> BTreeMap<String, Option<String>> {
    fn walk(folder: &Path, prefix: &str, found: &mut BTreeMap<String, Option<String>>) {
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            if prefix.is_empty() && name == WORK_FOLDER {
                continue;
            }
            let name = format!("{prefix}{name}");
            if entry.file_type().unwrap().is_dir() {
                walk(&entry.path(), &format!("{name}/"), found);
                found.insert(name, None);
            } else {
                found.insert(name, Some(fs::read_to_string(entry.path()).unwrap()));
            }
        }
    }
    let mut found = BTreeMap::new();
    if folder.exists() {
        walk(folder, "", &mut found);
    }
    found
}

fn modified(folder: &Path, name: &str) -> SystemTime {
    fs::metadata(folder.join(name)).unwrap().modified().unwrap()
}

/// Sets a time long ago, so that any write shows.
fn age(folder: &Path, name: &str) -> SystemTime {
    let long_ago = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
    let file = fs::File::options()
        .write(true)
        .open(folder.join(name))
        .unwrap();
    file.set_modified(long_ago).unwrap();
    long_ago
}

fn kinds(stale: &[Stale]) -> Vec<(&str, StaleKind)> {
    stale
        .iter()
        .map(|stale| (stale.path.to_str().unwrap(), stale.kind))
        .collect()
}

/// A disk that does a number of operations, and then fails. With `killed` nothing works after that,
/// as if the process had ended, and a write is cut in the middle.
struct FailingDisk {
    left: Cell<usize>,
    killed: bool,
    failed: Cell<bool>,
}

impl FailingDisk {
    fn new(after: usize, killed: bool) -> Self {
        Self {
            left: Cell::new(after),
            killed,
            failed: Cell::new(false),
        }
    }

    fn step(&self) -> io::Result<()> {
        if self.failed.get() && !self.killed {
            return Ok(());
        }
        if self.left.get() == 0 {
            self.failed.set(true);
            return Err(io::Error::new(
                io::ErrorKind::PermissionDenied,
                "permission denied by the test",
            ));
        }
        self.left.set(self.left.get() - 1);
        Ok(())
    }
}

impl Disk for FailingDisk {
    fn create_folder(&self, path: &Path) -> io::Result<()> {
        self.step().and_then(|()| RealDisk.create_folder(path))
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let first = !self.failed.get();
        let step = self.step();
        if step.is_err() && first {
            RealDisk.write(path, &bytes[..bytes.len() / 2])?;
        }
        step.and_then(|()| RealDisk.write(path, bytes))
    }

    fn sync(&self, path: &Path) -> io::Result<()> {
        self.step().and_then(|()| RealDisk.sync(path))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.step().and_then(|()| RealDisk.rename(from, to))
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        self.step().and_then(|()| RealDisk.remove_file(path))
    }

    fn remove_folder(&self, path: &Path) -> io::Result<()> {
        self.step().and_then(|()| RealDisk.remove_folder(path))
    }
}

#[test]
fn a_new_folder_is_made_with_those_above_it() {
    let temporary = TempDir::new().unwrap();
    let folder = temporary.path().join("a/b/generated");
    let summary = write(&old_files(), &ALL, &folder).unwrap();
    assert_eq!(summary.written, 8);
    assert_eq!(summary.unchanged, 0);
    let tree = tree(&folder);
    assert_eq!(tree["src/lib.rs"].as_deref(), Some("mod models;\n"));
    assert_eq!(tree["src/models"], None);
    assert_eq!(check(&old_files(), &ALL, &folder).unwrap(), []);
}

#[test]
fn the_manifest_is_sorted_and_says_what_it_lists() {
    let folder = TempDir::new().unwrap();
    write(
        &files(&[("b.rs", ""), ("a/c.rs", "x")]),
        &only(&["users", "routing"]),
        folder.path(),
    )
    .unwrap();
    let text = fs::read_to_string(folder.path().join(MANIFEST_FILE)).unwrap();
    assert_eq!(
        text,
        format!(
            "{{\n  \"generator\": \"genesys-codegen\",\n  \"format\": 1,\n  \"tags\": [\n    \"routing\",\n    \"users\"\n  ],\n  \
             \"files\": {{\n    \"a/c.rs\": \"{}\",\n    \"b.rs\": \"{}\"\n  }}\n}}\n",
            blake3::hash(b"x"),
            blake3::hash(b"")
        )
    );
}

#[test]
fn only_what_differs_is_touched() {
    let folder = TempDir::new().unwrap();
    write(&old_files(), &ALL, folder.path()).unwrap();
    let kept = age(folder.path(), "src/models/kept.rs");
    let changed = age(folder.path(), "src/lib.rs");

    let summary = write(&new_files(), &ALL, folder.path()).unwrap();
    assert_eq!(
        summary,
        Summary {
            written: 5,
            unchanged: 2,
            removed: 5
        }
    );
    assert_eq!(modified(folder.path(), "src/models/kept.rs"), kept);
    assert_ne!(modified(folder.path(), "src/lib.rs"), changed);

    let fresh = TempDir::new().unwrap();
    write(&new_files(), &ALL, fresh.path()).unwrap();
    assert_eq!(tree(folder.path()), tree(fresh.path()));
}

#[test]
fn writing_the_same_again_touches_nothing() {
    let folder = TempDir::new().unwrap();
    write(&old_files(), &ALL, folder.path()).unwrap();
    let manifest = age(folder.path(), MANIFEST_FILE);
    let summary = write(&old_files(), &ALL, folder.path()).unwrap();
    assert_eq!((summary.written, summary.removed), (0, 0));
    assert_eq!(summary.unchanged, 8);
    assert_eq!(modified(folder.path(), MANIFEST_FILE), manifest);
}

#[test]
fn files_edited_or_deleted_by_hand_are_restored() {
    let folder = TempDir::new().unwrap();
    write(&old_files(), &ALL, folder.path()).unwrap();
    fs::write(folder.path().join("src/lib.rs"), "edited").unwrap();
    fs::remove_file(folder.path().join("src/models/kept.rs")).unwrap();
    let stale = check(&old_files(), &ALL, folder.path()).unwrap();
    assert_eq!(
        kinds(&stale),
        [
            ("src/lib.rs", StaleKind::Changed),
            ("src/models/kept.rs", StaleKind::Missing)
        ]
    );
    let summary = write(&old_files(), &ALL, folder.path()).unwrap();
    assert_eq!(summary.written, 2);
    assert_eq!(check(&old_files(), &ALL, folder.path()).unwrap(), []);
}

#[test]
fn check_names_what_would_be_done_and_does_nothing() {
    let folder = TempDir::new().unwrap();
    write(&old_files(), &ALL, folder.path()).unwrap();
    let before = tree(folder.path());
    let stale = check(&new_files(), &ALL, folder.path()).unwrap();
    let expected = [
        (MANIFEST_FILE, StaleKind::Changed),
        ("src/api/mod.rs", StaleKind::Missing),
        ("src/lib.rs", StaleKind::Changed),
        ("src/models/User.rs", StaleKind::Orphan),
        ("src/models/gone/only.rs", StaleKind::Orphan),
        ("src/models/user.rs", StaleKind::Missing),
        ("src/now_a_file", StaleKind::Missing),
        ("src/now_a_file/a.rs", StaleKind::Orphan),
        ("src/now_a_file/b/c.rs", StaleKind::Orphan),
        ("src/now_a_folder", StaleKind::Orphan),
        ("src/now_a_folder/x.rs", StaleKind::Missing),
    ];
    assert_eq!(kinds(&stale), expected);
    assert_eq!(tree(folder.path()), before);

    let nowhere = folder.path().join("nowhere");
    let stale = check(&new_files(), &ALL, &nowhere).unwrap();
    assert_eq!(stale.len(), new_files().len() + 1);
    assert!(stale.iter().all(|stale| stale.kind == StaleKind::Missing));
    assert!(!nowhere.exists());
}

#[test]
fn what_cargo_and_people_put_there_stays() {
    let folder = TempDir::new().unwrap();
    write(&old_files(), &ALL, folder.path()).unwrap();
    for name in ["Cargo.lock", "target/debug/x", "src/models/gone/mine.rs"] {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "mine").unwrap();
    }
    write(&new_files(), &ALL, folder.path()).unwrap();
    let tree = tree(folder.path());
    for name in ["Cargo.lock", "target/debug/x", "src/models/gone/mine.rs"] {
        assert_eq!(tree[name].as_deref(), Some("mine"), "{name}");
    }
    assert!(!tree.contains_key("src/models/gone/only.rs"));
    assert_eq!(check(&new_files(), &ALL, folder.path()).unwrap(), []);
}

#[test]
fn a_foreign_folder_is_refused_untouched() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("thesis.txt"), "mine").unwrap();
    let before = tree(folder.path());
    for error in [
        write(&old_files(), &ALL, folder.path()).unwrap_err(),
        check(&old_files(), &ALL, folder.path()).unwrap_err(),
    ] {
        assert!(matches!(error, WriteError::NotOurs { .. }), "{error}");
        assert!(error.to_string().contains("thesis.txt"));
    }
    assert_eq!(tree(folder.path()), before);
    assert!(!folder.path().join(WORK_FOLDER).exists());

    let file = folder.path().join("thesis.txt");
    let error = write(&old_files(), &ALL, &file).unwrap_err();
    assert!(matches!(error, WriteError::InTheWay { .. }), "{error}");
}

#[test]
fn foreign_files_in_the_way_are_refused_untouched() {
    for (in_the_way, rendered) in [
        ("src/api/mod.rs", "src/api/mod.rs"),
        ("src/api", "src/api/mod.rs"),
        ("src/api/mod.rs/mine", "src/api/mod.rs"),
        ("src/now_a_file/mine.rs", "src/now_a_file"),
    ] {
        let folder = TempDir::new().unwrap();
        write(&old_files(), &ALL, folder.path()).unwrap();
        let path = folder.path().join(in_the_way);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, "mine").unwrap();
        let before = tree(folder.path());
        assert!(new_files().contains_key(Path::new(rendered)));
        let error = write(&new_files(), &ALL, folder.path()).unwrap_err();
        assert!(
            matches!(error, WriteError::InTheWay { .. }),
            "{in_the_way}: {error}"
        );
        assert_eq!(tree(folder.path()), before, "{in_the_way}");
    }
}

#[test]
fn a_foreign_file_with_the_right_content_is_adopted() {
    let folder = TempDir::new().unwrap();
    write(&old_files(), &ALL, folder.path()).unwrap();
    let path = folder.path().join("src/api/mod.rs");
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, "\n").unwrap();
    let summary = write(&new_files(), &ALL, folder.path()).unwrap();
    assert_eq!(summary.written, 4);
}

#[test]
fn paths_that_leave_the_folder_are_refused_before_anything_is_written() {
    let temporary = TempDir::new().unwrap();
    let folder = temporary.path().join("out");
    for path in ["../evil.rs", "/evil.rs", "a/../../evil.rs", "target/x"] {
        let files = files(&[("a.rs", ""), (path, "")]);
        let error = write(&files, &ALL, &folder).unwrap_err();
        assert!(matches!(error, WriteError::Path { .. }), "{error}");
        assert!(check(&files, &ALL, &folder).is_err());
    }
    let same = files(&[("src/A.rs", ""), ("src/a.rs", "")]);
    assert!(write(&same, &ALL, &folder).is_err());
    assert!(!folder.exists());
}

#[test]
fn fewer_tags_are_refused_and_more_are_welcome() {
    let folder = TempDir::new().unwrap();
    let folder = folder.path();
    let two = files(&[("users.rs", ""), ("routing.rs", "")]);
    let one = files(&[("users.rs", "")]);
    assert_eq!(part_of(folder).unwrap(), None);
    write(&one, &only(&["users"]), folder).unwrap();
    assert_eq!(part_of(folder).unwrap(), Some(only(&["users"])));
    write(&two, &only(&["users", "routing"]), folder).unwrap();
    for fewer in [only(&["users"]), only(&["users", "presence"])] {
        let error = write(&one, &fewer, folder).unwrap_err();
        assert!(matches!(error, WriteError::Narrower { .. }), "{error}");
        assert!(error.to_string().contains("the tags routing,users"));
    }
    write(&two, &ALL, folder).unwrap();
    assert!(write(&one, &only(&["users"]), folder).is_err());
    assert_eq!(check(&two, &ALL, folder).unwrap(), []);
}

#[test]
fn a_damaged_manifest_is_refused() {
    let outside = TempDir::new().unwrap();
    fs::write(outside.path().join("precious"), "mine").unwrap();
    let folder = outside.path().join("out");
    fs::create_dir(&folder).unwrap();
    for text in [
        "",
        "<<<<<<< HEAD",
        r#"{"generator":"openapi-generator","format":1,"files":{}}"#,
        r#"{"generator":"genesys-codegen","format":2,"files":{}}"#,
        r#"{"generator":"genesys-codegen","format":1,"files":{"../precious":""}}"#,
        r#"{"generator":"genesys-codegen","format":1,"files":{"target/x":""}}"#,
        r#"{"generator":"genesys-codegen","format":1,"files":{},"more":1}"#,
    ] {
        fs::write(folder.join(MANIFEST_FILE), text).unwrap();
        let error = write(&old_files(), &ALL, &folder).unwrap_err();
        assert!(
            matches!(error, WriteError::Damaged { .. }),
            "{text}: {error}"
        );
    }
    assert!(outside.path().join("precious").exists());
    assert_eq!(tree(&folder).len(), 1);
}

#[test]
fn a_damaged_journal_is_refused() {
    let outside = TempDir::new().unwrap();
    fs::write(outside.path().join("precious"), "mine").unwrap();
    let folder = outside.path().join("out");
    write(&old_files(), &ALL, &folder).unwrap();
    let before = tree(&folder);
    for text in [
        "{",
        r#"{"format":1,"remove":["../precious"],"write":[]}"#,
        r#"{"format":9,"remove":[],"write":[]}"#,
    ] {
        fs::write(folder.join(journal::journal_name()), text).unwrap();
        for error in [
            write(&new_files(), &ALL, &folder).unwrap_err(),
            check(&new_files(), &ALL, &folder).unwrap_err(),
            recover(&folder).unwrap_err(),
        ] {
            assert!(matches!(error, WriteError::Damaged { .. }), "{error}");
        }
    }
    assert!(outside.path().join("precious").exists());
    assert_eq!(tree(&folder), before);
}

#[cfg(unix)]
mod links {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_linked_folder_inside_is_never_followed() {
        let outside = TempDir::new().unwrap();
        let elsewhere = outside.path().join("elsewhere");
        fs::create_dir(&elsewhere).unwrap();
        fs::write(elsewhere.join("only.rs"), "mine").unwrap();
        let folder = outside.path().join("out");
        write(&old_files(), &ALL, &folder).unwrap();
        fs::remove_dir_all(folder.join("src/models/gone")).unwrap();
        symlink(&elsewhere, folder.join("src/models/gone")).unwrap();
        // Removing the orphan src/models/gone/only.rs, and writing it, would both go through the link.
        for rendered in [new_files(), old_files()] {
            let error = write(&rendered, &ALL, &folder).unwrap_err();
            assert!(error.to_string().contains("symbolic link"), "{error}");
        }
        assert_eq!(
            fs::read_to_string(elsewhere.join("only.rs")).unwrap(),
            "mine"
        );
    }

    #[test]
    fn a_linked_file_is_replaced_and_its_target_stays() {
        let outside = TempDir::new().unwrap();
        let precious = outside.path().join("precious");
        fs::write(&precious, "mod models;\n").unwrap();
        let folder = outside.path().join("out");
        write(&old_files(), &ALL, &folder).unwrap();
        for name in ["src/lib.rs", "src/models/gone/only.rs"] {
            fs::remove_file(folder.join(name)).unwrap();
            symlink(&precious, folder.join(name)).unwrap();
        }
        // The target has the right content, and is not the file all the same.
        let stale = check(&old_files(), &ALL, &folder).unwrap();
        assert_eq!(stale[0].kind, StaleKind::Changed);
        write(&new_files(), &ALL, &folder).unwrap();
        assert!(
            fs::symlink_metadata(folder.join("src/lib.rs"))
                .unwrap()
                .is_file()
        );
        assert!(!folder.join("src/models/gone").exists());
        assert_eq!(fs::read_to_string(&precious).unwrap(), "mod models;\n");
    }

    #[test]
    fn a_linked_work_folder_is_refused() {
        let outside = TempDir::new().unwrap();
        let elsewhere = outside.path().join("elsewhere");
        fs::create_dir(&elsewhere).unwrap();
        let folder = outside.path().join("out");
        fs::create_dir(&folder).unwrap();
        symlink(&elsewhere, folder.join(WORK_FOLDER)).unwrap();
        let error = write(&old_files(), &ALL, &folder).unwrap_err();
        assert!(matches!(error, WriteError::InTheWay { .. }), "{error}");
        assert_eq!(fs::read_dir(&elsewhere).unwrap().count(), 0);
    }

    #[test]
    fn the_output_folder_itself_may_be_a_link() {
        let outside = TempDir::new().unwrap();
        let real = outside.path().join("real");
        fs::create_dir(&real).unwrap();
        let folder = outside.path().join("out");
        symlink(&real, &folder).unwrap();
        write(&old_files(), &ALL, &folder).unwrap();
        assert!(real.join("src/lib.rs").is_file());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_folder_that_cannot_be_written_is_an_error() {
        // Not even root writes there.
        let folder = Path::new("/proc/genesys-codegen-test");
        let error = write(&old_files(), &ALL, folder).unwrap_err();
        assert!(matches!(error, WriteError::Io { .. }), "{error}");
        assert!(error.to_string().contains("/proc/genesys-codegen-test"));
    }
}

#[test]
fn a_second_generator_is_told_to_wait() {
    let folder = TempDir::new().unwrap();
    write(&old_files(), &ALL, folder.path()).unwrap();
    let lock = Lock::exclusive(&RealDisk, folder.path()).unwrap();
    for error in [
        write(&new_files(), &ALL, folder.path()).unwrap_err(),
        check(&new_files(), &ALL, folder.path()).unwrap_err(),
        recover(folder.path()).unwrap_err(),
    ] {
        assert!(matches!(error, WriteError::InUse { .. }), "{error}");
    }
    drop(lock);
    assert!(check(&old_files(), &ALL, folder.path()).unwrap().is_empty());
    write(&new_files(), &ALL, folder.path()).unwrap();
}

#[test]
fn many_generators_at_once_leave_a_whole_tree() {
    let folder = TempDir::new().unwrap();
    let start = std::sync::Barrier::new(8);
    let outcomes: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|index| {
                let (start, folder) = (&start, folder.path());
                scope.spawn(move || {
                    let files = if index % 2 == 0 {
                        old_files()
                    } else {
                        new_files()
                    };
                    start.wait();
                    write(&files, &ALL, folder)
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    assert!(outcomes.iter().any(Result::is_ok));
    for outcome in outcomes {
        if let Err(error) = outcome {
            assert!(matches!(error, WriteError::InUse { .. }), "{error}");
        }
    }
    let clean = |files: &Files| check(files, &ALL, folder.path()).unwrap().is_empty();
    assert!(clean(&old_files()) || clean(&new_files()));
}

#[test]
fn the_work_folder_ignores_itself_and_holds_nothing_afterwards() {
    let folder = TempDir::new().unwrap();
    write(&old_files(), &ALL, folder.path()).unwrap();
    let work = folder.path().join(WORK_FOLDER);
    assert_eq!(fs::read_to_string(work.join(".gitignore")).unwrap(), "*\n");
    let mut names: Vec<_> = fs::read_dir(&work)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    names.sort();
    assert_eq!(names, [".gitignore", "lock"]);
}

/// Runs a write that fails after n operations, for every n; hands over the folder and whether the
/// write reported success.
fn for_every_failure(
    start: Option<Files>,
    killed: bool,
    mut examine: impl FnMut(&Path, &Result<Summary, WriteError>, usize),
) -> usize {
    for after in 0.. {
        let temporary = TempDir::new().unwrap();
        let folder = temporary.path().join("deep/out");
        if let Some(start) = &start {
            write(start, &ALL, &folder).unwrap();
        }
        let disk = FailingDisk::new(after, killed);
        let outcome = write_on(&disk, &new_files(), &ALL, &folder);
        assert_eq!(outcome.is_err(), disk.failed.get(), "{after}");
        examine(&folder, &outcome, after);
        if !disk.failed.get() {
            return after;
        }
    }
    0
}

#[test]
fn a_killed_run_is_finished_or_undone_by_the_next() {
    for start in [Some(old_files()), None] {
        let reference = TempDir::new().unwrap();
        if let Some(start) = &start {
            write(start, &ALL, reference.path()).unwrap();
        }
        let old = tree(reference.path());
        write(&new_files(), &ALL, reference.path()).unwrap();
        let new = tree(reference.path());

        let mut seen = [false; 2];
        let operations = for_every_failure(start, true, |folder, outcome, after| {
            let torn = tree(folder);
            if torn != old && torn != new {
                let stale = check(&new_files(), &ALL, folder).unwrap();
                assert!(
                    stale
                        .iter()
                        .any(|stale| stale.kind == StaleKind::HalfWritten),
                    "{after}: check does not name a half-written tree"
                );
            }
            let recovery = recover(folder).unwrap();
            let recovered = tree(folder);
            match outcome {
                Ok(_) => assert_eq!(recovery, Recovery::Nothing),
                Err(_) if recovery == Recovery::Finished => {
                    assert_eq!(recovered, new, "{after}");
                    seen[0] = true;
                }
                Err(_) => {
                    assert_eq!(recovered, old, "{after}");
                    seen[1] = true;
                }
            }
            assert_eq!(recover(folder).unwrap(), Recovery::Nothing, "{after}");
            write(&new_files(), &ALL, folder).unwrap();
            assert_eq!(tree(folder), new, "{after}");
        });
        assert_eq!(seen, [true, true]);
        assert!(operations > 15, "{operations}");
    }
}

#[test]
fn the_run_after_a_killed_one_recovers_by_itself() {
    for_every_failure(Some(old_files()), true, |folder, _, after| {
        // Not the files that the killed run had in hand.
        write(&old_files(), &ALL, folder).unwrap();
        assert_eq!(check(&old_files(), &ALL, folder).unwrap(), [], "{after}");
        assert!(!tree(folder).contains_key("src/api"), "{after}");
    });
}

#[test]
fn a_recovery_that_is_killed_is_recovered_from() {
    for_every_failure(Some(old_files()), true, |folder, outcome, after| {
        if outcome.is_ok() {
            return;
        }
        for again in 0.. {
            let disk = FailingDisk::new(again, true);
            let recovered = recover_on(&disk, folder);
            if !disk.failed.get() {
                recovered.unwrap();
                break;
            }
        }
        let clean = |files: &Files| check(files, &ALL, folder).unwrap().is_empty();
        assert!(clean(&old_files()) || clean(&new_files()), "{after}");
    });
}

#[test]
fn a_refusal_leaves_the_old_tree_or_says_that_it_is_half_written() {
    let reference = TempDir::new().unwrap();
    write(&old_files(), &ALL, reference.path()).unwrap();
    let old = tree(reference.path());
    for_every_failure(
        Some(old_files()),
        false,
        |folder, outcome, after| match outcome {
            Err(error @ WriteError::HalfWritten { .. }) => {
                assert!(error.to_string().contains("half-written"), "{after}");
                assert_eq!(recover(folder).unwrap(), Recovery::Finished, "{after}");
                assert_eq!(check(&new_files(), &ALL, folder).unwrap(), [], "{after}");
            }
            Err(error) => {
                assert!(error.to_string().contains("permission denied"), "{error}");
                assert_eq!(tree(folder), old, "{after}");
                assert_eq!(recover(folder).unwrap(), Recovery::Nothing, "{after}");
            }
            Ok(_) => assert_eq!(check(&new_files(), &ALL, folder).unwrap(), []),
        },
    );
}

#[test]
fn staged_content_that_a_power_cut_damaged_is_not_used() {
    let folder = TempDir::new().unwrap();
    let folder = folder.path();
    write(&old_files(), &ALL, folder).unwrap();
    let rendered = new_files();
    let rendered = Rendered::new(&rendered).unwrap();
    let manifest = Manifest::read(folder).unwrap();
    let plan = Plan::new(&rendered, &ALL, folder, manifest.as_ref(), true).unwrap();
    Journal::commit(&RealDisk, folder, plan.orphans.clone(), &plan.writes()).unwrap();
    for entry in fs::read_dir(folder.join(WORK_FOLDER).join("staged")).unwrap() {
        let path = entry.unwrap().path();
        if fs::read_to_string(&path).unwrap().contains("mod api") {
            fs::write(path, "\0\0\0").unwrap();
        }
    }
    assert_eq!(recover(folder).unwrap(), Recovery::Finished);
    let stale = check(&new_files(), &ALL, folder).unwrap();
    assert_eq!(kinds(&stale), [("src/lib.rs", StaleKind::Changed)]);
    write(&new_files(), &ALL, folder).unwrap();
    assert_eq!(check(&new_files(), &ALL, folder).unwrap(), []);
}
