//! Azure's API: over HTTP, and on its WebSocket with a client as Microsoft's SDKs are.

mod client;
mod ends;
mod events;
mod keys;
mod lists;
mod pieces;
mod refusals;
mod speech;
mod tokens;
mod turns;

use crate::client::{Answer, Ask};
use crate::server::Server;

/// Its own format, which has nothing but samples in it.
const RAW: &str = "raw-24khz-16bit-mono-pcm";

/// A document in which that voice says something.
fn ssml(voice: &str, inner: &str) -> String {
    format!(
        "<speak version='1.0' xmlns='http://www.w3.org/2001/10/synthesis' xml:lang='en-US'>\
         <voice name='{voice}'>{inner}</voice></speak>"
    )
}

impl Server {
    /// A document to be spoken in that format.
    fn ssml(&self, format: &str, document: impl Into<Vec<u8>>) -> Ask {
        self.post("/cognitiveservices/v1")
            .header("content-type", "application/ssml+xml")
            .header("x-microsoft-outputformat", format)
            .body(document)
    }

    /// Has a voice say "Hello, world.", as samples.
    async fn hello_from_azure(&self, voice: &str) -> Answer {
        self.ssml(RAW, ssml(voice, "Hello, world.")).send().await
    }

    /// A question with a key in Azure's header.
    fn with_key(&self, path: &str, key: &str) -> Ask {
        self.get(path).header("ocp-apim-subscription-key", key)
    }
}
