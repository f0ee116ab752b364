//! Puts what was converted in its order and its place: sorts, numbers anew and finds groups and files.

use std::collections::{BTreeMap, BTreeSet};

use super::files;
use super::groups::Groups;
use super::model::{Api, EnumHome, EnumId, GroupId, ModelId, Operation, Output, Type};
use super::naming::{Case, Names, module, snake};
use super::reach::{Reach, TagSet, User, enum_users, reach, uses};

/// The longest name of a file of a model.
const FILE_LIMIT: usize = 80;

/// Arranges everything but tags, paging and jobs, which must be there before (tags) or come later.
pub(crate) fn arrange(api: &mut Api) {
    sort(api);
    let reach = reach(api);
    let homes = enum_homes(api);
    group(api, &reach);
    let taken = name_model_files(api);
    place_enums(api, homes, taken);
    files::name_operation_files(&mut api.operations);
}

/// New numbers for the models and enums that stay; types may name no other.
pub(crate) struct Numbers {
    pub(crate) models: Vec<Option<ModelId>>,
    pub(crate) enums: Vec<Option<EnumId>>,
}

impl Numbers {
    /// Renumbers every type.
    pub(crate) fn apply(&self, api: &mut Api) {
        for field in api.models.iter_mut().flat_map(|model| &mut model.fields) {
            self.renumber(&mut field.ty);
        }
        for item in &mut api.enums {
            item.alias_of = item.alias_of.and_then(|shared| self.enums[shared]);
        }
        for operation in &mut api.operations {
            self.renumber_operation(operation);
        }
        for alias in &mut api.aliases {
            self.renumber(&mut alias.ty);
        }
        for topic in &mut api.topics {
            self.renumber(&mut topic.body);
        }
    }

    fn renumber_operation(&self, operation: &mut Operation) {
        for parameter in operation.arguments.iter_mut().chain(&mut operation.setters) {
            self.renumber(&mut parameter.ty);
        }
        if let Some(body) = &mut operation.body {
            self.renumber(&mut body.ty);
        }
        if let Output::Json(ty) = &mut operation.output {
            self.renumber(ty);
        }
        if let Some(paging) = &mut operation.paging {
            self.renumber(&mut paging.item);
        }
    }

    fn renumber(&self, ty: &mut Type) {
        match ty {
            Type::Model(id) => *ty = self.models[*id].map_or(Type::Json, Type::Model),
            Type::Enum(id) => *ty = self.enums[*id].map_or(Type::Json, Type::Enum),
            Type::List(item) | Type::Map(item) | Type::Nullable(item) => self.renumber(item),
            _ => {}
        }
    }
}

/// Sorts by name, and numbers accordingly.
fn sort(api: &mut Api) {
    let (models, model_ids) = sorted(std::mem::take(&mut api.models), |model| model.name.clone());
    let (enums, enum_ids) = sorted(std::mem::take(&mut api.enums), |item| item.name.clone());
    api.models = models;
    api.enums = enums;
    let numbers = Numbers {
        models: model_ids,
        enums: enum_ids,
    };
    numbers.apply(api);
    api.operations
        .sort_by(|left, right| left.method_name.cmp(&right.method_name));
    api.aliases
        .sort_by(|left, right| left.wire_name.cmp(&right.wire_name));
    api.skipped
        .sort_by(|left, right| left.wire_name.cmp(&right.wire_name));
}

/// The items in their order, and the new number of each old one.
fn sorted<T>(items: Vec<T>, key: impl Fn(&T) -> String) -> (Vec<T>, Vec<Option<usize>>) {
    let mut numbered: Vec<(usize, T)> = items.into_iter().enumerate().collect();
    numbered.sort_by_cached_key(|(_, item)| key(item));
    let mut numbers = vec![None; numbered.len()];
    for (new, (old, _)) in numbered.iter().enumerate() {
        numbers[*old] = Some(new);
    }
    (
        numbered.into_iter().map(|(_, item)| item).collect(),
        numbers,
    )
}

/// Where each enum is written: at its only user, if it has one, else in a file of its own.
fn enum_homes(api: &Api) -> Vec<Option<User>> {
    let shared: BTreeSet<EnumId> = api.enums.iter().filter_map(|item| item.alias_of).collect();
    let users = enum_users(api).into_iter().enumerate();
    let homes = users.map(|(id, users)| match users[..] {
        [user] if api.enums[id].inline && !shared.contains(&id) => Some(user),
        _ => None,
    });
    homes.collect()
}

/// Finds the distinct sets of tags and makes groups of them.
fn group(api: &mut Api, reach: &Reach) {
    let groups = Groups::new(&api.tags, sets(api, reach));
    for (model, set) in api.models.iter_mut().zip(&reach.models) {
        model.group = groups.id(set);
    }
    for (item, set) in api.enums.iter_mut().zip(&reach.enums) {
        item.group = groups.id(set);
    }
    for operation in &mut api.operations {
        operation.group = groups.id(&TagSet::from_ids(&operation.tags));
    }
    api.groups = groups.into_inner();
}

/// The sets, each with the name of the model that most places use; of an enum or an operation if no model belongs to it.
fn sets(api: &Api, reach: &Reach) -> BTreeMap<TagSet, String> {
    let uses = uses(api);
    let models = api.models.iter().zip(&reach.models).zip(&uses.models);
    let models = models.map(|((model, set), uses)| (set.clone(), (2, *uses), &model.name));
    let enums = api.enums.iter().zip(&reach.enums).zip(&uses.enums);
    let enums = enums.map(|((item, set), uses)| (set.clone(), (1, *uses), &item.name));
    let operations = api.operations.iter();
    let operations =
        operations.map(|item| (TagSet::from_ids(&item.tags), (0, 0), &item.method_name));
    let mut sets = BTreeMap::new();
    for (set, weight, name) in models.chain(enums).chain(operations) {
        let main = sets.entry(set).or_insert((weight, name));
        if weight > main.0 {
            *main = (weight, name);
        }
    }
    let sets = sets.into_iter();
    sets.map(|(set, (_, name))| (set, name.clone())).collect()
}

/// The names that files of each group have taken.
type Taken = BTreeMap<GroupId, Names>;

/// Folders that stand beside the files of models.
const FOLDERS: &[&str] = &["operation_parameters", "shared_enums"];

/// Takes the name of a file in the folder of a group.
fn claim_file(taken: &mut Taken, group: GroupId, name: &str) -> String {
    let file = module(&snake(name), FILE_LIMIT);
    taken
        .entry(group)
        .or_insert_with(|| Names::new(FOLDERS))
        .claim(&file, &format!("{file}_"), name, Case::Snake)
}

fn name_model_files(api: &mut Api) -> Taken {
    let mut taken = Taken::new();
    for model in &mut api.models {
        model.file = claim_file(&mut taken, model.group, &model.name);
    }
    taken
}

fn place_enums(api: &mut Api, homes: Vec<Option<User>>, mut taken: Taken) {
    for (item, home) in api.enums.iter_mut().zip(homes) {
        item.home = match home {
            Some(User::Model(model)) => EnumHome::Model(model),
            Some(User::Operation(operation)) => EnumHome::Operation(operation),
            None => EnumHome::Shared {
                file: claim_file(&mut taken, item.group, &item.name),
            },
        };
    }
}
