//! What the spec or Prism is known to have wrong: data, each with its reason.

use std::collections::BTreeSet;
use std::path::Path;

use genesys_cloud_tests::fidelity::{Operation, Violation};
use serde::Deserialize;

/// The known faults.
pub(crate) struct Faults {
    faults: Vec<Fault>,
    /// What showed, as a fault writes it.
    seen: BTreeSet<String>,
}

/// A violation that is not the SDK's.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fault {
    /// Why the SDK is right.
    #[serde(rename = "reason")]
    _reason: String,
    /// The rule of JSON Schema that Prism sees broken.
    code: String,
    /// Where: the operation, then the place, as in `getWidget request.query.size`.
    at: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    fault: Vec<Fault>,
}

impl Faults {
    pub(crate) fn read(path: &Path) -> Result<Self, Box<dyn std::error::Error>> {
        let place = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
        let text = std::fs::read_to_string(path).map_err(|error| place(&error))?;
        let file: File = toml::from_str(&text).map_err(|error| place(&error))?;
        Ok(Self {
            faults: file.fault,
            seen: BTreeSet::new(),
        })
    }

    /// Whether the violation is known.
    pub(crate) fn explain(&mut self, operation: &Operation<'_>, violation: &Violation) -> bool {
        let place = format!("{} {}", operation.name, violation.place());
        let known = self
            .faults
            .iter()
            .any(|fault| fault.code == violation.code && fault.at.contains(&place));
        if known {
            self.seen.insert(place);
        }
        known
    }

    /// The faults that did not show although their operation was called: none outlives its cause.
    pub(crate) fn outlived(&self, called: &[Operation<'_>]) -> Vec<&str> {
        let is_called = |place: &str| {
            let name = place.split(' ').next();
            called.iter().any(|operation| Some(operation.name) == name)
        };
        self.faults
            .iter()
            .flat_map(|fault| &fault.at)
            .filter(|place| !self.seen.contains(*place) && is_called(place))
            .map(String::as_str)
            .collect()
    }
}
