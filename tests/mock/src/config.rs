//! What a mock can be told, before it starts and while it runs.

use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;

use super::clock::Clock;

/// The client id that every mock knows unless told otherwise.
pub const DEFAULT_CLIENT_ID: &str = "mock-client";
/// The secret of [`DEFAULT_CLIENT_ID`].
pub const DEFAULT_CLIENT_SECRET: &str = "mock-secret";

/// What is settled when the mock starts.
#[derive(Clone, Debug)]
pub struct MockConfig {
    /// Port on 127.0.0.1; 0 takes any free one.
    pub port: u16,
    /// OAuth clients; the first is the one that [`Backend::client_id`](super::Backend::client_id) names.
    pub clients: Vec<OAuthClient>,
    /// Accept any client id with any secret.
    pub any_credentials: bool,
    /// Path prefix of the login host, as behind a gateway: `/login` or empty.
    pub login_prefix: String,
    /// Path prefix of the API host, as behind a gateway: `/platform` or empty.
    pub api_prefix: String,
    /// Scheme and host of presigned URLs, where not this mock (another mock can play the storage host).
    pub presigned_base: Option<String>,
    /// Scheme and host of the sockets of channels, where not this mock: `wss://localhost:8443`.
    pub streaming_base: Option<String>,
    /// Seed of the random faults.
    pub seed: u64,
    /// Clock of token lifetimes and rate-limit windows.
    pub clock: Clock,
    /// End the process as soon as anything in it lets a secret of this mock out (the crate `genesys_cloud_leak_watch`). Needs the feature `leak-watch`.
    pub watch_leaks: bool,
    /// The rest, which can change while the mock runs.
    pub settings: Settings,
}

impl Default for MockConfig {
    fn default() -> Self {
        Self {
            port: 0,
            clients: vec![OAuthClient::new(DEFAULT_CLIENT_ID, DEFAULT_CLIENT_SECRET)],
            any_credentials: false,
            login_prefix: String::new(),
            api_prefix: String::new(),
            presigned_base: None,
            streaming_base: None,
            seed: 1,
            clock: Clock::Monotonic,
            watch_leaks: true,
            settings: Settings::default(),
        }
    }
}

impl MockConfig {
    /// The defaults with another token lifetime.
    #[must_use]
    pub fn with_lifetime(lifetime: Duration) -> Self {
        let mut config = Self::default();
        config.settings.lifetime = lifetime;
        config
    }

    /// The defaults without recording and without the watch for leaks: for load, where keeping every request would fill the memory and looking
    /// at everything would take the time.
    #[must_use]
    pub fn for_load() -> Self {
        let mut config = Self {
            watch_leaks: false,
            ..Self::default()
        };
        config.settings.recording = false;
        config
    }
}

/// An OAuth client.
#[derive(Clone)]
pub struct OAuthClient {
    /// Its id.
    pub id: String,
    /// Its secret; `None` is a public client, which can only use PKCE.
    pub secret: Option<String>,
    /// The values of `grant_type` it may use; `None` is all.
    pub grants: Option<Vec<String>>,
    /// Disabled by an administrator.
    pub disabled: bool,
}

impl OAuthClient {
    /// A confidential client that may use every grant.
    #[must_use]
    pub fn new(id: &str, secret: &str) -> Self {
        Self {
            id: id.to_owned(),
            secret: Some(secret.to_owned()),
            grants: None,
            disabled: false,
        }
    }

    /// A client without a secret.
    #[must_use]
    pub fn public(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            secret: None,
            grants: None,
            disabled: false,
        }
    }
}

impl std::fmt::Debug for OAuthClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OAuthClient")
            .field("id", &self.id)
            .field("secret", &self.secret.as_ref().map(|_| "[REDACTED]"))
            .field("grants", &self.grants)
            .field("disabled", &self.disabled)
            .finish()
    }
}

/// What can change while the mock runs ([`Backend::update`](super::Backend::update)).
#[derive(Clone, Debug)]
pub struct Settings {
    /// How long an access token lives.
    pub lifetime: Duration,
    /// What the token response says about that.
    pub expires_in: ExpiresIn,
    /// `token_type` of the token response.
    pub token_type: String,
    /// A refresh answers with a new refresh token, and the old one dies.
    pub rotate_refresh_tokens: bool,
    /// PKCE gets a refresh token too.
    pub pkce_refresh_tokens: bool,
    /// How long an authorization code can be redeemed.
    pub code_lifetime: Duration,
    /// The `orgName` that SAML2 bearer requests must name.
    pub saml_organization: String,
    /// A SAML2 assertion is accepted once.
    pub single_use_assertions: bool,
    /// Status of `invalid_client`: Genesys Cloud has answered 400 and 401.
    pub invalid_client_status: u16,
    /// Users in listings: `u0` to `u{users - 1}`, beside those created. Any other id can be read, too.
    pub users: usize,
    /// Items in every other listing.
    pub listing_total: usize,
    /// Queues, skills, wrap-up codes, contact lists, campaigns and flows, of each, beside those created.
    pub collection_size: usize,
    /// Page numbers of these whose items are hidden: their pages are empty although more follow.
    pub empty_pages: Vec<usize>,
    /// Conversations that the analytics details query and job find.
    pub conversations: usize,
    /// Least size of an analytics details query's response, in bytes: its conversations are repeated until it is reached.
    pub analytics_bytes: usize,
    /// Size of a download whose request does not name one, in bytes.
    pub download_bytes: usize,
    /// Status requests of a job that still say it is not done.
    pub job_polls: u32,
    /// Jobs end as FAILED instead of FULFILLED.
    pub jobs_fail: bool,
    /// Permissions of the tokens' subject, as `GET /api/v2/users/me?expand=authorization` tells them.
    pub permissions: Vec<String>,
    /// How long a read still shows what was there before a write, and answers 404 to what was created. Writes see the present state.
    pub read_lag: Duration,
    /// Calls a minute (or other window) per token.
    pub rate_limit: RateLimit,
    /// Keep every request for [`Backend::requests`](super::Backend::requests).
    pub recording: bool,
    /// Bytes of a request's body that are kept.
    pub recorded_body_limit: usize,
    /// Compress responses over 1 KiB where the request accepts gzip.
    pub gzip: bool,
    /// How often a socket of a channel sends a heartbeat.
    pub heartbeat: Duration,
    /// How long after its notice a socket is closed.
    pub closing_after: Duration,
    /// The published API description, in JSON.
    pub published_spec: Bytes,
    /// The preview description beside it, in JSON.
    pub preview_spec: Bytes,
}

/// An API description with one operation.
const PUBLISHED_SPEC: &[u8] = br##"{"swagger":"2.0","info":{"title":"Mock","version":"v2"},"tags":[{"name":"Users"}],"paths":{"/api/v2/users/me":{"get":{"tags":["Users"],"operationId":"getUsersMe","x-purecloud-method-name":"getUsersMe","parameters":[],"responses":{"200":{"description":"OK","schema":{"$ref":"#/definitions/UserMe"}}}}}},"definitions":{"UserMe":{"type":"object","properties":{"id":{"type":"string"}}}}}"##;

/// The same, with one more operation on its path.
const PREVIEW_SPEC: &[u8] = br##"{"swagger":"2.0","info":{"title":"Mock","version":"v2"},"tags":[{"name":"Users"}],"paths":{"/api/v2/users/me":{"delete":{"tags":["Users"],"operationId":"deleteUsersMe","x-purecloud-method-name":"deleteUsersMe","parameters":[],"responses":{"204":{"description":"No Content"}}}}},"definitions":{}}"##;

impl Default for Settings {
    fn default() -> Self {
        Self {
            lifetime: Duration::from_secs(86_400),
            expires_in: ExpiresIn::WholeSeconds,
            token_type: "bearer".to_owned(),
            rotate_refresh_tokens: true,
            pkce_refresh_tokens: true,
            code_lifetime: Duration::from_secs(300),
            saml_organization: "mock-org".to_owned(),
            single_use_assertions: true,
            invalid_client_status: 401,
            users: 250,
            listing_total: 250,
            collection_size: 30,
            empty_pages: Vec::new(),
            conversations: 250,
            analytics_bytes: 0,
            download_bytes: 1000,
            job_polls: 2,
            jobs_fail: false,
            permissions: vec![
                "directory:user:view".to_owned(),
                "analytics:conversationDetail:view".to_owned(),
            ],
            read_lag: Duration::ZERO,
            rate_limit: RateLimit::default(),
            recording: true,
            recorded_body_limit: 1024 * 1024,
            gzip: false,
            heartbeat: Duration::from_secs(30),
            closing_after: Duration::from_secs(60),
            published_spec: Bytes::from_static(PUBLISHED_SPEC),
            preview_spec: Bytes::from_static(PREVIEW_SPEC),
        }
    }
}

/// `expires_in` of a token response.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum ExpiresIn {
    /// The lifetime in whole seconds, rounded up, as Genesys Cloud sends it. A token of half a second says 1 and is refused before.
    #[default]
    WholeSeconds,
    /// The lifetime as a number of seconds with a fraction.
    Exact,
    /// Any JSON value: a string, null, a negative or absurd number.
    Raw(Value),
    /// No such member.
    Missing,
}

/// A limit on the calls of one token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// Calls allowed in a window.
    pub allowed: u32,
    /// Length of a window; it begins with the first call.
    pub window: Duration,
    /// Answer 429 past the limit. Otherwise only the headers count.
    pub enforced: bool,
}

impl Default for RateLimit {
    /// 300 a minute, as a client-credentials token has, not enforced.
    fn default() -> Self {
        Self {
            allowed: 300,
            window: Duration::from_secs(60),
            enforced: false,
        }
    }
}
