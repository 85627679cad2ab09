//! What every backend must do, whoever speaks behind it. Each check panics with a sentence that says what is wrong.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use speech::{
    AudioFormat, Backend, Boundary, Clause, Codec, Delivery, ErrorKind, Plain, Reading, Receipt, SampleRate,
    Sound, Span, SpeechError, SpeechGraph, SpeechText, Utterance, WordTiming,
};
use tokio::time::{interval, timeout};

/// A text of 44 characters.
const SENTENCE: &str = "The quick brown fox jumps over the lazy dog.";

/// A name that nobody gives a voice.
const NOBODY: &str = "no-voice-has-this-name";

/// Longer than anything here takes.
const SOON: Duration = Duration::from_secs(60);

/// Checks a backend that is fit to speak, has a voice of that name, and two or more free slots. `running` tells how
/// many requests its model or vendor works on now.
///
/// # Panics
/// With what is wrong.
pub async fn conforms(backend: Arc<dyn Backend>, voice: &str, running: impl Fn() -> usize) {
    its_lists_are_lists(&*backend, voice);
    an_unknown_voice_is_refused_with_those_known(&*backend);
    it_can_do_what_it_says(&*backend, voice).await;
    more_text_is_more_audio(&*backend, voice).await;
    two_at_once_and_the_same_twice_are_fine(&*backend, voice).await;
    times_are_in_order_and_in_their_bounds(&*backend, voice).await;
    who_drops_the_sound_stops_the_work(&*backend, voice, running).await;
}

/// Checks a backend whose model or vendor takes the request and breaks off amid the sound, or before it: that is an
/// error, and no end, and it is charged for.
///
/// # Panics
/// With what is wrong.
pub async fn does_not_end_well(backend: &dyn Backend, voice: &str) -> SpeechError {
    match tried(backend, voice).await {
        (Ok(_), _) => panic!("a sound that was cut off ended as a whole one does"),
        (Err(_), false) => panic!("what was taken and then cut off is not on the receipt as taken"),
        (Err(error), true) => error,
    }
}

/// Checks a backend whose model or vendor refuses the request, or is not reached: that is an error, and costs nothing.
///
/// # Panics
/// With what is wrong.
pub async fn refuses(backend: &dyn Backend, voice: &str) -> SpeechError {
    match tried(backend, voice).await {
        (Ok(_), _) => panic!("what was to be refused was spoken"),
        (Err(_), true) => panic!("what was refused is on the receipt as taken"),
        (Err(error), false) => error,
    }
}

/// What becomes of a text of some length, and whether it was taken.
async fn tried(backend: &dyn Backend, voice: &str) -> (Result<Heard, SpeechError>, bool) {
    let receipt = Receipt::default();
    let sound = backend.speak(utterance(&SENTENCE.repeat(20), voice, Codec::Pcm.into()), receipt.clone());
    let heard = within(async { heard(sound.await?).await }).await;
    (heard, receipt.is_taken())
}

/// That text, said by that voice in the plainest way.
///
/// # Panics
/// When it cannot be spoken.
pub fn utterance(text: &str, voice: &str, format: AudioFormat) -> Utterance {
    let text = match SpeechText::new(text, None) {
        Ok(text) => text,
        Err(error) => panic!("{error}"),
    };
    let plain = Plain::verbatim(&text);
    let clause = Clause {
        bytes: 0..text.as_str().len(),
        span: Span { offset: 0, length: text.as_str().chars().count() },
        ends: Boundary::Paragraph,
    };
    Utterance {
        graph: Arc::new(SpeechGraph::new(text, plain, vec![clause], Reading::default())),
        delivery: Delivery { format, ..Delivery::plain(voice) },
    }
}

fn its_lists_are_lists(backend: &dyn Backend, voice: &str) {
    let name = backend.name();
    assert!(!name.is_empty() && !name.contains(':'), "its name {name:?} cannot begin a voice's id");
    let models = backend.models();
    assert!(!models.is_empty(), "it has no model");
    let ids: BTreeSet<_> = models.iter().map(|model| &model.id).collect();
    assert_eq!(ids.len(), models.len(), "two of its models have one id");
    let voices = backend.voices();
    assert!(!voices.is_empty(), "it has no voice");
    let ids: BTreeSet<_> = voices.iter().map(|voice| &voice.id).collect();
    assert_eq!(ids.len(), voices.len(), "two of its voices have one id");
    assert!(ids.iter().all(|id| id.backend == name), "a voice's id does not begin with its name");
    let found = backend.voice(voice).map(|voice| voice.id.to_string());
    assert_eq!(found.ok(), Some(format!("{name}:{voice}")), "it does not find its own voice");
}

fn an_unknown_voice_is_refused_with_those_known(backend: &dyn Backend) {
    let Err(error) = backend.voice(NOBODY) else { panic!("it has a voice of any name") };
    assert_eq!(error.kind(), ErrorKind::UnknownVoice, "an unknown voice is refused as something else");
    assert!(!error.allowed().is_empty(), "an unknown voice is refused without those known");
    assert!(!error.may_succeed_later(), "an unknown voice is worth another try");
}

async fn it_can_do_what_it_says(backend: &dyn Backend, voice: &str) {
    let capabilities = backend.capabilities();
    assert!(!backend.kind().is_empty(), "it is of no kind");
    assert_eq!(capabilities.timings, backend.times_words(), "it says two things of the times of its words");
    for codec in capabilities.formats {
        let mut asked = utterance(SENTENCE, voice, codec.into());
        // What has a header with its size is made of a whole sound only.
        asked.delivery.whole = true;
        let sound = within(backend.speak(asked, Receipt::default())).await;
        let given = match sound {
            Ok(Sound::Encoded(stream)) => Some(stream.format.codec),
            _ => None,
        };
        assert_eq!(given, Some(codec), "it says that it gives {codec} and does not");
    }
}

async fn more_text_is_more_audio(backend: &dyn Backend, voice: &str) {
    for codec in [Codec::Pcm, Codec::Mp3] {
        let short = said(backend, utterance(SENTENCE, voice, codec.into())).await;
        let long = said(backend, utterance(&[SENTENCE; 4].join(" "), voice, codec.into())).await;
        assert!(short.size > 0, "as {codec} a sentence is nothing");
        assert!(
            long.size > 2 * short.size,
            "as {codec} four sentences are {} long and one is {}",
            long.size,
            short.size
        );
    }
}

async fn two_at_once_and_the_same_twice_are_fine(backend: &dyn Backend, voice: &str) {
    let say = || said(backend, utterance(SENTENCE, voice, Codec::Pcm.into()));
    let (first, second) = futures::join!(say(), say());
    let third = say().await;
    assert!([first, second, third].iter().all(|heard| heard.size > 0), "one of three is nothing");
}

async fn times_are_in_order_and_in_their_bounds(backend: &dyn Backend, voice: &str) {
    let text = [SENTENCE; 3].join(" ");
    let mut utterance = utterance(&text, voice, AudioFormat::from(Codec::Pcm));
    utterance.delivery.timed = true;
    let Heard { words, milliseconds, .. } = said(backend, utterance).await;
    assert!(!backend.times_words() || !words.is_empty(), "it says that it times words, and does not");
    let characters: Vec<char> = text.chars().collect();
    let mut before = (0, 0);
    for word in &words {
        let written = characters.get(word.offset..word.offset + word.length);
        let written: Option<String> = written.map(|letters| letters.iter().collect());
        assert_eq!(written.as_ref(), Some(&word.text), "a word is not what stands at its place in the text");
        let is_next = word.offset >= before.0 && word.start_ms >= before.1;
        assert!(is_next, "a word comes before the one before it");
        assert!(word.start_ms <= word.end_ms, "a word ends before it begins");
        before = (word.offset, word.start_ms);
    }
    if let (Some(audio), Some(last)) = (milliseconds, words.last()) {
        // A frame of an encoder is the grain of its times.
        assert!(last.end_ms <= audio + 50, "the last word ends at {} ms of {audio} ms", last.end_ms);
    }
}

async fn who_drops_the_sound_stops_the_work(backend: &dyn Backend, voice: &str, running: impl Fn() -> usize) {
    let idle = async || {
        let mut looks = interval(Duration::from_millis(1));
        while running() > 0 {
            looks.tick().await;
        }
    };
    within(idle()).await;
    // More than all the buffers on the way hold, and no more than every vendor takes at a time.
    let long = utterance(&[SENTENCE; 90].join(" "), voice, Codec::Pcm.into());
    let receipt = Receipt::default();
    let sound = within(backend.speak(long, receipt.clone())).await;
    let sound = sound.unwrap_or_else(|error| panic!("it did not speak: {error}"));
    assert!(receipt.is_taken(), "what it speaks is not on the receipt as taken");
    let first = match sound {
        Sound::Samples(mut stream) => {
            within(stream.chunks.next()).await.map(|chunk| (chunk.is_ok(), stream.chunks.map(drop).boxed()))
        }
        Sound::Encoded(mut stream) => {
            within(stream.chunks.next()).await.map(|chunk| (chunk.is_ok(), stream.chunks.map(drop).boxed()))
        }
    };
    let Some((true, rest)) = first else { panic!("a long text has no first sound") };
    assert!(running() > 0, "a long text is done before anybody heard it: the check means nothing");
    drop(rest);
    within(idle()).await;
}

/// What was heard.
struct Heard {
    /// Samples, or bytes of what was encoded.
    size: usize,
    /// Of audio, where samples can be counted.
    milliseconds: Option<u64>,
    words: Vec<WordTiming>,
}

async fn said(backend: &dyn Backend, utterance: Utterance) -> Heard {
    let heard = async { heard(backend.speak(utterance, Receipt::default()).await?).await };
    within(heard).await.unwrap_or_else(|error| panic!("it did not speak: {error}"))
}

async fn heard(sound: Sound) -> Result<Heard, SpeechError> {
    let (mut size, mut words) = (0, Vec::new());
    let milliseconds = match sound {
        Sound::Samples(mut stream) => {
            while let Some(chunk) = stream.chunks.next().await {
                let chunk = chunk?;
                size += chunk.samples.len();
                words.extend(chunk.words);
            }
            Some(size as u64 * 1000 / u64::from(stream.sample_rate.get()))
        }
        Sound::Encoded(mut stream) => {
            while let Some(chunk) = stream.chunks.next().await {
                let chunk = chunk?;
                size += chunk.bytes.len();
                words.extend(chunk.words);
            }
            let width = if stream.format.codec == Codec::Pcm { 2 } else { 1 };
            let samples = stream.format.codec.is_headerless().then_some(size as u64 / width);
            let rate = stream.format.rate.map(SampleRate::get);
            samples.zip(rate).map(|(samples, rate)| samples * 1000 / u64::from(rate))
        }
    };
    Ok(Heard { size, milliseconds, words })
}

async fn within<T>(work: impl Future<Output = T>) -> T {
    timeout(SOON, work).await.unwrap_or_else(|_| panic!("it hangs"))
}
