//! Slices: some operations, and what they reach.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::document::quote;
use crate::spec::TOPICS_FILE;

use super::arrange::{Numbers, arrange};
use super::error::{IrError, operation as subject};
use super::model::{Api, JobFamily, Operation, OperationId, Tag, TagId};
use super::near::{near, remedy};
use super::reach::{TagSet, reach};
use super::tags::find as find_tags;
use super::topics;

/// A part of the SDK: the operations of some tags, some by their names, or (with both) the named ones of these tags; and some topics. With
/// nothing chosen it is everything. What is asked for has names of any kind; what a crate was made from, the ones stated last.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Selection {
    /// Tags: a name is a tag itself, a module, or a feature, in any case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<BTreeSet<String>>,
    /// Operations: a name is an operationId, a Rust method, or the `x-purecloud-method-name` that it is called after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operations: Option<BTreeSet<String>>,
    /// Topics of notifications: a name is a family by its name or its feature, the function of a topic, or its id. A slice has no other topics,
    /// and without tags and operations nothing else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topics: Option<BTreeSet<String>>,
}

impl Selection {
    /// Whether it chooses nothing, so that everything stays.
    pub fn is_everything(&self) -> bool {
        *self == Self::default()
    }

    /// What of the spec a slice was made from.
    pub(crate) fn made_from(&self, slice: &Api) -> Self {
        if self.is_everything() {
            return Self::default();
        }
        let operations = slice.operations.iter();
        let operations = || operations.map(|item| item.wire_name.clone()).collect();
        let topics = slice.events.iter().flat_map(|events| &events.topics);
        let topics = || topics.map(|topic| topic.id.clone()).collect();
        Self {
            tags: Some(slice.tags.iter().map(|tag| tag.feature.clone()).collect()),
            operations: self.operations.is_some().then(operations),
            topics: self.topics.is_some().then(topics),
        }
    }

    /// Whether everything made from `other` is made from this as well.
    pub(crate) fn contains(&self, other: &Self) -> bool {
        let has_all = |these: &Option<BTreeSet<String>>, others: &Option<BTreeSet<String>>| {
            let others = others.as_ref();
            these
                .as_ref()
                .is_none_or(|these| others.is_some_and(|others| these.is_superset(others)))
        };
        let has_topics = match (&self.topics, &other.topics) {
            (Some(these), Some(others)) => these.is_superset(others),
            (these, others) => others.is_none() || these.is_some(),
        };
        let is_part = !other.is_everything() && has_topics;
        self.is_everything()
            || is_part
                && has_all(&self.tags, &other.tags)
                && has_all(&self.operations, &other.operations)
    }
}

impl fmt::Display for Selection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let none = BTreeSet::new();
        let tags = self.tags.as_ref().unwrap_or(&none);
        match &self.operations {
            _ if self.is_everything() => formatter.write_str("all tags")?,
            None if tags.is_empty() => formatter.write_str("no tags")?,
            None => write!(formatter, "the tags {}", list(tags))?,
            Some(operations) => {
                write!(
                    formatter,
                    "the operations {} of the tags {}",
                    list(operations),
                    list(tags)
                )?;
            }
        }
        match &self.topics {
            Some(topics) => write!(formatter, " and the topics {}", list(topics)),
            None => Ok(()),
        }
    }
}

fn list(names: &BTreeSet<String>) -> String {
    let names: Vec<String> = names
        .iter()
        .map(|name| name.escape_debug().to_string())
        .collect();
    names.join(",")
}

/// Keeps the selected operations, and the models and enums that they reach; each of them keeps its name. Tags that were not chosen are
/// gone from operations that have chosen ones too, tags without an operation are gone altogether, and groups are those of the rest.
///
/// # Errors
///
/// Fails if a name means no tag or no operation (the error lists near ones), if a list of names is empty, or if a named operation has none
/// of the chosen tags.
pub fn select(api: &Api, selection: &Selection) -> Result<Api, IrError> {
    if selection.is_everything() {
        return Ok(api.clone());
    }
    let tags = match &selection.tags {
        Some(names) => find_tags(&api.tags, names)?,
        None => (0..api.tags.len()).collect(),
    };
    let wanted = match &selection.operations {
        Some(names) => find_operations(api, names, &tags)?,
        None if selection.tags.is_none() => Vec::new(),
        None => (0..api.operations.len()).collect(),
    };
    let events = match (&selection.topics, &api.events) {
        (Some(names), Some(events)) => Some(Box::new(topics::select(events, names)?)),
        (Some(_), None) => {
            return Err(IrError::new(
                "the choice of topics",
                format!("no {TOPICS_FILE} lies beside the spec"),
                "Leave the topics out, or let `genesys-codegen fetch --topics` get them.",
            ));
        }
        (None, _) => None,
    };
    let mut slice = api.clone();
    slice.is_slice = true;
    slice.events = events;
    let operations = keep_operations(&mut slice, &wanted, &tags);
    keep_tags(&mut slice);
    keep_types(&mut slice);
    slice.job_families = slice
        .job_families
        .iter()
        .filter_map(|family| keep_family(family, &operations))
        .collect();
    let kept = &slice.operations;
    slice
        .paging_undecided
        .retain(|name| kept.iter().any(|operation| operation.wire_name == *name));
    slice.aliases.clear();
    slice.skipped.clear();
    // The order of what is left is as it was, so that the numbers of operations stay, too.
    arrange(&mut slice);
    Ok(slice)
}

/// The operations of these names, ascending.
fn find_operations(
    api: &Api,
    names: &BTreeSet<String>,
    tags: &[TagId],
) -> Result<Vec<OperationId>, IrError> {
    let mut found = Vec::with_capacity(names.len());
    for name in names {
        let Some(id) = position(&api.operations, name) else {
            let names = api.operations.iter().map(|item| item.wire_name.as_str());
            return Err(IrError::new(
                subject(name),
                "the spec has no such operation",
                remedy(&near(names, name)),
            ));
        };
        let its_tags = &api.operations[id].tags;
        if !its_tags.iter().any(|tag| tags.contains(tag)) {
            let its_tags: Vec<String> = its_tags
                .iter()
                .map(|tag| quote(&api.tags[*tag].feature))
                .collect();
            return Err(IrError::new(
                subject(name),
                "it has none of the tags chosen",
                format!(
                    "Choose {}, too, or leave the operation out.",
                    its_tags.join(" or ")
                ),
            ));
        }
        found.push(id);
    }
    if found.is_empty() {
        return Err(IrError::new(
            "the choice of operations",
            "it is empty",
            "Name at least one operation.",
        ));
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// The operation of a name: what Genesys calls it goes before what else it is called.
fn position(operations: &[Operation], name: &str) -> Option<OperationId> {
    let by = |called: fn(&Operation) -> &str| {
        operations
            .iter()
            .position(|operation| called(operation) == name)
    };
    by(|operation| &operation.wire_name)
        .or_else(|| by(|operation| &operation.method_name))
        .or_else(|| by(|operation| &operation.operation_id))
}

/// Keeps those that are wanted and have one of the tags, which are the tags that they keep. Returns the new number of each old one.
fn keep_operations(
    api: &mut Api,
    wanted: &[OperationId],
    tags: &[TagId],
) -> Vec<Option<OperationId>> {
    for (id, operation) in api.operations.iter_mut().enumerate() {
        let is_wanted = wanted.binary_search(&id).is_ok();
        operation
            .tags
            .retain(|tag| is_wanted && tags.binary_search(tag).is_ok());
    }
    let numbers = numbered(
        api.operations
            .iter()
            .map(|operation| !operation.tags.is_empty()),
    );
    api.operations
        .retain(|operation| !operation.tags.is_empty());
    numbers
}

/// Keeps the tags that operations have.
fn keep_tags(api: &mut Api) {
    let mut used = TagSet::default();
    for operation in &api.operations {
        used.add(&TagSet::from_ids(&operation.tags));
    }
    let used = used.tags();
    let tags: Vec<Tag> = used.iter().map(|id| api.tags[*id].clone()).collect();
    api.tags = tags;
    for operation in &mut api.operations {
        for tag in &mut operation.tags {
            // Every tag of an operation is among the used ones.
            *tag = used.binary_search(tag).unwrap_or_default();
        }
    }
}

/// Keeps the models and enums that something reaches, and gives the definitions of the other models.
pub(super) fn keep_types(api: &mut Api) -> Vec<String> {
    let reach = reach(api);
    let models = api.models.iter().zip(&reach.models);
    let unreached = models.filter(|(model, set)| set.is_empty() && !model.inline);
    let unreached = unreached
        .map(|(model, _)| model.wire_name.clone())
        .collect();
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
    unreached
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
