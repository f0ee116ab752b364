//! Reads a JSON tree, knowing at every moment the JSON pointer of where it is. What has no effect, or a plain meaning in spite of its shape,
//! is read with a warning; a [`Fault`] is for the caller that can leave out the part that it is in.

use indexmap::IndexMap;
use serde_json::{Number, Value};

use super::diagnostics::{Notes, WarningKind};
use crate::document::{FIX_UP, Fault, Json, push_segment, quote};

/// A place in the document: a list of segments that lives on the stack of the recursive reader, so
/// that a pointer is put together only when there is something to say about the place.
#[derive(Debug, Clone, Copy)]
pub(crate) enum At<'p> {
    Root,
    /// What a reference leads to.
    Pointer(&'p str),
    Key(&'p At<'p>, &'p str),
    Index(&'p At<'p>, usize),
}

impl<'p> At<'p> {
    pub(crate) fn key(&'p self, key: &'p str) -> At<'p> {
        At::Key(self, key)
    }

    pub(crate) fn index(&'p self, index: usize) -> At<'p> {
        At::Index(self, index)
    }

    /// This place as a JSON pointer (RFC 6901).
    pub(crate) fn pointer(&self) -> String {
        match self {
            At::Root => String::new(),
            At::Pointer(pointer) => (*pointer).to_owned(),
            At::Key(parent, key) => {
                let mut pointer = parent.pointer();
                push_segment(&mut pointer, key);
                pointer
            }
            At::Index(parent, index) => format!("{}/{index}", parent.pointer()),
        }
    }

    /// Whether this is a part of an operation or a path, and not of a component.
    pub(crate) fn is_in_paths(&self) -> bool {
        match self {
            At::Root => false,
            At::Pointer(pointer) => pointer.starts_with("/paths/"),
            At::Key(At::Root, key) => *key == "paths",
            At::Key(parent, _) | At::Index(parent, _) => parent.is_in_paths(),
        }
    }

    pub(crate) fn fault(&self, problem: impl Into<String>) -> Fault {
        Fault::new(self.pointer(), problem, FIX_UP)
    }
}

/// Keys whose value may be null.
const NULLABLE: [&str; 3] = ["default", "example", "value"];

/// The `x-*` keys of an object.
pub(crate) type Extensions = IndexMap<String, Value>;

/// A value of the document and its place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Node<'p, 'd> {
    pub(crate) json: &'d Json<'d>,
    pub(crate) at: At<'p>,
    pub(crate) notes: &'p Notes,
}

impl<'p, 'd> Node<'p, 'd> {
    pub(crate) fn new(json: &'d Json<'d>, at: At<'p>, notes: &'p Notes) -> Self {
        Self { json, at, notes }
    }

    /// The value of a key of this object.
    pub(crate) fn get<'n>(&'n self, key: &'n str) -> Option<Node<'n, 'd>> {
        let json = self.json.get(key)?;
        Some(Node::new(json, self.at.key(key), self.notes))
    }

    pub(crate) fn fault(&self, problem: impl Into<String>) -> Fault {
        self.at.fault(problem)
    }

    pub(crate) fn warn(&self, kind: WarningKind, message: impl Into<String>) {
        self.notes.warn(kind, &self.at, message);
    }

    fn expected(&self, what: &str) -> Fault {
        self.fault(format!("expected {what}, found {}", self.json.kind()))
    }

    /// Visits the keys of an object, `x-*` included. `what` names the object, with its article.
    pub(crate) fn entries(
        &self,
        what: &str,
        mut visit: impl FnMut(&'d str, Node<'_, 'd>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let Json::Object(entries) = self.json else {
            return Err(self.expected(&format!("{what} (an object)")));
        };
        for (key, json) in entries {
            visit(key, Node::new(json, self.at.key(key), self.notes))?;
        }
        Ok(())
    }

    /// Reads an object with a fixed set of keys: `visit` says whether it knows a key. Keys that start with `x-` are collected and
    /// returned; any other unknown key is a warning. A key that cannot be read makes the object invalid.
    pub(crate) fn strict_fields(
        &self,
        what: &str,
        mut visit: impl FnMut(&'d str, Node<'_, 'd>) -> Result<bool, Fault>,
    ) -> Result<Extensions, Fault> {
        let mut extensions = Extensions::new();
        self.entries(what, |key, node| {
            if key.starts_with("x-") {
                match check_extension(key, &node) {
                    Ok(()) => drop(extensions.insert(key.to_owned(), node.json.to_value())),
                    Err(fault) => {
                        node.notes
                            .pass_over(WarningKind::Value, fault, "the key is ignored");
                    }
                }
            } else if matches!(node.json, Json::Null) && !NULLABLE.contains(&key) {
                node.warn(
                    WarningKind::Value,
                    format!("the key {} is null, and so read as missing", quote(key)),
                );
            } else if !visit(key, node)? {
                node.warn(
                    WarningKind::Key,
                    format!(
                        "the key {} of {what} is unknown and has no effect",
                        quote(key)
                    ),
                );
            }
            Ok(())
        })?;
        Ok(extensions)
    }

    /// The same for an object that is of use without a key that cannot be read: the key is ignored with a warning.
    pub(crate) fn fields(
        &self,
        what: &str,
        mut visit: impl FnMut(&'d str, Node<'_, 'd>) -> Result<bool, Fault>,
    ) -> Result<Extensions, Fault> {
        self.strict_fields(what, |key, node| match visit(key, node) {
            Err(fault) if !fault.is_elsewhere || !node.at.is_in_paths() => {
                node.notes
                    .pass_over(WarningKind::Value, fault, "the key is ignored");
                Ok(true)
            }
            other => other,
        })
    }

    /// Reads an object that maps free names to values of one type, in the order of the document. An entry that cannot be read is left
    /// out with a warning.
    pub(crate) fn map<T>(
        &self,
        what: &str,
        mut read: impl FnMut(Node<'_, 'd>) -> Result<T, Fault>,
    ) -> Result<IndexMap<String, T>, Fault> {
        let mut map = IndexMap::with_capacity(self.json.entries().len());
        self.entries(what, |key, node| {
            match read(node) {
                Ok(value) => drop(map.insert(key.to_owned(), value)),
                Err(fault) if fault.is_elsewhere && node.at.is_in_paths() => return Err(fault),
                Err(fault) => {
                    node.notes
                        .pass_over(WarningKind::Value, fault, "the entry is ignored");
                }
            }
            Ok(())
        })?;
        Ok(map)
    }

    /// Reads an array.
    pub(crate) fn list<T>(
        &self,
        what: &str,
        mut read: impl FnMut(Node<'_, 'd>) -> Result<T, Fault>,
    ) -> Result<Vec<T>, Fault> {
        let Json::Array(items) = self.json else {
            return Err(self.expected(&format!("{what} (an array)")));
        };
        items
            .iter()
            .enumerate()
            .map(|(index, json)| read(Node::new(json, self.at.index(index), self.notes)))
            .collect()
    }

    /// A keyword: nothing but a string.
    pub(crate) fn text(&self) -> Result<&'d str, Fault> {
        match self.json {
            Json::String(text) => Ok(text),
            _ => Err(self.expected("a string")),
        }
    }

    /// Any text. A number or a boolean is read as the text that it is written as, with a warning.
    pub(crate) fn string(&self) -> Result<String, Fault> {
        let text = match self.json {
            Json::String(text) => return Ok(text.clone().into_owned()),
            Json::Number(number) => number.to_string(),
            Json::Boolean(value) => value.to_string(),
            _ => return Err(self.expected("a string")),
        };
        self.warn(
            WarningKind::Value,
            format!("{} is read as text", self.json.kind()),
        );
        Ok(text)
    }

    fn or_ignored<T>(&self, read: Result<T, Fault>) -> Option<T> {
        let ignore = |fault| {
            self.notes
                .pass_over(WarningKind::Value, fault, "the key is ignored");
        };
        read.map_err(ignore).ok()
    }

    /// Text without effect on code, such as a description: none, with a warning, if it is not text.
    pub(crate) fn prose(&self) -> Option<String> {
        self.or_ignored(self.string())
    }

    pub(crate) fn strings(&self, what: &str) -> Result<Vec<String>, Fault> {
        self.list(what, |node| node.string())
    }

    /// A boolean, also where it is written as a string.
    pub(crate) fn boolean(&self) -> Result<bool, Fault> {
        let value = match self.json {
            Json::Boolean(value) => return Ok(*value),
            Json::String(text) if text == "true" => true,
            Json::String(text) if text == "false" => false,
            _ => return Err(self.expected("a boolean")),
        };
        self.warn(WarningKind::Value, "a string is read as a boolean");
        Ok(value)
    }

    /// A mark without effect on types: none, with a warning, if it is not a boolean.
    pub(crate) fn mark(&self) -> Option<bool> {
        self.or_ignored(self.boolean())
    }

    pub(crate) fn number(&self) -> Result<&'d Number, Fault> {
        match self.json {
            Json::Number(value) => Ok(value),
            _ => Err(self.expected("a number")),
        }
    }

    /// A length or count.
    pub(crate) fn count(&self) -> Result<usize, Fault> {
        self.number()?
            .as_u64()
            .and_then(|value| usize::try_from(value).ok())
            .ok_or_else(|| self.fault("expected a whole number that is not negative"))
    }

    /// The reference, where this is an object with the key `$ref`. What stands beside it has no meaning (RFC 6901 and the JSON Reference
    /// draft), and is a warning unless it is prose.
    pub(crate) fn reference<'n>(&'n self) -> Option<Node<'n, 'd>> {
        let reference = self.json.get("$ref")?;
        for (key, json) in self.json.entries() {
            if !matches!(key.as_ref(), "$ref" | "description" | "summary") && !key.starts_with("x-")
            {
                Node::new(json, self.at.key(key), self.notes).warn(
                    WarningKind::Key,
                    format!("the key {} beside \"$ref\" has no effect", quote(key)),
                );
            }
        }
        Some(Node::new(reference, self.at.key("$ref"), self.notes))
    }
}

/// The vendor extensions that the generator reads have a known shape; the others are free.
fn check_extension(key: &str, node: &Node<'_, '_>) -> Result<(), Fault> {
    match key {
        "x-purecloud-method-name" => node.text().map(drop),
        "x-genesys-preview" if matches!(node.json, Json::Boolean(_)) => Ok(()),
        "x-genesys-preview" => Err(node.expected("a boolean")),
        "x-inin-error-codes" => node.entries("the error codes", |_, code| code.text().map(drop)),
        "x-inin-requires-permissions" => {
            let (mut has_type, mut has_permissions) = (false, false);
            node.strict_fields("the required permissions", |key, field| {
                match key {
                    "type" => {
                        has_type = true;
                        let text = field.text()?;
                        if !matches!(text, "ANY" | "ALL") {
                            return Err(field.fault(format!(
                                "expected \"ANY\" or \"ALL\", found {}",
                                quote(text)
                            )));
                        }
                    }
                    "permissions" => {
                        has_permissions = true;
                        field.strings("permissions")?;
                    }
                    _ => return Ok(false),
                }
                Ok(true)
            })?;
            if has_type && has_permissions {
                Ok(())
            } else {
                Err(node.fault("\"type\" and \"permissions\" are both needed"))
            }
        }
        _ => Ok(()),
    }
}

/// The value of a key that its object must have.
pub(crate) fn required<T>(
    value: Option<T>,
    key: &str,
    what: &str,
    node: &Node<'_, '_>,
) -> Result<T, Fault> {
    value.ok_or_else(|| node.fault(format!("{what} needs the key {}", quote(key))))
}
