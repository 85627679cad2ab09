//! What it costs to decide who speaks: whom a request may be spoken by, and in which order they are asked.
//!
//! Five backends share the voices: four are a vendor's adapter, which nobody asks anything, and one is in this process. The
//! ways to ask take turns, and ask for a tenth of the voices again and again; some ask for what is new.

use std::cell::Cell;
use std::collections::{BTreeMap, HashMap};
use std::future::ready;
use std::sync::Arc;

use bench::Result;
use bench::ledger::{Forgetting, SystemClock};
use bench::statistics::quantile;
use bench::voices::voice;
use billing::Rates;
use catalog::Labels;
use clap::Parser;
use engine::{Cache, Catalogue, Defaults, Engine, Tariff};
use fastrand::Rng;
use outbound::{Deadlines, Outbound};
use speech::{
    Backend, BoxFuture, Door, ErrorKind, Lexicon, Lexicons, Model, Policy, Receipt, Routing, Sound,
    SpeechError, Still, Terms, Utterance, Voice,
};
use tokio::time::Instant;

/// Measures what it costs to decide who speaks.
#[derive(Parser)]
struct Arguments {
    /// How many voices there are.
    #[arg(long, default_value_t = 10_000, value_name = "N")]
    voices: usize,

    /// How often each thing is decided.
    #[arg(long, default_value_t = 5000, value_name = "N")]
    rounds: usize,
}

/// Rounds that come first and do not count.
const WARMING: usize = 1000;

/// The most that a decision may take, in microseconds.
const TARGET: f64 = 30.0;

const VENDORS: [&str; 4] = ["vendor-a", "vendor-b", "vendor-c", "vendor-d"];
const OWN: &str = "own";

/// 100 characters.
const TEXT: &str =
    "It takes some time to say a sentence of a hundred characters, and none at all to decide who says it.";

/// How a voice is asked for.
#[derive(Clone, Copy)]
enum Ask {
    Id,
    /// By one whose neighbours nobody has looked for before.
    IdAnew,
    Name,
    Alias,
    Described,
    /// By a description that nobody has asked for before.
    DescribedAnew,
}

const WAYS: [(&str, Ask, Option<Policy>); 14] = [
    ("a voice by its id", Ask::Id, None),
    ("a voice by its name alone", Ask::Name, None),
    ("an alias", Ask::Alias, None),
    ("a voice that is new", Ask::IdAnew, Some(Policy::Equivalent)),
    ("a description", Ask::Described, None),
    ("a description that is new", Ask::DescribedAnew, None),
    ("exact", Ask::Id, Some(Policy::Exact)),
    ("equivalent", Ask::Id, Some(Policy::Equivalent)),
    ("cheapest", Ask::Id, Some(Policy::Cheapest)),
    ("fastest", Ask::Id, Some(Policy::Fastest)),
    ("best", Ask::Id, Some(Policy::Best)),
    ("local-first", Ask::Id, Some(Policy::LocalFirst)),
    ("local-only", Ask::Id, Some(Policy::LocalOnly)),
    ("weighted", Ask::Id, Some(Policy::Weighted)),
];

fn main() -> Result<()> {
    let Arguments { voices, rounds } = Arguments::parse();
    let stage = Stage::new(voices)?;
    let mut random = Rng::with_seed(1);
    let mut seen: [Seen; WAYS.len()] = Default::default();
    for round in 0..WARMING + rounds {
        let mut order: Vec<usize> = (0..WAYS.len()).collect();
        random.shuffle(&mut order);
        for way in order {
            let (_, ask, policy) = WAYS[way];
            let name = stage.name(ask, &mut random);
            let decided = stage.decide(&format!("request-{round}"), &name, policy)?;
            if round >= WARMING {
                seen[way].add(decided);
            }
        }
    }
    println!("{voices} voices, five backends, {rounds} decisions each\n");
    println!("| asked for, or decided by | candidates | p50, µs | p99, µs | at most {TARGET} |");
    println!("|---|---|---|---|---|");
    for ((what, ..), seen) in WAYS.iter().zip(seen) {
        seen.report(what);
    }
    Ok(())
}

/// What was decided, and how long that took.
struct Decided {
    candidates: usize,
    microseconds: f64,
}

/// All that was decided in one way.
#[derive(Default)]
struct Seen {
    candidates: Vec<f64>,
    microseconds: Vec<f64>,
}

impl Seen {
    fn add(&mut self, Decided { candidates, microseconds }: Decided) {
        self.candidates.push(candidates as f64);
        self.microseconds.push(microseconds);
    }

    fn report(self, what: &str) {
        let candidates = quantile(self.candidates, 0.5);
        let p50 = quantile(self.microseconds.iter().copied(), 0.5);
        let p99 = quantile(self.microseconds, 0.99);
        let verdict = if p99 <= TARGET { "reached" } else { "MISSED" };
        println!("| {what} | {candidates:.0} | {p50:.1} | {p99:.1} | {verdict} |");
    }
}

/// The engine, and what it can be asked for.
struct Stage {
    engine: Engine,
    voices: Vec<Voice>,
    /// Of each voice, in the same order.
    aliases: Vec<String>,
    /// How many were asked for that nobody had asked for before.
    anew: Cell<usize>,
    filters: Vec<String>,
    /// By filters and in words.
    descriptions: Vec<String>,
}

impl Stage {
    fn new(count: usize) -> Result<Self> {
        let mut random = Rng::with_seed(0);
        let names: Vec<&str> = VENDORS.into_iter().chain([OWN]).collect();
        let mut by_backend: BTreeMap<&str, Vec<Voice>> = BTreeMap::new();
        for number in 0..count {
            let name = names[number % names.len()];
            by_backend.entry(name).or_default().push(voice(name, number, &mut random));
        }
        let voices: Vec<Voice> = by_backend.values().flatten().cloned().collect();
        let aliases: BTreeMap<String, String> = (0..)
            .zip(&voices)
            .map(|(number, voice)| (format!("alias-{number}"), voice.id.to_string()))
            .collect();
        let mut backends: Vec<Arc<dyn Backend>> =
            vec![Arc::new(Own::new(by_backend.remove(OWN).unwrap_or_default()))];
        for (name, voices) in by_backend {
            backends.push(vendor(name, voices)?);
        }
        let kinds = VENDORS.map(|name| (name.to_owned(), "elevenlabs".to_owned()));
        let kinds = kinds.into_iter().chain([(OWN.to_owned(), "kokoro".to_owned())]).collect();
        let (tariff, clock) = (Tariff::new(Rates::builtin()?, kinds), Arc::new(SystemClock));
        let names = (0..voices.len()).map(|number| format!("alias-{number}")).collect();
        let catalogue = Catalogue::new(backends, aliases, BTreeMap::new(), clock.clone());
        let engine = Engine::new(engine::Parts {
            catalogue: catalogue.described(Labels::builtin()?, tariff.clone()),
            ledger: Arc::new(Forgetting),
            tariff,
            lexicons: Arc::new(NoWords),
            mouth: Arc::new(Still),
            cache: Cache::default(),
            routing: Defaults::default(),
            clock,
        });
        let (filters, words) = descriptions();
        let descriptions = filters.iter().chain(&words).cloned().collect();
        Ok(Self { engine, voices, aliases: names, anew: Cell::new(0), filters, descriptions })
    }

    /// Something to ask for.
    fn name(&self, ask: Ask, random: &mut Rng) -> String {
        let any = |random: &mut Rng, names: &[String]| names[random.usize(..names.len())].clone();
        match ask {
            Ask::Id => self.voices[self.known(random)].id.to_string(),
            Ask::IdAnew => self.voices[self.anew()].id.to_string(),
            Ask::Name => self.voices[self.known(random)].id.voice.clone(),
            Ask::Alias => self.aliases[self.known(random)].clone(),
            Ask::Described => any(random, &self.descriptions),
            Ask::DescribedAnew => {
                let most = 1.0 + random.f64();
                format!("{}&max_price_per_1k_usd={most:.9}", any(random, &self.filters))
            }
        }
    }

    /// One of the voices that applications ask for: one in ten.
    fn known(&self, random: &mut Rng) -> usize {
        random.usize(..self.voices.len() / 10) * 10
    }

    /// One of the others, each once before any twice.
    fn anew(&self) -> usize {
        let number = self.anew.replace(self.anew.get() + 1);
        (number / 9 * 10 + 1 + number % 9) % self.voices.len()
    }

    fn decide(&self, id: &str, voice: &str, policy: Option<Policy>) -> Result<Decided> {
        let routing = Routing { policy, ..Routing::default() };
        let terms = Terms { routing, ..Terms::new(id, "benchmark".into(), Door::Cli) };
        let start = Instant::now();
        let explanation = self.engine.explain(&terms, voice, TEXT)?;
        let microseconds = start.elapsed().as_secs_f64() * 1e6;
        Ok(Decided { candidates: explanation.candidates.len(), microseconds })
    }
}

/// Descriptions by filters, and in words.
fn descriptions() -> (Vec<String>, Vec<String>) {
    const GENDERS: [&str; 3] = ["female", "male", "neutral"];
    const LANGUAGES: [&str; 8] = ["en", "en-GB", "de", "fr", "es", "ja", "it", "hi"];
    const STYLES: [&str; 6] = ["warm", "calm", "conversational", "deep", "gentle", "formal"];
    const PEOPLE: [&str; 4] = ["woman", "man", "british woman", "american man"];
    let filters = STYLES.iter().flat_map(|style| {
        let languages = LANGUAGES.iter().map(move |language| format!("language={language}&style={style}"));
        languages.flat_map(|rest| GENDERS.map(|gender| format!("?gender={gender}&{rest}")))
    });
    let words = STYLES.iter().flat_map(|style| PEOPLE.map(|person| format!("?a {style} {person}")));
    (filters.collect(), words.collect())
}

/// A vendor's adapter that knows its voices from an earlier run.
fn vendor(name: &str, voices: Vec<Voice>) -> Result<Arc<dyn Backend>> {
    let kind = adapters::KINDS.iter().find(|kind| kind.name == "elevenlabs").ok_or("no such vendor")?;
    let settings = adapters::Settings {
        name: name.to_owned(),
        base_url: Some(format!("https://{name}.example")),
        api_key: Some("key".into()),
        concurrency: 1.try_into()?,
        models: Vec::new(),
        voices: Vec::new(),
        deprecated_after: None,
        azure: Default::default(),
        clock: Arc::new(SystemClock),
    };
    let backend = (kind.open)(settings, Outbound::new(Deadlines::default())?)?;
    backend.recall(Vec::new(), voices);
    Ok(backend)
}

/// A backend in this process that never speaks.
struct Own {
    models: Arc<[Model]>,
    voices: Arc<[Voice]>,
    by_name: HashMap<String, usize>,
}

impl Own {
    fn new(voices: Vec<Voice>) -> Self {
        let model = Model {
            id: "kokoro".into(),
            name: "Kokoro".into(),
            most_characters: None,
            languages: Vec::new(),
            deprecated_after: None,
        };
        let by_name = voices.iter().map(|voice| voice.id.voice.clone()).zip(0..).collect();
        Self { models: Arc::new([model]), voices: voices.into(), by_name }
    }
}

impl Backend for Own {
    fn name(&self) -> &str {
        OWN
    }
    fn kind(&self) -> &str {
        "kokoro"
    }
    fn models(&self) -> Arc<[Model]> {
        Arc::clone(&self.models)
    }
    fn voices(&self) -> Arc<[Voice]> {
        Arc::clone(&self.voices)
    }
    fn voice(&self, name: &str) -> std::result::Result<Voice, SpeechError> {
        let found = self.by_name.get(name).map(|place| self.voices[*place].clone());
        found.ok_or_else(|| SpeechError::new(ErrorKind::UnknownVoice, "There is no voice of that name."))
    }
    fn leaves_out(&self, _: &Utterance) -> Vec<String> {
        Vec::new()
    }
    fn is_local(&self) -> bool {
        true
    }
    fn speak(&self, _: Utterance, _: Receipt) -> BoxFuture<std::result::Result<Sound, SpeechError>> {
        Box::pin(ready(Err(SpeechError::internal("nobody is asked to speak"))))
    }
}

/// Nobody has a lexicon.
struct NoWords;

impl Lexicons for NoWords {
    fn of(&self, _: &str) -> BoxFuture<std::result::Result<Lexicon, SpeechError>> {
        Box::pin(ready(Ok(Lexicon::default())))
    }
}
