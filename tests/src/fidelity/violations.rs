//! What Prism holds against a request or against the response that it made up itself.

use std::fmt;

use serde::Deserialize;

/// One violation.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Violation {
    /// Where: `request` or `response`, then the part, then the names on the way.
    pub location: Vec<String>,
    /// The rule of JSON Schema that is broken.
    #[serde(default)]
    pub code: String,
    /// What is wrong, for people.
    #[serde(default)]
    pub message: String,
}

impl Violation {
    /// Whether the request broke the rule.
    #[must_use]
    pub fn is_of_request(&self) -> bool {
        self.location.first().is_some_and(|part| part == "request")
    }

    /// The place as one text: `request.query.pageSize`.
    #[must_use]
    pub fn place(&self) -> String {
        self.location.join(".")
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} breaks `{}`: {}",
            self.place(),
            self.code,
            self.message
        )
    }
}

/// What stands before a list that was too long for a header and therefore cut.
const CUT: &str = "Too many violations! ";

/// Reads Prism's header `sl-violations`. Of a list that it cut, what is whole; the request's come first.
///
/// # Errors
///
/// Where the header is not what Prism is known to write.
pub fn violations(header: &str) -> Result<Vec<Violation>, serde_json::Error> {
    let Some(cut) = header.strip_prefix(CUT) else {
        return serde_json::from_str(header);
    };
    match cut.rfind(",{\"location\":") {
        Some(end) => serde_json::from_str(&format!("{}]", &cut[..end])),
        None => serde_json::from_str(cut),
    }
}

#[cfg(test)]
mod tests {
    use super::{Violation, violations};

    const FIRST: &str =
        r#"{"location":["request","query","a"],"severity":"Error","code":"enum","message":"no"}"#;

    #[test]
    fn a_cut_list_keeps_what_is_whole() {
        let first = Violation {
            location: ["request", "query", "a"].map(str::to_owned).to_vec(),
            code: "enum".to_owned(),
            message: "no".to_owned(),
        };
        assert!(first.is_of_request());
        let whole = violations(&format!("[{FIRST},{FIRST}]")).ok();
        assert_eq!(whole, Some(vec![first.clone(), first.clone()]));
        let cut = format!("Too many violations! [{FIRST},{}", &FIRST[..40]);
        assert_eq!(violations(&cut).ok(), Some(vec![first]));
        assert!(violations("Too many violations! [{\"loc").is_err());
        assert!(violations("nothing").is_err());
    }
}
