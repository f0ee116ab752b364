//! Operations that can be repeated although their method does not say so: `idempotent.toml`.

use super::error::IrError;
use super::model::Api;
use crate::document::quote;
use crate::spec::{IDEMPOTENT_FILE, IdempotentOverride, Outlived};

/// Marks the operations that can be repeated although the rules do not see it.
pub(crate) fn mark_idempotent(
    api: &mut Api,
    overrides: &[IdempotentOverride],
    outlived: &mut Vec<Outlived>,
) -> Result<(), IrError> {
    for (index, entry) in overrides.iter().enumerate() {
        let name = format!("operation {}", quote(&entry.operation));
        if entry.reason.trim().is_empty() {
            return Err(IrError::new(
                format!("{IDEMPOTENT_FILE}: {name}"),
                "the entry has no reason",
                "State one.",
            ));
        }
        let mut operations = api.operations.iter_mut();
        let operation = operations.find(|operation| operation.wire_name == entry.operation);
        let problem = match operation {
            Some(operation) if operation.idempotent => "the rules say the same without it",
            Some(operation) => {
                operation.idempotent = true;
                continue;
            }
            None => "there is no such operation",
        };
        outlived.push(Outlived {
            file: IDEMPOTENT_FILE,
            table: "idempotent",
            index,
            entry: name,
            problem: problem.to_owned(),
        });
    }
    Ok(())
}
