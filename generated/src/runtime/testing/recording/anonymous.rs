//! Texts without secrets and personal values.

use std::collections::{HashMap, HashSet};

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::{Map, Number, Value};
use url::Url;

use super::shape::{Shape, is_harmless, is_property_name, is_short_integer, placeholder, shape};
use crate::runtime::codec::is_secret_name;

/// Replaces values by placeholders, the same value by the same placeholder. They are numbered, so they say nothing about the values.
#[derive(Default)]
pub(super) struct Anonymizer {
    known: HashMap<String, String>,
    numbers: HashMap<String, Number>,
    /// The fixed words of the paths of operations.
    words: HashSet<String>,
}

impl Anonymizer {
    /// Learns the fixed words of a path with its parameters' names in braces.
    pub(super) fn learn(&mut self, template: &str) {
        let fixed = template.split('/').filter(|word| !word.contains('{'));
        self.words.extend(fixed.map(str::to_owned));
    }

    /// A path, percent-encoded. `template` says which segments are fixed.
    pub(super) fn path(&mut self, path: &str, template: &str) -> String {
        let segments: Vec<&str> = path.split('/').collect();
        let fixed: Vec<&str> = template.split('/').collect();
        let fits = segments.len() == fixed.len();
        let replaced: Vec<String> = segments
            .iter()
            .enumerate()
            .map(|(index, segment)| {
                let is_fixed = match fits {
                    true => fixed[index] == *segment,
                    // A link, or a request of any path.
                    false => *segment == "api" || *segment == "v2" || self.words.contains(*segment),
                };
                match is_fixed || segment.is_empty() {
                    true => (*segment).to_owned(),
                    false => encoded(&self.text(&decoded(segment))),
                }
            })
            .collect();
        replaced.join("/")
    }

    /// A query, percent-encoded.
    pub(super) fn query(&mut self, query: &str) -> String {
        let pairs = query.split('&').filter(|pair| !pair.is_empty());
        let replaced: Vec<String> = pairs
            .map(|pair| {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                let (name, value) = (decoded(name), decoded(value));
                let name_shown = self.key(&name);
                let value = match is_short_integer(&value) && !is_secret_name(&name) {
                    true => value,
                    false => self.text_of(&name, &value),
                };
                format!("{}={}", encoded(&name_shown), encoded(&value))
            })
            .collect();
        replaced.join("&")
    }

    /// A document. `key` is the name of the property that it is the value of.
    pub(super) fn json(&mut self, key: &str, value: Value) -> Value {
        match value {
            Value::Null => Value::Null,
            Value::Bool(value) => Value::Bool(value),
            Value::Number(number) => Value::Number(self.number(number, is_secret_name(key))),
            Value::String(text) => Value::String(self.text_of(key, &text)),
            Value::Array(values) => Value::Array(
                values
                    .into_iter()
                    .map(|value| self.json(key, value))
                    .collect(),
            ),
            Value::Object(members) => {
                let mut replaced = Map::new();
                for (name, value) in members {
                    // What is in a secret is secret: its names are not.
                    let below = if is_secret_name(key) { key } else { &name };
                    let value = self.json(below, value);
                    replaced.insert(self.key(&name), value);
                }
                Value::Object(replaced)
            }
        }
    }

    fn key(&mut self, name: &str) -> String {
        match is_property_name(name) {
            true => name.to_owned(),
            false => self.text(name),
        }
    }

    /// The value of the property `key`.
    fn text_of(&mut self, key: &str, text: &str) -> String {
        if is_harmless(key, text) && !is_secret_name(key) {
            return text.to_owned();
        }
        if is_secret_name(key) {
            return self.number_of(text);
        }
        self.text(text)
    }

    pub(super) fn text(&mut self, text: &str) -> String {
        if text.is_empty() {
            return String::new();
        }
        if let Some(known) = self.known.get(text) {
            return known.clone();
        }
        // JSON as text is replaced value by value.
        if text.starts_with(['{', '['])
            && let Ok(value) = serde_json::from_str::<Value>(text)
        {
            return self.json("", value).to_string();
        }
        if let Some(link) = self.link(text) {
            return link;
        }
        if let Some((from, to)) = text.split_once('/')
            && shape(from) == Shape::Date
            && shape(to) == Shape::Date
        {
            return format!("{}/{}", self.text(from), self.text(to));
        }
        self.number_of(text)
    }

    fn number_of(&mut self, text: &str) -> String {
        let number = self.known.len() as u64 + 1;
        let known = self.known.entry(text.to_owned());
        known.or_insert_with(|| placeholder(text, number)).clone()
    }

    /// A link within the API that a program follows.
    fn link(&mut self, text: &str) -> Option<String> {
        let relative = match Url::parse(text) {
            Ok(url) if url.path().starts_with("/api/v2/") => match url.query() {
                Some(query) => format!("{}?{query}", url.path()),
                None => url.path().to_owned(),
            },
            Ok(_) => return None,
            Err(_) => text.to_owned(),
        };
        if !relative.starts_with("/api/v2/") {
            return None;
        }
        let (path, query) = relative.split_once('?').unwrap_or((&relative, ""));
        let path = self.path(path, "");
        Some(match query {
            "" => path,
            query => format!("{path}?{}", self.query(query)),
        })
    }

    fn number(&mut self, number: Number, is_secret: bool) -> Number {
        let text = number.to_string();
        if is_short_integer(&text) && !is_secret {
            return number;
        }
        let next = self.numbers.len() as u64 + 1;
        let known = self.numbers.entry(text).or_insert_with_key(|text| {
            if number.is_f64() {
                return Number::from_f64(next as f64 + 0.5).unwrap_or(Number::from(next));
            }
            let digits = text.trim_start_matches('-').len().clamp(6, 18) as u32;
            let placeholder = 9 * 10_i64.pow(digits - 1) + next as i64;
            match text.starts_with('-') {
                true => Number::from(-placeholder),
                false => Number::from(placeholder),
            }
        });
        known.clone()
    }
}

pub(super) fn decoded(text: &str) -> String {
    percent_decode_str(&text.replace('+', " "))
        .decode_utf8_lossy()
        .into_owned()
}

fn encoded(text: &str) -> String {
    const SAFE: &percent_encoding::AsciiSet = &NON_ALPHANUMERIC
        .remove(b'-')
        .remove(b'.')
        .remove(b'_')
        .remove(b'~')
        .remove(b',');
    utf8_percent_encode(text, SAFE).to_string()
}
