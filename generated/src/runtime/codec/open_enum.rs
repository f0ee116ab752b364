//! Open enums: known values have names, an unknown one is kept verbatim.

use serde::de::Deserializer;
use serde::ser::Serializer;
use serde_json::Value;

use super::misfit::Took;
use super::place::Place;
use super::scalar::{Fit, fit_integer, nearest_integer, read_scalar, text_of};
use super::shape::Found;
use super::{Wire, WireForm};

/// An enum of the API. Its values may grow on the server at any time, so each has a variant `Unknown` that keeps the text.
///
/// Sealed by a hidden item, which may change in any release: generated code implements it.
///
/// ```
/// # extern crate genesys_cloud_runtime as genesys_cloud;
/// use genesys_cloud::OpenEnum;
///
/// fn describe<E: OpenEnum>(value: &E) -> String {
///     let known = if value.is_known() { "" } else { " (unknown to this version)" };
///     format!("{}{known}", value.as_str())
/// }
/// ```
pub trait OpenEnum: Clone + Sized + 'static {
    /// The values that this version knows.
    #[doc(hidden)]
    const KNOWN: KnownValues<Self>;

    /// The value as it stands on the wire.
    fn as_str(&self) -> &str;

    /// The value that stands on the wire as `text`, known or not. Letter case counts, so that what was read is written back.
    fn from_wire(text: &str) -> Self {
        match Self::KNOWN
            .values
            .iter()
            .find(|value| value.as_str() == text)
        {
            Some(value) => value.clone(),
            None => (Self::KNOWN.unknown)(text.to_owned()),
        }
    }

    /// Whether this version of the SDK knows the value.
    fn is_known(&self) -> bool {
        Self::KNOWN
            .values
            .iter()
            .any(|value| value.as_str() == self.as_str())
    }
}

/// What generated code says of an [`OpenEnum`].
#[derive(Clone, Copy, Debug)]
pub struct KnownValues<E: 'static> {
    /// One value per named variant.
    pub values: &'static [E],
    /// Makes the variant that keeps an unknown value.
    pub unknown: fn(String) -> E,
    /// The values are integers in JSON.
    pub integer: bool,
}

/// The form of open enums: a JSON string, or an integer where the spec says so.
pub struct EnumForm;

impl<E: OpenEnum + Wire> WireForm<E> for EnumForm {
    fn empty() -> E {
        E::from_wire("")
    }

    fn read_into<'de, D: Deserializer<'de>, P: Place<E>>(
        deserializer: D,
        place: P,
    ) -> Result<Took, D::Error> {
        read_scalar::<Self, E, P, D>(deserializer, place)
    }

    fn write<S: Serializer>(value: &mut E, serializer: S) -> Result<S::Ok, S::Error> {
        write_enum(value, serializer)
    }

    fn from_text(text: &str) -> Option<E> {
        Some(E::from_wire(text))
    }
}

/// Writes an open enum.
///
/// # Errors
///
/// Those of the serializer.
pub fn write_enum<E: OpenEnum, S: Serializer>(value: &E, serializer: S) -> Result<S::Ok, S::Error> {
    let text = value.as_str();
    match text.parse::<i64>() {
        Ok(integer) if E::KNOWN.integer => serializer.serialize_i64(integer),
        _ => serializer.serialize_str(text),
    }
}

impl<E: OpenEnum> Fit<E> for EnumForm {
    const EXPECTED: &'static str = if E::KNOWN.integer {
        "an integer"
    } else {
        "a string"
    };

    #[inline]
    fn fit(found: Found<'_>) -> Option<E> {
        match found {
            Found::Text(text) if is_own_text::<E>(text) => Some(E::from_wire(text)),
            Found::Signed(_) | Found::Unsigned(_) if E::KNOWN.integer => {
                fit_integer(found).map(|value| E::from_wire(&value.to_string()))
            }
            _ => None,
        }
    }

    fn fit_any(value: Value) -> Result<E, Value> {
        Err(value)
    }

    fn nearest(found: &Value) -> Option<E> {
        let text = if E::KNOWN.integer {
            nearest_integer(found)?.to_string()
        } else {
            text_of(found)?
        };
        Some(E::from_wire(&text))
    }
}

/// Whether a text is written back as one: an integer enum writes every integer as a number.
fn is_own_text<E: OpenEnum>(text: &str) -> bool {
    !E::KNOWN.integer || text.parse::<i64>().is_err()
}
