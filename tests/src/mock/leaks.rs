//! The watch for leaks over every test that talks to a mock: what any crate of the process says to `tracing` or `log` is searched for the mock's
//! tokens, codes, client secrets, presigned signatures and e-mail addresses, and so are the URLs and headers that reach the mock.
//!
//! See [`genesys_cloud_leak_watch`], by which a test also hides secrets of its own and inspects errors and `Debug`.

use genesys_cloud_leak_watch::find;
use http::header::AUTHORIZATION;
use http::request::Parts;

use super::config::MockConfig;
use super::record::Target;
use super::resources::{MAIL_DOMAIN, PRESIGNED_SIGNATURE};
use super::tokens::{ACCESS_TOKEN_PREFIX, CODE_PREFIX, REFRESH_TOKEN_PREFIX};

/// Installs the watch, if no mock before has.
pub(crate) fn watch(config: &MockConfig) {
    let fixed = [
        ACCESS_TOKEN_PREFIX,
        REFRESH_TOKEN_PREFIX,
        CODE_PREFIX,
        PRESIGNED_SIGNATURE,
        MAIL_DOMAIN,
    ];
    genesys_cloud_leak_watch::watch(fixed);
    genesys_cloud_leak_watch::watch(
        config
            .clients
            .iter()
            .filter_map(|client| client.secret.clone()),
    );
}

/// Ends the process where a request to the API or the token endpoint carries a credential outside its body and its one header. (The storage
/// behind presigned URLs refuses a bearer, as the real one does.)
pub(crate) fn inspect(target: Target, parts: &Parts) {
    if !matches!(target, Target::Api | Target::Token) {
        return;
    }
    let others = parts
        .headers
        .iter()
        .filter(|(name, _)| **name != AUTHORIZATION);
    let mut text = parts.uri.to_string();
    for (name, value) in others {
        text.push_str(&format!(
            "\n{name}: {}",
            String::from_utf8_lossy(value.as_bytes())
        ));
    }
    // Addresses are looked up by URL.
    if find(&text).is_some_and(|leak| leak.secret != MAIL_DOMAIN) {
        genesys_cloud_leak_watch::inspect("the URL or a header of a request", &text);
    }
}
