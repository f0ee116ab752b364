//! Models take what the API sends.

use genesys_cloud_golden::models;
use genesys_cloud_golden::runtime::codec::{self, Wire};

/// Reads a model, writes it and reads that again: nothing changes on the way. The first byte chooses the model.
pub fn model(data: &[u8]) {
    let Some((choice, json)) = data.split_first() else {
        return;
    };
    let there_and_back = [
        there_and_back::<models::AllOf>,
        there_and_back::<models::EnumDigitsFirst>,
        there_and_back::<models::FormatDateTime>,
        there_and_back::<models::IntegerEnum>,
        there_and_back::<models::Keywords>,
        there_and_back::<models::ListOfEnum>,
        there_and_back::<models::NestedMapsAndLists>,
        there_and_back::<models::NumberFormats>,
        there_and_back::<models::Recursion>,
        there_and_back::<models::StringFormats>,
        there_and_back::<models::TypedMap>,
        there_and_back::<models::UntypedMap>,
    ];
    there_and_back[usize::from(*choice) % there_and_back.len()](json);
}

fn there_and_back<T: Wire>(json: &[u8]) {
    let Ok(read) = codec::from_slice::<T>(json) else {
        return;
    };
    assert!(
        serde_json::from_slice::<serde_json::Value>(json).is_ok(),
        "what is no JSON was read"
    );
    let written = codec::to_vec(read).expect("a model is written");
    let again = codec::from_slice::<T>(&written).expect("what was written is read");
    assert_eq!(codec::to_vec(again).expect("a model is written"), written);
}
