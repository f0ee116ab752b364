//! Values of path, query and header parameters.

use std::borrow::Cow;
use std::sync::Arc;

use super::open_enum::OpenEnum;

/// A value that can stand in a path, a query or a header: a text, a number, a boolean, an enum of the API, a date, a time or an interval.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot stand in a path, a query or a header",
    note = "numbers, enums and times are passed by value: `*number`, `state.clone()`"
)]
pub trait QueryValue {
    /// The value as text, not yet percent-encoded.
    fn wire_text(&self) -> Cow<'_, str>;
}

/// Written once for all enums: an implementation for each costs the compiler a body.
impl<E: OpenEnum> QueryValue for E {
    fn wire_text(&self) -> Cow<'_, str> {
        Cow::Borrowed(self.as_str())
    }
}

macro_rules! text_value {
    ($($type:ty),*) => {$(
        impl QueryValue for $type {
            fn wire_text(&self) -> Cow<'_, str> {
                Cow::Borrowed(self)
            }
        }
    )*};
}

text_value!(&str, &&str, String, &String, Cow<'_, str>);

impl QueryValue for bool {
    fn wire_text(&self) -> Cow<'_, str> {
        Cow::Borrowed(if *self { "true" } else { "false" })
    }
}

macro_rules! number_value {
    ($($type:ty),*) => {$(
        impl QueryValue for $type {
            fn wire_text(&self) -> Cow<'_, str> {
                Cow::Owned(self.to_string())
            }
        }
    )*};
}

number_value!(i32, i64, u32, u64, usize, f64);

/// What the setter of an optional text takes: a text, or an `Option` of one. `None` leaves the parameter out.
///
/// ```
/// # extern crate genesys_cloud_runtime as genesys_cloud;
/// use genesys_cloud::runtime::request::OptionalText;
///
/// fn text_of(value: impl OptionalText) -> Option<String> {
///     value.text().map(str::to_owned)
/// }
///
/// assert_eq!(text_of("a").as_deref(), Some("a"));
/// assert_eq!(text_of(Some(String::from("a"))).as_deref(), Some("a"));
/// assert_eq!(text_of(None::<&str>), None);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither a text nor an `Option` of one",
    note = "pass a `&str` or a `String`; other values have `to_string()`"
)]
pub trait OptionalText {
    /// The text, if there is one.
    fn text(&self) -> Option<&str>;
}

impl<T: OptionalText + ?Sized> OptionalText for &T {
    fn text(&self) -> Option<&str> {
        (**self).text()
    }
}

impl<T: OptionalText> OptionalText for Option<T> {
    fn text(&self) -> Option<&str> {
        self.as_ref()?.text()
    }
}

macro_rules! optional_text {
    ($($type:ty),*) => {$(
        impl OptionalText for $type {
            fn text(&self) -> Option<&str> {
                Some(self)
            }
        }
    )*};
}

optional_text!(str, String, Cow<'_, str>, Box<str>, Arc<str>);

/// What the setter of an optional `T` takes where other types convert into `T`: such a value, or an `Option` of one. `None` leaves the parameter
/// out.
pub trait Optional<T> {
    /// The value, if there is one.
    fn into_optional(self) -> Option<T>;
}

/// Implements [`Optional`] for all that converts into `T`. The compiler does not accept one implementation for every `T`: for a type of another
/// crate, `Option<V>` might convert into it one day.
macro_rules! optional {
    ($type:ty) => {
        impl<V: Into<$type>> $crate::runtime::codec::Optional<$type> for V {
            fn into_optional(self) -> Option<$type> {
                Some(self.into())
            }
        }

        impl<V: Into<$type>> $crate::runtime::codec::Optional<$type> for Option<V> {
            fn into_optional(self) -> Option<$type> {
                self.map(Into::into)
            }
        }
    };
}
pub(crate) use optional;
