//! Types of the ir as Rust.

use std::collections::BTreeSet;

use crate::ir::{Api, Type};

/// Writes types, and remembers what has to be imported for them.
pub(super) struct Types<'a> {
    api: &'a Api,
    models: BTreeSet<String>,
    local: BTreeSet<String>,
    hidden: BTreeSet<String>,
    map: bool,
    time: bool,
}

impl<'a> Types<'a> {
    /// Types in a file that defines `local` itself.
    pub(super) fn new(api: &'a Api, local: impl IntoIterator<Item = String>) -> Self {
        Self {
            api,
            models: BTreeSet::new(),
            local: local.into_iter().collect(),
            hidden: BTreeSet::new(),
            map: false,
            time: false,
        }
    }

    /// Types in a file that has something else of each of these names, so that a model called like it goes by its path.
    pub(super) fn beside(api: &'a Api, hidden: impl IntoIterator<Item = String>) -> Self {
        Self {
            hidden: hidden.into_iter().collect(),
            ..Self::new(api, [])
        }
    }

    /// `ty` as Rust.
    pub(super) fn rust(&mut self, ty: &Type) -> String {
        match ty {
            Type::String => "String".to_owned(),
            Type::Boolean => "bool".to_owned(),
            Type::Integer => "i64".to_owned(),
            Type::Number => "f64".to_owned(),
            Type::DateTime => self.time("Timestamp"),
            Type::Date => self.time("Date"),
            Type::LocalDateTime => self.time("LocalDateTime"),
            Type::YearMonth => self.time("YearMonth"),
            Type::Json => "serde_json::Value".to_owned(),
            Type::Model(id) => self.named(&self.api.models[*id].name.clone()),
            Type::Enum(id) => self.named(&self.api.enums[*id].name.clone()),
            Type::List(item) => format!("Vec<{}>", self.rust(item)),
            Type::Map(item) => {
                self.map = true;
                format!("BTreeMap<String, {}>", self.rust(item))
            }
        }
    }

    /// The name of a model or enum, imported or with its path.
    pub(super) fn named(&mut self, name: &str) -> String {
        if self.hidden.contains(name) {
            return format!("crate::models::{name}");
        }
        if !self.local.contains(name) {
            self.models.insert(name.to_owned());
        }
        name.to_owned()
    }

    fn time(&mut self, name: &str) -> String {
        self.time = true;
        format!("time::{name}")
    }

    /// The paths to import for what was written so far.
    pub(super) fn imports(&self) -> Vec<String> {
        let mut imports = Vec::new();
        if self.map {
            imports.push("std::collections::BTreeMap".to_owned());
        }
        if !self.models.is_empty() {
            let names: Vec<&str> = self.models.iter().map(String::as_str).collect();
            imports.push(format!("crate::models::{{{}}}", names.join(", ")));
        }
        if self.time {
            imports.push("crate::runtime::time".to_owned());
        }
        imports
    }
}
