//! OpenAPI 3.0, read strictly.
//!
//! The types of `openapiv3` could read it themselves, but they skip what they do not know, cannot
//! say where something is wrong, and keep neither the siblings of a reference nor the exact numbers.
//! Parameters of paths, and references to parameters and request bodies, are resolved into the
//! operations; `explode` of a parameter that can have several values is always set.

mod content;
mod parameters;
mod security;

use indexmap::IndexMap;
use openapiv3::{
    Components, OpenAPI, Operation, Parameter, PathItem, Paths, ReferenceOr, Responses, Server,
    ServerVariable,
};

use super::common;
use super::error::Fault;
use super::json::Json;
use super::operations::{self, Declared, Names, Notes};
use super::reader::{At, Node, required};
use super::references::{Dialect, References, Section, check_schema_cycles};
use super::schema;

/// Reads a whole document.
pub(crate) fn document<'d>(root: &'d Json<'d>, notes: &Notes) -> Result<OpenAPI, Fault> {
    let reader = Reader {
        references: References::of(root, Dialect::OpenApi3),
        notes,
    };
    let document = reader.document(&Node::new(root, At::Root))?;
    check_schema_cycles(&document, Dialect::OpenApi3)?;
    Ok(document)
}

struct Reader<'d, 'n> {
    references: References<'d>,
    notes: &'n Notes,
}

impl<'d> Reader<'d, '_> {
    fn document(&self, node: &Node<'_, 'd>) -> Result<OpenAPI, Fault> {
        let mut document = OpenAPI::default();
        let (mut info, mut paths) = (None, None);
        document.extensions = node.fields("an OpenAPI document", |key, node| {
            match key {
                "openapi" => document.openapi = node.string()?,
                "info" => info = Some(common::info(&node)?),
                "servers" => document.servers = servers(&node)?,
                "paths" => paths = Some(self.paths(&node)?),
                "components" => document.components = Some(self.components(&node)?),
                "security" => {
                    document.security = Some(common::security(&node, &self.references)?);
                }
                "tags" => document.tags = common::tags(&node)?,
                "externalDocs" => document.external_docs = Some(schema::external_docs(&node)?),
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        document.info = required(info, "info", "an OpenAPI document", node)?;
        document.paths = required(paths, "paths", "an OpenAPI document", node)?;
        Ok(document)
    }

    fn components(&self, node: &Node<'_, 'd>) -> Result<Components, Fault> {
        let mut components = Components::default();
        let references = &self.references;
        components.extensions = node.fields("the components", |key, node| {
            match key {
                "schemas" => {
                    components.schemas =
                        node.map("the schemas", |node| schema::schema(&node, references))?;
                }
                "responses" => {
                    components.responses =
                        node.map("the responses", |node| content::response(&node, references))?;
                }
                "parameters" => {
                    components.parameters = node.map("the parameters", |node| {
                        self.parameter(&node)
                            .map(|parameter| ReferenceOr::Item(parameter.value))
                    })?;
                }
                "examples" => {
                    components.examples =
                        node.map("the examples", |node| content::example(&node, references))?;
                }
                "requestBodies" => {
                    components.request_bodies = node.map("the request bodies", |node| {
                        content::request_body(&node, references).map(ReferenceOr::Item)
                    })?;
                }
                "headers" => {
                    components.headers =
                        node.map("the headers", |node| parameters::header(&node, references))?;
                }
                "securitySchemes" => {
                    components.security_schemes = node.map("the security schemes", |node| {
                        or_reference(&node, Section::SecuritySchemes, references, |node| {
                            security::scheme(node)
                        })
                    })?;
                }
                "links" => {
                    components.links =
                        node.map("the links", |node| content::link(&node, references))?;
                }
                "callbacks" => {
                    components.callbacks = node.map("the callbacks", |node| {
                        or_reference(&node, Section::Callbacks, references, |node| {
                            self.callback(node)
                        })
                    })?;
                }
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(components)
    }

    fn paths(&self, node: &Node<'_, 'd>) -> Result<Paths, Fault> {
        let mut paths = Paths::default();
        let mut names = Names::default();
        node.entries("the paths", |path, node| {
            if path.starts_with("x-") {
                paths
                    .extensions
                    .insert(path.to_owned(), node.json.to_value());
            } else {
                let placeholders = operations::placeholders(path, &node)?;
                let item = self.path_item(&node, &placeholders, Some(&mut names))?;
                paths.paths.insert(path.to_owned(), ReferenceOr::Item(item));
            }
            Ok(())
        })?;
        Ok(paths)
    }

    /// A path, or what is called back: only the former's operations need a name.
    fn path_item(
        &self,
        node: &Node<'_, 'd>,
        placeholders: &[&str],
        mut names: Option<&mut Names>,
    ) -> Result<PathItem, Fault> {
        let shared = match node.json.get("parameters") {
            Some(json) => operations::declare(
                &Node::new(json, node.at.key("parameters")),
                placeholders,
                self.notes,
                |node| self.parameter(node),
            )?,
            None => Vec::new(),
        };
        let mut item = PathItem::default();
        item.extensions = node.fields("a path", |key, node| {
            let method = match key {
                "get" => &mut item.get,
                "put" => &mut item.put,
                "post" => &mut item.post,
                "delete" => &mut item.delete,
                "options" => &mut item.options,
                "head" => &mut item.head,
                "patch" => &mut item.patch,
                "trace" => &mut item.trace,
                "parameters" => return Ok(true),
                "summary" => {
                    item.summary = Some(node.string()?);
                    return Ok(true);
                }
                "description" => {
                    item.description = Some(node.string()?);
                    return Ok(true);
                }
                "servers" => {
                    item.servers = servers(&node)?;
                    return Ok(true);
                }
                _ => return Ok(false),
            };
            let operation = self.operation(&node, placeholders, &shared)?;
            if let Some(names) = &mut names {
                names.add(&node, &operation)?;
            }
            *method = Some(operation);
            Ok(true)
        })?;
        Ok(item)
    }

    fn operation(
        &self,
        node: &Node<'_, 'd>,
        placeholders: &[&str],
        shared: &[Declared<Parameter>],
    ) -> Result<Operation, Fault> {
        let mut operation = Operation::default();
        let (mut responses, mut own) = (None, Vec::new());
        let references = &self.references;
        operation.extensions = node.fields("an operation", |key, node| {
            match key {
                "tags" => operation.tags = common::operation_tags(&node)?,
                "summary" => operation.summary = Some(node.string()?),
                "description" => operation.description = Some(node.string()?),
                "externalDocs" => operation.external_docs = Some(schema::external_docs(&node)?),
                "operationId" => operation.operation_id = Some(node.string()?),
                "parameters" => {
                    own = operations::declare(&node, placeholders, self.notes, |node| {
                        self.parameter(node)
                    })?;
                }
                "requestBody" => {
                    let body = content::request_body(&node, references)?;
                    operation.request_body = Some(ReferenceOr::Item(body));
                }
                "responses" => responses = Some(self.responses(&node)?),
                "callbacks" => {
                    operation.callbacks =
                        node.map("the callbacks", |node| match node.reference()? {
                            Some(reference) => {
                                references.follow(Section::Callbacks, &reference, |target| {
                                    self.callback(&target)
                                })
                            }
                            None => self.callback(&node),
                        })?;
                }
                "deprecated" => operation.deprecated = node.boolean()?,
                "security" => operation.security = Some(common::security(&node, references)?),
                "servers" => operation.servers = servers(&node)?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        operation.responses = required(responses, "responses", "an operation", node)?;
        let merged = operations::merge(shared, own);
        operations::check_placeholders(node, placeholders, &merged)?;
        operation.parameters = operations::items(merged);
        Ok(operation)
    }

    fn parameter(&self, node: &Node<'_, 'd>) -> Result<Declared<Parameter>, Fault> {
        match node.reference()? {
            Some(reference) => self
                .references
                .follow(Section::Parameters, &reference, |target| {
                    parameters::parameter(&target, &self.references)
                }),
            None => parameters::parameter(node, &self.references),
        }
    }

    fn responses(&self, node: &Node<'_, 'd>) -> Result<Responses, Fault> {
        let mut responses = Responses::default();
        node.entries("the responses", |key, node| {
            if key.starts_with("x-") {
                responses
                    .extensions
                    .insert(key.to_owned(), node.json.to_value());
                return Ok(());
            }
            let status = operations::status(key, true, &node)?;
            let response = content::response(&node, &self.references)?;
            match status {
                Some(status) => drop(responses.responses.insert(status, response)),
                None => responses.default = Some(response),
            }
            Ok(())
        })?;
        if responses.responses.is_empty() && responses.default.is_none() {
            return Err(node.fault("an operation needs at least one response"));
        }
        Ok(responses)
    }

    /// What the server may call at the client. The keys are runtime expressions, not paths.
    fn callback(&self, node: &Node<'_, 'd>) -> Result<IndexMap<String, PathItem>, Fault> {
        let mut items = IndexMap::new();
        node.entries("a callback", |key, node| {
            if !key.starts_with("x-") {
                items.insert(key.to_owned(), self.path_item(&node, &[], None)?);
            }
            Ok(())
        })?;
        Ok(items)
    }
}

/// Reads a reference to a component, which is kept as such, or the thing itself.
fn or_reference<'d, T>(
    node: &Node<'_, 'd>,
    section: Section,
    references: &References<'d>,
    read: impl FnOnce(&Node<'_, 'd>) -> Result<T, Fault>,
) -> Result<ReferenceOr<T>, Fault> {
    match node.reference()? {
        Some(reference) => {
            // Followed to its end, for the sake of references in a circle.
            references.follow(section, &reference, |_| Ok(()))?;
            let reference = references.resolve(section, &reference)?;
            Ok(ReferenceOr::Reference { reference })
        }
        None => read(node).map(ReferenceOr::Item),
    }
}

fn servers(node: &Node<'_, '_>) -> Result<Vec<Server>, Fault> {
    node.list("servers", |node| server(&node))
}

fn server(node: &Node<'_, '_>) -> Result<Server, Fault> {
    let mut server = Server::default();
    let mut url = None;
    server.extensions = node.fields("a server", |key, node| {
        match key {
            "url" => url = Some(node.string()?),
            "description" => server.description = Some(node.string()?),
            "variables" => {
                server.variables =
                    Some(node.map("the server variables", |node| server_variable(&node))?);
            }
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    server.url = required(url, "url", "a server", node)?;
    Ok(server)
}

fn server_variable(node: &Node<'_, '_>) -> Result<ServerVariable, Fault> {
    let mut variable = ServerVariable::default();
    let mut default = None;
    variable.extensions = node.fields("a server variable", |key, node| {
        match key {
            "enum" => variable.enumeration = node.strings("enum")?,
            "default" => default = Some(node.string()?),
            "description" => variable.description = Some(node.string()?),
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    variable.default = required(default, "default", "a server variable", node)?;
    Ok(variable)
}
