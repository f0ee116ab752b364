//! Every generated model by the name of its definition, read and written. `build.rs` writes the table from the ir.

use genesys_cloud::runtime::codec::{self, Wire};

/// Reads JSON and writes what was read.
pub(crate) type RoundTrip = fn(&[u8]) -> Result<Vec<u8>, serde_json::Error>;

fn round_trip<T: Wire>(json: &[u8]) -> Result<Vec<u8>, serde_json::Error> {
    codec::from_slice::<T>(json).and_then(codec::to_vec)
}

include!(concat!(env!("OUT_DIR"), "/models.rs"));
