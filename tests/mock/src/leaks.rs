//! The watch for leaks over every test that talks to a mock: what any crate of the process says to `tracing` or `log` is searched for the mock's
//! tokens, codes, client secrets, presigned signatures and e-mail addresses, and so are the URLs and headers that reach the mock.
//!
//! See [`genesys_cloud_leak_watch`], by which a test also hides secrets of its own and inspects errors and `Debug`.

use http::header::AUTHORIZATION;
use http::request::Parts;

use super::config::MockConfig;
use super::record::Target;
use super::resources::{MAIL_DOMAIN, PRESIGNED_SIGNATURE};
use super::tokens::{ACCESS_TOKEN_PREFIX, CODE_PREFIX, REFRESH_TOKEN_PREFIX};

/// What tokens and codes of the mock begin with.
const TOKENS: [&str; 3] = [ACCESS_TOKEN_PREFIX, REFRESH_TOKEN_PREFIX, CODE_PREFIX];

/// Installs the watch, if no mock before has.
pub(crate) fn watch(config: &MockConfig) {
    genesys_cloud_leak_watch::watch(TOKENS);
    genesys_cloud_leak_watch::watch([PRESIGNED_SIGNATURE, MAIL_DOMAIN]);
    genesys_cloud_leak_watch::watch(
        config
            .clients
            .iter()
            .filter_map(|client| client.secret.clone()),
    );
}

/// Ends the process where a request to the API or the token endpoint carries a token or a code outside its body and its one header. What else a
/// URL or a header holds is the caller's business. (The storage behind presigned URLs refuses a bearer, as the real one does.)
pub(crate) fn inspect(target: Target, parts: &Parts) {
    if !matches!(target, Target::Api | Target::Token) {
        return;
    }
    let mut text = parts.uri.to_string();
    for (name, value) in &parts.headers {
        if *name != AUTHORIZATION {
            text.push_str(&format!(
                "\n{name}: {}",
                String::from_utf8_lossy(value.as_bytes())
            ));
        }
    }
    // None of their characters is changed by percent-encoding.
    if TOKENS.iter().any(|token| text.contains(token)) {
        genesys_cloud_leak_watch::inspect("the URL or a header of a request", &text);
    }
}
