//! Listings of every style, over a transport in memory and over sockets.

mod advance;
mod ends;
mod guards;
mod items;
mod links;
mod lookup;
mod read_ahead;
mod resume;
mod styles;
mod support;
