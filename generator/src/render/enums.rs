//! Open enums.

use askama::Template;

use super::types::Types;
use super::{RenderError, docs, literal};
use crate::ir::{Api, Enum, EnumRepr};

#[derive(Template)]
#[template(path = "enum.rs.jinja", escape = "none")]
struct EnumTemplate<'a> {
    name: &'a str,
    docs: Vec<String>,
    alias_of: Option<String>,
    variants: Vec<VariantView<'a>>,
    integer: bool,
}

struct VariantView<'a> {
    name: &'a str,
    wire: String,
    docs: Vec<String>,
}

/// One enum as Rust items; `types` learns what it needs.
pub(super) fn render(
    api: &Api,
    item: &Enum,
    types: &mut Types<'_>,
    file: &str,
) -> Result<String, RenderError> {
    let mut lines = prose(&item.docs);
    if let Some(other) = item.alias_of
        && lines.is_empty()
    {
        let text = format!("The same values as [`{}`].", api.enums[other].name);
        lines.extend(docs::wrap_markdown(&text));
    }
    if lines.is_empty() {
        lines.push(match &item.wire_name {
            Some(name) => format!("The values of {}.", docs::code(name)),
            None => "An enum of the API.".to_owned(),
        });
    }
    let variants = item
        .variants
        .iter()
        .map(|variant| {
            let mut lines = variant
                .docs
                .as_deref()
                .map(docs::paragraphs)
                .unwrap_or_default();
            if lines.is_empty() || variant.name != variant.wire {
                if !lines.is_empty() {
                    lines.push(String::new());
                }
                lines.push(docs::code(&variant.wire));
            }
            Ok(VariantView {
                name: literal::identifier(&item.name, &variant.name)?,
                wire: literal::string(&variant.wire),
                docs: literal::doc_lines(lines),
            })
        })
        .collect::<Result<_, RenderError>>()?;
    let template = EnumTemplate {
        name: literal::identifier(file, &item.name)?,
        docs: literal::doc_lines(lines),
        alias_of: item.alias_of.map(|other| types.enumeration(other)),
        variants,
        integer: item.repr == EnumRepr::Integer,
    };
    template.render().map_err(|source| RenderError::Template {
        file: file.to_owned(),
        source,
    })
}

/// Summary and description of anything.
pub(super) fn prose(prose: &crate::ir::Docs) -> Vec<String> {
    let mut lines = prose
        .summary
        .as_deref()
        .map(docs::paragraphs)
        .unwrap_or_default();
    let description = prose
        .description
        .as_deref()
        .map(docs::paragraphs)
        .unwrap_or_default();
    if !lines.is_empty() && !description.is_empty() && lines != description {
        lines.push(String::new());
        lines.extend(description);
    } else if lines.is_empty() {
        lines = description;
    }
    lines
}
