//! Families of asynchronous jobs: one operation starts a job, `GET …/{id}` reads its state, `GET …/{id}/results` its results, and
//! `DELETE …/{id}` stops or removes it.
//!
//! A `POST` to a path that ends in `jobs` starts a job. So does any `POST` or `PATCH` whose answer has an id and whose `GET …/{id}` has a
//! state that only a piece of work has: every value is a word of progress or of an end, one of each at least, and the thing has no name
//! that people change. `jobs.toml` says what these rules cannot know.

use std::collections::BTreeMap;

use crate::document::quote;
use crate::spec::{JOBS_FILE, JobOverride, Outlived};

use super::error::IrError;
use super::model::{
    Api, Enum, JobFamily, JobPhase, JobState, Model, Operation, OperationId, Output, PathPiece,
    Type,
};
use super::naming::snake;

/// Names of the property with the id of a job.
const ID_NAMES: &[&str] = &["id", "jobId", "operationId"];

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

/// Values that say that work is not done yet. Other values may say so too, but not that there is a piece of work.
const PROGRESS: &[&str] = &[
    "accepted",
    "created",
    "deleting",
    "executing",
    "finalizing",
    "in_progress",
    "in_queue",
    "initiated",
    "pending",
    "post_processing",
    "processing",
    "queued",
    "requested",
    "running",
    "searching",
    "started",
    "starting",
    "submitted",
    "throttled",
    "unknown",
    "updating",
    "uploading",
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
pub(crate) fn families(
    api: &Api,
    overrides: &[JobOverride],
    outlived: &mut Vec<Outlived>,
) -> Result<Vec<JobFamily>, IrError> {
    // Names of parameters differ between the operations of a family, their places do not.
    let mut by_path: BTreeMap<(&str, String), OperationId> = BTreeMap::new();
    for (id, operation) in api.operations.iter().enumerate() {
        by_path.insert((operation.http_method.as_str(), shape(operation)), id);
    }
    let find = |method: &'static str, path: String| by_path.get(&(method, path)).copied();
    let mut overrides = Entries::new(overrides)?;
    let mut families = Vec::new();
    for (submit, operation) in api.operations.iter().enumerate() {
        if !matches!(operation.http_method.as_str(), "POST" | "PATCH") {
            continue;
        }
        let path = shape(operation);
        let item = format!("{path}/{{}}");
        let status = find("GET", item.clone());
        let state = status.map(|id| state(api, &api.operations[id]));
        let state = state.unwrap_or_default();
        let mut family = JobFamily {
            submit,
            status,
            results: find("GET", format!("{item}/results")),
            cancel: find("DELETE", item.clone()),
            id: id_path(api, operation).unwrap_or_default(),
            state: state.path,
            state_is_output: state.is_output,
            states: state.states,
        };
        let is_kept = || {
            let thing = status.and_then(|id| output(api, &api.operations[id]));
            let has_name = thing
                .is_some_and(|thing| thing.fields.iter().any(|field| field.wire_name == "name"));
            let is_changed = |method| find(method, item.clone()).is_some();
            is_changed("PUT") || (has_name && is_changed("PATCH"))
        };
        let is_job = operation.http_method == "POST" && path.ends_with("/jobs")
            || (!family.id.is_empty() && is_work(&family.states) && !is_kept());
        if overrides.decide(operation, &mut family, is_job) {
            families.push(family);
        }
    }
    overrides.finish(outlived);
    Ok(families)
}

/// Whether only a piece of work has these states.
fn is_work(states: &[JobState]) -> bool {
    let is_progress = |state: &JobState| PROGRESS.contains(&snake(&state.wire).as_str());
    let is_end = |state: &JobState| {
        matches!(
            state.phase,
            JobPhase::Succeeded | JobPhase::Failed | JobPhase::Cancelled
        )
    };
    states
        .iter()
        .all(|state| is_progress(state) || is_end(state))
        && states.iter().any(is_progress)
        && states
            .iter()
            .any(|state| state.phase == JobPhase::Succeeded)
}

/// The entries of `jobs.toml`, each used once.
struct Entries<'a> {
    entries: &'a [JobOverride],
    problems: Vec<Option<&'static str>>,
}

impl<'a> Entries<'a> {
    fn new(entries: &'a [JobOverride]) -> Result<Self, IrError> {
        for entry in entries {
            let error = |problem: &str, remedy: &str| {
                IrError::new(
                    format!("{JOBS_FILE}: operation {}", quote(&entry.operation)),
                    problem,
                    remedy,
                )
            };
            if entry.reason.trim().is_empty() {
                return Err(error("the entry has no reason", "State one."));
            }
            if entry.is_job == entry.states.is_empty() {
                return Err(error(
                    "the entry needs either is_job = false or states",
                    "Keep one of the two.",
                ));
            }
        }
        Ok(Self {
            entries,
            problems: vec![Some("there is no such operation"); entries.len()],
        })
    }

    /// Whether the family is one, with its states as an entry has them.
    fn decide(&mut self, operation: &Operation, family: &mut JobFamily, is_job: bool) -> bool {
        let mut entries = self.entries.iter();
        let found = entries.position(|entry| entry.operation == operation.wire_name);
        let Some(index) = found else {
            return is_job;
        };
        let entry = &self.entries[index];
        if !entry.is_job {
            self.problems[index] = (!is_job).then_some("the rules see no job without it");
            return false;
        }
        if family.status.is_none() || family.id.is_empty() {
            self.problems[index] = Some("the answer has no id, or nothing reads the state by it");
            return is_job;
        }
        let before = family.states.clone();
        for (wire, phase) in &entry.states {
            match family.states.iter_mut().find(|state| state.wire == *wire) {
                Some(state) => state.phase = *phase,
                None => {
                    self.problems[index] = Some("the state has no such value");
                    family.states = before;
                    return is_job;
                }
            }
        }
        let is_same = is_job && family.states == before;
        self.problems[index] = is_same.then_some("the rules say the same without it");
        true
    }

    fn finish(self, outlived: &mut Vec<Outlived>) {
        for (index, (entry, problem)) in self.entries.iter().zip(self.problems).enumerate() {
            if let Some(problem) = problem {
                outlived.push(Outlived {
                    file: JOBS_FILE,
                    table: "job",
                    index,
                    entry: format!("operation {}", quote(&entry.operation)),
                    problem: problem.to_owned(),
                });
            }
        }
    }
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
