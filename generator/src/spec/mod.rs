//! A spec as it lies in its folder: the file, where it came from, and the data that belongs to it.

mod counts;
pub(crate) mod file;
mod fixups;
mod folder;
mod outlived;
mod overrides;
mod replacement;
mod source;
mod topics;
mod version;

pub(crate) use counts::{Counts, METHODS, count, sha256_of};
pub use fixups::{FIXUPS_FILE, Fixups};
pub use folder::Folder;
pub use outlived::Outlived;
pub(crate) use outlived::{REMEDY as OUTLIVED_REMEDY, lines as outlived_lines};
pub use overrides::{
    ALIASES_FILE, IDEMPOTENT_FILE, IdempotentOverride, JOBS_FILE, JobOverride, JobPhase, Overrides,
    PAGING_FILE, PagingOverride, RenameOverride,
};
pub use replacement::Replacement;
pub use source::{SOURCE_FILE, Source};
pub use topics::{TOPICS_FILE, TOPICS_RECORD, TopicsRecord};
pub use version::CRATE_FILE;
pub(crate) use version::version_text;
