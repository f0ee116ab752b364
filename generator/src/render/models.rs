//! Models, one file each, and the enums that have no model to live with.

use std::collections::BTreeMap;

use askama::Template;

use super::types::Types;
use super::{Job, RenderError, docs, enums, literal};
use crate::ir::{Api, Enum, EnumHome, Field, Model};

#[derive(Template)]
#[template(path = "model.rs.jinja", escape = "none")]
struct ModelTemplate<'a> {
    imports: Vec<String>,
    docs: Vec<String>,
    name: &'a str,
    name_literal: String,
    fields: Vec<FieldView<'a>>,
    enums: Vec<String>,
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
    for item in &api.enums {
        match &item.home {
            EnumHome::Model(model) => by_model[*model].push(item),
            home => by_file
                .entry(enum_path(api, item, home))
                .or_default()
                .push(item),
        }
    }
    let models = api.models.iter().zip(by_model).map(|(model, items)| Job {
        path: format!(
            "src/models/{}/{}.rs",
            api.groups[model.group].folder, model.file
        ),
        source: format!("the definition {}", model.wire_name),
        text: Box::new(move || render_model(api, model, &items)),
    });
    let files = by_file.into_iter().map(|(path, items)| Job {
        source: "enums of the spec".to_owned(),
        text: {
            let file = path.clone();
            Box::new(move || render_enums(api, &items, &file))
        },
        path,
    });
    Ok(models.chain(files).collect())
}

fn enum_path(api: &Api, item: &Enum, home: &EnumHome) -> String {
    let folder = &api.groups[item.group].folder;
    match home {
        EnumHome::Operation(operation) => {
            format!(
                "src/models/{folder}/operation_parameters/{}.rs",
                api.operations[*operation].file
            )
        }
        EnumHome::Shared { file } => format!("src/models/{folder}/shared_enums/{file}.rs"),
        EnumHome::Model(model) => format!("src/models/{folder}/{}.rs", api.models[*model].file),
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

fn render_model(api: &Api, model: &Model, items: &[&Enum]) -> Result<String, RenderError> {
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
                docs: literal::doc_lines(field_docs(field)),
                name: literal::identifier(&model.name, &field.name)?,
                ty: if field.boxed {
                    format!("Box<{ty}>")
                } else {
                    ty
                },
                wire_name: literal::string(&field.wire_name),
                visit: if field.boxed { "boxed" } else { "field" },
            })
        })
        .collect::<Result<_, RenderError>>()?;
    let rendered = items
        .iter()
        .map(|item| enums::render(api, item, &mut types, file))
        .collect::<Result<_, _>>()?;
    let mut imports = types.imports();
    imports.push("crate::runtime::codec".to_owned());
    let mut lines = enums::prose(&model.docs);
    if model.name != model.wire_name {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.push(format!("{} in the API.", docs::code(&model.wire_name)));
    }
    let template = ModelTemplate {
        imports,
        docs: literal::doc_lines(lines),
        name: literal::identifier(file, &model.name)?,
        name_literal: literal::string(&model.name),
        fields,
        enums: rendered,
    };
    template.render().map_err(|source| RenderError::Template {
        file: file.clone(),
        source,
    })
}

/// What the spec says of a property, and its name on the wire where that differs.
fn field_docs(field: &Field) -> Vec<String> {
    let mut lines = enums::prose(&field.docs);
    let mut facts = Vec::new();
    if field.name.trim_start_matches("r#") != field.wire_name {
        facts.push(docs::code(&field.wire_name));
    }
    if field.required {
        facts.push("required".to_owned());
    }
    if field.read_only {
        facts.push("read-only".to_owned());
    }
    if field.deprecated {
        facts.push("deprecated".to_owned());
    }
    if !facts.is_empty() {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.push(facts.join(", "));
    }
    lines
}
