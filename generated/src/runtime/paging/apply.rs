//! Builds the request for a page.

use serde_json::{Map, Value};

use super::state::Position;
use super::{Paging, PagingStyle};
use crate::runtime::error::Error;
use crate::runtime::request::Request;
use crate::runtime::transport::query::value_in_query;

/// The number that the first call begins with: a page number, or an index.
pub(super) fn first_number(request: &Request, style: PagingStyle) -> u64 {
    let text = match style {
        PagingStyle::PageNumber { parameter, .. } | PagingStyle::StartIndex { parameter, .. } => {
            request.query_value(parameter)
        }
        PagingStyle::BodyPageNumber { path, .. } => body_text(request, path),
        _ => None,
    };
    text.and_then(|text| text.parse().ok())
        .filter(|number| *number > 0)
        .unwrap_or(1)
}

/// The token that the first call begins with.
pub(super) fn first_token(request: &Request, style: PagingStyle) -> Option<String> {
    match style {
        PagingStyle::Cursor { parameter, .. } => request.query_value(parameter),
        PagingStyle::BodyCursor { path, .. } => body_text(request, path),
        _ => None,
    }
}

/// How many items a page has, as far as the caller's call says so.
pub(super) fn page_size(request: &Request, paging: &Paging) -> Option<u64> {
    let text = match paging.style {
        PagingStyle::BodyPageNumber { path, .. } => {
            let path = size_path(path);
            match body_text(request, &path) {
                None if names_no_page(request, &path) => return Some(DEFAULT_BODY_PAGE_SIZE),
                text => text,
            }
        }
        _ => request.query_value(paging.page_size?),
    };
    text?.parse().ok()
}

/// Sets the page size, unless the operation takes none.
pub(super) fn set_page_size(
    request: &mut Request,
    paging: &Paging,
    page_size: i64,
) -> Result<bool, Error> {
    if let PagingStyle::BodyPageNumber { path, .. } = paging.style {
        if names_no_page(request, path) {
            patch(request, path, Value::from(1))?;
        }
        patch(request, &size_path(path), Value::from(page_size))?;
        return Ok(true);
    }
    let parameter = paging.page_size;
    if let Some(parameter) = parameter {
        request.query(parameter, Some(page_size.to_string()));
    }
    Ok(parameter.is_some())
}

/// Where the page size stands, beside the page number at `path`.
fn size_path(path: &[&'static str]) -> Vec<&'static str> {
    let parents = &path[..path.len().saturating_sub(1)];
    [parents, &[BODY_PAGE_SIZE]].concat()
}

/// The page size in bodies with a page number, beside that number.
const BODY_PAGE_SIZE: &str = "pageSize";

/// The documented size of a page where the body does not name one. Such a body cannot name a page without naming the size.
const DEFAULT_BODY_PAGE_SIZE: u64 = 25;

/// Whether the body lacks the object that page number and size stand in.
fn names_no_page(request: &Request, path: &[&str]) -> bool {
    let [parent, _] = path else {
        return false;
    };
    let body = request
        .body_bytes()
        .map(|bytes| serde_json::from_slice(bytes));
    match body {
        None => true,
        Some(Ok(Value::Object(body))) => body.get(*parent).is_none_or(Value::is_null),
        Some(_) => false,
    }
}

fn body_text(request: &Request, path: &[&str]) -> Option<String> {
    let [found] = super::lookup(request.body_bytes()?, [path]);
    found
}

/// The token in what the response gives for one. The searches give a link there, whose query holds the token.
pub(super) fn token_of(given: String, style: PagingStyle) -> String {
    let PagingStyle::Cursor { parameter, .. } = style else {
        return given;
    };
    let in_link = given
        .split_once('?')
        .filter(|(path, _)| {
            path.is_empty() || path.starts_with('/') || path.starts_with("https://")
        })
        .and_then(|(_, query)| value_in_query(query, parameter));
    in_link.unwrap_or(given)
}

/// The request of the page at `position`.
pub(super) fn request_of(
    template: &Request,
    style: PagingStyle,
    position: &Position,
) -> Result<Request, Error> {
    let mut request = template.clone();
    match (position, style) {
        // Every page has the size of the first one, whatever the API's default is.
        (Position::First, PagingStyle::BodyPageNumber { path, .. })
            if names_no_page(template, path) =>
        {
            patch(&mut request, path, Value::from(1))?;
        }
        (Position::First, _) => {}
        (Position::Number(number), PagingStyle::PageNumber { parameter, .. })
        | (Position::Index(number), PagingStyle::StartIndex { parameter, .. }) => {
            request.query(parameter, Some(number.to_string()));
        }
        (Position::Number(number), PagingStyle::BodyPageNumber { path, .. }) => {
            patch(&mut request, path, Value::from(*number))?;
        }
        (Position::Token(token), PagingStyle::Cursor { parameter, .. }) => {
            request.query(parameter, Some(token.as_str()));
        }
        (Position::Token(token), PagingStyle::BodyCursor { path, .. }) => {
            patch(&mut request, path, Value::from(token.as_str()))?;
        }
        (Position::Link(link), PagingStyle::NextUri { .. }) => {
            request.set_path_and_query(link);
        }
        _ => {
            return Err(Error::invalid_request(
                "the state to resume from does not match the paging style of the operation",
            ));
        }
    }
    Ok(request)
}

/// Sets the value at `path` in the JSON body.
fn patch(request: &mut Request, path: &[&str], value: Value) -> Result<(), Error> {
    let refused = || {
        Error::invalid_request(
            "cannot set the number or size of a page: the body is not a JSON object",
        )
    };
    let mut body = match request.body_bytes() {
        None => Value::Object(Map::new()),
        Some(bytes) => serde_json::from_slice(bytes).map_err(|_| refused())?,
    };
    let Some((name, parents)) = path.split_last() else {
        return Err(refused());
    };
    let mut place = &mut body;
    for parent in parents {
        let object = place.as_object_mut().ok_or_else(refused)?;
        let below = object.entry(*parent).or_insert(Value::Null);
        if below.is_null() {
            // A body cursor is never below another object.
            let size = (
                BODY_PAGE_SIZE.to_owned(),
                Value::from(DEFAULT_BODY_PAGE_SIZE),
            );
            *below = Value::Object(Map::from_iter([size]));
        }
        place = below;
    }
    place
        .as_object_mut()
        .ok_or_else(refused)?
        .insert((*name).to_owned(), value);
    request.replace_json(&body);
    Ok(())
}
