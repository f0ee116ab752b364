//! Paths of rendered files: relative, plain, and the same on every operating system.
//!
//! The names come from a spec, which is not trusted, and the folder is checked out on file systems
//! that ignore case.

use std::collections::HashMap;
use std::path::{Component, Path};

use super::error::WriteError;
use super::{MANIFEST_FILE, WORK_FOLDER};

/// What the folder holds beside rendered files: never rendered, never an orphan.
const RESERVED: [&str; 5] = [MANIFEST_FILE, WORK_FOLDER, "target", "Cargo.lock", ".git"];

/// A path below the folder, with `/` between its parts.
pub(super) type Name = String;

/// The name of a rendered path.
pub(super) fn name(path: &Path) -> Result<Name, WriteError> {
    let shown = path.display().to_string();
    let refuse = |problem: &str| WriteError::Path {
        path: shown.clone(),
        problem: problem.to_owned(),
    };
    let mut parts = Vec::new();
    for component in path.components() {
        match component {
            Component::Normal(part) => {
                parts.push(part.to_str().ok_or_else(|| refuse("it is not UTF-8"))?);
            }
            Component::ParentDir => return Err(refuse("it leaves the folder with `..`")),
            Component::CurDir => return Err(refuse("it starts with `.`")),
            Component::RootDir | Component::Prefix(_) => {
                return Err(refuse("it does not start in the folder"));
            }
        }
    }
    let name = parts.join("/");
    validate(&name)?;
    // Doubled slashes, a slash at the end and `.` in the middle are dropped by `components`.
    if !cfg!(windows) && path.as_os_str() != name.as_str() {
        return Err(refuse("it has empty parts or dots between its slashes"));
    }
    Ok(name)
}

/// Refuses a name that is not plain, or that is not the generator's to render. Names in manifests are
/// checked as well: a forged one could have files elsewhere removed.
pub(super) fn validate(name: &str) -> Result<(), WriteError> {
    checked(name, &RESERVED)
}

/// Refuses a name that is not plain: for journals, in which other files than rendered ones can be.
pub(super) fn validate_plain(name: &str) -> Result<(), WriteError> {
    checked(name, &[WORK_FOLDER, ".git"])
}

fn checked(name: &str, reserved: &[&str]) -> Result<(), WriteError> {
    let problem = if name.is_empty() {
        Some("it is empty".to_owned())
    } else if let Some(reserved) = reserved.iter().find(|reserved| {
        let first = name.split('/').next().unwrap_or_default();
        first.eq_ignore_ascii_case(reserved)
    }) {
        Some(format!("{reserved} is not the generator's to render"))
    } else {
        name.split('/').find_map(part_problem)
    };
    match problem {
        None => Ok(()),
        Some(problem) => Err(WriteError::Path {
            path: name.to_owned(),
            problem,
        }),
    }
}

/// What is wrong with a part of a path: the rules of all of Linux, macOS and Windows
/// (learn.microsoft.com/windows/win32/fileio/naming-a-file).
fn part_problem(part: &str) -> Option<String> {
    let stem = part.split('.').next().unwrap_or_default();
    let is_device = ["con", "prn", "aux", "nul"]
        .iter()
        .any(|device| stem.eq_ignore_ascii_case(device))
        || stem.len() == 4
            && stem.is_char_boundary(3)
            && ["com", "lpt"]
                .iter()
                .any(|device| stem[..3].eq_ignore_ascii_case(device))
            && stem[3..].bytes().all(|digit| digit.is_ascii_digit());
    if part.is_empty() {
        Some("it has an empty part".to_owned())
    } else if part == "." || part == ".." {
        Some(format!("it has a part {part:?}"))
    } else if part.len() > 200 {
        Some("a part of it is longer than 200 bytes".to_owned())
    } else if let Some(bad) = part
        .chars()
        .find(|character| character.is_control() || "\\<>:\"|?*".contains(*character))
    {
        Some(format!("{bad:?} is not allowed in file names everywhere"))
    } else if part.ends_with(['.', ' ']) {
        Some(format!("{part:?} ends with a dot or a space"))
    } else if is_device {
        Some(format!("{part:?} is the name of a device on Windows"))
    } else {
        None
    }
}

/// What a file system that ignores case takes a name for.
pub(super) fn folded(name: &str) -> String {
    name.to_lowercase()
}

/// Refuses names of which a file system could hold only one: they differ by case alone, or one is a
/// folder on the way to another.
pub(super) fn refuse_collisions<'n>(
    names: impl IntoIterator<Item = &'n str>,
) -> Result<(), WriteError> {
    #[derive(PartialEq)]
    enum Kind {
        File,
        Folder,
    }
    let mut seen: HashMap<String, (&str, Kind)> = HashMap::new();
    for name in names {
        let folders = name.match_indices('/').map(|(end, _)| (end, Kind::Folder));
        for (end, kind) in folders.chain([(name.len(), Kind::File)]) {
            let path = &name[..end];
            let collision = match seen.get(&folded(path)) {
                None => {
                    seen.insert(folded(path), (path, kind));
                    continue;
                }
                Some((other, other_kind)) if *other == path => (kind != *other_kind
                    || kind == Kind::File)
                    .then(|| "it is both a file and a folder".to_owned()),
                Some((other, _)) => Some(format!("it differs from {other:?} only by case")),
            };
            if let Some(problem) = collision {
                return Err(WriteError::Path {
                    path: path.to_owned(),
                    problem,
                });
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_paths_are_names() {
        for path in [
            "Cargo.toml",
            "src/api/users/get_user.rs",
            "src/ünïcode.rs",
            ".gitignore",
            "src/target/mod.rs",
            "src/common.rs",
            "src/com10.rs",
        ] {
            assert_eq!(name(Path::new(path)).unwrap(), path);
        }
    }

    #[test]
    fn other_paths_are_refused() {
        for path in [
            "",
            "/etc/passwd",
            "..",
            "../x.rs",
            "src/../../x.rs",
            "./src/lib.rs",
            "src/./lib.rs",
            "src//lib.rs",
            "src/lib.rs/",
            "target/x.rs",
            "Target/x.rs",
            "Cargo.lock",
            ".git/hooks/pre-commit",
            ".genesys-codegen.json",
            ".genesys-codegen/journal.json",
            "src/a\\b.rs",
            "src/c:d.rs",
            "src/a\nb.rs",
            "src/a\0b.rs",
            "src/dot.",
            "src/space ",
            "src/con.rs",
            "src/AUX",
            "src/lpt1.rs",
        ] {
            let error = name(Path::new(path)).unwrap_err();
            assert!(
                matches!(error, WriteError::Path { .. }),
                "{path:?}: {error}"
            );
        }
        assert!(name(Path::new(&"x".repeat(201))).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_path_that_is_not_text_is_refused() {
        use std::os::unix::ffi::OsStrExt;
        let path = Path::new(std::ffi::OsStr::from_bytes(b"src/\xff.rs"));
        assert!(name(path).unwrap_err().to_string().contains("not UTF-8"));
    }

    #[test]
    fn names_that_one_file_system_cannot_hold_together_are_refused() {
        for names in [
            ["src/User.rs", "src/user.rs"],
            ["src/Users/a.rs", "src/users/b.rs"],
            ["src/users", "src/users/b.rs"],
            ["src/users/b.rs", "src/users"],
            ["src/Ä.rs", "src/ä.rs"],
        ] {
            assert!(refuse_collisions(names).is_err(), "{names:?}");
        }
        assert!(refuse_collisions(["a/b", "a/c", "a/d/e", "b"]).is_ok());
    }
}
