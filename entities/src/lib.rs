//! The shape of rows: nothing else.
