//! The outcome of each item, in a file that outlives the process.

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

/// How each line begins.
const BEGIN: &[u8] = br#"{"key":"#;

pub(super) struct Journal {
    path: PathBuf,
    file: File,
    /// Where the last whole line ends.
    length: u64,
    /// A part of a line may follow it.
    is_torn: bool,
    past: HashMap<String, Past>,
}

impl Journal {
    /// Opens or creates the file and reads it.
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        let failed = |error: std::io::Error| problem(path, &error.to_string());
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(problem(path, "another run is using it"));
            }
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(failed)?;
        let whole = bytes
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |end| end + 1);
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
        // A process died while it wrote the last line: what it says did not happen yet. The end of another file stays as it is.
        let rest = &bytes[whole..];
        if !rest.starts_with(BEGIN) && !BEGIN.starts_with(rest) {
            return Err(problem(path, "the last line is not a journal entry"));
        }
        Ok(Self {
            path: path.to_owned(),
            file,
            length: whole as u64,
            is_torn: !rest.is_empty(),
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

    fn write(&mut self, key: &str, state: Past, status: Option<u16>) -> Result<(), Error> {
        let line = Line {
            key: key.to_owned(),
            state,
            status,
        };
        self.append(&line)
            .map_err(|error| problem(&self.path, &error.to_string()))
    }

    /// One write for the whole line, so that a process that dies leaves a line or a part of the last one. So does a disk that is full: that part
    /// goes before the next line is written.
    fn append(&mut self, line: &Line) -> std::io::Result<()> {
        let mut line = serde_json::to_vec(line)?;
        line.push(b'\n');
        if self.is_torn {
            self.file.set_len(self.length)?;
            self.file.seek(SeekFrom::Start(self.length))?;
        }
        self.is_torn = true;
        self.file.write_all(&line)?;
        self.length += line.len() as u64;
        self.is_torn = false;
        Ok(())
    }
}

fn problem(path: &Path, reason: &str) -> Error {
    Error::configuration(format!("the journal {}: {reason}", path.display()))
}
