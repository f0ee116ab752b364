//! What the output says of listings and jobs: constants in the code.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use genesys_codegen::ir::{Api, JobPhase, Options, build};
use genesys_codegen::load::{load_file, load_str};
use genesys_codegen::render::{Files, RuntimeSource, render};
use genesys_codegen::spec::Folder;
use serde_json::{Value, json};

fn api(spec: &Value) -> Api {
    let spec = load_str("test", &spec.to_string()).unwrap();
    build(&spec.document, &Options::default()).unwrap()
}

fn rendered(spec: &Value) -> Files {
    let templates = concat!(env!("CARGO_MANIFEST_DIR"), "/../templates");
    let runtime = RuntimeSource::read(Path::new(templates)).unwrap();
    render(&api(spec), &runtime).unwrap()
}

fn operation(id: &str, tag: &str, parameters: &Value, response: &str) -> Value {
    json!({
        "operationId": id,
        "x-purecloud-method-name": id,
        "tags": [tag],
        "parameters": parameters,
        "responses": {
            "200": { "description": "", "schema": { "$ref": format!("#/definitions/{response}") } }
        }
    })
}

fn path_parameter(name: &str) -> Value {
    json!({ "name": name, "in": "path", "required": true, "type": "string" })
}

/// One listing, whose items lie in a model of the response, and one family of jobs, whose id and state lie in another model.
fn spec(status_tag: &str) -> Value {
    let job = json!([path_parameter("jobId")]);
    json!({
        "swagger": "2.0",
        "info": { "title": "Test", "version": "v2" },
        "tags": [{ "name": "Users" }, { "name": "Routing" }],
        "paths": {
            "/api/v2/users": {
                "get": operation(
                    "getUsers",
                    "Users",
                    &json!([
                        { "name": "cursor", "in": "query", "type": "string" },
                        { "name": "pageSize", "in": "query", "type": "integer" }
                    ]),
                    "Listing"
                )
            },
            "/api/v2/users/jobs": {
                "post": operation("postUsersJobs", "Users", &json!([]), "Started")
            },
            "/api/v2/users/jobs/{jobId}": {
                "get": operation("getUsersJob", status_tag, &job, "Status"),
                "delete": operation("deleteUsersJob", "Users", &job, "Started")
            },
            "/api/v2/users/jobs/{jobId}/results": {
                "get": operation("getUsersJobResults", "Users", &job, "Listing")
            }
        },
        "definitions": {
            "User": { "type": "object", "properties": { "id": { "type": "string" } } },
            "Listing": {
                "type": "object",
                "properties": {
                    "cursors": { "$ref": "#/definitions/Cursors" },
                    "results": { "$ref": "#/definitions/Users" }
                }
            },
            "Cursors": { "type": "object", "properties": { "after": { "type": "string" } } },
            "Users": {
                "type": "object",
                "properties": {
                    "entities": { "type": "array", "items": { "$ref": "#/definitions/User" } }
                }
            },
            "Started": {
                "type": "object",
                "properties": { "job": { "$ref": "#/definitions/User" } }
            },
            "Status": {
                "type": "object",
                "properties": { "job": { "$ref": "#/definitions/State" } }
            },
            "State": {
                "type": "object",
                "properties": {
                    "jobState": {
                        "type": "string",
                        "enum": ["Queued", "WaitingForUpload", "Completed", "Failed", "a|b Aborted"]
                    }
                }
            }
        }
    })
}

/// Source without its spaces and line breaks, and without the commas that a line break brings.
fn dense(text: &str) -> String {
    let text: String = text.split_whitespace().collect();
    text.replace(",)", ")")
        .replace(",}", "}")
        .replace(",]", "]")
}

/// The text of all generated code.
fn code(files: &Files) -> String {
    let operations = files
        .iter()
        .filter(|(path, _)| path.starts_with("src/api"))
        .map(|(_, text)| text.as_str());
    dense(&operations.collect::<String>())
}

#[test]
fn a_listing_is_a_constant_and_a_way_to_its_items() {
    let files = rendered(&spec("Users"));
    let code = code(&files);
    for part in [
        "impl runtime::Paged for GetUsers",
        "type Item = User;",
        "style: runtime::PagingStyle::Cursor { parameter: \"cursor\", response: &[\"cursors\", \"after\"] }",
        "page_size: Some(\"pageSize\")",
        "page.results.as_mut()?.entities.as_mut()",
        "pub fn pages(self) -> runtime::Pages<Self>",
        "pub fn items(self) -> runtime::Items<Self>",
    ] {
        assert!(code.contains(&dense(part)), "{part}");
    }
}

#[test]
fn a_job_is_a_constant_of_names_on_the_wire() {
    let files = rendered(&spec("Users"));
    let code = code(&files);
    for part in [
        "impl runtime::Submit for PostUsersJobs",
        "type Status = Status;",
        "status: crate::api::GetUsersJob::METADATA",
        "cancel: Some(crate::api::DeleteUsersJob::METADATA)",
        "id: &[\"job\", \"id\"]",
        "state: runtime::JobStatePlace::Property(&[\"job\", \"jobState\"])",
        "(\"WaitingForUpload\", runtime::JobPhase::Waiting)",
        "(\"Completed\", runtime::JobPhase::Succeeded)",
        "(\"Failed\", runtime::JobPhase::Failed)",
        "(\"a|b Aborted\", runtime::JobPhase::Cancelled)",
        "impl runtime::JobResults for PostUsersJobs",
        "type Results = crate::api::GetUsersJobResults;",
        "pub fn submit(self)",
    ] {
        assert!(code.contains(&dense(part)), "{part}");
    }
    // A state that means that the job runs needs no entry.
    assert!(!code.contains("\"Queued\",runtime"), "{code}");
}

#[test]
fn a_job_whose_state_another_feature_reads_cannot_be_submitted() {
    let files = rendered(&spec("Routing"));
    assert!(!code(&files).contains("runtime::Submit"));
}

/// Every value of every state in the real spec, by what it means. A new one fails the test, so that someone looks at it.
const STATES: &str = "\
Cancelled: Aborted CANCELLED Canceled Cancelled TERMINATED Terminated
Failed: ERROR EXPIRED Error FAILED Failed Failure ImportFailed Incomplete InternalError RollbackComplete RollbackFailed ValidationFailed
Running: AbortRequested Accepted Created DELETING Executing FINALIZING INITIATED Idle ImportInProgress InProgress InQueue PENDING \
  PROCESSING ParseInProgress Pending PostProcessing Processing QUEUED Queued RUNNING Registered Running SEARCHING Scheduled Started \
  Throttled UNKNOWN UPDATING Unknown Unpacking ValidationCompleted ValidationInProgress
Succeeded: COMPLETED Complete Completed CompletedWithErrors FULFILLED Finished ImportCompleted ImportPartialCompleted ParseCompleted \
  PartialCompleted Ready SUCCEEDED Succeeded Success
Waiting: READY ReadyToImport ReadyToParse UploadPending Uploading WaitingForUpload";

#[test]
fn every_state_of_every_job_is_classified() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../spec"));
    let spec = load_file(folder).unwrap();
    let options = Options {
        overrides: Folder::read(folder).unwrap().overrides().unwrap(),
        ..Options::default()
    };
    let api = build(&spec.document, &options).unwrap();
    let mut found: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    let mut values = 0;
    for family in &api.job_families {
        values += family.states.len();
        for state in &family.states {
            let phase = format!("{:?}", state.phase);
            found.entry(phase).or_default().insert(&state.wire);
        }
        // A job that nothing ends would be waited for until its time is up.
        let ends = |phase| family.states.iter().any(|state| state.phase == phase);
        assert!(
            family.states.is_empty() || ends(JobPhase::Succeeded),
            "{}",
            api.operations[family.submit].wire_name
        );
    }
    let expected = STATES.lines().map(|line| {
        let (phase, values) = line.split_once(':').unwrap();
        (phase.to_owned(), values.split_whitespace().collect())
    });
    let expected: BTreeMap<String, BTreeSet<&str>> = expected.collect();
    assert_eq!(found, expected);
    assert!(values > 300, "{values}");
}
