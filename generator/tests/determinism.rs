//! The output depends on the spec and on nothing else.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use genesys_codegen::Config;
use genesys_codegen::render::Files;

/// A part of the real spec, from its file to text, on so many threads. `tests/all.sh` compares the whole of it with what is committed, on one
/// thread and on all.
fn rendered(threads: usize) -> Files {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .unwrap();
    pool.install(|| {
        let config = Config::new().tags(["routing", "users"]);
        let built = config.build().unwrap();
        config.render(built).unwrap().files
    })
}

#[test]
fn one_thread_and_two_render_the_same_bytes() {
    let one = rendered(1);
    let two = rendered(2);
    assert!(one.len() > 500, "{}", one.len());
    assert!(one.keys().eq(two.keys()), "other files");
    for (path, text) in &one {
        assert!(two[path] == *text, "{} differs", path.display());
    }
}
