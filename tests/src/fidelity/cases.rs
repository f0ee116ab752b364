//! What every model is put through.

use serde_json::{Map, Value, json};

use super::{Additions, Enums, Nulls, Numbers, Policy, Problem, Sampler, Spec};

/// An instance to read and write.
#[derive(Clone, Debug)]
pub struct Case {
    /// What it tries.
    pub name: &'static str,
    /// The definition.
    pub model: String,
    /// What is read, and must be written.
    pub instance: Value,
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
            let same = |case, instance: Value| Case {
                name: case,
                model: name.to_owned(),
                instance,
            };
            let mut cases = vec![
                same("empty", json!({})),
                same("every property null", all_null(spec, name)),
                same("null elements and entries", with_nulls.model(name)?),
                same("full", full.model(name)?),
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
