//! The one error of the SDK.
