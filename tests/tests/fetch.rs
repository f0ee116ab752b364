//! The generator's download of the published API description, against the mock.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::cell::Cell;
use std::rc::Rc;

use genesys_cloud_mock::{End, Fault, MockConfig, MockGenesys, Reply};
use genesys_codegen::fetch::download::{Address, Downloader, Progress};
use genesys_codegen::fetch::{Candidate, FetchError, Incoming, Options};
use genesys_codegen::load::load_file;
use genesys_codegen::write::Held;

const PUBLISHED: &str = "/api/v2/docs/swagger";

/// Downloads as the command does, but without waiting; returns how often it would have waited.
fn download(mock: &MockGenesys, path: &str) -> (Result<Vec<u8>, FetchError>, usize) {
    let pauses = Rc::new(Cell::new(0));
    let seen = Rc::clone(&pauses);
    let pause = move |_| seen.set(seen.get() + 1);
    let downloader = Downloader::new().unwrap().pause(pause);
    let address = Address::parse(&format!("{}{path}", mock.api_url())).unwrap();
    let outcome = downloader.get(&address);
    (outcome, pauses.get())
}

#[test]
fn the_published_spec_and_its_preview_are_found_through_redirects() {
    let mut config = MockConfig::default();
    config.settings.gzip = true;
    let mock = MockGenesys::start_threaded(config).unwrap();
    let published = Address::parse(&format!("{}{PUBLISHED}", mock.api_url())).unwrap();
    let received = Rc::new(Cell::new(0));
    let seen = Rc::clone(&received);
    let downloader = Downloader::new().unwrap().progress(move |progress| {
        if let Progress::Received { bytes, .. } = progress {
            seen.set(bytes);
        }
    });
    let document = downloader.get(&published).unwrap();
    assert_eq!(received.get(), document.len() as u64);
    let preview = published.preview().unwrap();
    let incoming = Incoming {
        origin: published.to_string(),
        document,
        preview: Some((preview.to_string(), downloader.get(&preview).unwrap())),
    };

    let folder = tempfile::tempdir().unwrap();
    let candidate = Candidate::prepare(&incoming, folder.path(), Options::default()).unwrap();
    assert_eq!(candidate.source.operations, 2);
    let (held, _) = Held::take(folder.path()).unwrap();
    held.replace(&candidate.files(""), None).unwrap();
    let loaded = load_file(folder.path()).unwrap();
    assert_eq!(loaded.sha256, candidate.source.sha256);
    assert!(candidate.text.contains("\"x-genesys-preview\": true"));
    assert!(!candidate.source.to_toml().contains("mock-signature"));

    for request in mock.take_requests() {
        assert_eq!(request.header("authorization"), None);
    }
    assert_eq!(mock.stats().token_requests, 0);
}

#[test]
fn trouble_of_the_server_passes_or_is_named() {
    let mock = MockGenesys::start_threaded(MockConfig::default()).unwrap();
    let (whole, pauses) = download(&mock, PUBLISHED);
    assert_eq!(pauses, 0);

    mock.fault(
        Fault::on("GET", PUBLISHED)
            .times(1)
            .respond(Reply::status(500)),
    );
    mock.fault(
        Fault::on("GET", PUBLISHED)
            .times(1)
            .respond(Reply::status(503).retry_after(1)),
    );
    mock.fault(
        Fault::on("GET", "/presigned/docs/publicapi.json")
            .times(1)
            .cut_body(100, End::Reset),
    );
    let (bytes, pauses) = download(&mock, PUBLISHED);
    assert_eq!(bytes.unwrap(), whole.unwrap());
    assert_eq!(pauses, 3);

    mock.fault(
        Fault::on("GET", PUBLISHED)
            .always()
            .respond(Reply::status(503)),
    );
    let (outcome, pauses) = download(&mock, PUBLISHED);
    assert!(matches!(
        outcome,
        Err(FetchError::Status {
            status: 503,
            attempts: 4,
            ..
        })
    ));
    assert_eq!(pauses, 3);

    let port = mock.port();
    drop(mock);
    let address = Address::parse(&format!("http://127.0.0.1:{port}{PUBLISHED}")).unwrap();
    let downloader = Downloader::new().unwrap().pause(|_| {});
    let error = downloader.get(&address).unwrap_err();
    assert!(error.to_string().contains("cannot be reached"), "{error}");
}
