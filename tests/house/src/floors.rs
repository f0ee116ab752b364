//! The floors of a crate: a module uses what is below it, and nothing above.

use std::collections::BTreeMap;
use std::path::Path;

use proc_macro2::TokenStream;

use crate::paths::{Found, paths};

/// The uses that point upwards, one text each: where it stands, what is wrong, and where the thing belongs.
///
/// `root` is the folder of the modules, and `prefix` their path in the crate (`["runtime"]`). `floors` has a line for each floor, from the
/// roof down. Within a floor, too, a module uses those to its right alone, so that there is no circle. Every module must stand somewhere; one that
/// is named and not there is planned.
pub fn wrong_uses(root: &Path, prefix: &[&str], floors: &str) -> Vec<String> {
    let order: Vec<(usize, &str)> = (1..)
        .zip(
            floors
                .lines()
                .map(str::trim)
                .filter(|line| !line.is_empty()),
        )
        .flat_map(|(floor, line)| line.split_whitespace().map(move |name| (floor, name)))
        .collect();
    let places: BTreeMap<&str, usize> = (0..)
        .zip(&order)
        .map(|(place, (_, name))| (*name, place))
        .collect();
    let mut wrong = Vec::new();
    for (file, text) in crate::sources(root) {
        let mut module: Vec<String> = prefix.iter().map(|&name| name.to_owned()).collect();
        module.extend(crate::module_of(&file));
        let Some(own) = module.get(prefix.len()).cloned() else {
            continue;
        };
        // The roots of the crates of a package are above all floors.
        if prefix.is_empty() && (own == "lib" || own == "main") {
            continue;
        }
        let file = file.display();
        let Some(&place) = places.get(own.as_str()) else {
            wrong.push(format!(
                "{file}: the module `{own}` stands on no floor: add it to the list of this test"
            ));
            continue;
        };
        let Ok(tokens) = text.parse::<TokenStream>() else {
            wrong.push(format!("{file}: it is not Rust"));
            continue;
        };
        for Found { path, line } in paths(tokens, &module) {
            let inside = path
                .iter()
                .map(String::as_str)
                .zip(prefix.iter().copied())
                .all(|(one, other)| one == other);
            let Some(used) = path.get(prefix.len()).filter(|_| inside) else {
                continue;
            };
            let thing = path.join("::");
            match places.get(used.as_str()) {
                Some(&below) if below >= place => {}
                Some(&above) => {
                    let (own_floor, used_floor) = (order[place].0, order[above].0);
                    let allowed: Vec<&str> =
                        order[place..].iter().map(|(_, name)| *name).collect();
                    wrong.push(format!(
                        "{file}:{line}: `{own}` (floor {own_floor}) uses `{thing}`, which is above it (floor {used_floor}). Move it to {}, or hand it in as an argument",
                        allowed.join(", ")
                    ));
                }
                None => wrong.push(format!(
                    "{file}:{line}: `{own}` uses `{thing}` through the root: name the module that it is in"
                )),
            }
        }
    }
    wrong
}
