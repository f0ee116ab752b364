//! See `genesys_cloud_fuzz::next_uri`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| genesys_cloud_fuzz::next_uri(data));
