//! No module of the runtime or of the generator uses one above it.

use std::path::Path;

use genesys_cloud_house::floors::wrong_uses;

/// From the roof down. Within a line, a module uses those to its right.
const RUNTIME: &str = "
    testing notifications bulk jobs update paging
    client blocking
    request
    pipeline
    auth
    redis response
    error
    permissions operation region time codec transport clock telemetry sync debug
";

const GENERATOR: &str = "
    cli
    upgrade
    generate build_script
    write
    render diff
    ir
    fetch load
    spec
    document
";

fn check(folder: &str, prefix: &[&str], floors: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(folder);
    let wrong = wrong_uses(&root, prefix, floors);
    assert!(wrong.is_empty(), "in {folder}:\n{}", wrong.join("\n"));
}

#[test]
fn the_runtime_stands_on_its_floors() {
    check("templates/runtime/src/runtime", &["runtime"], RUNTIME);
}

#[test]
fn the_generator_stands_on_its_floors() {
    check("generator/src", &[], GENERATOR);
}
