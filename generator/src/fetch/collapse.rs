//! Whether much less came than there was: most likely half a file.

use super::error::FetchError;
use crate::spec::Counts;

/// What there is in a spec.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Extent {
    pub(super) counts: Counts,
    /// The length of the text in its normal form, where that can be compared: with prose or without.
    pub(super) bytes: Option<usize>,
}

/// Refuses what fell by more than a tenth.
pub(super) fn refuse(name: &str, before: Extent, after: Extent) -> Result<(), FetchError> {
    let bytes = before.bytes.zip(after.bytes);
    let compared = [
        (
            "operations",
            Some((before.counts.operations, after.counts.operations)),
        ),
        (
            "definitions",
            Some((before.counts.definitions, after.counts.definitions)),
        ),
        ("the size in bytes", bytes),
    ];
    for (what, pair) in compared {
        if let Some((before, after)) = pair
            && fell_by_more_than_a_tenth(before, after)
        {
            return Err(FetchError::Collapsed {
                name: name.to_owned(),
                what,
                before,
                after,
            });
        }
    }
    Ok(())
}

fn fell_by_more_than_a_tenth(before: usize, after: usize) -> bool {
    after.saturating_mul(10) < before.saturating_mul(9)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn extent(operations: usize, definitions: usize, bytes: Option<usize>) -> Extent {
        Extent {
            counts: Counts {
                operations,
                definitions,
            },
            bytes,
        }
    }

    #[test]
    fn a_tenth_less_is_let_through_and_more_than_that_is_not() {
        let before = extent(100, 1000, Some(10_000));
        for (after, what) in [
            (extent(90, 900, Some(9_000)), None),
            (extent(200, 2000, None), None),
            (extent(89, 1000, Some(10_000)), Some("operations")),
            (extent(100, 899, Some(10_000)), Some("definitions")),
            (extent(100, 1000, Some(8_999)), Some("the size in bytes")),
        ] {
            let outcome = refuse("a test", before, after);
            match (outcome, what) {
                (Ok(()), None) => {}
                (Err(FetchError::Collapsed { what: said, .. }), Some(what)) => {
                    assert_eq!(said, what);
                }
                other => panic!("{after:?}: {other:?}"),
            }
        }
        assert!(refuse("a test", extent(0, 0, None), extent(0, 0, None)).is_ok());
    }
}
