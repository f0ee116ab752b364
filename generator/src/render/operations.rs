//! Operations: a struct for each, its setters, its metadata, and the methods of the handles that make it.

use std::collections::BTreeMap;
use std::iter;

use askama::Template;

use super::facts::{self, Style};
use super::format::Layout;
use super::job_families::JobView;
use super::paging::PagingView;
use super::types::Types;
use super::{Job, RenderError, docs, enums, examples, literal};
use crate::ir::{
    Api, Body, CredentialPlace, CredentialScheme, ErrorCode, ListStyle, Location, Operation,
    Output, Parameter, Permissions, Type,
};

#[derive(Template)]
#[template(path = "operations.rs.jinja", escape = "none")]
struct OperationsTemplate<'a> {
    imports: Vec<String>,
    operations: Vec<OperationView<'a>>,
}

struct OperationView<'a> {
    docs: Vec<String>,
    method_docs: Vec<String>,
    struct_name: &'a str,
    method_name: &'a str,
    arguments: Vec<ParameterView<'a>>,
    setters: Vec<ParameterView<'a>>,
    takes_body: bool,
    output: String,
    /// The fields of the operation's metadata and their values.
    metadata: Vec<(&'static str, String)>,
    deprecated: bool,
    paging: Option<PagingView>,
    job: Option<JobView<'a>>,
    handles: Vec<HandleView<'a>>,
    former: Vec<FormerView<'a>>,
}

/// An old name.
struct FormerView<'a> {
    name: &'a str,
    note: String,
}

struct ParameterView<'a> {
    docs: Vec<String>,
    name: &'a str,
    ty: String,
    call: String,
}

struct HandleView<'a> {
    type_name: &'a str,
    /// Set where the file compiles without this handle's tag.
    feature: Option<String>,
}

/// What the argument of a setter is called.
const SETTER_VALUE: &str = "value";

/// The error codes that every operation declares: they are written once.
pub(super) fn common_error_codes(api: &Api) -> Vec<ErrorCode> {
    let mut operations = api.operations.iter();
    let Some(first) = operations.next() else {
        return Vec::new();
    };
    let mut common = first.error_codes.clone();
    for operation in operations {
        common.retain(|code| operation.error_codes.binary_search(code).is_ok());
    }
    common
}

/// One job a file of operations.
pub(super) fn jobs(api: &Api) -> Result<Vec<Job<'_>>, RenderError> {
    let common = common_error_codes(api);
    let mut by_file: BTreeMap<String, Vec<&Operation>> = BTreeMap::new();
    for operation in &api.operations {
        by_file
            .entry(path(api, operation))
            .or_default()
            .push(operation);
    }
    Ok(by_file
        .into_iter()
        .map(|(path, operations)| {
            let common = common.clone();
            let names: Vec<&str> = operations
                .iter()
                .map(|operation| operation.wire_name.as_str())
                .collect();
            Job {
                layout: Layout::Formatted,
                source: format!("the operations {}", names.join(", ")),
                text: {
                    let file = path.clone();
                    Box::new(move || render(api, &operations, &common, &file))
                },
                path,
            }
        })
        .collect())
}

/// The file of an operation.
pub(super) fn path(api: &Api, operation: &Operation) -> String {
    format!(
        "src/api/{}/{}.rs",
        api.groups[operation.group].folder, operation.file
    )
}

fn render(
    api: &Api,
    operations: &[&Operation],
    common: &[ErrorCode],
    file: &str,
) -> Result<String, RenderError> {
    let structs = operations
        .iter()
        .map(|operation| operation.struct_name.clone());
    let mut types = Types::beside(api, structs);
    let views = operations
        .iter()
        .map(|operation| view(api, operation, common, &mut types))
        .collect::<Result<Vec<_>, _>>()?;
    let mut imports = types.imports();
    // The runtime by its module: the API has models called `Operation` and `Response`.
    imports.push("crate::runtime::{self, Operation as _}".to_owned());
    imports.sort();
    OperationsTemplate {
        imports,
        operations: views,
    }
    .render()
    .map_err(|source| RenderError::Template {
        file: file.to_owned(),
        source,
    })
}

/// The HTTP method as a constant of the `http` crate, which has all that a spec can name.
fn method(name: &str) -> String {
    format!("http::Method::{name}")
}

fn view<'a>(
    api: &'a Api,
    operation: &'a Operation,
    common: &[ErrorCode],
    types: &mut Types<'a>,
) -> Result<OperationView<'a>, RenderError> {
    let place = &operation.wire_name;
    let mut arguments = parameters(&operation.arguments, None, types, place)?;
    let mut setters = parameters(&operation.setters, Some(SETTER_VALUE), types, place)?;
    match &operation.body {
        Some(body) if body.required => arguments.push(body_view(body, None, types)),
        Some(body) => setters.push(body_view(body, Some(SETTER_VALUE), types)),
        None => {}
    }
    let is_gated = operation.tags.len() > 1 && !api.is_slice;
    Ok(OperationView {
        docs: literal::doc_lines(struct_docs(api, operation, common)),
        method_docs: literal::doc_lines(method_docs(operation)),
        struct_name: literal::identifier(place, &operation.struct_name)?,
        method_name: literal::identifier(place, &operation.method_name)?,
        arguments,
        setters,
        takes_body: operation.body.as_ref().is_some_and(|body| body.required),
        output: output(operation, types),
        metadata: metadata(api, operation, common),
        deprecated: operation.deprecated,
        paging: operation
            .paging
            .as_ref()
            .map(|paging| PagingView::new(paging, types)),
        job: JobView::from_operation(api, operation, types)?,
        former: operation
            .former
            .iter()
            .map(|former| {
                Ok(FormerView {
                    name: literal::identifier(place, &former.name)?,
                    note: literal::string(&former.note),
                })
            })
            .collect::<Result<_, RenderError>>()?,
        handles: operation
            .tags
            .iter()
            .map(|tag| HandleView {
                type_name: &api.tags[*tag].type_name,
                feature: is_gated.then(|| literal::string(&api.tags[*tag].feature)),
            })
            .collect(),
    })
}

/// What an operation returns, as Rust.
pub(super) fn output<'a>(operation: &'a Operation, types: &mut Types<'a>) -> String {
    match &operation.output {
        Output::Json(ty) => types.rust(ty),
        Output::Empty => "()".to_owned(),
        Output::Text => "String".to_owned(),
        Output::Bytes => "bytes::Bytes".to_owned(),
    }
}

fn parameters<'a>(
    parameters: &'a [Parameter],
    value: Option<&str>,
    types: &mut Types<'_>,
    place: &str,
) -> Result<Vec<ParameterView<'a>>, RenderError> {
    parameters
        .iter()
        .map(|parameter| {
            Ok(ParameterView {
                docs: literal::doc_lines(parameter_docs(types.api(), parameter)),
                name: literal::identifier(place, &parameter.name)?,
                ty: match value {
                    None => argument_type(&parameter.ty, types),
                    Some(_) => setter_type(&parameter.ty, types),
                },
                call: call(parameter, value, types),
            })
        })
        .collect()
}

/// What a caller may pass: all that converts into the type without a cast in the caller's code.
fn argument_type(ty: &Type, types: &mut Types<'_>) -> String {
    match ty {
        Type::String => "impl AsRef<str>".to_owned(),
        Type::DateTime | Type::Date | Type::LocalDateTime | Type::YearMonth => {
            format!("impl Into<{}>", types.rust(ty))
        }
        Type::File => format!("impl Into<{}>", types.rust(ty)),
        Type::List(item) => format!("impl IntoIterator<Item = {}>", argument_type(item, types)),
        other => types.rust(other),
    }
}

/// What a setter takes: the same, or an `Option` of it. A list has no need of one: an empty list leaves the parameter out.
fn setter_type(ty: &Type, types: &mut Types<'_>) -> String {
    match ty {
        Type::String => "impl runtime::OptionalText".to_owned(),
        Type::DateTime | Type::Date | Type::LocalDateTime | Type::YearMonth | Type::File => {
            format!("impl runtime::Optional<{}>", types.rust(ty))
        }
        Type::List(_) => argument_type(ty, types),
        other => format!("impl Into<Option<{}>>", types.rust(other)),
    }
}

/// The argument of a setter (a [`setter_type`] of no list) as an `Option`.
fn as_option(ty: &Type, value: &str) -> String {
    match ty {
        Type::String => format!("{value}.text()"),
        Type::DateTime | Type::Date | Type::LocalDateTime | Type::YearMonth | Type::File => {
            format!("{value}.into_optional()")
        }
        _ => format!("{value}.into()"),
    }
}

/// `value` (an [`argument_type`]) as something that the request takes.
fn converted(ty: &Type, value: &str, types: &mut Types<'_>) -> String {
    match ty {
        Type::String => format!("{value}.as_ref()"),
        Type::DateTime | Type::Date | Type::LocalDateTime | Type::YearMonth => {
            format!("Into::<{}>::into({value})", types.rust(ty))
        }
        Type::List(item) => match item.as_ref() {
            Type::String => format!("{value}.into_iter().map(|item| item.as_ref().to_owned())"),
            Type::DateTime | Type::Date | Type::LocalDateTime | Type::YearMonth => {
                format!(
                    "{value}.into_iter().map(Into::<{}>::into)",
                    types.rust(item)
                )
            }
            _ => value.to_owned(),
        },
        _ => value.to_owned(),
    }
}

/// The call of the request that takes a parameter. `setter_value` is what the argument is called in a setter; the argument of a constructor is
/// called like the parameter.
fn call(parameter: &Parameter, setter_value: Option<&str>, types: &mut Types<'_>) -> String {
    let name = literal::string(&parameter.wire_name);
    let is_single = !matches!(parameter.ty, Type::List(_));
    let value = match setter_value {
        Some(value) if is_single => as_option(&parameter.ty, value),
        value => converted(&parameter.ty, value.unwrap_or(&parameter.name), types),
    };
    let value = match (setter_value, parameter.location) {
        (None, location) if is_single && location != Location::Path => format!("Some({value})"),
        _ => value,
    };
    let (is_list, item) = match &parameter.ty {
        Type::List(item) => (true, &**item),
        ty => (false, ty),
    };
    let style = list_style(parameter.list_style);
    match (parameter.location, is_list) {
        (Location::Path, false) => format!("path_argument({value})"),
        (Location::Path, true) => format!("path_list({style}, {value})"),
        (Location::Query, false) => format!("query({name}, {value})"),
        (Location::Query, true) => format!("query_list({name}, {style}, {value})"),
        (Location::Header, false) => format!("header({name}, {value})"),
        (Location::Header, true) => format!("header_list({name}, {style}, {value})"),
        (Location::Cookie, false) => format!("cookie({name}, {value})"),
        (Location::Cookie, true) => format!("cookie_list({name}, {style}, {value})"),
        (Location::Form, false) => format!("form_field({name}, {value})"),
        (Location::Form, true) => format!("form_list({name}, {style}, {value})"),
        (Location::Part, false) => match item {
            Type::File => format!("part_file({name}, {value})"),
            Type::Json | Type::Model(_) | Type::Map(_) => format!("part_json({name}, {value})"),
            _ => format!("part({name}, {value})"),
        },
        (Location::Part, true) => match item {
            Type::File => format!("part_files({name}, {value})"),
            Type::Json | Type::Model(_) | Type::Map(_) => {
                format!("part_json_list({name}, {value})")
            }
            _ => format!("part_list({name}, {style}, {value})"),
        },
    }
}

fn list_style(style: ListStyle) -> String {
    let variant = match style {
        ListStyle::Repeated => "Repeated",
        ListStyle::Commas => "CommaJoined",
        ListStyle::Spaces => "SpaceJoined",
        ListStyle::Tabs => "TabJoined",
        ListStyle::Pipes => "PipeJoined",
    };
    format!("runtime::ListStyle::{variant}")
}

fn body_view<'a>(
    body: &Body,
    setter_value: Option<&str>,
    types: &mut Types<'_>,
) -> ParameterView<'a> {
    let value = match (setter_value, &body.ty) {
        (Some(value), Type::String) => format!("{value}.text().map(str::to_owned)"),
        (Some(value), ty) => as_option(ty, value),
        (None, Type::String) => "Some(Into::<String>::into(body))".to_owned(),
        (None, _) => "Some(body)".to_owned(),
    };
    ParameterView {
        docs: literal::doc_lines(body_docs(types.api(), body)),
        name: "body",
        ty: match (setter_value, &body.ty) {
            (Some(_), Type::List(_)) => format!("impl Into<Option<{}>>", types.rust(&body.ty)),
            (Some(_), ty) => setter_type(ty, types),
            (None, Type::String) => "impl Into<String>".to_owned(),
            (None, Type::File) => argument_type(&body.ty, types),
            (None, other) => types.rust(other),
        },
        call: {
            let method = match body.ty {
                Type::File => "file",
                Type::String if body.content_type.starts_with("text/") => "text",
                _ => "json",
            };
            format!(
                "{method}_body({}, {value})",
                literal::string(&body.content_type)
            )
        },
    }
}

fn body_docs(api: &Api, body: &Body) -> Vec<String> {
    let mut lines = enums::prose(&body.docs);
    if !lines.is_empty() {
        lines.push(String::new());
    }
    lines.extend(docs::wrap_markdown(&format!(
        "The body, {}: {}.",
        docs::code(&body.content_type),
        facts::of_type(api, &body.ty, Style::Short)
    )));
    lines
}

/// The fields of an operation's metadata, without those that most operations share (`OperationMetadata::COMMON` of the runtime): what is said
/// of every operation costs compile time.
fn metadata(api: &Api, operation: &Operation, common: &[ErrorCode]) -> Vec<(&'static str, String)> {
    let list =
        |values: Vec<String>| (!values.is_empty()).then(|| format!("&[{}]", values.join(", ")));
    let set = |is_set: bool| is_set.then(|| "true".to_owned());
    let codes = operation.error_codes.iter();
    let codes = error_codes(codes.filter(|code| !common.contains(code)));
    let scopes = operation.scopes.iter().map(|scope| literal::string(scope));
    let tags = operation.tags.iter();
    let tags = tags.map(|tag| literal::string(&api.tags[*tag].name));
    let statuses = operation.without_schema.iter().map(u16::to_string);
    let accept = literal::string(&operation.accept);
    [
        ("name", Some(literal::string(&operation.wire_name))),
        (
            "operation_id",
            Some(literal::string(&operation.operation_id)),
        ),
        ("method", Some(method(&operation.http_method))),
        ("path", Some(literal::string(&operation.path))),
        ("tags", list(tags.collect())),
        (
            "permissions",
            operation.permissions.as_ref().and_then(permissions),
        ),
        ("without_schema", list(statuses.collect())),
        ("scopes", list(scopes.collect())),
        ("credential", operation.credential.as_ref().map(credential)),
        ("error_codes", list(codes)),
        ("accept", (operation.accept != JSON).then_some(accept)),
        ("public", set(operation.public)),
        ("deprecated", set(operation.deprecated)),
        ("preview", set(operation.preview)),
        ("idempotent", set(operation.idempotent)),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name, value?)))
    .collect()
}

/// What most operations answer with.
const JSON: &str = "application/json";

fn permissions(permissions: &Permissions) -> Option<String> {
    let names = permissions.names.iter().map(|name| literal::string(name));
    let names: Vec<String> = names.collect();
    let kind = if permissions.all { "All" } else { "Any" };
    (!names.is_empty()).then(|| {
        format!(
            "runtime::RequiredPermissions::{kind}(&[{}])",
            names.join(", ")
        )
    })
}

fn credential(CredentialScheme { name, place }: &CredentialScheme) -> String {
    let (variant, text) = match place {
        CredentialPlace::Authorization(text) => ("Authorization", text),
        CredentialPlace::Header(text) => ("Header", text),
        CredentialPlace::Query(text) => ("Query", text),
        CredentialPlace::Cookie(text) => ("Cookie", text),
    };
    format!(
        "Some(&runtime::CredentialScheme {{ name: {}, place: runtime::CredentialPlace::{variant}({}) }})",
        literal::string(name),
        literal::string(text)
    )
}

/// Error codes by status, as the elements of a constant. `codes` are sorted.
pub(super) fn error_codes<'a>(codes: impl Iterator<Item = &'a ErrorCode>) -> Vec<String> {
    let mut by_status: BTreeMap<u16, Vec<String>> = BTreeMap::new();
    for code in codes {
        by_status
            .entry(code.status)
            .or_default()
            .push(literal::string(&code.code));
    }
    by_status
        .iter()
        .map(|(status, codes)| format!("({status}, &[{}])", codes.join(", ")))
        .collect()
}

/// What the spec says of a parameter, where it goes under which name, and what is known of its value.
fn parameter_docs(api: &Api, parameter: &Parameter) -> Vec<String> {
    let mut lines = enums::prose(&parameter.docs);
    if !lines.is_empty() {
        lines.push(String::new());
    }
    let value = facts::of_value(
        api,
        &parameter.ty,
        &parameter.limits,
        parameter.default.as_deref(),
        Style::Short,
    );
    lines.extend(docs::wrap_markdown(&format!(
        "The {} {}: {value}.",
        place_in_words(parameter.location),
        docs::code(&parameter.wire_name)
    )));
    lines
}

fn place_in_words(location: Location) -> &'static str {
    match location {
        Location::Path => "path parameter",
        Location::Query => "query parameter",
        Location::Header => "header",
        Location::Cookie => "cookie",
        Location::Form => "form field",
        Location::Part => "part of the body",
    }
}

fn method_docs(operation: &Operation) -> Vec<String> {
    let mut lines = summary(operation);
    lines.push(String::new());
    lines.extend(docs::wrap_markdown(&format!(
        "{} See [`{}`] for what it takes and returns.",
        request_line(operation),
        operation.struct_name
    )));
    lines
}

fn request_line(operation: &Operation) -> String {
    docs::code(&format!("{} {}", operation.http_method, operation.path))
}

/// What the operation does: the summary of the spec, or its name in words.
fn summary(operation: &Operation) -> Vec<String> {
    match operation.docs.summary.as_deref().map(docs::paragraphs) {
        Some(lines) if !lines.is_empty() => lines,
        _ => docs::wrap_markdown(&format!("{}.", name_in_words(&operation.method_name))),
    }
}

/// `get_user` as `Get user`.
fn name_in_words(method_name: &str) -> String {
    let words = method_name.trim_start_matches("r#").replace('_', " ");
    let words = words.trim();
    let mut characters = words.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => String::new(),
    }
}

/// What the operation takes and what it returns. Every type that it names is compiled wherever the operation is.
fn in_and_out(api: &Api, operation: &Operation) -> String {
    let linked = |ty: &Type| facts::of_type(api, ty, Style::Linked);
    let mut takes: Vec<String> = operation
        .arguments
        .iter()
        .map(|argument| argument_in_words(api, argument))
        .collect();
    if let Some(body) = &operation.body {
        let optional = if body.required { "" } else { "optionally " };
        takes.push(format!("{optional}a body ({})", linked(&body.ty)));
    }
    let takes = match takes.split_last() {
        None => "no arguments".to_owned(),
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
    };
    let returns = match &operation.output {
        Output::Json(ty) => linked(ty),
        Output::Empty => "nothing".to_owned(),
        Output::Text => "a string".to_owned(),
        Output::Bytes => "bytes".to_owned(),
    };
    let mut text = format!("Takes {takes}. Returns {returns}.");
    text.push_str(&successes(operation));
    if let Some(paging) = &operation.paging {
        text.push_str(&format!(
            " `items()` streams the items of all pages, each {}.",
            linked(&paging.item)
        ));
    }
    text
}

/// An argument: the name in Rust, and what is known of it. Where it does not go into the path, that is told, too.
fn argument_in_words(api: &Api, argument: &Parameter) -> String {
    let name = docs::code(argument.name.trim_start_matches("r#"));
    let value = facts::of_value(
        api,
        &argument.ty,
        &argument.limits,
        argument.default.as_deref(),
        Style::Linked,
    );
    match argument.location {
        Location::Path => format!("{name} ({value})"),
        location => format!(
            "{name} (the {} {}: {value})",
            place_in_words(location),
            docs::code(&argument.wire_name)
        ),
    }
}

/// The statuses of a success, and what they mean (RFC 9110, section 15.3).
fn successes(operation: &Operation) -> String {
    let statuses: Vec<String> = operation
        .successes
        .iter()
        .map(|status| match status {
            200 => "200 (OK)".to_owned(),
            201 => "201 (created)".to_owned(),
            202 => "202 (accepted: the work is not finished yet)".to_owned(),
            204 => "204 (no content)".to_owned(),
            206 => "206 (a part of the content)".to_owned(),
            207 => "207 (each item has a status of its own)".to_owned(),
            other => other.to_string(),
        })
        .collect();
    if statuses.is_empty() {
        return String::new();
    }
    let mut text = format!(" Succeeds with the status {}.", statuses.join(" or "));
    if !operation.without_schema.is_empty() {
        let statuses: Vec<String> = operation
            .without_schema
            .iter()
            .map(u16::to_string)
            .collect();
        text.push_str(&format!(
            " With {} the value is empty; `status()` of the response tells which it is.",
            statuses.join(" or ")
        ));
    }
    text
}

/// The error codes of the operation, by status.
fn errors(operation: &Operation, common: &[ErrorCode]) -> Vec<String> {
    let mut by_status: BTreeMap<u16, Vec<String>> = BTreeMap::new();
    for code in operation
        .error_codes
        .iter()
        .filter(|code| !common.contains(code))
    {
        by_status
            .entry(code.status)
            .or_default()
            .push(docs::code(&code.code));
    }
    if by_status.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![String::new(), "# Errors".to_owned(), String::new()];
    lines.push("In addition to the codes of all operations:".to_owned());
    lines.push(String::new());
    for (status, codes) in by_status {
        let last = codes.len() - 1;
        let codes = codes.into_iter().enumerate();
        let codes = codes.map(|(index, code)| if index == last { code } else { code + "," });
        lines.extend(docs::wrap_list_item(
            iter::once(format!("{status}:")).chain(codes),
        ));
    }
    lines
}

fn struct_docs(api: &Api, operation: &Operation, common: &[ErrorCode]) -> Vec<String> {
    let mut lines = enums::prose(&operation.docs);
    if lines.is_empty() {
        lines = summary(operation);
    }
    let mut paragraph = |text: String| {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.extend(docs::wrap_markdown(&text));
    };
    paragraph(request_line(operation));
    paragraph(in_and_out(api, operation));
    if operation.deprecated {
        paragraph("**Deprecated.** Genesys may remove this operation.".to_owned());
    }
    if operation.preview {
        paragraph("**Preview.** Genesys may change this operation without notice.".to_owned());
    }
    if let Some(scheme) = &operation.credential {
        paragraph(credential_docs(scheme, operation.public));
    } else if operation.public {
        paragraph("Needs no access token, and sends none.".to_owned());
    }
    if let Some(permissions) = &operation.permissions
        && !permissions.names.is_empty()
    {
        let names: Vec<String> = permissions
            .names
            .iter()
            .map(|name| docs::code(name))
            .collect();
        let which = match (names.len(), permissions.all) {
            (1, _) => "Permission",
            (_, true) => "Permissions, all of",
            (_, false) => "Permissions, any of",
        };
        paragraph(format!("{which}: {}", names.join(", ")));
    }
    if !operation.scopes.is_empty() {
        let names = operation.scopes.iter().map(|name| docs::code(name));
        let names: Vec<String> = names.collect();
        let which = match names.len() {
            1 => "OAuth scope",
            _ => "OAuth scopes, any of",
        };
        paragraph(format!("{which}: {}", names.join(", ")));
    }
    if let Some(paging) = &operation.paging {
        paragraph(super::paging::docs(paging));
    }
    if let Some(text) = super::job_families::docs(api, operation) {
        paragraph(text);
    }
    let handles: Vec<String> = operation
        .tags
        .iter()
        .map(|tag| {
            let name = format!(
                "{}::{}",
                api.tags[*tag].type_name,
                operation.method_name.trim_start_matches("r#")
            );
            // One of several handles may be off.
            if operation.tags.len() == 1 || api.is_slice {
                format!("[`{name}`](crate::api::{name})")
            } else {
                docs::code(&name)
            }
        })
        .collect();
    paragraph(format!("Created by {}.", handles.join(" and ")));
    paragraph(format!(
        "[Genesys's page of this operation]({})",
        developer_page(operation)
    ));
    lines.push(String::new());
    lines.extend(examples::docs(api, operation));
    lines.extend(errors(operation, common));
    lines
}

fn credential_docs(scheme: &CredentialScheme, is_optional: bool) -> String {
    let place = match &scheme.place {
        CredentialPlace::Authorization(word) => {
            format!("in the header `Authorization`, after {}", docs::code(word))
        }
        CredentialPlace::Header(name) => format!("in the header {}", docs::code(name)),
        CredentialPlace::Query(name) => format!("in the query parameter {}", docs::code(name)),
        CredentialPlace::Cookie(name) => format!("in the cookie {}", docs::code(name)),
    };
    format!(
        "{} a credential of the security scheme {}, given with `with_credential` and sent {place}. The client's own token is not sent.",
        if is_optional { "Takes" } else { "Needs" },
        docs::code(&scheme.name)
    )
}

/// The operation in Genesys's API explorer, whose anchors are the method and the path with every `/`, `{` and `}` as a hyphen.
fn developer_page(operation: &Operation) -> String {
    let anchor: String = operation
        .path
        .chars()
        .map(|character| {
            if character.is_ascii_alphanumeric() || "._~".contains(character) {
                character
            } else {
                '-'
            }
        })
        .collect();
    format!(
        "https://developer.genesys.cloud/devapps/api-explorer#{}{anchor}",
        operation.http_method.to_lowercase()
    )
}
