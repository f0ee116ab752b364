//! What a text may be read as.

use std::borrow::Cow;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// The shortest run of base64 or hexadecimal digits that is looked into: shorter ones hold no secret.
const SHORTEST_RUN: usize = 8;

/// Takes what is cut out of the middle of something longer.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

type Reading<'a> = (&'static str, Cow<'a, [u8]>);

/// `text` as it is, and everything that some of it decodes to.
pub(crate) fn of(text: &str) -> impl Iterator<Item = Reading<'_>> {
    let plain = text.as_bytes();
    let mut texts: Vec<Reading<'_>> = vec![("as it is", plain.into())];
    let mut last = Cow::Borrowed(plain);
    // Twice, as for a URL within a URL.
    for _ in 0..2 {
        let decoded: Vec<u8> = percent_encoding::percent_decode(&last).collect();
        if decoded == *last {
            break;
        }
        texts.push(("percent-encoded", decoded.clone().into()));
        last = decoded.into();
    }
    texts.into_iter().flat_map(|(form, bytes)| {
        let mut readings = vec![];
        readings.extend(base64(&bytes).map(|bytes| ("in base64", bytes.into())));
        readings.extend(hexadecimal(&bytes).map(|bytes| ("in hexadecimal", bytes.into())));
        readings.push(("as a list of bytes", numbers(&bytes).into()));
        std::iter::once((form, bytes)).chain(readings)
    })
}

/// The longest runs of bytes that `is_digit`.
fn runs(bytes: &[u8], is_digit: fn(&u8) -> bool) -> impl Iterator<Item = &[u8]> {
    bytes
        .split(move |byte| !is_digit(byte))
        .filter(|run| run.len() >= SHORTEST_RUN)
}

/// Every run of base64 digits, from each of four places: a secret need not begin where the digits do.
fn base64(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let is_digit = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/-_".contains(byte);
    runs(bytes, is_digit).flat_map(|run| {
        (0..4).filter_map(move |start| {
            let digits: Vec<u8> = run[start..]
                .iter()
                .map(|byte| match byte {
                    b'-' => b'+',
                    b'_' => b'/',
                    other => *other,
                })
                .collect();
            let whole = match digits.len() % 4 {
                1 => digits.len() - 1,
                _ => digits.len(),
            };
            BASE64.decode(&digits[..whole]).ok()
        })
    })
}

fn hexadecimal(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    runs(bytes, u8::is_ascii_hexdigit).flat_map(|run| {
        (0..2).map(move |start| {
            run[start..]
                .chunks_exact(2)
                .filter_map(|pair| {
                    let text = std::str::from_utf8(pair).ok()?;
                    u8::from_str_radix(text, 16).ok()
                })
                .collect()
        })
    })
}

/// All numbers up to 255 in a row, whatever stands between them.
fn numbers(bytes: &[u8]) -> Vec<u8> {
    bytes
        .split(|byte| !byte.is_ascii_digit())
        .filter_map(|digits| std::str::from_utf8(digits).ok()?.parse().ok())
        .collect()
}
