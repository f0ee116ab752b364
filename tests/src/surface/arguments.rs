//! Arguments as JSON, handed to generated operations as their types.

use genesys_cloud::runtime::codec::{self, Wire};
use serde_json::{Map, Value};

/// The arguments of a vector, by wire name.
pub struct Arguments<'a> {
    values: &'a Map<String, Value>,
    taken: Vec<&'static str>,
}

impl<'a> Arguments<'a> {
    /// Takes the arguments of a vector.
    #[must_use]
    pub fn new(values: &'a Map<String, Value>) -> Self {
        Self {
            values,
            taken: Vec::new(),
        }
    }

    /// An argument that the vector may have.
    ///
    /// # Errors
    ///
    /// What it is that does not fit its type.
    pub fn optional<T: Wire>(&mut self, name: &'static str) -> Result<Option<T>, String> {
        match self.take(name) {
            None => Ok(None),
            Some(json) => codec::from_slice(&json)
                .or_else(|error| match json.as_slice() {
                    // Vectors have text where the spec says that a boolean is one of two texts.
                    b"\"true\"" => codec::from_slice(b"true"),
                    b"\"false\"" => codec::from_slice(b"false"),
                    _ => Err(error),
                })
                .map(Some)
                .map_err(|error| unreadable(name, &error)),
        }
    }

    /// An argument that the vector must have.
    ///
    /// # Errors
    ///
    /// What it is that is missing or does not fit its type.
    pub fn required<T: Wire>(&mut self, name: &'static str) -> Result<T, String> {
        self.optional(name)?
            .ok_or_else(|| format!("the vector lacks the argument {name}, which the SDK requires"))
    }

    fn take(&mut self, name: &'static str) -> Option<Vec<u8>> {
        self.taken.push(name);
        self.values
            .get(name)
            .map(|value| value.to_string().into_bytes())
    }

    /// Fails where the vector has an argument that the operation has not.
    ///
    /// # Errors
    ///
    /// The argument's name.
    pub fn finish(&self) -> Result<(), String> {
        match self
            .values
            .keys()
            .find(|name| !self.taken.contains(&name.as_str()))
        {
            None => Ok(()),
            Some(name) => Err(format!("the SDK's operation has no parameter {name}")),
        }
    }
}

fn unreadable(name: &str, error: &serde_json::Error) -> String {
    format!("the argument {name} does not fit its type: {error}")
}
