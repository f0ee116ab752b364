//! The rules about operations that both dialects share: paths, parameters, names.

use std::collections::{HashMap, HashSet};

use openapiv3::{
    Operation, Parameter, ParameterData, ParameterSchemaOrContent, PathStyle, ReferenceOr,
    Responses, Schema, SchemaData, SchemaKind, StatusCode, StringType, Type,
};

use super::diagnostics::WarningKind;
use super::places::OperationPlaces;
use super::reader::Node;
use crate::document::{Fault, Json, quote};
use crate::spec::METHODS;

/// Where a parameter travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Location {
    Path,
    Query,
    Header,
    Cookie,
    Body,
    Form,
}

impl Location {
    fn name(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Query => "query",
            Self::Header => "header",
            Self::Cookie => "cookie",
            Self::Body => "body",
            Self::Form => "formData",
        }
    }
}

/// A parameter, with the two things that identify it.
#[derive(Debug, Clone)]
pub(crate) struct Declared<T> {
    pub(crate) location: Location,
    pub(crate) name: String,
    /// Where it is declared.
    pub(crate) pointer: String,
    pub(crate) value: T,
}

impl<T> Declared<T> {
    fn is(&self, location: Location, name: &str) -> bool {
        self.location == location
            && match location {
                // Names of header fields ignore case (RFC 9110, section 5.1).
                Location::Header => self.name.eq_ignore_ascii_case(name),
                _ => self.name == name,
            }
    }
}

/// Header fields that the SDK sets itself (OpenAPI 3.0.3, Parameter Object: definitions of them are ignored).
const OWN_HEADERS: [&str; 3] = ["accept", "authorization", "content-type"];

/// Reads the parameters of one path or one operation. Those for a place that the path does not have, those that the SDK sets itself, and
/// the second of one name are left out with a warning.
pub(crate) fn declare<'d, T>(
    node: &Node<'_, 'd>,
    placeholders: &[&str],
    mut read: impl FnMut(&Node<'_, 'd>) -> Result<Declared<T>, Fault>,
) -> Result<Vec<Declared<T>>, Fault> {
    let mut kept: Vec<Declared<T>> = Vec::new();
    node.list("parameters", |node| {
        let declared = read(&node)?;
        let (location, name) = (declared.location, declared.name.as_str());
        let problem = if kept.iter().any(|earlier| earlier.is(location, name)) {
            "it is declared twice, and the first counts"
        } else if location == Location::Path && !placeholders.contains(&name) {
            "the path has no place for it"
        } else if location == Location::Header
            && OWN_HEADERS.contains(&name.to_ascii_lowercase().as_str())
        {
            "the SDK sets this header itself"
        } else {
            kept.push(declared);
            return Ok(());
        };
        node.warn(
            WarningKind::Parameter,
            format!(
                "the {} parameter {} is left out: {problem}",
                location.name(),
                quote(name)
            ),
        );
        Ok(())
    })?;
    Ok(kept)
}

/// The parameters of an operation: those of its path, each replaced by the operation's own of the
/// same name and location, and then the rest of its own.
pub(crate) fn merge<T: Clone>(
    shared: &[Declared<T>],
    mut own: Vec<Declared<T>>,
) -> Vec<Declared<T>> {
    if shared.is_empty() {
        return own;
    }
    let mut merged: Vec<Declared<T>> = shared
        .iter()
        .map(|inherited| {
            let replacement = own
                .iter()
                .position(|parameter| parameter.is(inherited.location, &inherited.name));
            match replacement {
                Some(index) => own.remove(index),
                None => inherited.clone(),
            }
        })
        .collect();
    merged.append(&mut own);
    merged
}

/// The names of the places in a path that no parameter is declared for, each with a warning: they take text.
pub(crate) fn undeclared<'n, T>(
    operation: &Node<'_, '_>,
    placeholders: &[&'n str],
    parameters: &[Declared<T>],
) -> Vec<&'n str> {
    let mut names = placeholders.to_vec();
    names.retain(|name| {
        !parameters
            .iter()
            .any(|parameter| parameter.is(Location::Path, name))
    });
    for name in &names {
        operation.warn(
            WarningKind::Parameter,
            format!(
                "the path contains {} but the operation declares no path parameter of that name; it is read as text",
                quote(&format!("{{{name}}}"))
            ),
        );
    }
    names
}

/// A path parameter that is text.
fn text_in_path(name: &str) -> Parameter {
    Parameter::Path {
        parameter_data: ParameterData {
            name: name.to_owned(),
            description: None,
            required: true,
            deprecated: None,
            format: ParameterSchemaOrContent::Schema(ReferenceOr::Item(Schema {
                schema_data: SchemaData::default(),
                schema_kind: SchemaKind::Type(Type::String(StringType::default())),
            })),
            example: None,
            examples: indexmap::IndexMap::new(),
            explode: None,
            extensions: indexmap::IndexMap::new(),
        },
        style: PathStyle::Simple,
    }
}

/// The names between braces in a path, in order.
pub(crate) fn placeholders<'a>(path: &'a str, node: &Node<'_, '_>) -> Result<Vec<&'a str>, Fault> {
    if !path.starts_with('/') {
        return Err(node.fault(format!(
            "the path {} does not start with a slash",
            quote(path)
        )));
    }
    let unbalanced = || {
        node.fault(format!(
            "the braces in the path {} do not pair up around names",
            quote(path)
        ))
    };
    let mut names = Vec::new();
    let mut rest = path;
    while let Some(brace) = rest.find(['{', '}']) {
        let name = rest[brace..].strip_prefix('{').ok_or_else(unbalanced)?;
        let end = name.find(['{', '}', '/']).ok_or_else(unbalanced)?;
        if end == 0 || !name[end..].starts_with('}') {
            return Err(unbalanced());
        }
        let (name, after) = name.split_at(end);
        if names.contains(&name) {
            return Err(node.fault(format!(
                "the path contains {} twice",
                quote(&format!("{{{name}}}"))
            )));
        }
        names.push(name);
        rest = &after[1..];
    }
    Ok(names)
}

/// The extension that names an operation in all of Genesys's SDKs.
const METHOD_NAME: &str = "x-purecloud-method-name";

/// The names of the operations, which are unique.
#[derive(Debug, Default)]
pub(crate) struct Names<'d> {
    /// All names that the document gives, those of operations that are not read yet included.
    given: HashSet<&'d str>,
    /// The names of the operations read so far, each with the place of its operation.
    taken: HashMap<String, String>,
    ids: HashSet<String>,
}

impl<'d> Names<'d> {
    /// Looks at all operations of a document.
    pub(crate) fn new(root: &'d Json<'d>) -> Self {
        let paths = root.get("paths").map(Json::entries).unwrap_or_default();
        let given = paths
            .iter()
            .flat_map(|(_, item)| item.entries())
            .flat_map(|(_, operation)| [operation.get(METHOD_NAME), operation.get("operationId")])
            .flatten()
            .filter_map(Json::as_str)
            .collect();
        Self {
            given,
            ..Self::default()
        }
    }

    /// Takes the name of an operation, or gives it one. The second operation of one name is a fault.
    pub(crate) fn add(
        &mut self,
        node: &Node<'_, '_>,
        operation: &mut Operation,
        (method, path): (&str, &str),
        is_copy: bool,
    ) -> Result<(), Fault> {
        if is_copy {
            operation.operation_id = None;
            operation.extensions.shift_remove(METHOD_NAME);
        }
        let method_name = operation
            .extensions
            .get(METHOD_NAME)
            .and_then(serde_json::Value::as_str)
            .map(str::to_owned);
        let id = operation.operation_id.take().filter(|id| !id.is_empty());
        let key = match method_name {
            Some(_) => METHOD_NAME,
            None => "operationId",
        };
        let name = match method_name.clone().or_else(|| id.clone()) {
            Some(name) => name,
            None => {
                let name = self.made(method, path);
                if !is_copy {
                    node.warn(
                        WarningKind::Name,
                        "the operation has no name; it is called by its method and path",
                    );
                }
                name
            }
        };
        if let Some(other) = self.taken.get(&name) {
            return Err(node.at.key(key).fault(format!(
                "two operations are called {}; the other is at #{}",
                quote(&name),
                other.escape_debug()
            )));
        }
        if let Some(id) = &id
            && !self.ids.insert(id.clone())
        {
            node.notes.warn(
                WarningKind::Name,
                &node.at.key("operationId"),
                format!("two operations have the operationId {}", quote(id)),
            );
        }
        operation.operation_id = id.or_else(|| method_name.is_none().then(|| name.clone()));
        self.taken.insert(name, node.at.key(key).pointer());
        Ok(())
    }

    /// A name that no operation has.
    fn made(&self, method: &str, path: &str) -> String {
        let plain = made_name(method, path);
        let is_taken = |name: &str| self.given.contains(name) || self.taken.contains_key(name);
        let mut name = plain.clone();
        let mut number = 2;
        while is_taken(&name) {
            name = format!("{plain}{number}");
            number += 1;
        }
        name
    }
}

/// What an operation is called in messages.
pub(crate) fn called(json: &Json<'_>, method: &str, path: &str) -> String {
    let given = |key: &str| json.get(key).and_then(Json::as_str);
    given(METHOD_NAME)
        .or_else(|| given("operationId"))
        .filter(|name| !name.is_empty())
        .map_or_else(|| made_name(method, path), str::to_owned)
}

/// The name of an operation that has none: `getUsersById` for `GET /users/{id}`.
fn made_name(method: &str, path: &str) -> String {
    let mut name = method.to_owned();
    for segment in path.split('/').filter(|segment| !segment.is_empty()) {
        if segment.starts_with('{') {
            name.push_str("By");
        }
        let words = segment.split(|character: char| !character.is_alphanumeric());
        for word in words {
            let mut characters = word.chars();
            name.extend(characters.next().into_iter().flat_map(char::to_uppercase));
            name.push_str(characters.as_str());
        }
    }
    if name.len() == method.len() {
        name.push_str("Root");
    }
    name
}

/// Leaves out every operation of a path that cannot be read; the path itself where nothing is known of its operations.
pub(crate) fn leave_out_path(path: &str, node: &Node<'_, '_>, fault: &Fault) {
    let mut is_empty = true;
    for (method, operation) in node.json.entries() {
        if METHODS.contains(&method.as_ref()) {
            is_empty = false;
            let name = called(operation, method, path);
            node.notes.leave_out(name, method, path, fault.clone());
        }
    }
    if is_empty {
        node.notes
            .leave_out(path.to_owned(), "*", path, fault.clone());
    }
}

/// The key of a response: a status, or none for `default`. Nothing where it is neither or the response is null, which is a warning.
pub(crate) fn status(key: &str, node: &Node<'_, '_>) -> Option<Option<StatusCode>> {
    if matches!(node.json, Json::Null) {
        node.warn(WarningKind::Response, "the response is null; it is ignored");
        return None;
    }
    let status = match key.as_bytes() {
        b"default" => return Some(None),
        [b'1'..=b'5', b'0'..=b'9', b'0'..=b'9'] => key.parse().ok().map(StatusCode::Code),
        [first @ b'1'..=b'5', b'X' | b'x', b'X' | b'x'] => {
            Some(StatusCode::Range(u16::from(first - b'0')))
        }
        _ => None,
    };
    if status.is_none() {
        node.warn(
            WarningKind::Response,
            format!(
                "{} is neither an HTTP status nor \"default\"; the response is ignored",
                quote(key)
            ),
        );
    }
    status.map(Some)
}

/// Warns of an operation that has no response: it is read as one that returns nothing.
pub(crate) fn require_response(operation: &Node<'_, '_>, responses: &Responses) {
    if responses.responses.is_empty() && responses.default.is_none() {
        operation.warn(
            WarningKind::Response,
            "the operation has no response; it is read as one that returns nothing",
        );
    }
}

/// The description of a response, which is missing with a warning.
pub(crate) fn described(description: Option<String>, response: &Node<'_, '_>) -> String {
    description.unwrap_or_else(|| {
        response.warn(WarningKind::Response, "the response has no description");
        String::new()
    })
}

/// Adds path parameters that are not declared.
pub(crate) fn add_undeclared(
    parameters: &mut Vec<Declared<Parameter>>,
    names: &[&str],
    operation: &Node<'_, '_>,
) {
    parameters.extend(names.iter().map(|name| Declared {
        location: Location::Path,
        name: (*name).to_owned(),
        pointer: operation.at.pointer(),
        value: text_in_path(name),
    }));
}

/// Parameters as `openapiv3` holds them.
pub(crate) fn items(
    parameters: Vec<Declared<Parameter>>,
    places: &mut OperationPlaces,
) -> Vec<ReferenceOr<Parameter>> {
    parameters
        .into_iter()
        .map(|parameter| {
            places.parameters.push(parameter.pointer);
            ReferenceOr::Item(parameter.value)
        })
        .collect()
}
