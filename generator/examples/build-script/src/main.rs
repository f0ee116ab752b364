//! Reads the user whose id is given, with the credentials of the environment (`Client::from_env`); with `GENESYSCLOUD_BASE_URL`, from there
//! instead of the cloud.

mod genesys {
    include!(concat!(env!("OUT_DIR"), "/genesys_cloud.rs"));
}

use std::error::Error;

use genesys::Client;
// What is generated finds its parts by these names in the root of the crate.
use genesys::{api, models, runtime};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let id = std::env::args().nth(1).ok_or("say the id of a user")?;
    let client = match std::env::var("GENESYSCLOUD_BASE_URL") {
        Err(_) => Client::from_env()?,
        Ok(url) => Client::builder()
            .base_urls(&url, &url)
            .client_credentials(
                std::env::var("GENESYSCLOUD_OAUTHCLIENT_ID")?,
                std::env::var("GENESYSCLOUD_OAUTHCLIENT_SECRET")?,
            )
            .build()?,
    };
    let user: models::User = client.users().get_user(&id).send().await?.into_body();
    println!("{}", user.id.unwrap_or_default());
    Ok(())
}
