//! Why no spec was taken.

use std::io;
use std::path::PathBuf;

use crate::document::LoadError;

/// Why no spec was taken. Nothing was written then. Each message says what to do about it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// There is no such region.
    #[error(
        "unknown region {region:?}\n  Known are {known}. For another domain, say --url https://api.DOMAIN/api/v2/docs/swagger."
    )]
    Region {
        /// What was asked for.
        region: String,
        /// The names of those that there are.
        known: String,
    },
    /// A URL cannot be used.
    #[error("{url}: {problem}\n  {remedy}")]
    Url {
        /// The URL, without what may be secret in it.
        url: String,
        /// What is wrong with it.
        problem: String,
        /// What to do about it.
        remedy: &'static str,
    },
    /// No server, or no whole answer.
    #[error("{url}: {problem} ({attempts} attempts)\n  {remedy}")]
    Download {
        /// The URL, without what may be secret in it.
        url: String,
        /// What happened last.
        problem: String,
        /// How often it was tried.
        attempts: u32,
        /// What to do about it.
        remedy: &'static str,
    },
    /// The server refused.
    #[error("{url}: the server answered with status {status} ({attempts} attempts)\n  {remedy}")]
    Status {
        /// The URL, without what may be secret in it.
        url: String,
        /// The status.
        status: u16,
        /// How often it was tried.
        attempts: u32,
        /// What to do about it.
        remedy: &'static str,
    },
    /// Nothing says who asks for the topics.
    #[error(
        "the topics need credentials, and the environment holds none\n  Set GENESYSCLOUD_OAUTHCLIENT_ID and GENESYSCLOUD_OAUTHCLIENT_SECRET, or GENESYSCLOUD_ACCESS_TOKEN, or say --topics-from FILE."
    )]
    Credentials,
    /// The file is not a spec, or not one that the generator reads.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// Much less came than there is.
    #[error(
        "{name}: {what} fell from {before} to {after}, by more than a tenth\n  Most likely the download is incomplete. If the API really shrank, say --force."
    )]
    Collapsed {
        /// Where it came from.
        name: String,
        /// What there is less of.
        what: &'static str,
        /// How many there are in the spec that is there.
        before: usize,
        /// How many there are in what came.
        after: usize,
    },
    /// The folder of the spec is none.
    #[error("{}: {problem}\n  Give the folder of the spec with --spec.", path.display())]
    Folder {
        /// The path.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
}

impl FetchError {
    pub(super) fn from_io(path: PathBuf, error: &io::Error) -> Self {
        Self::Folder {
            path,
            problem: format!("cannot be read: {error}"),
        }
    }
}
