//! Whether a request is the recorded one, and which values of the program stand for which placeholders.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Number, Value};

use super::anonymous::decoded;
use super::shape::{is_placeholder, is_short_integer};

/// The values that placeholders stand for. Each has one, and no two have the same.
#[derive(Clone, Default)]
pub(super) struct Bindings {
    values: HashMap<String, String>,
    placeholders: HashMap<String, String>,
}

impl Bindings {
    /// Whether `sent` may stand where `recorded` stands; from now on it does.
    fn text(&mut self, recorded: &str, sent: &str) -> bool {
        if let Some(value) = self.values.get(recorded) {
            return value == sent;
        }
        if !is_placeholder(recorded) {
            return recorded == sent || self.within(recorded, sent);
        }
        if self.placeholders.contains_key(sent) {
            return false;
        }
        self.values.insert(recorded.to_owned(), sent.to_owned());
        self.placeholders
            .insert(sent.to_owned(), recorded.to_owned());
        true
    }

    /// JSON, links and intervals are recorded as what they are made of.
    fn within(&mut self, recorded: &str, sent: &str) -> bool {
        if recorded.starts_with(['{', '['])
            && let (Ok(recorded), Ok(sent)) =
                (serde_json::from_str(recorded), serde_json::from_str(sent))
        {
            return self.json(&recorded, &sent);
        }
        if let (Some((path, query)), Some((sent_path, sent_query))) =
            (recorded.split_once('?'), sent.split_once('?'))
        {
            return self.path(path, sent_path) && self.query(query, sent_query);
        }
        recorded.contains('/') && self.path(recorded, sent)
    }

    pub(super) fn path(&mut self, recorded: &str, sent: &str) -> bool {
        let (recorded, sent): (Vec<_>, Vec<_>) =
            (recorded.split('/').collect(), sent.split('/').collect());
        recorded.len() == sent.len()
            && recorded.iter().zip(&sent).all(|(recorded, sent)| {
                // No further split: a segment has no slash.
                recorded == sent || self.text(&decoded(recorded), &decoded(sent))
            })
    }

    pub(super) fn query(&mut self, recorded: &str, sent: &str) -> bool {
        let (recorded, sent) = (by_name(recorded), by_name(sent));
        recorded.len() == sent.len()
            && recorded.iter().zip(&sent).all(|(recorded, sent)| {
                let same = recorded.1.len() == sent.1.len();
                same && self.text(recorded.0, sent.0)
                    && recorded
                        .1
                        .iter()
                        .zip(sent.1)
                        .all(|(recorded, sent)| self.text(recorded, sent))
            })
    }

    pub(super) fn json(&mut self, recorded: &Value, sent: &Value) -> bool {
        match (recorded, sent) {
            (Value::String(recorded), Value::String(sent)) => self.text(recorded, sent),
            (Value::Number(recorded), Value::Number(sent)) => self.number(recorded, sent),
            (Value::Array(recorded), Value::Array(sent)) => {
                let mut both = recorded.iter().zip(sent);
                recorded.len() == sent.len()
                    && both.all(|(recorded, sent)| self.json(recorded, sent))
            }
            (Value::Object(recorded), Value::Object(sent)) => {
                if recorded.len() != sent.len() {
                    return false;
                }
                recorded.iter().all(|(name, recorded)| {
                    let bound = self.values.get(name).unwrap_or(name);
                    match sent.get(bound) {
                        Some(sent) => self.json(recorded, sent),
                        // A name that is a placeholder takes the one that is left.
                        None => {
                            is_placeholder(name)
                                && sent.iter().any(|(own, sent)| {
                                    let mut trial = self.clone();
                                    let fits = trial.text(name, own) && trial.json(recorded, sent);
                                    if fits {
                                        *self = trial;
                                    }
                                    fits
                                })
                        }
                    }
                })
            }
            (recorded, sent) => recorded == sent,
        }
    }

    fn number(&mut self, recorded: &Number, sent: &Number) -> bool {
        let (recorded, sent) = (recorded.to_string(), sent.to_string());
        if is_short_integer(&recorded) || is_short_integer(&sent) {
            return recorded == sent;
        }
        // Numbers are bound apart from texts.
        let key = format!("#{recorded}");
        match self.values.get(&key) {
            Some(value) => *value == sent,
            None => {
                self.values.insert(key, sent);
                true
            }
        }
    }

    /// The recorded document with the program's values.
    pub(super) fn filled(&self, value: Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.filled_text(text)),
            Value::Number(number) => {
                let bound = self.values.get(&format!("#{number}"));
                let own = bound.and_then(|text| serde_json::from_str(text).ok());
                Value::Number(own.unwrap_or(number))
            }
            Value::Array(values) => {
                Value::Array(values.into_iter().map(|value| self.filled(value)).collect())
            }
            Value::Object(members) => {
                let filled = members
                    .into_iter()
                    .map(|(name, value)| (self.filled_text(name), self.filled(value)));
                Value::Object(filled.collect())
            }
            other => other,
        }
    }

    fn filled_text(&self, text: String) -> String {
        if let Some(value) = self.values.get(&text) {
            return value.clone();
        }
        if text.starts_with(['{', '['])
            && let Ok(json) = serde_json::from_str(&text)
        {
            return self.filled(json).to_string();
        }
        if text.starts_with("/api/v2/") {
            let (path, query) = text.split_once('?').unwrap_or((&text, ""));
            let fill = |part: &str| {
                self.values
                    .get(part)
                    .cloned()
                    .unwrap_or_else(|| part.to_owned())
            };
            let path: Vec<String> = path.split('/').map(fill).collect();
            let path = path.join("/");
            return match query {
                "" => path,
                query => format!("{path}?{query}"),
            };
        }
        text
    }
}

fn by_name(query: &str) -> BTreeMap<String, Vec<String>> {
    let mut by_name = BTreeMap::<_, Vec<_>>::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        by_name
            .entry(decoded(name))
            .or_default()
            .push(decoded(value));
    }
    by_name
}
