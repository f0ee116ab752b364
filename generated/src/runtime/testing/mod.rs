//! Tests of your own code without a server: feature `testing`.
//!
//! A [`MockClient`] answers calls by rules. A rule belongs to an operation, so the compiler checks its reply; [`MockClient::on_call`] takes the
//! expected call itself, so the compiler checks the request too. A call that no rule answers is an error that names the nearest rule.
//!
//! ```text
//! let mock = MockClient::new();
//! let client = mock.client();
//! mock.on_call(client.users().get_user("u1")).reply(User { name: Some("Ann".into()), ..Default::default() });
//! mock.on::<GetUser>().when(|call| call.path("userId") == Some("u2")).reply_error(404, "not.found");
//!
//! assert_eq!(greet(&client, "u1").await?, "Hello, Ann");
//! assert_eq!(mock.calls::<GetUser>().len(), 1);
//! mock.verify();
//! ```
//!
//! [`Recorder`] writes what a client exchanges with the API into a file without secrets and personal values, and [`Replay`] answers from it.
//!
//! Calls go through the whole client: retries, paging, jobs and [`update`](crate::runtime::update()) work as they do against the API. Use
//! tokio's paused clock (`#[tokio::test(start_paused = true)]`), and no pause takes any time.

mod call;
mod expected;
mod mock;
mod recording;
mod reply;
mod rule;

pub use call::OperationCall;
pub use mock::MockClient;
pub use recording::{Recorder, Replay};
pub use reply::IntoReply;
pub use rule::Rule;
