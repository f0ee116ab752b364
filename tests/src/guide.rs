//! The guide: its chapters are in `tests/guide/src/`, and every Rust block of them is a doctest of this package or of the generator
//! (`cargo test --doc -p genesys-cloud-tests -p genesys-codegen`). Here is what the blocks share, so that their hidden set-up is one line.

use std::error::Error;

use genesys_cloud::{Client, ClientBuilder};

use genesys_cloud_mock::{MockConfig, MockGenesys};

/// What a block ends with.
pub type Outcome = Result<(), Box<dyn Error>>;

/// A builder of clients of the mock, with the mock's own OAuth client.
pub fn client_of(mock: &MockGenesys) -> ClientBuilder {
    Client::builder()
        .base_urls(&mock.api_url(), &mock.login_url())
        .client_credentials(mock.client_id(), mock.client_secret())
}

/// Runs a block with a mock of its own and a client of it.
///
/// # Panics
///
/// The block fails, or the mock cannot start.
pub fn run(block: impl AsyncFnOnce(MockGenesys, Client) -> Outcome) {
    let outcome = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Into::into)
        .and_then(|runtime| {
            runtime.block_on(async {
                let mock = MockGenesys::start(MockConfig::default()).await?;
                let client = client_of(&mock).build()?;
                block(mock, client).await
            })
        });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}

/// The chapters whose blocks use the SDK; those about the generator are doctests of `genesys-codegen`.
#[cfg(doctest)]
mod chapters {
    #[doc = include_str!("../guide/src/getting-started.md")]
    mod getting_started {}
    #[doc = include_str!("../guide/src/tokens.md")]
    mod tokens {}
    #[doc = include_str!("../guide/src/stores.md")]
    mod stores {}
    #[doc = include_str!("../guide/src/paging-and-jobs.md")]
    mod paging_and_jobs {}
    #[doc = include_str!("../guide/src/notifications.md")]
    mod notifications {}
    #[doc = include_str!("../guide/src/errors.md")]
    mod errors {}
    #[doc = include_str!("../guide/src/bulk.md")]
    mod bulk {}
    #[cfg(feature = "testing")]
    #[doc = include_str!("../guide/src/testing.md")]
    mod testing {}
    #[doc = include_str!("../guide/src/features.md")]
    mod features {}
}
