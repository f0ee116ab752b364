//! Constructors are called `new` or `from_…`, everywhere by the same rule.

use std::path::Path;

use genesys_cloud_house::sources;

/// The constructors called `of` in a text, each with its line.
fn constructors(text: &str) -> Vec<usize> {
    let start = format!("fn {}(", "of");
    let found = text.match_indices(&start).filter(|(at, _)| {
        let signature = text[*at..].split('{').next().unwrap_or_default();
        signature.contains("-> Self") || signature.contains("<Self")
    });
    found
        .map(|(at, _)| text[..at].matches('\n').count() + 1)
        .collect()
}

#[test]
fn no_constructor_is_called_of() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for folder in ["generator", "templates", "tests"] {
        let sources = sources(&root.join(folder));
        assert!(!sources.is_empty(), "{folder}");
        for (file, text) in sources {
            let found = constructors(&text);
            assert!(found.is_empty(), "{folder}/{}: {found:?}", file.display());
        }
    }
}

#[test]
fn such_a_constructor_is_found() {
    let text = "fn off() -> Self {}\nfn OF(\n    a: u8,\n) -> Result<Self, E> {}\nfn OF(a: u8) -> u8 {}\npub fn OF() -> Self {}";
    assert_eq!(constructors(&text.replace("OF", "of")), [2, 6]);
}
