//! Words that the lexicon knows, in whatever form they are written.

use crate::Accent;
use crate::endings::{with_ed, with_ing, with_s};
use crate::lexicon::Lexicon;
use crate::stress::{Emphasis, PRIMARY, SECONDARY, demoted};
use crate::tags::Tag;

/// The lexicon with its rules: letter case, endings, spelling.
#[derive(Clone, Copy)]
pub(crate) struct Words {
    pub(crate) lexicon: Lexicon,
    pub(crate) accent: Accent,
}

impl Words {
    pub(crate) fn new(accent: Accent) -> Self {
        Self { lexicon: Lexicon::new(accent), accent }
    }

    /// The sound of a word of ASCII letters, apostrophes and hyphens; `None` if nothing sure can be said.
    pub(crate) fn sound(&self, word: &str, tag: Tag) -> Option<String> {
        self.in_this_case(word, tag, Emphasis::of(word)).or_else(|| {
            let capitalised_or_capitals = word.starts_with(|c: char| c.is_ascii_uppercase())
                && (is_capitals(word) || !word.bytes().skip(1).any(|byte| byte.is_ascii_uppercase()));
            let small = capitalised_or_capitals.then(|| word.to_ascii_lowercase())?;
            self.in_this_case(&small, tag, Emphasis::of(word))
        })
    }

    /// The names of the letters, the last one stressed; what is no letter is passed over.
    pub(crate) fn letters(&self, word: &str) -> Option<String> {
        let mut sound = String::new();
        for letter in word.chars().filter(char::is_ascii_alphabetic) {
            let name = self.lexicon.get(letter.to_ascii_uppercase().encode_utf8(&mut [0; 4]))?;
            sound.push_str(name.said(Tag::Other)?);
        }
        let mut sound = demoted(&sound).into_owned();
        if let Some(last) = sound.rfind(SECONDARY) {
            sound.replace_range(last..last + SECONDARY.len_utf8(), "ˈ");
        }
        Some(sound).filter(|sound| !sound.is_empty())
    }

    fn in_this_case(&self, word: &str, tag: Tag, emphasis: Emphasis) -> Option<String> {
        if self.is_known(word) {
            return self.look_up(word, tag, emphasis);
        }
        if let Some(owners) = word.strip_suffix('\'') {
            let owner = owners.strip_suffix('s').map(|owner| format!("{owner}'s"));
            if let Some(owner) = owner.filter(|owner| self.is_known(owner)) {
                return self.look_up(&owner, tag, emphasis);
            }
            return self.in_this_case(owners, tag, emphasis);
        }
        self.ending_in_s(word, tag, emphasis)
            .or_else(|| self.ending_in_ed(word, tag, emphasis))
            .or_else(|| self.ending_in_ing(word, tag, emphasis))
            .or_else(|| self.contracted(word, tag, emphasis))
            .or_else(|| self.compared(word, tag, emphasis))
    }

    /// "cheaper", "nicest", "sunnier".
    fn compared(&self, word: &str, tag: Tag, emphasis: Emphasis) -> Option<String> {
        let known = |stem: &str| self.is_known(stem).then(|| stem.to_owned());
        let ending = ["er", "est"].into_iter().find(|ending| word.ends_with(ending))?;
        let rest = word
            .strip_suffix(ending)
            .filter(|rest| rest.len() > 2 && !rest.starts_with(char::is_uppercase))?;
        let stem = None
            .or_else(|| known(rest))
            .or_else(|| known(&format!("{rest}e")))
            .or_else(|| known(&format!("{}y", rest.strip_suffix('i')?)))
            .or_else(|| known(undoubled(rest)?))?;
        let stem = self.look_up(&stem, tag, emphasis)?;
        let ending = match (ending, self.accent) {
            ("er", Accent::American) => "əɹ",
            ("est", Accent::American) => "əst",
            // A British stem in "ə" or "ː" has an r that it does not show.
            _ if stem.ends_with(['ə', 'ː']) => return None,
            ("er", Accent::British) => "ə",
            _ => "ɪst",
        };
        Some(stem + ending)
    }

    /// "that'd", "who'll've"; and "youre", "im", without their apostrophe.
    fn contracted(&self, word: &str, tag: Tag, emphasis: Emphasis) -> Option<String> {
        if let Some((stem, ending)) = word.rsplit_once('\'') {
            let ending = match ending {
                "ve" => "əv",
                "re" if self.accent == Accent::American => "əɹ",
                "re" => "ə",
                _ => self.lexicon.get(&format!("'{ending}"))?.said(tag)?,
            };
            return Some(self.in_this_case(stem, tag, emphasis)? + ending);
        }
        let stems = ["m", "re", "ve", "ll", "d", "s", "t"].into_iter().filter_map(|ending| {
            Some(format!("{}'{ending}", word.strip_suffix(ending).filter(|stem| !stem.is_empty())?))
        });
        let entry = stems.into_iter().find_map(|contraction| self.lexicon.find(&contraction))?;
        Some(emphasis.on(entry.said(tag)?).into_owned())
    }

    fn look_up(&self, word: &str, tag: Tag, emphasis: Emphasis) -> Option<String> {
        let shouted = is_capitals(word) && !self.lexicon.knows(word);
        let entry = match shouted {
            true => self.lexicon.find(&word.to_ascii_lowercase()),
            false => self.lexicon.find(word),
        };
        let sound = entry.and_then(|entry| entry.said(tag));
        let spelled = shouted && tag == Tag::Name;
        match sound {
            Some(sound) if !spelled || sound.contains(PRIMARY) => Some(emphasis.on(sound).into_owned()),
            _ => self.letters(word),
        }
    }

    fn is_known(&self, word: &str) -> bool {
        self.lexicon.knows(word)
            || !word.is_empty()
                && word.bytes().all(|byte| byte.is_ascii_alphabetic())
                && (word.len() == 1
                    || is_capitals(word) && self.lexicon.knows(&word.to_ascii_lowercase())
                    || is_spelled(word))
    }

    fn ending_in_s(&self, word: &str, tag: Tag, emphasis: Emphasis) -> Option<String> {
        let known = |stem: &str| self.is_known(stem).then(|| stem.to_owned());
        let rest = word.strip_suffix('s').filter(|rest| rest.len() > 1)?;
        let stem = None
            .or_else(|| known(rest).filter(|rest| !rest.ends_with('s')))
            .or_else(|| known(rest.strip_suffix('\'')?))
            .or_else(|| known(rest.strip_suffix('e').filter(|rest| rest.len() > 2 && !rest.ends_with('i'))?))
            .or_else(|| known(&format!("{}y", rest.strip_suffix("ie").filter(|rest| rest.len() > 1)?)))?;
        Some(with_s(&self.look_up(&stem, tag, emphasis)?, self.accent))
    }

    fn ending_in_ed(&self, word: &str, tag: Tag, emphasis: Emphasis) -> Option<String> {
        let known = |stem: &str| self.is_known(stem).then(|| stem.to_owned());
        let rest = word.strip_suffix('d').filter(|rest| rest.len() > 2)?;
        let stem = None.or_else(|| known(rest).filter(|rest| !rest.ends_with('d'))).or_else(|| {
            let rest = rest.strip_suffix('e').filter(|rest| rest.len() > 2 && !rest.ends_with('e'))?;
            let in_y = || known(&format!("{}y", rest.strip_suffix('i')?));
            known(rest).or_else(|| known(undoubled(rest)?)).or_else(in_y)
        })?;
        Some(with_ed(&self.look_up(&stem, tag, emphasis)?, self.accent))
    }

    fn ending_in_ing(&self, word: &str, tag: Tag, emphasis: Emphasis) -> Option<String> {
        let known = |stem: &str| self.is_known(stem).then(|| stem.to_owned());
        let rest = word.strip_suffix("ing").filter(|rest| rest.len() > 1)?;
        let stem = None
            .or_else(|| known(rest).filter(|rest| rest.len() > 2))
            .or_else(|| known(&format!("{rest}e")))
            .or_else(|| known(undoubled(rest)?))?;
        let emphasis = if emphasis == Emphasis::None { Emphasis::Some } else { emphasis };
        with_ing(&self.look_up(&stem, tag, emphasis)?, self.accent)
    }
}

pub(crate) fn is_capitals(word: &str) -> bool {
    word.bytes().any(|byte| byte.is_ascii_uppercase()) && !word.bytes().any(|byte| byte.is_ascii_lowercase())
}

/// Unknown capitals that are read letter by letter: short ones, and those that cannot be spoken, for want of a vowel
/// behind the first letter or by their beginning ("LMFAO"); and words with such capitals behind a small letter ("iOS").
fn is_spelled(word: &str) -> bool {
    let vowels = ['A', 'E', 'I', 'O', 'U'];
    let behind = word.get(1..).unwrap_or_default();
    let spoken =
        behind.contains(vowels) && (word.get(..2).is_none_or(|two| two.contains(vowels) || is_onset(two)));
    is_capitals(behind) && (behind.len() < 3 || !spoken)
}

/// Two consonants with which English words begin.
fn is_onset(two: &str) -> bool {
    let onsets = "BL BR CH CL CR CZ DR DW FL FR GH GL GN GR KL KN KR KH PH PL PR PS PT RH SC SH SK SL SM SN SP SQ ST SV SW TH TR \
        TS TW VL WH WR ZH BY CY DY FY GY HY KY LY MY NY PY RY SY TY VY WY YS YT YL YV DJ MC LL";
    onsets.split_ascii_whitespace().any(|onset| onset == two)
}

/// "runn" of "running": "run". "mimick" of "mimicking": "mimic".
fn undoubled(stem: &str) -> Option<&str> {
    let rest = stem.get(..stem.len().checked_sub(1)?)?;
    let last = stem.chars().next_back().filter(|last| "bcdgklmnprstvxz".contains(*last))?;
    (rest.len() > 1 && (rest.ends_with(last) || last == 'k' && rest.ends_with('c'))).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn american(word: &str, tag: Tag) -> Option<String> {
        Words::new(Accent::American).sound(word, tag)
    }

    #[test]
    fn endings_are_taken_off_and_said() {
        for (word, sound) in [
            ("minutes", "mˈɪnəts"),
            ("running", "ɹˈʌnɪŋ"),
            ("iPhones", ""),
            ("PDFs", "pˌidˌiˈɛfs"),
            ("dogs'", "dˈɔɡz"),
            ("James's", "ʤˈAmzᵻz"),
            ("parties'", "pˈɑɹɾiz"),
            ("HELLO", "həlˈO"),
            ("HTTPS", "ˌAʧtˌitˌipˌiˈɛs"),
            ("that'd", "ðætd"),
            ("youre", "jʊɹ"),
            ("im", "ˌIm"),
            ("they'd've", "ðAdəv"),
            ("specified", "spˈɛsəfˌId"),
            ("cheaper", "ʧˈipəɹ"),
            ("weirdest", "wˈɪɹdəst"),
            ("dumbest", "dˈʌməst"),
            ("went", "wˈɛnt"),
            ("PhDs", "pˌiˌAʧdˈiz"),
            ("FTFY", "ˌɛftˌiˌɛfwˈI"),
            ("ABCD", "ˌAbˌisˌidˈi"),
        ] {
            assert_eq!(american(word, Tag::Noun).unwrap_or_default(), sound, "{word}");
        }
    }

    #[test]
    fn names_in_capitals_are_spelled_where_the_lexicon_says_so() {
        assert_eq!(american("IT", Tag::Name).as_deref(), Some("ˌItˈi"));
        assert_eq!(american("IT", Tag::Pronoun).as_deref(), Some("ˈɪt"));
        assert_eq!(american("US", Tag::Name).as_deref(), Some("jˌuˈɛs"));
        assert_eq!(american("XQZT", Tag::Name).as_deref(), Some("ˌɛkskjˌuzˌitˈi"));
        assert_eq!(american("ZORBLAT", Tag::Name), None);
    }
}
