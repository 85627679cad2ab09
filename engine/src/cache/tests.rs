#[path = "tests/kept.rs"]
mod kept;
#[path = "tests/remote.rs"]
mod remote;

use std::collections::BTreeMap;

use billing::{Outcome, Rates};
use futures::channel::mpsc;
use futures::future::join_all;
use futures::{FutureExt as _, StreamExt as _};
use speech::{
    AudioChunk, AudioStream, Backend, Codec, Door, Lexicon, Lexicons, Model, PcmChunk, PcmStream, Receipt,
    SampleRate, Sound, SpeechRequest, SpeechText, Speed, Still, Terms, Utterance, Voice,
};
use testing::MemoryLedger;
use tokio::sync::Notify;
use tokio::task::yield_now;
use tower::service_fn;

use super::*;
use crate::route::tests::call;
use crate::tab::tests::{CARD, books};
use crate::tab::{self, Claim};
use crate::{Catalogue, Engine, Parts, Spoken, Tariff};

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

type Feed = mpsc::UnboundedSender<Result<PcmChunk, SpeechError>>;

/// Says what a test feeds it, a stream for each call.
struct Singer {
    name: &'static str,
    calls: Arc<Mutex<Vec<Feed>>>,
}

impl Backend for Singer {
    fn name(&self) -> &str {
        self.name
    }
    fn models(&self) -> Arc<[Model]> {
        Arc::new([Model {
            id: "m".into(),
            name: "m".into(),
            most_characters: None,
            languages: Vec::new(),
            deprecated_after: None,
        }])
    }
    fn voices(&self) -> Arc<[Voice]> {
        Arc::new([Voice::named(self.name, "anna")])
    }
    fn voice(&self, name: &str) -> Result<Voice, SpeechError> {
        Ok(Voice::named(self.name, name))
    }
    fn leaves_out(&self, _: &Utterance) -> Vec<String> {
        Vec::new()
    }
    fn speak(&self, _: Utterance, receipt: Receipt) -> BoxFuture<Result<Sound, SpeechError>> {
        let (feed, chunks) = mpsc::unbounded();
        locked(&self.calls).push(feed);
        receipt.take();
        let sound = PcmStream { sample_rate: SampleRate::new(1000).unwrap(), chunks: chunks.boxed() };
        Box::pin(async { Ok(sound.into()) })
    }
}

struct Stage {
    engine: Engine,
    ledger: Arc<MemoryLedger>,
    calls: Arc<Mutex<Vec<Feed>>>,
}

fn in_memory() -> CacheSettings {
    CacheSettings { memory_bytes: 1 << 20, ..CacheSettings::default() }
}

fn stage(settings: &CacheSettings) -> Stage {
    stage_with(settings, MemoryLedger::default())
}

fn stage_with(settings: &CacheSettings, ledger: MemoryLedger) -> Stage {
    let (ledger, calls) = (Arc::new(ledger), Arc::default());
    let singer = |name| Arc::new(Singer { name, calls: Arc::clone(&calls) }) as Arc<dyn Backend>;
    let clock = Arc::new(Noon);
    let kinds = [("one".to_owned(), "test".to_owned())].into();
    let engine = Engine::new(Parts {
        routing: crate::Defaults::default(),
        catalogue: Catalogue::new(
            ["one", "heard", "free", "unpriced"].map(singer).into(),
            BTreeMap::new(),
            BTreeMap::new(),
            clock.clone(),
        ),
        ledger: ledger.clone(),
        tariff: Tariff::new(Rates::read([CARD, FREE, UNPRICED]).unwrap(), kinds),
        lexicons: Arc::new(NoWords),
        mouth: Arc::new(Still),
        cache: Cache::open(settings, clock.clone()).unwrap(),
        clock,
    });
    Stage { engine, ledger, calls }
}

/// A card by which only calls cost anything.
const FREE: &str = r#"
    [[rate]]
    backend = "free"
    models = ["*"]
    from = '1970-01-01'
    usd_per_million_characters = "0.015"
    usd_per_cache_hit = "0"
    usd_per_joined = "0"
"#;

/// A card that says nothing of what no call was made for.
const UNPRICED: &str = r#"
    [[rate]]
    backend = "unpriced"
    models = ["*"]
    from = '1970-01-01'
    usd_per_million_characters = "0.015"
"#;

fn request(id: impl ToString, voice: &str) -> SpeechRequest {
    let terms = Terms { format: Codec::Pcm.into(), ..Terms::new(id.to_string(), "ann".into(), Door::Cli) };
    SpeechRequest { text: SpeechText::new("Hello.", None).unwrap(), voice: voice.into(), terms }
}

fn samples(count: usize, value: f32) -> Result<PcmChunk, SpeechError> {
    Ok(PcmChunk { samples: vec![value; count], words: Vec::new() })
}

impl Stage {
    fn ask(&self, id: &str) -> impl Future<Output = Result<Spoken, SpeechError>> + Send + 'static {
        self.ask_of(request(id, "one:anna"))
    }

    fn ask_of(
        &self,
        request: SpeechRequest,
    ) -> impl Future<Output = Result<Spoken, SpeechError>> + Send + 'static {
        let engine = self.engine.clone();
        async move { engine.speak(request).await }
    }

    /// The call of that number, once it is made.
    async fn call(&self, number: usize) -> Feed {
        loop {
            if let Some(feed) = locked(&self.calls).get(number) {
                return feed.clone();
            }
            yield_now().await;
        }
    }

    fn hang_up_on_calls(&self) {
        locked(&self.calls).iter().for_each(Feed::close_channel);
    }

    fn called(&self) -> usize {
        locked(&self.calls).len()
    }

    /// Says it all at once, as the call of that number.
    async fn say(&self, id: &str, number: usize) -> (CacheUse, Vec<u8>) {
        self.say_to(request(id, "one:anna"), number).await
    }

    async fn say_to(&self, request: SpeechRequest, number: usize) -> (CacheUse, Vec<u8>) {
        let (spoken, ()) = tokio::join!(self.ask_of(request), async {
            let feed = self.call(number).await;
            feed.unbounded_send(samples(300, 0.5)).unwrap();
            feed.close_channel();
        });
        heard(spoken).await
    }

    /// Says it all at once, as that call and every later one, once it is made.
    async fn speak_on(&self, mut number: usize) -> std::convert::Infallible {
        loop {
            let feed = self.call(number).await;
            feed.unbounded_send(samples(300, 0.5)).unwrap();
            feed.close_channel();
            number += 1;
        }
    }

    /// By request: how it ended, whether the cache gave it, what it is charged, and what its calls cost.
    async fn settled(&self) -> BTreeMap<String, (Outcome, bool, i64, Vec<i64>)> {
        self.engine.settled().await;
        assert!(self.ledger.holds().is_empty(), "whatever was set aside is free again");
        let settled = self.ledger.settlements().into_iter().map(|settled| {
            let costs = settled.attempts.iter().map(|attempt| attempt.cost.get()).collect();
            let row = settled.row;
            (row.id, (row.outcome, row.cache_hit, settled.charge.nanos.get(), costs))
        });
        settled.collect()
    }
}

async fn heard(spoken: Result<Spoken, SpeechError>) -> (CacheUse, Vec<u8>) {
    let mut spoken = spoken.unwrap();
    (spoken.cache.unwrap(), rest(&mut spoken.audio).await)
}

async fn rest(audio: &mut AudioStream) -> Vec<u8> {
    let chunks: Vec<_> = audio.map(Result::unwrap).collect().await;
    assert!(chunks.last().is_some_and(|chunk| chunk.last));
    chunks.concat_bytes()
}

trait ConcatBytes {
    fn concat_bytes(&self) -> Vec<u8>;
}

impl ConcatBytes for Vec<AudioChunk> {
    fn concat_bytes(&self) -> Vec<u8> {
        self.iter().flat_map(|chunk| chunk.bytes.to_vec()).collect()
    }
}

const DONE: Outcome = Outcome::Completed;

#[tokio::test]
async fn a_hundred_at_once_are_spoken_once_and_all_hear_it() {
    let stage = stage(&in_memory());
    let asking = (0..100).map(|id| {
        let asking = stage.ask_of(request(id, "one:anna"));
        async move { heard(asking.await).await }
    });
    let (all, ()) = tokio::join!(join_all(asking), async {
        let feed = stage.call(0).await;
        for value in [0.1, 0.2, 0.3] {
            feed.unbounded_send(samples(500, value)).unwrap();
            yield_now().await;
        }
        feed.close_channel();
    });
    assert_eq!(stage.called(), 1);
    assert_eq!(all[0].1.len(), 3000);
    assert!(all.iter().all(|(_, bytes)| *bytes == all[0].1));
    let uses = |wanted| all.iter().filter(|(used, _)| *used == wanted).count();
    assert_eq!((uses(CacheUse::Miss), uses(CacheUse::Joined)), (1, 99));

    let (used, bytes) = heard(stage.ask("again").await).await;
    assert_eq!((used, bytes, stage.called()), (CacheUse::Hit, all[0].1.clone(), 1));

    let settled = stage.settled().await;
    let many =
        |wanted: (Outcome, bool, i64, Vec<i64>)| settled.values().filter(|one| **one == wanted).count();
    assert_eq!(settled.len(), 101);
    assert_eq!(many((DONE, false, 90, vec![90])), 1, "who leads pays for the call");
    assert_eq!(many((DONE, true, 2, vec![])), 99, "who joins pays for that");
    assert_eq!(settled["again"], (DONE, true, 3, vec![]));
    assert!(stage.ledger.rows().iter().all(|row| row.audio_ms == 1500));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn listeners_on_several_threads_who_come_and_go_all_hear_the_same() {
    for round in 0..20 {
        let stage = stage(&in_memory());
        let (leader, feed) = tokio::join!(stage.ask("leader"), async {
            let feed = stage.call(0).await;
            feed.unbounded_send(samples(50, 0.5)).unwrap();
            feed
        });
        let (leader, stays) = (leader.unwrap(), stage.ask("stays").await.unwrap());
        let listening = |spoken: Spoken, few: Option<usize>| {
            tokio::spawn(async move {
                let mut spoken = spoken;
                let Some(few) = few else { return Some(rest(&mut spoken.audio).await) };
                spoken.audio.by_ref().take(few).for_each(|_| async {}).await;
                None
            })
        };
        let others = (0..40).map(|id| {
            let asking = stage.ask_of(request(id, "one:anna"));
            tokio::spawn(async move {
                listening(asking.await.unwrap(), (id % 3 == 0).then_some(id)).await.unwrap()
            })
        });
        let others: Vec<_> = others.collect();
        let first = [listening(leader, Some(round)), listening(stays, None)];
        for number in 0..100 {
            feed.unbounded_send(samples(50, number as f32 / 100.0)).unwrap();
            yield_now().await;
        }
        feed.close_channel();
        let heard = join_all(first.into_iter().chain(others)).await;
        let heard: Vec<Vec<u8>> = heard.into_iter().filter_map(Result::unwrap).collect();
        assert_eq!(heard.len(), 27);
        assert!(heard.iter().all(|bytes| bytes.len() == 10_100 && *bytes == heard[0]));
        assert_eq!(stage.called(), 1);
        let settled = stage.settled().await;
        assert_eq!(settled["leader"], (Outcome::HungUp, false, 90, vec![90]));
        assert_eq!(settled.values().filter(|row| row.3.is_empty()).count(), 41);
    }
}

#[tokio::test]
async fn each_hears_it_as_it_is_spoken_from_the_beginning_and_at_its_own_pace() {
    let stage = stage(&in_memory());
    let (leader, feed) = tokio::join!(stage.ask("1"), async {
        let feed = stage.call(0).await;
        feed.unbounded_send(samples(100, 0.1)).unwrap();
        feed
    });
    let mut leader = leader.unwrap();
    assert_eq!(leader.audio.next().await.unwrap().unwrap().bytes.len(), 200);
    assert!(leader.audio.next().now_or_never().is_none());

    let mut second = stage.ask("2").await.unwrap();
    assert_eq!(second.cache, Some(CacheUse::Joined));
    assert_eq!(second.audio.next().await.unwrap().unwrap().bytes.len(), 200);
    feed.unbounded_send(samples(100, 0.2)).unwrap();
    assert_eq!(leader.audio.next().await.unwrap().unwrap().bytes.len(), 200);
    let mut third = stage.ask("3").await.unwrap();
    feed.unbounded_send(samples(100, 0.3)).unwrap();
    feed.close_channel();
    let (leader, second, third) =
        (rest(&mut leader.audio).await, rest(&mut second.audio).await, rest(&mut third.audio).await);
    assert_eq!((leader.len(), second.len(), third.len()), (200, 400, 600));
    assert!(third.ends_with(&second) && second.ends_with(&leader));
}

#[tokio::test]
async fn it_goes_on_as_long_as_anybody_listens_and_its_leader_pays_for_all_that_it_came_to() {
    let stage = stage(&in_memory());
    let (leader, feed) = tokio::join!(stage.ask_of(request("led", "heard:anna")), async {
        let feed = stage.call(0).await;
        feed.unbounded_send(samples(1000, 0.1)).unwrap();
        feed
    });
    let mut joined = stage.ask_of(request("joined", "heard:anna")).await.unwrap();
    drop(leader);
    yield_now().await;
    assert!(stage.ledger.settlements().is_empty(), "nobody knows yet how much more comes");
    feed.unbounded_send(samples(2000, 0.2)).unwrap();
    feed.close_channel();
    assert_eq!(rest(&mut joined.audio).await.len(), 6000);
    let again = stage.ask_of(request("again", "heard:anna")).await;
    assert_eq!(heard(again).await.0, CacheUse::Hit);
    let settled = stage.settled().await;
    let second = 1_000_000_000;
    assert_eq!(settled["led"], (Outcome::HungUp, false, 3 * second, vec![3 * second]));
    assert_eq!(settled["joined"], (DONE, true, 2, vec![]));
    assert_eq!(stage.called(), 1);
}

#[tokio::test]
async fn who_led_may_be_gone_before_the_first_audio() {
    let stage = stage(&in_memory());
    let (mut first, mut second) = (Box::pin(stage.ask("1")), Box::pin(stage.ask("2")));
    // Both are aboard, and nobody has asked the backend for a sound.
    while stage.called() == 0 {
        assert!(first.as_mut().now_or_never().is_none());
        assert!(second.as_mut().now_or_never().is_none());
        yield_now().await;
    }
    drop(first);
    let (second, ()) = tokio::join!(second, async {
        let feed = stage.call(0).await;
        feed.unbounded_send(samples(100, 0.1)).unwrap();
        feed.close_channel();
    });
    let (used, bytes) = heard(second).await;
    assert_eq!((used, bytes.len()), (CacheUse::Joined, 200));
    let settled = stage.settled().await;
    assert_eq!(settled["1"], (Outcome::HungUp, false, 90, vec![90]));
    assert_eq!(settled["2"], (DONE, true, 2, vec![]));
}

#[tokio::test]
async fn when_the_last_hangs_up_the_backend_sees_it_and_nothing_is_kept() {
    let stage = stage(&in_memory());
    let (leader, feed) = tokio::join!(stage.ask("1"), async {
        let feed = stage.call(0).await;
        feed.unbounded_send(samples(100, 0.1)).unwrap();
        feed
    });
    let joined = stage.ask("2").await.unwrap();
    drop(leader);
    assert!(!feed.is_closed());
    drop(joined);
    assert!(feed.is_closed());
    assert_eq!(stage.say("3", 1).await.0, CacheUse::Miss);
    let settled = stage.settled().await;
    assert_eq!(settled["1"].0, Outcome::HungUp);
    assert_eq!(settled["2"], (Outcome::HungUp, true, 2, vec![]));
}

#[tokio::test]
async fn an_error_before_the_first_audio_reaches_each_as_its_own() {
    let stage = stage(&in_memory());
    let (first, second, ()) = tokio::join!(stage.ask("1"), stage.ask("2"), async {
        let error = SpeechError::new(ErrorKind::BackendFailed, "Later.").about("voice");
        stage.call(0).await.unbounded_send(Err(error)).unwrap();
    });
    for error in [first.err().unwrap(), second.err().unwrap()] {
        assert_eq!((error.kind(), error.message()), (ErrorKind::BackendFailed, "Later."));
        assert_eq!(error.param(), Some("voice"));
    }
    assert_eq!(stage.say("3", 1).await.0, CacheUse::Miss);
    let settled = stage.settled().await;
    assert_eq!(settled["1"], (Outcome::Failed(ErrorKind::BackendFailed), false, 0, vec![90]));
    assert_eq!(settled["2"], (Outcome::Failed(ErrorKind::BackendFailed), false, 0, vec![]));
}

#[tokio::test]
async fn an_error_in_mid_speech_ends_all_in_an_error_and_nothing_is_kept() {
    let stage = stage(&in_memory());
    let (first, second, ()) = tokio::join!(stage.ask("1"), stage.ask("2"), async {
        let feed = stage.call(0).await;
        feed.unbounded_send(samples(100, 0.1)).unwrap();
        feed.unbounded_send(Err(SpeechError::new(ErrorKind::BackendFailed, "Broken."))).unwrap();
    });
    for spoken in [first, second] {
        let chunks: Vec<_> =
            spoken.unwrap().audio.map(|chunk| chunk.map_err(|error| error.kind())).collect().await;
        assert_eq!(chunks.len(), 2);
        assert_eq!(chunks[1], Err(ErrorKind::BackendFailed));
    }
    assert_eq!(stage.say("3", 1).await.0, CacheUse::Miss);
    let settled = stage.settled().await;
    assert_eq!(settled["1"], (Outcome::Failed(ErrorKind::BackendFailed), false, 0, vec![90]));
    assert_eq!(settled["2"], (Outcome::Failed(ErrorKind::BackendFailed), true, 0, vec![]), "it owes nothing");
}

#[tokio::test]
async fn who_bypasses_it_neither_reads_nor_joins_nor_leaves_anything() {
    let stage = stage(&in_memory());
    let bypassing = |id| {
        let mut request = request(id, "one:anna");
        request.terms.routing.bypasses_cache = true;
        stage.ask_of(request)
    };
    for number in 0..2 {
        let (spoken, ()) = tokio::join!(bypassing(number), async {
            let feed = stage.call(number).await;
            feed.unbounded_send(samples(100, 0.1)).unwrap();
        });
        let spoken = spoken.unwrap();
        assert_eq!(spoken.cache, Some(CacheUse::Bypass));
        // While it is spoken, the next does not join.
        std::mem::forget(spoken);
    }
    stage.hang_up_on_calls();
    assert_eq!(stage.say("3", 2).await.0, CacheUse::Miss);
    let (spoken, ()) = tokio::join!(bypassing(4), async {
        stage.call(3).await.unbounded_send(samples(100, 0.1)).unwrap();
    });
    assert_eq!(spoken.unwrap().cache, Some(CacheUse::Bypass));
}

/// What a layer below says to its first call, and to the others.
fn cached<F, R>(
    below: F,
) -> Cached<impl Service<Call, Response = Encoded, Error = SpeechError, Future = R> + Clone + Send + 'static>
where
    F: FnMut(Call) -> R + Clone + Send + 'static,
    R: Future<Output = Result<Encoded, SpeechError>> + Send + 'static,
{
    Cached::new(service_fn(below), Cache::open(&in_memory(), Arc::new(Noon)).unwrap())
}

fn encoded() -> Encoded {
    let last = AudioChunk { bytes: vec![1].into(), samples: 1, last: true, words: Vec::new() };
    let audio = futures::stream::iter([Ok(last)]).boxed();
    Encoded { sample_rate: SampleRate::MIN, audio, cache: None }
}

#[tokio::test]
async fn a_budget_without_room_is_its_leader_s_alone() {
    let (asked, decide) = (Arc::new(Mutex::new(0)), Arc::new(Notify::new()));
    let below = {
        let (asked, decide) = (Arc::clone(&asked), Arc::clone(&decide));
        move |_| {
            let number = std::mem::replace(&mut *locked(&asked), 1);
            let decide = Arc::clone(&decide);
            async move {
                if number == 0 {
                    decide.notified().await;
                    return Err(SpeechError::new(ErrorKind::BudgetExceeded, "No room."));
                }
                Ok(encoded())
            }
        }
    };
    let layer = cached(below);
    let (first, second, ()) =
        tokio::join!(layer.clone().oneshot(call()), layer.clone().oneshot(call()), async {
            yield_now().await;
            decide.notify_one();
        });
    assert_eq!(first.err().unwrap().kind(), ErrorKind::BudgetExceeded);
    assert_eq!(second.unwrap().cache, Some(CacheUse::Miss), "it leads by itself");
}

#[tokio::test]
async fn a_call_that_is_made_after_its_leader_has_gone_is_on_its_bill() {
    let ledger = Arc::new(MemoryLedger::default());
    let (books, begin) = (books(ledger.clone()), Arc::new(Notify::new()));
    let below = {
        let begin = Arc::clone(&begin);
        move |call: Call| {
            let begin = Arc::clone(&begin);
            async move {
                begin.notified().await;
                let claim = Claim::of(call.tab.rate("one", "m")?, "Hello.", Speed::NORMAL);
                let attempt = call.tab.begin(tab::Call::new("one", "m", claim, true)).await?;
                attempt.receipt().take();
                attempt.answered();
                Ok(encoded())
            }
        }
    };
    let layer = cached(below);
    let row = |id| books.open_on(&Terms::new(id, "ann".into(), Door::Cli), Some(6));
    let (led, joined) = (row("led"), row("joined"));
    let mut leader = Box::pin(layer.clone().oneshot(Call { tab: led.tab(), ..call() }));
    assert!(leader.as_mut().now_or_never().is_none());
    let mut joining = Box::pin(layer.oneshot(Call { tab: joined.tab(), ..call() }));
    assert!(joining.as_mut().now_or_never().is_none());
    drop((leader, led));
    yield_now().await;
    assert!(ledger.settlements().is_empty());
    begin.notify_one();
    let mut spoken = joining.await.unwrap();
    rest(&mut spoken.audio).await;
    drop(joined);
    books.settled().await;
    let costs = |id: &str| {
        let settled = ledger.settlements().into_iter().find(|settled| settled.row.id == id).unwrap();
        (settled.charge.nanos.get(), settled.vendor_cost().get())
    };
    assert_eq!((costs("led"), costs("joined")), ((90, 90), (2, 0)));
}

#[tokio::test]
async fn a_panic_below_leaves_nobody_waiting() {
    let fall = Arc::new(Notify::new());
    let below = {
        let fall = Arc::clone(&fall);
        move |_| {
            let fall = Arc::clone(&fall);
            async move {
                fall.notified().await;
                panic!("a defect")
            }
        }
    };
    let layer = cached(below);
    let leader = tokio::spawn(layer.clone().oneshot(call()));
    yield_now().await;
    let joined = tokio::spawn(layer.clone().oneshot(call()));
    yield_now().await;
    fall.notify_one();
    let (leader, joined) = tokio::join!(leader, joined);
    // Whoever was asking falls; the other is told.
    assert!(leader.is_err() != joined.is_err());
    let told = [leader, joined].into_iter().find_map(Result::ok).unwrap();
    assert_eq!(told.err().unwrap().kind(), ErrorKind::Internal);
}
