//! Files of one JSON value a line, packed or not.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;
use serde::de::DeserializeOwned;

use super::Problem;

/// A reader of the file's text, unpacked where its name ends in `.gz`.
pub(super) fn open(path: &Path) -> Result<Box<dyn Read>, Problem> {
    let file = File::open(path).map_err(Problem::read(path))?;
    Ok(
        if path.extension().is_some_and(|extension| extension == "gz") {
            Box::new(MultiGzDecoder::new(file))
        } else {
            Box::new(file)
        },
    )
}

/// Reads a `.jsonl` or `.jsonl.gz` file; blank lines are passed over.
///
/// # Errors
///
/// A [`Problem`] where the file cannot be read, and at the first line that is not a `T`.
pub fn read_lines<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>, Problem> {
    let mut values = Vec::new();
    for (index, line) in BufReader::new(open(path)?).lines().enumerate() {
        let line = line.map_err(Problem::read(path))?;
        if line.trim().is_empty() {
            continue;
        }
        values.push(serde_json::from_str(&line).map_err(|source| Problem::Json {
            path: path.to_owned(),
            line: index + 1,
            source,
        })?);
    }
    Ok(values)
}
