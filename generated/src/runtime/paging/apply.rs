//! The request of a page.

use serde_json::{Map, Value};

use super::state::Position;
use super::{Paging, PagingStyle};
use crate::runtime::error::Error;
use crate::runtime::request::{Request, value_in_query};

/// The number that the caller's own call begins with: a page number, or an index.
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

/// The token that the caller's own call begins with.
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
            let mut path = path.to_vec();
            path.pop();
            path.push(BODY_PAGE_SIZE);
            body_text(request, &path)
        }
        _ => request.query_value(paging.page_size?),
    };
    text?.parse().ok()
}

/// The page size in bodies with a page number, beside that number.
const BODY_PAGE_SIZE: &str = "pageSize";

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
        .filter(|(path, _)| path.starts_with('/') || path.starts_with("https://"))
        .and_then(|(_, query)| value_in_query(query, parameter));
    in_link.unwrap_or(given)
}

/// The request of the page at `position`. `page_size` is what the first page turned out to have, for bodies that cannot name a page
/// without naming its size.
pub(super) fn request_of(
    template: &Request,
    style: PagingStyle,
    position: &Position,
    page_size: Option<u64>,
) -> Result<Request, Error> {
    let mut request = template.clone();
    match (position, style) {
        (Position::First, _) => {}
        (Position::Number(number), PagingStyle::PageNumber { parameter, .. })
        | (Position::Index(number), PagingStyle::StartIndex { parameter, .. }) => {
            request.query(parameter, number.to_string());
        }
        (Position::Number(number), PagingStyle::BodyPageNumber { path, .. }) => {
            patch(&mut request, path, Value::from(*number), page_size)?;
        }
        (Position::Token(token), PagingStyle::Cursor { parameter, .. }) => {
            request.query(parameter, token.as_str());
        }
        (Position::Token(token), PagingStyle::BodyCursor { path, .. }) => {
            patch(&mut request, path, Value::from(token.as_str()), None)?;
        }
        (Position::Link(link), PagingStyle::NextUri { .. }) => {
            request.set_path_and_query(link);
        }
        _ => {
            return Err(Error::invalid_request(
                "the state to resume from does not fit the way in which the operation pages",
            ));
        }
    }
    Ok(request)
}

/// Sets the value at `path` in the JSON body.
fn patch(
    request: &mut Request,
    path: &[&str],
    value: Value,
    page_size: Option<u64>,
) -> Result<(), Error> {
    let refused =
        || Error::invalid_request("the body is not the JSON object that a page number goes into");
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
            let mut made = Map::new();
            if let Some(size) = page_size {
                made.insert(BODY_PAGE_SIZE.to_owned(), Value::from(size));
            }
            *below = Value::Object(made);
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
