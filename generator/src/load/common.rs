//! The objects that Swagger 2.0 and OpenAPI 3.0 write in the same way.

use std::collections::HashSet;

use indexmap::IndexMap;
use openapiv3::{Contact, Info, License, SecurityRequirement, Tag};

use super::error::{Fault, quote};
use super::reader::{Node, required};
use super::references::{References, Section};
use super::schema::external_docs;

pub(crate) fn info(node: &Node<'_, '_>) -> Result<Info, Fault> {
    let mut info = Info::default();
    let (mut title, mut version) = (None, None);
    info.extensions = node.fields("the info object", |key, node| {
        match key {
            "title" => title = Some(node.string()?),
            "version" => version = Some(node.string()?),
            "description" => info.description = Some(node.string()?),
            "termsOfService" => info.terms_of_service = Some(node.string()?),
            "contact" => info.contact = Some(contact(&node)?),
            "license" => info.license = Some(license(&node)?),
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    info.title = required(title, "title", "the info object", node)?;
    info.version = required(version, "version", "the info object", node)?;
    Ok(info)
}

fn contact(node: &Node<'_, '_>) -> Result<Contact, Fault> {
    let mut contact = Contact::default();
    contact.extensions = node.fields("a contact", |key, node| {
        match key {
            "name" => contact.name = Some(node.string()?),
            "url" => contact.url = Some(node.string()?),
            "email" => contact.email = Some(node.string()?),
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    Ok(contact)
}

fn license(node: &Node<'_, '_>) -> Result<License, Fault> {
    let (mut name, mut url) = (None, None);
    let extensions = node.fields("a license", |key, node| {
        match key {
            "name" => name = Some(node.string()?),
            "url" => url = Some(node.string()?),
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    Ok(License {
        name: required(name, "name", "a license", node)?,
        url,
        extensions,
    })
}

pub(crate) fn tags(node: &Node<'_, '_>) -> Result<Vec<Tag>, Fault> {
    let mut names = HashSet::new();
    node.list("tags", |node| {
        let mut tag = Tag::default();
        let mut name = None;
        tag.extensions = node.fields("a tag", |key, node| {
            match key {
                "name" => name = Some(node.string()?),
                "description" => tag.description = Some(node.string()?),
                "externalDocs" => tag.external_docs = Some(external_docs(&node)?),
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        tag.name = required(name, "name", "a tag", &node)?;
        if !names.insert(tag.name.clone()) {
            return Err(node.fault(format!("the tag {} is declared twice", quote(&tag.name))));
        }
        Ok(tag)
    })
}

/// The tags of one operation.
pub(crate) fn operation_tags(node: &Node<'_, '_>) -> Result<Vec<String>, Fault> {
    let mut names = HashSet::new();
    node.list("tags", |node| {
        let name = node.text()?;
        if names.insert(name) {
            Ok(name.to_owned())
        } else {
            Err(node.fault(format!("the tag {} is listed twice", quote(name))))
        }
    })
}

/// Security requirements: each names a scheme of the document.
pub(crate) fn security(
    node: &Node<'_, '_>,
    references: &References<'_>,
) -> Result<Vec<SecurityRequirement>, Fault> {
    node.list("security requirements", |node| {
        let mut requirement = IndexMap::new();
        node.entries("a security requirement", |key, node| {
            if !references.defines(Section::SecuritySchemes, key) {
                return Err(node.fault(format!(
                    "the document defines no security scheme {}",
                    quote(key)
                )));
            }
            requirement.insert(key.to_owned(), node.strings("scopes")?);
            Ok(())
        })?;
        Ok(requirement)
    })
}
