//! Conversation details: by a query, which answers at once, and by a job, for more than a query gives.
//!
//! Runs against the organization whose credentials are in the environment (`GENESYSCLOUD_OAUTHCLIENT_ID`, `GENESYSCLOUD_OAUTHCLIENT_SECRET`,
//! `GENESYSCLOUD_REGION`), or against the mock. It needs the permission `analytics:conversationDetail:view`, and only reads.

mod support;

use std::error::Error;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use genesys_cloud::Client;
use genesys_cloud::models::{AsyncConversationQuery, ConversationQuery, PagingSpec};
use genesys_cloud::runtime::time::Timestamp;
use genesys_cloud_mock::MockConfig;
use support::Server;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // In your own code: `let client = Client::from_env()?;`
    let server = Server::find(MockConfig::default()).await?;
    let client = server.builder().build()?;

    query(&client, day_ending(SystemTime::now())?).await?;
    // Jobs read from a store that lags behind by up to a day.
    job(&client, day_ending(SystemTime::now() - 2 * DAY)?).await?;
    Ok(())
}

/// An interval as analytics takes it: two points in time with a slash between them.
fn day_ending(end: SystemTime) -> Result<String, Box<dyn Error>> {
    let end = end.duration_since(UNIX_EPOCH)?;
    let point = |time: Duration| -> Result<Timestamp, Box<dyn Error>> {
        Ok(Timestamp::from_unix_seconds(time.as_secs().try_into()?))
    };
    Ok(format!("{}/{}", point(end - DAY)?, point(end)?))
}

/// The conversations of the last day. The page number is part of the body, and counted up there.
async fn query(client: &Client, interval: String) -> Result<(), genesys_cloud::Error> {
    let query = ConversationQuery {
        interval: Some(interval),
        paging: Some(Box::new(PagingSpec {
            page_size: Some(100),
            ..PagingSpec::default()
        })),
        ..ConversationQuery::default()
    };
    let mut conversations = client
        .analytics()
        .post_analytics_conversations_details_query(query)
        .items();
    let (mut count, mut sessions) = (0, 0);
    while let Some(conversation) = conversations.next().await {
        let participants = conversation?.participants.unwrap_or_default();
        count += 1;
        sessions += participants
            .iter()
            .flat_map(|participant| &participant.sessions)
            .map(Vec::len)
            .sum::<usize>();
    }
    println!("query: {count} conversations with {sessions} sessions");
    Ok(())
}

/// The conversations of an earlier day: the job is started, waited for and read.
async fn job(client: &Client, interval: String) -> Result<(), genesys_cloud::Error> {
    let query = AsyncConversationQuery {
        interval: Some(interval),
        ..AsyncConversationQuery::default()
    };
    let job = client
        .analytics()
        .post_analytics_conversations_details_jobs(query)
        .submit()
        .await?;
    println!("job {}: started", job.id().unwrap_or("?"));
    // Its state is asked for at growing intervals. A job that fails, or takes longer than this, is an error.
    let status = job
        .wait()
        .timeout(Duration::from_secs(600))
        .cancel_on_timeout()
        .await?;
    println!("job: {}", status.state().unwrap_or("done"));
    let conversations = job.results().collect_all().await?;
    println!("job: {} conversations", conversations.len());
    Ok(())
}
