//! Runs the fake vendors until Ctrl-C.

use std::error::Error;
use std::io::{self, Write};

use clap::Parser;
use vendors::{Kind, Vendor};

/// Fake vendors: they take any key but those that start with "bad" or "wrong".
#[derive(Parser)]
#[command(arg_required_else_help = true)]
struct Arguments {
    /// Imitate OpenAI on this port of 127.0.0.1; 0 is any
    #[arg(long, value_name = "PORT")]
    openai: Option<u16>,
    /// Imitate ElevenLabs on this port of 127.0.0.1; 0 is any
    #[arg(long, value_name = "PORT")]
    elevenlabs: Option<u16>,
    /// Imitate Azure on this port of 127.0.0.1; 0 is any
    #[arg(long, value_name = "PORT")]
    azure: Option<u16>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let asked = [
        ("openai", Kind::OpenAi, arguments.openai),
        ("elevenlabs", Kind::ElevenLabs, arguments.elevenlabs),
        ("azure", Kind::Azure, arguments.azure),
    ];
    let mut running = Vec::new();
    for (name, kind, port) in asked {
        if let Some(port) = port {
            let vendor = Vendor::start_on(kind, port)
                .map_err(|error| format!("{name} cannot listen on port {port}: {error}"))?;
            writeln!(io::stdout(), "{name} {}", vendor.base_url())?;
            running.push(vendor);
        }
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    Ok(runtime.block_on(tokio::signal::ctrl_c())?)
}
