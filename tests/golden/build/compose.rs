//! One spec of many: every file of `specs` is a tag of it.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

/// What a small spec may say beside the document: the kind of its entries, and the file that they go to.
const DATA: [(&str, &str); 2] = [("paging", "paging.toml"), ("alias", "aliases.toml")];

/// Writes the spec and its data into a folder of their own, and gives the folder of the spec.
pub(crate) fn write(specs: &Path, out: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let mut paths = Map::new();
    let mut definitions = Map::new();
    let mut security_definitions = Map::new();
    let mut event_definitions = Map::new();
    let mut topics = Vec::new();
    let mut data = DATA.map(|(entry, file)| (entry, file, String::new()));
    for entry in fs::read_dir(specs)? {
        let path = entry?.path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let name = path.file_stem().and_then(|name| name.to_str());
        let name = name.ok_or_else(|| format!("{} is no name", path.display()))?;
        let shape: Value = serde_json::from_str(&fs::read_to_string(&path)?)
            .map_err(|error| format!("{name}: {error}"))?;
        for (definition, schema) in shape["definitions"].as_object().into_iter().flatten() {
            if definitions
                .insert(definition.clone(), schema.clone())
                .is_some()
            {
                return Err(format!("{name}: another spec has the definition {definition}").into());
            }
        }
        for (scheme, definition) in shape["securityDefinitions"]
            .as_object()
            .into_iter()
            .flatten()
        {
            security_definitions.insert(scheme.clone(), definition.clone());
        }
        for (definition, schema) in shape["event_definitions"].as_object().into_iter().flatten() {
            event_definitions.insert(definition.clone(), schema.clone());
        }
        topics.extend(shape["topics"].as_array().cloned().unwrap_or_default());
        for placed in operations(name, &shape)? {
            let Placed {
                path,
                method,
                mut operation,
            } = placed;
            operation["tags"] = json!([name.replace('_', " ")]);
            if operation.get("operationId").is_none() {
                operation["operationId"] = operation["x-purecloud-method-name"].clone();
            }
            paths.entry(path).or_insert_with(|| json!({}))[method] = operation;
        }
        for (kind, _, text) in &mut data {
            for entry in shape[*kind].as_array().into_iter().flatten() {
                text.push_str(&format!("[[{kind}]]\n"));
                for (key, value) in entry.as_object().into_iter().flatten() {
                    text.push_str(&format!("{key} = {value}\n"));
                }
            }
        }
    }
    let folder = out.join("spec");
    fs::create_dir_all(&folder)?;
    let document = json!({
        "swagger": "2.0",
        "info": {"title": "Golden", "version": "v2"},
        "paths": paths,
        "definitions": definitions,
        "securityDefinitions": security_definitions,
    });
    fs::write(folder.join("genesys-cloud.json"), document.to_string())?;
    let topics = json!({"definitions": event_definitions, "topics": topics});
    fs::write(folder.join("notification-topics.json"), topics.to_string())?;
    for (_, file, text) in data {
        fs::write(folder.join(file), text)?;
    }
    Ok(folder)
}

/// An operation, and where it goes.
struct Placed {
    path: String,
    method: String,
    operation: Value,
}

/// The operations of a shape; where it has none, one for each definition, which it answers with.
fn operations(name: &str, shape: &Value) -> Result<Vec<Placed>, Box<dyn Error>> {
    let Some(given) = shape["operations"].as_array() else {
        let definitions = shape["definitions"].as_object().into_iter().flatten();
        let operations = definitions.enumerate().map(|(index, (definition, _))| {
            let schema = json!({"$ref": format!("#/definitions/{definition}")});
            let operation = json!({
                "x-purecloud-method-name": format!("get_{name}_{index}"),
                "responses": {"200": {"description": "OK", "schema": schema}},
            });
            Placed {
                path: format!("/{name}/{index}"),
                method: "get".to_owned(),
                operation,
            }
        });
        return Ok(operations.collect());
    };
    given
        .iter()
        .map(|operation| {
            let mut operation = operation.clone();
            let fields = operation
                .as_object_mut()
                .ok_or_else(|| format!("{name}: an operation is no object"))?;
            let mut take = |key| match fields.remove(key) {
                Some(Value::String(text)) => Ok(text),
                _ => Err(format!("{name}: an operation has no {key}")),
            };
            Ok(Placed {
                path: take("path")?,
                method: take("method")?,
                operation,
            })
        })
        .collect()
}
