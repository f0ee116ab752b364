//! A real Redis server for a test.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::runtime::auth::store::{RedisStore, TokenStore};

/// A server of one's own on a free port, ended with the test.
pub(super) struct Server {
    child: Child,
    pub(super) url: String,
    _directory: tempfile::TempDir,
}

impl Server {
    /// None, with a message, where the machine has no Redis.
    pub(super) async fn start() -> Option<Self> {
        let directory = tempfile::tempdir().unwrap();
        let port = std::net::TcpListener::bind(("127.0.0.1", 0))
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let child = Command::new("redis-server")
            .args(["--port", &port.to_string(), "--bind", "127.0.0.1"])
            .args(["--save", "", "--appendonly", "no", "--dir"])
            .arg(directory.path())
            .stdout(Stdio::null())
            .spawn();
        let Ok(child) = child else {
            eprintln!("SKIPPED: redis-server is not installed (apt-get install redis-server)");
            return None;
        };
        let server = Self {
            child,
            url: format!("redis://127.0.0.1:{port}/"),
            _directory: directory,
        };
        let probe = RedisStore::open(&server.url).unwrap();
        for _ in 0..500 {
            if probe.load("probe").await.is_ok() {
                return Some(server);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("redis-server did not come up");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
