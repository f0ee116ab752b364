//! `fetch`, against a web server on loopback.
#![cfg(feature = "fetch")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod server;
mod support;

use std::cell::RefCell;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::rc::Rc;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use genesys_codegen::fetch::download::{Address, Downloader};
use genesys_codegen::load::load_file;
use genesys_codegen::spec::{self, Source};
use genesys_codegen::write::Held;
use serde_json::{Value, json};
use server::{Server, closed_port, cut_short, reply, status};
use support::{Outcome, generator, table};
use tempfile::TempDir;

const SWAGGER: &str = "/api/v2/docs/swagger";

fn operation(name: &str) -> Value {
    json!({
        "operationId": name,
        "x-purecloud-method-name": name,
        "summary": "Prose of the summary.",
        "tags": ["Users"],
        "responses": {"200": {"description": "Prose of the answer", "schema": {"$ref": "#/definitions/User"}}}
    })
}

/// A spec with twenty operations.
fn spec() -> Value {
    let mut spec = json!({
        "swagger": "2.0",
        "info": {"title": "Test", "version": "v2"},
        "paths": {},
        "definitions": {"User": {"type": "object", "properties": {"name": {"type": "string"}}}}
    });
    for number in 0..20 {
        spec["paths"][format!("/api/v2/users/{number}")] =
            json!({"get": operation(&format!("getUsers{number}"))});
    }
    spec
}

fn without_paths(mut spec: Value, count: usize) -> Value {
    let paths = spec["paths"].as_object_mut().unwrap();
    let names: Vec<String> = paths.keys().take(count).cloned().collect();
    for name in names {
        paths.remove(&name);
    }
    spec
}

struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// With a spec that came from a file.
    fn with(spec: &Value) -> Self {
        let folder = Self::new();
        let file = folder.0.path().join("incoming.json");
        fs::write(&file, spec.to_string()).unwrap();
        folder
            .fetch(&["--from", file.to_str().unwrap(), "--release", "269"])
            .assert_done();
        folder
    }

    fn spec(&self) -> PathBuf {
        self.0.path().join("spec")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = generator();
        command.arg("fetch").arg("--spec").arg(self.spec());
        command.args(arguments);
        command
    }

    fn fetch(&self, arguments: &[&str]) -> Outcome {
        Outcome::from_command(&mut self.command(arguments))
    }

    fn record(&self) -> Source {
        spec::Folder::read(&self.spec())
            .unwrap()
            .source()
            .unwrap()
            .unwrap()
    }

    fn text(&self) -> String {
        fs::read_to_string(self.spec().join("genesys-cloud.json")).unwrap()
    }

    /// Both files as they are.
    fn state(&self) -> (String, String) {
        let record = fs::read_to_string(self.spec().join("source.toml")).unwrap();
        (self.text(), record)
    }

    /// The fetch fails with this, and nothing is changed.
    #[track_caller]
    fn assert_refused(&self, arguments: &[&str], words: &[&str]) -> Outcome {
        let before = self.state();
        let outcome = self.fetch(arguments);
        outcome.assert_refused(words);
        assert_eq!(self.state(), before);
        load_file(&self.spec()).unwrap();
        outcome
    }
}

fn json_reply(spec: &Value) -> Vec<u8> {
    server::json(&spec.to_string())
}

#[test]
fn the_published_spec_is_stored_with_its_record() {
    let server = Server::start(&[
        (
            SWAGGER,
            &[status(
                302,
                "location: /files/publicapi.json?signature=SECRET\r\n",
            )],
        ),
        ("/files/publicapi.json", &[json_reply(&spec())]),
    ]);
    let folder = Folder::new();
    let outcome = folder.fetch(&["--url", &server.url(SWAGGER)]).assert_done();
    outcome.assert_stderr(&["20 operations, 1 definitions"]);

    let record = folder.record();
    assert_eq!(record.file, "genesys-cloud.json");
    assert_eq!(
        (record.operations, record.definitions, record.release),
        (20, 1, 1)
    );
    assert_eq!(record.origin, server.url(SWAGGER));
    load_file(&folder.spec()).unwrap();
    assert!(folder.text().starts_with("{\n \"definitions\": {\n"));
    let request = server.requests()[0].to_ascii_lowercase();
    assert!(request.contains("accept-encoding: gzip"), "{request}");
    assert!(!request.contains("authorization"), "{request}");
    for text in [folder.state().1, outcome.stderr] {
        assert!(!text.contains("SECRET"), "{text}");
    }
}

#[test]
fn the_same_again_changes_nothing_and_another_order_neither() {
    let folder = Folder::with(&spec());
    let before = folder.state();
    // serde_json sorts keys, so the other order is written by hand.
    let other = spec();
    let parts = ["paths", "info", "definitions", "swagger"];
    let parts = parts.map(|key| match key {
        "paths" => {
            let paths = other[key].as_object().unwrap().iter().rev();
            let paths: Vec<String> = paths
                .map(|(path, item)| format!("\"{path}\":{item}"))
                .collect();
            format!("\"paths\":{{{}}}", paths.join(","))
        }
        key => format!("\"{key}\":{}", other[key]),
    });
    let [paths, info, definitions, swagger] = parts;
    let text = format!("{{{definitions},{info},{paths},{swagger}}}");
    let server = Server::start(&[(SWAGGER, &[server::json(&text)])]);
    let outcome = folder.fetch(&["--url", &server.url(SWAGGER)]).assert_done();
    outcome.assert_stderr(&["up to date (release 269"]);
    assert_eq!(folder.state(), before);
}

#[test]
fn another_spec_counts_a_release_and_touches_the_lines_of_what_changed() {
    let folder = Folder::with(&spec());
    let before = folder.text();
    let mut newer = spec();
    newer["definitions"]["User"]["properties"]["title"] = json!({"type": "string"});
    let server = Server::start(&[(SWAGGER, &[json_reply(&newer)])]);
    folder.fetch(&["--url", &server.url(SWAGGER)]).assert_done();
    assert_eq!(folder.record().release, 270);
    let after = folder.text();
    let added: Vec<&str> = after
        .lines()
        .filter(|line| !before.contains(line))
        .collect();
    assert_eq!(added, ["    \"title\": {"]);
    assert_eq!(after.lines().count(), before.lines().count() + 3);
}

#[test]
fn an_answer_packed_with_gzip_is_unpacked() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(spec().to_string().as_bytes()).unwrap();
    let packed = encoder.finish().unwrap();
    let whole = reply(200, "content-encoding: gzip\r\n", &packed);
    let half = reply(
        200,
        "content-encoding: gzip\r\n",
        &packed[..packed.len() / 2],
    );
    let server = Server::start(&[(SWAGGER, &[whole]), ("/half", &[half])]);
    let folder = Folder::new();
    folder.fetch(&["--url", &server.url(SWAGGER)]).assert_done();
    assert_eq!(folder.record().operations, 20);
    folder.assert_refused(
        &["--url", &server.url("/half")],
        &["not complete gzip data"],
    );
}

#[test]
fn the_preview_is_merged_and_marked() {
    let mut preview = spec();
    preview["paths"] = json!({
        "/api/v2/users/0": {"get": operation("getUsers0"), "post": operation("postUsers0")},
        "/api/v2/new": {"get": operation("getNew")},
    });
    let server = Server::start(&[
        (SWAGGER, &[json_reply(&spec())]),
        ("/api/v2/docs/swaggerpreview", &[json_reply(&preview)]),
        ("/other/preview", &[json_reply(&preview)]),
        ("/empty", &[server::json("{}")]),
    ]);
    let folder = Folder::new();
    let outcome = folder
        .fetch(&["--url", &server.url(SWAGGER), "--preview"])
        .assert_done();
    outcome.assert_stderr(&["3 preview operations merged"]);
    assert_eq!(folder.record().operations, 22);
    assert_eq!(
        folder.text().matches("\"x-genesys-preview\": true").count(),
        3
    );

    // Elsewhere, the same.
    let other = [
        "--url",
        &server.url(SWAGGER),
        "--preview",
        "--preview-url",
        &server.url("/other/preview"),
    ];
    assert!(folder.fetch(&other).stderr.contains("up to date"));
    folder.assert_refused(
        &[
            "--url",
            &server.url(SWAGGER),
            "--preview",
            "--preview-url",
            &server.url("/empty"),
        ],
        &["/empty", "the preview spec has no paths"],
    );
    folder.assert_refused(
        &[
            "--url",
            &server.url(SWAGGER),
            "--preview",
            "--preview-url",
            &server.url("/nowhere"),
        ],
        &["/nowhere", "404"],
    );
    // Left out the next time, its operations go, and the user hears of it.
    let outcome = folder.fetch(&["--url", &server.url(SWAGGER)]).assert_done();
    outcome.assert_stderr(&["say --preview"]);
}

#[test]
fn prose_is_left_out_where_it_was_left_out_before() {
    let file = TempDir::new().unwrap();
    let file = file.path().join("spec.json");
    fs::write(&file, spec().to_string()).unwrap();
    let from = ["--from", file.to_str().unwrap()];
    let folder = Folder::new();
    folder
        .fetch(&[&from[..], &["--prose", "drop"]].concat())
        .assert_done();
    assert!(!folder.text().contains("Prose of"));
    assert!(!folder.record().prose);
    assert!(folder.fetch(&from).stderr.contains("up to date"));
    folder
        .fetch(&[&from[..], &["--prose", "keep"]].concat())
        .assert_done();
    assert_eq!(folder.text().matches("Prose of").count(), 40);
    assert!(folder.record().prose);
}

#[test]
fn what_is_no_whole_spec_is_refused() {
    let text = spec().to_string();
    let truncated = &text[..text.len() / 2];
    let html = "<!DOCTYPE html><html>Log in</html>";
    let server = Server::start(&[
        ("/cut", &[cut_short(&text)]),
        ("/truncated", &[server::json(truncated)]),
        (
            "/html",
            &[reply(
                200,
                "content-type: text/html; charset=utf-8\r\n",
                html.as_bytes(),
            )],
        ),
        ("/html-as-json", &[server::json(html)]),
        ("/empty", &[server::json("")]),
        ("/list", &[server::json("[]")]),
        ("/other", &[server::json("{\"swagger\":\"1.2\"}")]),
        ("/half", &[json_reply(&without_paths(spec(), 10))]),
        ("/secret", &[status(403, "")]),
        ("/loop", &[status(302, "location: /loop\r\n")]),
    ]);
    let folder = Folder::with(&spec());
    for (path, words) in table![
        "/cut?sig=SECRET" => &["/cut: the download was cut short after", "bytes", "4 attempts", "--from FILE"][..];
        "/truncated" => &["/truncated", "the JSON ends in the middle of a value", "truncated"];
        "/html" => &["/html: this is HTML, not JSON", "login or error page"];
        "/html-as-json" => &["/html-as-json: this is HTML or XML, not JSON"];
        "/empty" => &["the file is empty"];
        "/list" => &["not a JSON object"];
        "/other" => &["Swagger \"1.2\"", "2.0"];
        "/half" => &["operations fell from 20 to 10", "by more than a tenth", "--force"];
        "/secret" => &["status 403 (1 attempts)"];
        "/nowhere" => &["status 404", "--url"];
        "/loop" => &["redirected more than 10 times"];
    ] {
        let outcome = folder.assert_refused(&["--url", &server.url(path)], words);
        assert!(!outcome.stderr.contains("SECRET"), "{outcome:?}");
    }
}

#[test]
fn less_than_a_tenth_may_go_and_more_with_force() {
    let server = Server::start(&[
        ("/less", &[json_reply(&without_paths(spec(), 2))]),
        ("/half", &[json_reply(&without_paths(spec(), 10))]),
    ]);
    let folder = Folder::with(&spec());
    folder.fetch(&["--url", &server.url("/less")]).assert_done();
    assert_eq!(folder.record().operations, 18);
    folder.assert_refused(&["--url", &server.url("/half")], &["fell from 18 to 10"]);
    let outcome = folder
        .fetch(&["--url", &server.url("/half"), "--force"])
        .assert_done();
    outcome.assert_stderr(&["taken with --force"]);
    assert_eq!(folder.record().operations, 10);
}

#[test]
fn trouble_that_passes_is_waited_for() {
    let server = Server::start(&[(
        SWAGGER,
        &[
            status(500, ""),
            status(429, "retry-after: 7\r\n"),
            cut_short(&spec().to_string()),
            json_reply(&spec()),
        ],
    )]);
    let pauses = Rc::new(RefCell::new(Vec::new()));
    let seen = Rc::clone(&pauses);
    let pause = move |pause: Duration| seen.borrow_mut().push(pause);
    let downloader = Downloader::new().unwrap().pause(pause);
    let address = Address::parse(&server.url(SWAGGER)).unwrap();
    let bytes = downloader.get(&address).unwrap();
    assert_eq!(bytes, spec().to_string().as_bytes());
    let pauses = pauses.borrow();
    assert_eq!(pauses.len(), 3);
    assert_eq!(pauses[1], Duration::from_secs(7));
    assert!(pauses[2] >= Duration::from_secs(1), "{pauses:?}");
    assert_eq!(server.requests().len(), 4);
}

#[test]
fn without_a_server_the_error_says_what_to_do() {
    let folder = Folder::with(&spec());
    let url = format!("http://127.0.0.1:{}/spec.json?SECRET", closed_port());
    let outcome = folder.assert_refused(
        &["--url", &url],
        &[
            "cannot be reached",
            "refused",
            "4 attempts",
            "Check the network",
            "--from FILE",
        ],
    );
    assert!(!outcome.stderr.contains("SECRET"), "{outcome:?}");
    for (arguments, word) in [
        (["--region", "mars-north-1"], "unknown region"),
        (["--url", "file:///etc/passwd"], "not https"),
        (["--from", "/nowhere/spec.json"], "cannot be read"),
    ] {
        folder.assert_refused(&arguments, &[word]);
    }
}

#[test]
fn two_at_once_do_not_mix() {
    let folder = Folder::with(&spec());
    let (held, _) = Held::take(&folder.spec()).unwrap();
    let server = Server::start(&[(SWAGGER, &[json_reply(&without_paths(spec(), 1))])]);
    folder.assert_refused(&["--url", &server.url(SWAGGER)], &["another generator"]);
    assert_eq!(server.requests().len(), 0);
    drop(held);
    folder.fetch(&["--url", &server.url(SWAGGER)]).assert_done();

    // Many at once: some are refused, one or more come through, and the two files agree.
    let children: Vec<_> = (0..6)
        .map(|number| {
            let file = folder.0.path().join(format!("{number}.json"));
            fs::write(&file, without_paths(spec(), number % 2).to_string()).unwrap();
            let mut command = folder.command(&["--from", file.to_str().unwrap()]);
            command.stderr(Stdio::piped()).spawn().unwrap()
        })
        .collect();
    let codes: Vec<_> = children
        .into_iter()
        .map(|child| child.wait_with_output().unwrap().status.code())
        .collect();
    assert!(codes.contains(&Some(0)), "{codes:?}");
    load_file(&folder.spec()).unwrap();
}

#[test]
fn a_damaged_spec_is_replaced() {
    let folder = Folder::with(&spec());
    fs::write(folder.spec().join("genesys-cloud.json"), "{").unwrap();
    let server = Server::start(&[
        (SWAGGER, &[json_reply(&spec())]),
        ("/half", &[json_reply(&without_paths(spec(), 10))]),
    ]);
    // The record still says how much there was.
    let outcome = folder.fetch(&["--url", &server.url("/half")]);
    outcome.assert_stderr(&["fell from 20 to 10"]);
    folder.fetch(&["--url", &server.url(SWAGGER)]).assert_done();
    load_file(&folder.spec()).unwrap();
}

#[test]
fn a_fix_up_that_has_outlived_its_cause_is_told_and_does_not_stop_a_fetch() {
    let folder = Folder::with(&spec());
    let entry = "[[fixup]]\nreason = 'a test'\ndefinition = 'User'\npointer = '/properties/gone/type'\naction = 'remove'\n";
    fs::write(folder.spec().join("fixups.toml"), entry).unwrap();
    let server = Server::start(&[(SWAGGER, &[json_reply(&without_paths(spec(), 1))])]);
    let outcome = folder.fetch(&["--url", &server.url(SWAGGER)]).assert_done();
    outcome.assert_stderr(&["fixups.toml: fix-up 1"]);
    assert_eq!(folder.record().operations, 19);
}

#[test]
fn a_spec_that_was_packed_stays_packed() {
    let folder = Folder::with(&spec());
    let record = Source {
        file: "spec.json.gz".to_owned(),
        ..folder.record()
    };
    fs::write(folder.spec().join("source.toml"), record.to_toml()).unwrap();
    let server = Server::start(&[(SWAGGER, &[json_reply(&spec())])]);
    folder.fetch(&["--url", &server.url(SWAGGER)]).assert_done();
    let packed: &Path = &folder.spec().join("spec.json.gz");
    assert!(fs::read(packed).unwrap().starts_with(&[0x1f, 0x8b]));
    load_file(&folder.spec()).unwrap();
    assert!(
        folder
            .fetch(&["--url", &server.url(SWAGGER)])
            .stderr
            .contains("up to date")
    );
}

#[test]
fn a_killed_fetch_is_named_by_check_and_finished_by_the_next_command() {
    let folder = Folder::with(&spec());
    let newer = Folder::with(&without_paths(spec(), 1));
    let (text, record) = newer.state();
    // As a run leaves it that is killed after the first of two renames.
    let work = folder.spec().join(".genesys-codegen");
    fs::create_dir(work.join("staged")).unwrap();
    fs::write(folder.spec().join("genesys-cloud.json"), &text).unwrap();
    fs::write(work.join("staged/1"), &record).unwrap();
    let entry = |path: &str, content: &str| {
        let hash = blake3::hash(content.as_bytes()).to_hex().to_string();
        json!({"path": path, "blake3": hash})
    };
    let journal = json!({
        "format": 1,
        "remove": [],
        "write": [entry("genesys-cloud.json", &text), entry("source.toml", &record)],
    });
    fs::write(work.join("journal.json"), journal.to_string()).unwrap();

    let run = |arguments: &[&str]| {
        let mut command = generator();
        command.args(arguments).current_dir(folder.0.path());
        Outcome::from_command(&mut command)
    };
    let outcome = run(&["check", "--spec", "spec", "--out", "generated"]);
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    outcome.assert_stdout(&["half-written", "source.toml"]);
    let outcome = run(&["stats", "--spec", "spec"]).assert_done();
    outcome.assert_stderr(&["an earlier run was killed"]);
    assert_eq!(folder.state(), newer.state());
    assert!(!work.join("journal.json").exists());
}
