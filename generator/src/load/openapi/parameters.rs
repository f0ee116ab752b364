//! Parameters of OpenAPI 3.0.

use indexmap::IndexMap;
use openapiv3::{
    CookieStyle, HeaderStyle, Parameter, ParameterData, ParameterSchemaOrContent, PathStyle,
    QueryStyle, ReferenceOr, Schema, SchemaKind, Type,
};

use super::super::diagnostics::WarningKind;
use super::super::operations::{Declared, Location};
use super::super::reader::{Node, required};
use super::super::references::{References, any_json};
use super::super::schema;
use super::content;
use crate::document::{Fault, quote};

pub(super) fn parameter<'d>(
    node: &Node<'_, 'd>,
    references: &References<'d>,
) -> Result<Declared<Parameter>, Fault> {
    let (mut name, mut style, mut location) = (None, None, None);
    let (mut description, mut deprecated) = (None, None);
    let (mut is_required, mut explode) = (false, None);
    let (mut allow_reserved, mut allow_empty_value) = (None, None);
    let mut format = None;
    let extensions = node.strict_fields("a parameter", |key, node| {
        match key {
            "name" => name = Some(node.string()?),
            "in" => {
                location = Some(match node.text()? {
                    "path" => Location::Path,
                    "query" => Location::Query,
                    "header" => Location::Header,
                    "cookie" => Location::Cookie,
                    other => {
                        return Err(
                            node.fault(format!("unknown place of a parameter: {}", quote(other)))
                        );
                    }
                });
            }
            "description" => description = node.prose(),
            "required" => is_required = node.boolean()?,
            "deprecated" => deprecated = node.mark(),
            // They have no effect.
            "example" | "examples" => {}
            "style" => style = Some(node.text()?),
            "explode" => explode = Some(node.boolean()?),
            "allowReserved" => allow_reserved = node.mark(),
            "allowEmptyValue" => allow_empty_value = node.mark(),
            "schema" | "content" if format.is_some() => {
                return Err(node.fault("\"schema\" and \"content\" exclude each other"));
            }
            "schema" => {
                let schema = schema::schema(&node, references)?;
                format = Some(ParameterSchemaOrContent::Schema(schema));
            }
            "content" => {
                let content = content::content(&node, references)?;
                if content.len() != 1 {
                    return Err(node.fault("expected exactly one content type"));
                }
                format = Some(ParameterSchemaOrContent::Content(content));
            }
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    let name = required(name, "name", "a parameter", node)?;
    let location = required(location, "in", "a parameter", node)?;
    let format = format.unwrap_or_else(|| {
        node.warn(
            WarningKind::Parameter,
            "the parameter has no schema; it is read as text",
        );
        ParameterSchemaOrContent::Schema(any_json())
    });
    if location == Location::Path && !is_required {
        node.warn(
            WarningKind::Parameter,
            format!(
                "the path parameter {} is not marked as required; it is",
                quote(&name)
            ),
        );
        is_required = true;
    }
    // One value is written the same in every style but these.
    let style = style.filter(|name| {
        let is_known = match location {
            Location::Path => matches!(*name, "simple" | "label" | "matrix"),
            Location::Header => *name == "simple",
            Location::Cookie => *name == "form",
            _ => parse_query_style(name).is_some(),
        };
        let is_one = match &format {
            ParameterSchemaOrContent::Schema(schema) => is_scalar(schema),
            ParameterSchemaOrContent::Content(_) => false,
        };
        if !is_known && is_one {
            node.notes.warn(
                WarningKind::Parameter,
                &node.at.key("style"),
                format!(
                    "a parameter here cannot have the style {}; the key is ignored",
                    quote(name)
                ),
            );
        }
        is_known || !is_one
    });
    let is_form = match style {
        Some(style) => style == "form",
        None => matches!(location, Location::Query | Location::Cookie),
    };
    let explode = match &format {
        ParameterSchemaOrContent::Schema(schema) if !is_scalar(schema) => {
            Some(explode.unwrap_or(is_form))
        }
        _ => explode,
    };
    let parameter_data = ParameterData {
        name: name.clone(),
        description,
        required: is_required,
        deprecated,
        format,
        example: None,
        examples: IndexMap::new(),
        explode,
        extensions,
    };
    let unknown_style = |style: &str| {
        node.at.key("style").fault(format!(
            "a parameter here cannot have the style {}",
            quote(style)
        ))
    };
    let value = match location {
        Location::Path => Parameter::Path {
            parameter_data,
            style: match style {
                None | Some("simple") => PathStyle::Simple,
                Some("label") => PathStyle::Label,
                Some("matrix") => PathStyle::Matrix,
                Some(other) => return Err(unknown_style(other)),
            },
        },
        Location::Header => Parameter::Header {
            parameter_data,
            style: match style {
                None | Some("simple") => HeaderStyle::Simple,
                Some(other) => return Err(unknown_style(other)),
            },
        },
        Location::Cookie => Parameter::Cookie {
            parameter_data,
            style: match style {
                None | Some("form") => CookieStyle::Form,
                Some(other) => return Err(unknown_style(other)),
            },
        },
        _ => Parameter::Query {
            parameter_data,
            allow_reserved: allow_reserved.unwrap_or_default(),
            style: match style {
                None => QueryStyle::Form,
                Some(style) => parse_query_style(style).ok_or_else(|| unknown_style(style))?,
            },
            allow_empty_value,
        },
    };
    Ok(Declared {
        location,
        name,
        pointer: node.at.pointer(),
        value,
    })
}

/// Whether a schema is for a single value, to which `explode` means nothing.
fn is_scalar(schema: &ReferenceOr<Schema>) -> bool {
    matches!(
        schema,
        ReferenceOr::Item(Schema {
            schema_kind: SchemaKind::Type(
                Type::String(_) | Type::Number(_) | Type::Integer(_) | Type::Boolean(_)
            ),
            ..
        })
    )
}

fn parse_query_style(style: &str) -> Option<QueryStyle> {
    match style {
        "form" => Some(QueryStyle::Form),
        "spaceDelimited" => Some(QueryStyle::SpaceDelimited),
        "pipeDelimited" => Some(QueryStyle::PipeDelimited),
        "deepObject" => Some(QueryStyle::DeepObject),
        _ => None,
    }
}

/// The style of a form's field, which is one of a query parameter's.
pub(super) fn query_style(node: &Node<'_, '_>) -> Result<QueryStyle, Fault> {
    let text = node.text()?;
    parse_query_style(text).ok_or_else(|| node.fault(format!("unknown style {}", quote(text))))
}
