//! The compact serde: one function body per model, and everything else written once over it.
//!
//! A derived `Deserialize` and `Serialize` for each of five thousand models costs minutes of compile time. Here a model says once which
//! properties it has (`Model::visit`); reading, writing, comparing and printing are visitors. They are generic, so their machine code is
//! made in the user's crate, for the models that the user touches.
//!
//! What a model promises on the wire:
//!
//! - every property may be missing or null;
//! - unknown properties, explicit nulls and values of the wrong JSON type are kept in the model's [`Extra`] and written back;
//! - a value of the wrong type gives the nearest value where one has the same meaning (`"7"` is 7), else the field is `None`;
//! - elements of the wrong type, nulls among them, are left out of lists and maps, and the whole list or map is kept;
//! - a key is written once: a set field beats what was kept under its name, unless it still says what was read from it.
//!
//! So a document is refused only where it is not JSON, or the whole of it has the wrong type. Bytes that are not UTF-8 and halves of surrogate
//! pairs become U+FFFD, and a byte order mark is skipped.
//!
//! One body for both directions borrows the model mutably, and serde's `Serialize` only has a shared borrow: there a copy is written. The SDK
//! itself writes models that it owns, without a copy.

mod debug;
mod extra;
mod macros;
mod misfit;
mod model;
mod open_enum;
mod place;
mod query_value;
mod read;
mod reason;
mod repair;
mod scalar;
mod secret_names;
mod shape;
mod wire;
mod write;

pub use extra::Extra;
pub use misfit::Misfit;
pub use model::Model;
pub use open_enum::OpenEnum;
pub(crate) use query_value::optional;
pub use query_value::{Optional, OptionalText, QueryValue};
pub(crate) use repair::{read_value, repaired, without_mark};
pub(crate) use scalar::text_on_the_wire;
pub use wire::Wire;

// What generated code is made of; no promise to users.
#[doc(hidden)]
pub use {
    debug::debug_model,
    macros::{__model, __open_enum},
    misfit::Took,
    model::{ModelForm, Visitor},
    open_enum::{EnumForm, KnownValues, write_enum},
    place::Place,
    reason::reason,
    scalar::{Scalar, ScalarForm, Text},
    secret_names::is_secret_name,
    shape::Found,
    wire::{ListForm, MapForm, OptionForm, WireForm},
    write::{equal_models, write_model},
};

use serde::de::{Deserializer, Error};

/// Reads `bytes`, which hold one JSON value and nothing after it.
///
/// # Errors
///
/// The place (line and column) and the reason, where `bytes` is not JSON; and a value that as a whole has the wrong JSON type.
pub fn from_slice<T: Wire>(bytes: &[u8]) -> Result<T, serde_json::Error> {
    read_slice(bytes).map(|(value, _)| value)
}

/// The same, with the values that do not fit their types. A text that is not Unicode throughout is one misfit of the whole.
pub(crate) fn read_slice<T: Wire>(bytes: &[u8]) -> Result<(T, Vec<Misfit>), serde_json::Error> {
    let bytes = without_mark(bytes);
    read_strictly(bytes).or_else(|error| {
        let Some(text) = repaired(bytes) else {
            return Err(error);
        };
        let (value, mut misfits) = read_strictly(text.as_bytes()).map_err(|_| error)?;
        misfits.insert(0, Misfit::not_unicode());
        Ok((value, misfits))
    })
}

fn read_strictly<T: Wire>(bytes: &[u8]) -> Result<(T, Vec<Misfit>), serde_json::Error> {
    // Checked once as a whole, which is several times faster than string by string.
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Err(no_text(bytes));
    };
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let reading = read_any(&mut deserializer)?;
    deserializer.end()?;
    Ok(reading)
}

/// Reads a value.
///
/// # Errors
///
/// Those of the deserializer, and a value that as a whole has the wrong JSON type.
#[doc(hidden)]
pub fn read<'de, T: Wire, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    read_any(deserializer).map(|(value, _)| value)
}

fn read_any<'de, T: Wire, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<(T, Vec<Misfit>), D::Error> {
    let mut value = None;
    let mut took = T::Form::read_into(deserializer, &mut value)?;
    wire::put_null::<T>(&mut took, &mut value);
    let mut misfits = took.of_element().misfits;
    match (value, misfits.pop()) {
        (Some(value), last) => {
            misfits.extend(last);
            for misfit in &mut misfits {
                misfit.put_below("$", "$");
            }
            Ok((value, misfits))
        }
        (None, Some(whole)) => Err(whole.into_error()),
        // Where nothing was read, that is a misfit.
        (None, None) => Err(D::Error::custom("nothing was read")),
    }
}

/// The error of `bytes` that are not UTF-8.
#[cold]
fn no_text(bytes: &[u8]) -> serde_json::Error {
    match serde_json::from_slice::<serde_json::Value>(bytes) {
        Err(error) => error,
        // serde_json checks every string, so this is what it says today of none.
        Ok(_) => serde_json::Error::custom("the document is not UTF-8"),
    }
}

/// Writes `value` as JSON.
///
/// # Errors
///
/// A number that JSON cannot hold is written as null, so none is expected of the SDK's own types.
pub fn to_vec<T: Wire>(mut value: T) -> Result<Vec<u8>, serde_json::Error> {
    let mut bytes = Vec::with_capacity(256);
    let mut serializer = serde_json::Serializer::new(&mut bytes);
    T::Form::write(&mut value, &mut serializer)?;
    Ok(bytes)
}
