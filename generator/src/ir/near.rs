//! The names that someone may have meant.

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
            (!holds, distance(&folded, &wanted), name)
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

/// How many letters must be added, removed or changed to make one word of the other (Levenshtein).
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (line, letter) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = line + 1;
        for column in 0..right.len() {
            let changed = diagonal + usize::from(letter != right[column]);
            diagonal = row[column + 1];
            row[column + 1] = changed.min(row[column] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_distance_of_words() {
        assert_eq!(distance("users", "users"), 0);
        assert_eq!(distance("users", "user"), 1);
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
    }

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
