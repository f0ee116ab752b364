//! How each operation pages: decided by rules from the spec, and by overrides where these cannot know.

mod overrides;
mod rules;

pub use overrides::PagingOverride;

use super::error::IrError;
use super::model::{Api, OperationId, Paging};
use rules::{Decision, decide};

/// Gives every operation its paging. What neither rules nor overrides decide is listed in [`Api::paging_undecided`].
pub(crate) fn page(api: &mut Api, overrides: &[PagingOverride]) -> Result<(), IrError> {
    let mut decisions: Vec<Decision> = api
        .operations
        .iter()
        .map(|operation| decide(api, operation))
        .collect();
    for entry in overrides {
        let (id, decision) = entry.decide(api)?;
        if decisions[id] == decision {
            return Err(entry.error(
                "the rules decide the same without it",
                "Remove the entry from paging.toml.",
            ));
        }
        decisions[id] = decision;
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
