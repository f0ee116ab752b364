//! See `genesys_cloud_fuzz::token`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| genesys_cloud_fuzz::token(data));
