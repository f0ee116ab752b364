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
const PROPERTIES: &str = "/definitions/User/properties";

/// The place at a pointer, created where it is missing; `-` is a new item of a list.
fn at<'v>(spec: &'v mut Value, pointer: &str) -> &'v mut Value {
    let keys = pointer.split('/').skip(1).map(|key| key.replace("~1", "/"));
    keys.fold(spec, |value, key| {
        if !value.is_array() {
            return &mut value[key];
        }
        let list = value.as_array_mut().unwrap();
        if key == "-" {
            list.push(Value::Null);
        }
        let last = list.len() - 1;
        &mut list[key.parse().unwrap_or(last)]
    })
}

fn remove(spec: &mut Value, pointer: &str) -> Value {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    match at(spec, parent) {
        Value::Array(list) => list.remove(key.parse().unwrap()),
        value => {
            let object = value.as_object_mut().unwrap();
            object.remove(&key.replace("~1", "/")).unwrap()
        }
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
        *at(spec, &format!("{PROPERTIES}/name/maxLength")) = json!(20);
        *at(spec, &format!("{PROPERTIES}/id/example")) = json!("x");
    });
    assert_eq!(diff.verdict(), Verdict::None, "{:?}", lines(&diff));
}

/// Changes of the spec, and below each its effects: all of them, and nothing else. `=` sets a value, `-` removes one, `>` moves one.
/// What changes an operation or a property is written without the way to it.
const EFFECTS: &str = r##"
= operation/parameters/- {"name": "dryRun", "in": "query", "type": "boolean"}
operation patchUser: minor query parameter `dryRun`: new setter `dry_run`

= operation/parameters/- {"name": "dryRun", "in": "query", "required": true, "type": "boolean"}
operation patchUser: major query parameter `dryRun`: new required argument

= operation/parameters/4/required true
operation patchUser: major query parameter `limit`: was a setter, and is a required argument now

= operation/parameters/1/required false
operation patchUser: major query parameter `site`: was an argument, and is a setter now

- operation/parameters/4
operation patchUser: major query parameter `limit`: the setter `limit` is gone

- operation/parameters/2
operation patchUser: major query parameter `version`: the argument is gone

= operation/parameters/4 {"name": "limit", "in": "query", "type": "string", "default": "25"}
operation patchUser: major query parameter `limit`: the type was `i64` and is `String`

> operation/parameters/1 operation/parameters/-
operation patchUser: major : the arguments are in another order

= operation/parameters/4/default 100
operation patchUser: patch query parameter `limit`: the server's default was `25` and is `100`

= operation/parameters/4/description "At most so many"
operation patchUser: patch query parameter `limit`: the description is another one

= operation/parameters/3/items/enum ["team", "skills", "station"]
operation patchUser: minor query parameter `expand`: new value `station`: `PatchUserExpand::Station`

= operation/parameters/0/name "id"
> /paths/~1api~1v2~1users~1{userId} /paths/~1api~1v2~1users~1{id}
operation patchUser: patch path parameter `userId`: the argument is called `id` now; what matters is its position

= operation/parameters/5/required false
operation patchUser: major body: was an argument, and is a setter now

- operation/parameters/5
operation patchUser: major body: the body is gone

= operation/parameters/5/schema/$ref "#/definitions/Queue"
operation patchUser: major body: the type was `User` and is `Queue`

- operation/responses/200/schema
operation patchUser: major result: the type was `User` and is `()`

= /paths/~1api~1v2~1routing~1queues/get/parameters [{"name": "body", "in": "body", "schema": {"$ref": "#/definitions/Queue"}}]
operation getQueues: minor body: new setter `body`

= /paths/~1api~1v2~1users~1{userId}/get {"operationId": "getUser", "tags": ["Users"], "responses": {"200": {"description": "OK"}}}
= /paths/~1api~1v2~1users~1{userId}/get/parameters [{"name": "userId", "in": "path", "required": true, "type": "string"}]
operation getUser: minor : new method `get_user`

# The enum of a parameter is named after its operation; without it the list is short.
= operation/x-purecloud-method-name "updateUser"
- operation/parameters/3
operation patchUser: major : the method `patch_user` is called `update_user` now
operation updateUser: minor : new method `update_user`

- /paths/~1api~1v2~1routing~1queues
tag Routing: major : the feature `routing` is gone
operation getQueues: major : the method `get_queues` is gone

= operation/tags ["Users", "Routing"]
operation patchUser: minor : a method of `client.routing()`, too

= operation/tags ["Routing"]
tag Users: major : the feature `users` is gone
operation patchUser: major : no longer a method of `client.users()`
operation patchUser: minor : a method of `client.routing()`, too

> /paths/~1api~1v2~1routing~1queues /paths/~1api~1v2~1queues
operation getQueues: minor : calls go to `GET /api/v2/queues` instead of `GET /api/v2/routing/queues`

= operation/deprecated true
operation patchUser: minor : deprecated: a call brings a warning

= operation/x-genesys-preview true
operation patchUser: patch : marked as preview

= operation/summary "Alter a user"
operation patchUser: patch : the description is another one

= operation/security []
operation patchUser: minor : needs no token any more, and none is sent

= operation/x-inin-requires-permissions {"type": "ALL", "permissions": ["directory:user:edit", "x:y:z"]}
operation patchUser: minor : the permissions needed were `directory:user:edit` and are `directory:user:edit` and `x:y:z`: code still compiles, calls may be forbidden

= property/email {"type": "string"}
model User: minor property `email`: new field `email`

- property/name
model User: major property `name`: the field `name` is gone

= property/name {"type": "array", "items": {"type": "string"}}
model User: major property `name`: the type was `String` and is `Vec<String>`

= property/state/enum ["active", "inactive"]
model User: major property `state`: the value `DELETED` is gone, and `UserState::Deleted` with it
model User: minor property `state`: new value `inactive`: `UserState::Inactive`

= property/state/enum ["active", "deleted"]
model User: minor property `state`: `UserState::Deleted` stands for `deleted` now, not for `DELETED`

= property/home/properties/zip {"type": "string"}
model User: minor property `home`, property `zip`: new field `zip`

= property/id/readOnly false
model User: patch property `id`: no longer read-only, which only the docs say

= /definitions/User/required ["name"]
model User: patch property `name`: now required, which only the docs say

= property/name/description "What to call them"
model User: patch property `name`: the description is another one

= /definitions/Team {"type": "object", "properties": {"id": {"type": "string"}}}
model Team: minor : new type `Team`
"##;

#[test]
fn every_change_has_exactly_its_effects() {
    for case in EFFECTS.trim().split("\n\n") {
        let mut effects = Vec::new();
        let diff = after(|spec| {
            for line in case.lines().filter(|line| !line.starts_with('#')) {
                let (what, rest) = line.split_once(' ').unwrap();
                let rest = rest.replace("operation/", &format!("{PATCH_USER}/"));
                let rest = rest.replace("property/", &format!("{PROPERTIES}/"));
                match (what, rest.split_once(' ')) {
                    ("=", Some((place, value))) => {
                        *at(spec, place) = serde_json::from_str(value).unwrap();
                    }
                    ("-", None) => drop(remove(spec, &rest)),
                    (">", Some((from, to))) => {
                        let moved = remove(spec, from);
                        *at(spec, to) = moved;
                    }
                    _ => effects.push(line),
                }
            }
        });
        assert_eq!(lines(&diff), effects, "{case}");
        let verdicts = [Verdict::Major, Verdict::Minor, Verdict::Patch];
        let is_in = |verdict: &Verdict| case.contains(&format!(": {verdict} "));
        let expected = verdicts.into_iter().find(is_in);
        assert_eq!(Some(diff.verdict()), expected, "{case}");
    }
}

/// The security of an operation, before and after, and what the change means.
const CREDENTIALS: &str = r#"
[{"Login": ["users"]}] -> [{"Login": ["users", "users:readonly"]}] -> minor: the OAuth scopes needed were `users` and are `users` or `users:readonly`: code still compiles, calls with a user's token may be forbidden
[{"Login": []}] -> [{"Login": ["users"]}] -> minor: the OAuth scopes needed were none and are `users`: code still compiles, calls with a user's token may be forbidden
[{"Login": []}] -> [{"Guest": []}] -> major: calls need a credential of `Guest` (`with_credential`), and fail without one
[] -> [{"Guest": []}] -> major: calls need a credential of `Guest` (`with_credential`), and fail without one
[] -> [{}, {"Guest": []}] -> minor: takes a credential of `Guest` now
[{}, {"Guest": []}] -> [{"Guest": []}] -> major: calls need a credential of `Guest` (`with_credential`), and fail without one
[{"Guest": []}] -> [{"Key": []}] -> major: the credential is one of `Key` now, and not of `Guest`
[{"Guest": []}] -> [{"Login": []}] -> major: takes no credential of `Guest` any more: a call that gives one fails
[{"Login": ["a"]}] -> [{"Login": ["a"]}] -> none
"#;

#[test]
fn scopes_and_credentials_of_operations() {
    let secured = |security: Value| {
        let mut spec = spec();
        spec["securityDefinitions"] = json!({
            "Login": {"type": "oauth2", "flow": "implicit", "authorizationUrl": "https://login.example/", "scopes": {}},
            "Guest": {"type": "apiKey", "in": "header", "name": "Authorization"},
            "Key": {"type": "apiKey", "in": "query", "name": "key"}
        });
        *at(&mut spec, &format!("{PATCH_USER}/security")) = security;
        api(&spec)
    };
    for row in CREDENTIALS.trim().lines() {
        let [old, new, effect] = row.split(" -> ").collect::<Vec<_>>()[..] else {
            panic!("{row}");
        };
        let [old, new] = [old, new].map(|text| secured(serde_json::from_str(text).unwrap()));
        let diff = diff(&old, &new);
        let (verdict, reason) = effect.split_once(": ").unwrap_or((effect, ""));
        assert_eq!(diff.verdict().to_string(), verdict, "{row}");
        let expected =
            (!reason.is_empty()).then(|| format!("operation patchUser: {verdict} : {reason}"));
        assert_eq!(lines(&diff), Vec::from_iter(expected), "{row}");
    }
}

#[test]
fn types_that_places_share() {
    let places = |states: &[(&str, &[&str])]| {
        let mut spec = spec();
        for (owner, values) in states {
            let state = json!({"type": "string", "enum": values});
            *at(&mut spec, &format!("/definitions/{owner}")) =
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
        *at(spec, &format!("{PROPERTIES}/state/enum")) = json!(["active", nasty]);
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
