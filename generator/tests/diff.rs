//! What a change of the spec means for users.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::fs;
use std::path::Path;

use genesys_codegen::diff::{Diff, Difference, Format, Kind, Verdict, diff};
use genesys_codegen::ir::{Api, Options, build};
use genesys_codegen::load::{load_file, load_str};
use serde_json::{Value, json};

fn spec() -> Value {
    json!({
        "swagger": "2.0",
        "info": {"title": "Test", "version": "v2"},
        "tags": [{"name": "Users", "description": "People"}, {"name": "Routing"}],
        "paths": {
            "/api/v2/users/{userId}": {"patch": {
                "operationId": "patchUser",
                "x-purecloud-method-name": "patchUser",
                "x-inin-requires-permissions": {"type": "ANY", "permissions": ["directory:user:edit"]},
                "summary": "Change a user",
                "tags": ["Users"],
                "parameters": [
                    {"name": "userId", "in": "path", "required": true, "type": "string"},
                    {"name": "site", "in": "query", "required": true, "type": "string"},
                    {"name": "version", "in": "query", "required": true, "type": "integer"},
                    {"name": "expand", "in": "query", "type": "array", "items": {"type": "string", "enum": ["team", "skills"]}},
                    {"name": "limit", "in": "query", "type": "integer", "default": 25},
                    {"name": "body", "in": "body", "required": true, "schema": {"$ref": "#/definitions/User"}}
                ],
                "responses": {"200": {"description": "OK", "schema": {"$ref": "#/definitions/User"}}}
            }},
            "/api/v2/routing/queues": {"get": {
                "operationId": "getQueues",
                "x-purecloud-method-name": "getQueues",
                "tags": ["Routing"],
                "responses": {"200": {"description": "OK", "schema": {"type": "array", "items": {"$ref": "#/definitions/Queue"}}}}
            }}
        },
        "definitions": {
            "User": {"type": "object", "properties": {
                "id": {"type": "string", "readOnly": true},
                "name": {"type": "string"},
                "state": {"type": "string", "enum": ["active", "DELETED"]},
                "home": {"type": "object", "properties": {"city": {"type": "string"}}},
                "manager": {"$ref": "#/definitions/User"}
            }},
            "Queue": {"type": "object", "properties": {"id": {"type": "string"}}}
        }
    })
}

fn api(spec: &Value) -> Api {
    let spec = load_str("spec.json", &spec.to_string()).unwrap();
    build(&spec.document, &Options::default()).unwrap()
}

/// The diff after a change of the spec.
fn after(change: impl FnOnce(&mut Value)) -> Diff {
    let mut changed = spec();
    change(&mut changed);
    assert_ne!(changed, spec(), "the test changes nothing");
    diff(&api(&spec()), &api(&changed))
}

const PATCH_USER: &str = "/paths/~1api~1v2~1users~1{userId}/patch";
const GET_QUEUES: &str = "/paths/~1api~1v2~1routing~1queues/get";
const PROPERTIES: &str = "/definitions/User/properties";

/// The place below a pointer, created where it is missing.
fn at<'v>(spec: &'v mut Value, base: &str, key: &str) -> &'v mut Value {
    let base = spec.pointer_mut(base).unwrap();
    key.split('/')
        .fold(base, |value, key| match key.parse::<usize>() {
            Ok(index) if value.is_array() => &mut value[index],
            _ => &mut value[key],
        })
}

fn remove(spec: &mut Value, base: &str, key: &str) {
    let base = spec.pointer_mut(base).unwrap();
    match key.parse::<usize>() {
        Ok(index) => drop(base.as_array_mut().unwrap().remove(index)),
        Err(_) => drop(base.as_object_mut().unwrap().remove(key).unwrap()),
    }
}

/// All changes of everything as `section name: verdict place: reason`.
fn lines(diff: &Diff) -> Vec<String> {
    let sections = [
        ("tag", &diff.tags),
        ("operation", &diff.operations),
        ("model", &diff.models),
        ("type", &diff.types),
    ];
    let mut lines = Vec::new();
    for (section, differences) in sections {
        for difference in differences {
            for change in &difference.changes {
                lines.push(format!(
                    "{section} {}: {} {}: {}",
                    difference.name, change.verdict, change.place, change.reason
                ));
            }
        }
    }
    lines
}

/// Asserts that a change of the spec has exactly this effect.
fn assert_effect(verdict: Verdict, expected: &[&str], change: impl FnOnce(&mut Value)) {
    let diff = after(change);
    assert_eq!(lines(&diff), expected);
    assert_eq!(diff.verdict(), verdict);
}

#[test]
fn the_same_spec_has_no_differences() {
    let diff = diff(&api(&spec()), &api(&spec()));
    assert_eq!(diff, Diff::default());
    assert_eq!(diff.verdict(), Verdict::None);
    assert_eq!(diff.report(Format::Text), "verdict: none");
    assert!(diff.report(Format::Markdown).contains("nothing changed"));
}

#[test]
fn what_the_crate_does_not_show_is_no_difference() {
    let diff = after(|spec| {
        *at(spec, PROPERTIES, "name/maxLength") = json!(20);
        *at(spec, PROPERTIES, "id/example") = json!("x");
    });
    assert_eq!(diff.verdict(), Verdict::None, "{:?}", lines(&diff));
}

#[test]
fn parameters() {
    let at_parameters = format!("{PATCH_USER}/parameters");
    let push = |spec: &mut Value, parameter: Value| {
        let list = spec.pointer_mut(&at_parameters).unwrap();
        list.as_array_mut().unwrap().push(parameter);
    };
    assert_effect(
        Verdict::Minor,
        &["operation patchUser: minor query parameter `dryRun`: new setter `dry_run`"],
        |spec| {
            push(
                spec,
                json!({"name": "dryRun", "in": "query", "type": "boolean"}),
            )
        },
    );
    assert_effect(
        Verdict::Major,
        &["operation patchUser: major query parameter `dryRun`: new required argument"],
        |spec| {
            push(
                spec,
                json!({"name": "dryRun", "in": "query", "required": true, "type": "boolean"}),
            );
        },
    );
    assert_effect(
        Verdict::Major,
        &[
            "operation patchUser: major query parameter `limit`: was a setter, and is a required argument now",
        ],
        |spec| *at(spec, &at_parameters, "4/required") = json!(true),
    );
    assert_effect(
        Verdict::Major,
        &[
            "operation patchUser: major query parameter `site`: was an argument, and is a setter now",
        ],
        |spec| *at(spec, &at_parameters, "1/required") = json!(false),
    );
    assert_effect(
        Verdict::Major,
        &["operation patchUser: major query parameter `limit`: the setter `limit` is gone"],
        |spec| remove(spec, &at_parameters, "4"),
    );
    assert_effect(
        Verdict::Major,
        &["operation patchUser: major query parameter `version`: the argument is gone"],
        |spec| remove(spec, &at_parameters, "2"),
    );
    assert_effect(
        Verdict::Major,
        &["operation patchUser: major query parameter `limit`: the type was `i64` and is `String`"],
        |spec| {
            *at(spec, &at_parameters, "4") =
                json!({"name": "limit", "in": "query", "type": "string", "default": "25"});
        },
    );
    assert_effect(
        Verdict::Major,
        &["operation patchUser: major : the arguments are in another order"],
        |spec| {
            spec.pointer_mut(&at_parameters)
                .unwrap()
                .as_array_mut()
                .unwrap()
                .swap(1, 2);
        },
    );
    assert_effect(
        Verdict::Patch,
        &[
            "operation patchUser: patch query parameter `limit`: the server's default was `25` and is `100`",
        ],
        |spec| *at(spec, &at_parameters, "4/default") = json!(100),
    );
    assert_effect(
        Verdict::Patch,
        &["operation patchUser: patch query parameter `limit`: the description is another one"],
        |spec| *at(spec, &at_parameters, "4/description") = json!("At most so many"),
    );
    assert_effect(
        Verdict::Minor,
        &[
            "operation patchUser: minor query parameter `expand`: new value `station`: `PatchUserExpand::Station`",
        ],
        |spec| *at(spec, &at_parameters, "3/items/enum") = json!(["team", "skills", "station"]),
    );
}

#[test]
fn a_path_parameter_that_is_only_called_otherwise_breaks_nobody() {
    assert_effect(
        Verdict::Patch,
        &[
            "operation patchUser: patch path parameter `userId`: the argument is called `id` now; what matters is its position",
        ],
        |spec| {
            *at(spec, PATCH_USER, "parameters/0/name") = json!("id");
            let paths = spec["paths"].as_object_mut().unwrap();
            let item = paths.remove("/api/v2/users/{userId}").unwrap();
            paths.insert("/api/v2/users/{id}".to_owned(), item);
        },
    );
}

#[test]
fn bodies_and_results() {
    assert_effect(
        Verdict::Major,
        &["operation patchUser: major body: was an argument, and is a setter now"],
        |spec| *at(spec, PATCH_USER, "parameters/5/required") = json!(false),
    );
    assert_effect(
        Verdict::Major,
        &["operation patchUser: major body: the body is gone"],
        |spec| remove(spec, &format!("{PATCH_USER}/parameters"), "5"),
    );
    assert_effect(
        Verdict::Major,
        &["operation patchUser: major body: the type was `User` and is `Queue`"],
        |spec| *at(spec, PATCH_USER, "parameters/5/schema/$ref") = json!("#/definitions/Queue"),
    );
    assert_effect(
        Verdict::Major,
        &["operation patchUser: major result: the type was `User` and is `()`"],
        |spec| remove(spec, &format!("{PATCH_USER}/responses/200"), "schema"),
    );
    let body = json!({"name": "body", "in": "body", "schema": {"$ref": "#/definitions/Queue"}});
    assert_effect(
        Verdict::Minor,
        &["operation getQueues: minor body: new setter `body`"],
        |spec| *at(spec, GET_QUEUES, "parameters") = json!([body]),
    );
}

#[test]
fn operations_that_come_go_move_or_are_renamed() {
    let get = json!({
        "operationId": "getUser", "tags": ["Users"],
        "parameters": [{"name": "userId", "in": "path", "required": true, "type": "string"}],
        "responses": {"200": {"description": "OK"}}
    });
    assert_effect(
        Verdict::Minor,
        &["operation getUser: minor : new method `get_user`"],
        |spec| *at(spec, "/paths/~1api~1v2~1users~1{userId}", "get") = get,
    );
    assert_effect(
        Verdict::Major,
        &[
            "operation patchUser: major : the method `patch_user` is called `update_user` now",
            "operation updateUser: minor : new method `update_user`",
        ],
        |spec| {
            *at(spec, PATCH_USER, "x-purecloud-method-name") = json!("updateUser");
            // The enum of a parameter is named after its operation; without it the list is short.
            remove(spec, &format!("{PATCH_USER}/parameters"), "3");
        },
    );
    assert_effect(
        Verdict::Major,
        &[
            "tag Routing: major : the feature `routing` is gone",
            "operation getQueues: major : the method `get_queues` is gone",
        ],
        |spec| remove(spec, "/paths", "/api/v2/routing/queues"),
    );
    assert_effect(
        Verdict::Minor,
        &["operation patchUser: minor : a method of `client.routing()`, too"],
        |spec| *at(spec, PATCH_USER, "tags") = json!(["Users", "Routing"]),
    );
    assert_effect(
        Verdict::Major,
        &[
            "tag Users: major : the feature `users` is gone",
            "operation patchUser: major : no longer a method of `client.users()`",
            "operation patchUser: minor : a method of `client.routing()`, too",
        ],
        |spec| *at(spec, PATCH_USER, "tags") = json!(["Routing"]),
    );
    assert_effect(
        Verdict::Minor,
        &[
            "operation getQueues: minor : calls go to `GET /api/v2/queues` instead of `GET /api/v2/routing/queues`",
        ],
        |spec| {
            let paths = spec["paths"].as_object_mut().unwrap();
            let item = paths.remove("/api/v2/routing/queues").unwrap();
            paths.insert("/api/v2/queues".to_owned(), item);
        },
    );
}

#[test]
fn marks_and_permissions_of_operations() {
    for (key, value, verdict, reason) in [
        (
            "deprecated",
            json!(true),
            Verdict::Minor,
            "deprecated: a call brings a warning",
        ),
        (
            "x-genesys-preview",
            json!(true),
            Verdict::Patch,
            "marked as preview",
        ),
        (
            "summary",
            json!("Alter a user"),
            Verdict::Patch,
            "the description is another one",
        ),
        (
            "security",
            json!([]),
            Verdict::Minor,
            "needs no token any more, and none is sent",
        ),
        (
            "x-inin-requires-permissions",
            json!({"type": "ALL", "permissions": ["directory:user:edit", "x:y:z"]}),
            Verdict::Minor,
            "the permissions needed were `directory:user:edit` and are `directory:user:edit` and `x:y:z`: code still compiles, calls may be forbidden",
        ),
    ] {
        let expected = format!("operation patchUser: {verdict} : {reason}");
        assert_effect(verdict, &[&expected], |spec| {
            *at(spec, PATCH_USER, key) = value
        });
    }
}

#[test]
fn scopes_and_credentials_of_operations() {
    let secured = |security: Value| {
        let mut spec = spec();
        spec["securityDefinitions"] = json!({
            "Login": {"type": "oauth2", "flow": "implicit", "authorizationUrl": "https://login.example/", "scopes": {}},
            "Guest": {"type": "apiKey", "in": "header", "name": "Authorization"},
            "Key": {"type": "apiKey", "in": "query", "name": "key"}
        });
        *at(&mut spec, PATCH_USER, "security") = security;
        api(&spec)
    };
    for (old, new, verdict, reason) in [
        (
            json!([{"Login": ["users"]}]),
            json!([{"Login": ["users", "users:readonly"]}]),
            Verdict::Minor,
            "the OAuth scopes needed were `users` and are `users` or `users:readonly`: code still compiles, calls with a user's token may be forbidden",
        ),
        (
            json!([{"Login": []}]),
            json!([{"Login": ["users"]}]),
            Verdict::Minor,
            "the OAuth scopes needed were none and are `users`: code still compiles, calls with a user's token may be forbidden",
        ),
        (
            json!([{"Login": []}]),
            json!([{"Guest": []}]),
            Verdict::Major,
            "calls need a credential of `Guest` (`with_credential`), and fail without one",
        ),
        (
            json!([]),
            json!([{"Guest": []}]),
            Verdict::Major,
            "calls need a credential of `Guest` (`with_credential`), and fail without one",
        ),
        (
            json!([]),
            json!([{}, {"Guest": []}]),
            Verdict::Minor,
            "takes a credential of `Guest` now",
        ),
        (
            json!([{}, {"Guest": []}]),
            json!([{"Guest": []}]),
            Verdict::Major,
            "calls need a credential of `Guest` (`with_credential`), and fail without one",
        ),
        (
            json!([{"Guest": []}]),
            json!([{"Key": []}]),
            Verdict::Major,
            "the credential is one of `Key` now, and not of `Guest`",
        ),
        (
            json!([{"Guest": []}]),
            json!([{"Login": []}]),
            Verdict::Major,
            "takes no credential of `Guest` any more: a call that gives one fails",
        ),
    ] {
        let diff = diff(&secured(old), &secured(new));
        assert_eq!(diff.verdict(), verdict, "{reason}");
        assert_eq!(
            lines(&diff),
            [format!("operation patchUser: {verdict} : {reason}")]
        );
    }
    assert_eq!(
        diff(
            &secured(json!([{"Login": ["a"]}])),
            &secured(json!([{"Login": ["a"]}]))
        )
        .verdict(),
        Verdict::None
    );
}

#[test]
fn properties_and_values() {
    assert_effect(
        Verdict::Minor,
        &["model User: minor property `email`: new field `email`"],
        |spec| *at(spec, PROPERTIES, "email") = json!({"type": "string"}),
    );
    assert_effect(
        Verdict::Major,
        &["model User: major property `name`: the field `name` is gone"],
        |spec| remove(spec, PROPERTIES, "name"),
    );
    assert_effect(
        Verdict::Major,
        &["model User: major property `name`: the type was `String` and is `Vec<String>`"],
        |spec| {
            *at(spec, PROPERTIES, "name") = json!({"type": "array", "items": {"type": "string"}})
        },
    );
    assert_effect(
        Verdict::Major,
        &[
            "model User: major property `state`: the value `DELETED` is gone, and `UserState::Deleted` with it",
            "model User: minor property `state`: new value `inactive`: `UserState::Inactive`",
        ],
        |spec| *at(spec, PROPERTIES, "state/enum") = json!(["active", "inactive"]),
    );
    assert_effect(
        Verdict::Minor,
        &[
            "model User: minor property `state`: `UserState::Deleted` stands for `deleted` now, not for `DELETED`",
        ],
        |spec| *at(spec, PROPERTIES, "state/enum") = json!(["active", "deleted"]),
    );
    assert_effect(
        Verdict::Minor,
        &["model User: minor property `home`, property `zip`: new field `zip`"],
        |spec| *at(spec, PROPERTIES, "home/properties/zip") = json!({"type": "string"}),
    );
    assert_effect(
        Verdict::Patch,
        &["model User: patch property `id`: no longer read-only, which only the docs say"],
        |spec| *at(spec, PROPERTIES, "id/readOnly") = json!(false),
    );
    assert_effect(
        Verdict::Patch,
        &["model User: patch property `name`: now required, which only the docs say"],
        |spec| *at(spec, "/definitions/User", "required") = json!(["name"]),
    );
    assert_effect(
        Verdict::Patch,
        &["model User: patch property `name`: the description is another one"],
        |spec| *at(spec, PROPERTIES, "name/description") = json!("What to call them"),
    );
}

#[test]
fn models_that_come_and_go() {
    assert_effect(
        Verdict::Minor,
        &["model Team: minor : new type `Team`"],
        |spec| {
            *at(spec, "/definitions", "Team") =
                json!({"type": "object", "properties": {"id": {"type": "string"}}});
        },
    );
}

#[test]
fn types_that_places_share() {
    let places = |states: &[(&str, &[&str])]| {
        let mut spec = spec();
        for (owner, values) in states {
            let state = json!({"type": "string", "enum": values});
            *at(&mut spec, "/definitions", owner) =
                json!({"type": "object", "properties": {"state": state}});
        }
        api(&spec)
    };
    let (on, off): (&[&str], &[&str]) = (&["on"], &["off", "on"]);
    let all = |edges: &[(&'static str, &'static [&'static str])]| {
        let off = ["Agent", "Site", "Skill", "Station", "Team", "Wrapup"].map(|owner| (owner, off));
        places(&[&off, edges].concat())
    };
    let before = all(&[("EdgeLine", on), ("EdgePhone", on)]);
    // A place more.
    let after = all(&[("EdgeLine", on), ("EdgePhone", on), ("EdgeOne", on)]);
    assert_eq!(diff(&before, &after).types, []);
    // Other values.
    let after = all(&[("EdgeLine", on), ("EdgePhone", off)]);
    let mut types = lines(&diff(&before, &after));
    types.retain(|line| line.starts_with("type "));
    assert_eq!(
        types,
        [
            "type EdgePhoneState: major : it was another name of `EdgeState`, and is another type now",
            "type EdgeState: major : the type is called `EdgeLineState` now",
        ]
    );
}

#[test]
fn names_from_the_spec_break_no_report() {
    let nasty = "x`| \u{1b}[31m<b>\n# y";
    let diff = after(|spec| {
        *at(spec, PROPERTIES, "state/enum") = json!(["active", nasty]);
    });
    for format in [Format::Text, Format::Markdown, Format::Json] {
        let report = diff.report(format);
        assert!(!report.contains('\u{1b}'), "{report}");
        assert!(!report.contains("\n# y"), "{report}");
        assert!(!report.contains("x``"), "{report}");
    }
    assert!(
        diff.report(Format::Markdown)
            .contains("`x'| \\u{1b}[31m<b>\\n# y`")
    );
}

fn count(differences: &[Difference], kind: Kind) -> usize {
    differences.iter().filter(|one| one.kind == kind).count()
}

/// The worked example: two releases as Genesys published them.
#[test]
fn release_262_to_269_is_major() {
    // Away from `spec/`, whose corrections the older release would lack.
    let folder = tempfile::tempdir().unwrap();
    let new = folder.path().join("genesys-cloud.json");
    fs::copy(
        Path::new(support::ROOT).join("spec/genesys-cloud.json"),
        &new,
    )
    .unwrap();
    let read =
        |path: &Path| build(&load_file(path).unwrap().document, &Options::default()).unwrap();
    let (old, new) = (read(&support::release_262()), read(&new));
    let diff = diff(&old, &new);

    assert_eq!(diff.verdict(), Verdict::Major);
    assert_eq!(count(&diff.operations, Kind::Added), 41);
    assert_eq!(count(&diff.operations, Kind::Changed), 18);
    let removed = diff
        .operations
        .iter()
        .filter(|one| one.kind == Kind::Removed);
    let removed: Vec<&str> = removed.map(|one| &*one.name).collect();
    assert_eq!(removed, ["patchJourneyActiontarget"]);
    let only_marks = diff.operations.iter().filter(|one| {
        one.kind == Kind::Changed
            && one
                .changes
                .iter()
                .all(|change| change.reason.ends_with("marked as preview"))
    });
    assert_eq!(only_marks.count(), 8);
    assert_eq!(count(&diff.models, Kind::Added), 73);
    assert_eq!(count(&diff.models, Kind::Removed), 7);
    assert_eq!(count(&diff.models, Kind::Changed), 51);
    assert_eq!(diff.tags, []);
    // Of 622 types that places share, one has a new name: what its places had in common, a new one does not have.
    let types: Vec<&str> = diff.types.iter().map(|item| &*item.name).collect();
    assert_eq!(types, ["ActivityPlanState"]);

    let json: Value = serde_json::from_str(&diff.report(Format::Json)).unwrap();
    assert_eq!(json["verdict"], "major");
    assert_eq!(json["operations"]["added"].as_array().unwrap().len(), 41);
    assert_eq!(
        json["operations"]["removed"],
        json!(["patchJourneyActiontarget"])
    );
    assert_eq!(json["operations"]["changed"].as_array().unwrap().len(), 18);
    assert_eq!(json["models"]["added"].as_array().unwrap().len(), 73);
    assert_eq!(json["models"]["changed"].as_array().unwrap().len(), 51);

    let text = diff.report(Format::Text);
    assert!(text.contains("operations: 41 added, 1 removed, 18 changed"));
    let markdown = diff.report(Format::Markdown);
    assert!(markdown.contains("| operations | 41 | 1 | 18 |"));
    assert!(markdown.contains(
        "- operation `patchJourneyActiontarget`: the method `patch_journey_actiontarget` is gone"
    ));

    // Backwards, what was added is removed.
    let back = genesys_codegen::diff::diff(&new, &old);
    assert_eq!(count(&back.operations, Kind::Removed), 41);
    assert_eq!(count(&back.models, Kind::Added), 7);
}
