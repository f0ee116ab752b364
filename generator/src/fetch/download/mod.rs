//! Downloads a spec over HTTP.
//!
//! What may pass is tried again, with growing pauses: no connection, an answer cut short, the statuses 429,
//! 500, 502, 503 and 504. The answer may be packed with gzip; it is kept as it came.

mod retry;
mod topics;

use std::io::Read;
use std::time::{Duration, SystemTime};

use reqwest::Url;
use reqwest::blocking::{Client, RequestBuilder, Response};
use reqwest::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_TYPE, RETRY_AFTER};
use reqwest::redirect::Policy;

use super::error::FetchError;
use crate::spec::file::SIZE_LIMIT;
use retry::{Decision, Failure, decide};
pub use topics::Credentials;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// For a whole attempt. Packed, the spec has 2 MB; unpacked, 40.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(300);
const MOST_REDIRECTS: usize = 10;

const OFFLINE: &str = "Check the network (HTTPS_PROXY names a proxy), or take a file: --from FILE.";
const CUT_SHORT: &str = "Nothing was written. Try again, or take a file: --from FILE.";

/// How a download is getting on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Bytes have come.
    Received {
        /// How many so far in this attempt.
        bytes: u64,
        /// How many there will be, where the server says so.
        of: Option<u64>,
    },
    /// An attempt failed, and the next one starts after a pause.
    Waiting(Duration),
}

/// Downloads, and tries again what may pass.
pub struct Downloader {
    client: Client,
    pause: Box<dyn Fn(Duration)>,
    progress: Box<dyn Fn(Progress)>,
}

impl std::fmt::Debug for Downloader {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Downloader").finish_non_exhaustive()
    }
}

/// A URL that specs are downloaded from, without what may be secret in it when it is shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Address(Url);

impl Address {
    /// Reads a URL.
    ///
    /// # Errors
    ///
    /// Fails if it is none, if it is neither `https` nor `http`, or if it holds a user name or a password.
    pub fn parse(text: &str) -> Result<Self, FetchError> {
        let bare = text.split(['?', '#']).next().unwrap_or_default();
        let shown = match (bare.find("://"), bare.rfind('@')) {
            (Some(scheme), Some(at)) if at > scheme => {
                format!("{}…{}", &bare[..scheme + 3], &bare[at..])
            }
            _ => bare.to_owned(),
        };
        let refuse = |problem: String| FetchError::Url {
            url: shown.clone(),
            problem,
            remedy: "Give one like https://api.mypurecloud.com/api/v2/docs/swagger.",
        };
        let url = Url::parse(text).map_err(|error| refuse(format!("not a URL: {error}")))?;
        if !matches!(url.scheme(), "https" | "http") {
            return Err(refuse(format!(
                "the scheme {:?} is not https",
                url.scheme()
            )));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refuse(
                "a user name or a password in a URL is not sent".to_owned(),
            ));
        }
        Ok(Self(url))
    }

    /// Where the preview of this spec is: `…/swagger` has it at `…/swaggerpreview`.
    ///
    /// # Errors
    ///
    /// The path does not end with `/swagger`.
    pub fn preview(&self) -> Result<Self, FetchError> {
        if !self.0.path().ends_with("/swagger") {
            return Err(FetchError::Url {
                url: self.to_string(),
                problem: "where the preview of this is, is unknown".to_owned(),
                remedy: "Say --preview-url URL.",
            });
        }
        let mut url = self.0.clone();
        url.set_path(&format!("{}preview", self.0.path()));
        Ok(Self(url))
    }
}

/// Scheme, host, port and path: a query may hold a signature.
impl std::fmt::Display for Address {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut url = self.0.clone();
        url.set_query(None);
        url.set_fragment(None);
        url.fmt(formatter)
    }
}

impl std::fmt::Debug for Address {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Address({self})")
    }
}

impl Downloader {
    /// A downloader that tells nobody of its progress.
    ///
    /// # Errors
    ///
    /// TLS cannot be set up.
    pub fn new() -> Result<Self, FetchError> {
        let redirects = Policy::custom(|attempt| {
            let secure = attempt.previous().iter().any(|url| url.scheme() == "https");
            if attempt.previous().len() > MOST_REDIRECTS {
                attempt.error("redirected more than 10 times")
            } else if secure && attempt.url().scheme() != "https" {
                attempt.error("redirected from https to http")
            } else {
                attempt.follow()
            }
        });
        let client = Client::builder()
            .user_agent(concat!("genesys-codegen/", env!("CARGO_PKG_VERSION")))
            .redirect(redirects)
            // Another crate of the same build may have reqwest unpack by itself; what was cut short would then look like a failed connection.
            .no_gzip()
            .no_brotli()
            .no_zstd()
            .no_deflate()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(ATTEMPT_TIMEOUT)
            .build()
            .map_err(|error| FetchError::Url {
                url: "https".to_owned(),
                problem: format!("TLS cannot be set up: {}", causes(&error)),
                remedy: "Check the certificates of this machine, or take a file: --from FILE.",
            })?;
        Ok(Self {
            client,
            pause: Box::new(std::thread::sleep),
            progress: Box::new(|_| {}),
        })
    }

    /// Waits with `pause` before it tries again, so that tests need not wait.
    #[must_use]
    pub fn pause(mut self, pause: impl Fn(Duration) + 'static) -> Self {
        self.pause = Box::new(pause);
        self
    }

    /// Calls `listener` as bytes are received, and before each pause.
    #[must_use]
    pub fn progress(mut self, listener: impl Fn(Progress) + 'static) -> Self {
        self.progress = Box::new(listener);
        self
    }

    /// Downloads what is at an address: JSON, packed with gzip or not.
    ///
    /// # Errors
    ///
    /// No server, no whole answer, a status other than 200, or an answer that no spec can be.
    pub fn get(&self, address: &Address) -> Result<Vec<u8>, FetchError> {
        self.answer(address, &|client, url| {
            client.get(url).header(ACCEPT_ENCODING, "gzip")
        })
    }

    /// Sends a request until it is answered.
    fn answer(
        &self,
        address: &Address,
        request: &dyn Fn(&Client, Url) -> RequestBuilder,
    ) -> Result<Vec<u8>, FetchError> {
        let mut attempt = 1;
        loop {
            let request = request(&self.client, address.0.clone());
            let failure = match self.attempt(request) {
                Ok(bytes) => return Ok(bytes),
                Err(failure) => failure,
            };
            match decide(&failure, attempt, fastrand::f64()) {
                Decision::Retry(pause) => {
                    (self.progress)(Progress::Waiting(pause));
                    (self.pause)(pause);
                    attempt += 1;
                }
                Decision::Stop => return Err(error(address, failure, attempt)),
            }
        }
    }

    fn attempt(&self, request: RequestBuilder) -> Result<Vec<u8>, Failure> {
        (self.progress)(Progress::Received { bytes: 0, of: None });
        let request = request.header(ACCEPT, "application/json");
        let response = request.send().map_err(|error| {
            let problem = causes(&error.without_url());
            Failure::Connection(problem)
        })?;
        let status = response.status().as_u16();
        if status != 200 {
            let retry_after = response.headers().get(RETRY_AFTER);
            let retry_after = retry_after.and_then(|value| value.to_str().ok());
            return Err(Failure::Status {
                status,
                retry_after: retry_after
                    .and_then(|text| retry::retry_after(text, SystemTime::now())),
            });
        }
        read(response, &self.progress)
    }
}

fn read(mut response: Response, progress: &dyn Fn(Progress)) -> Result<Vec<u8>, Failure> {
    let of = response.content_length();
    if of.is_some_and(|length| length > SIZE_LIMIT) {
        return Err(Failure::TooLarge);
    }
    let mut bytes = Vec::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let count = match response.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => {
                return Err(Failure::CutShort {
                    bytes: bytes.len() as u64,
                    of,
                    cause: causes(&error),
                });
            }
        };
        bytes.extend_from_slice(&buffer[..count]);
        if bytes.len() as u64 > SIZE_LIMIT {
            return Err(Failure::TooLarge);
        }
        progress(Progress::Received {
            bytes: bytes.len() as u64,
            of,
        });
    }
    let html = response
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.starts_with("text/html"));
    if html {
        return Err(Failure::Html);
    }
    Ok(bytes)
}

fn error(address: &Address, failure: Failure, attempts: u32) -> FetchError {
    let url = address.to_string();
    let failed = |problem, remedy| FetchError::Download {
        url: url.clone(),
        problem,
        attempts,
        remedy,
    };
    match failure {
        Failure::Connection(cause) => failed(format!("cannot be reached: {cause}"), OFFLINE),
        Failure::CutShort { bytes, of, cause } => {
            let of = of.map(|of| format!(" of {of}")).unwrap_or_default();
            failed(
                format!("the download was cut short after {bytes}{of} bytes: {cause}"),
                CUT_SHORT,
            )
        }
        Failure::TooLarge => failed(
            format!("larger than {} MiB", SIZE_LIMIT / (1024 * 1024)),
            "No API description is; check the URL.",
        ),
        Failure::Html => failed(
            "this is HTML, not JSON".to_owned(),
            "Most likely it is a login or error page; check the URL and the proxy.",
        ),
        Failure::Status { status, .. } => FetchError::Status {
            url,
            status,
            attempts,
            remedy: match status {
                401 | 403 => "The published spec needs no login; check the URL and the proxy.",
                404 | 410 => "Check --region or --url.",
                429 | 500..=599 => "The server has trouble; try again later.",
                _ => "Check the URL.",
            },
        },
    }
}

/// An error with all that caused it, on one line.
fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_shows_no_secret() {
        let address = Address::parse("https://h.example:8443/api/swagger?sig=SECRET#x").unwrap();
        assert_eq!(address.to_string(), "https://h.example:8443/api/swagger");
        assert!(!format!("{address:?}").contains("SECRET"));
        for (text, word) in [
            ("https://me:SECRET@h.example/x", "password"),
            ("ftp://h.example/x?SECRET", "ftp"),
            ("h.example?SECRET", "not a URL"),
            ("https://me:SECRET@h.example:bad/", "not a URL"),
        ] {
            let error = Address::parse(text).unwrap_err().to_string();
            assert!(error.contains(word), "{error}");
            assert!(!error.contains("SECRET"), "{error}");
        }
    }

    #[test]
    fn the_preview_is_beside_the_published_spec() {
        let address = Address::parse("https://h.example/api/v2/docs/swagger?x=1").unwrap();
        let preview = address.preview().unwrap();
        assert_eq!(
            preview.0.as_str(),
            "https://h.example/api/v2/docs/swaggerpreview?x=1"
        );
        let error = Address::parse("https://h.example/spec.json")
            .unwrap()
            .preview();
        assert!(error.unwrap_err().to_string().contains("--preview-url"));
    }
}
