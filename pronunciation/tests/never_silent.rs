//! Whatever a client writes, every word has a sound that the model can say.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pronunciation::{Accent, Guess, How, Pronouncer, Said, from_ipa};
use proptest::prelude::*;

/// Says the letters, and remembers what it was asked.
#[derive(Default)]
struct Letters {
    asked: Mutex<Vec<Vec<String>>>,
}

impl Letters {
    fn asked(&self) -> MutexGuard<'_, Vec<Vec<String>>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Guess for Letters {
    fn guess(&self, words: &[&str], _: Accent) -> Vec<String> {
        self.asked().push(words.iter().map(|word| (*word).to_owned()).collect());
        words.iter().map(|word| format!("ˈə{}", word.replace(['\'', 'g', 'c'], "k"))).collect()
    }
}

const SYMBOLS: &str = " \u{303}ʣʥʦʨᵝꭧAIOQSTWYᵊabcdefhijklmnopqrstuvwxyzɑɐɒæβɔɕçɖðʤəɚɛɜɟɡɥɨɪʝɯɰŋɳɲɴøɸθœɹɾɻʁɽʂʃʈʧʊʋʌɣɤχʎʒʔˈˌːʰʲ↓→↗↘ᵻ";

fn sounds(accent: Accent, texts: &[&str]) -> (Vec<String>, Vec<Vec<String>>) {
    let letters = Arc::new(Letters::default());
    let pronouncer = Pronouncer::new(accent, letters.clone());
    let said: Vec<Said<'_>> = texts.iter().map(|text| Said { text, how: How::Word }).collect();
    let sounds = pronouncer.sounds(&said);
    let asked = letters.asked().clone();
    (sounds, asked)
}

fn how() -> impl Strategy<Value = How> {
    prop_oneof![Just(How::Word), Just(How::Letters), Just(How::Phonemes)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn every_word_has_a_sound(words in prop::collection::vec(("\\PC{0,12}|[A-Za-z'’.-]{1,20}|\\w{1,8}", how()), 0..8)) {
        for accent in [Accent::American, Accent::British] {
            let letters = Arc::new(Letters::default());
            let pronouncer = Pronouncer::new(accent, letters.clone());
            let said: Vec<Said<'_>> = words.iter().map(|(text, how)| Said { text, how: *how }).collect();
            let sounds = pronouncer.sounds(&said);
            prop_assert_eq!(sounds.len(), words.len());
            for sound in &sounds {
                prop_assert!(sound.contains(char::is_alphabetic), "{:?}", sound);
                prop_assert!(sound.chars().all(|c| SYMBOLS.contains(c)), "{:?}", sound);
            }
            let asked = letters.asked();
            prop_assert!(asked.len() <= 1, "one question a sentence");
            for word in asked.iter().flatten() {
                prop_assert!((1..=64).contains(&word.len()), "{:?}", word);
                prop_assert!(word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'\''), "{:?}", word);
            }
        }
    }

    #[test]
    fn ipa_and_respellings_never_panic(text in "\\PC{0,20}|[a-zA-Z -]{0,30}|[ˈˌəɪʊaeioutʃdʒrnl̩ː͡. ]{0,20}") {
        for accent in [Accent::American, Accent::British] {
            match from_ipa(&text, accent) {
                Ok(phonemes) => prop_assert!(phonemes.chars().all(|c| SYMBOLS.contains(c)), "{:?}", phonemes),
                Err(error) => prop_assert!(error.place <= text.chars().count()),
            }
            let pronouncer = Pronouncer::new(accent, Arc::new(Letters::default()));
            prop_assert!(pronouncer.respelled(&text).contains(char::is_alphabetic));
        }
    }
}

#[test]
fn what_the_lexicon_lacks_is_asked_once() {
    let (sounds, asked) = sounds(
        Accent::American,
        &["Kubernikes,", "kubernikes", "and", "Zorblat's", "café", "iPhones", "Green-Blarg", "O’Zorbl"],
    );
    assert_eq!(asked, [["blarg", "kubernikes", "o'zorbl", "zorblat"]]);
    assert_eq!(sounds[0], sounds[1]);
    assert_eq!(sounds[2], "ænd");
    assert_eq!(sounds[3], "ˈəzorblats");
    assert_eq!(sounds[4], "kæfˈA");
    assert_eq!(sounds[6], "ɡɹˈin ˈəblark");
}

#[test]
fn a_word_of_a_hundred_thousand_letters_is_said_whole() {
    let (said, asked) = sounds(Accent::American, &[&"abcdefghij".repeat(10_000)]);
    assert_eq!(said[0].split(' ').count(), 100_000_usize.div_ceil(64));
    assert!(asked.concat().len() <= 6, "the same letters are asked for once");
    let (said, _) = sounds(Accent::British, &[&"zoqB-".repeat(25_000)]);
    assert!(said[0].matches("ˈəzoq").count() == 25_000);
}

#[test]
fn letters_are_named_and_end_as_they_are_written() {
    let pronouncer = Pronouncer::new(Accent::American, Arc::new(Letters::default()));
    let spelled = |text| pronouncer.sounds(&[Said { text, how: How::Letters }]).concat();
    assert_eq!(spelled("GPU"), "ʤˌipˌijˈu");
    assert_eq!(spelled("GPUs"), "ʤˌipˌijˈuz");
    assert_eq!(spelled("GPU's"), "ʤˌipˌijˈuz");
    assert_eq!(spelled("HTTPS"), "ˌAʧtˌitˌipˌiˈɛs");
    assert_eq!(spelled("U.S."), "jˌuˈɛs");
    assert_eq!(spelled("gps"), "ʤˌipˌiˈɛs");
    assert_eq!(spelled("MP3"), "ˌɛmpˈi θɹˈi");
}

#[test]
fn phonemes_pass() {
    let pronouncer = Pronouncer::new(Accent::American, Arc::new(Letters::default()));
    let said = [Said { text: "the", how: How::Word }, Said { text: "ˈæpəl❓", how: How::Phonemes }];
    assert_eq!(pronouncer.sounds(&said), ["ði", "ˈæpəl"]);
}

#[test]
fn stretched_words_are_the_words_that_they_stretch() {
    for (stretched, word) in [
        ("nooooo", "no"),
        ("sooooon", "soon"),
        ("yesss", "yes"),
        ("NOOOOO", "no"),
        ("goooal", "goal"),
        ("tooooo", "too"),
    ] {
        let (said, asked) = sounds(Accent::American, &[stretched]);
        assert_eq!((said, asked), sounds(Accent::American, &[word]), "{stretched}");
    }
}
