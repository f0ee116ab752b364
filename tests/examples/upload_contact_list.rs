//! Uploads contacts as CSV in both ways that Genesys Cloud takes files: with the token to the region's apps host, and to a presigned URL without it.
//!
//! `cargo run -p genesys-cloud-tests --example upload_contact_list -- CONTACT_LIST_ID FILE.csv` adds the contacts of the file to that list of the
//! organization whose credentials are in the environment (`GENESYSCLOUD_OAUTHCLIENT_ID`, `GENESYSCLOUD_OAUTHCLIENT_SECRET`,
//! `GENESYSCLOUD_REGION`); with `presigned` as a third argument it goes by a presigned URL. Without credentials it does both with the mock.

mod support;

use std::error::Error;

use bytes::Bytes;
use genesys_cloud::Client;
use genesys_cloud::models::ContactListUploadUrlRequest;
use genesys_cloud::runtime::request::MultipartBody;
use genesys_cloud_mock::MockConfig;
use http::Method;
use support::Server;

/// The column that names a contact: a contact whose name is in the list already is updated.
const ID_COLUMN: &str = "id";

const CONTACTS: &[u8] = b"id,name,phone\n1,Ada,+4930123\n2,Grace,+1212555\n3,Edsger,+3120456\n";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // In your own code: `let client = Client::from_env()?;`
    let server = Server::find(MockConfig::default()).await?;
    let client = server.builder().build()?;

    let mut arguments = std::env::args().skip(1);
    match (arguments.next(), arguments.next(), &server) {
        (Some(list), Some(file), _) => {
            let csv = Bytes::from(tokio::fs::read(file).await?);
            match arguments.next().as_deref() {
                None => with_token(&client, &list, csv).await,
                Some("presigned") => presigned(&client, &list, csv).await,
                Some(other) => Err(format!("unknown argument: {other}").into()),
            }
        }
        (_, _, Server::Mock(_)) => {
            let csv = Bytes::from_static(CONTACTS);
            with_token(&client, "list-1", csv.clone()).await?;
            presigned(&client, "list-1", csv).await
        }
        _ => Err("usage: upload_contact_list CONTACT_LIST_ID FILE.csv [presigned]".into()),
    }
}

/// A form to the apps host. A token that has ended is renewed under it, as under any other call.
async fn with_token(client: &Client, list: &str, csv: Bytes) -> Result<(), Box<dyn Error>> {
    let apps = client.apps_base().ok_or("no apps host is known")?;
    let form = MultipartBody::new()
        .text("fileType", "contactlist")
        .text("id", list)
        .text("contact-id-name", ID_COLUMN)
        .file("file", "contacts.csv", "text/csv", csv);
    client
        .request(Method::POST, apps.join("uploads/v2/contactlist")?.as_str())
        .multipart(form)
        .send()
        .await?;
    let status = client
        .outbound()
        .get_outbound_contactlist_importstatus(list)
        .send()
        .await?;
    println!(
        "with the token: {} of {} contacts",
        status.completed_records.unwrap_or_default(),
        status.total_records.unwrap_or_default()
    );
    Ok(())
}

/// The file to a URL that carries its own permission, with the headers that came with it. The token stays at home.
async fn presigned(client: &Client, list: &str, csv: Bytes) -> Result<(), Box<dyn Error>> {
    let request = ContactListUploadUrlRequest {
        id: Some(list.to_owned()),
        contact_id_name: Some(ID_COLUMN.to_owned()),
        content_type: Some("text/csv".to_owned()),
        ..ContactListUploadUrlRequest::default()
    };
    let place = client
        .outbound()
        .post_outbound_contactlists_uploads(request)
        .send()
        .await?
        .into_body();
    let url = place.url.ok_or("no URL to upload to")?;
    let size = csv.len();
    let mut upload = client
        .request_presigned(Method::PUT, &url)
        .body("text/csv", csv);
    for (name, value) in place.headers.iter().flatten() {
        upload = upload.header(name, value);
    }
    upload.send().await?;
    println!("presigned: {size} bytes");
    Ok(())
}
