//! Parameters: arguments and setters, and how lists go out.

use indexmap::IndexMap;
use openapiv3::{
    Parameter as Declared, ParameterData, ParameterSchemaOrContent, PathStyle, QueryStyle,
    ReferenceOr,
};
use serde_json::Value;

use crate::document::quote;
use crate::load::COLLECTION_FORMAT;

use super::error::{self, IrError};
use super::forms;
use super::kinds::{Source, says_object};
use super::limits::limits;
use super::model::{Docs, ListStyle, Location, Parameter, Type};
use super::naming::{Case, Names, identifier, pascal, snake};
use super::operations::Input;
use super::schemas::{Place, Schemas, prose};

/// Methods that operations have: a setter of the same name gets a suffix. `body` is the body.
const OPERATION_METHODS: &[&str] = &[
    "as_ref",
    "attach",
    "blocking",
    "body",
    "borrow",
    "borrow_mut",
    "client",
    "clone",
    "clone_into",
    "collect_all",
    "concurrency",
    "deadline",
    "default",
    "fmt",
    "from",
    "header",
    "headers",
    "idempotent",
    "into",
    "into_future",
    "into_request",
    "items",
    "items_of",
    "metadata",
    "new",
    "options",
    "pages",
    "raw",
    "request",
    "request_mut",
    "results",
    "resume",
    "retry",
    "send",
    "send_as",
    "send_blocking",
    "send_bytes",
    "send_stream",
    "stream",
    "submit",
    "timeout",
    "to_owned",
    "try_from",
    "try_into",
    "type_id",
    "until_visible",
    "wait",
    "with_attempt_timeout",
    "with_credential",
    "with_deadline",
    "with_follow_redirects",
    "with_header",
    "with_idempotent",
    "with_options",
    "with_retry",
    "with_strict_decoding",
    "with_timeout",
];

/// The tag whose lists are joined with commas, even if the spec says otherwise.
const COMMA_TAG: &str = "scim";

/// Parameters by what becomes of them.
#[derive(Debug, Default)]
pub(crate) struct Parameters {
    pub(crate) arguments: Vec<Parameter>,
    pub(crate) setters: Vec<Parameter>,
}

impl Parameters {
    /// Gives every parameter its Rust name, arguments first.
    pub(crate) fn named(mut self) -> Self {
        let mut taken = Names::new(OPERATION_METHODS);
        let mut earlier: Vec<(String, Location)> = Vec::new();
        for parameter in self.arguments.iter_mut().chain(&mut self.setters) {
            let mut plain = snake(&parameter.wire_name);
            let elsewhere = |(name, location): &(String, Location)| {
                *name == plain && *location != parameter.location
            };
            if earlier.iter().any(elsewhere) {
                plain = format!("{plain}_{}", word(parameter.location));
            } else {
                earlier.push((plain.clone(), parameter.location));
            }
            parameter.name = taken.claim(
                &identifier(&plain),
                &format!("{plain}_"),
                &parameter.wire_name,
                Case::Snake,
            );
        }
        self
    }
}

/// What tells a parameter apart from one of the same name in another place.
fn word(location: Location) -> &'static str {
    match location {
        Location::Path => "path",
        Location::Query => "query",
        Location::Header => "header",
        Location::Cookie => "cookie",
        Location::Form | Location::Part => "form",
    }
}

/// The place of the schema of a parameter, which is at these keys of the operation.
pub(crate) fn place(
    input: &Input<'_>,
    name: &str,
    struct_name: &str,
    kind: &str,
    keys: &[&str],
) -> Place {
    Place {
        base: format!("{struct_name}{}", pascal(name)),
        origin: format!("{}({kind} {name})", input.name),
        wire_name: Some(name.to_owned()),
        is_parameter: true,
        is_definition: false,
        pointer: input.pointer(keys),
        subject: error::operation(input.name),
    }
}

/// The parameters of an operation, without names: path parameters in path order, then required ones in the order of the spec;
/// and the rest.
pub(crate) fn parameters<'d>(
    input: &Input<'d>,
    struct_name: &str,
    schemas: &mut Schemas<'d>,
) -> Result<Parameters, IrError> {
    let has_comma_tag = input
        .operation
        .tags
        .iter()
        .any(|tag| tag.eq_ignore_ascii_case(COMMA_TAG));
    let mut path = Vec::new();
    let mut sorted = Parameters::default();
    for (index, parameter) in input.operation.parameters.iter().enumerate() {
        let index = index.to_string();
        let here = |error: IrError| error.at(input.pointer(&["parameters", &index]));
        let ReferenceOr::Item(parameter) = parameter else {
            return Err(input.error(&["parameters"], "a parameter is a reference"));
        };
        let data = parameter.parameter_data_ref();
        let refuse = |problem: &str| {
            input.error(
                &["parameters"],
                format!("the parameter {}: {problem}", quote(&data.name)),
            )
        };
        let (location, style) = match parameter {
            Declared::Path { style, .. } => match style {
                PathStyle::Simple => (Location::Path, Some(ListStyle::Commas)),
                PathStyle::Label | PathStyle::Matrix => {
                    return Err(here(refuse("a path takes the style \"simple\" alone")));
                }
            },
            Declared::Header { .. } => (Location::Header, Some(ListStyle::Commas)),
            Declared::Cookie { .. } => (Location::Cookie, Some(ListStyle::Commas)),
            Declared::Query { style, .. } => {
                let explode = data.explode.unwrap_or(matches!(style, QueryStyle::Form));
                (Location::Query, style_of(Some(style), explode))
            }
        };
        let Some(mut style) = marked_style(&data.extensions).or(style) else {
            return Err(here(refuse("the style \"deepObject\" is not supported")));
        };
        if has_comma_tag && location == Location::Query && style == ListStyle::Repeated {
            style = ListStyle::Commas;
        }
        // An object in a query that is not in one piece: its properties are parameters (OpenAPI 3.0.3, section 4.7.12.2).
        if let (Declared::Query { style, .. }, ParameterSchemaOrContent::Schema(schema)) =
            (parameter, &data.format)
            && *style == QueryStyle::Form
            && data.explode.unwrap_or(true)
            && let Some(fields) = forms::fields(Source::from(schema), schemas.definitions())
        {
            for (name, source, is_required) in fields {
                let keys = ["parameters", &index, "schema", "properties", name];
                let place = place(input, name, struct_name, "query", &keys);
                let parameter = made(
                    name,
                    source,
                    (location, style_of(None, true)),
                    None,
                    place,
                    schemas,
                )
                .map_err(here)?;
                check_type(input, &parameter).map_err(here)?;
                if data.required && is_required {
                    sorted.arguments.push(parameter);
                } else {
                    sorted.setters.push(parameter);
                }
            }
            continue;
        }
        let keys = ["parameters", &index, "schema"];
        let place = place(input, &data.name, struct_name, kind(location), &keys);
        let parameter = convert(input, data, location, style, place, schemas).map_err(here)?;
        check_type(input, &parameter).map_err(here)?;
        match location {
            Location::Path => path.push(parameter),
            _ if data.required => sorted.arguments.push(parameter),
            _ => sorted.setters.push(parameter),
        }
    }
    path.sort_by_key(|parameter| input.path.find(&format!("{{{}}}", parameter.wire_name)));
    path.append(&mut sorted.arguments);
    sorted.arguments = path;
    Ok(sorted)
}

/// What the origin of a type calls the place of a parameter.
fn kind(location: Location) -> &'static str {
    match location {
        Location::Path => "path",
        Location::Header => "header",
        Location::Cookie => "cookie",
        _ => "query",
    }
}

fn convert<'d>(
    input: &Input<'d>,
    data: &'d ParameterData,
    location: Location,
    list_style: ListStyle,
    place: Place,
    schemas: &mut Schemas<'d>,
) -> Result<Parameter, IrError> {
    let ParameterSchemaOrContent::Schema(schema) = &data.format else {
        return Err(input.error(
            &["parameters"],
            format!(
                "the parameter {} holds a document of its own, for which there is no type",
                quote(&data.name)
            ),
        ));
    };
    let source = Source::from(schema);
    let description = data.description.as_deref();
    let how = (location, Some(list_style));
    made(&data.name, source, how, description, place, schemas)
}

/// A parameter of a schema. What it says of itself goes before what its schema says.
fn made<'d>(
    wire_name: &str,
    source: Source<'d>,
    (location, list_style): (Location, Option<ListStyle>),
    description: Option<&str>,
    place: Place,
    schemas: &mut Schemas<'d>,
) -> Result<Parameter, IrError> {
    let ty = schemas.ty(source, &place)?;
    let ty = as_text(ty, source, &place, schemas);
    let schema_data = source.data();
    let description =
        description.or_else(|| schema_data.and_then(|data| data.description.as_deref()));
    Ok(Parameter {
        name: String::new(),
        wire_name: wire_name.to_owned(),
        location,
        list_style: match ty {
            Type::List(_) => list_style.unwrap_or_default(),
            _ => ListStyle::default(),
        },
        limits: limits(source, schemas.definitions()),
        default: schemas.default(source, &ty, &place),
        docs: Docs {
            summary: None,
            description: prose(description),
        },
        ty,
    })
}

/// What takes any JSON value, and what is an object in a list, is sent as text, with a warning.
pub(crate) fn as_text(ty: Type, source: Source<'_>, place: &Place, schemas: &Schemas<'_>) -> Type {
    let (text, what) = match &ty {
        Type::Json if !says_object(source) => (Type::String, "a value"),
        Type::List(item) if matches!(**item, Type::Json | Type::Model(_) | Type::Map(_)) => {
            (Type::List(Box::new(Type::String)), "each item of a list")
        }
        _ => return ty,
    };
    schemas.warn(
        place,
        format!("{what} without a form as text; a string is taken in its place"),
    );
    text
}

/// How a list is written in a query or a form; none where it cannot be.
pub(crate) fn style_of(style: Option<&QueryStyle>, explode: bool) -> Option<ListStyle> {
    match style {
        Some(QueryStyle::DeepObject) => None,
        _ if explode => Some(ListStyle::Repeated),
        None | Some(QueryStyle::Form) => Some(ListStyle::Commas),
        Some(QueryStyle::SpaceDelimited) => Some(ListStyle::Spaces),
        Some(QueryStyle::PipeDelimited) => Some(ListStyle::Pipes),
    }
}

/// How the loader marked a list to be written, where OpenAPI 3.0 has no word for it.
pub(crate) fn marked_style(extensions: &IndexMap<String, Value>) -> Option<ListStyle> {
    match extensions.get(COLLECTION_FORMAT)?.as_str()? {
        "csv" => Some(ListStyle::Commas),
        "ssv" => Some(ListStyle::Spaces),
        "tsv" => Some(ListStyle::Tabs),
        "pipes" => Some(ListStyle::Pipes),
        _ => None,
    }
}

/// Only plain values and lists of them can be written as text. A part of a body of several can be JSON.
pub(crate) fn check_type(input: &Input<'_>, parameter: &Parameter) -> Result<(), IrError> {
    let item = match &parameter.ty {
        Type::List(item) => item,
        ty => ty,
    };
    match item {
        Type::Json | Type::Model(_) | Type::Map(_) if parameter.location == Location::Part => {
            Ok(())
        }
        Type::Json | Type::Model(_) | Type::List(_) | Type::Map(_) => Err(input.error(
            &["parameters"],
            format!(
                "the parameter {} is an object or a list of lists, which has no form as text",
                quote(&parameter.wire_name)
            ),
        )),
        _ => Ok(()),
    }
}
