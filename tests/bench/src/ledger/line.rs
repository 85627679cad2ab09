//! One connection on which the same request is asked again and again, by bytes that were made once: the load must not
//! cost more than what it measures.

use std::net::SocketAddr;
use std::sync::Arc;

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::Instant;

use crate::doors::Times;
use crate::{Result, texts};

/// The benchmark's client's key, and the gateway's for the vendor.
pub(super) const KEY: &str = "a-key-of-the-benchmark";

/// What is asked of whom.
pub(super) const MODEL: &str = "tts-1";
pub(super) const VOICE: &str = "alloy";

/// Code points of the text.
const CHARACTERS: usize = 100;

const HEAD_END: &[u8] = b"\r\n\r\n";

/// The last chunk of a body whose length nobody knew. No MP3 of the vendor's has these bytes.
const BODY_END: &[u8] = b"\r\n0\r\n\r\n";

/// A request, ready to be sent.
pub(crate) fn request(to: SocketAddr) -> Arc<[u8]> {
    let text = texts::of_characters(CHARACTERS);
    let body = json!({"model": MODEL, "voice": VOICE, "input": text, "response_format": "mp3"}).to_string();
    let head = format!(
        "POST /v1/audio/speech HTTP/1.1\r\nhost: {to}\r\nauthorization: Bearer {KEY}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    [head.into_bytes(), body.into_bytes()].concat().into()
}

/// A connection.
pub(super) struct Line {
    stream: TcpStream,
    request: Arc<[u8]>,
    answer: Vec<u8>,
}

impl Line {
    pub(super) async fn open(to: SocketAddr, request: Arc<[u8]>) -> Result<Self> {
        let stream = TcpStream::connect(to).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, request, answer: Vec::with_capacity(16 * 1024) })
    }

    /// Asks once.
    ///
    /// # Errors
    /// The answer is no whole speech.
    pub(super) async fn ask(&mut self) -> Result<Times> {
        let start = Instant::now();
        let elapsed = || start.elapsed().as_secs_f64() * 1000.0;
        self.answer.clear();
        self.stream.write_all(&self.request).await?;
        let mut first_audio = None;
        while !self.answer.ends_with(BODY_END) {
            if self.stream.read_buf(&mut self.answer).await? == 0 {
                return Err(self.refusal());
            }
            if first_audio.is_none() {
                let head = self.answer.windows(HEAD_END.len()).position(|bytes| bytes == HEAD_END);
                first_audio =
                    head.filter(|head| self.answer.len() > head + HEAD_END.len()).map(|_| elapsed());
                if head.is_some() && !self.answer.starts_with(b"HTTP/1.1 200 ") {
                    return Err(self.refusal());
                }
            }
        }
        let first_audio = first_audio.ok_or_else(|| self.refusal())?;
        Ok(Times { first_audio, end: elapsed() })
    }

    fn refusal(&self) -> Box<dyn std::error::Error> {
        format!("no speech, but: {}", String::from_utf8_lossy(&self.answer)).into()
    }
}
