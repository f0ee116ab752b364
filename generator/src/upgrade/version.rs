//! How a new spec raises the version of the generated crate.
//!
//! The rules are Cargo's (doc.rust-lang.org/cargo/reference/semver.html). From 1.0 on, a breaking change
//! raises the first number, an addition the second, anything else the third. Before 1.0, Cargo takes
//! versions with the same second number for compatible: a breaking change raises the second number,
//! everything else the third.

use semver::Version;

use crate::diff::Verdict;

/// The version after a change. A spec without a difference that users see still makes another crate.
pub fn raised(version: &Version, verdict: Verdict) -> Version {
    let Version {
        major,
        minor,
        patch,
        ..
    } = *version;
    match (verdict, major) {
        (Verdict::Major, 0) => Version::new(0, minor + 1, 0),
        (Verdict::Major, _) => Version::new(major + 1, 0, 0),
        (Verdict::Minor, 1..) => Version::new(major, minor + 1, 0),
        (Verdict::Minor | Verdict::Patch | Verdict::None, _) => {
            Version::new(major, minor, patch + 1)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_rise_as_cargo_reads_them() {
        for (version, verdict, expected) in [
            ("0.1.0", Verdict::Major, "0.2.0"),
            ("0.1.3", Verdict::Minor, "0.1.4"),
            ("0.1.3", Verdict::Patch, "0.1.4"),
            ("0.1.3", Verdict::None, "0.1.4"),
            ("1.2.3", Verdict::Major, "2.0.0"),
            ("1.2.3", Verdict::Minor, "1.3.0"),
            ("1.2.3", Verdict::Patch, "1.2.4"),
            ("1.2.3", Verdict::None, "1.2.4"),
        ] {
            let version = Version::parse(version).unwrap();
            assert_eq!(raised(&version, verdict).to_string(), expected);
        }
    }
}
