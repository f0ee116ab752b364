//! What counts as a wrong use.

use std::fs;

use genesys_cloud_house::floors::wrong_uses;

#[test]
fn a_wrong_use_is_named_with_the_places_where_the_thing_may_be() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write(
        "roof.rs",
        "use crate::runtime::left::X;\nuse super::ground;",
    );
    write("left/mod.rs", "use crate::runtime::right::Y;");
    write("right.rs", "use crate::runtime::ground::Z;");
    write("ground.rs", "use std::fmt;\nuse crate::elsewhere::A;");
    let floors = "roof\nleft right\nground planned";
    let wrong = || wrong_uses(folder.path(), &["runtime"], floors);
    assert_eq!(wrong(), [""; 0]);
    write("ground.rs", "\nfn f() -> crate::runtime::roof::X {}");
    write("right.rs", "use super::left::{self, Y};");
    write("left/inner.rs", "use crate::runtime::Client;");
    write("attic.rs", "");
    assert_eq!(
        wrong(),
        [
            "attic.rs: the module `attic` stands on no floor: add it to the list of this test",
            "ground.rs:2: `ground` (floor 3) uses `runtime::roof::X`, which is above it (floor 1). Move it to ground, planned, or hand it in as an argument",
            "left/inner.rs:1: `left` uses `runtime::Client` through the root: name the module that it is in",
            "right.rs:1: `right` (floor 2) uses `runtime::left`, which is above it (floor 2). Move it to right, ground, planned, or hand it in as an argument",
            "right.rs:1: `right` (floor 2) uses `runtime::left::Y`, which is above it (floor 2). Move it to right, ground, planned, or hand it in as an argument",
        ]
    );
}
