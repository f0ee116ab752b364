//! The twelve invariants of token handling, each by its number.

mod invariant_01;
mod invariant_02;
mod invariant_03;
mod invariant_04;
mod invariant_05;
mod invariant_06;
mod invariant_07;
mod invariant_08;
mod invariant_09;
mod invariant_10;
mod invariant_11;
mod invariant_12;
