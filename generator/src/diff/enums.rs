//! Open enums: their values, and which of them are one type.

use std::collections::BTreeMap;

use super::{Change, Difference, Kind, Verdict, code, prose};
use crate::ir::{Api, Enum, EnumId};

/// How an enum changed.
pub(super) fn compare(old: &Enum, new: &Enum, place: &str) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut change = |verdict, reason: String| changes.push(Change::new(place, verdict, reason));
    if old.repr != new.repr {
        let reason = format!("the values of {} are of another JSON type", code(&new.name));
        change(Verdict::Major, reason);
    }
    let constant = |name: &str| code(&format!("{}::{name}", new.name));
    let before: BTreeMap<&str, _> = old
        .variants
        .iter()
        .map(|item| (&*item.name, item))
        .collect();
    let after: BTreeMap<&str, _> = new
        .variants
        .iter()
        .map(|item| (&*item.name, item))
        .collect();
    let mut described = old.docs != new.docs;
    for variant in &old.variants {
        match after.get(&*variant.name) {
            None => {
                let renamed = new.variants.iter().find(|item| item.wire == variant.wire);
                change(
                    Verdict::Major,
                    match renamed {
                        Some(now) => format!(
                            "{} is called {} now",
                            constant(&variant.name),
                            constant(&now.name)
                        ),
                        None => format!(
                            "the value {} is gone, and {} with it",
                            code(&variant.wire),
                            constant(&variant.name)
                        ),
                    },
                );
            }
            Some(now) if now.wire != variant.wire => change(
                Verdict::Minor,
                format!(
                    "{} stands for {} now, not for {}",
                    constant(&variant.name),
                    code(&now.wire),
                    code(&variant.wire)
                ),
            ),
            Some(now) => described |= now.docs != variant.docs,
        }
    }
    for variant in &new.variants {
        let renamed = || old.variants.iter().any(|item| item.wire == variant.wire);
        if !before.contains_key(&*variant.name) && !renamed() {
            let reason = format!(
                "new value {}: {}",
                code(&variant.wire),
                constant(&variant.name)
            );
            change(Verdict::Minor, reason);
        }
    }
    if described {
        changes.push(prose(place));
    }
    changes
}

/// Names that were names of one type, and are not any more; and types that many names share, under another name.
pub(super) fn splits(old: &Api, new: &Api) -> Vec<Difference> {
    let now: BTreeMap<&str, &Enum> = new.enums.iter().map(|item| (&*item.name, item)).collect();
    let type_now = |item: &Enum| {
        let item = now.get(&*item.name)?;
        Some(
            &*item
                .alias_of
                .map_or(*item, |shared| &new.enums[shared])
                .name,
        )
    };
    let aliases = old.enums.iter();
    let aliases = aliases.filter_map(|item| Some((item.alias_of?, item, type_now(item)?)));
    let mut shared_now: BTreeMap<EnumId, &str> = BTreeMap::new();
    for (shared, _, alias_now) in aliases.clone() {
        let shared_type = type_now(&old.enums[shared]);
        shared_now
            .entry(shared)
            .or_insert(shared_type.unwrap_or(alias_now));
    }
    let major = |item: &Enum, reason: String| Difference {
        name: item.name.clone(),
        kind: Kind::Changed,
        changes: vec![Change::new("", Verdict::Major, reason)],
    };
    let split = aliases.filter(|(shared, _, alias_now)| shared_now[shared] != *alias_now);
    let split = split.map(|(shared, item, _)| {
        let other = code(&old.enums[shared].name);
        major(
            item,
            format!("it was another name of {other}, and is another type now"),
        )
    });
    let renamed = shared_now
        .iter()
        .map(|(shared, name)| (&old.enums[*shared], name));
    let renamed = renamed.filter(|(item, _)| !now.contains_key(&*item.name));
    let renamed =
        renamed.map(|(item, name)| major(item, format!("the type is called {} now", code(name))));
    let mut differences: Vec<Difference> = split.chain(renamed).collect();
    differences.sort_by(|left, right| left.name.cmp(&right.name));
    differences
}
