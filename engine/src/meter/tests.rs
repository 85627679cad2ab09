use futures::channel::mpsc;
use speech::{AudioChunk, Clock, Codec, SampleRate, SpeechText, Voice};
use testing::MemoryLedger;
use tower::ServiceExt;
use tower::util::MapErr;
use tower_test::mock;

use super::*;
use crate::Reason;
use crate::spoken::Tally;
use crate::tariff::Tariff;

#[derive(Debug)]
struct Noon;

impl Clock for Noon {
    fn unix_ms(&self) -> i64 {
        43_200_000
    }
}

struct Stage {
    meter: Meter<Inner>,
    backend: mock::Handle<Asking, Spoken>,
    rows: Arc<MemoryLedger>,
    books: Books,
}

fn stage() -> Stage {
    let rows = Arc::new(MemoryLedger::default());
    let books = Books::new(rows.clone(), Tariff::default(), Arc::new(Noon));
    let (inner, backend) = mock::pair();
    Stage {
        meter: Meter::new(inner.map_err(failure as fn(Boxed) -> SpeechError), books.clone()),
        backend,
        rows,
        books,
    }
}

impl Stage {
    async fn row(&self) -> RequestRow {
        self.books.settled().await;
        let rows = self.rows.rows();
        assert_eq!(rows.len(), 1, "{rows:?}");
        rows[0].clone()
    }
}

type Boxed = Box<dyn std::error::Error + Send + Sync>;

/// The mock's errors are boxed; the meter wants the stack's own.
fn failure(error: Boxed) -> SpeechError {
    error.downcast::<SpeechError>().map_or_else(SpeechError::internal, |error| *error)
}

type Asking = (SpeechRequest, Tab);
type Inner = MapErr<mock::Mock<Asking, Spoken>, fn(Boxed) -> SpeechError>;

fn request() -> SpeechRequest {
    let terms = Terms { format: Codec::Pcm.into(), ..Terms::new("r1", "local".into(), Door::Cli) };
    SpeechRequest { text: SpeechText::new("Hello.", None).unwrap(), voice: "anna".into(), terms }
}

fn voice() -> Voice {
    Voice { languages: vec!["en".into()], ..Voice::named("one", "anna") }
}

type Feed = mpsc::UnboundedSender<Result<AudioChunk, SpeechError>>;

fn spoken(tab: Tab) -> (Feed, Spoken) {
    let (feed, audio) = mpsc::unbounded();
    let spoken = Spoken {
        voice: voice(),
        model: "m".into(),
        requested_voice: "anna".into(),
        reason: Reason::Exact,
        tried: Vec::new(),
        dropped: Vec::new(),
        deprecated_after: None,
        cache: None,
        tally: Tally::new(&tab),
        sample_rate: SampleRate::new(1000).unwrap(),
        audio: audio.boxed(),
    };
    (feed, spoken)
}

fn chunk(samples: usize) -> AudioChunk {
    AudioChunk { bytes: vec![0; samples].into(), samples, ..AudioChunk::default() }
}

/// Speaks through the meter, with the backend's answer after two seconds.
async fn speak(stage: &mut Stage) -> (Feed, Spoken) {
    let call = speaking(&stage.meter);
    stage.backend.allow(1);
    let (spoken, feed) = tokio::join!(call, async {
        let ((_, tab), respond) = stage.backend.next_request().await.unwrap();
        tab.choose(&voice(), "m");
        tokio::time::advance(Duration::from_secs(2)).await;
        let (feed, answer) = spoken(tab);
        respond.send_response(answer);
        feed
    });
    (feed, spoken.unwrap())
}

fn speaking(meter: &Meter<Inner>) -> impl Future<Output = Result<Spoken, SpeechError>> + use<> {
    let mut meter = meter.clone();
    async move {
        std::future::poll_fn(|context| Service::<SpeechRequest>::poll_ready(&mut meter, context)).await?;
        meter.call(request()).await
    }
}

#[tokio::test(start_paused = true)]
async fn a_whole_speech_leaves_one_completed_row() {
    let mut stage = stage();
    let (feed, mut spoken) = speak(&mut stage).await;
    feed.unbounded_send(Ok(chunk(0))).unwrap();
    feed.unbounded_send(Ok(chunk(1500))).unwrap();
    spoken.audio.next().await.unwrap().unwrap();
    spoken.audio.next().await.unwrap().unwrap();
    tokio::time::advance(Duration::from_secs(1)).await;
    drop(feed);
    assert!(spoken.audio.next().await.is_none());
    let expected = RequestRow {
        id: "r1".into(),
        at_unix_ms: 43_200_000,
        payer: Payer { client: "local".into(), key: None },
        door: Door::Cli,
        backend: Some("one".into()),
        voice: Some("anna".into()),
        language: Some("en".into()),
        model: Some("m".into()),
        tags: Arc::default(),
        characters: Some(6),
        usage: Usage::default(),
        audio_ms: 1500,
        first_audio_ms: Some(2000),
        total_ms: 3000,
        cache_hit: false,
        outcome: Outcome::Completed,
    };
    // Before `settled`: the end was told only after the row was kept.
    assert_eq!(stage.rows.rows(), [expected]);
}

#[tokio::test(start_paused = true)]
async fn a_hang_up_in_mid_speech_leaves_what_was_heard() {
    let mut stage = stage();
    let (feed, mut spoken) = speak(&mut stage).await;
    feed.unbounded_send(Ok(chunk(700))).unwrap();
    spoken.audio.next().await.unwrap().unwrap();
    drop(spoken);
    let row = stage.row().await;
    assert_eq!((row.outcome, row.audio_ms), (Outcome::HungUp, 700));
    assert!(feed.is_closed(), "the backend's stream must be dropped");
}

#[tokio::test(start_paused = true)]
async fn a_hang_up_before_any_audio_leaves_a_row() {
    let mut stage = stage();
    stage.backend.allow(1);
    let call = tokio::spawn(speaking(&stage.meter));
    let ((_, tab), _unanswered) = stage.backend.next_request().await.unwrap();
    tab.choose(&voice(), "m");
    call.abort();
    let _ = call.await;
    let row = stage.row().await;
    assert_eq!((row.outcome, row.audio_ms, row.first_audio_ms), (Outcome::HungUp, 0, None));
    assert_eq!(row.voice.as_deref(), Some("anna"), "somebody was asked");
}

#[tokio::test(start_paused = true)]
async fn failures_before_and_after_the_first_audio_leave_their_code() {
    let mut first = stage();
    first.backend.allow(1);
    let call = speaking(&first.meter);
    let (result, ()) = tokio::join!(call, async {
        let ((_, tab), respond) = first.backend.next_request().await.unwrap();
        tab.choose(&voice(), "m");
        respond.send_error(SpeechError::new(ErrorKind::Overloaded, "busy"));
    });
    assert_eq!(result.err().map(|error| error.kind()), Some(ErrorKind::Overloaded));
    let row = first.row().await;
    assert_eq!((row.outcome, row.voice.as_deref()), (Outcome::Failed(ErrorKind::Overloaded), Some("anna")));

    let mut second = stage();
    let (feed, mut spoken) = speak(&mut second).await;
    feed.unbounded_send(Ok(chunk(10))).unwrap();
    feed.unbounded_send(Err(SpeechError::new(ErrorKind::BackendFailed, "broken"))).unwrap();
    assert!(spoken.audio.next().await.unwrap().is_ok());
    assert!(spoken.audio.next().await.unwrap().is_err());
    assert!(spoken.audio.next().await.is_none());
    let row = second.row().await;
    assert_eq!((row.outcome, row.audio_ms), (Outcome::Failed(ErrorKind::BackendFailed), 10));
}

#[tokio::test(start_paused = true)]
async fn what_a_backend_is_to_blame_for_is_not_the_clients_to_pay() {
    let mut stage = stage();
    let (feed, mut spoken) = speak(&mut stage).await;
    feed.unbounded_send(Ok(chunk(10))).unwrap();
    let gone = SpeechError::new(ErrorKind::UnknownVoice, "gone").blaming(speech::Origin::Backend);
    feed.unbounded_send(Err(gone)).unwrap();
    assert!(spoken.audio.next().await.unwrap().is_ok());
    let told = spoken.audio.next().await.unwrap().unwrap_err();
    assert_eq!(told.kind(), ErrorKind::UnknownVoice, "the client is told what it is");
    assert_eq!(stage.row().await.outcome, Outcome::Failed(ErrorKind::BackendFailed));
}

#[tokio::test(start_paused = true)]
async fn a_defect_of_ours_is_not_called_a_hang_up() {
    let mut stage = stage();
    let (feed, mut spoken) = speak(&mut stage).await;
    spoken.audio = metered_panic(spoken.audio);
    drop(feed);
    let speaking = tokio::spawn(async move { spoken.audio.next().await.is_some() });
    assert!(speaking.await.unwrap_err().is_panic());
    assert_eq!(stage.row().await.outcome, Outcome::Failed(ErrorKind::Internal));
}

/// Panics at the first poll, as a decoder with a bug might, and takes `audio` with it.
fn metered_panic(audio: AudioStream) -> AudioStream {
    stream::once(async move {
        let _held = audio;
        panic!("a defect")
    })
    .boxed()
}

#[tokio::test(start_paused = true)]
async fn a_refused_request_leaves_a_row_too() {
    let stage = stage();
    let kind = ErrorKind::InvalidText;
    let refusal = Refusal {
        id: "r1".into(),
        payer: Payer { client: "local".into(), key: None },
        door: Door::OpenAi,
        kind,
    };
    stage.books.refused(refusal).await;
    let row = stage.row().await;
    assert_eq!((row.outcome, row.characters, row.backend), (Outcome::Failed(kind), None, None));
}

#[tokio::test]
async fn what_waits_has_a_row_of_its_own_until_its_turn_comes() {
    let Stage { rows, books, .. } = stage();
    let waiting = |id: &str| Waiting::new(books.open_on(&Terms::new(id, "local".into(), Door::Cli), Some(6)));
    drop(waiting("leaves"));
    break_off(waiting("refused"), ErrorKind::BackendFailed);
    waiting("spoken").over();
    books.settled().await;
    let mut outcomes: Vec<_> = rows.rows().into_iter().map(|row| (row.id, row.outcome)).collect();
    outcomes.sort_by(|(one, _), (other, _)| one.cmp(other));
    let expected = [("leaves", Outcome::HungUp), ("refused", Outcome::Failed(ErrorKind::BackendFailed))];
    assert_eq!(outcomes, expected.map(|(id, outcome)| (id.to_owned(), outcome)));
}
