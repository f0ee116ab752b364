//! Makes a prompt and uploads its audio, with the client's token, to the URL that the API returned.
//!
//! `cargo run -p genesys-cloud-tests --example upload_prompt_audio -- NAME FILE.wav` runs against the organization whose credentials are in the
//! environment (`GENESYSCLOUD_OAUTHCLIENT_ID`, `GENESYSCLOUD_OAUTHCLIENT_SECRET`, `GENESYSCLOUD_REGION`), and creates a prompt there. Without
//! credentials it uploads a second of silence to the mock.

mod support;

use std::error::Error;

use genesys_cloud::models::{Prompt, PromptAssetCreate};
use genesys_cloud::runtime::request::MultipartBody;
use genesys_cloud::{Client, OpenEnum as _};
use genesys_cloud_mock::MockConfig;
use http::Method;
use support::Server;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // In your own code: `let client = Client::from_env()?;`
    let server = Server::find(MockConfig::default()).await?;
    let client = server.builder().build()?;

    let mut arguments = std::env::args().skip(1);
    let (name, audio) = match (arguments.next(), arguments.next(), &server) {
        (Some(name), Some(file), _) => (name, tokio::fs::read(file).await?),
        (_, _, Server::Mock(_)) => ("Silence".to_owned(), silence()),
        _ => return Err("usage: upload_prompt_audio NAME FILE.wav (creates a prompt)".into()),
    };
    upload(&client, &name, audio).await
}

async fn upload(client: &Client, name: &str, audio: Vec<u8>) -> Result<(), Box<dyn Error>> {
    let prompt = Prompt {
        name: Some(name.to_owned()),
        ..Prompt::default()
    };
    let prompt = client.architect().post_architect_prompts(prompt);
    let id = prompt.send().await?.into_body().id.ok_or("no id")?;
    let resource = PromptAssetCreate {
        language: Some("en-us".to_owned()),
        ..PromptAssetCreate::default()
    };
    let resource = client
        .architect()
        .post_architect_prompt_resources(&id, resource)
        .send()
        .await?
        .into_body();
    println!("prompt {id}: {}", status(resource.upload_status.as_ref()));

    // The URL is on the region's apps host. `request` sends the token there and to the API host, and refuses every other host.
    let url = resource.upload_uri.ok_or("no URL to upload to")?;
    let form = MultipartBody::new().file("file", "prompt.wav", "audio/wav", audio);
    client
        .request(Method::POST, &url)
        .multipart(form)
        .send()
        .await?;

    // The cloud takes a moment for the audio: ask again until it is `transcoded`.
    let resource = client
        .architect()
        .get_architect_prompt_resource(&id, "en-us")
        .send()
        .await?;
    println!("prompt {id}: {}", status(resource.upload_status.as_ref()));
    Ok(())
}

fn status(status: Option<&genesys_cloud::models::PromptAssetUploadStatus>) -> &str {
    status.map_or("unknown", |status| status.as_str())
}

/// A second of mu-law silence, as a WAV file.
fn silence() -> Vec<u8> {
    const RATE: u32 = 8000;
    let mut file = Vec::from(*b"RIFF");
    file.extend((36 + RATE).to_le_bytes());
    file.extend(*b"WAVEfmt ");
    file.extend(16_u32.to_le_bytes());
    // Mu-law, one channel, 8000 samples and bytes a second, one byte and eight bits a sample.
    file.extend([7_u16, 1].map(u16::to_le_bytes).concat());
    file.extend([RATE, RATE].map(u32::to_le_bytes).concat());
    file.extend([1_u16, 8].map(u16::to_le_bytes).concat());
    file.extend(*b"data");
    file.extend(RATE.to_le_bytes());
    file.extend(std::iter::repeat_n(0xff, RATE as usize));
    file
}
