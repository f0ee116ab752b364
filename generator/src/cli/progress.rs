//! Shows on a terminal what is going on, and nothing elsewhere.

use std::io::{IsTerminal, stderr};
use std::time::Duration;

use genesys_codegen::Step;
#[cfg(feature = "fetch")]
use genesys_codegen::fetch::download;
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

    /// Shows each step that it is called with.
    pub(super) fn listener(&self) -> impl Fn(Step) + Send + Sync + 'static {
        let bar = self.0.clone();
        move |step| {
            let (position, message) = match step {
                Step::Load => (1, "reading the spec"),
                Step::Build => (2, "naming things"),
                Step::Render => (3, "rendering"),
                Step::Write => (4, "comparing files"),
            };
            bar.set_position(position);
            bar.set_message(message);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// A download's bar, gone when this is dropped.
#[cfg(feature = "fetch")]
pub(super) struct Bytes {
    bar: ProgressBar,
    what: &'static str,
}

#[cfg(feature = "fetch")]
impl Bytes {
    pub(super) fn new(what: &'static str) -> Self {
        if !stderr().is_terminal() {
            let bar = ProgressBar::hidden();
            return Self { bar, what };
        }
        let bar = ProgressBar::no_length();
        if let Ok(style) = ProgressStyle::with_template(
            "{spinner} {msg} {bar:30} {bytes}/{total_bytes} {bytes_per_sec}",
        ) {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(100));
        Self { bar, what }
    }

    pub(super) fn show(&self, progress: download::Progress) {
        let what = self.what;
        match progress {
            download::Progress::Received { bytes, of } => {
                if let Some(of) = of {
                    self.bar.set_length(of);
                }
                self.bar.set_position(bytes);
                self.bar.set_message(format!("downloading {what}"));
            }
            download::Progress::Waiting(pause) => {
                let seconds = pause.as_secs_f64();
                self.bar
                    .set_message(format!("trying {what} again in {seconds:.1} s"));
            }
        }
    }
}

#[cfg(feature = "fetch")]
impl Drop for Bytes {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
