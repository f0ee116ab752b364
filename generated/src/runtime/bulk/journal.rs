//! What became of each item, in a file that outlives the process.

use std::collections::HashMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::runtime::error::Error;

/// What an earlier run knew of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Past {
    /// Its call was about to be sent.
    Begun,
    /// It has its change.
    Done,
    /// Its call changed nothing.
    Failed,
}

#[derive(Serialize, Deserialize)]
struct Line {
    key: String,
    state: Past,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
}

pub(super) struct Journal {
    path: PathBuf,
    file: File,
    past: HashMap<String, Past>,
}

impl Journal {
    /// Opens or creates the file and reads it.
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        let failed = |error: std::io::Error| problem(path, &error.to_string());
        let mut file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .open(path)
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(problem(path, "another run has it open"));
            }
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(failed)?;
        let whole = bytes
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |end| end + 1);
        if whole < bytes.len() {
            // A process died while it wrote this line: what it says did not happen yet.
            file.set_len(whole as u64).map_err(failed)?;
            file.seek(SeekFrom::End(0)).map_err(failed)?;
        }
        let mut past = HashMap::new();
        for (index, line) in bytes[..whole].split(|byte| *byte == b'\n').enumerate() {
            if line.trim_ascii().is_empty() {
                continue;
            }
            let line: Line = serde_json::from_slice(line).map_err(|error| {
                problem(path, &format!("line {} is invalid: {error}", index + 1))
            })?;
            past.insert(line.key, line.state);
        }
        Ok(Self {
            path: path.to_owned(),
            file,
            past,
        })
    }

    pub(super) fn past(&self, key: &str) -> Option<Past> {
        self.past.get(key).copied()
    }

    pub(super) fn begin(&mut self, key: &str) -> Result<(), Error> {
        self.write(key, Past::Begun, None)
    }

    pub(super) fn done(&mut self, key: &str) -> Result<(), Error> {
        self.write(key, Past::Done, None)
    }

    pub(super) fn failed(&mut self, key: &str, error: &Error) -> Result<(), Error> {
        self.write(
            key,
            Past::Failed,
            error.status().map(|status| status.as_u16()),
        )
    }

    /// One write for the whole line, so that a process that dies leaves a line or a part of the last one.
    fn write(&mut self, key: &str, state: Past, status: Option<u16>) -> Result<(), Error> {
        let line = Line {
            key: key.to_owned(),
            state,
            status,
        };
        let written = serde_json::to_vec(&line)
            .map_err(std::io::Error::from)
            .and_then(|mut line| {
                line.push(b'\n');
                self.file.write_all(&line)
            });
        written.map_err(|error| problem(&self.path, &error.to_string()))
    }
}

fn problem(path: &Path, reason: &str) -> Error {
    Error::configuration(format!("the journal {}: {reason}", path.display()))
}
