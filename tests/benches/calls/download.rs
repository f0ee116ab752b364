//! A download of 1 GB over loopback, read as a stream.

use genesys_cloud::Client;
use http::Method;

const SIZE: u64 = 1 << 30;

/// Reads the whole download chunk by chunk; returns how many bytes came.
pub(crate) async fn read(client: &Client) -> u64 {
    let mut body = client
        .request(Method::GET, "/api/v2/mock/bytes")
        .query("size", SIZE.to_string())
        .send_stream()
        .await
        .expect("the mock answers")
        .into_body();
    let mut bytes = 0;
    while let Some(chunk) = body.next_chunk().await {
        bytes += chunk.expect("the download goes on").len() as u64;
    }
    assert_eq!(bytes, SIZE);
    bytes
}
