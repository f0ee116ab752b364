//! Types at the places that have them.

use super::enums;
use super::models;
use super::{Change, Verdict, code};
use crate::ir::{Api, EnumId, ModelId, Type};

/// A type as users write it.
pub(super) fn text(api: &Api, ty: &Type) -> String {
    match ty {
        Type::String => "String".to_owned(),
        Type::Boolean => "bool".to_owned(),
        Type::Integer => "i64".to_owned(),
        Type::Number => "f64".to_owned(),
        Type::DateTime => "Timestamp".to_owned(),
        Type::Date => "Date".to_owned(),
        Type::LocalDateTime => "LocalDateTime".to_owned(),
        Type::YearMonth => "YearMonth".to_owned(),
        Type::Json => "serde_json::Value".to_owned(),
        Type::File => "FilePart".to_owned(),
        Type::Model(id) => api.models[*id].name.clone(),
        Type::Enum(id) => api.enums[*id].name.clone(),
        Type::List(item) => format!("Vec<{}>", text(api, item)),
        Type::Map(item) => format!("BTreeMap<String, {}>", text(api, item)),
        Type::Nullable(item) => format!("Option<{}>", text(api, item)),
    }
}

/// How the type of a place changed, and what it is made of where that is written nowhere else.
pub(super) fn compare(old: (&Api, &Type), new: (&Api, &Type), place: &str) -> Vec<Change> {
    let (was, is) = (text(old.0, old.1), text(new.0, new.1));
    if was != is {
        let reason = format!("the type was {} and is {}", code(&was), code(&is));
        return vec![Change::new(place, Verdict::Major, reason)];
    }
    match (inline(old.0, old.1), inline(new.0, new.1)) {
        (Some(Inline::Enum(before)), Some(Inline::Enum(after))) => {
            enums::compare(&old.0.enums[before], &new.0.enums[after], place)
        }
        (Some(Inline::Model(before)), Some(Inline::Model(after))) => models::compare_fields(
            (old.0, &old.0.models[before]),
            (new.0, &new.0.models[after]),
            place,
        ),
        (None, None) => Vec::new(),
        _ => {
            let reason = format!("{} is another kind of type", code(&is));
            vec![Change::new(place, Verdict::Major, reason)]
        }
    }
}

enum Inline {
    Enum(EnumId),
    Model(ModelId),
}

/// What a type is made of, if that has no definition of its own, and so belongs to the place.
fn inline(api: &Api, ty: &Type) -> Option<Inline> {
    match ty {
        Type::List(item) | Type::Map(item) | Type::Nullable(item) => inline(api, item),
        Type::Enum(id) if api.enums[*id].inline => Some(Inline::Enum(*id)),
        Type::Model(id) if api.models[*id].inline => Some(Inline::Model(*id)),
        _ => None,
    }
}
