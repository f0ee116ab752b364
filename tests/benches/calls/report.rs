//! One row of the table for each figure.

/// Whether every target so far was met.
#[derive(Default)]
pub(crate) struct Report {
    missed: bool,
}

impl Report {
    pub(crate) fn begin() -> Self {
        println!("| figure | SDK | plain reqwest, serde derive | ratio or difference | target |");
        println!("|---|---|---|---|---|");
        Self::default()
    }

    /// Prints a figure that is only told.
    pub(crate) fn tell(&self, figure: &str, sdk: &str, plain: &str, compared: &str) {
        println!("| {figure} | {sdk} | {plain} | {compared} | |");
    }

    /// Prints a figure that has a target, and remembers where it is missed.
    pub(crate) fn judge(&mut self, [figure, sdk, plain, compared, target]: [&str; 5], met: bool) {
        let verdict = if met { "met" } else { "MISSED" };
        println!("| {figure} | {sdk} | {plain} | {compared} | {target}: {verdict} |");
        self.missed |= !met;
    }

    pub(crate) fn end(self) -> std::process::ExitCode {
        if self.missed {
            std::process::ExitCode::FAILURE
        } else {
            std::process::ExitCode::SUCCESS
        }
    }
}
