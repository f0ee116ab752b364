//! From places of the converted document to places of the file that the user has.

use std::collections::HashMap;

use super::references::Dialect;
use crate::document::push_segment;

/// Where the parts of the operations are in the file.
#[derive(Debug, Clone)]
pub(crate) struct Places {
    dialect: Dialect,
    operations: HashMap<String, OperationPlaces>,
}

/// Where the parts of one operation are in the file, as JSON pointers.
#[derive(Debug, Clone, Default)]
pub(crate) struct OperationPlaces {
    pub(crate) at: String,
    /// In the order of the loaded operation.
    pub(crate) parameters: Vec<String>,
    pub(crate) body: Option<BodyPlace>,
    /// By their key.
    pub(crate) responses: Vec<(String, String)>,
}

#[derive(Debug, Clone)]
pub(crate) enum BodyPlace {
    /// A body that is declared as such.
    Whole(String),
    /// A form of Swagger 2.0: the name and the place of each field.
    Fields(Vec<(String, String)>),
}

impl Places {
    pub(crate) fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            operations: HashMap::new(),
        }
    }

    pub(crate) fn add(&mut self, path: &str, method: &str, places: OperationPlaces) {
        self.operations.insert(key(path, method), places);
    }

    /// The place in the file of a place in the loaded document. The file need not have the last segments of it.
    pub(crate) fn in_file(&self, pointer: &str) -> String {
        let is_swagger = self.dialect == Dialect::Swagger2;
        if let Some(rest) = pointer.strip_prefix("/components/schemas/")
            && is_swagger
        {
            return format!("/definitions/{rest}");
        }
        if is_swagger && let Some(rest) = pointer.strip_prefix("/components/securitySchemes/") {
            return format!("/securityDefinitions/{rest}");
        }
        if is_swagger && pointer.starts_with("/servers/") {
            return "/basePath".to_owned();
        }
        let mut segments = pointer.splitn(5, '/').skip(1);
        let (Some("paths"), Some(path), Some(method)) =
            (segments.next(), segments.next(), segments.next())
        else {
            return pointer.to_owned();
        };
        let Some(places) = self.operations.get(&format!("{path}/{method}")) else {
            return pointer.to_owned();
        };
        let rest = segments.next().unwrap_or_default();
        let (part, rest) = rest.split_once('/').unwrap_or((rest, ""));
        match part {
            "" => places.at.clone(),
            "parameters" => {
                let (index, rest) = rest.split_once('/').unwrap_or((rest, ""));
                let place = index
                    .parse::<usize>()
                    .ok()
                    .and_then(|index| places.parameters.get(index));
                match place {
                    Some(place) if is_swagger => joined(place, after_schema(rest)),
                    Some(place) => joined(place, rest),
                    None => places.at.clone(),
                }
            }
            "requestBody" => match &places.body {
                Some(BodyPlace::Whole(place)) if is_swagger => {
                    // content/TYPE/schema/…
                    let rest = rest.splitn(3, '/').nth(2).unwrap_or_default();
                    joined(place, rest)
                }
                Some(BodyPlace::Whole(place)) => joined(place, rest),
                Some(BodyPlace::Fields(fields)) => {
                    let field = rest.splitn(3, '/').nth(2).unwrap_or_default();
                    let field = field.strip_prefix("schema/properties/").unwrap_or(field);
                    let (name, rest) = field.split_once('/').unwrap_or((field, ""));
                    let place = fields.iter().find(|(field, _)| escaped(field) == name);
                    match place {
                        Some((_, place)) => joined(place, rest),
                        None => places.at.clone(),
                    }
                }
                None => places.at.clone(),
            },
            "responses" => {
                let (status, rest) = rest.split_once('/').unwrap_or((rest, ""));
                let place = places.responses.iter().find(|(key, _)| key == status);
                match place {
                    Some((_, place)) if is_swagger => {
                        let rest = match rest.strip_prefix("content/") {
                            Some(rest) => rest.split_once('/').map_or("", |(_, rest)| rest),
                            None => rest,
                        };
                        joined(place, rest)
                    }
                    Some((_, place)) => joined(place, rest),
                    None => joined(&places.at, "responses"),
                }
            }
            part => joined(&joined(&places.at, part), rest),
        }
    }
}

/// A parameter of Swagger 2.0 has the keywords of its schema among its own.
fn after_schema(rest: &str) -> &str {
    match rest.strip_prefix("schema") {
        Some(rest) => rest.trim_start_matches('/'),
        None => rest,
    }
}

fn joined(place: &str, rest: &str) -> String {
    if rest.is_empty() {
        place.to_owned()
    } else {
        format!("{place}/{rest}")
    }
}

fn escaped(segment: &str) -> String {
    let mut pointer = String::new();
    push_segment(&mut pointer, segment);
    pointer.split_off(1)
}

fn key(path: &str, method: &str) -> String {
    format!("{}/{method}", escaped(path))
}
