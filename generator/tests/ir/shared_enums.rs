//! What the type is called that several places share, because they have the same values of a property of one name.

use std::collections::BTreeMap;

use super::*;

/// A definition for each of these: its name, a property and the values of that. What is called `getThing` is an operation with a parameter.
fn places(places: &[(&str, &str, &[&str])]) -> BTreeMap<String, String> {
    let mut definitions = serde_json::Map::new();
    let mut operations = Vec::new();
    for (owner, property, values) in places {
        let values = json!({"type": "string", "enum": values});
        if owner.starts_with("get") {
            let mut parameter = json!({"name": property, "in": "query"});
            parameter
                .as_object_mut()
                .unwrap()
                .extend(values.as_object().unwrap().clone());
            operations.push((owner, parameter));
        } else {
            let empty = json!({"type": "object", "properties": {}});
            let definition = definitions.entry((*owner).to_owned()).or_insert(empty);
            definition["properties"][property] = values;
        }
    }
    let mut document = with_definitions(definitions.into());
    for (owner, parameter) in operations {
        document["paths"][format!("/api/v2/{owner}")] = json!({"get": {
            "tags": ["Users"], "operationId": owner, "parameters": [parameter],
            "responses": {"204": {"description": ""}}
        }});
    }
    let api = try_build(&document).unwrap();
    let names = api.enums.iter().map(|item| {
        let shared = item.alias_of.map_or(item, |shared| &api.enums[shared]);
        assert_eq!(shared.alias_of, None);
        (item.name.clone(), shared.name.clone())
    });
    names.collect()
}

#[track_caller]
fn shared(given: &[(&str, &str, &[&str])], expected: &[(&str, &str)]) {
    let names = places(given);
    for (place, name) in expected {
        assert_eq!(names[*place], *name, "{names:?}");
    }
}

const A: &[&str] = &["a", "b", "c", "d", "e"];
const B: &[&str] = &["a", "b", "c", "d", "f"];

#[test]
fn a_shared_type_is_called_like_the_property() {
    let places: [(&str, &str, &[&str]); 3] = [
        ("User", "state", A),
        ("Queue", "state", A),
        ("Edge", "state", B),
    ];
    let expected = [
        ("UserState", "State"),
        ("QueueState", "State"),
        ("EdgeState", "EdgeState"),
    ];
    shared(&places, &expected);
    // A definition, or another place, of this name keeps it.
    let taken: &[&str] = &["x"];
    shared(
        &[
            ("A1", "state", A),
            ("A2", "state", A),
            ("state", "x", taken),
        ],
        &[("A1State", "ThingsState")],
    );
    // A long name stays with the first place, where it is cut.
    let long = "long".repeat(100);
    let long = long.as_str();
    let names = self::places(&[("A1", long, A), ("A2", long, A)]);
    assert!(names.values().all(|name| name.len() < 200), "{names:?}");
    // A name that the prelude has is none of a type.
    shared(
        &[("A1", "option", A), ("A2", "option", A)],
        &[("A1Option", "OptionEnum")],
    );
    // Other values, or the same in another order, are another type; so is a property of another name.
    let reversed: &[&str] = &["e", "d", "c", "b", "a"];
    let places = [
        ("A1", "state", A),
        ("A2", "state", reversed),
        ("A3", "mode", A),
    ];
    shared(
        &places,
        &[
            ("A1State", "A1State"),
            ("A2State", "A2State"),
            ("A3Mode", "A3Mode"),
        ],
    );
}

#[test]
fn what_owners_have_in_common_tells_types_of_one_property_apart() {
    shared(
        &[
            ("UserQueryPredicate", "type", A),
            ("FlowQueryPredicate", "type", A),
            ("TimeOffLimitRange", "type", B),
            ("TimeOffRequest", "type", B),
        ],
        &[
            ("UserQueryPredicateType", "PredicateType"),
            ("TimeOffRequestType", "TimeOffType"),
        ],
    );
    shared(
        &[
            ("getUser", "expand", A),
            ("getUsers", "expand", A),
            ("getUserMe", "expand", A),
            ("getUserFriends", "expand", A),
            ("getGroupMembers", "expand", A),
            ("getFlowA", "expand", B),
            ("getFlowB", "expand", B),
            ("getFlowC", "expand", B),
        ],
        &[
            ("GetUserExpand", "UserExpand"),
            ("GetGroupMembersExpand", "UserExpand"),
            ("GetFlowAExpand", "FlowExpand"),
        ],
    );
    // Their tag, then their values, then the first of them.
    let on: &[&str] = &["on", "off"];
    let off: &[&str] = &["off", "on"];
    shared(
        &[
            ("getA", "state", A),
            ("getB", "state", A),
            ("getC", "state", B),
            ("getD", "state", B),
            ("Chat", "state", on),
            ("Video", "state", on),
            ("Email", "state", off),
            ("Fax", "state", off),
        ],
        &[
            ("GetAState", "GetAState"),
            ("GetDState", "GetCState"),
            ("ChatState", "StateOnOff"),
            ("FaxState", "StateOffOn"),
        ],
    );
}

#[test]
fn one_place_more_renames_nothing() {
    let mut places = vec![
        ("User", "state", A),
        ("Queue", "state", A),
        ("Group", "state", A),
        ("Skill", "state", A),
    ];
    places.extend([("EdgeLine", "state", B), ("EdgePhone", "state", B)]);
    let expected = [("UserState", "State"), ("EdgeLineState", "EdgeState")];
    shared(&places, &expected);
    for more in [
        ("Agent", "state", A),
        ("AnEdge", "state", A),
        ("EdgeGroup", "state", B),
    ] {
        places.push(more);
        // Four places are not twice as many as three: two of each are added.
        let mut all = places.clone();
        all.extend([("Team", "state", A), ("Site", "state", A)]);
        shared(&all, &expected);
        places.pop();
    }
}
