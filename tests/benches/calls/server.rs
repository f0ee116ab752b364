//! The mock as a process of its own, so that its processor time and its memory are not the bench's.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use genesys_cloud::Client;
use genesys_cloud_mock::{DEFAULT_CLIENT_ID, DEFAULT_CLIENT_SECRET};

pub(crate) struct Server {
    process: Child,
    pub(crate) url: String,
}

impl Server {
    /// A mock whose analytics details query answers with at least that many bytes.
    pub(crate) fn start(analytics_bytes: usize) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_mock-genesys"))
            .args(["--analytics-bytes", &analytics_bytes.to_string()])
            .stdout(Stdio::piped())
            .spawn()
            .expect("the mock starts");
        let mut line = String::new();
        BufReader::new(process.stdout.take().expect("it is piped"))
            .read_line(&mut line)
            .expect("the mock says where it is");
        let url = line
            .trim()
            .strip_prefix("listening on ")
            .expect("the mock says where it is")
            .to_owned();
        Self { process, url }
    }

    pub(crate) fn client(&self) -> Client {
        Client::builder()
            .base_urls(&self.url, &self.url)
            .client_credentials(DEFAULT_CLIENT_ID, DEFAULT_CLIENT_SECRET)
            .build()
            .expect("the configuration is right")
    }

    /// A token for whoever calls without the SDK.
    pub(crate) async fn token(&self, http: &reqwest::Client) -> String {
        let answer: serde_json::Value = http
            .post(format!("{}/oauth/token", self.url))
            .basic_auth(DEFAULT_CLIENT_ID, Some(DEFAULT_CLIENT_SECRET))
            .form(&[("grant_type", "client_credentials")])
            .send()
            .await
            .expect("the mock answers")
            .json()
            .await
            .expect("the mock answers with JSON");
        answer["access_token"]
            .as_str()
            .expect("the mock gives a token")
            .to_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; there is nothing else to do about an error.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
