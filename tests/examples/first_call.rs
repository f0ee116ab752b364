//! A first call, and one whose token expires under it.
//!
//! With `GENESYSCLOUD_OAUTHCLIENT_ID` and `GENESYSCLOUD_OAUTHCLIENT_SECRET` (or `GENESYSCLOUD_ACCESS_TOKEN`) in the environment, and
//! `GENESYSCLOUD_REGION` where it is not `us-east-1`, it reads a user of that organization. Without, it starts the mock with tokens that live
//! one second, and reads users for two and a half seconds.

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use genesys_cloud::Client;
use genesys_cloud_mock::{MockConfig, MockGenesys};

const LIFETIME: Duration = Duration::from_secs(1);
const PAUSE: Duration = Duration::from_millis(250);
const CALLS: u32 = 10;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let is_set = |name| std::env::var(name).is_ok_and(|value: String| !value.trim().is_empty());
    if [
        "GENESYSCLOUD_ACCESS_TOKEN",
        "GENESYSCLOUD_OAUTHCLIENT_ID",
        "GENESYSCLOUD_OAUTHCLIENT_SECRET",
    ]
    .into_iter()
    .any(is_set)
    {
        call_the_cloud().await
    } else {
        call_the_mock().await
    }
}

async fn call_the_cloud() -> Result<(), Box<dyn Error>> {
    let client = Client::from_env()?;
    println!("Genesys Cloud at {}", client.api_base());
    let users = client.users().get_users().page_size(1).send().await?;
    let first = users
        .body()
        .entities
        .iter()
        .flatten()
        .find_map(|user| user.id.clone());
    let Some(id) = first else {
        println!("getUsers: {}; it has no users", users.status());
        return Ok(());
    };
    let user = client.users().get_user(&id).send().await?;
    println!("getUser {id}: {} in {:?}", user.status(), user.elapsed());
    Ok(())
}

async fn call_the_mock() -> Result<(), Box<dyn Error>> {
    let mock = MockGenesys::start(MockConfig::with_lifetime(LIFETIME)).await?;
    let refreshes = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&refreshes);
    let client = Client::builder()
        .base_urls(&mock.api_url(), &mock.login_url())
        .client_credentials(mock.client_id(), mock.client_secret())
        .on_refresh(move |_| {
            counter.fetch_add(1, Ordering::Relaxed);
        })
        .build()?;
    println!(
        "no credentials in the environment: the mock at {}",
        mock.base_url()
    );
    println!("tokens live {LIFETIME:?}, a call every {PAUSE:?}\n");

    let failed = read_users(&client, &refreshes).await;
    let stats = mock.stats();
    println!(
        "\n{CALLS} calls, {failed} failed; {} token requests; {} calls were refused on the way and sent again",
        stats.token_requests, stats.unauthorized
    );
    if failed > 0 {
        return Err(format!("{failed} of {CALLS} calls failed").into());
    }
    Ok(())
}

/// Reads users for a while; how many calls failed.
pub(crate) async fn read_users(client: &Client, refreshes: &AtomicU64) -> u32 {
    let start = Instant::now();
    let mut failed = 0;
    for number in 0..CALLS {
        let id = format!("u{number}");
        match client.users().get_user(&id).send().await {
            Ok(user) => println!(
                "{:>5} ms  getUser {id}: {}, token {} of this run",
                start.elapsed().as_millis(),
                user.status(),
                refreshes.load(Ordering::Relaxed)
            ),
            Err(error) => {
                failed += 1;
                println!(
                    "{:>5} ms  getUser {id}: {error}",
                    start.elapsed().as_millis()
                );
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
    failed
}
