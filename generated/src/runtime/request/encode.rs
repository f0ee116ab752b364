//! Paths and queries as they stand in a URL.

use url::Url;

use crate::runtime::error::Error;
use crate::runtime::transport::query::{begin_pair, push_encoded};

/// How a list stands in a query, a form, a header or a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListStyle {
    /// The name once per value: `id=a&id=b` (Swagger's `multi`).
    Repeated,
    /// The name once, the values joined: `id=a,b`. A comma inside of a value is percent-encoded, the joining ones are not.
    CommaJoined,
    /// The values joined with spaces (Swagger's `ssv`): `id=a%20b`.
    SpaceJoined,
    /// The values joined with tabs (Swagger's `tsv`): `id=a%09b`.
    TabJoined,
    /// The values joined with bars (Swagger's `pipes`): `id=a%7Cb`.
    PipeJoined,
}

impl ListStyle {
    /// What stands between two values where nothing is percent-encoded. Nothing but a query or a form can repeat a name.
    pub(super) fn separator(self) -> &'static str {
        match self {
            Self::Repeated | Self::CommaJoined => ",",
            Self::SpaceJoined => " ",
            Self::TabJoined => "\t",
            Self::PipeJoined => "|",
        }
    }

    /// The same in a URL or in a form.
    pub(super) fn encoded_separator(self) -> &'static str {
        match self {
            Self::Repeated | Self::CommaJoined => ",",
            Self::SpaceJoined => "%20",
            Self::TabJoined => "%09",
            Self::PipeJoined => "%7C",
        }
    }
}

/// Appends the fixed text up to the next parameter of `rest`, then `value`; gives what is left of `rest`.
pub(super) fn push_path_argument<'a>(
    path: &mut String,
    rest: &'a str,
    value: &str,
) -> Result<&'a str, Error> {
    push_path_list(path, rest, ListStyle::CommaJoined, &[value])
}

/// The same with a list of values.
pub(super) fn push_path_list<'a, V: AsRef<str>>(
    path: &mut String,
    rest: &'a str,
    style: ListStyle,
    values: &[V],
) -> Result<&'a str, Error> {
    let Some((fixed, name, rest)) = next_parameter(rest) else {
        return Err(Error::invalid_request("too many path arguments"));
    };
    let only = match values {
        [] => "",
        [only] => only.as_ref(),
        _ => "several",
    };
    if matches!(only, "" | "." | "..") {
        return Err(Error::invalid_request(format!(
            "the path argument `{name}` is {}, which would address another resource",
            if only.is_empty() {
                "empty"
            } else {
                "a dot segment"
            }
        )));
    }
    path.push_str(fixed);
    for (index, value) in values.iter().enumerate() {
        if index > 0 {
            path.push_str(style.encoded_separator());
        }
        push_encoded(path, value.as_ref());
    }
    Ok(rest)
}

/// Appends what is left of the template after its last parameter.
pub(super) fn finish_path(path: &mut String, rest: &str) -> Result<(), Error> {
    if let Some((_, name, _)) = next_parameter(rest) {
        return Err(Error::invalid_request(format!(
            "the path argument `{name}` is missing"
        )));
    }
    path.push_str(rest);
    Ok(())
}

fn next_parameter(template: &str) -> Option<(&str, &str, &str)> {
    let (fixed, after) = template.split_once('{')?;
    let (name, rest) = after.split_once('}')?;
    Some((fixed, name, rest))
}

pub(super) fn push_list_value(
    query: &mut String,
    name: &str,
    style: ListStyle,
    first: bool,
    value: &str,
) {
    if first || style == ListStyle::Repeated {
        begin_pair(query, name);
    } else {
        query.push_str(style.encoded_separator());
    }
    push_encoded(query, value);
}

/// Splits a link into path and query. It must be relative to the API host, or name that host.
pub(super) fn split_link(link: &str, base: &Url) -> Result<(String, String), Error> {
    let relative = if link.starts_with('/') {
        link.to_owned()
    } else {
        relative_to(link, base)?
    };
    // `//host/path` names a host, and so does `/\host` for a lenient parser.
    if relative.starts_with("//") || relative.contains('\\') {
        return Err(foreign());
    }
    if relative.contains('#') || relative.chars().any(|c| c.is_control() || c == ' ') {
        return Err(Error::invalid_request(
            "a path must be percent-encoded and must have no fragment",
        ));
    }
    let (path, query) = relative.split_once('?').unwrap_or((&relative, ""));
    if path.split('/').any(is_dot_segment) {
        return Err(Error::invalid_request(
            "a path must have no dot segments: they would address another resource",
        ));
    }
    Ok((path.to_owned(), query.to_owned()))
}

/// Resolves a link on the page at `current` (RFC 3986 section 5). Both it and what it gives are paths and queries below `base`, the API's URL.
pub(super) fn resolve_link(link: &str, current: &str, base: &Url) -> Result<String, Error> {
    let before_query = link.split(['?', '#']).next().unwrap_or(link);
    // The URL parser is lenient: it takes a backslash for a slash, and leaves out line breaks.
    if before_query.contains('\\') || link.chars().any(char::is_control) {
        return Err(foreign());
    }
    let prefix = base.path().trim_end_matches('/');
    let (current_path, query) = current.split_once('?').unwrap_or((current, ""));
    let mut here = base.clone();
    here.set_path(&format!("{prefix}{current_path}"));
    here.set_query(Some(query).filter(|query| !query.is_empty()));
    let url = here.join(link).map_err(|_| foreign())?;
    if url.origin() != base.origin() || !url.username().is_empty() || url.password().is_some() {
        return Err(foreign());
    }
    let below = url
        .path()
        .strip_prefix(prefix)
        .filter(|path| path.starts_with('/'));
    let names_host = link.starts_with("//") || Url::parse(link).is_ok();
    let path = if link.starts_with('/') && !names_host {
        // The API knows nothing of a gateway's prefix, unless the gateway rewrites the links.
        below
            .filter(|path| first_segment(path) == first_segment(current_path))
            .unwrap_or(url.path())
    } else {
        below.ok_or_else(foreign)?
    };
    if path.starts_with("//") {
        return Err(foreign());
    }
    Ok(match url.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    })
}

fn first_segment(path: &str) -> Option<&str> {
    path.split('/').nth(1)
}

fn relative_to(link: &str, base: &Url) -> Result<String, Error> {
    let url = Url::parse(link).map_err(|_| {
        Error::invalid_request("a path must begin with `/`, as in `/api/v2/users/me`")
    })?;
    if url.origin() != base.origin() || !url.username().is_empty() || url.password().is_some() {
        return Err(foreign());
    }
    let prefix = base.path().trim_end_matches('/');
    let Some(path) = url
        .path()
        .strip_prefix(prefix)
        .filter(|path| path.starts_with('/'))
    else {
        return Err(foreign());
    };
    Ok(match url.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    })
}

fn foreign() -> Error {
    Error::invalid_request(
        "the URL names a host other than the client's API host; the token is sent to that host only",
    )
}

/// The segments that URL parsers collapse, percent-encoded or not (WHATWG URL, section 4.1).
fn is_dot_segment(segment: &str) -> bool {
    matches!(
        segment.to_ascii_lowercase().as_str(),
        "." | ".." | "%2e" | ".%2e" | "%2e." | "%2e%2e"
    )
}
