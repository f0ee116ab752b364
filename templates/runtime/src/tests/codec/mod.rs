//! Tests of the compact serde, over models written as the generator writes them.

mod comparing;
mod debug;
mod embedding;
mod enums;
mod errors;
mod extra;
mod misfits;
mod models;
mod numbers;
mod property;
mod reading;
mod recursion;
mod secret_names;
mod writing;
