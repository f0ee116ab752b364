//! Open enums: their values, and which of them are one type.

use std::collections::BTreeMap;

use super::{Change, Difference, Kind, Verdict, code, prose};
use crate::ir::{Api, Enum};

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

/// Enums that were two names of one type, and are two types now.
pub(super) fn splits(old: &Api, new: &Api) -> Vec<Difference> {
    let now: BTreeMap<&str, &Enum> = new.enums.iter().map(|item| (&*item.name, item)).collect();
    let type_now = |name: &str| {
        let item = now.get(name)?;
        Some(match item.alias_of {
            Some(id) => new.enums[id].name.as_str(),
            None => item.name.as_str(),
        })
    };
    let mut differences: Vec<Difference> = old
        .enums
        .iter()
        .filter_map(|item| {
            let other = &old.enums[item.alias_of?].name;
            let (this_now, other_now) = (type_now(&item.name)?, type_now(other)?);
            (this_now != other_now).then(|| Difference {
                name: item.name.clone(),
                kind: Kind::Changed,
                changes: vec![Change::new(
                    "",
                    Verdict::Major,
                    format!(
                        "it was another name of {}, and is a type of its own now",
                        code(other)
                    ),
                )],
            })
        })
        .collect();
    differences.sort_by(|left, right| left.name.cmp(&right.name));
    differences
}
