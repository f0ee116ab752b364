//! Parameters: arguments and setters, and how lists go out.

use openapiv3::{
    MediaType, Parameter as Declared, ParameterData, ParameterSchemaOrContent, QueryStyle,
    ReferenceOr, SchemaKind,
};
use serde_json::Value;

use crate::load::quote;

use super::error::{self, IrError};
use super::kinds::{Source, says_object};
use super::model::{Docs, Location, Parameter, Type};
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

/// The tag whose lists are joined with commas, whatever the spec says of them.
const COMMA_TAG: &str = "scim";

/// Parameters by what becomes of them.
#[derive(Debug, Default)]
pub(crate) struct Parameters {
    pub(crate) arguments: Vec<Parameter>,
    pub(crate) setters: Vec<Parameter>,
}

impl Parameters {
    /// The fields of a form: required ones are arguments, the others setters.
    pub(crate) fn add_form<'d>(
        &mut self,
        input: &Input<'d>,
        media_type: &'d MediaType,
        struct_name: &str,
        schemas: &mut Schemas<'d>,
    ) -> Result<(), IrError> {
        let form = |problem| input.error(&["requestBody"], problem);
        let Some(ReferenceOr::Item(schema)) = &media_type.schema else {
            return Err(form("a form needs its fields listed where it is declared"));
        };
        let SchemaKind::Type(openapiv3::Type::Object(object)) = &schema.schema_kind else {
            return Err(form("a form is an object"));
        };
        for (name, field) in &object.properties {
            let schema = Source::from(field);
            let ty = schemas.ty(schema, &place(input, name, struct_name, "form"))?;
            let encoding = media_type.encoding.get(name);
            let parameter = Parameter {
                name: String::new(),
                wire_name: name.clone(),
                location: Location::Form,
                comma_joined: matches!(ty, Type::List(_))
                    && encoding.is_some_and(|encoding| !encoding.explode),
                default: schema
                    .data()
                    .and_then(|data| default(data.default.as_ref())),
                docs: Docs {
                    summary: None,
                    description: prose(schema.data().and_then(|data| data.description.as_deref())),
                },
                ty,
            };
            check_type(input, &parameter)?;
            if object.required.contains(name) {
                self.arguments.push(parameter);
            } else {
                self.setters.push(parameter);
            }
        }
        Ok(())
    }

    /// Gives every parameter its Rust name, arguments first.
    pub(crate) fn named(mut self) -> Self {
        let mut taken = Names::without(OPERATION_METHODS);
        for parameter in self.arguments.iter_mut().chain(&mut self.setters) {
            let plain = snake(&parameter.wire_name);
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

fn place(input: &Input<'_>, name: &str, struct_name: &str, kind: &str) -> Place {
    Place {
        base: format!("{struct_name}{}", pascal(name)),
        origin: format!("{}({kind} {name})", input.name),
        wire_name: Some(name.to_owned()),
        is_parameter: true,
        is_definition: false,
        pointer: input.pointer(&["parameters"]),
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
        let (location, repeats) = match parameter {
            Declared::Path { .. } => (Location::Path, false),
            Declared::Header { .. } => (Location::Header, false),
            Declared::Query { style, .. } => match style {
                QueryStyle::Form => (
                    Location::Query,
                    data.explode.unwrap_or(true) && !has_comma_tag,
                ),
                QueryStyle::SpaceDelimited | QueryStyle::PipeDelimited | QueryStyle::DeepObject => {
                    return Err(here(refuse(
                        "lists go out as repeated keys or joined with commas, not otherwise",
                    )));
                }
            },
            Declared::Cookie { .. } => return Err(here(refuse("cookies are not sent"))),
        };
        let parameter =
            convert(input, data, location, repeats, struct_name, schemas).map_err(here)?;
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

fn convert<'d>(
    input: &Input<'d>,
    data: &'d ParameterData,
    location: Location,
    repeats: bool,
    struct_name: &str,
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
    let kind = match location {
        Location::Path => "path",
        Location::Header => "header",
        _ => "query",
    };
    let source = Source::from(schema);
    let place = place(input, &data.name, struct_name, kind);
    let ty = schemas.ty(source, &place)?;
    let ty = as_text(ty, source, &place, schemas);
    let schema_data = source.data();
    let description = data
        .description
        .as_deref()
        .or_else(|| schema_data.and_then(|data| data.description.as_deref()));
    Ok(Parameter {
        name: String::new(),
        wire_name: data.name.clone(),
        location,
        comma_joined: matches!(ty, Type::List(_)) && !repeats,
        default: schema_data.and_then(|data| default(data.default.as_ref())),
        docs: Docs {
            summary: None,
            description: prose(description),
        },
        ty,
    })
}

/// What takes any JSON value, and what is an object in a list, is sent as text, with a warning.
fn as_text(ty: Type, source: Source<'_>, place: &Place, schemas: &Schemas<'_>) -> Type {
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

/// Only plain values and lists of them can be written as text; a path has no place for a list.
fn check_type(input: &Input<'_>, parameter: &Parameter) -> Result<(), IrError> {
    let item = match &parameter.ty {
        Type::List(item) if parameter.location != Location::Path => item,
        ty => ty,
    };
    match item {
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

/// A default as the docs show it.
fn default(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::Null => None,
        Value::String(text) => prose(Some(text)),
        Value::Array(values) => {
            let values: Vec<String> = values
                .iter()
                .filter_map(|value| default(Some(value)))
                .collect();
            (!values.is_empty()).then(|| values.join(", "))
        }
        other => Some(other.to_string()),
    }
}
