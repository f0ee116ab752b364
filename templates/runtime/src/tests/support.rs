//! What the tests share: a client over a scripted transport, and two operations as generated code would write them.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use http::{HeaderName, HeaderValue};
use serde_json::Value;
use tokio::task::JoinSet;

use crate::runtime::client::{Client, ClientBuilder};
use crate::runtime::error::Error;
use crate::runtime::request::{ListStyle, Operation, RequiredPermissions};
use crate::runtime::response::Response;
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

/// A table of cases, one a line: what is given, and what is expected.
macro_rules! table {
    ($($first:expr $(, $given:expr)* => $expected:expr;)+) => {
        [$(($first, $($given,)* $expected)),+]
    };
}
pub(crate) use table;

/// A middleware: what it does with a request, and what comes after it.
macro_rules! middleware {
    ($name:ident, |$this:ident, $request:pat_param, $next:pat_param| $body:block) => {
        impl $crate::runtime::pipeline::Middleware for $name {
            fn handle<'a>(
                &'a self,
                $request: $crate::runtime::transport::HttpRequest,
                $next: $crate::runtime::pipeline::Next<'a>,
            ) -> $crate::runtime::clock::BoxFuture<
                'a,
                Result<HttpResponse, $crate::runtime::error::Error>,
            > {
                let $this = self;
                Box::pin(async move $body)
            }
        }
    };
}
pub(crate) use middleware;

/// An operation as generated code would write it. Its metadata are those of an operation of which nothing is known, but for the fields that follow.
macro_rules! operation {
    ($name:ident $wire:literal $method:ident $path:literal -> $output:ty $(, $field:ident: $value:expr)*) => {
        #[derive(Debug)]
        pub(crate) struct $name {
            pub(crate) request: $crate::runtime::request::Request,
        }

        #[allow(dead_code, reason = "some tests need the metadata only")]
        impl $name {
            pub(crate) fn from_client(client: &$crate::runtime::client::Client) -> Self {
                let request = $crate::runtime::request::Request::new(client, Self::METADATA);
                Self { request }
            }

            pub(crate) fn send(self) -> $crate::runtime::request::Call<$output> {
                $crate::runtime::request::Call::new(self.request)
            }
        }

        impl $crate::runtime::request::Operation for $name {
            type Output = $output;

            const METADATA: &'static $crate::runtime::request::OperationMetadata =
                &$crate::runtime::request::OperationMetadata {
                    method: http::Method::$method,
                    name: $wire,
                    path: $path,
                    $($field: $value,)*
                    ..*$crate::runtime::request::OperationMetadata::COMMON
                };

            fn request(
                &mut self,
                _: $crate::runtime::request::Sealed,
            ) -> &mut $crate::runtime::request::Request {
                &mut self.request
            }
        }
    };
}
pub(crate) use operation;

operation!(
    GetUser "getUser" GET "/api/v2/users/{userId}" -> Value,
    operation_id: "getUsersUserId",
    permissions: RequiredPermissions::Any(&["directory:user:view", "directory:user:edit"]),
    tags: &["Users"],
    error_codes: &[(404, &["not.found"])]
);

impl GetUser {
    pub(super) fn new(client: &Client, user_id: &str) -> Self {
        let mut get = Self::from_client(client);
        get.request.path_argument(user_id);
        get
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
}

operation!(
    PostUsers "postUsers" POST "/api/v2/users" -> Value,
    operation_id: "postUsers",
    permissions: RequiredPermissions::All(&["directory:user:add"]),
    tags: &["Users"]
);

impl PostUsers {
    pub(super) fn new(client: &Client, body: Value) -> Self {
        let mut post = Self::from_client(client);
        post.request.json_body("application/json", Some(body));
        post
    }
}

/// Reads that many users, one after the other.
pub(super) async fn read_users(client: &Client, count: usize) {
    for number in 0..count {
        let call = GetUser::new(client, &number.to_string()).send();
        call.await.unwrap();
    }
}

/// Reads that many users at once.
pub(super) fn reading_users(
    client: &Client,
    count: usize,
) -> JoinSet<Result<Response<Value>, Error>> {
    let users = (0..count).map(|number| GetUser::new(client, &number.to_string()).send());
    users.map(IntoFuture::into_future).collect()
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
