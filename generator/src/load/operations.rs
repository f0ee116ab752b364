//! The rules about operations that both dialects share: paths, parameters, names.

use std::cell::RefCell;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

use openapiv3::{Operation, Parameter, ReferenceOr, StatusCode};

use super::error::{Fault, quote};
use super::reader::{At, Node};

/// What was left out of the document: pointer and message.
#[derive(Debug, Default)]
pub(crate) struct Notes(RefCell<Vec<(String, String)>>);

impl Notes {
    pub(crate) fn add(&self, at: &At<'_>, message: String) {
        self.0.borrow_mut().push((at.pointer(), message));
    }

    pub(crate) fn into_inner(self) -> Vec<(String, String)> {
        self.0.into_inner()
    }
}

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

/// Reads the parameters of one path or one operation. Those for a place that the path does not have
/// are left out with a warning, because published files have had one.
pub(crate) fn declare<'d, T>(
    node: &Node<'_, 'd>,
    placeholders: &[&str],
    notes: &Notes,
    mut read: impl FnMut(&Node<'_, 'd>) -> Result<Declared<T>, Fault>,
) -> Result<Vec<Declared<T>>, Fault> {
    let mut kept: Vec<Declared<T>> = Vec::new();
    node.list("parameters", |node| {
        let declared = read(&node)?;
        let (location, name) = (declared.location, declared.name.as_str());
        if kept.iter().any(|earlier| earlier.is(location, name)) {
            return Err(node.fault(format!(
                "the {} parameter {} is declared twice",
                location.name(),
                quote(name)
            )));
        }
        if location == Location::Path && !placeholders.contains(&name) {
            notes.add(
                &node.at,
                format!(
                    "the path parameter {} was left out: the path has no place for it",
                    quote(name)
                ),
            );
        } else {
            kept.push(declared);
        }
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

/// Refuses an operation that does not declare all the parameters in its path.
pub(crate) fn check_placeholders<T>(
    operation: &Node<'_, '_>,
    placeholders: &[&str],
    parameters: &[Declared<T>],
) -> Result<(), Fault> {
    for placeholder in placeholders {
        if !parameters
            .iter()
            .any(|parameter| parameter.is(Location::Path, placeholder))
        {
            return Err(operation.fault(format!(
                "the path contains {} but the operation declares no path parameter of that name",
                quote(&format!("{{{placeholder}}}"))
            )));
        }
    }
    Ok(())
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

/// The names of the operations read so far, each with the place of its operation.
#[derive(Debug, Default)]
pub(crate) struct Names {
    ids: HashMap<String, String>,
    methods: HashMap<String, String>,
}

/// The extension that names an operation in all of Genesys's SDKs.
const METHOD_NAME: &str = "x-purecloud-method-name";

impl Names {
    /// Refuses an operation without a name, or with the name of another.
    pub(crate) fn add(&mut self, node: &Node<'_, '_>, operation: &Operation) -> Result<(), Fault> {
        let id = operation.operation_id.as_deref();
        let method = operation
            .extensions
            .get(METHOD_NAME)
            .and_then(serde_json::Value::as_str);
        let Some(name) = method.or(id) else {
            return Err(node.fault(format!(
                "the operation has no name: neither \"operationId\" nor {METHOD_NAME:?}"
            )));
        };
        if let Some(id) = id {
            let node = Node::new(node.json, node.at.key("operationId"));
            unique(&mut self.ids, id, &node)?;
        }
        let key = match method {
            Some(_) => METHOD_NAME,
            None => "operationId",
        };
        unique(
            &mut self.methods,
            name,
            &Node::new(node.json, node.at.key(key)),
        )
    }
}

fn unique(
    names: &mut HashMap<String, String>,
    name: &str,
    node: &Node<'_, '_>,
) -> Result<(), Fault> {
    match names.entry(name.to_owned()) {
        Entry::Vacant(entry) => {
            entry.insert(node.at.pointer());
            Ok(())
        }
        Entry::Occupied(entry) => Err(node.fault(format!(
            "two operations are called {}; the other is at {}",
            quote(name),
            entry.get().escape_debug()
        ))),
    }
}

/// The key of a response; none for `default`.
pub(crate) fn status(
    key: &str,
    ranges: bool,
    node: &Node<'_, '_>,
) -> Result<Option<StatusCode>, Fault> {
    let status = match key.as_bytes() {
        b"default" => return Ok(None),
        [b'1'..=b'5', b'0'..=b'9', b'0'..=b'9'] => key.parse().ok().map(StatusCode::Code),
        [first @ b'1'..=b'5', b'X', b'X'] if ranges => {
            Some(StatusCode::Range(u16::from(first - b'0')))
        }
        _ => None,
    };
    status.map(Some).ok_or_else(|| {
        node.fault(format!(
            "{} is neither an HTTP status nor \"default\"",
            quote(key)
        ))
    })
}

/// Parameters as `openapiv3` holds them.
pub(crate) fn items(parameters: Vec<Declared<Parameter>>) -> Vec<ReferenceOr<Parameter>> {
    parameters
        .into_iter()
        .map(|parameter| ReferenceOr::Item(parameter.value))
        .collect()
}
