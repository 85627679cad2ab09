//! Azure AI Speech: synthesis by REST, and the Universal Speech Protocol on its WebSocket.
//!
//! <https://learn.microsoft.com/azure/ai-services/speech-service/rest-text-to-speech>; the WebSocket is documented by
//! Microsoft's SDKs alone (`azure-cognitiveservices-speech` 1.53 for Python, `microsoft-cognitiveservices-speech-sdk` 1.52 for
//! JavaScript).

mod context;
mod format;
mod reply;
pub mod upstream;
pub mod usp;
mod voice;

pub use context::{SynthesisContext, TextInput, Wanted, stops};
pub use format::{OUTPUT_FORMATS, OutputFormat};
pub use reply::{Boundary, BoundaryText, BoundaryType, Event, Reply, ticks};
pub use voice::VoiceInfo;
