//! The binary: reads the command line and hands over.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use leernetwerk::{
    cli::serve::{self, ServeArguments},
    config::Given,
    telemetry,
};

/// A GraphQL server with a scheduled e-mail workflow engine for learning networks
#[derive(Debug, Parser)]
#[command(name = "leernetwerk", version)]
struct CommandLine {
    #[command(flatten)]
    given: Given,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serves a programme to play with, on a test clock and a database that is thrown away
    Demo,
    /// Serves: the API, the pages, and the engine that carries out what is due
    Serve(ServeArguments),
}

#[tokio::main]
async fn main() -> ExitCode {
    let CommandLine { given, command } = CommandLine::parse();
    telemetry::start(false);
    let result = match command {
        Command::Demo => serve::demo(given).await,
        Command::Serve(arguments) => serve::serve(given, arguments).await,
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
