//! Scalars: text, numbers, booleans, and JSON of any shape.

use std::marker::PhantomData;

use serde::de::Deserializer;
use serde::ser::{Serialize, Serializer};
use serde_json::Value;

use super::misfit::{Took, mark};
use super::place::Place;
use super::shape::{Found, Reading, Shape};
use super::write::wire_value;
use super::{Wire, WireForm};

/// The form of scalars.
pub struct ScalarForm;

/// What a scalar type makes of a JSON value.
pub trait Scalar: Serialize + Sized {
    /// What the type expects, in words.
    const EXPECTED: &'static str;

    /// The value of an empty body.
    fn empty() -> Self;

    /// The value, where it fits.
    #[doc(hidden)]
    fn fit(found: Found<'_>) -> Option<Self>;

    /// The value, where an array or object fits.
    ///
    /// # Errors
    ///
    /// The array or object, where it does not fit.
    fn fit_any(value: Value) -> Result<Self, Value> {
        Err(value)
    }

    /// The value that `found`, which does not fit, stands for without a doubt.
    fn nearest(found: &Value) -> Option<Self>;

    /// The value that null stands for, where the type has one.
    fn null() -> Option<Self> {
        None
    }

    /// The value that a body of plain text stands for.
    fn from_text(_text: &str) -> Option<Self> {
        None
    }
}

impl<T: Scalar + Wire> WireForm<T> for ScalarForm {
    fn empty() -> T {
        T::empty()
    }

    fn read_into<'de, D: Deserializer<'de>, P: Place<T>>(
        deserializer: D,
        place: P,
    ) -> Result<Took, D::Error> {
        read_scalar::<Self, T, P, D>(deserializer, place)
    }

    fn write<S: Serializer>(value: &mut T, serializer: S) -> Result<S::Ok, S::Error> {
        value.serialize(serializer)
    }

    fn null() -> Option<T> {
        T::null()
    }

    fn from_text(text: &str) -> Option<T> {
        T::from_text(text)
    }
}

/// The form of a scalar, as [`Scalar`] says it.
pub(super) trait Fit<T> {
    const EXPECTED: &'static str;

    fn fit(found: Found<'_>) -> Option<T>;

    fn fit_any(value: Value) -> Result<T, Value>;

    fn nearest(found: &Value) -> Option<T>;
}

impl<T: Scalar> Fit<T> for ScalarForm {
    const EXPECTED: &'static str = T::EXPECTED;

    #[inline]
    fn fit(found: Found<'_>) -> Option<T> {
        T::fit(found)
    }

    fn fit_any(value: Value) -> Result<T, Value> {
        T::fit_any(value)
    }

    fn nearest(found: &Value) -> Option<T> {
        T::nearest(found)
    }
}

/// Reads a scalar into its place.
#[inline]
pub(super) fn read_scalar<'de, F: Fit<T>, T: Wire, P: Place<T>, D: Deserializer<'de>>(
    deserializer: D,
    place: P,
) -> Result<Took, D::Error> {
    // Behind `dyn`, all scalars share the machine code of one deserializer.
    let mut sink = ScalarSink::<F, T, P>(Some(place), PhantomData);
    deserializer.deserialize_any(Reading(&mut sink as &mut dyn Sink))
}

/// The place of a scalar that is read once.
struct ScalarSink<F, T, P>(Option<P>, PhantomData<(F, T)>);

trait Sink {
    fn scalar(&mut self, found: Found<'_>) -> Took;

    fn value(&mut self, value: Value) -> Took;
}

impl<F: Fit<T>, T: Wire, P: Place<T>> ScalarSink<F, T, P> {
    fn put(&mut self, value: Option<T>) {
        if let Some(place) = self.0.take() {
            place.put(value);
        }
    }

    #[cold]
    fn misfit(&mut self, found: Value) -> Took {
        let mut nearest = F::nearest(&found);
        let read = nearest.as_mut().map(|value| mark(&wire_value(value)));
        self.put(nearest);
        Took::odd(found, F::EXPECTED, read)
    }
}

impl<F: Fit<T>, T: Wire, P: Place<T>> Sink for ScalarSink<F, T, P> {
    fn scalar(&mut self, found: Found<'_>) -> Took {
        let Some(value) = F::fit(found) else {
            return self.misfit(found.into());
        };
        self.put(Some(value));
        Took::Fits
    }

    #[cold]
    fn value(&mut self, value: Value) -> Took {
        if value.is_null() {
            self.put(None);
            return Took::Null;
        }
        match F::fit_any(value) {
            Ok(value) => {
                self.put(Some(value));
                Took::Fits
            }
            Err(value) => self.misfit(value),
        }
    }
}

impl<'de> Shape<'de> for &mut dyn Sink {
    fn value(self, value: Value) -> Took {
        // With serde_json's `arbitrary_precision`, which another crate may ask for, a number comes as a map.
        match &value {
            Value::Number(number) => match (number.as_i64(), number.as_u64(), number.as_f64()) {
                (Some(number), ..) => Sink::scalar(self, Found::Signed(number)),
                (_, Some(number), _) => Sink::scalar(self, Found::Unsigned(number)),
                (.., Some(number)) => Sink::scalar(self, Found::Float(number)),
                _ => Sink::value(self, value),
            },
            _ => Sink::value(self, value),
        }
    }

    #[inline]
    fn scalar(self, found: Found<'_>) -> Took {
        Sink::scalar(self, found)
    }
}

/// Text, a number or a boolean as text.
pub(super) fn text_of(found: &Value) -> Option<String> {
    match found {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(found.to_string()),
        _ => None,
    }
}

/// The integer, where it is one of 64 bits.
pub(super) fn fit_integer(found: Found<'_>) -> Option<i64> {
    match found {
        Found::Signed(value) => Some(value),
        Found::Unsigned(value) => i64::try_from(value).ok(),
        _ => None,
    }
}

/// The integer that a number with a fraction of zero stands for, or a text.
pub(super) fn nearest_integer(found: &Value) -> Option<i64> {
    match found {
        Value::String(text) => text.parse().ok(),
        found => found.as_f64().and_then(integer_of_float),
    }
}

/// The integer that a float stands for, where it stands for one only.
fn integer_of_float(value: f64) -> Option<i64> {
    // From 2^53 on a float does not say which integer was meant.
    const FIRST_INEXACT: f64 = 9_007_199_254_740_992.0;
    #[allow(
        clippy::cast_possible_truncation,
        reason = "an integral value below 2^53 fits"
    )]
    (value.fract() == 0.0 && value.abs() < FIRST_INEXACT).then_some(value as i64)
}

/// The number, where a float holds every digit of it.
#[allow(
    clippy::cast_precision_loss,
    reason = "up to 2^53 nothing is lost; beyond, that is compared"
)]
fn fit_float(found: Found<'_>) -> Option<f64> {
    match found {
        Found::Float(value) => Some(value),
        Found::Signed(value) if i128::from(value) == (value as f64) as i128 => Some(value as f64),
        Found::Unsigned(value) if i128::from(value) == (value as f64) as i128 => Some(value as f64),
        _ => None,
    }
}

/// The number of a text as Java's Jackson writes it, and of an integer that a float does not hold exactly.
fn nearest_float(found: &Value) -> Option<f64> {
    let Value::String(text) = found else {
        return found.as_f64();
    };
    match text.as_str() {
        "NaN" => Some(f64::NAN),
        "Infinity" => Some(f64::INFINITY),
        "-Infinity" => Some(f64::NEG_INFINITY),
        // Not `f64::from_str`, which takes `inf` and other words.
        text => serde_json::from_str(text).ok(),
    }
}

impl Wire for String {
    type Form = ScalarForm;
}

impl Scalar for String {
    const EXPECTED: &'static str = "a string";

    fn empty() -> Self {
        Self::new()
    }

    #[inline]
    fn fit(found: Found<'_>) -> Option<Self> {
        match found {
            Found::Text(text) => Some(text.to_owned()),
            _ => None,
        }
    }

    fn nearest(found: &Value) -> Option<Self> {
        text_of(found)
    }

    fn from_text(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }
}

impl Wire for bool {
    type Form = ScalarForm;
}

impl Scalar for bool {
    const EXPECTED: &'static str = "a boolean";

    fn empty() -> Self {
        false
    }

    #[inline]
    fn fit(found: Found<'_>) -> Option<Self> {
        match found {
            Found::Bool(value) => Some(value),
            _ => None,
        }
    }

    fn nearest(found: &Value) -> Option<Self> {
        found.as_str()?.to_ascii_lowercase().parse().ok()
    }
}

impl Wire for f64 {
    type Form = ScalarForm;
}

impl Scalar for f64 {
    const EXPECTED: &'static str = "a number that a float of 64 bits holds";

    fn empty() -> Self {
        0.0
    }

    #[inline]
    fn fit(found: Found<'_>) -> Option<Self> {
        fit_float(found)
    }

    fn nearest(found: &Value) -> Option<Self> {
        nearest_float(found)
    }
}

impl Wire for i64 {
    type Form = ScalarForm;
}

impl Scalar for i64 {
    const EXPECTED: &'static str = "an integer of 64 bits";

    fn empty() -> Self {
        0
    }

    #[inline]
    fn fit(found: Found<'_>) -> Option<Self> {
        fit_integer(found)
    }

    fn nearest(found: &Value) -> Option<Self> {
        nearest_integer(found)
    }
}

impl Wire for Value {
    type Form = ScalarForm;
}

impl Scalar for Value {
    const EXPECTED: &'static str = "a JSON value";

    fn empty() -> Self {
        Self::Null
    }

    #[inline]
    fn fit(found: Found<'_>) -> Option<Self> {
        Some(found.into())
    }

    fn fit_any(value: Self) -> Result<Self, Self> {
        Ok(value)
    }

    fn nearest(_: &Self) -> Option<Self> {
        None
    }

    fn null() -> Option<Self> {
        Some(Self::Null)
    }
}

/// A scalar that is text on the wire and keeps it as it came.
pub trait Text: Sized {
    /// The text as it stands on the wire.
    fn as_str(&self) -> &str;

    /// Keeps a text that was read, valid or not.
    #[doc(hidden)]
    fn keep(text: &str) -> Self;
}

/// Makes a [`Text`] type a [`Wire`] type.
macro_rules! text_on_the_wire {
    ($type:ty) => {
        impl $crate::runtime::codec::Wire for $type {
            type Form = $crate::runtime::codec::ScalarForm;
        }

        impl $crate::runtime::codec::QueryValue for $type {
            fn wire_text(&self) -> std::borrow::Cow<'_, str> {
                std::borrow::Cow::Borrowed($crate::runtime::codec::Text::as_str(self))
            }
        }

        impl $crate::runtime::codec::Scalar for $type {
            const EXPECTED: &'static str = "a string";

            fn empty() -> Self {
                $crate::runtime::codec::Text::keep("")
            }

            #[inline]
            fn fit(found: $crate::runtime::codec::Found<'_>) -> Option<Self> {
                match found {
                    $crate::runtime::codec::Found::Text(text) => {
                        Some($crate::runtime::codec::Text::keep(text))
                    }
                    _ => None,
                }
            }

            // A number may be seconds or milliseconds.
            fn nearest(_: &serde_json::Value) -> Option<Self> {
                None
            }
        }
    };
}
pub(crate) use text_on_the_wire;
