//! Writes the tables of the programs `wire` and `roundtrip`, where the feature `fidelity` asks for them.

#[cfg(feature = "fidelity")]
#[path = "build/tables.rs"]
mod tables;

#[cfg(feature = "fidelity")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    tables::write()
}

#[cfg(not(feature = "fidelity"))]
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
}
