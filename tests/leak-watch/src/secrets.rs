//! The secrets of this process.

use std::sync::{PoisonError, RwLock};

static HIDDEN: RwLock<Vec<String>> = RwLock::new(Vec::new());

/// The shortest text that can be told from chance.
const SHORTEST: usize = 6;

/// Takes `secret` for one from here on, in any case of letters. The beginning that many secrets share stands for all of them.
///
/// # Panics
///
/// It has less than six characters: such a text turns up by chance.
pub fn hide(secret: impl Into<String>) {
    let secret = secret.into().to_ascii_lowercase();
    assert!(
        secret.len() >= SHORTEST,
        "{secret:?} is too short to be looked for"
    );
    let is_known = || {
        HIDDEN
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .contains(&secret)
    };
    if !is_known() {
        HIDDEN
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .push(secret);
    }
}

/// The first of them in `bytes`.
pub(crate) fn within(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes).to_ascii_lowercase();
    let hidden = HIDDEN.read().unwrap_or_else(PoisonError::into_inner);
    hidden.iter().find(|secret| text.contains(*secret)).cloned()
}
