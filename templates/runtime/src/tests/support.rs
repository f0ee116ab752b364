//! What the tests share: a client over a scripted transport, and two operations as generated code would write them.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use http::{HeaderName, HeaderValue, Method};

use crate::runtime::client::{Client, ClientBuilder};
use crate::runtime::request::{
    Call, ListStyle, Operation, OperationMetadata, Request, RequiredPermissions, Sealed,
};
use crate::runtime::transport::{HttpResponse, MemoryAnswer, MemoryTransport};

pub(super) const TOKEN: &str = "planted-token-5f21";

/// A builder of a client with a token, over `transport`.
pub(super) fn builder(transport: &Arc<MemoryTransport>) -> ClientBuilder {
    genesys_cloud_leak_watch::watch([TOKEN]);
    Client::builder()
        .transport(transport.clone())
        .access_token(TOKEN)
}

/// A client over a script.
pub(super) fn scripted<R: Into<MemoryAnswer>>(
    answers: impl IntoIterator<Item = R>,
) -> (Client, Arc<MemoryTransport>) {
    let transport = Arc::new(MemoryTransport::scripted(answers));
    let client = builder(&transport).build().unwrap();
    (client, transport)
}

/// A response with a header.
pub(super) fn with(response: HttpResponse, name: &'static str, value: &str) -> HttpResponse {
    response.with_header(
        HeaderName::from_static(name),
        HeaderValue::from_str(value).unwrap(),
    )
}

/// `GET /api/v2/users/{userId}`
#[derive(Debug)]
pub(super) struct GetUser {
    request: Request,
}

impl GetUser {
    pub(super) fn new(client: &Client, user_id: &str) -> Self {
        let mut request = Request::new(client, Self::METADATA);
        request.path_argument(user_id);
        Self { request }
    }

    pub(super) fn expand(mut self, style: ListStyle, values: &[&str]) -> Self {
        self.request.query_list("expand", style, values);
        self
    }

    pub(super) fn site_id(mut self, value: &str) -> Self {
        self.request.query("site.id", Some(value));
        self
    }

    pub(super) fn page_size(mut self, value: i64) -> Self {
        self.request.query("pageSize", Some(value));
        self
    }

    pub(super) fn if_match(mut self, value: &str) -> Self {
        self.request.header("If-Match", Some(value));
        self
    }

    pub(super) fn send(self) -> Call<serde_json::Value> {
        Call::new(self.request)
    }
}

impl Operation for GetUser {
    type Output = serde_json::Value;

    const METADATA: &'static OperationMetadata = &OperationMetadata {
        name: "getUser",
        operation_id: "getUsersUserId",
        method: Method::GET,
        path: "/api/v2/users/{userId}",
        permissions: RequiredPermissions::Any(&["directory:user:view", "directory:user:edit"]),
        scopes: &[],
        credential: None,
        tags: &["Users"],
        deprecated: false,
        preview: false,
        public: false,
        idempotent: false,
        accept: "application/json",
        without_schema: &[],
        error_codes: &[(404, &["not.found"])],
    };

    fn request_mut(&mut self) -> &mut Request {
        &mut self.request
    }

    fn into_request(self, _: Sealed) -> Request {
        self.request
    }
}

/// `POST /api/v2/users`
#[derive(Debug)]
pub(super) struct PostUsers {
    request: Request,
}

impl PostUsers {
    pub(super) fn new(client: &Client, body: serde_json::Value) -> Self {
        let mut request = Request::new(client, Self::METADATA);
        request.json_body("application/json", Some(body));
        Self { request }
    }

    pub(super) fn send(self) -> Call<serde_json::Value> {
        Call::new(self.request)
    }
}

impl Operation for PostUsers {
    type Output = serde_json::Value;

    const METADATA: &'static OperationMetadata = &OperationMetadata {
        name: "postUsers",
        operation_id: "postUsers",
        method: Method::POST,
        path: "/api/v2/users",
        permissions: RequiredPermissions::All(&["directory:user:add"]),
        scopes: &[],
        credential: None,
        tags: &["Users"],
        deprecated: false,
        preview: false,
        public: false,
        idempotent: false,
        accept: "application/json",
        without_schema: &[],
        error_codes: &[],
    };

    fn request_mut(&mut self) -> &mut Request {
        &mut self.request
    }

    fn into_request(self, _: Sealed) -> Request {
        self.request
    }
}

/// A small file system of its own, where the test may mount one.
pub(super) struct Disk(tempfile::TempDir);

impl Disk {
    pub(super) fn mount() -> Option<Self> {
        let directory = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=64k", "tmpfs"])
            .arg(directory.path())
            .stderr(Stdio::null())
            .status();
        if mounted.is_ok_and(|status| status.success()) {
            return Some(Self(directory));
        }
        eprintln!("SKIPPED: a full disk takes the right to mount a tmpfs");
        None
    }

    pub(super) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(super) fn fill(&self) {
        let mut file = fs::File::create(self.0.path().join("filler")).unwrap();
        while file.write_all(&[0; 4096]).is_ok() {}
    }

    pub(super) fn free(&self) {
        fs::remove_file(self.0.path().join("filler")).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0.path()).status();
    }
}
