//! Parameters of Swagger 2.0: plain ones, bodies and parts of forms.

use indexmap::IndexMap;
use openapiv3::{
    Encoding, HeaderStyle, MediaType, ObjectType, Parameter, ParameterData,
    ParameterSchemaOrContent, PathStyle, QueryStyle, ReferenceOr, RequestBody, Schema, SchemaData,
    SchemaKind, Type,
};

use serde_json::Value;

use super::super::diagnostics::WarningKind;
use super::super::operations::{Declared, Location};
use super::super::places::{BodyPlace, OperationPlaces};
use super::super::reader::{Extensions, Node};
use super::super::references::{References, any_json};
use super::super::schema::{self, Keywords};
use crate::document::{Fault, quote};

const MULTIPART: &str = "multipart/form-data";
const URL_ENCODED: &str = "application/x-www-form-urlencoded";

/// The parameters that are not part of the body.
type Plain = Vec<Declared<Parameter>>;

/// A parameter of Swagger 2.0, by what becomes of it.
#[derive(Debug, Clone)]
pub(super) enum Input {
    Plain(Box<Parameter>),
    Body(Box<Body>),
    Field(Box<Field>),
}

/// A parameter that is the request body.
#[derive(Debug, Clone)]
pub(super) struct Body {
    description: Option<String>,
    required: bool,
    schema: ReferenceOr<Schema>,
    extensions: Extensions,
}

/// A field of a form.
#[derive(Debug, Clone)]
pub(super) struct Field {
    required: bool,
    is_file: bool,
    schema: Schema,
    encoding: Option<Encoding>,
}

/// Reads one parameter, wherever it travels.
pub(super) fn parameter<'d>(
    node: &Node<'_, 'd>,
    references: &References<'d>,
) -> Result<Declared<Input>, Fault> {
    node.entries("a parameter", |_, _| Ok(()))?;
    let get = |key: &'static str| {
        node.get(key)
            .ok_or_else(|| node.fault(format!("a parameter needs the key {}", quote(key))))
    };
    let name = node.get("name").map(|node| node.string()).transpose()?;
    let place = get("in")?;
    let location = match place.text()? {
        "path" => Location::Path,
        "query" => Location::Query,
        "header" => Location::Header,
        "formData" => Location::Form,
        "body" => Location::Body,
        other => {
            return Err(place.fault(format!("unknown place of a parameter: {}", quote(other))));
        }
    };
    // The name of a body is never sent.
    let name = match name {
        Some(name) => name,
        None if location == Location::Body => "body".to_owned(),
        None => return Err(get("name").err().unwrap_or_else(|| node.fault(""))),
    };
    let value = if location == Location::Body {
        Input::Body(Box::new(body(node, references)?))
    } else {
        simple(node, &name, location, references)?
    };
    Ok(Declared {
        location,
        name,
        pointer: node.at.pointer(),
        value,
    })
}

fn body<'d>(node: &Node<'_, 'd>, references: &References<'d>) -> Result<Body, Fault> {
    let (mut description, mut schema, mut is_required) = (None, None, false);
    let extensions = node.strict_fields("a body parameter", |key, node| {
        match key {
            "name" | "in" => {}
            "description" => description = node.prose(),
            "required" => is_required = node.boolean()?,
            "schema" => schema = Some(schema::schema(&node, references)?),
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    Ok(Body {
        description,
        required: is_required,
        schema: schema.unwrap_or_else(|| {
            node.warn(
                WarningKind::Parameter,
                "the body has no schema; it is read as any JSON value",
            );
            any_json()
        }),
        extensions,
    })
}

/// How the items of an array are written, in a vendor extension of the converted parameter or form field: OpenAPI 3.0 has no word for tabs,
/// and none for anything but commas in headers and paths.
pub(crate) const COLLECTION_FORMAT: &str = "x-genesys-codegen-collection-format";

/// How the items of an array are written one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CollectionFormat {
    Commas,
    Spaces,
    Tabs,
    Pipes,
    Repeated,
}

impl CollectionFormat {
    fn read(node: &Node<'_, '_>, location: Location) -> Result<Self, Fault> {
        let text = node.text()?;
        match text {
            "csv" => Ok(Self::Commas),
            "ssv" => Ok(Self::Spaces),
            "tsv" => Ok(Self::Tabs),
            "pipes" => Ok(Self::Pipes),
            "multi" if matches!(location, Location::Query | Location::Form) => Ok(Self::Repeated),
            // Nothing else can be sent twice.
            "multi" => Ok(Self::Commas),
            _ => Err(node.fault(format!("unknown collectionFormat {}", quote(text)))),
        }
    }

    fn query_style(self) -> QueryStyle {
        match self {
            Self::Commas | Self::Tabs | Self::Repeated => QueryStyle::Form,
            Self::Spaces => QueryStyle::SpaceDelimited,
            Self::Pipes => QueryStyle::PipeDelimited,
        }
    }

    fn explode(self) -> bool {
        self == Self::Repeated
    }

    /// The value of [`COLLECTION_FORMAT`], where style and `explode` do not say it.
    fn mark(self, location: Location) -> Option<&'static str> {
        let has_style = matches!(location, Location::Query | Location::Form);
        match self {
            Self::Tabs => Some("tsv"),
            Self::Spaces if !has_style => Some("ssv"),
            Self::Pipes if !has_style => Some("pipes"),
            _ => None,
        }
    }
}

/// A parameter or header that has the keywords of a small schema among its own.
struct Simple {
    schema: Schema,
    is_file: bool,
    /// How its items are written, if it is an array.
    collection: Option<CollectionFormat>,
    extensions: Extensions,
}

fn read_simple<'d>(
    node: &Node<'_, 'd>,
    location: Location,
    references: &References<'d>,
    mut own: impl FnMut(&str, &Node<'_, 'd>) -> Result<bool, Fault>,
) -> Result<Simple, Fault> {
    let mut keywords = Keywords::default();
    let mut collection = Ok(CollectionFormat::Commas);
    let mut full = None;
    let extensions = node.fields("a parameter", |key, node| {
        if own(key, &node)? {
            return Ok(true);
        }
        match key {
            "collectionFormat" => collection = CollectionFormat::read(&node, location),
            // Some writers use the form of OpenAPI 3.0.
            "schema" => full = Some(schema::schema(&node, references)?),
            "x-example" | "example" => {}
            _ => return keywords.accept_simple(key, &node, references),
        }
        Ok(true)
    })?;
    let (is_array, is_file) = (keywords.is_array(), keywords.is_file());
    if is_file && location != Location::Form {
        node.notes.warn(
            WarningKind::Parameter,
            &node.at.key("type"),
            "only a part of a form (in: formData) can be a file; this parameter is read as text",
        );
        keywords.set_text();
    }
    let schema = match full {
        Some(full) if node.json.get("type").is_none() => {
            node.warn(
                WarningKind::Parameter,
                "a parameter other than a body has its type in a schema",
            );
            match full {
                ReferenceOr::Item(schema) => schema,
                reference => Schema {
                    schema_data: SchemaData::default(),
                    schema_kind: SchemaKind::AllOf {
                        all_of: vec![reference],
                    },
                },
            }
        }
        _ => {
            if node.json.get("type").is_none() {
                node.warn(
                    WarningKind::Parameter,
                    "the parameter has no type; it is read as text",
                );
                keywords.set_text();
            }
            keywords.finish(node)
        }
    };
    let is_array = is_array || matches!(schema.schema_kind, SchemaKind::Type(Type::Array(_)));
    let collection = match collection {
        Ok(collection) => is_array.then_some(collection),
        Err(fault) if is_array => return Err(fault),
        Err(fault) => {
            node.notes
                .pass_over(WarningKind::Parameter, fault, "the key is ignored");
            None
        }
    };
    Ok(Simple {
        schema,
        is_file,
        collection,
        extensions,
    })
}

fn simple<'d>(
    node: &Node<'_, 'd>,
    name: &str,
    location: Location,
    references: &References<'d>,
) -> Result<Input, Fault> {
    let (mut description, mut is_required, mut allow_empty) = (None, false, None);
    let may_be_empty = matches!(location, Location::Query | Location::Form);
    let read = read_simple(node, location, references, |key, node| {
        match key {
            "name" | "in" => {}
            "description" => description = node.prose(),
            "required" => is_required = node.boolean()?,
            "allowEmptyValue" if may_be_empty => allow_empty = node.mark(),
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    if location == Location::Path && !is_required {
        node.warn(
            WarningKind::Parameter,
            format!(
                "the path parameter {} is not marked as required; it is",
                quote(name)
            ),
        );
        is_required = true;
    }
    let mark = read
        .collection
        .and_then(|collection| collection.mark(location))
        .map(|format| (COLLECTION_FORMAT.to_owned(), Value::from(format)));
    if location == Location::Form {
        let mut schema = read.schema;
        schema.schema_data.description = description;
        schema.schema_data.extensions = read.extensions;
        return Ok(Input::Field(Box::new(Field {
            required: is_required,
            is_file: read.is_file,
            schema,
            encoding: read.collection.map(|collection| Encoding {
                style: Some(collection.query_style()),
                explode: collection.explode(),
                extensions: mark.into_iter().collect(),
                ..Encoding::default()
            }),
        })));
    }
    let mut extensions = read.extensions;
    extensions.shift_remove(COLLECTION_FORMAT);
    extensions.extend(mark);
    let parameter_data = ParameterData {
        name: name.to_owned(),
        description,
        required: is_required,
        deprecated: None,
        format: ParameterSchemaOrContent::Schema(ReferenceOr::Item(read.schema)),
        example: None,
        examples: IndexMap::new(),
        explode: read.collection.map(CollectionFormat::explode),
        extensions,
    };
    Ok(Input::Plain(Box::new(match location {
        Location::Path => Parameter::Path {
            parameter_data,
            style: PathStyle::Simple,
        },
        Location::Header => Parameter::Header {
            parameter_data,
            style: HeaderStyle::Simple,
        },
        _ => Parameter::Query {
            parameter_data,
            allow_reserved: false,
            style: read
                .collection
                .map_or(QueryStyle::Form, CollectionFormat::query_style),
            allow_empty_value: allow_empty,
        },
    })))
}

/// Parts the parameters of an operation into plain ones and a request body.
pub(super) fn split(
    inputs: Vec<Declared<Input>>,
    consumes: &[String],
    operation: &Node<'_, '_>,
    places: &mut OperationPlaces,
) -> Result<(Plain, Option<RequestBody>), Fault> {
    let mut plain = Vec::new();
    let mut bodies = Vec::new();
    let mut fields = Vec::new();
    let mut field_places = Vec::new();
    for input in inputs {
        let Declared {
            location,
            name,
            pointer,
            value,
        } = input;
        match value {
            Input::Plain(parameter) => plain.push(Declared {
                location,
                name,
                pointer,
                value: *parameter,
            }),
            Input::Body(body) => {
                places.body = Some(BodyPlace::Whole(pointer));
                bodies.push(*body);
            }
            Input::Field(field) => {
                field_places.push((name.clone(), pointer));
                fields.push((name, *field));
            }
        }
    }
    if !fields.is_empty() {
        places.body = Some(BodyPlace::Fields(field_places));
    }
    let body = match (bodies.len(), fields.is_empty()) {
        (0, true) => None,
        (0, false) => Some(form(fields, consumes)),
        (1, true) => bodies.pop().map(|body| request_body(body, consumes)),
        (1, false) => {
            return Err(operation.fault("the operation has both a body and form parameters"));
        }
        _ => return Err(operation.fault("the operation has more than one body parameter")),
    };
    Ok((plain, body))
}

fn request_body(body: Body, consumes: &[String]) -> RequestBody {
    let content = consumes.iter().map(|content_type| {
        let media_type = MediaType {
            schema: Some(body.schema.clone()),
            ..MediaType::default()
        };
        (content_type.clone(), media_type)
    });
    RequestBody {
        content: content.collect(),
        description: body.description,
        required: body.required,
        extensions: body.extensions,
    }
}

/// A form: one object with a property for each field.
fn form(fields: Vec<(String, Field)>, consumes: &[String]) -> RequestBody {
    let has_file = fields.iter().any(|(_, field)| field.is_file);
    // The parameters of a media type (`; charset=utf-8`) say nothing here, and a file is never URL-encoded.
    let is_of = |name: &str, wanted: &str| {
        let essence = name.split(';').next().unwrap_or_default();
        essence.trim().eq_ignore_ascii_case(wanted)
    };
    let mut content_types: Vec<&str> = consumes
        .iter()
        .filter_map(|content_type| {
            [MULTIPART, URL_ENCODED]
                .into_iter()
                .find(|wanted| is_of(content_type, wanted))
        })
        .filter(|content_type| !has_file || *content_type == MULTIPART)
        .collect();
    if content_types.is_empty() {
        content_types.push(if has_file { MULTIPART } else { URL_ENCODED });
    }

    let is_required = fields.iter().any(|(_, field)| field.required);
    let mut object = ObjectType::default();
    let mut encoding = IndexMap::new();
    for (name, field) in fields {
        if field.required {
            object.required.push(name.clone());
        }
        if let Some(how) = field.encoding {
            encoding.insert(name.clone(), how);
        }
        object
            .properties
            .insert(name, ReferenceOr::Item(Box::new(field.schema)));
    }
    let media_type = MediaType {
        schema: Some(ReferenceOr::Item(Schema {
            schema_data: SchemaData::default(),
            schema_kind: SchemaKind::Type(Type::Object(object)),
        })),
        encoding,
        ..MediaType::default()
    };
    RequestBody {
        content: content_types
            .into_iter()
            .map(|content_type| (content_type.to_owned(), media_type.clone()))
            .collect(),
        required: is_required,
        ..RequestBody::default()
    }
}
