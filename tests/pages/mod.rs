//! Plain HTML pages: read and pressed as a browser without JavaScript does.

mod house;
mod mailbox;
mod personal;
mod public;
mod safety;
