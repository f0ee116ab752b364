//! Reads the bytes of a spec, and says what a file is that cannot be one.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use flate2::read::MultiGzDecoder;

use crate::document::{LoadError, quote};

/// The most bytes that a spec may have, packed or not: twenty times today's. A small `.gz` can
/// unpack to any size.
pub(crate) const SIZE_LIMIT: u64 = 300 * 1024 * 1024;

/// The first two bytes of gzip data (RFC 1952, section 2.3.1).
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

pub(crate) fn read(path: &Path) -> Result<Vec<u8>, LoadError> {
    let name = path.display().to_string();
    let file = File::open(path).map_err(|error| LoadError::from_io(path, &error))?;
    read_limited(&name, file, |error| LoadError::from_io(path, &error))
}

/// Unpacks gzip data; anything else is passed on.
pub(crate) fn unpack<'b>(
    name: &str,
    bytes: &'b [u8],
) -> Result<std::borrow::Cow<'b, [u8]>, LoadError> {
    if !bytes.starts_with(&GZIP_MAGIC) {
        return Ok(bytes.into());
    }
    let unpacked = read_limited(name, MultiGzDecoder::new(bytes), |error| {
        LoadError::new(
            name,
            format!("not complete gzip data: {error}"),
            "Download the file again, completely.",
        )
    })?;
    Ok(unpacked.into())
}

fn read_limited(
    name: &str,
    reader: impl Read,
    failed: impl FnOnce(std::io::Error) -> LoadError,
) -> Result<Vec<u8>, LoadError> {
    let mut bytes = Vec::new();
    reader
        .take(SIZE_LIMIT + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    if bytes.len() as u64 > SIZE_LIMIT {
        return Err(LoadError::new(
            name,
            format!("larger than {} MiB", SIZE_LIMIT / (1024 * 1024)),
            "No API description is; check where the file comes from.",
        ));
    }
    Ok(bytes)
}

/// The text of a file that can be a JSON object.
pub(crate) fn text<'b>(name: &str, bytes: &'b [u8]) -> Result<&'b str, LoadError> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        LoadError::new(
            name,
            format!(
                "not UTF-8 text (the byte at offset {} is the first that is not)",
                error.valid_up_to()
            ),
            "A spec is JSON in UTF-8, or that packed with gzip; save it so.",
        )
    })?;
    // A reader may ignore a byte order mark (RFC 8259, section 8.1).
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let start = text.trim_start();
    match start.chars().next() {
        Some('{') => return Ok(text),
        None => {
            return Err(LoadError::new(
                name,
                "the file is empty",
                "Download it again.",
            ));
        }
        Some('<') => {
            return Err(LoadError::new(
                name,
                "this is HTML or XML, not JSON",
                "Most likely a login or error page was saved instead of the spec; download it again.",
            ));
        }
        _ => {}
    }
    let first = start.lines().next().unwrap_or_default().trim_end();
    if looks_like_yaml(start) {
        return Err(LoadError::new(
            name,
            "this is YAML, not JSON",
            "Convert it first, for example with `yq -o=json`.",
        ));
    }
    Err(LoadError::new(
        name,
        format!(
            "not a JSON object; the file starts with {}",
            quote(&first.chars().take(40).collect::<String>())
        ),
        "A spec is a Swagger 2.0 or OpenAPI 3.0 document in JSON.",
    ))
}

/// Whether the first line that is not a comment is a mapping key, a directive or a document start.
fn looks_like_yaml(text: &str) -> bool {
    let Some(line) = text
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty() && !line.starts_with('#'))
    else {
        return text.starts_with('#');
    };
    line.starts_with("---")
        || line.starts_with("%YAML")
        || line.split_once(':').is_some_and(|(key, value)| {
            let key = key.trim_matches(['"', '\'']);
            (value.is_empty() || value.starts_with(' '))
                && !key.is_empty()
                && key
                    .chars()
                    .all(|character| character.is_alphanumeric() || "_-.".contains(character))
        })
}
