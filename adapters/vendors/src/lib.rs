//! Vendors as backends. A vendor is one file here and one line of [`KINDS`]; `docs/adding-a-backend.md` shows the way.

mod azure;
mod deepgram;
mod elevenlabs;
mod known;
mod openai;
mod settings;
mod sound;
mod text;
mod voices;

use std::sync::Arc;

use outbound::Outbound;
use speech::{Backend, SpeechError};

pub use azure::{Auth, AzureSettings};
pub use settings::Settings;

/// A kind of vendor.
pub struct Kind {
    /// Its name in the configuration: `kind = "openai"`.
    pub name: &'static str,
    /// Whether its server can be asked which voices it has; otherwise [`Settings::voices`] are all.
    pub lists_voices: bool,
    /// Opens a backend of that kind. Asks nobody: [`Backend::refresh`] does.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidParameter`](speech::ErrorKind::InvalidParameter) about the setting that cannot be used.
    pub open: fn(Settings, Outbound) -> Result<Arc<dyn Backend>, SpeechError>,
}

/// Every kind of vendor there is, a line each.
#[rustfmt::skip]
pub const KINDS: &[Kind] = &[
    Kind { name: "openai", lists_voices: true, open: openai::open },
    Kind { name: "elevenlabs", lists_voices: true, open: elevenlabs::open },
    Kind { name: "azure", lists_voices: true, open: azure::open },
    Kind { name: "deepgram", lists_voices: false, open: deepgram::open },
];
