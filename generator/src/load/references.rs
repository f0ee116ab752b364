//! Resolves every `$ref`: to a component of the same document, and of the kind that its place wants.

use std::collections::{HashMap, HashSet};

use openapiv3::{OpenAPI, ReferenceOr, SchemaKind};

use super::error::{Fault, quote};
use super::json::Json;
use super::reader::{At, Node, push_segment, unescape_segment};

/// The version of the format that the document is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Swagger2,
    OpenApi3,
}

/// The kinds of components that something can refer to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Section {
    Schemas,
    Responses,
    Parameters,
    Examples,
    RequestBodies,
    Headers,
    SecuritySchemes,
    Links,
    Callbacks,
}

impl Section {
    const ALL: [Self; 9] = [
        Self::Schemas,
        Self::Responses,
        Self::Parameters,
        Self::Examples,
        Self::RequestBodies,
        Self::Headers,
        Self::SecuritySchemes,
        Self::Links,
        Self::Callbacks,
    ];

    /// The key of this section inside `components` (OpenAPI 3.0).
    fn component_key(self) -> &'static str {
        match self {
            Self::Schemas => "schemas",
            Self::Responses => "responses",
            Self::Parameters => "parameters",
            Self::Examples => "examples",
            Self::RequestBodies => "requestBodies",
            Self::Headers => "headers",
            Self::SecuritySchemes => "securitySchemes",
            Self::Links => "links",
            Self::Callbacks => "callbacks",
        }
    }

    /// The key of this section at the top of a Swagger 2.0 document, where there is one.
    fn swagger_key(self) -> Option<&'static str> {
        match self {
            Self::Schemas => Some("definitions"),
            Self::Responses => Some("responses"),
            Self::Parameters => Some("parameters"),
            Self::SecuritySchemes => Some("securityDefinitions"),
            _ => None,
        }
    }

    fn prefix(self, dialect: Dialect) -> String {
        match (dialect, self.swagger_key()) {
            (Dialect::Swagger2, Some(key)) => format!("#/{key}/"),
            _ => format!("#/components/{}/", self.component_key()),
        }
    }
}

/// What the document defines under a name, known before anything is read.
pub(crate) struct References<'d> {
    dialect: Dialect,
    sections: HashMap<Section, Defined<'d>>,
}

struct Defined<'d> {
    prefix: String,
    values: HashMap<&'d str, &'d Json<'d>>,
}

impl<'d> References<'d> {
    pub(crate) fn of(root: &'d Json<'d>, dialect: Dialect) -> Self {
        let sections = Section::ALL.into_iter().map(|section| {
            let object = match dialect {
                Dialect::Swagger2 => section.swagger_key().and_then(|key| root.get(key)),
                Dialect::OpenApi3 => root
                    .get("components")
                    .and_then(|components| components.get(section.component_key())),
            };
            let values = object
                .map(Json::entries)
                .unwrap_or_default()
                .iter()
                .map(|(key, value)| (key.as_ref(), value))
                .collect();
            let prefix = section.prefix(dialect);
            (section, Defined { prefix, values })
        });
        Self {
            dialect,
            sections: sections.collect(),
        }
    }

    pub(crate) fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Whether a section defines a name.
    pub(crate) fn defines(&self, section: Section, name: &str) -> bool {
        self.sections
            .get(&section)
            .is_some_and(|defined| defined.values.contains_key(name))
    }

    /// Reads the value of a `$ref` and returns it in the form of OpenAPI 3.0.
    pub(crate) fn resolve(&self, section: Section, node: &Node<'_, 'd>) -> Result<String, Fault> {
        self.target(section, node).map(|(name, _)| {
            let mut reference = format!("#/components/{}", section.component_key());
            push_segment(&mut reference, name);
            reference
        })
    }

    /// Reads the value of a `$ref` and follows it, through further references too. `read` gets the
    /// value that it leads to.
    pub(crate) fn follow<T>(
        &self,
        section: Section,
        node: &Node<'_, 'd>,
        read: impl FnOnce(Node<'_, 'd>) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let mut visited = HashSet::new();
        let (mut name, mut json) = self.target(section, node)?;
        while let Some(next) = json.get("$ref") {
            if !visited.insert(name) {
                return Err(node.fault("this reference leads back to itself"));
            }
            (name, json) = self.target(section, &Node::new(next, node.at))?;
        }
        // The pointer of the target, whatever the reference looked like.
        let prefix = section.prefix(self.dialect);
        let segments: Vec<&str> = prefix.trim_matches(['#', '/']).split('/').collect();
        let root = At::Root;
        let outer = root.key(segments[0]);
        match segments.get(1) {
            None => read(Node::new(json, outer.key(name))),
            Some(inner) => read(Node::new(json, outer.key(inner).key(name))),
        }
    }

    /// The name and the value that a `$ref` points to.
    fn target(
        &self,
        section: Section,
        node: &Node<'_, 'd>,
    ) -> Result<(&'d str, &'d Json<'d>), Fault> {
        let text = node.text()?;
        let unsupported = |prefix: &str| {
            node.fault(format!(
                "the reference {} is not of the form {}: only whole components of this document \
                 can be referred to here",
                quote(text),
                quote(&format!("{prefix}NAME"))
            ))
        };
        let Some(defined) = self.sections.get(&section) else {
            return Err(unsupported(&section.prefix(self.dialect)));
        };
        let Some(name) = text
            .strip_prefix(defined.prefix.as_str())
            .filter(|name| !name.is_empty() && !name.contains('/'))
        else {
            return Err(unsupported(&defined.prefix));
        };
        // A reference is a URI, so that a name may be percent-encoded; not every writer does it.
        let plain = unescape_segment(name);
        let decoded = percent_decode(name).and_then(|name| unescape_segment(&name));
        [plain, decoded]
            .into_iter()
            .flatten()
            .find_map(|name| defined.values.get_key_value(name.as_str()))
            .map(|(name, json)| (*name, *json))
            .ok_or_else(|| {
                node.fault(format!(
                    "the reference {} leads nowhere: the document does not define it",
                    quote(text)
                ))
            })
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

/// Refuses schemas that are defined by nothing but themselves: through references and `allOf`.
pub(crate) fn check_schema_cycles(document: &OpenAPI, dialect: Dialect) -> Result<(), Fault> {
    let Some(components) = &document.components else {
        return Ok(());
    };
    let schemas = &components.schemas;
    let bases: Vec<Vec<usize>> = schemas
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
                    let name = schemas.get_index(base).map_or("", |(name, _)| name);
                    let mut pointer = Section::Schemas.prefix(dialect);
                    pointer.drain(..1);
                    pointer.pop();
                    push_segment(&mut pointer, name);
                    return Err(Fault {
                        pointer,
                        problem: format!(
                            "the schema {} is made of itself, through references or allOf",
                            quote(name)
                        ),
                        remedy: super::error::WRONG_SHAPE.into(),
                    });
                }
            }
        }
    }
    Ok(())
}

fn reference<T>(schema: &ReferenceOr<T>) -> Option<&str> {
    match schema {
        ReferenceOr::Reference { reference } => Some(reference),
        ReferenceOr::Item(_) => None,
    }
}
