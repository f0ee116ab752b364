//! Swagger 2.0, read strictly and turned into OpenAPI 3.0 on the way.
//!
//! What changes its place: definitions become `components.schemas`; body and form parameters become
//! the request body, whose content types are what the operation consumes; responses list what it
//! produces; host, base path and schemes become servers. Parameters of paths and references to
//! parameters are resolved into the operations. The name of a body parameter is not kept: it never
//! travels.

mod parameters;
mod security;

use indexmap::IndexMap;
use openapiv3::{
    Components, MediaType, OpenAPI, Operation, Parameter, PathItem, Paths, ReferenceOr, Response,
    Responses, Server,
};

use super::common;
use super::error::{Fault, quote};
use super::json::Json;
use super::operations::{self, Declared, Names, Notes};
use super::reader::{At, Node, required};
use super::references::{Dialect, References, Section, check_schema_cycles};
use super::schema;

use parameters::Input;

/// What an operation consumes or produces where neither it nor the document says.
const DEFAULT_CONTENT_TYPE: &str = "application/json";

/// The version of OpenAPI that the converted document states.
const CONVERTED_VERSION: &str = "3.0.3";

/// Reads a whole document.
pub(crate) fn document<'d>(root: &'d Json<'d>, notes: &Notes) -> Result<OpenAPI, Fault> {
    let node = Node::new(root, At::Root);
    let references = References::of(root, Dialect::Swagger2);
    let content_types = |key: &'static str| match root.get(key) {
        Some(json) => content_types(&Node::new(json, At::Root.key(key))),
        None => Ok(vec![DEFAULT_CONTENT_TYPE.to_owned()]),
    };
    let reader = Reader {
        consumes: content_types("consumes")?,
        produces: content_types("produces")?,
        address: Address::of(root)?,
        references,
        notes,
    };
    let document = reader.document(&node)?;
    check_schema_cycles(&document, Dialect::Swagger2)?;
    Ok(document)
}

struct Reader<'d, 'n> {
    references: References<'d>,
    notes: &'n Notes,
    consumes: Vec<String>,
    produces: Vec<String>,
    address: Address<'d>,
}

/// Where the API is served.
struct Address<'d> {
    host: Option<&'d str>,
    base_path: Option<&'d str>,
}

impl<'d> Address<'d> {
    fn of(root: &'d Json<'d>) -> Result<Self, Fault> {
        let text = |key: &'static str| {
            root.get(key)
                .map(|json| Node::new(json, At::Root.key(key)).text())
                .transpose()
        };
        let (host, base_path) = (text("host")?, text("basePath")?);
        if base_path.is_some_and(|path| !path.starts_with('/')) {
            return Err(At::Root
                .key("basePath")
                .fault("the base path does not start with a slash"));
        }
        Ok(Self { host, base_path })
    }

    fn servers(&self, schemes: &[String]) -> Vec<Server> {
        let base_path = self.base_path.map(|path| path.trim_end_matches('/'));
        let server = |url: String| Server {
            url,
            ..Server::default()
        };
        match (self.host, base_path) {
            (None, None) => Vec::new(),
            (None, Some(path)) => vec![server(format!("{path}/"))],
            (Some(host), path) => schemes
                .iter()
                .map(|scheme| server(format!("{scheme}://{host}{}", path.unwrap_or_default())))
                .collect(),
        }
    }
}

impl<'d> Reader<'d, '_> {
    fn document(&self, node: &Node<'_, 'd>) -> Result<OpenAPI, Fault> {
        let mut document = OpenAPI {
            openapi: CONVERTED_VERSION.to_owned(),
            ..OpenAPI::default()
        };
        let mut components = Components::default();
        let (mut info, mut paths) = (None, None);
        let mut schemes = vec!["https".to_owned()];
        document.extensions = node.fields("a Swagger document", |key, node| {
            match key {
                // Both were read before.
                "swagger" | "host" | "basePath" | "consumes" | "produces" => {}
                "info" => info = Some(common::info(&node)?),
                "schemes" => schemes = read_schemes(&node)?,
                "tags" => document.tags = common::tags(&node)?,
                "externalDocs" => document.external_docs = Some(schema::external_docs(&node)?),
                "security" => {
                    document.security = Some(common::security(&node, &self.references)?);
                }
                "securityDefinitions" => {
                    components.security_schemes = node.map("the security definitions", |node| {
                        security::scheme(&node).map(ReferenceOr::Item)
                    })?;
                }
                "definitions" => {
                    components.schemas = node.map("the definitions", |node| {
                        schema::schema(&node, &self.references)
                    })?;
                }
                "responses" => {
                    components.responses =
                        node.map("the responses", |node| self.response(&node, &self.produces))?;
                }
                // They are resolved into the operations; read here so that all are checked.
                "parameters" => {
                    node.entries("the parameters", |_, node| self.parameter(&node).map(drop))?
                }
                "paths" => paths = Some(self.paths(&node)?),
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        document.info = required(info, "info", "a Swagger document", node)?;
        document.paths = required(paths, "paths", "a Swagger document", node)?;
        document.servers = self.address.servers(&schemes);
        document.components = Some(components);
        Ok(document)
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
                let item = self.path_item(path, &node, &mut names)?;
                paths.paths.insert(path.to_owned(), ReferenceOr::Item(item));
            }
            Ok(())
        })?;
        Ok(paths)
    }

    fn path_item(
        &self,
        path: &str,
        node: &Node<'_, 'd>,
        names: &mut Names,
    ) -> Result<PathItem, Fault> {
        let placeholders = operations::placeholders(path, node)?;
        let shared = match node.json.get("parameters") {
            Some(json) => operations::declare(
                &Node::new(json, node.at.key("parameters")),
                &placeholders,
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
                "parameters" => return Ok(true),
                _ => return Ok(false),
            };
            let operation = self.operation(&node, &placeholders, &shared)?;
            names.add(&node, &operation)?;
            *method = Some(operation);
            Ok(true)
        })?;
        Ok(item)
    }

    fn operation(
        &self,
        node: &Node<'_, 'd>,
        placeholders: &[&str],
        shared: &[Declared<Input>],
    ) -> Result<Operation, Fault> {
        let own_types = |key: &'static str, default: &[String]| match node.json.get(key) {
            Some(json) => content_types(&Node::new(json, node.at.key(key))),
            None => Ok(default.to_vec()),
        };
        let consumes = own_types("consumes", &self.consumes)?;
        let produces = own_types("produces", &self.produces)?;

        let mut operation = Operation::default();
        let (mut responses, mut own) = (None, Vec::new());
        operation.extensions = node.fields("an operation", |key, node| {
            match key {
                "tags" => operation.tags = common::operation_tags(&node)?,
                "summary" => operation.summary = Some(node.string()?),
                "description" => operation.description = Some(node.string()?),
                "externalDocs" => operation.external_docs = Some(schema::external_docs(&node)?),
                "operationId" => operation.operation_id = Some(node.string()?),
                "consumes" | "produces" => {}
                "parameters" => {
                    own = operations::declare(&node, placeholders, self.notes, |node| {
                        self.parameter(node)
                    })?;
                }
                "responses" => responses = Some(self.responses(&node, &produces)?),
                "schemes" => operation.servers = self.address.servers(&read_schemes(&node)?),
                "deprecated" => operation.deprecated = node.boolean()?,
                "security" => {
                    operation.security = Some(common::security(&node, &self.references)?);
                }
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        operation.responses = required(responses, "responses", "an operation", node)?;

        let inputs = operations::merge(shared, own);
        operations::check_placeholders(node, placeholders, &inputs)?;
        let (parameters, body) = parameters::split(inputs, &consumes, node)?;
        operation.parameters = operations::items(parameters);
        operation.request_body = body.map(ReferenceOr::Item);
        Ok(operation)
    }

    fn parameter(&self, node: &Node<'_, 'd>) -> Result<Declared<Input>, Fault> {
        match node.reference()? {
            Some(reference) => self
                .references
                .follow(Section::Parameters, &reference, |target| {
                    parameters::parameter(&target, &self.references)
                }),
            None => parameters::parameter(node, &self.references),
        }
    }

    fn responses(&self, node: &Node<'_, 'd>, produces: &[String]) -> Result<Responses, Fault> {
        let mut responses = Responses::default();
        node.entries("the responses", |key, node| {
            if key.starts_with("x-") {
                responses
                    .extensions
                    .insert(key.to_owned(), node.json.to_value());
                return Ok(());
            }
            let status = operations::status(key, false, &node)?;
            let response = self.response(&node, produces)?;
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

    /// A response, or a reference to one of the document's: they were read as what the document
    /// produces, so that an operation which produces something else gets a copy.
    fn response(
        &self,
        node: &Node<'_, 'd>,
        produces: &[String],
    ) -> Result<ReferenceOr<Response>, Fault> {
        match node.reference()? {
            Some(reference) if produces == self.produces => {
                // Followed in any case, for the sake of references in a circle.
                self.references
                    .follow(Section::Responses, &reference, |_| Ok(()))?;
                let reference = self.references.resolve(Section::Responses, &reference)?;
                Ok(ReferenceOr::Reference { reference })
            }
            Some(reference) => self
                .references
                .follow(Section::Responses, &reference, |target| {
                    self.response_item(&target, produces).map(ReferenceOr::Item)
                }),
            None => self.response_item(node, produces).map(ReferenceOr::Item),
        }
    }

    fn response_item(&self, node: &Node<'_, 'd>, produces: &[String]) -> Result<Response, Fault> {
        let mut response = Response::default();
        let (mut description, mut schema) = (None, None);
        let mut examples = IndexMap::new();
        response.extensions = node.fields("a response", |key, node| {
            match key {
                "description" => description = Some(node.string()?),
                "schema" => schema = Some(schema::schema(&node, &self.references)?),
                "headers" => {
                    response.headers = node.map("the headers", |node| {
                        parameters::header(&node, &self.references).map(ReferenceOr::Item)
                    })?;
                }
                "examples" => {
                    examples = node.map("the examples", |node| Ok(node.json.to_value()))?;
                }
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        response.description = required(description, "description", "a response", node)?;
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
        for (content_type, example) in examples {
            let media_type = response.content.entry(content_type).or_default();
            media_type.schema = schema.clone();
            media_type.example = Some(example);
        }
        Ok(response)
    }
}

fn read_schemes(node: &Node<'_, '_>) -> Result<Vec<String>, Fault> {
    node.list("schemes", |node| match node.text()? {
        scheme @ ("http" | "https" | "ws" | "wss") => Ok(scheme.to_owned()),
        other => Err(node.fault(format!("unknown scheme {}", quote(other)))),
    })
}

/// What is consumed or produced; an empty list takes the default back, as no list would.
fn content_types(node: &Node<'_, '_>) -> Result<Vec<String>, Fault> {
    let mut types: Vec<String> = Vec::new();
    node.list("content types", |node| {
        let text = node.text()?;
        if !text.contains('/') {
            return Err(node.fault(format!("{} is not a content type", quote(text))));
        }
        if !types.iter().any(|earlier| earlier == text) {
            types.push(text.to_owned());
        }
        Ok(())
    })?;
    if types.is_empty() {
        types.push(DEFAULT_CONTENT_TYPE.to_owned());
    }
    Ok(types)
}

/// The parameters that are no part of the body.
type Plain = Vec<Declared<Parameter>>;
