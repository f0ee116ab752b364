//! Swagger 2.0, turned into OpenAPI 3.0 on the way.
//!
//! What changes its place: definitions become `components.schemas`; body and form parameters become
//! the request body, whose content types are what the operation consumes; responses list what it
//! produces; host, base path and schemes become servers. Parameters of paths and references to
//! parameters and responses are resolved into the operations. The name of a body parameter is not
//! kept: it never travels.

mod parameters;

pub(crate) use parameters::COLLECTION_FORMAT;

use std::cell::RefCell;

use openapiv3::{
    Components, MediaType, OpenAPI, Operation, PathItem, ReferenceOr, Response, Server,
};

use super::common;
use super::diagnostics::{Notes, WarningKind};
use super::operations::{self, Declared};
use super::paths::PathReader;
use super::places::{OperationPlaces, Places};
use super::reader::{At, Node};
use super::references::{Dialect, References};
use super::{schema, security};
use crate::document::{Fault, Json, quote};

use parameters::Input;

/// What an operation consumes or produces where neither it nor the document says.
const DEFAULT_CONTENT_TYPE: &str = "application/json";

/// The version of OpenAPI that the converted document states.
const CONVERTED_VERSION: &str = "3.0.3";

/// Reads a whole document.
pub(crate) fn document<'d>(root: &'d Json<'d>, notes: &Notes) -> Result<(OpenAPI, Places), Fault> {
    let node = Node::new(root, At::Root, notes);
    let references = References::new(root, Dialect::Swagger2);
    let reader = Reader {
        consumes: own_content_types(&node, "consumes", &[]),
        produces: own_content_types(&node, "produces", &[]),
        address: Address::from_root(&node)?,
        references,
        places: RefCell::new(Places::new(Dialect::Swagger2)),
    };
    let document = reader.document(&node)?;
    Ok((document, reader.places.into_inner()))
}

struct Reader<'d> {
    references: References<'d>,
    consumes: Vec<String>,
    produces: Vec<String>,
    address: Address,
    places: RefCell<Places>,
}

/// Where the API is served.
struct Address {
    host: Option<String>,
    base_path: Option<String>,
}

impl Address {
    fn from_root(root: &Node<'_, '_>) -> Result<Self, Fault> {
        let get = |key: &'static str| {
            let is_there = |json: &Json<'_>| !matches!(json, Json::Null);
            root.json.get(key).is_some_and(is_there).then_some(key)
        };
        let host = get("host").and_then(|key| root.get(key)?.prose());
        let base_path = get("basePath")
            .and_then(|key| root.get(key).map(|node| base_path(&node)))
            .transpose()?;
        Ok(Self {
            host: host.filter(|text| !text.is_empty()),
            base_path: base_path.filter(|text| !text.is_empty()),
        })
    }

    fn servers(&self, schemes: &[String]) -> Vec<Server> {
        let base_path = self.base_path.as_deref();
        let base_path = base_path.map(|path| path.trim_end_matches('/'));
        let server = |url: String| Server {
            url,
            ..Server::default()
        };
        match (&self.host, base_path) {
            (None, None) => Vec::new(),
            (None, Some(path)) => vec![server(format!("{path}/"))],
            (Some(host), path) => schemes
                .iter()
                .map(|scheme| server(format!("{scheme}://{host}{}", path.unwrap_or_default())))
                .collect(),
        }
    }
}

/// The base path, which starts with one slash.
fn base_path(node: &Node<'_, '_>) -> Result<String, Fault> {
    let text = node.string()?;
    let path = match text.split_once("://") {
        Some((_, rest)) => {
            node.warn(
                WarningKind::Document,
                "the base path is a URL; its path is taken",
            );
            rest.split_once('/').map_or("", |(_, path)| path)
        }
        None => {
            if !text.is_empty() && !text.starts_with('/') {
                node.warn(
                    WarningKind::Document,
                    "the base path does not start with a slash; one is put before it",
                );
            }
            text.trim_start_matches('/')
        }
    };
    Ok(match text.is_empty() {
        true => text,
        false => format!("/{path}"),
    })
}

impl<'d> Reader<'d> {
    fn document(&self, node: &Node<'_, 'd>) -> Result<OpenAPI, Fault> {
        let mut document = OpenAPI {
            openapi: CONVERTED_VERSION.to_owned(),
            info: common::info(node),
            ..OpenAPI::default()
        };
        let mut components = Components::default();
        let mut schemes = vec!["https".to_owned()];
        document.extensions = node.fields("a Swagger document", |key, node| {
            match key {
                // They were read before, are read where something refers to them, or have no effect.
                "swagger" | "host" | "basePath" | "consumes" | "produces" | "info"
                | "parameters" | "responses" | "externalDocs" => {}
                "schemes" => {
                    let read = read_schemes(&node)?;
                    if !read.is_empty() {
                        schemes = read;
                    }
                }
                "tags" => document.tags = common::tags(&node)?,
                "security" => {
                    document.security = Some(common::security(&node, &self.references)?);
                }
                "securityDefinitions" => {
                    components.security_schemes = node.map("the security definitions", |node| {
                        security::scheme(&node, Dialect::Swagger2).map(ReferenceOr::Item)
                    })?;
                }
                "definitions" => {
                    components.schemas = node.map("the definitions", |node| {
                        schema::schema(&node, &self.references)
                    })?;
                }
                "paths" => document.paths = self.paths(&node)?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        common::finish(node, &mut components.schemas, &self.references);
        document.servers = self.address.servers(&schemes);
        document.components = Some(components);
        Ok(document)
    }

    fn response(&self, node: &Node<'_, 'd>, produces: &[String]) -> Result<Response, Fault> {
        let mut response = Response::default();
        let (mut description, mut schema) = (None, None);
        response.extensions = node.strict_fields("a response", |key, node| {
            match key {
                "description" => description = node.prose(),
                "schema" => schema = Some(schema::schema(&node, &self.references)?),
                // They have no effect.
                "headers" | "examples" => {}
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        response.description = operations::described(description, node);
        if schema.is_some() {
            for content_type in produces {
                response.content.insert(
                    content_type.clone(),
                    MediaType {
                        schema: schema.clone(),
                        ..MediaType::default()
                    },
                );
            }
        }
        Ok(response)
    }
}

impl<'d> PathReader<'d> for Reader<'d> {
    type Parameter = Input;

    fn references(&self) -> &References<'d> {
        &self.references
    }

    fn places(&self) -> &RefCell<Places> {
        &self.places
    }

    fn path_key(&self, _: &str, _: &Node<'_, 'd>, _: &mut PathItem) -> Result<bool, Fault> {
        Ok(false)
    }

    fn operation(
        &self,
        node: &Node<'_, 'd>,
        placeholders: &[&str],
        shared: &[Declared<Input>],
    ) -> Result<(Operation, OperationPlaces), Fault> {
        let consumes = own_content_types(node, "consumes", &self.consumes);
        let produces = own_content_types(node, "produces", &self.produces);

        let mut operation = Operation::default();
        let mut own = Vec::new();
        let mut places = OperationPlaces {
            at: node.at.pointer(),
            ..OperationPlaces::default()
        };
        operation.extensions = node.strict_fields("an operation", |key, node| {
            match key {
                "tags" => operation.tags = common::operation_tags(&node),
                "summary" => operation.summary = node.prose(),
                "description" => operation.description = node.prose(),
                // It has no effect.
                "externalDocs" => {}
                "operationId" => operation.operation_id = node.prose(),
                "consumes" | "produces" => {}
                "parameters" => {
                    own = operations::declare(&node, placeholders, |node| self.parameter(node))?;
                }
                "responses" => {
                    let read = |node: &Node<'_, 'd>| self.response(node, &produces);
                    operation.responses = self.responses(&node, &mut places, read)?;
                }
                // The client decides how it speaks to the one host.
                "schemes" => drop(read_schemes(&node)?),
                "deprecated" => operation.deprecated = node.mark().unwrap_or(false),
                "security" => {
                    operation.security = Some(common::security(&node, &self.references)?);
                }
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        operations::require_response(node, &operation.responses);

        let inputs = operations::merge(shared, own);
        let undeclared = operations::undeclared(node, placeholders, &inputs);
        let (mut parameters, body) = parameters::split(inputs, &consumes, node, &mut places)?;
        operations::add_undeclared(&mut parameters, &undeclared, node);
        operation.parameters = operations::items(parameters, &mut places);
        operation.request_body = body.map(ReferenceOr::Item);
        Ok((operation, places))
    }

    fn own_parameter(&self, node: &Node<'_, 'd>) -> Result<Declared<Input>, Fault> {
        parameters::parameter(node, &self.references)
    }
}

fn read_schemes(node: &Node<'_, '_>) -> Result<Vec<String>, Fault> {
    node.list("schemes", |node| match node.text()? {
        scheme @ ("http" | "https" | "ws" | "wss") => Ok(scheme.to_owned()),
        other => Err(node.fault(format!("unknown scheme {}", quote(other)))),
    })
}

/// What an operation or the document consumes or produces; an empty list takes the default back, as no list would.
fn own_content_types(node: &Node<'_, '_>, key: &str, default: &[String]) -> Vec<String> {
    let Some(node) = node.get(key) else {
        return match default {
            [] => vec![DEFAULT_CONTENT_TYPE.to_owned()],
            default => default.to_vec(),
        };
    };
    let mut types: Vec<String> = Vec::new();
    let mut add = |node: &Node<'_, '_>| {
        let text = node.text()?;
        if !text.contains('/') {
            return Err(node.fault(format!("{} is not a content type", quote(text))));
        }
        if !types.iter().any(|earlier| earlier == text) {
            types.push(text.to_owned());
        }
        Ok(())
    };
    let ignored = |fault| {
        node.notes
            .pass_over(WarningKind::Value, fault, "it is ignored");
    };
    // One content type is also written without a list.
    if matches!(node.json, Json::String(_)) {
        add(&node).unwrap_or_else(ignored);
    } else {
        node.list("content types", |node| {
            add(&node).unwrap_or_else(ignored);
            Ok(())
        })
        .map(drop)
        .unwrap_or_else(ignored);
    }
    if types.is_empty() {
        types.push(DEFAULT_CONTENT_TYPE.to_owned());
    }
    types
}
