//! Whose token an operation carries, and where all paths begin.

use genesys_codegen::ir::CredentialPlace;

use super::*;

/// A document whose operation, and which itself, says this of security.
fn secured(own: Option<Value>, whole: Option<Value>) -> Value {
    let mut document = with_operation("/things", "get", json!({}));
    document["securityDefinitions"] = json!({
        "Login": {"type": "oauth2", "flow": "implicit", "authorizationUrl": "https://login.example/",
                  "scopes": {"a": "", "b": ""}},
        "Guest": {"type": "apiKey", "in": "header", "name": "authorization"},
        "Key": {"type": "apiKey", "in": "header", "name": "X-Key"},
        "In Query": {"type": "apiKey", "in": "query", "name": "key"},
        "Password": {"type": "basic"}
    });
    if let Some(own) = own {
        document["paths"]["/things"]["get"]["security"] = own;
    }
    if let Some(whole) = whole {
        document["security"] = whole;
    }
    document
}

/// Public, scopes, the name of the scheme.
fn carried(own: Option<Value>, whole: Option<Value>) -> (bool, Vec<String>, Option<String>) {
    let operation = only_operation(&secured(own, whole));
    let name = operation.credential.map(|scheme| scheme.name);
    (operation.public, operation.scopes, name)
}

#[test]
fn an_alternative_with_oauth_wins_and_lists_its_scopes() {
    let oauth = |scopes: &[&str]| {
        let scopes: Vec<String> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        (false, scopes, None)
    };
    assert_eq!(carried(None, None), oauth(&[]));
    for (security, scopes) in [
        (json!([{"Login": []}]), &[][..]),
        (json!([{"Login": ["b", "a"]}]), &["b", "a"]),
        (json!([{"Guest": []}, {"Login": ["a"]}]), &["a"]),
        (json!([{"Guest": [], "Login": ["a"]}]), &["a"]),
        (json!([{}, {"Login": ["a"]}]), &["a"]),
        (
            json!([{"Login": ["a"]}, {"Login": ["b", "a"]}]),
            &["a", "b"],
        ),
    ] {
        assert_eq!(carried(Some(security.clone()), None), oauth(scopes));
        assert_eq!(carried(None, Some(security)), oauth(scopes));
    }
    assert_eq!(
        carried(
            Some(json!([{"Login": ["a"]}])),
            Some(json!([{"Guest": []}]))
        ),
        oauth(&["a"])
    );
}

#[test]
fn without_oauth_the_caller_gives_the_credential_or_none_is_needed() {
    let named = |public, name: &str| (public, Vec::new(), Some(name.to_owned()));
    for (security, expected) in table![
        json!([]) => (true, Vec::new(), None);
        json!([{}]) => (true, Vec::new(), None);
        json!([{"Guest": []}]) => named(false, "Guest");
        json!([{"Guest": []}, {}]) => named(true, "Guest");
        // What the document defines is more likely to be at hand than what it does not, and one more than two.
        json!([{"Nowhere": []}, {"Guest": []}]) => named(false, "Guest");
        json!([{"Key": [], "Guest": []}, {"Password": []}]) => named(false, "Password");
        json!([{"Nowhere": []}]) => named(false, "Nowhere");
    ] {
        assert_eq!(
            carried(Some(security.clone()), None),
            expected,
            "{security}"
        );
        assert_eq!(carried(None, Some(security)), expected);
    }
    assert_eq!(
        carried(Some(json!([])), Some(json!([{"Guest": []}]))).2,
        None
    );
}

#[test]
fn a_credential_goes_where_its_scheme_says() {
    let place = |name: &str| {
        let operation = only_operation(&secured(Some(json!([{name: []}])), None));
        operation.credential.unwrap().place
    };
    let authorization = |word: &str| CredentialPlace::Authorization(word.to_owned());
    assert_eq!(place("Guest"), authorization("Bearer"));
    assert_eq!(place("Nowhere"), authorization("Bearer"));
    assert_eq!(place("Password"), authorization("Basic"));
    assert_eq!(place("Key"), CredentialPlace::Header("X-Key".to_owned()));
    assert_eq!(place("In Query"), CredentialPlace::Query("key".to_owned()));
    let mut document = openapi(json!({"A": {"type": "object"}}));
    let operation = &mut document["paths"]["/api/v2/things/0"]["get"];
    operation["security"] = json!([{"S": []}]);
    for (scheme, expected) in table![
        json!({"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}) => authorization("Bearer");
        json!({"type": "http", "scheme": "Basic"}) => authorization("Basic");
        json!({"type": "http", "scheme": "Digest"}) => authorization("Digest");
        json!({"type": "apiKey", "in": "cookie", "name": "session"}) => CredentialPlace::Cookie("session".to_owned());
        json!({"type": "openIdConnect", "openIdConnectUrl": "https://login.example/"}) => authorization("Bearer");
    ] {
        document["components"]["securitySchemes"] = json!({"S": scheme});
        assert_eq!(
            only_operation(&document).credential.unwrap().place,
            expected
        );
    }
    // A name that no header can have leaves the operation out.
    document["components"]["securitySchemes"] =
        json!({"S": {"type": "apiKey", "in": "header", "name": "a\nb"}});
    let api = try_build(&document).unwrap();
    assert!(api.operations.is_empty());
    assert_eq!(
        api.diagnostics.left_out[0].pointer,
        "/components/securitySchemes/S"
    );
}

fn path_of(document: &Value) -> String {
    only_operation(document).path
}

#[test]
fn the_base_path_is_part_of_every_path() {
    let mut document = with_operation("/user", "get", json!({}));
    for (base, expected) in [
        ("/api/v9", "/api/v9/user"),
        ("/api/v9/", "/api/v9/user"),
        ("/", "/user"),
    ] {
        document["basePath"] = json!(base);
        for host in [None, Some("api.example.com")] {
            match host {
                Some(host) => document["host"] = json!(host),
                None => drop(document.as_object_mut().unwrap().remove("host")),
            }
            for schemes in [json!([]), json!(["http", "https"])] {
                document["schemes"] = schemes;
                assert_eq!(path_of(&document), expected);
            }
        }
    }
    document["basePath"] = json!("/api/v9");
    let pieces = only_operation(&document).path_segments;
    assert_eq!(pieces, [PathPiece::Literal("/api/v9/user".to_owned())]);
    // Some published files have it in their paths.
    let mut whole = with_operation("/api/v2/users", "get", json!({}));
    for base in ["/api/v2", "/api"] {
        whole["basePath"] = json!(base);
        assert_eq!(path_of(&whole), "/api/v2/users");
    }
    whole["basePath"] = json!("/api/v");
    assert_eq!(path_of(&whole), "/api/v/api/v2/users");
    for base in ["/a/../b", "/a b", "/{a}"] {
        document["basePath"] = json!(base);
        let error = try_build(&document).unwrap_err().to_string();
        assert!(error.contains("the base path"), "{error}");
    }
}

#[test]
fn the_path_of_the_first_server_is_the_base_path() {
    let mut document = openapi(json!({"A": {"type": "object"}}));
    let paths = document["paths"].as_object_mut().unwrap();
    let item = paths.remove("/api/v2/things/0").unwrap();
    paths.insert("/things".to_owned(), item);
    for (servers, expected) in [
        (
            json!([{"url": "https://api.example.com/v9"}, {"url": "/other"}]),
            "/v9/things",
        ),
        (json!([{"url": "/v9/"}]), "/v9/things"),
        (json!([{"url": "https://api.example.com"}]), "/things"),
        (json!([]), "/things"),
        (
            json!([{"url": "{scheme}://{region}.example.com/{version}", "variables": {
                "scheme": {"default": "https"}, "region": {"default": "eu"}, "version": {"default": "v3"}
            }}]),
            "/v3/things",
        ),
    ] {
        document["servers"] = servers;
        assert_eq!(path_of(&document), expected);
    }
    // Servers of an operation or of a path lead elsewhere, unless they are those of the document.
    document["servers"] = json!([{"url": "https://api.example.com/v9"}]);
    for place in ["/paths/~1things/get", "/paths/~1things"] {
        let mut own = document.clone();
        let at = own.pointer_mut(place).unwrap();
        at["servers"] = json!([{"url": "https://api.example.com/v9"}]);
        assert_eq!(path_of(&own), "/v9/things");
        let at = own.pointer_mut(place).unwrap();
        at["servers"] = json!([{"url": "https://files.example.com"}]);
        let api = try_build(&own).unwrap();
        let [left_out] = &api.diagnostics.left_out[..] else {
            panic!("{:?}", api.diagnostics);
        };
        assert!(
            left_out.reason.contains("https://files.example.com"),
            "{left_out}"
        );
        assert_eq!(left_out.pointer, format!("{place}/servers"));
    }
}
