//! What users can name is a promise: it changes only on purpose.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;

use genesys_cloud_house::surface::public_items;

const SNAPSHOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/surface.txt");

/// Methods and impls are not counted; see `tests/house/surface.txt`.
#[test]
fn the_public_items_are_those_of_the_snapshot() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let items = public_items(&root.join("../../templates/runtime/src/runtime"));
    let text = items.join("\n") + "\n";
    if std::env::var_os("UPDATE_SURFACE").is_some() {
        fs::write(SNAPSHOT, &text).unwrap();
    }
    let snapshot = fs::read_to_string(SNAPSHOT).unwrap_or_default();
    let is_extra = |item: &&String| {
        ["notifications::", "testing::"]
            .iter()
            .any(|name| item.contains(name))
    };
    let extra = items.iter().filter(is_extra).count();
    assert!(
        items.len() - extra <= 150 && extra <= 60,
        "{} public items and {extra} for notifications and tests are more than 150 and 60: who needs them all?",
        items.len() - extra
    );
    let missing = |from: &str, of: &str| -> Vec<String> {
        let of: Vec<&str> = of.lines().collect();
        let lines = from.lines().filter(|line| !of.contains(line));
        lines.map(str::to_owned).collect()
    };
    let (added, removed) = (missing(&text, &snapshot), missing(&snapshot, &text));
    assert!(
        added.is_empty() && removed.is_empty(),
        "the public items of the runtime changed: added {added:#?}, removed {removed:#?}.\n\
         Make what users do not need `pub(crate)`. Otherwise run this test with UPDATE_SURFACE=1 and commit surface.txt."
    );
}

#[test]
fn exports_are_followed_and_hidden_items_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write(
        "mod.rs",
        "pub mod left; mod right; pub use left::A; pub use right::{B as C, Hidden, inner::D}; pub(crate) use right::E;",
    );
    write(
        "left.rs",
        "pub struct A; pub(crate) struct Inner; pub const N: u8 = 0; pub use crate::runtime::right::B; impl A { pub fn f() {} }",
    );
    write(
        "right/mod.rs",
        "pub mod inner; pub trait B {} #[doc(hidden)] pub struct Hidden; pub enum E {}",
    );
    write("right/inner.rs", "pub fn d() {} pub type D = u8;");
    assert_eq!(
        public_items(folder.path()),
        ["struct A", "trait C", "type D"]
    );
}
