//! Schemas become models, enums and types.
//!
//! - A definition that is an object becomes a model, an enum becomes an enum, and anything else is written as what it is wherever
//!   it is used (an [`Alias`]).
//! - `allOf` of one reference, which is what a reference with siblings becomes, is that reference. `allOf` of several objects is
//!   one model with the properties of all; a property of a later part replaces one of the same name.
//! - A model with a discriminator has the properties that it declares. Those of its subtypes are unknown to it, and so are kept
//!   and written back like any unknown property: nothing is lost, and a caller who knows the subtype can read it from the whole.
//! - `oneOf`, `anyOf` and `not` are [`Type::Json`], but beside properties: those are kept.
//! - An object without properties is [`Type::Json`] where it types a property, and a model without fields as a definition.
//! - `additionalProperties` beside properties add nothing to a model, which keeps unknown properties in any case.

use indexmap::IndexMap;
use openapiv3::{
    AdditionalProperties, AnySchema, ObjectType, ReferenceOr, Schema, SchemaData, SchemaKind,
    StringFormat, VariantOrUnknownOrEmpty,
};
use serde_json::Value;

use crate::load::{Notes, WarningKind, component_name};

use super::enums::variants;
use super::error::{IrError, definition};
use super::kinds::{Kind, Source, is_object, kind};
use super::limits::limits;
use super::model::{Alias, Docs, Enum, EnumHome, EnumRepr, Field, Model, ModelId, Type, Variant};
use super::naming::{Case, Names, identifier, pascal, snake, type_name};
use super::secrets::is_secret;
use crate::document::{pointer, quote};

/// Where a schema is: what a type made for it is called, and where errors point.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// The Rust name of a type made for it, before clashes are settled.
    pub(crate) base: String,
    /// Its owner and its name on the wire, which no other place has.
    pub(crate) origin: String,
    /// The name on the wire of the property or parameter; none for a definition.
    pub(crate) wire_name: Option<String>,
    /// Values travel in a path, query or header, and so as text.
    pub(crate) is_parameter: bool,
    /// It is a whole definition that gets a type, and so has a name that is settled.
    pub(crate) is_definition: bool,
    /// The JSON pointer.
    pub(crate) pointer: String,
    /// What errors call it.
    pub(crate) subject: String,
}

/// A definition on its way.
enum Slot {
    /// Not looked at yet.
    Waiting,
    /// Being converted: who asks for it now is part of it.
    Open,
    /// Done.
    Done(Type),
}

/// All types of a document, numbered in the order in which they were met.
pub(crate) struct Schemas<'d> {
    notes: &'d Notes,
    definitions: &'d IndexMap<String, ReferenceOr<Schema>>,
    kinds: Vec<Kind>,
    names: Vec<String>,
    slots: Vec<Slot>,
    /// The ids that models got from their definitions, known before they are converted.
    model_ids: Vec<Option<ModelId>>,
    taken: Names,
    /// The models. Those without a definition get their names at last.
    pub(crate) models: Vec<Model>,
    model_origins: Vec<Option<String>>,
    /// The enums.
    pub(crate) enums: Vec<Enum>,
    enum_origins: Vec<Option<String>>,
    /// Definitions that are neither.
    pub(crate) aliases: Vec<Alias>,
}

impl<'d> Schemas<'d> {
    /// The definitions of the document.
    pub(crate) fn definitions(&self) -> &'d IndexMap<String, ReferenceOr<Schema>> {
        self.definitions
    }

    /// Looks at the definitions, and gives them their names.
    pub(crate) fn new(
        definitions: &'d IndexMap<String, ReferenceOr<Schema>>,
        notes: &'d Notes,
    ) -> Self {
        let kinds: Vec<Kind> = definitions
            .values()
            .map(|schema| kind(Source::from(schema), definitions))
            .collect();
        let mut model_count = 0;
        let model_ids = kinds
            .iter()
            .map(|kind| {
                (*kind == Kind::Model).then(|| {
                    model_count += 1;
                    model_count - 1
                })
            })
            .collect();
        let mut taken = Names::default();
        let names = definition_names(definitions, &kinds, &mut taken);
        let models = vec![Model::default(); model_count];
        Self {
            notes,
            definitions,
            kinds,
            names,
            slots: definitions.keys().map(|_| Slot::Waiting).collect(),
            model_ids,
            taken,
            model_origins: vec![None; models.len()],
            models,
            enums: Vec::new(),
            enum_origins: Vec::new(),
            aliases: Vec::new(),
        }
    }

    /// Warns of a schema that is not expressed as it is.
    pub(crate) fn warn(&self, place: &Place, message: String) {
        self.warn_of(WarningKind::Schema, place.pointer.clone(), message);
    }

    /// Warns of something at a place of the loaded document.
    pub(crate) fn warn_of(&self, kind: WarningKind, pointer: String, message: String) {
        self.notes.warn_at(kind, pointer, message);
    }

    /// Converts every definition.
    pub(crate) fn convert_definitions(&mut self) -> Result<(), IrError> {
        for index in 0..self.definitions.len() {
            self.definition(index)?;
        }
        Ok(())
    }

    /// The type of a definition, converted now if it was not before. A model can hold itself, and so has its type at once.
    fn definition(&mut self, index: usize) -> Result<Type, IrError> {
        let Some((wire_name, schema)) = self.definitions.get_index(index) else {
            return Ok(Type::Json);
        };
        match &self.slots[index] {
            Slot::Done(ty) => return Ok(ty.clone()),
            Slot::Open => {
                if let Some(id) = self.model_ids[index] {
                    return Ok(Type::Model(id));
                }
                self.notes.warn_at(
                    WarningKind::Schema,
                    pointer(["components", "schemas", wire_name]),
                    "the schema is made of itself, and no object is in between; it is read as any JSON value"
                        .to_owned(),
                );
                return Ok(Type::Json);
            }
            Slot::Waiting => self.slots[index] = Slot::Open,
        }
        let place = Place {
            base: self.names[index].clone(),
            origin: wire_name.clone(),
            wire_name: None,
            is_parameter: false,
            is_definition: self.kinds[index] != Kind::Alias,
            pointer: pointer(["components", "schemas", wire_name]),
            subject: definition(wire_name),
        };
        let source = Source::from(schema);
        let ty = match (self.kinds[index], self.model_ids[index]) {
            (Kind::Model, Some(id)) => {
                let model = self.model(source, wire_name, &place)?;
                self.models[id] = model;
                Type::Model(id)
            }
            (Kind::Enum, _) => self.ty(source, &place)?,
            _ => {
                let ty = self.ty(source, &place)?;
                self.aliases.push(Alias {
                    wire_name: wire_name.clone(),
                    ty: ty.clone(),
                });
                ty
            }
        };
        self.slots[index] = Slot::Done(ty.clone());
        Ok(ty)
    }

    /// The type of the definition of this name, if there is one.
    pub(crate) fn named(&mut self, name: &str) -> Result<Option<Type>, IrError> {
        match self.definitions.get_index_of(name) {
            Some(index) => self.definition(index).map(Some),
            None => Ok(None),
        }
    }

    /// The type that a reference names.
    fn reference(&mut self, reference: &str) -> Result<Type, IrError> {
        let index = component_name(reference).and_then(|name| self.definitions.get_index_of(&name));
        match index {
            // A model is known by its number; converting it here would nest as deep as the references do.
            Some(index) => match self.model_ids[index] {
                Some(id) => Ok(Type::Model(id)),
                None => self.definition(index),
            },
            // The loader has made sure that there is one.
            None => Ok(Type::Json),
        }
    }

    /// The type of a schema, wherever it is.
    pub(crate) fn ty(&mut self, source: Source<'d>, place: &Place) -> Result<Type, IrError> {
        let schema = match source {
            Source::Reference(reference) => return self.reference(reference),
            Source::Item(schema) => schema,
        };
        match &schema.schema_kind {
            SchemaKind::Type(openapiv3::Type::String(string)) => {
                let values: Vec<String> = string.enumeration.iter().flatten().cloned().collect();
                if place.is_parameter && are_booleans(&values) {
                    return Ok(Type::Boolean);
                }
                Ok(self.enum_or(EnumRepr::Text, values, schema, place, || {
                    string_type(&string.format)
                }))
            }
            SchemaKind::Type(openapiv3::Type::Integer(integer)) => {
                let values = integer
                    .enumeration
                    .iter()
                    .flatten()
                    .map(i64::to_string)
                    .collect();
                Ok(self.enum_or(EnumRepr::Integer, values, schema, place, || Type::Integer))
            }
            // The values of a number are not names, so that an enum of them is a number.
            SchemaKind::Type(openapiv3::Type::Number(_)) => Ok(Type::Number),
            SchemaKind::Type(openapiv3::Type::Boolean(_)) => Ok(Type::Boolean),
            SchemaKind::Type(openapiv3::Type::Array(array)) => {
                self.list(array.items.as_ref().map(Source::from), place)
            }
            SchemaKind::Type(openapiv3::Type::Object(object)) => self.object(object, source, place),
            SchemaKind::AllOf { all_of } => match all_of.as_slice() {
                [part] => self.ty(Source::from(part), place),
                _ if is_object(source, self.definitions) => self.inline_model(source, place),
                _ => Ok(Type::Json),
            },
            SchemaKind::OneOf { .. } | SchemaKind::AnyOf { .. } | SchemaKind::Not { .. } => {
                Ok(Type::Json)
            }
            SchemaKind::Any(any) => self.any(any, source, schema, place),
        }
    }

    /// A schema with keywords that its type does not have. They constrain values, and so change nothing about the type.
    fn any(
        &mut self,
        any: &'d AnySchema,
        source: Source<'d>,
        schema: &'d Schema,
        place: &Place,
    ) -> Result<Type, IrError> {
        let is_mixed = !(any.one_of.is_empty() && any.any_of.is_empty() && any.not.is_none());
        if is_mixed && any.properties.is_empty() {
            return Ok(Type::Json);
        }
        let values: Vec<&Value> = any
            .enumeration
            .iter()
            .filter(|value| !value.is_null())
            .collect();
        let texts: Option<Vec<String>> = values
            .iter()
            .map(|value| value.as_str().map(str::to_owned))
            .collect();
        match any.typ.as_deref() {
            // In JSON a boolean is a boolean, whatever the enum says; as text it is what the enum says.
            Some("boolean") => Ok(match texts {
                Some(texts) if place.is_parameter && !are_booleans(&texts) => {
                    self.enum_or(EnumRepr::Text, texts, schema, place, || Type::Boolean)
                }
                _ => Type::Boolean,
            }),
            Some("string") if place.is_parameter && texts.as_deref().is_some_and(are_booleans) => {
                Ok(Type::Boolean)
            }
            Some("string") => {
                let format = any.format.clone().into();
                Ok(self.enum_or(
                    EnumRepr::Text,
                    texts.unwrap_or_default(),
                    schema,
                    place,
                    || string_type(&format),
                ))
            }
            Some("integer") => {
                let numbers: Option<Vec<String>> = values
                    .iter()
                    .map(|value| value.as_i64().map(|number| number.to_string()))
                    .collect();
                Ok(self.enum_or(
                    EnumRepr::Integer,
                    numbers.unwrap_or_default(),
                    schema,
                    place,
                    || Type::Integer,
                ))
            }
            Some("number") => Ok(Type::Number),
            Some("array") => self.list(any.items.as_ref().map(Source::from), place),
            _ if !any.properties.is_empty() || any.all_of.len() > 1 => {
                if is_object(source, self.definitions) {
                    self.inline_model(source, place)
                } else {
                    Ok(Type::Json)
                }
            }
            _ => match (&any.all_of[..], &any.additional_properties) {
                ([part], _) => self.ty(Source::from(part), place),
                ([], Some(AdditionalProperties::Schema(values))) => {
                    self.map(Source::from(values.as_ref()), place)
                }
                _ => Ok(match texts {
                    Some(texts) => {
                        self.enum_or(EnumRepr::Text, texts, schema, place, || Type::Json)
                    }
                    None => Type::Json,
                }),
            },
        }
    }

    fn list(&mut self, items: Option<Source<'d>>, place: &Place) -> Result<Type, IrError> {
        let item = match items {
            Some(items) => {
                let ty = self.ty(items, &below(place, "items"))?;
                match ty {
                    // The place of a number in a list has a meaning, which a null must not shift.
                    Type::Integer | Type::Number if !place.is_parameter && items.is_nullable() => {
                        Type::Nullable(Box::new(ty))
                    }
                    ty => ty,
                }
            }
            None => Type::Json,
        };
        Ok(Type::List(Box::new(item)))
    }

    fn map(&mut self, values: Source<'d>, place: &Place) -> Result<Type, IrError> {
        let value = self.ty(values, &below(place, "additionalProperties"))?;
        Ok(Type::Map(Box::new(value)))
    }

    fn object(
        &mut self,
        object: &'d ObjectType,
        source: Source<'d>,
        place: &Place,
    ) -> Result<Type, IrError> {
        if !object.properties.is_empty() {
            return self.inline_model(source, place);
        }
        match &object.additional_properties {
            Some(AdditionalProperties::Schema(values)) => {
                self.map(Source::from(values.as_ref()), place)
            }
            Some(AdditionalProperties::Any(true)) => Ok(Type::Map(Box::new(Type::Json))),
            _ => Ok(Type::Json),
        }
    }

    /// A model for an object that has no definition of its own.
    fn inline_model(&mut self, source: Source<'d>, place: &Place) -> Result<Type, IrError> {
        let id = self.models.len();
        self.models.push(Model::default());
        self.model_origins.push(Some(place.origin.clone()));
        self.models[id] = self.model(source, &place.origin, place)?;
        Ok(Type::Model(id))
    }

    fn model(
        &mut self,
        source: Source<'d>,
        wire_name: &str,
        place: &Place,
    ) -> Result<Model, IrError> {
        let mut fields = IndexMap::new();
        self.fields(source, place, &mut fields)?;
        let mut fields: Vec<Field> = fields.into_values().collect();
        name_fields(&mut fields);
        Ok(Model {
            name: place.base.clone(),
            wire_name: wire_name.to_owned(),
            inline: !place.is_definition,
            docs: source.data().map(docs).unwrap_or_default(),
            fields,
            ..Model::default()
        })
    }

    /// Collects the properties of an object and of all that it is made of.
    fn fields(
        &mut self,
        source: Source<'d>,
        place: &Place,
        fields: &mut IndexMap<String, Field>,
    ) -> Result<(), IrError> {
        let schema = match source {
            Source::Reference(reference) => return self.inherited(reference, fields),
            Source::Item(schema) => schema,
        };
        let (parts, properties, required) = match &schema.schema_kind {
            SchemaKind::Type(openapiv3::Type::Object(object)) => {
                (&[][..], &object.properties, &object.required[..])
            }
            SchemaKind::AllOf { all_of } => {
                for part in all_of {
                    self.fields(Source::from(part), place, fields)?;
                }
                return Ok(());
            }
            SchemaKind::Any(any) => (&any.all_of[..], &any.properties, &any.required[..]),
            _ => return Ok(()),
        };
        for part in parts {
            self.fields(Source::from(part), place, fields)?;
        }
        for (wire_name, property) in properties {
            let field = self.field(wire_name, property, place)?;
            fields.insert(wire_name.clone(), field);
        }
        for wire_name in required {
            if let Some(field) = fields.get_mut(wire_name) {
                field.required = true;
            }
        }
        Ok(())
    }

    /// Collects the properties of a definition that another one is made of.
    fn inherited(
        &mut self,
        reference: &str,
        fields: &mut IndexMap<String, Field>,
    ) -> Result<(), IrError> {
        let index = component_name(reference).and_then(|name| self.definitions.get_index_of(&name));
        if let Some(index) = index
            && let Type::Model(id) = self.definition(index)?
        {
            for field in &self.models[id].fields {
                fields.insert(field.wire_name.clone(), field.clone());
            }
        }
        Ok(())
    }

    fn field(
        &mut self,
        wire_name: &str,
        property: &'d ReferenceOr<Box<Schema>>,
        owner: &Place,
    ) -> Result<Field, IrError> {
        let source = Source::from(property);
        let place = Place {
            base: format!("{}{}", owner.base, pascal(wire_name)),
            origin: format!("{}.{wire_name}", owner.origin),
            wire_name: Some(wire_name.to_owned()),
            is_parameter: false,
            is_definition: false,
            pointer: format!("{}{}", owner.pointer, pointer(["properties", wire_name])),
            subject: owner.subject.clone(),
        };
        let ty = self.ty(source, &place)?;
        let data = source.data();
        Ok(Field {
            limits: limits(source, self.definitions),
            default: self.default(source, &ty, &place),
            name: String::new(),
            wire_name: wire_name.to_owned(),
            secret: is_secret(wire_name, &ty),
            ty,
            read_only: data.is_some_and(|data| data.read_only),
            required: false,
            deprecated: data.is_some_and(|data| data.deprecated),
            docs: data.map(docs).unwrap_or_default(),
        })
    }

    /// The default as the docs show it. Of an enum it is spelled like the value, and left out if it is not among the values.
    pub(crate) fn default(&self, source: Source<'_>, ty: &Type, place: &Place) -> Option<String> {
        let mut defaults = texts(source.data()?.default.as_ref()?);
        if let Some(variants) = self.variants(ty) {
            for default in &mut defaults {
                let mut wires = variants.iter().map(|variant| &variant.wire);
                let same = wires.clone().find(|wire| *wire == default);
                let Some(wire) =
                    same.or_else(|| wires.find(|wire| wire.eq_ignore_ascii_case(default)))
                else {
                    let message = format!(
                        "the default {} is not among the values; it is left out",
                        quote(default)
                    );
                    self.warn_of(WarningKind::Default, place.pointer.clone(), message);
                    return None;
                };
                wire.clone_into(default);
            }
        }
        (!defaults.is_empty()).then(|| defaults.join(", "))
    }

    /// The values of an enum, or of the items of a list.
    fn variants(&self, ty: &Type) -> Option<&[Variant]> {
        match ty {
            Type::Enum(id) => Some(&self.enums[*id].variants),
            Type::List(item) | Type::Nullable(item) => self.variants(item),
            _ => None,
        }
    }

    fn enum_or(
        &mut self,
        repr: EnumRepr,
        values: Vec<String>,
        schema: &Schema,
        place: &Place,
        otherwise: impl FnOnce() -> Type,
    ) -> Type {
        if values.is_empty() {
            return otherwise();
        }
        let id = self.enums.len();
        // What a property says is said at its field.
        let is_own = place.wire_name.is_none() || place.pointer.ends_with("/items");
        self.enums.push(Enum {
            name: place.base.clone(),
            wire_name: place.wire_name.clone(),
            inline: !place.is_definition,
            repr,
            variants: variants(values),
            home: EnumHome::Shared {
                file: String::new(),
            },
            alias_of: None,
            is_shared: false,
            group: 0,
            docs: if is_own {
                docs(&schema.schema_data)
            } else {
                Docs::default()
            },
        });
        self.enum_origins
            .push((!place.is_definition).then(|| place.origin.clone()));
        Type::Enum(id)
    }

    /// Settles the names of models and enums that have no definition of their own. None of them takes the name of a definition.
    pub(crate) fn settle_names(&mut self) {
        self.taken.reserve_taken();
        for (origin, id) in by_origin(&self.model_origins) {
            let name = &mut self.models[id].name;
            *name = self
                .taken
                .claim(name, &format!("{name}Object"), &origin, Case::Camel);
        }
        for (origin, id) in by_origin(&self.enum_origins) {
            let name = &mut self.enums[id].name;
            *name = self
                .taken
                .claim(name, &format!("{name}Enum"), &origin, Case::Camel);
        }
    }
}

fn by_origin(origins: &[Option<String>]) -> Vec<(String, usize)> {
    let mut order: Vec<(String, usize)> = origins
        .iter()
        .enumerate()
        .filter_map(|(id, origin)| origin.clone().map(|origin| (origin, id)))
        .collect();
    order.sort();
    order
}

/// The items of a list, or the values of a map, at a place.
fn below(place: &Place, key: &str) -> Place {
    let mut place = place.clone();
    place.is_definition = false;
    place.pointer.push('/');
    place.pointer.push_str(key);
    if place.wire_name.is_none() {
        // A list that is a definition itself: its items are something else.
        place.base.push_str("Item");
        place.origin.push_str("[]");
    }
    place
}

/// The Rust names of the definitions that get a type. Who is called like its type comes first.
fn definition_names(
    definitions: &IndexMap<String, ReferenceOr<Schema>>,
    kinds: &[Kind],
    taken: &mut Names,
) -> Vec<String> {
    let mut names: Vec<String> = definitions
        .keys()
        .map(|wire_name| type_name(wire_name, "Model"))
        .collect();
    let mut order: Vec<(bool, &String, usize)> = definitions
        .keys()
        .enumerate()
        .filter(|(index, _)| kinds[*index] != Kind::Alias)
        .map(|(index, wire_name)| (names[index] != *wire_name, wire_name, index))
        .collect();
    order.sort();
    for (_, wire_name, index) in order {
        names[index] = taken.claim(&names[index], "", wire_name, Case::Camel);
    }
    names
}

/// Names for the fields of a model.
fn name_fields(fields: &mut [Field]) {
    // `extra` is where a model keeps what it does not know.
    let mut taken = Names::new(&["extra"]);
    let mut order: Vec<(bool, usize, String)> = fields
        .iter()
        .enumerate()
        .map(|(index, field)| {
            let name = snake(&field.wire_name);
            (name != field.wire_name, index, name)
        })
        .collect();
    order.sort();
    for (_, index, name) in order {
        let field = &mut fields[index];
        field.name = taken.claim(
            &identifier(&name),
            &format!("{name}_"),
            &field.wire_name,
            Case::Snake,
        );
    }
}

/// Whether the values are `true` and `false`, in any case. As text a boolean says the same; in JSON a text stays a text.
fn are_booleans(values: &[String]) -> bool {
    let has = |word: &str| values.iter().any(|value| value.eq_ignore_ascii_case(word));
    let is_one =
        |value: &String| value.eq_ignore_ascii_case("true") || value.eq_ignore_ascii_case("false");
    has("true") && has("false") && values.iter().all(is_one)
}

fn string_type(format: &VariantOrUnknownOrEmpty<StringFormat>) -> Type {
    match format {
        VariantOrUnknownOrEmpty::Item(StringFormat::DateTime) => Type::DateTime,
        VariantOrUnknownOrEmpty::Item(StringFormat::Date) => Type::Date,
        VariantOrUnknownOrEmpty::Unknown(format) => match format.as_str() {
            "local-date-time" => Type::LocalDateTime,
            "year-month" => Type::YearMonth,
            _ => Type::String,
        },
        _ => Type::String,
    }
}

fn docs(data: &SchemaData) -> Docs {
    Docs {
        summary: prose(data.title.as_deref()),
        description: prose(data.description.as_deref()),
    }
}

/// The values of a default, as text.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Null => Vec::new(),
        Value::String(text) => prose(Some(text)).into_iter().collect(),
        Value::Array(values) => values.iter().flat_map(texts).collect(),
        other => vec![other.to_string()],
    }
}

/// Prose that says something.
pub(crate) fn prose(text: Option<&str>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
        .map(str::to_owned)
}
