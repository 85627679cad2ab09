//! Whom requests are spoken by, and what becomes of them when a backend fails.

mod actor;
mod vendors_own;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::{Catalogue, Defaults, Engine, Parts, Reason, Spoken, Tariff};
use billing::{Nanos, Rates};
use catalog::Labels;
use futures::stream::{self, StreamExt as _};
use speech::{
    Backend, BoxFuture, Clock, Codec, Door, ErrorKind, Fallback, Gender, Lexicon, Lexicons, Policy, Routing,
    SpeechError, SpeechRequest, SpeechText, Still, Terms, VoiceId,
};
use testing::MemoryLedger;
use tokio::time::Instant;

pub(crate) use self::actor::{Actor, Deed};

/// A dear vendor, a cheap one, and one in this process.
const CARD: &str = r#"
    [[rate]]
    backend = "dear"
    models = ["*"]
    from = '1970-01-01'
    usd_per_million_characters = "100"
    usd_per_cache_hit = "0"
    usd_per_joined = "0"
    [[rate]]
    backend = "cheap"
    models = ["*"]
    from = '1970-01-01'
    usd_per_million_characters = "10"
    [[rate]]
    backend = "own"
    models = ["*"]
    from = '1970-01-01'
    usd_per_million_characters = "0"
"#;

#[derive(Debug)]
pub(crate) struct Noon;

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

pub(crate) struct House {
    pub(crate) engine: Engine,
    pub(crate) ledger: Arc<MemoryLedger>,
}

fn house(actors: &[&Arc<Actor>]) -> House {
    house_with(actors, MemoryLedger::default(), |_| {})
}

/// One that is fitted out otherwise.
pub(crate) fn house_with(
    actors: &[&Arc<Actor>],
    ledger: MemoryLedger,
    fit_out: impl FnOnce(&mut Parts),
) -> House {
    let backends = actors.iter().map(|actor| Arc::clone(actor) as Arc<dyn Backend>).collect();
    let kinds = actors.iter().map(|actor| (actor.name.to_owned(), actor.kind.to_owned())).collect();
    let tariff = Tariff::new(Rates::read([CARD]).unwrap(), kinds);
    let catalogue = Catalogue::new(backends, BTreeMap::new(), BTreeMap::new(), Arc::new(Noon));
    let ledger = Arc::new(ledger);
    let mut parts = Parts {
        catalogue: catalogue.described(Labels::builtin().unwrap(), tariff.clone()),
        ledger: ledger.clone(),
        tariff,
        lexicons: Arc::new(NoWords),
        mouth: Arc::new(Still),
        cache: crate::Cache::default(),
        routing: Defaults::default(),
        clock: Arc::new(Noon),
    };
    fit_out(&mut parts);
    House { engine: Engine::new(parts), ledger }
}

impl House {
    pub(crate) async fn ask(
        &self,
        id: &str,
        voice: &str,
        text: &str,
        routing: Routing,
    ) -> Result<Spoken, SpeechError> {
        let terms = Terms { format: Codec::Pcm.into(), routing, ..Terms::new(id, "local".into(), Door::Cli) };
        let text = SpeechText::new(text, None).unwrap();
        self.engine.speak(SpeechRequest { text, voice: voice.into(), terms }).await
    }

    pub(crate) async fn explained(
        &self,
        voice: &str,
        routing: Routing,
    ) -> (Vec<String>, Vec<(String, &'static str)>) {
        let terms = Terms { routing, ..Terms::new("r", "local".into(), Door::Cli) };
        let explanation = self.engine.explain(&terms, voice, "Hello there.").unwrap();
        (
            explanation.candidates.iter().map(|candidate| candidate.voice.to_string()).collect(),
            explanation
                .rejected
                .iter()
                .map(|rejected| (rejected.voice.to_string(), rejected.filter))
                .collect(),
        )
    }
}

/// Samples until the end, or the error.
pub(crate) async fn listen(spoken: Spoken) -> Result<Vec<i16>, SpeechError> {
    let mut audio = spoken.audio;
    let mut bytes = Vec::new();
    while let Some(chunk) = audio.next().await {
        bytes.extend(chunk?.bytes);
    }
    Ok(bytes.chunks_exact(2).map(|two| i16::from_le_bytes([two[0], two[1]])).collect())
}

pub(crate) fn by(policy: Policy) -> Routing {
    Routing { policy: Some(policy), ..Routing::default() }
}

pub(crate) fn falling(fallback: Fallback) -> Routing {
    Routing { fallback: Some(fallback), policy: Some(Policy::Equivalent), ..Routing::default() }
}

pub(crate) fn three() -> (Arc<Actor>, Arc<Actor>, Arc<Actor>) {
    use Gender::{Female, Male};
    (
        Arc::new(Actor::new("dear", "dear", &[("anna", Female), ("bert", Male)])),
        Arc::new(Actor::new("cheap", "cheap", &[("carl", Male), ("cleo", Female)])),
        Arc::new(Actor::new("own", "own", &[("dora", Female)])),
    )
}

#[tokio::test(start_paused = true)]
async fn what_a_voice_at_rest_has_said_before_is_given_all_the_same() {
    let (dear, cheap, _) = three();
    let settings = crate::CacheSettings { memory_bytes: 1 << 20, ..Default::default() };
    let house = house_with(&[&dear, &cheap], MemoryLedger::default(), |parts| {
        parts.cache = crate::Cache::open(&settings, Arc::new(Noon)).unwrap();
    });
    let ask = async |text: &str| {
        let mut spoken = house.ask(text, "anna", text, falling(Fallback::BeforeAudio)).await.unwrap();
        let audio = std::mem::replace(&mut spoken.audio, stream::empty().boxed());
        audio.for_each(async |chunk| drop(chunk.unwrap())).await;
        spoken
    };
    ask("Hello.").await;
    dear.will([Deed::Refuses(ErrorKind::BackendFailed); 5]);
    for text in ["1", "2", "3", "4", "5", "6"] {
        assert_eq!(ask(text).await.voice.id.backend, "cheap");
    }
    let called = (dear.said().len(), cheap.said().len());
    let again = ask("Hello.").await;
    assert_eq!((again.voice.id.backend.as_str(), again.reason), ("dear", Reason::Exact));
    assert_eq!(again.cache, Some(crate::CacheUse::Hit));
    assert_eq!((dear.said().len(), cheap.said().len()), called, "nobody is called");
}

#[tokio::test(start_paused = true)]
async fn a_voice_by_its_id_is_that_voice_and_a_bare_name_fails_over_to_one_that_is_near_it() {
    let (dear, cheap, own) = three();
    let house = house(&[&dear, &cheap, &own]);
    dear.will([Deed::Refuses(ErrorKind::BackendFailed), Deed::Refuses(ErrorKind::BackendFailed)]);
    let error = house.ask("r1", "dear:anna", "Hello.", Routing::default()).await.err().unwrap();
    assert_eq!(error.kind(), ErrorKind::BackendFailed);

    let spoken = house.ask("r2", "anna", "Hello.", Routing::default()).await.unwrap();
    assert_eq!(spoken.voice.gender, Some(Gender::Female));
    assert_ne!(spoken.voice.id.backend, "dear");
    assert_eq!((spoken.reason, spoken.requested_voice.as_str()), (Reason::Fallback, "anna"));
    let anna = VoiceId { backend: "dear".into(), voice: "anna".into() };
    assert_eq!(spoken.tried, [(anna, ErrorKind::BackendFailed)]);
    assert_eq!(listen(spoken).await.unwrap().len(), 6 * 800);
}

#[tokio::test(start_paused = true)]
async fn what_is_the_clients_fault_is_nobody_elses_and_a_bad_key_at_the_vendor_is() {
    let (dear, cheap, own) = three();
    let house = house(&[&dear, &cheap, &own]);
    dear.will([Deed::Refuses(ErrorKind::InvalidText), Deed::Refuses(ErrorKind::QuotaExceeded)]);
    let error = house.ask("r1", "anna", "Hello.", Routing::default()).await.err().unwrap();
    assert_eq!(error.kind(), ErrorKind::InvalidText);
    assert!(cheap.said().is_empty() && own.said().is_empty());
    assert!(house.ask("r2", "anna", "Hello.", Routing::default()).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn the_client_pays_once_for_what_it_hears_and_we_for_what_failed() {
    let (dear, cheap, own) = three();
    let house = house(&[&dear, &cheap, &own]);
    // Taken, and so charged by its vendor, but never heard.
    dear.will([Deed::BreaksOff]);
    let routing = by(Policy::Equivalent);
    let spoken = house.ask("r1", "dear:bert", "0123456789", routing).await.unwrap();
    assert_eq!(spoken.voice.id.to_string(), "cheap:carl");
    listen(spoken).await.unwrap();
    house.engine.settled().await;

    let settlements = house.ledger.settlements();
    let [settlement] = &settlements[..] else { panic!("{settlements:?}") };
    let costs: Vec<(&str, Nanos)> =
        settlement.attempts.iter().map(|attempt| (attempt.backend.as_str(), attempt.cost)).collect();
    assert_eq!(costs, [("dear", Nanos::new(1_000_000)), ("cheap", Nanos::new(100_000))]);
    assert_eq!(settlement.charge.nanos, Nanos::new(100_000));
    assert_eq!(settlement.row.voice.as_deref(), Some("carl"));
}

#[tokio::test(start_paused = true)]
async fn after_the_first_audio_nobody_else_speaks_unless_the_client_allows_it() {
    let (dear, cheap, own) = three();
    let house = house(&[&dear, &cheap, &own]);
    dear.will([Deed::BreaksOffInTheMiddle]);
    let spoken = house.ask("r1", "anna", "One. Two. Three.", falling(Fallback::BeforeAudio)).await.unwrap();
    assert!(listen(spoken).await.is_err());
    assert!(cheap.said().is_empty() && own.said().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_speech_that_is_resumed_repeats_no_sentence_and_leaves_none_out() {
    let (dear, cheap, own) = three();
    let house = house(&[&dear, &own]);
    drop(cheap);
    dear.will([Deed::Speaks, Deed::BreaksOffInTheMiddle]);
    let text = "The first one. The second one. The third one.";
    let spoken = house.ask("r1", "anna", text, falling(Fallback::Resume)).await.unwrap();
    assert_eq!((spoken.reason, spoken.voice.id.to_string().as_str()), (Reason::Exact, "dear:anna"));
    let tally = spoken.tally.clone();
    let heard = listen(spoken).await.unwrap().len();
    assert_eq!(dear.said(), ["The first one.", " The second one."]);
    assert_eq!(own.said(), [" The second one.", " The third one."]);
    // Every character once, and two rests of 180 ms.
    assert_eq!(heard, text.chars().count() * 800 + 2 * 1440);
    let dora = VoiceId { backend: "own".into(), voice: "dora".into() };
    assert_eq!(tally.switches(), [(14, dora)]);

    house.engine.settled().await;
    let settlement = house.ledger.settlements().remove(0);
    assert_eq!(
        settlement.charge.nanos,
        Nanos::new(14 * 100_000),
        "the sentence that was heard of the dear one"
    );
    assert_eq!(settlement.attempts.len(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_voice_that_goes_on_for_another_is_as_loud() {
    let (dear, _, own) = three();
    let own = Arc::new(Actor { level: 0.15, ..Arc::into_inner(own).unwrap() });
    let house = house(&[&dear, &own]);
    dear.will([Deed::Speaks, Deed::Refuses(ErrorKind::BackendFailed)]);
    let text = "The first sentence. The second sentence.";
    let heard =
        listen(house.ask("r1", "anna", text, falling(Fallback::Resume)).await.unwrap()).await.unwrap();
    let peak = |samples: &[i16]| f64::from(samples.iter().copied().max().unwrap());
    let (first, last) = (peak(&heard[..8000]), peak(&heard[heard.len() - 8000..]));
    assert!((last / first - 1.0).abs() < 0.05, "{first} {last}");
}

#[tokio::test(start_paused = true)]
async fn who_stalls_leaves_time_for_the_next() {
    for fallback in [Fallback::BeforeAudio, Fallback::Resume] {
        let (dear, cheap, own) = three();
        let house = house(&[&dear, &cheap, &own]);
        dear.will([Deed::Stalls]);
        let began = Instant::now();
        let spoken = house.ask("r1", "anna", "Hello.", falling(fallback)).await.unwrap();
        assert_eq!(spoken.tried[0].1, ErrorKind::DeadlineExceeded);
        assert_eq!(began.elapsed(), Duration::from_secs(30), "{fallback:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn each_policy_has_its_own_first() {
    let (dear, cheap, own) = three();
    let house = house(&[&dear, &cheap, &own]);
    let first = async |policy| house.explained("anna", by(policy)).await.0[0].clone();
    assert_eq!(first(Policy::Exact).await, "dear:anna");
    assert_eq!(first(Policy::Equivalent).await, "dear:anna");
    assert_eq!(first(Policy::Cheapest).await, "own:dora");
    assert_eq!(first(Policy::LocalFirst).await, "own:dora");
    assert_eq!(house.explained("anna", by(Policy::Exact)).await.0, ["dear:anna"]);

    let (candidates, rejected) = house.explained("anna", by(Policy::LocalOnly)).await;
    assert_eq!(candidates, ["own:dora"]);
    assert!(rejected.contains(&("dear:anna".into(), "local")), "{rejected:?}");
    let spoken = house.ask("r1", "anna", "Hello.", by(Policy::LocalOnly)).await.unwrap();
    assert_eq!(spoken.voice.id.to_string(), "own:dora");
    assert!(dear.said().is_empty() && cheap.said().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_policy_that_leaves_nobody_says_who_was_left_out_and_why() {
    let (dear, cheap, _) = three();
    let house = house(&[&dear, &cheap]);
    let error = house.ask("r1", "anna", "Hello.", by(Policy::LocalOnly)).await.err().unwrap();
    assert_eq!((error.kind(), error.param()), (ErrorKind::NoCandidate, Some("policy")));
    assert!(error.message().contains("dear:anna (local:"), "{error}");
    assert!(error.message().contains("cheap:cleo (local:"), "{error}");
    assert!(dear.said().is_empty() && cheap.said().is_empty());
}

#[tokio::test(start_paused = true)]
async fn backends_of_one_kind_share_their_voices() {
    let one = Arc::new(Actor::new("one", "dear", &[("anna", Gender::Female)]));
    let two = Arc::new(Actor::new("two", "dear", &[("anna", Gender::Female)]));
    let house = house(&[&one, &two]);
    one.will([Deed::Refuses(ErrorKind::BackendFailed)]);
    two.will([Deed::Refuses(ErrorKind::BackendFailed)]);
    // Exactly that voice; one of them fails first, whichever is asked, and the other speaks.
    let spoken = house.ask("r1", "one:anna", "Hello.", by(Policy::Exact)).await.err().unwrap();
    assert_eq!(spoken.kind(), ErrorKind::BackendFailed);
    let spoken = house.ask("r2", "anna", "Hello.", by(Policy::Exact)).await.unwrap();
    assert_eq!(spoken.voice.id.voice, "anna");
}

#[tokio::test(start_paused = true)]
async fn who_has_failed_again_and_again_is_asked_last() {
    let (dear, _, own) = three();
    let house = house(&[&dear, &own]);
    dear.will([Deed::Refuses(ErrorKind::BackendFailed); 40]);
    for number in 0..40 {
        let spoken = house.ask(&format!("r{number}"), "anna", "Hello.", Routing::default()).await.unwrap();
        assert_eq!((spoken.voice.id.backend.as_str(), spoken.reason), ("own", Reason::Fallback));
    }
    assert!(dear.said().len() < 20, "it was called {} times", dear.said().len());
}

#[tokio::test(start_paused = true)]
async fn a_voice_may_be_described() {
    let (dear, cheap, own) = three();
    let house = house(&[&dear, &cheap, &own]);
    let spoken = house.ask("r1", "?gender=male&backend=cheap", "Hello.", Routing::default()).await.unwrap();
    assert_eq!((spoken.voice.id.to_string().as_str(), spoken.reason), ("cheap:carl", Reason::Described));
    let error = house.ask("r2", "?gender=neutral", "Hello.", Routing::default()).await.err().unwrap();
    assert_eq!(error.kind(), ErrorKind::UnknownVoice);
}
