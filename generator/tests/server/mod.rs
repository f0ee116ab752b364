//! A web server on loopback that says what a test tells it, byte for byte.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(dead_code, reason = "not every test file needs all of it")]

use std::collections::VecDeque;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

/// What is answered to requests for one path: one after the other, the last one for ever.
type Script = (String, VecDeque<Vec<u8>>);

/// The server; it ends when this is dropped.
pub(crate) struct Server {
    address: SocketAddr,
    log: Arc<Mutex<Vec<String>>>,
    stop: Arc<Mutex<bool>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts it; any other path than those of the scripts is 404.
    pub(crate) fn start(scripts: &[(&str, &[Vec<u8>])]) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let log = Arc::new(Mutex::new(Vec::new()));
        let stop = Arc::new(Mutex::new(false));
        let mut scripts: Vec<Script> = scripts
            .iter()
            .map(|(path, replies)| ((*path).to_owned(), replies.iter().cloned().collect()))
            .collect();
        let thread = std::thread::spawn({
            let (log, stop) = (Arc::clone(&log), Arc::clone(&stop));
            move || {
                for stream in listener.incoming() {
                    if *stop.lock().unwrap() {
                        return;
                    }
                    serve(stream.unwrap(), &mut scripts, &log);
                }
            }
        });
        Self {
            address,
            log,
            stop,
            thread: Some(thread),
        }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The heads of the requests so far.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        *self.stop.lock().unwrap() = true;
        let _ = TcpStream::connect(self.address);
        self.thread.take().unwrap().join().unwrap();
    }
}

fn serve(mut stream: TcpStream, scripts: &mut [Script], log: &Mutex<Vec<String>>) {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read(&mut byte) {
            Ok(1) => head.push(byte[0]),
            _ => return,
        }
    }
    let head = String::from_utf8(head).unwrap();
    let target = head.split(' ').nth(1).unwrap_or_default();
    let path = target.split('?').next().unwrap_or_default().to_owned();
    // What is not read before the end makes the end a reset.
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.parse().unwrap())
    });
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body).unwrap();
    log.lock().unwrap().push(head);
    let script = scripts.iter_mut().find(|(known, _)| *known == path);
    let reply = match script {
        Some((_, replies)) if replies.len() > 1 => replies.pop_front().unwrap(),
        Some((_, replies)) => replies[0].clone(),
        None => status(404, ""),
    };
    // The client may be gone.
    let _ = stream.write_all(&reply);
}

/// A whole answer.
pub(crate) fn reply(status: u16, headers: &str, body: &[u8]) -> Vec<u8> {
    let mut reply = format!(
        "HTTP/1.1 {status} Status\r\nconnection: close\r\ncontent-length: {}\r\n{headers}\r\n",
        body.len()
    )
    .into_bytes();
    reply.extend_from_slice(body);
    reply
}

/// JSON.
pub(crate) fn json(body: &str) -> Vec<u8> {
    reply(200, "content-type: application/json\r\n", body.as_bytes())
}

/// A status without a body, with further headers.
pub(crate) fn status(status: u16, headers: &str) -> Vec<u8> {
    reply(status, headers, b"")
}

/// An answer that ends in the middle of its body.
pub(crate) fn cut_short(body: &str) -> Vec<u8> {
    let whole = json(body);
    whole[..whole.len() - body.len() / 2].to_owned()
}

/// A port on loopback that nobody listens at.
pub(crate) fn closed_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}
