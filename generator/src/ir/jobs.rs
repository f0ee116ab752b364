//! Families of asynchronous jobs: `POST …/jobs` starts one, `GET …/jobs/{id}` reads its state, `GET …/jobs/{id}/results` its
//! results, and `DELETE …/jobs/{id}` stops or removes it.

use std::collections::BTreeMap;

use super::model::{
    Api, Enum, JobFamily, JobPhase, JobState, Model, Operation, OperationId, Output, PathPiece,
    Type,
};
use super::naming::snake;

/// Names of the property with the id of a job.
const ID_NAMES: &[&str] = &["id", "jobId"];

/// A property that holds a reference to the job, which holds the id.
const REFERENCE: &str = "job";

/// Names of the property with the state of a job.
const STATE_NAMES: &[&str] = &["state", "status", "jobState", "jobStatus", "queryStatus"];

/// The life of a record, which every entity has: not the state of a job.
const LIFE: &[&str] = &["active", "deleted", "inactive"];

/// Words at the end of a value, and what they mean.
const PHASES: &[(&str, JobPhase)] = &[
    ("aborted", JobPhase::Cancelled),
    ("canceled", JobPhase::Cancelled),
    ("cancelled", JobPhase::Cancelled),
    ("complete", JobPhase::Succeeded),
    ("completed", JobPhase::Succeeded),
    ("completed_with_errors", JobPhase::Succeeded),
    ("error", JobPhase::Failed),
    ("expired", JobPhase::Failed),
    ("failed", JobPhase::Failed),
    ("failure", JobPhase::Failed),
    ("finished", JobPhase::Succeeded),
    ("fulfilled", JobPhase::Succeeded),
    ("incomplete", JobPhase::Failed),
    ("ready", JobPhase::Waiting),
    ("succeeded", JobPhase::Succeeded),
    ("success", JobPhase::Succeeded),
    ("terminated", JobPhase::Cancelled),
];

/// Whole values that mean something else than their last word.
const EXCEPTIONS: &[(&str, JobPhase)] = &[
    // What failed was undone: the job did not do what it was to do.
    ("rollback_complete", JobPhase::Failed),
    // A step on the way to an import.
    ("validation_completed", JobPhase::Running),
    ("ready_to_import", JobPhase::Waiting),
    ("ready_to_parse", JobPhase::Waiting),
    ("waiting_for_upload", JobPhase::Waiting),
];

/// The families, in the order of their submit operations.
pub(crate) fn families(api: &Api) -> Vec<JobFamily> {
    // Names of parameters differ between the operations of a family, their places do not.
    let mut by_path: BTreeMap<(&str, String), OperationId> = BTreeMap::new();
    for (id, operation) in api.operations.iter().enumerate() {
        by_path.insert((operation.http_method.as_str(), shape(operation)), id);
    }
    let find = |method: &'static str, path: String| by_path.get(&(method, path)).copied();
    let mut families = Vec::new();
    for (submit, operation) in api.operations.iter().enumerate() {
        let path = shape(operation);
        if operation.http_method != "POST" || !path.ends_with("/jobs") {
            continue;
        }
        let status = find("GET", format!("{path}/{{}}"));
        let state = status.map(|id| state(api, &api.operations[id]));
        let state = state.unwrap_or_default();
        families.push(JobFamily {
            submit,
            status,
            results: find("GET", format!("{path}/{{}}/results")),
            cancel: find("DELETE", format!("{path}/{{}}")),
            id: id_path(api, operation).unwrap_or_default(),
            state: state.path,
            state_is_output: state.is_output,
            states: state.states,
        });
    }
    families
}

/// A path without the names of its parameters.
fn shape(operation: &Operation) -> String {
    operation
        .path_segments
        .iter()
        .map(|piece| match piece {
            PathPiece::Literal(text) => text.as_str(),
            PathPiece::Argument(_) => "{}",
        })
        .collect()
}

fn output<'a>(api: &'a Api, operation: &'a Operation) -> Option<&'a Model> {
    match &operation.output {
        Output::Json(Type::Model(id)) => Some(&api.models[*id]),
        _ => None,
    }
}

fn id_path(api: &Api, submit: &Operation) -> Option<Vec<String>> {
    let model = output(api, submit)?;
    let own = |model: &Model| {
        ID_NAMES.iter().find_map(|name| {
            let field = model.fields.iter().find(|field| field.wire_name == *name)?;
            (field.ty == Type::String).then(|| field.name.clone())
        })
    };
    if let Some(name) = own(model) {
        return Some(vec![name]);
    }
    let reference = model
        .fields
        .iter()
        .find(|field| field.wire_name == REFERENCE)?;
    match reference.ty {
        Type::String => Some(vec![reference.name.clone()]),
        Type::Model(id) => Some(vec![reference.name.clone(), own(&api.models[id])?]),
        _ => None,
    }
}

#[derive(Default)]
struct State {
    path: Vec<String>,
    is_output: bool,
    states: Vec<JobState>,
}

fn state(api: &Api, status: &Operation) -> State {
    if let Output::Json(Type::Enum(id)) = status.output {
        return State {
            is_output: true,
            states: states(&api.enums[id]),
            ..State::default()
        };
    }
    let Some(model) = output(api, status) else {
        return State::default();
    };
    if let Some(found) = own_state(api, model) {
        return found;
    }
    let reference = model
        .fields
        .iter()
        .find(|field| field.wire_name == REFERENCE);
    if let Some(field) = reference
        && let Type::Model(id) = field.ty
        && let Some(mut found) = own_state(api, &api.models[id])
    {
        found.path.insert(0, field.name.clone());
        return found;
    }
    State::default()
}

/// The state among the properties of a model.
fn own_state(api: &Api, model: &Model) -> Option<State> {
    STATE_NAMES.iter().find_map(|name| {
        let field = model.fields.iter().find(|field| field.wire_name == *name)?;
        let Type::Enum(id) = field.ty else {
            return None;
        };
        (!is_life(&api.enums[id])).then(|| State {
            path: vec![field.name.clone()],
            is_output: false,
            states: states(&api.enums[id]),
        })
    })
}

fn is_life(item: &Enum) -> bool {
    item.variants
        .iter()
        .all(|variant| LIFE.contains(&variant.wire.as_str()))
}

fn states(item: &Enum) -> Vec<JobState> {
    item.variants
        .iter()
        .map(|variant| JobState {
            wire: variant.wire.clone(),
            phase: phase(&variant.wire),
        })
        .collect()
}

fn phase(value: &str) -> JobPhase {
    let words = snake(value);
    let exception = EXCEPTIONS.iter().find(|(word, _)| *word == words);
    let known = PHASES.iter().find(|(word, _)| {
        words
            .strip_suffix(word)
            .is_some_and(|before| before.is_empty() || before.ends_with('_'))
    });
    exception
        .or(known)
        .map_or(JobPhase::Running, |(_, phase)| *phase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_are_told_by_their_words() {
        for (value, expected) in [
            ("QUEUED", JobPhase::Running),
            ("InProgress", JobPhase::Running),
            ("AbortRequested", JobPhase::Running),
            ("ValidationCompleted", JobPhase::Running),
            ("Unknown", JobPhase::Running),
            ("READY", JobPhase::Waiting),
            ("WaitingForUpload", JobPhase::Waiting),
            ("ReadyToImport", JobPhase::Waiting),
            ("FULFILLED", JobPhase::Succeeded),
            ("PartialCompleted", JobPhase::Succeeded),
            ("CompletedWithErrors", JobPhase::Succeeded),
            ("Complete", JobPhase::Succeeded),
            ("Incomplete", JobPhase::Failed),
            ("InternalError", JobPhase::Failed),
            ("RollbackComplete", JobPhase::Failed),
            ("ImportFailed", JobPhase::Failed),
            ("EXPIRED", JobPhase::Failed),
            ("Canceled", JobPhase::Cancelled),
            ("Terminated", JobPhase::Cancelled),
        ] {
            assert_eq!(phase(value), expected, "{value}");
        }
    }
}
