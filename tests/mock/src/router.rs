//! Method and path pattern to handler.

use std::fmt;
use std::sync::Arc;

use http::Method;

use super::backend::State;
use super::call::{Call, decode_segment};
use super::reply::Reply;

/// A path pattern: literal segments, `{name}` for one segment, and `{*name}` at the end for all that follow.
#[derive(Clone, Debug)]
pub struct Pattern(Vec<Segment>);

/// As it was written, with one slash before it.
impl fmt::Display for Pattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|segment| match segment {
            Segment::Literal(text) => write!(formatter, "/{text}"),
            Segment::One(name) => write!(formatter, "/{{{name}}}"),
            Segment::Rest(name) => write!(formatter, "/{{*{name}}}"),
        })
    }
}

#[derive(Clone, Debug)]
enum Segment {
    Literal(String),
    One(String),
    Rest(String),
}

impl Pattern {
    /// Reads a pattern.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let segment = |text: &str| {
            let name = text
                .strip_prefix('{')
                .and_then(|text| text.strip_suffix('}'));
            match name.map(|name| (name, name.strip_prefix('*'))) {
                None => Segment::Literal(text.to_owned()),
                Some((_, Some(rest))) => Segment::Rest(rest.to_owned()),
                Some((one, None)) => Segment::One(one.to_owned()),
            }
        };
        Self(without_slash(text).split('/').map(segment).collect())
    }

    /// Whether a percent-encoded path is one of these.
    #[must_use]
    pub fn is_match(&self, path: &str) -> bool {
        let mut parts = without_slash(path).split('/');
        for segment in &self.0 {
            match (segment, parts.next()) {
                (Segment::Rest(_), Some(_)) => return true,
                (Segment::Literal(literal), Some(part)) if literal == part => {}
                (Segment::One(_), Some(part)) if !part.is_empty() => {}
                _ => return false,
            }
        }
        parts.next().is_none()
    }

    /// The decoded parameters of a path that matches; `None` where one is not UTF-8.
    fn params(&self, path: &str) -> Option<Vec<(String, String)>> {
        let mut rest = without_slash(path);
        let mut params = Vec::new();
        for segment in &self.0 {
            let (part, after) = rest.split_once('/').unwrap_or((rest, ""));
            match segment {
                Segment::Literal(_) => {}
                Segment::One(name) => params.push((name.clone(), decode_segment(part)?)),
                Segment::Rest(name) => params.push((name.clone(), decode_segment(rest)?)),
            }
            rest = after;
        }
        Some(params)
    }
}

/// One slash, not more: `//users` is another path than `/users`.
fn without_slash(path: &str) -> &str {
    path.strip_prefix('/').unwrap_or(path)
}

/// "*" is any method. A name that HTTP does not allow becomes one that no request here has.
pub(crate) fn method_named(name: &str) -> Option<Method> {
    (name != "*").then(|| Method::from_bytes(name.as_bytes()).unwrap_or(Method::CONNECT))
}

pub(crate) type Custom = Arc<dyn Fn(&Call) -> Reply + Send + Sync>;

#[derive(Clone)]
pub(crate) enum Handler {
    Builtin(fn(&State, &Call) -> Reply),
    Custom(Custom),
}

impl Handler {
    pub(crate) fn run(&self, state: &State, call: &Call) -> Reply {
        match self {
            Self::Builtin(function) => function(state, call),
            Self::Custom(function) => function(call),
        }
    }
}

#[derive(Clone)]
pub(crate) struct Route {
    method: Option<Method>,
    pattern: Pattern,
    /// Needs no token.
    public: bool,
    handler: Handler,
}

impl Route {
    pub(crate) fn new(method: Option<Method>, pattern: &str, handler: Handler) -> Self {
        Self {
            method,
            pattern: Pattern::new(pattern),
            public: false,
            handler,
        }
    }

    pub(crate) fn public(mut self) -> Self {
        self.public = true;
        self
    }

    fn is_match(&self, method: &Method, path: &str) -> bool {
        let method_matches = match &self.method {
            None => true,
            Some(own) => own == method || (method == Method::HEAD && own == Method::GET),
        };
        method_matches && self.pattern.is_match(path)
    }
}

/// The method (`*` is any) and the path: `GET /api/v2/users/{userId}`.
impl fmt::Display for Route {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let method = self.method.as_ref().map_or("*", Method::as_str);
        write!(formatter, "{method} {}", self.pattern)
    }
}

/// The route that a request takes.
pub(crate) struct Found {
    pub(crate) public: bool,
    pub(crate) handler: Handler,
    pub(crate) params: Vec<(String, String)>,
}

/// The first route of `routes` that takes the request.
pub(crate) fn find<'a>(
    routes: impl IntoIterator<Item = &'a Route>,
    method: &Method,
    path: &str,
) -> Option<Found> {
    let route = routes
        .into_iter()
        .find(|route| route.is_match(method, path))?;
    Some(Found {
        public: route.public,
        handler: route.handler.clone(),
        params: route.pattern.params(path)?,
    })
}
