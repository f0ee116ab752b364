//! Shapes of the published file.

use super::*;

#[test]
fn keys_without_effect_are_told_once_each() {
    let api = read(&published());
    let report = api.diagnostics.report();
    for key in ["position", "allowEmptyValue"] {
        let lines: Vec<&String> = report
            .iter()
            .filter(|line| line.contains(&format!("\"{key}\"")))
            .collect();
        assert_eq!(lines.len(), 1, "{key}: {report:#?}");
    }
    let position = report.iter().find(|line| line.contains("\"position\""));
    let position = position.unwrap();
    assert!(position.contains("document.json#/definitions/User/properties/division/position: "));
    assert!(position.contains("(3 places"), "{position}");
    assert!(report.last().unwrap().contains("spec/fixups.toml"));
}

#[test]
fn every_operation_of_the_published_shapes_is_read() {
    let api = read(&published());
    let missing: Vec<&LeftOut> = api
        .diagnostics
        .left_out
        .iter()
        .filter(|one| one.operation != "postUserImages")
        .collect();
    assert!(missing.is_empty(), "{missing:#?}");
    let put = operation(&api, "putUserStationAssociatedstationStationId");
    assert_eq!(put.error_codes[0].status, 424);
    warned(
        &api,
        "/paths/~1api~1v2~1users~1{userId}~1station~1associatedstation~1{stationId}/put/responses/424",
        "no description",
    );
    let provider = operation(&api, "getStationsProvider");
    assert_eq!(provider.arguments[0].wire_name, "providerId");
    assert_eq!(provider.arguments[0].ty, Type::String);
    warned(
        &api,
        "/paths/~1api~1v2~1stations~1providers~1{providerId}/get",
        "declares no path parameter",
    );
    warned(
        &api,
        "/paths/~1api~1v2~1webmessaging~1messages/get/security/0/Webmessaging JWT",
        "no security scheme \"Webmessaging JWT\"",
    );
    assert_eq!(operation(&api, "getHealth").path, "/platform/api/v2/health");
    let filter = parameter(operation(&api, "getUsers"), "filter");
    assert_eq!(filter.ty, Type::List(Box::new(Type::String)));
    warned(
        &api,
        "/paths/~1api~1v2~1users/get/parameters/4/items/type",
        "an object has no form as text",
    );
}

#[test]
fn every_type_of_the_published_file_has_a_meaning() {
    let api = read(&published());
    let ty = |name: &str| field(&api, "User", name).ty.clone();
    for name in ["whatever", "other", "untyped"] {
        assert_eq!(ty(name), Type::Json, "{name}");
    }
    warned(
        &api,
        "/definitions/User/properties/other/type",
        "a schema of the type \"ref\" is read as any JSON value",
    );
    for name in ["startsAt", "span", "uri", "url", "alias", "picture"] {
        assert_eq!(ty(name), Type::String, "{name}");
    }
    assert!(matches!(ty("geo"), Type::Model(id) if api.models[id].name == "UserGeo"));
    for name in ["division", "address"] {
        assert!(
            matches!(ty(name), Type::Model(id) if api.models[id].wire_name == "Division"),
            "{name}"
        );
    }
    let Type::Enum(id) = ty("state") else {
        panic!();
    };
    let names: Vec<&str> = api.enums[id]
        .variants
        .iter()
        .map(|variant| variant.wire.as_str())
        .collect();
    assert_eq!(names, ["active", "inactive", "ACTIVE"]);
    assert!(
        model(&api, "SawTool")
            .fields
            .iter()
            .any(|one| one.wire_name == "kind")
    );
    assert!(
        model(&api, "AxeTool")
            .fields
            .iter()
            .any(|one| one.wire_name == "next")
    );
    assert_ne!(model(&api, "Station").name, model(&api, "Station_").name);
}

/// A folder with the published document as it was a release before, and what is made of it.
struct Place(tempfile::TempDir);

impl Place {
    fn new(document: &Value, prose: &str) -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        for folder in ["generator", "spec"] {
            fs::create_dir(place.path(folder)).unwrap();
        }
        for file in ["Cargo.toml", "generator/Cargo.toml"] {
            fs::write(place.path(file), "").unwrap();
        }
        place.set(document);
        place.run(&[
            "fetch",
            "--from",
            "new.json",
            "--release",
            "1",
            "--prose",
            prose,
        ]);
        place.run(&["generate"]);
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn set(&self, document: &Value) {
        fs::write(self.path("new.json"), document.to_string()).unwrap();
    }

    /// Runs a command that has to succeed, and gives its output, warnings and all.
    #[track_caller]
    fn run(&self, arguments: &[&str]) -> (String, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_genesys-codegen"))
            .args(arguments)
            .current_dir(self.0.path())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
        assert!(output.status.success(), "{arguments:?}: {stdout}{stderr}");
        (stdout, stderr)
    }
}

#[test]
fn every_command_takes_the_published_shapes() {
    for prose in ["keep", "drop"] {
        let place = Place::new(&published(), prose);
        let (_, said) = place.run(&["check"]);
        assert!(said.contains("up to date"), "{said}");
        assert!(said.contains("\"position\""), "{said}");
        let (stats, _) = place.run(&["stats", "--json"]);
        let stats: Value = serde_json::from_str(&stats).unwrap();
        assert!(stats["warnings"].as_u64().unwrap() > 5, "{stats}");

        // An operation that cannot be expressed any more is gone, and that breaks its callers.
        let mut next = published();
        let parameters = "/paths/~1api~1v2~1stations~1counts/get/parameters";
        *next.pointer_mut(parameters).unwrap() =
            json!([{"name": "a", "in": "elsewhere", "type": "string"}]);
        next["definitions"]["Division"]["properties"]["more"] = json!({"type": "string"});
        place.set(&next);
        let (report, _) = place.run(&["diff", "spec", "new.json"]);
        assert!(report.starts_with("verdict: major"), "{report}");
        assert!(report.contains("left out: "), "{report}");
        let (report, said) = place.run(&["upgrade", "--from", "new.json"]);
        assert!(report.contains("verdict: major"), "{report}");
        assert!(
            report.contains("getStationsCounts: the method `get_stations_counts` is gone, because"),
            "{report}"
        );
        assert!(said.contains(&format!("{parameters}/0/in")), "{said}");
        let changelog = fs::read_to_string(place.path("CHANGELOG.md")).unwrap();
        assert!(changelog.contains("getStationsCounts"), "{changelog}");
        place.run(&["check"]);
        let (stats, _) = place.run(&["stats"]);
        assert!(stats.contains("left out getStationsCounts (GET /api/v2/stations/counts): "));
    }
}
