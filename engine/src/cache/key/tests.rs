use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, LazyLock};

use proptest::prelude::*;
use speech::{
    Backend, BoxFuture, Codec, Extras, Model, Reading, Receipt, Saying, Sound, SpeechError, SpeechText,
    Speed, Voice, Volume,
};

use super::*;
use crate::tab::Tab;
use crate::tab::tests::tab;

/// Nothing of it is in a key.
static TAB: LazyLock<Tab> = LazyLock::new(|| {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let _inside = runtime.enter();
    tab()
});

/// All that can be heard of a call, and by whom it is asked.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Said {
    client: String,
    kind: String,
    name: String,
    house: String,
    version: String,
    most_characters: Option<usize>,
    text: String,
    markup: [u8; 2],
    lexicon: Vec<(String, bool, String)>,
    voice: String,
    model: Option<String>,
    speed: u8,
    instructions: Option<String>,
    language: Option<String>,
    extras: Vec<(String, String)>,
    codec: usize,
    rate: Option<u32>,
    bit_rate: Option<u32>,
    volume: u8,
    timed: bool,
    visemes: bool,
    whole: bool,
}

struct Nobody {
    kind: String,
    name: String,
    house: String,
    version: String,
}

impl Backend for Nobody {
    fn name(&self) -> &str {
        &self.name
    }
    fn kind(&self) -> &str {
        &self.kind
    }
    fn house(&self) -> &str {
        &self.house
    }
    fn version(&self) -> String {
        self.version.clone()
    }
    fn models(&self) -> Arc<[Model]> {
        Arc::new([])
    }
    fn voices(&self) -> Arc<[Voice]> {
        Arc::new([])
    }
    fn voice(&self, name: &str) -> Result<Voice, SpeechError> {
        Ok(Voice::named(&self.name, name))
    }
    fn leaves_out(&self, _: &Utterance) -> Vec<String> {
        Vec::new()
    }
    fn speak(&self, _: Utterance, _: Receipt) -> BoxFuture<Result<Sound, SpeechError>> {
        Box::pin(async { Err(SpeechError::internal("a key is made of what is asked")) })
    }
}

impl Said {
    fn call(&self) -> Call {
        let said = self.clone();
        let manner = |which: u8| [Manner::Keep, Manner::Skip, Manner::Announce][usize::from(which % 3)];
        let markup =
            Markup { headings: manner(said.markup[0]), links: manner(said.markup[1]), ..Markup::default() };
        let entries = said.lexicon.into_iter().map(|(word, is_alias, text)| {
            (word, if is_alias { Saying::Alias(text) } else { Saying::Respelling(text) })
        });
        let lexicon = Lexicon::new(entries).unwrap();
        let reading = Reading { markup, lexicon, ..Reading::default() };
        let text = SpeechText::new(said.text, None).unwrap();
        let graph = Arc::new(language::compile(text, &reading).unwrap());
        let format = AudioFormat {
            codec: Codec::ALL[said.codec],
            rate: said.rate.and_then(NonZeroU32::new),
            bit_rate: said.bit_rate,
        };
        let delivery = Delivery {
            voice: said.voice,
            model: said.model,
            speed: Speed::new(f64::from(said.speed) / 64.0).unwrap(),
            instructions: said.instructions,
            language: said.language,
            extras: Extras::from_iter(said.extras.into_iter().map(|(name, value)| (name, value.into()))),
            format,
            timed: said.timed,
            visemes: said.visemes,
            whole: said.whole,
        };
        Call {
            backend: Arc::new(Nobody {
                kind: said.kind,
                name: said.name,
                house: said.house,
                version: said.version,
            }),
            most_characters: said.most_characters,
            utterance: Utterance { graph, delivery },
            format,
            volume: Volume::new(f64::from(said.volume) / 64.0).unwrap(),
            bypasses_cache: false,
            tab: TAB.clone(),
        }
    }

    fn key(&self) -> Key {
        Key::of(&self.call(), Some(&self.client))
    }
}

/// Short and of few letters, so that equal ones, and those that only differ in where they are cut, are common.
fn word() -> impl Strategy<Value = String> {
    "[ab]{1,3}"
}

fn option() -> impl Strategy<Value = Option<String>> {
    prop::option::of("[ab]{0,2}")
}

prop_compose! {
    fn said()(
        (client, kind, name, house, version) in (word(), word(), word(), word(), word()),
        (text, voice, model) in ("[ab]{1,3}( [ab]{1,2})?[.,]?", word(), option()),
        (instructions, language) in (option(), option()),
        most_characters in prop::option::of(0..3_usize),
        markup in any::<[bool; 2]>(),
        lexicon in prop::collection::btree_map(word(), (any::<bool>(), word()), 0..3),
        extras in prop::collection::btree_map(word(), "[ab]{0,2}", 0..3),
        (speed, volume) in (16..19_u8, 0..3_u8),
        (codec, rate, bit_rate) in
            (0..Codec::ALL.len(), prop::option::of(1..3_u32), prop::option::of(0..3_u32)),
        (timed, visemes, whole) in any::<(bool, bool, bool)>(),
    ) -> Said {
        Said {
            client, kind, name, house, version, most_characters, text, markup: markup.map(u8::from),
            lexicon: lexicon.into_iter().map(|(word, (is_alias, text))| (word, is_alias, text)).collect(),
            voice, model, speed, instructions, language, extras: extras.into_iter().collect(), codec, rate,
            bit_rate, volume, timed, visemes, whole,
        }
    }
}

/// The same, but one part of it, by number, is `other`'s.
fn with_part_of(mut said: Said, other: &Said, part: usize) -> Said {
    macro_rules! take {
        ($($field:ident),+) => {{
            let takes: [fn(&mut Said, &Said); _] = [$(|said, other| said.$field = other.$field.clone()),+];
            takes[part % takes.len()](&mut said, other);
        }};
    }
    take!(
        client,
        kind,
        name,
        house,
        version,
        most_characters,
        text,
        markup,
        lexicon,
        voice,
        model,
        speed,
        instructions,
        language,
        extras,
        codec,
        rate,
        bit_rate,
        volume,
        timed,
        visemes,
        whole
    );
    said
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// One part of two, and two parts of two, are exchanged: that is where a key would confuse neighbours.
    #[test]
    fn what_could_sound_different_never_shares_a_key(
        one in said(), other in said(), part in 0..22_usize, second in 0..22_usize,
    ) {
        let near = with_part_of(one.clone(), &other, part);
        let nearer = with_part_of(near.clone(), &other, second);
        let mut known: HashMap<Key, &Said> = HashMap::new();
        for said in [&one, &other, &near, &nearer] {
            let before = known.insert(said.key(), said);
            prop_assert!(before.is_none_or(|before| before == said), "{before:?} and {said:?}");
            // And what is the same has the same.
            prop_assert_eq!(said.clone().key(), said.key());
        }
    }
}

fn plain() -> Said {
    Said {
        client: "ann".into(),
        kind: "k".into(),
        name: "n".into(),
        house: "h".into(),
        version: String::new(),
        most_characters: None,
        text: "a".into(),
        markup: [0, 0],
        lexicon: Vec::new(),
        voice: "v".into(),
        model: None,
        speed: 64,
        instructions: None,
        language: None,
        extras: Vec::new(),
        codec: 0,
        rate: None,
        bit_rate: None,
        volume: 64,
        timed: false,
        visemes: false,
        whole: false,
    }
}

#[test]
fn clients_have_keys_of_their_own_unless_they_share() {
    let (ann, ben) = (plain(), Said { client: "ben".into(), ..plain() });
    assert_ne!(ann.key(), ben.key());
    assert_eq!(Key::of(&ann.call(), None), Key::of(&ben.call(), None));
    assert_ne!(Key::of(&ann.call(), None), ann.key());
}

#[test]
fn a_letter_from_one_part_to_the_next_makes_another_key() {
    let cut = |kind: &str, name: &str| Said { kind: kind.into(), name: name.into(), ..plain() }.key();
    assert_ne!(cut("ab", "c"), cut("a", "bc"));
    let model = |model: Option<&str>| Said { model: model.map(Into::into), ..plain() }.key();
    assert_ne!(model(None), model(Some("")));
}

#[test]
fn a_key_is_found_by_its_name() {
    let key = plain().key();
    assert_eq!(Key::parse(&key.name()), Some(key));
    for other in ["", "ab", &key.name()[1..], &key.name().replacen(|_: char| true, "A", 1), &"é".repeat(32)]
    {
        assert_eq!(Key::parse(other), None, "{other}");
    }
}
