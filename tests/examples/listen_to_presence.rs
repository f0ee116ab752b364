//! Listens to the presence of users, and says when it may have missed something.
//!
//! With credentials of a user in the environment (`GENESYSCLOUD_ACCESS_TOKEN`, and `GENESYSCLOUD_REGION` where it is not `us-east-1`), it listens to
//! that user until it is stopped; change the presence in Genesys Cloud to see events. Without, it starts the mock, which sends events, drops the
//! connection once, and announces once that it will close it.

mod support;

use std::error::Error;
use std::time::Duration;

use genesys_cloud::events::{Event, topics};
use genesys_cloud_mock::{Backend, MockConfig};
use support::Server;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let server = Server::find(MockConfig::default()).await?;
    let client = server.builder().build()?;
    let me = client.users().get_users_me().send().await?.into_body();
    let id = me.id.ok_or("the user has no id")?;

    let mut events = client.listen([topics::user_presence(&id)]).await?;
    for rejected in events.rejected() {
        println!("{rejected}");
    }
    println!("listening to the presence of one user");
    if let Server::Mock(mock) = &server {
        tokio::spawn(send_events(mock.backend(), id));
    }

    while let Some(event) = events.next().await {
        match event? {
            Event::UserPresence(presence) => {
                let definition = presence.presence_definition.as_ref();
                let name = definition.and_then(|definition| definition.system_presence.as_deref());
                println!("presence: {}", name.unwrap_or("unknown"));
                if name == Some("Offline") {
                    break;
                }
            }
            Event::Gap(gap) => println!(
                "something may have been missed ({:?}): read the presence again",
                gap.reason()
            ),
            other => println!("not handled: {}", other.topic()),
        }
    }
    events.close().await;
    Ok(())
}

/// What happens in the mock.
async fn send_events(mock: Backend, id: String) {
    let topic = format!("v2.users.{id}.presence");
    let send = async |presence: &str| {
        // There is a socket again.
        while mock.channel_stats().sockets != 1 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        mock.push(
            &topic,
            &format!(r#"{{"presenceDefinition":{{"systemPresence":"{presence}"}}}}"#),
        );
    };
    send("Available").await;
    send("Busy").await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    mock.drop_sockets();
    send("Meal").await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    mock.announce_closing();
    tokio::time::sleep(Duration::from_millis(200)).await;
    send("Available").await;
    send("Offline").await;
}
