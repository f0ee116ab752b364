//! A diff as text, as Markdown and as JSON.

use std::fmt::Write as _;

use serde::Serialize;

use crate::load::LeftOut;

use crate::spec::Outlived;

use super::{Change, Diff, Difference, Kind, Rename, Verdict, code};

fn of_kind(differences: &[Difference], kind: Kind) -> impl Iterator<Item = &Difference> {
    differences.iter().filter(move |one| one.kind == kind)
}

fn counts(differences: &[Difference]) -> [usize; 3] {
    [Kind::Added, Kind::Removed, Kind::Changed].map(|kind| of_kind(differences, kind).count())
}

fn releases(diff: &Diff) -> Option<String> {
    let (old, new) = (diff.old_release.as_ref()?, diff.new_release.as_ref()?);
    Some(format!("release {old} to {new}"))
}

/// The entries that keep the old names of what is renamed, for `aliases.toml`.
fn aliases(diff: &Diff) -> Option<String> {
    let release = diff.new_release.as_deref()?.parse::<u32>().ok()?;
    let entries = diff.renames.iter().map(|rename| {
        let string = |text: &str| toml::Value::String(text.to_owned());
        format!(
            "[[alias]]\nreason = \"Renamed in release {release}.\"\ndrop_in = {}\noperation = {}\nwas = {}",
            release.saturating_add(1),
            string(&rename.now),
            string(&rename.was)
        )
    });
    let entries: Vec<String> = entries.collect();
    (!entries.is_empty()).then(|| entries.join("\n\n"))
}

const REMOVED: &str = "Entries beside the spec that no longer apply, and are removed:";

/// The entries that no longer apply, as a list.
fn outlived(diff: &Diff) -> Option<String> {
    let entries = diff.outlived.iter().map(|entry| {
        format!(
            "- {} of {}: {}",
            code(&entry.entry),
            code(entry.file),
            code(&entry.problem)
        )
    });
    let entries: Vec<String> = entries.collect();
    (!entries.is_empty()).then(|| entries.join("\n"))
}

const ASIDE: &str =
    "topics: not compared, because only one of the two has a notification-topics.json beside it";

/// One thing of a section.
fn one_of(title: &'static str) -> &'static str {
    match title {
        "topic families" => "topic family",
        title => title.trim_end_matches('s'),
    }
}

const KEEP: &str =
    "To keep the old names for a release, put this into `aliases.toml` beside the spec:";

fn sentence(change: &Change) -> String {
    if change.place.is_empty() {
        change.reason.clone()
    } else {
        format!("{}: {}", change.place, change.reason)
    }
}

pub(super) fn text(diff: &Diff) -> String {
    let mut text = format!("verdict: {}", diff.verdict());
    if let Some(releases) = releases(diff) {
        let _ = write!(text, " ({releases})");
    }
    for (title, differences) in diff.sections() {
        if differences.is_empty() {
            continue;
        }
        let [added, removed, changed] = counts(differences);
        let _ = write!(
            text,
            "\n\n{title}: {added} added, {removed} removed, {changed} changed"
        );
        for difference in differences {
            let sign = match difference.kind {
                Kind::Added => '+',
                Kind::Removed => '-',
                Kind::Changed => '~',
            };
            let name = code(&difference.name);
            let name = name.trim_matches('`');
            match difference.changes.as_slice() {
                [change] => {
                    let _ = write!(
                        text,
                        "\n{sign} {:<5} {name}: {}",
                        change.verdict,
                        sentence(change)
                    );
                }
                changes => {
                    let _ = write!(text, "\n{sign} {:<5} {name}", difference.verdict());
                    for change in changes {
                        let _ = write!(text, "\n    {:<5} {}", change.verdict, sentence(change));
                    }
                }
            }
        }
    }
    if diff.topics_aside {
        let _ = write!(text, "\n\n{ASIDE}");
    }
    if !diff.left_out.is_empty() {
        let _ = write!(text, "\n\nleft out: {}", diff.left_out.len());
        for left_out in &diff.left_out {
            let _ = write!(text, "\n! {left_out}");
        }
    }
    if let Some(aliases) = aliases(diff) {
        let _ = write!(text, "\n\n{KEEP}\n\n{aliases}");
    }
    if let Some(outlived) = outlived(diff) {
        let _ = write!(text, "\n\n{REMOVED}\n\n{outlived}");
    }
    text
}

pub(super) fn markdown(diff: &Diff) -> String {
    let mut text = String::from("# Changes of the API");
    if let Some(releases) = releases(diff) {
        let _ = write!(text, ", {releases}");
    }
    let verdict = diff.verdict();
    let _ = write!(text, "\n\nFor users of the crate: **{verdict}**");
    text.push_str(match verdict {
        Verdict::None => ", nothing changed.",
        Verdict::Patch => ", nothing that code sees changed.",
        Verdict::Minor => ", code still compiles.",
        Verdict::Major => ", code may stop compiling.",
    });
    if verdict == Verdict::None {
        left_out(diff, &mut text);
        return text;
    }
    text.push_str("\n\n| | added | removed | changed |\n|---|--:|--:|--:|");
    for (title, differences) in diff.sections() {
        let [added, removed, changed] = counts(differences);
        let _ = write!(text, "\n| {title} | {added} | {removed} | {changed} |");
    }
    for (wanted, heading) in [
        (Verdict::Major, "Breaking"),
        (Verdict::Minor, "New"),
        (Verdict::Patch, "Docs and metadata"),
    ] {
        let mut list = String::new();
        for (title, differences) in diff.sections() {
            for difference in differences {
                let changes = difference.changes.iter();
                let changes: Vec<String> = changes
                    .filter(|change| change.verdict == wanted)
                    .map(sentence)
                    .collect();
                if !changes.is_empty() {
                    let thing = one_of(title);
                    let name = code(&difference.name);
                    let _ = write!(list, "\n- {thing} {name}: {}", changes.join("; "));
                }
            }
        }
        if !list.is_empty() {
            let _ = write!(text, "\n\n## {heading} ({wanted})\n{list}");
        }
    }
    left_out(diff, &mut text);
    if let Some(aliases) = aliases(diff) {
        let _ = write!(text, "\n\n## Renamed\n\n{KEEP}\n\n```toml\n{aliases}\n```");
    }
    if let Some(outlived) = outlived(diff) {
        let _ = write!(
            text,
            "\n\n## Data beside the spec\n\n{REMOVED}\n\n{outlived}"
        );
    }
    text
}

/// The operations that cannot be expressed, all of them.
fn left_out(diff: &Diff, text: &mut String) {
    if diff.left_out.is_empty() {
        return;
    }
    text.push_str("\n\n## Left out\n\nThese operations of the spec cannot be expressed, and are not generated.\n");
    for left_out in &diff.left_out {
        let _ = write!(
            text,
            "\n- {} at {}: {}",
            code(&left_out.operation),
            code(&format!("#{}", left_out.pointer)),
            code(&left_out.reason)
        );
    }
}

#[derive(Serialize)]
struct Document<'a> {
    verdict: Verdict,
    old_release: Option<&'a str>,
    new_release: Option<&'a str>,
    operations: Section<'a>,
    models: Section<'a>,
    tags: Section<'a>,
    types: Section<'a>,
    topic_families: Section<'a>,
    topics: Section<'a>,
    event_models: Section<'a>,
    topics_compared: bool,
    renames: &'a [Rename],
    outlived: &'a [Outlived],
    left_out: &'a [LeftOut],
    changes: Vec<Line<'a>>,
}

#[derive(Serialize)]
struct Section<'a> {
    added: Vec<&'a str>,
    removed: Vec<&'a str>,
    changed: Vec<Changed<'a>>,
}

#[derive(Serialize)]
struct Changed<'a> {
    name: &'a str,
    verdict: Verdict,
    changes: &'a [Change],
}

/// One change of anything, so that a program need not walk the sections.
#[derive(Serialize)]
struct Line<'a> {
    section: String,
    name: &'a str,
    kind: Kind,
    #[serde(flatten)]
    change: &'a Change,
}

pub(super) fn json(diff: &Diff) -> String {
    fn section(differences: &[Difference]) -> Section<'_> {
        let names = |kind| of_kind(differences, kind).map(|one| &*one.name).collect();
        Section {
            added: names(Kind::Added),
            removed: names(Kind::Removed),
            changed: of_kind(differences, Kind::Changed)
                .map(|one| Changed {
                    name: &one.name,
                    verdict: one.verdict(),
                    changes: &one.changes,
                })
                .collect(),
        }
    }
    let changes = diff
        .sections()
        .into_iter()
        .flat_map(|(title, differences)| differences.iter().map(move |one| (title, one)))
        .flat_map(|(section, one)| {
            one.changes.iter().map(move |change| Line {
                section: section.replace(' ', "_"),
                name: &one.name,
                kind: one.kind,
                change,
            })
        });
    let document = Document {
        verdict: diff.verdict(),
        old_release: diff.old_release.as_deref(),
        new_release: diff.new_release.as_deref(),
        operations: section(&diff.operations),
        models: section(&diff.models),
        tags: section(&diff.tags),
        types: section(&diff.types),
        topic_families: section(&diff.topic_families),
        topics: section(&diff.topics),
        event_models: section(&diff.event_models),
        topics_compared: !diff.topics_aside,
        renames: &diff.renames,
        outlived: &diff.outlived,
        left_out: &diff.left_out,
        changes: changes.collect(),
    };
    // Strings, lists and structs cannot fail to serialise.
    serde_json::to_string(&document).unwrap_or_default()
}
