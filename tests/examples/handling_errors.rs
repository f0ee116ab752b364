//! What goes wrong with a call, and how to tell: 401, 403, 404, 429 and the rest.
//!
//! Against the organization whose credentials are in the environment (`GENESYSCLOUD_OAUTHCLIENT_ID`, `GENESYSCLOUD_OAUTHCLIENT_SECRET`,
//! `GENESYSCLOUD_REGION`) it reads a user that does not exist, and calls with a token that is none. The mock plays the other cases, too.

mod support;

use std::time::Duration;

use genesys_cloud::models::ConversationQuery;
use genesys_cloud::{Error, Operation as _, Response, RetryPolicy};
use genesys_cloud_mock::{Fault, MockConfig, MockGenesys, Reply};
use support::Server;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // In your own code: `let client = Client::from_env()?;`
    let server = Server::find(MockConfig::default()).await?;
    let client = server.builder().build()?;
    if let Server::Mock(mock) = &server {
        play_trouble(mock);
    }

    let nobody = "00000000-0000-4000-8000-000000000000";
    report("unknown user", client.users().get_user(nobody).send().await);
    let stranger = server.builder().access_token("no-token-at-all").build()?;
    report("no token", stranger.users().get_user("u1").send().await);

    if let Server::Mock(_) = &server {
        let query = client
            .analytics()
            .post_analytics_conversations_details_query(ConversationQuery::default());
        report("no permission", query.send().await);
        // Timeouts and retries can be set for one call, as here, and for all calls of a client.
        let busy = client
            .users()
            .get_user("busy")
            .with_timeout(Duration::from_secs(10))
            .with_retry(RetryPolicy::default().with_longest_retry_after(Duration::from_secs(5)));
        report("short delay", busy.send().await);
        report("long delay", client.users().get_user("limit").send().await);
    }
    Ok(())
}

fn report<T>(what: &str, outcome: Result<Response<T>, Error>) {
    match outcome {
        Ok(response) => println!(
            "{what}: {} after {} attempt(s)",
            response.status(),
            response.attempts()
        ),
        Err(error) => {
            println!("{what}: {}", what_to_do(&error));
            // Says what the API said, and what to check.
            println!("    {error}");
            // Genesys's support asks for this.
            println!("    correlation id: {:?}", error.correlation_id());
        }
    }
}

/// Predicates before texts: the same failure may be told in several ways.
fn what_to_do(error: &Error) -> String {
    if error.is_unauthorized() {
        // The SDK has already fetched a new token and sent the call again, where it could.
        "401: the credentials are not good (any more); log in again".to_owned()
    } else if error.is_forbidden() {
        let needed = error
            .operation()
            .map_or(&[][..], |operation| operation.permissions.names());
        format!("403: ask an administrator for {}", needed.join(" or "))
    } else if error.is_rate_limited() {
        // Short delays are waited for and the call is sent again; an error is what took too long.
        match error.retry_after() {
            Some(delay) => format!("429: try again in {} s", delay.as_secs()),
            None => "429: try again later".to_owned(),
        }
    } else if error.is_not_found() {
        "404: there is no such user".to_owned()
    } else if error.is_timeout() || error.is_connect() {
        "the network: try again".to_owned()
    } else {
        format!("{:?}", error.kind())
    }
}

/// What the mock answers from here on.
fn play_trouble(mock: &MockGenesys) {
    let on = |method, path: &str| Fault::on(method, path).always();
    let missing = Reply::error(404, "not.found", "The user was not found.");
    mock.fault(on("GET", "/api/v2/users/00000000-0000-4000-8000-000000000000").respond(missing));
    let refusal = Reply::error(
        403,
        "missing.any.permissions",
        "Unable to perform the requested action.",
    );
    mock.fault(on("POST", "/api/v2/analytics/conversations/details/query").respond(refusal));
    let busy = Reply::error(429, "too.many.requests", "Rate limit exceeded the maximum.");
    let once = busy.clone().retry_after(1);
    mock.fault(on("GET", "/api/v2/users/busy").times(1).respond(once));
    mock.fault(on("GET", "/api/v2/users/limit").respond(busy.retry_after(3600)));
}
