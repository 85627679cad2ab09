//! Ten thousand voices of two vendors as one list, which goes on serving while it changes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use fastrand::Rng;
use serde_json::{Value, json};
use tempfile::TempDir;
use vendors::{Kind, Vendor};

use crate::harness::server::config;
use crate::harness::{Server, eventually, http};

/// Voices of each vendor.
const EACH: usize = 5_000;

/// Voices of each vendor that are added, removed and renamed.
const CHANGED: usize = 20;

/// The longest page.
const PAGE: usize = 500;

/// The backends, by their names.
const BACKENDS: [&str; 2] = ["openai", "elevenlabs"];

/// A voice, as its vendor lists it.
#[derive(Debug)]
struct Known {
    name: String,
    /// What its vendor says of it; OpenAI says nothing.
    labels: Value,
    /// All of it that is text.
    words: BTreeSet<String>,
}

/// What the vendors list, by id.
type Plain = BTreeMap<String, Known>;

struct Market {
    vendors: [Vendor; 2],
    config: std::path::PathBuf,
    _folder: TempDir,
}

impl Market {
    fn open() -> Self {
        let vendors = [Kind::OpenAi, Kind::ElevenLabs].map(|kind| Vendor::start(kind).unwrap());
        vendors.iter().for_each(|vendor| vendor.list_voices(EACH));
        let backend = |(name, vendor): (&str, &Vendor)| {
            let url = vendor.base_url();
            format!(
                "[backends.{name}]\nkind = {name:?}\nbase_url = {url:?}\napi_key = {{ env = \"E2E_VENDORS_KEY\" }}\n"
            )
        };
        let folder = tempfile::tempdir().unwrap();
        let toml: String = BACKENDS.into_iter().zip(&vendors).map(backend).collect();
        Self { config: config(&folder, &toml), vendors, _folder: folder }
    }

    fn serve(&self, data: std::sync::Arc<TempDir>) -> Server {
        Server::on(data, |serve| {
            serve.arg("--config").arg(&self.config).env("E2E_VENDORS_KEY", "sk-of-a-test");
        })
    }

    /// What the vendors list now.
    fn plain(&self) -> Plain {
        let lists = [("audio/voices", "id"), ("v1/voices", "voice_id")];
        let mut plain = Plain::new();
        for ((backend, vendor), (path, id)) in BACKENDS.iter().zip(&self.vendors).zip(lists) {
            let get = http::agent(None).get(format!("{}/{path}", vendor.base_url()));
            let get = get.header("authorization", "Bearer sk-anybody").header("xi-api-key", "sk-anybody");
            let listed = http::read(get.call().unwrap()).json();
            for voice in listed["voices"].as_array().unwrap() {
                let (id, name) = (voice[id].as_str().unwrap(), voice["name"].as_str().unwrap().to_owned());
                let labels = voice["labels"].clone();
                let said = labels.as_object().into_iter().flat_map(|labels| labels.values());
                let said = said.chain([&voice["name"], &voice["description"], &voice["category"]]);
                let words = said.filter_map(Value::as_str).chain([id]).flat_map(words).collect();
                plain.insert(format!("{backend}:{id}"), Known { name, labels, words });
            }
        }
        plain
    }
}

fn words(text: &str) -> impl Iterator<Item = String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_ascii_lowercase)
}

/// All pages of a search: the ids in order, and how many there are said to be on the first.
fn found(server: &Server, query: &str) -> (Vec<String>, usize) {
    let mut pages = Pages::of(server, query);
    let ids = pages.rest();
    (ids, pages.total.unwrap())
}

/// A search, page by page.
struct Pages<'s> {
    server: &'s Server,
    query: String,
    cursor: Option<String>,
    total: Option<usize>,
    is_over: bool,
}

impl<'s> Pages<'s> {
    fn of(server: &'s Server, query: &str) -> Self {
        let query = format!("/api/v1/voices?limit={PAGE}&{query}");
        Self { server, query, cursor: None, total: None, is_over: false }
    }

    fn next(&mut self) -> Vec<String> {
        let cursor = self.cursor.iter().map(|cursor| format!("&cursor={cursor}")).collect::<String>();
        let answer = self.server.get(&format!("{}{cursor}", self.query));
        assert_eq!(answer.status(), 200, "{}: {}", self.query, String::from_utf8_lossy(&answer.body));
        let page = answer.json();
        self.total.get_or_insert(page["total"].as_u64().unwrap() as usize);
        self.cursor = page["next_cursor"].as_str().map(str::to_owned);
        self.is_over = self.cursor.is_none();
        let voices = page["voices"].as_array().unwrap();
        voices.iter().map(|voice| voice["id"].as_str().unwrap().to_owned()).collect()
    }

    fn rest(&mut self) -> Vec<String> {
        let mut ids = Vec::new();
        while !self.is_over {
            ids.extend(self.next());
        }
        ids
    }
}

/// Checks that a search finds whom a plain look through the vendors' lists finds, each once.
fn finds(server: &Server, plain: &Plain, query: &str, is_meant: impl Fn(&str, &Known) -> bool) -> usize {
    let (ids, total) = found(server, query);
    let once: BTreeSet<&str> = ids.iter().map(String::as_str).collect();
    let meant: BTreeSet<&str> =
        plain.iter().filter(|(id, known)| is_meant(id, known)).map(|(id, _)| id.as_str()).collect();
    assert_eq!(once, meant, "{query}");
    assert_eq!((ids.len(), total), (meant.len(), meant.len()), "{query}");
    total
}

/// ElevenLabs' words for what the catalogue calls so.
const USES: [(&str, &[&str]); 5] = [
    ("", &[]),
    ("narration", &["narrative_story", "narration"]),
    ("education", &["informative_educational"]),
    ("characters", &["characters_animation"]),
    ("social-media", &["social_media"]),
];

/// Filters at random, of what ElevenLabs says of its voices.
fn filtered(server: &Server, plain: &Plain, random: &mut Rng) -> usize {
    let mut of = |all: &[&'static str]| all[random.usize(..all.len())];
    let gender = of(&["", "female", "male", "neutral"]);
    let age = of(&["", "young", "middle-aged", "old"]);
    let language = of(&["", "en", "de", "es", "fr", "pt", "zh", "ja", "uk"]);
    let style = of(&["", "", "calm", "warm", "raspy", "formal", "playful"]);
    let (used_for, vendors_uses) = USES[random.usize(..USES.len())];
    let query = format!(
        "backend=elevenlabs&gender={gender}&age={age}&language={language}&style={style}&use_case={used_for}"
    );
    let wanted = [
        ("gender", gender),
        ("age", if age == "middle-aged" { "middle_aged" } else { age }),
        ("language", language),
        ("descriptive", style),
    ];
    finds(server, plain, &query, |_, known| {
        let has = |(label, value): &(&str, &str)| value.is_empty() || known.labels[label] == *value;
        let is_used =
            used_for.is_empty() || vendors_uses.iter().any(|used| known.labels["use_case"] == *used);
        !known.labels.is_null() && is_used && wanted.iter().all(has)
    })
}

/// A voice's name as it is, and with two letters of its longest word swapped.
fn named(server: &Server, plain: &Plain, (id, known): (&String, &Known)) {
    let asked: Vec<String> = words(&known.name).collect();
    let is_meant = |_: &str, known: &Known| {
        asked.iter().all(|asked| known.words.iter().any(|word| word.starts_with(asked.as_str())))
    };
    let query = format!("q={}", asked.join("+"));
    assert!(finds(server, plain, &query, is_meant) > 0, "{id} is not found by {query}");
    let is_word = |asked: &&String| !asked.starts_with(|c: char| c.is_ascii_digit());
    let longest = asked.iter().filter(is_word).max_by_key(|word| word.len()).unwrap();
    let swapped: String = [&longest[..2], &longest[3..4], &longest[2..3], &longest[4..]].concat();
    let typo = query.replace(longest.as_str(), &swapped);
    assert!(finds(server, plain, &typo, is_meant) > 0, "{id} is not found by {typo}");
}

/// Takes some voices away, names some anew, and adds some: what is then to be told.
fn change(market: &Market, plain: &Plain) -> BTreeSet<(String, String, String, String)> {
    let mut told = BTreeSet::new();
    let mut tell = |backend: &str, id: &str, change: &str, name: &str, from: &str| {
        told.insert((format!("{backend}:{id}"), change.to_owned(), name.to_owned(), from.to_owned()));
    };
    for (backend, vendor) in BACKENDS.into_iter().zip(&market.vendors) {
        let of = plain
            .iter()
            .filter_map(|(id, known)| Some((id.strip_prefix(backend)?.strip_prefix(':')?, known)));
        // Those that are made up; what is known of a vendor's own is known without it.
        let made_up = of.filter(|(_, known)| known.name.ends_with(|c: char| c.is_ascii_digit()));
        for (number, (id, known)) in made_up.step_by(100).take(2 * CHANGED).enumerate() {
            if number % 2 == 0 {
                assert!(vendor.remove_voice(id));
                tell(backend, id, "removed", &known.name, "");
            } else {
                let name = format!("Zenobia {number}");
                assert!(vendor.rename_voice(id, &name));
                tell(backend, id, "renamed", &name, &known.name);
            }
        }
        for number in 0..CHANGED {
            let name = format!("Latecomer {number}");
            tell(backend, &vendor.add_voice(&name), "added", &name, "");
        }
    }
    told
}

#[test]
fn ten_thousand_voices_are_found_paged_and_spoken_while_the_list_changes() {
    let market = Market::open();
    let before = market.plain();
    assert_eq!(before.len(), 2 * EACH);
    let server = market.serve(std::sync::Arc::new(tempfile::tempdir().unwrap()));
    let total =
        |server: &Server| server.get("/api/v1/voices?limit=1").json()["total"].as_u64().unwrap() as usize;
    eventually("list of all voices", || (total(&server) == 2 * EACH).then_some(()));

    let mut random = Rng::new();
    eprintln!("seed {}", random.get_seed());
    assert_eq!(finds(&server, &before, "", |_, _| true), 2 * EACH);
    for backend in BACKENDS {
        finds(&server, &before, &format!("backend={backend}&sort=name"), |id, _| id.starts_with(backend));
    }
    let some: usize = (0..40).map(|_| filtered(&server, &before, &mut random)).sum();
    assert!(some > 0);
    let numbered = |known: &Known| {
        let number = known.name.rsplit(' ').next().unwrap();
        // Models of OpenAI's are named by their year.
        number.len() == 4 && number != "2025"
    };
    let named_by_number: Vec<_> = before.iter().filter(|(_, known)| numbered(known)).collect();
    for _ in 0..20 {
        named(&server, &before, named_by_number[random.usize(..named_by_number.len())]);
    }

    // The lists change while nobody looks; then the gateway asks for them while everybody does.
    let data = server.data();
    drop(server);
    let told = change(&market, &before);
    let after = market.plain();
    market.vendors.iter().for_each(Vendor::hold_lists);
    let server = market.serve(data);
    assert_eq!(total(&server), 2 * EACH, "what was known is served");
    let is_over = AtomicBool::new(false);
    let lasting: Vec<&str> = before
        .keys()
        .filter(|id| told.iter().all(|(changed, ..)| changed != *id))
        .map(String::as_str)
        .collect();
    let mut orders = ["sort=fit", "sort=name"].map(|order| Pages::of(&server, order));
    thread::scope(|scope| {
        for asking in 0..4 {
            let (server, lasting, is_over, mut random) = (&server, &lasting, &is_over, random.fork());
            scope.spawn(move || {
                while !is_over.load(Ordering::Relaxed) {
                    let id = lasting[random.usize(..lasting.len())];
                    let answer = match asking % 2 {
                        0 => server.speak(&json!({ "voice": id, "input": "All is well." })),
                        _ => server.get(&format!("/api/v1/voices/{id}")),
                    };
                    assert_eq!(answer.status(), 200, "{id}: {}", String::from_utf8_lossy(&answer.body));
                }
            });
        }
        let mut paged = orders.each_mut().map(|pages| (0..10).flat_map(|_| pages.next()).collect::<Vec<_>>());
        market.vendors.iter().for_each(Vendor::let_go);
        let latecomers = 2 * CHANGED;
        eventually("new list", || {
            let found = server.get("/api/v1/voices?q=latecomer&limit=1").json();
            (found["total"] == latecomers).then_some(())
        });
        for (pages, paged) in orders.iter_mut().zip(&mut paged) {
            paged.extend(pages.rest());
        }
        is_over.store(true, Ordering::Relaxed);
        for paged in paged {
            let mut times: BTreeMap<&str, usize> = BTreeMap::new();
            paged.iter().for_each(|id| *times.entry(id).or_default() += 1);
            assert!(
                lasting.iter().all(|id| times.get(id) == Some(&1)),
                "of those that last, each comes once"
            );
        }
    });

    assert_eq!(finds(&server, &after, "", |_, _| true), after.len());
    let changes = server.get(&format!("/api/v1/voices/changes?limit={}", told.len())).json();
    let changes: BTreeSet<_> = changes["changes"].as_array().unwrap().iter().map(change_told).collect();
    assert_eq!(changes, told);
    for (id, change, name, _) in &told {
        let answer = server.get(&format!("/api/v1/voices/{id}"));
        match change.as_str() {
            // Whoever knows an id of ElevenLabs' may speak with it, listed or not: its library lists nothing.
            "removed" => match id.strip_prefix("elevenlabs:") {
                Some(own) => assert_eq!(answer.json()["name"], own, "nothing else is known of it"),
                None => assert_eq!(answer.status(), 404, "{id}"),
            },
            _ => assert_eq!(answer.json()["name"], *name, "{id}"),
        }
    }
    assert!(!server.log().contains("panicked"), "{}", server.log());
}

fn change_told(change: &Value) -> (String, String, String, String) {
    let text = |name: &str| change[name].as_str().unwrap_or_default().to_owned();
    (text("voice"), text("change"), text("name"), text("from"))
}
