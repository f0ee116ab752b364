//! Reads a JSON tree strictly, knowing at every moment the JSON pointer of where it is.

use indexmap::IndexMap;
use serde_json::{Number, Value};

use super::error::{Fault, UNKNOWN_KEY, WRONG_SHAPE, quote};
use super::json::Json;

/// A place in the document: a list of segments that lives on the stack of the recursive reader, so
/// that a pointer is put together only when there is something to say about the place.
#[derive(Debug, Clone, Copy)]
pub(crate) enum At<'p> {
    Root,
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
            At::Key(parent, key) => {
                let mut pointer = parent.pointer();
                push_segment(&mut pointer, key);
                pointer
            }
            At::Index(parent, index) => format!("{}/{index}", parent.pointer()),
        }
    }

    pub(crate) fn fault(&self, problem: impl Into<String>) -> Fault {
        Fault {
            pointer: self.pointer(),
            problem: problem.into(),
            remedy: WRONG_SHAPE.into(),
        }
    }
}

/// Appends one segment to a JSON pointer, escaped (RFC 6901, section 3).
pub(crate) fn push_segment(pointer: &mut String, segment: &str) {
    pointer.push('/');
    for character in segment.chars() {
        match character {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            other => pointer.push(other),
        }
    }
}

/// The inverse of the escaping in [`push_segment`]; none where a `~` escapes nothing.
pub(crate) fn unescape_segment(segment: &str) -> Option<String> {
    let mut plain = String::with_capacity(segment.len());
    let mut characters = segment.chars();
    while let Some(character) = characters.next() {
        plain.push(match character {
            '~' => match characters.next() {
                Some('0') => '~',
                Some('1') => '/',
                _ => return None,
            },
            other => other,
        });
    }
    Some(plain)
}

/// The `x-*` keys of an object.
pub(crate) type Extensions = IndexMap<String, Value>;

/// A value of the document and its place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Node<'p, 'd> {
    pub(crate) json: &'d Json<'d>,
    pub(crate) at: At<'p>,
}

impl<'p, 'd> Node<'p, 'd> {
    pub(crate) fn new(json: &'d Json<'d>, at: At<'p>) -> Self {
        Self { json, at }
    }

    pub(crate) fn fault(&self, problem: impl Into<String>) -> Fault {
        self.at.fault(problem)
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
            visit(key, Node::new(json, self.at.key(key)))?;
        }
        Ok(())
    }

    /// Reads an object with a fixed set of keys: `visit` says whether it knows a key. Keys that
    /// start with `x-` are collected and returned, any other unknown key is an error.
    pub(crate) fn fields(
        &self,
        what: &str,
        mut visit: impl FnMut(&'d str, Node<'_, 'd>) -> Result<bool, Fault>,
    ) -> Result<Extensions, Fault> {
        let mut extensions = Extensions::new();
        self.entries(what, |key, node| {
            if key.starts_with("x-") {
                check_extension(key, &node)?;
                extensions.insert(key.to_owned(), node.json.to_value());
            } else if !visit(key, node)? {
                return Err(Fault {
                    pointer: node.at.pointer(),
                    problem: format!("unknown key {} in {what}", quote(key)),
                    remedy: UNKNOWN_KEY.into(),
                });
            }
            Ok(())
        })?;
        Ok(extensions)
    }

    /// Reads an object that maps free names to values of one type, in the order of the document.
    pub(crate) fn map<T>(
        &self,
        what: &str,
        mut read: impl FnMut(Node<'_, 'd>) -> Result<T, Fault>,
    ) -> Result<IndexMap<String, T>, Fault> {
        let mut map = IndexMap::with_capacity(self.json.entries().len());
        self.entries(what, |key, node| {
            map.insert(key.to_owned(), read(node)?);
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
            .map(|(index, json)| read(Node::new(json, self.at.index(index))))
            .collect()
    }

    pub(crate) fn text(&self) -> Result<&'d str, Fault> {
        match self.json {
            Json::String(text) => Ok(text),
            _ => Err(self.expected("a string")),
        }
    }

    pub(crate) fn string(&self) -> Result<String, Fault> {
        self.text().map(str::to_owned)
    }

    pub(crate) fn strings(&self, what: &str) -> Result<Vec<String>, Fault> {
        self.list(what, |node| node.string())
    }

    pub(crate) fn boolean(&self) -> Result<bool, Fault> {
        match self.json {
            Json::Boolean(value) => Ok(*value),
            _ => Err(self.expected("a boolean")),
        }
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

    /// The reference, where this is an object with the key `$ref`. Only `x-*` keys may stand beside
    /// it; they are dropped.
    pub(crate) fn reference(&self) -> Result<Option<Node<'_, 'd>>, Fault> {
        let Some(reference) = self.json.get("$ref") else {
            return Ok(None);
        };
        for (key, _) in self.json.entries() {
            if key != "$ref" && !key.starts_with("x-") {
                return Err(self.at.key(key).fault(format!(
                    "{} beside \"$ref\" has no meaning here",
                    quote(key)
                )));
            }
        }
        Ok(Some(Node::new(reference, self.at.key("$ref"))))
    }
}

/// The vendor extensions that the generator reads have a known shape; the others are free.
fn check_extension(key: &str, node: &Node<'_, '_>) -> Result<(), Fault> {
    match key {
        "x-purecloud-method-name" => node.text().map(drop),
        "x-genesys-preview" => node.boolean().map(drop),
        "x-inin-error-codes" => node.entries("the error codes", |_, code| code.text().map(drop)),
        "x-inin-requires-permissions" => {
            let (mut has_type, mut has_permissions) = (false, false);
            node.fields("the required permissions", |key, field| {
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
