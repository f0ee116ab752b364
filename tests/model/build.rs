//! Copies what token handling is made of, with the primitives of a model checker in the place of those of the standard library and of tokio.
//!
//! One copy is as the runtime is. The others have a fault each, which the model must find.

#![allow(
    clippy::unwrap_used,
    reason = "a build script ends where anything is wrong"
)]

use std::fs;
use std::path::{Path, PathBuf};

/// What needs HTTP, files or a server, and takes no part in the model.
const LEFT_OUT: [&str; 9] = [
    "public_error",
    "endpoint",
    "file",
    "grants",
    "interceptor",
    "login",
    "pool",
    "redis",
    "scrub",
];

/// A fault: the file, what stands there, and what takes its place.
type Fault = (&'static str, &'static str, &'static str);

const COPIES: [(&str, &[Fault]); 3] = [
    ("real", &[]),
    // A flight that fails wakes nobody.
    (
        "silent",
        &[
            (
                "cache/flight.rs",
                "guard.outcome.send_replace(Some(Err(error)));\n            shared.changed.notify_waiters();",
                "std::mem::forget(error);",
            ),
            (
                "cache/flight.rs",
                "            shared.hooks.refresh_failed(&event);",
                "            shared.hooks.refresh_failed(&event);\n            std::future::pending::<()>().await;",
            ),
        ],
    ),
    // A condemned token stays where every call takes it from.
    (
        "lenient",
        &[("cache/unauthorized.rs", "self.0.current.store(None);", "")],
    ),
];

fn main() {
    let runtime = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../templates/runtime/src/runtime");
    println!("cargo::rerun-if-changed={}", runtime.join("auth").display());
    for file in ["clock", "debug.rs", "error", "telemetry.rs"] {
        println!("cargo::rerun-if-changed={}", runtime.join(file).display());
    }
    // A feature of the runtime that the copied files name.
    println!("cargo::rustc-check-cfg=cfg(feature, values(\"notification-stream\"))");
    let out = PathBuf::from(std::env::var_os("OUT_DIR").unwrap());
    for (name, faults) in COPIES {
        let to = out.join(name);
        if to.exists() {
            fs::remove_dir_all(&to).unwrap();
        }
        let mut found = 0;
        copy(
            &runtime.join("auth"),
            &to.join("auth"),
            Path::new(""),
            name,
            faults,
            &mut found,
        );
        assert_eq!(
            found,
            faults.len(),
            "{name}: the faults no longer fit the source"
        );
        for file in [
            "clock/mod.rs",
            "clock/monotonic.rs",
            "clock/wait.rs",
            "debug.rs",
            "error/unauthorized_reason.rs",
            "telemetry.rs",
        ] {
            let text = fs::read_to_string(runtime.join(file)).unwrap();
            // Of the clocks only the traits: the machine's has no place in a model.
            let (text, _) = text
                .split_once("/// The clocks of the machine")
                .unwrap_or((&text, ""));
            let to = to.join(file);
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::write(to, text).unwrap();
        }
        let root = format!(
            r#"pub(crate) mod runtime {{
    #[path = "{0}/auth/mod.rs"]
    pub(crate) mod auth;
    #[path = "{0}/clock/mod.rs"]
    pub(crate) mod clock;
    #[path = "{0}/debug.rs"]
    pub(crate) mod debug;
    pub(crate) mod error {{
        #[path = "{0}/error/unauthorized_reason.rs"]
        mod unauthorized_reason;
        pub use unauthorized_reason::UnauthorizedReason;
    }}
    pub(crate) use crate::sync;
    #[path = "{0}/telemetry.rs"]
    pub(crate) mod telemetry;
    pub(crate) mod transport {{
        pub type BoxError = Box<dyn std::error::Error + Send + Sync>;
        pub(crate) fn causes<'a>(error: &'a (dyn std::error::Error + 'static)) -> impl Iterator<Item = &'a (dyn std::error::Error + 'static)> {{
            std::iter::successors(error.source(), |cause| cause.source())
        }}
    }}
}}"#,
            to.display()
        );
        fs::write(out.join(format!("{name}.rs")), root).unwrap();
    }
}

fn copy(from: &Path, to: &Path, inner: &Path, name: &str, faults: &[Fault], found: &mut usize) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let file = path.file_name().unwrap();
        let stem = path.file_stem().unwrap().to_str().unwrap();
        if LEFT_OUT.contains(&stem) {
            continue;
        }
        let inner = inner.join(file);
        if path.is_dir() {
            copy(&path, &to.join(file), &inner, name, faults, found);
            continue;
        }
        let mut text = fs::read_to_string(&path).unwrap();
        for (place, right, wrong) in faults {
            if Path::new(place) == inner && text.contains(right) {
                text = text.replacen(right, wrong, 1);
                *found += 1;
            }
        }
        if stem == "mod" {
            text = modelled(&text);
        }
        let text = text
            .replace("use std::sync::", "use crate::sync::")
            .replace("crate::runtime::", &format!("crate::{name}::runtime::"));
        fs::write(to.join(file), text).unwrap();
    }
}

/// The text of a module without what is left out, and with its modules open to the scenarios.
fn modelled(text: &str) -> String {
    let mut kept = String::new();
    let mut statement = String::new();
    for line in text.lines() {
        let begins = [
            "mod ",
            "pub mod ",
            "pub(crate) mod ",
            "pub use ",
            "pub(crate) use ",
        ]
        .iter()
        .any(|start| line.starts_with(start));
        if statement.is_empty() && !(begins || line.starts_with("#[cfg")) {
            kept += line;
            kept.push('\n');
            continue;
        }
        statement += line;
        statement.push('\n');
        if !line.ends_with(';') {
            continue;
        }
        let is_left_out = LEFT_OUT.iter().any(|module| {
            statement.contains(&format!("mod {module};"))
                || statement.contains(&format!("use {module}::"))
        });
        if !is_left_out {
            kept += &statement.replacen(
                "mod ",
                if statement.starts_with("mod ") {
                    "pub(crate) mod "
                } else {
                    "mod "
                },
                1,
            );
        }
        statement.clear();
    }
    kept
}
