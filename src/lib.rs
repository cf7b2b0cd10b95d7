//! leernetwerk.
