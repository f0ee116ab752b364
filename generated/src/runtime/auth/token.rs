//! Access tokens, and how the response of a token endpoint becomes one.
//!
//! RFC 6749 section 5.1 says what an answer looks like. What deviates is handled by these rules:
//!
//! | answer | rule |
//! |---|---|
//! | not JSON, cut short, not an object, a member twice | no usable token: asked again |
//! | `access_token` missing, not a string, empty, or with anything but visible ASCII | no usable token: asked again |
//! | `token_type` missing or null | taken for bearer |
//! | `token_type` other than bearer, in any case of letters | an error at once: no answer of that server will do |
//! | `expires_in` a string that holds a number | that number |
//! | `expires_in` missing, null, zero, negative, or not a number | [`ASSUMED_LIFETIME`]; should it end sooner, a 401 says so |
//! | `expires_in` with a fraction | kept |
//! | `expires_in` above [`LONGEST_LIFETIME`], also if no number type holds it | that |
//! | `refresh_token` empty, not a string, or with anything but visible ASCII | none: the one in use stays |

use std::fmt;
use std::time::Duration;

use zeroize::Zeroizing;

use serde::de::{
    Deserialize, DeserializeOwned, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor,
};

use crate::runtime::clock::Moment;

use super::secret::Secret;

/// The lifetime of a token whose answer does not tell a usable one.
pub const ASSUMED_LIFETIME: Duration = Duration::from_secs(600);

/// The longest lifetime that is believed: 450 days, the most that Genesys Cloud grants to any OAuth client.
pub const LONGEST_LIFETIME: Duration = Duration::from_secs(450 * 24 * 60 * 60);

/// A token as a [`TokenProvider`](super::TokenProvider) hands it over.
#[derive(Clone, Debug)]
pub struct Token {
    pub(crate) access_token: Secret,
    pub(crate) refresh_token: Option<Secret>,
    pub(crate) lifetime: Duration,
    pub(crate) issued: Option<Moment>,
}

impl Token {
    /// A token that lives for [`ASSUMED_LIFETIME`].
    pub fn new(access_token: impl Into<Secret>) -> Self {
        Self {
            access_token: access_token.into(),
            refresh_token: None,
            lifetime: ASSUMED_LIFETIME,
            issued: None,
        }
    }

    /// The same with this lifetime; zero means [`ASSUMED_LIFETIME`], [`Duration::MAX`] that it never ends, and in between nothing longer
    /// than [`LONGEST_LIFETIME`] is believed.
    #[must_use]
    pub fn with_lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime = if lifetime == Duration::MAX {
            lifetime
        } else {
            believable(lifetime)
        };
        self
    }

    /// The same with a refresh token.
    #[must_use]
    pub fn with_refresh_token(mut self, refresh_token: impl Into<Secret>) -> Self {
        self.refresh_token = Some(refresh_token.into());
        self
    }

    /// The same, with its lifetime counted from `issued`: both clocks just before the token was asked for.
    #[must_use]
    pub fn with_issued_at(mut self, issued: Moment) -> Self {
        self.issued = Some(issued);
        self
    }
}

/// Why a success is not one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unusable {
    /// No JSON object.
    NotJson,
    /// No `access_token`, or one that cannot be sent.
    NoToken,
    /// A token of a type that this client cannot use.
    NotBearer,
}

/// What the token endpoint says when it refuses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Complaint {
    pub(crate) error: Option<String>,
    pub(crate) description: Option<String>,
}

/// Whether `text` is made of visible ASCII, as RFC 6750 section 2.1 has it (a little wider: any visible character).
pub(crate) fn is_sendable(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn believable(lifetime: Duration) -> Duration {
    if lifetime.is_zero() {
        ASSUMED_LIFETIME
    } else {
        lifetime.min(LONGEST_LIFETIME)
    }
}

/// The token in the body of a success.
pub(crate) fn parse_answer(body: &[u8]) -> Result<Token, Unusable> {
    let answer: Answer = object(body).ok_or(Unusable::NotJson)?;
    match answer.token_type {
        Member::Absent => {}
        Member::Text(kind) if kind.expose().eq_ignore_ascii_case("bearer") => {}
        _ => return Err(Unusable::NotBearer),
    }
    let Member::Text(access_token) = answer.access_token else {
        return Err(Unusable::NoToken);
    };
    if !is_sendable(access_token.expose()) {
        return Err(Unusable::NoToken);
    }
    let refresh_token = match answer.refresh_token {
        Member::Text(token) if is_sendable(token.expose()) => Some(token),
        _ => None,
    };
    Ok(Token {
        access_token,
        refresh_token,
        lifetime: lifetime(&answer.expires_in),
        issued: None,
    })
}

/// The complaint in the body of an error, or of a success that holds one.
pub(crate) fn parse_complaint(body: &[u8]) -> Complaint {
    let Some(refusal) = object::<Refusal>(body) else {
        return Complaint::default();
    };
    Complaint {
        error: refusal.error.text(),
        description: refusal
            .error_description
            .text()
            .or_else(|| refusal.description.text()),
    }
}

/// A JSON object and nothing else: serde would take an array for a struct as well.
fn object<T: DeserializeOwned>(body: &[u8]) -> Option<T> {
    if !body.trim_ascii_start().starts_with(b"{") {
        return None;
    }
    serde_json::from_slice(body)
        .or_else(|_| serde_json::from_slice(&tame(body)))
        .ok()
}

/// `body` with numbers that no type holds, as `1e400`, cut to the largest that one does. They must not cost a token.
fn tame(body: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut tamed = Zeroizing::new(Vec::with_capacity(body.len()));
    let (mut in_string, mut is_escaped, mut at) = (false, false, 0);
    while let Some(byte) = body.get(at).copied() {
        let is_number = !in_string && (byte == b'-' || byte.is_ascii_digit());
        let length = if is_number {
            let rest = body[at..].iter();
            rest.take_while(|byte| byte.is_ascii_digit() || b"+-.eE".contains(byte))
                .count()
        } else {
            1
        };
        let part = &body[at..at + length];
        let number = std::str::from_utf8(part).ok().filter(|_| is_number);
        match number.and_then(|text| text.parse::<f64>().ok()) {
            Some(number) if number.is_infinite() => {
                let largest: &[u8] = if number > 0.0 { b"1e308" } else { b"-1e308" };
                tamed.extend_from_slice(largest);
            }
            _ => tamed.extend_from_slice(part),
        }
        in_string ^= byte == b'"' && !is_escaped;
        is_escaped = in_string && byte == b'\\' && !is_escaped;
        at += length;
    }
    tamed
}

fn lifetime(expires_in: &Member) -> Duration {
    let seconds = match expires_in {
        Member::Number(seconds) => *seconds,
        Member::Text(text) => text.expose().trim().parse().unwrap_or(0.0),
        Member::Absent | Member::Other => 0.0,
    };
    if seconds.is_nan() || seconds <= 0.0 {
        return ASSUMED_LIFETIME;
    }
    believable(Duration::try_from_secs_f64(seconds).unwrap_or(LONGEST_LIFETIME))
}

#[derive(serde::Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Answer {
    access_token: Member,
    token_type: Member,
    expires_in: Member,
    refresh_token: Member,
}

#[derive(serde::Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Refusal {
    error: Member,
    error_description: Member,
    description: Member,
}

/// A member of any type.
#[derive(Default)]
enum Member {
    #[default]
    Absent,
    Text(Secret),
    Number(f64),
    Other,
}

impl Member {
    fn text(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.expose().to_owned()),
            _ => None,
        }
    }
}

impl<'de> Deserialize<'de> for Member {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(MemberVisitor)
    }
}

struct MemberVisitor;

impl<'de> Visitor<'de> for MemberVisitor {
    type Value = Member;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any JSON value")
    }

    fn visit_str<E>(self, text: &str) -> Result<Member, E> {
        Ok(Member::Text(Secret::from(text)))
    }

    fn visit_string<E>(self, text: String) -> Result<Member, E> {
        Ok(Member::Text(Secret::new(text)))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Member, E> {
        Ok(Member::Number(number as f64))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Member, E> {
        Ok(Member::Number(number as f64))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Member, E> {
        Ok(Member::Number(number))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Member, E> {
        Ok(Member::Other)
    }

    fn visit_unit<E>(self) -> Result<Member, E> {
        Ok(Member::Absent)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Member, A::Error> {
        while sequence.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Member::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Member, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Member::Other)
    }
}
