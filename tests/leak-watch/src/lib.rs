//! Ends a test process that lets a secret out.
//!
//! [`watch`] puts itself in the place of the process's `tracing` subscriber and of its `log` logger, at TRACE and for every crate, so that whatever
//! the SDK or a library under it says in any test of the process is searched for the secrets that the test told. They are found as they
//! are, percent-encoded, in base64 of any alignment and either alphabet, in hexadecimal, and as the list of numbers that `Debug` makes of bytes.
//!
//! It also ends a process in which the SDK records an unsigned number, which the bridge to OpenTelemetry would write as text.
//!
//! A leak aborts the process, and with it the whole test binary: a panic could be swallowed by the task that leaked.

mod forms;
mod listen;
mod secrets;

use std::error::Error;
use std::fmt::{self, Debug, Display};
use std::io::Write as _;

pub use secrets::hide;

/// Installs the watch, once for the process, and hides `secrets` from here on.
///
/// # Panics
///
/// Something else listens to this process's `tracing` or `log` already: then the watch would see nothing.
pub fn watch<S: Into<String>>(secrets: impl IntoIterator<Item = S>) {
    for secret in secrets {
        hide(secret);
    }
    listen::install();
}

/// A secret in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leak {
    /// The secret.
    pub secret: String,
    /// How it is written there.
    pub form: &'static str,
}

impl Display for Leak {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the secret {:?}, {}", self.secret, self.form)
    }
}

/// The first hidden secret in `text`.
#[must_use]
pub fn find(text: &str) -> Option<Leak> {
    forms::of(text)
        .find_map(|(form, bytes)| secrets::within(&bytes).map(|secret| Leak { secret, form }))
}

/// Ends the process if `text`, which was said at `place`, holds a secret.
pub fn inspect(place: impl Display, text: &str) {
    if let Some(leak) = find(text) {
        end(format_args!("LEAK in {place}: {leak}\n{text}"));
    }
}

/// Ends the process.
pub(crate) fn end(why: fmt::Arguments<'_>) -> ! {
    // Not `eprintln`, which the test harness captures and loses at an abort.
    let _ = writeln!(std::io::stderr(), "\n{why}\n");
    std::process::abort();
}

/// Ends the process if `value`'s `Debug`, plain or pretty, holds a secret.
pub fn inspect_debug(value: &dyn Debug) {
    inspect("a Debug", &format!("{value:?}"));
    inspect("a pretty Debug", &format!("{value:#?}"));
}

/// Ends the process if `error` or anything in the chain of its sources shows a secret, by `Display` or by `Debug`.
pub fn inspect_error(error: &(dyn Error + 'static)) {
    let mut next = Some(error);
    while let Some(error) = next {
        inspect("an error", &format!("{error}\n{error:#}"));
        inspect_debug(&error);
        next = error.source();
    }
}
