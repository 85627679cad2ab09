use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use billing::Action;
use bytes::Bytes;
use futures::FutureExt as _;
use futures::channel::mpsc;
use speech::{
    Backend, BoxFuture, Clock, Codec, Delivery, Door, EncodedChunk, EncodedStream, Follow, Lexicon, Model,
    Mouth, PcmChunk, PcmStream, Receipt, SampleRate, Still, TimingKind, Utterance, Voice, VoiceId,
    WordTiming,
};

use testing::MemoryLedger;

use super::*;
use crate::Catalogue;
use crate::health::{Health, Retries, State};
use crate::stack::speaker;
use crate::tab::tests::{books, budget, tab};

const RATE: SampleRate = SampleRate::new(1000).unwrap();

/// Speaks 10 ms for each character, as one word, at its own rate; or follows the pieces, a byte of PCM for each byte.
struct Echo {
    name: &'static str,
    rate: SampleRate,
    follows: bool,
    /// Who follows fails after so many pieces, unheard.
    fails_after: Option<usize>,
    said: Mutex<Vec<String>>,
}

impl Backend for Echo {
    fn name(&self) -> &str {
        self.name
    }
    fn models(&self) -> Arc<[Model]> {
        Arc::new([Model {
            id: format!("{}-1", self.name),
            name: self.name.into(),
            most_characters: None,
            languages: Vec::new(),
            deprecated_after: None,
        }])
    }
    fn voices(&self) -> Arc<[Voice]> {
        Arc::new([Voice::named(self.name, self.name)])
    }
    fn voice(&self, name: &str) -> Result<Voice, SpeechError> {
        match name == self.name {
            true => Ok(Voice::named(self.name, self.name)),
            false => Err(SpeechError::new(ErrorKind::UnknownVoice, "no such voice")),
        }
    }
    fn leaves_out(&self, _: &Utterance) -> Vec<String> {
        vec!["a smile".into()]
    }
    fn times_words(&self) -> bool {
        true
    }
    fn speak(&self, utterance: Utterance, receipt: Receipt) -> BoxFuture<Result<Sound, SpeechError>> {
        let text = utterance.graph.text().as_str().to_owned();
        let length = text.chars().count();
        self.said.lock().unwrap().push(text.clone());
        let word = WordTiming {
            text,
            start_ms: 0,
            end_ms: length as u64 * 10,
            offset: 0,
            length,
            kind: TimingKind::Measured,
            letters: Vec::new(),
            visemes: Vec::new(),
        };
        let samples = vec![0.5; length * 10 * self.rate.get() as usize / 1000];
        let chunk = PcmChunk { samples, words: vec![word] };
        let sample_rate = self.rate;
        receipt.note(|usage| usage.characters = Some(length as u64));
        Box::pin(async move {
            let chunks = stream::iter([Ok(chunk)]).boxed();
            Ok(Sound::Samples(PcmStream { sample_rate, chunks }))
        })
    }
    fn follow(&self, _: &Delivery) -> Option<Follow> {
        let fails_after = self.fails_after;
        let follow: Follow = Box::new(move |pieces, receipt| {
            let format = speech::AudioFormat::from(Codec::Ulaw).at(RATE);
            if let Some(pieces_taken) = fails_after {
                let taken = pieces.take(pieces_taken).map(|_| Ok(EncodedChunk::default()));
                let failed = || SpeechError::new(ErrorKind::BackendFailed, "The vendor hangs up.");
                let chunks = taken.chain(stream::once(async move { Err(failed()) })).boxed();
                let sound = Sound::Encoded(EncodedStream { format, chunks });
                return Box::pin(async { Ok(sound) });
            }
            // As a vendor's socket: open at once, and charging from the first words on.
            let chunks = pieces.map(move |piece| {
                receipt.take();
                Ok(EncodedChunk { bytes: Bytes::from(piece.text), words: Vec::new() })
            });
            let sound = Sound::Encoded(EncodedStream { format, chunks: chunks.boxed() });
            Box::pin(async { Ok(sound) })
        });
        self.follows.then_some(follow)
    }
}

#[derive(Debug)]
struct Noon;

impl Clock for Noon {
    fn unix_ms(&self) -> i64 {
        43_200_000
    }
}

struct NoWords;

impl Lexicons for NoWords {
    fn of(&self, _: &str) -> BoxFuture<Result<Lexicon, SpeechError>> {
        Box::pin(async { Ok(Lexicon::default()) })
    }
}

fn echo(name: &'static str, rate: u32, follows: bool) -> Arc<Echo> {
    Arc::new(Echo {
        name,
        rate: SampleRate::new(rate).unwrap(),
        follows,
        fails_after: None,
        said: Mutex::default(),
    })
}

/// The second stands in for the first.
fn conversation(backends: &[Arc<Echo>]) -> Conversation {
    let names: Vec<String> = backends.iter().map(|backend| backend.name.to_owned()).collect();
    let stand_ins = names.windows(2).map(|names| (names[0].clone(), vec![names[1].clone()])).collect();
    let backends = backends.iter().map(|backend| Arc::clone(backend) as Arc<dyn Backend>).collect();
    let catalogue = Catalogue::new(backends, BTreeMap::new(), stand_ins, Arc::new(Noon));
    let health = Health::default();
    let mouth: Arc<dyn Mouth> = Arc::new(Still);
    let speaker = speaker(&health, Arc::clone(&mouth));
    let planner = Planner {
        catalogue: Arc::new(catalogue),
        health,
        retries: Retries::default(),
        defaults: Arc::default(),
    };
    Conversation { planner, lexicons: Arc::new(NoWords), mouth, speaker }
}

fn terms(codec: Codec) -> Terms {
    Terms { format: codec.into(), timed: true, ..Terms::new("r1", "local".into(), Door::ElevenLabs) }
}

fn turn(voice: &str, text: &str, flush: bool) -> Turn {
    Turn { voice: voice.into(), text: text.into(), flush }
}

/// Samples in all, and each word's text, offset and start.
async fn heard(spoken: Spoken) -> Result<(usize, Vec<(String, usize, u64)>), ErrorKind> {
    let chunks: Vec<_> = spoken.audio.collect().await;
    let (mut samples, mut words) = (0, Vec::new());
    for chunk in chunks {
        let chunk = chunk.map_err(|error| error.kind())?;
        samples += chunk.samples;
        words.extend(chunk.words.into_iter().map(|word| (word.text, word.offset, word.start_ms)));
    }
    Ok((samples, words))
}

#[tokio::test]
async fn voices_take_turns_in_one_sound_and_every_word_keeps_its_place() {
    let (one, two) = (echo("one", 1000, false), echo("two", 2000, false));
    let turns = vec![
        turn("one", "Hello ", false),
        turn("one", "there.", true),
        turn("one", "...", true),
        turn("two", "Good day.", false),
        turn("one", "Bye.", false),
    ];
    let tab = tab();
    let spoken = conversation(&[one.clone(), two.clone()])
        .converse(terms(Codec::Pcm), &[], stream::iter(turns).boxed(), tab.clone())
        .await
        .unwrap();
    assert_eq!(
        (spoken.voice.id.to_string(), spoken.dropped.clone()),
        ("one:one".into(), vec!["a smile".into()])
    );
    assert_eq!(spoken.tally.charge(), None, "the vendor has counted no more than the beginning");
    let (samples, words) = heard(spoken).await.unwrap();
    assert_eq!(*one.said.lock().unwrap(), ["Hello there.", "Bye."]);
    assert_eq!(*two.said.lock().unwrap(), ["Good day."]);
    // At the first voice's rate, with a rest of 180 ms between two.
    assert_eq!(
        words,
        [("Hello there.".into(), 0, 0), ("Good day.".into(), 15, 300), ("Bye.".into(), 24, 570)]
    );
    assert_eq!(samples, 120 + 180 + 90 + 180 + 40);
    assert_eq!((tab.note(|state| state.row.characters), tab.usage().characters), (Some(28), Some(25)));
}

#[tokio::test]
async fn a_sentence_is_spoken_while_the_next_is_being_written() {
    let one = echo("one", 1000, false);
    let (writing, pieces) = mpsc::unbounded();
    let write = |text: &str| {
        writing.unbounded_send(Piece { text: text.into(), flush: false }).unwrap();
    };
    write("It is late. ");
    write("Very ");
    let mut spoken = conversation(std::slice::from_ref(&one))
        .dictate(terms(Codec::Pcm), "one".into(), pieces.boxed(), tab())
        .await
        .unwrap();
    let first = spoken.audio.next().await.unwrap().unwrap();
    assert_eq!(first.words[0].text, "It is late.");
    write("late.");
    writing.close_channel();
    let (_, words) = heard(spoken).await.unwrap();
    assert_eq!(words, [(" Very late.".into(), 11, 290)]);
}

#[tokio::test]
async fn a_backend_that_can_follow_is_given_the_pieces_as_they_are() {
    let one = echo("one", 1000, true);
    let tab = tab();
    let pieces = ["Hel", "lo. ", "", "By"].map(|text| Piece { text: text.into(), flush: false });
    let terms = Terms { format: speech::AudioFormat::from(Codec::Ulaw).at(RATE), ..terms(Codec::Ulaw) };
    let spoken = conversation(std::slice::from_ref(&one))
        .dictate(terms, "one".into(), stream::iter(pieces).boxed(), tab.clone())
        .await
        .unwrap();
    let chunks: Vec<_> = spoken.audio.map(|chunk| chunk.unwrap().bytes).collect().await;
    assert_eq!(chunks.concat(), b"Hello. By");
    assert!(one.said.lock().unwrap().is_empty());
    assert_eq!(tab.note(|state| state.row.characters), Some(9));
}

#[tokio::test]
async fn of_who_fails_unheard_another_takes_over_the_text_from_its_beginning() {
    for pieces_taken in [0, 1, 3] {
        let one = Arc::new(Echo {
            fails_after: Some(pieces_taken),
            ..Arc::into_inner(echo("one", 1000, true)).unwrap()
        });
        let two = echo("two", 1000, false);
        let tab = tab();
        let pieces =
            ["Good ", "morning. ", "Good ", "night."].map(|text| Piece { text: text.into(), flush: false });
        let spoken = conversation(&[one, two.clone()])
            .dictate(terms(Codec::Pcm), "one".into(), stream::iter(pieces).boxed(), tab.clone())
            .await
            .unwrap();
        assert_eq!((spoken.voice.id.backend.as_str(), spoken.reason), ("two", crate::Reason::Fallback));
        assert_eq!(spoken.tried, [(VoiceId::parse("one:one").unwrap(), ErrorKind::BackendFailed)]);
        let (_, words) = heard(spoken).await.unwrap();
        assert_eq!(
            words.iter().map(|(text, ..)| text.trim()).collect::<Vec<_>>(),
            ["Good morning.", "Good night."]
        );
        let row = tab.note(|state| (state.row.backend.clone(), state.row.characters));
        assert_eq!(row, (Some("two".into()), Some(25)));
    }
}

#[tokio::test(start_paused = true)]
async fn who_fails_to_follow_again_and_again_rests_and_a_slow_writer_says_nothing_of_it() {
    let one = Arc::new(Echo { fails_after: Some(0), ..Arc::into_inner(echo("one", 1000, true)).unwrap() });
    let conversation = conversation(&[one, echo("two", 1000, false)]);
    let standing = || conversation.planner.health.standing(&VoiceId::parse("one:one").unwrap());
    let dictated = |pieces: BoxStream<'static, Piece>| {
        conversation.clone().dictate(terms(Codec::Pcm), "one".into(), pieces, tab())
    };
    let hello = || stream::iter([Piece { text: "Hello.".into(), flush: true }]).boxed();
    for _ in 0..5 {
        assert_eq!(dictated(hello()).await.unwrap().tried.len(), 1);
    }
    assert!(matches!(standing().state, State::Open { .. }));
    assert_eq!((standing().in_flight, standing().first_audio), (0, None));
    let spoken = dictated(hello()).await.unwrap();
    assert_eq!((spoken.voice.id.backend.as_str(), spoken.tried.len()), ("two", 0), "it is not asked");

    let (_writing, pieces) = mpsc::unbounded();
    let slow = echo("one", 1000, true);
    let slow = self::conversation(&[slow]);
    let mut waiting = Box::pin(slow.clone().dictate(terms(Codec::Pcm), "one".into(), pieces.boxed(), tab()));
    assert!(waiting.as_mut().now_or_never().is_none());
    let standing = || slow.planner.health.standing(&VoiceId::parse("one:one").unwrap());
    assert_eq!(standing().in_flight, 1);
    tokio::time::advance(Duration::from_secs(20)).await;
    drop(waiting);
    assert_eq!((standing().state, standing().in_flight, standing().first_audio), (State::Closed, 0, None));
}

#[tokio::test]
async fn nobody_takes_over_from_who_follows_where_the_client_wants_no_other() {
    let one = Arc::new(Echo { fails_after: Some(1), ..Arc::into_inner(echo("one", 1000, true)).unwrap() });
    let two = echo("two", 1000, false);
    let routing = speech::Routing { fallback: Some(Fallback::None), ..speech::Routing::default() };
    let pieces = stream::iter([Piece { text: "Good morning.".into(), flush: true }]).boxed();
    let spoken = conversation(&[one, two.clone()])
        .dictate(Terms { routing, ..terms(Codec::Pcm) }, "one".into(), pieces, tab())
        .await;
    assert_eq!(spoken.err().map(|error| error.kind()), Some(ErrorKind::BackendFailed));
    assert!(two.said.lock().unwrap().is_empty());
}

#[tokio::test]
async fn what_may_be_resumed_is_said_sentence_by_sentence_also_by_who_could_follow() {
    let one = echo("one", 1000, true);
    let routing = speech::Routing { fallback: Some(Fallback::Resume), ..speech::Routing::default() };
    let pieces = ["Good ", "morning. Good ", "night."].map(|text| Piece { text: text.into(), flush: false });
    let spoken = conversation(&[one.clone(), echo("two", 1000, false)])
        .dictate(Terms { routing, ..terms(Codec::Pcm) }, "one".into(), stream::iter(pieces).boxed(), tab())
        .await
        .unwrap();
    heard(spoken).await.unwrap();
    let said = one.said.lock().unwrap();
    assert_eq!(said.iter().map(|text| text.trim()).collect::<Vec<_>>(), ["Good morning.", "Good night."]);
}

#[tokio::test]
async fn who_follows_is_given_no_text_that_is_not_paid_for() {
    for (limit, heard) in [(0, 0), (60, 4), (150, 10)] {
        let ledger = Arc::new(MemoryLedger::with_budgets(vec![budget(limit, Action::Refuse)]));
        let books = books(ledger.clone());
        let row = books.open_on(&Terms::new("r1", "local".into(), Door::ElevenLabs), None);
        let pieces = ["One ", "two th", "ree"].map(|text| Piece { text: text.into(), flush: false });
        let terms = Terms { format: speech::AudioFormat::from(Codec::Ulaw).at(RATE), ..terms(Codec::Ulaw) };
        let dictated = conversation(&[echo("one", 1000, true)])
            .dictate(terms, "one".into(), stream::iter(pieces).boxed(), row.tab())
            .await;
        let (mut bytes, mut refused) = (0, dictated.as_ref().err().map(SpeechError::kind));
        if let Ok(mut spoken) = dictated {
            while let Some(chunk) = spoken.audio.next().await {
                match chunk {
                    Ok(chunk) => bytes += chunk.bytes.len(),
                    Err(error) => refused = Some(error.kind()),
                }
            }
        }
        assert_eq!((bytes, refused), (heard, Some(ErrorKind::BudgetExceeded)), "{limit}");
        drop(row);
        books.settled().await;
        let [settled] = ledger.settlements().try_into().unwrap();
        assert_eq!(settled.charge.nanos.get(), heard as i64 * 15, "{limit}");
    }
}

#[tokio::test]
async fn a_piece_that_is_nothing_but_a_pause_is_heard_as_one() {
    let one = echo("one", 1000, false);
    let pause = |time: &str| turn("one", &format!("<break time=\"{time}\"/>"), true);
    let turns = vec![
        pause("300ms"),
        turn("one", "Hello.", true),
        pause("1s"),
        turn("one", "Bye.", true),
        pause("500ms"),
    ];
    let reading = Reading { notation: Notation::Ssml { may_fetch: false }, ..Reading::default() };
    let terms = Terms { reading, ..terms(Codec::Pcm) };
    let spoken = conversation(std::slice::from_ref(&one))
        .converse(terms, &[], stream::iter(turns).boxed(), tab())
        .await;
    let (samples, words) = heard(spoken.unwrap()).await.unwrap();
    assert_eq!(*one.said.lock().unwrap(), ["Hello.", "Bye."]);
    assert_eq!(words.iter().map(|(_, _, start)| *start).collect::<Vec<_>>(), [300, 1360]);
    assert_eq!(samples, 300 + 60 + 1000 + 40 + 500);
}

#[tokio::test]
async fn what_cannot_be_said_is_told_before_or_ends_the_sound() {
    let ask = async |turns: Vec<Turn>| {
        let conversation = conversation(&[echo("one", 1000, false)]);
        conversation.converse(terms(Codec::Pcm), &[], stream::iter(turns).boxed(), tab()).await
    };
    let refused = ask(vec![turn("one", " ... ", true)]).await.err().unwrap();
    assert_eq!(refused.kind(), ErrorKind::InvalidText);
    let refused = ask(vec![turn("nobody", "Hello.", true)]).await.err().unwrap();
    assert_eq!(refused.kind(), ErrorKind::UnknownVoice);
    let spoken = ask(vec![turn("one", "Hello.", true), turn("nobody", "Hello.", true)]).await.unwrap();
    assert_eq!(heard(spoken).await, Err(ErrorKind::UnknownVoice));
}
