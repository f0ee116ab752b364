//! Makes the operations that `src/main.rs` calls, and the models that they reach.

use std::error::Error;

use genesys_codegen::Config;

fn main() -> Result<(), Box<dyn Error>> {
    Config::new()
        .tags(["users"])
        .operations(["getUser"])
        .generate_into(std::env::var("OUT_DIR")?)?;
    Ok(())
}
