//! Groups: sets of tags, and the folders that are called after them.

use std::collections::{BTreeMap, BTreeSet};

use super::model::{Group, GroupId, Tag};
use super::naming::{module, snake};
use super::reach::TagSet;

/// The folder of what no operation reaches.
pub(crate) const UNREACHED: &str = "unreached";

/// The folder with a folder for each set of several tags.
pub(crate) const SHARED: &str = "shared";

/// The longest folder that names its tags, or what it holds.
const FOLDER_LIMIT: usize = 48;

/// How many tags a folder names.
const NAMED_TAGS: usize = 3;

/// The distinct sets of tags, sorted by folder.
#[derive(Debug)]
pub(crate) struct Groups {
    groups: Vec<Group>,
    ids: BTreeMap<TagSet, GroupId>,
}

impl Groups {
    /// Names a folder for every set, each of which is given with the name of the main thing that belongs to it.
    pub(crate) fn new(tags: &[Tag], sets: BTreeMap<TagSet, String>) -> Self {
        let mut taken = BTreeSet::new();
        let mut named: Vec<(Group, TagSet)> = sets
            .into_iter()
            .map(|(set, main)| {
                let ids = set.tags();
                let folder = match ids.as_slice() {
                    [] => UNREACHED.to_owned(),
                    [tag] => tags[*tag].module.clone(),
                    _ => format!("{SHARED}/{}", shared(tags, &ids, &main, &mut taken)),
                };
                (Group { tags: ids, folder }, set)
            })
            .collect();
        named.sort_by(|left, right| left.0.folder.cmp(&right.0.folder));
        let mut groups = Vec::with_capacity(named.len());
        let mut ids = BTreeMap::new();
        for (id, (group, set)) in named.into_iter().enumerate() {
            groups.push(group);
            ids.insert(set, id);
        }
        Self { groups, ids }
    }

    /// The group of a set that was among those given.
    pub(crate) fn id(&self, set: &TagSet) -> GroupId {
        self.ids.get(set).copied().unwrap_or_default()
    }

    /// The groups themselves.
    pub(crate) fn into_inner(self) -> Vec<Group> {
        self.groups
    }
}

/// Few tags by their names; many by the main thing that belongs to them, which stays when a tag more reaches it.
fn shared(tags: &[Tag], ids: &[usize], main: &str, taken: &mut BTreeSet<String>) -> String {
    // A module that gives way to a keyword ends with `_`, and two of them in a row are not snake case.
    let modules = ids.iter().map(|id| tags[*id].module.trim_end_matches('_'));
    let mut name = modules.collect::<Vec<_>>().join("_and_");
    if ids.len() > NAMED_TAGS || name.len() > FOLDER_LIMIT {
        name = module(&snake(main), FOLDER_LIMIT);
    }
    while !taken.insert(name.clone()) {
        name.push_str("_too");
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_name_few_tags_and_the_main_thing_of_many() {
        let modules = [
            "a",
            "b_",
            "c",
            "d",
            "e_with_a_very_long_name_that_goes_on_and_on",
        ];
        let tags = modules.map(|module| Tag {
            name: module.to_owned(),
            feature: module.replace('_', "-"),
            module: module.to_owned(),
            type_name: String::new(),
            description: None,
        });
        let sets: [(&[usize], &str, &str); 8] = [
            (&[], "Lonely", "unreached"),
            (&[0], "Thing", "a"),
            (&[0, 1], "Thing", "shared/a_and_b"),
            (&[0, 1, 2], "Thing", "shared/a_and_b_and_c"),
            (&[0, 1, 2, 3], "UserState", "shared/user_state"),
            (&[0, 4], "Type", "shared/type_"),
            (&[2, 3], "C", "shared/c_and_d"),
            (&[0, 1, 3, 4], "CAndD", "shared/c_and_d_too"),
        ];
        let given = sets.map(|(ids, main, _)| (TagSet::from_ids(ids), main.to_owned()));
        let groups = Groups::new(&tags, given.into_iter().collect());
        for (ids, _, folder) in sets {
            let group = &groups.groups[groups.id(&TagSet::from_ids(ids))];
            assert_eq!(
                (group.tags.as_slice(), group.folder.as_str()),
                (ids, folder)
            );
        }
    }
}
