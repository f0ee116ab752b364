//! A real Redis server for a test.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::runtime::auth::store::{RedisStore, TokenStore};

/// A Redis server on a free port, ended with the test.
pub(super) struct Server {
    child: Child,
    port: u16,
    options: Vec<String>,
    pub(super) url: String,
    directory: tempfile::TempDir,
}

impl Server {
    /// None, with a message, where the machine has no Redis.
    pub(super) async fn start() -> Option<Self> {
        Self::start_with(&[]).await
    }

    /// The same with more options of `redis-server`.
    pub(super) async fn start_with(options: &[&str]) -> Option<Self> {
        let directory = tempfile::tempdir().unwrap();
        let port = std::net::TcpListener::bind(("127.0.0.1", 0))
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let options: Vec<_> = options.iter().map(|option| (*option).to_owned()).collect();
        let Ok(child) = spawn(port, directory.path(), &options) else {
            eprintln!("SKIPPED: redis-server is not installed (apt-get install redis-server)");
            return None;
        };
        let server = Self {
            child,
            port,
            options,
            url: format!("redis://127.0.0.1:{port}/"),
            directory,
        };
        server.answers().await;
        Some(server)
    }

    /// Ends the server at once, as a crash does; what it held is lost.
    pub(super) fn stop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Starts it again on the same port.
    pub(super) async fn restart(&mut self) {
        self.child = spawn(self.port, self.directory.path(), &self.options).unwrap();
        self.answers().await;
    }

    async fn answers(&self) {
        let probe = RedisStore::open(&self.url).unwrap();
        for _ in 0..500 {
            if probe.load("probe").await.is_ok() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("redis-server did not come up");
    }
}

fn spawn(port: u16, directory: &Path, options: &[String]) -> std::io::Result<Child> {
    Command::new("redis-server")
        .args(["--port", &port.to_string(), "--bind", "127.0.0.1"])
        .args(["--save", "", "--appendonly", "no", "--dir"])
        .arg(directory)
        .args(options)
        .stdout(Stdio::null())
        .spawn()
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}
