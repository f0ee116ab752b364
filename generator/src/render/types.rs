//! Types of the ir as Rust.

use std::collections::{BTreeMap, BTreeSet};

use super::place;
use crate::ir::{Api, EnumHome, EnumId, ModelId, Type};

/// Writes types, and remembers what has to be imported for them.
pub(super) struct Types<'a> {
    api: &'a Api,
    /// Names by the folder that they are imported from.
    models: BTreeMap<&'a str, BTreeSet<&'a str>>,
    local: BTreeSet<String>,
    hidden: BTreeSet<String>,
    /// Everything goes by its path.
    by_path: bool,
    map: bool,
    time: bool,
}

impl<'a> Types<'a> {
    /// Types in a file that defines `local` itself.
    pub(super) fn new(api: &'a Api, local: impl IntoIterator<Item = String>) -> Self {
        Self {
            api,
            models: BTreeMap::new(),
            local: local.into_iter().collect(),
            hidden: BTreeSet::new(),
            by_path: false,
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

    /// Types that are written with their paths below the module that has `models`, where an import would need a feature.
    pub(super) fn by_path(api: &'a Api) -> Self {
        Self {
            by_path: true,
            ..Self::new(api, [])
        }
    }

    /// What the types are of.
    pub(super) fn api(&self) -> &'a Api {
        self.api
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
            Type::File => "runtime::FilePart".to_owned(),
            Type::Model(id) => self.model(*id),
            Type::Enum(id) => self.enumeration(*id),
            Type::List(item) => format!("Vec<{}>", self.rust(item)),
            Type::Nullable(item) => format!("Option<{}>", self.rust(item)),
            Type::Map(item) => {
                self.map = true;
                let map = if self.by_path {
                    "std::collections::"
                } else {
                    ""
                };
                format!("{map}BTreeMap<String, {}>", self.rust(item))
            }
        }
    }

    fn model(&mut self, id: ModelId) -> String {
        let api = self.api;
        let model = &api.models[id];
        self.named(&model.name, &api.groups[model.group].folder)
    }

    /// The name of an enum, imported or with its path.
    pub(super) fn enumeration(&mut self, id: EnumId) -> String {
        let api = self.api;
        let item = &api.enums[id];
        let group = match item.home {
            EnumHome::Model(model) => api.models[model].group,
            EnumHome::Operation(_) | EnumHome::Shared { .. } => item.group,
        };
        self.named(&item.name, &api.groups[group].folder)
    }

    /// Imported from its folder and not from `models`: that one re-exports some 280 folders as globs, and to look 25,000 imports up in
    /// each of them takes the compiler ten seconds.
    fn named(&mut self, name: &'a str, folder: &'a str) -> String {
        if self.by_path {
            return format!("models::{}::{name}", path(folder));
        }
        if self.hidden.contains(name) {
            return format!("{}::{}::{name}", place::module(self.api), path(folder));
        }
        if !self.local.contains(name) {
            self.models.entry(folder).or_default().insert(name);
        }
        name.to_owned()
    }

    fn time(&mut self, name: &str) -> String {
        self.time = true;
        let path = if self.by_path { "crate::runtime::" } else { "" };
        format!("{path}time::{name}")
    }

    /// The paths to import for what was written so far.
    pub(super) fn imports(&self) -> Vec<String> {
        let mut imports = Vec::new();
        if self.map {
            imports.push("std::collections::BTreeMap".to_owned());
        }
        for (folder, names) in &self.models {
            let names: Vec<&str> = names.iter().copied().collect();
            imports.push(format!(
                "{}::{}::{{{}}}",
                place::module(self.api),
                path(folder),
                names.join(", ")
            ));
        }
        if self.time {
            imports.push("crate::runtime::time".to_owned());
        }
        imports
    }
}

/// A folder as a path of modules.
fn path(folder: &str) -> String {
    folder.replace('/', "::")
}
