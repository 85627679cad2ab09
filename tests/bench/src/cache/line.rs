//! One connection on which the same is asked again and again, by bytes that were made once.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::Result;

const HEAD_END: &[u8] = b"\r\n\r\n";

/// The last chunk of a body whose length nobody knew. No MP3 of the vendor's has these bytes.
const BODY_END: &[u8] = b"\r\n0\r\n\r\n";

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
    /// The answer is no whole success.
    pub(super) async fn ask(&mut self) -> Result<()> {
        self.answer.clear();
        self.stream.write_all(&self.request).await?;
        while !is_whole(&self.answer) {
            if self.stream.read_buf(&mut self.answer).await? == 0 {
                return Err(self.refusal());
            }
        }
        if self.answer.starts_with(b"HTTP/1.1 200 ") { Ok(()) } else { Err(self.refusal()) }
    }

    /// Whether the last answer came from the cache.
    pub(super) fn was_a_hit(&self) -> bool {
        head(&self.answer).is_some_and(|(head, _)| head.contains("x-soundboard-cache: hit\r\n"))
    }

    fn refusal(&self) -> Box<dyn std::error::Error> {
        format!("not what was asked for, but: {}", String::from_utf8_lossy(&self.answer)).into()
    }
}

/// An answer's head, once it is there, and what has come of its body.
fn head(answer: &[u8]) -> Option<(&str, &[u8])> {
    let end = answer.windows(HEAD_END.len()).position(|bytes| bytes == HEAD_END)? + HEAD_END.len();
    Some((std::str::from_utf8(answer.get(..end)?).ok()?, answer.get(end..)?))
}

fn is_whole(answer: &[u8]) -> bool {
    if answer.ends_with(BODY_END) {
        return true;
    }
    let Some((head, body)) = head(answer) else { return false };
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
    });
    length.is_some_and(|length: usize| body.len() >= length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_whole_with_its_body() {
        for answer in [
            &b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc"[..],
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        ] {
            for end in 0..answer.len() {
                assert!(!is_whole(&answer[..end]), "{end}");
            }
            assert!(is_whole(answer));
        }
    }
}
