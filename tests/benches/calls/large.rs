//! A response of 50 MB to an analytics details query. How the models compare with derived serde is the bench `codec` of the runtime.

use std::time::Instant;

use genesys_cloud::models::ConversationQuery;

use crate::report::Report;
use crate::server::Server;

const SIZE: usize = 50_000_000;

pub(crate) fn run(report: &Report) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let server = Server::start(SIZE);
    let query = ConversationQuery {
        interval: Some("2026-11-22T00:00:00Z/2026-11-23T00:00:00Z".to_owned()),
        ..ConversationQuery::default()
    };
    let client = server.client();
    let call = client
        .analytics()
        .post_analytics_conversations_details_query(query);
    let start = Instant::now();
    let whole = runtime.block_on(call.send());
    let seconds = start.elapsed().as_secs_f64();
    let conversations = whole.expect("the mock answers").into_body().conversations;
    report.tell(
        "50 MB of analytics details, a call over loopback",
        &format!(
            "{seconds:.2} s for {} conversations",
            conversations.map_or(0, |list| list.len())
        ),
        "",
        "",
    );
}
