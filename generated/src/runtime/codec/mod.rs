//! The compact serde: one function body per model, and everything else written once over it.
//!
//! A derived `Deserialize` and `Serialize` for each of five thousand models costs minutes of compile time. Here a model says once which
//! properties it has ([`Model::visit`]); reading, writing, comparing and printing are visitors. They are generic, so their machine code is
//! made in the user's crate, for the models that the user touches.
//!
//! What a model promises on the wire:
//!
//! - every property may be missing or null; null elements of lists and null values of maps are dropped;
//! - unknown properties and explicit nulls are kept in the model's [`Extra`] and written back;
//! - a key is written once: a set field beats what was kept under its name;
//! - a value of the wrong JSON type is an error.
//!
//! One body for both directions borrows the model mutably, and serde's `Serialize` only has a shared borrow: there a copy is written. The SDK
//! itself writes models that it owns, without a copy.

mod debug;
mod extra;
mod macros;
mod model;
mod open_enum;
mod place;
mod read;
mod reason;
mod scalar;
mod secret_names;
mod wire;
mod write;

pub use debug::debug_model;
pub use extra::Extra;
#[doc(hidden)]
pub use macros::{__model, __open_enum};
pub use model::{Model, ModelForm, Visitor};
pub use open_enum::{EnumForm, KnownValues, OpenEnum, read_enum, write_enum};
pub use place::Place;
pub use read::read_model;
pub use reason::reason;
pub(crate) use scalar::text_on_the_wire;
pub use scalar::{ScalarForm, Text};
pub use secret_names::is_secret_name;
pub use wire::{ListForm, MapForm, Wire, WireForm};
pub use write::{equal_models, write_model};

use serde::de::Deserialize;

/// Reads `bytes`, which hold one JSON value and nothing after it.
///
/// # Errors
///
/// The place (line and column) and the reason, where `bytes` is not JSON or a value has the wrong JSON type.
pub fn from_slice<T: Wire>(bytes: &[u8]) -> Result<T, serde_json::Error> {
    // Checked once as a whole, which is several times faster than string by string.
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Err(no_text(bytes));
    };
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = T::Form::read(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}

/// Where `bytes`, which are not UTF-8, are no JSON.
#[cold]
fn no_text(bytes: &[u8]) -> serde_json::Error {
    match serde_json::from_slice::<serde_json::Value>(bytes) {
        Err(error) => error,
        // serde_json checks every string, so this is what it says today of none.
        Ok(_) => serde::de::Error::custom("the document is not UTF-8"),
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

/// A [`Wire`] type as serde sees it, so that generic helpers of serde can read it.
#[doc(hidden)]
pub struct FromWire<T>(pub T);

impl<'de, T: Wire> Deserialize<'de> for FromWire<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::Form::read(deserializer).map(Self)
    }
}
