//! A gateway in front of the region's servers.

use url::Url;

use crate::runtime::error::Error;

/// A gateway that takes the place of both the login and the API host.
///
/// Where both go through one host, a path prefix for each tells them apart.
///
/// ```
/// # extern crate genesys_cloud_runtime as genesys_cloud;
/// use genesys_cloud::Gateway;
///
/// let gateway = Gateway::new("gateway.example.com").port(8443).api_path("genesys");
/// # let _ = gateway;
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Gateway {
    scheme: String,
    host: String,
    port: Option<u16>,
    login_path: String,
    api_path: String,
}

impl Gateway {
    /// A gateway at `host`, over https, at its default port, without path prefixes.
    #[must_use]
    pub fn new(host: impl Into<String>) -> Self {
        Self {
            scheme: "https".to_owned(),
            host: host.into(),
            port: None,
            login_path: String::new(),
            api_path: String::new(),
        }
    }

    /// `https` or `http`; the latter also needs
    /// [`ClientBuilder::allow_plain_http`](super::ClientBuilder::allow_plain_http), unless the host is the machine itself.
    #[must_use]
    pub fn scheme(mut self, scheme: impl Into<String>) -> Self {
        self.scheme = scheme.into();
        self
    }

    /// The port, where it is not the scheme's own.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = Some(port);
        self
    }

    /// What comes before `/oauth/token`.
    #[must_use]
    pub fn login_path(mut self, prefix: impl Into<String>) -> Self {
        self.login_path = prefix.into();
        self
    }

    /// What comes before `/api/v2/…`.
    #[must_use]
    pub fn api_path(mut self, prefix: impl Into<String>) -> Self {
        self.api_path = prefix.into();
        self
    }

    /// The base URLs of the API and of the login server.
    pub(super) fn bases(&self) -> Result<(Url, Url), Error> {
        Ok((self.base(&self.api_path)?, self.base(&self.login_path)?))
    }

    fn base(&self, prefix: &str) -> Result<Url, Error> {
        let port = self.port.map(|port| format!(":{port}")).unwrap_or_default();
        let prefix = prefix.trim_matches('/');
        let text = format!("{}://{}{port}/{prefix}", self.scheme, self.host);
        let url = Url::parse(&text).map_err(|error| {
            Error::configuration(
                "scheme, host, port and path of the gateway do not form a valid URL",
            )
            .with_source(error)
        })?;
        let is_host_alone = url
            .host_str()
            .is_some_and(|host| host.eq_ignore_ascii_case(&self.host))
            && url.username().is_empty()
            && url.password().is_none();
        let is_path_alone = url.query().is_none()
            && url.fragment().is_none()
            && url.path().trim_matches('/') == prefix;
        if is_host_alone && is_path_alone {
            Ok(url)
        } else {
            Err(Error::configuration(
                "the host of the gateway must be a host name alone, and its path prefixes must be paths alone",
            ))
        }
    }
}
