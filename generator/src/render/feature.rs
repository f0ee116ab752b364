//! What turns a part of the crate on.

use crate::ir::{Api, GroupId};

/// The `cfg` predicate of a group: any of its tags, or `full` where no operation reaches it.
pub(super) fn predicate(api: &Api, group: GroupId) -> String {
    let features: Vec<String> = api.groups[group]
        .tags
        .iter()
        .map(|tag| format!("feature = \"{}\"", api.tags[*tag].feature))
        .collect();
    match features.as_slice() {
        [] => "feature = \"full\"".to_owned(),
        [one] => one.clone(),
        several => format!("any({})", several.join(", ")),
    }
}
