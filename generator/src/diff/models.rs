//! Definitions: most are structs, some are enums or stand for another type.

use std::collections::BTreeMap;

use super::{Change, Difference, Verdict, code, dropped, enums, pair, prose, types};
use crate::ir::{Alias, Api, Enum, Field, Model};

/// What becomes of a definition.
enum Definition<'a> {
    Model(&'a Api, &'a Model),
    Enum(&'a Enum),
    Alias(&'a Api, &'a Alias),
    Skipped,
}

pub(super) fn compare(old: &Api, new: &Api) -> Vec<Difference> {
    pair(
        definitions(old),
        definitions(new),
        |definition| match rust_name(definition) {
            Some(name) => format!("new type {}", code(name)),
            None => "new definition without a type of its own".to_owned(),
        },
        |definition| match rust_name(definition) {
            Some(name) => format!("the type {} is gone", code(name)),
            None => "the definition, which had no type of its own, is gone".to_owned(),
        },
        compare_definitions,
    )
}

fn definitions(api: &Api) -> BTreeMap<&str, Definition<'_>> {
    let models = api.models.iter().filter(|model| !model.inline);
    let models = models.map(|model| (&*model.wire_name, Definition::Model(api, model)));
    let enums = api.enums.iter().filter(|item| !item.inline);
    let enums = enums.map(|item| (&*item.name, Definition::Enum(item)));
    let aliases = api.aliases.iter();
    let aliases = aliases.map(|alias| (&*alias.wire_name, Definition::Alias(api, alias)));
    let skipped = api.skipped.iter();
    let skipped = skipped.map(|skipped| (&*skipped.wire_name, Definition::Skipped));
    models.chain(enums).chain(aliases).chain(skipped).collect()
}

fn rust_name<'a>(definition: &Definition<'a>) -> Option<&'a str> {
    match definition {
        Definition::Model(_, model) => Some(&model.name),
        Definition::Enum(item) => Some(&item.name),
        Definition::Alias(..) | Definition::Skipped => None,
    }
}

fn compare_definitions<'a>(old: &Definition<'a>, new: &Definition<'a>) -> Vec<Change> {
    let mut changes = Vec::new();
    if let (Some(was), Some(is)) = (rust_name(old), rust_name(new))
        && was != is
    {
        changes.push(renamed("", was, is));
    }
    match (old, new) {
        (Definition::Model(old_api, old), Definition::Model(new_api, new)) => {
            if old.docs != new.docs {
                changes.push(prose(""));
            }
            changes.extend(compare_fields((old_api, old), (new_api, new), ""));
            changes.extend(dropped(&old.former, &new.former));
            let fields = |model: &'a Model| model.former_fields.iter().map(|(_, former)| former);
            changes.extend(dropped(fields(old), fields(new)));
        }
        (Definition::Enum(old), Definition::Enum(new)) => {
            changes.extend(enums::compare(old, new, ""));
        }
        (Definition::Alias(old_api, old), Definition::Alias(new_api, new)) => {
            let (was, is) = (types::text(old_api, &old.ty), types::text(new_api, &new.ty));
            if was != is {
                // No item of the crate; the places that use it have changes of their own.
                let reason = format!("it stood for {} and stands for {}", code(&was), code(&is));
                changes.push(Change::new("", Verdict::Patch, reason));
            }
        }
        (Definition::Skipped, Definition::Skipped) => {}
        _ => {
            let reason = "it is another kind of type, or has none any more";
            changes.push(Change::new("", Verdict::Major, reason));
        }
    }
    changes
}

/// How the properties of a model changed. `place` is where it is used, if it has no definition.
pub(super) fn compare_fields(
    (old_api, old): (&Api, &Model),
    (new_api, new): (&Api, &Model),
    place: &str,
) -> Vec<Change> {
    let before: BTreeMap<&str, &Field> = fields(old);
    let after: BTreeMap<&str, &Field> = fields(new);
    let mut changes = Vec::new();
    for field in &old.fields {
        let place = property(place, &field.wire_name);
        match after.get(&*field.wire_name) {
            None => changes.push(Change::new(
                place,
                Verdict::Major,
                format!("the field {} is gone", code(&field.name)),
            )),
            Some(now) => {
                changes.extend(compare_field((old_api, field), (new_api, now), &place));
            }
        }
    }
    for field in &new.fields {
        if !before.contains_key(&*field.wire_name) {
            changes.push(Change::new(
                property(place, &field.wire_name),
                Verdict::Minor,
                format!("new field {}", code(&field.name)),
            ));
        }
    }
    changes
}

fn fields(model: &Model) -> BTreeMap<&str, &Field> {
    let fields = model.fields.iter();
    fields.map(|field| (&*field.wire_name, field)).collect()
}

fn compare_field(
    (old_api, old): (&Api, &Field),
    (new_api, new): (&Api, &Field),
    place: &str,
) -> Vec<Change> {
    let mut changes = Vec::new();
    if old.name != new.name {
        changes.push(renamed(place, &old.name, &new.name));
    }
    changes.extend(types::compare(
        (old_api, &old.ty),
        (new_api, &new.ty),
        place,
    ));
    let mut change = |verdict, reason: &str| changes.push(Change::new(place, verdict, reason));
    match (old.deprecated, new.deprecated) {
        (false, true) => change(Verdict::Minor, "deprecated: its use brings a warning"),
        (true, false) => change(Verdict::Minor, "no longer deprecated"),
        _ => {}
    }
    for (was, is, mark) in [
        (old.read_only, new.read_only, "read-only"),
        (old.required, new.required, "required"),
    ] {
        if was != is {
            let now = if is { "now" } else { "no longer" };
            change(
                Verdict::Patch,
                &format!("{now} {mark}, which only the docs say"),
            );
        }
    }
    if old.secret != new.secret {
        let shows = if new.secret { "hides" } else { "shows" };
        change(Verdict::Patch, &format!("`Debug` {shows} its value"));
    }
    if old.docs != new.docs {
        changes.push(prose(place));
    }
    changes
}

fn renamed(place: &str, was: &str, is: &str) -> Change {
    let reason = format!("{} is called {} now", code(was), code(is));
    Change::new(place, Verdict::Major, reason)
}

fn property(place: &str, name: &str) -> String {
    if place.is_empty() {
        format!("property {}", code(name))
    } else {
        format!("{place}, property {}", code(name))
    }
}
