//! A client of `https` where the features bring no TLS, or TLS without a provider of cryptography. `tests/all.sh` runs this once for each.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use genesys_cloud_runtime::runtime::client::Client;

/// The error of a client of the real cloud, and whether something panicked while it was made.
#[cfg(not(any(feature = "rustls", feature = "native-tls")))]
fn error_of_https() -> (genesys_cloud_runtime::runtime::Error, bool) {
    // A panic would be printed, and end a program that aborts on panics.
    let panics = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let seen = std::sync::Arc::clone(&panics);
    std::panic::set_hook(Box::new(move |_| {
        seen.store(true, std::sync::atomic::Ordering::SeqCst);
    }));
    let outcome = Client::builder().access_token("t").build();
    let _ = std::panic::take_hook();
    (
        outcome.unwrap_err(),
        panics.load(std::sync::atomic::Ordering::SeqCst),
    )
}

#[cfg(all(
    feature = "rustls-no-provider",
    not(any(feature = "rustls", feature = "native-tls"))
))]
#[test]
fn a_missing_provider_is_named() {
    let (error, panicked) = error_of_https();
    assert!(error.is_configuration() && !panicked, "{error}");
    assert!(error.to_string().contains("install_default"), "{error}");
}

#[cfg(not(any(
    feature = "rustls",
    feature = "rustls-no-provider",
    feature = "native-tls"
)))]
#[test]
fn without_tls_the_features_are_named() {
    let (error, panicked) = error_of_https();
    assert!(error.is_configuration() && !panicked, "{error}");
    for feature in ["`rustls`", "`native-tls`"] {
        assert!(error.to_string().contains(feature), "{error}");
    }
    let mixed = Client::builder().base_urls("http://127.0.0.1:1", "https://login.example");
    assert!(mixed.build().unwrap_err().is_configuration());
    // Plain HTTP needs none.
    let plain = Client::builder().base_urls("http://127.0.0.1:1", "http://127.0.0.1:1");
    plain.build().unwrap();
}

#[cfg(any(feature = "rustls", feature = "native-tls"))]
#[test]
fn with_tls_a_client_is_made() {
    Client::builder().access_token("t").build().unwrap();
}
