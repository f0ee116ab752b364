//! Forms: bodies whose fields are parameters of their own.

use indexmap::IndexMap;
use openapiv3::{Encoding, MediaType, ReferenceOr, Schema, SchemaKind};

use super::error::IrError;
use super::kinds::{Source, is_file, items, resolve};
use super::limits::limits;
use super::model::{Docs, ListStyle, Location, Parameter, Type};
use super::operations::Input;
use super::parameters::{Parameters, as_text, check_type, marked_style, place, style_of};
use super::schemas::{Schemas, prose};

type Definitions = IndexMap<String, ReferenceOr<Schema>>;

/// How deep a form may be made of other schemas.
const DEPTH_LIMIT: usize = 100;

/// The fields of a form as the document has them.
#[derive(Default)]
struct Fields<'d> {
    all: Vec<(&'d str, Source<'d>)>,
    /// Their names: what one part of an `allOf` requires, another one may declare.
    required: Vec<&'d str>,
    /// The schemas that were looked at: one that stands in an `allOf` twice is read once.
    seen: Vec<&'d Schema>,
}

impl Parameters {
    /// The fields of a form, URL-encoded or of several parts: required ones are arguments, the others setters.
    pub(crate) fn add_form<'d>(
        &mut self,
        input: &Input<'d>,
        (content_type, media_type): (&str, &'d MediaType),
        location: Location,
        struct_name: &str,
        schemas: &mut Schemas<'d>,
    ) -> Result<(), IrError> {
        let form = |problem| input.error(&["requestBody"], problem);
        let schema = media_type
            .schema
            .as_ref()
            .ok_or_else(|| form("a form needs a schema that lists its fields"))?;
        let definitions = schemas.definitions();
        let fields = fields(Source::from(schema), definitions)
            .ok_or_else(|| form("a form needs a schema of an object that lists its fields"))?;
        for (name, schema, is_required) in fields {
            let file = (location == Location::Part)
                .then(|| file(schema, definitions))
                .flatten();
            let keys = [
                "requestBody",
                "content",
                content_type,
                "schema",
                "properties",
                name,
            ];
            let place = place(input, name, struct_name, "form", &keys);
            let ty = match file {
                Some(file) => file,
                None if location == Location::Part => schemas.ty(schema, &place)?,
                None => as_text(schemas.ty(schema, &place)?, schema, &place, schemas),
            };
            let data = schema.data();
            let parameter = Parameter {
                name: String::new(),
                wire_name: name.to_owned(),
                location,
                list_style: match ty {
                    Type::List(_) => list_style(media_type.encoding.get(name)),
                    _ => ListStyle::default(),
                },
                limits: limits(schema, definitions),
                default: schemas.default(schema, &ty, &place),
                docs: Docs {
                    summary: None,
                    description: prose(data.and_then(|data| data.description.as_deref())),
                },
                ty,
            };
            check_type(input, &parameter).map_err(|error| error.at(input.pointer(&keys)))?;
            if is_required {
                self.arguments.push(parameter);
            } else {
                self.setters.push(parameter);
            }
        }
        Ok(())
    }
}

/// The properties of an object with their names, and which of them it requires; none if it is not an object or lists none.
pub(crate) fn fields<'d>(
    source: Source<'d>,
    definitions: &'d Definitions,
) -> Option<Vec<(&'d str, Source<'d>, bool)>> {
    let mut fields = Fields::default();
    if !collect(source, definitions, &mut fields, 0) || fields.all.is_empty() {
        return None;
    }
    let required = fields.required;
    let all = fields.all.into_iter();
    Some(
        all.map(|(name, source)| (name, source, required.contains(&name)))
            .collect(),
    )
}

/// Collects the fields of an object, wherever its schema has them from; false if it is not an object.
fn collect<'d>(
    source: Source<'d>,
    definitions: &'d Definitions,
    fields: &mut Fields<'d>,
    depth: usize,
) -> bool {
    let schema = match resolve(source, definitions) {
        Some(schema) if depth < DEPTH_LIMIT => schema,
        _ => return false,
    };
    if fields.seen.iter().any(|seen| std::ptr::eq(*seen, schema)) {
        return true;
    }
    fields.seen.push(schema);
    let (properties, required, parts) = match &schema.schema_kind {
        SchemaKind::Type(openapiv3::Type::Object(object)) => {
            (Some(&object.properties), &object.required[..], &[][..])
        }
        SchemaKind::Any(any) => (Some(&any.properties), &any.required[..], &any.all_of[..]),
        SchemaKind::AllOf { all_of } => (None, &[][..], &all_of[..]),
        _ => return false,
    };
    fields.required.extend(required.iter().map(String::as_str));
    for part in parts {
        if !collect(Source::from(part), definitions, fields, depth + 1) {
            return false;
        }
    }
    for (name, property) in properties.into_iter().flatten() {
        if fields.all.iter().all(|(known, _)| known != name) {
            fields.all.push((name, Source::from(property)));
        }
    }
    true
}

/// The type of a file, or of a list of files.
fn file(source: Source<'_>, definitions: &Definitions) -> Option<Type> {
    if is_file(source, definitions) {
        return Some(Type::File);
    }
    let item = items(source, definitions)?;
    is_file(item, definitions).then(|| Type::List(Box::new(Type::File)))
}

fn list_style(encoding: Option<&Encoding>) -> ListStyle {
    let Some(encoding) = encoding else {
        return ListStyle::Repeated;
    };
    marked_style(&encoding.extensions)
        .or_else(|| style_of(encoding.style.as_ref(), encoding.explode))
        .unwrap_or(ListStyle::Repeated)
}
