//! Downloads a file chunk by chunk, so that one of any size needs the same little memory.
//!
//! `cargo run -p genesys-cloud-tests --example streaming_download -- DOWNLOAD_ID FILE` reads the download of the organization whose credentials
//! are in the environment (`GENESYSCLOUD_OAUTHCLIENT_ID`, `GENESYSCLOUD_OAUTHCLIENT_SECRET`, `GENESYSCLOUD_REGION`) into a new file. Without
//! credentials it reads 64 MB from the mock, and keeps the file only where one is named.

mod support;

use std::error::Error;
use std::path::Path;

use genesys_cloud::{Client, Operation as _};
use genesys_cloud_mock::MockConfig;
use support::Server;
use tokio::fs::File;
use tokio::io::AsyncWriteExt as _;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut config = MockConfig::default();
    config.settings.download_bytes = 64_000_000;
    // In your own code: `let client = Client::from_env()?;`
    let server = Server::find(config).await?;
    let client = server.builder().build()?;

    let mut arguments = std::env::args().skip(1);
    match (arguments.next(), arguments.next(), &server) {
        (Some(id), Some(file), _) => download(&client, &id, Path::new(&file)).await?,
        (_, _, Server::Mock(_)) => {
            let folder = tempfile::tempdir()?;
            download(&client, "d1", &folder.path().join("download")).await?;
        }
        _ => return Err("usage: streaming_download DOWNLOAD_ID FILE".into()),
    }
    Ok(())
}

/// The API answers with a redirect to a presigned URL on another host. It is followed when asked for, and without the token.
async fn download(client: &Client, id: &str, path: &Path) -> Result<(), Box<dyn Error>> {
    // A file that is there stays as it is.
    let mut file = File::create_new(path).await?;
    let mut body = client
        .downloads()
        .get_download(id)
        .with_follow_redirects(true)
        .send_stream()
        .await?
        .into_body();
    if let Some(length) = body.content_length() {
        println!("{length} bytes to come");
    }
    let (mut bytes, mut chunks) = (0, 0);
    // The call's timeouts end with the headers: put one around this loop where you need one.
    while let Some(chunk) = body.next_chunk().await {
        // A body that is cut short ends with an error here.
        let chunk = chunk?;
        file.write_all(&chunk).await?;
        bytes += chunk.len();
        chunks += 1;
    }
    file.flush().await?;
    println!(
        "{bytes} bytes in {}",
        if chunks > 1 {
            "many chunks"
        } else {
            "one chunk"
        }
    );
    Ok(())
}
