//! The verdicts of `genesys-codegen diff` beside those of cargo-semver-checks, which compares the generated crates. Skipped where that
//! tool is not installed (`cargo install cargo-semver-checks`).
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use genesys_codegen::Config;
use genesys_codegen::diff::Verdict;
use genesys_codegen::diff_files;
use serde_json::{Value, json};

const TOOL: &str = "cargo-semver-checks";

const PATCH_USER: &str = "/paths/~1api~1v2~1users~1{userId}/patch";
const GET_QUEUES: &str = "/paths/~1api~1v2~1routing~1queues/get";
const USER: &str = "/definitions/User/properties";

fn base() -> Value {
    json!({
        "swagger": "2.0",
        "info": {"title": "Test", "version": "v2"},
        "paths": {
            "/api/v2/users/{userId}": {"patch": {
                "operationId": "patchUser", "x-purecloud-method-name": "patchUser", "tags": ["Users"],
                "summary": "Change a user",
                "parameters": [
                    {"name": "userId", "in": "path", "required": true, "type": "string"},
                    {"name": "version", "in": "query", "required": true, "type": "integer"},
                    {"name": "limit", "in": "query", "type": "integer"},
                    {"name": "body", "in": "body", "required": true, "schema": {"$ref": "#/definitions/User"}}
                ],
                "responses": {"200": {"description": "OK", "schema": {"$ref": "#/definitions/User"}}}
            }},
            "/api/v2/routing/queues": {"get": {
                "operationId": "getQueues", "x-purecloud-method-name": "getQueues", "tags": ["Routing"],
                "responses": {"200": {"description": "OK", "schema": {"$ref": "#/definitions/Queue"}}}
            }}
        },
        "definitions": {
            "User": {"type": "object", "properties": {
                "name": {"type": "string"},
                "state": {"type": "string", "enum": ["active", "deleted"]}
            }},
            "Queue": {"type": "object", "properties": {"id": {"type": "string"}}}
        }
    })
}

/// What cargo-semver-checks makes of a change.
enum Tool {
    /// It asks for no more than our verdict does.
    Agrees,
    /// It asks for a major version, for this reason among others.
    Refuses(&'static str),
    /// It asks for nothing: it does not look at types of fields, arguments and results (its FAQ says so).
    Blind,
}

struct Kind {
    name: &'static str,
    change: fn(&mut Value),
    verdict: Verdict,
    tool: Tool,
}

fn kind(name: &'static str, verdict: Verdict, tool: Tool, change: fn(&mut Value)) -> Kind {
    Kind {
        name,
        change,
        verdict,
        tool,
    }
}

fn set(spec: &mut Value, parent: &str, key: &str, value: Value) {
    spec.pointer_mut(parent).unwrap()[key] = value;
}

fn take(spec: &mut Value, parent: &str, key: &str) -> Value {
    let parent = spec.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    parent.remove(key).unwrap()
}

fn parameters(spec: &mut Value) -> &mut Vec<Value> {
    let parameters = format!("{PATCH_USER}/parameters");
    spec.pointer_mut(&parameters)
        .unwrap()
        .as_array_mut()
        .unwrap()
}

fn operation(name: &str, tag: &str) -> Value {
    json!({"get": {
        "operationId": name, "x-purecloud-method-name": name, "tags": [tag],
        "responses": {"200": {"description": "OK", "schema": {"$ref": "#/definitions/Queue"}}}
    }})
}

fn kinds() -> Vec<Kind> {
    use Tool::{Agrees, Blind, Refuses};
    use Verdict::{Major, Minor, Patch};
    vec![
        kind("new summary", Patch, Agrees, |spec| {
            set(spec, PATCH_USER, "summary", json!("Change one"));
        }),
        kind("new property", Minor, Agrees, |spec| {
            set(spec, USER, "email", json!({"type": "string"}));
        }),
        kind("new enum value", Minor, Agrees, |spec| {
            let state = format!("{USER}/state");
            set(
                spec,
                &state,
                "enum",
                json!(["active", "deleted", "inactive"]),
            );
        }),
        kind("new optional parameter", Minor, Agrees, |spec| {
            parameters(spec).push(json!({"name": "expand", "in": "query", "type": "string"}));
        }),
        kind("new operation", Minor, Agrees, |spec| {
            set(
                spec,
                "/paths",
                "/api/v2/routing/languages",
                operation("getLanguages", "Routing"),
            );
        }),
        kind("new tag", Minor, Agrees, |spec| {
            set(
                spec,
                "/paths",
                "/api/v2/teams",
                operation("getTeams", "Teams"),
            );
        }),
        kind("property deprecated", Minor, Agrees, |spec| {
            set(spec, &format!("{USER}/name"), "deprecated", json!(true));
        }),
        kind("operation deprecated", Minor, Agrees, |spec| {
            set(spec, PATCH_USER, "deprecated", json!(true));
        }),
        kind(
            "property removed",
            Major,
            Refuses("struct_pub_field_missing"),
            |spec| {
                take(spec, USER, "name");
            },
        ),
        kind(
            "property renamed",
            Major,
            Refuses("struct_pub_field_missing"),
            |spec| {
                let name = take(spec, USER, "name");
                set(spec, USER, "title", name);
            },
        ),
        kind("property retyped", Major, Blind, |spec| {
            set(spec, USER, "name", json!({"type": "integer"}));
        }),
        kind(
            "enum value removed",
            Major,
            Refuses("enum_variant_missing"),
            |spec| {
                set(spec, &format!("{USER}/state"), "enum", json!(["active"]));
            },
        ),
        kind(
            "operation removed",
            Major,
            Refuses("inherent_method_missing"),
            |spec| {
                set(
                    spec,
                    "/paths",
                    "/api/v2/routing/languages",
                    operation("getLanguages", "Routing"),
                );
                take(spec, "/paths", "/api/v2/routing/queues");
            },
        ),
        kind(
            "operation renamed",
            Major,
            Refuses("inherent_method_missing"),
            |spec| {
                set(
                    spec,
                    GET_QUEUES,
                    "x-purecloud-method-name",
                    json!("getRoutingQueues"),
                );
            },
        ),
        kind("tag removed", Major, Refuses("feature_missing"), |spec| {
            take(spec, "/paths", "/api/v2/routing/queues");
        }),
        kind(
            "new required parameter",
            Major,
            Refuses("method_parameter_count_changed"),
            |spec| {
                let required =
                    json!({"name": "site", "in": "query", "required": true, "type": "string"});
                parameters(spec).push(required);
            },
        ),
        kind(
            "parameter made required",
            Major,
            Refuses("method_parameter_count_changed"),
            |spec| {
                parameters(spec)[2]["required"] = json!(true);
            },
        ),
        kind(
            "optional parameter removed",
            Major,
            Refuses("inherent_method_missing"),
            |spec| {
                parameters(spec).remove(2);
            },
        ),
        kind("parameter retyped", Major, Blind, |spec| {
            parameters(spec)[2]["type"] = json!("string");
        }),
        kind("result retyped", Major, Blind, |spec| {
            let schema = json!({"$ref": "#/definitions/Queue"});
            set(
                spec,
                &format!("{PATCH_USER}/responses/200"),
                "schema",
                schema,
            );
        }),
        kind(
            "definition renamed",
            Major,
            Refuses("struct_missing"),
            |spec| {
                let queue = take(spec, "/definitions", "Queue");
                set(spec, "/definitions", "Line", queue);
                let schema = json!({"$ref": "#/definitions/Line"});
                set(
                    spec,
                    &format!("{GET_QUEUES}/responses/200"),
                    "schema",
                    schema,
                );
            },
        ),
    ]
}

/// Two crates, old and new, and the specs that they are made from.
struct Crates(tempfile::TempDir);

impl Crates {
    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes a spec and the crate of it.
    fn make(&self, name: &str, spec: &Value) {
        let file = self.path(&format!("{name}.json"));
        fs::write(&file, spec.to_string()).unwrap();
        let _ = fs::remove_dir_all(self.path(name));
        let config = Config::new().spec(&file);
        let built = config.build().unwrap();
        let rendered = config.render(built).unwrap();
        rendered.write(&self.path(name)).unwrap();
        let lock = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.lock");
        fs::copy(lock, self.path(name).join("Cargo.lock")).unwrap();
    }

    /// What the tool asks for from the old crate to the new one: success, where a release of this kind will do.
    fn compare(&self, release: Verdict) -> Output {
        Command::new(TOOL)
            .arg("semver-checks")
            .arg("--manifest-path")
            .arg(self.path("new").join("Cargo.toml"))
            .arg("--baseline-root")
            .arg(self.path("old"))
            .args(["--release-type", &release.to_string()])
            .args([
                "--only-explicit-features",
                "--features",
                "full",
                "--color",
                "never",
            ])
            .current_dir(self.0.path())
            .env("CARGO_TARGET_DIR", target().join("semver"))
            .output()
            .unwrap()
    }
}

fn target() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.ancestors().nth(3).unwrap().to_owned()
}

fn is_installed() -> bool {
    let version = Command::new(TOOL)
        .args(["semver-checks", "--version"])
        .output();
    version.is_ok_and(|output| output.status.success())
}

fn said(output: &Output) -> String {
    let all = [&output.stdout[..], &output.stderr[..]].concat();
    String::from_utf8_lossy(&all).into_owned()
}

#[test]
fn verdicts_agree_with_cargo_semver_checks() {
    if !is_installed() {
        eprintln!("skipped: {TOOL} is not installed (cargo install {TOOL})");
        return;
    }
    let crates = Crates(tempfile::tempdir().unwrap());
    crates.make("old", &base());
    println!("| change | verdict | cargo-semver-checks |\n|---|---|---|");
    for kind in kinds() {
        let mut spec = base();
        (kind.change)(&mut spec);
        crates.make("new", &spec);
        let verdict = diff_files(&crates.path("old.json"), &crates.path("new.json"))
            .unwrap()
            .verdict();
        assert_eq!(verdict, kind.verdict, "{}", kind.name);
        // A major version may change everything, so the tool is asked whether a minor one would do.
        let output = crates.compare(verdict.min(Verdict::Minor));
        let said = said(&output);
        let (expected, outcome) = match kind.tool {
            Tool::Agrees => (output.status.success(), "agrees".to_owned()),
            Tool::Blind => (output.status.success(), "does not see it".to_owned()),
            Tool::Refuses(lint) => (
                !output.status.success() && said.contains(lint),
                format!("agrees: {lint}"),
            ),
        };
        assert!(
            expected,
            "{}, {verdict}: expected: {outcome}\n{said}",
            kind.name
        );
        println!("| {} | {verdict} | {outcome} |", kind.name);
    }

    // The manifest's lint setting is what makes a new property minor.
    let mut spec = base();
    set(&mut spec, USER, "email", json!({"type": "string"}));
    crates.make("new", &spec);
    let manifest = crates.path("new").join("Cargo.toml");
    let text = fs::read_to_string(&manifest).unwrap();
    let without: Vec<&str> = text
        .lines()
        .filter(|line| !line.starts_with("constructible_struct_adds_field"))
        .collect();
    fs::write(&manifest, without.join("\n")).unwrap();
    let output = crates.compare(Verdict::Minor);
    assert!(!output.status.success(), "{}", said(&output));
    assert!(said(&output).contains("constructible_struct_adds_field"));
}

#[test]
fn every_kind_changes_the_spec() {
    for kind in kinds() {
        let mut spec = base();
        (kind.change)(&mut spec);
        assert_ne!(spec, base(), "{}", kind.name);
    }
}
