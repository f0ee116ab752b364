//! What every model is put through.

use serde_json::{Map, Value, json};

use super::{Additions, Enums, Nulls, Numbers, Policy, Problem, Sampler, Spec};

/// An instance to read, and what writing it must give.
#[derive(Clone, Debug)]
pub struct Case {
    /// What it tries.
    pub name: &'static str,
    /// The definition.
    pub model: String,
    /// What is read.
    pub input: Value,
    /// What must be written.
    pub expected: Value,
}

/// The cases of one model after the other.
///
/// # Errors
///
/// A [`Problem`] where the document says something that no rule is for.
pub fn cases(spec: &Spec) -> Result<Vec<Vec<Case>>, Problem> {
    let sampler = |policy| Sampler::new(spec, policy);
    let plain = Policy::default();
    let full = sampler(plain);
    let with_nulls = sampler(Policy {
        nulls: Nulls::Elements,
        ..plain
    });
    let unchanged = [
        (
            "last enum values",
            sampler(Policy {
                enums: Enums::Last,
                ..plain
            }),
        ),
        (
            "unknown enum values",
            sampler(Policy {
                enums: Enums::Unknown,
                ..plain
            }),
        ),
        (
            "unknown properties",
            sampler(Policy {
                additions: Additions::EveryModel,
                ..plain
            }),
        ),
        (
            "least numbers",
            sampler(Policy {
                numbers: Numbers::Least,
                ..plain
            }),
        ),
        (
            "greatest numbers",
            sampler(Policy {
                numbers: Numbers::Most,
                ..plain
            }),
        ),
        (
            "nulls and unknown properties inside",
            sampler(Policy {
                nulls: Nulls::Innermost,
                additions: Additions::EveryModel,
                ..plain
            }),
        ),
    ];
    spec.objects()
        .map(|name| {
            let case = |case, input: Value, expected| Case {
                name: case,
                model: name.to_owned(),
                input,
                expected,
            };
            let same = |name, input: Value| case(name, input.clone(), input);
            let instance = full.model(name)?;
            let mut cases = vec![
                same("empty", json!({})),
                same("every property null", all_null(spec, name)),
                case(
                    "null elements and entries",
                    with_nulls.model(name)?,
                    instance.clone(),
                ),
                same("full", instance),
            ];
            for (name_of_case, sampler) in &unchanged {
                cases.push(same(name_of_case, sampler.model(name)?));
            }
            Ok(cases)
        })
        .collect()
}

fn all_null(spec: &Spec, name: &str) -> Value {
    let properties = spec
        .definition(name)
        .and_then(|definition| definition.get("properties"))
        .and_then(Value::as_object);
    let nulls: Map<String, Value> = properties
        .into_iter()
        .flat_map(|properties| properties.keys())
        .map(|property| (property.clone(), Value::Null))
        .collect();
    Value::Object(nulls)
}
