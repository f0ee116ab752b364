//! V19: clients that have nothing to do with each other.

use genesys_cloud_mock::{Fault, Reply};

use super::support::{get, machine, mock};

#[tokio::test]
async fn v19_two_tenants_in_one_process_share_nothing() {
    let (one, two) = (mock().await, mock().await);
    let (first, second) = (machine(&one), machine(&two));
    get(&first, "u0").await.unwrap();
    get(&second, "u0").await.unwrap();
    one.revoke_all();
    get(&first, "u1").await.unwrap();
    get(&second, "u1").await.unwrap();
    assert_eq!(
        (one.stats().token_requests, one.stats().unauthorized),
        (2, 4)
    );
    assert_eq!(
        (two.stats().token_requests, two.stats().unauthorized),
        (1, 0)
    );
}

#[tokio::test]
async fn v19_the_trouble_of_one_tenant_is_not_the_others() {
    let (one, two) = (mock().await, mock().await);
    let (first, second) = (machine(&one), machine(&two));
    one.fault(Fault::any().always().respond(Reply::status(503)));
    get(&first, "u0").await.unwrap_err();
    let read = second.users().get_user("u0").send().await.unwrap();
    assert_eq!(read.attempts(), 1);
    assert!(first.rate_limit().is_none());
    assert!(second.rate_limit().is_some());
}
