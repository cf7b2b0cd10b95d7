//! leernetwerk.
fn main() {}
