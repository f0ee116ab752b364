//! Which tags reach which models and enums: through arguments, bodies and outputs of their operations, and the fields of models
//! that were reached. A type that enums share is reached by the tags of all of them.

use super::model::{Api, EnumId, ModelId, Operation, TagId, Type};

/// A set of tags, as bits.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TagSet(Vec<u64>);

impl TagSet {
    /// A set of these.
    pub(crate) fn from_ids(tags: &[TagId]) -> Self {
        let mut set = Self::default();
        for tag in tags {
            let word = tag / 64;
            if set.0.len() <= word {
                set.0.resize(word + 1, 0);
            }
            set.0[word] |= 1 << (tag % 64);
        }
        set
    }

    /// Adds all of another set; true where there was something to add.
    pub(crate) fn add(&mut self, other: &Self) -> bool {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        let mut changed = false;
        for (word, more) in self.0.iter_mut().zip(&other.0) {
            changed |= *word | more != *word;
            *word |= more;
        }
        changed
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The tags, ascending.
    pub(crate) fn tags(&self) -> Vec<TagId> {
        (0..self.0.len() * 64)
            .filter(|tag| self.0[tag / 64] & (1 << (tag % 64)) != 0)
            .collect()
    }
}

/// The tags that reach each model and each enum.
#[derive(Debug)]
pub(crate) struct Reach {
    pub(crate) models: Vec<TagSet>,
    pub(crate) enums: Vec<TagSet>,
}

/// Follows every operation and every topic.
pub(crate) fn reach(api: &Api) -> Reach {
    let mut models = vec![TagSet::default(); api.models.len()];
    let mut enums = vec![TagSet::default(); api.enums.len()];
    let mut changed: Vec<ModelId> = Vec::new();
    for operation in &api.operations {
        let tags = TagSet::from_ids(&operation.tags);
        for_each_type(operation, &mut |ty| match ty {
            Type::Model(id) if models[*id].add(&tags) => changed.push(*id),
            Type::Enum(id) => {
                enums[*id].add(&tags);
            }
            _ => {}
        });
    }
    for topic in &api.topics {
        let tags = TagSet::from_ids(&[topic.family]);
        match leaf(&topic.body) {
            Type::Model(id) if models[*id].add(&tags) => changed.push(*id),
            Type::Enum(id) => {
                enums[*id].add(&tags);
            }
            _ => {}
        }
    }
    while let Some(id) = changed.pop() {
        let tags = models[id].clone();
        for field in &api.models[id].fields {
            match leaf(&field.ty) {
                Type::Model(target) if models[*target].add(&tags) => changed.push(*target),
                Type::Enum(target) => {
                    enums[*target].add(&tags);
                }
                _ => {}
            }
        }
    }
    for (id, item) in api.enums.iter().enumerate() {
        if let Some(shared) = item.alias_of {
            let tags = enums[id].clone();
            enums[shared].add(&tags);
        }
    }
    Reach { models, enums }
}

/// How many properties, operations and topics use each model and each enum.
pub(crate) struct Uses {
    pub(crate) models: Vec<usize>,
    pub(crate) enums: Vec<usize>,
}

pub(crate) fn uses(api: &Api) -> Uses {
    let mut uses = Uses {
        models: vec![0; api.models.len()],
        enums: vec![0; api.enums.len()],
    };
    let mut count = |ty: &Type| match ty {
        Type::Model(id) => uses.models[*id] += 1,
        Type::Enum(id) => uses.enums[api.enums[*id].alias_of.unwrap_or(*id)] += 1,
        _ => {}
    };
    let fields = api.models.iter().flat_map(|model| &model.fields);
    fields.for_each(|field| count(leaf(&field.ty)));
    api.topics.iter().for_each(|topic| count(leaf(&topic.body)));
    for operation in &api.operations {
        for_each_type(operation, &mut count);
    }
    uses
}

/// What the lists and maps of a type hold in the end.
pub(crate) fn leaf(ty: &Type) -> &Type {
    match ty {
        Type::List(item) | Type::Map(item) | Type::Nullable(item) => leaf(item),
        other => other,
    }
}

/// Visits what the types of an operation hold in the end.
pub(crate) fn for_each_type(operation: &Operation, visit: &mut impl FnMut(&Type)) {
    for parameter in operation.arguments.iter().chain(&operation.setters) {
        visit(leaf(&parameter.ty));
    }
    if let Some(body) = &operation.body {
        visit(leaf(&body.ty));
    }
    if let super::model::Output::Json(ty) = &operation.output {
        visit(leaf(ty));
    }
}

/// Where each enum is used: models first, then operations, in their order.
pub(crate) fn enum_users(api: &Api) -> Vec<Vec<User>> {
    let mut users: Vec<Vec<User>> = vec![Vec::new(); api.enums.len()];
    let mut add = |id: EnumId, user: User| {
        if users[id].last() != Some(&user) {
            users[id].push(user);
        }
    };
    for (model, item) in api.models.iter().enumerate() {
        for field in &item.fields {
            if let Type::Enum(id) = leaf(&field.ty) {
                add(*id, User::Model(model));
            }
        }
    }
    for (operation, item) in api.operations.iter().enumerate() {
        for_each_type(item, &mut |ty| {
            if let Type::Enum(id) = ty {
                add(*id, User::Operation(operation));
            }
        });
    }
    users
}

/// What uses an enum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum User {
    Model(ModelId),
    Operation(usize),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_hold_tags_in_order() {
        let mut set = TagSet::from_ids(&[70, 3]);
        assert_eq!(set.tags(), [3, 70]);
        assert!(!set.add(&TagSet::from_ids(&[3])));
        assert!(set.add(&TagSet::from_ids(&[128])));
        assert_eq!(set.tags(), [3, 70, 128]);
        assert!(TagSet::default().is_empty());
        assert!(!set.is_empty());
    }
}
