//! Clears a property of a user with an explicit null, and puts it back.
//!
//! A property that is left out of a PATCH stays as it is; only `null` clears it.
//!
//! `cargo run -p genesys-cloud-tests --example update_with_explicit_null -- USER_ID` runs against the organization whose credentials are in the
//! environment (`GENESYSCLOUD_OAUTHCLIENT_ID`, `GENESYSCLOUD_OAUTHCLIENT_SECRET`, `GENESYSCLOUD_REGION`). It writes to that user: the title is
//! cleared and set again, and the version counts up by two. Without credentials it changes a user of the mock.

mod support;

use std::error::Error;

use genesys_cloud::models::{UpdateUser, User};
use genesys_cloud::runtime::update;
use genesys_cloud::{Client, Extra, Response};
use genesys_cloud_mock::MockConfig;
use support::Server;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // In your own code: `let client = Client::from_env()?;`
    let server = Server::find(MockConfig::default()).await?;
    let client = server.builder().build()?;

    let id = match (std::env::args().nth(1), &server) {
        (Some(id), _) => id,
        (None, Server::Mock(_)) => "u1".to_owned(),
        (None, Server::Cloud) => {
            return Err("usage: update_with_explicit_null USER_ID (a user whose title may be gone for a moment)".into());
        }
    };
    let before = client.users().get_user(&id).send().await?.into_body().title;
    println!("title: {before:?}");
    let cleared = clear_title(&client, &id).await?;
    println!("title: {:?}, version {:?}", cleared.title, cleared.version);
    if before.is_some() {
        let restored = set_title(&client, &id, before).await?;
        println!(
            "title: {:?}, version {:?}",
            restored.title, restored.version
        );
    }
    Ok(())
}

/// Reads the user for its version, and sends `{"version": …, "title": null}`.
async fn clear_title(client: &Client, id: &str) -> Result<Response<User>, genesys_cloud::Error> {
    let user = client.users().get_user(id).send().await?;
    let change = UpdateUser {
        version: user.version,
        // The name of the property on the wire. The field `title` stays `None`, which alone would leave it out.
        extra: Extra::new().with_null("title"),
        ..UpdateUser::default()
    };
    client.users().patch_user(id, change).send().await
}

/// The same for a value, and so that a change of somebody else in between does no harm: where the version was counted up, the user is read again
/// and the change applied to what is there now.
async fn set_title(
    client: &Client,
    id: &str,
    title: Option<String>,
) -> Result<Response<User>, genesys_cloud::Error> {
    update(
        || client.users().get_user(id).send(),
        |user| user.title.clone_from(&title),
        |user| {
            let change = UpdateUser {
                version: user.version,
                title: user.title.clone(),
                ..UpdateUser::default()
            };
            client.users().patch_user(id, change).send()
        },
    )
    .await
}
