//! What a text looks like, and what may stand for it: pure decisions.

/// Properties and query parameters whose values are words of the API: states, types, codes.
const HARMLESS: [&str; 12] = [
    "direction",
    "errorCode",
    "code",
    "expand",
    "granularity",
    "mediaType",
    "sortBy",
    "sortOrder",
    "state",
    "status",
    "systemPresence",
    "type",
];

/// Integers with fewer digits are kept: page sizes, versions, counts. More of them name a person or a thing.
const LONGEST_NUMBER: usize = 5;

/// Whether the value of `key` may be kept.
pub(super) fn is_harmless(key: &str, value: &str) -> bool {
    if !HARMLESS.contains(&key) || value.len() > 60 {
        return false;
    }
    match key {
        // Codes that are sent to people have no dots, and tokens have capitals.
        "code" | "errorCode" => {
            let is_word =
                |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase());
            value.contains('.') && value.split('.').all(is_word)
        }
        _ => value.split([',', '-']).all(|word| {
            let is_letter = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_';
            !word.is_empty() && word.bytes().all(is_letter)
        }),
    }
}

/// Whether an integer may be kept.
pub(super) fn is_short_integer(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    (1..=LONGEST_NUMBER).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a name is that of a property, and not an id, an address or the name of a person.
pub(super) fn is_property_name(name: &str) -> bool {
    let letters = name.bytes().filter(u8::is_ascii_alphabetic).count();
    let digits = name.bytes().filter(u8::is_ascii_digit).count();
    let plain = name
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$');
    plain && name.len() <= 60 && letters > 0 && (digits == 0 || (digits <= 2 && letters >= 3))
}

/// The kinds of texts that keep their shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Uuid,
    Email,
    Phone,
    Digits,
    Url,
    Date,
    Text,
}

pub(super) fn shape(text: &str) -> Shape {
    let bytes = text.as_bytes();
    let digits = bytes.iter().filter(|byte| byte.is_ascii_digit()).count();
    if is_uuid(bytes) {
        Shape::Uuid
    } else if text.contains("://") {
        Shape::Url
    } else if is_date(bytes) {
        Shape::Date
    } else if digits == bytes.len() {
        Shape::Digits
    } else if digits >= 6 && bytes.iter().all(|byte| b"+0123456789 ()-./".contains(byte)) {
        Shape::Phone
    } else if text.contains('@') && !text.contains(char::is_whitespace) {
        Shape::Email
    } else {
        Shape::Text
    }
}

fn is_uuid(bytes: &[u8]) -> bool {
    bytes.len() == 36
        && bytes.iter().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// `2026-11-29`, with or without a time of day (RFC 3339).
fn is_date(bytes: &[u8]) -> bool {
    let is_day = |day: &[u8]| {
        day.iter().enumerate().all(|(index, byte)| match index {
            4 | 7 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        })
    };
    match bytes.split_at_checked(10) {
        Some((day, [])) => is_day(day),
        Some((day, [b'T', time @ ..])) => {
            is_day(day)
                && time
                    .iter()
                    .all(|byte| byte.is_ascii_digit() || b":.Z+-".contains(byte))
        }
        _ => false,
    }
}

/// What stands for the `number`th text of its shape.
pub(super) fn placeholder(text: &str, number: u64) -> String {
    match shape(text) {
        Shape::Uuid => format!("00000000-0000-4000-8000-{number:012}"),
        Shape::Email => format!("person{number}@example.com"),
        Shape::Phone => format!("+1555{number:07}"),
        // At least as many digits as are taken for an id.
        Shape::Digits => format!("9{number:0width$}", width = text.len().clamp(6, 18) - 1),
        Shape::Url => format!("https://example.com/url{number}"),
        Shape::Date => date(text, number),
        Shape::Text => format!("text{number}"),
    }
}

/// A day of the year 2000 or later; what follows it keeps its length, at midnight.
fn date(text: &str, number: u64) -> String {
    let (year, month, day) = (2000 + number / 336, number / 28 % 12 + 1, number % 28 + 1);
    let time: String = text.chars().skip(10).collect();
    let (time, zone) = match time.rfind(['+', 'Z', '-']) {
        Some(zone) => time.split_at(zone),
        None => (time.as_str(), ""),
    };
    let zero = |character: char| {
        if character.is_ascii_digit() {
            '0'
        } else {
            character
        }
    };
    let (time, zone): (String, String) = (
        time.chars().map(zero).collect(),
        zone.chars().map(zero).collect(),
    );
    format!("{year:04}-{month:02}-{day:02}{time}{zone}")
}

/// Whether a text of a recording stands for one of the program's.
pub(super) fn is_placeholder(text: &str) -> bool {
    let numbered = |rest: Option<&str>| {
        rest.is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()))
    };
    match shape(text) {
        Shape::Uuid => text.starts_with("00000000-0000-4000-8000-"),
        Shape::Email => text.starts_with("person") && text.ends_with("@example.com"),
        Shape::Phone => text.starts_with("+1555"),
        Shape::Digits => text.len() > LONGEST_NUMBER,
        Shape::Url => numbered(text.strip_prefix("https://example.com/url")),
        Shape::Date => text.starts_with("20"),
        Shape::Text => numbered(text.strip_prefix("text")),
    }
}
