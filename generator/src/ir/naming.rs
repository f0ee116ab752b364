//! How names of the spec become names of Rust: words, cases, keywords, and names that clash.
//!
//! A name of the spec can hold anything. Only ASCII letters and digits survive; everything else parts words. What has no letter
//! or digit at all, or clashes with another name, gets a suffix made of the original's hash, so that it stays the same
//! what else is added or removed.

use std::borrow::Cow;
use std::collections::BTreeSet;

use heck::ToSnakeCase;

/// Words whose capitals heck would take for several: the spelling in the spec, then the spelling that heck reads as one word.
const WORDS: &[(&str, &str)] = &[
    ("OAuth", "Oauth"),
    ("oAuth", "oauth"),
    ("iOS", "Ios"),
    ("iMessage", "Imessage"),
    ("IMessage", "Imessage"),
    ("IPv", "Ipv"),
    ("APIs", "Apis"),
    ("DIDs", "Dids"),
    ("IDs", "Ids"),
    ("IPs", "Ips"),
    ("IVRs", "Ivrs"),
    ("KPIs", "Kpis"),
    ("PCs", "Pcs"),
    ("SLAs", "Slas"),
    ("URIs", "Uris"),
    ("URLs", "Urls"),
    ("UUIDs", "Uuids"),
];

/// Words that are written with inner capitals in the name of a type.
const CAPITALS: &[(&str, &str)] = &[("oauth", "OAuth"), ("oauth2", "OAuth2"), ("ios", "Ios")];

/// Keywords of Rust 2024, reserved ones included, that `r#` makes into names.
const RAW_KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let",
    "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return",
    "static", "struct", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use",
    "virtual", "where", "while", "yield",
];

/// Keywords that nothing makes into names.
const HARD_KEYWORDS: &[&str] = &["crate", "self", "super"];

/// File names that Windows keeps for devices, and `mod`, which Rust keeps.
const RESERVED_FILES: &[&str] = &[
    "aux", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9", "con", "lib",
    "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9", "main", "mod", "nul",
    "prn",
];

/// Names of types that every module has from the prelude or imports, and that `impl` blocks give a meaning.
const PRELUDE: &[&str] = &[
    "AsMut",
    "AsRef",
    "BTreeMap",
    "Box",
    "Clone",
    "Copy",
    "Debug",
    "Default",
    "DoubleEndedIterator",
    "Drop",
    "Eq",
    "Err",
    "ExactSizeIterator",
    "Extend",
    "Fn",
    "FnMut",
    "FnOnce",
    "From",
    "FromIterator",
    "Future",
    "Hash",
    "Into",
    "IntoFuture",
    "IntoIterator",
    "Iterator",
    "None",
    "Ok",
    "Option",
    "Ord",
    "PartialEq",
    "PartialOrd",
    "Result",
    "Self",
    "Send",
    "Sized",
    "Some",
    "String",
    "Sync",
    "ToOwned",
    "ToString",
    "TryFrom",
    "TryInto",
    "Unpin",
    "Vec",
];

/// The words of a name in lower case, joined with `_`: maybe empty, maybe digits first, maybe a keyword.
fn words(text: &str) -> String {
    let mut spelled: String = text
        .chars()
        .map(|character| match character {
            character if character.is_ascii_alphanumeric() => character,
            _ => ' ',
        })
        .collect();
    for (word, spelling) in WORDS {
        if spelled.contains(word) {
            spelled = replace_word(&spelled, word, spelling);
        }
    }
    spelled.to_snake_case()
}

/// Replaces a word where it is not the beginning of another one (`IDs` in `userIDs`, not in `IDsomething`).
fn replace_word(text: &str, word: &str, spelling: &str) -> String {
    let mut replaced = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(word) {
        let end = start + word.len();
        let before = rest[..start].chars().next_back();
        let after = rest[end..].chars().next();
        // A lower-case first letter only starts a word where no letter is before it.
        let starts = !word.starts_with(|first: char| first.is_ascii_lowercase())
            || before.is_none_or(|character| !character.is_ascii_alphabetic());
        let ends = after.is_none_or(|character| !character.is_ascii_lowercase());
        replaced.push_str(&rest[..start]);
        replaced.push_str(if starts && ends { spelling } else { word });
        rest = &rest[end..];
    }
    replaced.push_str(rest);
    replaced
}

/// A name in snake case: letters and digits, a letter first. May be a keyword.
pub(crate) fn snake(text: &str) -> String {
    let words = words(text);
    match words.as_bytes().first() {
        Some(b'0'..=b'9') if is_negative(text) => format!("minus_value_{words}"),
        Some(b'0'..=b'9') => format!("value_{words}"),
        Some(_) => words,
        None if text.is_empty() => "empty".to_owned(),
        None => format!("x{}", hash(text)),
    }
}

/// A name in upper camel case: letters and digits, a letter first.
pub(crate) fn pascal(text: &str) -> String {
    let words = words(text);
    let mut name = String::with_capacity(words.len());
    for word in words.split('_') {
        if let Some((_, capitals)) = CAPITALS.iter().find(|(plain, _)| *plain == word) {
            name.push_str(capitals);
            continue;
        }
        let mut characters = word.chars();
        let Some(first) = characters.next() else {
            continue;
        };
        if first.is_ascii_digit() && name.ends_with(|last: char| last.is_ascii_digit()) {
            name.push('_');
        }
        name.push(first.to_ascii_uppercase());
        name.push_str(characters.as_str());
    }
    match name.as_bytes().first() {
        Some(b'0'..=b'9') if is_negative(text) => format!("MinusValue{name}"),
        Some(b'0'..=b'9') => format!("Value{name}"),
        Some(_) => name,
        None if text.is_empty() => "Empty".to_owned(),
        None => format!("X{}", hash(text)),
    }
}

/// What tells `-1` from `1`.
fn is_negative(text: &str) -> bool {
    text.strip_prefix('-')
        .is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_digit()))
}

/// The name of a type; `what` is added where the prelude has one of that name.
pub(crate) fn type_name(text: &str, what: &str) -> String {
    let name = pascal(text);
    if PRELUDE.contains(&name.as_str()) {
        format!("{name}{what}")
    } else {
        name
    }
}

/// A name as an identifier: keywords get `r#`, or `_` at the end where they cannot have it.
pub(crate) fn identifier(name: &str) -> String {
    if RAW_KEYWORDS.contains(&name) {
        format!("r#{name}")
    } else if HARD_KEYWORDS.contains(&name) {
        format!("{name}_")
    } else {
        name.to_owned()
    }
}

/// A name as a module and the file of it: never a keyword or a name that a file cannot have, never longer than `limit` bytes and
/// a hash.
pub(crate) fn module(name: &str, limit: usize) -> String {
    if RAW_KEYWORDS.contains(&name)
        || HARD_KEYWORDS.contains(&name)
        || RESERVED_FILES.contains(&name)
    {
        format!("{name}_")
    } else if name.len() > limit {
        // Names are ASCII, so that any byte is a boundary.
        format!("{}_{}", name[..limit].trim_end_matches('_'), hash(name))
    } else {
        name.to_owned()
    }
}

/// Six hexadecimal digits of a text (FNV-1a, 64 bits, folded).
pub(crate) fn hash(text: &str) -> String {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in text.bytes() {
        hash ^= u64::from(byte);
        hash = hash.wrapping_mul(0x0100_0000_01b3);
    }
    let folded = (hash >> 48) ^ (hash >> 24) ^ hash;
    format!("{:06x}", folded & 0xff_ffff)
}

/// How words are put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Case {
    /// `UpperCamelCase`.
    Camel,
    /// `snake_case`.
    Snake,
}

/// The longest name of a type, without a hash: rustdoc names a file after it, and the name of a file ends at 255 bytes.
const TYPE_LIMIT: usize = 180;

/// A name of a type that is short enough, with a hash of the original if it is cut.
pub(crate) fn short<'n>(name: &'n str, original: &str) -> Cow<'n, str> {
    match name.get(..TYPE_LIMIT) {
        Some(start) if name.len() > TYPE_LIMIT => format!("{start}X{}", hash(original)).into(),
        _ => name.into(),
    }
}

/// Names that must differ in any case.
#[derive(Debug, Default)]
pub(crate) struct Names {
    reserved: BTreeSet<String>,
    taken: BTreeSet<String>,
}

impl Names {
    /// Starts with names that cannot be taken as they are.
    pub(crate) fn new(reserved: &[&str]) -> Self {
        Self {
            reserved: reserved.iter().map(|name| name.to_lowercase()).collect(),
            taken: BTreeSet::new(),
        }
    }

    /// Keeps all names taken so far, as if they had been reserved from the start.
    pub(crate) fn reserve_taken(&mut self) {
        self.reserved.append(&mut self.taken);
    }

    /// Takes a name: the alternative where it is reserved, and with a hash of the original where another one has taken it.
    pub(crate) fn claim(
        &mut self,
        name: &str,
        alternative: &str,
        original: &str,
        case: Case,
    ) -> String {
        let name = if self.reserved.contains(&Self::key(name)) {
            alternative
        } else {
            name
        };
        let name = match case {
            Case::Camel => &*short(name, original),
            Case::Snake => name,
        };
        if self.take(name) {
            return name.to_owned();
        }
        let base = name.strip_prefix("r#").unwrap_or(name);
        let base = base.trim_end_matches('_');
        let mut text = original.to_owned();
        loop {
            let hash = hash(&text);
            let name = match case {
                Case::Camel => format!("{base}X{hash}"),
                Case::Snake => format!("{base}_x{hash}"),
            };
            if self.take(&name) {
                return name;
            }
            // Two originals with one hash: the second hashes its hash.
            text.push_str(&hash);
        }
    }

    fn take(&mut self, name: &str) -> bool {
        let key = Self::key(name);
        !self.reserved.contains(&key) && self.taken.insert(key)
    }

    fn key(name: &str) -> String {
        name.strip_prefix("r#").unwrap_or(name).to_lowercase()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_the_spec() {
        for (text, expected) in [
            ("getUsersMe", "get_users_me"),
            ("site.id", "site_id"),
            ("phone_hardwareId", "phone_hardware_id"),
            ("If-Match", "if_match"),
            ("X-Journey-Session-Id", "x_journey_session_id"),
            ("OAuthClient", "oauth_client"),
            ("oAuthClientId", "oauth_client_id"),
            ("q64", "q64"),
            ("trunkBasesIPv4", "trunk_bases_ipv4"),
            ("appleIMessageApp", "apple_imessage_app"),
            ("userIDs", "user_ids"),
            ("WFMIntegration", "wfm_integration"),
            ("getScimV2Users", "get_scim_v2_users"),
            ("$ref", "ref"),
            ("_type", "type"),
            ("3ds", "value_3ds"),
            ("-1", "minus_value_1"),
            ("", "empty"),
        ] {
            assert_eq!(snake(text), expected, "{text}");
        }
        assert_eq!(snake("++"), format!("x{}", hash("++")));
    }

    #[test]
    fn camel_case_keeps_numbers_apart() {
        for (text, expected) in [
            ("UCThirdPartyPresence", "UcThirdPartyPresence"),
            ("OAuthClient", "OAuthClient"),
            ("application/pdf", "ApplicationPdf"),
            ("SAML:1.1:unspecified", "Saml1_1Unspecified"),
            ("3DS", "Value3ds"),
            ("-1", "MinusValue1"),
            ("1", "Value1"),
            ("", "Empty"),
            ("naïve", "NaVe"),
        ] {
            assert_eq!(pascal(text), expected, "{text}");
        }
        assert_eq!(pascal("日本"), format!("X{}", hash("日本")));
        assert_ne!(pascal("日本"), pascal("中国"));
    }

    #[test]
    fn keywords_become_names() {
        assert_eq!(identifier("type"), "r#type");
        assert_eq!(identifier("self"), "self_");
        assert_eq!(identifier("name"), "name");
        assert_eq!(module("mod", 40), "mod_");
        assert_eq!(module("con", 40), "con_");
        assert_eq!(module("abcdef", 3), format!("abc_{}", hash("abcdef")));
        assert_eq!(type_name("Option", "Model"), "OptionModel");
        assert_eq!(type_name("Options", "Model"), "Options");
    }

    #[test]
    fn clashing_names_get_a_suffix_that_does_not_depend_on_others() {
        let mut names = Names::new(&["extra"]);
        let mut claim = |name: &str, case| names.claim(name, "other", name, case);
        assert_eq!(claim("value", Case::Snake), "value");
        let second = claim("Value", Case::Camel);
        assert_eq!(second, format!("ValueX{}", hash("Value")));
        assert_eq!(claim("extra", Case::Snake), "other");
        assert_eq!(claim("r#type", Case::Snake), "r#type");
        let long = claim(&"Long".repeat(100), Case::Camel);
        assert!(long.len() < 200 && long.starts_with("LongLong"), "{long}");
        let third = claim("type", Case::Snake);
        assert_eq!(third, format!("type_x{}", hash("type")));

        let mut others = Names::default();
        others.claim("another", "", "another", Case::Camel);
        others.claim("value", "", "value", Case::Camel);
        assert_eq!(others.claim("Value", "", "Value", Case::Camel), second);
        others.reserve_taken();
        assert_eq!(others.claim("value", "more", "value", Case::Camel), "more");
    }
}
