//! `CHANGELOG.md`: a release gets a heading of its own, with what changed in the API and what was waiting
//! under `Unreleased`.
//!
//! It is the changelog of the repository and not a file of the generated crate: it tells a history, which no
//! spec holds, and `generated/` is what `generate` makes of the spec and nothing else.

use semver::Version;

use crate::diff::{Diff, Format};

/// The name of the file, beside the folders of spec and crate.
pub const CHANGELOG_FILE: &str = "CHANGELOG.md";

const UNRELEASED: &str = "## Unreleased";

/// The changelog with the entry of a new version.
pub fn with_entry(changelog: Option<&str>, version: &Version, release: u32, diff: &Diff) -> String {
    let changelog = changelog.unwrap_or("# Changelog\n");
    let lines: Vec<&str> = changelog.lines().collect();
    let is_heading = |line: &&str| line.starts_with("## ");
    let unreleased = lines.iter().position(|line| {
        let line = line.replace(['[', ']'], "");
        line.trim().eq_ignore_ascii_case(UNRELEASED)
    });
    let (before, waiting, after) = match unreleased {
        Some(start) => {
            let rest = &lines[start + 1..];
            let end = rest.iter().position(is_heading).unwrap_or(rest.len());
            (&lines[..start], &rest[..end], &rest[end..])
        }
        None => {
            let start = lines.iter().position(is_heading).unwrap_or(lines.len());
            (&lines[..start], &lines[..0], &lines[start..])
        }
    };
    let heading = format!("## {version}: release {release} of the Platform API");
    let entry = entry(diff);
    let blocks = [
        before.join("\n"),
        UNRELEASED.to_owned(),
        heading,
        waiting.join("\n"),
        entry,
        after.join("\n"),
    ];
    let blocks: Vec<&str> = blocks
        .iter()
        .map(|block| block.trim_matches('\n'))
        .filter(|block| !block.trim().is_empty())
        .collect();
    format!("{}\n", blocks.join("\n\n"))
}

/// What breaks and what is new, each heading a level lower; prose and marks are left to the diff itself.
fn entry(diff: &Diff) -> String {
    let markdown = diff.report(Format::Markdown);
    let mut text = String::new();
    let mut keep = false;
    for line in markdown.lines() {
        if line.starts_with("# ") {
            continue;
        }
        if line.starts_with("For users") {
            keep = true;
        } else if line.starts_with("## ") {
            keep = !["## Docs and metadata", "## Renamed", "## Data beside"]
                .iter()
                .any(|heading| line.starts_with(heading));
        }
        if keep {
            if line.starts_with("## ") {
                text.push('#');
            }
            text.push_str(line);
            text.push('\n');
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::{Change, Difference, Kind, Verdict};

    fn diff() -> Diff {
        let operation = |name: &str, kind, verdict, reason: &str| Difference {
            name: name.to_owned(),
            kind,
            changes: vec![Change {
                place: String::new(),
                verdict,
                reason: reason.to_owned(),
            }],
        };
        Diff {
            operations: vec![
                operation(
                    "getGone",
                    Kind::Removed,
                    Verdict::Major,
                    "the method is gone",
                ),
                operation("getNew", Kind::Added, Verdict::Minor, "new method"),
                operation(
                    "getSame",
                    Kind::Changed,
                    Verdict::Patch,
                    "marked as preview",
                ),
            ],
            ..Diff::default()
        }
    }

    #[test]
    fn what_was_waiting_is_released_with_the_new_spec() {
        let before = "# Changelog\n\nIntro.\n\n## Unreleased\n\n- A fix.\n- Another.\n\n## 0.1.0\n\n- First.\n";
        let after = with_entry(Some(before), &Version::new(0, 2, 0), 270, &diff());
        let (top, rest) = after.split_once("For users of the crate").unwrap();
        assert_eq!(
            top,
            "# Changelog\n\nIntro.\n\n## Unreleased\n\n## 0.2.0: release 270 of the Platform API\n\n- A fix.\n- Another.\n\n"
        );
        assert!(
            rest.contains("### Breaking (major)\n\n- operation `getGone`: the method is gone\n"),
            "{rest}"
        );
        assert!(
            rest.contains("### New (minor)\n\n- operation `getNew`: new method\n"),
            "{rest}"
        );
        assert!(!rest.contains("getSame"), "{rest}");
        assert!(rest.ends_with("\n\n## 0.1.0\n\n- First.\n"), "{rest}");
    }

    #[test]
    fn a_changelog_without_the_heading_gets_it() {
        for (before, end) in [
            (None, ""),
            (Some("# Changelog\n"), ""),
            (
                Some("# Changelog\n\n## 0.1.0\n\n- First.\n"),
                "## 0.1.0\n\n- First.\n",
            ),
        ] {
            let after = with_entry(before, &Version::new(0, 2, 0), 270, &diff());
            assert!(
                after.starts_with("# Changelog\n\n## Unreleased\n\n## 0.2.0: release 270"),
                "{after}"
            );
            assert!(after.ends_with(end), "{after}");
        }
        let twice = with_entry(Some("# Changelog\n"), &Version::new(0, 2, 0), 270, &diff());
        let twice = with_entry(Some(&twice), &Version::new(0, 3, 0), 271, &diff());
        let place = |text: &str| twice.find(text).unwrap();
        assert!(
            place("## Unreleased") < place("## 0.3.0") && place("## 0.3.0") < place("## 0.2.0")
        );
        assert_eq!(twice.matches("## Unreleased").count(), 1);
    }
}
