//! The spec is untrusted input to the generator.

use genesys_codegen::ir::{self, Options};
use genesys_codegen::load;

/// Loads a spec and builds the SDK of it: both end, with a result or with an error that says where.
pub fn spec(data: &[u8]) {
    match load::load_bytes("fuzzed.json", data) {
        Ok(spec) => {
            if let Err(error) = ir::build(&spec.document, &Options::default()) {
                assert!(!error.to_string().is_empty());
            }
        }
        Err(error) => assert!(error.to_string().contains("fuzzed.json"), "{error}"),
    }
}
