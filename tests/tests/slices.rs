//! Slices as their users have them: crates of their own outside this workspace, compiled by cargo, that call the mock.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use genesys_cloud_mock::{MockConfig, MockGenesys, Reply};
use genesys_codegen::Config;
use serde_json::json;
use tempfile::TempDir;
use tokio::runtime::Runtime;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// A folder outside the workspace, and a server for what is made there.
struct Stage {
    folder: TempDir,
    runtime: Runtime,
    mock: MockGenesys,
}

impl Stage {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let mock = runtime
            .block_on(MockGenesys::start(MockConfig::default()))
            .unwrap();
        mock.route("GET", "/api/v2/routing/queues", |_| {
            Reply::json(&json!({"entities": []}))
        });
        Self {
            folder: tempfile::tempdir().unwrap(),
            runtime,
            mock,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Runs a package with the versions of this workspace and the credentials of the mock; it compiles without a warning.
    fn run(&self, package: &str, arguments: &[&str]) -> String {
        let folder = self.path(package);
        fs::copy(
            Path::new(ROOT).join("Cargo.lock"),
            folder.join("Cargo.lock"),
        )
        .unwrap();
        let built = self.cargo(&folder, &["build", "--quiet", "--offline"]);
        let said = String::from_utf8_lossy(&built.stderr);
        assert!(built.status.success() && said.is_empty(), "{said}");
        let ran = self.cargo(
            &folder,
            &[&["run", "--quiet", "--offline", "--"], arguments].concat(),
        );
        let said = String::from_utf8_lossy(&ran.stderr);
        assert!(ran.status.success(), "{said}");
        String::from_utf8(ran.stdout).unwrap()
    }

    fn cargo(&self, folder: &Path, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO"))
            .args(arguments)
            .current_dir(folder)
            .env("CARGO_TARGET_DIR", target())
            // No line tables, and no time spent on the speed of what runs once.
            .env("CARGO_PROFILE_DEV_DEBUG", "0")
            .env("CARGO_PROFILE_DEV_BUILD_OVERRIDE_OPT_LEVEL", "0")
            .env("GENESYSCLOUD_BASE_URL", self.mock.base_url())
            .env("GENESYSCLOUD_OAUTHCLIENT_ID", self.mock.client_id())
            .env("GENESYSCLOUD_OAUTHCLIENT_SECRET", self.mock.client_secret())
            .output()
            .unwrap()
    }

    /// The paths of the API that were called.
    fn called(&self) -> Vec<String> {
        let requests = self.mock.take_requests().into_iter();
        requests
            .map(|request| request.uri.path().to_owned())
            .filter(|path| path.starts_with("/api/"))
            .collect()
    }
}

/// Where cargo has put this test: what is compiled there is compiled once.
fn target() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.ancestors().nth(3).unwrap().to_owned()
}

const CALLER: &str = r#"
[package]
name = "genesys-slice-caller"
version = "0.1.0"
edition = "2024"

[dependencies]
genesys-cloud = { path = "../sdk", features = ["users", "routing"] }
tokio = { version = "1.54.1", features = ["io-util", "macros", "net", "rt", "sync", "time"] }
"#;

const CALLER_MAIN: &str = r#"
use genesys_cloud::Client;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let url = std::env::var("GENESYSCLOUD_BASE_URL")?;
    let client = Client::builder()
        .base_urls(&url, &url)
        .client_credentials(
            std::env::var("GENESYSCLOUD_OAUTHCLIENT_ID")?,
            std::env::var("GENESYSCLOUD_OAUTHCLIENT_SECRET")?,
        )
        .build()?;
    let user = client.users().get_user("u1").send().await?;
    let queues = client.routing().get_routing_queues().page_size(1).send().await?;
    println!("{} {}", user.status().as_u16(), queues.status().as_u16());
    Ok(())
}
"#;

#[test]
fn a_slice_of_three_operations_is_called_from_another_crate() {
    let stage = Stage::new();
    let config = Config::new().operations(["getUser", "getUsersMe", "getRoutingQueues"]);
    let built = config.build().unwrap();
    let rendered = config.render(built).unwrap();
    rendered.write(&stage.path("sdk")).unwrap();
    stage.write("caller/Cargo.toml", CALLER);
    stage.write("caller/src/main.rs", CALLER_MAIN);
    assert_eq!(stage.run("caller", &[]), "200 200\n");
    assert_eq!(
        stage.called(),
        ["/api/v2/users/u1", "/api/v2/routing/queues"]
    );
}

/// The package in `generator/examples/build-script`, elsewhere.
#[test]
fn a_build_script_makes_what_a_package_calls() {
    let stage = Stage::new();
    let example = Path::new(ROOT).join("generator/examples/build-script");
    let generator = Path::new(ROOT).join("generator").canonicalize().unwrap();
    for file in ["Cargo.toml", "build.rs", "src/main.rs"] {
        let text = fs::read_to_string(example.join(file)).unwrap();
        let text = text.replace("path = \"../..\"", &format!("path = {generator:?}"));
        stage.write(&format!("package/{file}"), &text);
    }
    assert_eq!(stage.run("package", &["u7"]), "u7\n");
    assert_eq!(stage.called(), ["/api/v2/users/u7"]);

    // What cargo was told, and that it believed it: nothing is stale.
    let folder = stage.path("package");
    let again = stage.cargo(&folder, &["build", "--offline", "--verbose"]);
    let said = String::from_utf8_lossy(&again.stderr);
    assert!(
        said.contains("Fresh genesys-build-script-example"),
        "{said}"
    );
    let told = fs::read_dir(target().join("debug/build"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.to_string_lossy()
                .contains("genesys-build-script-example-")
        })
        .find_map(|path| fs::read_to_string(path.join("output")).ok())
        .unwrap();
    for input in [
        "../spec\n",
        "../templates/runtime/src/runtime\n",
        "../templates/../Cargo.toml\n",
    ] {
        assert!(told.contains(input), "{input} is not in:\n{told}");
    }
    assert!(
        told.contains("cargo::rustc-check-cfg=cfg(feature, values("),
        "{told}"
    );

    // A package without a dependency of the runtime is told which.
    let manifest = stage.path("package/Cargo.toml");
    let text = fs::read_to_string(&manifest).unwrap();
    fs::write(&manifest, text.replace("zeroize = \"1.9.2\"\n", "")).unwrap();
    let failed = stage.cargo(&folder, &["build", "--quiet", "--offline"]);
    let said = String::from_utf8_lossy(&failed.stderr);
    assert!(!failed.status.success());
    assert!(
        said.contains("  zeroize = \\\"1.9.2\\\"") || said.contains("zeroize = \"1.9.2\""),
        "{said}"
    );
    drop(stage.runtime);
}
