//! Topics of notifications, from the file beside a spec to the crate, and from the API to that file.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[cfg(feature = "fetch")]
mod server;
mod support;

use std::fs;
use std::path::{Path, PathBuf};

use genesys_codegen::load::WarningKind;
use genesys_codegen::spec::Folder;
use genesys_codegen::{Config, ir};
use serde_json::{Value, json};
use support::{Outcome, generator, spec_of_users};
use tempfile::TempDir;

fn spec() -> Value {
    spec_of_users(&[("/api/v2/users/me", "getUsersMe")])
}

/// What the API returns about three topics.
fn available() -> Value {
    let presence = json!({
        "id": "urn:jsonschema:a:presenceEvent:v2:UserPresence", "type": "object", "properties": {
            "source": {"type": "string", "enum": ["ON", "on", "OFF"]},
            "count": {"type": "integer"},
            "modified": {"type": "any"},
            "definition": {"id": "urn:jsonschema:a:presenceEvent:v2:Definition", "type": "object", "properties": {"name": {"type": "string"}}}
        }
    });
    json!({"entities": [
        {"id": "v2.users.{id}.presence", "schema": presence, "transports": ["All"], "requiresPermissions": ["presence:user:view"],
         "topicParameters": ["id"]},
        {"id": "v2.routing.queues.{id}.users", "schema": {"id": "urn:jsonschema:QueueUserEvent:QueueMember", "type": "object"}},
        {"id": "v2.users.{id}.raw"}
    ]})
}

struct Root(TempDir);

impl Root {
    fn new() -> Self {
        let root = Self(tempfile::tempdir().unwrap());
        let file = root.incoming("spec.json", &spec());
        root.run("fetch", &["--from", &file, "--release", "269"])
            .assert_done();
        root
    }

    fn with_topics() -> Self {
        let root = Self::new();
        root.fetch(&available()).assert_done();
        root
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn incoming(&self, name: &str, document: &Value) -> String {
        let path = self.path("incoming");
        fs::create_dir_all(&path).unwrap();
        let path = path.join(name);
        fs::write(&path, document.to_string()).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn fetch(&self, available: &Value) -> Outcome {
        let file = self.incoming("topics.json", available);
        self.run("fetch", &["--topics-from", &file])
    }

    fn run(&self, command: &str, arguments: &[&str]) -> Outcome {
        let mut process = generator();
        process.arg(command).arg("--spec").arg(self.path("spec"));
        Outcome::from_command(process.args(arguments))
    }

    fn files(&self, below: &str) -> Vec<String> {
        let files = support::files(&self.path(below)).into_keys();
        files
            .map(|path| path.to_str().unwrap().to_owned())
            .collect()
    }
}

fn built(folder: &Path) -> ir::Api {
    Config::new().spec(folder).build().unwrap().api
}

#[test]
fn what_the_api_returns_becomes_the_file_and_its_record() {
    let root = Root::with_topics();
    let document: Value =
        serde_json::from_str(&root.read("spec/notification-topics.json")).unwrap();
    let ids: Vec<&str> = document["topics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|topic| topic["id"].as_str().unwrap())
        .collect();
    assert_eq!(
        ids,
        [
            "v2.routing.queues.{id}.users",
            "v2.users.{id}.presence",
            "v2.users.{id}.raw"
        ]
    );
    let presence = &document["definitions"]["PresenceEventUserPresence"]["properties"];
    assert_eq!(presence["source"]["enum"], json!(["ON", "OFF"]));
    assert_eq!(presence["count"]["format"], "int64");
    assert_eq!(presence["modified"]["format"], "date-time");
    assert_eq!(
        presence["definition"]["$ref"],
        "#/definitions/PresenceEventDefinition"
    );
    let record = Folder::read(&root.path("spec"))
        .unwrap()
        .topics()
        .unwrap()
        .unwrap();
    assert_eq!(
        (record.topics, record.definitions, record.release),
        (3, 3, 1)
    );

    let again = root.fetch(&available()).assert_done();
    again.assert_stderr(&["up to date"]);
    let mut fewer = available();
    fewer["entities"].as_array_mut().unwrap().pop();
    let fewer = root.fetch(&fewer);
    assert_eq!(fewer.code, Some(2), "{fewer:?}");
    fewer.assert_stderr(&["topics fell from 3 to 2"]);
    let document = root.read("spec/notification-topics.json");
    fs::write(
        root.path("spec/notification-topics.json"),
        document.replace("presence", "absence"),
    )
    .unwrap();
    let damaged = root.run("stats", &[]);
    assert_eq!(damaged.code, Some(2), "{damaged:?}");
    damaged.assert_stderr(&["notification-topics.toml"]);
}

#[test]
fn a_spec_without_the_file_has_no_events() {
    let root = Root::new();
    assert!(built(&root.path("spec")).events.is_none());
    let out = root.path("generated");
    root.run("generate", &["--out", out.to_str().unwrap()])
        .assert_done();
    assert!(root.files("generated/src/events").is_empty());
    assert!(!root.read("generated/Cargo.toml").contains("topics-"));
    assert!(!root.read("generated/src/lib.rs").contains("events"));
}

#[test]
fn families_are_features_beside_full() {
    let root = Root::with_topics();
    let out = root.path("generated");
    root.run("generate", &["--out", out.to_str().unwrap()])
        .assert_done();
    let manifest: toml::Table = root.read("generated/Cargo.toml").parse().unwrap();
    let features = manifest["features"].as_table().unwrap();
    let list = |name: &str| -> Vec<&str> {
        let list = features[name].as_array().unwrap();
        list.iter().map(|item| item.as_str().unwrap()).collect()
    };
    assert_eq!(list("full"), ["users"]);
    assert_eq!(list("topics-full"), ["topics-routing", "topics-users"]);
    assert!(list("topics-users").is_empty());
    let topics = root.read("generated/src/events/topics/users.rs");
    assert!(
        topics.contains("/// Permissions: `presence:user:view`."),
        "{topics}"
    );
    assert!(topics.contains("/// Transports: `All`."), "{topics}");
    assert!(topics.contains("/// Parameters: `id`."), "{topics}");
    let stats = root.run("stats", &["--json"]).assert_done();
    let stats: Value = serde_json::from_str(&stats.stdout).unwrap();
    let counts = [
        "topics",
        "topic_families",
        "topics_without_model",
        "event_models",
        "models",
    ];
    let counts = counts.map(|key| stats[key].as_u64().unwrap());
    assert_eq!(counts, [3, 2, 1, 3, 1]);
}

#[test]
fn a_slice_has_the_topics_that_were_chosen() {
    let root = Root::with_topics();
    let out = root.path("slice");
    let slice = |arguments: &[&str]| {
        let out = ["--out", out.to_str().unwrap()];
        let outcome = root.run("slice", &[arguments, &out].concat());
        if outcome.code == Some(0) {
            let there = (
                root.files("slice/src/events/topics"),
                root.files("slice/src/api"),
            );
            fs::remove_dir_all(out[1]).unwrap();
            return Ok(there);
        }
        Err(outcome.stderr)
    };
    for name in [
        "users",
        "topics-users",
        "user_presence",
        "v2.users.{id}.presence",
        "Users",
    ] {
        let (topics, operations) = slice(&["--topics", name]).unwrap();
        assert_eq!(topics, ["mod.rs", "users.rs"], "{name}");
        assert_eq!(operations, ["handles/mod.rs", "mod.rs"], "{name}");
    }
    let (topics, operations) = slice(&["--tags", "users", "--topics", "routing"]).unwrap();
    assert_eq!(topics, ["mod.rs", "routing.rs"]);
    assert!(operations.len() > 2, "{operations:?}");
    let (topics, _) = slice(&["--tags", "users"]).unwrap();
    assert!(topics.is_empty(), "{topics:?}");
    let error = slice(&["--topics", "v2.users.{id}.presense"]).unwrap_err();
    assert!(error.contains("v2.users.{id}.presence"), "{error}");
    let error = slice(&["--topics", "queues"]).unwrap_err();
    assert!(error.contains("no such topic"), "{error}");

    let bare = Root::new();
    let out = bare.path("slice");
    let outcome = bare.run(
        "slice",
        &["--topics", "users", "--out", out.to_str().unwrap()],
    );
    outcome.assert_stderr(&["notification-topics.json"]);
}

#[test]
fn a_diff_compares_topics_where_both_have_them() {
    let (old, new, bare) = (Root::with_topics(), Root::new(), Root::new());
    let mut changed = available();
    let entities = changed["entities"].as_array_mut().unwrap();
    entities.remove(1);
    entities[0]["requiresPermissions"] = json!(["presence:user:edit"]);
    entities[0]["schema"]["properties"]["count"] = json!({"type": "string"});
    entities.push(json!({"id": "v2.users.{id}.new"}));
    entities.push(json!({"id": "v2.groups.{id}"}));
    new.fetch(&changed).assert_done();
    let diff = |old: &Root, new: &Root| -> Value {
        let mut process = generator();
        process
            .arg("diff")
            .args([old.path("spec"), new.path("spec")])
            .args(["--format", "json"]);
        serde_json::from_str(&Outcome::from_command(&mut process).assert_done().stdout).unwrap()
    };
    let both = diff(&old, &new);
    assert_eq!(both["verdict"], "major");
    assert_eq!(both["topics_compared"], true);
    assert_eq!(
        both["topics"]["removed"],
        json!(["v2.routing.queues.{id}.users"])
    );
    assert_eq!(
        both["topics"]["added"],
        json!(["v2.groups.{id}", "v2.users.{id}.new"])
    );
    assert_eq!(both["topics"]["changed"][0]["verdict"], "patch");
    assert_eq!(both["topic_families"]["removed"], json!(["routing"]));
    assert_eq!(both["topic_families"]["added"], json!(["groups"]));
    assert_eq!(
        both["event_models"]["changed"][0]["name"],
        "PresenceEventUserPresence"
    );
    assert_eq!(both["event_models"]["changed"][0]["verdict"], "major");
    for (old, new) in [(&old, &bare), (&bare, &old)] {
        let one = diff(old, new);
        assert_eq!(one["verdict"], "none");
        assert_eq!(one["topics_compared"], false);
    }
    assert_eq!(diff(&old, &old)["topics_compared"], true);
    assert_eq!(diff(&old, &old)["verdict"], "none");
}

#[test]
fn an_upgrade_takes_topics_with_all_that_they_change() {
    let root = Root::new();
    fs::write(root.path("spec/crate.toml"), "version = '1.2.0'\n").unwrap();
    let out = root.path("generated");
    let out = out.to_str().unwrap();
    root.run("generate", &["--out", out]).assert_done();
    let same = root.incoming("spec.json", &spec());
    let upgrade = |available: &Value| {
        let topics = root.incoming("topics.json", available);
        let arguments = ["--from", &same, "--topics-from", &topics, "--out", out];
        root.run("upgrade", &arguments).assert_done()
    };
    let record = root.read("spec/source.toml");
    let first = upgrade(&available());
    first.assert_stdout(&["verdict: minor"]);
    assert!(root.read("spec/crate.toml").contains("1.3.0"));
    assert!(root.read("CHANGELOG.md").contains("v2.users.{id}.presence"));
    assert!(!root.files("generated/src/events").is_empty());
    assert_eq!(
        root.read("spec/source.toml"),
        record,
        "the spec is as it was"
    );
    let again = upgrade(&available());
    again.assert_stderr(&["up to date"]);
    let mut fuller = available();
    fuller["entities"][0]["schema"]["properties"]["more"] = json!({"type": "string"});
    let second = upgrade(&fuller);
    second.assert_stdout(&["verdict: minor"]);
    let check = root.run("check", &["--out", out]).assert_done();
    check.assert_stderr(&["up to date"]);
}

#[test]
fn what_is_wrong_with_a_topic_is_a_warning_with_its_place() {
    let root = Root::new();
    let file = root.path("spec/notification-topics.json");
    fs::write(
        &file,
        json!({
            "definitions": {"A": {"type": "object"}, "Unused": {"type": "object"}},
            "topics": [
                {"id": "v2.a", "schema": "A"}, {"id": "v2.a", "schema": "A"}, {"id": "v2.b{id}"}, {}, {"id": "v2.c", "schema": "Gone"},
                {"id": "v2.d", "transports": "All"}
            ]
        })
        .to_string(),
    )
    .unwrap();
    let api = built(&root.path("spec"));
    let events = api.events.unwrap();
    let ids: Vec<&str> = events.topics.iter().map(|topic| &*topic.id).collect();
    assert_eq!(ids, ["v2.a", "v2.c", "v2.d"]);
    let mut places: Vec<&str> = api
        .diagnostics
        .warnings
        .iter()
        .map(|warning| &*warning.pointer)
        .collect();
    places.sort_unstable();
    assert_eq!(
        places,
        [
            "/definitions/Unused",
            "/topics/1",
            "/topics/2",
            "/topics/3",
            "/topics/4/schema",
            "/topics/5/transports"
        ]
    );
    let strict = root.run("stats", &["--strict"]);
    assert_eq!(strict.code, Some(2), "{strict:?}");
    for text in ["{}", "{\"topics\": {}}", "[]", "x", ""] {
        fs::write(&file, text).unwrap();
        let outcome = root.run("stats", &[]);
        assert_eq!(outcome.code, Some(2), "{text}: {outcome:?}");
        outcome.assert_stderr(&["notification-topics.json"]);
    }
}

#[test]
fn the_topics_of_this_project_are_whole() {
    let api = built(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec"));
    let events = api.events.unwrap();
    // 28 listings of the API have a default for `sortOrder` that is not among its values.
    let kinds = api.diagnostics.warnings.iter().map(|warning| warning.kind);
    assert_eq!(kinds.collect::<Vec<_>>(), [WarningKind::Default; 28]);
    assert_eq!((events.topics.len(), events.models.len()), (242, 1446));
    for topic in &events.topics {
        assert_ne!(topic.body, ir::Type::Json, "{}", topic.id);
        let words: Vec<&str> = topic.function.split('_').collect();
        assert!(
            !words
                .iter()
                .any(|word| word.starts_with('x') && word.len() == 7),
            "{}",
            topic.function
        );
    }
    for tag in &events.tags {
        assert!(tag.feature.starts_with("topics-"), "{}", tag.feature);
        assert!(api.tags.iter().all(|other| other.feature != tag.feature));
    }
}

#[cfg(feature = "fetch")]
mod download {
    use genesys_codegen::fetch::FetchError;
    use genesys_codegen::fetch::download::{Address, Credentials, Downloader};

    use super::server::{self, Server, status};

    const TOPICS: &str = "/api/v2/notifications/availabletopics";
    const LOGIN: &str = "/oauth/token";

    fn credentials(variables: &[(&str, &str)]) -> Result<Credentials, FetchError> {
        Credentials::from_variables(|name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    fn download(server: &Server, variables: &[(&str, &str)]) -> Result<Vec<u8>, FetchError> {
        let address = Address::parse(&server.url(&format!("{TOPICS}?expand=schema"))).unwrap();
        let login = Address::parse(&server.url(LOGIN)).unwrap();
        let credentials = credentials(variables)?;
        let downloader = Downloader::new().unwrap().pause(|_| {});
        downloader.topics(&address, &login, &credentials)
    }

    const CLIENT: [(&str, &str); 2] = [
        ("GENESYSCLOUD_OAUTHCLIENT_ID", "client"),
        ("GENESYSCLOUD_OAUTHCLIENT_SECRET", "hidden"),
    ];

    #[test]
    fn topics_are_asked_for_with_a_token_of_the_client() {
        let server = Server::start(&[
            (LOGIN, &[server::json(r#"{"access_token": "TOKEN"}"#)]),
            (
                TOPICS,
                &[status(503, ""), server::json(r#"{"entities": []}"#)],
            ),
        ]);
        let body = download(&server, &CLIENT).unwrap();
        assert_eq!(body, br#"{"entities": []}"#);
        let requests = server.requests();
        assert_eq!(requests.len(), 3, "{requests:?}");
        assert!(requests[0].starts_with("POST "), "{requests:?}");
        assert!(
            requests[0].contains("Basic Y2xpZW50OmhpZGRlbg=="),
            "{requests:?}"
        );
        assert!(requests[2].contains("expand=schema"), "{requests:?}");
        assert!(requests[2].contains("Bearer TOKEN"), "{requests:?}");
    }

    #[test]
    fn a_token_of_the_environment_needs_no_login() {
        let server = Server::start(&[(TOPICS, &[server::json("{}")])]);
        let both = [
            CLIENT[0],
            CLIENT[1],
            ("GENESYSCLOUD_ACCESS_TOKEN", " TOKEN "),
        ];
        download(&server, &both).unwrap();
        assert!(server.requests()[0].contains("Bearer TOKEN"));
        assert!(matches!(credentials(&[]), Err(FetchError::Credentials)));
        let blank = [CLIENT[0], ("GENESYSCLOUD_OAUTHCLIENT_SECRET", " ")];
        assert!(matches!(credentials(&blank), Err(FetchError::Credentials)));
    }

    #[test]
    fn refused_credentials_are_told_and_not_shown() {
        for scripts in [
            [(LOGIN, status(401, "")), (TOPICS, server::json("{}"))],
            [(LOGIN, server::json("{}")), (TOPICS, server::json("{}"))],
            [
                (LOGIN, server::json(r#"{"access_token": "issued"}"#)),
                (TOPICS, status(403, "")),
            ],
        ] {
            let [(login, first), (topics, second)] = scripts;
            let server = Server::start(&[(login, &[first]), (topics, &[second])]);
            let error = download(&server, &CLIENT).unwrap_err();
            let shown = format!("{error} {error:?} {:?}", credentials(&CLIENT).unwrap());
            assert!(
                !shown.contains("hidden") && !shown.contains("issued"),
                "{shown}"
            );
            assert!(!shown.contains("Bearer"), "{shown}");
        }
    }
}
