//! What is known of a value, in words: its type, its limits, its known values and its default.

use super::{docs, place};
use crate::ir::{Api, Bound, Enum, EnumId, Limits, Type};

/// The most values of an enum that are told wherever it is used, and how long the list may be. All are told on the enum's own page.
const MOST_VALUES: usize = 8;
const LONGEST_LIST: usize = 160;

/// How types are written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// Models and enums are links to their pages. They must be compiled wherever the text is.
    Linked,
    /// Models are names, because a signature beside them has the links; enums are their values, if there are few.
    Short,
}

/// What is known of a value, for a sentence that names it before.
pub(super) fn of_value(
    api: &Api,
    ty: &Type,
    limits: &Limits,
    default: Option<&str>,
    style: Style,
) -> String {
    let mut text = of_type(api, ty, style);
    // The format of an enum says nothing that its values do not say.
    if let (Some(format), Type::String | Type::Integer | Type::Number) = (&limits.format, ty) {
        text = format!("{text} ({})", docs::code(format));
    }
    let mut facts = vec![text];
    facts.extend(range(limits.minimum.as_ref(), limits.maximum.as_ref()));
    facts.extend(count(limits.shortest, limits.longest, "character"));
    facts.extend(count(limits.fewest, limits.most, "item"));
    if limits.unique {
        facts.push("no item twice".to_owned());
    }
    if let Some(pattern) = &limits.pattern {
        facts.push(format!("pattern {}", docs::code(pattern)));
    }
    if let Some(default) = default {
        facts.push(format!("default {}", docs::code(default)));
    }
    facts.join(", ")
}

/// A type in words.
pub(super) fn of_type(api: &Api, ty: &Type, style: Style) -> String {
    match ty {
        Type::String => "a string".to_owned(),
        Type::Boolean => "a boolean".to_owned(),
        Type::Integer => "an integer".to_owned(),
        Type::Number => "a number".to_owned(),
        Type::DateTime => "a timestamp".to_owned(),
        Type::Date => "a date".to_owned(),
        Type::LocalDateTime => "a date and time without a time zone".to_owned(),
        Type::YearMonth => "a month".to_owned(),
        Type::Json => "any JSON value".to_owned(),
        Type::File => "a file".to_owned(),
        Type::Model(id) => named(api, &api.models[*id].name, style),
        Type::Enum(id) => match values(api, *id, style) {
            Some(values) => format!("one of {values}"),
            None => named(api, &api.enums[*id].name, style),
        },
        Type::List(item) => match each(api, item, style) {
            Some(values) => format!("a list, each item {values}"),
            None => format!("a list of {}", several(api, item, style)),
        },
        Type::Map(item) => match each(api, item, style) {
            Some(values) => format!("a map, each value {values}"),
            None => format!("a map of strings to {}", several(api, item, style)),
        },
        Type::Nullable(item) => format!("{} or null", of_type(api, item, style)),
    }
}

/// The same in the plural.
fn several(api: &Api, ty: &Type, style: Style) -> String {
    match ty {
        Type::String => "strings".to_owned(),
        Type::Boolean => "booleans".to_owned(),
        Type::Integer => "integers".to_owned(),
        Type::Number => "numbers".to_owned(),
        Type::DateTime => "timestamps".to_owned(),
        Type::Date => "dates".to_owned(),
        Type::LocalDateTime => "dates and times without a time zone".to_owned(),
        Type::YearMonth => "months".to_owned(),
        Type::Json => "JSON values".to_owned(),
        Type::File => "files".to_owned(),
        Type::Model(_) | Type::Enum(_) => of_type(api, ty, style),
        Type::List(item) => format!("lists of {}", several(api, item, style)),
        Type::Map(item) => format!("maps of strings to {}", several(api, item, style)),
        Type::Nullable(item) => format!("{} or nulls", several(api, item, style)),
    }
}

/// Which values of an enum the items of a list or a map may be, if there are few.
fn each(api: &Api, ty: &Type, style: Style) -> Option<String> {
    match ty {
        Type::Enum(id) => values(api, *id, style).map(|values| format!("one of {values}")),
        _ => None,
    }
}

fn named(api: &Api, name: &str, style: Style) -> String {
    match style {
        Style::Linked => format!("[`{name}`]({}::{name})", place::module(api)),
        Style::Short => docs::code(name),
    }
}

/// The known values of an enum, if there are few.
fn values(api: &Api, id: EnumId, style: Style) -> Option<String> {
    let item: &Enum = &api.enums[id];
    let origin = &api.enums[item.alias_of.unwrap_or(id)];
    if style == Style::Linked || origin.variants.is_empty() || origin.variants.len() > MOST_VALUES {
        return None;
    }
    let values: Vec<String> = origin
        .variants
        .iter()
        .map(|variant| docs::code(&variant.wire))
        .collect();
    let values = values.join(", ");
    (values.len() <= LONGEST_LIST).then_some(values)
}

/// The range of a number.
fn range(minimum: Option<&Bound>, maximum: Option<&Bound>) -> Option<String> {
    let low = minimum.map(|bound| match bound.exclusive {
        true => format!("more than {}", bound.value),
        false => format!("at least {}", bound.value),
    });
    let high = maximum.map(|bound| match bound.exclusive {
        true => format!("less than {}", bound.value),
        false => format!("at most {}", bound.value),
    });
    match (minimum, maximum) {
        (Some(low), Some(high)) if !low.exclusive && !high.exclusive => {
            Some(format!("from {} to {}", low.value, high.value))
        }
        _ => match (low, high) {
            (Some(low), Some(high)) => Some(format!("{low}, {high}")),
            (low, high) => low.or(high),
        },
    }
}

/// How many characters or items there may be.
fn count(least: Option<usize>, most: Option<usize>, what: &str) -> Option<String> {
    let plural = |count: usize| match count {
        1 => format!("1 {what}"),
        count => format!("{count} {what}s"),
    };
    match (least.filter(|least| *least > 0), most) {
        (Some(least), Some(most)) if least == most => Some(plural(most)),
        (Some(least), Some(most)) => Some(format!("{least} to {}", plural(most))),
        (Some(least), None) => Some(format!("at least {}", plural(least))),
        (None, Some(most)) => Some(format!("at most {}", plural(most))),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bound(value: &str, exclusive: bool) -> Bound {
        Bound {
            value: value.to_owned(),
            exclusive,
        }
    }

    #[test]
    fn ranges() {
        for (minimum, maximum, expected) in table![
            None, None => None;
            Some(("1", false)), None => Some("at least 1");
            Some(("1", true)), None => Some("more than 1");
            None, Some(("9", false)) => Some("at most 9");
            None, Some(("9", true)) => Some("less than 9");
            Some(("1", false)), Some(("9", false)) => Some("from 1 to 9");
            Some(("0", true)), Some(("9", false)) => Some("more than 0, at most 9");
        ] {
            let minimum = minimum.map(|(value, exclusive)| bound(value, exclusive));
            let maximum = maximum.map(|(value, exclusive)| bound(value, exclusive));
            assert_eq!(
                range(minimum.as_ref(), maximum.as_ref()).as_deref(),
                expected
            );
        }
    }

    #[test]
    fn counts() {
        for (least, most, expected) in [
            (None, None, None),
            (Some(0), None, None),
            (Some(0), Some(5), Some("at most 5 items")),
            (Some(1), None, Some("at least 1 item")),
            (Some(2), Some(5), Some("2 to 5 items")),
            (Some(3), Some(3), Some("3 items")),
        ] {
            assert_eq!(count(least, most, "item").as_deref(), expected);
        }
    }

    #[test]
    fn facts_stand_in_one_order_and_their_text_is_escaped() {
        let limits = Limits {
            format: Some("uri".to_owned()),
            pattern: Some("^[a-z]`*$".to_owned()),
            longest: Some(40),
            ..Limits::default()
        };
        assert_eq!(
            of_value(
                &Api::default(),
                &Type::String,
                &limits,
                Some("x"),
                Style::Short
            ),
            "a string (`uri`), at most 40 characters, pattern ^\\[a-z\\]\\`\\*$, default `x`"
        );
    }
}
