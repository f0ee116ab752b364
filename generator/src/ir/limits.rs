//! What a schema says of its values beside their type.

use indexmap::IndexMap;
use openapiv3::{
    AnySchema, ArrayType, IntegerType, NumberType, ReferenceOr, Schema, SchemaKind, StringType,
    VariantOrUnknownOrEmpty,
};

use super::kinds::{Source, resolve};
use super::model::{Bound, Limits};

/// The formats that a Rust type says.
const SAID_BY_TYPE: [&str; 5] = [
    "binary",
    "date",
    "date-time",
    "local-date-time",
    "year-month",
];

/// The limits of a schema, or of the definition that it names.
pub(crate) fn limits(
    source: Source<'_>,
    definitions: &IndexMap<String, ReferenceOr<Schema>>,
) -> Limits {
    let Some(schema) = resolve(source, definitions) else {
        return Limits::default();
    };
    match &schema.schema_kind {
        SchemaKind::Type(openapiv3::Type::String(string)) => of_string(string),
        SchemaKind::Type(openapiv3::Type::Integer(integer)) => of_integer(integer),
        SchemaKind::Type(openapiv3::Type::Number(number)) => of_number(number),
        SchemaKind::Type(openapiv3::Type::Array(array)) => of_array(array),
        SchemaKind::Any(any) => of_any(any),
        _ => Limits::default(),
    }
}

fn of_string(string: &StringType) -> Limits {
    Limits {
        format: format(&string.format),
        pattern: string.pattern.clone(),
        shortest: string.min_length,
        longest: string.max_length,
        ..Limits::default()
    }
}

fn of_integer(integer: &IntegerType) -> Limits {
    Limits {
        format: format(&integer.format),
        minimum: bound(integer.minimum, integer.exclusive_minimum),
        maximum: bound(integer.maximum, integer.exclusive_maximum),
        ..Limits::default()
    }
}

fn of_number(number: &NumberType) -> Limits {
    Limits {
        format: format(&number.format),
        minimum: bound(number.minimum, number.exclusive_minimum),
        maximum: bound(number.maximum, number.exclusive_maximum),
        ..Limits::default()
    }
}

fn of_array(array: &ArrayType) -> Limits {
    Limits {
        fewest: array.min_items,
        most: array.max_items,
        unique: array.unique_items,
        ..Limits::default()
    }
}

fn of_any(any: &AnySchema) -> Limits {
    Limits {
        format: any.format.clone().filter(|format| says_more(format)),
        minimum: bound(any.minimum, any.exclusive_minimum.unwrap_or_default()),
        maximum: bound(any.maximum, any.exclusive_maximum.unwrap_or_default()),
        pattern: any.pattern.clone(),
        shortest: any.min_length,
        longest: any.max_length,
        fewest: any.min_items,
        most: any.max_items,
        unique: any.unique_items.unwrap_or_default(),
    }
}

fn bound(value: Option<impl std::fmt::Display>, exclusive: bool) -> Option<Bound> {
    value.map(|value| Bound {
        value: value.to_string(),
        exclusive,
    })
}

fn format(format: &VariantOrUnknownOrEmpty<impl serde::Serialize>) -> Option<String> {
    let name = match format {
        VariantOrUnknownOrEmpty::Item(known) => {
            serde_json::to_value(known).ok()?.as_str()?.to_owned()
        }
        VariantOrUnknownOrEmpty::Unknown(name) => name.clone(),
        VariantOrUnknownOrEmpty::Empty => return None,
    };
    says_more(&name).then_some(name)
}

fn says_more(format: &str) -> bool {
    !format.is_empty() && !SAID_BY_TYPE.contains(&format)
}
