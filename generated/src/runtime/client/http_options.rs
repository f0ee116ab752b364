//! The settings of the HTTP client under a client.

use std::time::Duration;

use url::Url;

use crate::runtime::error::Error;
use crate::runtime::transport::HttpTransport;

type ConfigureHttp = dyn Fn(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send + Sync;

/// What was set of the HTTP client. It concerns the network only, so it contradicts a custom transport.
#[derive(Default)]
pub(super) struct HttpOptions {
    pub(super) connect_timeout: Option<Duration>,
    pub(super) max_body_size: Option<usize>,
    pub(super) proxy: Option<String>,
    pub(super) no_proxy: bool,
    /// Chain and key.
    pub(super) client_certificate: Option<(Vec<u8>, Vec<u8>)>,
    pub(super) roots: Vec<Vec<u8>>,
    pub(super) configure_http: Option<Box<ConfigureHttp>>,
}

impl HttpOptions {
    /// Refuses what a custom transport would silently ignore, such as a certificate or a proxy.
    pub(super) fn refuse_any(&self) -> Result<(), Error> {
        let set = [
            (self.connect_timeout.is_some(), "the connect timeout"),
            (self.max_body_size.is_some(), "`max_body_size`"),
            (self.proxy.is_some(), "a proxy"),
            (self.client_certificate.is_some(), "a client certificate"),
            (!self.roots.is_empty(), "root certificates"),
            (self.configure_http.is_some(), "`configure_http`"),
        ];
        match set.into_iter().find(|(is_set, _)| *is_set) {
            None => Ok(()),
            Some((_, name)) => Err(Error::configuration(format!(
                "both {name} and a custom transport are set, and a custom transport ignores {name}"
            ))
            .with_advice("Set it on the transport itself")),
        }
    }

    /// The transport over the network. `needs_tls` is whether it has to speak https.
    pub(super) fn transport(&self, needs_tls: bool) -> Result<HttpTransport, Error> {
        if needs_tls && !HAS_TLS {
            return Err(Error::configuration(
                "the SDK is built without TLS, and the client's URLs are https",
            )
            .with_advice("Turn on the feature `rustls` or `native-tls` of the crate"));
        }
        let transport = HttpTransport::new(self.client_builder()?).map_err(|source| {
            Error::configuration("cannot build the HTTP client").with_source(source)
        })?;
        Ok(match self.max_body_size {
            Some(bytes) => transport.with_max_body_size(bytes),
            None => transport,
        })
    }

    /// The HTTP client with these settings.
    pub(super) fn client_builder(&self) -> Result<reqwest::ClientBuilder, Error> {
        check_provider(self.configure_http.is_some())?;
        let mut builder = HttpTransport::client_builder();
        if let Some(timeout) = self.connect_timeout {
            if timeout.is_zero() {
                return Err(Error::configuration(
                    "the connect timeout is zero, so every connection would fail",
                ));
            }
            builder = builder.connect_timeout(timeout);
        }
        if self.no_proxy {
            builder = builder.no_proxy();
        }
        if let Some(proxy) = &self.proxy {
            if self.no_proxy {
                return Err(Error::configuration("both a proxy and `no_proxy` are set"));
            }
            builder = builder.proxy(proxy_at(proxy)?);
        }
        builder = with_certificates(builder, &self.roots, self.client_certificate.clone())?;
        if let Some(configure) = &self.configure_http {
            builder = configure(builder);
        }
        Ok(builder)
    }
}

/// Whether the HTTP library has TLS.
const HAS_TLS: bool = cfg!(any(
    feature = "rustls",
    feature = "rustls-no-provider",
    feature = "native-tls"
));

/// Refuses to go on where rustls would panic because it has no provider. What `configure_http` may have chosen is not known here.
#[cfg(all(
    feature = "rustls-no-provider",
    not(any(feature = "rustls", feature = "native-tls"))
))]
fn check_provider(is_configured: bool) -> Result<(), Error> {
    if is_configured || rustls::crypto::CryptoProvider::get_default().is_some() {
        return Ok(());
    }
    Err(Error::configuration(
        "no cryptography provider is installed for the feature `rustls-no-provider`",
    )
    .with_advice(
        "Call rustls::crypto::CryptoProvider::install_default first, or use the feature `rustls`",
    ))
}

#[cfg(not(all(
    feature = "rustls-no-provider",
    not(any(feature = "rustls", feature = "native-tls"))
)))]
fn check_provider(_: bool) -> Result<(), Error> {
    Ok(())
}

/// The proxy at `url`, whose scheme may be left out. Errors do not show the URL, for it may hold a password.
fn proxy_at(url: &str) -> Result<reqwest::Proxy, Error> {
    let with_scheme = match url.contains("://") {
        true => Url::parse(url),
        false => Url::parse(&format!("http://{url}")),
    };
    let url = with_scheme.map_err(|_| Error::configuration("invalid proxy URL"))?;
    // The HTTP library would go round a proxy that it has no protocol for.
    if !matches!(url.scheme(), "http" | "https") {
        return Err(
            Error::configuration("unsupported proxy protocol: expected http or https")
                .with_advice("Use ClientBuilder::configure_http for others"),
        );
    }
    reqwest::Proxy::all(url).map_err(|_| Error::configuration("invalid proxy URL"))
}

/// Sets roots and the client's certificate.
#[cfg(any(
    feature = "rustls",
    feature = "rustls-no-provider",
    feature = "native-tls"
))]
fn with_certificates(
    mut builder: reqwest::ClientBuilder,
    roots: &[Vec<u8>],
    client_certificate: Option<(Vec<u8>, Vec<u8>)>,
) -> Result<reqwest::ClientBuilder, Error> {
    for pem in roots {
        let certificates = reqwest::Certificate::from_pem_bundle(pem)
            .ok()
            .filter(|certificates| !certificates.is_empty())
            .ok_or_else(|| {
                Error::configuration("the root certificates contain no PEM certificate")
            })?;
        builder = builder.tls_certs_merge(certificates);
    }
    match client_certificate {
        Some((certificate, key)) => Ok(builder.identity(identity(certificate, key)?)),
        None => Ok(builder),
    }
}

/// Without a TLS feature there is nothing that a certificate could be for.
#[cfg(not(any(
    feature = "rustls",
    feature = "rustls-no-provider",
    feature = "native-tls"
)))]
fn with_certificates(
    builder: reqwest::ClientBuilder,
    roots: &[Vec<u8>],
    client_certificate: Option<(Vec<u8>, Vec<u8>)>,
) -> Result<reqwest::ClientBuilder, Error> {
    if roots.is_empty() && client_certificate.is_none() {
        Ok(builder)
    } else {
        Err(Error::configuration(
            "certificates are set, but no TLS feature of the SDK is on",
        ))
    }
}

#[cfg(any(feature = "rustls", feature = "rustls-no-provider"))]
fn identity(certificate: Vec<u8>, key: Vec<u8>) -> Result<reqwest::Identity, Error> {
    let mut pem = key;
    pem.push(b'\n');
    pem.extend(certificate);
    reqwest::Identity::from_pem(&pem).map_err(|_| no_identity())
}

#[cfg(all(
    feature = "native-tls",
    not(any(feature = "rustls", feature = "rustls-no-provider"))
))]
fn identity(certificate: Vec<u8>, key: Vec<u8>) -> Result<reqwest::Identity, Error> {
    reqwest::Identity::from_pkcs8_pem(&certificate, &key).map_err(|_| no_identity())
}

#[cfg(any(
    feature = "rustls",
    feature = "rustls-no-provider",
    feature = "native-tls"
))]
fn no_identity() -> Error {
    Error::configuration(
        "invalid client certificate or key: expected a PEM certificate and a PKCS #8 key",
    )
}
