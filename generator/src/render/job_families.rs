//! Operations that start jobs: what belongs to them, as constants and in their docs.

use std::fmt::Write as _;

use super::operations::output;
use super::paging::list;
use super::types::Types;
use super::{RenderError, literal};
use crate::ir::{Api, JobFamily, JobPhase, Operation, OperationId, Output, Type};

/// The implementation of a job for the operation that starts it.
pub(super) struct JobView<'a> {
    /// What the operation returns that reads the state.
    pub(super) status: String,
    /// The struct of the operation that reads the results.
    pub(super) results: Option<&'a str>,
    /// The family, as a constant.
    pub(super) constant: String,
}

/// The family of jobs that an operation starts, where a job of it can be asked for: it has an id and a state, and what reads the state
/// is compiled whenever the operation is.
fn family<'a>(api: &'a Api, operation: &Operation) -> Option<&'a JobFamily> {
    let family = api
        .job_families
        .iter()
        .find(|family| api.operations[family.submit].wire_name == operation.wire_name)?;
    let is_known = !family.id.is_empty() && together(api, family, family.status).is_some();
    is_known.then_some(family)
}

/// The operation, where it is compiled together with the one that starts the job.
fn together<'a>(
    api: &'a Api,
    family: &JobFamily,
    id: Option<OperationId>,
) -> Option<&'a Operation> {
    let operation = &api.operations[id?];
    (operation.group == api.operations[family.submit].group).then_some(operation)
}

impl<'a> JobView<'a> {
    pub(super) fn from_operation(
        api: &'a Api,
        operation: &Operation,
        types: &mut Types<'a>,
    ) -> Result<Option<Self>, RenderError> {
        let Some(family) = family(api, operation) else {
            return Ok(None);
        };
        let Some(status) = together(api, family, family.status) else {
            return Ok(None);
        };
        let place = &operation.wire_name;
        let metadata = |operation: &Operation| {
            let name = literal::identifier(place, &operation.struct_name)?;
            Ok(format!("crate::api::{name}::METADATA"))
        };
        let cancel = match together(api, family, family.cancel) {
            Some(cancel) => format!("Some({})", metadata(cancel)?),
            None => "None".to_owned(),
        };
        let id = list(&wire_names(api, operation, &family.id));
        let states: Vec<String> = family
            .states
            .iter()
            .filter_map(|state| {
                let phase = phase_name(state.phase)?;
                let wire = literal::string(&state.wire);
                Some(format!("({wire}, runtime::JobPhase::{phase})"))
            })
            .collect();
        Ok(Some(Self {
            status: output(status, types),
            results: together(api, family, family.results)
                .map(|results| literal::identifier(place, &results.struct_name))
                .transpose()?,
            constant: format!(
                "runtime::JobFamily {{ status: {}, cancel: {cancel}, id: {id}, state: runtime::JobStatePlace::{}, states: &[{}] }}",
                metadata(status)?,
                state_place(api, family, status),
                states.join(", ")
            ),
        }))
    }
}

/// The name of the runtime's variant; none for what any other state means, too.
fn phase_name(phase: JobPhase) -> Option<&'static str> {
    match phase {
        JobPhase::Running => None,
        JobPhase::Waiting => Some("Waiting"),
        JobPhase::Succeeded => Some("Succeeded"),
        JobPhase::Failed => Some("Failed"),
        JobPhase::Cancelled => Some("Cancelled"),
    }
}

fn state_place(api: &Api, family: &JobFamily, status: &Operation) -> String {
    if family.state_is_output {
        "Body".to_owned()
    } else if family.state.is_empty() {
        "StatusCode".to_owned()
    } else {
        format!(
            "Property({})",
            list(&wire_names(api, status, &family.state))
        )
    }
}

/// A path of Rust names from the output of an operation, as names on the wire.
fn wire_names(api: &Api, operation: &Operation, path: &[String]) -> Vec<String> {
    let mut model = match &operation.output {
        Output::Json(Type::Model(id)) => Some(&api.models[*id]),
        _ => None,
    };
    let mut names = Vec::new();
    for name in path {
        let field = model.and_then(|model| model.fields.iter().find(|field| field.name == *name));
        names.extend(field.map(|field| field.wire_name.clone()));
        model = match field.map(|field| &field.ty) {
            Some(Type::Model(id)) => Some(&api.models[*id]),
            _ => None,
        };
    }
    names
}

/// One sentence on the job that an operation starts.
pub(super) fn docs(api: &Api, operation: &Operation) -> Option<String> {
    let family = family(api, operation)?;
    let status = together(api, family, family.status)?;
    // Both are compiled wherever this operation is.
    let link = |operation: &Operation| {
        format!(
            "[`{}`](crate::api::{})",
            operation.method_name.trim_start_matches("r#"),
            operation.struct_name
        )
    };
    let mut text = format!(
        "Starts a job, which `submit` returns: its state is read by {}",
        link(status)
    );
    if let Some(results) = together(api, family, family.results) {
        let _ = write!(text, ", its results by {}", link(results));
    }
    if let Some(cancel) = together(api, family, family.cancel) {
        let _ = write!(text, "; {} stops it", link(cancel));
    }
    text.push('.');
    Some(text)
}
