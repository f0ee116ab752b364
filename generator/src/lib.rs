//! Generates the Genesys Cloud SDK crate from the published OpenAPI document.
