//! What the change from one spec to another means for a Rust user of the generated crate.
//!
//! Compared is what the crate is made of, [`Api`] with [`Api`]: a change that the crate does not show
//! (a length limit, say) is none. Operations are named by `x-purecloud-method-name`, models by their
//! definition. The rules, by Cargo's semantic versioning (doc.rust-lang.org/cargo/reference/semver.html):
//!
//! - major: anything that a call or a value in the user's code may rest on is removed, renamed, retyped
//!   or made a required argument;
//! - minor: something is added. Models are built with `..Default::default()`, so a new property breaks
//!   nobody, and enums are open, so a new value does not either;
//! - patch: prose, marks and metadata.

mod enums;
mod models;
mod operations;
mod report;
mod topics;
mod types;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::ir::{Api, Former, Tag};
use crate::load::LeftOut;
use crate::spec::Outlived;

/// What a change asks of the version number of the crate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Nothing changed.
    #[default]
    None,
    /// Nothing that code sees.
    Patch,
    /// Code still compiles.
    Minor,
    /// Code may stop compiling.
    Major,
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.pad(match self {
            Self::None => "none",
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::Major => "major",
        })
    }
}

/// One change: where it is in the operation or model, what it asks for, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The place (``property `name` ``); empty where the thing as a whole is meant.
    pub place: String,
    /// What it asks for.
    pub verdict: Verdict,
    /// Why, in a sentence; names of the spec in backticks.
    pub reason: String,
}

impl Change {
    fn new(place: impl Into<String>, verdict: Verdict, reason: impl Into<String>) -> Self {
        Self {
            place: place.into(),
            verdict,
            reason: reason.into(),
        }
    }
}

/// What happened to an operation, a model or a tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Only the new spec has it.
    Added,
    /// Only the old spec has it.
    Removed,
    /// Both have it, differently.
    Changed,
}

/// An operation, model or tag that is not the same in both specs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Its name in the spec.
    pub name: String,
    /// What happened to it.
    pub kind: Kind,
    /// How, most important first; one element where it was added or removed.
    pub changes: Vec<Change>,
}

impl Difference {
    /// What all of its changes together ask for.
    pub fn verdict(&self) -> Verdict {
        let verdicts = self.changes.iter().map(|change| change.verdict);
        verdicts.max().unwrap_or_default()
    }
}

/// An operation that seems to have another name now: the method and the path are the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rename {
    /// What the old spec calls it.
    pub was: String,
    /// What the new spec calls it.
    pub now: String,
}

/// The differences between two specs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diff {
    /// The release of the old spec, where it is known.
    pub old_release: Option<String>,
    /// The release of the new spec, where it is known.
    pub new_release: Option<String>,
    /// Tags: features, modules and handles. Sorted by name, as the others are.
    pub tags: Vec<Difference>,
    /// Operations.
    pub operations: Vec<Difference>,
    /// Definitions.
    pub models: Vec<Difference>,
    /// Types that were two names of one type, and are two types now. It is the generator that gives
    /// equal enums one type, so the spec itself says nothing about it.
    pub types: Vec<Difference>,
    /// Families of topics: features.
    pub topic_families: Vec<Difference>,
    /// Topics of notifications: functions and events. Not compared where only one of the specs has topics.
    pub topics: Vec<Difference>,
    /// Definitions of what events hold.
    pub event_models: Vec<Difference>,
    /// Only one of the specs has topics, so that nothing is said of them.
    pub topics_aside: bool,
    /// Operations that seem to be renamed, and whose old names an entry in `aliases.toml` could keep.
    pub renames: Vec<Rename>,
    /// Entries beside the old spec that do not apply to the new one, which an upgrade removes.
    pub outlived: Vec<Outlived>,
    /// Operations of the new spec that cannot be expressed.
    pub left_out: Vec<LeftOut>,
}

/// How a [`Diff`] is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For a terminal.
    Text,
    /// For a pull request.
    Markdown,
    /// For a program: one line.
    Json,
}

/// Old names that were kept, and are kept no longer.
fn dropped<'a>(
    old: impl IntoIterator<Item = &'a Former>,
    new: impl IntoIterator<Item = &'a Former>,
) -> impl Iterator<Item = Change> {
    let kept: BTreeSet<&str> = new.into_iter().map(|former| &*former.wire_name).collect();
    let old = old.into_iter();
    let dropped = old.filter(move |former| !kept.contains(&*former.wire_name));
    dropped.map(|former| {
        let reason = format!(
            "the old name {}, which was deprecated, is gone",
            code(&former.name)
        );
        Change::new("", Verdict::Major, reason)
    })
}

/// Compares two specs; their topics only where both have any.
pub fn diff(old: &Api, new: &Api) -> Diff {
    let mut diff = Diff {
        old_release: old.release.clone(),
        new_release: new.release.clone(),
        tags: tags(old, new),
        operations: operations::compare(old, new),
        models: models::compare(old, new),
        types: enums::splits(old, new),
        renames: operations::renames(old, new),
        outlived: Vec::new(),
        left_out: new.diagnostics.left_out.clone(),
        topics_aside: old.events.is_some() != new.events.is_some(),
        ..Diff::default()
    };
    if let (Some(old), Some(new)) = (&old.events, &new.events) {
        diff.topic_families = tags(old, new);
        diff.topics = topics::compare(old, new);
        diff.event_models = models::compare(old, new);
        diff.types.extend(enums::splits(old, new));
    }
    diff
}

impl Diff {
    /// What all changes together ask for.
    pub fn verdict(&self) -> Verdict {
        self.sections()
            .into_iter()
            .flat_map(|(_, differences)| differences)
            .map(Difference::verdict)
            .max()
            .unwrap_or_default()
    }

    /// The differences as text in a format, without a newline at the end.
    pub fn report(&self, format: Format) -> String {
        match format {
            Format::Text => report::text(self),
            Format::Markdown => report::markdown(self),
            Format::Json => report::json(self),
        }
    }

    fn sections(&self) -> [(&'static str, &[Difference]); 7] {
        [
            ("tags", &self.tags),
            ("operations", &self.operations),
            ("models", &self.models),
            ("types", &self.types),
            ("topic families", &self.topic_families),
            ("topics", &self.topics),
            ("event models", &self.event_models),
        ]
    }
}

/// Pairs what has the same name in both specs, and describes what differs.
fn pair<'a, T>(
    old: BTreeMap<&'a str, T>,
    mut new: BTreeMap<&'a str, T>,
    added: impl Fn(&T) -> String,
    removed: impl Fn(&T) -> String,
    changed: impl Fn(&T, &T) -> Vec<Change>,
) -> Vec<Difference> {
    let mut differences = Vec::new();
    let mut add = |name: &str, kind, mut changes: Vec<Change>| {
        changes.sort_by_key(|change| Reverse(change.verdict));
        differences.push(Difference {
            name: name.to_owned(),
            kind,
            changes,
        });
    };
    for (name, old) in old {
        match new.remove(name) {
            None => {
                let change = Change::new("", Verdict::Major, removed(&old));
                add(name, Kind::Removed, vec![change]);
            }
            Some(new) => {
                let changes = changed(&old, &new);
                if !changes.is_empty() {
                    add(name, Kind::Changed, changes);
                }
            }
        }
    }
    for (name, new) in new {
        let change = Change::new("", Verdict::Minor, added(&new));
        add(name, Kind::Added, vec![change]);
    }
    differences.sort_by(|left, right| left.name.cmp(&right.name));
    differences
}

fn tags(old: &Api, new: &Api) -> Vec<Difference> {
    pair(
        tags_by_name(old),
        tags_by_name(new),
        |tag| format!("new feature {}", code(&tag.feature)),
        |tag| format!("the feature {} is gone", code(&tag.feature)),
        |old, new| {
            let mut changes = Vec::new();
            for (what, old, new) in [
                ("feature", &old.feature, &new.feature),
                ("module", &old.module, &new.module),
                ("handle", &old.type_name, &new.type_name),
            ] {
                if old != new {
                    let reason = format!("the {what} {} is called {} now", code(old), code(new));
                    changes.push(Change::new("", Verdict::Major, reason));
                }
            }
            if old.description != new.description {
                changes.push(prose(""));
            }
            changes
        },
    )
}

fn tags_by_name(api: &Api) -> BTreeMap<&str, &Tag> {
    api.tags.iter().map(|tag| (&*tag.name, tag)).collect()
}

/// The change of a description.
fn prose(place: &str) -> Change {
    Change::new(place, Verdict::Patch, "the description is another one")
}

/// Text of the spec as code: it can break neither a terminal nor Markdown.
fn code(text: &str) -> String {
    let safe: String = text
        .chars()
        .flat_map(|character| {
            let escaped = match character {
                '`' => "'".to_owned(),
                character if character.is_control() => character.escape_default().to_string(),
                character => character.to_string(),
            };
            escaped.chars().collect::<Vec<_>>()
        })
        .collect();
    format!("`{safe}`")
}
