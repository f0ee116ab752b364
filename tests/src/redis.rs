//! A Redis server of a test's own.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long the server may take to come up.
const PATIENCE: Duration = Duration::from_secs(10);

/// A real `redis-server` on a free port, which keeps nothing on disk and ends with this value.
#[derive(Debug)]
pub struct RedisServer {
    process: Child,
    port: u16,
}

impl RedisServer {
    /// Starts it, and waits until it answers. `None`, with a line on stderr, where the machine has no `redis-server`.
    ///
    /// # Panics
    ///
    /// If there is one and it does not come up within ten seconds.
    #[must_use]
    pub fn start() -> Option<Self> {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .and_then(|listener| listener.local_addr())
            .map(|address| address.port());
        let port = port.unwrap_or_else(|error| panic!("no free port: {error}"));
        let process = Command::new("redis-server")
            .args(["--port", &port.to_string(), "--bind", "127.0.0.1"])
            .args(["--save", "", "--appendonly", "no"])
            .stdout(Stdio::null())
            .spawn();
        let Ok(process) = process else {
            eprintln!("SKIPPED: redis-server is not installed (apt-get install redis-server)");
            return None;
        };
        let server = Self { process, port };
        let start = Instant::now();
        while !server.answers() {
            assert!(start.elapsed() < PATIENCE, "redis-server did not come up");
            std::thread::sleep(Duration::from_millis(10));
        }
        Some(server)
    }

    /// Where it is, as Redis's clients take it.
    #[must_use]
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
    }

    fn answers(&self) -> bool {
        let ask = || -> std::io::Result<bool> {
            let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?;
            stream.write_all(b"PING\r\n")?;
            let mut answer = [0; 7];
            stream.read_exact(&mut answer)?;
            Ok(&answer == b"+PONG\r\n")
        };
        ask().unwrap_or(false)
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        // It may have ended by itself; there is nothing else to do about an error.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
