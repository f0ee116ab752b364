//! Resolves every `$ref`: to any place of the same document. What a reference to a schema leads to becomes a component, if it is not one.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;
use openapiv3::{AnySchema, ReferenceOr, Schema, SchemaData, SchemaKind};

use super::diagnostics::{Notes, WarningKind};
use super::reader::{At, Node};
use crate::document::{Fault, Json, push_segment, quote, unescape_segment};

/// The version of the format that the document is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Swagger2,
    OpenApi3,
}

/// The kinds of components that have names of their own after loading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Section {
    Schemas,
    SecuritySchemes,
}

impl Section {
    /// Where the section is in a document of the dialect, as a JSON pointer that ends in a slash.
    pub(crate) fn prefix(self, dialect: Dialect) -> &'static str {
        match (self, dialect) {
            (Self::Schemas, Dialect::Swagger2) => "/definitions/",
            (Self::Schemas, Dialect::OpenApi3) => "/components/schemas/",
            (Self::SecuritySchemes, Dialect::Swagger2) => "/securityDefinitions/",
            (Self::SecuritySchemes, Dialect::OpenApi3) => "/components/securitySchemes/",
        }
    }

    fn entries<'d>(self, root: &'d Json<'d>, dialect: Dialect) -> HashMap<&'d str, &'d Json<'d>> {
        let section = self
            .prefix(dialect)
            .split('/')
            .filter(|segment| !segment.is_empty())
            .try_fold(root, |json, segment| json.get(segment));
        let entries = section.map(Json::entries).unwrap_or_default();
        entries
            .iter()
            .map(|(key, value)| (key.as_ref(), value))
            .collect()
    }
}

/// How many references may lead to one another before they count as a circle.
const CHAIN_LIMIT: usize = 100;

/// What the document defines, known before anything is read.
pub(crate) struct References<'d> {
    dialect: Dialect,
    root: &'d Json<'d>,
    schemas: HashMap<&'d str, &'d Json<'d>>,
    security_schemes: HashMap<&'d str, &'d Json<'d>>,
    /// Places that are not components and that a schema refers to, with the names that they get.
    raised: RefCell<IndexMap<String, String>>,
    /// Those names.
    raised_names: RefCell<HashSet<String>>,
}

/// What a reference leads to.
struct Target<'d> {
    pointer: String,
    json: &'d Json<'d>,
}

impl<'d> References<'d> {
    pub(crate) fn new(root: &'d Json<'d>, dialect: Dialect) -> Self {
        Self {
            dialect,
            root,
            schemas: Section::Schemas.entries(root, dialect),
            security_schemes: Section::SecuritySchemes.entries(root, dialect),
            raised: RefCell::default(),
            raised_names: RefCell::default(),
        }
    }

    pub(crate) fn root(&self) -> &'d Json<'d> {
        self.root
    }

    pub(crate) fn dialect(&self) -> Dialect {
        self.dialect
    }

    pub(crate) fn defines_security_scheme(&self, name: &str) -> bool {
        self.security_schemes.contains_key(name)
    }

    /// Reads the value of a `$ref` to a schema and returns it in the form of OpenAPI 3.0.
    pub(crate) fn schema(&self, node: &Node<'_, 'd>) -> Result<String, Fault> {
        let text = node.text()?;
        let prefix = Section::Schemas.prefix(self.dialect);
        let name = text
            .strip_prefix('#')
            .and_then(|text| text.strip_prefix(prefix))
            .and_then(|name| self.schemas.get_key_value(name));
        let name = match name {
            Some((name, _)) => (*name).to_owned(),
            None => self.raise(self.target(node)?)?,
        };
        let mut reference = "#/components/schemas".to_owned();
        push_segment(&mut reference, &name);
        Ok(reference)
    }

    /// The name of the component that a place is, or becomes.
    fn raise(&self, target: Target<'d>) -> Result<String, Fault> {
        let prefix = Section::Schemas.prefix(self.dialect);
        if let Some(name) = target.pointer.strip_prefix(prefix)
            && !name.contains('/')
            && let Some(name) = unescape_segment(name)
        {
            return Ok(name);
        }
        let mut raised = self.raised.borrow_mut();
        if let Some(name) = raised.get(&target.pointer) {
            return Ok(name.clone());
        }
        let words: Vec<String> = target
            .pointer
            .strip_prefix(prefix)
            .unwrap_or(&target.pointer)
            .split('/')
            .filter(|segment| !matches!(*segment, "" | "properties" | "schema" | "content"))
            .filter_map(unescape_segment)
            .collect();
        let plain = words.join("_");
        let mut names = self.raised_names.borrow_mut();
        let mut name = plain.clone();
        let mut number = 2;
        while self.schemas.contains_key(name.as_str()) || names.contains(&name) {
            name = format!("{plain}_{number}");
            number += 1;
        }
        names.insert(name.clone());
        raised.insert(target.pointer, name.clone());
        Ok(name)
    }

    /// Reads the places that became components; `read` may find further ones.
    pub(crate) fn read_raised(
        &self,
        notes: &Notes,
        schemas: &mut IndexMap<String, ReferenceOr<Schema>>,
        mut read: impl FnMut(&Node<'_, 'd>) -> ReferenceOr<Schema>,
    ) {
        let mut index = 0;
        loop {
            let next = self
                .raised
                .borrow()
                .get_index(index)
                .map(|(pointer, name)| (pointer.clone(), name.clone()));
            let Some((pointer, name)) = next else {
                return;
            };
            if let Some(json) = self.walk(&pointer).map(|target| target.json) {
                let schema = read(&Node::new(json, At::Pointer(&pointer), notes));
                schemas.insert(name, schema);
            }
            index += 1;
        }
    }

    /// Reads a value, or what it refers to.
    pub(crate) fn resolve<T>(
        &self,
        node: &Node<'_, 'd>,
        read: impl FnOnce(&Node<'_, 'd>) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        match node.reference() {
            Some(reference) => self.follow(&reference, |target| read(&target)),
            None => read(node),
        }
    }

    /// Reads the value of a `$ref` and follows it, through further references too. `read` gets the value that it leads to.
    pub(crate) fn follow<T>(
        &self,
        node: &Node<'_, 'd>,
        read: impl FnOnce(Node<'_, 'd>) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let mut target = self.target(node)?;
        for _ in 0..CHAIN_LIMIT {
            let Some(next) = target.json.get("$ref") else {
                return read(Node::new(
                    target.json,
                    At::Pointer(&target.pointer),
                    node.notes,
                ));
            };
            let mut pointer = target.pointer;
            push_segment(&mut pointer, "$ref");
            target = self.target(&Node::new(next, At::Pointer(&pointer), node.notes))?;
        }
        Err(node.fault("this reference leads back to itself"))
    }

    /// What a `$ref` points to.
    fn target(&self, node: &Node<'_, 'd>) -> Result<Target<'d>, Fault> {
        let text = node.text()?;
        let Some(pointer) = text.strip_prefix('#') else {
            // Some writers give the plain name of a schema.
            if let Some((name, json)) = self.schemas.get_key_value(text) {
                node.warn(
                    WarningKind::Value,
                    format!(
                        "the reference {} is read as the name of a schema",
                        quote(text)
                    ),
                );
                let mut pointer = Section::Schemas
                    .prefix(self.dialect)
                    .trim_end_matches('/')
                    .to_owned();
                push_segment(&mut pointer, name);
                return Ok(Target { pointer, json });
            }
            let mut fault = node.fault(format!(
                "the reference {} leads out of this document",
                quote(text)
            ));
            fault.is_elsewhere = true;
            return Err(fault);
        };
        // A reference is a URI, so that a name may be percent-encoded; not every writer does it.
        let decoded = percent_decode(pointer);
        [Some(pointer), decoded.as_deref()]
            .into_iter()
            .flatten()
            .find_map(|pointer| self.walk(pointer))
            .ok_or_else(|| {
                node.fault(format!(
                    "the reference {} leads nowhere: the document does not define it",
                    quote(text)
                ))
            })
    }

    /// The value at a pointer. References on the way there are followed.
    fn walk(&self, pointer: &str) -> Option<Target<'d>> {
        let mut waiting: Vec<String> = pointer
            .strip_prefix('/')?
            .split('/')
            .map(unescape_segment)
            .collect::<Option<_>>()?;
        waiting.reverse();
        let mut target = Target {
            pointer: String::new(),
            json: self.root,
        };
        let mut jumps = 0;
        while let Some(segment) = waiting.pop() {
            if let Some(json) = target.json.child(&segment) {
                push_segment(&mut target.pointer, &segment);
                target.json = json;
                continue;
            }
            let next = target.json.get("$ref")?.as_str()?.strip_prefix("#/")?;
            jumps += 1;
            if jumps > CHAIN_LIMIT {
                return None;
            }
            waiting.push(segment);
            for segment in next.rsplit('/') {
                waiting.push(unescape_segment(segment)?);
            }
            target = Target {
                pointer: String::new(),
                json: self.root,
            };
        }
        Some(target)
    }
}

/// Decodes `%41` to `A`; none where the result is not UTF-8 or a `%` is not followed by two digits.
fn percent_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let high = char::from(rest.next()?).to_digit(16)?;
                let low = char::from(rest.next()?).to_digit(16)?;
                u8::try_from(high * 16 + low).ok()?
            }
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

/// The name of the component that a reference of a loaded document points to, unescaped. None for
/// text that is not such a reference.
///
/// ```
/// use genesys_codegen::load::component_name;
///
/// assert_eq!(component_name("#/components/schemas/User").as_deref(), Some("User"));
/// assert_eq!(component_name("#/components/schemas/a~1b").as_deref(), Some("a/b"));
/// assert_eq!(component_name("User"), None);
/// ```
pub fn component_name(reference: &str) -> Option<String> {
    let (_, name) = reference.strip_prefix("#/components/")?.split_once('/')?;
    unescape_segment(name)
}

/// Schemas that are defined by nothing but themselves, through references and `allOf`, become any JSON value, with a warning.
pub(crate) fn break_schema_cycles(
    schemas: &mut IndexMap<String, ReferenceOr<Schema>>,
    dialect: Dialect,
    notes: &Notes,
) {
    let mut bases: Vec<Vec<usize>> = schemas
        .values()
        .map(|schema| {
            let references: Vec<&str> = match schema {
                ReferenceOr::Reference { reference } => vec![reference],
                ReferenceOr::Item(schema) => match &schema.schema_kind {
                    SchemaKind::AllOf { all_of } => all_of.iter().filter_map(reference).collect(),
                    SchemaKind::Any(any) => any.all_of.iter().filter_map(reference).collect(),
                    _ => Vec::new(),
                },
            };
            references
                .into_iter()
                .filter_map(component_name)
                .filter_map(|name| schemas.get_index_of(&name))
                .collect()
        })
        .collect();

    // Depth first, with a stack of our own: a chain of bases can be as long as the document.
    #[derive(Clone, Copy, PartialEq)]
    enum State {
        New,
        Open,
        Done,
    }
    let mut states = vec![State::New; bases.len()];
    let mut broken = HashSet::new();
    for start in 0..bases.len() {
        if states[start] != State::New {
            continue;
        }
        states[start] = State::Open;
        let mut stack = vec![(start, 0)];
        while let Some((index, next)) = stack.pop() {
            let Some(&base) = bases[index].get(next) else {
                states[index] = State::Done;
                continue;
            };
            stack.push((index, next + 1));
            match states[base] {
                State::Done => {}
                State::New => {
                    states[base] = State::Open;
                    stack.push((base, 0));
                }
                State::Open => {
                    broken.insert(index);
                    bases[index].clear();
                }
            }
        }
    }
    for (index, (name, schema)) in schemas.iter_mut().enumerate() {
        if broken.contains(&index) {
            *schema = any_json();
            let mut pointer = Section::Schemas
                .prefix(dialect)
                .trim_end_matches('/')
                .to_owned();
            push_segment(&mut pointer, name);
            notes.warn_at(
                WarningKind::Schema,
                pointer,
                "the schema is made of itself, through references or allOf; it is read as any JSON value"
                    .to_owned(),
            );
        }
    }
}

/// A schema that says nothing.
pub(crate) fn any_json() -> ReferenceOr<Schema> {
    ReferenceOr::Item(Schema {
        schema_data: SchemaData::default(),
        schema_kind: SchemaKind::Any(AnySchema::default()),
    })
}

fn reference<T>(schema: &ReferenceOr<T>) -> Option<&str> {
    match schema {
        ReferenceOr::Reference { reference } => Some(reference),
        ReferenceOr::Item(_) => None,
    }
}
