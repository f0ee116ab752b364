//! Reads every user of an organization, page after page.
//!
//! Runs against the organization whose credentials are in the environment (`GENESYSCLOUD_OAUTHCLIENT_ID`, `GENESYSCLOUD_OAUTHCLIENT_SECRET`,
//! `GENESYSCLOUD_REGION`), or against the mock. It only reads.

mod support;

use std::error::Error;

use genesys_cloud::Client;
use genesys_cloud_mock::MockConfig;
use support::Server;

const SHOWN: usize = 3;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // In your own code: `let client = Client::from_env()?;`
    let server = Server::find(MockConfig::default()).await?;
    let client = server.builder().build()?;

    list_all_users(&client).await?;
    read_the_first_pages(&client).await?;
    Ok(())
}

/// One user after the other; the next page is fetched when it is needed.
async fn list_all_users(client: &Client) -> Result<(), genesys_cloud::Error> {
    let mut users = client.users().get_users().items().page_size(100);
    let mut count = 0;
    while let Some(user) = users.next().await {
        // A page that cannot be read is an error here, after the retries that it allows.
        let user = user?;
        if count < SHOWN {
            println!(
                "{} {}",
                user.id.as_deref().unwrap_or("?"),
                user.name.as_deref().unwrap_or("(no name)")
            );
        }
        count += 1;
    }
    println!("{count} users in all");
    Ok(())
}

/// Four pages at a time, in order, and no more than a hundred users.
async fn read_the_first_pages(client: &Client) -> Result<(), genesys_cloud::Error> {
    let users = client
        .users()
        .get_users()
        .items()
        .page_size(25)
        .concurrency(4)
        .max_items(100)
        .collect_all()
        .await?;
    let with_a_title = users.iter().filter(|user| user.title.is_some()).count();
    println!("of the first {}, {with_a_title} have a title", users.len());
    Ok(())
}
