//! A GraphQL server with a scheduled e-mail workflow engine for learning networks.
//!
//! The modules form floors; arrows go down only, and a test proves it: `domain`, `clock`, `entropy` (0), `store`, `mail` (1),
//! `settle` (2), `app`, `engine` (3), `graphql`, `simulation` (4), `web`, `cli`, `boot` (5).

pub mod app;
pub mod boot;
pub mod chain;
pub mod cli;
pub mod clock;
pub mod config;
pub mod domain;
pub mod engine;
pub mod entropy;
pub mod graphql;
pub mod mail;
pub mod metrics;
pub mod settle;
pub mod simulation;
pub mod store;
pub mod telemetry;
pub mod web;
