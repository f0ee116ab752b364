//! What one call to Prism shows.

use genesys_cloud::Error;
use genesys_cloud_tests::fidelity::{Violation, violations};
use genesys_cloud_tests::surface::Head;
use http::HeaderMap;
use serde::Deserialize;

/// What became of the response that Prism made up.
pub(crate) enum Reading {
    /// The SDK read it.
    Read,
    /// Prism made none: the schema is too complex for it.
    TooComplex,
    /// Prism made none: it failed inside.
    PrismFailed,
    /// Prism answered with an error, because of the request.
    Refused,
    /// The SDK could not read it, or Prism said something unforeseen.
    Failed(String),
}

/// What one call shows.
pub(crate) struct Verdict {
    /// What Prism holds against the request.
    pub(crate) violations: Vec<Violation>,
    /// What became of the response.
    pub(crate) reading: Reading,
}

/// Prism's own error body (RFC 9457).
#[derive(Deserialize)]
struct Problem {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    validation: Vec<Violation>,
}

impl Verdict {
    pub(crate) fn new(outcome: Result<Head, Error>) -> Self {
        match outcome {
            Ok(head) => match of_request(&head.headers) {
                Ok(violations) => Self {
                    violations,
                    reading: Reading::Read,
                },
                Err(error) => Self::failed(error),
            },
            Err(error) => Self::of_error(&error),
        }
    }

    fn failed(reason: String) -> Self {
        Self {
            violations: Vec::new(),
            reading: Reading::Failed(reason),
        }
    }

    fn of_error(error: &Error) -> Self {
        let failed = || format!("the call ended with: {error}");
        let mut violations = match error.headers().map_or(Ok(Vec::new()), of_request) {
            Ok(violations) => violations,
            Err(error) => return Self::failed(error),
        };
        let problem: Option<Problem> = error
            .body()
            .filter(|_| !error.is_decode())
            .and_then(|body| serde_json::from_slice(body).ok());
        let reading = match problem {
            Some(problem) if problem.kind.ends_with("#SCHEMA_TOO_COMPLEX") => Reading::TooComplex,
            Some(problem) if problem.kind.ends_with("#UNKNOWN") => Reading::PrismFailed,
            Some(problem) if !problem.validation.is_empty() => {
                let of_request = problem.validation.into_iter().map(|mut violation| {
                    violation.location.insert(0, "request".to_owned());
                    violation
                });
                violations.extend(of_request);
                Reading::Refused
            }
            _ if !violations.is_empty() && !error.is_decode() => Reading::Refused,
            _ => Reading::Failed(failed()),
        };
        Self {
            violations,
            reading,
        }
    }
}

/// The violations of the request among those that the headers tell of.
fn of_request(headers: &HeaderMap) -> Result<Vec<Violation>, String> {
    let Some(header) = headers.get("sl-violations") else {
        return Ok(Vec::new());
    };
    let text = String::from_utf8_lossy(header.as_bytes());
    let mut all =
        violations(&text).map_err(|error| format!("Prism's violations are unreadable: {error}"))?;
    all.retain(Violation::is_of_request);
    Ok(all)
}
