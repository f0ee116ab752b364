//! Operations: their arguments, setters, bodies, results and marks.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::{Change, Difference, Kind, Rename, Verdict, code, dropped, pair, prose, types};
use crate::ir::{Api, Body, CredentialScheme, Location, Operation, Output, Parameter, PathPiece};

pub(super) fn compare(old: &Api, new: &Api) -> Vec<Difference> {
    let mut differences = compare_by_name(old, new);
    for difference in &mut differences {
        bridge(old, new, difference);
    }
    differences
}

/// An operation that has another name now, and its old one beside it (`aliases.toml`), is not gone: what counts is what else changed.
fn bridge(old: &Api, new: &Api, difference: &mut Difference) {
    let name = difference.name.as_str();
    let was = old.operations.iter().find(|one| one.wire_name == name);
    let mut now = new.operations.iter();
    let now = now.find(|one| one.former.iter().any(|former| former.wire_name == name));
    if let (Kind::Removed, Some(was), Some(now)) = (difference.kind, was, now) {
        let mut same_name = now.clone();
        same_name.method_name.clone_from(&was.method_name);
        same_name.struct_name.clone_from(&was.struct_name);
        let (old, new) = ((old, was), (new, &same_name));
        difference.changes = Comparison {
            old: &old,
            new: &new,
        }
        .changes();
        let reason = format!(
            "the method {} is called {} now; the old name is deprecated",
            code(&was.method_name),
            code(&now.method_name)
        );
        difference
            .changes
            .insert(0, Change::new("", Verdict::Minor, reason));
        difference
            .changes
            .sort_by_key(|change| Reverse(change.verdict));
    }
}

/// Operations with another name and the same method and path: what they were called, and what they are called now.
pub(super) fn renames(old: &Api, new: &Api) -> Vec<Rename> {
    let known = |api: &Api, name: &str| api.operations.iter().any(|one| one.wire_name == name);
    let mut renames = Vec::new();
    for was in old
        .operations
        .iter()
        .filter(|one| !known(new, &one.wire_name))
    {
        let mut same = new.operations.iter().filter(|now| {
            now.http_method == was.http_method
                && shape(now) == shape(was)
                && !known(old, &now.wire_name)
                && now
                    .former
                    .iter()
                    .all(|former| former.wire_name != was.wire_name)
        });
        if let (Some(now), None) = (same.next(), same.next()) {
            renames.push(Rename {
                was: was.wire_name.clone(),
                now: now.wire_name.clone(),
            });
        }
    }
    renames
}

fn compare_by_name(old: &Api, new: &Api) -> Vec<Difference> {
    let renamed: BTreeMap<(&str, String), &str> = new
        .operations
        .iter()
        .map(|operation| {
            let key = (operation.http_method.as_str(), shape(operation));
            (key, operation.method_name.as_str())
        })
        .collect();
    pair(
        by_name(old),
        by_name(new),
        |(_, operation)| format!("new method {}", code(&operation.method_name)),
        |(_, operation)| {
            let method = code(&operation.method_name);
            let left_out = new.diagnostics.left_out.iter();
            let mut left_out = left_out.filter(|one| one.operation == operation.wire_name);
            if let Some(left_out) = left_out.next() {
                return format!(
                    "the method {method} is gone, because the operation cannot be expressed any more: {}",
                    code(&left_out.reason)
                );
            }
            match renamed.get(&(operation.http_method.as_str(), shape(operation))) {
                Some(now) => format!("the method {method} is called {} now", code(now)),
                None => format!("the method {method} is gone"),
            }
        },
        |old, new| Comparison { old, new }.changes(),
    )
}

fn by_name(api: &Api) -> BTreeMap<&str, (&Api, &Operation)> {
    let operations = api.operations.iter();
    operations
        .map(|operation| (&*operation.wire_name, (api, operation)))
        .collect()
}

/// The path without the names of its parameters, which callers do not see.
fn shape(operation: &Operation) -> String {
    let pieces = operation.path_segments.iter();
    pieces
        .map(|piece| match piece {
            PathPiece::Literal(text) => text.as_str(),
            PathPiece::Argument(_) => "{}",
        })
        .collect()
}

type Of<'a, T> = (&'a Api, &'a T);

struct Comparison<'c, 'a> {
    old: &'c Of<'a, Operation>,
    new: &'c Of<'a, Operation>,
}

impl Comparison<'_, '_> {
    fn changes(&self) -> Vec<Change> {
        let mut changes = Vec::new();
        self.names(&mut changes);
        self.arguments(&mut changes);
        self.setters(&mut changes);
        self.body(&mut changes);
        self.output(&mut changes);
        self.paging(&mut changes);
        self.marks(&mut changes);
        changes
    }

    fn names(&self, changes: &mut Vec<Change>) {
        let (old, new) = (self.old.1, self.new.1);
        changes.extend(dropped(&old.former, &new.former));
        for (what, was, is) in [
            ("method", &old.method_name, &new.method_name),
            ("struct", &old.struct_name, &new.struct_name),
        ] {
            if was != is {
                let reason = format!("the {what} {} is called {} now", code(was), code(is));
                changes.push(Change::new("", Verdict::Major, reason));
            }
        }
        if (&old.http_method, shape(old)) != (&new.http_method, shape(new)) {
            let reason = format!(
                "calls go to {} instead of {}",
                code(&format!("{} {}", new.http_method, new.path)),
                code(&format!("{} {}", old.http_method, old.path))
            );
            changes.push(Change::new("", Verdict::Minor, reason));
        }
        let tags = |(api, operation): &Of<'_, Operation>| -> BTreeSet<String> {
            let tags = operation.tags.iter();
            tags.map(|tag| api.tags[*tag].module.clone()).collect()
        };
        let (was, is) = (tags(self.old), tags(self.new));
        for tag in was.difference(&is) {
            let reason = format!("no longer a method of {}", code(&format!("client.{tag}()")));
            changes.push(Change::new("", Verdict::Major, reason));
        }
        for tag in is.difference(&was) {
            let reason = format!("a method of {}, too", code(&format!("client.{tag}()")));
            changes.push(Change::new("", Verdict::Minor, reason));
        }
    }

    /// Arguments are told apart by their position, so the name of one is not a matter of code.
    fn arguments(&self, changes: &mut Vec<Change>) {
        let (old, new) = (&self.old.1.arguments, &self.new.1.arguments);
        let path = |list: &[Parameter]| {
            let in_path = list.iter().filter(|one| one.location == Location::Path);
            in_path.count()
        };
        let same_path = path(old) == path(new);
        // Path arguments pair by position, the others by name.
        let partner = |list: &'_ [Parameter], index: usize, one: &Parameter| -> Option<usize> {
            if same_path && one.location == Location::Path {
                Some(index)
            } else {
                list.iter().position(|other| same(one, other))
            }
        };
        let mut positions = Vec::new();
        for (index, argument) in old.iter().enumerate() {
            let place = place(argument);
            let Some(partner) = partner(new, index, argument) else {
                let setter = self.new.1.setters.iter().any(|one| same(one, argument));
                let reason = if setter {
                    "was an argument, and is a setter now"
                } else {
                    "the argument is gone"
                };
                changes.push(Change::new(place, Verdict::Major, reason));
                continue;
            };
            positions.push(partner);
            let now = &new[partner];
            if now.wire_name != argument.wire_name {
                let reason = format!(
                    "the argument is called {} now; what matters is its position",
                    code(&now.wire_name)
                );
                changes.push(Change::new(&place, Verdict::Patch, reason));
            }
            self.parameter(argument, now, &place, changes);
        }
        if !positions.is_sorted() {
            let reason = "the arguments are in another order";
            changes.push(Change::new("", Verdict::Major, reason));
        }
        for (index, argument) in new.iter().enumerate() {
            if partner(old, index, argument).is_none() {
                let setter = self.old.1.setters.iter().any(|one| same(one, argument));
                let reason = if setter {
                    "was a setter, and is a required argument now"
                } else {
                    "new required argument"
                };
                changes.push(Change::new(place(argument), Verdict::Major, reason));
            }
        }
    }

    fn setters(&self, changes: &mut Vec<Change>) {
        let (old, new) = (self.old.1, self.new.1);
        for setter in &old.setters {
            let place = place(setter);
            match new.setters.iter().find(|one| same(one, setter)) {
                Some(now) => {
                    if now.name != setter.name {
                        let reason = format!(
                            "the setter {} is called {} now",
                            code(&setter.name),
                            code(&now.name)
                        );
                        changes.push(Change::new(&place, Verdict::Major, reason));
                    }
                    self.parameter(setter, now, &place, changes);
                }
                None if new.arguments.iter().any(|one| same(one, setter)) => {}
                None => {
                    let moved = new.setters.iter().find(|one| one.name == setter.name);
                    changes.push(match moved {
                        Some(now) => Change::new(
                            place,
                            Verdict::Minor,
                            format!(
                                "the setter {} stands for the {} now",
                                code(&setter.name),
                                self::place(now)
                            ),
                        ),
                        None => Change::new(
                            place,
                            Verdict::Major,
                            format!("the setter {} is gone", code(&setter.name)),
                        ),
                    });
                    if let Some(now) = moved {
                        self.parameter(setter, now, &self::place(now), changes);
                    }
                }
            }
        }
        for setter in &new.setters {
            let known = |list: &[Parameter]| {
                list.iter()
                    .any(|one| same(one, setter) || one.name == setter.name)
            };
            let was_argument = old.arguments.iter().any(|one| same(one, setter));
            if !known(&old.setters) && !was_argument {
                let reason = format!("new setter {}", code(&setter.name));
                changes.push(Change::new(place(setter), Verdict::Minor, reason));
            }
        }
    }

    fn parameter(&self, old: &Parameter, new: &Parameter, place: &str, changes: &mut Vec<Change>) {
        let types = types::compare((self.old.0, &old.ty), (self.new.0, &new.ty), place);
        changes.extend(types);
        if old.list_style != new.list_style {
            let reason = "lists are written differently on the wire";
            changes.push(Change::new(place, Verdict::Patch, reason));
        }
        if old.default != new.default {
            let default = |parameter: &Parameter| match &parameter.default {
                Some(default) => code(default),
                None => "none".to_owned(),
            };
            let reason = format!(
                "the server's default was {} and is {}",
                default(old),
                default(new)
            );
            changes.push(Change::new(place, Verdict::Patch, reason));
        }
        if old.docs != new.docs {
            changes.push(prose(place));
        }
    }

    fn body(&self, changes: &mut Vec<Change>) {
        let mut change = |verdict, reason| changes.push(Change::new("body", verdict, reason));
        match (&self.old.1.body, &self.new.1.body) {
            (None, None) => {}
            (Some(_), None) => change(Verdict::Major, "the body is gone".to_owned()),
            (None, Some(body)) if body.required => {
                change(Verdict::Major, "new required argument".to_owned());
            }
            (None, Some(_)) => change(Verdict::Minor, "new setter `body`".to_owned()),
            (Some(old), Some(new)) => {
                match (old.required, new.required) {
                    (false, true) => change(
                        Verdict::Major,
                        "was a setter, and is a required argument now".to_owned(),
                    ),
                    (true, false) => change(
                        Verdict::Major,
                        "was an argument, and is a setter now".to_owned(),
                    ),
                    _ => {}
                }
                if old.content_type != new.content_type {
                    let sent = |body: &Body| code(&body.content_type);
                    let reason = format!("goes out as {}, not as {}", sent(new), sent(old));
                    change(Verdict::Minor, reason);
                }
                changes.extend(types::compare(
                    (self.old.0, &old.ty),
                    (self.new.0, &new.ty),
                    "body",
                ));
                if old.docs != new.docs {
                    changes.push(prose("body"));
                }
            }
        }
    }

    fn output(&self, changes: &mut Vec<Change>) {
        let (old, new) = (&self.old.1.output, &self.new.1.output);
        if let (Output::Json(was), Output::Json(is)) = (old, new) {
            changes.extend(types::compare(
                (self.old.0, was),
                (self.new.0, is),
                "result",
            ));
        } else if old != new {
            let text = |api: &Api, output: &Output| match output {
                Output::Json(ty) => types::text(api, ty),
                Output::Empty => "()".to_owned(),
                Output::Text => "String".to_owned(),
                Output::Bytes => "Bytes".to_owned(),
            };
            let reason = format!(
                "the type was {} and is {}",
                code(&text(self.old.0, old)),
                code(&text(self.new.0, new))
            );
            changes.push(Change::new("result", Verdict::Major, reason));
        }
        if self.old.1.accept != self.new.1.accept {
            let reason = format!("{} is asked for", code(&self.new.1.accept));
            changes.push(Change::new("result", Verdict::Patch, reason));
        }
    }

    fn paging(&self, changes: &mut Vec<Change>) {
        let mut change = |verdict, reason| changes.push(Change::new("paging", verdict, reason));
        match (&self.old.1.paging, &self.new.1.paging) {
            (None, None) => {}
            (Some(_), None) => change(
                Verdict::Major,
                "`items`, `pages` and `collect_all` are gone".to_owned(),
            ),
            (None, Some(_)) => change(
                Verdict::Minor,
                "new `items`, `pages` and `collect_all`".to_owned(),
            ),
            (Some(old), Some(new)) => {
                let was = types::text(self.old.0, &old.item);
                let is = types::text(self.new.0, &new.item);
                if was != is {
                    let reason = format!("an item was {} and is {}", code(&was), code(&is));
                    change(Verdict::Major, reason);
                }
                let rest = |paging: &crate::ir::Paging| {
                    let paging = paging.clone();
                    (paging.style, paging.items, paging.page_size)
                };
                if rest(old) != rest(new) {
                    let reason = "pages are asked for, or found in the result, in another way";
                    change(Verdict::Minor, reason.to_owned());
                }
            }
        }
    }

    fn marks(&self, changes: &mut Vec<Change>) {
        let (old, new) = (self.old.1, self.new.1);
        let mut change = |verdict, reason: &str| changes.push(Change::new("", verdict, reason));
        match (old.deprecated, new.deprecated) {
            (false, true) => change(Verdict::Minor, "deprecated: a call brings a warning"),
            (true, false) => change(Verdict::Minor, "no longer deprecated"),
            _ => {}
        }
        match (old.preview, new.preview) {
            (false, true) => change(Verdict::Patch, "marked as preview"),
            (true, false) => change(Verdict::Patch, "no longer marked as preview"),
            _ => {}
        }
        let tokens = (&old.credential, &new.credential) == (&None, &None);
        match (old.public, new.public) {
            (false, true) if tokens => {
                change(Verdict::Minor, "needs no token any more, and none is sent");
            }
            (true, false) if tokens => change(Verdict::Minor, "needs a token now"),
            _ => {}
        }
        let needed = |scheme: &CredentialScheme| {
            format!(
                "calls need a credential of {} (`with_credential`), and fail without one",
                code(&scheme.name)
            )
        };
        match (&old.credential, &new.credential) {
            (None, None) => {}
            (Some(was), Some(is)) if was == is => match (old.public, new.public) {
                (true, false) => change(Verdict::Major, &needed(is)),
                (false, true) => {
                    let reason = format!("the credential of {} may be left out", code(&is.name));
                    change(Verdict::Minor, &reason);
                }
                _ => {}
            },
            (Some(was), Some(is)) => change(
                Verdict::Major,
                &format!(
                    "the credential is one of {} now, and not of {}",
                    code(&is.name),
                    code(&was.name)
                ),
            ),
            (None, Some(scheme)) if new.public && old.public => change(
                Verdict::Minor,
                &format!("takes a credential of {} now", code(&scheme.name)),
            ),
            (None, Some(scheme)) => change(Verdict::Major, &needed(scheme)),
            (Some(scheme), None) => change(
                Verdict::Major,
                &format!(
                    "takes no credential of {} any more: a call that gives one fails",
                    code(&scheme.name)
                ),
            ),
        }
        match (old.idempotent, new.idempotent) {
            (false, true) => change(Verdict::Minor, "is retried after a lost connection now"),
            (true, false) => change(Verdict::Minor, "is not retried after a lost connection now"),
            _ => {}
        }
        if old.permissions != new.permissions {
            let needed = |operation: &Operation| match &operation.permissions {
                None => "none".to_owned(),
                Some(permissions) => {
                    let joint = if permissions.all { " and " } else { " or " };
                    let names = permissions.names.iter().map(|name| code(name));
                    names.collect::<Vec<_>>().join(joint)
                }
            };
            let reason = format!(
                "the permissions needed were {} and are {}: code still compiles, calls may be forbidden",
                needed(old),
                needed(new)
            );
            change(Verdict::Minor, &reason);
        }
        if old.scopes != new.scopes {
            let listed = |operation: &Operation| match &operation.scopes[..] {
                [] => "none".to_owned(),
                scopes => {
                    let names = scopes.iter().map(|name| code(name));
                    names.collect::<Vec<_>>().join(" or ")
                }
            };
            let reason = format!(
                "the OAuth scopes needed were {} and are {}: code still compiles, calls with a user's token may be forbidden",
                listed(old),
                listed(new)
            );
            change(Verdict::Minor, &reason);
        }
        if old.error_codes != new.error_codes {
            change(Verdict::Patch, "the documented error codes are others");
        }
        if old.docs != new.docs {
            changes.push(prose(""));
        }
    }
}

/// Whether two parameters are the same one, types aside.
fn same(left: &Parameter, right: &Parameter) -> bool {
    left.location == right.location && left.wire_name == right.wire_name
}

fn place(parameter: &Parameter) -> String {
    let location = match parameter.location {
        Location::Path => "path parameter",
        Location::Query => "query parameter",
        Location::Header => "header",
        Location::Cookie => "cookie",
        Location::Form | Location::Part => "form field",
    };
    format!("{location} {}", code(&parameter.wire_name))
}
