//! Prism as a child process.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::time::timeout;

/// Reading the whole spec takes Prism about 90 seconds on a machine that does nothing else.
const LONGEST_START: Duration = Duration::from_secs(600);

/// A Prism that listens; it ends with this value.
pub(crate) struct Server {
    url: String,
    _child: Child,
}

impl Server {
    /// Starts `program` as a mock of the document at `spec`, and waits until it listens.
    pub(crate) async fn start(
        program: &Path,
        spec: &Path,
    ) -> Result<Self, Box<dyn std::error::Error>> {
        let port = free_port().await?;
        let mut child = Command::new(program)
            .args(["mock", "--host", "127.0.0.1", "--seed", "1", "--port"])
            .arg(port.to_string())
            .arg(spec)
            .env("NO_COLOR", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| format!("{}: {error}", program.display()))?;
        let output = child.stdout.take().ok_or("Prism has no output")?;
        let mut lines = BufReader::new(output).lines();
        timeout(LONGEST_START, async {
            while let Some(line) = lines.next_line().await? {
                if line.contains("Prism is listening") {
                    return Ok(());
                }
            }
            Err(std::io::Error::other("Prism ended before it listened"))
        })
        .await
        .map_err(|_| "Prism did not listen in time")??;
        // What it goes on to say of every request is read, so that it never waits for a reader.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Ok(Self {
            url: format!("http://127.0.0.1:{port}"),
            _child: child,
        })
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

async fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))
        .await?
        .local_addr()?
        .port())
}
