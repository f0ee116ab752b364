//! Judges of the whole generated surface: what a request must be on the wire, and what a model must give back.
//!
//! They read the Swagger document by themselves and share no code with the generator, so that they judge it instead of agreeing with it. The
//! programs `wire`, `roundtrip` and `prism` put the SDK beside them.

mod cases;
mod damage;
mod equality;
mod error;
mod expected;
mod lines;
mod report;
mod sample;
mod spec;
mod strict;
mod vector;
mod violations;

pub use cases::{Case, cases};
pub use damage::damaged;
pub use equality::difference;
pub use error::Problem;
pub use expected::expected;
pub use lines::read_lines;
pub use report::{Report, exit_code};
pub use sample::{Additions, Constraints, Enums, Nulls, Numbers, Policy, Sampler};
pub use spec::{Operation, Spec};
pub use strict::parse;
pub use vector::{Request, Variant, Vector, sample_vectors};
pub use violations::{Violation, violations};
