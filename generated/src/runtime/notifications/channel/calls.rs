//! The calls of a channel: make, subscribe, delete the subscriptions.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::time::Duration;

use http::Method;
use serde::{Deserialize, Serialize};

use super::machine::Failure;
use super::subscription::{PER_CHANNEL, Subscription, combine};
use crate::runtime::auth::Secret;
use crate::runtime::client::Client;
use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::notifications::AnyTopic;
use crate::runtime::request::CallOptions;

const CHANNELS: &str = "/api/v2/notifications/channels";
const SUBSCRIPTIONS: &str = "/api/v2/notifications/channels/{channelId}/subscriptions";

/// How long deleting the subscriptions may take.
const DELETE_TIMEOUT: Duration = Duration::from_secs(5);

/// A channel of the API. Its id and its URL are secrets: they are all that a socket needs.
#[derive(Clone)]
pub(crate) struct Made {
    id: Secret,
    pub(crate) connect_uri: Secret,
    /// The generation of the token that made it, and how long it lives.
    pub(crate) token: Option<(u64, Option<Duration>)>,
}

#[derive(Deserialize)]
struct Channel {
    id: String,
    #[serde(rename = "connectUri")]
    connect_uri: String,
}

#[derive(Serialize)]
struct ChannelTopic<'a> {
    id: &'a str,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Listing {
    entities: Vec<Entity>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Entity {
    id: Option<String>,
    state: Option<String>,
    rejection_reason: Option<String>,
    missing_permissions: Option<Vec<String>>,
}

/// A topic that Genesys Cloud does not send, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rejected {
    /// The topic.
    pub topic: AnyTopic,
    /// Why, in the words of Genesys Cloud; empty where it says nothing.
    pub reason: String,
    /// The permissions that the OAuth client or the user lacks.
    pub missing_permissions: Vec<String>,
}

impl fmt::Display for Rejected {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the topic `{}` was rejected", self.topic)?;
        if !self.reason.is_empty() {
            write!(formatter, ": {}", self.reason)?;
        }
        if !self.missing_permissions.is_empty() {
            let permissions = self.missing_permissions.join(", ");
            write!(formatter, " (missing permissions: {permissions})")?;
        }
        Ok(())
    }
}

impl std::error::Error for Rejected {}

/// How a call failed.
pub(crate) fn failure_of(error: &Error) -> Failure {
    match error.status().map(|status| status.as_u16()) {
        Some(404 | 410) => Failure::Gone,
        Some(408 | 425 | 429) => Failure::Transient,
        Some(status) if status >= 500 => Failure::Transient,
        Some(_) => Failure::Permanent,
        None if error.is_authentication() => {
            let auth = error.find_source::<crate::runtime::auth::AuthError>();
            match auth.is_some_and(crate::runtime::auth::AuthError::is_transient) {
                true => Failure::Transient,
                false => Failure::Permanent,
            }
        }
        None => match error.kind() {
            ErrorKind::Configuration | ErrorKind::InvalidRequest => Failure::Permanent,
            _ => Failure::Transient,
        },
    }
}

/// Makes a channel.
pub(crate) async fn make(client: &Client) -> Result<Made, Error> {
    let before = client.token_standing();
    let call = client
        .request(Method::POST, CHANNELS)
        .with_template(CHANNELS);
    let channel = call.send_json::<Channel>().await?.into_body();
    let after = client.token_standing();
    // Where the token was replaced meanwhile, either may have made it: the one that ends first counts.
    let token = match (before, after) {
        (Some(before), Some(after)) if before.1 < after.1 => Some(before),
        (before, after) => after.or(before),
    };
    Ok(Made {
        id: Secret::new(channel.id),
        connect_uri: Secret::new(channel.connect_uri),
        token: token
            .map(|(generation, left)| (generation, (left != Duration::MAX).then_some(left))),
    })
}

/// Makes a channel with a newer token than that of `generation`. Waits until there is one, at most for as long as the present one lives.
pub(crate) async fn wait_for_newer_token(client: &Client, generation: u64) -> Result<(), Error> {
    loop {
        client.access_token().await?;
        match client.token_standing() {
            Some((now, _)) if now <= generation => {
                let left = client
                    .token_standing()
                    .map_or(Duration::ZERO, |(_, left)| left);
                let pause = (left / 10).clamp(Duration::from_millis(50), Duration::from_secs(5));
                client.clock().sleep(pause).await;
            }
            _ => return Ok(()),
        }
    }
}

/// What came of subscribing.
pub(crate) struct Outcome {
    pub(crate) rejected: Vec<Rejected>,
    /// Topics that must not be put together with others.
    pub(crate) apart: HashSet<AnyTopic>,
}

/// Subscribes to `topics` in place of what the channel was subscribed to. Where a subscription of several topics is rejected, they are subscribed
/// to one by one: one of them must not cost the others.
pub(crate) async fn subscribe(
    client: &Client,
    made: &Made,
    topics: &[AnyTopic],
    mut apart: HashSet<AnyTopic>,
) -> Result<Outcome, Error> {
    let mut subscriptions = combine(topics, &apart);
    let mut answers = put(client, made, &subscriptions).await?;
    let is_rejected = |subscription: &&Subscription, answers: &HashMap<String, Entity>| {
        subscription.topics.len() > 1 && rejection(subscription, answers).is_some()
    };
    let before = apart.len();
    for subscription in subscriptions
        .iter()
        .filter(|each| is_rejected(each, &answers))
    {
        apart.extend(subscription.topics.iter().cloned());
    }
    if apart.len() > before {
        let divided = combine(topics, &apart);
        if divided.len() <= PER_CHANNEL {
            subscriptions = divided;
            answers = put(client, made, &subscriptions).await?;
        }
    }
    let rejected = subscriptions
        .iter()
        .filter_map(|subscription| Some((subscription, rejection(subscription, &answers)?)))
        .flat_map(|(subscription, (reason, missing))| {
            subscription.topics.iter().map(move |topic| Rejected {
                topic: topic.clone(),
                reason: reason.clone(),
                missing_permissions: missing.clone(),
            })
        })
        .collect();
    Ok(Outcome { rejected, apart })
}

/// Reason and missing permissions, if the API rejected `subscription`.
fn rejection(
    subscription: &Subscription,
    answers: &HashMap<String, Entity>,
) -> Option<(String, Vec<String>)> {
    // An answer without a word of any subscription speaks against none.
    if answers.is_empty() {
        return None;
    }
    match answers.get(&subscription.id.to_ascii_lowercase()) {
        None => Some(("Genesys Cloud does not know it".to_owned(), Vec::new())),
        Some(entity) => match &entity.state {
            Some(state) if state.eq_ignore_ascii_case("rejected") => Some((
                entity.rejection_reason.clone().unwrap_or_default(),
                entity.missing_permissions.clone().unwrap_or_default(),
            )),
            _ => None,
        },
    }
}

async fn put(
    client: &Client,
    made: &Made,
    subscriptions: &[Subscription],
) -> Result<HashMap<String, Entity>, Error> {
    let topics: Vec<_> = subscriptions
        .iter()
        .map(|subscription| ChannelTopic {
            id: &subscription.id,
        })
        .collect();
    let call = client
        .request(Method::PUT, &path(made))
        .with_template(SUBSCRIPTIONS)
        .query("ignoreErrors", true)
        .json(&topics);
    let body = call.send().await?.into_body();
    let listing: Listing = serde_json::from_slice(&body).unwrap_or_default();
    Ok(listing
        .entities
        .into_iter()
        .filter_map(|entity| Some((entity.id.as_ref()?.to_ascii_lowercase(), entity)))
        .collect())
}

/// Deletes all subscriptions of a channel. What fails is left to the channel's end.
pub(crate) async fn unsubscribe(client: &Client, made: &Made) {
    let options = CallOptions::new().with_timeout(DELETE_TIMEOUT);
    let call = client
        .request(Method::DELETE, &path(made))
        .with_template(SUBSCRIPTIONS)
        .with_options(options);
    if let Err(error) = call.send().await {
        tracing::debug!(kind = ?error.kind(), "the subscriptions of a channel were not deleted");
    }
}

fn path(made: &Made) -> String {
    let id =
        percent_encoding::utf8_percent_encode(made.id.expose(), percent_encoding::NON_ALPHANUMERIC);
    format!("{CHANNELS}/{id}/subscriptions")
}
