//! Example calls: one for each operation, in its docs, and all of them in a test of the generated crate, so that they compile.

use std::collections::BTreeMap;

use super::format::{self, Layout};
use super::{Job, literal};
use crate::ir::{Api, Operation, TagId, Type};

/// The call of an operation with its required arguments, through the handle of its first tag.
pub(super) fn call(api: &Api, operation: &Operation) -> Option<String> {
    let tag = &api.tags[*operation.tags.first()?];
    let mut arguments: Vec<String> = operation
        .arguments
        .iter()
        .map(|argument| match &argument.ty {
            Type::List(item) => format!("[{}]", value(api, item, &argument.name)),
            ty => value(api, ty, &argument.name),
        })
        .collect();
    if let Some(body) = operation.body.as_ref().filter(|body| body.required) {
        arguments.push(value(api, &body.ty, "body"));
    }
    Some(format!(
        "client.{}().{}({})",
        tag.module,
        operation.method_name,
        arguments.join(", ")
    ))
}

/// A value of a type. `name` is what a text says.
fn value(api: &Api, ty: &Type, name: &str) -> String {
    const TIME: &str = "genesys_cloud::runtime::time";
    match ty {
        Type::String => literal::string(name.trim_start_matches("r#")),
        Type::Boolean => "true".to_owned(),
        Type::Integer => "1".to_owned(),
        Type::Number => "1.0".to_owned(),
        Type::DateTime => format!("{TIME}::Timestamp::now()"),
        Type::Date => format!("\"2026-01-02\".parse::<{TIME}::Date>().unwrap()"),
        Type::LocalDateTime => {
            format!("\"2026-01-02T03:04:05\".parse::<{TIME}::LocalDateTime>().unwrap()")
        }
        Type::YearMonth => format!("\"2026-01\".parse::<{TIME}::YearMonth>().unwrap()"),
        Type::Json => "serde_json::json!({})".to_owned(),
        Type::File => "String::from(\"content\")".to_owned(),
        Type::Model(id) => format!("genesys_cloud::models::{}::default()", api.models[*id].name),
        Type::Enum(id) => {
            let item = &api.enums[*id];
            let origin = &api.enums[item.alias_of.unwrap_or(*id)];
            match origin.variants.first() {
                Some(variant) => format!("genesys_cloud::models::{}::{}", item.name, variant.name),
                None => format!("genesys_cloud::models::{}::from(\"value\")", item.name),
            }
        }
        Type::List(item) if **item == Type::String => {
            format!("vec![{}.to_owned()]", value(api, item, name))
        }
        Type::List(item) => format!("vec![{}]", value(api, item, name)),
        Type::Nullable(item) => format!("Some({})", value(api, item, name)),
        Type::Map(_) => "Default::default()".to_owned(),
    }
}

/// The example as a code block of the docs.
pub(super) fn docs(api: &Api, operation: &Operation) -> Vec<String> {
    let Some(call) = call(api, operation) else {
        return Vec::new();
    };
    let statement = format::statement(&format!("let response = {call}.await?;"));
    let start = [
        "```no_run",
        "# async fn call(client: &genesys_cloud::Client) -> genesys_cloud::Result<()> {",
    ];
    let lines = start.into_iter().chain(statement.lines());
    let lines = lines.chain(["# Ok(())", "# }", "```"]);
    lines.map(str::to_owned).collect()
}

/// How many operations a file of examples holds, so that none gets longer than 1,500 lines.
const LONGEST: usize = 200;

/// The test that holds every example: what is common, and the calls of each tag.
pub(super) fn jobs(api: &Api) -> Vec<Job<'_>> {
    let mut by_tag: BTreeMap<TagId, Vec<&Operation>> = BTreeMap::new();
    for operation in &api.operations {
        if let Some(tag) = operation.tags.first() {
            by_tag.entry(*tag).or_default().push(operation);
        }
    }
    // A tag that is named like a part of another one shares its file.
    let mut files: BTreeMap<String, Vec<&Operation>> = BTreeMap::new();
    for (tag, operations) in by_tag {
        // No tag is the file `main`.
        let module = format!("of_{}", api.tags[tag].module);
        for (index, part) in operations.chunks(LONGEST).enumerate() {
            let name = match index {
                0 => module.clone(),
                _ => format!("{module}_part_{}", index + 1),
            };
            files.entry(name).or_default().extend(part);
        }
    }
    let main = main(files.keys());
    let mut jobs = vec![file("main", move || main.clone())];
    jobs.extend(
        files
            .into_iter()
            .map(|(module, operations)| file(&module, move || calls(api, &operations))),
    );
    jobs
}

fn file<'a>(module: &str, text: impl Fn() -> String + Send + Sync + 'a) -> Job<'a> {
    Job {
        path: format!("tests/calls/{module}.rs"),
        source: "all operations".to_owned(),
        layout: Layout::Formatted,
        text: Box::new(move || Ok(text())),
    }
}

fn main<'a>(modules: impl Iterator<Item = &'a String>) -> String {
    let mut text = String::from(
        "//! The example calls of the docs. They are compiled, and not run.\n\
         #![allow(missing_docs, dead_code, deprecated, unused_imports, reason = \"examples\")]\n\n\
         // What signatures show is re-exported, so that no other crate needs to be named.\n\
         use genesys_cloud::{bytes::Bytes, http::Method, reqwest::ClientBuilder, url::Url};\n\
         #[cfg(feature = \"chrono\")]\nuse genesys_cloud::chrono::Utc;\n\
         #[cfg(feature = \"jiff\")]\nuse genesys_cloud::jiff::Timestamp;\n\
         #[cfg(feature = \"redis\")]\nuse genesys_cloud::redis::Cmd;\n\
         #[cfg(feature = \"time\")]\nuse genesys_cloud::time::OffsetDateTime;\n\
         use genesys_cloud::{\n\
         ApiError, BodyStream, Call, CallOptions, Credentials, Error, ErrorKind, Extra, Gateway, Items, Job, JobStatus,\n\
         OpenEnum, Operation, OperationMetadata, Pacing, Pages, PagingState, Permissions, RateLimit, RawRequest, Region,\n\
         RequiredPermissions, Response, Result, RetryPolicy,\n\
         };\n\n",
    );
    for module in modules {
        text.push_str(&format!("mod {module};\n"));
    }
    text
}

fn calls(api: &Api, operations: &[&Operation]) -> String {
    let calls = operations
        .iter()
        .filter_map(|operation| call(api, operation));
    let lines: String = calls.map(|call| format!("let _ = {call};\n")).collect();
    format!("fn calls(client: &genesys_cloud::Client) {{\n{lines}}}\n")
}
