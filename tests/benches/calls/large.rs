//! A response of 50 MB to an analytics details query.

use std::hint::black_box;
use std::time::Instant;

use bytes::Bytes;
use genesys_cloud::models::{AnalyticsConversationQueryResponse, ConversationQuery};
use genesys_cloud::runtime::codec;
use http::Method;

use crate::derived;
use crate::median::median;
use crate::report::Report;
use crate::server::Server;

const SIZE: usize = 50_000_000;
const ROUNDS: usize = 9;

pub(crate) fn run(report: &mut Report) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let server = Server::start(SIZE);
    let client = server.client();
    let query = || ConversationQuery {
        interval: Some("2026-11-22T00:00:00Z/2026-11-23T00:00:00Z".to_owned()),
        ..ConversationQuery::default()
    };
    let body = runtime.block_on(async {
        client
            .request(
                Method::POST,
                "/api/v2/analytics/conversations/details/query",
            )
            .json(&serde_json::json!({ "interval": query().interval }))
            .send()
            .await
            .expect("the mock answers")
            .into_body()
    });
    assert!(body.len() >= SIZE);
    read_in_turns(report, &body);

    let start = Instant::now();
    let whole = runtime.block_on(async {
        client
            .analytics()
            .post_analytics_conversations_details_query(query())
            .send()
            .await
    });
    let seconds = start.elapsed().as_secs_f64();
    let conversations = whole.expect("the mock answers").into_body().conversations;
    report.tell(
        "the same as a call over loopback",
        &format!(
            "{seconds:.2} s for {} conversations",
            conversations.map_or(0, |list| list.len())
        ),
        "",
        "",
    );
}

/// Reads the body with both, and gives the memory back.
fn read_in_turns(report: &mut Report, body: &Bytes) {
    let mut rounds = Vec::new();
    for round in 0..=ROUNDS {
        let compact = || {
            let start = Instant::now();
            let response = codec::from_slice::<AnalyticsConversationQueryResponse>(black_box(body));
            drop(black_box(response.expect("it can be read")));
            start.elapsed().as_secs_f64()
        };
        let derived = || {
            let start = Instant::now();
            let response = serde_json::from_slice::<derived::AnalyticsConversationQueryResponse>(
                black_box(body),
            );
            drop(black_box(response.expect("it can be read")));
            start.elapsed().as_secs_f64()
        };
        rounds.push(if round % 2 == 0 {
            let compact = compact();
            (compact, derived())
        } else {
            let derived = derived();
            (compact(), derived)
        });
    }
    let (compact, derived): (Vec<_>, Vec<_>) = rounds.drain(1..).unzip();
    let ratio = median(
        compact
            .iter()
            .zip(&derived)
            .map(|(compact, derived)| compact / derived)
            .collect(),
    );
    report.judge(
        [
            &format!(
                "reading {:.1} MB of analytics details",
                body.len() as f64 / 1e6
            ),
            &format!("{:.3} s", median(compact)),
            &format!("{:.3} s", median(derived)),
            &format!("time × {ratio:.2}"),
            "≤ 1.0",
        ],
        ratio <= 1.0,
    );
}
