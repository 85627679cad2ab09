//! Watches over a vendor that follows a text while it is written.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::stream::{self, BoxStream, StreamExt};
use speech::{EncodedStream, ErrorKind, PcmStream, Piece, Sound, SpeechError, Speed};
use tokio::sync::watch;

use crate::books::locked;
use crate::listen::{heard, least_ms_of};
use crate::tab::Attempt;

/// The longest silence of a vendor that owes sound.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the vendor has been given, and what it owes for that. Clones are the same dictation.
#[derive(Clone)]
pub(crate) struct Dictation {
    attempt: Attempt,
    speed: Speed,
    letters: Arc<AtomicUsize>,
    owes: watch::Sender<Owes>,
    /// Why no more text is given.
    refused: Arc<Mutex<Option<SpeechError>>>,
}

/// What the vendor owes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Owes {
    /// Nothing: it may wait for more text, for as long as that takes.
    Nothing,
    /// Some sound: everything so far was to be spoken.
    Sound,
    /// The rest of the sound and its end: there is no more text.
    End,
}

impl Dictation {
    pub(crate) fn new(attempt: Attempt, speed: Speed) -> Self {
        let owes = watch::channel(Owes::Nothing).0;
        Self { attempt, speed, letters: Arc::default(), owes, refused: Arc::default() }
    }

    /// The pieces, each paid for before the vendor takes it. Where a budget has no room for the next, there is none.
    pub(crate) fn taken(&self, pieces: BoxStream<'static, Piece>) -> BoxStream<'static, Piece> {
        let taking = (self.clone(), pieces);
        stream::unfold(taking, |(dictation, mut pieces)| async move {
            let Some(piece) = pieces.next().await else {
                dictation.owes.send_replace(Owes::End);
                return None;
            };
            if let Err(error) = dictation.attempt.write(&piece.text, dictation.speed).await {
                *locked(&dictation.refused) = Some(error);
                dictation.owes.send_replace(Owes::End);
                return None;
            }
            let letters = piece.text.chars().filter(|c| c.is_alphanumeric()).count();
            dictation.letters.fetch_add(letters, Ordering::Relaxed);
            if piece.flush {
                dictation.owes.send_replace(Owes::Sound);
            }
            Some((piece, (dictation, pieces)))
        })
        .boxed()
    }

    /// The same sound; one that is owed for too long, or ends before it could have said the text, ends in an error.
    pub(crate) fn heard(self, sound: Sound) -> Sound {
        let sound = match sound {
            Sound::Samples(PcmStream { sample_rate, chunks }) => {
                Sound::Samples(PcmStream { sample_rate, chunks: self.clone().paid(chunks) })
            }
            Sound::Encoded(EncodedStream { format, chunks }) => {
                Sound::Encoded(EncodedStream { format, chunks: self.clone().paid(chunks) })
            }
        };
        let (letters, speed, owes) = (self.letters, self.speed, self.owes);
        let least_ms = move || least_ms_of(letters.load(Ordering::Relaxed), speed);
        // As long as there may be more text, a pause may be its writer's.
        heard(sound, least_ms, move || *owes.borrow() == Owes::End, None)
    }

    fn paid<T: Send + 'static>(
        self,
        chunks: BoxStream<'static, Result<T, SpeechError>>,
    ) -> BoxStream<'static, Result<T, SpeechError>> {
        let overdue = self.owes.subscribe();
        stream::unfold(Some((self, chunks, overdue)), |paying| async move {
            let (dictation, mut chunks, mut overdue) = paying?;
            let chunk = tokio::select! {
                biased;
                chunk = chunks.next() => match chunk {
                    Some(chunk) => chunk,
                    None => return Some((Err(locked(&dictation.refused).take()?), None)),
                },
                () = is_overdue(&mut overdue) => return Some((Err(stalled()), None)),
            };
            dictation.owes.send_if_modified(|owes| {
                let was_sound = *owes == Owes::Sound;
                if was_sound {
                    *owes = Owes::Nothing;
                }
                was_sound
            });
            Some((chunk, Some((dictation, chunks, overdue))))
        })
        .boxed()
    }
}

/// Resolves once something was owed, and nothing given, for too long.
async fn is_overdue(owes: &mut watch::Receiver<Owes>) {
    // Whoever asks holds the other end.
    if owes.wait_for(|owes| *owes != Owes::Nothing).await.is_err() {
        std::future::pending().await
    }
    tokio::time::sleep(PATIENCE).await;
}

fn stalled() -> SpeechError {
    let seconds = PATIENCE.as_secs();
    let message = format!("The backend owed sound for {seconds} seconds; the request may be tried again.");
    SpeechError::new(ErrorKind::DeadlineExceeded, message)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use futures::channel::mpsc;
    use speech::{AudioFormat, Codec, EncodedChunk, SampleRate};
    use tokio::time::Instant;

    use super::*;
    use crate::tab::tests::tab;
    use crate::tab::{Call, Claim};

    type Chunks = mpsc::UnboundedSender<Result<EncodedChunk, SpeechError>>;
    type Heard = BoxStream<'static, Result<EncodedChunk, SpeechError>>;

    /// A vendor's sound, the pieces that it takes, and what is heard of it.
    async fn stage(pieces: Vec<Piece>) -> (Chunks, BoxStream<'static, Piece>, Heard) {
        stage_of(stream::iter(pieces).chain(stream::pending()).boxed()).await
    }

    /// The same for a text that ends with its pieces.
    async fn stage_of(pieces: BoxStream<'static, Piece>) -> (Chunks, BoxStream<'static, Piece>, Heard) {
        let (vendor, chunks) = mpsc::unbounded();
        let tab = tab();
        let claim = Claim::of(tab.rate("one", "m").unwrap(), "", Speed::NORMAL);
        let attempt = tab.begin(Call::new("one", "m", claim, false)).await.unwrap();
        let dictation = Dictation::new(attempt, Speed::NORMAL);
        let taken = dictation.taken(pieces);
        let format = AudioFormat::from(Codec::Ulaw).at(SampleRate::new(1000).unwrap());
        let sound = Sound::Encoded(EncodedStream { format, chunks: chunks.boxed() });
        let Sound::Encoded(EncodedStream { chunks, .. }) = dictation.heard(sound) else {
            panic!("another kind of sound")
        };
        (vendor, taken, chunks)
    }

    fn piece(text: &str, flush: bool) -> Piece {
        Piece { text: text.into(), flush }
    }

    fn milliseconds(count: usize) -> Result<EncodedChunk, SpeechError> {
        Ok(EncodedChunk { bytes: Bytes::from(vec![0; count]), words: Vec::new() })
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_of_the_writer_is_nobodys_fault_and_one_after_a_flush_the_vendors() {
        let (vendor, mut taken, mut heard) = stage(vec![piece("Hello ", false), piece("there.", true)]).await;
        taken.next().await.unwrap();
        let patient = tokio::time::timeout(PATIENCE * 10, heard.next()).await;
        assert!(patient.is_err(), "nothing is owed yet");
        taken.next().await.unwrap();
        vendor.unbounded_send(milliseconds(700)).unwrap();
        heard.next().await.unwrap().unwrap();
        let patient = tokio::time::timeout(PATIENCE * 10, heard.next()).await;
        assert!(patient.is_err(), "it has paid");

        let (_vendor, mut taken, mut heard) = stage(vec![piece("Hello.", true)]).await;
        taken.next().await.unwrap();
        let asked = Instant::now();
        let error = heard.next().await.unwrap().unwrap_err();
        assert_eq!((error.kind(), asked.elapsed()), (ErrorKind::DeadlineExceeded, PATIENCE));
        assert!(heard.next().await.is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn who_trickles_once_the_text_has_ended_has_failed() {
        let (vendor, mut taken, mut heard) = stage_of(stream::iter([piece("Hello.", false)]).boxed()).await;
        while taken.next().await.is_some() {}
        tokio::spawn(async move {
            while vendor.unbounded_send(milliseconds(1)).is_ok() {
                tokio::time::sleep(PATIENCE / 2).await;
            }
        });
        let began = Instant::now();
        let error = loop {
            if let Err(error) = heard.next().await.unwrap() {
                break error;
            }
        };
        assert_eq!((error.kind(), began.elapsed()), (ErrorKind::DeadlineExceeded, PATIENCE * 3 / 2));
        assert!(heard.next().await.is_none());
    }

    #[tokio::test]
    async fn an_end_long_before_that_of_the_text_is_an_error() {
        for (said, is_whole) in [(500, false), (700, true)] {
            // 40 letters last 666 ms at the very least.
            let (vendor, mut taken, heard) = stage(vec![piece(&"abcde ".repeat(8), true)]).await;
            taken.next().await.unwrap();
            vendor.unbounded_send(milliseconds(said)).unwrap();
            vendor.close_channel();
            let heard: Vec<_> = heard.collect().await;
            assert_eq!(heard.iter().all(Result::is_ok), is_whole, "{said} ms");
        }
    }
}
