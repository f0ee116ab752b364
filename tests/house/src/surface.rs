//! What users of the runtime can name: its public types, traits and free functions.
//!
//! Methods and impls are not counted. What is `doc(hidden)` is for generated code and is no promise to users.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use syn::{Attribute, Item, UseTree, Visibility};

use super::{module_of, sources};

/// A path below the root, and what stands there.
type Definition = (Vec<String>, &'static str);

/// The public items of the modules in `folder`, each once, by the shortest path that leads to it: `struct client::Client`.
///
/// # Panics
///
/// A file that is not Rust.
#[must_use]
pub fn public_items(folder: &Path) -> Vec<String> {
    let mut tree = Tree::default();
    for (file, text) in sources(folder) {
        match syn::parse_file(&text) {
            Ok(parsed) => tree.add(module_of(&file), parsed.items),
            Err(error) => panic!("{}: {error}", file.display()),
        }
    }
    let mut shortest: BTreeMap<Definition, Vec<String>> = BTreeMap::new();
    tree.visit(&[], &mut BTreeSet::new(), &mut |definition, path| {
        let best = shortest.entry(definition).or_insert_with(|| path.clone());
        if (path.len(), &path) < (best.len(), best) {
            *best = path;
        }
    });
    let mut names: Vec<String> = shortest
        .into_iter()
        .map(|((_, kind), path)| format!("{kind} {}", path.join("::")))
        .collect();
    names.sort();
    names
}

#[derive(Default)]
struct Tree {
    modules: HashMap<Vec<String>, Vec<Item>>,
}

impl Tree {
    fn add(&mut self, module: Vec<String>, items: Vec<Item>) {
        self.modules.insert(module, items);
    }

    /// Shows `found` what is public in `module`, with the path by which it is reached.
    fn visit(
        &self,
        module: &[String],
        seen: &mut BTreeSet<Vec<String>>,
        found: &mut impl FnMut(Definition, Vec<String>),
    ) {
        if !seen.insert(module.to_vec()) {
            return;
        }
        for item in self.modules.get(module).into_iter().flatten() {
            match item {
                Item::Mod(inner) if is_public(&inner.vis, &inner.attrs) => {
                    self.visit(&joined(module, &inner.ident.to_string()), seen, found);
                }
                Item::Use(import) if is_public(&import.vis, &import.attrs) => {
                    for (path, name) in imports(&import.tree) {
                        if let Some(definition) = self.resolve(module, &path, 0) {
                            found(definition, joined(module, &name));
                        }
                    }
                }
                _ => {
                    if let Some((name, kind)) = public(item) {
                        let path = joined(module, &name);
                        found((path.clone(), kind), path);
                    }
                }
            }
        }
    }

    /// What `path`, as it stands in `module`, leads to. Items of other crates, constants and hidden items lead to nothing.
    fn resolve(&self, module: &[String], path: &[String], depth: usize) -> Option<Definition> {
        // An import of an import of itself cannot be, but a fault here must not hang.
        if depth > 20 {
            return None;
        }
        let mut place = module.to_vec();
        let mut rest = path;
        while let Some((first, after)) = rest.split_first() {
            match first.as_str() {
                "self" => {}
                "super" => {
                    place.pop();
                }
                "crate" => {
                    place.clear();
                    let is_root = after.first().is_some_and(|name| name == "runtime");
                    rest = if is_root { &after[1..] } else { after };
                    continue;
                }
                _ => break,
            }
            rest = after;
        }
        let (name, modules) = rest.split_last()?;
        place.extend_from_slice(modules);
        for item in self.modules.get(&place)? {
            match item {
                Item::Use(import) => {
                    let same = imports(&import.tree);
                    let same = same.into_iter().find(|(_, renamed)| renamed == name);
                    if let Some((path, _)) = same {
                        return self.resolve(&place, &path, depth + 1);
                    }
                }
                _ => match public(item) {
                    Some((found, kind)) if found == *name => {
                        return Some((joined(&place, name), kind));
                    }
                    _ => {}
                },
            }
        }
        None
    }
}

fn joined(module: &[String], name: &str) -> Vec<String> {
    module.iter().cloned().chain([name.to_owned()]).collect()
}

/// The name and the kind of a public type, trait or function.
fn public(item: &Item) -> Option<(String, &'static str)> {
    let (visibility, attributes, name, kind) = match item {
        Item::Struct(item) => (&item.vis, &item.attrs, &item.ident, "struct"),
        Item::Enum(item) => (&item.vis, &item.attrs, &item.ident, "enum"),
        Item::Union(item) => (&item.vis, &item.attrs, &item.ident, "union"),
        Item::Trait(item) => (&item.vis, &item.attrs, &item.ident, "trait"),
        Item::Type(item) => (&item.vis, &item.attrs, &item.ident, "type"),
        Item::Fn(item) => (&item.vis, &item.attrs, &item.sig.ident, "fn"),
        _ => return None,
    };
    is_public(visibility, attributes).then(|| (name.to_string(), kind))
}

fn is_public(visibility: &Visibility, attributes: &[Attribute]) -> bool {
    let is_hidden = attributes.iter().any(|attribute| {
        attribute.path().is_ident("doc")
            && attribute
                .parse_args::<syn::Ident>()
                .is_ok_and(|word| word == "hidden")
    });
    matches!(visibility, Visibility::Public(_)) && !is_hidden
}

/// The paths of an import, each with the name that it gets.
fn imports(tree: &UseTree) -> Vec<(Vec<String>, String)> {
    match tree {
        UseTree::Path(path) => {
            let first = path.ident.to_string();
            let inner = imports(&path.tree).into_iter();
            inner
                .map(|(mut path, name)| {
                    path.insert(0, first.clone());
                    (path, name)
                })
                .collect()
        }
        UseTree::Name(name) => vec![(vec![name.ident.to_string()], name.ident.to_string())],
        UseTree::Rename(name) => vec![(vec![name.ident.to_string()], name.rename.to_string())],
        UseTree::Group(group) => group.items.iter().flat_map(imports).collect(),
        UseTree::Glob(_) => Vec::new(),
    }
}
