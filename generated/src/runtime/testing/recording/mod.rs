//! Recording what a program exchanges with the API, and replaying it without a network.

mod anonymous;
mod exchange;
mod recorder;
mod replay;
mod shape;
mod unify;

pub use recorder::Recorder;
pub use replay::Replay;
