//! The conformance suite passes an honest backend and catches each kind of dishonest one.

use std::sync::Arc;

use futures::{FutureExt, StreamExt, stream};
use speech::{
    AudioFormat, Backend, BoxFuture, Capabilities, Codec, ErrorKind, Model, PcmChunk, PcmStream, Receipt,
    SampleRate, Sound, SpeechError, TimingKind, Utterance, Voice, WordTiming,
};

const RATE: SampleRate = SampleRate::new(8_000).unwrap();

/// Samples of a character, an eighth of a second.
const CHARACTER: usize = 1_000;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Defect {
    None,
    NameWithColon,
    TwoVoicesOfOneName,
    VoiceOfAnyName,
    NoListOfVoices,
    SameAudioForAnyText,
    OneAtATime,
    TimesUnsaid,
    PromisedFormat,
    PromisedTimes,
    TimesRunBack,
    TimesBehindTheEnd,
    WordsOfAnotherText,
    WorksOnAfterTheHangUp,
    LeavesTheReceiptBlank,
    BreaksOff,
    BreaksOffBlank,
    Refuses,
    RefusesAndCharges,
}

/// Who speaks holds a clone of `running`.
struct Fake {
    defect: Defect,
    running: Arc<()>,
}

impl Backend for Fake {
    fn name(&self) -> &str {
        if self.defect == Defect::NameWithColon { "fa:ke" } else { "fake" }
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            timings: self.defect != Defect::TimesUnsaid,
            formats: if self.defect == Defect::PromisedFormat { vec![Codec::Mp3] } else { vec![] },
            ..Capabilities::default()
        }
    }

    fn models(&self) -> Arc<[Model]> {
        let (id, name) = ("only".to_owned(), "Only".to_owned());
        Arc::new([Model { id, name, most_characters: None, languages: vec![], deprecated_after: None }])
    }

    fn voices(&self) -> Arc<[Voice]> {
        let times = if self.defect == Defect::TwoVoicesOfOneName { 2 } else { 1 };
        vec![Voice::named(self.name(), "anna"); times].into()
    }

    fn voice(&self, name: &str) -> Result<Voice, SpeechError> {
        if name == "anna" || self.defect == Defect::VoiceOfAnyName {
            return Ok(Voice::named(self.name(), name));
        }
        let names = if self.defect == Defect::NoListOfVoices { vec![] } else { vec!["anna"] };
        Err(SpeechError::new(ErrorKind::UnknownVoice, "No.").allowing(names))
    }

    fn leaves_out(&self, _: &Utterance) -> Vec<String> {
        Vec::new()
    }

    fn times_words(&self) -> bool {
        true
    }

    fn speak(&self, utterance: Utterance, receipt: Receipt) -> BoxFuture<Result<Sound, SpeechError>> {
        let defect = self.defect;
        if !matches!(defect, Defect::LeavesTheReceiptBlank | Defect::BreaksOffBlank | Defect::Refuses) {
            receipt.take();
        }
        if matches!(defect, Defect::Refuses | Defect::RefusesAndCharges) {
            return async { Err(SpeechError::new(ErrorKind::RateLimited, "Not now.")) }.boxed();
        }
        if defect == Defect::OneAtATime && running(&self.running) > 0 {
            return async { Err(SpeechError::new(ErrorKind::Overloaded, "Busy.")) }.boxed();
        }
        let held = Arc::clone(&self.running);
        if defect == Defect::WorksOnAfterTheHangUp {
            std::mem::forget(Arc::clone(&held));
        }
        let text = utterance.graph.text().as_str().to_owned();
        let characters = if defect == Defect::SameAudioForAnyText { 50 } else { text.chars().count() };
        let mut words = if utterance.delivery.timed { words_of(&text, defect) } else { Vec::new() };
        let breaks_off = matches!(defect, Defect::BreaksOff | Defect::BreaksOffBlank);
        let chunks = stream::iter(0..characters).then(move |_| {
            let _held = &held;
            let words = std::mem::take(&mut words);
            async move {
                tokio::task::yield_now().await;
                if breaks_off {
                    return Err(SpeechError::new(ErrorKind::BackendFailed, "It broke off."));
                }
                Ok(PcmChunk { samples: vec![0.0; CHARACTER], words })
            }
        });
        let sound = PcmStream { sample_rate: RATE, chunks: chunks.boxed() };
        async { Ok(sound.into()) }.boxed()
    }
}

/// How many speak, besides the two who count them.
fn running(held: &Arc<()>) -> usize {
    Arc::strong_count(held) - 2
}

fn words_of(text: &str, defect: Defect) -> Vec<WordTiming> {
    let mut words = Vec::new();
    let mut offset = 0;
    for word in text.split(' ').filter(|_| defect != Defect::PromisedTimes) {
        let length = word.chars().count();
        let at = |character: usize| (character * CHARACTER / 8) as u64;
        let start_ms = if defect == Defect::TimesRunBack { 50_000 - at(offset) } else { at(offset) };
        let late = if defect == Defect::TimesBehindTheEnd { 60_000 } else { 0 };
        words.push(WordTiming {
            text: if defect == Defect::WordsOfAnotherText { "another".to_owned() } else { word.to_owned() },
            start_ms,
            end_ms: start_ms.max(at(offset + length)) + late,
            offset,
            length,
            kind: TimingKind::Measured,
            letters: Vec::new(),
            visemes: Vec::new(),
        });
        offset += length + 1;
    }
    words
}

/// With what words the suite refuses such a backend.
async fn verdict(defect: Defect) -> Option<String> {
    let held = Arc::new(());
    let backend = Arc::new(Fake { defect, running: Arc::clone(&held) });
    words_of_panic(async move { testing::conforms(backend, "anna", || running(&held)).await }).await
}

/// The words with which a check panics; none where it passes.
async fn words_of_panic(check: impl Future<Output = ()> + Send + 'static) -> Option<String> {
    let panic = tokio::spawn(check).await.err()?.into_panic();
    let words = panic.downcast_ref::<String>().cloned();
    words.or_else(|| panic.downcast_ref::<&str>().map(|&words| words.to_owned()))
}

#[tokio::test(start_paused = true)]
async fn an_honest_backend_passes_and_no_other() {
    assert_eq!(verdict(Defect::None).await, None);
    for (defect, words) in [
        (Defect::NameWithColon, "cannot begin a voice's id"),
        (Defect::TwoVoicesOfOneName, "two of its voices have one id"),
        (Defect::VoiceOfAnyName, "it has a voice of any name"),
        (Defect::NoListOfVoices, "without those known"),
        (Defect::SameAudioForAnyText, "four sentences are"),
        (Defect::OneAtATime, "it did not speak: Busy."),
        (Defect::TimesUnsaid, "it says two things of the times of its words"),
        (Defect::PromisedFormat, "it says that it gives mp3 and does not"),
        (Defect::PromisedTimes, "it says that it times words, and does not"),
        (Defect::TimesRunBack, "a word comes before the one before it"),
        (Defect::TimesBehindTheEnd, "the last word ends at"),
        (Defect::WordsOfAnotherText, "a word is not what stands at its place"),
        (Defect::WorksOnAfterTheHangUp, "it hangs"),
        (Defect::LeavesTheReceiptBlank, "what it speaks is not on the receipt as taken"),
    ] {
        let verdict = verdict(defect).await;
        assert!(verdict.as_ref().is_some_and(|verdict| verdict.contains(words)), "{defect:?}: {verdict:?}");
    }
}

#[tokio::test]
async fn what_was_taken_is_charged_for_and_what_was_refused_is_not() {
    let of = |defect| Fake { defect, running: Arc::new(()) };
    for (defect, words) in [
        (Defect::BreaksOff, None),
        (Defect::None, Some("a sound that was cut off ended as a whole one does")),
        (Defect::BreaksOffBlank, Some("what was taken and then cut off is not on the receipt as taken")),
    ] {
        let check = async move { drop(testing::does_not_end_well(&of(defect), "anna").await) };
        assert_eq!(words_of_panic(check).await.as_deref(), words, "{defect:?}");
    }
    for (defect, words) in [
        (Defect::Refuses, None),
        (Defect::None, Some("what was to be refused was spoken")),
        (Defect::RefusesAndCharges, Some("what was refused is on the receipt as taken")),
    ] {
        let check = async move { drop(testing::refuses(&of(defect), "anna").await) };
        assert_eq!(words_of_panic(check).await.as_deref(), words, "{defect:?}");
    }
}

#[test]
fn an_utterance_is_the_text_whole() {
    let utterance = testing::utterance("Grüße, Welt.", "anna", AudioFormat::from(Codec::Mp3));
    let clause = utterance.graph.clauses().first().map(|clause| utterance.graph.words_of(clause));
    assert_eq!(clause, Some("Grüße, Welt."));
}
