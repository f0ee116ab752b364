//! Requests to paths that the SDK has no operation for.

use std::borrow::Cow;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::HeaderValue;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Call, FormBody, MultipartBody, Request};
use crate::runtime::codec::{QueryValue, Wire};
use crate::runtime::error::Error;
use crate::runtime::pipeline::CallOptions;
use crate::runtime::response::{BodyStream, FromResponse};
use crate::runtime::transport::{ByteStream, RequestBody};

/// A call of any path of the API host, with the authentication, the retries and the redaction of every other call.
///
/// Made by [`Client::request`](crate::runtime::client::Client::request).
///
/// ```
/// # extern crate genesys_cloud_runtime as genesys_cloud;
/// use genesys_cloud::Client;
///
/// # async fn example(client: &Client) -> genesys_cloud::Result<()> {
/// use genesys_cloud::http::Method;
///
/// let queue = client
///     .request(Method::POST, "/api/v2/routing/queues")
///     .json(&serde_json::json!({ "name": "Sales" }))
///     .send_json::<serde_json::Value>()
///     .await?;
/// println!("{}", queue["id"]);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a request is sent by one of its send methods"]
pub struct RawRequest {
    request: Request,
}

impl RawRequest {
    pub(crate) fn new(request: Request) -> Self {
        Self { request }
    }

    /// Adds a query parameter; a name may be added several times.
    pub fn query(mut self, name: &str, value: impl QueryValue) -> Self {
        self.request.add_query(name, value);
        self
    }

    /// Sets a header, in place of one of that name.
    pub fn header(mut self, name: &str, value: impl QueryValue) -> Self {
        self.request.header(name, Some(value));
        self
    }

    /// Sets the body: `value` as JSON.
    pub fn json<T: Serialize + ?Sized>(mut self, value: &T) -> Self {
        self.request.serde_body("application/json", value);
        self
    }

    /// Sets a body held in memory.
    pub fn body(self, content_type: &str, body: impl Into<Bytes>) -> Self {
        self.with_body(content_type, RequestBody::Bytes(body.into()))
    }

    /// Sets a body that is streamed, and created again when the call is resent.
    pub fn body_factory(
        self,
        content_type: &str,
        factory: impl Fn() -> ByteStream + Send + Sync + 'static,
    ) -> Self {
        self.with_body(content_type, RequestBody::Factory(Arc::new(factory)))
    }

    /// Sets a body that is streamed once: the call cannot be sent again, neither after a failure nor after its token was refused.
    pub fn body_stream(self, content_type: &str, stream: ByteStream) -> Self {
        self.with_body(
            content_type,
            RequestBody::Once(Arc::new(Mutex::new(Some(stream)))),
        )
    }

    /// Sets a body of form fields.
    pub fn form(self, form: FormBody) -> Self {
        let (content_type, body) = form.into_body();
        self.with_body(content_type, body)
    }

    /// Sets a body of several parts, like files.
    ///
    /// ```
    /// # extern crate genesys_cloud_runtime as genesys_cloud;
    /// use genesys_cloud::Client;
    ///
    /// # async fn example(client: &Client) -> genesys_cloud::Result<()> {
    /// use genesys_cloud::http::Method;
    /// use genesys_cloud::runtime::request::MultipartBody;
    ///
    /// let form =
    ///     MultipartBody::new().text("name", "list").file("file", "contacts.csv", "text/csv", "id,name\n");
    /// client.request(Method::POST, "/api/v2/some/upload").multipart(form).send().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn multipart(self, multipart: MultipartBody) -> Self {
        let jitter = &self.request.pipeline().connection.jitter;
        let (content_type, body) = multipart.into_body(jitter);
        self.with_body(&content_type, body)
    }

    fn with_body(mut self, content_type: &str, body: RequestBody) -> Self {
        match HeaderValue::from_str(content_type) {
            Ok(content_type) => {
                self.request.body(content_type, body);
            }
            Err(_) => self.request.fail(Error::invalid_request(
                "the content type contains characters that are invalid in a header",
            )),
        }
        self
    }

    /// Names the path with its parameters' names (`/api/v2/users/{userId}`) for telemetry, which never shows the path itself.
    pub fn with_template(mut self, template: impl Into<Cow<'static, str>>) -> Self {
        self.request.set_template(template.into());
        self
    }

    super::options::setters!(pub change);

    /// Sets all options of this call at once; what they leave open comes from the client.
    pub fn with_options(mut self, options: CallOptions) -> Self {
        *self.request.options_mut() = options;
        self
    }

    /// Sends the request and gives the body as it is.
    pub fn send(self) -> Call<Bytes> {
        Call::new(self.request)
    }

    /// Sends the request and reads its JSON into a custom type. An empty body is read as `null`.
    pub fn send_json<T: DeserializeOwned + 'static>(self) -> Call<T> {
        Call::serde(self.request)
    }

    /// Sends the request and reads its response into a type of this SDK.
    pub fn send_model<T: Wire + FromResponse>(self) -> Call<T> {
        Call::new(self.request)
    }

    /// Sends the request and gives the body as a stream, without holding it in memory.
    ///
    /// ```
    /// # extern crate genesys_cloud_runtime as genesys_cloud;
    /// use genesys_cloud::Client;
    ///
    /// # async fn example(client: &Client) -> genesys_cloud::Result<()> {
    /// use genesys_cloud::http::Method;
    ///
    /// let mut body = client
    ///     .request(Method::GET, "/api/v2/some/download")
    ///     .send_stream()
    ///     .await?
    ///     .into_body();
    /// while let Some(chunk) = body.next_chunk().await {
    ///     println!("{} bytes", chunk?.len());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn send_stream(self) -> Call<BodyStream> {
        Call::new(self.request)
    }
}

fn change(mut request: RawRequest, change: impl FnOnce(CallOptions) -> CallOptions) -> RawRequest {
    request.request.change_options(change);
    request
}
