//! What is generated of the documents compiles without a warning.

use super::*;

/// Where cargo has put this test, and so where its dependencies lie.
fn target() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.ancestors().nth(3).unwrap().to_owned()
}

fn compile(document: &Value) {
    let folder = tempfile::tempdir().unwrap();
    let spec = folder.path().join("document.json");
    fs::write(&spec, document.to_string()).unwrap();
    let out = folder.path().join("crate");
    Config::new()
        .spec(&spec)
        .generate_into(&out)
        .unwrap_or_else(|error| panic!("{error}"));
    // The same profile and versions as the workspace's, so that dependencies are built once.
    let root = Path::new(support::ROOT);
    fs::copy(root.join("Cargo.lock"), out.join("Cargo.lock")).unwrap();
    let manifest = out.join("Cargo.toml");
    let text = fs::read_to_string(&manifest).unwrap();
    let profile = "\n[profile.dev]\ndebug = \"line-tables-only\"\n\n[profile.dev.package.\"*\"]\ndebug = false\n\n[workspace]\n";
    fs::write(&manifest, text + profile).unwrap();
    let output = Command::new(env!("CARGO"))
        .args([
            "check",
            "--offline",
            "--quiet",
            "--no-default-features",
            "--features",
            "full",
        ])
        .current_dir(&out)
        .env("CARGO_TARGET_DIR", target())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && !said.contains("warning"),
        "{}",
        said.chars().take(20_000).collect::<String>()
    );
}

#[test]
fn what_is_generated_of_the_published_shapes_compiles() {
    compile(&published());
}

#[test]
fn what_is_generated_of_other_documents_compiles() {
    compile(&others());
}
