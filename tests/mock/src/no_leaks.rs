//! What stands in for the watch for leaks without the feature `leak-watch`: nothing is watched.

use http::request::Parts;

use super::config::MockConfig;
use super::record::Target;

pub(crate) fn watch(_: &MockConfig) {}

pub(crate) fn inspect(_: Target, _: &Parts) {}
