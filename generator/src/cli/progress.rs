//! Shows on a terminal what is going on, and nothing elsewhere.

use std::io::{IsTerminal, stderr};
use std::time::Duration;

use genesys_codegen::Step;
use indicatif::{ProgressBar, ProgressStyle};

/// How many steps the longest command has.
const STEPS: u64 = 4;

/// A line that is gone when this is dropped.
pub(super) struct Progress(ProgressBar);

impl Progress {
    pub(super) fn new() -> Self {
        if !stderr().is_terminal() {
            return Self(ProgressBar::hidden());
        }
        let bar = ProgressBar::new(STEPS);
        if let Ok(style) = ProgressStyle::with_template("{spinner} [{pos}/{len}] {msg} {elapsed}") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(100));
        Self(bar)
    }

    pub(super) fn step(&self, step: Step) {
        let (position, message) = match step {
            Step::Load => (1, "reading the spec"),
            Step::Build => (2, "naming things"),
            Step::Render => (3, "rendering"),
            Step::Write => (4, "comparing files"),
        };
        self.0.set_position(position);
        self.0.set_message(message);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
