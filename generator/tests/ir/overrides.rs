//! Overrides of paging and of what is idempotent; names that clash.

use super::*;

fn paging_error(entry: &str) -> String {
    let document = with_operation(
        "/api/v2/things",
        "get",
        json!({
            "parameters": [{"name": "pageNumber", "in": "query", "type": "integer"}],
            "responses": {"200": {"description": "", "schema": {"$ref": "#/definitions/Listing"}}}
        }),
    );
    let given = overrides(entry, NO_ENTRIES).unwrap();
    try_build_with(&document, given).unwrap_err().to_string()
}

#[test]
fn an_override_that_does_not_apply_is_an_error() {
    let entry = |operation: &str, rest: &str| {
        format!("[[paging]]\noperation = {operation:?}\nreason = \"Because.\"\n{rest}")
    };
    for (text, expected) in [
        (
            entry("getThings", "style = \"none\""),
            "there is no such operation",
        ),
        (entry("doThing", "style = \"odd\""), "there is no style"),
        (
            entry("doThing", "style = \"single\""),
            "needs the key items",
        ),
        (
            entry("doThing", "style = \"none\"\nitems = [\"entities\"]"),
            "has no key items",
        ),
        (
            entry("doThing", "style = \"single\"\nitems = [\"things\"]"),
            "the response has no list \"things\"",
        ),
        (
            entry(
                "doThing",
                "style = \"cursor\"\nitems = [\"entities\"]\nparameter = \"cursor\"\nresponse = [\"cursor\"]",
            ),
            "the operation has no query parameter \"cursor\"",
        ),
        (
            entry(
                "doThing",
                "style = \"body-cursor\"\nitems = [\"entities\"]\npath = [\"cursor\"]\nresponse = [\"cursor\"]",
            ),
            "the body has no property \"cursor\"",
        ),
        (
            entry(
                "doThing",
                "style = \"next-uri\"\nitems = [\"entities\"]\nresponse = [\"nextUri\"]",
            ),
            "the response has no property \"nextUri\"",
        ),
        (
            entry(
                "doThing",
                "style = \"page-number\"\nitems = [\"entities\"]\nparameter = \"pageNumber\"\ntotal = \"cursor\"",
            ),
            "the response has no number \"cursor\"",
        ),
        (
            entry(
                "doThing",
                "style = \"page-number\"\nitems = [\"entities\"]\nparameter = \"pageNumber\"\ntotal = \"total\"\npage_count = \"pageCount\"",
            ),
            "the rules decide the same without it",
        ),
    ] {
        let error = paging_error(&text);
        assert!(error.contains(expected), "{error}");
    }
    let error =
        paging_error("[[paging]]\noperation = \"doThing\"\nreason = \" \"\nstyle = \"none\"");
    assert!(error.contains("no reason"), "{error}");
    // The name of the table is wrong, with entries of any kind.
    for other in [
        "[[pages]]\noperation = \"doThing\"",
        "[[alias]]\nwas = 1",
        "pages = 1",
    ] {
        let error = overrides(&format!("# Text.\n{other}"), NO_ENTRIES).unwrap_err();
        let name = if other.contains("alias") {
            "alias"
        } else {
            "pages"
        };
        let expected = format!("unknown field \"{name}\", expected \"paging\" (near line 2)");
        assert!(error.to_string().contains(&expected), "{error}");
    }
    let error = overrides("[[paging]]\noperation = 1", NO_ENTRIES).unwrap_err();
    assert!(error.to_string().contains("near line 2"), "{error}");
}

#[test]
fn an_override_wins_over_the_rules() {
    let document = with_operation(
        "/api/v2/things",
        "get",
        json!({
            "parameters": [
                {"name": "pageNumber", "in": "query", "type": "integer"}, {"name": "token", "in": "query", "type": "string"}
            ],
            "responses": {"200": {"description": "", "schema": {"$ref": "#/definitions/Listing"}}}
        }),
    );
    let build = |text: &str| {
        let given = overrides(text, NO_ENTRIES).unwrap();
        try_build_with(&document, given).unwrap().operations[0]
            .paging
            .clone()
    };
    assert!(matches!(
        build("").unwrap().style,
        genesys_codegen::ir::PagingStyle::PageNumber { .. }
    ));
    let start = "[[paging]]\noperation = \"doThing\"\nreason = \"Because.\"\nstyle = ";
    assert_eq!(build(&format!("{start}\"none\"")), None);
    let cursor = build(&format!(
        "{start}\"cursor\"\nitems = [\"entities\"]\nparameter = \"token\"\nresponse = [\"cursor\"]"
    ));
    assert_eq!(
        cursor.unwrap().style,
        genesys_codegen::ir::PagingStyle::Cursor {
            parameter: "token".to_owned(),
            response: vec!["cursor".to_owned()]
        }
    );
}

#[test]
fn what_takes_a_page_but_lists_nothing_known_is_undecided() {
    let document = with_operation(
        "/api/v2/things",
        "get",
        json!({
            "parameters": [{"name": "pageNumber", "in": "query", "type": "integer"}],
            "responses": {"200": {"description": "", "schema": {"$ref": "#/definitions/Thing"}}}
        }),
    );
    let api = try_build(&document).unwrap();
    assert_eq!(api.paging_undecided, ["doThing"]);
    assert_eq!(api.operations[0].paging, None);
    let text = "[[paging]]\noperation = \"doThing\"\nreason = \"Because.\"\nstyle = \"none\"";
    let given = overrides(text, NO_ENTRIES).unwrap();
    let api = try_build_with(&document, given).unwrap();
    assert_eq!(api.paging_undecided, [""; 0]);
}

#[test]
fn repeatable_operations_can_be_named() {
    let document = with_operation("/api/v2/things/count", "post", json!({}));
    let entry = "[[idempotent]]\noperation = \"doThing\"\nreason = \"It counts.\"";
    let given = overrides("", entry).unwrap();
    assert!(try_build_with(&document, given.clone()).unwrap().operations[0].idempotent);
    let reading = with_operation("/api/v2/things", "get", json!({}));
    let error = try_build_with(&reading, given).unwrap_err().to_string();
    assert!(error.contains("the rules say the same"), "{error}");
    let other = overrides("", &entry.replace("doThing", "doOther")).unwrap();
    let error = try_build_with(&document, other).unwrap_err().to_string();
    assert!(error.contains("there is no such operation"), "{error}");
}

#[test]
fn operations_whose_names_clash_stay_apart() {
    let mut document = with_operation("/api/v2/things", "get", json!({"operationId": "getThing"}));
    let operation = document["paths"]["/api/v2/things"]["get"].clone();
    for (index, name) in ["get_thing", "clone", "match", "self"].iter().enumerate() {
        let mut other = operation.clone();
        other["operationId"] = json!(name);
        document["paths"][format!("/api/v2/things/{index}")] = json!({"get": other});
    }
    let api = try_build(&document).unwrap();
    let name = |wire_name: &str| {
        let operation = api
            .operations
            .iter()
            .find(|operation| operation.wire_name == wire_name);
        operation.unwrap().method_name.clone()
    };
    assert_eq!(name("getThing"), "get_thing");
    assert!(name("get_thing").starts_with("get_thing_x"));
    assert_eq!(name("clone"), "clone_");
    assert_eq!(name("match"), "r#match");
    assert_eq!(name("self"), "self_");
    let structs: BTreeSet<&String> = api
        .operations
        .iter()
        .map(|operation| &operation.struct_name)
        .collect();
    assert_eq!(structs.len(), 5);
}
