//! How an answer reaches the socket: piece by piece, and with all that was scripted for it.

use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use futures::stream;

use crate::formats::Format;
use crate::gate::Gate;
use crate::script::{Fault, Script};
use crate::sim::{Line, Streamed};
use crate::speaker::Speaker;
use crate::speech::Reading;
use crate::truth::{Bill, Entry};

/// The audio of a too short answer, in seconds.
pub(crate) const TOO_SHORT: f64 = 0.1;

/// The size of a huge body, and of what a gzip bomb inflates to.
pub(crate) const HUGE: u64 = 10 << 30;
const INFLATED: usize = 1 << 30;

/// Bytes of audio in a piece.
const PIECE: usize = 4096;

/// What the kernel is given to hand over what was written, before a reset throws the rest away.
pub(crate) const SETTLE: Duration = Duration::from_millis(50);

/// A part of the body, and how much audio is in it.
#[derive(Clone, Default)]
pub(crate) struct Piece {
    pub(crate) bytes: Bytes,
    pub(crate) seconds: f64,
}

pub(crate) type Pieces = Box<dyn Iterator<Item = io::Result<Piece>> + Send>;

/// One synthesis: its record, its line, what is scripted for it, and its place among those that run.
pub(crate) struct Job {
    pub(crate) entry: Entry,
    pub(crate) line: Arc<Line>,
    pub(crate) script: Option<Script>,
    pub(crate) gate: Arc<Gate>,
    /// Counts as one synthesis that runs, for as long as it lives.
    pub(crate) running: Arc<()>,
}

impl Job {
    pub(crate) fn fault(&self) -> Fault {
        self.script.map_or(Fault::None, |script| script.fault)
    }

    /// How many syntheses run, this one among them.
    pub(crate) fn running(&self) -> usize {
        // The fake itself holds one more.
        Arc::strong_count(&self.running) - 1
    }

    /// The text, or the little of it that is going to be spoken.
    pub(crate) fn reading(&self, text: &str, speed: f64) -> Reading {
        let reading = match self.fault() {
            Fault::ZeroAudio => Reading::new("", speed),
            Fault::TooShort => Reading::new(text, speed).within(TOO_SHORT),
            _ => Reading::new(text, speed),
        };
        self.entry.promise(reading.characters.len(), reading.seconds());
        reading
    }

    /// Waits for as long as the script says.
    pub(crate) async fn wait(&self) {
        let seconds = self.script.map_or(0, |script| script.seconds);
        tokio::time::sleep(Duration::from_secs(seconds)).await;
    }

    /// The answer that is made of these pieces, or what the script makes of it; its head is written with that, and
    /// with it the bill. `error` is the vendor's own.
    pub(crate) async fn deliver(
        self,
        content_type: &'static str,
        pieces: Pieces,
        error: String,
        bill: Bill,
    ) -> Response {
        let one = |text: String| -> Pieces {
            Box::new(std::iter::once(Ok(Piece { bytes: text.into(), seconds: 0.0 })))
        };
        let (content_type, pieces) = match self.fault() {
            Fault::SlowFirstByte => {
                self.wait().await;
                (content_type, pieces)
            }
            Fault::WrongContentType => ("text/html; charset=utf-8", one(PAGE.to_owned())),
            Fault::JsonError => ("application/json", one(error)),
            Fault::JsonAsAudio => (content_type, one(error)),
            Fault::HugeBody => (content_type, huge(pieces)),
            Fault::GzipBomb => (content_type, gzip_bomb()),
            _ => (content_type, pieces),
        };
        self.entry.bill(bill);
        let gzip =
            (self.fault() == Fault::GzipBomb).then_some((CONTENT_ENCODING, HeaderValue::from_static("gzip")));
        let sending = Sending { job: self, pieces, waiting: None, sent: 0 };
        let body = Body::from_stream(stream::unfold(sending, Sending::next));
        let mut response = (StatusCode::OK, [(CONTENT_TYPE, content_type)], body).into_response();
        response.headers_mut().extend(gzip);
        response.extensions_mut().insert(Streamed);
        response
    }
}

pub(crate) const PAGE: &str =
    "<!doctype html><title>Just a moment...</title><p>Checking your connection.</p>";

fn huge(mut pieces: Pieces) -> Pieces {
    let first = pieces.next().and_then(Result::ok).unwrap_or_default();
    let times = HUGE / (first.bytes.len() as u64).max(1);
    Box::new((0..times).map(move |_| Ok(first.clone())))
}

fn gzip_bomb() -> Pieces {
    static ZEROS: [u8; 1 << 16] = [0; 1 << 16];
    let mut gzip = Some(GzEncoder::new(Vec::new(), Compression::best()));
    let mut left = INFLATED / ZEROS.len();
    Box::new(std::iter::from_fn(move || {
        let mut open = gzip.take()?;
        let bytes = if left == 0 {
            open.finish()
        } else {
            left -= 1;
            open.write_all(&ZEROS).map(|()| {
                let bytes = std::mem::take(open.get_mut());
                gzip = Some(open);
                bytes
            })
        };
        Some(bytes.map(|bytes| Piece { bytes: bytes.into(), seconds: 0.0 }))
    }))
}

/// A body on its way.
struct Sending {
    job: Job,
    pieces: Pieces,
    /// What is left of a piece that goes out byte by byte.
    waiting: Option<Piece>,
    sent: u64,
}

impl Sending {
    async fn next(mut self) -> Option<(io::Result<Bytes>, Self)> {
        let mut piece = match self.waiting.take().map(Ok).or_else(|| self.pieces.next()) {
            Some(Ok(piece)) => Some(piece),
            Some(Err(error)) => return Some((Err(error), self)),
            None => None,
        };
        match self.job.script {
            Some(Script { fault: fault @ (Fault::Cut | Fault::Stall), after_bytes, .. }) => {
                let left = after_bytes - self.sent;
                piece = piece.map(|piece| piece.split_at(left).0).filter(|piece| !piece.bytes.is_empty());
                if piece.is_none() {
                    if fault == Fault::Stall {
                        std::future::pending::<()>().await;
                    }
                    tokio::time::sleep(SETTLE).await;
                    self.job.line.reset_when_closed();
                    return Some((Err(io::ErrorKind::ConnectionReset.into()), self));
                }
            }
            Some(Script { fault: Fault::OneByteASecond, .. }) => {
                if self.sent > 0 {
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
                let (byte, rest) = piece?.split_at(1);
                self.waiting = Some(rest).filter(|rest| !rest.bytes.is_empty());
                piece = Some(byte);
            }
            _ => {}
        }
        let Some(piece) = piece else {
            self.job.entry.complete();
            return None;
        };
        self.job.gate.pass(self.sent).await;
        self.sent += piece.bytes.len() as u64;
        self.job.entry.serve(piece.bytes.len(), piece.seconds);
        Some((Ok(piece.bytes), self))
    }
}

impl Piece {
    /// The first bytes and the others, each with its share of the audio.
    pub(crate) fn split_at(mut self, first: u64) -> (Self, Self) {
        let whole = self.bytes.len();
        let first = whole.min(usize::try_from(first).unwrap_or(usize::MAX));
        let rest = self.bytes.split_off(first);
        let share = first as f64 / whole.max(1) as f64;
        let rest = Self { bytes: rest, seconds: self.seconds * (1.0 - share) };
        (Self { bytes: self.bytes, seconds: self.seconds * share }, rest)
    }
}

/// The speech of a reading in one format, in pieces of 4 KiB.
pub(crate) fn audio(reading: &Reading, format: Format, exact_header: bool) -> io::Result<Pieces> {
    let left = reading.samples(0..reading.characters.len(), format.rate);
    let speaker = (left > 0).then(|| Speaker::new(format, exact_header.then_some(left))).transpose()?;
    Ok(Box::new(Audio { speaker, rate: format.rate, left, waiting: Piece::default() }))
}

struct Audio {
    /// Gone once everything has been said.
    speaker: Option<Speaker>,
    rate: u32,
    /// Samples still to be said.
    left: usize,
    /// What is not enough for a piece.
    waiting: Piece,
}

impl Audio {
    /// Speaks until there is enough for a piece, or nothing more to say.
    fn speak(&mut self) -> io::Result<()> {
        let mut bytes: Vec<u8> = std::mem::take(&mut self.waiting.bytes).into();
        while bytes.len() < PIECE
            && let Some(mut speaker) = self.speaker.take()
        {
            let samples = self.left.min(self.rate as usize / 50);
            speaker.say(samples, &mut bytes)?;
            self.left -= samples;
            self.waiting.seconds += samples as f64 / f64::from(self.rate);
            if self.left == 0 {
                speaker.finish(&mut bytes)?;
            } else {
                self.speaker = Some(speaker);
            }
        }
        self.waiting.bytes = bytes.into();
        Ok(())
    }
}

impl Iterator for Audio {
    type Item = io::Result<Piece>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Err(error) = self.speak() {
            return Some(Err(error));
        }
        let (piece, rest) = std::mem::take(&mut self.waiting).split_at(PIECE as u64);
        self.waiting = rest;
        (!piece.bytes.is_empty()).then_some(Ok(piece))
    }
}
