//! Tags: what they share, and slices of them.

use super::*;

/// Two tags, whose operations share a model and an enum.
fn shared() -> Value {
    let state = json!({"type": "string", "enum": ["on", "off"]});
    let get = |tags: Value, name: &str, model: &str| {
        json!({"get": {
            "tags": tags, "operationId": name,
            "responses": {"200": {"description": "", "schema": {"$ref": format!("#/definitions/{model}")}}}
        }})
    };
    json!({
        "swagger": "2.0", "info": {"title": "Test", "version": "1"},
        "tags": [{"name": "Users", "description": "All about users."}],
        "paths": {
            "/api/v2/users": get(json!(["Users"]), "getUsers", "User"),
            "/api/v2/queues": get(json!(["Routing"]), "getQueues", "Queue"),
            "/api/v2/users/queues": get(json!(["Users", "Routing"]), "getUserQueues", "Queue")
        },
        "definitions": {
            "User": {"type": "object", "properties": {"state": state, "division": {"$ref": "#/definitions/Division"}}},
            "Queue": {"type": "object", "properties": {
                "mode": {"type": "string", "enum": ["a"]}, "list": {"type": "array", "items": {"$ref": "#/definitions/Station"}}
            }},
            "Division": {"type": "object", "properties": {}},
            "Station": {"type": "object", "properties": {"state": state}},
            "Lonely": {"type": "object", "properties": {"state": state, "mode": {"type": "string", "enum": ["x"]}}}
        }
    })
}

#[test]
fn models_belong_to_the_tags_that_reach_them() {
    let api = try_build(&shared()).unwrap();
    let modules: Vec<&str> = api.tags.iter().map(|tag| tag.module.as_str()).collect();
    assert_eq!(modules, ["routing", "users"]);
    assert_eq!(api.tags[1].description.as_deref(), Some("All about users."));
    let folder = |wire_name: &str| api.groups[model(&api, wire_name).group].folder.as_str();
    assert_eq!(folder("User"), "users");
    assert_eq!(folder("Division"), "users");
    assert_eq!(folder("Queue"), "shared/routing_and_users");
    assert_eq!(folder("Station"), "shared/routing_and_users");
    assert_eq!(folder("Lonely"), "unreached");
    assert_eq!(stats(&api).unreached_models, 1);
}

#[test]
fn a_shared_enum_is_compiled_for_all_who_use_it() {
    let api = try_build(&shared()).unwrap();
    let find = |name: &str| api.enums.iter().find(|item| item.name == name).unwrap();
    // The type that they share lives where all its places do.
    let state = find("State");
    assert_eq!(state.alias_of, None);
    assert_eq!(api.groups[state.group].folder, "shared/routing_and_users");
    assert_eq!(
        state.home,
        EnumHome::Shared {
            file: "state".to_owned()
        }
    );
    let position = api.enums.iter().position(|item| item.name == "State");
    for (name, wire_name) in [("StationState", "Station"), ("UserState", "User")] {
        assert_eq!(find(name).alias_of, position);
        let id = api
            .models
            .iter()
            .position(|model| model.wire_name == wire_name)
            .unwrap();
        assert_eq!(find(name).home, EnumHome::Model(id));
    }
    // The same name, but other values.
    assert_eq!(find("QueueMode").alias_of, None);
    assert_eq!(find("LonelyMode").alias_of, None);
}

fn names(names: &[&str]) -> Option<BTreeSet<String>> {
    Some(names.iter().map(|name| (*name).to_owned()).collect())
}

fn tag(name: &str) -> Selection {
    Selection {
        tags: names(&[name]),
        ..Selection::default()
    }
}

#[test]
fn a_slice_has_its_own_groups() {
    let api = try_build(&shared()).unwrap();
    let slice = select(&api, &tag("USERS")).unwrap();
    let names: Vec<&str> = slice
        .models
        .iter()
        .map(|model| model.wire_name.as_str())
        .collect();
    assert_eq!(names, ["Division", "Queue", "Station", "User"]);
    let folders: Vec<&str> = slice
        .groups
        .iter()
        .map(|group| group.folder.as_str())
        .collect();
    assert_eq!(folders, ["users"]);
    let operations: Vec<&str> = slice
        .operations
        .iter()
        .map(|operation| operation.method_name.as_str())
        .collect();
    assert_eq!(operations, ["get_user_queues", "get_users"]);
    // Types are called as in the whole.
    let enums: Vec<&str> = slice.enums.iter().map(|item| &*item.name).collect();
    assert_eq!(enums, ["QueueMode", "State", "StationState", "UserState"]);
    let error = select(&api, &tag("user")).unwrap_err();
    assert!(
        error.to_string().contains("Near names are users"),
        "{error}"
    );
}

#[test]
fn a_slice_of_operations_is_what_they_reach() {
    let api = try_build(&shared()).unwrap();
    let slice = |tags: Option<&[&str]>, operations: &[&str]| {
        let selection = Selection {
            tags: tags.and_then(names),
            operations: names(operations),
            ..Selection::default()
        };
        select(&api, &selection).map(|slice| {
            assert!(slice.is_slice);
            let all = |list: Vec<&str>| list.join(" ");
            [
                all(slice.operations.iter().map(|it| &*it.wire_name).collect()),
                all(slice.tags.iter().map(|it| &*it.module).collect()),
                all(slice.models.iter().map(|it| &*it.wire_name).collect()),
                all(slice.groups.iter().map(|it| &*it.folder).collect()),
            ]
        })
    };
    // By each of its names; an operation keeps all its tags where none were chosen.
    for name in ["getUserQueues", "get_user_queues"] {
        assert_eq!(
            slice(None, &[name]).unwrap(),
            [
                "getUserQueues",
                "routing users",
                "Queue Station",
                "shared/routing_and_users"
            ]
        );
    }
    assert_eq!(
        slice(None, &["getUsers", "getUsers"]).unwrap(),
        ["getUsers", "users", "Division User", "users"]
    );
    // Of these tags only; a tag of which nothing is left goes.
    assert_eq!(
        slice(Some(&["users"]), &["getUserQueues"]).unwrap(),
        ["getUserQueues", "users", "Queue Station", "users"]
    );
    assert_eq!(
        slice(Some(&["users", "routing"]), &["getUsers"]).unwrap(),
        ["getUsers", "users", "Division User", "users"]
    );
    let error = |tags, operations: &[&str]| slice(tags, operations).unwrap_err().to_string();
    let message = error(Some(&["users"]), &["getQueues"]);
    assert!(message.contains("has none of the tags chosen"), "{message}");
    assert!(message.contains("Choose \"routing\", too"), "{message}");
    let message = error(None, &["getUsers", "getUserQueue"]);
    assert!(message.contains("operation \"getUserQueue\""), "{message}");
    assert!(
        message.contains("Near names are getUserQueues, "),
        "{message}"
    );
    assert!(error(None, &[]).contains("it is empty"));
}
