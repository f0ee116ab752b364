//! `aliases.toml`: names that Genesys has given up, kept for a while as `#[deprecated]`.
//!
//! ```toml
//! [[alias]]
//! reason = "Renamed in release 270."
//! drop_in = 271                    # the release that no longer has it
//! operation = "getThings"          # what the spec calls it now; or: model = "Thing", or model and property
//! was = "getThingList"             # what it called it before
//! ```
//!
//! An old method and the old name of a type go on working as they did. A field cannot have two names, so an old property is a pair of
//! methods, `old()` and `old_mut()`.

use super::error::IrError;
use super::model::{Api, Former};
use super::naming;
use crate::document::quote;
use crate::spec::{ALIASES_FILE, Outlived, RenameOverride};

/// Gives things their old names beside the new ones.
pub(crate) fn keep_names(
    api: &mut Api,
    aliases: &[RenameOverride],
    outlived: &mut Vec<Outlived>,
) -> Result<(), IrError> {
    for (index, alias) in aliases.iter().enumerate() {
        let entry = format!("alias {} (was {})", index + 1, quote(&alias.was));
        match keep_name(api, alias) {
            Ok(()) => {}
            Err((problem, None)) => outlived.push(Outlived {
                file: ALIASES_FILE,
                table: "alias",
                index,
                entry,
                problem,
            }),
            Err((problem, Some(remedy))) => {
                return Err(IrError::new(
                    format!("{ALIASES_FILE}: {entry}"),
                    problem,
                    remedy,
                ));
            }
        }
    }
    Ok(())
}

/// What models can do already: a method of the same name would hide it.
const METHODS_OF_MODELS: [&str; 6] = ["clone", "eq", "fmt", "ne", "serialize", "visit"];

/// The name of the method that gives an old property to be changed.
fn mutable(method: &str) -> String {
    format!("{method}_mut")
}

/// What is wrong, and what to do about it where the entry itself is invalid.
type Problem = (String, Option<&'static str>);

fn keep_name(api: &mut Api, alias: &RenameOverride) -> Result<(), Problem> {
    if alias.reason.trim().is_empty() {
        return Err(("the entry has no reason".to_owned(), Some("State one.")));
    }
    let release = api
        .release
        .as_deref()
        .and_then(|release| release.parse::<u32>().ok());
    if release.is_some_and(|release| release >= alias.drop_in) {
        let problem = format!("release {} was to drop it", alias.drop_in);
        return Err((problem, None));
    }
    let former = |name: String, now: &str| Former {
        name,
        wire_name: alias.was.clone(),
        note: format!(
            "called `{now}` now; this name goes with release {} of the API",
            alias.drop_in
        ),
    };
    let still = |what: &str| {
        let problem = format!("the spec still has {what} {}", quote(&alias.was));
        Err((problem, None))
    };
    let gone = |what: &str, name: &str| -> Problem {
        let problem = format!("there is no {what} {}", quote(name));
        (problem, None)
    };
    let taken = |name: &str| {
        let problem = format!("something else is called `{name}`");
        Err((problem, None))
    };
    match (&alias.operation, &alias.model, &alias.property) {
        (Some(name), None, None) => {
            if api.operations.iter().any(|one| one.wire_name == alias.was) {
                return still("an operation");
            }
            let method = naming::identifier(&naming::snake(&alias.was));
            let type_name = naming::type_name(&alias.was, "Operation");
            let is_taken = api.operations.iter().any(|one| {
                one.method_name == method
                    || one.struct_name.eq_ignore_ascii_case(&type_name)
                    || one.former.iter().any(|other| other.name == method)
            });
            if is_taken || api.tags.iter().any(|tag| tag.type_name == type_name) {
                return taken(&method);
            }
            let operation = api.operations.iter_mut().find(|one| one.wire_name == *name);
            let operation = operation.ok_or_else(|| gone("operation", name))?;
            let former = former(method, &operation.method_name);
            operation.former.push(former);
            operation.former_structs.push(type_name);
        }
        (None, Some(name), None) => {
            if api.models.iter().any(|one| one.wire_name == alias.was) {
                return still("a definition");
            }
            let type_name = naming::type_name(&alias.was, "Model");
            let mut names = api.models.iter().map(|one| &one.name);
            let mut enums = api.enums.iter().map(|one| &one.name);
            let mut others = api
                .models
                .iter()
                .flat_map(|one| &one.former)
                .map(|one| &one.name);
            let same = |other: &String| other.eq_ignore_ascii_case(&type_name);
            if names.any(same) || enums.any(same) || others.any(same) {
                return taken(&type_name);
            }
            let model = api
                .models
                .iter_mut()
                .find(|one| one.wire_name == *name && !one.inline);
            let model = model.ok_or_else(|| gone("definition", name))?;
            let former = former(type_name, &model.name);
            model.former.push(former);
        }
        (None, Some(name), Some(property)) => {
            let model = api
                .models
                .iter_mut()
                .find(|one| one.wire_name == *name && !one.inline);
            let model = model.ok_or_else(|| gone("definition", name))?;
            if model.fields.iter().any(|one| one.wire_name == alias.was) {
                return still("a property");
            }
            let field = model
                .fields
                .iter()
                .position(|one| one.wire_name == *property);
            let field = field.ok_or_else(|| gone("property", property))?;
            let method = naming::snake(&alias.was);
            let is_taken = model
                .former_fields
                .iter()
                .flat_map(|(_, other)| [other.name.clone(), mutable(&other.name)])
                .any(|other| other == method || other == mutable(&method));
            if naming::identifier(&method) != method
                || METHODS_OF_MODELS.contains(&method.as_str())
                || is_taken
            {
                return taken(&method);
            }
            let former = former(method, &model.fields[field].name);
            model.former_fields.push((field, former));
        }
        _ => {
            let problem = "it names not one thing".to_owned();
            let remedy = "State operation, or model, or model and property.";
            return Err((problem, Some(remedy)));
        }
    }
    Ok(())
}
