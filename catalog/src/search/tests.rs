use std::collections::BTreeSet;
use std::sync::Arc;

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use speech::{Capabilities, Codec, Gender, Voice, VoiceId, VoiceStatus};

use super::*;
use crate::texts::said_of;
use crate::words::words;
use crate::{Age, tags};

const NAMES: [&str; 8] = ["Emma", "Emmanuel", "Sarah", "Sara", "Zoë", "Mandarine", "Thomas", "Bartholomew"];
const LANGUAGES: [&str; 6] = ["en", "en-GB", "en-US", "de-DE", "es-419", "zh-Hans-CN"];
const STYLES: [&str; 5] = ["warm", "calm", "conversational", "well-rounded", "raspy"];
const BACKENDS: [&str; 3] = ["alpha", "beta", "gamma"];

fn entry() -> impl Strategy<Value = Entry> {
    let voice = (
        (select(BACKENDS.as_slice()), 0..60_u8, select(NAMES.as_slice())),
        subsequence(LANGUAGES.as_slice(), 0..=3).prop_shuffle(),
        proptest::option::of(select(vec![Gender::Female, Gender::Male, Gender::Neutral])),
        proptest::option::of(select(vec!["A british story", "Deep and slow"])),
        any::<bool>(),
    );
    let facts = (
        proptest::option::of(select(vec!["british", "american", "martian low"])),
        proptest::option::of(select(Age::ALL.to_vec())),
        subsequence(STYLES.as_slice(), 0..=3),
        (any::<bool>(), any::<bool>()),
        proptest::option::of(0..4_i64),
        prop_oneof![Just(50), 0..=100_u8],
    );
    (voice, facts).prop_map(|(voice, facts)| {
        let ((backend, number, name), languages, gender, description, is_available) = voice;
        let (accent, age, styles, (ssml, cloning), price, quality) = facts;
        let reason = "resting".to_owned();
        let status = if is_available { VoiceStatus::Available } else { VoiceStatus::Unavailable { reason } };
        let languages: Vec<String> = languages.into_iter().map(str::to_owned).collect();
        Entry {
            kind: backend.into(),
            locale: languages.first().filter(|tag| tags::has_region(tag)).cloned(),
            accent: accent.map(str::to_owned),
            age,
            styles: styles.into_iter().map(str::to_owned).collect(),
            use_cases: Vec::new(),
            models: vec![format!("{backend}-{}", number % 2)],
            capabilities: Arc::new(Capabilities {
                ssml,
                cloning,
                formats: if ssml { vec![Codec::Mp3, Codec::Wav] } else { vec![] },
                sample_rates: vec![24_000],
                ..Capabilities::default()
            }),
            price_per_1k: price.map(|cents| Nanos::new(cents * 10_000_000)),
            quality,
            voice: Arc::new(Voice {
                name: name.to_owned(),
                languages,
                gender,
                description: description.map(str::to_owned),
                status,
                ..Voice::named(backend, &format!("v{number}"))
            }),
        }
    })
}

fn filter() -> impl Strategy<Value = (&'static str, &'static str)> {
    select(vec![
        ("gender", "female"),
        ("gender", "male,neutral"),
        ("language", "en"),
        ("language", "en-GB,de"),
        ("language", "zh-Hans"),
        ("locale", "en-US"),
        ("locale", "en"),
        ("accent", "uk"),
        ("accent", "martian low"),
        ("age", "young,old"),
        ("style", "warm"),
        ("style", "calm,raspy"),
        ("style", "nobodys"),
        ("backend", "alpha"),
        ("backend", "alpha,beta"),
        ("backend", ""),
        ("model", "beta-1"),
        ("capability", "ssml"),
        ("capability", "cloning,ssml"),
        ("format", "mp3,opus"),
        ("sample_rate", "24000"),
        ("status", "available"),
        ("max_price_per_1k_usd", "0.01"),
        ("q", "emma"),
        ("q", "woman"),
        ("q", "man"),
        ("q", "brittish"),
        ("q", "a warm woman"),
        ("q", "Zoe"),
        ("q", "bartolomew"),
        ("q", "xyzzy"),
        ("sort", "name"),
        ("sort", "price"),
    ])
}

fn entries() -> impl Strategy<Value = Vec<Entry>> {
    proptest::collection::vec(entry(), 0..80)
}

/// Whether an entry passes a filter, told without an index.
fn passes(entry: &Entry, (name, value): (&str, &str), all: &[Entry]) -> bool {
    let any = |has: &dyn Fn(&str) -> bool| value.split(',').any(has);
    let is_of = |range: &str, tag: &String| {
        let (range, tag) = (range.to_lowercase(), tag.to_lowercase());
        tag == range || tag.starts_with(&format!("{range}-"))
    };
    let can = &entry.capabilities;
    match name {
        _ if value.is_empty() => true,
        "gender" => any(&|name| entry.voice.gender.is_some_and(|gender| gender.name() == name)),
        "language" => any(&|range| entry.voice.languages.iter().any(|tag| is_of(range, tag))),
        "locale" => any(&|range| entry.locale.as_ref().is_some_and(|tag| is_of(range, tag))),
        "accent" => any(&|name| entry.accent.as_deref() == Some(if name == "uk" { "british" } else { name })),
        "age" => any(&|name| entry.age.is_some_and(|age| age.name() == name)),
        "style" => any(&|name| entry.styles.iter().any(|style| style == name)),
        "backend" => any(&|name| entry.voice.id.backend == name),
        "model" => any(&|name| entry.models.iter().any(|model| model == name)),
        "capability" => any(&|name| if name == "ssml" { can.ssml } else { can.cloning }),
        "format" => any(&|name| can.formats.iter().any(|codec| codec.name() == name)),
        "sample_rate" => any(&|rate| can.sample_rates.iter().any(|known| known.to_string() == rate)),
        "status" => entry.voice.status == VoiceStatus::Available,
        "max_price_per_1k_usd" => entry.price_per_1k.is_some_and(|price| price <= value.parse().unwrap()),
        "q" => asked(value).iter().all(|word| is_met(word, entry, all)),
        "sort" => true,
        _ => unreachable!(),
    }
}

fn is_met(word: &str, entry: &Entry, all: &[Entry]) -> bool {
    let said = |entry: &Entry| said_of(entry, words().ok()).into_keys().collect::<Vec<_>>();
    if words().unwrap().meaningful().contains(word) {
        return said(entry).iter().any(|said| said == word);
    }
    let is_known = all.iter().flat_map(said).any(|said| said.starts_with(word));
    let typos = if word.len() < 4 { 0 } else { word.len() / 8 + 1 };
    said(entry).iter().any(|said| match is_known {
        true => said.starts_with(word),
        false => typos > 0 && strsim::osa_distance(said, word) <= typos,
    })
}

/// The filters as a query, of which the last of each name that has one value counts.
fn query(filters: &[(&'static str, &'static str)]) -> Query {
    Query::parse(filters.iter().copied()).unwrap()
}

/// One filter of each name.
fn filters() -> impl Strategy<Value = Vec<(&'static str, &'static str)>> {
    proptest::collection::vec(filter(), 0..5).prop_map(|filters| {
        let mut names = BTreeSet::new();
        filters.into_iter().filter(|(name, _)| names.insert(*name)).collect()
    })
}

fn ids(voices: &[&Entry]) -> Vec<VoiceId> {
    voices.iter().map(|entry| entry.voice.id.clone()).collect()
}

/// Every page of a query, one after another.
fn pages<'i>(
    mut index_of: impl FnMut() -> &'i Index,
    filters: &[(&str, &str)],
    limit: usize,
) -> Vec<VoiceId> {
    let (limit, mut cursor, mut found) = (limit.to_string(), String::new(), Vec::new());
    loop {
        let paged = [("limit", limit.as_str()), ("cursor", cursor.as_str())];
        let page = index_of().search(&Query::parse(filters.iter().copied().chain(paged)).unwrap());
        found.extend(ids(&page.voices));
        match page.next_cursor {
            Some(next) if found.len() < 1000 => cursor = next,
            Some(_) => panic!("pages without end"),
            None => return found,
        }
    }
}

proptest! {
    // Each case is many searches.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn search_finds_whom_a_plain_filter_finds(entries in entries(), filters in filters()) {
        let index = Index::new(entries);
        let all = index.entries();
        let expected: BTreeSet<VoiceId> = all
            .iter()
            .filter(|entry| filters.iter().all(|filter| passes(entry, *filter, all)))
            .map(|entry| entry.voice.id.clone())
            .collect();
        let page = index.search(&query(&filters));
        prop_assert_eq!(page.total, expected.len());
        prop_assert_eq!(ids(&page.voices).into_iter().collect::<BTreeSet<_>>(), expected);
    }

    #[test]
    fn a_facet_counts_what_its_filter_would_find(entries in entries(), filters in filters()) {
        let index = Index::new(entries);
        let page = index.search(&query(&filters));
        for (field, counts) in &page.facets {
            let others = filters.iter().filter(|(name, _)| name != field);
            for (value, count) in counts {
                let with = others.clone().copied().chain([(*field, value.as_str())]);
                prop_assert_eq!(index.search(&Query::parse(with).unwrap()).total, *count, "{}={}", field, value);
            }
        }
    }

    #[test]
    fn every_page_together_is_everybody_once_and_in_order(
        entries in entries(),
        filters in filters(),
        limit in 1..20_usize,
    ) {
        let index = Index::new(entries);
        let at_once = ids(&index.search(&query(&filters)).voices);
        prop_assert_eq!(pages(|| &index, &filters, limit), at_once);
    }

    #[test]
    fn a_filter_more_finds_nobody_more(entries in entries(), filters in filters(), more in filter()) {
        prop_assume!(filters.iter().all(|(name, _)| *name != more.0));
        let index = Index::new(entries);
        let both: Vec<_> = filters.iter().copied().chain([more]).collect();
        prop_assert!(index.search(&query(&both)).total <= index.search(&query(&filters)).total);
    }

    /// Between any two pages the index is another: who stays is found once, whoever comes and goes.
    #[test]
    fn pages_hold_while_voices_come_and_go(
        entries in entries(),
        gone in proptest::collection::vec(any::<bool>(), 80),
        filters in filters(),
        limit in 1..20_usize,
    ) {
        prop_assume!(filters.iter().all(|(name, _)| *name != "q"));
        let stays = |(_, gone): &(Entry, &bool)| !**gone;
        let kept: Vec<Entry> = entries.iter().cloned().zip(&gone).filter(stays).map(|(entry, _)| entry).collect();
        // Of two entries with one id, the last counts: here they must be the same in both.
        let all = Index::new([entries, kept.clone()].concat());
        let fewer = Index::new(kept);
        let mut turn = 0;
        let found = pages(
            || {
                turn += 1;
                if turn % 2 == 0 { &fewer } else { &all }
            },
            &filters,
            limit,
        );
        let distinct: BTreeSet<_> = found.iter().cloned().collect();
        prop_assert_eq!(distinct.len(), found.len(), "nobody twice");
        let staying: BTreeSet<_> = ids(&fewer.search(&query(&filters)).voices).into_iter().collect();
        prop_assert!(distinct.is_superset(&staying), "nobody lost");
    }
}

fn named(name: &str, languages: &[&str], styles: &[&str]) -> Entry {
    let labels = crate::Labels::builtin().unwrap();
    let offer = crate::Offer {
        kind: "tone".into(),
        models: Vec::new(),
        capabilities: Arc::default(),
        price_per_1k: None,
    };
    let languages = languages.iter().map(|tag| (*tag).to_owned()).collect();
    let voice = Voice { name: name.into(), languages, ..Voice::named("tone", &name.to_lowercase()) };
    let styles = styles.iter().map(|style| (*style).to_owned()).collect();
    Entry { styles, ..labels.entry(voice, &offer) }
}

fn order(index: &Index, parameters: &[(&str, &str)]) -> String {
    let page = index.search(&Query::parse(parameters.iter().copied()).unwrap());
    page.voices.iter().map(|entry| entry.voice.name.as_str()).collect::<Vec<_>>().join(" ")
}

#[test]
fn who_fits_best_comes_first() {
    let mut tired = named("Tired", &["en"], &["warm"]);
    Arc::make_mut(&mut tired.voice).status = VoiceStatus::Unavailable { reason: "asleep".into() };
    let index = Index::new(vec![
        named("Guest", &["de", "en"], &["warm"]),
        named("Native", &["en-GB", "de"], &["warm"]),
        named("Both", &["en"], &["warm", "calm"]),
        Entry { quality: 90, ..named("Zenith", &["en"], &["warm"]) },
        tired,
    ]);
    assert_eq!(
        order(&index, &[("language", "en"), ("style", "warm,calm")]),
        "Both Zenith Native Guest Tired"
    );
    assert_eq!(order(&index, &[("sort", "name")]), "Both Guest Native Tired Zenith");
    assert_eq!(order(&index, &[("language", "German")]), "Guest Native");
}

#[test]
fn a_name_counts_more_than_a_style_and_a_typo_is_forgiven() {
    let mut told = named("Told", &["en"], &[]);
    Arc::make_mut(&mut told.voice).description = Some("As calm as it gets.".into());
    let index = Index::new(vec![
        named("Calm", &["en"], &[]),
        named("Styled", &["en"], &["calm"]),
        told,
        named("Zoë", &["fr"], &[]),
    ]);
    assert_eq!(order(&index, &[("q", "calm")]), "Calm Styled Told");
    assert_eq!(order(&index, &[("q", "clam")]), "Calm Styled Told", "two letters in the wrong order");
    assert_eq!(order(&index, &[("q", "cazm")]), "Calm Styled Told", "a letter for another");
    assert_eq!(order(&index, &[("q", "styl")]), "Styled");
    assert_eq!(order(&index, &[("q", "zoe")]), "Zoë");
    assert_eq!(order(&index, &[("q", "a french voice")]), "Zoë");
}

#[test]
fn a_price_that_nobody_said_comes_last_and_is_below_no_limit() {
    let costing = |name: &str, nanos| Entry { price_per_1k: nanos, ..named(name, &["en"], &[]) };
    let index = Index::new(vec![
        costing("Unsaid", None),
        costing("Dear", Some(Nanos::new(30_000_000))),
        costing("Free", Some(Nanos::ZERO)),
    ]);
    assert_eq!(order(&index, &[("sort", "price")]), "Free Dear Unsaid");
    assert_eq!(order(&index, &[("max_price_per_1k_usd", "0.03"), ("sort", "price")]), "Free Dear");
}

#[test]
fn a_value_that_nobody_has_finds_nobody_and_the_facets_still_tell() {
    let index = Index::new(vec![named("A", &["en-GB"], &["warm"]), named("B", &["de"], &["calm"])]);
    let page = index.search(&Query::parse([("style", "foo"), ("language", "en")]).unwrap());
    assert_eq!((page.total, page.voices.len(), page.next_cursor), (0, 0, None));
    assert_eq!(page.facets["style"], BTreeMap::from([("warm".to_owned(), 1)]));
    assert!(page.facets["language"].is_empty(), "nobody with that style");
    let everybody = index.search(&Query::default());
    assert_eq!(everybody.facets["language"], BTreeMap::from([("de".to_owned(), 1), ("en".to_owned(), 1)]));
    assert_eq!(everybody.facets["locale"], BTreeMap::from([("en-GB".to_owned(), 1)]));
}

#[test]
fn a_page_goes_on_where_its_last_name_would_stand() {
    let voices = ["Ada", "Bea", "Cleo", "Dora"].map(|name| named(name, &["en"], &[]));
    let by_name = [("sort", "name"), ("limit", "2")];
    let cursor = Index::new(voices.to_vec()).search(&query(&by_name)).next_cursor.unwrap();
    // Bea has gone; Bella, whose id comes before hers, has the next name.
    let [ada, _, cleo, dora] = voices;
    let mut next = named("Bella", &["en"], &[]);
    Arc::make_mut(&mut next.voice).id.voice = "a".into();
    let index = Index::new(vec![ada, next, cleo, dora]);
    let after = [("sort", "name"), ("cursor", cursor.as_str())];
    assert_eq!(order(&index, &after), "Bella Cleo Dora");
}

#[test]
fn a_cursor_of_another_query_is_refused() {
    let index = Index::new(vec![named("A", &["en"], &[]), named("B", &["en"], &[])]);
    let cursor = index.search(&Query::parse([("limit", "1")]).unwrap()).next_cursor.unwrap();
    assert!(Query::parse([("cursor", cursor.as_str()), ("limit", "2")]).is_ok(), "of any size");
    let error = Query::parse([("cursor", cursor.as_str()), ("gender", "male")]).unwrap_err();
    assert_eq!(error.param(), Some("cursor"));
}

#[test]
fn of_values_without_end_the_hundred_most_frequent_are_counted() {
    let mut voices = vec![named("Zoe", &["en"], &["zesty"]), named("Zita", &["en"], &["zesty"])];
    for number in 0..150 {
        let rare = format!("rare-{number:03}");
        let entry = named(&rare, &["en"], &[&rare, "warm"]);
        voices.push(Entry { use_cases: vec![format!("use-{number}")], models: vec![rare], ..entry });
    }
    let facets = Index::new(voices).search(&Query::default()).facets;
    let (styles, uses) = (&facets["style"], &facets["use_case"]);
    assert_eq!((styles.len(), styles["warm"], styles["zesty"], uses.len()), (100, 150, 2, 100));
    assert!(styles.contains_key("rare-097") && !styles.contains_key("rare-098"), "of equals, the first");
    assert_eq!(facets["model"].len(), 150, "there are as many as somebody has configured");
}
