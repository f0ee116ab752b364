//! Slices: the operations of some tags, and what they reach.

use super::arrange::{Numbers, arrange};
use super::error::IrError;
use super::model::{Api, JobFamily, OperationId, TagId};
use super::reach::reach;
use super::tags::find;

/// Keeps the operations that have any of these tags, and the models and enums that they reach; each of them keeps its name. Tags
/// that were not chosen are gone from operations that have chosen ones too, and groups are those of the rest.
///
/// A name is a feature, a module, or a tag itself, in any case.
///
/// # Errors
///
/// Fails if a name means no tag (the error lists near ones), or there is no name.
pub fn select(api: &Api, names: &[String]) -> Result<Api, IrError> {
    let chosen = find(&api.tags, names)?;
    let mut slice = api.clone();
    keep_tags(&mut slice, &chosen);
    let operations = keep_operations(&mut slice);
    keep_types(&mut slice);
    slice.job_families = slice
        .job_families
        .iter()
        .filter_map(|family| keep_family(family, &operations))
        .collect();
    slice.aliases.clear();
    slice.skipped.clear();
    // The order of what is left is as it was, so that the numbers of operations stay, too.
    arrange(&mut slice);
    Ok(slice)
}

fn keep_tags(api: &mut Api, chosen: &[TagId]) {
    api.tags = chosen.iter().map(|id| api.tags[*id].clone()).collect();
    for operation in &mut api.operations {
        operation.tags = operation
            .tags
            .iter()
            .filter_map(|tag| chosen.binary_search(tag).ok())
            .collect();
    }
}

/// Drops operations without a tag, and returns the new number of each old one.
fn keep_operations(api: &mut Api) -> Vec<Option<OperationId>> {
    let mut count = 0;
    let numbers = api
        .operations
        .iter()
        .map(|operation| {
            (!operation.tags.is_empty()).then(|| {
                count += 1;
                count - 1
            })
        })
        .collect();
    api.operations
        .retain(|operation| !operation.tags.is_empty());
    numbers
}

fn keep_types(api: &mut Api) {
    let reach = reach(api);
    let numbers = Numbers {
        models: numbered(reach.models.iter().map(|set| !set.is_empty())),
        enums: numbered(reach.enums.iter().map(|set| !set.is_empty())),
    };
    let mut index = 0;
    api.models.retain(|_| {
        index += 1;
        !reach.models[index - 1].is_empty()
    });
    index = 0;
    api.enums.retain(|_| {
        index += 1;
        !reach.enums[index - 1].is_empty()
    });
    api.aliases.clear();
    numbers.apply(api);
}

fn numbered(kept: impl Iterator<Item = bool>) -> Vec<Option<usize>> {
    let mut count = 0;
    kept.map(|kept| {
        kept.then(|| {
            count += 1;
            count - 1
        })
    })
    .collect()
}

fn keep_family(family: &JobFamily, operations: &[Option<OperationId>]) -> Option<JobFamily> {
    let new = |id: Option<OperationId>| id.and_then(|id| operations[id]);
    Some(JobFamily {
        submit: operations[family.submit]?,
        status: new(family.status),
        results: new(family.results),
        cancel: new(family.cancel),
        ..family.clone()
    })
}
