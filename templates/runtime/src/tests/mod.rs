//! Tests of the runtime. They lie outside `runtime/`, which is copied into the generated crate.

mod codec;
mod pipeline;
mod request;
mod support;
mod time;
