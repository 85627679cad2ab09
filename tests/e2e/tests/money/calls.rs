//! Ways of asking for speech, and of hanging up on it.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};
use tungstenite::{Error, Message};
use vendors::Vendor;

use super::market::Market;
use crate::harness::waiting::between_looks;
use crate::harness::{Stopwatch, eventually};

const VOICE: &str = "EXAVITQu4vr4xnSDxMaL";

/// A door, and the vendor and the model behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Call {
    /// OpenAI's door, billed by characters.
    ByCharacter,
    /// OpenAI's door, billed by tokens.
    ByToken,
    /// The same as server-sent events.
    Events,
    /// ElevenLabs' door, billed by credits.
    ByCredit,
    /// The same by half credits, with the times of characters.
    Timed,
    /// ElevenLabs' WebSocket, on to the vendor's own.
    Socket,
}

/// When a client hangs up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HangUp {
    Never,
    /// Once the vendor has the request, before anything was read of its answer.
    BeforeHead,
    /// After so many bytes of the body, or messages of a socket.
    After(usize),
}

impl HangUp {
    /// All there are of an answer of that length.
    pub(super) fn of(length: usize) -> [Self; 5] {
        let last = length.saturating_sub(5).max(1);
        [Self::Never, Self::BeforeHead, Self::After(1), Self::After(length / 2), Self::After(last)]
    }
}

impl Call {
    pub(super) const ALL: [Self; 6] =
        [Self::ByCharacter, Self::ByToken, Self::Events, Self::ByCredit, Self::Timed, Self::Socket];

    /// Asks that stall to say the text, and hangs up as it is told to, and in any case when its patience ends: how much
    /// came.
    pub(super) fn make(
        self,
        market: &Market,
        stall: &str,
        text: &str,
        hang_up: HangUp,
        patience: Duration,
    ) -> usize {
        let address = market.server.address().strip_prefix("http://").unwrap();
        let line = TcpStream::connect(address).unwrap();
        let vendor = market.stall(stall).vendor(self.is_openais());
        // No two requests are for the same words.
        let text = &format!("Number {}. {text}", market.number());
        let listening = Listening { line, watch: Stopwatch::start(), patience };
        let voice = format!("{}-{stall}:", if self.is_openais() { "openai" } else { "elevenlabs" });
        match self {
            Self::Socket => listening.dictate(vendor, &format!("{voice}{VOICE}"), text, hang_up),
            _ => {
                let (path, body) = self.request(&voice, text);
                listening.ask(vendor, &path, &body.to_string(), hang_up)
            }
        }
    }

    fn is_openais(self) -> bool {
        matches!(self, Self::ByCharacter | Self::ByToken | Self::Events)
    }

    fn request(self, backend: &str, text: &str) -> (String, Value) {
        let speech = |model: &str, stream_format: &str| {
            let body = json!({
                "model": model, "voice": format!("{backend}nova"), "input": text, "response_format": "pcm",
                "stream_format": stream_format,
            });
            ("/v1/audio/speech".to_owned(), body)
        };
        let path = |end: &str| format!("/v1/text-to-speech/{backend}{VOICE}/{end}?output_format=pcm_24000");
        match self {
            Self::ByCharacter => speech("tts-1", "audio"),
            Self::ByToken => speech("gpt-4o-mini-tts", "audio"),
            Self::Events => speech("gpt-4o-mini-tts", "sse"),
            Self::ByCredit => (path("stream"), json!({"text": text, "model_id": "eleven_multilingual_v2"})),
            Self::Timed | Self::Socket => {
                (path("stream/with-timestamps"), json!({"text": text, "model_id": "eleven_flash_v2_5"}))
            }
        }
    }
}

/// A client on a connection of its own, which is closed when it has heard enough.
struct Listening {
    line: TcpStream,
    watch: Stopwatch,
    patience: Duration,
}

impl Listening {
    /// How many bytes of the body came, its framing with them.
    fn ask(mut self, vendor: &Vendor, path: &str, body: &str, hang_up: HangUp) -> usize {
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
             connection: close\r\n\r\n",
            self.line.peer_addr().unwrap(),
            body.len()
        );
        self.line.write_all(head.as_bytes()).unwrap();
        self.line.write_all(body.as_bytes()).unwrap();
        let enough = match hang_up {
            HangUp::Never => usize::MAX,
            HangUp::BeforeHead => {
                self.wait_until_asked(vendor, body);
                return 0;
            }
            HangUp::After(bytes) => bytes,
        };
        let mut read = Vec::new();
        let mut body_at = None;
        let mut piece = [0; 4096];
        loop {
            let heard = body_at.map_or(0, |at| read.len() - at);
            // Not a byte more than it wants is taken off the line.
            let room = if body_at.is_some() { piece.len().min(enough - heard) } else { 1 };
            if heard >= enough || !self.is_patient() {
                return heard;
            }
            match self.line.read(&mut piece[..room]) {
                Ok(0) => return heard,
                Ok(length) => read.extend_from_slice(&piece[..length]),
                Err(error) if is_slow(error.kind()) => {}
                Err(_) => return heard,
            }
            if body_at.is_none() && read.ends_with(b"\r\n\r\n") {
                body_at = Some(read.len());
            }
        }
    }

    /// How many messages came.
    fn dictate(self, vendor: &Vendor, voice: &str, text: &str, hang_up: HangUp) -> usize {
        let url = format!(
            "ws://{}/v1/text-to-speech/{voice}/stream-input?model_id=eleven_flash_v2_5&output_format=pcm_16000",
            self.line.peer_addr().unwrap()
        );
        self.be_ready_to_look_up();
        let Ok((mut socket, _)) = connected(&url, self.line.try_clone().unwrap()) else { return 0 };
        // In one piece: of several, a vendor that breaks off may never have got the last.
        for text in [" ", text, ""] {
            if socket.send(Message::text(json!({"text": text}).to_string())).is_err() {
                return 0;
            }
        }
        let enough = match hang_up {
            HangUp::Never => usize::MAX,
            HangUp::BeforeHead => {
                self.wait_until_asked(vendor, &json!(text).to_string());
                return 0;
            }
            HangUp::After(messages) => messages,
        };
        let mut messages = 0;
        while messages < enough && self.is_patient() {
            match socket.read() {
                Ok(Message::Close(_)) => break,
                Ok(_) => messages += 1,
                Err(Error::Io(error)) if is_slow(error.kind()) => {}
                Err(_) => break,
            }
        }
        messages
    }

    fn is_patient(&self) -> bool {
        self.be_ready_to_look_up();
        self.watch.elapsed() < self.patience
    }

    /// Nothing that is read keeps it from looking at its watch.
    fn be_ready_to_look_up(&self) {
        self.line.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
    }

    /// Until the vendor has been asked for that, or there is an answer without it.
    fn wait_until_asked(&self, vendor: &Vendor, words: &str) {
        self.line.set_nonblocking(true).unwrap();
        let words: Value = serde_json::from_str(words).unwrap();
        let words = ["input", "text"].iter().find_map(|field| words[*field].as_str()).or(words.as_str());
        let words = Value::from(words.unwrap()).to_string();
        eventually("request at the vendor", || {
            let asked = vendor.truth().iter().any(|served| !served.ended && served.body.contains(&words));
            let answered =
                !matches!(self.line.peek(&mut [0]), Err(error) if error.kind() == ErrorKind::WouldBlock);
            (asked || answered).then_some(())
        });
    }
}

fn connected(
    url: &str,
    line: TcpStream,
) -> Result<(tungstenite::WebSocket<TcpStream>, tungstenite::handshake::client::Response), ()> {
    let mut handshake = tungstenite::client(url, line);
    loop {
        match handshake {
            Ok(connected) => return Ok(connected),
            Err(tungstenite::HandshakeError::Interrupted(going_on)) => {
                between_looks(Duration::from_millis(5));
                handshake = going_on.handshake();
            }
            Err(tungstenite::HandshakeError::Failure(_)) => return Err(()),
        }
    }
}

fn is_slow(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::WouldBlock | ErrorKind::TimedOut)
}
