//! Values made from schemas, by the rules of the recorded vectors.
//!
//! | schema | value |
//! |---|---|
//! | enum | its first value |
//! | string | `{name}-1`, by the wire name of the parameter or property |
//! | date-time, date, local-date-time, year-month | `2026-01-02T03:04:05.678Z` and its parts |
//! | uuid, or a string whose pattern takes it; uri or url | `00000000-0000-4000-8000-000000000001`; `https://example.com/{name}` |
//! | integer; number; boolean | `7` moved into minimum..maximum; `1.5`; `true` |
//! | array; map; object without properties | one element; one entry, `key-1`; `{"any": "thing"}` |
//! | model | all its properties; a model nested three deep is `{}` |
//!
//! A [`Policy`] departs from them where a round trip is to be made harder.

use std::cell::RefCell;
use std::collections::HashMap;

use regex_lite::Regex;
use serde_json::{Map, Value, json};

use super::spec::Operation;
use super::{Problem, Spec};

const UUID: &str = "00000000-0000-4000-8000-000000000001";

/// How many models deep the properties of a model are filled in.
const DEPTH: usize = 3;

/// What stands for an enum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Enums {
    /// The first known value.
    #[default]
    First,
    /// The last known value.
    Last,
    /// A value that the spec does not know.
    Unknown,
}

/// What stands for a number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Numbers {
    /// The sample values.
    #[default]
    Sample,
    /// The least that the format holds (an integer without a format has 64 bits).
    Least,
    /// The most that the format holds.
    Most,
}

/// What objects hold besides what the spec knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Additions {
    /// Nothing.
    #[default]
    None,
    /// Properties that the spec does not know, in every model.
    EveryModel,
}

/// Where nulls stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Nulls {
    /// Nowhere.
    #[default]
    None,
    /// Beside the element of every array, and the entry of every map.
    Elements,
    /// In place of every property of the innermost models, which would be empty otherwise.
    Innermost,
}

/// Whether values keep to what a schema says beyond its type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Constraints {
    /// As far as the rules of the recorded vectors go.
    #[default]
    Ruled,
    /// All of them: a model nested deeper has its required properties.
    Met,
}

/// What a [`Sampler`] makes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Policy {
    /// Enums.
    pub enums: Enums,
    /// Numbers.
    pub numbers: Numbers,
    /// Unknown properties.
    pub additions: Additions,
    /// Nulls.
    pub nulls: Nulls,
    /// Patterns, lengths and required properties.
    pub constraints: Constraints,
}

/// Makes values.
pub struct Sampler<'a> {
    spec: &'a Spec,
    policy: Policy,
    takes_uuid: RefCell<HashMap<String, bool>>,
}

impl<'a> Sampler<'a> {
    /// A sampler of that document.
    #[must_use]
    pub fn new(spec: &'a Spec, policy: Policy) -> Self {
        Self {
            spec,
            policy,
            takes_uuid: RefCell::default(),
        }
    }

    /// The arguments of an operation by wire name, the body under `body`: all, or those that the operation requires.
    ///
    /// # Errors
    ///
    /// A [`Problem`] where a schema has a shape that no rule is for.
    pub fn arguments(
        &self,
        operation: &Operation<'_>,
        required_only: bool,
    ) -> Result<Map<String, Value>, Problem> {
        let mut arguments = Map::new();
        for parameter in operation.parameters() {
            if required_only && parameter.get("required") != Some(&Value::Bool(true)) {
                continue;
            }
            let text = |key| {
                parameter
                    .get(key)
                    .and_then(Value::as_str)
                    .unwrap_or_default()
            };
            let (name, schema) = match (text("in"), parameter.get("schema")) {
                ("body", Some(schema)) => ("body", schema),
                _ => (text("name"), parameter),
            };
            arguments.insert(name.to_owned(), self.value(schema, name, 0)?);
        }
        Ok(arguments)
    }

    /// An instance of the definition called `name`.
    ///
    /// # Errors
    ///
    /// A [`Problem`] where the definition is not there, or a schema has a shape that no rule is for.
    pub fn model(&self, name: &str) -> Result<Value, Problem> {
        let definition = self
            .spec
            .definition(name)
            .ok_or_else(|| Problem::Spec(format!("it has no definition {name}")))?;
        self.object(definition, name, 1)
    }

    fn value(&self, schema: &Value, name: &str, depth: usize) -> Result<Value, Problem> {
        if let Some((_, definition)) = self.spec.referred(schema)? {
            return self.object(definition, name, depth + 1);
        }
        if let Some(values) = schema.get("enum").and_then(Value::as_array) {
            return self.enum_value(values, name);
        }
        Ok(match kind(schema) {
            "string" => Value::String(self.string(schema, name)),
            "integer" => self.integer(schema),
            "number" => self.number(schema),
            "boolean" => Value::Bool(true),
            "array" => {
                let items = schema
                    .get("items")
                    .ok_or_else(|| Problem::Spec(format!("the array {name} has no items")))?;
                let element = self.value(items, name, depth)?;
                Value::Array(match self.policy.nulls {
                    Nulls::Elements => vec![Value::Null, element, Value::Null],
                    _ => vec![element],
                })
            }
            "object" => self.object(schema, name, depth)?,
            other => {
                return Err(Problem::Spec(format!("{name} is of the type {other}")));
            }
        })
    }

    /// An object: a model with `depth` models around it (itself included), a map, or anything.
    fn object(&self, given: &Value, name: &str, depth: usize) -> Result<Value, Problem> {
        if kind(given) != "object" {
            return self.value(given, name, depth);
        }
        let properties = given.get("properties").and_then(Value::as_object);
        let mut object = Map::new();
        if let Some(properties) = properties.filter(|properties| !properties.is_empty()) {
            if depth > DEPTH {
                if self.policy.nulls == Nulls::Innermost {
                    object.extend(properties.keys().map(|name| (name.clone(), Value::Null)));
                }
                if self.policy.constraints == Constraints::Met {
                    for (name, schema) in properties {
                        if is_required(given, name) {
                            object.insert(name.clone(), self.value(schema, name, depth)?);
                        }
                    }
                }
            } else {
                for (name, schema) in properties {
                    object.insert(name.clone(), self.value(schema, name, depth)?);
                }
            }
            self.add(&mut object);
        } else if let Some(values) = given
            .get("additionalProperties")
            .filter(|values| values.is_object())
        {
            object.insert("key-1".to_owned(), self.value(values, name, depth)?);
            if self.policy.nulls == Nulls::Elements {
                object.insert("key-0".to_owned(), Value::Null);
                object.insert("key-2".to_owned(), Value::Null);
            }
        } else {
            if depth <= DEPTH {
                object.insert("any".to_owned(), json!("thing"));
            }
            self.add(&mut object);
        }
        Ok(Value::Object(object))
    }

    /// What no release of the spec has: names that are not identifiers, and numbers that a double would change.
    fn add(&self, object: &mut Map<String, Value>) {
        if self.policy.additions == Additions::EveryModel {
            object.insert(
                "x-unknown 1\u{1f980}\"\\\n".to_owned(),
                json!({
                    "above2to53": 9_007_199_254_740_993_i64,
                    "below": -9_007_199_254_740_993_i64,
                    "least": i64::MIN,
                    "most": i64::MAX,
                    "unsigned": u64::MAX,
                    "fraction": 0.1,
                    "list": [null, 1, "\u{0}\u{7f}\u{2028}", [], {}, false],
                    "map": {"": null},
                }),
            );
            object.insert("x-unknown-null".to_owned(), Value::Null);
            object.insert("extra".to_owned(), json!(9_007_199_254_740_993_i64));
            object.insert(String::new(), json!("an empty name"));
        }
    }

    fn enum_value(&self, values: &[Value], name: &str) -> Result<Value, Problem> {
        let value = match self.policy.enums {
            Enums::Last => values.last(),
            Enums::First | Enums::Unknown => values.first(),
        };
        let value = value.ok_or_else(|| Problem::Spec(format!("the enum {name} has no values")))?;
        Ok(match (self.policy.enums, value) {
            (Enums::Unknown, Value::Number(_)) => json!(987_654_321),
            (Enums::Unknown, _) => json!("Added in a later release, \"\u{e9}\\\u{1f980}\""),
            _ => value.clone(),
        })
    }

    fn string(&self, schema: &Value, name: &str) -> String {
        let format = schema
            .get("format")
            .and_then(Value::as_str)
            .unwrap_or_default();
        match format {
            "date-time" => "2026-01-02T03:04:05.678Z".to_owned(),
            "date" => "2026-01-02".to_owned(),
            "local-date-time" => "2026-01-02T03:04:05.678".to_owned(),
            "year-month" => "2026-01".to_owned(),
            "uuid" => UUID.to_owned(),
            "uri" | "url" => format!("https://example.com/{name}"),
            _ => match schema.get("pattern").and_then(Value::as_str) {
                Some(pattern) if self.takes_uuid(pattern) => UUID.to_owned(),
                _ => format!("{name}-1"),
            },
        }
    }

    fn takes_uuid(&self, pattern: &str) -> bool {
        *self
            .takes_uuid
            .borrow_mut()
            .entry(pattern.to_owned())
            .or_insert_with(|| Regex::new(pattern).is_ok_and(|pattern| pattern.is_match(UUID)))
    }

    fn integer(&self, schema: &Value) -> Value {
        let narrow = schema.get("format").and_then(Value::as_str) == Some("int32");
        let value = match (self.policy.numbers, narrow) {
            (Numbers::Sample, _) => {
                let bound = |key| schema.get(key).and_then(whole);
                let value = bound("minimum").map_or(7, |least| least.max(7));
                bound("maximum").map_or(value, |most| most.min(value))
            }
            (Numbers::Least, true) => i64::from(i32::MIN),
            (Numbers::Least, false) => i64::MIN,
            (Numbers::Most, true) => i64::from(i32::MAX),
            (Numbers::Most, false) => i64::MAX,
        };
        json!(value)
    }

    fn number(&self, schema: &Value) -> Value {
        let narrow = schema.get("format").and_then(Value::as_str) == Some("float");
        match (self.policy.numbers, narrow) {
            (Numbers::Sample, _) => json!(1.5),
            // The smallest of all, negative.
            (Numbers::Least, false) => json!(-5e-324),
            (Numbers::Least, true) => json!(-0.1),
            (Numbers::Most, false) => json!(f64::MAX),
            (Numbers::Most, true) => json!(3.402_823_5e38),
        }
    }
}

/// The type of a schema; one without is an object.
pub(super) fn kind(schema: &Value) -> &str {
    schema
        .get("type")
        .and_then(Value::as_str)
        .unwrap_or("object")
}

fn is_required(object: &Value, property: &str) -> bool {
    let required = object.get("required").and_then(Value::as_array);
    required.is_some_and(|names| names.iter().any(|name| name == property))
}

/// A bound as an integer: some are written as text, some as `7.0`.
fn whole(bound: &Value) -> Option<i64> {
    match bound {
        Value::String(text) => text.parse().ok(),
        #[allow(
            clippy::cast_possible_truncation,
            reason = "a bound of an integer is one"
        )]
        Value::Number(number) => number
            .as_i64()
            .or_else(|| number.as_f64().map(|bound| bound as i64)),
        _ => None,
    }
}
