//! What the judges print.

use std::error::Error;
use std::fmt::Display;
use std::io::{self, Write};
use std::process::ExitCode;

use serde::Serialize;
use serde_json::{Value, json};

/// Prints differences as they are found, as text or as one JSON object a line.
pub struct Report<W> {
    output: W,
    json: bool,
    subject: &'static str,
}

impl<W: Write> Report<W> {
    /// A report to `output`; `subject` is what each difference is about (`operation`, `model`).
    pub fn new(output: W, json: bool, subject: &'static str) -> Self {
        Self {
            output,
            json,
            subject,
        }
    }

    /// Prints one difference of the subject called `name`; `of` is the variant or case.
    ///
    /// # Errors
    ///
    /// The output's.
    pub fn difference(&mut self, name: &str, of: &dyn Display, what: &str) -> io::Result<()> {
        if self.json {
            let line: Value = json!({self.subject: name, "of": of.to_string(), "difference": what});
            writeln!(self.output, "{line}")
        } else {
            writeln!(self.output, "{name} ({of}): {what}")
        }
    }

    /// Prints the sum, which is the last line.
    ///
    /// # Errors
    ///
    /// The output's.
    pub fn finish(mut self, sum: &impl Serialize) -> io::Result<()> {
        let line = serde_json::to_string(sum).map_err(io::Error::other)?;
        writeln!(self.output, "{line}")?;
        self.output.flush()
    }
}

/// How a judge ends: 0 where all is well, 1 where something differs, 2 where it could not judge, which it says on stderr.
#[must_use]
pub fn exit_code(program: &str, outcome: Result<bool, Box<dyn Error>>) -> ExitCode {
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{program}: {error}");
            ExitCode::from(2)
        }
    }
}
