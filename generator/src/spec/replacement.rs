//! What takes the place of a file.

/// The new content of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replacement {
    /// The path below the held folder, with `/` between its parts.
    pub name: String,
    /// The content.
    pub content: Vec<u8>,
}
