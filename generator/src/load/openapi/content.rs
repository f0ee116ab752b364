//! What travels in bodies: request bodies, responses, media types, examples, links.

use indexmap::IndexMap;
use openapiv3::{
    Content, Encoding, Example, Link, LinkOperation, MediaType, QueryStyle, ReferenceOr,
    RequestBody, Response,
};

use super::super::error::Fault;
use super::super::reader::{Node, required};
use super::super::references::{References, Section};
use super::super::schema;
use super::{or_reference, parameters, server};

/// A request body; a reference to one is resolved.
pub(super) fn request_body<'d>(
    node: &Node<'_, 'd>,
    references: &References<'d>,
) -> Result<RequestBody, Fault> {
    match node.reference()? {
        Some(reference) => references.follow(Section::RequestBodies, &reference, |target| {
            request_body_item(&target, references)
        }),
        None => request_body_item(node, references),
    }
}

fn request_body_item<'d>(
    node: &Node<'_, 'd>,
    references: &References<'d>,
) -> Result<RequestBody, Fault> {
    let mut body = RequestBody::default();
    let mut read = None;
    body.extensions = node.fields("a request body", |key, node| {
        match key {
            "description" => body.description = Some(node.string()?),
            "required" => body.required = node.boolean()?,
            "content" => read = Some(content(&node, references)?),
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    body.content = required(read, "content", "a request body", node)?;
    Ok(body)
}

pub(super) fn response<'d>(
    node: &Node<'_, 'd>,
    references: &References<'d>,
) -> Result<ReferenceOr<Response>, Fault> {
    or_reference(node, Section::Responses, references, |node| {
        let mut response = Response::default();
        let mut description = None;
        response.extensions = node.fields("a response", |key, node| {
            match key {
                "description" => description = Some(node.string()?),
                "content" => response.content = content(&node, references)?,
                "headers" => {
                    response.headers =
                        node.map("the headers", |node| parameters::header(&node, references))?;
                }
                "links" => {
                    response.links = node.map("the links", |node| link(&node, references))?;
                }
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        response.description = required(description, "description", "a response", node)?;
        Ok(response)
    })
}

pub(super) fn content<'d>(
    node: &Node<'_, 'd>,
    references: &References<'d>,
) -> Result<Content, Fault> {
    node.map("content", |node| media_type(&node, references))
}

fn media_type<'d>(node: &Node<'_, 'd>, references: &References<'d>) -> Result<MediaType, Fault> {
    let mut media_type = MediaType::default();
    media_type.extensions = node.fields("a media type", |key, node| {
        match key {
            "schema" => media_type.schema = Some(schema::schema(&node, references)?),
            "example" => media_type.example = Some(node.json.to_value()),
            "examples" => media_type.examples = examples(&node, references)?,
            "encoding" => {
                media_type.encoding =
                    node.map("the encoding", |node| encoding(&node, references))?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    Ok(media_type)
}

fn encoding<'d>(node: &Node<'_, 'd>, references: &References<'d>) -> Result<Encoding, Fault> {
    let mut encoding = Encoding::default();
    let mut explode = None;
    encoding.extensions = node.fields("an encoding", |key, node| {
        match key {
            "contentType" => encoding.content_type = Some(node.string()?),
            "headers" => {
                encoding.headers =
                    node.map("the headers", |node| parameters::header(&node, references))?;
            }
            "style" => encoding.style = Some(parameters::query_style(&node)?),
            "explode" => explode = Some(node.boolean()?),
            "allowReserved" => encoding.allow_reserved = node.boolean()?,
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    encoding.explode = explode.unwrap_or(matches!(encoding.style, None | Some(QueryStyle::Form)));
    Ok(encoding)
}

pub(super) fn examples<'d>(
    node: &Node<'_, 'd>,
    references: &References<'d>,
) -> Result<IndexMap<String, ReferenceOr<Example>>, Fault> {
    node.map("the examples", |node| example(&node, references))
}

pub(super) fn example<'d>(
    node: &Node<'_, 'd>,
    references: &References<'d>,
) -> Result<ReferenceOr<Example>, Fault> {
    or_reference(node, Section::Examples, references, |node| {
        let mut example = Example::default();
        example.extensions = node.fields("an example", |key, node| {
            match key {
                "summary" => example.summary = Some(node.string()?),
                "description" => example.description = Some(node.string()?),
                "value" => example.value = Some(node.json.to_value()),
                "externalValue" => example.external_value = Some(node.string()?),
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(example)
    })
}

pub(super) fn link<'d>(
    node: &Node<'_, 'd>,
    references: &References<'d>,
) -> Result<ReferenceOr<Link>, Fault> {
    or_reference(node, Section::Links, references, |node| {
        let (mut description, mut operation, mut request_body) = (None, None, None);
        let (mut parameters, mut to) = (IndexMap::new(), None);
        let extensions = node.fields("a link", |key, node| {
            match key {
                "description" => description = Some(node.string()?),
                "operationId" => operation = Some(LinkOperation::OperationId(node.string()?)),
                "operationRef" => operation = Some(LinkOperation::OperationRef(node.string()?)),
                "requestBody" => request_body = Some(node.json.to_value()),
                "parameters" => {
                    parameters =
                        node.map("the link's parameters", |node| Ok(node.json.to_value()))?;
                }
                "server" => to = Some(server(&node)?),
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(Link {
            description,
            operation: required(operation, "operationId", "a link", node)?,
            request_body,
            parameters,
            server: to,
            extensions,
        })
    })
}
