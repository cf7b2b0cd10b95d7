//! Floor 0: what is decided, in pure functions over plain values.

pub mod delivery;
