//! `paging.toml`: what the rules cannot know.

use crate::document::quote;
use crate::spec::{OUTLIVED_REMEDY as OUTLIVED, PagingOverride};

use super::super::error::IrError;
use super::super::model::{
    Api, Location, Model, Operation, OperationId, Output, Paging, PagingStyle, Type,
};
use super::rules::{Decision, find, property};

/// An entry together with what it is about.
struct Target<'a> {
    entry: &'a PagingOverride,
    api: &'a Api,
    operation: &'a Operation,
}

impl PagingOverride {
    pub(crate) fn error(&self, problem: impl Into<String>, remedy: &str) -> IrError {
        IrError::new(
            format!("paging.toml: operation {}", quote(&self.operation)),
            problem,
            remedy,
        )
    }

    /// What the entry says, once everything that it names is there.
    pub(super) fn decide(&self, api: &Api) -> Result<(OperationId, Decision), IrError> {
        if self.reason.trim().is_empty() {
            return Err(self.error("the entry has no reason", "State one."));
        }
        let id = api
            .operations
            .iter()
            .position(|operation| operation.wire_name == self.operation)
            .ok_or_else(|| self.error("there is no such operation", OUTLIVED))?;
        let target = Target {
            entry: self,
            api,
            operation: &api.operations[id],
        };
        Ok((id, target.decide()?))
    }
}

impl Target<'_> {
    fn decide(&self) -> Result<Decision, IrError> {
        let entry = self.entry;
        let style = match entry.style.as_str() {
            "none" => {
                self.only(&[])?;
                return Ok(Decision::Never);
            }
            "single" => {
                self.only(&["items"])?;
                PagingStyle::Single
            }
            "page-number" => {
                self.only(&["items", "parameter", "page_count", "total", "page_size"])?;
                PagingStyle::PageNumber {
                    parameter: self.parameter("parameter", entry.parameter.as_ref())?,
                    page_count: self.count(entry.page_count.as_ref())?,
                    total: self.count(entry.total.as_ref())?,
                }
            }
            "body-page-number" => {
                self.only(&["items", "path", "page_count", "total"])?;
                PagingStyle::BodyPageNumber {
                    path: self.body_path()?,
                    page_count: self.count(entry.page_count.as_ref())?,
                    total: self.count(entry.total.as_ref())?,
                }
            }
            "cursor" => {
                self.only(&["items", "parameter", "response", "page_size"])?;
                PagingStyle::Cursor {
                    parameter: self.parameter("parameter", entry.parameter.as_ref())?,
                    response: self.response_path()?,
                }
            }
            "body-cursor" => {
                self.only(&["items", "path", "response"])?;
                PagingStyle::BodyCursor {
                    path: self.body_path()?,
                    response: self.response_path()?,
                }
            }
            "next-uri" => {
                self.only(&["items", "response", "page_size"])?;
                let [response] = self.response_path()?.try_into().map_err(|_| {
                    entry.error(
                        "response names no single property",
                        "Name the property of the URI.",
                    )
                })?;
                PagingStyle::NextUri { response }
            }
            other => {
                return Err(entry.error(
                    format!("there is no style {}", quote(other)),
                    "The styles are none, single, page-number, body-page-number, cursor, body-cursor and next-uri.",
                ));
            }
        };
        let (items, item) = self.items()?;
        let page_size = match &entry.page_size {
            Some(_) => Some(self.parameter("page_size", entry.page_size.as_ref())?),
            None => None,
        };
        Ok(Decision::Pages(Paging {
            style,
            items,
            wire_items: entry.items.clone().unwrap_or_default(),
            item,
            page_size,
        }))
    }

    /// Refuses keys that the style does not have.
    fn only(&self, allowed: &[&str]) -> Result<(), IrError> {
        let entry = self.entry;
        let given = [
            ("items", entry.items.is_some()),
            ("parameter", entry.parameter.is_some()),
            ("path", entry.path.is_some()),
            ("response", entry.response.is_some()),
            ("page_count", entry.page_count.is_some()),
            ("total", entry.total.is_some()),
            ("page_size", entry.page_size.is_some()),
        ];
        match given
            .iter()
            .find(|(key, is_given)| *is_given && !allowed.contains(key))
        {
            Some((key, _)) => Err(entry.error(
                format!("the style {} has no key {key}", quote(&entry.style)),
                "Remove it.",
            )),
            None => Ok(()),
        }
    }

    fn missing(&self, key: &str) -> IrError {
        self.entry.error(
            format!("the style {} needs the key {key}", quote(&self.entry.style)),
            "Add it.",
        )
    }

    fn response(&self) -> Option<&Model> {
        match &self.operation.output {
            Output::Json(Type::Model(id)) => Some(&self.api.models[*id]),
            _ => None,
        }
    }

    fn parameter(&self, key: &str, name: Option<&String>) -> Result<String, IrError> {
        let name = name.ok_or_else(|| self.missing(key))?;
        let is_there = self
            .operation
            .arguments
            .iter()
            .chain(&self.operation.setters)
            .any(|parameter| parameter.location == Location::Query && parameter.wire_name == *name);
        if is_there {
            Ok(name.clone())
        } else {
            Err(self.entry.error(
                format!("the operation has no query parameter {}", quote(name)),
                OUTLIVED,
            ))
        }
    }

    fn count(&self, name: Option<&String>) -> Result<Option<String>, IrError> {
        let Some(name) = name else {
            return Ok(None);
        };
        let field = self
            .response()
            .and_then(|response| property(response, name));
        match field {
            Some(field) if field.ty == Type::Integer => Ok(Some(name.clone())),
            _ => Err(self.entry.error(
                format!("the response has no number {}", quote(name)),
                OUTLIVED,
            )),
        }
    }

    fn body_path(&self) -> Result<Vec<String>, IrError> {
        let path = self
            .entry
            .path
            .as_ref()
            .ok_or_else(|| self.missing("path"))?;
        let body = self.operation.body.as_ref().and_then(|body| match body.ty {
            Type::Model(id) => Some(&self.api.models[id]),
            _ => None,
        });
        self.check_path("body", body, path)?;
        Ok(path.clone())
    }

    fn response_path(&self) -> Result<Vec<String>, IrError> {
        let path = self
            .entry
            .response
            .as_ref()
            .ok_or_else(|| self.missing("response"))?;
        self.check_path("response", self.response(), path)?;
        Ok(path.clone())
    }

    fn check_path(
        &self,
        what: &str,
        model: Option<&Model>,
        path: &[String],
    ) -> Result<(), IrError> {
        let names: Vec<&str> = path.iter().map(String::as_str).collect();
        match model.and_then(|model| find(self.api, model, &names)) {
            Some(_) => Ok(()),
            None => Err(self.entry.error(
                format!("the {what} has no property {}", quote(&path.join("."))),
                OUTLIVED,
            )),
        }
    }

    /// The Rust names on the way to the items, and what these are.
    fn items(&self) -> Result<(Vec<String>, Type), IrError> {
        let path = self
            .entry
            .items
            .as_ref()
            .ok_or_else(|| self.missing("items"))?;
        let mut names = Vec::new();
        let mut model = self.response();
        let mut found = None;
        for wire_name in path {
            let field = model.and_then(|model| property(model, wire_name));
            found = field.map(|field| &field.ty);
            names.extend(field.map(|field| field.name.clone()));
            model = match found {
                Some(Type::Model(id)) => Some(&self.api.models[*id]),
                _ => None,
            };
        }
        match found {
            Some(Type::List(item)) => Ok((names, item.as_ref().clone())),
            _ => Err(self.entry.error(
                format!("the response has no list {}", quote(&path.join("."))),
                OUTLIVED,
            )),
        }
    }
}
