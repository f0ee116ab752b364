//! What is in an [`Api`], in plain numbers.

use serde::Serialize;

use crate::load::LeftOut;

use super::model::{Api, EnumRepr, PagingStyle, Type};

/// Counts, each of which says at its name what it counts. `definitions` is the sum of `models_from_definitions`,
/// `enums_from_definitions`, `definition_aliases` and `definitions_skipped`: none is left out without a word.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Stats {
    /// Operations.
    pub operations: usize,
    /// Structs, those for objects without a definition of their own included.
    pub models: usize,
    /// Open enums that are written out.
    pub enums: usize,
    /// Tags.
    pub tags: usize,
    /// Places with an enum: enums and their aliases.
    pub enum_places: usize,
    /// Places that are an alias of an enum at another place.
    pub enum_aliases: usize,
    /// Enums of integers among `enums`.
    pub integer_enums: usize,
    /// Known values of `enums`.
    pub enum_values: usize,
    /// Distinct sets of tags.
    pub groups: usize,
    /// Properties of models.
    pub fields: usize,
    /// Properties that hold their model in a box.
    pub boxed_fields: usize,
    /// Properties whose values `Debug` hides.
    pub secret_fields: usize,
    /// Parameters, bodies left out.
    pub parameters: usize,
    /// Operations with a body.
    pub bodies: usize,
    /// Operations that need no token.
    pub public_operations: usize,
    /// Deprecated operations.
    pub deprecated_operations: usize,
    /// Preview operations.
    pub preview_operations: usize,
    /// Operations that list something, page by page or at once.
    pub paged_operations: usize,
    /// Of these, by the style.
    pub paging_styles: PagingStyles,
    /// Operations that take a page number or a cursor, though nothing says how they page.
    pub paging_undecided: usize,
    /// Families of jobs.
    pub job_families: usize,
    /// Models that no operation reaches.
    pub unreached_models: usize,
    /// Definitions of the spec.
    pub definitions: usize,
    /// Definitions that are structs.
    pub models_from_definitions: usize,
    /// Definitions that are enums.
    pub enums_from_definitions: usize,
    /// Definitions that are written as another type wherever they are used.
    pub definition_aliases: usize,
    /// Definitions that have no type.
    pub definitions_skipped: usize,
    /// These definitions and why they have none.
    pub skipped: Vec<SkippedDefinition>,
    /// Operations of the spec that cannot be expressed.
    pub operations_left_out: usize,
    /// These operations, why, and where in the file.
    pub left_out: Vec<LeftOut>,
    /// Warnings, equal ones of several places counted each.
    pub warnings: usize,
    /// Topics of notifications.
    pub topics: usize,
    /// Families of topics: each has a feature.
    pub topic_families: usize,
    /// Topics whose events have no model.
    pub topics_without_model: usize,
    /// Structs of events.
    pub event_models: usize,
    /// Open enums of events that are written out.
    pub event_enums: usize,
}

/// How many operations page in which style.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PagingStyles {
    /// A page number in the query.
    pub page_number: usize,
    /// A page number in the body.
    pub body_page_number: usize,
    /// A cursor in the query.
    pub cursor: usize,
    /// A cursor in the body.
    pub body_cursor: usize,
    /// A URI of the next page.
    pub next_uri: usize,
    /// An index in the query.
    pub start_index: usize,
    /// Everything at once.
    pub single: usize,
}

fn paging_styles(api: &Api) -> PagingStyles {
    let mut styles = PagingStyles::default();
    for paging in api
        .operations
        .iter()
        .filter_map(|item| item.paging.as_ref())
    {
        let count = match &paging.style {
            PagingStyle::PageNumber { .. } => &mut styles.page_number,
            PagingStyle::BodyPageNumber { .. } => &mut styles.body_page_number,
            PagingStyle::Cursor { .. } => &mut styles.cursor,
            PagingStyle::BodyCursor { .. } => &mut styles.body_cursor,
            PagingStyle::NextUri { .. } => &mut styles.next_uri,
            PagingStyle::StartIndex { .. } => &mut styles.start_index,
            PagingStyle::Single => &mut styles.single,
        };
        *count += 1;
    }
    styles
}

/// A definition without a type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SkippedDefinition {
    /// Its name.
    pub definition: String,
    /// Why it has none.
    pub reason: String,
}

/// Counts.
pub fn stats(api: &Api) -> Stats {
    let events = api.events.as_deref();
    let topics = || events.into_iter().flat_map(|events| &events.topics);
    let aliases = api.enums.iter().filter(|item| item.alias_of.is_some());
    let enum_aliases = aliases.count();
    let written = || api.enums.iter().filter(|item| item.alias_of.is_none());
    let operations = |test: fn(&super::model::Operation) -> bool| {
        api.operations.iter().filter(|item| test(item)).count()
    };
    let fields = |test: fn(&super::model::Field) -> bool| {
        let fields = api.models.iter().flat_map(|model| &model.fields);
        fields.filter(|field| test(field)).count()
    };
    let models_from_definitions = api.models.iter().filter(|model| !model.inline).count();
    let enums_from_definitions = written().filter(|item| !item.inline);
    let enums_from_definitions = enums_from_definitions.count();
    Stats {
        operations: api.operations.len(),
        models: api.models.len(),
        enums: api.enums.len() - enum_aliases,
        tags: api.tags.len(),
        enum_places: api.enums.iter().filter(|item| !item.is_shared).count(),
        enum_aliases,
        integer_enums: written()
            .filter(|item| item.repr == EnumRepr::Integer)
            .count(),
        enum_values: written().map(|item| item.variants.len()).sum(),
        groups: api.groups.len(),
        fields: fields(|_| true),
        boxed_fields: fields(|field| field.is_boxed()),
        secret_fields: fields(|field| field.secret),
        parameters: api
            .operations
            .iter()
            .map(|item| item.arguments.len() + item.setters.len())
            .sum(),
        bodies: operations(|item| item.body.is_some()),
        public_operations: operations(|item| item.public),
        deprecated_operations: operations(|item| item.deprecated),
        preview_operations: operations(|item| item.preview),
        paged_operations: operations(|item| item.paging.is_some()),
        paging_styles: paging_styles(api),
        paging_undecided: api.paging_undecided.len(),
        job_families: api.job_families.len(),
        unreached_models: api
            .models
            .iter()
            .filter(|model| api.groups[model.group].tags.is_empty())
            .count(),
        definitions: models_from_definitions
            + enums_from_definitions
            + api.aliases.len()
            + api.skipped.len(),
        models_from_definitions,
        enums_from_definitions,
        definition_aliases: api.aliases.len(),
        definitions_skipped: api.skipped.len(),
        skipped: api
            .skipped
            .iter()
            .map(|skipped| SkippedDefinition {
                definition: skipped.wire_name.clone(),
                reason: skipped.reason.clone(),
            })
            .collect(),
        operations_left_out: api.diagnostics.left_out.len(),
        left_out: api.diagnostics.left_out.clone(),
        warnings: api.diagnostics.warnings.len(),
        topics: topics().count(),
        topic_families: events.map_or(0, |events| events.tags.len()),
        topics_without_model: topics().filter(|topic| topic.body == Type::Json).count(),
        event_models: events.map_or(0, |events| events.models.len()),
        event_enums: events.map_or(0, |events| {
            let enums = events.enums.iter();
            enums.filter(|item| item.alias_of.is_none()).count()
        }),
    }
}
