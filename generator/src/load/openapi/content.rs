//! What travels in bodies: request bodies, responses, media types.

use openapiv3::{Content, Encoding, MediaType, QueryStyle, RequestBody, Response};

use super::super::diagnostics::WarningKind;
use super::super::operations;
use super::super::reader::Node;
use super::super::references::References;
use super::super::schema;
use super::parameters;
use crate::document::Fault;

/// A request body and where it is; a reference to one is resolved.
pub(super) fn request_body<'d>(
    node: &Node<'_, 'd>,
    references: &References<'d>,
) -> Result<(RequestBody, String), Fault> {
    references.resolve(node, |node| {
        Ok((request_body_item(node, references)?, node.at.pointer()))
    })
}

fn request_body_item<'d>(
    node: &Node<'_, 'd>,
    references: &References<'d>,
) -> Result<RequestBody, Fault> {
    let mut body = RequestBody::default();
    body.extensions = node.strict_fields("a request body", |key, node| {
        match key {
            "description" => body.description = node.prose(),
            "required" => body.required = node.boolean()?,
            "content" => {
                body.content = content(&node, references)?;
                body.content
                    .sort_by(|left, _, right, _| rank(left).cmp(&rank(right)));
            }
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    if node.json.get("content").is_none() {
        node.warn(
            WarningKind::Parameter,
            "the request body has no content; none is sent",
        );
    }
    Ok(body)
}

/// Which of several content types comes first. The members of an object have no order of their own, so the one that says the most about its
/// parts does.
fn rank(content_type: &str) -> u8 {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    match essence.to_ascii_lowercase().as_str() {
        "application/json" => 0,
        essence if essence.ends_with("+json") => 1,
        "multipart/form-data" => 2,
        "application/x-www-form-urlencoded" => 3,
        essence if essence.starts_with("text/") => 4,
        _ => 5,
    }
}

pub(super) fn response<'d>(
    node: &Node<'_, 'd>,
    references: &References<'d>,
) -> Result<Response, Fault> {
    let mut response = Response::default();
    let mut description = None;
    response.extensions = node.strict_fields("a response", |key, node| {
        match key {
            "description" => description = node.prose(),
            "content" => response.content = content(&node, references)?,
            // They have no effect.
            "headers" | "links" => {}
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    response.description = operations::described(description, node);
    Ok(response)
}

pub(super) fn content<'d>(
    node: &Node<'_, 'd>,
    references: &References<'d>,
) -> Result<Content, Fault> {
    node.map("content", |node| media_type(&node, references))
}

fn media_type<'d>(node: &Node<'_, 'd>, references: &References<'d>) -> Result<MediaType, Fault> {
    let mut media_type = MediaType::default();
    media_type.extensions = node.strict_fields("a media type", |key, node| {
        match key {
            "schema" => media_type.schema = Some(schema::schema(&node, references)?),
            // They have no effect.
            "example" | "examples" => {}
            "encoding" => {
                media_type.encoding = node.map("the encoding", |node| encoding(&node))?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    Ok(media_type)
}

fn encoding(node: &Node<'_, '_>) -> Result<Encoding, Fault> {
    let mut encoding = Encoding::default();
    let mut explode = None;
    encoding.extensions = node.fields("an encoding", |key, node| {
        match key {
            "contentType" => encoding.content_type = Some(node.string()?),
            // They have no effect.
            "headers" => {}
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
