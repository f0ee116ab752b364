//! Uploads with the token: what the host `apps.{domain}` takes, and the prompts and contact lists of the API that they belong to.

use std::collections::HashMap;
use std::sync::Mutex;

use http::Method;
use serde_json::{Value, json};

use super::super::backend::State;
use super::super::call::{Call, Part};
use super::super::reply::Reply;
use super::super::router::Route;
use super::super::sync::lock;
use super::{bad_request, not_found, object, route};

pub(super) fn routes() -> Vec<Route> {
    vec![
        route(Method::POST, "/api/v2/architect/prompts", new_prompt),
        route(
            Method::POST,
            "/api/v2/architect/prompts/{promptId}/resources",
            new_resource,
        ),
        route(
            Method::GET,
            "/api/v2/architect/prompts/{promptId}/resources/{languageCode}",
            resource,
        ),
        route(
            Method::POST,
            "/uploads/v2/prompts/{promptId}/{languageCode}",
            prompt_audio,
        ),
        route(Method::POST, "/uploads/v2/contactlist", contact_list),
        route(
            Method::GET,
            "/api/v2/outbound/contactlists/{contactListId}/importstatus",
            import_status,
        ),
    ]
}

/// What the apps host has taken.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    prompts: Mutex<Vec<String>>,
    /// Bytes of the audio by prompt and language; none before the upload.
    audio: Mutex<HashMap<(String, String), Option<usize>>>,
    /// Contacts by the list's id.
    contacts: Mutex<HashMap<String, usize>>,
}

fn new_prompt(state: &State, call: &Call) -> Reply {
    let mut prompt = match object(call) {
        Ok(prompt) => prompt,
        Err(refusal) => return refusal,
    };
    let mut prompts = lock(&state.resources.taken.prompts);
    let id = format!("prompt-{}", prompts.len() + 1);
    prompts.push(id.clone());
    prompt.insert("id".to_owned(), id.into());
    Reply::json(&Value::Object(prompt))
}

fn new_resource(state: &State, call: &Call) -> Reply {
    let resource = match object(call) {
        Ok(resource) => resource,
        Err(refusal) => return refusal,
    };
    let prompt = call.param("promptId");
    let Some(language) = resource.get("language").and_then(Value::as_str) else {
        return bad_request("A prompt resource needs a language.");
    };
    if !lock(&state.resources.taken.prompts).contains(&prompt.to_owned()) {
        return not_found("prompt", prompt);
    }
    let key = (prompt.to_owned(), language.to_owned());
    lock(&state.resources.taken.audio).insert(key, None);
    resource_json(state, call, language)
}

fn resource(state: &State, call: &Call) -> Reply {
    resource_json(state, call, call.param("languageCode"))
}

fn resource_json(state: &State, call: &Call, language: &str) -> Reply {
    let prompt = call.param("promptId");
    let key = (prompt.to_owned(), language.to_owned());
    match lock(&state.resources.taken.audio).get(&key) {
        None => not_found("prompt resource", language),
        Some(audio) => Reply::json(&json!({
            "id": language,
            "promptId": prompt,
            "language": language,
            "uploadStatus": if audio.is_some() { "transcoded" } else { "created" },
            "uploadUri": format!("{}/uploads/v2/prompts/{prompt}/{language}", call.base_url),
        })),
    }
}

/// The part with the file, or the refusal.
fn file(parts: &[Part]) -> Result<&Part, Reply> {
    parts
        .iter()
        .find(|part| part.name == "file" && part.file_name.is_some())
        .ok_or_else(|| bad_request("The form has no file."))
}

fn prompt_audio(state: &State, call: &Call) -> Reply {
    let parts = call.multipart();
    let audio = match file(&parts) {
        Ok(file) => &file.content,
        Err(refusal) => return refusal,
    };
    if !audio.starts_with(b"RIFF") {
        return bad_request("Prompt audio must be a WAV file.");
    }
    let key = (
        call.param("promptId").to_owned(),
        call.param("languageCode").to_owned(),
    );
    match lock(&state.resources.taken.audio).get_mut(&key) {
        None => not_found("prompt resource", &key.1),
        Some(uploaded) => {
            *uploaded = Some(audio.len());
            Reply::json(&json!({}))
        }
    }
}

fn contact_list(state: &State, call: &Call) -> Reply {
    let parts = call.multipart();
    let csv = match file(&parts) {
        Ok(file) => String::from_utf8_lossy(&file.content),
        Err(refusal) => return refusal,
    };
    let field = |name: &str| {
        let part = parts.iter().find(|part| part.name == name)?;
        String::from_utf8(part.content.to_vec()).ok()
    };
    match (field("fileType").as_deref(), field("id")) {
        (Some("contactlist"), Some(id)) => {
            let contacts = csv.lines().skip(1).count();
            lock(&state.resources.taken.contacts).insert(id, contacts);
            Reply::json(&json!({}))
        }
        _ => bad_request("The form needs fileType=contactlist, and the id of the list."),
    }
}

fn import_status(state: &State, call: &Call) -> Reply {
    let id = call.param("contactListId");
    match lock(&state.resources.taken.contacts).get(id) {
        None => not_found("contact list", id),
        Some(contacts) => Reply::json(&json!({
            "state": "COMPLETED",
            "totalRecords": contacts,
            "completedRecords": contacts,
            "percentComplete": 100,
        })),
    }
}
