//! `Cargo.lock` states the version of every member of the workspace; `cargo --locked` refuses another one.

use semver::Version;
use toml_edit::{DocumentMut, Item, Table, value};

pub(super) const LOCK_FILE: &str = "Cargo.lock";

/// The lock file with another version of a member; none where it has no such member.
pub(super) fn with_version(lock: &str, package: &str, version: &Version) -> Option<String> {
    let mut lock: DocumentMut = lock.parse().ok()?;
    let packages = lock.get_mut("package")?.as_array_of_tables_mut()?;
    // What has a source is not a member.
    let is_member = |entry: &&mut Table| {
        entry.get("name").and_then(Item::as_str) == Some(package) && !entry.contains_key("source")
    };
    packages.iter_mut().find(is_member)?["version"] = value(version.to_string());
    Some(lock.to_string())
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
