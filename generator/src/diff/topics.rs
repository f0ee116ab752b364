//! Topics of notifications: a function and an event each.

use std::collections::BTreeMap;

use super::{Change, Difference, Verdict, code, pair, prose, types};
use crate::ir::{Api, Topic, Type};

pub(super) fn compare(old: &Api, new: &Api) -> Vec<Difference> {
    pair(
        topics(old),
        topics(new),
        |topic| format!("new function {}", code(&topic.function)),
        |topic| {
            format!(
                "the function {} and its event are gone",
                code(&topic.function)
            )
        },
        |was, is| changes((old, was), (new, is)),
    )
}

fn topics(events: &Api) -> BTreeMap<&str, &Topic> {
    events
        .topics
        .iter()
        .map(|topic| (&*topic.id, topic))
        .collect()
}

fn changes((old, was): (&Api, &Topic), (new, is): (&Api, &Topic)) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut renamed = |what: &str, was: &str, is: &str| {
        if was != is {
            let reason = format!("the {what} {} is called {} now", code(was), code(is));
            changes.push(Change::new("", Verdict::Major, reason));
        }
    };
    renamed("function", &was.function, &is.function);
    renamed("event", &was.variant, &is.variant);
    let feature = |events: &Api, topic: &Topic| events.tags[topic.family].feature.clone();
    renamed("feature", &feature(old, was), &feature(new, is));
    if was.arguments.len() != is.arguments.len() {
        changes.push(Change::new(
            "",
            Verdict::Major,
            "it has other parameters now",
        ));
    }
    changes.extend(types::compare((old, &was.body), (new, &is.body), "event"));
    if was.body != Type::Json && is.body == Type::Json {
        changes.push(Change::new(
            "event",
            Verdict::Major,
            "it has no model any more",
        ));
    }
    let facts = |topic: &Topic| {
        (
            topic.transports.clone(),
            topic.permissions.clone(),
            topic.parameters.clone(),
            [
                topic.needs_division_permissions,
                topic.needs_current_user,
                topic.needs_current_user_or_permission,
                topic.preview,
            ],
        )
    };
    if facts(was) != facts(is) {
        changes.push(Change::new(
            "",
            Verdict::Patch,
            "its permissions, transports, parameters or marks are others, which only the docs say",
        ));
    }
    if was.docs != is.docs {
        changes.push(prose(""));
    }
    changes
}
