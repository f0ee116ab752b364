//! `Debug` for types that hold secrets, closures or much data.

/// Implements `Debug` for a type: it shows the named values, or a text, and nothing else, so that a field that is added later stays hidden.
macro_rules! debug_fields {
    ($type:ident$(<$($parameter:tt$(: $bound:path)?),+>)?, |$this:ident| $text:literal$(, $value:expr)*) => {
        impl$(<$($parameter$(: $bound)?),+>)? ::std::fmt::Debug for $type$(<$($parameter),+>)? {
            fn fmt(&self, formatter: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                let $this = self;
                ::std::write!(formatter, $text$(, $value)*)
            }
        }
    };
    ($type:ident$(<$($parameter:tt$(: $bound:path)?),+>)?, |$this:ident| $($name:ident: $value:expr),+) => {
        impl$(<$($parameter$(: $bound)?),+>)? ::std::fmt::Debug for $type$(<$($parameter),+>)? {
            fn fmt(&self, formatter: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                let $this = self;
                formatter
                    .debug_struct(stringify!($type))
                    $(.field(stringify!($name), &$value))+
                    .finish_non_exhaustive()
            }
        }
    };
}
pub(crate) use debug_fields;
