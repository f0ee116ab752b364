//! How each operation pages: decided by rules from the spec, and by overrides where these cannot know.

mod overrides;
mod rules;

use crate::document::quote;
use crate::spec::{OUTLIVED_REMEDY, Outlived, PAGING_FILE, PagingOverride};

use super::error::IrError;
use super::model::{Api, OperationId, Paging};
use rules::{Decision, decide};

/// Gives every operation its paging. What neither rules nor overrides decide is listed in [`Api::paging_undecided`].
pub(crate) fn page(
    api: &mut Api,
    overrides: &[PagingOverride],
    found: &mut Vec<Outlived>,
) -> Result<(), IrError> {
    let mut decisions: Vec<Decision> = api
        .operations
        .iter()
        .map(|operation| decide(api, operation))
        .collect();
    for (index, entry) in overrides.iter().enumerate() {
        let problem = match entry.decide(api) {
            Ok((id, decision)) if decisions[id] == decision => {
                "the rules decide the same without it".to_owned()
            }
            Ok((id, decision)) => {
                decisions[id] = decision;
                continue;
            }
            // Any other error is about the entry itself.
            Err(error) if error.remedy() == OUTLIVED_REMEDY => error.problem().to_owned(),
            Err(error) => return Err(error),
        };
        found.push(Outlived {
            file: PAGING_FILE,
            table: "paging",
            index,
            entry: format!("operation {}", quote(&entry.operation)),
            problem,
        });
    }
    api.paging_undecided.clear();
    for (id, decision) in decisions.into_iter().enumerate() {
        match decision {
            Decision::Pages(paging) => set(api, id, Some(paging)),
            Decision::Never => set(api, id, None),
            Decision::Unknown => {
                set(api, id, None);
                let name = api.operations[id].wire_name.clone();
                api.paging_undecided.push(name);
            }
        }
    }
    Ok(())
}

fn set(api: &mut Api, id: OperationId, paging: Option<Paging>) {
    api.operations[id].paging = paging;
}
