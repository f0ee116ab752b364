//! The topics of notifications, from what `GET /api/v2/notifications/availabletopics?expand=schema` returns to the file beside a spec.
//!
//! The schemas of the API are JSON schemas whose ids are URNs. They become definitions, by the rules of Genesys's own SDKs:
//!
//! - a schema with an id is a definition, wherever it stands; its name is made of its URN ([`class_name`]);
//! - a reference to a URN becomes a reference to the definition of its name;
//! - an integer without a format is an int64;
//! - of enum values that differ only by case, the first stays;
//! - the type `any` is text with the format date-time.
//!
//! What does not follow the rules is read as any JSON value, with a warning.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Path, PathBuf};

use super::error::FetchError;
use super::normal;
use crate::document::{Json, LoadError, push_segment, quote};
use crate::load::reader::At;
use crate::load::topics::{Topics, load};
use crate::load::{Diagnostics, Notes, WarningKind};
use crate::spec::{Folder, Replacement, TOPICS_FILE, TOPICS_RECORD, TopicsRecord, file};

/// Topics that are about to be stored.
#[derive(Clone, Debug)]
pub struct TopicsCandidate {
    /// Their record.
    pub record: TopicsRecord,
    /// The text of the file.
    pub text: String,
    /// The file there says something else, or there is none.
    pub is_new: bool,
    /// What could not be converted.
    pub diagnostics: Diagnostics,
}

/// How topics are taken.
#[derive(Clone, Copy, Debug, Default)]
pub struct TopicsOptions {
    /// Take them though there are far fewer than before.
    pub force: bool,
    /// The number of the release; one more than the last where none is said.
    pub release: Option<u32>,
    /// Whether descriptions stay; as in the spec there where nothing is said.
    pub prose: Option<bool>,
}

impl TopicsCandidate {
    /// Converts what the API returned, and compares it with the topics in the folder of a spec. `origin` is where it came from.
    ///
    /// # Errors
    ///
    /// Fails if it is not a list of topics, or if there are fewer than nine tenths of those there.
    pub fn prepare(
        origin: &str,
        document: &[u8],
        folder: &Path,
        options: TopicsOptions,
    ) -> Result<Self, FetchError> {
        let unpacked = file::unpack(origin, document)?;
        let incoming = text_of(origin, &unpacked)?;
        let root = Json::parse(incoming).map_err(|fault| fault.in_file(origin))?;
        let keeps_prose = match options.prose {
            Some(keeps) => keeps,
            None => Folder::read(folder)?
                .source()?
                .is_none_or(|source| source.prose),
        };
        let notes = Notes::default();
        let converted = convert(&root, keeps_prose, &notes)
            .map_err(|problem| LoadError::new(origin, problem, WRONG_DOCUMENT))?;
        let text = normal::text(converted);
        let diagnostics = notes.into_diagnostics(origin, &root);

        let path = folder.join(TOPICS_FILE);
        let there = match std::fs::read_to_string(&path) {
            Ok(text) => Some(text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => return Err(FetchError::from_io(path, &error)),
        };
        let before = Folder::read(folder)?.topics()?;
        let is_new = there.as_deref() != Some(text.as_str());
        let last = before.as_ref().map(|record| record.release);
        let release = options.release.unwrap_or(match last {
            Some(last) if is_new => last.saturating_add(1),
            Some(last) => last,
            None => 1,
        });
        let record = TopicsRecord::describe(&text, release, origin)?;
        if let Some(before) = before
            && !options.force
        {
            for (what, before, after) in [
                ("topics", before.topics, record.topics),
                ("definitions", before.definitions, record.definitions),
            ] {
                if after.saturating_mul(10) < before.saturating_mul(9) {
                    return Err(FetchError::Collapsed {
                        name: origin.to_owned(),
                        what,
                        before,
                        after,
                    });
                }
            }
        }
        Ok(Self {
            record,
            text,
            is_new,
            diagnostics,
        })
    }

    /// The file and its record as they are stored, in a folder that is named `below` (`""`, `"spec/"`).
    pub fn files(&self, below: &str) -> [Replacement; 2] {
        [
            Replacement {
                name: format!("{below}{TOPICS_FILE}"),
                content: self.text.clone().into_bytes(),
            },
            Replacement {
                name: format!("{below}{TOPICS_RECORD}"),
                content: self.record.to_toml().into_bytes(),
            },
        ]
    }

    /// The topics as they will be read.
    pub(crate) fn load(&self) -> Result<Topics, LoadError> {
        let path = PathBuf::from(&self.record.origin);
        load(&path, self.text.as_bytes(), Some(&self.record))
    }
}

const WRONG_DOCUMENT: &str =
    "Give what GET /api/v2/notifications/availabletopics?expand=schema returns.";

/// The text of a document, which may be a list.
fn text_of<'b>(origin: &str, bytes: &'b [u8]) -> Result<&'b str, LoadError> {
    match std::str::from_utf8(bytes) {
        Ok(text) if text.trim_start().starts_with('[') => Ok(text),
        _ => file::text(origin, bytes),
    }
}

/// The file of what the API returned, or of another such file.
fn convert<'d>(root: &'d Json<'d>, keeps_prose: bool, notes: &Notes) -> Result<Json<'d>, String> {
    if let (Some(topics @ Json::Array(_)), Some(definitions @ Json::Object(_))) =
        (root.get("topics"), root.get("definitions"))
    {
        // The file itself, as it lies beside a spec.
        return Ok(Json::Object(vec![
            ("definitions".into(), definitions.clone()),
            ("topics".into(), topics.clone()),
        ]));
    }
    let listed = At::Root.key("entities");
    let (at, list) = match (root, root.get("entities")) {
        (Json::Array(list), _) => (At::Root, list),
        (_, Some(Json::Array(list))) => (listed, list),
        (_, Some(other)) => {
            return Err(format!("its entities are {}, not a list", other.kind()));
        }
        (other, None) => {
            return Err(format!("it is {} without a list of entities", other.kind()));
        }
    };
    let mut converter = Converter {
        keeps_prose,
        notes,
        definitions: BTreeMap::new(),
        referenced: Vec::new(),
    };
    let mut topics = Vec::new();
    for (index, entity) in list.iter().enumerate() {
        if let Some(topic) = converter.topic(entity, &at.index(index)) {
            topics.push(topic);
        }
    }
    converter.warn_of_missing();
    let definitions = converter.definitions.into_iter();
    let definitions = definitions.map(|(name, definition)| (name.into(), definition));
    Ok(Json::Object(vec![
        ("definitions".into(), Json::Object(definitions.collect())),
        ("topics".into(), Json::Array(topics)),
    ]))
}

/// What of a topic is kept as it is.
const TEXTS: [&str; 1] = ["visibility"];
const LISTS: [&str; 3] = ["transports", "requiresPermissions", "topicParameters"];
const MARKS: [&str; 3] = [
    "requiresDivisionPermissions",
    "requiresCurrentUser",
    "requiresCurrentUserOrPermission",
];

struct Converter<'d, 'n> {
    keeps_prose: bool,
    notes: &'n Notes,
    definitions: BTreeMap<String, Json<'d>>,
    /// The names that references lead to, with the place of the reference.
    referenced: Vec<(String, String)>,
}

impl<'d> Converter<'d, '_> {
    fn topic(&mut self, entity: &'d Json<'d>, at: &At<'_>) -> Option<Json<'d>> {
        let Some(id) = entity.get("id").and_then(Json::as_str) else {
            let problem = "the topic has no id; it is left out";
            self.notes.warn(WarningKind::Topic, at, problem);
            return None;
        };
        let mut topic = vec![("id".into(), Json::String(id.into()))];
        if let Some(schema) = entity.get("schema").filter(|json| !is_nothing(json)) {
            match self.root(schema, &at.key("schema")) {
                Ok(name) => topic.push(("schema".into(), Json::String(name.into()))),
                Err(problem) => self.notes.warn(
                    WarningKind::Topic,
                    &at.key("schema"),
                    format!(
                        "{problem}; the events of the topic {} are any JSON value",
                        quote(id)
                    ),
                ),
            }
        }
        if self.keeps_prose
            && let Some(text @ Json::String(_)) = entity.get("description")
        {
            topic.push(("description".into(), text.clone()));
        }
        for key in TEXTS {
            if let Some(text @ Json::String(_)) = entity.get(key) {
                topic.push((key.into(), text.clone()));
            }
        }
        for key in LISTS {
            let texts = texts(entity.get(key));
            let texts = match key {
                "requiresPermissions" if texts.is_empty() => detailed_permissions(entity),
                _ => texts,
            };
            if !texts.is_empty() {
                topic.push((key.into(), Json::Array(texts)));
            }
        }
        for key in MARKS {
            if let Some(mark @ Json::Boolean(true)) = entity.get(key) {
                topic.push((key.into(), mark.clone()));
            }
        }
        Some(Json::Object(topic))
    }

    /// The definition that the schema of a topic becomes, by its name.
    fn root(&mut self, schema: &'d Json<'d>, at: &At<'_>) -> Result<String, String> {
        let id = schema.get("id").and_then(Json::as_str);
        let reference = schema.get("$ref").and_then(Json::as_str);
        let Some(name) = id.or(reference).and_then(class_name) else {
            return Err("the schema has no id that is a URN".to_owned());
        };
        if id.is_some() {
            self.define(&name, schema, at);
        } else {
            self.referenced.push((name.clone(), at.pointer()));
        }
        Ok(name)
    }

    /// Keeps a schema as a definition. Of two of one name, that with more properties stays: the API writes a schema out once, and refers to it
    /// or names it afterwards.
    fn define(&mut self, name: &str, schema: &'d Json<'d>, at: &At<'_>) {
        let definition = self.written_out(schema, at);
        let count = |json: &Json<'_>| {
            json.get("properties")
                .map_or(0, |json| json.entries().len())
        };
        match self.definitions.get(name) {
            Some(there) if same(there, &definition) => return,
            Some(there) => {
                if count(there) > 0 && count(&definition) > 0 {
                    self.notes.warn(
                        WarningKind::Schema,
                        at,
                        format!(
                            "another schema is called {} as well; that with more properties is taken",
                            quote(name)
                        ),
                    );
                }
                if count(there) >= count(&definition) {
                    return;
                }
            }
            None => {}
        }
        self.definitions.insert(name.to_owned(), definition);
    }

    /// A schema at the place where it is used.
    fn schema(&mut self, schema: &'d Json<'d>, at: &At<'_>) -> Json<'d> {
        if let Some(reference) = schema.get("$ref").and_then(Json::as_str) {
            let name = match reference.strip_prefix("#/definitions/") {
                Some(name) => Some(name.to_owned()),
                None => class_name(reference),
            };
            return match name {
                Some(name) => {
                    self.referenced.push((name.clone(), at.pointer()));
                    reference_to(&name)
                }
                None => self.anything(&at.key("$ref"), "the reference is not a URN"),
            };
        }
        if let Some(id) = schema.get("id").and_then(Json::as_str) {
            if let Some(name) = class_name(id) {
                self.define(&name, schema, at);
                return reference_to(&name);
            }
            let problem = "the id of the schema is not a URN; it is part of the schema around it";
            self.notes.warn(WarningKind::Schema, &at.key("id"), problem);
        }
        self.written_out(schema, at)
    }

    /// A schema with all that is in it; its id is left out.
    fn written_out(&mut self, schema: &'d Json<'d>, at: &At<'_>) -> Json<'d> {
        if !matches!(schema, Json::Object(_)) {
            let problem = format!("a schema is {}", schema.kind());
            return self.anything(at, &problem);
        }
        let mut written: Vec<(Cow<'d, str>, Json<'d>)> = Vec::new();
        let mut kind = schema.get("type");
        if let Some(Json::Array(kinds)) = kind {
            // One of several, of which null is not a type here.
            let mut named = kinds.iter().filter(|kind| kind.as_str() != Some("null"));
            kind = named.next().filter(|_| named.next().is_none());
            if kind.is_none() {
                return self.anything(&at.key("type"), "the schema has several types");
            }
        }
        let kind = match kind {
            None => None,
            Some(Json::String(kind)) => Some(&**kind),
            Some(_) => return self.anything(&at.key("type"), "the type is not a text"),
        };
        let text = |text: &'static str| Json::String(text.into());
        match kind {
            Some("any") => {
                written.push(("type".into(), text("string")));
                written.push(("format".into(), text("date-time")));
                return Json::Object(written);
            }
            Some("string" | "number" | "boolean" | "array" | "object" | "integer") | None => {}
            Some(other) => {
                let problem = format!("the type {} is unknown", quote(other));
                return self.anything(&at.key("type"), &problem);
            }
        }
        if let Some(kind) = kind {
            written.push(("type".into(), Json::String(kind.to_owned().into())));
        }
        match schema.get("format") {
            Some(format @ Json::String(_)) => written.push(("format".into(), format.clone())),
            _ if kind == Some("integer") => written.push(("format".into(), text("int64"))),
            _ => {}
        }
        if let Some(Json::Array(values)) = schema.get("enum") {
            let mut seen = HashSet::new();
            let values = values.iter();
            let values = values.filter(|value| match value.as_str() {
                Some(value) => seen.insert(value.to_lowercase()),
                None => true,
            });
            written.push(("enum".into(), Json::Array(values.cloned().collect())));
        }
        if self.keeps_prose
            && let Some(description @ Json::String(_)) = schema.get("description")
        {
            written.push(("description".into(), description.clone()));
        }
        if let Some(properties) = schema.get("properties") {
            let place = at.key("properties");
            let properties = properties.entries().iter();
            let properties = properties
                .map(|(name, property)| (name.clone(), self.schema(property, &place.key(name))))
                .collect();
            written.push(("properties".into(), Json::Object(properties)));
        }
        if let Some(items) = schema.get("items") {
            let items = self.schema(items, &at.key("items"));
            written.push(("items".into(), items));
        }
        match schema.get("additionalProperties") {
            Some(values @ Json::Object(_)) => {
                let values = self.schema(values, &at.key("additionalProperties"));
                written.push(("additionalProperties".into(), values));
            }
            Some(mark @ Json::Boolean(_)) => {
                written.push(("additionalProperties".into(), mark.clone()));
            }
            _ => {}
        }
        Json::Object(written)
    }

    /// Any JSON value, in the place of what is not understood.
    fn anything(&self, at: &At<'_>, problem: &str) -> Json<'d> {
        let message = format!("{problem}; it is read as any JSON value");
        self.notes.warn(WarningKind::Schema, at, message);
        Json::Object(Vec::new())
    }

    /// References that lead nowhere: what they type is any JSON value.
    fn warn_of_missing(&mut self) {
        let mut missing = BTreeSet::new();
        for (name, pointer) in std::mem::take(&mut self.referenced) {
            if !self.definitions.contains_key(&name) {
                let message = format!(
                    "nothing defines {}; it is read as any JSON value",
                    quote(&name)
                );
                self.notes.warn_at(WarningKind::Schema, pointer, message);
                missing.insert(name);
            }
        }
        for name in missing {
            self.definitions.insert(name, Json::Object(Vec::new()));
        }
    }
}

fn reference_to<'d>(name: &str) -> Json<'d> {
    let mut pointer = String::from("#/definitions");
    push_segment(&mut pointer, name);
    Json::Object(vec![("$ref".into(), Json::String(pointer.into()))])
}

fn same(left: &Json<'_>, right: &Json<'_>) -> bool {
    left.to_value() == right.to_value()
}

/// Null, and an object that says nothing.
fn is_nothing(json: &Json<'_>) -> bool {
    match json {
        Json::Null => true,
        Json::Object(entries) => entries.is_empty(),
        _ => false,
    }
}

fn texts<'d>(json: Option<&Json<'d>>) -> Vec<Json<'d>> {
    match json {
        Some(Json::Array(items)) => {
            let items = items.iter();
            items
                .filter(|item| item.as_str().is_some())
                .cloned()
                .collect()
        }
        _ => Vec::new(),
    }
}

/// The permissions of `permissionDetails`, for a topic that does not list them otherwise.
fn detailed_permissions<'d>(entity: &Json<'d>) -> Vec<Json<'d>> {
    let Some(Json::Array(details)) = entity.get("permissionDetails") else {
        return Vec::new();
    };
    details
        .iter()
        .flat_map(|detail| texts(detail.get("permissions")))
        .collect()
}

/// The name of the class of a URN: of `urn:jsonschema:…:b:v2:C` the parts before and after `v2`, put together, each with a capital first letter.
/// Where the part before the last is not `v2`, these are the last two parts.
fn class_name(urn: &str) -> Option<String> {
    if !urn.get(..4)?.eq_ignore_ascii_case("urn:") {
        return None;
    }
    let parts: Vec<&str> = urn.split(':').filter(|part| !part.is_empty()).collect();
    let before = match parts.as_slice() {
        [_, .., before, "v2", _] | [_, .., before, _] => before,
        _ => return None,
    };
    let name: String = [before, parts.last()?].map(|part| capital(part)).concat();
    (!name.is_empty()).then_some(name)
}

/// A part without what no name has: what follows such a character begins with a capital, too.
fn capital(part: &str) -> String {
    let mut name = String::with_capacity(part.len());
    for word in part.split(|character: char| !character.is_ascii_alphanumeric()) {
        let mut characters = word.chars();
        if let Some(first) = characters.next() {
            name.push(first.to_ascii_uppercase());
            name.push_str(characters.as_str());
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    fn converted(text: &str) -> (serde_json::Value, Vec<(String, String)>) {
        let root = Json::parse(text).unwrap();
        let notes = Notes::default();
        let converted = convert(&root, true, &notes).unwrap().to_value();
        let warnings = notes.into_loaded().warnings.into_iter();
        let warnings = warnings.map(|warning| (warning.pointer, warning.message));
        (converted, warnings.collect())
    }

    /// The definition that one schema becomes.
    fn schema(text: &str) -> serde_json::Value {
        let text = format!(
            r#"{{"entities": [{{"id": "v2.x", "schema": {{"id": "urn:jsonschema:a:x:v2:C", "type": "object", "properties": {{"p": {text}}}}}}}]}}"#
        );
        let (converted, warnings) = converted(&text);
        assert_eq!(warnings, []);
        converted["definitions"]["XC"]["properties"]["p"].clone()
    }

    #[test]
    fn names_are_made_of_urns() {
        for (urn, name) in table![
            "urn:jsonschema:a:b:v2:C" => Some("BC");
            "urn:jsonschema:com:genesys:presenceEvent:v2:userPresence" => Some("PresenceEventUserPresence");
            "urn:jsonschema:architect:ArchitectPromptNotification:PromptNotification" => Some("ArchitectPromptNotificationPromptNotification");
            "urn:jsonschema:a:v2:b:C" => Some("BC");
            "URN:jsonschema:v2:C" => Some("JsonschemaC");
            "urn:jsonschema:a:b-c.d:v2:E$F" => Some("BCDEF");
            "urn:x" => None;
            "urn:" => None;
            "urn:\"):v2://" => None;
            "https://example.com/schema" => None;
            "" => None;
            "ürn" => None;
        ] {
            assert_eq!(class_name(urn).as_deref(), name, "{urn}");
        }
    }

    #[test]
    fn schemas_become_definitions() {
        let (converted, warnings) = converted(
            r#"{"entities": [
                {"id": "v2.b.{id}", "schema": {"id": "urn:jsonschema:s:b:v2:Root", "type": "object", "properties": {
                    "inner": {"type": "object", "id": "urn:jsonschema:s:b:v2:Inner", "properties": {"n": {"type": "integer"}}},
                    "again": {"type": "object", "$ref": "urn:jsonschema:s:b:v2:Inner"},
                    "list": {"type": "array", "items": {"$ref": "urn:jsonschema:s:b:v2:Root"}},
                    "map": {"type": "object", "additionalProperties": {"$ref": "urn:jsonschema:s:b:v2:Inner"}}}}},
                {"id": "v2.a"}]}"#,
        );
        assert_eq!(warnings, []);
        let reference = serde_json::json!({"$ref": "#/definitions/BInner"});
        let root = &converted["definitions"]["BRoot"]["properties"];
        assert_eq!(root["inner"], reference);
        assert_eq!(root["again"], reference);
        assert_eq!(root["list"]["items"]["$ref"], "#/definitions/BRoot");
        assert_eq!(root["map"]["additionalProperties"], reference);
        assert_eq!(
            converted["definitions"]["BInner"],
            serde_json::json!({"type": "object", "properties": {"n": {"type": "integer", "format": "int64"}}})
        );
        assert_eq!(converted["topics"][0]["schema"], "BRoot");
        assert_eq!(converted["topics"][1], serde_json::json!({"id": "v2.a"}));
    }

    #[test]
    fn types_follow_the_rules() {
        let json = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        for (given, expected) in table![
            r#"{"type": "integer"}"# => r#"{"type": "integer", "format": "int64"}"#;
            r#"{"type": "integer", "format": "int32"}"# => r#"{"type": "integer", "format": "int32"}"#;
            r#"{"type": "any"}"# => r#"{"type": "string", "format": "date-time"}"#;
            r#"{"type": "string", "enum": ["ON", "on", "Off", "OFF", "x"]}"# => r#"{"type": "string", "enum": ["ON", "Off", "x"]}"#;
            r#"{"type": "string", "format": "date-time", "required": true, "links": [1]}"# => r#"{"type": "string", "format": "date-time"}"#;
            r#"{"type": ["null", "string"], "description": "Told."}"# => r#"{"type": "string", "description": "Told."}"#;
            r#"{"type": "object", "additionalProperties": true}"# => r#"{"type": "object", "additionalProperties": true}"#;
        ] {
            assert_eq!(schema(given), json(expected), "{given}");
        }
    }

    #[test]
    fn what_is_not_understood_is_any_value_with_a_warning() {
        let of_property = |property: &str| {
            let (converted, warnings) = converted(&format!(
                r#"[{{"id": "v2.x", "schema": {{"id": "urn:j:x:v2:C", "type": "object", "properties": {{"p": {property}}}}}}}]"#
            ));
            assert_eq!(warnings.len(), 1, "{property}: {warnings:?}");
            let definition = converted["definitions"]["XC"]["properties"]["p"].clone();
            (definition, warnings[0].clone())
        };
        for (property, place) in [
            ("7", ""),
            (r#"{"type": "tuple"}"#, "/type"),
            (r#"{"type": ["string", "integer"]}"#, "/type"),
            (r#"{"type": {}}"#, "/type"),
            (r#"{"$ref": "elsewhere.json"}"#, "/$ref"),
        ] {
            let (definition, (pointer, message)) = of_property(property);
            assert_eq!(definition, serde_json::json!({}), "{property}");
            assert_eq!(pointer, format!("/0/schema/properties/p{place}"));
            assert!(message.contains("any JSON value"), "{message}");
        }
        let (definition, (pointer, _)) = of_property(r#"{"$ref": "urn:j:gone:v2:D"}"#);
        assert_eq!(definition["$ref"], "#/definitions/GoneD");
        assert_eq!(pointer, "/0/schema/properties/p");
        let (_, (pointer, _)) = of_property(r#"{"id": "no-urn", "type": "object"}"#);
        assert_eq!(pointer, "/0/schema/properties/p/id");
    }

    #[test]
    fn a_topic_that_is_not_understood_spoils_no_other() {
        let (converted, warnings) = converted(
            r#"{"entities": [7, {"id": 7}, {"id": "v2.raw", "schema": {"type": "object"}}, {"id": "v2.none", "schema": {}},
                {"id": "v2.whole", "schema": {"id": "urn:j:x:v2:C", "type": "object"}}]}"#,
        );
        let ids: Vec<&str> = converted["topics"]
            .as_array()
            .unwrap()
            .iter()
            .map(|topic| topic["id"].as_str().unwrap())
            .collect();
        assert_eq!(ids, ["v2.raw", "v2.none", "v2.whole"]);
        assert_eq!(converted["topics"][2]["schema"], "XC");
        let places: Vec<&str> = warnings.iter().map(|(place, _)| place.as_str()).collect();
        assert_eq!(places, ["/entities/0", "/entities/1", "/entities/2/schema"]);
        for text in ["{}", "7", r#"{"entities": {}}"#] {
            let root = Json::parse(text).unwrap();
            assert!(convert(&root, true, &Notes::default()).is_err(), "{text}");
        }
    }

    #[test]
    fn what_subscribing_needs_is_kept() {
        let text = r#"[{"id": "v2.x.{id}", "description": "Told.", "transports": ["All"], "visibility": "Preview", "requiresPermissions": [],
            "permissionDetails": [{"type": "requiresPermissions", "permissions": ["a:b:view"]}], "requiresCurrentUser": true,
            "requiresDivisionPermissions": false, "topicParameters": ["id"], "enforced": true}]"#;
        let (with_prose, _) = converted(text);
        assert_eq!(
            with_prose["topics"][0],
            serde_json::json!({"id": "v2.x.{id}", "description": "Told.", "transports": ["All"], "visibility": "Preview",
                "requiresPermissions": ["a:b:view"], "requiresCurrentUser": true, "topicParameters": ["id"]})
        );
        let root = Json::parse(text).unwrap();
        let without = convert(&root, false, &Notes::default()).unwrap().to_value();
        assert!(without["topics"][0].get("description").is_none());
    }

    #[test]
    fn of_two_schemas_of_one_name_the_fuller_one_stays() {
        let text = |first: &str, second: &str| {
            format!(
                r#"[{{"id": "v2.a", "schema": {{"id": "urn:j:x:v2:C", {first}}}}}, {{"id": "v2.b", "schema": {{"id": "urn:j:x:v2:C", {second}}}}}]"#
            )
        };
        let stub = r#""type": "object""#;
        let full = r#""type": "object", "properties": {"a": {"type": "string"}}"#;
        let other =
            r#""type": "object", "properties": {"b": {"type": "string"}, "c": {"type": "string"}}"#;
        for (first, second, kept, told) in [
            (stub, full, "a", 0),
            (full, stub, "a", 0),
            (full, full, "a", 0),
            (full, other, "b", 1),
            (other, full, "b", 1),
        ] {
            let (converted, warnings) = converted(&text(first, second));
            let properties = &converted["definitions"]["XC"]["properties"];
            assert!(properties.get(kept).is_some(), "{first} {second}");
            assert_eq!(warnings.len(), told, "{warnings:?}");
        }
    }
}
