//! Groups: sets of tags, and the folders that are called after them.

use std::collections::{BTreeMap, BTreeSet};

use super::model::{Group, GroupId, Tag};
use super::naming::hash;
use super::reach::TagSet;

/// The folder of what no operation reaches.
const UNREACHED: &str = "unreached";

/// The longest folder that names its tags.
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
    /// Names a folder for every set.
    pub(crate) fn new(tags: &[Tag], sets: BTreeSet<TagSet>) -> Self {
        let mut taken: BTreeSet<String> = tags.iter().map(|tag| tag.module.clone()).collect();
        let mut named: Vec<(Group, TagSet)> = sets
            .into_iter()
            .map(|set| {
                let ids = set.tags();
                let folder = match ids.as_slice() {
                    // A module is a folder by itself, and no other set gets its name.
                    [tag] => tags[*tag].module.clone(),
                    _ => folder(tags, &ids, &mut taken),
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

fn folder(tags: &[Tag], ids: &[usize], taken: &mut BTreeSet<String>) -> String {
    // A module that gives way to a keyword ends with `_`, and two of them in a row are not snake case.
    let modules: Vec<&str> = ids
        .iter()
        .map(|id| tags[*id].module.trim_end_matches('_'))
        .collect();
    let named = if modules.is_empty() {
        UNREACHED.to_owned()
    } else {
        modules.join("_and_")
    };
    if modules.len() <= NAMED_TAGS && named.len() <= FOLDER_LIMIT && taken.insert(named.clone()) {
        return named;
    }
    let mut features: Vec<&str> = ids.iter().map(|id| tags[*id].feature.as_str()).collect();
    features.sort_unstable();
    let mut text = features.join(" ");
    loop {
        let hash = hash(&text);
        let name = format!("shared_by_{}_{hash}", ids.len());
        if taken.insert(name.clone()) {
            return name;
        }
        text.push_str(&hash);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(module: &str) -> Tag {
        Tag {
            name: module.to_owned(),
            feature: module.replace('_', "-"),
            module: module.to_owned(),
            type_name: String::new(),
            description: None,
        }
    }

    fn folders(tags: &[&str], sets: &[&[usize]]) -> Vec<String> {
        let tags: Vec<Tag> = tags.iter().map(|module| tag(module)).collect();
        let groups = Groups::new(&tags, sets.iter().map(|set| TagSet::of(set)).collect());
        for set in sets {
            let id = groups.id(&TagSet::of(set));
            assert_eq!(groups.groups[id].tags, *set);
        }
        groups
            .into_inner()
            .into_iter()
            .map(|group| group.folder)
            .collect()
    }

    #[test]
    fn folders_name_few_tags_and_count_many() {
        let tags = [
            "a",
            "b",
            "c",
            "d",
            "e_with_a_very_long_name_that_goes_on_and_on",
        ];
        assert_eq!(
            folders(
                &tags,
                &[&[], &[0], &[0, 1], &[0, 1, 2], &[0, 1, 2, 3], &[0, 4]]
            ),
            [
                "a",
                "a_and_b",
                "a_and_b_and_c",
                &format!(
                    "shared_by_2_{}",
                    hash(&format!("a {}", tags[4].replace('_', "-")))
                ),
                &format!("shared_by_4_{}", hash("a b c d")),
                "unreached",
            ]
        );
    }

    #[test]
    fn a_folder_is_never_that_of_a_tag() {
        let folders = folders(
            &["a", "a_and_b", "b", "unreached"],
            &[&[], &[0, 2], &[1], &[3]],
        );
        let distinct: BTreeSet<&String> = folders.iter().collect();
        assert_eq!(distinct.len(), 4);
        assert!(folders.contains(&"a_and_b".to_owned()));
        assert!(folders.contains(&"unreached".to_owned()));
    }
}
