//! What a schema is, looked at from outside: a model, an enum, or something that is written where it is used.

use indexmap::IndexMap;
use openapiv3::{
    AdditionalProperties, ReferenceOr, Schema, SchemaData, SchemaKind, StringFormat,
    VariantOrUnknownOrEmpty,
};

use crate::load::component_name;

/// A schema, however it is held.
#[derive(Clone, Copy)]
pub(crate) enum Source<'d> {
    /// The text of a `$ref`.
    Reference(&'d str),
    /// The schema itself.
    Item(&'d Schema),
}

impl<'d> From<&'d ReferenceOr<Schema>> for Source<'d> {
    fn from(schema: &'d ReferenceOr<Schema>) -> Self {
        match schema {
            ReferenceOr::Reference { reference } => Self::Reference(reference),
            ReferenceOr::Item(schema) => Self::Item(schema),
        }
    }
}

impl<'d> From<&'d ReferenceOr<Box<Schema>>> for Source<'d> {
    fn from(schema: &'d ReferenceOr<Box<Schema>>) -> Self {
        match schema {
            ReferenceOr::Reference { reference } => Self::Reference(reference),
            ReferenceOr::Item(schema) => Self::Item(schema),
        }
    }
}

impl<'d> Source<'d> {
    pub(crate) fn data(self) -> Option<&'d SchemaData> {
        match self {
            Self::Reference(_) => None,
            Self::Item(schema) => Some(&schema.schema_data),
        }
    }

    /// Whether null is a value. Swagger 2.0 has no word for it but this extension, which many tools know.
    pub(crate) fn is_nullable(self) -> bool {
        self.data().is_some_and(|data| {
            data.nullable || data.extensions.get("x-nullable") == Some(&true.into())
        })
    }
}

/// What becomes of a definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A struct.
    Model,
    /// An open enum.
    Enum,
    /// Neither.
    Alias,
}

/// What becomes of a definition.
pub(crate) fn kind(
    source: Source<'_>,
    definitions: &IndexMap<String, ReferenceOr<Schema>>,
) -> Kind {
    let Source::Item(schema) = source else {
        return Kind::Alias;
    };
    match &schema.schema_kind {
        SchemaKind::Type(openapiv3::Type::String(string))
            if string.enumeration.iter().any(Option::is_some) =>
        {
            Kind::Enum
        }
        SchemaKind::Type(openapiv3::Type::Integer(integer))
            if integer.enumeration.iter().any(Option::is_some) =>
        {
            Kind::Enum
        }
        SchemaKind::Type(openapiv3::Type::Object(object)) => {
            match (object.properties.is_empty(), &object.additional_properties) {
                (true, Some(AdditionalProperties::Schema(_))) => Kind::Alias,
                _ => Kind::Model,
            }
        }
        SchemaKind::AllOf { all_of } if all_of.len() == 1 => match Source::from(&all_of[0]) {
            Source::Reference(_) => Kind::Alias,
            part => kind(part, definitions),
        },
        SchemaKind::AllOf { .. } if is_object(source, definitions) => Kind::Model,
        SchemaKind::Any(any)
            if (!any.properties.is_empty() || any.all_of.len() > 1)
                && is_object(source, definitions) =>
        {
            Kind::Model
        }
        _ => Kind::Alias,
    }
}

/// How far references are followed: the loader refuses circles of them, so that this is never reached.
const REFERENCE_LIMIT: usize = 100;

/// Whether a schema takes objects, and objects only.
pub(crate) fn is_object(
    source: Source<'_>,
    definitions: &IndexMap<String, ReferenceOr<Schema>>,
) -> bool {
    is_object_at(source, definitions, 0)
}

fn is_object_at(
    source: Source<'_>,
    definitions: &IndexMap<String, ReferenceOr<Schema>>,
    depth: usize,
) -> bool {
    if depth > REFERENCE_LIMIT {
        return false;
    }
    let all = |parts: &[ReferenceOr<Schema>]| {
        parts
            .iter()
            .all(|part| is_object_at(Source::from(part), definitions, depth + 1))
    };
    match source {
        Source::Reference(reference) => component_name(reference)
            .and_then(|name| definitions.get(&name))
            .is_some_and(|schema| is_object_at(Source::from(schema), definitions, depth + 1)),
        Source::Item(schema) => match &schema.schema_kind {
            SchemaKind::Type(openapiv3::Type::Object(_)) => true,
            SchemaKind::AllOf { all_of } => all(all_of),
            SchemaKind::Any(any) => {
                // What else a schema with properties says is not expressed; the loader has warned of it.
                let is_mixed =
                    !(any.one_of.is_empty() && any.any_of.is_empty() && any.not.is_none());
                matches!(any.typ.as_deref(), None | Some("object"))
                    && !(is_mixed && any.properties.is_empty())
                    && any.items.is_none()
                    && any.enumeration.is_empty()
                    && all(&any.all_of)
            }
            _ => false,
        },
    }
}

/// Whether a schema that has no type of its own here says that it is an object, or may say so elsewhere.
pub(crate) fn says_object(source: Source<'_>) -> bool {
    match source {
        Source::Reference(_) => true,
        Source::Item(schema) => match &schema.schema_kind {
            SchemaKind::Type(_) | SchemaKind::AllOf { .. } => true,
            SchemaKind::OneOf { .. } | SchemaKind::AnyOf { .. } | SchemaKind::Not { .. } => false,
            SchemaKind::Any(any) => {
                any.typ.as_deref() == Some("object")
                    || !any.properties.is_empty()
                    || !any.all_of.is_empty()
                    || any.additional_properties.is_some()
            }
        },
    }
}

/// Whether a schema is a file: its content is not JSON, even if the content type says so.
pub(crate) fn is_binary(source: Source<'_>) -> bool {
    let Source::Item(schema) = source else {
        return false;
    };
    match &schema.schema_kind {
        SchemaKind::Type(openapiv3::Type::String(string)) => matches!(
            string.format,
            VariantOrUnknownOrEmpty::Item(StringFormat::Binary)
        ),
        SchemaKind::Any(any) => {
            any.typ.as_deref() == Some("string") && any.format.as_deref() == Some("binary")
        }
        _ => false,
    }
}

/// [`is_binary`], through references.
pub(crate) fn is_file(
    source: Source<'_>,
    definitions: &IndexMap<String, ReferenceOr<Schema>>,
) -> bool {
    resolve(source, definitions).is_some_and(|schema| is_binary(Source::Item(schema)))
}

/// Whether a schema is text, a file included.
pub(crate) fn is_string(
    source: Source<'_>,
    definitions: &IndexMap<String, ReferenceOr<Schema>>,
) -> bool {
    resolve(source, definitions).is_some_and(|schema| match &schema.schema_kind {
        SchemaKind::Type(openapiv3::Type::String(_)) => true,
        SchemaKind::Any(any) => any.typ.as_deref() == Some("string"),
        _ => false,
    })
}

/// What the items of a list are.
pub(crate) fn items<'d>(
    source: Source<'d>,
    definitions: &'d IndexMap<String, ReferenceOr<Schema>>,
) -> Option<Source<'d>> {
    match &resolve(source, definitions)?.schema_kind {
        SchemaKind::Type(openapiv3::Type::Array(array)) => array.items.as_ref().map(Source::from),
        SchemaKind::Any(any) if any.typ.as_deref() == Some("array") => {
            any.items.as_ref().map(Source::from)
        }
        _ => None,
    }
}

/// The schema that references, and an `allOf` of one, lead to.
pub(crate) fn resolve<'d>(
    source: Source<'d>,
    definitions: &'d IndexMap<String, ReferenceOr<Schema>>,
) -> Option<&'d Schema> {
    let mut current = source;
    for _ in 0..REFERENCE_LIMIT {
        current = match current {
            Source::Reference(reference) => {
                Source::from(definitions.get(&component_name(reference)?)?)
            }
            Source::Item(schema) => match &schema.schema_kind {
                SchemaKind::AllOf { all_of } if all_of.len() == 1 => Source::from(&all_of[0]),
                _ => return Some(schema),
            },
        };
    }
    None
}
