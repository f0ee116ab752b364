//! Each public type of the runtime that can hold a secret, by its `Debug`.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use genesys_cloud::runtime::auth::store::{
    FileStore, MemoryStore, RedisStore, StoreLock, StoredToken, TokenStore as _,
};
use genesys_cloud::runtime::auth::{
    AuthError, AuthErrorKind, AuthorizationCode, Beginning, ClientCredentials, GivenToken, Hooks,
    InterceptError, Interceptor, LoginState, LoopbackLogin, PkceVerifier, Previous, RefreshToken,
    Saml2Bearer, Secret, StoredSession, Token, TokenEndpoint, TokenProvider,
};
use genesys_cloud::runtime::clock::{BoxFuture, Clock, SystemClock};
use genesys_cloud::runtime::codec::Extra;
use genesys_cloud::runtime::error::ApiErrorDetail;
use genesys_cloud::runtime::pipeline::{Middleware, Next, RedisPacing};
use genesys_cloud::runtime::request::{FilePart, FormBody, MultipartBody, Operation as _};
use genesys_cloud::runtime::response::{RawHead, RawResponse};
use genesys_cloud::runtime::transport::{
    HttpRequest, HttpResponse, HttpTransport, MemoryTransport, RequestBody, ResponseBody,
    Transport, TransportError, TransportErrorKind,
};
use genesys_cloud::runtime::{Credentials, Error, Permissions};
use genesys_cloud::{Client, Response};
use genesys_cloud_leak_watch::{hide, inspect_debug};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use url::Url;

use super::super::support::builder;
use super::{CLIENT, CLIENT_SECRET, machine, mock};

/// In every place of every value.
const PLANTED: &str = "planted/secret+1";
const PRESIGNED: &str =
    "https://user:planted%2Fsecret+1@files.example/x?X-Signature=planted%2Fsecret%2B1";

/// Public types whose values are numbers, names out of the spec, or text that the caller chose to show.
const HARMLESS: &str = "
    # Decisions and their numbers.
    AuthErrorKind ErrorKind Jitter Moment Monotonic Pacing PacingLimit PacingPlace RateLimit UnauthorizedReason RefreshSource RetryBudget
    RetryEvent Sealed RetryPolicy Stop SystemClock TokenSettings TransportErrorKind
    # What a document says of an operation, and waits between tries.
    CredentialPlace CredentialScheme Scopes UpdatePauses
    # Places and types of values, never the values; the id of a job.
    JobHandle Misfit
    # Parts of the codec, which have no `Debug`.
    Found Odd OptionForm Took
    # What the generator wrote.
    JobFailure JobFamily JobPhase JobStatePlace KnownValues ListStyle OperationMetadata Paging PagingProblem PagingStyle RequiredPermissions
    # Where a client goes.
    CustomDomain Gateway Region
    # How values are written; they hold none.
    EnumForm ListForm MapForm ModelForm ScalarForm
    # Of times: the others are declared by a macro.
    Interval InvalidTime
    # Notifications: topics, times and counts; never a body, a channel's id or its URL.
    AnyTopic Events Gap GapReason Listen Notification Received Rejected SocketError SocketErrorKind SocketRequest Topic TopicEvent
    # Counts, and what the caller's own calls returned.
    Bulk BulkOutcome BulkProgress
    # Doubles for tests: what they hold is the test's.
    MemorySocket MemorySockets MockClient OperationCall Recorder Replay Rule
    # Shown as a part of its client.
    Pipeline
    # Without `Debug`.
    MemoryAnswer MultipartPart Next Reader
    # Inspected over HTTP by the other tests here: a listing, a job, a refresh, a login.
    Items Job JobError JobStatus LoginCode Pages PagingError PagingState RefreshErrorEvent RefreshEvent Wait
";

fn harmless() -> impl Iterator<Item = &'static str> {
    let names = HARMLESS.lines().filter(|line| !line.contains('#'));
    names.flat_map(str::split_whitespace)
}

/// Inspects values, and keeps the names of their types.
#[derive(Default)]
struct Shown(BTreeSet<String>);

impl Shown {
    fn look<T: Debug>(&mut self, value: &T) {
        inspect_debug(value);
        let name = std::any::type_name::<T>();
        let name = name.trim_start_matches('&');
        let name = name.split('<').next().unwrap_or_default();
        self.0.extend(name.rsplit("::").next().map(str::to_owned));
    }
}

fn headers() -> HeaderMap {
    let names = [
        "authorization",
        "cookie",
        "set-cookie",
        "location",
        "x-api-key",
    ];
    let value = HeaderValue::from_static(PLANTED);
    names
        .into_iter()
        .map(|name| (HeaderName::from_static(name), value.clone()))
        .collect()
}

fn request() -> HttpRequest {
    HttpRequest {
        method: Method::GET,
        url: Url::parse(PRESIGNED).unwrap(),
        headers: headers(),
        body: RequestBody::Bytes(PLANTED.into()),
        timeout: None,
        stream_response: false,
        extensions: http::Extensions::new(),
    }
}

fn response(status: u16) -> HttpResponse {
    let mut response = HttpResponse::json(status, PLANTED);
    response.headers.extend(headers());
    response
}

/// Answers every request alike.
struct Answer(u16);

impl Transport for Answer {
    fn execute(&self, _: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
        Box::pin(async move { Ok(response(self.0)) })
    }
}

/// Looks at everything that passes.
struct Look(Arc<Mutex<Shown>>);

impl Middleware for Look {
    fn handle<'a>(
        &'a self,
        request: HttpRequest,
        next: Next<'a>,
    ) -> BoxFuture<'a, Result<HttpResponse, Error>> {
        Box::pin(async move {
            let look = |value: &dyn Fn(&mut Shown)| value(&mut self.0.lock().unwrap());
            look(&|shown| shown.look(&request));
            look(&|shown| shown.look(next.context()));
            let response = next.run(request).await;
            look(&|shown| shown.look(&response));
            response
        })
    }
}

fn credentials(shown: &mut Shown) {
    let endpoint = TokenEndpoint::new(
        Url::parse("https://login.example/oauth/token").unwrap(),
        Arc::new(MemoryTransport::new(|_| response(200))),
        Arc::new(SystemClock::new()),
    )
    .with_headers(headers());
    shown.look(&endpoint);
    let verifier =
        PkceVerifier::new("planted/secret+1".replace(['/', '+'], "-").repeat(4)).unwrap();
    hide(verifier.secret().expose());
    shown.look(&verifier);
    shown.look(&Secret::from(PLANTED));
    shown.look(&LoginState::new(PLANTED));
    shown.look(&ClientCredentials::new(endpoint.clone(), CLIENT, PLANTED));
    shown.look(&AuthorizationCode::new(
        endpoint.clone(),
        CLIENT,
        PLANTED,
        PLANTED,
        "http://localhost",
    ));
    shown.look(&AuthorizationCode::pkce(
        endpoint.clone(),
        CLIENT,
        PLANTED,
        verifier,
        "http://localhost",
    ));
    shown.look(&Beginning::RefreshToken(&Secret::from(PLANTED)));
    shown.look(&StoredSession::new(
        endpoint.clone(),
        "id",
        Some(Secret::from(PLANTED)),
    ));
    shown.look(&FilePart::bytes(PLANTED));
    shown.look(&RefreshToken::new(
        endpoint.clone(),
        CLIENT,
        Some(Secret::from(PLANTED)),
        PLANTED,
    ));
    shown.look(&Saml2Bearer::new(
        endpoint.clone(),
        CLIENT,
        PLANTED,
        "org",
        || async { Ok::<_, AuthError>(Secret::from(PLANTED)) },
    ));
    shown.look(&GivenToken::new(PLANTED));
    shown.look(&Credentials::client_credentials(CLIENT, PLANTED));
    let token = Secret::from(PLANTED);
    shown.look(&Previous {
        access_token: Some(&token),
        refresh_token: Some(&token),
    });
    shown.look(&Token::new(PLANTED).with_refresh_token(PLANTED));
    let hooked = PLANTED.to_owned();
    shown.look(&Hooks::new().on_refresh(move |_| assert!(!hooked.is_empty())));
    shown.look(&AuthError::new(AuthErrorKind::Store).with_source("another error"));
}

async fn interceptor(shown: &mut Shown) {
    let given: Arc<dyn TokenProvider> = Arc::new(GivenToken::new(PLANTED));
    let api = Url::parse("https://api.example").unwrap();
    let build = || {
        Interceptor::builder(
            Arc::clone(&given),
            api.clone(),
            Arc::new(SystemClock::new()) as Arc<dyn Clock>,
        )
    };
    shown.look(&build().pool(3));
    let interceptor = build().build();
    let mut of_api = request();
    of_api.url = api.join("/api/v2/users/me?x=planted%2Fsecret%2B1").unwrap();
    shown.look(&interceptor);
    let refused = interceptor.send(&mut of_api, "", None, &Answer(401)).await;
    let refused = refused.unwrap_err();
    shown.look(&refused);
    if let InterceptError::Unauthorized(unauthorized) = &refused {
        shown.look(&**unauthorized);
    }
    shown.look(
        &interceptor
            .send(&mut of_api, "", None, &Answer(400))
            .await
            .unwrap(),
    );
    shown.look(&interceptor);
}

fn exchanges(shown: &mut Shown) {
    shown.look(&request());
    shown.look(&request().body);
    shown.look(&response(200));
    shown.look(&response(200).body);
    shown.look(&RawResponse::new(
        StatusCode::OK,
        headers(),
        ResponseBody::Bytes(PLANTED.into()),
    ));
    shown.look(&FormBody::new().field("password", PLANTED));
    shown.look(&MultipartBody::new().text("password", PLANTED));
    shown.look(&TransportError {
        kind: TransportErrorKind::Io,
        source: "broken".into(),
    });
    let error = Error::from_response(StatusCode::BAD_REQUEST, headers(), PLANTED);
    shown.look(&error);
    let body = format!(
        r#"{{"code":"x","entityName":"{PLANTED}","messageParams":{{"a":"{PLANTED}"}},"details":[{{"entityId":"{PLANTED}"}}],"limit":{{"value":1}}}}"#
    );
    let error = Error::from_response(StatusCode::BAD_REQUEST, headers(), body);
    let api_error = error.api_error().unwrap();
    shown.look(&error);
    shown.look(api_error);
    shown.look::<ApiErrorDetail>(&api_error.details[0]);
    shown.look(api_error.limit.as_ref().unwrap());
    let decode = Error::decode("not as promised", StatusCode::OK, headers(), PLANTED.into());
    shown.look(&decode);
    let name = HeaderName::from_static("set-cookie");
    shown.look(&Response::new(()).with_header(name, HeaderValue::from_static(PLANTED)));
    let mut extra = Extra::default();
    extra.insert("password", PLANTED);
    extra.insert("url", PRESIGNED);
    shown.look(&extra);
}

async fn stores(shown: &mut Shown) {
    let token = StoredToken::new(
        Secret::from(PLANTED),
        Some(Secret::from(PLANTED)),
        SystemTime::now(),
        Duration::from_secs(60),
        1,
    );
    shown.look(&token);
    let memory = MemoryStore::new();
    let lock = memory.try_lock("k").await.unwrap().unwrap();
    memory.save("k", &token, &lock).await.unwrap();
    shown.look(&lock);
    shown.look(&StoreLock::new(1, PLANTED.to_owned()));
    shown.look(&memory);
    shown.look(&FileStore::new("/tmp/nothing-here"));
    let redis = "redis://u:planted%2Fsecret+1@localhost/";
    shown.look(&RedisStore::open(redis).unwrap());
    shown.look(&RedisPacing::open(redis).unwrap());
}

async fn clients(shown: &mut Shown) {
    let mock = mock().await;
    let passing = Arc::new(Mutex::new(Shown::default()));
    let build = || {
        builder(&mock)
            .credentials(machine())
            .default_header("x-api-key", PLANTED)
            .call_middleware(Look(Arc::clone(&passing)))
            .attempt_middleware(Look(Arc::clone(&passing)))
    };
    shown.look(&build().proxy("http://u:planted%2Fsecret+1@127.0.0.1:1"));
    let client: Client = build().build().unwrap();
    shown.look(&client);
    let call = client.users().get_user("u1").send();
    shown.look(&call);
    // A model shows what it holds, which is the caller's; its response nothing more.
    shown.look(&call.await.unwrap().map(drop));
    let raw = client
        .request(Method::POST, "/api/v2/mock/echo")
        .query("password", PLANTED)
        .header("x-api-key", PLANTED)
        .body("text/plain", PLANTED);
    shown.look(&raw);
    shown.look(&raw.send_stream().await.unwrap().into_body());
    let mut inner = client.users().get_user("u1");
    shown.look(inner.request_mut());
    shown.look(inner.request_mut().options_mut());
    let permissions: Permissions = client.permissions().await.unwrap();
    shown.look(&permissions);
    let transport = Arc::new(MemoryTransport::new(|_| response(200)));
    transport.execute(request()).await.unwrap();
    shown.look(&transport.requests()[0]);
    shown.look(&*transport);
    shown.look(
        &HttpTransport::new(HttpTransport::client_builder().default_headers(headers())).unwrap(),
    );
    let login = LoopbackLogin::bind(0).await.unwrap();
    shown.look(&login);
    shown.look(&login.authorize_url(client.login_base(), CLIENT));
    shown.0.append(&mut passing.lock().unwrap().0);
}

/// The names of the public types in the sources of the runtime.
fn public_types(folder: &Path, names: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            public_types(&path, names);
            continue;
        }
        for line in fs::read_to_string(&path).unwrap().lines() {
            let declared = ["pub struct ", "pub enum "]
                .iter()
                .find_map(|start| line.strip_prefix(start));
            let name = declared.and_then(|rest| {
                rest.split(|character: char| !character.is_alphanumeric())
                    .next()
            });
            names.extend(name.map(str::to_owned));
        }
    }
}

#[tokio::test]
async fn v20_each_public_type_hides_what_it_holds() {
    hide(PLANTED);
    hide(CLIENT_SECRET);
    let mut shown = Shown::default();
    credentials(&mut shown);
    interceptor(&mut shown).await;
    exchanges(&mut shown);
    stores(&mut shown).await;
    clients(&mut shown).await;
    shown.look::<Option<RawHead>>(&None);
    // Shown as a part of its response.
    shown.0.insert("RawHead".to_owned());
    let mut declared = BTreeSet::new();
    public_types(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("../generated/src/runtime"),
        &mut declared,
    );
    assert!(declared.len() > 100, "{declared:?}");
    let unseen: Vec<_> = declared
        .iter()
        .filter(|name| !shown.0.contains(*name) && !harmless().any(|known| known == *name))
        .collect();
    assert!(
        unseen.is_empty(),
        "these can hold a secret, or belong into HARMLESS: {unseen:?}"
    );
    let gone: Vec<_> = harmless()
        .filter(|name| !declared.contains(*name))
        .collect();
    assert!(gone.is_empty(), "these are no types any more: {gone:?}");
}
