//! The compact serde: one function body per model, and everything else written once over it.
