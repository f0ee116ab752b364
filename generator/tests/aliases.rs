//! Old names beside the new ones.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

use genesys_codegen::Config;
use genesys_codegen::diff::{Format, Verdict};
use genesys_codegen::diff_files;
use serde_json::{Value, json};
use tempfile::TempDir;

fn spec() -> Value {
    json!({
        "swagger": "2.0",
        "info": {"title": "Test", "version": "v2"},
        "paths": {"/api/v2/users/{userId}": {"get": {
            "operationId": "getPerson",
            "x-purecloud-method-name": "getPerson",
            "tags": ["Users"],
            "parameters": [{"name": "userId", "in": "path", "type": "string", "required": true}],
            "responses": {"200": {"description": "OK", "schema": {"$ref": "#/definitions/Person"}}}
        }}},
        "definitions": {"Person": {"type": "object", "properties": {"fullName": {"type": "string"}}}}
    })
}

const ALIASES: &str = "
[[alias]]
reason = 'a test'
drop_in = 271
operation = 'getPerson'
was = 'getUser'

[[alias]]
reason = 'a test'
drop_in = 271
model = 'Person'
was = 'User'

[[alias]]
reason = 'a test'
drop_in = 271
model = 'Person'
property = 'fullName'
was = 'name'
";

fn folder(spec: &Value, release: u32, aliases: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let text = spec.to_string();
    let source =
        genesys_codegen::spec::Source::describe("spec.json", text.as_bytes(), release, "a test");
    fs::write(folder.path().join("spec.json"), text).unwrap();
    fs::write(folder.path().join("source.toml"), source.unwrap().to_toml()).unwrap();
    fs::write(folder.path().join("aliases.toml"), aliases).unwrap();
    folder
}

fn generate(spec: &Path) -> Result<(TempDir, PathBuf), String> {
    let out = tempfile::tempdir().unwrap();
    let crate_folder = out.path().join("generated");
    let outcome = Config::new().spec(spec).generate_into(&crate_folder);
    outcome
        .map(|_| (out, crate_folder))
        .map_err(|error| error.to_string())
}

#[test]
fn old_names_stand_beside_the_new_ones_as_deprecated() {
    let spec = folder(&spec(), 270, ALIASES);
    let (_out, out) = generate(spec.path()).unwrap();
    let read = |name: &str| {
        let text = fs::read_to_string(out.join(name)).unwrap();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let operation = read("src/api/users/users.rs");
    for line in [
        "#[deprecated( note = \"called `get_person` now; this name goes with release 271 of the API\" )]",
        "pub fn get_user(&self, user_id: impl AsRef<str>) -> GetPerson {",
    ] {
        assert!(operation.contains(line), "{operation}");
    }
    assert!(read("src/api/users/mod.rs").contains("pub type GetUser = GetPerson;"));
    assert!(read("src/models/users/mod.rs").contains("pub type User = Person;"));
    let model = read("src/models/users/person.rs");
    assert!(
        model.contains("pub fn name(&self) -> &Option<String>")
            && model.contains("pub fn name_mut("),
        "{model}"
    );
}

/// What a line of the aliases is replaced by, and what the error then says. `~` is the end of a line.
const MISFITS: &str = r#"
operation = 'getPerson' -> operation = 'getNobody' -> alias 1 -> there is no operation "getNobody"
model = 'Person'~was -> model = 'Nobody'~was -> alias 2 -> there is no definition "Nobody"
property = 'fullName' -> property = 'x' -> alias 3 -> there is no property "x"
was = 'getUser' -> was = 'getPerson' -> alias 1 -> the spec still has an operation
was = 'User' -> was = 'Person' -> alias 2 -> the spec still has a definition
was = 'name' -> was = 'fullName' -> alias 3 -> the spec still has a property
drop_in = 271 -> drop_in = 270 -> alias 1 -> release 270 was to drop it
reason = 'a test' -> reason = ' ' -> alias 1 -> no reason
operation = 'getPerson' -> # -> alias 1 -> names not one thing
was = 'getUser' -> were = 'getUser' -> aliases.toml -> unknown field
"#;

#[test]
fn an_alias_that_does_not_fit_is_an_error_with_file_and_entry() {
    for line in MISFITS.trim().lines() {
        let [from, to, words @ ..] = &line.split(" -> ").collect::<Vec<_>>()[..] else {
            panic!("{line}");
        };
        let aliases = ALIASES.replacen(&from.replace('~', "\n"), &to.replace('~', "\n"), 1);
        assert_ne!(aliases, ALIASES);
        let spec = folder(&spec(), 270, &aliases);
        let error = generate(spec.path()).unwrap_err();
        assert!(error.contains("aliases.toml"), "{error}");
        assert_eq!(words.len(), 2);
        for word in words {
            assert!(error.contains(word), "{word}: {error}");
        }
    }
}

#[test]
fn a_rename_is_recognised_and_its_alias_suggested() {
    let mut before = spec();
    let operation = &mut before["paths"]["/api/v2/users/{userId}"]["get"];
    operation["operationId"] = json!("getUser");
    operation["x-purecloud-method-name"] = json!("getUser");
    let (old, new) = (folder(&before, 269, ""), folder(&spec(), 270, ""));
    let diff = diff_files(old.path(), new.path()).unwrap();
    assert_eq!(diff.verdict(), Verdict::Major);
    let suggestion = "[[alias]]\nreason = \"Renamed in release 270.\"\ndrop_in = 271\noperation = \"getPerson\"\nwas = \"getUser\"";
    for format in [Format::Text, Format::Markdown] {
        assert!(
            diff.report(format).contains(suggestion),
            "{}",
            diff.report(format)
        );
    }
    assert!(
        diff.report(Format::Json)
            .contains("\"renames\":[{\"was\":\"getUser\",\"now\":\"getPerson\"}]")
    );
    // What is suggested is understood.
    let bridged = folder(&spec(), 270, suggestion);
    generate(bridged.path()).unwrap();
}

#[test]
fn an_old_property_hides_no_method() {
    let property = |was: &str| {
        format!(
            "[[alias]]\nreason = 'a test'\ndrop_in = 271\nmodel = 'Person'\nproperty = 'fullName'\nwas = '{was}'\n"
        )
    };
    for aliases in [
        property("clone"),
        property("name") + &property("nameMut"),
        property("nameMut") + &property("name"),
    ] {
        let spec = folder(&spec(), 270, &aliases);
        let error = generate(spec.path()).unwrap_err();
        assert!(error.contains("something else is called"), "{error}");
    }
}
