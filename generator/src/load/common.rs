//! The objects that Swagger 2.0 and OpenAPI 3.0 write in the same way.

use std::collections::HashSet;

use indexmap::IndexMap;
use openapiv3::{Info, ReferenceOr, Schema, SecurityRequirement, Tag};

use super::diagnostics::WarningKind;
use super::reader::{Node, required};
use super::references::{References, break_schema_cycles};
use super::schema::schema_or_any;
use crate::document::{Fault, quote};

/// What an API is called that does not say so.
const UNTITLED: &str = "API";

/// Completes the schemas of a document: what references made components of is read, and circles are broken.
pub(crate) fn finish<'d>(
    root: &Node<'_, 'd>,
    schemas: &mut IndexMap<String, ReferenceOr<Schema>>,
    references: &References<'d>,
) {
    if root.json.get("paths").is_none() {
        root.warn(WarningKind::Document, "the document has no paths");
    }
    references.read_raised(root.notes, schemas, |node| schema_or_any(node, references));
    break_schema_cycles(schemas, references.dialect(), root.notes);
}

/// The info object of a document; what it lacks is filled in with a warning.
pub(crate) fn info(root: &Node<'_, '_>) -> Info {
    let missing = |what: &str| root.warn(WarningKind::Document, format!("{what} is missing"));
    let mut info = Info::default();
    if let Some(node) = root.get("info") {
        match read_info(&node) {
            Ok(read) => info = read,
            Err(fault) => root
                .notes
                .pass_over(WarningKind::Document, fault, "it is ignored"),
        }
    } else {
        missing("the info object");
    }
    if info.title.is_empty() {
        info.title = UNTITLED.to_owned();
    }
    info
}

fn read_info(node: &Node<'_, '_>) -> Result<Info, Fault> {
    let mut info = Info::default();
    let (mut title, mut version) = (None, None);
    info.extensions = node.fields("the info object", |key, node| {
        match key {
            "title" => title = Some(node.string()?),
            "version" => version = Some(node.string()?),
            // They have no effect.
            "description" | "termsOfService" | "contact" | "license" => {}
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    for (key, value) in [("title", &title), ("version", &version)] {
        if value.is_none() {
            node.warn(
                WarningKind::Document,
                format!("the info object has no {key}"),
            );
        }
    }
    info.title = title.unwrap_or_default();
    info.version = version.unwrap_or_default();
    Ok(info)
}

/// The tags that a document declares: each once, those that cannot be read left out with a warning.
pub(crate) fn tags(node: &Node<'_, '_>) -> Result<Vec<Tag>, Fault> {
    let mut names = HashSet::new();
    let tags = node.list("tags", |node| {
        let tag = match tag(&node) {
            Ok(tag) => tag,
            Err(fault) => {
                node.notes
                    .pass_over(WarningKind::Document, fault, "the tag is ignored");
                return Ok(None);
            }
        };
        if names.insert(tag.name.clone()) {
            return Ok(Some(tag));
        }
        node.warn(
            WarningKind::Document,
            format!(
                "the tag {} is declared twice; the first counts",
                quote(&tag.name)
            ),
        );
        Ok(None)
    })?;
    Ok(tags.into_iter().flatten().collect())
}

fn tag(node: &Node<'_, '_>) -> Result<Tag, Fault> {
    let mut tag = Tag::default();
    let mut name = None;
    tag.extensions = node.fields("a tag", |key, node| {
        match key {
            "name" => name = Some(node.string()?),
            "description" => tag.description = Some(node.string()?),
            // It has no effect.
            "externalDocs" => {}
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    tag.name = required(name, "name", "a tag", node)?;
    Ok(tag)
}

/// The tags of one operation, each once.
pub(crate) fn operation_tags(node: &Node<'_, '_>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let read = node.list("tags", |node| {
        match node.prose() {
            Some(name) if names.contains(&name) => node.warn(
                WarningKind::Tag,
                format!("the tag {} is listed twice", quote(&name)),
            ),
            Some(name) => names.push(name),
            None => {}
        }
        Ok(())
    });
    if let Err(fault) = read {
        node.notes
            .pass_over(WarningKind::Value, fault, "the key is ignored");
    }
    names
}

/// Security requirements. A scheme that the document does not define is kept: it counts as one that is not OAuth.
pub(crate) fn security(
    node: &Node<'_, '_>,
    references: &References<'_>,
) -> Result<Vec<SecurityRequirement>, Fault> {
    node.list("security requirements", |node| {
        let mut requirement = IndexMap::new();
        node.entries("a security requirement", |key, node| {
            if !references.defines_security_scheme(key) {
                node.warn(
                    WarningKind::Security,
                    format!(
                        "the document defines no security scheme {}; operations that name it never carry the client's token",
                        quote(key)
                    ),
                );
            }
            let scopes = node.strings("scopes").unwrap_or_else(|fault| {
                node.notes
                    .pass_over(WarningKind::Security, fault, "the scopes are ignored");
                Vec::new()
            });
            requirement.insert(key.to_owned(), scopes);
            Ok(())
        })?;
        Ok(requirement)
    })
}
