//! TLS in earnest: a server with a certificate of a private authority, which asks its callers for theirs (mutual TLS).
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use genesys_cloud::{Client, ClientBuilder, RetryPolicy};
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};

/// A private certificate authority.
struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    fn pem(&self) -> String {
        self.0.pem()
    }

    fn issue(&self, name: &str) -> (rcgen::Certificate, KeyPair) {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        (params.signed_by(&key, &self.0).unwrap(), key)
    }
}

/// A server that answers every caller who shows a certificate of `authority`; its address.
async fn serve(authority: &Authority) -> String {
    let mut roots = RootCertStore::empty();
    roots.add(authority.0.der().clone()).unwrap();
    let (certificate, key) = authority.issue("localhost");
    let config = ServerConfig::builder()
        .with_client_cert_verifier(WebPkiClientVerifier::builder(roots.into()).build().unwrap())
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
        )
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            // A caller without a certificate ends here.
            let Ok(stream) = acceptor.accept(stream).await else {
                continue;
            };
            let answer = service_fn(async |_| {
                let body = Full::new(Bytes::from_static(br#"{"id":"u1"}"#));
                http::Response::builder()
                    .header("content-type", "application/json")
                    .body(body)
            });
            tokio::spawn(
                hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), answer),
            );
        }
    });
    format!("https://localhost:{port}")
}

fn client(base: &str, configure: impl FnOnce(ClientBuilder) -> ClientBuilder) -> Client {
    let builder = Client::builder()
        .base_urls(base, base)
        .access_token("a-token")
        .retry(RetryPolicy::never());
    configure(builder).build().unwrap()
}

#[tokio::test]
async fn a_client_shows_its_certificate_and_trusts_a_private_authority() {
    let authority = Authority::new();
    let base = serve(&authority).await;
    let (certificate, key) = authority.issue("a caller");
    let client = client(&base, |builder| {
        builder
            .root_certificates(authority.pem())
            .client_certificate(certificate.pem(), key.serialize_pem())
    });
    let user = client.users().get_user("u1").send().await.unwrap();
    assert_eq!(user.id.as_deref(), Some("u1"));
}

#[tokio::test]
async fn without_a_certificate_the_server_hangs_up() {
    let authority = Authority::new();
    let base = serve(&authority).await;
    let client = client(&base, |builder| builder.root_certificates(authority.pem()));
    let error = client.users().get_user("u1").send().await.unwrap_err();
    assert_eq!(error.status(), None, "{error:?}");
    assert!(!error.is_timeout(), "{error:?}");
}

#[tokio::test]
async fn a_server_of_an_unknown_authority_is_not_talked_to() {
    let authority = Authority::new();
    let base = serve(&authority).await;
    let (certificate, key) = authority.issue("a caller");
    let client = client(&base, |builder| {
        builder.client_certificate(certificate.pem(), key.serialize_pem())
    });
    let error = client.users().get_user("u1").send().await.unwrap_err();
    assert!(error.is_connect(), "{error:?}");
    let mut causes = String::new();
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        causes.push_str(&cause.to_string());
        source = cause.source();
    }
    assert!(causes.contains("certificate"), "{causes}");
}
