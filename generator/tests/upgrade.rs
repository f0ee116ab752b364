//! `upgrade`: spec, crate, version and changelog, all of it or nothing.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use genesys_codegen::write::Held;
use serde_json::{Value, json};
use support::{Outcome, files, generator, spec_of_users};
use tempfile::TempDir;

fn operation(name: &str) -> Value {
    support::operation(name, "Users", "User")
}

fn spec() -> Value {
    spec_of_users(&[
        ("/api/v2/users/me", "getUsersMe"),
        ("/api/v2/users/you", "getUsersYou"),
    ])
}

/// One more operation.
fn added() -> Value {
    let mut spec = spec();
    spec["paths"]["/api/v2/users/us"] = json!({"get": operation("getUsersUs")});
    spec
}

/// A property of another type.
fn retyped() -> Value {
    let mut spec = spec();
    spec["definitions"]["User"]["properties"]["name"] =
        json!({"type": "integer", "format": "int64"});
    spec
}

struct Root(TempDir);

impl Root {
    /// With release 269 of the small spec, and the crate that is made of it.
    fn new() -> Self {
        let root = Self(tempfile::tempdir().unwrap());
        fs::write(
            root.path("CHANGELOG.md"),
            "# Changelog\n\n## Unreleased\n\n- A fix.\n",
        )
        .unwrap();
        let lock = "version = 4\n\n[[package]]\nname = \"genesys-cloud\"\nversion = \"0.1.0\"\ndependencies = []\n";
        fs::write(root.path("Cargo.lock"), lock).unwrap();
        let file = root.incoming(&spec());
        root.run("fetch", &["--from", &file, "--release", "269"])
            .assert_done();
        fs::write(root.path("spec/crate.toml"), "version = '0.1.0'\n").unwrap();
        root.run("generate", &[]).assert_done();
        root
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// A file as it may be downloaded, outside.
    fn incoming(&self, spec: &Value) -> String {
        let path = std::env::temp_dir().join(format!(
            "incoming-{:?}.json",
            self.0.path().file_name().unwrap()
        ));
        fs::write(&path, spec.to_string()).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn command(&self, command: &str, arguments: &[&str]) -> Command {
        let mut process = generator();
        process.arg(command).arg("--spec").arg(self.path("spec"));
        if command != "fetch" {
            process.arg("--out").arg(self.path("generated"));
        }
        process.args(arguments);
        process
    }

    fn run(&self, command: &str, arguments: &[&str]) -> Outcome {
        Outcome::from_command(&mut self.command(command, arguments))
    }

    fn upgrade(&self, spec: &Value, arguments: &[&str]) -> Outcome {
        let file = self.incoming(spec);
        self.run("upgrade", &[&["--from", &file], arguments].concat())
    }

    /// Every file but those of the work folders.
    fn state(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        files(self.0.path())
    }
}

impl Drop for Root {
    fn drop(&mut self) {
        let _ = fs::remove_file(self.incoming(&Value::Null));
    }
}

#[test]
fn everything_is_upgraded_together() {
    let root = Root::new();
    let outcome = root
        .upgrade(&added(), &["--format", "markdown"])
        .assert_done();
    assert!(
        outcome
            .stdout
            .starts_with("# Changes of the API, release 269 to 270\n"),
        "{outcome:?}"
    );
    outcome.assert_stdout(&["- operation `getUsersUs`: new method `get_users_us`"]);
    outcome.assert_stderr(&["0.1.0 -> 0.1.1 (minor)"]);

    assert!(root.read("spec/source.toml").contains("release = 270"));
    assert!(
        root.read("spec/crate.toml")
            .ends_with("version = \"0.1.1\"\n")
    );
    let manifest = root.read("generated/Cargo.toml");
    assert!(
        manifest.contains("version = \"0.1.1\"") && manifest.contains("release 270"),
        "{manifest}"
    );
    assert!(root.path("generated/src/api/users/users_us.rs").is_file());
    assert!(root.read("Cargo.lock").contains("version = \"0.1.1\""));
    let changelog = root.read("CHANGELOG.md");
    let start = "# Changelog\n\n## Unreleased\n\n## 0.1.1: release 270 of the Platform API\n\n- A fix.\n\nFor users of the crate: **minor**";
    assert!(changelog.starts_with(start), "{changelog}");
    root.run("check", &[]).assert_done();

    // The same again is no upgrade.
    let before = root.state();
    let outcome = root.upgrade(&added(), &[]).assert_done();
    assert_eq!(outcome.stdout, "");
    outcome.assert_stderr(&["nothing to upgrade"]);
    assert_eq!(root.state(), before);

    let outcome = root.upgrade(&retyped(), &["--force"]).assert_done();
    outcome.assert_stderr(&["0.1.1 -> 0.2.0 (major)"]);
    assert!(root.read("CHANGELOG.md").contains("### Breaking (major)\n"));
    assert!(!root.path("generated/src/api/users/users_us.rs").exists());
    root.run("check", &[]).assert_done();
}

#[test]
fn a_dry_run_says_and_does_nothing() {
    let root = Root::new();
    let before = root.state();
    let outcome = root
        .upgrade(&added(), &["--dry-run", "--format", "json"])
        .assert_done();
    let json: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(json["verdict"], "minor");
    outcome.assert_stderr(&["nothing written"]);
    assert_eq!(root.state(), before);
}

#[test]
fn what_cannot_be_upgraded_changes_nothing() {
    let root = Root::new();
    let before = root.state();
    // Half a spec, no spec, and one that makes no crate.
    let mut half = spec();
    half["paths"]
        .as_object_mut()
        .unwrap()
        .remove("/api/v2/users/me");
    root.upgrade(&half, &[])
        .assert_refused(&["by more than a tenth"]);
    root.upgrade(&json!("<html>"), &[])
        .assert_refused(&["not a JSON object"]);
    let mut untagged = added();
    untagged["paths"]["/api/v2/users/us"]["get"]["tags"] = json!([]);
    root.upgrade(&untagged, &["--strict"])
        .assert_refused(&["get: the operation has no tag"]);
    let mut dangling = added();
    dangling["definitions"]["User"]["properties"]["x"] = json!({"$ref": "#/definitions/Nowhere"});
    root.upgrade(&dangling, &["--strict"])
        .assert_refused(&["Nowhere"]);
    assert_eq!(root.state(), before);

    // A file of the user's in the way of a new one.
    fs::write(root.path("generated/src/api/users/users_us.rs"), "mine").unwrap();
    let before = root.state();
    let outcome = root.upgrade(&added(), &[]);
    assert_eq!(outcome.code, Some(2), "{outcome:?}");
    outcome.assert_stderr(&["is in the way"]);
    assert_eq!(root.state(), before);
}

#[test]
fn data_beside_the_spec_is_that_of_the_next_one() {
    let root = Root::new();
    // It applies to the new spec only.
    let entry = "[[fixup]]\nreason = 'a test'\noperation = 'getUsersUs'\npointer = '/deprecated'\naction = 'add'\nvalue = true\n";
    fs::write(root.path("spec/fixups.toml"), entry).unwrap();
    root.upgrade(&added(), &[]).assert_done();
    assert!(
        root.read("generated/src/api/users/users_us.rs")
            .contains("#[deprecated")
    );

    // Once it does not apply any more, it goes.
    let mut without = added();
    without["paths"]
        .as_object_mut()
        .unwrap()
        .remove("/api/v2/users/us");
    let outcome = root.upgrade(&without, &["--force"]).assert_done();
    outcome.assert_stdout(&["fix-up 1"]);
    assert_eq!(root.read("spec/fixups.toml"), "");
    root.run("check", &[]).assert_done();
}

/// Entries of every kind: the second of each does not apply, but for the alias, which is the first.
fn data() -> [(&'static str, &'static str); 4] {
    [
        (
            "spec/fixups.toml",
            "# Corrections.\n\n# Stays.\n[[fixup]]\nreason = 'it is deprecated' # really\noperation = 'getUsersMe'\npointer = '/deprecated'\naction = 'add'\nvalue = true\n\n# Goes.\n[[fixup]]\nreason = 'gone'\noperation = 'getUsersYou'\npointer = '/deprecated'\naction = 'add'\nvalue = true\n",
        ),
        (
            "spec/idempotent.toml",
            "[[idempotent]]\noperation = 'postUsersMe'\nreason = 'stays'\n\n[[idempotent]]\noperation = 'postUsersYou'\nreason = 'goes'\n",
        ),
        (
            "spec/paging.toml",
            "# About the file.\n[[paging]]\noperation = 'getUsersYou'\nreason = 'goes'\nstyle = 'single'\nitems = ['list']\n",
        ),
        (
            "spec/aliases.toml",
            "[[alias]]\nreason = 'goes'\ndrop_in = 270\noperation = 'getUsersMe'\nwas = 'getMe'\n",
        ),
    ]
}

/// What the data is about, or half of it.
fn about_data(whole: bool) -> Value {
    let mut spec = spec();
    spec["definitions"]["User"]["properties"]["list"] =
        json!({"type": "array", "items": {"type": "string"}});
    spec["paths"]["/api/v2/users/me"]["post"] = operation("postUsersMe");
    if whole {
        spec["paths"]["/api/v2/users/you"]["post"] = operation("postUsersYou");
    } else {
        spec["paths"]
            .as_object_mut()
            .unwrap()
            .remove("/api/v2/users/you");
    }
    spec
}

#[test]
fn entries_that_have_outlived_their_cause_are_named_together_and_removed() {
    let root = Root::new();
    root.upgrade(&about_data(true), &["--release", "269"])
        .assert_done();
    for (name, text) in data() {
        fs::write(root.path(name), text).unwrap();
    }
    root.run("generate", &[]).assert_done();

    let before = root.state();
    let outcome = root
        .upgrade(
            &about_data(false),
            &["--force", "--release", "270", "--format", "markdown"],
        )
        .assert_done();
    outcome.assert_stdout(&[
        "fix-up 2",
        "fixups.toml",
        "postUsersYou",
        "idempotent.toml",
        "getUsersYou",
        "paging.toml",
        "alias 1",
        "release 270 was to drop it",
        "the old name `get_me`, which was deprecated, is gone",
    ]);
    assert_eq!(
        root.read("spec/fixups.toml"),
        "# Corrections.\n\n# Stays.\n[[fixup]]\nreason = 'it is deprecated' # really\noperation = 'getUsersMe'\npointer = '/deprecated'\naction = 'add'\nvalue = true\n"
    );
    assert_eq!(
        root.read("spec/idempotent.toml"),
        "[[idempotent]]\noperation = 'postUsersMe'\nreason = 'stays'\n"
    );
    assert_eq!(root.read("spec/paging.toml").trim(), "# About the file.");
    assert_eq!(root.read("spec/aliases.toml").trim(), "");
    root.run("check", &[]).assert_done();

    // Whoever exchanges the spec by hand is told of all of them at once.
    let after = root.state();
    for (name, text) in data() {
        fs::write(root.path(name), text).unwrap();
    }
    for command in ["generate", "check"] {
        let outcome = root.run(command, &[]);
        outcome.assert_refused(&["4 of the entries"]);
        outcome.assert_stderr(&["fix-up 2", "postUsersYou", "getUsersYou", "alias 1"]);
    }
    assert_ne!(before, after);
}

#[test]
fn an_entry_that_is_invalid_stops_an_upgrade() {
    let root = Root::new();
    fs::write(
        root.path("spec/idempotent.toml"),
        "[[idempotent]]\noperation = 'getUsersMe'\nreason = ' '\n",
    )
    .unwrap();
    let before = root.state();
    root.upgrade(&added(), &[]).assert_refused(&["no reason"]);
    assert_eq!(root.state(), before);
}

#[test]
fn what_changes_nothing_for_users_is_no_release() {
    let root = Root::new();
    let before = root.state();
    let mut spec = spec();
    spec["definitions"]["User"]["properties"]["name"]["maxLength"] = json!(10);
    let outcome = root.upgrade(&spec, &[]).assert_done();
    assert!(outcome.stdout.starts_with("verdict: none"), "{outcome:?}");
    outcome.assert_stderr(&["nothing written"]);
    assert_eq!(root.state(), before);
}

#[test]
fn a_bridged_rename_is_minor() {
    let mut renamed = spec();
    renamed["paths"]["/api/v2/users/you"]["get"] = operation("getYou");
    let verdict = |root: &Root| {
        let outcome = root
            .upgrade(&renamed, &["--dry-run", "--format", "json"])
            .assert_done();
        let json: Value = serde_json::from_str(&outcome.stdout).unwrap();
        json["verdict"].clone()
    };
    let root = Root::new();
    assert_eq!(verdict(&root), "major");
    let entry =
        "[[alias]]\nreason = 'a test'\ndrop_in = 271\noperation = 'getYou'\nwas = 'getUsersYou'\n";
    fs::write(root.path("spec/aliases.toml"), entry).unwrap();
    assert_eq!(verdict(&root), "minor");
}

#[test]
fn two_upgrades_at_once_do_not_mix() {
    let root = Root::new();
    for name in ["", "spec", "generated"] {
        let (held, _) = Held::take(&root.path(name)).unwrap();
        root.upgrade(&added(), &[])
            .assert_refused(&["another generator"]);
        drop(held);
    }
    let file = root.incoming(&added());
    let children: Vec<_> = (0..4)
        .map(|_| {
            root.command("upgrade", &["--from", &file])
                .stdout(Stdio::null())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    let codes: Vec<_> = children
        .into_iter()
        .map(|child| child.wait_with_output().unwrap().status.code())
        .collect();
    assert!(
        codes.contains(&Some(0)) && codes.iter().all(|code| matches!(code, Some(0 | 2))),
        "{codes:?}"
    );
    assert_eq!(root.read("CHANGELOG.md").matches("## 0.1.1").count(), 1);
    root.run("check", &[]).assert_done();
}

#[test]
fn a_killed_upgrade_is_named_and_finished_by_any_command() {
    for command in ["generate", "upgrade"] {
        let root = Root::new();
        let other = Root::new();
        let file = other.incoming(&added());
        other.run("upgrade", &["--from", &file]).assert_done();
        // As a run leaves it that is killed after its first rename: everything else is staged.
        let mut entries = Vec::new();
        let work = root.path(".genesys-codegen");
        fs::create_dir_all(work.join("staged")).unwrap();
        let before = root.state();
        for (path, content) in other.state() {
            if before.get(&path) == Some(&content) {
                continue;
            }
            let name = path.to_str().unwrap();
            if name == "spec/genesys-cloud.json" {
                fs::write(root.path(name), &content).unwrap();
            } else {
                fs::write(
                    work.join("staged").join(entries.len().to_string()),
                    &content,
                )
                .unwrap();
            }
            entries
                .push(json!({"path": name, "blake3": blake3::hash(&content).to_hex().to_string()}));
        }
        let journal = json!({"format": 1, "remove": [], "write": entries});
        fs::write(work.join("journal.json"), journal.to_string()).unwrap();

        let checked = root.run("check", &[]);
        assert_eq!(checked.code, Some(1), "{checked:?}");
        checked.assert_stdout(&["half-written", "source.toml"]);
        let file = root.incoming(&added());
        let arguments: &[&str] = if command == "upgrade" {
            &["--from", &file]
        } else {
            &[]
        };
        let outcome = root.run(command, arguments).assert_done();
        outcome.assert_stderr(&["an earlier run was killed"]);
        let state = |root: &Root| {
            let mut state = root.state();
            state.retain(|path, _| !path.ends_with("source.toml"));
            state
        };
        assert_eq!(state(&root), state(&other));
        root.run("check", &[]).assert_done();
    }
}

#[test]
fn folders_apart_and_slices_are_refused() {
    let root = Root::new();
    let file = root.incoming(&added());
    let apart = TempDir::new().unwrap();
    let mut command = generator();
    command
        .args(["upgrade", "--from", &file, "--spec"])
        .arg(root.path("spec"))
        .arg("--out")
        .arg(apart.path().join("generated"));
    Outcome::from_command(&mut command).assert_refused(&["are not in one folder"]);
    assert_eq!(fs::read_dir(apart.path()).unwrap().count(), 0);

    fs::remove_dir_all(root.path("generated")).unwrap();
    root.run("generate", &["--tags", "users"]).assert_done();
    root.upgrade(&added(), &[])
        .assert_refused(&["an upgrade is for the whole crate"]);
}
