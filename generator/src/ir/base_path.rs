//! The base path: what every path of the document is below.

use openapiv3::{OpenAPI, Server};

use super::error::IrError;
use super::operations::is_path_character;
use crate::document::{FIX_UP, pointer};

/// The path of the first server, without a slash at its end; empty if there is none. Where every path of the document begins with it,
/// the paths are whole as they are.
pub(crate) fn base_path(document: &OpenAPI) -> Result<String, IrError> {
    let Some(server) = document.servers.first() else {
        return Ok(String::new());
    };
    let base = path_of(&url(server));
    let refuse = |problem: String| {
        IrError::new("the base path", format!("the base path {problem}"), FIX_UP)
            .at(pointer(["servers", "0", "url"]))
    };
    if let Some(character) = base.chars().find(|one| !is_path_character(*one)) {
        return Err(refuse(format!(
            "has the character {character:?}, which no path can have"
        )));
    }
    if base.split('/').any(|segment| segment == "..") {
        return Err(refuse(
            "has the segment \"..\", which leads elsewhere".to_owned(),
        ));
    }
    let is_below = |path: &String| {
        path.strip_prefix(&base)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let mut paths = document.paths.paths.keys().peekable();
    if paths.peek().is_some() && paths.all(is_below) {
        return Ok(String::new());
    }
    Ok(base)
}

/// The URL of a server, with the defaults of its variables.
pub(crate) fn url(server: &Server) -> String {
    let mut url = server.url.clone();
    for (name, variable) in server.variables.iter().flatten() {
        url = url.replace(&format!("{{{name}}}"), &variable.default);
    }
    url
}

/// The path of a URL or of a relative reference, without dot segments of one dot and empty segments.
fn path_of(url: &str) -> String {
    let after_scheme = url
        .split_once("://")
        .map(|(_, rest)| rest)
        .or_else(|| url.strip_prefix("//"));
    let path = match after_scheme {
        Some(rest) => rest.find(['/', '?', '#']).map_or("", |end| &rest[end..]),
        None => url,
    };
    let path = path.split(['?', '#']).next().unwrap_or_default();
    path.split('/')
        .filter(|segment| !matches!(*segment, "" | "."))
        .flat_map(|segment| ["/", segment])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_of_a_server() {
        for (url, expected) in [
            ("https://api.example.com", ""),
            ("https://api.example.com/", ""),
            ("https://api.example.com/v9/", "/v9"),
            ("https://api.example.com:8443/a/b?x=/y#/z", "/a/b"),
            ("//api.example.com/v9", "/v9"),
            ("/v9", "/v9"),
            ("./v9", "/v9"),
            ("v9//a", "/v9/a"),
            ("/", ""),
            ("", ""),
        ] {
            assert_eq!(path_of(url), expected, "{url}");
        }
    }
}
