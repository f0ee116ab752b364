//! Compares what was rendered with what is there. Changes nothing.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::Path;

use super::error::WriteError;
use super::journal::Staged;
use super::manifest::{Manifest, hash};
use super::path::{self, Name};
use super::tree::{self, Found, Tree};
use super::{Files, MANIFEST_FILE};
use crate::ir::Selection;

/// How a folder differs from what was rendered.
#[derive(Debug, Default)]
pub(super) struct Plan<'f> {
    /// Files that are not there, with their content, sorted.
    pub(super) missing: BTreeMap<Name, &'f str>,
    /// Files with another content, with the right one, sorted.
    pub(super) changed: BTreeMap<Name, &'f str>,
    /// Files made earlier and not rendered now, sorted.
    pub(super) orphans: Vec<Name>,
    /// How many files are as they should be.
    pub(super) unchanged: usize,
    /// The new manifest; none where the one there is the same.
    pub(super) manifest: Option<String>,
}

impl<'f> Plan<'f> {
    /// Compares. `strict` refuses what cannot be written: files that are in the way.
    pub(super) fn new(
        rendered: &Rendered<'f>,
        part: &Selection,
        folder: &Path,
        old: Option<&Manifest>,
        strict: bool,
    ) -> Result<Self, WriteError> {
        let listed: BTreeSet<&Name> = old
            .map(|manifest| manifest.files.keys().collect())
            .unwrap_or_default();
        let mut tree = Tree::new(folder);
        let mut plan = Self::default();
        for name in &listed {
            if !rendered.files.contains_key(*name)
                && !matches!(tree.look(name)?, Found::Nothing | Found::Folder)
            {
                plan.orphans.push((*name).clone());
            }
        }
        let orphans: HashSet<&str> = plan.orphans.iter().map(String::as_str).collect();
        let folded: HashSet<String> = orphans.iter().map(|name| path::folded(name)).collect();
        for (name, text) in &rendered.files {
            let in_the_way = |name: &str, problem| {
                if strict {
                    return Err(WriteError::InTheWay {
                        path: tree::join(folder, name),
                        problem,
                    });
                }
                Ok(())
            };
            match tree.look(name)? {
                // Where case is ignored, this may be the orphan itself, which goes.
                Found::File(_) if folded.contains(&path::folded(name)) => {
                    plan.changed.insert(name.clone(), text);
                }
                Found::File(content) if content == text.as_bytes() => plan.unchanged += 1,
                Found::File(_) | Found::Link => {
                    if !listed.contains(name) {
                        in_the_way(name, "it is not of the generator's making")?;
                    }
                    plan.changed.insert(name.clone(), text);
                }
                Found::Folder => {
                    let below = tree.below(name)?;
                    if below.is_empty() || !below.iter().all(|file| orphans.contains(&**file)) {
                        in_the_way(name, "it is a folder where a file has to be")?;
                    }
                    plan.missing.insert(name.clone(), text);
                }
                Found::Other => {
                    in_the_way(name, "it is not a regular file")?;
                    plan.missing.insert(name.clone(), text);
                }
                Found::Nothing => {
                    for parent in tree::parents(name) {
                        if !orphans.contains(parent)
                            && matches!(tree.look(parent)?, Found::File(_) | Found::Other)
                        {
                            in_the_way(parent, "it is a file where a folder has to be")?;
                        }
                    }
                    plan.missing.insert(name.clone(), text);
                }
            }
        }
        let manifest = rendered.manifest(part);
        if old != Some(&manifest) {
            plan.manifest = Some(manifest.text());
        }
        Ok(plan)
    }

    /// What has to be written, the manifest last.
    pub(super) fn writes(&self) -> Vec<Staged<'_>> {
        let mut writes: Vec<Staged<'_>> = self
            .missing
            .iter()
            .chain(&self.changed)
            .map(|(name, text)| Staged {
                name: name.clone(),
                content: text.as_bytes(),
                replaceable: true,
            })
            .collect();
        writes.sort_by(|left, right| left.name.cmp(&right.name));
        if let Some(manifest) = &self.manifest {
            writes.push(Staged {
                name: MANIFEST_FILE.to_owned(),
                content: manifest.as_bytes(),
                replaceable: false,
            });
        }
        writes
    }
}

/// Rendered files under checked names.
pub(super) struct Rendered<'f> {
    files: BTreeMap<Name, &'f str>,
}

impl<'f> Rendered<'f> {
    pub(super) fn new(files: &'f Files) -> Result<Self, WriteError> {
        let files = files
            .iter()
            .map(|(path, text)| Ok((path::name(path)?, text.as_str())))
            .collect::<Result<BTreeMap<_, _>, WriteError>>()?;
        path::refuse_collisions(files.keys().map(String::as_str))?;
        Ok(Self { files })
    }

    fn manifest(&self, part: &Selection) -> Manifest {
        let hashes = self
            .files
            .iter()
            .map(|(name, text)| (name.clone(), hash(text.as_bytes())));
        Manifest::new(part, hashes.collect())
    }
}
