//! The rules, which go by the names of parameters and properties that the API uses throughout.
//!
//! Only GET and POST list anything: what other methods answer is what they changed. In this order:
//!
//! 1. `Resources` with `totalResults`, and `startIndex` and `count` in the query: SCIM;
//! 2. `pageNumber` in the query, unless the response only knows a `nextUri`;
//! 3. `cursor`, `after` or `q64` in the query, and the value for it in the response;
//! 4. `pageNumber` in the body, or in the `paging` of the body;
//! 5. `cursor` or `after` in the body, and the value for it in the response;
//! 6. a `nextUri` in the response, of a GET or of a POST with a token in the query;
//! 7. `entities` or `Resources` of an operation that only reads, without any of these, are the whole list.
//!
//! An operation that takes a page number or a token but has no place here is unknown: an override has to say what it is.

use super::super::model::{
    Api, Field, Location, Model, Operation, Output, Paging, PagingStyle, Type,
};

/// What is known of the paging of an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// It pages, or lists everything at once.
    Pages(Paging),
    /// It lists nothing.
    Never,
    /// It takes what asks for pages, but how it answers is not known.
    Unknown,
}

/// Names of properties that hold items, the likeliest first.
const CONTAINERS: &[&str] = &[
    "entities",
    "Resources",
    "results",
    "conversations",
    "userDetails",
];

/// Containers that hold a list and nothing else: without a way to the next page they are the whole list.
const LISTINGS: &[&str] = &["entities", "Resources"];

/// Query parameters that ask for a page, each with the places of its value in the response.
const TOKENS: &[(&str, &[&[&str]])] = &[
    ("cursor", &[&["cursor"], &["cursors", "after"]]),
    ("after", &[&["after"], &["cursors", "after"]]),
    // The search operations take their whole query, page included, in base64.
    ("q64", &[&["nextPage"]]),
];

/// Query parameters that show that the query decides on the page.
const PAGE_PARAMETERS: &[&str] = &["after", "before", "cursor", "nextPage"];

/// Query parameters with the size of a page, the likeliest first.
const SIZES: &[&str] = &["pageSize", "limit"];

/// The items of a response: the path of their property, and what they are.
#[derive(Clone)]
struct Items {
    wire_path: Vec<String>,
    path: Vec<String>,
    item: Type,
    /// The items are a property of the response itself, and not of another model in it.
    is_direct: bool,
}

/// Decides for one operation.
pub(crate) fn decide(api: &Api, operation: &Operation) -> Decision {
    if !matches!(operation.http_method.as_str(), "GET" | "POST") {
        return Decision::Never;
    }
    let view = View::new(api, operation);
    let decided = view.items.as_ref().and_then(|items| {
        let style = view.style(items)?;
        Some(Paging {
            page_size: view.page_size(&style),
            style,
            items: items.path.clone(),
            wire_items: items.wire_path.clone(),
            item: items.item.clone(),
        })
    });
    match decided {
        Some(paging) => Decision::Pages(paging),
        None if view.asks_for_pages() => Decision::Unknown,
        None => Decision::Never,
    }
}

/// An operation as the rules look at it.
struct View<'a> {
    api: &'a Api,
    operation: &'a Operation,
    response: Option<&'a Model>,
    body: Option<&'a Model>,
    items: Option<Items>,
}

impl<'a> View<'a> {
    fn new(api: &'a Api, operation: &'a Operation) -> Self {
        let model = |ty: &Type| match ty {
            Type::Model(id) => Some(&api.models[*id]),
            _ => None,
        };
        let response = match &operation.output {
            Output::Json(ty) => model(ty),
            _ => None,
        };
        Self {
            api,
            operation,
            response,
            body: operation.body.as_ref().and_then(|body| model(&body.ty)),
            items: response.and_then(|response| items(api, response)),
        }
    }

    fn style(&self, items: &Items) -> Option<PagingStyle> {
        self.start_index()
            .or_else(|| self.page_number(items))
            .or_else(|| self.cursor())
            .or_else(|| self.body_page_number(items))
            .or_else(|| self.body_cursor())
            .or_else(|| self.next_uri())
            .or_else(|| {
                let is_listing = items.is_direct
                    && LISTINGS.contains(&items.wire_path[0].as_str())
                    && self.operation.idempotent;
                (is_listing && !self.asks_for_pages()).then_some(PagingStyle::Single)
            })
    }

    fn start_index(&self) -> Option<PagingStyle> {
        let is_scim = self.has_query("startIndex")
            && self.has_query("count")
            && self.responds("totalResults");
        is_scim.then(|| PagingStyle::StartIndex {
            parameter: "startIndex".to_owned(),
            count: "count".to_owned(),
            total: "totalResults".to_owned(),
        })
    }

    fn page_number(&self, items: &Items) -> Option<PagingStyle> {
        let only_links = self.responds("nextUri") && !self.responds("pageNumber");
        (self.has_query("pageNumber") && !only_links).then(|| PagingStyle::PageNumber {
            parameter: "pageNumber".to_owned(),
            page_count: self.number(items, "pageCount"),
            total: self.number(items, "total"),
        })
    }

    fn cursor(&self) -> Option<PagingStyle> {
        TOKENS.iter().find_map(|(parameter, places)| {
            if !self.has_query(parameter) {
                return None;
            }
            let place = places.iter().find(|place| self.responds_at(place))?;
            Some(PagingStyle::Cursor {
                parameter: (*parameter).to_owned(),
                response: owned(place),
            })
        })
    }

    fn body_page_number(&self, items: &Items) -> Option<PagingStyle> {
        let path = self.body_page_path()?;
        Some(PagingStyle::BodyPageNumber {
            path,
            page_count: self.number(items, "pageCount"),
            total: self
                .number(items, "total")
                .or_else(|| self.number(items, "totalHits")),
        })
    }

    /// Where the body has a page number.
    fn body_page_path(&self) -> Option<Vec<String>> {
        let body = self.body?;
        if property(body, "pageNumber").is_some() {
            return Some(owned(&["pageNumber"]));
        }
        let Type::Model(paging) = property(body, "paging")?.ty else {
            return None;
        };
        property(&self.api.models[paging], "pageNumber")?;
        Some(owned(&["paging", "pageNumber"]))
    }

    fn body_cursor(&self) -> Option<PagingStyle> {
        let body = self.body?;
        ["cursor", "after"].iter().find_map(|name| {
            property(body, name).filter(|field| field.ty == Type::String)?;
            let (_, places) = TOKENS.iter().find(|(token, _)| token == name)?;
            let place = places.iter().find(|place| self.responds_at(place))?;
            Some(PagingStyle::BodyCursor {
                path: owned(&[name]),
                response: owned(place),
            })
        })
    }

    fn next_uri(&self) -> Option<PagingStyle> {
        let by_query = PAGE_PARAMETERS.iter().any(|name| self.has_query(name));
        let follows = self.operation.http_method == "GET" || by_query;
        (follows && self.responds("nextUri")).then(|| PagingStyle::NextUri {
            response: "nextUri".to_owned(),
        })
    }

    fn page_size(&self, style: &PagingStyle) -> Option<String> {
        let mut names = match style {
            PagingStyle::Single => return None,
            PagingStyle::StartIndex { .. } => ["count"].iter(),
            _ => SIZES.iter(),
        };
        names
            .find(|name| self.has_query(name))
            .map(|name| (*name).to_owned())
    }

    /// Whether it takes what asks for a certain page.
    fn asks_for_pages(&self) -> bool {
        ["pageNumber", "startIndex"]
            .iter()
            .chain(PAGE_PARAMETERS)
            .any(|name| self.has_query(name))
            || (self.responds("nextPage") && self.has_query("q64"))
            || self.body_page_path().is_some()
            || self.body_cursor().is_some()
    }

    fn has_query(&self, name: &str) -> bool {
        self.operation
            .arguments
            .iter()
            .chain(&self.operation.setters)
            .any(|parameter| parameter.location == Location::Query && parameter.wire_name == name)
    }

    fn responds(&self, name: &str) -> bool {
        self.response
            .is_some_and(|response| property(response, name).is_some())
    }

    fn responds_at(&self, place: &[&str]) -> bool {
        self.response
            .and_then(|response| find(self.api, response, place))
            .is_some_and(|ty| *ty == Type::String)
    }

    /// The name of a count beside the items.
    fn number(&self, items: &Items, name: &str) -> Option<String> {
        let field = self.response.and_then(|response| property(response, name));
        let is_number = field.is_some_and(|field| field.ty == Type::Integer);
        (items.is_direct && is_number).then(|| name.to_owned())
    }
}

/// The items of a response: a list of a known name, or in a model of a known name.
fn items(api: &Api, response: &Model) -> Option<Items> {
    let list = |model: &Model| {
        CONTAINERS.iter().find_map(|name| {
            let field = property(model, name)?;
            match &field.ty {
                Type::List(item) => Some((field.wire_name.clone(), field.name.clone(), item)),
                _ => None,
            }
            .map(|(wire_name, name, item)| (wire_name, name, item.as_ref().clone()))
        })
    };
    if let Some((wire_name, name, item)) = list(response) {
        return Some(Items {
            wire_path: vec![wire_name],
            path: vec![name],
            item,
            is_direct: true,
        });
    }
    let outer = property(response, "results")?;
    let Type::Model(inner) = outer.ty else {
        return None;
    };
    let (wire_name, name, item) = list(&api.models[inner])?;
    Some(Items {
        wire_path: vec![outer.wire_name.clone(), wire_name],
        path: vec![outer.name.clone(), name],
        item,
        is_direct: false,
    })
}

/// A property by its name on the wire.
pub(super) fn property<'a>(model: &'a Model, wire_name: &str) -> Option<&'a Field> {
    model
        .fields
        .iter()
        .find(|field| field.wire_name == wire_name)
}

/// The type at the end of a path of properties.
pub(super) fn find<'a>(api: &'a Api, model: &'a Model, path: &[&str]) -> Option<&'a Type> {
    let (first, rest) = path.split_first()?;
    let ty = &property(model, first)?.ty;
    match (ty, rest.is_empty()) {
        (ty, true) => Some(ty),
        (Type::Model(id), false) => find(api, &api.models[*id], rest),
        _ => None,
    }
}

fn owned(path: &[&str]) -> Vec<String> {
    path.iter().map(|name| (*name).to_owned()).collect()
}
