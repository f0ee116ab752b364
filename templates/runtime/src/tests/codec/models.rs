//! Models as the generator writes them.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::runtime::codec::{
    Extra, KnownValues, Model, OpenEnum, Visitor, Wire, from_slice, to_vec,
};

#[derive(Clone, Default)]
pub(super) struct User {
    pub(super) id: Option<String>,
    pub(super) name: Option<String>,
    pub(super) version: Option<i64>,
    pub(super) score: Option<f64>,
    pub(super) acd_auto_answer: Option<bool>,
    pub(super) state: Option<UserState>,
    pub(super) manager: Option<Box<User>>,
    pub(super) addresses: Option<Vec<Contact>>,
    pub(super) certifications: Option<Vec<String>>,
    pub(super) labels: Option<BTreeMap<String, String>>,
    pub(super) contacts: Option<BTreeMap<String, Contact>>,
    pub(super) grid: Option<Vec<Vec<i64>>>,
    pub(super) settings: Option<Value>,
    pub(super) level: Option<Level>,
    pub(super) client_secret: Option<String>,
    pub(super) extra: Extra,
}

impl Model for User {
    const NAME: &'static str = "User";

    fn visit<V: Visitor>(&mut self, visitor: &mut V) {
        visitor.field("id", &mut self.id);
        visitor.field("name", &mut self.name);
        visitor.field("version", &mut self.version);
        visitor.field("score", &mut self.score);
        visitor.field("acdAutoAnswer", &mut self.acd_auto_answer);
        visitor.field("state", &mut self.state);
        visitor.boxed("manager", &mut self.manager);
        visitor.field("addresses", &mut self.addresses);
        visitor.field("certifications", &mut self.certifications);
        visitor.field("labels", &mut self.labels);
        visitor.field("contacts", &mut self.contacts);
        visitor.field("grid", &mut self.grid);
        visitor.field("settings", &mut self.settings);
        visitor.field("level", &mut self.level);
        visitor.field("clientSecret", &mut self.client_secret);
        visitor.extra(&mut self.extra);
    }
}
crate::__model!(User);

#[derive(Clone, Default)]
pub(super) struct Contact {
    pub(super) address: Option<String>,
    pub(super) password: Option<String>,
    pub(super) extra: Extra,
}

impl Model for Contact {
    const NAME: &'static str = "Contact";

    fn visit<V: Visitor>(&mut self, visitor: &mut V) {
        visitor.field("address", &mut self.address);
        visitor.field("password", &mut self.password);
        visitor.extra(&mut self.extra);
    }
}
crate::__model!(Contact);

#[derive(Clone, Default)]
pub(super) struct UserListing {
    pub(super) entities: Option<Vec<User>>,
    pub(super) page_count: Option<i64>,
    pub(super) extra: Extra,
}

impl Model for UserListing {
    const NAME: &'static str = "UserListing";

    fn visit<V: Visitor>(&mut self, visitor: &mut V) {
        visitor.field("entities", &mut self.entities);
        visitor.field("pageCount", &mut self.page_count);
        visitor.extra(&mut self.extra);
    }
}
crate::__model!(UserListing);

/// A definition without properties.
#[derive(Clone, Default)]
pub(super) struct Empty {
    pub(super) extra: Extra,
}

impl Model for Empty {
    const NAME: &'static str = "Empty";

    fn visit<V: Visitor>(&mut self, visitor: &mut V) {
        visitor.extra(&mut self.extra);
    }
}
crate::__model!(Empty);

#[derive(Clone)]
#[non_exhaustive]
pub(super) enum UserState {
    Active,
    Inactive,
    Unknown(String),
}

impl OpenEnum for UserState {
    const KNOWN: KnownValues<Self> = KnownValues {
        values: &[Self::Active, Self::Inactive],
        unknown: Self::Unknown,
        integer: false,
    };

    fn as_str(&self) -> &str {
        match self {
            Self::Active => "active",
            Self::Inactive => "inactive",
            Self::Unknown(value) => value,
        }
    }
}
crate::__open_enum!(UserState);

#[derive(Clone)]
#[non_exhaustive]
pub(super) enum Level {
    Value0,
    Value10,
    Unknown(String),
}

impl OpenEnum for Level {
    const KNOWN: KnownValues<Self> = KnownValues {
        values: &[Self::Value0, Self::Value10],
        unknown: Self::Unknown,
        integer: true,
    };

    fn as_str(&self) -> &str {
        match self {
            Self::Value0 => "0",
            Self::Value10 => "10",
            Self::Unknown(value) => value,
        }
    }
}
crate::__open_enum!(Level);

pub(super) fn read<T: Wire>(text: &str) -> T {
    from_slice(text.as_bytes()).unwrap()
}

pub(super) fn refusal<T: Wire>(text: &str) -> serde_json::Error {
    match from_slice::<T>(text.as_bytes()) {
        Ok(_) => panic!("read without an error: {text}"),
        Err(error) => error,
    }
}

/// What is written, to the letter.
pub(super) fn text<T: Wire>(value: T) -> String {
    String::from_utf8(to_vec(value).unwrap()).unwrap()
}

/// What is written, as JSON.
pub(super) fn json<T: Wire>(value: T) -> Value {
    serde_json::from_str(&text(value)).unwrap()
}

/// Reads a `User` and writes it.
pub(super) fn there_and_back(document: &Value) -> Value {
    json(read::<User>(&document.to_string()))
}
