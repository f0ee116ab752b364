//! Every generated model by the name of its definition, read and written. `build.rs` writes the table from the ir.

use std::collections::BTreeSet;

use fastrand::Rng;
use genesys_cloud::runtime::codec::{self, Extra, Model, Visitor, Wire, WireForm};
use genesys_cloud_tests::fidelity::{damaged, difference, parse};
use serde_json::Value;

/// What a model, or an alias of other types, is put through.
#[derive(Clone, Copy)]
pub(crate) struct RoundTrip {
    /// Reads JSON and writes what was read.
    pub(crate) there_and_back: fn(&[u8]) -> Result<Vec<u8>, serde_json::Error>,
    /// Reads JSON and changes one field; nothing for aliases.
    change: Option<ChangeField>,
}

type ChangeField = fn(&[u8], usize) -> Result<Changed, serde_json::Error>;

/// A model of which one field was changed.
struct Changed {
    /// The property that was changed, where the model has any.
    name: Option<&'static str>,
    /// What the model keeps besides its fields.
    kept: Vec<String>,
    written: Vec<u8>,
}

const fn model<T: Model>() -> RoundTrip {
    RoundTrip {
        there_and_back: there_and_back::<T>,
        change: Some(change::<T>),
    }
}

#[allow(dead_code, reason = "the small specs of the golden crate have none")]
const fn alias<T: Wire>() -> RoundTrip {
    RoundTrip {
        there_and_back: there_and_back::<T>,
        change: None,
    }
}

fn there_and_back<T: Wire>(json: &[u8]) -> Result<Vec<u8>, serde_json::Error> {
    codec::from_slice::<T>(json).and_then(codec::to_vec)
}

fn change<T: Model>(json: &[u8], field: usize) -> Result<Changed, serde_json::Error> {
    let mut model = codec::from_slice::<T>(json)?;
    let mut change = Change {
        fields_before: field,
        name: None,
        kept: Vec::new(),
    };
    model.visit(&mut change);
    Ok(Changed {
        name: change.name,
        kept: change.kept,
        written: codec::to_vec(model)?,
    })
}

/// Sets one field, or clears it.
struct Change {
    fields_before: usize,
    name: Option<&'static str>,
    kept: Vec<String>,
}

impl Change {
    fn is_here(&mut self, name: &'static str) -> bool {
        let is_here = self.fields_before == 0;
        if is_here {
            self.name = Some(name);
        }
        self.fields_before = self.fields_before.wrapping_sub(1);
        is_here
    }
}

impl Visitor for Change {
    fn field<T: Wire>(&mut self, name: &'static str, slot: &mut Option<T>) {
        if self.is_here(name) {
            *slot = match slot {
                Some(_) => None,
                None => Some(T::Form::empty()),
            };
        }
    }

    fn boxed<T: Wire>(&mut self, name: &'static str, slot: &mut Option<Box<T>>) {
        if self.is_here(name) {
            *slot = match slot {
                Some(_) => None,
                None => Some(Box::new(T::Form::empty())),
            };
        }
    }

    fn extra(&mut self, extra: &mut Extra) {
        self.kept = extra.iter().map(|(name, _)| name.to_owned()).collect();
    }
}

/// What is wrong where values of `instance` are damaged and read, written and changed, `times` times.
pub(crate) fn told_of_damage(
    instance: &Value,
    round_trip: RoundTrip,
    times: u32,
) -> Result<Option<String>, serde_json::Error> {
    let Some(change) = round_trip.change else {
        return Ok(None);
    };
    let kept_of = |instance: &Value| change(instance.to_string().as_bytes(), usize::MAX);
    let kept_before = BTreeSet::from_iter(kept_of(instance)?.kept);
    for seed in 0..times {
        let mut random = Rng::with_seed(seed.into());
        let (damaged, touched) = damaged(instance, &mut random);
        let json = damaged.to_string();
        let told = |what: &str| Some(format!("seed {seed}: {what}: {json}"));
        let written = parse(&(round_trip.there_and_back)(json.as_bytes())?)?;
        if let Some(difference) = difference(&damaged, &written) {
            return Ok(told(&difference));
        }
        let kept = kept_of(&damaged)?.kept;
        let lost = |name: &&String| !touched.contains(*name) && !kept_before.contains(*name);
        if let Some(name) = kept.iter().find(lost) {
            return Ok(told(&format!("`{name}` fits and is not read")));
        }
        let changed = change(json.as_bytes(), random.usize(0..24))?;
        let (mut expected, mut written) = (damaged, parse(&changed.written)?);
        if let Some(name) = changed.name {
            for document in [&mut expected, &mut written] {
                document.as_object_mut().map(|object| object.remove(name));
            }
        }
        if let Some(difference) = difference(&expected, &written) {
            return Ok(told(&format!("changed {:?}: {difference}", changed.name)));
        }
    }
    Ok(None)
}

include!(concat!(env!("OUT_DIR"), "/models.rs"));
