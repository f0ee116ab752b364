//! What was found in a document that does not prevent its use: warnings, and the operations that are left out.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;

use serde::Serialize;

use super::reader::At;
use crate::document::{Fault, Json, Location, quote, unescape_segment};

/// How many warnings are written out; the others are counted.
const SHOWN: usize = 50;

/// What to do about what is wrong with a document.
pub(crate) const REMEDY: &str = "where the document is wrong, an entry in the fixups.toml in its folder (spec/fixups.toml for the SDK's own) corrects it";

/// What a warning is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum WarningKind {
    /// A part of the document that is missing, or that has no effect because it is not understood.
    Document,
    /// A key that the generator does not know. It has no effect.
    Key,
    /// A value of another type than the format asks for.
    Value,
    /// A schema that has no type of its own and is read as any JSON value, or with part of its meaning.
    Schema,
    /// A default that is not among the values of its enum, and is left out.
    Default,
    /// A parameter that is undeclared, left out or declared in an unusual way.
    Parameter,
    /// A response that is incomplete.
    Response,
    /// A security scheme that the document does not define, or that is not understood.
    Security,
    /// A tag that gets another name than its own.
    Tag,
    /// An operation that gets its name from its method and path.
    Name,
    /// A topic of notifications that is left out, or whose events have no type.
    Topic,
}

impl WarningKind {
    /// What several of this kind are called.
    pub fn plural(self) -> &'static str {
        match self {
            Self::Document => "parts of the document without effect",
            Self::Key => "unknown keys",
            Self::Value => "values of the wrong type",
            Self::Schema => "schemas that are not fully expressed",
            Self::Default => "defaults that are not among the values",
            Self::Parameter => "parameters",
            Self::Response => "incomplete responses",
            Self::Security => "security schemes",
            Self::Tag => "tags",
            Self::Name => "operations without a name",
            Self::Topic => "topics",
        }
    }
}

/// Something in a document that is read in a way that its author may not expect.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Warning {
    /// What it is about.
    pub kind: WarningKind,
    /// The file, as it was given.
    pub file: String,
    /// The place in the file, as a JSON pointer (RFC 6901).
    pub pointer: String,
    /// What was found there and what was done about it.
    pub message: String,
}

impl fmt::Display for Warning {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let location = Location {
            file: &self.file,
            pointer: Some(&self.pointer),
        };
        write!(formatter, "{location}: {}", self.message)
    }
}

/// Equal warnings, told once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WarningGroup<'w> {
    /// The first of them.
    pub first: &'w Warning,
    /// How many there are.
    pub count: usize,
}

impl fmt::Display for WarningGroup<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.count {
            1 => write!(formatter, "{}", self.first),
            count => write!(
                formatter,
                "{} ({count} places, this is the first)",
                self.first
            ),
        }
    }
}

/// An operation that cannot be expressed, and so is not generated.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct LeftOut {
    /// Its name: `x-purecloud-method-name`, `operationId`, or one made of method and path. The path where its operations are not known.
    pub operation: String,
    /// Its method, in lower case; `*` where it is not known.
    pub method: String,
    /// Its path, as the document has it.
    pub path: String,
    /// The file, as it was given.
    pub file: String,
    /// The place in the file that cannot be expressed, as a JSON pointer (RFC 6901).
    pub pointer: String,
    /// Why it cannot be expressed.
    pub reason: String,
}

impl fmt::Display for LeftOut {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let location = Location {
            file: &self.file,
            pointer: Some(&self.pointer),
        };
        write!(
            formatter,
            "{location}: operation {} is left out: {}",
            quote(&self.operation),
            self.reason
        )
    }
}

/// Everything found in a document that does not prevent its use.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diagnostics {
    /// The warnings, in the order in which they were found.
    pub warnings: Vec<Warning>,
    /// The operations that are left out.
    pub left_out: Vec<LeftOut>,
}

impl Diagnostics {
    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.warnings.is_empty() && self.left_out.is_empty()
    }

    /// The warnings, equal ones of several places as one; in the order of the first of each.
    pub fn groups(&self) -> Vec<WarningGroup<'_>> {
        let mut places: BTreeMap<(WarningKind, &str), usize> = BTreeMap::new();
        let mut groups: Vec<WarningGroup<'_>> = Vec::new();
        for warning in &self.warnings {
            let key = (warning.kind, warning.message.as_str());
            match places.get(&key) {
                Some(&index) => groups[index].count += 1,
                None => {
                    places.insert(key, groups.len());
                    groups.push(WarningGroup {
                        first: warning,
                        count: 1,
                    });
                }
            }
        }
        groups
    }

    /// The report, a line each: every operation that is left out, the first warnings, and how many of each kind there are where not all
    /// are shown.
    pub fn report(&self) -> Vec<String> {
        let mut lines: Vec<String> = self
            .left_out
            .iter()
            .map(|left_out| format!("left out: {left_out}"))
            .collect();
        let groups = self.groups();
        lines.extend(
            groups
                .iter()
                .take(SHOWN)
                .map(|group| format!("warning: {group}")),
        );
        if groups.len() > SHOWN {
            let mut kinds: BTreeMap<WarningKind, usize> = BTreeMap::new();
            for warning in &self.warnings {
                *kinds.entry(warning.kind).or_default() += 1;
            }
            let kinds: Vec<String> = kinds
                .iter()
                .map(|(kind, count)| format!("{count} {}", kind.plural()))
                .collect();
            lines.push(format!(
                "warning: {} more are not shown; in all there are {}",
                groups.len() - SHOWN,
                kinds.join(", ")
            ));
        }
        if !self.is_empty() {
            lines.push(format!(
                "{} left out, {}; {REMEDY}",
                counted(self.left_out.len(), "operation", "operations"),
                counted(self.warnings.len(), "warning", "warnings")
            ));
        }
        lines
    }
}

fn counted(count: usize, one: &str, several: &str) -> String {
    match count {
        1 => format!("1 {one}"),
        count => format!("{count} {several}"),
    }
}

/// Collects what is found while a document is read. The same thing at the same place counts once, however often it is read.
#[derive(Debug, Default)]
pub(crate) struct Notes(RefCell<Found>);

#[derive(Debug, Default)]
struct Found {
    told: HashSet<(WarningKind, String, String)>,
    warnings: Vec<(WarningKind, String, String)>,
    left_out: Vec<LeftOut>,
}

impl Notes {
    pub(crate) fn is_empty(&self) -> bool {
        let found = self.0.borrow();
        found.warnings.is_empty() && found.left_out.is_empty()
    }

    pub(crate) fn warn(&self, kind: WarningKind, at: &At<'_>, message: impl Into<String>) {
        self.warn_at(kind, at.pointer(), message.into());
    }

    /// A fault that is passed over; `done` says what was done about it.
    pub(crate) fn pass_over(&self, kind: WarningKind, fault: Fault, done: &str) {
        self.warn_at(kind, fault.pointer, format!("{}; {done}", fault.problem));
    }

    pub(crate) fn warn_at(&self, kind: WarningKind, pointer: String, message: String) {
        let mut found = self.0.borrow_mut();
        let warning = (kind, pointer, message);
        if found.told.insert(warning.clone()) {
            found.warnings.push(warning);
        }
    }

    pub(crate) fn leave_out(&self, operation: String, method: &str, path: &str, fault: Fault) {
        self.0.borrow_mut().left_out.push(LeftOut {
            operation,
            method: method.to_owned(),
            path: path.to_owned(),
            file: String::new(),
            pointer: fault.pointer,
            reason: fault.problem,
        });
    }

    /// What was found, with places that the file has.
    pub(crate) fn into_diagnostics(self, file: &str, root: &Json<'_>) -> Diagnostics {
        let finder = Finder::new(root);
        self.into_found(file, |pointer| finder.existing(&pointer))
    }

    /// What was found in a loaded document, with places of that.
    pub(crate) fn into_loaded(self) -> Diagnostics {
        self.into_found("", |pointer| pointer)
    }

    fn into_found(self, file: &str, place: impl Fn(String) -> String) -> Diagnostics {
        let found = self.0.into_inner();
        Diagnostics {
            warnings: found
                .warnings
                .into_iter()
                .map(|(kind, pointer, message)| Warning {
                    kind,
                    file: file.to_owned(),
                    pointer: place(pointer),
                    message,
                })
                .collect(),
            left_out: found
                .left_out
                .into_iter()
                .map(|left_out| LeftOut {
                    file: file.to_owned(),
                    pointer: place(left_out.pointer),
                    operation: left_out.operation,
                    method: left_out.method,
                    path: left_out.path,
                    reason: left_out.reason,
                })
                .collect(),
        }
    }
}

/// Objects with more keys than this are looked up by a table.
const SCANNED: usize = 16;

/// Finds the places that a file has.
pub(crate) struct Finder<'j, 'd> {
    root: &'j Json<'d>,
    /// The keys of large objects, by the address of the object.
    tables: RefCell<HashMap<usize, HashMap<&'j str, &'j Json<'d>>>>,
}

impl<'j, 'd> Finder<'j, 'd> {
    pub(crate) fn new(root: &'j Json<'d>) -> Self {
        Self {
            root,
            tables: RefCell::default(),
        }
    }

    /// The longest part of a pointer that leads to something. What a fix-up adds, and what is missing, has no place in the file of its own.
    pub(crate) fn existing(&self, pointer: &str) -> String {
        let mut json = self.root;
        let mut length = 0;
        for segment in pointer.split('/').skip(1) {
            let next = unescape_segment(segment).and_then(|segment| self.child(json, &segment));
            match next {
                Some(next) => {
                    json = next;
                    length += 1 + segment.len();
                }
                None => break,
            }
        }
        pointer[..length].to_owned()
    }

    fn child(&self, json: &'j Json<'d>, segment: &str) -> Option<&'j Json<'d>> {
        if json.entries().len() <= SCANNED {
            return json.child(segment);
        }
        let mut tables = self.tables.borrow_mut();
        let table = tables
            .entry(std::ptr::from_ref(json).addr())
            .or_insert_with(|| {
                let entries = json.entries().iter();
                entries.map(|(key, value)| (key.as_ref(), value)).collect()
            });
        table.get(segment).copied()
    }
}
