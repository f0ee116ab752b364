//! Every operation and every model of the ir as Rust tables in `OUT_DIR`.
//!
//! One small function per operation and one instance of a generic function per model, a hundred to a file and module: what the compiler holds at
//! a time stays small.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use genesys_codegen::ir::{self, Api, Operation, Parameter, Type};
use genesys_codegen::load;

/// Entries of a file.
const CHUNK: usize = 100;

/// Writes `operations.rs`, `models.rs` and the files that they include, of the project's spec.
#[allow(dead_code, reason = "the golden crate has a spec of its own")]
pub(crate) fn write() -> Result<(), Box<dyn Error>> {
    let specs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec");
    println!("cargo::rerun-if-changed={}", specs.display());
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=build");
    let spec = load::load_file(&specs)?;
    let api = ir::build(&spec.document, &ir::Options::default())?;
    write_for(&api, &PathBuf::from(std::env::var("OUT_DIR")?))
}

/// Writes the tables of that SDK into the folder.
pub(crate) fn write_for(api: &Api, folder: &Path) -> Result<(), Box<dyn Error>> {
    operations(api, folder)?;
    models(api, folder)
}

fn operations(api: &Api, folder: &Path) -> Result<(), Box<dyn Error>> {
    let chunks: Vec<String> = api
        .operations
        .chunks(CHUNK)
        .map(|operations| {
            let mut text = String::from("use super::{Arguments, Client, Prepare, Prepared};\n\n");
            let mut table = String::new();
            for operation in operations {
                function(api, operation, &mut text)?;
                let (name, function) = (&operation.wire_name, &operation.method_name);
                writeln!(table, "    ({name:?}, {function}),")?;
            }
            writeln!(
                text,
                "pub(super) const TABLE: &[(&str, Prepare)] = &[\n{table}];"
            )?;
            Ok(text)
        })
        .collect::<Result<_, Box<dyn Error>>>()?;
    chunked(folder, "operations", "pub", "Prepare", &chunks)
}

/// A function that fills one operation.
fn function(api: &Api, operation: &Operation, text: &mut String) -> Result<(), Box<dyn Error>> {
    let method = &operation.method_name;
    let tag = operation
        .tags
        .first()
        .and_then(|tag| api.tags.get(*tag))
        .ok_or_else(|| format!("{} has no tag", operation.wire_name))?;
    let optional_body = operation.body.as_ref().filter(|body| !body.required);
    let setters = operation.setters.len() + usize::from(optional_body.is_some());
    let takes_any = setters > 0 || !operation.arguments.is_empty() || operation.body.is_some();
    let arguments = if takes_any { "arguments" } else { "_" };
    writeln!(
        text,
        "fn {method}(client: &Client, {arguments}: &mut Arguments<'_>) -> Result<Prepared, String> {{"
    )?;
    let mutable = if setters > 0 { "mut " } else { "" };
    write!(
        text,
        "    let {mutable}operation = client.{}().{method}(",
        tag.module
    )?;
    for parameter in &operation.arguments {
        required(api, &parameter.wire_name, &parameter.ty, text)?;
    }
    if let Some(body) = operation.body.as_ref().filter(|body| body.required) {
        required(api, "body", &body.ty, text)?;
    }
    text.push_str(");\n");
    for Parameter {
        name,
        wire_name,
        ty,
        ..
    } in &operation.setters
    {
        setter(api, name, wire_name, ty, text)?;
    }
    if let Some(body) = optional_body {
        setter(api, "body", "body", &body.ty, text)?;
    }
    text.push_str("    Ok(Prepared::new(operation))\n}\n\n");
    Ok(())
}

fn required(
    api: &Api,
    wire_name: &str,
    ty: &Type,
    text: &mut String,
) -> Result<(), Box<dyn Error>> {
    let ty = rust(api, ty);
    write!(text, "arguments.required::<{ty}>({wire_name:?})?, ")?;
    Ok(())
}

fn setter(
    api: &Api,
    name: &str,
    wire_name: &str,
    ty: &Type,
    text: &mut String,
) -> Result<(), Box<dyn Error>> {
    let ty = rust(api, ty);
    writeln!(
        text,
        "    if let Some(value) = arguments.optional::<{ty}>({wire_name:?})? {{ operation = operation.{name}(value); }}"
    )?;
    Ok(())
}

fn models(api: &Api, folder: &Path) -> Result<(), Box<dyn Error>> {
    let models = api
        .models
        .iter()
        .filter(|model| !model.inline)
        .map(|model| {
            (
                &model.wire_name,
                format!("model::<genesys_cloud::models::{}>", model.name),
            )
        });
    let aliases = api.aliases.iter().map(|alias| {
        (
            &alias.wire_name,
            format!("alias::<{}>", rust(api, &alias.ty)),
        )
    });
    let entries: Vec<(&String, String)> = models.chain(aliases).collect();
    let chunks: Vec<String> = entries
        .chunks(CHUNK)
        .map(|entries| {
            let mut text = String::from(
                "#[allow(unused_imports, reason = \"a chunk may have one kind only\")]\nuse super::{RoundTrip, alias, model};\n\n",
            );
            text.push_str("pub(super) const TABLE: &[(&str, RoundTrip)] = &[\n");
            for (name, entry) in entries {
                writeln!(text, "    ({name:?}, {entry}()),")?;
            }
            text.push_str("];\n");
            Ok(text)
        })
        .collect::<Result<_, std::fmt::Error>>()?;
    chunked(folder, "models", "pub(crate)", "RoundTrip", &chunks)
}

/// Writes the chunks, and `{name}.rs`, whose function `all`, as visible as said, gives what their tables hold.
fn chunked(
    folder: &Path,
    name: &str,
    visibility: &str,
    entry: &str,
    chunks: &[String],
) -> Result<(), Box<dyn Error>> {
    let mut modules = String::new();
    let mut tables = String::new();
    for (index, chunk) in chunks.iter().enumerate() {
        let file = format!("{name}_{index:02}.rs");
        fs::write(folder.join(&file), chunk)?;
        writeln!(
            modules,
            "#[allow(deprecated)]\nmod chunk_{index:02} {{\n    include!(concat!(env!(\"OUT_DIR\"), \"/{file}\"));\n}}\n"
        )?;
        writeln!(tables, "        chunk_{index:02}::TABLE,")?;
    }
    let all = format!(
        "/// Everything, by name.\n{visibility} fn all() -> impl Iterator<Item = (&'static str, {entry})> {{\n    [\n{tables}    ]\n    .into_iter()\n    .flatten()\n    .copied()\n}}\n"
    );
    fs::write(folder.join(format!("{name}.rs")), modules + &all)?;
    Ok(())
}

/// The type of a property, parameter or body, as the generated crate spells it.
fn rust(api: &Api, ty: &Type) -> String {
    let model = |name: &str| format!("genesys_cloud::models::{name}");
    let time = |name: &str| format!("genesys_cloud::runtime::time::{name}");
    match ty {
        Type::String => "String".to_owned(),
        Type::Boolean => "bool".to_owned(),
        Type::Integer => "i64".to_owned(),
        Type::Number => "f64".to_owned(),
        Type::DateTime => time("Timestamp"),
        Type::Date => time("Date"),
        Type::LocalDateTime => time("LocalDateTime"),
        Type::YearMonth => time("YearMonth"),
        Type::Json => "serde_json::Value".to_owned(),
        // Text converts into a file.
        Type::File => "String".to_owned(),
        Type::Model(id) => model(&api.models[*id].name),
        Type::Enum(id) => model(&api.enums[*id].name),
        Type::List(item) => format!("Vec<{}>", rust(api, item)),
        Type::Nullable(item) => format!("Option<{}>", rust(api, item)),
        Type::Map(item) => format!("std::collections::BTreeMap<String, {}>", rust(api, item)),
    }
}
