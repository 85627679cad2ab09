//! A vendor that costs next to nothing: one answer to all, over connections that are kept.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::Result;

/// A frame of MP3: 24 ms of silence. MPEG-2 layer III at 24 kHz and 8 kbit/s, mono, has 24 bytes a frame.
const FRAME: [u8; 24] = {
    let mut frame = [0; 24];
    [frame[0], frame[1], frame[2], frame[3]] = [0xff, 0xf3, 0x14, 0xc0];
    frame
};

/// Six and a half seconds: what a hundred characters last.
const FRAMES: usize = 271;

/// What it says.
pub(crate) fn speech() -> Vec<u8> {
    FRAME.repeat(FRAMES)
}

/// Answers every request with the same speech.
///
/// # Errors
/// No more connections can be accepted.
pub async fn serve(listener: TcpListener) -> Result<Infallible> {
    let speech = speech();
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: audio/mpeg\r\nx-request-id: req_0123456789abcdef\r\ncontent-length: {}\r\n\r\n",
        speech.len()
    );
    let answer: Arc<[u8]> = [head.as_bytes(), &speech].concat().into();
    loop {
        let (stream, _) = listener.accept().await?;
        tokio::spawn(answer_all(stream, Arc::clone(&answer)));
    }
}

async fn answer_all(mut stream: TcpStream, answer: Arc<[u8]>) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut request = Vec::with_capacity(4096);
    loop {
        while !is_whole(&request) {
            if stream.read_buf(&mut request).await? == 0 {
                return Ok(());
            }
        }
        request.clear();
        stream.write_all(&answer).await?;
    }
}

/// Whether that is a request's head and all of its body. Only our own client asks, which sends names in lower case.
fn is_whole(request: &[u8]) -> bool {
    let Some((head, body)) = std::str::from_utf8(request).ok().and_then(|text| text.split_once("\r\n\r\n"))
    else {
        return false;
    };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
    body.len() >= length.unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_whole_with_its_body() {
        let request = b"POST /v1/audio/speech HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\n\r\nabc";
        for end in 0..request.len() {
            assert!(!is_whole(&request[..end]), "{end}");
        }
        assert!(is_whole(request));
    }
}
