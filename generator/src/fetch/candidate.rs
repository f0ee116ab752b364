//! A spec that is about to take the place of the one in a folder: checked, in its normal form.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;

use super::collapse::{self, Extent};
use super::error::FetchError;
use super::topics::TopicsCandidate;
use super::{merge, normal, prose};
use crate::document::{Json, LoadError};
use crate::load::{self, Spec};
use crate::spec::{
    Counts, Fixups, Folder, Replacement, SOURCE_FILE, Source, TOPICS_FILE, count, file,
};

/// The name of a spec in a folder that has none.
const SPEC_FILE: &str = "genesys-cloud.json";

/// What came: JSON, packed with gzip or not.
#[derive(Clone, Debug)]
pub struct Incoming {
    /// What errors call it, and the record says about where it came from: a URL or the path of a file.
    pub origin: String,
    /// The published spec.
    pub document: Vec<u8>,
    /// The preview spec, with its name for errors.
    pub preview: Option<(String, Vec<u8>)>,
}

/// How a spec is taken.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Take it though it is much smaller than the one there.
    pub force: bool,
    /// The number of the release; one more than the last where none is said.
    pub release: Option<u32>,
    /// Whether it keeps its prose; as the one there where none is said.
    pub prose: Option<bool>,
}

/// A spec that is about to be stored.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Its record.
    pub source: Source,
    /// Its text.
    pub text: String,
    /// The file there says something else, or there is none.
    pub is_new: bool,
    /// What the user should know.
    pub notes: Vec<String>,
    /// The same, loaded with the fix-ups in the folder.
    pub(crate) spec: Spec,
    /// The topics that come with it; without any, those in place stay.
    pub topics: Option<TopicsCandidate>,
}

impl Candidate {
    /// Checks what came and compares it with the spec in a folder, which may be missing.
    ///
    /// # Errors
    ///
    /// Fails if it is not a spec, if the generator cannot read it, or if it is much smaller
    /// than the one there.
    pub fn prepare(
        incoming: &Incoming,
        folder: &Path,
        options: Options,
    ) -> Result<Self, FetchError> {
        let there = There::look(folder)?;
        let keeps_prose = options
            .prose
            .unwrap_or(there.record.as_ref().is_none_or(|record| record.prose));
        let mut notes = Vec::new();

        let document = file::unpack(&incoming.origin, &incoming.document)?;
        let mut root = parse(&incoming.origin, &document)?;
        let preview;
        if let Some((name, bytes)) = &incoming.preview {
            preview = file::unpack(name, bytes)?;
            let parsed = parse(name, &preview)?;
            if parsed
                .get("paths")
                .is_none_or(|paths| paths.entries().is_empty())
            {
                return Err(LoadError::new(
                    name,
                    "the preview spec has no paths",
                    "Check where it comes from, or take the published spec alone.",
                )
                .into());
            }
            let count = merge::merge(&mut root, parsed);
            notes.push(format!("{count} preview operations merged"));
        }
        if !keeps_prose {
            prose::drop(&mut root);
        }
        let counts = count(&root);
        let text = normal::text(root);

        let name = PathBuf::from(&incoming.origin);
        let fixups = there.fixups()?;
        let spec = load::load(&name, text.as_bytes(), &fixups, None)?;
        let outlived = spec.outlived.iter();
        notes.extend(outlived.map(|entry| format!("warning: {entry}")));

        if let Some(extent) = there.extent() {
            let comparable = there
                .record
                .as_ref()
                .is_none_or(|record| record.prose == keeps_prose);
            let after = Extent {
                counts,
                bytes: comparable.then_some(text.len()),
            };
            if let Err(error) = collapse::refuse(&incoming.origin, extent, after) {
                if !options.force {
                    return Err(error);
                }
                notes.push(format!(
                    "warning: taken with --force: {}",
                    error.to_string().lines().next().unwrap_or_default()
                ));
            }
        }
        if incoming.preview.is_none() && there.previews > 0 && !text.contains(merge::PREVIEW_MARK) {
            notes.push(format!(
                "warning: the spec there has {} preview operations, and this one none: say --preview to keep them",
                there.previews
            ));
        }

        let is_new = there.text.as_deref() != Some(text.as_str());
        let last = there.record.as_ref().map(|record| record.release);
        let release = options.release.unwrap_or(match last {
            Some(last) if is_new => last.saturating_add(1),
            Some(last) => last,
            None => 1,
        });
        let source = Source {
            prose: keeps_prose,
            ..Source::describe(&there.file, text.as_bytes(), release, &incoming.origin)?
        };
        Ok(Self {
            source,
            text,
            is_new,
            notes,
            spec,
            topics: None,
        })
    }

    /// Whether spec or topics differ from those there.
    pub fn is_anything_new(&self) -> bool {
        self.is_new || self.topics.as_ref().is_some_and(|topics| topics.is_new)
    }

    /// What is new, as it is stored in a folder that is named `below` (`""`, `"spec/"`): the spec and its record, and the topics and theirs.
    pub fn files(&self, below: &str) -> Vec<Replacement> {
        let mut files = Vec::new();
        if self.is_new {
            files.extend(self.spec_files(below));
        }
        if let Some(topics) = self.topics.as_ref().filter(|topics| topics.is_new) {
            files.extend(topics.files(below));
        }
        files
    }

    fn spec_files(&self, below: &str) -> [Replacement; 2] {
        let content = if self.source.file.ends_with(".gz") {
            packed(self.text.as_bytes())
        } else {
            self.text.clone().into_bytes()
        };
        [
            Replacement {
                name: format!("{below}{}", self.source.file),
                content,
            },
            Replacement {
                name: format!("{below}{SOURCE_FILE}"),
                content: self.source.to_toml().into_bytes(),
            },
        ]
    }
}

/// Without a time stamp, so that the same text gives the same bytes.
fn packed(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    // Writing to memory cannot fail.
    let _ = encoder.write_all(text);
    encoder.finish().unwrap_or_default()
}

fn parse<'d>(name: &str, bytes: &'d [u8]) -> Result<Json<'d>, LoadError> {
    Json::parse(file::text(name, bytes)?).map_err(|fault| fault.in_file(name))
}

/// The spec that is there, as far as it can be read: a damaged one is what a new one is fetched for.
struct There {
    file: String,
    record: Option<Source>,
    /// Its text in the normal form.
    text: Option<String>,
    counts: Option<Counts>,
    previews: usize,
    folder: Option<Folder>,
}

impl There {
    fn look(folder: &Path) -> Result<Self, FetchError> {
        let mut there = Self {
            file: SPEC_FILE.to_owned(),
            record: None,
            text: None,
            counts: None,
            previews: 0,
            folder: None,
        };
        match fs::read_dir(folder) {
            Ok(mut entries) => {
                let data = Folder::read(folder)?;
                there.record = data.source()?;
                there.folder = Some(data);
                if there.record.is_none() && entries.all(|entry| !is_spec(entry)) {
                    return Ok(there);
                }
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(there),
            Err(error) => return Err(FetchError::from_io(folder.to_owned(), &error)),
        }
        let Some(data) = &there.folder else {
            return Ok(there);
        };
        let path = data.spec()?;
        if let Some(name) = path.file_name().and_then(|name| name.to_str()) {
            there.file = name.to_owned();
        }
        if let Ok(bytes) = file::read(&path)
            && let Ok(bytes) = file::unpack("", &bytes)
            && let Ok(text) = file::text("", &bytes)
            && let Ok(root) = Json::parse(text)
        {
            there.counts = Some(count(&root));
            there.previews = text
                .matches(&format!("\"{}\": true", merge::PREVIEW_MARK))
                .count();
            there.text = Some(normal::text(root));
        }
        Ok(there)
    }

    fn fixups(&self) -> Result<Fixups, LoadError> {
        let folder = self.folder.as_ref();
        folder.map_or_else(|| Ok(Fixups::default()), Folder::fixups)
    }

    /// What there was, by the record where the file itself cannot be read.
    fn extent(&self) -> Option<Extent> {
        let recorded = self.record.as_ref().map(|record| Counts {
            operations: record.operations,
            definitions: record.definitions,
        });
        Some(Extent {
            counts: self.counts.or(recorded)?,
            bytes: self.text.as_ref().map(String::len),
        })
    }
}

fn is_spec(entry: std::io::Result<fs::DirEntry>) -> bool {
    entry.is_ok_and(|entry| {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        (name.ends_with(".json") || name.ends_with(".json.gz")) && name != TOPICS_FILE
    })
}
