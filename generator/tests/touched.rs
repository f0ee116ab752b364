//! A new release touches the files of what changed, and no other.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use genesys_codegen::Config;
use genesys_codegen::write::{MANIFEST_FILE, Summary};
use serde_json::{Value, json};
use support::{ROOT, files, release_262};

/// A time at which nothing was written.
fn long_ago() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000)
}

fn age(folder: &Path) {
    for path in files(folder).keys() {
        let file = File::options().write(true).open(folder.join(path)).unwrap();
        file.set_modified(long_ago()).unwrap();
    }
}

/// The files that were written since they were aged.
fn touched(folder: &Path) -> BTreeSet<PathBuf> {
    files(folder)
        .into_keys()
        .filter(|path| {
            let metadata = fs::metadata(folder.join(path)).unwrap();
            metadata.modified().unwrap() != long_ago()
        })
        .collect()
}

/// The whole crate of a spec, as `generate` writes it.
fn generate(spec: &Path, out: &Path) -> Summary {
    let config = Config::new().spec(spec);
    let built = config.build().unwrap_or_else(|error| panic!("{error}"));
    let rendered = config.render(built).unwrap();
    rendered.write(out).unwrap()
}

/// The most columns of a line of generated code.
const COLUMNS: usize = 120;

/// What cannot be broken: a line may be longer if it has a name, a path or a URL of at least so many columns.
const LONG_WORD: usize = 80;

/// Checks the lines of every file in Rust but those of the runtime, which are copied. Returns how many are longer because of one word.
fn check_columns(files: &BTreeMap<PathBuf, Vec<u8>>) -> usize {
    let is_generated = |path: &Path| {
        path.extension().is_some_and(|extension| extension == "rs")
            && !path.starts_with("src/runtime")
    };
    let width = |text: &str| text.chars().count();
    let mut count = 0;
    for (path, text) in files.iter().filter(|(path, _)| is_generated(path)) {
        let text = str::from_utf8(text).unwrap();
        for line in text.lines().filter(|line| width(line) > COLUMNS) {
            let has_long_word = line.split_whitespace().any(|word| width(word) >= LONG_WORD);
            assert!(has_long_word, "{}: a long line: {line}", path.display());
            count += 1;
        }
    }
    count
}

#[test]
fn release_262_to_269_rewrites_what_changed() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("sdk");
    // With the data that belongs to 269, as an upgrade meets it.
    let old_spec = folder.path().join("spec");
    fs::create_dir(&old_spec).unwrap();
    let spec = Path::new(ROOT).join("spec");
    for data in [
        "paging.toml",
        "idempotent.toml",
        "notification-topics.json",
        "notification-topics.toml",
    ] {
        fs::copy(spec.join(data), old_spec.join(data)).unwrap();
    }
    fs::copy(release_262(), old_spec.join("genesys-cloud-262.json.gz")).unwrap();

    let first = generate(&old_spec, &out);
    let before = files(&out);
    assert_eq!(first.written, before.len() - 1);
    age(&out);
    let second = generate(&spec, &out);
    let after = files(&out);

    let long = check_columns(&after);
    assert!(
        long < 2_000,
        "{long} lines are longer than {COLUMNS} columns"
    );

    let differs = |path: &PathBuf| before.get(path) != after.get(path);
    let changed: BTreeSet<PathBuf> = after.keys().filter(|path| differs(path)).cloned().collect();
    assert_eq!(touched(&out), changed);
    let gone = before
        .keys()
        .filter(|path| !after.contains_key(*path))
        .count();
    assert!(changed.contains(Path::new(MANIFEST_FILE)));
    assert_eq!(second.written, changed.len() - 1);
    assert_eq!(second.removed, gone);
    assert_eq!(second.unchanged, after.len() - changed.len());
    println!(
        "262 -> 269: {} of {} files written, {} removed",
        second.written,
        after.len() - 1,
        second.removed
    );
    // 41 operations and 73 definitions are new, 69 changed: a sixteenth of the files at most.
    assert!(second.written * 16 < after.len(), "{second:?}");
}

fn small() -> Value {
    let operation = |name: &str, tag: &str, model: &str| {
        json!({"get": {
            "operationId": name, "x-purecloud-method-name": name, "tags": [tag],
            "responses": {"200": {"description": "OK", "schema": {"$ref": format!("#/definitions/{model}")}}}
        }})
    };
    json!({
        "swagger": "2.0",
        "info": {"title": "Test", "version": "v2"},
        "paths": {
            "/api/v2/users": operation("getUsers", "Users", "User"),
            "/api/v2/teams": operation("getTeams", "Teams", "Team")
        },
        "definitions": {
            "User": {"type": "object", "properties": {"name": {"type": "string"}}},
            "Team": {"type": "object", "properties": {"name": {"type": "string"}}}
        }
    })
}

#[test]
fn a_build_script_writes_what_changed_and_keeps_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let spec = folder.path().join("spec.json");
    let out = folder.path().join("out");
    fs::write(&spec, small().to_string()).unwrap();
    let both = Config::new().spec(&spec);
    both.generate_into(&out).unwrap();
    let whole = files(&out);
    let text = |path: &str| String::from_utf8(whole[Path::new(path)].clone()).unwrap();
    let root = text("genesys_cloud.rs");
    for line in [
        "#[path = \"src/runtime/mod.rs\"]\npub mod runtime;",
        "#[path = \"src/models/mod.rs\"]\npub mod models;",
        "pub use runtime::{\n    ApiError, ",
    ] {
        assert!(root.contains(line), "{line} is not in:\n{root}");
    }
    // What `include!` refuses.
    assert!(!root.contains("#![") && !root.contains("//!"), "{root}");
    // The features of the including package are not those of tags.
    for (path, text) in whole.iter().filter(|(path, _)| {
        !path.starts_with("src/runtime")
            && ![Path::new("src/lib.rs"), Path::new("tests/calls/main.rs")]
                .contains(&path.as_path())
    }) {
        let text = String::from_utf8_lossy(text);
        assert!(!text.contains("cfg("), "{path:?}");
    }

    age(&out);
    both.generate_into(&out).unwrap();
    assert!(touched(&out).is_empty());

    let mut changed = small();
    changed["definitions"]["User"]["properties"]["email"] = json!({"type": "string"});
    fs::write(&spec, changed.to_string()).unwrap();
    both.generate_into(&out).unwrap();
    let expected = [MANIFEST_FILE, "src/models/users/user.rs"].map(PathBuf::from);
    assert_eq!(touched(&out), BTreeSet::from(expected));

    // Less than before is no mistake in a folder that is cargo's.
    let users = both.clone().tags(["users"]).operations(["getUsers"]);
    let summary = users.generate_into(&out).unwrap();
    assert!(summary.removed > 0, "{summary:?}");
    assert!(!out.join("src/models/teams").join("team.rs").exists());
}
