//! Topics of notifications: a feature for each family, a function and an event for each topic, and the models of what events hold.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use crate::document::{pointer, quote};
use crate::load::topics::{DeclaredTopic, Topics};
use crate::load::{Diagnostics, Notes, WarningKind};

use super::arrange::arrange;
use super::enums::share;
use super::error::{IrError, definition};
use super::groups::{SHARED, UNREACHED};
use super::model::{Api, Docs, Part, Tag, TagId, Topic, TopicArgument, TopicSegment, Type};
use super::naming::{Case, Names, identifier, module, pascal, snake};
use super::near::{near, remedy};
use super::schemas::{Schemas, prose};
use super::select::keep_types;
use super::tags::{RUNTIME_FEATURES, feature};

/// The feature of all topics.
pub const EVERY_TOPIC: &str = "topics-full";

/// What the features of families begin with.
const PREFIX: &str = "topics";

/// The family of topics that name none.
const NO_FAMILY: &str = "other";

/// The longest name of a module.
const MODULE_LIMIT: usize = 60;

/// What the messages about subscriptions and connections begin with. Their last parameter is the id of a topic, dots and all.
const SYSTEM: &str = "system";

/// The events of an SDK whose tags have these features. A topic that cannot be expressed is left out with a warning.
pub(crate) fn build(topics: &Topics, tags: &[Tag]) -> Result<Api, IrError> {
    let notes = Notes::default();
    let none = indexmap::IndexMap::new();
    let components = topics.spec.document.components.as_ref();
    let definitions = components.map_or(&none, |components| &components.schemas);
    let mut schemas = Schemas::new(definitions, &notes);
    schemas.convert_definitions()?;

    let mut parsed = Vec::new();
    for declared in &topics.topics {
        match Parsed::new(declared) {
            Ok(topic) => parsed.push(topic),
            Err(problem) => notes.warn_at(
                WarningKind::Topic,
                declared.pointer.clone(),
                format!("{problem}; the topic {} is left out", quote(&declared.id)),
            ),
        }
    }
    let families = families(&parsed, tags);
    let mut functions = Names::default();
    let mut variants = Names::new(&["Other", "Gap", "Self"]);
    let mut events = Api {
        part: Part::Events,
        release: topics.release.clone(),
        sha256: topics.spec.sha256.clone(),
        ..Api::default()
    };
    for topic in parsed {
        let body = body(topic.declared, &mut schemas, &notes)?;
        let variant = pascal(&topic.name);
        let family = families.iter().position(|tag| tag.name == topic.family);
        events.topics.push(Topic {
            function: functions.claim(
                &identifier(&topic.name),
                "",
                &topic.declared.id,
                Case::Snake,
            ),
            variant: variants.claim(
                &variant,
                &format!("{variant}Event"),
                &topic.declared.id,
                Case::Camel,
            ),
            family: family.unwrap_or_default(),
            body,
            ..topic.topic()
        });
    }
    schemas.settle_names();
    let Schemas { models, enums, .. } = schemas;
    events.models = models;
    events.enums = enums;
    events.tags = families;
    for unused in keep_types(&mut events) {
        notes.warn_at(
            WarningKind::Schema,
            pointer(["components", "schemas", &unused]),
            "no topic uses this definition; no type is made of it".to_owned(),
        );
    }
    share(&mut events);
    arrange(&mut events);
    events.diagnostics = topics.spec.with(notes.into_loaded());
    Ok(events)
}

/// What the events of a topic hold; any JSON value where that is not known.
fn body(
    declared: &DeclaredTopic,
    schemas: &mut Schemas<'_>,
    notes: &Notes,
) -> Result<Type, IrError> {
    let Some(name) = &declared.schema else {
        return Ok(Type::Json);
    };
    match schemas.named(name)? {
        Some(ty) => Ok(ty),
        None => {
            notes.warn_at(
                WarningKind::Topic,
                format!("{}/schema", declared.pointer),
                format!(
                    "there is no {}; the events of the topic are any JSON value",
                    definition(name)
                ),
            );
            Ok(Type::Json)
        }
    }
}

/// A topic whose id is understood.
struct Parsed<'t> {
    declared: &'t DeclaredTopic,
    segments: Vec<TopicSegment>,
    arguments: Vec<TopicArgument>,
    family: String,
    name: String,
}

impl<'t> Parsed<'t> {
    fn new(declared: &'t DeclaredTopic) -> Result<Self, String> {
        let mut segments = Vec::new();
        let mut arguments: Vec<TopicArgument> = Vec::new();
        let mut taken = Names::default();
        let mut words: Vec<String> = Vec::new();
        let mut family = None;
        for (index, text) in declared.id.split('.').enumerate() {
            if text.is_empty() {
                return Err("its id has an empty segment".to_owned());
            }
            let Some(inner) = text
                .strip_prefix('{')
                .and_then(|text| text.strip_suffix('}'))
            else {
                if text.contains(['{', '}']) {
                    return Err("its id has a parameter that is not a whole segment".to_owned());
                }
                if !(index == 0 && is_version(text)) {
                    family.get_or_insert_with(|| text.to_owned());
                    words.push(text.to_owned());
                }
                segments.push(TopicSegment::Literal(text.to_owned()));
                continue;
            };
            if inner.contains(['{', '}']) {
                return Err("its id has a parameter that is not a whole segment".to_owned());
            }
            // Of several equal names none says which; what is before the parameter does.
            let owner = match segments.last() {
                Some(TopicSegment::Literal(_)) => words.last_mut(),
                _ => None,
            };
            let name = match owner {
                Some(owner) => {
                    *owner = singular(owner);
                    let is_plain = inner.eq_ignore_ascii_case("id");
                    let name = if is_plain { &**owner } else { inner };
                    let suffix = if is_plain { "_id" } else { "" };
                    format!("{}{suffix}", snake(name))
                }
                None => snake(inner),
            };
            let origin = format!("{} {index}", declared.id);
            let name = taken.claim(&identifier(&name), "", &origin, Case::Snake);
            segments.push(TopicSegment::Argument(arguments.len()));
            arguments.push(TopicArgument {
                name,
                wire_name: inner.to_owned(),
            });
        }
        let family = family.unwrap_or_else(|| NO_FAMILY.to_owned());
        if family == SYSTEM
            && let Some(TopicSegment::Argument(index)) = segments.last()
        {
            let index = *index;
            segments.pop();
            segments.push(TopicSegment::Rest(index));
        }
        Ok(Self {
            declared,
            segments,
            arguments,
            name: snake(&words.join("_")),
            family,
        })
    }

    /// All of the topic that needs no other.
    fn topic(self) -> Topic {
        let declared = self.declared;
        Topic {
            id: declared.id.clone(),
            segments: self.segments,
            arguments: self.arguments,
            docs: Docs {
                summary: None,
                description: prose(declared.description.as_deref()),
            },
            transports: declared.transports.clone(),
            permissions: declared.permissions.clone(),
            parameters: declared.parameters.clone(),
            needs_division_permissions: declared.needs_division_permissions,
            needs_current_user: declared.needs_current_user,
            needs_current_user_or_permission: declared.needs_current_user_or_permission,
            preview: declared.is_preview,
            ..Topic::default()
        }
    }
}

/// `v2`, `v3`, …
fn is_version(text: &str) -> bool {
    text.strip_prefix('v')
        .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()))
}

/// One of what a word names several of: the segment before a parameter is a collection.
fn singular(word: &str) -> String {
    let stem = |ending: &str| word.strip_suffix(ending).filter(|stem| stem.len() > 1);
    if let Some(stem) = stem("ies") {
        return format!("{stem}y");
    }
    for ending in ["sses", "shes", "ches", "xes", "uses"] {
        if word.ends_with(ending) {
            return word[..word.len() - 2].to_owned();
        }
    }
    match stem("s") {
        Some(stem) if !stem.ends_with(['s', 'u']) && !word.ends_with("is") => stem.to_owned(),
        _ => word.to_owned(),
    }
}

/// The families of topics as features, sorted by module. None of them takes the feature of a tag or of the runtime.
fn families(topics: &[Parsed<'_>], tags: &[Tag]) -> Vec<Tag> {
    let mut taken: HashSet<String> = tags.iter().map(|tag| tag.feature.clone()).collect();
    taken.extend(RUNTIME_FEATURES.iter().map(|name| (*name).to_owned()));
    taken.insert(EVERY_TOPIC.to_owned());
    let mut modules = HashSet::from([SHARED.to_owned(), UNREACHED.to_owned()]);
    let names: BTreeSet<&str> = topics.iter().map(|topic| topic.family.as_str()).collect();
    let mut families: Vec<Tag> = names
        .into_iter()
        .map(|name| {
            let words = Some(feature(name)).filter(|words| !words.is_empty());
            let words = words.unwrap_or_else(|| NO_FAMILY.to_owned());
            let mut number = 1;
            loop {
                let words = match number {
                    1 => words.clone(),
                    number => format!("{words}-{number}"),
                };
                number += 1;
                let feature = format!("{PREFIX}-{words}");
                let snake = words.replace('-', "_");
                let snake = if snake.starts_with(|first: char| first.is_ascii_digit()) {
                    format!("{PREFIX}_{snake}")
                } else {
                    snake
                };
                let module = module(&snake, MODULE_LIMIT);
                if taken.contains(&feature) || modules.contains(&module) {
                    continue;
                }
                taken.insert(feature.clone());
                modules.insert(module.clone());
                return Tag {
                    name: name.to_owned(),
                    feature,
                    module,
                    type_name: String::new(),
                    description: None,
                };
            }
        })
        .collect();
    families.sort_by(|left, right| left.module.cmp(&right.module));
    families
}

/// Keeps the topics that these names mean, and what their events hold. A name is the id of a topic, its function, or a family by its own name
/// or its feature.
pub(crate) fn select(events: &Api, names: &BTreeSet<String>) -> Result<Api, IrError> {
    let mut wanted = BTreeSet::new();
    for name in names {
        let found = find(events, name);
        if found.is_empty() {
            let ids = events.topics.iter().map(|topic| topic.id.as_str());
            let families = events.tags.iter().map(|tag| tag.feature.as_str());
            let functions = events.topics.iter().map(|topic| topic.function.as_str());
            return Err(IrError::new(
                format!("topic {}", quote(name)),
                "there is no such topic and no such family of topics",
                remedy(&near(families.chain(ids).chain(functions), name)),
            ));
        }
        wanted.extend(found);
    }
    if wanted.is_empty() {
        return Err(IrError::new(
            "the choice of topics",
            "it is empty",
            "Name at least one topic.",
        ));
    }
    let mut slice = events.clone();
    slice.is_slice = true;
    let mut index = 0;
    slice.topics.retain(|_| {
        index += 1;
        wanted.contains(&(index - 1))
    });
    keep_families(&mut slice);
    keep_types(&mut slice);
    arrange(&mut slice);
    Ok(slice)
}

fn find(events: &Api, name: &str) -> Vec<usize> {
    let by = |test: &dyn Fn(&Topic) -> bool| -> Vec<usize> {
        let topics = events.topics.iter().enumerate();
        topics
            .filter(|(_, topic)| test(topic))
            .map(|(index, _)| index)
            .collect()
    };
    let exact = by(&|topic| topic.id == name || topic.function == name);
    if !exact.is_empty() {
        return exact;
    }
    let family = events.tags.iter().position(|tag| {
        tag.feature.eq_ignore_ascii_case(name)
            || tag.name.eq_ignore_ascii_case(name)
            || tag.module == name
    });
    by(&|topic| Some(topic.family) == family)
}

/// Keeps the families that topics have.
fn keep_families(api: &mut Api) {
    let used: BTreeSet<TagId> = api.topics.iter().map(|topic| topic.family).collect();
    let numbers: BTreeMap<TagId, TagId> = used
        .iter()
        .enumerate()
        .map(|(new, old)| (*old, new))
        .collect();
    let tags = used.iter().map(|id| api.tags[*id].clone()).collect();
    api.tags = tags;
    for topic in &mut api.topics {
        topic.family = numbers.get(&topic.family).copied().unwrap_or_default();
    }
}

impl Api {
    /// What was found in the document of the topics, together with what was found in the spec.
    pub(crate) fn attach_events(&mut self, events: Api) {
        let Diagnostics { warnings, left_out } = events.diagnostics.clone();
        self.diagnostics.warnings.extend(warnings);
        self.diagnostics.left_out.extend(left_out);
        self.events = Some(Box::new(events));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(id: &str) -> Result<(String, String, Vec<String>), String> {
        let declared = DeclaredTopic {
            id: id.to_owned(),
            ..DeclaredTopic::default()
        };
        let parsed = Parsed::new(&declared)?;
        let arguments = parsed.arguments.iter().map(|item| item.name.clone());
        Ok((parsed.family, parsed.name, arguments.collect()))
    }

    #[test]
    fn names_are_made_of_the_whole_id() {
        for (id, family, name, arguments) in table![
            "v2.users.{id}.presence", "users", "user_presence" => &["user_id"][..];
            "v2.users.{userId}.routingStatus", "users", "user_routing_status" => &["user_id"];
            "v2.routing.queues.{id}.conversations.calls", "routing", "routing_queue_conversations_calls" => &["queue_id"];
            "v2.externalcontacts.contacts.{id}.notes.{id}", "externalcontacts", "externalcontacts_contact_note" => &["contact_id", "note_id"];
            "v2.outbound.settings", "outbound", "outbound_settings" => &[];
            "v2.system.{id}.{id}", "system", "system" => &["system_id", "id"];
            "channel.metadata", "channel", "channel_metadata" => &[];
            "v2.{id}", "other", "empty" => &["id"];
            "v2.a-b!.{type}", "a-b!", "a_b" => &["r#type"];
        ] {
            let arguments = arguments.iter().map(|name| (*name).to_owned()).collect();
            let expected = (family.to_owned(), name.to_owned(), arguments);
            assert_eq!(parsed(id), Ok(expected), "{id}");
        }
        for id in ["v2..x", "v2.users.{id}x", "v2.users.x{id}", "v2.{a}{b}"] {
            assert!(parsed(id).is_err(), "{id}");
        }
    }

    #[test]
    fn one_of_several() {
        for (several, one) in [
            ("users", "user"),
            ("queues", "queue"),
            ("responses", "response"),
            ("statuses", "status"),
            ("status", "status"),
            ("analysis", "analysis"),
            ("entries", "entry"),
            ("boxes", "box"),
            ("addresses", "address"),
            ("flow", "flow"),
            ("s", "s"),
            ("日本s", "日本"),
        ] {
            assert_eq!(singular(several), one, "{several}");
        }
    }

    #[test]
    fn a_family_takes_no_feature_that_is_taken() {
        let tag = |feature: &str| Tag {
            name: feature.to_owned(),
            feature: feature.to_owned(),
            module: feature.replace('-', "_"),
            type_name: String::new(),
            description: None,
        };
        let ids = [
            "v2.users.a",
            "v2.Users.b",
            "v2.full.a",
            "v2.!.a",
            "v2.3d.a",
            "v2.mod.a",
        ];
        let declared: Vec<DeclaredTopic> = ids
            .iter()
            .map(|id| DeclaredTopic {
                id: (*id).to_owned(),
                ..DeclaredTopic::default()
            })
            .collect();
        let parsed: Vec<Parsed<'_>> = declared
            .iter()
            .map(|declared| Parsed::new(declared).unwrap())
            .collect();
        let families = families(&parsed, &[tag("topics-users")]);
        let found: Vec<(&str, &str, &str)> = families
            .iter()
            .map(|tag| (&*tag.name, &*tag.feature, &*tag.module))
            .collect();
        assert_eq!(
            found,
            [
                ("full", "topics-full-2", "full_2"),
                ("mod", "topics-mod", "mod_"),
                ("!", "topics-other", "other"),
                ("3d", "topics-3d", "topics_3d"),
                ("Users", "topics-users-2", "users_2"),
                ("users", "topics-users-3", "users_3"),
            ]
        );
    }
}
