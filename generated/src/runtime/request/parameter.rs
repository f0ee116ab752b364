//! Values of path, query and header parameters.

use std::borrow::Cow;

/// A value that can stand in a path, a query or a header.
pub trait QueryValue {
    /// The value as text, not yet percent-encoded.
    fn wire_text(&self) -> Cow<'_, str>;
}

impl<T: QueryValue + ?Sized> QueryValue for &T {
    fn wire_text(&self) -> Cow<'_, str> {
        (**self).wire_text()
    }
}

impl QueryValue for str {
    fn wire_text(&self) -> Cow<'_, str> {
        Cow::Borrowed(self)
    }
}

impl QueryValue for String {
    fn wire_text(&self) -> Cow<'_, str> {
        Cow::Borrowed(self)
    }
}

impl QueryValue for Cow<'_, str> {
    fn wire_text(&self) -> Cow<'_, str> {
        Cow::Borrowed(self)
    }
}

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
