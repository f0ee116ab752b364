//! Recordings: what is not in them, and that they are replayed strictly.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use http::Method;
use serde_json::{Value, json};

use super::support::{GetUser, PostUsers, TOKEN, with};
use crate::runtime::client::Client;
use crate::runtime::error::Error;
use crate::runtime::request::{ListStyle, MultipartBody};
use crate::runtime::testing::{Recorder, Replay};
use crate::runtime::transport::{HttpResponse, MemoryAnswer, MemoryTransport, TransportErrorKind};

/// A client that records what `answers` give it.
fn recording<R: Into<MemoryAnswer>>(path: &Path, answers: impl IntoIterator<Item = R>) -> Client {
    Client::builder()
        .transport(Arc::new(MemoryTransport::scripted(answers)))
        .access_token(TOKEN)
        .default_header("x-api-key", "planted-header-1")
        .attempt_middleware(Recorder::create(path).unwrap())
        .build()
        .unwrap()
}

fn replaying(path: &Path) -> (Client, Arc<Replay>) {
    let replay = Arc::new(Replay::open(path).unwrap());
    let client = Client::builder()
        .transport(replay.clone())
        .access_token("another")
        .build()
        .unwrap();
    (client, replay)
}

/// Each is planted somewhere, and none may be in the recording.
const PLANTED: &[&str] = &[
    TOKEN,
    "planted",
    "ann.smith",
    "Ann Smith",
    "Smith",
    "contoso",
    "317555",
    "0123",
    "3f2b8c1e",
    "Mühlen",
    "hunter2",
    "48.137",
    "11.575",
    "845120",
    "9007199254740993",
    "1987-03-14",
    "4711",
    "QmFzZTY0",
    "DE89370400440532013000",
    "bobsecret",
];

#[tokio::test(start_paused = true)]
async fn nothing_secret_and_nothing_personal_is_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("planted.jsonl");
    let uuid = "3f2b8c1e-7d4a-4c3b-9b1a-2f6e5d4c3b2a";
    let body = json!({
        "id": uuid,
        "name": "Ann Smith",
        "username": "ann.smith@contoso.example",
        "state": "active",
        "type": "ann.smith@contoso.example",
        "status": "Ann Smith",
        "code": "bobsecret",
        "version": 3,
        "pin": 4711,
        "password": "hunter2",
        "clientSecret": { "value": "hunter2", "state": "hunter2" },
        "accessToken": ["planted-in-a-list"],
        "addresses": [{ "address": "+1 317-555-0123", "extension": "845120" }, { "address": "tel:+13175550123" }],
        "birthday": "1987-03-14",
        "seen": "1987-03-14T08:00:00.000Z/1987-03-14T09:00:00.000Z",
        "place": { "latitude": 48.137, "longitude": 11.575 },
        "badge": 845120,
        "big": 9007199254740993_i64,
        "iban": "DE89370400440532013000",
        "street": "Mühlenweg 7",
        "image": "https://images.contoso.example/ann.smith.png?signature=planted",
        "blob": "QmFzZTY0",
        "note": "{\"name\":\"Ann Smith\",\"mail\":\"ann.smith@contoso.example\",\"phones\":[3175550123]}",
        "byAddress": { "ann.smith@contoso.example": 1, "+13175550123": 2, uuid: 3, "Ann Smith": 4, "u4711": 5 },
        "nextUri": format!("/api/v2/users/{uuid}/planted?mail=ann.smith%40contoso.example&pageNumber=2"),
        "selfUri": format!("https://api.mypurecloud.com/api/v2/users/{uuid}"),
    });
    let answers: Vec<MemoryAnswer> = vec![
        with(
            with(HttpResponse::json(200, body.to_string()), "set-cookie", "planted-cookie"),
            "etag",
            "\"planted-tag\"",
        )
        .into(),
        HttpResponse::json(
            409,
            json!({ "code": "general.conflict", "message": "Ann Smith has 3175550123", "messageParams": { "user": "ann.smith" } })
                .to_string(),
        )
        .into(),
        HttpResponse::new(http::StatusCode::OK).with_body("planted, not JSON").into(),
        TransportErrorKind::Connect.into(),
        HttpResponse::json(404, r#"{"message":"planted","code":"not.found"}"#).into(),
        HttpResponse::json(200, r#""Ann Smith""#).into(),
    ];
    let client = recording(&path, answers);
    GetUser::new(&client, "ann.smith@contoso.example")
        .expand(ListStyle::Repeated, &["authorization"])
        .site_id("planted-site")
        .if_match("planted-match")
        .send()
        .await
        .unwrap();
    let error = PostUsers::new(&client, body.clone())
        .send()
        .await
        .unwrap_err();
    assert!(error.is_conflict());
    client
        .request(
            Method::POST,
            "/api/v2/planted/ann.smith?token=planted&mail=ann.smith%40contoso.example&pin=4711",
        )
        .multipart(MultipartBody::new().text("planted", "hunter2").file(
            "f",
            "ann.smith.png",
            "image/png",
            "planted",
        ))
        .send()
        .await
        .unwrap();
    let error = GetUser::new(&client, "4711").send().await.unwrap_err();
    assert!(error.is_not_found());
    client
        .request(Method::POST, "/api/v2/things")
        .body("text/plain", "Ann Smith, hunter2")
        .send()
        .await
        .unwrap();

    let text = fs::read_to_string(&path).unwrap();
    for planted in PLANTED {
        assert!(!text.contains(planted), "{planted} is in\n{text}");
        let lower = text.to_lowercase();
        assert!(
            !lower.contains(&planted.to_lowercase()),
            "{planted} is in\n{text}"
        );
    }
    // What is of use is there.
    for kept in [
        r#""state":"active""#,
        r#""version":3"#,
        r#""code":"general.conflict""#,
        "expand=authorization",
        r#""path":"/api/v2/users/"#,
        r#""latitude":"#,
        r#""bytes":"#,
        r#""failure":"connect""#,
        r#""content-type","application/json""#,
    ] {
        assert!(text.contains(kept), "{kept} is not in\n{text}");
    }
    assert_eq!(text.lines().count(), 6);
}

#[tokio::test]
async fn a_program_finds_its_own_values_in_a_replay() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("users.jsonl");
    let program = async |client: Client| -> Result<(Value, Value), Error> {
        let ann = GetUser::new(&client, "ann").send().await?.into_body();
        let manager = ann["manager"]["id"].as_str().unwrap_or_default().to_owned();
        let manager = GetUser::new(&client, &manager).send().await?.into_body();
        let changed = json!({ "id": "ann", "manager": manager["id"], "badge": ann["badge"], "tags": ["x", "x"] });
        let posted = PostUsers::new(&client, changed).send().await?.into_body();
        Ok((ann, posted))
    };
    let answers = [
        json!({ "id": "ann", "badge": 123_456, "manager": { "id": "eve", "self": "/api/v2/users/eve" } }),
        json!({ "id": "eve", "version": 2 }),
        json!({ "id": "ann", "version": 3, "by": { "ann@x.y": 1 } }),
    ];
    let answers = answers.map(|body| HttpResponse::json(200, body.to_string()));
    program(recording(&path, answers)).await.unwrap();

    let (client, replay) = replaying(&path);
    let (ann, posted) = program(client).await.unwrap();
    // The constant of the program is its own value; what it got from the API is not.
    assert_eq!(ann["id"], "ann");
    assert_eq!(posted["id"], "ann");
    assert_ne!(ann["manager"]["id"], "eve");
    assert_eq!(posted["version"], 3);
    replay.verify();

    // Another constant in the one place, and the recorded one in the other.
    let (client, replay) = replaying(&path);
    let bob = GetUser::new(&client, "bob").send().await.unwrap();
    assert_eq!(bob["id"], "bob");
    let manager = bob["manager"]["id"].as_str().unwrap();
    GetUser::new(&client, manager).send().await.unwrap();
    let wrong =
        json!({ "id": "ann", "manager": manager, "badge": bob["badge"], "tags": ["x", "x"] });
    let error = PostUsers::new(&client, wrong).send().await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("the nearest is POST /api/v2/users, of which the body differs"),
        "{error}"
    );
    let tags =
        json!({ "id": "bob", "manager": manager, "badge": bob["badge"], "tags": ["x", "y"] });
    assert!(PostUsers::new(&client, tags).send().await.is_err());
    let badge = json!({ "id": "bob", "manager": manager, "badge": 1, "tags": ["x", "x"] });
    assert!(PostUsers::new(&client, badge).send().await.is_err());
    assert_eq!(replay.remaining(), ["POST /api/v2/users"]);
    let right =
        json!({ "id": "bob", "manager": manager, "badge": bob["badge"], "tags": ["y", "y"] });
    PostUsers::new(&client, right).send().await.unwrap();
    replay.verify();
    let error = GetUser::new(&client, "bob").send().await.unwrap_err();
    assert!(error.is_invalid_request(), "{error}");
}

/// Two requests that are equal get their answers in the recorded order, and requests of different kinds in any order.
#[tokio::test(start_paused = true)]
async fn answers_come_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("order.jsonl");
    let answers: Vec<MemoryAnswer> = vec![
        HttpResponse::json(503, "{}").into(),
        HttpResponse::json(200, r#"{"version":1}"#).into(),
        HttpResponse::json(200, r#"{"version":2}"#).into(),
        HttpResponse::json(200, r#"{"version":7}"#).into(),
    ];
    let client = recording(&path, answers);
    for id in ["a", "a", "b"] {
        GetUser::new(&client, id).send().await.unwrap();
    }
    let (client, replay) = replaying(&path);
    let first = GetUser::new(&client, "a").send().await.unwrap();
    assert_eq!((first["version"].as_i64(), first.attempts()), (Some(1), 2));
    assert_eq!(
        GetUser::new(&client, "b").send().await.unwrap()["version"],
        7
    );
    assert_eq!(
        GetUser::new(&client, "a").send().await.unwrap()["version"],
        2
    );
    replay.verify();
}

#[test]
fn recordings_that_are_invalid_say_where() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bad.jsonl");
    fs::write(
        &path,
        "{\"method\":\"GET\",\"path\":\"/\",\"status\":200}\n{}\n",
    )
    .unwrap();
    let error = Replay::open(&path).unwrap_err().to_string();
    assert!(error.contains("bad.jsonl: line 2 is invalid"), "{error}");
    assert!(Replay::open(folder.path()).is_err());
}

#[tokio::test]
async fn a_listing_goes_on_by_its_recorded_links() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("links.jsonl");
    let program = async |client: Client| -> Result<i64, Error> {
        let mut next = Some("/api/v2/teams?pageSize=2".to_owned());
        let mut read = 0;
        while let Some(link) = next {
            let request = client
                .request(Method::GET, &link)
                .with_template("/api/v2/teams");
            let page = request.send_json::<Value>().await?;
            read += page["entities"]
                .as_array()
                .map_or(0, |list| list.len() as i64);
            next = page["nextUri"].as_str().map(str::to_owned);
        }
        Ok(read)
    };
    let answers = [
        json!({ "entities": ["a", "b"], "nextUri": "/api/v2/teams?pageSize=2&after=secretCursor17" }),
        json!({ "entities": ["c"] }),
    ];
    let answers = answers.map(|body| HttpResponse::json(200, body.to_string()));
    assert_eq!(program(recording(&path, answers)).await.unwrap(), 3);
    let (client, replay) = replaying(&path);
    assert_eq!(program(client).await.unwrap(), 3);
    replay.verify();
}
