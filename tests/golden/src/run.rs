//! What is generated does what the spec says: instances come back, calls make their requests.

use std::collections::{BTreeSet, HashMap};

use genesys_cloud_tests::fidelity::{difference, parse};

use crate::recorder::Recorder;
use crate::round_trip::{self, RoundTrip};
use crate::shapes;
use crate::surface::{self, Arguments, Prepare};

#[test]
fn every_shape_runs() {
    for shape in shapes::all() {
        let runs = shape.instances.len() + shape.calls.len();
        let by_hand = crate::answers::RUN_BY_HAND.contains(&shape.name.as_str());
        assert!(runs > 0 || by_hand, "{} is not run", shape.name);
    }
}

#[test]
fn every_instance_comes_back_as_it_went_in() {
    let models: HashMap<&str, RoundTrip> = round_trip::all().collect();
    for shape in shapes::all() {
        for (model, instance) in shape.instances.iter().flatten() {
            let round_trip = models
                .get(model.as_str())
                .unwrap_or_else(|| panic!("{}: no model {model}", shape.name));
            let written = (round_trip.there_and_back)(instance.to_string().as_bytes())
                .unwrap_or_else(|error| panic!("{}: {instance}: {error}", shape.name));
            let found = difference(instance, &parse(&written).unwrap());
            assert_eq!(found, None, "{}: {instance}", shape.name);
            let told = round_trip::told_of_damage(instance, *round_trip, 500).unwrap();
            assert_eq!(told, None, "{}", shape.name);
        }
    }
}

#[test]
fn every_call_makes_its_request() {
    let operations: HashMap<&str, Prepare> = surface::all().collect();
    let recorder = Recorder::new().unwrap();
    let mut called = BTreeSet::new();
    for shape in shapes::all() {
        for call in &shape.calls {
            let name = call.operation.as_str();
            let prepare = operations
                .get(name)
                .unwrap_or_else(|| panic!("{}: no operation {name}", shape.name));
            let mut arguments = Arguments::new(&call.args);
            let prepared = prepare(recorder.client(), &mut arguments).unwrap();
            arguments.finish().unwrap();
            let sent = recorder
                .send(prepared.into_request(), &call.request)
                .unwrap();
            assert_eq!(call.request.differences(&sent), [""; 0], "{}", shape.name);
            called.insert(name.to_owned());
        }
    }
    assert!(called.len() > 30, "{called:?}");
}
