//! What a success holds.

use openapiv3::{ReferenceOr, Response, StatusCode};

use crate::document::quote;
use crate::load::{WarningKind, component_name};

use super::content::{content_type, is_json, is_text};
use super::error::{self, IrError};
use super::kinds::{Source, is_binary, is_string};
use super::model::{Output, Type};
use super::operations::Input;
use super::schemas::{Place, Schemas};

/// What is asked for, and what comes back.
pub(crate) struct Answer {
    pub(crate) accept: String,
    pub(crate) output: Output,
    pub(crate) successes: Vec<u16>,
    pub(crate) without_schema: Vec<u16>,
}

const JSON: &str = "application/json";

/// What stands for the responses `2XX` and `default` among the statuses, and comes after them.
const RANGE: u16 = 300;
const DEFAULT: u16 = 301;

/// Looks at the success responses: 200 first, then the others in order; at the `default` response where no success is declared. The first content type found is asked for. One schema, or
/// the same one several times, is the output; several different ones are [`Type::Json`].
pub(crate) fn answer<'d>(
    input: &Input<'d>,
    struct_name: &str,
    schemas: &mut Schemas<'d>,
) -> Result<Answer, IrError> {
    let responses = &input.operation.responses;
    let mut successes: Vec<(u16, &'d ReferenceOr<Response>)> = responses
        .responses
        .iter()
        .filter_map(|(status, response)| match status {
            StatusCode::Code(code @ 200..=299) => Some((*code, response)),
            StatusCode::Range(2) => Some((RANGE, response)),
            _ => None,
        })
        .collect();
    successes.sort_by_key(|(code, _)| *code);
    let declared = successes.iter().map(|(code, _)| *code);
    let declared = declared.filter(|code| *code < RANGE).collect();
    let only_default = successes.is_empty();
    if only_default {
        successes.extend(responses.default.iter().map(|response| (DEFAULT, response)));
    }

    let mut accept: Option<&str> = None;
    let mut outputs: Vec<Output> = Vec::new();
    let mut without_schema = Vec::new();
    for (code, response) in successes {
        let response = resolve(input, response)?;
        let content = content_type(&response.content);
        if let Some((name, ..)) = content {
            accept.get_or_insert(name);
        }
        let Some((name, key, schema)) = content
            .and_then(|(name, key, media_type)| Some((name, key, media_type.schema.as_ref()?)))
        else {
            without_schema.extend((code < RANGE).then_some(code));
            continue;
        };
        let code = match code {
            RANGE => "2XX".to_owned(),
            DEFAULT => "default".to_owned(),
            code => code.to_string(),
        };
        let source = Source::from(schema);
        let pointer = input.pointer(&["responses", &code, "content", key, "schema"]);
        if !is_json(name) && !is_string(source, schemas.definitions()) {
            let kind = if is_text(name) { "text" } else { "bytes" };
            schemas.warn_of(
                WarningKind::Response,
                pointer.clone(),
                format!(
                    "a response of the type {} is returned as {kind}; its schema is ignored",
                    quote(name)
                ),
            );
        }
        let output = if is_binary(source) {
            Output::Bytes
        } else if is_json(name) {
            let place = Place {
                base: format!("{struct_name}Response"),
                origin: format!("{}->{code}", input.name),
                wire_name: None,
                is_parameter: false,
                is_definition: false,
                pointer,
                subject: error::operation(input.name),
            };
            Output::Json(schemas.ty(source, &place)?)
        } else if is_text(name) {
            Output::Text
        } else {
            Output::Bytes
        };
        if !outputs.contains(&output) {
            outputs.push(output);
        }
    }
    let output = match outputs.len() {
        0 if only_default && responses.default.is_some() => Output::Bytes,
        0 => Output::Empty,
        1 => outputs.swap_remove(0),
        _ if outputs
            .iter()
            .all(|output| matches!(output, Output::Json(_))) =>
        {
            Output::Json(Type::Json)
        }
        _ => Output::Bytes,
    };
    // The body of a HEAD response is never sent (RFC 9110, section 9.3.2).
    let output = if input.method == "head" {
        Output::Empty
    } else {
        output
    };
    Ok(Answer {
        accept: accept.unwrap_or(JSON).to_owned(),
        successes: declared,
        // Bytes are what came, with a schema or without one.
        without_schema: match output {
            Output::Json(_) | Output::Text => without_schema,
            Output::Empty | Output::Bytes => Vec::new(),
        },
        output,
    })
}

/// A response, or the one that a reference names.
pub(crate) fn resolve<'d>(
    input: &Input<'d>,
    response: &'d ReferenceOr<Response>,
) -> Result<&'d Response, IrError> {
    let mut current = response;
    // A reference to a reference is legal; the loader refuses circles of them.
    for _ in 0..10 {
        match current {
            ReferenceOr::Item(response) => return Ok(response),
            ReferenceOr::Reference { reference } => {
                let components = input.document.components.as_ref();
                let target = component_name(reference)
                    .and_then(|name| components.and_then(|all| all.responses.get(&name)));
                match target {
                    Some(target) => current = target,
                    None => break,
                }
            }
        }
    }
    Err(input.error(&["responses"], "a response is a reference to nowhere"))
}
