//! The calls of channels, and the handshake of their sockets.

use http::Method;
use http::header::{AUTHORIZATION, SEC_WEBSOCKET_KEY, UPGRADE};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use super::super::backend::State;
use super::super::call::Call;
use super::super::reply::Reply;
use super::super::router::{Handler, Route};
use super::super::sync::lock;
use super::super::tokens::secret;
use super::{
    CHANNELS_PER_CLIENT, Channel, Inner, NO_WEBSOCKET, TOPICS_PER_CHANNEL, Upgrade, topics_of,
};

const CHANNELS: &str = "/api/v2/notifications/channels";
const SUBSCRIPTIONS: &str = "/api/v2/notifications/channels/{id}/subscriptions";

pub(crate) fn routes() -> Vec<Route> {
    let route = |method, pattern, handler: fn(&State, &Call) -> Reply| {
        Route::new(Some(method), pattern, Handler::Builtin(handler))
    };
    vec![
        route(Method::POST, CHANNELS, make),
        route(Method::GET, CHANNELS, list),
        route(Method::GET, SUBSCRIPTIONS, subscriptions),
        route(Method::PUT, SUBSCRIPTIONS, subscribe),
        route(Method::POST, SUBSCRIPTIONS, subscribe),
        route(Method::DELETE, SUBSCRIPTIONS, unsubscribe),
        // The id is the secret: no token.
        route(Method::GET, "/channels/{id}", connect).public(),
    ]
}

fn make(state: &State, call: &Call) -> Reply {
    let (Some(bearer), Some(token)) = (&call.bearer, token_of(call)) else {
        return Reply::status(401);
    };
    let owner = (
        bearer.subject.client_id.clone(),
        bearer.subject.user_id.clone(),
    );
    let now = state.clock.now();
    let id = secret("mockchannel-");
    let mut inner = lock(&state.channels.0);
    let own: Vec<(&String, &Channel)> = (inner.channels.iter())
        .filter(|(_, channel)| channel.owner == owner)
        .collect();
    if own.len() >= CHANNELS_PER_CLIENT {
        let idle = own.iter().filter(|(_, channel)| channel.sockets.is_empty());
        let oldest = idle
            .min_by_key(|(_, channel)| channel.idle_since)
            .or(own.first());
        if let Some(oldest) = oldest.map(|(id, _)| (*id).clone())
            && let Some(channel) = inner.channels.remove(&oldest)
        {
            channel.tell(|| super::Outgoing::Close(1_001));
        }
    }
    inner.stats.made += 1;
    let channel = Channel {
        owner,
        token: token.to_owned(),
        topics: Vec::new(),
        sockets: Vec::new(),
        idle_since: now,
    };
    inner.channels.insert(id.clone(), channel);
    drop(inner);
    Reply::json(&describe(state, &id))
}

fn describe(state: &State, id: &str) -> Value {
    let base = match &state.streaming_base {
        Some(base) => base.clone(),
        None => state.base_url().replacen("http", "ws", 1) + &state.api_prefix,
    };
    json!({
        "id": id,
        "connectUri": format!("{base}/channels/{id}"),
        "expires": "2099-01-01T00:00:00.000Z",
    })
}

fn token_of(call: &Call) -> Option<&str> {
    let value = call.headers.get(AUTHORIZATION)?.to_str().ok()?;
    value.split_once(' ').map(|(_, token)| token)
}

fn list(state: &State, call: &Call) -> Reply {
    let inner = lock(&state.channels.0);
    let own = inner.channels.iter().filter(|(_, channel)| {
        call.bearer.as_ref().is_some_and(|bearer| {
            channel.owner.0 == bearer.subject.client_id && channel.owner.1 == bearer.subject.user_id
        })
    });
    let entities: Vec<Value> = own.map(|(id, _)| describe(state, id)).collect();
    Reply::json(&json!({ "entities": entities }))
}

fn unknown() -> Reply {
    Reply::error(404, "not.found", "The channel was not found.")
}

fn listing(topics: &[String]) -> Vec<Value> {
    topics
        .iter()
        .map(|id| json!({ "id": id, "state": "Permitted" }))
        .collect()
}

fn subscriptions(state: &State, call: &Call) -> Reply {
    match lock(&state.channels.0).channels.get(call.param("id")) {
        Some(channel) => Reply::json(&json!({ "entities": listing(&channel.topics) })),
        None => unknown(),
    }
}

fn subscribe(state: &State, call: &Call) -> Reply {
    let Some(Value::Array(asked)) = call.json() else {
        return Reply::error(400, "bad.request", "The request body must be a JSON array.");
    };
    let asked: Vec<String> = (asked.iter())
        .filter_map(|topic| topic.get("id")?.as_str().map(str::to_owned))
        .collect();
    let ignores_errors = call
        .query("ignoreErrors")
        .is_some_and(|value| value == "true");
    let mut inner = lock(&state.channels.0);
    inner.stats.subscribed += 1;
    let Inner {
        channels,
        rejections,
        ..
    } = &mut *inner;
    let Some(channel) = channels.get_mut(call.param("id")) else {
        return unknown();
    };
    let mut topics = match call.method {
        Method::POST => channel.topics.clone(),
        _ => Vec::new(),
    };
    let mut entities = Vec::new();
    for id in asked {
        let singles = topics_of(&id);
        let rejection = (rejections.iter())
            .find(|rejection| singles.contains(&rejection.topic) || id.len() >= 200);
        match rejection {
            Some(rejection) if !ignores_errors => {
                return Reply::error(400, "invalid.topic", &rejection.reason);
            }
            Some(rejection) => entities.push(json!({
                "id": id,
                "state": "Rejected",
                "rejectionReason": rejection.reason,
                "missingPermissions": rejection.missing,
            })),
            None => {
                entities.push(json!({ "id": id, "state": "Permitted" }));
                if !topics.contains(&id) {
                    topics.push(id);
                }
            }
        }
    }
    if topics.len() > TOPICS_PER_CHANNEL {
        return Reply::error(400, "too.many.topics", "A channel has 1000 topics at most.");
    }
    channel.topics = topics;
    Reply::json(&json!({ "entities": entities }))
}

fn unsubscribe(state: &State, call: &Call) -> Reply {
    match lock(&state.channels.0).channels.get_mut(call.param("id")) {
        Some(channel) => {
            channel.topics.clear();
            Reply::status(200)
        }
        None => unknown(),
    }
}

/// The handshake. The socket is served once its answer was sent.
fn connect(state: &State, call: &Call) -> Reply {
    let id = call.param("id");
    let is_upgrade = (call.header(UPGRADE.as_str()))
        .is_some_and(|upgrade| upgrade.eq_ignore_ascii_case("websocket"));
    let Some(key) = call.headers.get(SEC_WEBSOCKET_KEY).filter(|_| is_upgrade) else {
        return Reply::status(NO_WEBSOCKET.as_u16());
    };
    let accept = derive_accept_key(key.as_bytes());
    let Some((number, outgoing)) = state.channels.connect(id) else {
        return unknown();
    };
    Reply::status(101)
        .header("connection", "upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-accept", &accept)
        .upgrading(Upgrade::new(id, number, outgoing))
}
