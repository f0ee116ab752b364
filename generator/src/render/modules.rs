//! `mod.rs` files and the root of the crate.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use askama::Template;

use super::format::Layout;
use super::{Job, RenderError, docs, feature, format, literal, models, operations, place};
use crate::ir::{Api, EVERY_TOPIC, EnumHome, Part, SHARED};

#[derive(Template)]
#[template(path = "lib.rs.jinja", escape = "none")]
struct LibTemplate {
    docs: Vec<String>,
    features: Vec<String>,
    /// The operation of the example is there.
    has_users: bool,
    /// For `include!`.
    included: bool,
    modules: Vec<ModuleView>,
    /// The features of topics, as a table.
    topics: Vec<String>,
    /// Where every link of the docs has a target, if that depends on features.
    linked_if: Option<String>,
}

/// A module of the root.
struct ModuleView {
    name: &'static str,
    /// The features of which any turns it on; always on if there are none.
    features: Vec<String>,
}

/// The modules of the root.
fn root_modules(events: Option<&Api>) -> Vec<ModuleView> {
    let module = |name| ModuleView {
        name,
        features: Vec::new(),
    };
    let mut modules = vec![module("runtime"), module("api"), module("models")];
    if let Some(events) = events {
        let features = if events.is_slice {
            Vec::new()
        } else {
            let tags = events.tags.iter();
            tags.map(|tag| literal::string(&tag.feature)).collect()
        };
        modules.push(ModuleView {
            name: "events",
            features,
        });
    }
    modules
}

/// A folder of the output as modules see it: its files, with what each makes public.
#[derive(Default)]
struct Folder {
    files: BTreeMap<String, Vec<String>>,
    /// Old names of types, which are written here: to export them from elsewhere would bring a warning.
    former: Vec<String>,
}

/// Everything that ties the other files together.
pub(super) fn jobs(api: &Api) -> Result<Vec<Job<'_>>, RenderError> {
    let mut calls: BTreeMap<&str, Folder> = BTreeMap::new();
    for operation in &api.operations {
        let folder = api.groups[operation.group].folder.as_str();
        add(&mut calls, folder, &operation.file, &operation.struct_name);
        let lines = operation.former_structs.iter().zip(&operation.former);
        let lines = lines.map(|(name, old)| former(name, &operation.struct_name, &old.note));
        calls.entry(folder).or_default().former.extend(lines);
    }
    let mut jobs = models(api)?;
    for (folder, content) in &calls {
        jobs.push(module(format!("src/api/{folder}/mod.rs"), content)?);
    }
    jobs.extend(roots(
        api,
        "api",
        &calls,
        "Every operation of the API, and the handles that make them.",
        api_root(api),
    ));
    jobs.push(text(
        "src/api/handles/mod.rs".to_owned(),
        handles_module(api),
    ));
    jobs.push(Job {
        path: "src/lib.rs".to_owned(),
        layout: Layout::Formatted,
        source: "the spec".to_owned(),
        text: Box::new(move || lib(api)),
    });
    Ok(jobs)
}

/// What ties the models of a part together.
pub(super) fn models(api: &Api) -> Result<Vec<Job<'_>>, RenderError> {
    let place = place::folder(api);
    let mut models: BTreeMap<&str, Folder> = BTreeMap::new();
    let mut parameters: BTreeMap<&str, Folder> = BTreeMap::new();
    let mut shared: BTreeMap<&str, Folder> = BTreeMap::new();
    for model in &api.models {
        let folder = api.groups[model.group].folder.as_str();
        add(&mut models, folder, &model.file, &model.name);
        let lines = model.former.iter();
        let lines = lines.map(|old| former(&old.name, &model.name, &old.note));
        models.entry(folder).or_default().former.extend(lines);
    }
    let crowded = models::crowded_models(api);
    for item in &api.enums {
        let folder = api.groups[item.group].folder.as_str();
        match &item.home {
            EnumHome::Model(model) => {
                let crowded = crowded.contains(model);
                let model = &api.models[*model];
                let file = if crowded {
                    models::enum_file(item)
                } else {
                    model.file.clone()
                };
                add(
                    &mut models,
                    api.groups[model.group].folder.as_str(),
                    &file,
                    &item.name,
                );
            }
            EnumHome::Operation(operation) => {
                add(
                    &mut parameters,
                    folder,
                    &api.operations[*operation].file,
                    &item.name,
                );
            }
            EnumHome::Shared { file } => add(&mut shared, folder, file, &item.name),
        }
    }

    let mut jobs = Vec::new();
    for (folder, kind) in parameters
        .keys()
        .map(|folder| (*folder, "operation_parameters"))
    {
        add_folder(&mut models, folder, kind);
    }
    for (folder, kind) in shared.keys().map(|folder| (*folder, "shared_enums")) {
        add_folder(&mut models, folder, kind);
    }
    for (folder, content) in &parameters {
        jobs.push(module(
            format!("src/{place}/{folder}/operation_parameters/mod.rs"),
            content,
        )?);
    }
    for (folder, content) in &shared {
        jobs.push(module(
            format!("src/{place}/{folder}/shared_enums/mod.rs"),
            content,
        )?);
    }
    for (folder, content) in &models {
        jobs.push(module(format!("src/{place}/{folder}/mod.rs"), content)?);
    }
    let what = match api.part {
        Part::Operations => "Every model and enum of the API, under one path.",
        Part::Events => "The models and enums of events, under one path.",
    };
    jobs.extend(roots(api, place, &models, what, String::new()));
    Ok(jobs)
}

fn add<'a>(folders: &mut BTreeMap<&'a str, Folder>, folder: &'a str, file: &str, name: &str) {
    folders
        .entry(folder)
        .or_default()
        .files
        .entry(file.to_owned())
        .or_default()
        .push(name.to_owned());
}

/// A folder in a folder, of which everything is public.
fn add_folder<'a>(folders: &mut BTreeMap<&'a str, Folder>, folder: &'a str, name: &str) {
    folders
        .entry(folder)
        .or_default()
        .files
        .entry(name.to_owned())
        .or_default()
        .push("*".to_owned());
}

pub(super) fn text<'a>(path: String, text: String) -> Job<'a> {
    Job {
        path,
        layout: Layout::AsWritten,
        source: "the spec".to_owned(),
        text: Box::new(move || Ok(text.clone())),
    }
}

/// One line a file. Names and not a glob: with thousands of globs the compiler's name resolution takes minutes.
fn module<'a>(path: String, folder: &Folder) -> Result<Job<'a>, RenderError> {
    let mut lines = String::new();
    for (file, names) in &folder.files {
        let file = literal::identifier(&path, file)?;
        let open = format!("export!({file}: ");
        let _ = writeln!(lines, "{}", format::filled(&open, names, ", ", ");"));
    }
    for former in &folder.former {
        lines.push_str(former);
    }
    Ok(text(path, lines))
}

/// The old name of a type.
fn former(name: &str, now: &str, note: &str) -> String {
    format!(
        "/// [`{now}`] by its old name.\n#[deprecated(note = {})]\npub type {name} = {now};\n",
        literal::string(note)
    )
}

/// The macros that keep `mod.rs` files at one line a module.
const EXPORT: &str = "
/// A file or folder whose items are public here.
#[allow(unused_macros, reason = \"without a feature there is no file\")]
macro_rules! export {
    ($file:ident: *) => {
        mod $file;
        pub use self::$file::*;
    };
    ($file:ident: $($name:ident),+) => {
        mod $file;
        pub use self::$file::{$($name),+};
    };
}
";
const EXPORT_IF_ANY: &str = "
/// A folder that is compiled when one of the features is on, and whose items are public here.
#[allow(unused_macros, reason = \"without models there is no folder of them\")]
macro_rules! export_if_any {
    ($folder:ident: $($feature:literal)+) => {
        #[cfg(any($(feature = $feature),+))]
        pub(crate) mod $folder;
        #[cfg(any($(feature = $feature),+))]
        pub use self::$folder::*;
    };
}
";

const EXPORT_FOLDER: &str = "
/// A folder whose items are public here.
#[allow(unused_macros, reason = \"operations without models have no folder of them\")]
macro_rules! export_folder {
    ($folder:ident) => {
        pub(crate) mod $folder;
        pub use self::$folder::*;
    };
}
";

/// What the root of the operations has beside its folders.
fn api_root(api: &Api) -> String {
    format!(
        "mod handles;\n#[allow(unused_imports, reason = \"without a feature there is no handle\")]\npub use self::handles::*;\n\
         /// The error codes by status that every operation can answer with; those of its own are in its metadata.\n\
         {}\n",
        format::filled(
            "pub const COMMON_ERROR_CODES: &[(u16, &[&str])] = &[",
            &operations::error_codes(operations::common_error_codes(api).iter()),
            ", ",
            "];"
        )
    )
}

/// The macros that [`module`] and [`folder_line`] use.
pub(super) fn macros(api: &Api) -> String {
    let of_folders = if api.is_slice {
        EXPORT_FOLDER
    } else {
        EXPORT_IF_ANY
    };
    format!("{EXPORT}{of_folders}")
}

/// The file that ties the folders below `place` together, and the one that does so for those that several tags share.
fn roots<'a>(
    api: &Api,
    place: &str,
    folders: &BTreeMap<&str, Folder>,
    what: &str,
    more: String,
) -> Vec<Job<'a>> {
    let mut root = format!("//! {what}\n{}", macros(api));
    let mut shared = String::new();
    for (index, group) in api.groups.iter().enumerate() {
        if !folders.contains_key(group.folder.as_str()) {
            continue;
        }
        let features = feature::names(api, index);
        match group.folder.split_once('/') {
            Some((_, folder)) => shared.push_str(&folder_line(api, folder, &features)),
            None => root.push_str(&folder_line(api, &group.folder, &features)),
        }
    }
    let mut jobs = Vec::new();
    if !shared.is_empty() {
        root.push_str(&format!("pub(crate) mod {SHARED};\n#[allow(unused_imports, reason = \"without a feature nothing is shared\")]\npub use self::{SHARED}::*;\n"));
        let shared = format!(
            "//! What several tags share: few of them name its folder, or else the model that is used most.\n{shared}"
        );
        jobs.push(text(format!("src/{place}/{SHARED}/mod.rs"), shared));
    }
    root.push_str(&more);
    jobs.push(text(format!("src/{place}/mod.rs"), root));
    jobs
}

/// The line that makes a folder public where any of the features is on; they are literals.
pub(super) fn folder_line(api: &Api, folder: &str, features: &[String]) -> String {
    if api.is_slice {
        format!("export_folder!({folder});\n")
    } else {
        let open = format!("export_if_any!({folder}: ");
        format::filled(&open, features, " ", ");") + "\n"
    }
}

fn handles_module(api: &Api) -> String {
    let mut lines = String::new();
    for tag in &api.tags {
        let module = &tag.module;
        let gate = if api.is_slice {
            String::new()
        } else {
            format!("#[cfg(feature = \"{}\")]\n", tag.feature)
        };
        let _ = writeln!(
            lines,
            "{gate}mod {module};\n{gate}pub use self::{module}::{};",
            tag.type_name
        );
    }
    lines
}

fn lib(api: &Api) -> Result<String, RenderError> {
    let mut lines = vec![format!(
        "A typed client for the {}{}.",
        docs::line(&api.title),
        api.release
            .as_deref()
            .map(|release| format!(", release {}", docs::line(release)))
            .unwrap_or_default()
    )];
    lines.push(String::new());
    lines.extend(docs::wrap_markdown(&format!(
        "{} operations and {} models{}",
        api.operations.len(),
        api.models.len(),
        if api.is_slice {
            ": a slice of the API, all of it compiled. The features of its tags turn on nothing; they are there for those who name them."
        } else {
            ", each tag of the API behind a feature of its own; `full` is all of them."
        }
    )));
    let mut features = vec![
        "| feature | method of `Client` | operations |".to_owned(),
        "|---|---|---|".to_owned(),
    ];
    for (index, tag) in api.tags.iter().enumerate() {
        let operations = api
            .operations
            .iter()
            .filter(|operation| operation.tags.contains(&index))
            .count();
        features.push(format!(
            "| `{}` | `{}()` | {operations} |",
            tag.feature, tag.module
        ));
    }
    let has_users = api.operations.iter().any(|operation| {
        operation.wire_name == "getUser"
            && operation
                .tags
                .iter()
                .any(|tag| api.tags[*tag].module == "users")
    });
    root(
        "src/lib.rs",
        &LibTemplate {
            docs: literal::doc_lines(lines),
            features: literal::doc_lines(features),
            has_users,
            included: false,
            modules: root_modules(api.events.as_deref()),
            topics: literal::doc_lines(api.events.as_deref().map(topics).unwrap_or_default()),
            linked_if: linked_if(api),
        },
    )
}

/// Where every link of the docs has a target.
fn linked_if(api: &Api) -> Option<String> {
    let events = api.events.as_ref().filter(|events| !events.tags.is_empty());
    match (api.is_slice, events) {
        (true, _) => None,
        (false, None) => Some("feature = \"full\"".to_owned()),
        (false, Some(_)) => Some(format!(
            "all(feature = \"full\", feature = \"{EVERY_TOPIC}\")"
        )),
    }
}

/// The features of topics as a table, or nothing if there are none.
fn topics(events: &Api) -> Vec<String> {
    if events.tags.is_empty() {
        return Vec::new();
    }
    let mut lines = docs::wrap_markdown(&format!(
        "The events of notifications have features of their own, one for each family of topics. `{EVERY_TOPIC}` is all of them; `full` does not include them. \
         `events` has the types."
    ));
    lines.extend([
        String::new(),
        "| feature | topics |".to_owned(),
        "|---|---|".to_owned(),
    ]);
    for (index, tag) in events.tags.iter().enumerate() {
        let topics = events.topics.iter();
        let count = topics.filter(|topic| topic.family == index).count();
        lines.push(format!("| `{}` | {count} |", tag.feature));
    }
    lines
}

/// The root of the crate as a file to `include!`, which lies beside `src`.
pub(super) fn included(path: &str, has_events: bool) -> Result<String, RenderError> {
    // A file for `include!` belongs to a crate in which everything is on.
    let events = has_events.then(|| Api {
        is_slice: true,
        ..Api::default()
    });
    let text = root(
        path,
        &LibTemplate {
            docs: Vec::new(),
            features: Vec::new(),
            has_users: false,
            included: true,
            modules: root_modules(events.as_ref()),
            topics: Vec::new(),
            linked_if: None,
        },
    )?;
    format::rust(path, "the spec", Layout::Formatted, &text)
}

fn root(path: &str, template: &LibTemplate) -> Result<String, RenderError> {
    template.render().map_err(|source| RenderError::Template {
        file: path.to_owned(),
        source,
    })
}
