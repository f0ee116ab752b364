//! Open enums: the names of their values, and which of them are the same.
//!
//! The spec repeats the values of an enum at every place that takes them. Places whose property or parameter has the same name,
//! and whose enums have the same values in the same order, share a type, which is named after what they have in common.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::model::{Api, Docs, Enum, EnumId, EnumRepr, TagId, Variant};
use super::naming::{Case, Names, pascal, snake, type_name};
use super::reach::{Reach, reach};

/// The values of an enum, each once, with names.
pub(crate) fn variants(values: Vec<String>) -> Vec<Variant> {
    let mut seen = BTreeSet::new();
    let values: Vec<String> = values
        .into_iter()
        .filter(|value| seen.insert(value.clone()))
        .collect();
    let mut names = Names::new(&["Self", "Unknown"]);
    values
        .into_iter()
        .map(|wire| {
            let name = pascal(&wire);
            Variant {
                name: names.claim(&name, &format!("{name}Value"), &wire, Case::Camel),
                wire,
                docs: None,
            }
        })
        .collect()
}

/// Gives the enums that several places of one property repeat one type, of which each of them becomes another name. An enum that
/// is a definition is itself.
pub(crate) fn share(api: &mut Api) {
    let sets = sets(api);
    let mut taken: BTreeSet<String> = api
        .models
        .iter()
        .map(|item| &item.name)
        .chain(api.enums.iter().map(|item| &item.name))
        .map(|name| name.to_lowercase())
        .collect();
    let names = shared_names(&sets, &mut taken);
    for (set, name) in sets.iter().zip(names) {
        let first = set.places[0];
        let shared = match name {
            Some(name) => {
                api.enums.push(Enum {
                    name,
                    is_shared: true,
                    docs: Docs::default(),
                    ..api.enums[first].clone()
                });
                api.enums.len() - 1
            }
            None => first,
        };
        for place in set.places.iter().filter(|place| **place != shared) {
            api.enums[*place].alias_of = Some(shared);
        }
    }
}

/// Places with the same values of a property of one name.
struct Set {
    /// In the order of their names.
    places: Vec<EnumId>,
    /// Names of a type for all of them, best first.
    names: Vec<String>,
}

fn sets(api: &Api) -> Vec<Set> {
    let mut places: BTreeMap<_, Vec<EnumId>> = BTreeMap::new();
    for (id, item) in api.enums.iter().enumerate() {
        if let Some(wire_name) = &item.wire_name {
            let values: Vec<&str> = item.variants.iter().map(|variant| &*variant.wire).collect();
            let key = (wire_name, item.repr == EnumRepr::Integer, values);
            places.entry(key).or_default().push(id);
        }
    }
    let reach = reach(api);
    places.retain(|_, places| places.len() > 1);
    let sets = places.into_iter().map(|((wire_name, ..), mut places)| {
        places.sort_by(|left, right| api.enums[*left].name.cmp(&api.enums[*right].name));
        let names = candidates(api, &reach, wire_name, &places);
        Set { places, names }
    });
    sets.collect()
}

/// Words that say nothing of what a thing is.
const HOLLOW: [&str; 9] = [
    "all", "base", "create", "item", "list", "request", "response", "result", "update",
];

/// A type is named after no more values than this.
const MOST_NAMED_VALUES: usize = 4;

/// The longest name of a type that places share.
const NAME_LIMIT: usize = 100;

/// What operations do, in front of their names.
const VERBS: [&str; 6] = ["delete", "get", "head", "patch", "post", "put"];

/// Names for what places share, best first: that of the property; with the last words that their owners have in common; with the
/// first ones; with words of nearly all of them; with the tag that most of them belong to; with words of most; with the values.
fn candidates(api: &Api, reach: &Reach, wire_name: &str, places: &[EnumId]) -> Vec<String> {
    let property = snake(wire_name);
    let ending = format!("_{property}");
    let owners: Vec<String> = places
        .iter()
        .map(|id| {
            let name = snake(&api.enums[*id].name);
            name.strip_suffix(&ending).unwrap_or(&name).to_owned()
        })
        .collect();
    let owners: Vec<Vec<&str>> = owners
        .iter()
        .map(|owner| {
            let words: Vec<&str> = owner.split('_').collect();
            match words.split_first() {
                Some((verb, rest)) if VERBS.contains(verb) && !rest.is_empty() => rest.to_vec(),
                _ => words,
            }
        })
        .collect();
    let own: Vec<&str> = property.split('_').collect();
    let mut names = vec![type_name(wire_name, "Enum")];
    let mut add = |words: &[&str]| {
        let says_something = |word: &&str| !HOLLOW.contains(word) && !own.contains(word);
        if words.iter().any(says_something) {
            names.push(pascal(&format!("{}{ending}", words.join("_"))));
        }
    };
    let first = &owners[0];
    let all = |test: &dyn Fn(&[&str]) -> bool| owners.iter().all(|owner| test(owner));
    for count in 1..=first.len() {
        let words = &first[first.len() - count..];
        if all(&|owner| owner.ends_with(words)) {
            add(words);
        }
    }
    // Two words say what one does not: `TimeOff`, not `Time`.
    for count in [2, 1].into_iter().chain(3..=first.len()) {
        let words = &first[..count.min(first.len())];
        if all(&|owner| owner.starts_with(words)) {
            add(words);
        }
    }
    let frequent = frequent_words(&owners);
    let add_frequent = |add: &mut dyn FnMut(&[&str]), least: usize, most: usize| {
        let fits =
            |count: usize| count * 4 > places.len() * least && count * 4 <= places.len() * most;
        let frequent = frequent.iter().filter(|(_, count)| fits(*count));
        frequent.for_each(|(words, _)| add(words));
    };
    add_frequent(&mut add, 3, 4);
    if let Some(tag) = main_tag(reach, places) {
        add(&[&snake(&api.tags[tag].name)]);
    }
    add_frequent(&mut add, 2, 3);
    let values = &api.enums[places[0]].variants;
    if values.len() <= MOST_NAMED_VALUES {
        let values: String = values.iter().map(|value| &*value.name).collect();
        names.push(format!("{}{values}", pascal(wire_name)));
    }
    names.retain(|name| name.len() <= NAME_LIMIT);
    names
}

/// Pairs of words and single ones, with how many owners have them, most frequent first.
fn frequent_words<'w>(owners: &[Vec<&'w str>]) -> Vec<(Vec<&'w str>, usize)> {
    let mut counts: BTreeMap<Vec<&str>, usize> = BTreeMap::new();
    for owner in owners {
        let pairs = owner
            .windows(2)
            .filter(|pair| !pair.iter().any(|word| HOLLOW.contains(word)));
        let pairs = pairs.map(|pair| vec![pair[0], singular(pair[1])]);
        let words: BTreeSet<Vec<&str>> = pairs
            .chain(owner.iter().map(|word| vec![singular(word)]))
            .collect();
        words
            .into_iter()
            .for_each(|words| *counts.entry(words).or_default() += 1);
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(words, count)| Reverse((words.len(), *count)));
    counts
}

/// A word without the `s` of a plural.
fn singular(word: &str) -> &str {
    match word.strip_suffix('s') {
        Some(stem) if stem.len() > 2 && !stem.ends_with(['s', 'u', 'i']) => stem,
        _ => word,
    }
}

/// The tag that at least half of the places belong to: one that several tags reach counts for each of them in part.
fn main_tag(reach: &Reach, places: &[EnumId]) -> Option<TagId> {
    const WHOLE: usize = 1_000_000;
    let mut shares: BTreeMap<TagId, usize> = BTreeMap::new();
    for tags in places.iter().map(|id| reach.enums[*id].tags()) {
        for tag in &tags {
            *shares.entry(*tag).or_default() += WHOLE / tags.len();
        }
    }
    let (tag, share) = shares
        .into_iter()
        .max_by_key(|(tag, share)| (*share, Reverse(*tag)))?;
    (share * 2 >= WHOLE * places.len()).then_some(tag)
}

/// One name a set, where one is free. A name that several would have belongs to the one that has twice as many places as any other of
/// them, else to none: so a place more hardly ever renames a type.
fn shared_names(sets: &[Set], taken: &mut BTreeSet<String>) -> Vec<Option<String>> {
    let mut names: Vec<Option<String>> = vec![None; sets.len()];
    let rounds = sets
        .iter()
        .map(|set| set.names.len())
        .max()
        .unwrap_or_default();
    for round in 0..rounds {
        let mut wanted: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (index, set) in sets.iter().enumerate() {
            if let (None, Some(name)) = (&names[index], set.names.get(round)) {
                wanted.entry(name).or_default().push(index);
            }
        }
        for (name, mut rivals) in wanted {
            rivals.sort_by_key(|index| Reverse(sets[*index].places.len()));
            let size = |rival: usize| {
                rivals
                    .get(rival)
                    .map_or(0, |index| sets[*index].places.len())
            };
            if size(0) >= 2 * size(1) && taken.insert(name.to_lowercase()) {
                names[rivals[0]] = Some(name.to_owned());
            }
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(values: &[&str]) -> Vec<String> {
        variants(values.iter().map(|value| (*value).to_owned()).collect())
            .into_iter()
            .map(|variant| variant.name)
            .collect()
    }

    #[test]
    fn every_value_gets_a_name_of_its_own() {
        assert_eq!(
            names(&[
                "unknown",
                "self",
                "3DS",
                "-1",
                "1",
                "",
                "text/plain",
                "a",
                "a"
            ]),
            [
                "UnknownValue",
                "SelfValue",
                "Value3ds",
                "MinusValue1",
                "Value1",
                "Empty",
                "TextPlain",
                "A"
            ]
        );
        let clashing = names(&["en-us", "en-US", "EN_US", "日本", "中国"]);
        let distinct: BTreeSet<String> = clashing.iter().map(|name| name.to_lowercase()).collect();
        assert_eq!(clashing[0], "EnUs");
        assert_eq!(distinct.len(), 5);
        // Another value changes no name.
        assert_eq!(names(&["en-us", "EN_US"])[1], clashing[2]);
    }
}
