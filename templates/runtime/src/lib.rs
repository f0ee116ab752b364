//! The shared runtime of the Genesys Cloud SDK.
