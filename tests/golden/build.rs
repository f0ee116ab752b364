//! Generates one crate of all the small specs, and tables of its operations and models.

#[path = "build/compose.rs"]
mod compose;
#[path = "../build/tables.rs"]
mod tables;

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use genesys_codegen::Config;

fn main() -> Result<(), Box<dyn Error>> {
    for path in ["build.rs", "build", "specs", "../build/tables.rs"] {
        println!("cargo::rerun-if-changed={path}");
    }
    println!("cargo::rerun-if-changed=../../templates");
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    let spec = compose::write(Path::new("specs"), &out)?;
    let config = Config::new().spec(spec);
    let built = config.build()?;
    tables::write_for(&built.api, &out)?;
    let families = built.api.events.iter().flat_map(|events| &events.tags);
    let features: Vec<String> = built
        .api
        .tags
        .iter()
        .chain(families)
        .map(|tag| tag.feature.clone())
        .collect();
    let crate_folder = out.join("crate");
    if crate_folder.exists() {
        fs::remove_dir_all(&crate_folder)?;
    }
    config.generate_into(&crate_folder)?;
    enable(&features);
    fs::write(out.join("root.rs"), root(&crate_folder)?)?;
    Ok(())
}

/// Turns on the feature of every small spec, and what the runtime takes for granted.
fn enable(features: &[String]) {
    println!("cargo::rustc-check-cfg=cfg(feature, values(any()))");
    let names = features.iter().map(String::as_str);
    for feature in names.chain(["full", "rustls"]) {
        println!("cargo::rustc-cfg=feature=\"{feature}\"");
    }
}

/// The modules of the generated crate as modules of this one, so that `crate::` means the same to them.
fn root(folder: &Path) -> Result<String, std::fmt::Error> {
    let mut text = String::new();
    for module in ["api", "models", "events"] {
        let path = folder.join("src").join(module).join("mod.rs");
        writeln!(text, "#[path = {path:?}]\npub mod {module};")?;
    }
    Ok(text)
}
