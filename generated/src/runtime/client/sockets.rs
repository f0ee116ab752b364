//! What a client needs to open sockets.

use std::sync::{Arc, OnceLock};

use url::Url;

use super::http_options::HttpOptions;
use super::{Client, Inner};
use crate::runtime::auth::{Interceptor, Jitter};
use crate::runtime::clock::Clock;
use crate::runtime::debug::debug_fields;
use crate::runtime::error::Error;
use crate::runtime::pipeline::Pipeline;
use crate::runtime::region::Region;
use crate::runtime::transport::address::{is_allowed_url, is_loopback};
use crate::runtime::transport::socket::{NetworkSockets, SocketTransport};

/// Where the sockets of a client come from.
pub(super) enum Sockets {
    /// From the caller.
    Given(Arc<dyn SocketTransport>),
    /// From the network, with the settings of the client. Made on first use.
    Network(Box<HttpOptions>, OnceLock<Arc<dyn SocketTransport>>),
    /// The client has a custom transport, and no sockets.
    None,
}

impl Sockets {
    pub(super) fn network(options: HttpOptions) -> Self {
        Self::Network(Box::new(options), OnceLock::new())
    }

    fn get(&self) -> Result<Arc<dyn SocketTransport>, Error> {
        match self {
            Self::Given(sockets) => Ok(sockets.clone()),
            Self::Network(options, made) => {
                if let Some(made) = made.get() {
                    return Ok(made.clone());
                }
                let builder = options.client_builder()?;
                let sockets = NetworkSockets::new(builder).map_err(|source| {
                    Error::configuration("cannot build the HTTP client for sockets")
                        .with_source(source)
                })?;
                Ok(made.get_or_init(|| Arc::new(sockets)).clone())
            }
            Self::None => Err(Error::configuration(
                "the client has a custom transport, which opens no sockets",
            )
            .with_advice("Set ClientBuilder::socket_transport as well")),
        }
    }
}

impl Client {
    /// The same client with one token of its pool. A channel belongs to the token that made it.
    pub(crate) fn with_one_token(&self) -> Self {
        let of_one = |interceptor: &Arc<_>| Arc::new(Interceptor::with_one_token(interceptor));
        let pipeline = Pipeline {
            interceptor: self.pipeline().interceptor.as_ref().map(of_one),
            ..self.pipeline().derived()
        };
        Inner {
            pipeline: Arc::new(pipeline),
            ..(*self.inner).clone()
        }
        .into()
    }

    /// The generation of the token of a client with one token, and what is left of its life.
    pub(crate) fn token_standing(&self) -> Option<(u64, std::time::Duration)> {
        self.pipeline().interceptor.as_ref()?.token_standing()
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.pipeline().connection.clock
    }

    pub(crate) fn jitter(&self) -> &Jitter {
        &self.pipeline().connection.jitter
    }

    pub(crate) fn socket_transport(&self) -> Result<Arc<dyn SocketTransport>, Error> {
        self.inner.sockets.get()
    }

    /// The URL to connect to for a `connectUri` of the API, which must lead to the streaming host of the region, to `also`, or to this machine.
    /// Errors name the host alone: the rest is a secret.
    pub(crate) fn socket_url(&self, connect_uri: &str, also: Option<&str>) -> Result<Url, Error> {
        let unusable = || Error::configuration("the URL of the channel is invalid");
        let mut url = Url::parse(connect_uri).map_err(|_| unusable())?;
        let scheme = match url.scheme() {
            "wss" | "https" => "https",
            "ws" | "http" => "http",
            _ => return Err(unusable()),
        };
        url.set_scheme(scheme).map_err(|()| unusable())?;
        url.set_fragment(None);
        let host = url.host_str().unwrap_or_default().to_owned();
        let is_own = url.username().is_empty()
            && url.password().is_none()
            && (is_loopback(&url) || self.is_streaming_host(&url, &host, also));
        if is_own && is_allowed_url(&url, self.pipeline().connection.plain_http) {
            return Ok(url);
        }
        Err(Error::configuration(format!(
            "the channel is at `{}`, which is not the streaming host of the region, so no connection was made",
            host.chars().take(80).collect::<String>().escape_debug()
        ))
        .with_advice("If that host is right, allow it: Listen::streaming_host"))
    }

    fn is_streaming_host(&self, url: &Url, host: &str, also: Option<&str>) -> bool {
        if also.is_some_and(|also| also.eq_ignore_ascii_case(host)) {
            return true;
        }
        let Some(domain) = host.strip_prefix("streaming.") else {
            return false;
        };
        let api = self.api_base().host_str().unwrap_or_default();
        let is_regional = match api.strip_prefix("api.") {
            Some(own) => own == domain,
            // Behind a gateway the region is not known.
            None => Region::ALL.iter().any(|region| region.domain() == domain),
        };
        is_regional && url.port().is_none()
    }
}

debug_fields!(Sockets, |_this| "Sockets(..)");
