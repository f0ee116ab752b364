//! How many requests a second the mock serves: `GET /api/v2/users/u1` over keep-alive connections, raw sockets on the client's side, so that
//! the figure is the mock's and not a client library's.
//!
//! `cargo bench -p genesys-cloud-tests --bench mock_throughput`; `CONNECTIONS` and `REQUESTS` change the load (64 and 200,000),
//! `REQUEST_PATH` what is asked for.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use genesys_cloud_mock::{MockConfig, MockGenesys};

fn number(name: &str, default: usize) -> usize {
    std::env::var(name)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(default)
}

/// Reads one response with a length off the socket; returns how many bytes of it there were.
fn read_response(stream: &mut TcpStream, buffer: &mut [u8]) -> std::io::Result<usize> {
    let mut filled = 0;
    loop {
        let count = stream.read(&mut buffer[filled..])?;
        if count == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        filled += count;
        let Some(end) = buffer[..filled]
            .windows(4)
            .position(|window| window == b"\r\n\r\n")
        else {
            continue;
        };
        let head = String::from_utf8_lossy(&buffer[..end]);
        let length: usize = head
            .lines()
            .filter_map(|line| line.strip_prefix("content-length: "))
            .find_map(|value| value.parse().ok())
            .unwrap_or(0);
        if filled >= end + 4 + length {
            assert!(head.starts_with("HTTP/1.1 200"), "{head}");
            return Ok(filled);
        }
    }
}

/// Processor time that the mock's thread has used, where the system tells (Linux, in ticks of 10 ms).
fn mock_seconds() -> Option<f64> {
    for task in std::fs::read_dir("/proc/self/task").ok()? {
        let text = std::fs::read_to_string(task.ok()?.path().join("stat")).ok()?;
        let (name, fields) = text.rsplit_once(") ")?;
        if name.ends_with("(mock-genesys") {
            let mut fields = fields.split(' ').skip(11);
            let user: f64 = fields.next()?.parse().ok()?;
            let system: f64 = fields.next()?.parse().ok()?;
            return Some((user + system) / 100.0);
        }
    }
    None
}

fn main() -> std::io::Result<()> {
    let (connections, requests) = (number("CONNECTIONS", 64), number("REQUESTS", 200_000));
    let mock = MockGenesys::start_threaded(MockConfig::for_load())?;
    let token = mock.issue_token(Duration::from_secs(3600));
    let path = std::env::var("REQUEST_PATH").unwrap_or_else(|_| "/api/v2/users/u1".to_owned());
    let request =
        format!("GET {path} HTTP/1.1\r\nhost: mock\r\nauthorization: Bearer {token}\r\n\r\n");
    let mut streams = (0..connections)
        .map(|_| TcpStream::connect(("127.0.0.1", mock.port())))
        .collect::<Result<Vec<_>, _>>()?;
    let mut buffer = vec![0; 1024 * 1024];
    let start = Instant::now();
    let mut bytes = 0;
    for _ in 0..requests / connections {
        // All connections have a request in flight at once; one thread is enough for that.
        for stream in &mut streams {
            stream.write_all(request.as_bytes())?;
        }
        for stream in &mut streams {
            bytes += read_response(stream, &mut buffer)?;
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    let done = requests / connections * connections;
    println!(
        "{done} requests, {connections} connections: {:.2} s, {:.0} requests/s, {} bytes each",
        seconds,
        done as f64 / seconds,
        bytes / done
    );
    if let Some(seconds) = mock_seconds() {
        println!(
            "the mock's own processor time: {:.1} microseconds a request",
            seconds / done as f64 * 1e6
        );
    }
    Ok(())
}
