//! The names that someone may have meant.

use strsim::levenshtein;

/// How many names an error about an unknown one lists.
const NEAR_NAMES: usize = 5;

/// The names nearest to the one that was not found: those that hold it or are held by it, then those with the fewest other letters; in
/// any case.
pub(crate) fn near<'n>(names: impl IntoIterator<Item = &'n str>, wanted: &str) -> Vec<&'n str> {
    let wanted = wanted.to_ascii_lowercase();
    let mut ranked: Vec<(bool, usize, &str)> = names
        .into_iter()
        .map(|name| {
            let folded = name.to_ascii_lowercase();
            let holds =
                !wanted.is_empty() && (folded.contains(&wanted) || wanted.contains(&folded));
            (!holds, levenshtein(&folded, &wanted), name)
        })
        .collect();
    ranked.sort_unstable();
    ranked.dedup();
    ranked
        .into_iter()
        .take(NEAR_NAMES)
        .map(|(_, _, name)| name)
        .collect()
}

/// What to do about an unknown name.
pub(crate) fn remedy(near: &[&str]) -> String {
    format!("Near names are {}.", near.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_hold_the_wanted_one_come_first() {
        let names = ["getUserRoles", "postUsers", "getUser", "getUsr"];
        assert_eq!(
            near(names, "GETUSE"),
            ["getUser", "getUserRoles", "getUsr", "postUsers"]
        );
        assert_eq!(
            near(names, ""),
            ["getUsr", "getUser", "postUsers", "getUserRoles"]
        );
    }
}
