//! OpenAPI 3.0.
//!
//! The types of `openapiv3` could read it themselves, but they skip what they do not know, cannot
//! say where something is wrong, and keep neither the siblings of a reference nor the exact numbers.
//! Parameters of paths, and references to parameters, request bodies and responses, are resolved into
//! the operations; `explode` of a parameter that can have several values is always set.

mod content;
mod parameters;

use std::cell::RefCell;

use openapiv3::{
    Components, OpenAPI, Operation, Parameter, PathItem, ReferenceOr, Server, ServerVariable,
};

use super::common;
use super::diagnostics::Notes;
use super::operations::{self, Declared};
use super::paths::PathReader;
use super::places::{BodyPlace, OperationPlaces, Places};
use super::reader::{At, Node, required};
use super::references::{Dialect, References};
use super::{schema, security};
use crate::document::{Fault, Json};

/// Reads a whole document.
pub(crate) fn document<'d>(root: &'d Json<'d>, notes: &Notes) -> Result<(OpenAPI, Places), Fault> {
    let reader = Reader {
        references: References::new(root, Dialect::OpenApi3),
        places: RefCell::new(Places::new(Dialect::OpenApi3)),
    };
    let document = reader.document(&Node::new(root, At::Root, notes))?;
    Ok((document, reader.places.into_inner()))
}

struct Reader<'d> {
    references: References<'d>,
    places: RefCell<Places>,
}

impl<'d> Reader<'d> {
    fn document(&self, node: &Node<'_, 'd>) -> Result<OpenAPI, Fault> {
        let mut document = OpenAPI {
            info: common::info(node),
            ..OpenAPI::default()
        };
        let mut components = Components::default();
        document.extensions = node.fields("an OpenAPI document", |key, node| {
            match key {
                "openapi" => document.openapi = node.string()?,
                // They were read before, or have no effect.
                "info" | "externalDocs" => {}
                "servers" => document.servers = servers(&node)?,
                "paths" => document.paths = self.paths(&node)?,
                "components" => components = self.components(&node)?,
                "security" => {
                    document.security = Some(common::security(&node, &self.references)?);
                }
                "tags" => document.tags = common::tags(&node)?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        common::finish(node, &mut components.schemas, &self.references);
        document.components = Some(components);
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
                "securitySchemes" => {
                    components.security_schemes = node.map("the security schemes", |node| {
                        let read = |node: &Node<'_, 'd>| security::scheme(node, Dialect::OpenApi3);
                        references.resolve(&node, read).map(ReferenceOr::Item)
                    })?;
                }
                // They are read where something refers to them, or have no effect.
                "responses" | "parameters" | "requestBodies" | "examples" | "headers" | "links"
                | "callbacks" => {}
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(components)
    }
}

impl<'d> PathReader<'d> for Reader<'d> {
    type Parameter = Parameter;

    fn references(&self) -> &References<'d> {
        &self.references
    }

    fn places(&self) -> &RefCell<Places> {
        &self.places
    }

    fn path_key(&self, key: &str, node: &Node<'_, 'd>, item: &mut PathItem) -> Result<bool, Fault> {
        match key {
            "summary" => item.summary = node.prose(),
            "description" => item.description = node.prose(),
            "servers" => item.servers = servers(node)?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn operation(
        &self,
        node: &Node<'_, 'd>,
        placeholders: &[&str],
        shared: &[Declared<Parameter>],
    ) -> Result<(Operation, OperationPlaces), Fault> {
        let mut operation = Operation::default();
        let mut own = Vec::new();
        let mut places = OperationPlaces {
            at: node.at.pointer(),
            ..OperationPlaces::default()
        };
        let references = &self.references;
        operation.extensions = node.strict_fields("an operation", |key, node| {
            match key {
                "tags" => operation.tags = common::operation_tags(&node),
                "summary" => operation.summary = node.prose(),
                "description" => operation.description = node.prose(),
                // They have no effect.
                "externalDocs" | "callbacks" => {}
                "operationId" => operation.operation_id = node.prose(),
                "parameters" => {
                    own = operations::declare(&node, placeholders, |node| self.parameter(node))?;
                }
                "requestBody" => {
                    let (body, place) = content::request_body(&node, references)?;
                    operation.request_body = Some(ReferenceOr::Item(body));
                    places.body = Some(BodyPlace::Whole(place));
                }
                "responses" => {
                    let read = |node: &Node<'_, 'd>| content::response(node, references);
                    operation.responses = self.responses(&node, &mut places, read)?;
                }
                "deprecated" => operation.deprecated = node.mark().unwrap_or(false),
                "security" => operation.security = Some(common::security(&node, references)?),
                "servers" => operation.servers = servers(&node)?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        operations::require_response(node, &operation.responses);
        let mut merged = operations::merge(shared, own);
        let undeclared = operations::undeclared(node, placeholders, &merged);
        operations::add_undeclared(&mut merged, &undeclared, node);
        operation.parameters = operations::items(merged, &mut places);
        Ok((operation, places))
    }

    fn own_parameter(&self, node: &Node<'_, 'd>) -> Result<Declared<Parameter>, Fault> {
        parameters::parameter(node, &self.references)
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
    // A variable without a value stays as it is in the URL.
    let default = default.or_else(|| variable.enumeration.first().cloned());
    variable.default = required(default, "default", "a server variable", node)?;
    Ok(variable)
}
