//! The pages as people meet them: in a real browser, on a phone and on a wide screen, in both languages, held against the Web
//! Content Accessibility Guidelines with axe-core, and clicked through without any script.
//!
//! A new page is one line in [`table::PAGES`]; what has no line there is found by [`listed`], or by following every link.
//! `LEERNETWERK_TEST_SCREENSHOTS=DIR` leaves a picture of each page in a directory, to be looked at.

mod listed;
mod looking;
mod table;
mod walks;
mod world;
