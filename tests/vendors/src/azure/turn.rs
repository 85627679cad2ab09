//! One turn of a socket: a document spoken, with all that was scripted for it.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::Message as Frame;
use serde_json::{Value, json};
use tokio::time::sleep;

use super::errors::envelope;
use super::formats::Output;
use super::marks::{Wanted, marks, ticks};
use super::recital::{Performance, Recital};
use super::socket::{End, Talk};
use super::{count, usp};
use crate::delivery::{HUGE, Job, PAGE, Piece, SETTLE};
use crate::script::Fault;
use crate::truth::Bill;

pub(super) struct Turn<'a> {
    pub(super) talk: &'a mut Talk,
    /// The client's id for it.
    pub(super) id: &'a str,
    pub(super) output: Output,
    pub(super) job: Job,
    /// Bytes of audio so far.
    pub(super) sent: u64,
}

impl Turn<'_> {
    /// Everything from `turn.start` to `turn.end`. What is stopped ends early, and in order.
    pub(super) async fn take(mut self, ssml: &str, recital: Recital, wanted: Wanted) -> Result<(), End> {
        let recital = recital.suited_to(&self.job);
        if self.job.fault() == Fault::SlowFirstByte {
            self.talk.unless_stopped(self.job.wait()).await?;
        }
        self.job.entry.status(200);
        self.job.entry.bill(Bill { characters: count::billed(ssml), ..Bill::default() });
        let tag = json!({"serviceTag": format!("{:032x}", self.job.entry.at)});
        let audio = json!({"type": "inline", "streamId": self.stream_id()});
        self.tell("turn.start", &json!({"context": tag})).await?;
        self.tell("response", &json!({"context": tag, "audio": audio})).await?;
        match self.perform(&recital, wanted).await {
            Ok(()) => self.job.entry.complete(),
            Err(End::Stopped) => {}
            Err(end) => return Err(end),
        }
        if wanted.session_end {
            let data = json!({"Offset": ticks(recital.seconds())});
            self.metadata(vec![json!({"Type": "SessionEnd", "Data": data})]).await?;
        }
        self.tell("turn.end", &json!({})).await
    }

    /// The sound, and before each stretch of it what happens therein.
    async fn perform(&mut self, recital: &Recital, wanted: Wanted) -> Result<(), End> {
        let mut marks = marks(recital, wanted).into_iter().peekable();
        for stretch in Performance::new(recital, self.output.format)? {
            let stretch = stretch?;
            let due = std::iter::from_fn(|| marks.next_if(|mark| mark.at < stretch.end));
            self.metadata(due.map(|mark| mark.json).collect()).await?;
            self.play(stretch.piece).await?;
        }
        self.metadata(marks.map(|mark| mark.json).collect()).await?;
        match self.job.fault() {
            Fault::Cut | Fault::Stall => self.break_off().await,
            _ => self.send_audio(Piece::default()).await,
        }
    }

    /// Sends audio, or what the script puts in its place.
    async fn play(&mut self, piece: Piece) -> Result<(), End> {
        let gate = Arc::clone(&self.job.gate);
        self.talk.unless_stopped(gate.pass(self.sent)).await?;
        let after_bytes = self.job.script.map_or(0, |script| script.after_bytes);
        match self.job.fault() {
            Fault::WrongContentType => self.talk.send(Frame::Binary(PAGE.into())).await,
            Fault::JsonError => self.talk.send(Frame::Text(envelope().to_string().into())).await,
            Fault::JsonAsAudio => {
                self.send_audio(Piece { bytes: envelope().to_string().into(), seconds: 0.0 }).await
            }
            Fault::HugeBody => {
                while self.sent < HUGE {
                    self.send_audio(piece.clone()).await?;
                }
                Ok(())
            }
            Fault::OneByteASecond => {
                let mut rest = piece;
                while !rest.bytes.is_empty() {
                    let (byte, others) = rest.split_at(1);
                    self.send_audio(byte).await?;
                    rest = others;
                    self.talk.unless_stopped(sleep(Duration::from_secs(1))).await?;
                }
                Ok(())
            }
            Fault::Cut | Fault::Stall if self.sent + piece.bytes.len() as u64 > after_bytes => {
                let (piece, _) = piece.split_at(after_bytes - self.sent);
                if !piece.bytes.is_empty() {
                    self.send_audio(piece).await?;
                }
                self.break_off().await
            }
            _ => self.send_audio(piece).await,
        }
    }

    /// Falls silent, or resets the connection.
    async fn break_off(&mut self) -> Result<(), End> {
        if self.job.fault() == Fault::Stall {
            self.talk.hear_out().await;
        } else {
            sleep(SETTLE).await;
            self.job.line.reset_when_closed();
        }
        Err(End::Gone)
    }

    async fn send_audio(&mut self, piece: Piece) -> Result<(), End> {
        let frame = usp::audio(self.id, &self.stream_id(), self.output.content_type(), &piece.bytes);
        self.talk.send(frame).await?;
        self.sent += piece.bytes.len() as u64;
        self.job.entry.serve(piece.bytes.len(), piece.seconds);
        Ok(())
    }

    async fn metadata(&mut self, metadata: Vec<Value>) -> Result<(), End> {
        if metadata.is_empty() {
            return Ok(());
        }
        self.tell("audio.metadata", &json!({"Metadata": metadata})).await
    }

    async fn tell(&mut self, path: &str, body: &Value) -> Result<(), End> {
        self.talk.send(usp::text(path, self.id, body)).await
    }

    fn stream_id(&self) -> String {
        format!("{:032X}", self.job.entry.at)
    }
}
