//! The mock on a loopback port: HTTP/1.1 by hyper, and the sockets' bad ends by hand.

use std::future::poll_fn;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::ops::Deref;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::oneshot;
use tokio::task::{AbortHandle, JoinSet};

use super::backend::{Backend, State};
use super::config::MockConfig;
use super::faults::{Action, Broken, End};
use super::leaks;
use super::notifications::{self, Upgrade};
use super::pipeline::{self, Outcome, Source};
use super::sync::lock;

/// A running mock. Dropping it closes its port and every connection.
///
/// What it can be told and asked is in [`Backend`], which it dereferences to.
#[derive(Debug)]
pub struct MockGenesys {
    backend: Backend,
    address: SocketAddr,
    running: Running,
}

#[derive(Debug)]
enum Running {
    Task(AbortHandle),
    Thread {
        /// Dropped to stop the thread.
        stop: Option<oneshot::Sender<()>>,
        thread: Option<JoinHandle<()>>,
    },
}

impl MockGenesys {
    /// Starts a mock on the caller's tokio runtime.
    ///
    /// # Errors
    ///
    /// The port cannot be had.
    pub async fn start(config: MockConfig) -> io::Result<Self> {
        let listener = listen(config.port)?;
        let (backend, address) = bound(config, &listener)?;
        let task = tokio::spawn(accept(Arc::clone(&backend.0), listener));
        Ok(Self {
            backend,
            address,
            running: Running::Task(task.abort_handle()),
        })
    }

    /// Starts a mock on a thread and a runtime of its own, which blocking tests and benches can share a process with.
    ///
    /// # Errors
    ///
    /// The port, the thread or the runtime cannot be had.
    pub fn start_threaded(config: MockConfig) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let listener = {
            let _context = runtime.enter();
            listen(config.port)?
        };
        let (backend, address) = bound(config, &listener)?;
        let (stop, stopped) = oneshot::channel();
        let state = Arc::clone(&backend.0);
        let thread = std::thread::Builder::new()
            .name("mock-genesys".to_owned())
            .spawn(move || {
                runtime.block_on(async {
                    tokio::select! {
                        () = accept(state, listener) => {}
                        _ = stopped => {}
                    }
                });
            })?;
        Ok(Self {
            backend,
            address,
            running: Running::Thread {
                stop: Some(stop),
                thread: Some(thread),
            },
        })
    }

    /// `http://127.0.0.1:PORT`, without a gateway's prefixes.
    #[must_use]
    pub fn base_url(&self) -> &str {
        self.backend.0.base_url()
    }

    /// Where the login host is: the base URL and its prefix.
    #[must_use]
    pub fn login_url(&self) -> String {
        format!("{}{}", self.base_url(), self.backend.0.login_prefix)
    }

    /// Where the API host is: the base URL and its prefix.
    #[must_use]
    pub fn api_url(&self) -> String {
        format!("{}{}", self.base_url(), self.backend.0.api_prefix)
    }

    /// The port on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// The state, to share with tasks that outlive a borrow.
    #[must_use]
    pub fn backend(&self) -> Backend {
        self.backend.clone()
    }
}

impl Deref for MockGenesys {
    type Target = Backend;

    fn deref(&self) -> &Backend {
        &self.backend
    }
}

impl Drop for MockGenesys {
    fn drop(&mut self) {
        match &mut self.running {
            Running::Task(task) => task.abort(),
            Running::Thread { stop, thread } => {
                drop(stop.take());
                if let Some(thread) = thread.take() {
                    // The thread's own panic is already on stderr.
                    let _ = thread.join();
                }
            }
        }
    }
}

fn listen(port: u16) -> io::Result<TcpListener> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind((Ipv4Addr::LOCALHOST, port).into())?;
    // Room for thousands of clients that connect at once.
    socket.listen(4096)
}

fn bound(config: MockConfig, listener: &TcpListener) -> io::Result<(Backend, SocketAddr)> {
    if config.watch_leaks {
        leaks::watch(&config);
    }
    let address = listener.local_addr()?;
    let backend = Backend::new(config);
    backend
        .0
        .base_url
        .get_or_init(|| format!("http://{address}"));
    Ok((backend, address))
}

/// Serves connections until it is dropped, and they with it.
async fn accept(state: Arc<State>, listener: TcpListener) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                // An error here is a client that left before it was accepted, or a want of file descriptors, which may pass.
                let Ok((stream, _)) = accepted else {
                    tokio::task::yield_now().await;
                    continue;
                };
                connections.spawn(connection(Arc::clone(&state), stream));
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

/// What becomes of a connection after HTTP.
enum After {
    Broken(Broken),
    Upgrade(Upgrade),
}

/// Ends hyper's part of a connection; the rest is done by hand.
#[derive(Debug)]
struct Severed;

impl std::fmt::Display for Severed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("severed on purpose")
    }
}

impl std::error::Error for Severed {}

async fn connection(state: Arc<State>, stream: TcpStream) {
    let number = state.recorder.connections.add();
    if stream.set_nodelay(true).is_err() {
        return;
    }
    if let Some(fault) = state.faults.decide_connection() {
        if let Some(gate) = &fault.hold {
            gate.pass().await;
        }
        if let Action::Break(broken) | Action::BreakUnread(broken) = fault.action {
            return end(stream, broken).await;
        }
    }
    let mut closing = state.closing.subscribe();
    let slot = Arc::new(Mutex::new(None));
    let service = {
        let (state, slot) = (Arc::clone(&state), Arc::clone(&slot));
        service_fn(move |request: http::Request<hyper::body::Incoming>| {
            let (state, slot) = (Arc::clone(&state), Arc::clone(&slot));
            Box::pin(async move {
                let (parts, body) = request.into_parts();
                match pipeline::serve(&state, number, parts, Source::Network(body)).await {
                    Outcome::Reply(response) => {
                        if let Some(upgrade) = response.extensions().get::<Upgrade>() {
                            *lock(&slot) = Some(After::Upgrade(upgrade.clone()));
                        }
                        Ok(response)
                    }
                    Outcome::Broken(broken) => {
                        *lock(&slot) = Some(After::Broken(broken));
                        Err(Severed)
                    }
                }
            })
        })
    };
    let mut http = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    loop {
        tokio::select! {
            biased;
            // An error is a client's bad request or departure, or `Severed`.
            _ = poll_fn(|context| http.poll_without_shutdown(context)) => break,
            Ok(()) = closing.changed() => std::pin::Pin::new(&mut http).graceful_shutdown(),
        }
    }
    let parts = http.into_parts();
    let stream = parts.io.into_inner();
    let after = lock(&slot).take();
    match after {
        Some(After::Upgrade(upgrade)) => {
            notifications::serve(&state, &upgrade, stream, parts.read_buf).await;
        }
        Some(After::Broken(broken)) => end(stream, broken).await,
        None => {
            let close = Broken {
                bytes: bytes::Bytes::new(),
                end: End::Close,
            };
            end(stream, close).await;
        }
    }
}

/// Writes what is left to write and ends the socket as told. The client may be gone at any point, so errors mean nothing here.
async fn end(mut stream: TcpStream, broken: Broken) {
    let _ = stream.write_all(&broken.bytes).await;
    match broken.end {
        End::Close => {
            let _ = stream.shutdown().await;
        }
        End::Reset => {
            let _ = stream.set_zero_linger();
        }
        End::HalfClose => {
            let _ = stream.shutdown().await;
            let mut ignored = [0; 1024];
            while matches!(stream.read(&mut ignored).await, Ok(count) if count > 0) {}
        }
        End::Hold(gate) => gate.pass().await,
    }
}
