//! Where text goes. A reader that has gone (`… | head -1`) ends nothing with a panic.

use std::io::{self, BufWriter, Write};

use genesys_codegen::load::Diagnostics;

use super::Failure;

/// Writes lines to stdout.
pub(super) fn lines(lines: impl IntoIterator<Item = String>) -> Result<(), Failure> {
    let mut stdout = BufWriter::new(io::stdout().lock());
    let outcome = lines
        .into_iter()
        .try_for_each(|line| writeln!(stdout, "{line}"))
        .and_then(|()| stdout.flush());
    match outcome {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure(format!("cannot write to stdout: {error}")))
        }
        _ => Ok(()),
    }
}

/// Writes a line to stderr. Where that fails there is no one left to tell.
pub(super) fn note(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// Writes what was found in a spec to stderr.
pub(super) fn report(diagnostics: &Diagnostics) {
    for line in diagnostics.report() {
        note(&line);
    }
}
