//! Models, one file each, and the enums that have no model to live with.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use heck::ToSnakeCase as _;

use super::facts::{self, Style};
use super::format::Layout;
use super::types::Types;
use super::uses::{self, Uses};
use super::{Job, RenderError, docs, enums, literal, place};
use crate::ir::{Api, Enum, EnumHome, Field, Model, ModelId};

#[derive(Template)]
#[template(path = "model.rs.jinja", escape = "none")]
struct ModelTemplate<'a> {
    imports: Vec<String>,
    docs: Vec<String>,
    /// The targets of links to what other features bring: the feature that brings all of it, and the targets as lines of docs.
    links: Option<(String, Vec<String>)>,
    name: &'a str,
    name_literal: String,
    fields: Vec<FieldView<'a>>,
    former: Vec<FormerFieldView<'a>>,
    enums: Vec<String>,
}

/// The old name of a property.
struct FormerFieldView<'a> {
    name: &'a str,
    note: String,
    field: &'a str,
    ty: String,
}

struct FieldView<'a> {
    docs: Vec<String>,
    name: &'a str,
    ty: String,
    wire_name: String,
    visit: &'static str,
}

#[derive(Template)]
#[template(path = "enums.rs.jinja", escape = "none")]
struct EnumsTemplate {
    imports: Vec<String>,
    enums: Vec<String>,
}

/// One job a model, and one for each further file of enums.
pub(super) fn jobs(api: &Api) -> Result<Vec<Job<'_>>, RenderError> {
    let mut by_model: Vec<Vec<&Enum>> = vec![Vec::new(); api.models.len()];
    let mut by_file: BTreeMap<String, Vec<&Enum>> = BTreeMap::new();
    let crowded = crowded_models(api);
    for item in &api.enums {
        match &item.home {
            EnumHome::Model(model) if !crowded.contains(model) => by_model[*model].push(item),
            home => by_file
                .entry(enum_path(api, item, home))
                .or_default()
                .push(item),
        }
    }
    let owned = api.models.iter().zip(by_model).zip(uses::of_all(api));
    let models = owned.map(|((model, items), uses)| Job {
        path: format!(
            "src/{}/{}/{}.rs",
            place::folder(api),
            api.groups[model.group].folder,
            model.file
        ),
        layout: Layout::Formatted,
        source: format!("the definition {}", model.wire_name),
        text: Box::new(move || render_model(api, model, &uses, &items)),
    });
    let files = by_file.into_iter().map(|(path, items)| Job {
        layout: Layout::Formatted,
        source: "enums of the spec".to_owned(),
        text: {
            let file = path.clone();
            Box::new(move || render_enums(api, &items, &file))
        },
        path,
    });
    Ok(models.chain(files).collect())
}

/// A model whose enums have more values than this gets a file for each of them, so that no file grows too long to read.
const MOST_VALUES: usize = 250;

/// The models whose enums do not fit their file.
pub(super) fn crowded_models(api: &Api) -> BTreeSet<ModelId> {
    let mut values: BTreeMap<ModelId, usize> = BTreeMap::new();
    for item in &api.enums {
        if let (EnumHome::Model(model), None) = (&item.home, item.alias_of) {
            *values.entry(*model).or_default() += item.variants.len();
        }
    }
    values.retain(|_, count| *count > MOST_VALUES);
    values.into_keys().collect()
}

/// The file of an enum that does not live in its model's.
pub(super) fn enum_file(item: &Enum) -> String {
    item.name.to_snake_case()
}

fn enum_path(api: &Api, item: &Enum, home: &EnumHome) -> String {
    let models = place::folder(api);
    match home {
        EnumHome::Operation(operation) => {
            let folder = &api.groups[item.group].folder;
            let file = &api.operations[*operation].file;
            format!("src/{models}/{folder}/operation_parameters/{file}.rs")
        }
        EnumHome::Shared { file } => {
            let folder = &api.groups[item.group].folder;
            format!("src/{models}/{folder}/shared_enums/{file}.rs")
        }
        EnumHome::Model(model) => {
            let folder = &api.groups[api.models[*model].group].folder;
            format!("src/{models}/{folder}/{}.rs", enum_file(item))
        }
    }
}

fn render_enums(api: &Api, items: &[&Enum], file: &str) -> Result<String, RenderError> {
    let mut types = Types::new(api, items.iter().map(|item| item.name.clone()));
    let rendered = items
        .iter()
        .map(|item| enums::render(api, item, &mut types, file))
        .collect::<Result<_, _>>()?;
    let mut imports = types.imports();
    if items.iter().any(|item| item.alias_of.is_none()) {
        imports.push("crate::runtime::codec".to_owned());
    }
    imports.sort();
    EnumsTemplate {
        imports,
        enums: rendered,
    }
    .render()
    .map_err(|source| RenderError::Template {
        file: file.to_owned(),
        source,
    })
}

fn render_model(
    api: &Api,
    model: &Model,
    uses: &Uses<'_>,
    items: &[&Enum],
) -> Result<String, RenderError> {
    let file = &model.file;
    let local = items
        .iter()
        .map(|item| item.name.clone())
        .chain([model.name.clone()]);
    let mut types = Types::new(api, local);
    let fields = model
        .fields
        .iter()
        .map(|field| {
            let ty = types.rust(&field.ty);
            Ok(FieldView {
                docs: literal::doc_lines(field_docs(api, field)),
                name: literal::identifier(&model.name, &field.name)?,
                ty: if field.is_boxed() {
                    format!("Box<{ty}>")
                } else {
                    ty
                },
                wire_name: literal::string(&field.wire_name),
                visit: if field.is_boxed() { "boxed" } else { "field" },
            })
        })
        .collect::<Result<Vec<FieldView<'_>>, RenderError>>()?;
    let former = model.former_fields.iter().map(|(field, former)| {
        Ok(FormerFieldView {
            name: literal::identifier(&model.name, &former.name)?,
            note: literal::string(&former.note),
            field: fields[*field].name,
            ty: fields[*field].ty.clone(),
        })
    });
    let former = former.collect::<Result<_, RenderError>>()?;
    let rendered = items
        .iter()
        .map(|item| enums::render(api, item, &mut types, file))
        .collect::<Result<_, _>>()?;
    let mut imports = vec!["crate::runtime::codec".to_owned()];
    imports.extend(types.imports());
    imports.sort();
    let mut lines = enums::prose(&model.docs);
    if lines.is_empty() || model.name != model.wire_name {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        let text = format!("{} in the API.", docs::code(&model.wire_name));
        lines.extend(docs::wrap_markdown(&text));
    }
    let uses = uses.docs(api, model);
    if !uses.text.is_empty() {
        lines.push(String::new());
        lines.extend(docs::wrap_markdown(&uses.text));
    }
    let template = ModelTemplate {
        imports,
        docs: literal::doc_lines(lines),
        links: uses.links(api),
        name: literal::identifier(file, &model.name)?,
        name_literal: literal::string(&model.name),
        fields,
        former,
        enums: rendered,
    };
    template.render().map_err(|source| RenderError::Template {
        file: file.clone(),
        source,
    })
}

/// What the spec says of a property, its name on the wire, and what is known of its value.
fn field_docs(api: &Api, field: &Field) -> Vec<String> {
    let mut lines = enums::prose(&field.docs);
    let value = facts::of_value(
        api,
        &field.ty,
        &field.limits,
        field.default.as_deref(),
        Style::Short,
    );
    let mut text = format!("{}: {value}", docs::code(&field.wire_name));
    for (fact, is_true) in [
        ("required", field.required),
        ("read-only", field.read_only),
        ("deprecated", field.deprecated),
    ] {
        if is_true {
            text.push_str(", ");
            text.push_str(fact);
        }
    }
    if !lines.is_empty() {
        lines.push(String::new());
    }
    lines.extend(docs::wrap_markdown(&text));
    lines
}
