//! What a model is for: the operations that return, list and take it, the topics whose events hold it, and the models that it is a part of.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::{docs, literal};
use crate::ir::{Api, EVERY_TOPIC, GroupId, Model, ModelId, Output, Part, TagId, Type};

/// How many names a sentence has.
const MOST_NAMES: usize = 5;

/// Something with a page that the page of a model names.
#[derive(Clone, Debug)]
struct Page<'a> {
    /// What the link says.
    name: &'a str,
    /// The path of the item.
    path: String,
    /// It is compiled where any of these tags is on.
    tags: &'a [TagId],
}

/// What a model is for.
#[derive(Clone, Debug, Default)]
pub(super) struct Uses<'a> {
    returned_by: Vec<Page<'a>>,
    listed_by: Vec<Page<'a>>,
    taken_by: Vec<Page<'a>>,
    topics: Vec<Page<'a>>,
    part_of: Vec<Page<'a>>,
}

/// What is known of every model.
pub(super) fn of_all(api: &Api) -> Vec<Uses<'_>> {
    let mut uses = vec![Uses::default(); api.models.len()];
    for operation in &api.operations {
        let page = || Page {
            name: operation.method_name.trim_start_matches("r#"),
            path: format!("crate::api::{}", operation.struct_name),
            tags: &operation.tags,
        };
        if let Output::Json(ty) = &operation.output
            && let Some(model) = model_of(ty)
        {
            uses[model].returned_by.push(page());
        }
        let item = operation.paging.as_ref().map(|paging| &paging.item);
        if let Some(model) = item.and_then(model_of) {
            uses[model].listed_by.push(page());
        }
        if let Some(model) = operation.body.as_ref().and_then(|body| model_of(&body.ty)) {
            uses[model].taken_by.push(page());
        }
    }
    for topic in &api.topics {
        if let Some(model) = model_of(&topic.body) {
            let module = &api.tags[topic.family].module;
            let function = topic.function.trim_start_matches("r#");
            uses[model].topics.push(Page {
                name: function,
                path: format!("crate::events::topics::{module}::{function}"),
                tags: std::slice::from_ref(&topic.family),
            });
        }
    }
    parts(api, &mut uses);
    uses
}

/// A model that is in no request, response or event by itself names the models that have it.
fn parts<'a>(api: &'a Api, uses: &mut [Uses<'a>]) {
    let is_bare: Vec<bool> = uses.iter().map(Uses::is_empty).collect();
    for (owner, model) in api.models.iter().enumerate() {
        let parts: BTreeSet<ModelId> = model
            .fields
            .iter()
            .filter_map(|field| model_of(&field.ty))
            .filter(|part| *part != owner && is_bare[*part])
            .collect();
        for part in parts {
            uses[part].part_of.push(Page {
                name: &model.name,
                path: format!("{}::{}", super::place::module(api), model.name),
                tags: &api.groups[model.group].tags,
            });
        }
    }
}

/// The model of a type, or of its elements.
fn model_of(ty: &Type) -> Option<ModelId> {
    match ty {
        Type::Model(id) => Some(*id),
        Type::List(item) | Type::Map(item) | Type::Nullable(item) => model_of(item),
        _ => None,
    }
}

/// What the page of a model says of its uses.
#[derive(Default)]
pub(super) struct UsesDocs {
    /// Sentences with links.
    pub(super) text: String,
    /// Targets of links that are not in the text, as lines.
    targets: Vec<String>,
}

impl UsesDocs {
    /// The targets that wait for a feature, as lines of docs, and that feature.
    pub(super) fn links(&self, api: &Api) -> Option<(String, Vec<String>)> {
        let feature = match api.part {
            Part::Operations => "full",
            Part::Events => EVERY_TOPIC,
        };
        // Between the text and its targets there is an empty line.
        let lines = std::iter::once(String::new()).chain(self.targets.iter().cloned());
        (!self.targets.is_empty()).then(|| (literal::string(feature), literal::doc_lines(lines)))
    }
}

impl Uses<'_> {
    fn is_empty(&self) -> bool {
        self.returned_by.is_empty()
            && self.listed_by.is_empty()
            && self.taken_by.is_empty()
            && self.topics.is_empty()
    }

    /// The sentences on the page of the model.
    ///
    /// What is compiled wherever the model is has a link there and then. The target of another link waits for the feature that compiles
    /// everything: without it, the docs have a name in place of a dead link.
    pub(super) fn docs(&self, api: &Api, model: &Model) -> UsesDocs {
        let mut docs = UsesDocs::default();
        for (verb, pages) in [
            ("Returned by", &self.returned_by),
            ("Item of the listing", &self.listed_by),
            ("Taken by", &self.taken_by),
            ("Arrives with the topic", &self.topics),
            ("Part of", &self.part_of),
        ] {
            if pages.is_empty() {
                continue;
            }
            let mut names = Vec::new();
            for page in pages.iter().take(MOST_NAMES) {
                names.push(if is_always_there(api, model.group, page.tags) {
                    format!("[`{}`]({})", page.name, page.path)
                } else {
                    // A name can be in two sentences.
                    let label = format!("[`{}`]:", page.name);
                    let target = docs::wrap_markdown(&format!("{label} {}", page.path));
                    if !docs.targets.iter().any(|line| line.starts_with(&label)) {
                        docs.targets.extend(target);
                    }
                    format!("[`{}`]", page.name)
                });
            }
            match pages.len().saturating_sub(MOST_NAMES) {
                0 => {}
                more => names.push(format!("{more} more")),
            }
            let separator = if docs.text.is_empty() { "" } else { " " };
            let _ = write!(docs.text, "{separator}{verb} {}.", names.join(", "));
        }
        docs
    }
}

/// Whether an item with these tags is compiled wherever the group is.
fn is_always_there(api: &Api, group: GroupId, tags: &[TagId]) -> bool {
    let group = &api.groups[group].tags;
    api.is_slice || (!group.is_empty() && group.iter().all(|tag| tags.contains(tag)))
}
