//! Operations: names, paths, arguments and setters, bodies, and what their extensions say.

use std::collections::{BTreeMap, HashSet};

use openapiv3::{OpenAPI, ReferenceOr, RequestBody, StatusCode};
use serde_json::Value;

use super::base_path;
use super::content::{BodyKind, request_content, sent_as};
use super::error::{self, IrError};
use super::kinds::{Source, is_string};
use super::model::{Body, Docs, ErrorCode, Location, Operation, PathPiece, Permissions, Tag, Type};
use super::naming::{Case, Names, identifier, snake, type_name};
use super::parameters::{Parameters, parameters};
use super::responses;
use super::schemas::{Place, Schemas, prose};
use super::security::security;
use super::tags;
use crate::document::{FIX_UP, pointer, quote};
use crate::load::WarningKind;

const METHOD_NAME: &str = "x-purecloud-method-name";
const PERMISSIONS: &str = "x-inin-requires-permissions";
const ERROR_CODES: &str = "x-inin-error-codes";
const PREVIEW: &str = "x-genesys-preview";

/// Methods that every handle has, or that a method of an operation would hide.
const HANDLE_METHODS: &[&str] = &[
    "as_ref",
    "borrow",
    "borrow_mut",
    "client",
    "clone",
    "clone_into",
    "fmt",
    "from",
    "into",
    "new",
    "to_owned",
    "try_from",
    "try_into",
    "type_id",
];

/// An operation as the document has it.
pub(crate) struct Input<'d> {
    pub(crate) document: &'d OpenAPI,
    pub(crate) path: &'d str,
    /// What goes before the path.
    pub(crate) base_path: &'d str,
    pub(crate) method: &'d str,
    pub(crate) operation: &'d openapiv3::Operation,
    /// Its name on the wire.
    pub(crate) name: &'d str,
}

impl Input<'_> {
    /// The path as it is called.
    pub(crate) fn full_path(&self) -> String {
        format!("{}{}", self.base_path, self.path)
    }

    /// The JSON pointer of something in it.
    pub(crate) fn pointer(&self, keys: &[&str]) -> String {
        pointer(
            ["paths", self.path, self.method]
                .iter()
                .chain(keys)
                .copied(),
        )
    }

    /// An error about it.
    pub(crate) fn error(&self, keys: &[&str], problem: impl Into<String>) -> IrError {
        IrError::new(error::operation(self.name), problem, FIX_UP).at(self.pointer(keys))
    }
}

/// The operations of a document, by their names; without those that were left out.
pub(crate) fn inputs<'d>(
    document: &'d OpenAPI,
    base_path: &'d str,
    left_out: &HashSet<(&'d str, &'d str)>,
) -> Vec<Input<'d>> {
    let mut inputs: Vec<Input<'d>> = document
        .operations()
        .filter(|(path, method, _)| !left_out.contains(&(*path, *method)))
        .map(|(path, method, operation)| Input {
            document,
            path,
            base_path,
            method,
            operation,
            name: operation
                .extensions
                .get(METHOD_NAME)
                .and_then(Value::as_str)
                .or(operation.operation_id.as_deref())
                .unwrap_or_default(),
        })
        .collect();
    inputs.sort_by_key(|input| input.name);
    inputs
}

/// Converts every operation. `failed` gets those that cannot be expressed.
pub(crate) fn operations<'d>(
    inputs: &[Input<'d>],
    tags: &[Tag],
    schemas: &mut Schemas<'d>,
    mut failed: impl FnMut(&Input<'d>, IrError),
) -> Vec<Operation> {
    let mut method_names = Names::new(HANDLE_METHODS);
    // Both are public in one module.
    let handles: Vec<&str> = tags.iter().map(|tag| tag.type_name.as_str()).collect();
    let mut struct_names = Names::new(&handles);
    let mut operations = Vec::with_capacity(inputs.len());
    for input in inputs {
        let plain = snake(input.name);
        let method_name = method_names.claim(
            &identifier(&plain),
            &format!("{plain}_"),
            input.name,
            Case::Snake,
        );
        let plain = type_name(input.name, "Operation");
        let struct_name = struct_names.claim(
            &plain,
            &format!("{plain}Operation"),
            input.name,
            Case::Camel,
        );
        match operation(input, method_name, struct_name, tags, schemas) {
            Ok(operation) => operations.push(operation),
            Err(error) => failed(input, error),
        }
    }
    operations
}

fn operation<'d>(
    input: &Input<'d>,
    method_name: String,
    struct_name: String,
    tags: &[Tag],
    schemas: &mut Schemas<'d>,
) -> Result<Operation, IrError> {
    let source = input.operation;
    let http_method = input.method.to_ascii_uppercase();
    let mut inputs = parameters(input, &struct_name, schemas)?;
    let body = body(input, &struct_name, schemas, &mut inputs)?;
    let Parameters { arguments, setters } = inputs.named();
    let path_segments = path_pieces(input, |name| {
        arguments
            .iter()
            .position(|argument| argument.location == Location::Path && argument.wire_name == name)
    })?;
    let security = security(input)?;
    if let Some(problem) = security.incomplete {
        let place = match source.security {
            Some(_) => input.pointer(&["security"]),
            None => pointer(["security"]),
        };
        schemas.warn_of(WarningKind::Security, place, problem);
    }
    check_servers(input)?;
    let answer = responses::answer(input, &struct_name, schemas)?;
    let mut tag_ids: Vec<usize> = tags::names(source)
        .filter_map(|name| tags.iter().position(|tag| tag.name == name))
        .collect();
    tag_ids.sort_unstable();
    tag_ids.dedup();
    Ok(Operation {
        method_name,
        former: Vec::new(),
        former_structs: Vec::new(),
        struct_name,
        wire_name: input.name.to_owned(),
        operation_id: source.operation_id.clone().unwrap_or_default(),
        idempotent: is_idempotent(&http_method, input.path),
        http_method,
        path: input.full_path(),
        path_segments,
        tags: tag_ids,
        group: 0,
        file: String::new(),
        arguments,
        setters,
        body,
        accept: answer.accept,
        output: answer.output,
        successes: answer.successes,
        without_schema: answer.without_schema,
        public: security.public,
        scopes: security.scopes,
        credential: security.credential,
        permissions: permissions(input),
        error_codes: error_codes(input)?,
        deprecated: source.deprecated,
        preview: source
            .extensions
            .get(PREVIEW)
            .and_then(Value::as_bool)
            .unwrap_or(false),
        paging: None,
        docs: Docs {
            summary: prose(source.summary.as_deref()),
            description: prose(source.description.as_deref()),
        },
    })
}

/// A path in pieces. Its fixed text goes out as it is, and so must be fit for that.
fn path_pieces(
    input: &Input<'_>,
    argument: impl Fn(&str) -> Option<usize>,
) -> Result<Vec<PathPiece>, IrError> {
    let path = input.full_path();
    for segment in path.split('/').skip(1) {
        if matches!(segment, "." | "..") {
            return Err(input.error(
                &[],
                format!("the path has the segment {segment:?}, which leads elsewhere"),
            ));
        }
    }
    let mut pieces = Vec::new();
    for (index, part) in path.split(['{', '}']).enumerate() {
        if index % 2 == 1 {
            let argument = argument(part).ok_or_else(|| {
                input.error(
                    &["parameters"],
                    format!("its path needs the parameter {}", quote(part)),
                )
            })?;
            pieces.push(PathPiece::Argument(argument));
        } else if !part.is_empty() {
            if let Some(character) = part
                .chars()
                .find(|character| !is_path_character(*character))
            {
                return Err(input.error(
                    &[],
                    format!("the path has the character {character:?}, which no path can have"),
                ));
            }
            pieces.push(PathPiece::Literal(part.to_owned()));
        }
    }
    Ok(pieces)
}

/// What a path is made of (RFC 3986, section 3.3).
pub(crate) fn is_path_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || "/-._~%!$&'()*+,;=:@".contains(character)
}

/// Whether a call can be made twice without harm: by its method (RFC 9110, section 9.2.2), or because it only reads.
fn is_idempotent(http_method: &str, path: &str) -> bool {
    match http_method {
        "GET" | "HEAD" | "PUT" | "DELETE" | "OPTIONS" | "TRACE" => true,
        "POST" => {
            let last = path.rsplit('/').next().unwrap_or_default();
            matches!(last, "query" | "search")
        }
        _ => false,
    }
}

/// An operation on servers of its own has no place: the client calls one host.
fn check_servers(input: &Input<'_>) -> Result<(), IrError> {
    let of_path = input.document.paths.paths.get(input.path);
    let of_path = match of_path {
        Some(ReferenceOr::Item(item)) => &item.servers[..],
        _ => &[],
    };
    let (servers, keys) = match &input.operation.servers[..] {
        [] => (of_path, pointer(["paths", input.path, "servers"])),
        own => (own, input.pointer(&["servers"])),
    };
    let whole = input.document.servers.first().map(base_path::url);
    match servers.first() {
        Some(server) if Some(base_path::url(server)) != whole => Err(IrError::new(
            error::operation(input.name),
            format!(
                "it is served at {}, and not where the other operations are",
                quote(&server.url)
            ),
            FIX_UP,
        )
        .at(keys)),
        _ => Ok(()),
    }
}

fn permissions(input: &Input<'_>) -> Option<Permissions> {
    let extension = input.operation.extensions.get(PERMISSIONS)?;
    let names: Vec<String> = extension
        .get("permissions")
        .and_then(Value::as_array)?
        .iter()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect();
    (!names.is_empty()).then(|| Permissions {
        all: extension.get("type").and_then(Value::as_str) == Some("ALL"),
        names,
    })
}

fn error_codes(input: &Input<'_>) -> Result<Vec<ErrorCode>, IrError> {
    let mut codes: BTreeMap<(u16, String), String> = BTreeMap::new();
    for (status, response) in &input.operation.responses.responses {
        let status = match status {
            StatusCode::Code(code) => *code,
            // A range has no number of its own; its first stands for it.
            StatusCode::Range(range) => range * 100,
        };
        let response = responses::resolve(input, response)?;
        let declared = response
            .extensions
            .get(ERROR_CODES)
            .and_then(Value::as_object);
        for (code, message) in declared.into_iter().flatten() {
            let message = message.as_str().unwrap_or_default().to_owned();
            codes.entry((status, code.clone())).or_insert(message);
        }
    }
    Ok(codes
        .into_iter()
        .map(|((status, code), message)| ErrorCode {
            status,
            code,
            message,
        })
        .collect())
}

/// The body. A form has none: its fields are parameters.
fn body<'d>(
    input: &Input<'d>,
    struct_name: &str,
    schemas: &mut Schemas<'d>,
    parameters: &mut Parameters,
) -> Result<Option<Body>, IrError> {
    let body: &RequestBody = match &input.operation.request_body {
        None => return Ok(None),
        Some(ReferenceOr::Item(body)) => body,
        Some(ReferenceOr::Reference { .. }) => {
            return Err(input.error(&["requestBody"], "its body is a reference"));
        }
    };
    let Some((content_type, media_type, kind)) =
        request_content(&body.content, schemas.definitions())
    else {
        return match body.content.keys().next() {
            None => Ok(None),
            Some(first) => Err(input.error(
                &["requestBody", "content", first],
                "a body has to be JSON, text, a form or a file; XML is not supported",
            )),
        };
    };
    let place = Place {
        base: format!("{struct_name}Body"),
        origin: format!("{}()", input.name),
        wire_name: None,
        is_parameter: false,
        is_definition: false,
        pointer: input.pointer(&["requestBody", "content", content_type, "schema"]),
        subject: error::operation(input.name),
    };
    let ty = match (kind, &media_type.schema) {
        (BodyKind::Form | BodyKind::Multipart, _) => {
            let location = match kind {
                BodyKind::Form => Location::Form,
                _ => Location::Part,
            };
            let form = (content_type, media_type);
            parameters.add_form(input, form, location, struct_name, schemas)?;
            return Ok(None);
        }
        (BodyKind::File, schema) => {
            let is_as_said = schema
                .as_ref()
                .is_none_or(|one| is_string(Source::from(one), schemas.definitions()));
            if !is_as_said {
                schemas.warn(
                    &place,
                    format!(
                        "a body of the type {} is sent as it is; its schema is ignored",
                        quote(content_type)
                    ),
                );
            }
            Type::File
        }
        (BodyKind::Text, Some(schema)) => match schemas.ty(Source::from(schema), &place)? {
            Type::Json | Type::Model(_) | Type::List(_) | Type::Map(_) => {
                schemas.warn(
                    &place,
                    format!(
                        "a body of the type {} is text; its schema is ignored",
                        quote(content_type)
                    ),
                );
                Type::String
            }
            ty => ty,
        },
        (_, Some(schema)) => schemas.ty(Source::from(schema), &place)?,
        (_, None) => Type::Json,
    };
    Ok(Some(Body {
        ty,
        required: body.required,
        content_type: sent_as(content_type, kind),
        docs: Docs {
            summary: None,
            description: prose(body.description.as_deref()),
        },
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_can_be_repeated() {
        for (method, path, expected) in [
            ("GET", "/api/v2/users", true),
            ("PUT", "/api/v2/users/{userId}", true),
            ("DELETE", "/api/v2/users/{userId}", true),
            ("PATCH", "/api/v2/users/{userId}", false),
            ("POST", "/api/v2/users", false),
            ("POST", "/api/v2/users/search", true),
            ("POST", "/api/v2/analytics/users/details/query", true),
            ("POST", "/api/v2/analytics/users/details/query/jobs", false),
            ("PATCH", "/api/v2/users/search", false),
        ] {
            assert_eq!(is_idempotent(method, path), expected, "{method} {path}");
        }
    }
}
