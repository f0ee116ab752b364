//! Login of a person at a desktop or command line (RFC 8252): the browser is redirected to a listener on this machine.

use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use url::Url;
use zeroize::Zeroizing;

use crate::runtime::clock::{Clock, SystemClock};
use crate::runtime::debug::debug_fields;

use super::error::{AuthError, AuthErrorKind};
use super::grants::{AuthorizeUrl, LoginAnswer, LoginState, PkceVerifier};
use super::secret::Secret;
use crate::runtime::clock::wait::{First, first};

/// The path that the browser comes back to.
const PATH: &str = "/callback";

/// The longest request head that is read.
const LONGEST_HEAD: usize = 16 * 1024;

/// How long a connection may take to say what it wants; browsers open some that they never use.
const READ_TIMEOUT: Duration = Duration::from_secs(30);

/// How many connections are served at a time.
const MOST_CONNECTIONS: usize = 32;

/// One login: a listener on 127.0.0.1, a `state`, and a PKCE verifier.
///
/// Open [`authorize_url`](Self::authorize_url) in a browser, then [`wait`](Self::wait). A request with another `state` is refused
/// and does not end the wait. Register the redirect URI with the OAuth client, as `http://127.0.0.1/callback`: Genesys Cloud accepts any port
/// of a registered loopback address (RFC 8252 section 7.3).
///
/// ```no_run
/// # extern crate genesys_cloud_runtime as genesys_cloud;
/// use genesys_cloud::Client;
///
/// # async fn example(client: &Client) -> genesys_cloud::Result<()> {
/// use std::time::Duration;
///
/// use genesys_cloud::runtime::auth::LoopbackLogin;
///
/// let login = LoopbackLogin::bind(0).await?;
/// println!("open {:?}", login.authorize_url(client.login_base(), "client id"));
/// let code = login.wait(Duration::from_secs(300)).await?;
/// let session = client.with_credentials(code.into_credentials("client id", None)?)?;
/// # drop(session);
/// # Ok(())
/// # }
/// ```
pub struct LoopbackLogin {
    listener: TcpListener,
    redirect_uri: String,
    state: LoginState,
    verifier: Option<PkceVerifier>,
    clock: Arc<dyn Clock>,
}

impl LoopbackLogin {
    /// Listens on `port` of 127.0.0.1; 0, the usual choice, takes any free one.
    ///
    /// # Errors
    ///
    /// The port is taken, or the system has no random numbers.
    pub async fn bind(port: u16) -> Result<Self, AuthError> {
        let listen = async {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
            let port = listener.local_addr()?.port();
            io::Result::Ok((listener, port))
        };
        let (listener, port) = listen.await.map_err(|error| {
            AuthError::new(AuthErrorKind::Configuration)
                .with_description("cannot listen on 127.0.0.1")
                .with_source(error)
        })?;
        Ok(Self {
            listener,
            redirect_uri: format!("http://127.0.0.1:{port}{PATH}"),
            state: LoginState::generate()?,
            verifier: Some(PkceVerifier::generate()?),
            clock: Arc::new(SystemClock::new()),
        })
    }

    /// Has the browser come back to `http://localhost:{port}/callback`, for OAuth clients that are registered so.
    #[must_use]
    pub fn as_localhost(mut self) -> Self {
        self.redirect_uri = self.redirect_uri.replacen("127.0.0.1", "localhost", 1);
        self
    }

    /// For an OAuth client with a secret, whose grant is the authorization code without PKCE.
    #[must_use]
    pub fn without_pkce(mut self) -> Self {
        self.verifier = None;
        self
    }

    /// Takes the time from `clock`, as for tests.
    #[must_use]
    pub fn with_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Where the browser comes back to.
    #[must_use]
    pub fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }

    /// The login page to open, of the region or gateway at `login` ([`Client::login_base`](crate::runtime::client::Client::login_base)).
    #[must_use]
    pub fn authorize_url(&self, login: &Url, client_id: &str) -> AuthorizeUrl {
        let url = AuthorizeUrl::new(login, client_id, &self.redirect_uri, &self.state);
        match &self.verifier {
            Some(verifier) => url.with_pkce(verifier),
            None => url,
        }
    }

    /// Waits until the person has logged in.
    ///
    /// # Errors
    ///
    /// [`AuthErrorKind::LoginRefused`]: the login page says so, or nobody logged in within `timeout`.
    pub async fn wait(self, timeout: Duration) -> Result<LoginCode, AuthError> {
        let limit = self.clock.sleep(timeout);
        match first(self.listen(), limit).await {
            First::Left(Ok(code)) => Ok(LoginCode {
                code,
                verifier: self.verifier,
                redirect_uri: self.redirect_uri,
            }),
            First::Left(Err(error)) => Err(error),
            First::Right(()) => Err(AuthError::new(AuthErrorKind::LoginRefused)
                .with_description("no login within the time limit")),
        }
    }

    async fn listen(&self) -> Result<Secret, AuthError> {
        let (sender, mut answers) = mpsc::channel(1);
        // Dropping the set ends what is left of the connections.
        let mut connections = JoinSet::new();
        loop {
            match first(answers.recv(), self.listener.accept()).await {
                First::Left(Some(answer)) => {
                    // The page that says so is on its way in the same task.
                    connections.join_next().await;
                    return answer;
                }
                First::Right(Ok((stream, _))) => {
                    while connections.try_join_next().is_some() {}
                    if connections.len() < MOST_CONNECTIONS {
                        let (state, sender) = (self.state.clone(), sender.clone());
                        let limit = self.clock.sleep(READ_TIMEOUT);
                        connections.spawn(async move {
                            first(serve(stream, &state, &sender), limit).await;
                        });
                    }
                }
                First::Left(None) => return Err(AuthError::new(AuthErrorKind::LoginRefused)),
                // One connection that broke before it was accepted is not the login.
                First::Right(Err(error)) => {
                    tracing::debug!(%error, "a connection to the login listener failed");
                    self.clock.sleep(Duration::from_millis(50)).await;
                }
            }
        }
    }
}

/// Answers one connection, and passes on what belongs to this login.
async fn serve(
    mut stream: TcpStream,
    state: &LoginState,
    sender: &mpsc::Sender<Result<Secret, AuthError>>,
) {
    let Some(target) = read_target(&mut stream).await else {
        return;
    };
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let (status, text, answer) = if path != PATH {
        ("404 Not Found", "Not found.", None)
    } else {
        match state.answer(query) {
            LoginAnswer::Code(code) => (
                "200 OK",
                "You are logged in. You can close this window.",
                Some(Ok(code)),
            ),
            LoginAnswer::Refused(error) => (
                "200 OK",
                "The login failed. You can close this window.",
                Some(Err(error)),
            ),
            LoginAnswer::Foreign => (
                "400 Bad Request",
                "This callback does not belong to the current login.",
                None,
            ),
        }
    };
    let page = format!(
        "HTTP/1.1 {status}\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: {}\r\ncache-control: no-store\r\n\
         referrer-policy: no-referrer\r\nx-content-type-options: nosniff\r\nconnection: close\r\n\r\n{text}",
        text.len()
    );
    // Whoever has gone does not need the page; the code counts all the same.
    let _ = stream.write_all(page.as_bytes()).await;
    let _ = stream.shutdown().await;
    if let Some(answer) = answer {
        let _ = sender.send(answer).await;
    }
}

/// The target of a GET request, once its head is there.
async fn read_target(stream: &mut TcpStream) -> Option<Zeroizing<String>> {
    let mut head = Zeroizing::new(Vec::with_capacity(LONGEST_HEAD));
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        if head.len() >= LONGEST_HEAD {
            return None;
        }
        if stream.read_buf(&mut *head).await.ok()? == 0 {
            return None;
        }
    }
    let line = head.split(|byte| *byte == b'\r').next()?;
    let mut words = std::str::from_utf8(line).ok()?.split(' ');
    let is_get = words.next()? == "GET";
    let target = words.next()?;
    let is_http = words.next()?.starts_with("HTTP/1.");
    (is_get && is_http).then(|| Zeroizing::new(target.to_owned()))
}

debug_fields!(LoopbackLogin, |this| redirect_uri: this.redirect_uri);

/// The result of a login, from which credentials can be made.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LoginCode {
    /// The authorization code.
    pub code: Secret,
    /// The PKCE verifier that goes with it.
    pub verifier: Option<PkceVerifier>,
    /// Where the browser came back to; the token endpoint wants to see it again.
    pub redirect_uri: String,
}
