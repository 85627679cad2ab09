//! The `voice-soundboard` binary: puts the rooms together, and is the only one that knows them all.

mod args;
mod commands;
mod compose;
mod config;
mod environment;
mod failure;
mod input;
mod loading;
mod logging;
mod mouth;
mod output;
mod progress;
mod signals;

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use clap::error::ErrorKind;
use telemetry::{Collector, Telemetry};
use tracing::Level;

use crate::args::{Cli, Command, Global};
use crate::config::{Config, Flags};
use crate::failure::{Failure, one_line};

/// How long a collector of traces may take at the end.
const LAST_TELLING: Duration = Duration::from_secs(3);

fn main() -> ExitCode {
    keep_onnx_runtime_silent();
    // In a build for tests: where it is to die. Nothing is there in any other.
    let _failing = fail::has_failpoints().then(fail::FailScenario::setup);
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return not_understood(&error),
    };
    let json = cli.global.json;
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.end(json),
    }
}

/// ONNX Runtime's builds for Linux send usage data to their maker and keep a file of it in the user's cache directory,
/// unless this variable is set before the library is loaded.
#[expect(unsafe_code, reason = "there is no other way to tell the library, and only a lone thread may")]
fn keep_onnx_runtime_silent() {
    // SAFETY: nobody reads the environment meanwhile: this is the first statement of `main`, and no other thread
    // has been started.
    unsafe { std::env::set_var(inference::runtime::TELEMETRY_OFF, "1") };
}

fn run(Cli { global, command }: Cli) -> Result<(), Failure> {
    let flags = match &command {
        Command::Serve(serve) => Flags {
            listen: serve.listen,
            admin_listen: serve.admin_listen,
            data: serve.data.clone(),
            log_format: None,
        },
        _ => Flags { data: command.data().cloned(), ..Flags::default() },
    };
    let config = Config::load(global.config.as_deref(), Flags { log_format: global.log_format, ..flags });
    if let Command::Doctor = command {
        return commands::doctor::run(config, &global);
    }
    let config = config?;
    if let Command::Serve(_) = command {
        return serve(&config, &global);
    }
    logging::start(config.log_format, Level::WARN, global.verbose, None);
    match command {
        Command::Speak(speak) => commands::speak::run(&speak, &config, &global),
        Command::SayAs(say_as) => commands::say_as::run(&say_as, &config, &global),
        Command::Lexicon(lexicon) => commands::lexicon::run(&lexicon, &config, &global),
        Command::Clients(clients) => commands::clients::run(&clients, &config, &global),
        Command::Keys(keys) => commands::keys::run(&keys, &config, &global),
        Command::Costs(costs) => commands::costs::run(&costs, &config, &global),
        Command::Usage(usage) => commands::usage::run(&usage, &config, &global),
        Command::Reconcile(reconcile) => commands::reconcile::run(&reconcile, &config, &global),
        Command::Backup(backup) => commands::backup::run(&backup, &config, &global),
        Command::Restore(restore) => commands::backup::restore(&restore, &config, &global),
        Command::Archive(archive) => commands::archive::run(&archive, &config, &global),
        Command::Route(route) => commands::route::run(&route, &config, &global),
        Command::Voices(voices) => commands::voices::run(&voices, &config, &global),
        Command::Models(models) => commands::models::run(&models, &config, &global),
        Command::Config(_) => commands::config::run(&config, &global),
        Command::Serve(_) | Command::Doctor => Ok(()),
    }
}

/// Serves, and tells those who run it.
fn serve(config: &Config, global: &Global) -> Result<(), Failure> {
    let collector = Collector::from_env(|name| std::env::var(name).ok());
    let telemetry = collector.and_then(|collector| Telemetry::start(&collector));
    let telemetry = telemetry.map_err(Failure::usage)?;
    logging::start(config.log_format, Level::INFO, global.verbose, telemetry.layer());
    let outcome = commands::serve::run(config, global, &telemetry.metrics());
    telemetry.end(LAST_TELLING);
    outcome
}

/// Help and version go to standard output; anything else is a usage error in one line.
fn not_understood(error: &clap::Error) -> ExitCode {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            // A reader that has gone (`| head`) has seen what it wanted.
            let _ = error.print();
            ExitCode::SUCCESS
        }
        _ => {
            let json = std::env::args_os().any(|argument| argument == "--json");
            Failure::usage(in_one_line(error)).end(json)
        }
    }
}

/// What clap says before it repeats the usage, and where to read on.
fn in_one_line(error: &clap::Error) -> String {
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return "no command is given; --help lists them".to_owned();
    }
    let said = error.to_string();
    let before_usage = said.split("Usage:").next().unwrap_or(&said);
    let before_usage = before_usage.split("For more information").next().unwrap_or(before_usage);
    let message = one_line(before_usage.trim_start_matches("error: ")).replace(" tip: ", "; ");
    format!("{}; try --help", message.trim_end_matches('.'))
}
