//! The command line, as a process.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use support::{Outcome, files, generator, operation, table};
use tempfile::TempDir;

fn spec() -> Value {
    json!({
        "swagger": "2.0",
        "info": {"title": "Test", "version": "v2"},
        "paths": {
            "/api/v2/users/me": {"get": operation("getUsersMe", "Users", "User")},
            "/api/v2/routing/settings": {"get": operation("getRoutingSettings", "Routing", "Settings")},
        },
        "definitions": {
            "User": {"type": "object", "properties": {"name": {"type": "string"}}},
            "Settings": {"type": "object", "properties": {"mode": {"type": "string", "enum": ["a", "b"]}}},
        }
    })
}

/// A folder that looks like the generator's workspace, with a small spec.
struct Workspace(TempDir);

impl Workspace {
    fn new() -> Self {
        let workspace = Self(tempfile::tempdir().unwrap());
        fs::create_dir(workspace.path("generator")).unwrap();
        fs::create_dir(workspace.path("spec")).unwrap();
        fs::write(workspace.path("Cargo.toml"), "").unwrap();
        fs::write(workspace.path("generator/Cargo.toml"), "").unwrap();
        workspace.set_spec(&spec().to_string());
        workspace
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn set_spec(&self, text: &str) {
        fs::write(self.path("spec/spec.json"), text).unwrap();
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = generator();
        command.args(arguments).current_dir(self.0.path());
        command
    }

    fn run(&self, arguments: &[&str]) -> Outcome {
        Outcome::from_command(&mut self.command(arguments))
    }
}

#[test]
fn generate_then_check() {
    let workspace = Workspace::new();
    let generated = workspace.run(&["generate"]).assert_done();
    assert_eq!(generated.stdout, "");
    assert_eq!(generated.stderr.lines().count(), 1, "{generated:?}");
    assert!(generated.stderr.starts_with("generated: "), "{generated:?}");
    assert!(generated.stderr.contains(" 0 unchanged, 0 removed in "));
    let manifest = fs::read_to_string(workspace.path("generated/Cargo.toml")).unwrap();
    assert!(manifest.contains("name = \"genesys-cloud\""));
    workspace.run(&["check"]).assert_done();

    let again = workspace.run(&["generate"]);
    again.assert_stderr(&["generated: 0 written, "]);

    fs::write(workspace.path("generated/src/lib.rs"), "// by hand\n").unwrap();
    let stale = workspace.run(&["check"]);
    assert_eq!(stale.code, Some(1));
    assert_eq!(stale.stdout, "changed      src/lib.rs\n");
    stale.assert_stderr(&["out of date, 1 stale"]);
    let mended = workspace.run(&["generate"]);
    mended.assert_stderr(&["generated: 1 written, "]);
    workspace.run(&["check"]).assert_done();
}

#[test]
fn the_workspace_is_found_from_a_folder_below() {
    let workspace = Workspace::new();
    let mut command = workspace.command(&["generate"]);
    command.current_dir(workspace.path("generator"));
    Outcome::from_command(&mut command).assert_done();
    assert!(workspace.path("generated/src/lib.rs").is_file());
}

#[test]
fn a_changed_spec_touches_the_files_of_what_changed() {
    let workspace = Workspace::new();
    workspace.run(&["generate"]).assert_done();
    let before = files(&workspace.path("generated"));
    let mut changed = spec();
    changed["definitions"]["User"]["properties"]["email"] = json!({"type": "string"});
    workspace.set_spec(&changed.to_string());
    let stale = workspace.run(&["check"]);
    assert_eq!(stale.code, Some(1));
    let outcome = workspace.run(&["generate"]);
    let after = files(&workspace.path("generated"));
    let differ: Vec<&Path> = after
        .iter()
        .filter(|(path, content)| before.get(*path) != Some(content))
        .map(|(path, _)| path.as_path())
        .collect();
    assert_eq!(
        differ,
        [
            Path::new(".genesys-codegen.json"),
            Path::new("src/models/users/user.rs")
        ]
    );
    outcome.assert_stderr(&["generated: 1 written, "]);
}

#[test]
fn the_bytes_are_the_same_whatever_the_number_of_threads() {
    let workspace = Workspace::new();
    for threads in ["1", "2"] {
        let mut command = workspace.command(&["generate", "--out", threads]);
        command.env("RAYON_NUM_THREADS", threads);
        Outcome::from_command(&mut command).assert_done();
    }
    assert_eq!(files(&workspace.path("1")), files(&workspace.path("2")));
}

#[test]
fn tags_need_a_folder_of_their_own() {
    let workspace = Workspace::new();
    workspace
        .run(&["generate", "--tags", "users"])
        .assert_refused(&["a slice needs --out"]);
    assert!(!workspace.path("generated").exists());

    workspace
        .run(&["generate", "--tags", "USERS", "--out", "slice"])
        .assert_done();
    assert!(workspace.path("slice/src/models/users/user.rs").is_file());
    assert!(!workspace.path("slice/src/models/routing").exists());
    workspace
        .run(&["check", "--tags", "Users", "--out", "slice"])
        .assert_done();
    let whole = workspace.run(&["check", "--out", "slice"]);
    assert_eq!(whole.code, Some(1));
    assert!(
        whole
            .stderr
            .contains("made with the tags users, and compared with all tags")
    );

    workspace.run(&["generate"]).assert_done();
    let all = files(&workspace.path("generated"));
    for arguments in [
        &["generate", "--tags", "users"][..],
        &["generate", "--tags", "users", "--out", "generated"],
        &["generate", "--tags", "routing", "--out", "slice"],
    ] {
        assert_eq!(workspace.run(arguments).code, Some(2), "{arguments:?}");
    }
    assert_eq!(files(&workspace.path("generated")), all);

    // More tags delete nothing; a default folder made with tags is written with the same ones.
    workspace
        .run(&["generate", "--tags", "users,routing", "--out", "slice"])
        .assert_done();
    fs::remove_dir_all(workspace.path("generated")).unwrap();
    workspace
        .run(&["generate", "--tags", "users", "--out", "generated"])
        .assert_done();
    workspace
        .run(&["generate", "--tags", "users"])
        .assert_done();
}

#[test]
fn a_slice_is_a_crate_of_its_own() {
    let workspace = Workspace::new();
    let slice =
        |arguments: &[&str]| workspace.run(&[&["slice", "--out", "slice"], arguments].concat());
    slice(&[]).assert_refused(&["a slice of what?"]);
    let no_folder = workspace.run(&["slice", "--tags", "users"]);
    assert_eq!(no_folder.code, Some(2));
    no_folder.assert_stderr(&["--out"]);
    slice(&["--operations", "getUserMe,getUsersMe"])
        .assert_refused(&["operation \"getUserMe\": the spec has no such operation"]);
    slice(&["--operations", "getUserMe"]).assert_refused(&["Near names are getUsersMe,"]);
    slice(&["--tags", "routing", "--operations", "getUsersMe"])
        .assert_refused(&["it has none of the tags chosen"]);
    assert!(!workspace.path("slice").exists());

    slice(&["--operations", "getUsersMe"]).assert_done();
    let made = files(&workspace.path("slice"));
    let text = |path: &str| String::from_utf8(made[Path::new(path)].clone()).unwrap();
    assert!(made.contains_key(Path::new("src/models/users/user.rs")));
    assert!(made.contains_key(Path::new("src/runtime/mod.rs")));
    assert!(!made.contains_key(Path::new("src/models/routing/settings.rs")));
    // All of it is wanted, and features of a whole crate can still be named.
    for (path, content) in &made {
        let content = String::from_utf8_lossy(content);
        // The runtime, the crate's root and the test of the re-exports know the runtime's own features.
        let has_features = path.starts_with("src/runtime")
            || [Path::new("src/lib.rs"), Path::new("tests/calls/main.rs")].contains(&&**path);
        assert!(has_features || !content.contains("cfg("), "{path:?}");
    }
    let manifest = text("Cargo.toml");
    assert!(manifest.contains("\nusers = []\n"), "{manifest}");
    assert!(!manifest.contains("routing"), "{manifest}");
    assert!(!manifest.contains("path ="), "{manifest}");

    // The same tags choose the same, whichever command is asked; a change of the choice never deletes.
    let arguments = ["--tags", "users", "--out", "other"];
    for command in ["generate", "slice", "check"] {
        workspace
            .run(&[&[command], &arguments[..]].concat())
            .assert_done();
    }
    slice(&["--operations", "get_users_me,getRoutingSettings"]).assert_done();
    slice(&["--operations", "getUsersMe"]).assert_refused(&[
        "was made with the operations getRoutingSettings,getUsersMe of the tags routing,users",
    ]);
    workspace
        .run(&[
            "check",
            "--out",
            "slice",
            "--operations",
            "getRoutingSettings,getUsersMe",
        ])
        .assert_done();
}

#[test]
fn a_slice_in_the_folder_of_a_workspace_is_told_how_to_be_built() {
    let workspace = Workspace::new();
    let arguments = ["slice", "--tags", "users", "--out", "slice"];
    let outcome = workspace.run(&arguments).assert_done();
    assert!(!outcome.stderr.contains("note: "), "{outcome:?}");
    fs::remove_dir_all(workspace.path("slice")).unwrap();
    fs::write(workspace.path("Cargo.toml"), "[workspace]\n").unwrap();
    let outcome = workspace.run(&arguments).assert_done();
    outcome.assert_stderr(&["`exclude`"]);
    assert!(!workspace.run(&arguments).stderr.contains("note: "));
}

#[test]
fn stats_are_numbers_on_one_line() {
    let workspace = Workspace::new();
    let outcome = workspace.run(&["stats", "--json"]).assert_done();
    assert_eq!(outcome.stderr, "");
    assert_eq!(outcome.stdout.lines().count(), 1);
    let stats: Value = serde_json::from_str(&outcome.stdout).unwrap();
    for (key, expected) in [("operations", 2), ("models", 2), ("enums", 1), ("tags", 2)] {
        assert_eq!(stats[key], expected, "{key}");
    }
    let table = workspace.run(&["stats"]).stdout;
    assert!(
        table
            .lines()
            .any(|line| { line.split_whitespace().collect::<Vec<_>>() == ["operations", "2"] })
    );
}

#[test]
fn diff_reports_in_three_formats() {
    let workspace = Workspace::new();
    let mut changed = spec();
    changed["definitions"]["User"]["properties"]["email"] = json!({"type": "string"});
    fs::write(workspace.path("new.json"), changed.to_string()).unwrap();
    let run = |format: &str| {
        let outcome = workspace
            .run(&["diff", "spec", "new.json", "--format", format])
            .assert_done();
        outcome.stdout
    };
    assert!(run("text").starts_with("verdict: minor\n"));
    assert!(run("markdown").contains("**minor**"));
    let json = run("json");
    assert_eq!(json.lines().count(), 1);
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["verdict"], "minor");
    assert_eq!(json["models"]["changed"][0]["name"], "User");
    workspace
        .run(&["diff", "spec", "nowhere.json"])
        .assert_refused(&["nowhere.json"]);
    assert_eq!(
        workspace.run(&["diff", "spec", "spec"]).stdout,
        "verdict: none\n"
    );
}

#[test]
fn a_bad_spec_is_one_error_and_nothing_is_written() {
    let whole = spec().to_string();
    let changed = |pointer: &str, value: Value| {
        let mut spec = spec();
        *spec.pointer_mut(pointer).unwrap() = value;
        spec.to_string()
    };
    let get_me = "/paths/~1api~1v2~1users~1me/get";
    for (text, message) in table![
        whole[..whole.len() / 2].to_owned() => "spec.json";
        String::new() => "empty";
        "<!DOCTYPE html><html></html>".to_owned() => "HTML";
        "swagger: '2.0'\n".to_owned() => "YAML";
        json!({"openapi": "3.1.0", "info": {}}).to_string() => "3.1";
        changed(&format!("{get_me}/responses/200/schema/$ref"), json!("#/definitions/Nobody")) => "Nobody";
        changed(&format!("{get_me}/x-purecloud-method-name"), json!("getRoutingSettings")) => "getRoutingSettings";
        changed(&format!("{get_me}/tags"), json!([".."])) => "..";
    ] {
        let workspace = Workspace::new();
        workspace.set_spec(&text);
        for command in ["generate", "check", "stats"] {
            workspace
                .run(&[command, "--strict"])
                .assert_refused(&[message]);
        }
        assert!(!workspace.path("generated").exists(), "{message}");
    }
}

#[test]
fn wrong_arguments_and_places_are_one_error() {
    let workspace = Workspace::new();
    workspace
        .run(&["generate", "--spec", "nowhere.json"])
        .assert_refused(&["nowhere.json"]);
    workspace
        .run(&["generate", "--tags", "user", "--out", "slice"])
        .assert_refused(&["Near names are users"]);
    fs::create_dir(workspace.path("mine")).unwrap();
    fs::write(workspace.path("mine/thesis.txt"), "").unwrap();
    workspace
        .run(&["generate", "--out", "mine"])
        .assert_refused(&["thesis.txt"]);
    assert_eq!(files(&workspace.path("mine")).len(), 1);
    assert_eq!(workspace.run(&["generate", "--what"]).code, Some(2));
    assert_eq!(workspace.run(&[]).code, Some(2));
    let help = workspace.run(&["--help"]).assert_done();
    assert!(help.stdout.contains("generate"));

    let elsewhere = tempfile::tempdir().unwrap();
    for command in ["generate", "check", "stats"] {
        let mut command = workspace.command(&[command]);
        command.current_dir(elsewhere.path());
        Outcome::from_command(&mut command).assert_refused(&["--spec"]);
    }
}

#[test]
fn a_reader_that_has_gone_is_no_panic() {
    let workspace = Workspace::new();
    let mut child = workspace
        .command(&["diff", "spec", "spec", "--format", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let outcome = Outcome::from_output(child.wait_with_output().unwrap()).assert_done();
    assert_eq!(outcome.stderr, "");
}

#[test]
fn a_second_generator_is_told_to_wait() {
    let workspace = Workspace::new();
    workspace.run(&["generate"]).assert_done();
    let lock = File::options()
        .write(true)
        .open(workspace.path("generated/.genesys-codegen/lock"))
        .unwrap();
    lock.lock().unwrap();
    for command in ["generate", "check"] {
        workspace
            .run(&[command])
            .assert_refused(&["another generator is writing to generated"]);
    }
    // Not only dropped: a process that another test is just starting may have inherited the handle.
    lock.unlock().unwrap();
    workspace.run(&["generate"]).assert_done();
}

/// Kills the process as soon as a file of its bookkeeping shows; wherever that stops it, the next run
/// leaves a whole tree, and `check` never calls a torn one up to date.
#[test]
fn a_killed_generator_leaves_nothing_torn_for_long() {
    let reference = Workspace::new();
    reference.run(&["generate"]).assert_done();
    let whole = files(&reference.path("generated"));
    for mark in ["", "lock", "staged/0", "staged/9", "journal.json"] {
        let workspace = Workspace::new();
        let mark = workspace.path("generated/.genesys-codegen").join(mark);
        let mut child = workspace
            .command(&["generate"])
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        while !mark.exists() && child.try_wait().unwrap().is_none() {
            std::hint::spin_loop();
        }
        child.kill().unwrap();
        child.wait().unwrap();

        let check = workspace.run(&["check"]);
        let torn = files(&workspace.path("generated")) != whole;
        let journal = workspace
            .path("generated/.genesys-codegen/journal.json")
            .exists();
        assert_eq!(check.code, Some(i32::from(torn || journal)), "{check:?}");
        if journal {
            check.assert_stderr(&["half-written"]);
        }
        workspace.run(&["generate"]).assert_done();
        assert_eq!(files(&workspace.path("generated")), whole);
        workspace.run(&["check"]).assert_done();
    }
}
