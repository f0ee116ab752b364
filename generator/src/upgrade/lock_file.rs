//! `Cargo.lock` states the version of every member of the workspace; `cargo --locked` refuses another one.

use semver::Version;

pub(super) const LOCK_FILE: &str = "Cargo.lock";

/// The lock file with another version of a member; none where it has no such member.
pub(super) fn with_version(lock: &str, package: &str, version: &Version) -> Option<String> {
    // Written by Cargo: one key a line, and `source` for whatever is no member.
    let start = format!("[[package]]\nname = \"{package}\"\nversion = \"");
    let from = lock.match_indices(&start).find_map(|(index, _)| {
        let after = &lock[index + start.len()..];
        let block = after.split("\n\n").next().unwrap_or(after);
        (!block.contains("\nsource = ")).then_some(index + start.len())
    })?;
    let end = from + lock[from..].find('"')?;
    Some(format!("{}{version}{}", &lock[..from], &lock[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_member_gets_another_version() {
        let lock = "version = 4\n\n[[package]]\nname = \"a\"\nversion = \"0.1.0\"\nsource = \"registry\"\n\n\
                    [[package]]\nname = \"a\"\nversion = \"0.1.0\"\ndependencies = [\n \"b\",\n]\n\n[[package]]\nname = \"b\"\nversion = \"0.1.0\"\n";
        let new = with_version(lock, "a", &Version::new(2, 0, 0)).unwrap();
        assert_eq!(new.matches("0.1.0").count(), 2);
        assert!(
            new.contains("name = \"a\"\nversion = \"2.0.0\"\ndependencies"),
            "{new}"
        );
        assert_eq!(with_version(lock, "c", &Version::new(2, 0, 0)), None);
    }
}
