//! The Swagger document, as little of it as the judges need.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::path::Path;

use serde_json::{Map, Value};

use super::sample::kind;
use super::{Problem, lines};

/// The methods that a path of a Swagger document can have.
const METHODS: [&str; 7] = ["get", "put", "post", "delete", "options", "head", "patch"];

/// A Swagger 2.0 document.
pub struct Spec {
    document: Value,
    /// Name of the operation -> its path and method.
    places: BTreeMap<String, (String, String)>,
}

/// An operation of the document.
#[derive(Clone, Copy)]
pub struct Operation<'a> {
    /// `x-purecloud-method-name`, or the operation id if there is none.
    pub name: &'a str,
    /// `operationId`.
    pub id: &'a str,
    /// The HTTP method in lower case.
    pub method: &'a str,
    /// The path with its parameters' names in braces.
    pub path: &'a str,
    node: &'a Value,
}

impl Spec {
    /// Reads a `.json` or `.json.gz` file.
    ///
    /// # Errors
    ///
    /// A [`Problem`] if the file cannot be read or is not a Swagger document.
    pub fn read(path: &Path) -> Result<Self, Problem> {
        let mut text = String::new();
        lines::open(path)?
            .read_to_string(&mut text)
            .map_err(Problem::read(path))?;
        let document = serde_json::from_str(&text).map_err(|source| Problem::Json {
            path: path.to_owned(),
            line: source.line(),
            source,
        })?;
        Self::new(document)
    }

    /// Takes a document.
    ///
    /// # Errors
    ///
    /// A [`Problem`] where it has no paths, or two operations of one name.
    pub fn new(document: Value) -> Result<Self, Problem> {
        let mut places = BTreeMap::new();
        for (path, item) in object(&document, "paths")? {
            for method in METHODS {
                let Some(node) = item.get(method) else {
                    continue;
                };
                let name = name(node).ok_or_else(|| {
                    Problem::Spec(format!("{method} {path} has neither name nor id"))
                })?;
                let place = (path.clone(), method.to_owned());
                if places.insert(name.to_owned(), place).is_some() {
                    return Err(Problem::Spec(format!("two operations are called {name}")));
                }
            }
        }
        Ok(Self { document, places })
    }

    /// The operation of that name.
    #[must_use]
    pub fn operation(&self, name: &str) -> Option<Operation<'_>> {
        let (name, (path, method)) = self.places.get_key_value(name)?;
        let node = self.document.get("paths")?.get(path)?.get(method)?;
        Some(Operation {
            name,
            id: node
                .get("operationId")
                .and_then(Value::as_str)
                .unwrap_or(name),
            method,
            path,
            node,
        })
    }

    /// Every operation, by name.
    pub fn operations(&self) -> impl Iterator<Item = Operation<'_>> {
        self.places.keys().filter_map(|name| self.operation(name))
    }

    /// The definition of that name.
    #[must_use]
    pub fn definition(&self, name: &str) -> Option<&Value> {
        self.document.get("definitions")?.get(name)
    }

    /// The names of all definitions that are objects, sorted.
    pub fn objects(&self) -> impl Iterator<Item = &str> {
        self.document
            .get("definitions")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
            .filter(|(_, definition)| kind(definition) == "object")
            .map(|(name, _)| name.as_str())
    }

    /// The names of all header parameters, in lower case.
    #[must_use]
    pub fn header_parameters(&self) -> BTreeSet<String> {
        let parameters = self
            .operations()
            .flat_map(|operation| operation.parameters());
        parameters
            .filter(|parameter| parameter.get("in").and_then(Value::as_str) == Some("header"))
            .filter_map(|parameter| parameter.get("name").and_then(Value::as_str))
            .map(str::to_lowercase)
            .collect()
    }

    /// The name and the schema of the definition that `schema` refers to, where it is a reference.
    ///
    /// # Errors
    ///
    /// A [`Problem`] where nothing is there.
    pub fn referred<'a>(
        &'a self,
        schema: &'a Value,
    ) -> Result<Option<(&'a str, &'a Value)>, Problem> {
        let Some(reference) = schema.get("$ref").and_then(Value::as_str) else {
            return Ok(None);
        };
        reference
            .strip_prefix("#/definitions/")
            .and_then(|name| Some((name, self.definition(name)?)))
            .map(Some)
            .ok_or_else(|| Problem::Spec(format!("nothing is at {reference}")))
    }
}

impl<'a> Operation<'a> {
    /// The parameters, the body among them.
    #[must_use]
    pub fn parameters(&self) -> &'a [Value] {
        self.node
            .get("parameters")
            .and_then(Value::as_array)
            .map_or(&[], Vec::as_slice)
    }

    /// The media types under `consumes` or `produces`; none where the operation lists none.
    pub fn media_types(&self, key: &str) -> impl Iterator<Item = &'a str> + Clone {
        self.node
            .get(key)
            .and_then(Value::as_array)
            .map_or(&[][..], Vec::as_slice)
            .iter()
            .filter_map(Value::as_str)
    }

    /// The parts of the API that it belongs to.
    pub fn tags(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let tags = self.node.get("tags").and_then(Value::as_array);
        tags.into_iter().flatten().filter_map(Value::as_str)
    }

    /// Whether the operation says that it needs no token: `security: []`.
    #[must_use]
    pub fn is_public(&self) -> bool {
        self.node
            .get("security")
            .and_then(Value::as_array)
            .is_some_and(Vec::is_empty)
    }
}

fn name(operation: &Value) -> Option<&str> {
    operation
        .get("x-purecloud-method-name")
        .or_else(|| operation.get("operationId"))?
        .as_str()
}

fn object<'a>(node: &'a Value, key: &str) -> Result<&'a Map<String, Value>, Problem> {
    node.get(key)
        .and_then(Value::as_object)
        .ok_or_else(|| Problem::Spec(format!("it has no {key}")))
}
