//! The voices that a fake lists, which may be others at the next request.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::{Kind, azure};

/// Voices of a busy workspace, beside ElevenLabs' own.
const MORE: usize = 320;

/// Azure's voices.
const AZURE: usize = 500;

/// From here on are the numbers of voices that were added one by one.
const ADDED: u64 = 1 << 32;

/// OpenAI's own.
const OPENAI: [&str; 13] = [
    "alloy", "ash", "ballad", "coral", "echo", "fable", "onyx", "nova", "sage", "shimmer", "verse", "marin",
    "cedar",
];

/// ElevenLabs' own: id, name, gender, age, accent, description, use.
#[rustfmt::skip]
const ELEVENLABS: [[&str; 7]; 28] = [
    ["21m00Tcm4TlvDq8ikWAM", "Rachel", "female", "young", "american", "calm", "narration"],
    ["9BWtsMINqrJLrRacOk9x", "Aria", "female", "middle_aged", "american", "husky", "informative_educational"],
    ["AZnzlk1XvdvUeBnXmlld", "Domi", "female", "young", "american", "strong", "narration"],
    ["CwhRBWXzGAHq8TQ4Fs17", "Roger", "male", "middle_aged", "american", "classy", "conversational"],
    ["EXAVITQu4vr4xnSDxMaL", "Sarah", "female", "young", "american", "professional", "entertainment_tv"],
    ["ErXwobaYiN019PkySvjV", "Antoni", "male", "young", "american", "well-rounded", "narration"],
    ["FGY2WhTYpPnrIDTdsKH5", "Laura", "female", "young", "american", "sassy", "social_media"],
    ["IKne3meq5aSn9XLyUdCD", "Charlie", "male", "young", "australian", "hyped", "conversational"],
    ["JBFqnCBsd6RMkjVDRZzb", "George", "male", "middle_aged", "british", "mature", "narrative_story"],
    ["MF3mGyEYCl7XYWbV9V6O", "Elli", "female", "young", "american", "emotional", "narration"],
    ["N2lVS1w4EtoT3dr4eOWO", "Callum", "male", "middle_aged", "american", "hoarse", "characters_animation"],
    ["SAz9YHcvj6GT2YYXdXww", "River", "neutral", "middle_aged", "american", "calm", "conversational"],
    ["TX3LPaxmHKxFdv7VOQHJ", "Liam", "male", "young", "american", "confident", "social_media"],
    ["TxGEqnHWrfWFTfGW9XjX", "Josh", "male", "young", "american", "deep", "narration"],
    ["VR6AewLTigWG4xSOukaG", "Arnold", "male", "middle_aged", "american", "crisp", "narration"],
    ["XB0fDUnXU5powFXDhCwa", "Charlotte", "female", "young", "swedish", "relaxed", "characters_animation"],
    ["Xb7hH8MSUJpSbSDYk0k2", "Alice", "female", "middle_aged", "british", "professional", "informative_educational"],
    ["XrExE9yKIg1WjnnlVkGX", "Matilda", "female", "middle_aged", "american", "upbeat", "informative_educational"],
    ["bIHbv24MWmeRgasZH58o", "Will", "male", "young", "american", "chill", "conversational"],
    ["cgSgspJ2msm6clMCkdW9", "Jessica", "female", "young", "american", "cute", "conversational"],
    ["cjVigY5qzO86Huf0OWal", "Eric", "male", "middle_aged", "american", "classy", "conversational"],
    ["iP95p4xoKVk53GoZ742B", "Chris", "male", "middle_aged", "american", "casual", "conversational"],
    ["nPczCjzI2devNBz1zQrb", "Brian", "male", "middle_aged", "american", "classy", "social_media"],
    ["onwK4e9ZLuTAKqWW03F9", "Daniel", "male", "middle_aged", "british", "formal", "informative_educational"],
    ["pFZP5JQG7iQjIQuC4Bku", "Lily", "female", "middle_aged", "british", "confident", "informative_educational"],
    ["pNInz6obpgDQGcFmaJgB", "Adam", "male", "middle_aged", "american", "dominant", "social_media"],
    ["pqHfZKP75CvOlQylNhV4", "Bill", "male", "old", "american", "crisp", "advertisement"],
    ["yoZ06aMxZJJ28mfd3POQ", "Sam", "male", "young", "american", "raspy", "narration"],
];

/// One voice, as far as it is searched and sorted by.
#[derive(Clone)]
pub(crate) struct Voice {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) category: &'static str,
    pub(crate) labels: [(&'static str, &'static str); 6],
    pub(crate) created: u64,
}

/// Who can speak at one fake.
pub(crate) struct Roster {
    kind: Kind,
    voices: Mutex<Arc<Vec<Voice>>>,
    /// Counts the voices that were added one by one.
    added: Mutex<u64>,
    /// OpenAI itself has no list of voices, and servers that follow its API have.
    is_listed: AtomicBool,
    is_broken: AtomicBool,
}

impl Roster {
    pub(crate) fn new(kind: Kind) -> Self {
        let count = match kind {
            Kind::OpenAi => OPENAI.len(),
            Kind::ElevenLabs => ELEVENLABS.len() + MORE,
            Kind::Azure => AZURE,
        };
        Self {
            kind,
            voices: Mutex::new(Arc::new(voices(kind, count))),
            added: Mutex::default(),
            is_listed: AtomicBool::new(kind != Kind::OpenAi),
            is_broken: AtomicBool::default(),
        }
    }

    /// The voices as they are now.
    pub(crate) fn now(&self) -> Arc<Vec<Voice>> {
        Arc::clone(&self.locked())
    }

    /// The same, for who asks for a list.
    pub(crate) fn listed(&self) -> Option<Arc<Vec<Voice>>> {
        self.is_listed.load(Ordering::Relaxed).then(|| self.now())
    }

    pub(crate) fn has(&self, id: &str) -> bool {
        self.locked().iter().any(|voice| voice.id == id)
    }

    pub(crate) fn fill(&self, count: usize) {
        self.change(|known| *known = voices(self.kind, count));
    }

    pub(crate) fn add(&self, name: &str) -> String {
        let mut added = self.added.lock().unwrap_or_else(PoisonError::into_inner);
        let voice = Voice { name: name.to_owned(), ..generated(self.kind, ADDED + *added) };
        *added += 1;
        let id = voice.id.clone();
        self.change(|voices| voices.push(voice));
        id
    }

    pub(crate) fn remove(&self, id: &str) -> bool {
        self.change(|voices| {
            let before = voices.len();
            voices.retain(|voice| voice.id != id);
            voices.len() < before
        })
    }

    pub(crate) fn rename(&self, id: &str, name: &str) -> bool {
        self.change(|voices| {
            let known = voices.iter_mut().find(|voice| voice.id == id);
            known.map(|voice| voice.name = name.to_owned()).is_some()
        })
    }

    pub(crate) fn break_lists(&self, is_broken: bool) {
        self.is_broken.store(is_broken, Ordering::Relaxed);
    }

    pub(crate) fn is_broken(&self) -> bool {
        self.is_broken.load(Ordering::Relaxed)
    }

    fn change<T>(&self, change: impl FnOnce(&mut Vec<Voice>) -> T) -> T {
        self.is_listed.store(true, Ordering::Relaxed);
        change(Arc::make_mut(&mut self.locked()))
    }

    fn locked(&self) -> MutexGuard<'_, Arc<Vec<Voice>>> {
        self.voices.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// So many voices: the vendor's own, then as many others as it takes.
fn voices(kind: Kind, count: usize) -> Vec<Voice> {
    let own: Vec<Voice> = match kind {
        Kind::OpenAi => OPENAI.iter().map(|name| built_in(name)).collect(),
        Kind::ElevenLabs => ELEVENLABS.iter().map(premade).collect(),
        Kind::Azure => azure::well_known(),
    };
    own.into_iter().chain((0..).map(|number| generated(kind, number))).take(count).collect()
}

fn built_in(name: &str) -> Voice {
    Voice { id: name.to_owned(), name: name.to_owned(), ..generated(Kind::OpenAi, 0) }
}

fn premade(&[id, name, gender, age, accent, description, used_for]: &[&'static str; 7]) -> Voice {
    Voice {
        id: id.to_owned(),
        name: name.to_owned(),
        category: "premade",
        labels: labels(gender, age, accent, description, used_for, "en"),
        created: 1_672_531_200,
    }
}

/// Always the same voice for the same number.
fn generated(kind: Kind, number: u64) -> Voice {
    match kind {
        Kind::ElevenLabs => imagined(number),
        Kind::OpenAi => {
            let voice = imagined(number);
            Voice { id: voice.name.to_lowercase().replace(' ', "_"), ..voice }
        }
        Kind::Azure => azure::voice(number),
    }
}

/// Voices named by what they are for, of every kind and language in turn.
fn imagined(number: u64) -> Voice {
    const CATEGORIES: [&str; 4] = ["professional", "cloned", "generated", "high_quality"];
    const GENDERS: [&str; 3] = ["female", "male", "neutral"];
    const AGES: [&str; 3] = ["young", "middle_aged", "old"];
    const LANGUAGES: [(&str, &str); 24] = [
        ("en", "american"),
        ("en", "british"),
        ("de", "standard"),
        ("es", "mexican"),
        ("fr", "parisian"),
        ("hi", "standard"),
        ("it", "standard"),
        ("ja", "kanto"),
        ("pl", "standard"),
        ("pt", "brazilian"),
        ("en", "australian"),
        ("en", "us southern"),
        ("en", "irish"),
        ("en", "indian"),
        ("es", "peninsular"),
        ("fr", "canadian"),
        ("pt", "european"),
        ("zh", "beijing mandarin"),
        ("ar", "modern standard"),
        ("ko", "seoul"),
        ("nl", "flemish"),
        ("sv", "stockholm"),
        ("tr", "istanbul"),
        ("uk", "standard"),
    ];
    const MANNERS: [&str; 13] = [
        "calm",
        "warm",
        "crisp",
        "deep",
        "bright",
        "raspy",
        "gentle",
        "confident",
        "relaxed",
        "upbeat",
        "husky",
        "formal",
        "playful",
    ];
    const USES: [(&str, &str); 7] = [
        ("Narrator", "narrative_story"),
        ("Agent", "conversational"),
        ("Teacher", "informative_educational"),
        ("Announcer", "advertisement"),
        ("Character", "characters_animation"),
        ("Host", "social_media"),
        ("Presenter", "entertainment_tv"),
    ];
    let turn = number as usize;
    let manner = MANNERS[turn % MANNERS.len()];
    let (role, used_for) = USES[turn % USES.len()];
    let (language, accent) = LANGUAGES[turn / 3 % LANGUAGES.len()];
    let (gender, age) = (GENDERS[turn % GENDERS.len()], AGES[turn / 2 % AGES.len()]);
    let name = format!("{}{} {role} {number:03}", manner[..1].to_uppercase(), &manner[1..]);
    Voice {
        id: id(number),
        name,
        category: CATEGORIES[turn / 5 % CATEGORIES.len()],
        labels: labels(gender, age, accent, manner, used_for, language),
        created: 1_700_000_000 + number % ADDED * 3_600,
    }
}

/// Twenty letters and digits, always the same for the same number.
fn id(number: u64) -> String {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut state = number;
    let digit = |_| {
        // Knuth's linear congruential generator.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(DIGITS[(state >> 33) as usize % DIGITS.len()])
    };
    (0..20).map(digit).collect()
}

fn labels(
    gender: &'static str,
    age: &'static str,
    accent: &'static str,
    description: &'static str,
    used_for: &'static str,
    language: &'static str,
) -> [(&'static str, &'static str); 6] {
    [
        ("gender", gender),
        ("age", age),
        ("accent", accent),
        ("descriptive", description),
        ("use_case", used_for),
        ("language", language),
    ]
}

impl Voice {
    /// Whether its name, its category or one of its labels has these words.
    pub(crate) fn mentions(&self, words: &str) -> bool {
        let words = words.to_lowercase();
        let labels = self.labels.iter().map(|(_, value)| *value);
        labels.chain([self.name.as_str(), self.category]).any(|text| text.to_lowercase().contains(&words))
    }
}
