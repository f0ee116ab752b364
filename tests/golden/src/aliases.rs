//! Old names, at work beside the new ones.

use std::sync::Arc;

use http::StatusCode;

use crate::api::{MakeAliasesOfOperations, MakeFormerOperation};
use crate::models::{AliasesOfModels, FormerModel};
use crate::runtime::transport::{HttpResponse, MemoryTransport};
use crate::{Client, Operation as _};

#[test]
fn the_old_name_of_a_model_and_of_its_property() {
    let mut model: FormerModel = AliasesOfModels {
        full_name: Some("a".to_owned()),
        ..FormerModel::default()
    };
    assert_eq!(model.given_name().as_deref(), Some("a"));
    *model.given_name_mut() = None;
    assert_eq!(model, AliasesOfModels::default());
}

#[tokio::test]
async fn the_old_name_of_an_operation() {
    let transport = Arc::new(MemoryTransport::new(|_| HttpResponse::new(StatusCode::OK)));
    let client = Client::builder()
        .transport(transport.clone())
        .access_token("token")
        .build()
        .unwrap();
    let call: MakeFormerOperation = client
        .aliases_of_operations()
        .make_former_operation("t 1")
        .expand("e");
    assert_eq!(
        MakeFormerOperation::METADATA.name,
        MakeAliasesOfOperations::METADATA.name
    );
    call.send().await.unwrap();
    let sent = transport.requests();
    assert_eq!(sent.len(), 1);
    assert!(
        sent[0]
            .url
            .as_str()
            .ends_with("/aliases_of_operations/t%201?expand=e")
    );
}
