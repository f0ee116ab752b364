//! Settings from environment variables and from profiles.

use std::path::PathBuf;
use std::sync::Arc;

use crate::runtime::client::{ClientBuilder, Gateway};
use crate::runtime::transport::{HttpResponse, MemoryTransport};
use crate::runtime::{Client, Error, Region};
use crate::tests::support::table;

const TOKEN: (&str, &str) = ("GENESYSCLOUD_ACCESS_TOKEN", "planted-token-1234567");
const CLIENT: [(&str, &str); 2] = [
    ("GENESYSCLOUD_OAUTHCLIENT_ID", "id"),
    ("GENESYSCLOUD_OAUTHCLIENT_SECRET", "planted-secret-1234567"),
];

fn with_variables(builder: ClientBuilder, variables: &[(&str, &str)]) -> ClientBuilder {
    builder.environment(|name| {
        let found = variables.iter().find(|(other, _)| *other == name);
        found.map(|(_, value)| (*value).to_owned())
    })
}

fn from_variables(variables: &[(&str, &str)]) -> Result<Client, Error> {
    with_variables(Client::builder(), variables).build()
}

#[test]
fn a_gateway_of_the_environment() {
    let gateway = |more: &[(&str, &str)]| {
        let host = [TOKEN, ("GENESYSCLOUD_GATEWAY_HOST", "gw.example.com")];
        from_variables(&[&host[..], more].concat()).unwrap()
    };
    let client = gateway(&[]);
    assert_eq!(client.api_base().as_str(), "https://gw.example.com/");
    let client = gateway(&[
        ("GENESYSCLOUD_GATEWAY_PORT", "8443"),
        ("GENESYSCLOUD_GATEWAY_PROTOCOL", "HTTPS"),
        ("GENESYSCLOUD_GATEWAY_PATH_NAME", "login"),
        ("GENESYSCLOUD_GATEWAY_PATH_VALUE", "/in"),
    ]);
    assert_eq!(client.api_base().as_str(), "https://gw.example.com:8443/");
    assert_eq!(
        client.login_base().as_str(),
        "https://gw.example.com:8443/in"
    );
    let client = gateway(&[
        ("GENESYSCLOUD_GATEWAY_PATH_NAME", "api"),
        ("GENESYSCLOUD_GATEWAY_PATH_VALUE", "gc"),
    ]);
    assert_eq!(client.api_base().as_str(), "https://gw.example.com/gc");
}

#[test]
fn a_value_that_is_not_understood_is_an_error_that_names_its_variable() {
    const PROXY: (&str, &str) = ("GENESYSCLOUD_PROXY_HOST", "proxy.example.com");
    const GATEWAY: (&str, &str) = ("GENESYSCLOUD_GATEWAY_HOST", "gw.example.com");
    for (before, name, value) in table![
        None, "GENESYSCLOUD_REGION" => "mars";
        None, "GENESYSCLOUD_TOKEN_POOL_SIZE" => "many";
        None, "GENESYSCLOUD_TOKEN_POOL_SIZE" => "-1";
        None, "GENESYSCLOUD_PROXY_HOST" => "http://planted.example.com";
        None, "GENESYSCLOUD_PROXY_HOST" => "user:planted@proxy";
        None, "GENESYSCLOUD_PROXY_HOST" => "proxy:3128";
        Some(PROXY), "GENESYSCLOUD_PROXY_PORT" => "70000";
        Some(PROXY), "GENESYSCLOUD_PROXY_PROTOCOL" => "socks5";
        Some(GATEWAY), "GENESYSCLOUD_GATEWAY_PORT" => "https";
        Some(GATEWAY), "GENESYSCLOUD_GATEWAY_PROTOCOL" => "ftp";
        // What belongs to something that is missing:
        None, "GENESYSCLOUD_PROXY_PORT" => "3128";
        None, "GENESYSCLOUD_PROXY_AUTH_USERNAME" => "planted";
        Some(PROXY), "GENESYSCLOUD_PROXY_AUTH_PASSWORD" => "planted";
        None, "GENESYSCLOUD_GATEWAY_PROTOCOL" => "https";
        Some(GATEWAY), "GENESYSCLOUD_GATEWAY_PATH_NAME" => "login";
        Some(GATEWAY), "GENESYSCLOUD_GATEWAY_PATH_VALUE" => "x";
        None, "GENESYSCLOUD_OAUTHCLIENT_ID" => "x";
    ] {
        let token = Some(TOKEN).filter(|_| name != "GENESYSCLOUD_OAUTHCLIENT_ID");
        let variables: Vec<_> = token
            .into_iter()
            .chain(before)
            .chain([(name, value)])
            .collect();
        let error = from_variables(&variables).expect_err(name);
        assert!(error.is_configuration(), "{name}: {error}");
        let text = format!("{error} {error:?}");
        assert!(text.contains(name), "{name}: {text}");
        assert!(!text.contains("planted"), "{name}: {text}");
    }
    let paths = [
        TOKEN,
        GATEWAY,
        ("GENESYSCLOUD_GATEWAY_PATH_NAME", "logout"),
        ("GENESYSCLOUD_GATEWAY_PATH_VALUE", "x"),
    ];
    let error = from_variables(&paths).unwrap_err().to_string();
    assert!(error.contains("GENESYSCLOUD_GATEWAY_PATH_NAME"), "{error}");
}

#[test]
fn variables_of_other_tools_are_left_alone() {
    for name in [
        "GENESYSCLOUD_MAX_CONCURRENT_PAGES",
        "GENESYSCLOUD_TOKEN_ACQUIRE_TIMEOUT",
        "GENESYSCLOUD_TOKEN_INIT_TIMEOUT",
        "GENESYSCLOUD_SDK_DEBUG",
        "GENESYSCLOUD_SDK_DEBUG_FORMAT",
    ] {
        from_variables(&[TOKEN, (name, "nonsense")]).expect(name);
    }
}

#[test]
fn a_pool_of_the_environment_belongs_to_its_credentials() {
    const POOL: (&str, &str) = ("GENESYSCLOUD_TOKEN_POOL_SIZE", "51");
    let error = from_variables(&[CLIENT[0], CLIENT[1], POOL]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "invalid pool of 51 tokens (GENESYSCLOUD_TOKEN_POOL_SIZE): expected 1 to 50"
    );
    const TWO: (&str, &str) = ("GENESYSCLOUD_TOKEN_POOL_SIZE", "2");
    let error = from_variables(&[TOKEN, TWO]).unwrap_err().to_string();
    assert!(
        error.starts_with("a pool of 2 tokens (GENESYSCLOUD_TOKEN_POOL_SIZE) needs a grant"),
        "{error}"
    );
    for (value, shown) in [
        ("-1", ", found -1"),
        ("9999999999999999999999", ""),
        ("planted", ""),
    ] {
        let name = "GENESYSCLOUD_TOKEN_POOL_SIZE";
        let error = from_variables(&[CLIENT[0], CLIENT[1], (name, value)]).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("invalid {name}: expected a number from 1 to 50{shown}")
        );
    }
    with_variables(Client::builder().pool(2), &[CLIENT[0], CLIENT[1], POOL])
        .build()
        .expect("the code's number of tokens wins");
    let own = Client::builder().access_token("own-token");
    with_variables(own, &[TOKEN, POOL])
        .build()
        .expect("the code's credentials win");
}

/// The first line and the headers of the one request that a proxy gets.
async fn first_request(listener: tokio::net::TcpListener) -> String {
    use tokio::io::AsyncReadExt;

    let (mut stream, _) = listener.accept().await.unwrap();
    let mut head = Vec::new();
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        assert_ne!(stream.read_buf(&mut head).await.unwrap(), 0);
    }
    String::from_utf8(head).unwrap()
}

#[tokio::test]
async fn a_proxy_of_the_environment_gets_the_call_with_its_credentials() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let variables = [
        TOKEN,
        ("GENESYSCLOUD_PROXY_HOST", "127.0.0.1"),
        ("GENESYSCLOUD_PROXY_PORT", &port),
        ("GENESYSCLOUD_PROXY_AUTH_USERNAME", "me"),
        ("GENESYSCLOUD_PROXY_AUTH_PASSWORD", "p@ss:word"),
    ];
    let client = with_variables(Client::builder(), &variables)
        .build()
        .unwrap();
    let call = tokio::spawn(client.request(http::Method::GET, "/api/v2/users/me").send());
    let head = first_request(listener).await;
    call.abort();
    assert!(
        head.starts_with("CONNECT api.mypurecloud.com:443 "),
        "{head}"
    );
    // me:p@ss:word
    assert!(head.contains("Basic bWU6cEBzczp3b3Jk"), "{head}");
}

/// A proxy that answers `CONNECT` with 407: the error says how to give it a login, of a call and of a login of the client.
#[tokio::test]
async fn an_error_of_a_proxy_that_wants_a_login_names_its_settings() {
    use tokio::io::AsyncWriteExt;

    for given in [&[TOKEN][..], &CLIENT] {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port().to_string();
        let mut variables = given.to_vec();
        variables.extend([
            ("GENESYSCLOUD_PROXY_HOST", "127.0.0.1"),
            ("GENESYSCLOUD_PROXY_PORT", &port),
        ]);
        let client = with_variables(Client::builder(), &variables)
            .build()
            .unwrap();
        let proxy = tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let answer =
                    "HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n";
                let mut head = [0; 1024];
                tokio::io::AsyncReadExt::read(&mut stream, &mut head)
                    .await
                    .unwrap();
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        let error = client
            .request(http::Method::GET, "/api/v2/users/me")
            .with_timeout(std::time::Duration::from_secs(10))
            .with_retry(crate::runtime::pipeline::RetryPolicy::never())
            .send()
            .await
            .unwrap_err()
            .to_string();
        proxy.abort();
        for part in [
            "(407)",
            "GENESYSCLOUD_PROXY_AUTH_USERNAME",
            "GENESYSCLOUD_PROXY_AUTH_PASSWORD",
            "HTTPS_PROXY",
            "ClientBuilder::proxy",
        ] {
            assert!(error.contains(part), "{part}: {error}");
        }
    }
}

struct File {
    path: PathBuf,
    _folder: tempfile::TempDir,
}

fn file(text: &str) -> File {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    std::fs::write(&path, text).unwrap();
    File {
        path,
        _folder: folder,
    }
}

const PROFILES: &str = r#"
[DEFAULT]
environment = "mypurecloud.de"
client_credentials = "default-id"
client_secret = "planted-secret-of-default"
grant_type = "1"

[Other]
Environment = "eu-west-1"
ACCESS_TOKEN = "planted-token-of-other"
client_credentials = "other-id"
client_secret = "planted-secret-of-other"
grant_type = "3"
proxy_host = "proxy.example.com"
proxy_port = 3128
gateway_host = "gw.example.com"

[pkce]
client_credentials = "id"
client_secret = "planted"
grant_type = "3"

[typo]
access_token = "planted"
proxy_hosts = "proxy.example.com"
"#;

fn profile(name: &str) -> Result<Client, Error> {
    let file = file(PROFILES);
    Client::builder()
        .profile_file(&file.path)
        .profile(name)
        .build()
}

#[test]
fn a_profile_by_its_name_in_any_case() {
    let client = profile("default").unwrap();
    assert_eq!(client.api_base().as_str(), "https://api.mypurecloud.de/");
    // The token wins over a grant that is not supported.
    let client = profile("OTHER").unwrap();
    assert_eq!(client.api_base().as_str(), "https://gw.example.com/");
    assert!(!format!("{client:?}").contains("planted"));
}

#[test]
fn a_profile_that_cannot_be_used_says_why() {
    for (name, expected) in [
        ("missing", "`DEFAULT`"),
        ("pkce", "grant_type of the profile `pkce`"),
        ("typo", "proxy_hosts"),
    ] {
        let error = profile(name).unwrap_err();
        let text = format!("{error} {error:?}");
        assert!(
            error.is_configuration() && text.contains(expected),
            "{text}"
        );
        assert!(!text.contains("planted"), "{text}");
    }
    let broken = file("[DEFAULT]\naccess_token = planted\n");
    let error = Client::builder()
        .profile_file(&broken.path)
        .build()
        .unwrap_err();
    let text = format!("{error} {error:?}");
    assert!(text.contains("line 2"), "{text}");
    assert!(!text.contains("planted"), "{text}");
    let error = Client::builder()
        .profile_file("/nowhere/config.toml")
        .build()
        .unwrap_err();
    assert!(
        error.to_string().contains("/nowhere/config.toml"),
        "{error}"
    );
}

/// The token with which a client sends, and the host that it sends to.
async fn sent_by(builder: ClientBuilder) -> (String, String) {
    let transport = Arc::new(MemoryTransport::new(|_| HttpResponse::json(200, "{}")));
    let client = builder.transport(transport.clone()).build().unwrap();
    client
        .request(http::Method::GET, "/x")
        .send()
        .await
        .unwrap();
    let sent = transport.requests();
    let token = sent[0].header("authorization").unwrap_or_default();
    let host = sent[0].url.host_str().unwrap_or_default();
    (token.to_owned(), host.to_owned())
}

#[tokio::test]
async fn code_wins_over_the_environment_and_that_over_the_profile() {
    let file = file("[one]\nenvironment = 'eu-west-1'\naccess_token = 'of-profile'\n");
    let builder = || Client::builder().profile_file(&file.path).profile("one");
    let of = |token: &str, domain: &str| (format!("Bearer {token}"), format!("api.{domain}"));
    let region = ("GENESYSCLOUD_REGION", "eu-central-1");

    assert_eq!(sent_by(builder()).await, of("of-profile", "mypurecloud.ie"));
    let client = with_variables(builder(), &[region]);
    assert_eq!(sent_by(client).await, of("of-profile", "mypurecloud.de"));
    let client = with_variables(builder(), &[region, TOKEN]);
    assert_eq!(sent_by(client).await, of(TOKEN.1, "mypurecloud.de"));
    // In whichever order the methods are called.
    let client = builder()
        .region(Region::ApNortheast1)
        .access_token("of-code");
    let client = with_variables(client, &[region, TOKEN]);
    assert_eq!(sent_by(client).await, of("of-code", "mypurecloud.jp"));
    let client = with_variables(
        builder(),
        &[TOKEN, ("GENESYSCLOUD_GATEWAY_HOST", "gw.example.com")],
    )
    .gateway(Gateway::new("other.example.com"));
    assert_eq!(sent_by(client).await.1, "other.example.com");
}

#[cfg(unix)]
#[test]
fn a_file_that_others_can_read_is_warned_of() {
    use std::os::unix::fs::PermissionsExt;

    use crate::tests::recorder::Recorder;

    let file = file("[DEFAULT]\naccess_token = 'planted-token'\n");
    for (mode, expected) in [(0o600, false), (0o644, true)] {
        std::fs::set_permissions(&file.path, std::fs::Permissions::from_mode(mode)).unwrap();
        let recorder = Recorder::default();
        tracing::subscriber::with_default(recorder.clone(), || {
            Client::builder().profile_file(&file.path).build().unwrap();
        });
        let text = recorder.warnings().join("\n");
        assert_eq!(text.contains("chmod 600"), expected, "{mode:o}: {text}");
        assert!(!text.contains("planted"), "{text}");
    }
}
