//! What lies beside a spec: its fix-ups and its record.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::fs;
use std::path::PathBuf;

use genesys_codegen::load::{LoadError, Spec, load_file};
use genesys_codegen::spec::{self, Fixups, Source};
use openapiv3::{OpenAPI, ParameterSchemaOrContent, ReferenceOr, SchemaKind, Type};
use serde_json::{Value, json};
use support::table;
use tempfile::TempDir;

/// A folder with a spec, and whatever is put beside it.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        folder.write("spec.json", &spec().to_string());
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    fn with_fixups(text: &str) -> Self {
        let folder = Self::new();
        folder.write("fixups.toml", text);
        folder
    }

    fn load(&self) -> Result<Spec, LoadError> {
        load_file(&self.path("spec.json"))
    }
}

fn spec() -> Value {
    json!({
        "swagger": "2.0",
        "info": {"title": "Test", "version": "v2"},
        "paths": {
            "/users/{id}": {
                "get": {
                    "operationId": "getUserById",
                    "x-purecloud-method-name": "getUser",
                    "parameters": [
                        {"name": "id", "in": "path", "required": true, "type": "string"},
                        {"name": "limit", "in": "query", "type": "string"}
                    ],
                    "responses": {"200": {"description": "OK", "schema": {"$ref": "#/definitions/User"}}}
                }
            }
        },
        "definitions": {
            "User": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}, "a/b": {"type": "string"}}}
        }
    })
}

fn limit(document: &OpenAPI) -> SchemaKind {
    let (_, _, operation) = document.operations().next().unwrap();
    let data = operation.parameters[1].as_item().unwrap();
    match &data.parameter_data_ref().format {
        ParameterSchemaOrContent::Schema(ReferenceOr::Item(schema)) => schema.schema_kind.clone(),
        other => panic!("{other:?}"),
    }
}

fn user(document: &OpenAPI) -> openapiv3::ObjectType {
    let schemas = &document.components.as_ref().unwrap().schemas;
    match &schemas["User"].as_item().unwrap().schema_kind {
        SchemaKind::Type(Type::Object(object)) => object.clone(),
        other => panic!("{other:?}"),
    }
}

/// An entry with the given lines besides its reason.
fn entry(lines: &str) -> String {
    format!("[[fixup]]\nreason = \"It is wrong.\"\n{lines}\n")
}

fn fixed(lines: &str) -> OpenAPI {
    let folder = Folder::with_fixups(&entry(lines));
    folder
        .load()
        .unwrap_or_else(|error| panic!("{error}"))
        .document
}

/// The entry is refused with all of the words, and named by its number and reason.
#[track_caller]
fn refused(lines: &str, words: &[&str]) {
    let folder = Folder::with_fixups(&entry(lines));
    let message = folder.load().unwrap_err().to_string();
    for word in words {
        assert!(message.contains(word), "{word:?} is not in: {message}");
    }
    assert!(
        message.contains("fixups.toml: fix-up 1 (\"It is wrong.\")"),
        "{message}"
    );
}

#[test]
fn a_value_is_replaced() {
    let lines = "pointer = '/type'\naction = 'replace'\nwas = 'string'\nvalue = 'integer'";
    for target in [
        "operation = 'getUser'\nparameter = 'limit'",
        "operation = 'getUserById'\nparameter = 'limit'",
    ] {
        let document = fixed(&format!("{target}\n{lines}"));
        assert!(matches!(
            limit(&document),
            SchemaKind::Type(Type::Integer(_))
        ));
    }
    let document = fixed(
        "pointer = '/paths/~1users~1{id}/get/parameters/1/type'\naction = 'replace'\nwas = 'string'\nvalue = 'integer'",
    );
    assert!(matches!(
        limit(&document),
        SchemaKind::Type(Type::Integer(_))
    ));
}

#[test]
fn a_whole_object_is_replaced_whatever_the_order_of_its_keys() {
    let document = fixed(
        "operation = 'getUser'\npointer = '/parameters/1'\naction = 'replace'\n\
         was = { type = 'string', in = 'query', name = 'limit' }\n\
         value = { name = 'limit', in = 'query', type = 'number', minimum = 0.5, required = true }",
    );
    assert!(
        matches!(limit(&document), SchemaKind::Type(Type::Number(number))
        if number.minimum == Some(0.5))
    );
}

#[test]
fn something_is_added() {
    let document = fixed(
        "definition = 'User'\npointer = '/properties/age'\naction = 'add'\nvalue = { type = 'integer' }",
    );
    assert_eq!(user(&document).properties.len(), 3);
    let document =
        fixed("definition = 'User'\npointer = '/required/-'\naction = 'add'\nvalue = 'age'");
    assert_eq!(user(&document).required, ["name", "age"]);
}

#[test]
fn something_is_removed() {
    let document = fixed("definition = 'User'\npointer = '/properties/a~1b'\naction = 'remove'");
    assert_eq!(user(&document).properties.len(), 1);
    let document =
        fixed("definition = 'User'\npointer = '/required/0'\naction = 'remove'\nwas = 'name'");
    assert!(user(&document).required.is_empty());
}

#[test]
fn fixups_apply_in_order_and_to_openapi_too() {
    let folder = Folder::new();
    folder.write(
        "spec.json",
        &json!({
            "openapi": "3.0.3", "info": {"title": "T", "version": "1"}, "paths": {},
            "components": {"schemas": {"User": {"type": "object", "odd": 1}}}
        })
        .to_string(),
    );
    folder.write(
        "fixups.toml",
        &[
            entry("definition = 'User'\npointer = '/odd'\naction = 'replace'\nwas = 1\nvalue = 2"),
            entry("definition = 'User'\npointer = '/odd'\naction = 'remove'\nwas = 2"),
        ]
        .concat(),
    );
    folder.load().unwrap();
}

#[test]
fn a_fixup_that_outlived_its_cause_is_refused() {
    refused(
        "operation = 'getUser'\nparameter = 'limit'\npointer = '/type'\naction = 'replace'\nwas = 'integer'\nvalue = 'string'",
        &["already has the wanted value", "remove the entry"],
    );
    refused(
        "operation = 'getUser'\nparameter = 'limit'\npointer = '/type'\naction = 'replace'\nwas = 'integer'\nvalue = 'number'",
        &["the spec has \"string\" there, not \"integer\""],
    );
    refused(
        "operation = 'getUser'\npointer = '/summary'\naction = 'replace'\nwas = 'a'\nvalue = 'b'",
        &["no \"summary\" to replace"],
    );
    refused(
        "definition = 'User'\npointer = '/properties/name'\naction = 'add'\nvalue = {}",
        &["already has \"name\""],
    );
    refused(
        "definition = 'User'\npointer = '/required/-'\naction = 'add'\nvalue = 'name'",
        &["already has \"name\" in the array"],
    );
    refused(
        "definition = 'User'\npointer = '/properties/gone'\naction = 'remove'",
        &["no \"gone\" to remove"],
    );
    refused(
        "definition = 'User'\npointer = '/properties/name/type'\naction = 'remove'\nwas = 'integer'",
        &["the spec has \"string\" there"],
    );
    refused(
        "pointer = '/gone/type'\naction = 'remove'",
        &["no \"gone\" any more"],
    );
    refused(
        "definition = 'Gone'\npointer = '/type'\naction = 'remove'",
        &["no definition \"Gone\""],
    );
    refused(
        "operation = 'getGone'\npointer = '/type'\naction = 'remove'",
        &["no operation \"getGone\""],
    );
    refused(
        "operation = 'getUser'\nparameter = 'gone'\npointer = '/type'\naction = 'remove'",
        &["\"getUser\" has no parameter \"gone\""],
    );
    refused(
        "definition = 'User'\npointer = '/required/00'\naction = 'remove'",
        &["no \"00\" to remove"],
    );
}

#[test]
fn an_entry_that_is_not_understood_is_refused() {
    for (lines, word) in table![
        "pointer = '/a'\naction = 'move'" => "\"move\"";
        "pointer = '/a'\naction = 'replace'\nvalue = 1" => "both was and value";
        "pointer = '/a'\naction = 'add'" => "needs value";
        "pointer = '/a'\naction = 'add'\nwas = 1\nvalue = 1" => "has no was";
        "pointer = '/a'\naction = 'remove'\nvalue = 1" => "has no value";
        "pointer = ''\naction = 'remove'" => "empty";
        "pointer = 'a'\naction = 'remove'" => "not a JSON pointer";
        "pointer = '/a~2'\naction = 'remove'" => "not a JSON pointer";
        "parameter = 'p'\npointer = '/a'\naction = 'remove'" => "needs operation";
        "definition = 'D'\noperation = 'o'\npointer = '/a'\naction = 'remove'" => "cannot stand beside";
        "pointer = '/a'\naction = 'add'\nvalue = 2020-01-01" => "no dates";
        "pointer = '/a'\naction = 'add'\nvalue = nan" => "no such number";
    ] {
        refused(lines, &[word]);
    }
    let parse = |text: &str| Fixups::parse("fixups.toml", text).unwrap_err().to_string();
    assert!(parse("[[fixup]]\npointer = '/a'\naction = 'remove'").contains("reason"));
    assert!(parse(&entry("pointer = '/a'\naction = 'remove'\nnote = 1")).contains("note"));
    assert!(parse("[[fixups]]").contains("fixups"));
    assert!(parse("\n\n[[fixup]\n").contains("line 3"));
    assert!(
        parse("[[fixup]]\nreason = ' '\npointer = '/a'\naction = 'remove'")
            .contains("reason is empty")
    );
}

#[test]
fn no_fixups_are_no_error() {
    Folder::new().load().unwrap();
    Folder::with_fixups("# none\n").load().unwrap();
    assert!(Fixups::parse("fixups.toml", "").unwrap().is_empty());
    let one = entry("pointer = '/a'\naction = 'remove'");
    assert_eq!(Fixups::parse("fixups.toml", &one).unwrap().len(), 1);
}

#[test]
fn the_hash_is_that_of_the_file_before_fixups() {
    let plain = Folder::new().load().unwrap().sha256;
    let lines = "definition = 'User'\npointer = '/required'\naction = 'remove'";
    let fixed = Folder::with_fixups(&entry(lines)).load().unwrap();
    assert_eq!(fixed.sha256, plain);
}

fn described() -> Source {
    Source::describe(
        "spec.json",
        spec().to_string().as_bytes(),
        269,
        "a test \"of\" it",
    )
    .unwrap()
}

#[test]
fn a_record_describes_the_spec_and_reads_back() {
    let source = described();
    assert_eq!(source.operations, 1);
    assert_eq!(source.definitions, 1);
    assert_eq!(
        Source::parse("source.toml", &source.to_toml()).unwrap(),
        source
    );

    let folder = Folder::new();
    assert_eq!(
        spec::Folder::read(folder.0.path())
            .unwrap()
            .source()
            .unwrap(),
        None
    );
    folder.write("source.toml", &source.to_toml());
    assert_eq!(
        spec::Folder::read(folder.0.path())
            .unwrap()
            .source()
            .unwrap(),
        Some(source.clone())
    );
    assert_eq!(folder.load().unwrap().sha256, source.sha256);
}

#[test]
fn the_hash_in_a_record_is_what_sha256sum_prints() {
    // printf '{"swagger":"2.0"}' | sha256sum
    let source = Source::describe("a.json", br#"{"swagger":"2.0"}"#, 1, "").unwrap();
    assert_eq!(
        source.sha256,
        "ff953a99b9a5f06772e5b0fb012eaf6dd1070c8108a8a419d21213d57274e462"
    );
}

#[test]
fn a_spec_that_is_not_the_recorded_one_is_refused() {
    let folder = Folder::new();
    folder.write("source.toml", &described().to_toml());
    let mut changed = spec();
    changed["info"]["title"] = json!("Changed");
    folder.write("spec.json", &changed.to_string());
    let message = folder.load().unwrap_err().to_string();
    for word in [
        "spec.json",
        "source.toml",
        &described().sha256,
        "fetch",
        "operations = 1",
    ] {
        assert!(message.contains(word), "{message}");
    }

    let folder = Folder::new();
    let source = Source {
        operations: 2,
        ..described()
    };
    folder.write("source.toml", &source.to_toml());
    let message = folder.load().unwrap_err().to_string();
    assert!(
        message.contains("2 operations and 1 definitions"),
        "{message}"
    );
}

#[test]
fn a_record_of_another_file_says_nothing() {
    let folder = Folder::new();
    let source = Source {
        file: "other.json".to_owned(),
        operations: 9,
        ..described()
    };
    folder.write("source.toml", &source.to_toml());
    folder.load().unwrap();
}

#[test]
fn a_record_that_is_not_understood_is_refused() {
    let text = described().to_toml();
    for (from, to, word) in table![
        "release = 269", "release = \"269\"" => "invalid type";
        "release = 269", "" => "release";
        "release = 269", "release = 269\nextra = 1" => "extra";
        "file = \"spec.json\"", "file = \"../spec.json\"" => "plain name";
        "file = \"spec.json\"", "file = \"..\"" => "plain name";
        "file = \"spec.json\"", "file = \"\"" => "plain name";
        "sha256 = \"", "sha256 = \"AB" => "hexadecimal";
    ] {
        assert!(text.contains(from));
        let folder = Folder::new();
        folder.write("source.toml", &text.replace(from, to));
        let message = folder.load().unwrap_err().to_string();
        assert!(
            message.contains(word) && message.contains("source.toml"),
            "{message}"
        );
    }
}

#[test]
fn a_record_says_where_prose_is_left_out() {
    let source = described();
    assert!(source.prose);
    assert!(!source.to_toml().contains("prose"));
    let without = Source {
        prose: false,
        ..source
    };
    assert!(without.to_toml().ends_with("\nprose = false\n"));
    assert_eq!(
        Source::parse("source.toml", &without.to_toml()).unwrap(),
        without
    );
}

#[test]
fn a_folder_stands_for_its_spec() {
    let folder = Folder::new();
    let spec = load_file(folder.0.path()).unwrap();
    assert_eq!(spec.source, folder.path("spec.json"));

    folder.write("other.json", "{}");
    let message = load_file(folder.0.path()).unwrap_err().to_string();
    assert!(message.contains("2 .json"), "{message}");

    folder.write("source.toml", &described().to_toml());
    assert_eq!(
        load_file(folder.0.path()).unwrap().source,
        folder.path("spec.json")
    );

    let empty = tempfile::tempdir().unwrap();
    let message = load_file(empty.path()).unwrap_err().to_string();
    assert!(message.contains("0 .json"), "{message}");
}

#[test]
fn a_missing_file_is_named() {
    let folder = Folder::new();
    let error = load_file(&folder.path("nowhere.json")).unwrap_err();
    assert!(error.file().ends_with("nowhere.json"));
    assert!(error.problem().contains("cannot be read"), "{error}");
}
