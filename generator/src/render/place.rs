//! Where the models of a part of the SDK are.

use crate::ir::{Api, Part};

/// The folder below `src`.
pub(super) fn folder(api: &Api) -> &'static str {
    match api.part {
        Part::Operations => "models",
        Part::Events => "events/models",
    }
}

/// The path of the module.
pub(super) fn module(api: &Api) -> &'static str {
    match api.part {
        Part::Operations => "crate::models",
        Part::Events => "crate::events::models",
    }
}
