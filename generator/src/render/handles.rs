//! The handles: what `client.users()` returns.

use askama::Template;

use super::format::Layout;
use super::{Job, RenderError, docs, enums, literal};
use crate::ir::{Api, Docs, Tag};

#[derive(Template)]
#[template(path = "handle.rs.jinja", escape = "none")]
struct HandleTemplate<'a> {
    docs: Vec<String>,
    method_docs: Vec<String>,
    type_name: &'a str,
    module: &'a str,
}

/// One job a tag.
pub(super) fn jobs(api: &Api) -> Result<Vec<Job<'_>>, RenderError> {
    let job = |tag| Job {
        path: path(tag),
        layout: Layout::Formatted,
        source: format!("the tag {}", tag.name),
        text: Box::new(move || render(tag)),
    };
    Ok(api.tags.iter().map(job).collect())
}

/// The file of a tag's handle.
pub(super) fn path(tag: &Tag) -> String {
    format!("src/api/handles/{}.rs", tag.module)
}

fn render(tag: &Tag) -> Result<String, RenderError> {
    let mut lines = vec![format!(
        "The operations of the tag {}.",
        docs::code(&tag.name)
    )];
    let description = enums::prose(&Docs {
        summary: None,
        description: tag.description.clone(),
    });
    if !description.is_empty() {
        lines.push(String::new());
        lines.extend(description);
    }
    let template = HandleTemplate {
        docs: literal::doc_lines(lines.clone()),
        method_docs: literal::doc_lines([lines[0].clone()]),
        type_name: literal::identifier(&tag.name, &tag.type_name)?,
        module: literal::identifier(&tag.name, &tag.module)?,
    };
    template.render().map_err(|source| RenderError::Template {
        file: path(tag),
        source,
    })
}
