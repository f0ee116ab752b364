//! JSON pointers (RFC 6901).

/// Appends one segment to a JSON pointer, escaped (RFC 6901, section 3).
pub(crate) fn push_segment(pointer: &mut String, segment: &str) {
    pointer.push('/');
    for character in segment.chars() {
        match character {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            other => pointer.push(other),
        }
    }
}

/// The inverse of the escaping in [`push_segment`]; none where a `~` escapes nothing.
pub(crate) fn unescape_segment(segment: &str) -> Option<String> {
    let mut plain = String::with_capacity(segment.len());
    let mut characters = segment.chars();
    while let Some(character) = characters.next() {
        plain.push(match character {
            '~' => match characters.next() {
                Some('0') => '~',
                Some('1') => '/',
                _ => return None,
            },
            other => other,
        });
    }
    Some(plain)
}

/// The JSON pointer of these keys.
pub(crate) fn pointer<'a>(keys: impl IntoIterator<Item = &'a str>) -> String {
    let mut pointer = String::new();
    for key in keys {
        push_segment(&mut pointer, key);
    }
    pointer
}
