//! How paged operations say what they are.

use super::docs::code;
use crate::ir::{Paging, PagingStyle};

/// One sentence on how an operation pages.
pub(super) fn docs(paging: &Paging) -> String {
    let how = match &paging.style {
        PagingStyle::PageNumber { parameter, .. } => format!("by number ({})", code(parameter)),
        PagingStyle::BodyPageNumber { path, .. } => {
            format!("by number ({} of the body)", code(&path.join(".")))
        }
        PagingStyle::Cursor { parameter, .. } => format!("by cursor ({})", code(parameter)),
        PagingStyle::BodyCursor { path, .. } => {
            format!("by cursor ({} of the body)", code(&path.join(".")))
        }
        PagingStyle::NextUri { response } => {
            format!("by the URI of the next page ({})", code(response))
        }
        PagingStyle::StartIndex { parameter, .. } => format!("by index ({})", code(parameter)),
        PagingStyle::Single => return "Lists everything on one page.".to_owned(),
    };
    format!("Paged {how}.")
}
