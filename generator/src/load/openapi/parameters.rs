//! Parameters and headers of OpenAPI 3.0.

use indexmap::IndexMap;
use openapiv3::{
    CookieStyle, Example, Header, HeaderStyle, Parameter, ParameterData, ParameterSchemaOrContent,
    PathStyle, QueryStyle, ReferenceOr, Schema, SchemaKind, Type,
};
use serde_json::Value;

use super::super::error::{Fault, quote};
use super::super::operations::{Declared, Location};
use super::super::reader::{Node, required};
use super::super::references::{References, Section};
use super::super::schema;
use super::{content, or_reference};

/// The keys that parameters and headers share.
#[derive(Default)]
struct Shared {
    description: Option<String>,
    required: bool,
    deprecated: Option<bool>,
    format: Option<ParameterSchemaOrContent>,
    example: Option<Value>,
    examples: IndexMap<String, ReferenceOr<Example>>,
    explode: Option<bool>,
}

impl Shared {
    fn accept<'d>(
        &mut self,
        key: &str,
        node: &Node<'_, 'd>,
        references: &References<'d>,
    ) -> Result<bool, Fault> {
        match key {
            "description" => self.description = Some(node.string()?),
            "required" => self.required = node.boolean()?,
            "deprecated" => self.deprecated = Some(node.boolean()?),
            "example" => self.example = Some(node.json.to_value()),
            "examples" => self.examples = content::examples(node, references)?,
            "explode" => self.explode = Some(node.boolean()?),
            "schema" | "content" if self.format.is_some() => {
                return Err(node.fault("\"schema\" and \"content\" exclude each other"));
            }
            "schema" => {
                let schema = schema::schema(node, references)?;
                self.format = Some(ParameterSchemaOrContent::Schema(schema));
            }
            "content" => {
                let content = content::content(node, references)?;
                if content.len() != 1 {
                    return Err(node.fault("expected exactly one content type"));
                }
                self.format = Some(ParameterSchemaOrContent::Content(content));
            }
            _ => return Ok(false),
        }
        Ok(true)
    }
}

pub(super) fn parameter<'d>(
    node: &Node<'_, 'd>,
    references: &References<'d>,
) -> Result<Declared<Parameter>, Fault> {
    let mut shared = Shared::default();
    let (mut name, mut style) = (None, None);
    let mut location = None;
    let (mut allow_reserved, mut allow_empty_value) = (None, None);
    let extensions = node.fields("a parameter", |key, node| {
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
            "style" => style = Some(node.text()?),
            "allowReserved" => allow_reserved = Some(node.boolean()?),
            "allowEmptyValue" => allow_empty_value = Some(node.boolean()?),
            _ => return shared.accept(key, &node, references),
        }
        Ok(true)
    })?;
    let name = required(name, "name", "a parameter", node)?;
    let location = required(location, "in", "a parameter", node)?;
    let format = required(shared.format, "schema", "a parameter", node)?;
    if location == Location::Path && !shared.required {
        return Err(node.fault(format!(
            "the path parameter {} must be \"required\": true",
            quote(&name)
        )));
    }
    if location != Location::Query {
        for (key, given) in [
            ("allowReserved", allow_reserved.is_some()),
            ("allowEmptyValue", allow_empty_value.is_some()),
        ] {
            if given {
                return Err(node
                    .at
                    .key(key)
                    .fault(format!("only a query parameter can have {key:?}")));
            }
        }
    }
    let is_form = match style {
        Some(style) => style == "form",
        None => matches!(location, Location::Query | Location::Cookie),
    };
    let explode = match &format {
        ParameterSchemaOrContent::Schema(schema) if !is_scalar(schema) => {
            Some(shared.explode.unwrap_or(is_form))
        }
        _ => shared.explode,
    };
    let parameter_data = ParameterData {
        name: name.clone(),
        description: shared.description,
        required: shared.required,
        deprecated: shared.deprecated,
        format,
        example: shared.example,
        examples: shared.examples,
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

pub(super) fn header<'d>(
    node: &Node<'_, 'd>,
    references: &References<'d>,
) -> Result<ReferenceOr<Header>, Fault> {
    or_reference(node, Section::Headers, references, |node| {
        let mut shared = Shared::default();
        let extensions = node.fields("a header", |key, node| {
            if key != "style" {
                return shared.accept(key, &node, references);
            }
            match node.text()? {
                "simple" => Ok(true),
                other => {
                    Err(node.fault(format!("a header cannot have the style {}", quote(other))))
                }
            }
        })?;
        Ok(Header {
            description: shared.description,
            style: HeaderStyle::Simple,
            required: shared.required,
            deprecated: shared.deprecated,
            format: required(shared.format, "schema", "a header", node)?,
            example: shared.example,
            examples: shared.examples,
            extensions,
        })
    })
}
