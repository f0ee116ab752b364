//! Listings of every style over a transport in memory.

mod advance;
mod guards;
mod items;
mod lookup;
mod read_ahead;
mod resume;
mod styles;
mod support;
