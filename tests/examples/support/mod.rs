//! Where the examples send their calls: to the cloud that the environment names, or to the mock.

use std::io;

use genesys_cloud::{Client, ClientBuilder};
use genesys_cloud_mock::{MockConfig, MockGenesys};

/// Credentials in the environment; `GENESYSCLOUD_REGION` is read beside them.
const CREDENTIALS: [&str; 3] = [
    "GENESYSCLOUD_ACCESS_TOKEN",
    "GENESYSCLOUD_OAUTHCLIENT_ID",
    "GENESYSCLOUD_OAUTHCLIENT_SECRET",
];

/// The server of an example.
#[allow(
    clippy::large_enum_variant,
    reason = "an example has one of them, on its stack"
)]
pub(crate) enum Server {
    /// Genesys Cloud, with the credentials in the environment.
    Cloud,
    /// The mock, which ends with this value.
    Mock(MockGenesys),
}

impl Server {
    /// Genesys Cloud where the environment has credentials; else the mock, which starts here and says so.
    pub(crate) async fn find(config: MockConfig) -> io::Result<Self> {
        let is_set = |name| std::env::var(name).is_ok_and(|value: String| !value.trim().is_empty());
        if CREDENTIALS.into_iter().any(is_set) {
            return Ok(Self::Cloud);
        }
        let mock = MockGenesys::start(config).await?;
        println!(
            "no credentials in the environment: the mock at {}",
            mock.base_url()
        );
        Ok(Self::Mock(mock))
    }

    /// The beginning of a client for it. On the cloud, `builder().build()` is what `Client::from_env()` does.
    pub(crate) fn builder(&self) -> ClientBuilder {
        match self {
            Self::Cloud => Client::builder().environment(|name| std::env::var(name).ok()),
            Self::Mock(mock) => Client::builder()
                .base_urls(&mock.api_url(), &mock.login_url())
                // The cloud's own host for uploads is known from the region.
                .apps_base_url(mock.base_url())
                .client_credentials(mock.client_id(), mock.client_secret()),
        }
    }
}
