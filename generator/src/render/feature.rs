//! What turns a part of the crate on.

use super::literal;
use crate::ir::{Api, GroupId};

/// The features of which any turns a group on, as literals: its tags, or `full` where no operation reaches it.
pub(super) fn names(api: &Api, group: GroupId) -> Vec<String> {
    let tags = &api.groups[group].tags;
    if tags.is_empty() {
        return vec![literal::string("full")];
    }
    tags.iter()
        .map(|tag| literal::string(&api.tags[*tag].feature))
        .collect()
}
