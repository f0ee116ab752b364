//! Topics as the API subscribes to them, and how they are spread over channels.

use std::collections::{HashMap, HashSet};

use crate::runtime::error::Error;
use crate::runtime::notifications::AnyTopic;
use crate::runtime::notifications::topic::LONGEST_ID;

/// How many subscriptions a channel takes.
pub(crate) const PER_CHANNEL: usize = 1_000;
/// How many channels a user and an application have.
pub(crate) const CHANNELS: usize = 20;

/// One id of a subscription, and the topics that it stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Subscription {
    pub(crate) id: String,
    pub(crate) topics: Vec<AnyTopic>,
}

/// The subscriptions of `topics`: those of one object together, as `v2.users.8f1c…?presence&routingStatus`, which counts as one. Topics in `apart`
/// are not put together with others.
pub(crate) fn combine(topics: &[AnyTopic], apart: &HashSet<AnyTopic>) -> Vec<Subscription> {
    let mut seen = HashSet::new();
    let mut subscriptions: Vec<Subscription> = Vec::new();
    let mut last_of_object: HashMap<&str, usize> = HashMap::new();
    for topic in topics {
        if !seen.insert(topic) {
            continue;
        }
        let parts = topic.parts().filter(|_| !apart.contains(topic));
        if let Some((object, aspect)) = parts {
            if let Some(index) = last_of_object.get(object)
                && let Some(subscription) = subscriptions.get_mut(*index)
                && let Some(id) = joined(subscription, object, aspect)
            {
                subscription.id = id;
                subscription.topics.push(topic.clone());
                continue;
            }
            last_of_object.insert(object, subscriptions.len());
        }
        subscriptions.push(Subscription {
            id: topic.id().to_owned(),
            topics: vec![topic.clone()],
        });
    }
    subscriptions
}

/// The id of `subscription` with one more aspect of its object, if that is not too long.
fn joined(subscription: &Subscription, object: &str, aspect: &str) -> Option<String> {
    let id = if subscription.topics.len() == 1 {
        let (_, first) = subscription.topics.first()?.parts()?;
        format!("{object}?{first}&{aspect}")
    } else {
        format!("{}&{aspect}", subscription.id)
    };
    (id.len() <= LONGEST_ID).then_some(id)
}

/// The topics of each channel.
///
/// # Errors
///
/// There are none, or one that cannot be a topic, or more than all channels take.
pub(crate) fn spread(topics: &[AnyTopic]) -> Result<Vec<Vec<AnyTopic>>, Error> {
    if topics.is_empty() {
        return Err(Error::invalid_request("no topics to listen to"));
    }
    for topic in topics {
        topic.check()?;
    }
    let subscriptions = combine(topics, &HashSet::new());
    if subscriptions.len() > PER_CHANNEL * CHANNELS {
        return Err(Error::invalid_request(format!(
            "too many topics: {}; Genesys Cloud allows {CHANNELS} channels for each user and application, and {PER_CHANNEL} topics for each channel",
            subscriptions.len()
        ))
        .with_advice("Listen with several OAuth clients, or to fewer topics"));
    }
    Ok(subscriptions
        .chunks(PER_CHANNEL)
        .map(|chunk| {
            let topics = chunk.iter().flat_map(|subscription| &subscription.topics);
            topics.cloned().collect()
        })
        .collect())
}
