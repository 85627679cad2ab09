//! `/metrics`.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};

use billing::Outcome;
use speech::ErrorKind;
use telemetry::{Breaker, Collector, Telemetry};

use crate::ledger::{Paper, hold, refused, settlement};

/// A page by the rules of the text format 0.0.4: each family is one block of HELP, TYPE and samples; no series comes
/// twice; the buckets of a histogram add up. Panics where a rule is broken.
#[derive(Debug, Default)]
struct Page {
    types: BTreeMap<String, String>,
    /// By name and labels, the labels by name.
    samples: BTreeMap<(String, BTreeMap<String, String>), f64>,
}

impl Page {
    fn read(page: &str) -> Self {
        let mut read = Self::default();
        let mut family = String::new();
        for line in page.lines() {
            if let Some(help) = line.strip_prefix("# HELP ") {
                let (name, text) = help.split_once(' ').expect("HELP has a text");
                assert!(!text.is_empty() && !read.types.contains_key(name), "one block a family: {line}");
                family = name.to_owned();
            } else if let Some(kind) = line.strip_prefix("# TYPE ") {
                let (name, kind) = kind.split_once(' ').expect("TYPE has a kind");
                assert_eq!(name, family, "HELP and TYPE stand together");
                assert!(["counter", "gauge", "histogram"].contains(&kind), "{line}");
                assert!(kind != "counter" || name.ends_with("_total"), "{line}");
                assert!(read.types.insert(name.to_owned(), kind.to_owned()).is_none(), "{line}");
            } else {
                let (name, labels, value) = sample(line);
                let suffixes: &[&str] =
                    if read.types[&family] == "histogram" { &["_bucket", "_sum", "_count"] } else { &[""] };
                let belongs = suffixes.iter().any(|suffix| name == format!("{family}{suffix}"));
                assert!(belongs, "{line} stands under {family}");
                assert!(read.samples.insert((name, labels), value).is_none(), "twice: {line}");
            }
        }
        read.check_histograms();
        read
    }

    fn check_histograms(&self) {
        let mut histograms: BTreeMap<_, Vec<(f64, f64)>> = BTreeMap::new();
        for ((name, labels), &value) in &self.samples {
            let mut labels = labels.clone();
            if let (Some(family), Some(bound)) = (name.strip_suffix("_bucket"), labels.remove("le")) {
                let bound = bound.parse().expect("a bound is a number");
                histograms.entry((family, labels)).or_default().push((bound, value));
            }
        }
        for ((family, labels), mut buckets) in histograms {
            buckets.sort_by(|(one, _), (other, _)| one.total_cmp(other));
            assert!(buckets.is_sorted_by_key(|(_, value)| *value), "{family}: {buckets:?}");
            let count = self.samples[&(format!("{family}_count"), labels.clone())];
            assert_eq!(buckets.last(), Some(&(f64::INFINITY, count)), "{family}");
            assert!(self.samples.contains_key(&(format!("{family}_sum"), labels)), "{family}");
        }
    }

    /// The only sample of that name whose labels these are among.
    fn value(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        let is_meant = |of: &BTreeMap<String, String>| {
            labels.iter().all(|(name, value)| of.get(*name).is_some_and(|known| known == value))
        };
        let samples = self.samples.iter().filter(|((of, labels), _)| of == name && is_meant(labels));
        let found: Vec<f64> = samples.map(|(_, value)| *value).collect();
        assert_eq!(found.len(), 1, "{name} {labels:?} in {self:#?}");
        found[0]
    }

    /// Every sample of that name.
    fn values(&self, name: &str) -> Vec<f64> {
        self.samples.iter().filter(|((of, _), _)| of == name).map(|(_, value)| *value).collect()
    }
}

/// `name{label="value",...} number`
fn sample(line: &str) -> (String, BTreeMap<String, String>, f64) {
    let (series, value) = line.rsplit_once(' ').expect("a value");
    let value = value.parse().expect("a number");
    let Some((name, labels)) = series.split_once('{') else {
        return (series.to_owned(), BTreeMap::new(), value);
    };
    let mut labels = labels.strip_suffix('}').expect("a closing brace");
    let mut read = BTreeMap::new();
    while !labels.is_empty() {
        let (name, rest) = labels.split_once("=\"").expect("a label");
        assert!(name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'), "{name}");
        let (value, rest) = quoted(rest);
        assert!(read.insert(name.to_owned(), value).is_none(), "{line}");
        labels = rest.strip_prefix(',').unwrap_or(rest);
    }
    (name.to_owned(), read, value)
}

/// Up to the closing quote, and what is behind it. Backslash, quote and line feed are escaped, and nothing else.
fn quoted(text: &str) -> (String, &str) {
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return (value, &text[at + 1..]),
            '\\' => match characters.next().expect("something escaped").1 {
                'n' => value.push('\n'),
                escaped @ ('\\' | '"') => value.push(escaped),
                other => panic!("\\{other} is no escape"),
            },
            _ => value.push(character),
        }
    }
    panic!("a quote is not closed: {text}")
}

#[tokio::test]
async fn a_page_tells_of_every_settled_request_once() {
    let telemetry = Telemetry::start(&Collector::default()).unwrap();
    let paper = Paper::default();
    let ledger = telemetry.metrics().watch(Arc::new(paper.clone()));

    let spoken = settlement("r1", "one", Outcome::Completed);
    ledger.hold(hold(&spoken)).await.unwrap();
    let running = Page::read(&telemetry.metrics().render());
    assert_eq!(running.value("soundboard_holds_open", &[]), 1.0);
    ledger.settle(spoken).await.unwrap();

    let failed = settlement("r2", "one", Outcome::Failed(ErrorKind::BackendFailed));
    ledger.hold(hold(&failed)).await.unwrap();
    paper.is_broken.store(true, Ordering::SeqCst);
    ledger.settle(failed.clone()).await.unwrap_err();
    paper.is_broken.store(false, Ordering::SeqCst);
    ledger.settle(failed).await.unwrap();
    ledger.settle(refused("r3", Outcome::Failed(ErrorKind::InvalidText))).await.unwrap();

    let page = Page::read(&telemetry.metrics().render());
    let anna = [
        ("door", "openai"),
        ("backend", "eleven"),
        ("voice", "Rachel \"R\" \\ Zürich"),
        ("language", "de"),
        ("client", "one"),
    ];
    let with = |label| [&anna[..], &[label]].concat();
    assert_eq!(page.value("soundboard_requests_total", &with(("outcome", "completed"))), 1.0);
    assert_eq!(page.value("soundboard_requests_total", &with(("outcome", "failed"))), 1.0, "settled once");
    assert_eq!(page.value("soundboard_errors_total", &with(("code", "backend_failed"))), 1.0);
    let refused = [("backend", "none"), ("code", "invalid_text"), ("client", "one")];
    assert_eq!(page.value("soundboard_errors_total", &refused), 1.0);
    assert_eq!(page.value("soundboard_characters_total", &anna), 80.0);
    assert_eq!(page.value("soundboard_audio_seconds_total", &anna), 5.0);
    assert_eq!(page.value("soundboard_charge_nanos_total", &anna), 2_000_000.0, "who fails is not paid");
    let model = [("backend", "eleven"), ("model", "eleven_flash_v2_5")];
    assert_eq!(page.value("soundboard_vendor_cost_nanos_total", &model), 4_000_000.0);
    assert_eq!(page.value("soundboard_attempts_total", &model), 2.0);
    assert_eq!(page.value("soundboard_first_audio_seconds_bucket", &with(("le", "0.1"))), 0.0);
    assert_eq!(page.value("soundboard_first_audio_seconds_bucket", &with(("le", "0.2"))), 2.0);
    assert_eq!(page.value("soundboard_request_seconds_sum", &anna), 1.4);
    assert_eq!(page.value("soundboard_holds_open", &[]), 0.0);
    assert_eq!(page.value("soundboard_ledger_seconds_count", &[("operation", "settle")]), 4.0);
    assert_eq!(page.value("soundboard_ledger_failures_total", &[("operation", "settle")]), 1.0);
}

#[tokio::test]
async fn a_page_stays_small_whatever_clients_think_of() {
    let telemetry = Telemetry::start(&Collector::default()).unwrap();
    let ledger = telemetry.metrics().watch(Arc::new(Paper::default()));
    for number in 0..3000 {
        let mut settlement = settlement("r", &format!("client-{}", number % 1500), Outcome::Completed);
        settlement.row.language = Some(format!("x-{number}"));
        ledger.settle(settlement).await.unwrap();
    }
    let page = Page::read(&telemetry.metrics().render());
    let requests = page.values("soundboard_requests_total");
    assert!(requests.len() <= 401, "{}", requests.len());
    assert_eq!(requests.iter().sum::<f64>(), 3000.0, "and nothing is lost");
    assert_eq!(page.values("soundboard_first_audio_seconds_count").iter().sum::<f64>(), 3000.0);
    assert!(page.value("soundboard_requests_total", &[("client", "other"), ("voice", "other")]) > 2000.0);
}

#[tokio::test]
async fn a_breaker_is_told_of_once_it_has_opened_and_few_voices_are_told_apart() {
    let telemetry = Telemetry::start(&Collector::default()).unwrap();
    let tripped = Arc::new(Mutex::new(Vec::new()));
    let now = Arc::clone(&tripped);
    telemetry.metrics().watch_breakers(move || now.lock().unwrap().clone());
    let told = || Page::read(&telemetry.metrics().render());
    let breaker = |voice: Option<String>, level| Breaker { backend: "one".to_owned(), voice, level };
    assert!(told().values("soundboard_breaker_state").is_empty());

    *tripped.lock().unwrap() = vec![breaker(None, 1), breaker(Some("anna".to_owned()), 2)];
    let page = told();
    assert_eq!(page.value("soundboard_breaker_state", &[("backend", "one"), ("voice", "*")]), 1.0);
    assert_eq!(page.value("soundboard_breaker_state", &[("backend", "one"), ("voice", "anna")]), 2.0);

    let many = |number: u64| breaker(Some(format!("voice-{number}")), 1 + number % 2);
    *tripped.lock().unwrap() = (0..5000).map(many).collect();
    let page = told();
    assert_eq!(page.value("soundboard_breaker_state", &[("voice", "anna")]), 0.0, "it has closed");
    assert_eq!(page.value("soundboard_breaker_state", &[("voice", "other")]), 2.0, "the worst of them");
    let all = page.values("soundboard_breaker_state").len();
    assert!((100..=101).contains(&all), "{all}");
}
