//! Example calls: one for each operation, in its docs, and all of them in a test of the generated crate, so that they compile.

use std::collections::BTreeMap;

use super::format::Layout;
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
    [
        "```no_run",
        "# async fn call(client: &genesys_cloud::Client) -> genesys_cloud::Result<()> {",
        &format!("let response = {call}.await?;"),
        "# Ok(())",
        "# }",
        "```",
    ]
    .map(str::to_owned)
    .into()
}

/// The test that holds every example.
pub(super) fn job(api: &Api) -> Job<'_> {
    Job {
        path: "tests/calls.rs".to_owned(),
        source: "all operations".to_owned(),
        layout: Layout::Formatted,
        text: Box::new(move || Ok(test(api))),
    }
}

fn test(api: &Api) -> String {
    let mut by_tag: BTreeMap<TagId, Vec<String>> = BTreeMap::new();
    for operation in &api.operations {
        if let (Some(tag), Some(call)) = (operation.tags.first(), call(api, operation)) {
            by_tag.entry(*tag).or_default().push(call);
        }
    }
    let mut text = String::from(
        "//! The example calls of the docs. They are compiled, and not run.\n\
         #![allow(missing_docs, dead_code, deprecated, unused_imports, reason = \"examples\")]\n\n\
         use genesys_cloud::Client;\n\n\
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
         };\n",
    );
    for (tag, calls) in by_tag {
        let lines: String = calls
            .iter()
            .map(|call| format!("let _ = {call};\n"))
            .collect();
        text.push_str(&format!(
            "\nfn calls_of_{}(client: &Client) {{\n{lines}}}\n",
            api.tags[tag].module
        ));
    }
    text
}
