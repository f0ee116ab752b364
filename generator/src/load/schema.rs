//! Schemas of both dialects, and the simple schemas of Swagger 2.0's parameters and headers.
//!
//! How the kinds of `openapiv3` are used:
//!
//! - a reference with siblings (`description`, `readOnly`, …) becomes `AllOf` of that one
//!   reference, with the siblings in the [`SchemaData`] around it;
//! - `allOf` beside `properties` becomes `AllOf` whose last part is an inline object with them,
//!   which means the same;
//! - `properties` or `additionalProperties` without a type is an object, `items` an array;
//! - no type and no constraint (or the type `any` or `ref`, or one that is unknown) is an empty `SchemaKind::Any`; `file` is a string of format `binary`;
//! - what the typed kinds cannot hold is a `SchemaKind::Any` with every keyword in it: so is a
//!   boolean with an enum of strings `AnySchema { typ: Some("boolean"), enumeration: ["true", "false"] }`,
//!   and a string with a `maximum` (a few page sizes have one) `AnySchema { typ: Some("string"), .. }`.
//!   So a reader of `Any` looks at its `typ` first; where that is none, the schema may also be a mix of `oneOf` and the like.

use openapiv3::{
    AdditionalProperties, AnySchema, ArrayType, BooleanType, IntegerType, NumberType, ObjectType,
    ReferenceOr, Schema, SchemaData, SchemaKind, StringFormat, StringType, Type,
    VariantOrUnknownOrEmpty,
};
use serde_json::{Number, Value};

use super::diagnostics::WarningKind;
use super::reader::{Extensions, Node};
use super::references::{Dialect, References, any_json};
use crate::document::{Fault, Json, quote};

/// The formats that are known, whether or not they have a type of their own: those of OpenAPI 3.0 and its registry, and Genesys's.
const FORMATS: &[&str] = &[
    "binary",
    "byte",
    "date",
    "date-time",
    "decimal",
    "double",
    "duration",
    "email",
    "float",
    "hostname",
    "int16",
    "int32",
    "int64",
    "int8",
    "interval",
    "ipv4",
    "ipv6",
    "local-date-time",
    "local-time",
    "password",
    "time",
    "uint16",
    "uint32",
    "uint64",
    "uint8",
    "uri",
    "url",
    "uuid",
    "year-month",
];

const AS_ANY: &str = "read as any JSON value";

/// Which keywords a schema may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Grammar {
    /// A Schema Object of Swagger 2.0.
    Swagger2,
    /// A parameter, header or items object of Swagger 2.0, which has a few keywords only.
    Simple,
    /// A Schema Object of OpenAPI 3.0.
    OpenApi3,
}

/// Groups of keywords, as bits. `openapiv3` has a type for schemas that use the keywords of one JSON type only, and [`AnySchema`] for all
/// others: which groups were used decides, whether or not `type` is stated.
type Groups = u16;
const TEXT: Groups = 1;
const NUMERIC: Groups = 1 << 1;
const OBJECT: Groups = 1 << 2;
const ARRAY: Groups = 1 << 3;
const ENUM: Groups = 1 << 4;
const FORMAT: Groups = 1 << 5;
const ALL_OF: Groups = 1 << 6;
const ONE_OF: Groups = 1 << 7;
const ANY_OF: Groups = 1 << 8;
const NOT: Groups = 1 << 9;
const TYPE: Groups = 1 << 10;
/// Everything that does not constrain a value: titles, defaults, extensions.
const DATA: Groups = 1 << 11;

/// The keywords of one schema, as they are collected.
#[derive(Default)]
pub(crate) struct Keywords<'d> {
    used: Groups,
    data: SchemaData,
    any: Box<AnySchema>,
    minimum: Option<&'d Number>,
    maximum: Option<&'d Number>,
    multiple_of: Option<&'d Number>,
}

/// Reads a Schema Object of the document's dialect. One that cannot be read is any JSON value, with a warning.
///
/// # Errors
///
/// Fails if a part of an operation refers to another document: such an operation is left out.
pub(crate) fn schema<'d>(
    node: &Node<'_, 'd>,
    references: &References<'d>,
) -> Result<ReferenceOr<Schema>, Fault> {
    let grammar = match references.dialect() {
        Dialect::Swagger2 => Grammar::Swagger2,
        Dialect::OpenApi3 => Grammar::OpenApi3,
    };
    read(node, grammar, references)
}

/// The same, where no operation is at hand that could be left out.
pub(crate) fn schema_or_any<'d>(
    node: &Node<'_, 'd>,
    references: &References<'d>,
) -> ReferenceOr<Schema> {
    schema(node, references).unwrap_or_else(|fault| {
        node.notes.pass_over(WarningKind::Schema, fault, AS_ANY);
        any_json()
    })
}

/// The same, boxed as properties and items want it.
fn boxed<'d>(
    node: &Node<'_, 'd>,
    grammar: Grammar,
    references: &References<'d>,
) -> Result<ReferenceOr<Box<Schema>>, Fault> {
    Ok(match read(node, grammar, references)? {
        ReferenceOr::Reference { reference } => ReferenceOr::Reference { reference },
        ReferenceOr::Item(schema) => ReferenceOr::Item(Box::new(schema)),
    })
}

fn read<'d>(
    node: &Node<'_, 'd>,
    grammar: Grammar,
    references: &References<'d>,
) -> Result<ReferenceOr<Schema>, Fault> {
    read_keywords(node, grammar, references).or_else(|fault| {
        if fault.is_elsewhere && node.at.is_in_paths() {
            return Err(fault);
        }
        node.notes.pass_over(WarningKind::Schema, fault, AS_ANY);
        Ok(any_json())
    })
}

fn read_keywords<'d>(
    node: &Node<'_, 'd>,
    grammar: Grammar,
    references: &References<'d>,
) -> Result<ReferenceOr<Schema>, Fault> {
    if let Some(reference) = node.get("$ref") {
        return with_siblings(node, &reference, grammar, references);
    }
    let mut keywords = Keywords::default();
    let what = match grammar {
        Grammar::Simple => "an items object",
        _ => "a schema",
    };
    let extensions = node.fields(what, |key, value| {
        keywords.accept(key, &value, grammar, references)
    })?;
    keywords.extend(extensions);
    Ok(ReferenceOr::Item(keywords.finish(node)))
}

/// A reference, with what stands beside it as far as that does not constrain values. `openapiv3` has no siblings of a reference, so that a
/// reference with any becomes an `allOf` of one.
fn with_siblings<'d>(
    node: &Node<'_, 'd>,
    reference: &Node<'_, 'd>,
    grammar: Grammar,
    references: &References<'d>,
) -> Result<ReferenceOr<Schema>, Fault> {
    let reference = ReferenceOr::Reference {
        reference: references.schema(reference)?,
    };
    let mut keywords = Keywords::default();
    let extensions = node.fields("a schema", |key, value| {
        if key == "$ref" || keywords.accept_data(key, &value, grammar)? {
            return Ok(true);
        }
        // A key that no schema has is told of like any other.
        if matches!(
            Keywords::default().accept(key, &value, grammar, references),
            Ok(false)
        ) {
            return Ok(false);
        }
        value.warn(
            WarningKind::Schema,
            format!("the key {} beside \"$ref\" has no effect", quote(key)),
        );
        Ok(true)
    })?;
    keywords.extend(extensions);
    Ok(if keywords.used == 0 {
        reference
    } else {
        ReferenceOr::Item(Schema {
            schema_data: keywords.data,
            schema_kind: SchemaKind::AllOf {
                all_of: vec![reference],
            },
        })
    })
}

impl<'d> Keywords<'d> {
    /// Takes a keyword that a parameter or header of Swagger 2.0 has in place of a schema; false
    /// where it has no such keyword.
    pub(crate) fn accept_simple(
        &mut self,
        key: &str,
        node: &Node<'_, 'd>,
        references: &References<'d>,
    ) -> Result<bool, Fault> {
        self.accept(key, node, Grammar::Simple, references)
    }

    /// Makes the type `string`.
    pub(crate) fn set_text(&mut self) {
        self.any.typ = Some("string".to_owned());
        self.used |= TYPE;
    }

    /// Whether the type is `array`.
    pub(crate) fn is_array(&self) -> bool {
        self.any.typ.as_deref() == Some("array")
    }

    /// Whether the type is `file`, which only parts of forms may be.
    pub(crate) fn is_file(&self) -> bool {
        self.any.typ.as_deref() == Some("file")
    }

    fn extend(&mut self, extensions: Extensions) {
        if !extensions.is_empty() {
            self.used |= DATA;
            self.data.extensions = extensions;
        }
    }

    fn accept(
        &mut self,
        key: &str,
        node: &Node<'_, 'd>,
        grammar: Grammar,
        references: &References<'d>,
    ) -> Result<bool, Fault> {
        let full = grammar != Grammar::Simple;
        let group = match key {
            "type" => {
                self.any.typ = self.read_type(node, grammar);
                TYPE
            }
            "format" => {
                let format = node.string()?;
                if !FORMATS.contains(&format.as_str()) {
                    node.warn(
                        WarningKind::Key,
                        format!("the format {} is unknown and has no effect", quote(&format)),
                    );
                }
                self.any.format = Some(format);
                FORMAT
            }
            "enum" => {
                self.any.enumeration = node.list("an enum", |value| Ok(value.json.to_value()))?;
                if self.any.enumeration.is_empty() {
                    node.warn(WarningKind::Schema, "an enum without values has no effect");
                    return Ok(true);
                }
                ENUM
            }
            "pattern" => {
                self.any.pattern = Some(node.string()?);
                TEXT
            }
            "minLength" => {
                self.any.min_length = Some(node.count()?);
                TEXT
            }
            "maxLength" => {
                self.any.max_length = Some(node.count()?);
                TEXT
            }
            "minimum" => {
                self.minimum = Some(node.number()?);
                NUMERIC
            }
            "maximum" => {
                self.maximum = Some(node.number()?);
                NUMERIC
            }
            "multipleOf" => {
                self.multiple_of = Some(node.number()?);
                NUMERIC
            }
            "exclusiveMinimum" => {
                self.any.exclusive_minimum = Some(node.boolean()?);
                NUMERIC
            }
            "exclusiveMaximum" => {
                self.any.exclusive_maximum = Some(node.boolean()?);
                NUMERIC
            }
            "items" => {
                self.any.items = Some(boxed(node, grammar, references)?);
                ARRAY
            }
            "minItems" => {
                self.any.min_items = Some(node.count()?);
                ARRAY
            }
            "maxItems" => {
                self.any.max_items = Some(node.count()?);
                ARRAY
            }
            "uniqueItems" => {
                self.any.unique_items = Some(node.boolean()?);
                ARRAY
            }
            "default" => {
                self.data.default = Some(node.json.to_value());
                DATA
            }
            "collectionFormat" if !full => {
                // Of an array in an array: the outer one's is taken before this is asked.
                if node.text()? != "csv" {
                    node.warn(
                        WarningKind::Schema,
                        "a list in a list is written with commas",
                    );
                }
                DATA
            }
            _ if !full => return Ok(false),
            "properties" => {
                self.any.properties =
                    node.map("properties", |node| boxed(&node, grammar, references))?;
                OBJECT
            }
            "required" => {
                self.any.required = node.strings("required")?;
                OBJECT
            }
            "additionalProperties" => {
                self.any.additional_properties = Some(match node.boolean() {
                    Ok(any) => AdditionalProperties::Any(any),
                    Err(_) => {
                        AdditionalProperties::Schema(Box::new(read(node, grammar, references)?))
                    }
                });
                OBJECT
            }
            "minProperties" => {
                self.any.min_properties = Some(node.count()?);
                OBJECT
            }
            "maxProperties" => {
                self.any.max_properties = Some(node.count()?);
                OBJECT
            }
            "allOf" => {
                self.any.all_of = parts(node, grammar, references)?;
                ALL_OF
            }
            "oneOf" if grammar == Grammar::OpenApi3 => {
                self.any.one_of = parts(node, grammar, references)?;
                ONE_OF
            }
            "anyOf" if grammar == Grammar::OpenApi3 => {
                self.any.any_of = parts(node, grammar, references)?;
                ANY_OF
            }
            "not" if grammar == Grammar::OpenApi3 => {
                self.any.not = Some(Box::new(read(node, grammar, references)?));
                NOT
            }
            _ => return self.accept_data(key, node, grammar),
        };
        self.used |= group;
        Ok(true)
    }

    /// The type; none where it is any JSON value. OpenAPI 3.1's list of types is understood where it is one type and null.
    fn read_type(&mut self, node: &Node<'_, 'd>, grammar: Grammar) -> Option<String> {
        let mut names = match node.json {
            Json::Array(items) => items.iter().filter_map(Json::as_str).collect(),
            json => json.as_str().map(|name| vec![name]).unwrap_or_default(),
        };
        let count = names.len();
        names.retain(|name| *name != "null");
        if names.len() < count {
            node.warn(
                WarningKind::Schema,
                "a type that is null beside another is read as nullable, as OpenAPI 3.1 means it",
            );
            self.data.nullable = true;
        }
        let unknown = |what: &str| {
            node.warn(WarningKind::Schema, format!("{what} is {AS_ANY}"));
            None
        };
        let [name] = names[..] else {
            return unknown("a schema whose type is not one string");
        };
        match name {
            "string" | "number" | "integer" | "boolean" | "array" => Some(name.to_owned()),
            "object" if grammar == Grammar::Simple => {
                node.warn(
                    WarningKind::Schema,
                    "an object has no form as text; a string is taken in its place",
                );
                Some("string".to_owned())
            }
            "object" => Some(name.to_owned()),
            "any" if grammar != Grammar::OpenApi3 => None,
            "file" if grammar != Grammar::OpenApi3 => Some(name.to_owned()),
            other => unknown(&format!("a schema of the type {}", quote(other))),
        }
    }

    /// The keywords that say something about a schema without constraining values.
    fn accept_data(
        &mut self,
        key: &str,
        node: &Node<'_, 'd>,
        grammar: Grammar,
    ) -> Result<bool, Fault> {
        match key {
            "title" => self.data.title = node.prose(),
            "description" => self.data.description = node.prose(),
            "readOnly" => self.data.read_only = node.boolean()?,
            // Swagger 2.0 does not have it in schemas, yet its writers do.
            "deprecated" => self.data.deprecated = node.boolean()?,
            "writeOnly" if grammar == Grammar::OpenApi3 => self.data.write_only = node.boolean()?,
            "nullable" if grammar == Grammar::OpenApi3 => self.data.nullable = node.boolean()?,
            "example" => self.data.example = Some(node.json.to_value()),
            // They have no effect: a model with a discriminator has the properties that it declares, and nothing is written as XML.
            "externalDocs" | "discriminator" | "xml" => return Ok(true),
            _ => return Ok(false),
        }
        self.used |= DATA;
        Ok(true)
    }

    /// The schema made of what was collected from `node`.
    pub(crate) fn finish(mut self, node: &Node<'_, 'd>) -> Schema {
        if self.is_array() && self.any.items.is_none() {
            node.warn(
                WarningKind::Schema,
                "an array does not say what its items are; they are read as any JSON value",
            );
        }
        for (group, key) in [(ONE_OF, "oneOf"), (ANY_OF, "anyOf"), (NOT, "not")] {
            if self.used & group == 0 {
                continue;
            }
            let message = if self.any.properties.is_empty() {
                format!("a schema with {key:?} is {AS_ANY}")
            } else {
                format!("{key:?} beside properties is not expressed; the properties are")
            };
            node.notes
                .warn(WarningKind::Schema, &node.at.key(key), message);
        }
        let data = std::mem::take(&mut self.data);
        Schema {
            schema_data: data,
            schema_kind: self.kind(),
        }
    }

    fn kind(mut self) -> SchemaKind {
        if self.is_file() {
            return SchemaKind::Type(Type::String(StringType {
                format: VariantOrUnknownOrEmpty::Item(StringFormat::Binary),
                ..StringType::default()
            }));
        }
        // A type beside keywords of another one, or values that are not of the type, are kept as they are: the ir decides what they mean.
        let groups = self.used & !(TYPE | DATA);
        let only = |allowed: Groups| groups & !allowed == 0;
        let typ = self.any.typ.clone();
        let typed = match typ.as_deref() {
            Some("string") if only(TEXT | ENUM | FORMAT) => self.string(),
            Some("integer") if only(NUMERIC | ENUM | FORMAT) => self.integer(),
            Some("number") if only(NUMERIC | ENUM | FORMAT) => self.float(),
            Some("boolean") if only(ENUM) => values(&self.any.enumeration, Value::as_bool)
                .map(|enumeration| SchemaKind::Type(Type::Boolean(BooleanType { enumeration }))),
            Some("object") if only(OBJECT) => Some(self.object()),
            None if groups == OBJECT => Some(self.object()),
            Some("array") if only(ARRAY) => Some(self.array()),
            None if groups == ARRAY && self.any.items.is_some() => Some(self.array()),
            Some("object") | None if groups & ALL_OF != 0 && only(ALL_OF | OBJECT) => {
                Some(self.all_of(groups))
            }
            None if groups == ONE_OF => Some(SchemaKind::OneOf {
                one_of: std::mem::take(&mut self.any.one_of),
            }),
            None if groups == ANY_OF => Some(SchemaKind::AnyOf {
                any_of: std::mem::take(&mut self.any.any_of),
            }),
            None if groups == NOT => self.any.not.take().map(|not| SchemaKind::Not { not }),
            _ => None,
        };
        typed.unwrap_or_else(|| {
            self.any.minimum = self.minimum.and_then(Number::as_f64);
            self.any.maximum = self.maximum.and_then(Number::as_f64);
            self.any.multiple_of = self.multiple_of.and_then(Number::as_f64);
            SchemaKind::Any(*self.any)
        })
    }

    fn string(&mut self) -> Option<SchemaKind> {
        let enumeration = values(&self.any.enumeration, |value| {
            value.as_str().map(str::to_owned)
        })?;
        Some(SchemaKind::Type(Type::String(StringType {
            format: self.any.format.take().into(),
            pattern: self.any.pattern.take(),
            enumeration,
            min_length: self.any.min_length,
            max_length: self.any.max_length,
        })))
    }

    fn integer(&mut self) -> Option<SchemaKind> {
        let enumeration = values(&self.any.enumeration, |value| match value {
            Value::Number(number) => whole(number),
            _ => None,
        })?;
        Some(SchemaKind::Type(Type::Integer(IntegerType {
            multiple_of: held(self.multiple_of, whole)?,
            minimum: held(self.minimum, whole)?,
            maximum: held(self.maximum, whole)?,
            exclusive_minimum: self.any.exclusive_minimum.unwrap_or_default(),
            exclusive_maximum: self.any.exclusive_maximum.unwrap_or_default(),
            enumeration,
            format: self.any.format.take().into(),
        })))
    }

    fn float(&mut self) -> Option<SchemaKind> {
        let enumeration = values(&self.any.enumeration, |value| match value {
            Value::Number(number) => exact(number),
            _ => None,
        })?;
        Some(SchemaKind::Type(Type::Number(NumberType {
            multiple_of: self.multiple_of.and_then(Number::as_f64),
            minimum: self.minimum.and_then(Number::as_f64),
            maximum: self.maximum.and_then(Number::as_f64),
            exclusive_minimum: self.any.exclusive_minimum.unwrap_or_default(),
            exclusive_maximum: self.any.exclusive_maximum.unwrap_or_default(),
            enumeration,
            format: self.any.format.take().into(),
        })))
    }

    fn object(&mut self) -> SchemaKind {
        SchemaKind::Type(Type::Object(ObjectType {
            properties: std::mem::take(&mut self.any.properties),
            required: std::mem::take(&mut self.any.required),
            additional_properties: self.any.additional_properties.take(),
            min_properties: self.any.min_properties,
            max_properties: self.any.max_properties,
        }))
    }

    fn array(&mut self) -> SchemaKind {
        SchemaKind::Type(Type::Array(ArrayType {
            items: self.any.items.take(),
            min_items: self.any.min_items,
            max_items: self.any.max_items,
            unique_items: self.any.unique_items.unwrap_or_default(),
        }))
    }

    fn all_of(&mut self, groups: Groups) -> SchemaKind {
        let mut all_of = std::mem::take(&mut self.any.all_of);
        if groups & OBJECT != 0 {
            all_of.push(ReferenceOr::Item(Schema {
                schema_data: SchemaData::default(),
                schema_kind: self.object(),
            }));
        }
        SchemaKind::AllOf { all_of }
    }
}

/// The parts of `allOf`, `oneOf` or `anyOf`.
fn parts<'d>(
    node: &Node<'_, 'd>,
    grammar: Grammar,
    references: &References<'d>,
) -> Result<Vec<ReferenceOr<Schema>>, Fault> {
    let parts = node.list("a list of schemas", |node| read(&node, grammar, references))?;
    if parts.is_empty() {
        return Err(node.fault("expected at least one schema"));
    }
    Ok(parts)
}

/// An enum whose values are all null or of one type; none where another is among them.
fn values<T>(
    enumeration: &[Value],
    convert: impl Fn(&Value) -> Option<T>,
) -> Option<Vec<Option<T>>> {
    enumeration
        .iter()
        .map(|value| match value {
            Value::Null => Some(None),
            value => convert(value).map(Some),
        })
        .collect()
}

/// A bound that its type holds: none if it does not hold the bound.
fn held<T>(bound: Option<&Number>, convert: impl Fn(&Number) -> Option<T>) -> Option<Option<T>> {
    match bound {
        None => Some(None),
        Some(number) => convert(number).map(Some),
    }
}

/// A number as an integer, `1.0` included.
fn whole(number: &Number) -> Option<i64> {
    number.as_i64().or_else(|| {
        // Above 2^53 a float no longer names one integer.
        number
            .as_f64()
            .filter(|float| float.fract() == 0.0 && float.abs() <= 9_007_199_254_740_992.0)
            .map(|float| float as i64)
    })
}

/// A number as a float, where that loses nothing.
fn exact(number: &Number) -> Option<f64> {
    let float = number.as_f64()?;
    match number.as_i128() {
        Some(integer) if float as i128 != integer => None,
        _ => Some(float),
    }
}
