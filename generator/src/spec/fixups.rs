//! Fix-ups: corrections to a spec, as data, each with its reason.
//!
//! They belong to one spec and lie beside it in `fixups.toml`; they are applied to the document as
//! it was published, before it is read. Each entry names its place, states what to do, and stops
//! applying, which is an error, as soon as the spec no longer has what it corrects.
//!
//! ```toml
//! [[fixup]]
//! reason = "The limit is a number; the file says otherwise until release 271."
//! operation = "getUsers"          # x-purecloud-method-name or operationId; or: definition = "User"
//! parameter = "limit"             # one parameter of the operation, by name
//! pointer = "/type"               # a JSON pointer, from the operation, parameter, definition or document
//! action = "replace"              # "replace" (needs was and value), "add" (needs value) or "remove"
//! was = "string"                  # what is there now; with "remove" it may be left out
//! value = "integer"
//! ```
//!
//! `add` adds a key to an object that does not have it, or (with a pointer that ends in `/-`) an
//! element at the end of an array that does not hold it.

use std::borrow::Cow;

use serde::Deserialize;

use super::folder::read_toml;
use super::outlived::Outlived;
use crate::document::{Json, LoadError, quote, unescape_segment};

/// The name of the file, in the folder of the spec.
pub const FIXUPS_FILE: &str = "fixups.toml";

/// The fix-ups of one spec, in their order.
#[derive(Debug, Clone, Default)]
pub struct Fixups {
    file: String,
    entries: Vec<Fixup>,
}

/// One correction.
#[derive(Debug, Clone)]
struct Fixup {
    reason: String,
    target: Target,
    pointer: Vec<String>,
    action: Action,
}

/// What the pointer of an entry starts from.
#[derive(Debug, Clone)]
enum Target {
    Document,
    Definition(String),
    Operation(String),
    Parameter { operation: String, name: String },
}

#[derive(Debug, Clone)]
enum Action {
    Replace {
        was: Json<'static>,
        value: Json<'static>,
    },
    Add {
        value: Json<'static>,
    },
    Remove {
        was: Option<Json<'static>>,
    },
}

/// The file as TOML has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    fixup: Vec<WrittenFixup>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenFixup {
    reason: String,
    definition: Option<String>,
    operation: Option<String>,
    parameter: Option<String>,
    pointer: String,
    action: String,
    was: Option<toml::Value>,
    value: Option<toml::Value>,
}

impl Fixups {
    /// Parses the text of a `fixups.toml`; `name` is what errors call it.
    ///
    /// # Errors
    ///
    /// Fails if the text is not TOML, or an entry is not understood.
    pub fn parse(name: &str, text: &str) -> Result<Self, LoadError> {
        let written: Written = read_toml(
            name,
            text,
            "a list of fix-ups",
            "An entry has reason, pointer and action, and operation, parameter, definition, was and value as needed.",
        )?;
        let mut fixups = Self {
            file: name.to_owned(),
            entries: Vec::with_capacity(written.fixup.len()),
        };
        for (index, written) in written.fixup.into_iter().enumerate() {
            let reason = written.reason.clone();
            let entry = Fixup::try_from(written).map_err(|problem| {
                let problem = format!("{}: {problem}", self::name(index, &reason));
                LoadError::new(fixups.file.clone(), problem, "Correct the entry.")
            })?;
            fixups.entries.push(entry);
        }
        Ok(fixups)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Applies those that apply, in order. The others come back.
    pub(crate) fn apply(&self, root: &mut Json<'_>) -> Vec<Outlived> {
        let entries = self.entries.iter().enumerate();
        entries
            .filter_map(|(index, entry)| {
                Some(Outlived {
                    file: FIXUPS_FILE,
                    table: "fixup",
                    index,
                    problem: entry.apply(root).err()?,
                    entry: name(index, &entry.reason),
                })
            })
            .collect()
    }
}

/// What messages call an entry.
fn name(index: usize, reason: &str) -> String {
    format!("fix-up {} ({})", index + 1, quote(reason))
}

impl TryFrom<WrittenFixup> for Fixup {
    type Error = String;

    fn try_from(written: WrittenFixup) -> Result<Self, String> {
        if written.reason.trim().is_empty() {
            return Err("the reason is empty".to_owned());
        }
        let target = match (written.definition, written.operation, written.parameter) {
            (None, None, None) => Target::Document,
            (Some(name), None, None) => Target::Definition(name),
            (None, Some(name), None) => Target::Operation(name),
            (None, Some(operation), Some(name)) => Target::Parameter { operation, name },
            (None, None, Some(_)) => return Err("parameter needs operation beside it".to_owned()),
            (Some(_), ..) => {
                return Err("definition cannot stand beside operation or parameter".to_owned());
            }
        };
        let json = |value: Option<toml::Value>| value.map(to_json).transpose();
        let (was, value) = (json(written.was)?, json(written.value)?);
        let action = match (written.action.as_str(), was, value) {
            ("replace", Some(was), Some(value)) => Action::Replace { was, value },
            ("replace", ..) => return Err("\"replace\" needs both was and value".to_owned()),
            ("add", None, Some(value)) => Action::Add { value },
            ("add", ..) => return Err("\"add\" needs value, and has no was".to_owned()),
            ("remove", was, None) => Action::Remove { was },
            ("remove", ..) => return Err("\"remove\" has no value".to_owned()),
            (other, ..) => {
                return Err(format!(
                    "action {} is not \"replace\", \"add\" or \"remove\"",
                    quote(other)
                ));
            }
        };
        Ok(Self {
            reason: written.reason,
            target,
            pointer: segments(&written.pointer)?,
            action,
        })
    }
}

impl Fixup {
    fn apply(&self, root: &mut Json<'_>) -> Result<(), String> {
        let target = self.target.find(root)?;
        let Some((last, parents)) = self.pointer.split_last() else {
            // Parsing made sure that there is a pointer.
            return Err("the pointer is empty".to_owned());
        };
        let mut parent = target;
        for segment in parents {
            parent = child(parent, segment)
                .ok_or_else(|| format!("there is no {} any more", quote(segment)))?;
        }
        match &self.action {
            Action::Replace { was, value } => {
                let found = child(parent, last)
                    .ok_or_else(|| format!("there is no {} to replace", quote(last)))?;
                if same(found, value) {
                    return Err("the spec already has the wanted value".to_owned());
                }
                if !same(found, was) {
                    return Err(format!(
                        "the spec has {} there, not {}",
                        show(found),
                        show(was)
                    ));
                }
                *found = value.clone();
                Ok(())
            }
            Action::Add { value } => add(parent, last, value.clone()),
            Action::Remove { was } => {
                let found = child(parent, last)
                    .ok_or_else(|| format!("there is no {} to remove", quote(last)))?;
                if let Some(was) = was
                    && !same(found, was)
                {
                    return Err(format!(
                        "the spec has {} there, not {}",
                        show(found),
                        show(was)
                    ));
                }
                remove(parent, last);
                Ok(())
            }
        }
    }
}

impl Target {
    fn find<'r, 'd>(&self, root: &'r mut Json<'d>) -> Result<&'r mut Json<'d>, String> {
        match self {
            Self::Document => Ok(root),
            Self::Definition(name) => {
                let schemas = if root.get("definitions").is_some() {
                    child(root, "definitions")
                } else {
                    child(root, "components").and_then(|components| child(components, "schemas"))
                };
                schemas
                    .and_then(|schemas| child(schemas, name))
                    .ok_or_else(|| format!("there is no definition {}", quote(name)))
            }
            Self::Operation(name) => operation(root, name),
            Self::Parameter {
                operation: of,
                name,
            } => {
                let missing = || format!("{} has no parameter {}", quote(of), quote(name));
                let parameters = child(operation(root, of)?, "parameters").ok_or_else(missing)?;
                let Json::Array(items) = parameters else {
                    return Err(missing());
                };
                items
                    .iter_mut()
                    .find(|item| text(item, "name") == Some(name))
                    .ok_or_else(missing)
            }
        }
    }
}

/// The operation of a name, the method name first.
fn operation<'r, 'd>(root: &'r mut Json<'d>, name: &str) -> Result<&'r mut Json<'d>, String> {
    let missing = || format!("there is no operation {}", quote(name));
    let paths = root.get("paths").map(Json::entries).unwrap_or_default();
    let find = |key: &str| {
        paths.iter().enumerate().find_map(|(path, (_, item))| {
            let method = item
                .entries()
                .iter()
                .position(|(_, operation)| text(operation, key) == Some(name));
            method.map(|method| (path, method))
        })
    };
    let (path, method) = find("x-purecloud-method-name")
        .or_else(|| find("operationId"))
        .ok_or_else(missing)?;
    let paths = child(root, "paths").ok_or_else(missing)?;
    entry(paths, path)
        .and_then(|item| entry(item, method))
        .ok_or_else(missing)
}

fn text<'j>(json: &'j Json<'_>, key: &str) -> Option<&'j str> {
    match json.get(key) {
        Some(Json::String(text)) => Some(text),
        _ => None,
    }
}

fn entry<'r, 'd>(json: &'r mut Json<'d>, index: usize) -> Option<&'r mut Json<'d>> {
    match json {
        Json::Object(entries) => entries.get_mut(index).map(|(_, value)| value),
        _ => None,
    }
}

/// The value under a key or index.
fn child<'r, 'd>(json: &'r mut Json<'d>, segment: &str) -> Option<&'r mut Json<'d>> {
    match json {
        Json::Object(entries) => entries
            .iter_mut()
            .find_map(|(key, value)| (key == segment).then_some(value)),
        Json::Array(items) => items.get_mut(index(segment)?),
        _ => None,
    }
}

/// An index into an array (RFC 6901, section 4: no leading zeros).
fn index(segment: &str) -> Option<usize> {
    let index: usize = segment.parse().ok()?;
    (index.to_string() == segment).then_some(index)
}

fn add<'d>(parent: &mut Json<'d>, segment: &str, value: Json<'d>) -> Result<(), String> {
    match parent {
        Json::Object(entries) => {
            if entries.iter().any(|(key, _)| key == segment) {
                return Err(format!("the spec already has {}", quote(segment)));
            }
            entries.push((Cow::Owned(segment.to_owned()), value));
            Ok(())
        }
        Json::Array(items) if segment == "-" => {
            if items.iter().any(|item| same(item, &value)) {
                return Err(format!(
                    "the spec already has {} in the array",
                    show(&value)
                ));
            }
            items.push(value);
            Ok(())
        }
        Json::Array(_) => Err("an element is added to an array with \"/-\", at its end".to_owned()),
        other => Err(format!("nothing can be added to {}", other.kind())),
    }
}

fn remove(parent: &mut Json<'_>, segment: &str) {
    match parent {
        Json::Object(entries) => entries.retain(|(key, _)| key != segment),
        Json::Array(items) => {
            if let Some(index) = index(segment) {
                items.remove(index);
            }
        }
        _ => {}
    }
}

/// The segments of a JSON pointer; there must be one.
fn segments(pointer: &str) -> Result<Vec<String>, String> {
    let invalid = || format!("{} is not a JSON pointer (RFC 6901)", quote(pointer));
    if pointer.is_empty() {
        return Err("the pointer is empty: it has to name a key or an element".to_owned());
    }
    pointer
        .strip_prefix('/')
        .ok_or_else(invalid)?
        .split('/')
        .map(|segment| unescape_segment(segment).ok_or_else(invalid))
        .collect()
}

fn to_json(value: toml::Value) -> Result<Json<'static>, String> {
    Ok(match value {
        toml::Value::String(text) => Json::String(text.into()),
        toml::Value::Integer(number) => Json::Number(number.into()),
        toml::Value::Float(number) => serde_json::Number::from_f64(number)
            .map(Json::Number)
            .ok_or("JSON has no such number")?,
        toml::Value::Boolean(value) => Json::Boolean(value),
        toml::Value::Datetime(_) => return Err("JSON has no dates: write a string".to_owned()),
        toml::Value::Array(items) => {
            Json::Array(items.into_iter().map(to_json).collect::<Result<_, _>>()?)
        }
        toml::Value::Table(table) => Json::Object(
            table
                .into_iter()
                .map(|(key, value)| Ok((key.into(), to_json(value)?)))
                .collect::<Result<_, String>>()?,
        ),
    })
}

/// Whether two values are equal; the order of keys does not matter, and TOML does not keep it.
fn same(one: &Json<'_>, other: &Json<'_>) -> bool {
    one.to_value() == other.to_value()
}

/// A value for a message.
fn show(json: &Json<'_>) -> String {
    match json {
        Json::String(text) => quote(text),
        Json::Array(_) | Json::Object(_) => {
            let text = json.to_value().to_string();
            match text.char_indices().nth(120) {
                None => text,
                Some((end, _)) => format!("{}… (cut)", &text[..end]),
            }
        }
        scalar => scalar.to_value().to_string(),
    }
}
