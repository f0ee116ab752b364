//! Open enums: the names of their values, and which of them are the same.
//!
//! The spec repeats the values of an enum at every place that takes them. A place whose property or parameter has the same
//! name, and whose enum has the same values in the same order, gets an alias of the enum that comes first by name.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::model::{Enum, EnumId, EnumRepr, Variant};
use super::naming::{Case, Names, pascal};

/// The values of an enum, each once, with names.
pub(crate) fn variants(values: Vec<String>) -> Vec<Variant> {
    let mut seen = BTreeSet::new();
    let values: Vec<String> = values
        .into_iter()
        .filter(|value| seen.insert(value.clone()))
        .collect();
    let mut names = Names::without(&["Self", "Unknown"]);
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

/// Points every enum that repeats another one to the first, by name, of its kind. An enum that is a definition is never an alias.
pub(crate) fn find_aliases(enums: &mut [Enum]) {
    let mut order: Vec<EnumId> = (0..enums.len()).collect();
    order.sort_by(|left, right| enums[*left].name.cmp(&enums[*right].name));
    let mut first: BTreeMap<(String, bool, Vec<String>), EnumId> = BTreeMap::new();
    for id in order {
        let candidate = &enums[id];
        let Some(wire_name) = candidate.wire_name.clone() else {
            continue;
        };
        let values = candidate
            .variants
            .iter()
            .map(|variant| variant.wire.clone())
            .collect();
        let key = (wire_name, candidate.repr == EnumRepr::Integer, values);
        enums[id].alias_of = match first.get(&key) {
            Some(canonical) => Some(*canonical),
            None => {
                first.insert(key, id);
                None
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::model::{Docs, EnumHome};

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

    fn an_enum(name: &str, wire_name: Option<&str>, values: &[&str]) -> Enum {
        Enum {
            name: name.to_owned(),
            wire_name: wire_name.map(str::to_owned),
            inline: wire_name.is_some(),
            repr: EnumRepr::Text,
            variants: variants(values.iter().map(|value| (*value).to_owned()).collect()),
            home: EnumHome::Model(0),
            alias_of: None,
            group: 0,
            docs: Docs::default(),
        }
    }

    #[test]
    fn the_same_values_of_the_same_property_are_one_enum() {
        let mut enums = vec![
            an_enum("UserState", Some("state"), &["on", "off"]),
            an_enum("GroupState", Some("state"), &["on", "off"]),
            an_enum("QueueState", Some("state"), &["off", "on"]),
            an_enum("UserMode", Some("mode"), &["on", "off"]),
            an_enum("Mode", None, &["on", "off"]),
            an_enum("AMode", None, &["on", "off"]),
        ];
        find_aliases(&mut enums);
        let aliases: Vec<Option<EnumId>> = enums.iter().map(|item| item.alias_of).collect();
        assert_eq!(aliases, [Some(1), None, None, None, None, None]);
    }
}
