use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::{Voice, VoicePage};
use crate::{Query, RequestError};

/// The most voices of a page, and how many one has unless asked otherwise.
const MOST: u64 = 100;
const USUAL: u64 = 10;

/// Fields of the query that must equal the label of that name.
const LABELS: [(&str, &str); 4] =
    [("gender", "gender"), ("age", "age"), ("accent", "accent"), ("use_cases", "use_case")];

/// The voice types that a voice which comes with the service is none of.
const OTHER_TYPES: [&str; 4] = ["personal", "community", "workspace", "non-default"];

/// What `GET /v2/voices` is asked for. Fields that say nothing of our voices are ignored.
#[derive(Clone)]
pub struct VoiceSearch {
    query: Query,
    page_size: usize,
    by_name: bool,
    descending: bool,
    /// The id that the page before ended with.
    after: Option<String>,
}

impl VoiceSearch {
    /// Reads the query.
    ///
    /// # Errors
    /// The first [`RequestError`].
    pub fn read(query: Query) -> Result<Self, RequestError> {
        let page_size = query.number("page_size", 1..=MOST, "a whole number from 1 to 100")?.unwrap_or(USUAL);
        let by_name = one_of(&query, "sort", &["created_at_unix", "name"])? == Some("name");
        let descending = one_of(&query, "sort_direction", &["asc", "desc"])? == Some("desc");
        let after = query.get("next_page_token").map(read_token).transpose()?;
        Ok(Self { page_size: page_size as usize, by_name, descending, after, query })
    }

    /// The page of those voices that is asked for. Nobody knows when a voice was made: sorted by that, they come as
    /// they are.
    ///
    /// # Errors
    /// When the page before ended with a voice that is gone.
    pub fn page(&self, voices: Vec<Voice>) -> Result<VoicePage, RequestError> {
        let mut found: Vec<_> = voices.into_iter().filter(|voice| self.finds(voice)).collect();
        if self.by_name {
            found.sort_by_cached_key(|voice| (voice.name.to_lowercase(), voice.voice_id.clone()));
        }
        if self.descending {
            found.reverse();
        }
        let from = match &self.after {
            None => 0,
            Some(after) => 1 + found.iter().position(|voice| voice.voice_id == *after).ok_or(WRONG_TOKEN)?,
        };
        let total_count = found.len();
        let page: Vec<_> = found.into_iter().skip(from).take(self.page_size).collect();
        let has_more = from + page.len() < total_count;
        let next_page_token = page.last().filter(|_| has_more).map(|voice| token(&voice.voice_id));
        Ok(VoicePage { voices: page, has_more, total_count, next_page_token })
    }

    fn finds(&self, voice: &Voice) -> bool {
        let none_or = |field: &str, fits: &dyn Fn(&str) -> bool| {
            self.query.get(field).is_none() || self.query.all(field).any(fits)
        };
        none_or("search", &|words| has_words(voice, words))
            && none_or("voice_ids", &|id| id == voice.voice_id)
            && none_or("category", &|category| category == Voice::CATEGORY)
            && none_or("voice_type", &|kind| !OTHER_TYPES.contains(&kind))
            && none_or("language", &|language| speaks(voice, language))
            && LABELS.iter().all(|(field, label)| {
                none_or(field, &|value| {
                    voice.labels.get(*label).is_some_and(|label| label.eq_ignore_ascii_case(value))
                })
            })
    }
}

/// Every word occurs in its name, its description or a label.
fn has_words(voice: &Voice, words: &str) -> bool {
    let told = [Some(&voice.voice_id), Some(&voice.name), voice.description.as_ref()];
    let told = told.into_iter().flatten().chain(voice.labels.values());
    let told = told.map(|text| text.to_lowercase()).collect::<Vec<_>>().join("\n");
    words.to_lowercase().split_whitespace().all(|word| told.contains(word))
}

fn speaks(voice: &Voice, wanted: &str) -> bool {
    voice.verified_languages.iter().any(|spoken| {
        let locale = spoken.locale.as_deref();
        spoken.language.eq_ignore_ascii_case(wanted)
            || locale.is_some_and(|locale| locale.eq_ignore_ascii_case(wanted))
    })
}

fn one_of<'q>(
    query: &'q Query,
    param: &'static str,
    allowed: &[&'static str],
) -> Result<Option<&'q str>, RequestError> {
    match query.get(param) {
        Some(value) if !allowed.contains(&value) => {
            Err(RequestError::NotAllowed { param, allowed: allowed.to_vec() })
        }
        value => Ok(value),
    }
}

const WRONG_TOKEN: RequestError =
    RequestError::WrongShape { param: "next_page_token", expected: "one that the page before gave" };

/// A token names the voice that a page ended with, so that it holds its place while others come and go.
fn token(voice_id: &str) -> String {
    URL_SAFE_NO_PAD.encode(voice_id)
}

fn read_token(token: &str) -> Result<String, RequestError> {
    let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| WRONG_TOKEN)?;
    String::from_utf8(bytes).map_err(|_| WRONG_TOKEN)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::elevenlabs::VerifiedLanguage;

    fn voices(count: usize) -> Vec<Voice> {
        let voice = |number: usize| {
            let mut voice = Voice::named(format!("backend:v{number}"));
            voice.name = format!("Voice {}", (b'a' + (number * 7 % 26) as u8) as char);
            let gender = if number.is_multiple_of(2) { "female" } else { "male" };
            voice.labels.insert("gender".into(), gender.into());
            voice.verified_languages.push(VerifiedLanguage::of(["en-US", "fr"][number % 2], "m"));
            voice
        };
        (0..count).map(voice).collect()
    }

    fn page(query: &str, voices: Vec<Voice>) -> Result<VoicePage, String> {
        let search = VoiceSearch::read(Query::parse(Some(query)));
        search.and_then(|search| search.page(voices)).map_err(|error| error.to_string())
    }

    fn ids(query: &str) -> Vec<String> {
        page(query, voices(4)).unwrap().voices.into_iter().map(|voice| voice.voice_id).collect()
    }

    #[test]
    fn a_search_finds_by_words_and_by_what_is_known() {
        assert_eq!(ids("search=V3"), ["backend:v3"]);
        assert_eq!(ids("search=voice+FEMALE").len(), 2);
        assert_eq!(ids("gender=Male"), ["backend:v1", "backend:v3"]);
        assert_eq!(ids("language=en"), ["backend:v0", "backend:v2"]);
        assert_eq!(ids("language=en-us&language=fr").len(), 4);
        assert_eq!(ids("voice_ids=backend%3Av2&voice_ids=gone"), ["backend:v2"]);
        assert_eq!(ids("category=cloned"), Vec::<String>::new());
        assert_eq!(ids("voice_type=personal"), Vec::<String>::new());
        assert_eq!(ids("voice_type=default&category=premade&min_notice_period_days=3").len(), 4);
        assert_eq!(
            ids("sort=name&sort_direction=desc"),
            ["backend:v3", "backend:v2", "backend:v1", "backend:v0"]
        );
    }

    #[test]
    fn what_cannot_be_searched_for_is_named_and_not_quoted() {
        for (query, refusal) in [
            ("page_size=0", "page_size must be a whole number from 1 to 100."),
            ("page_size=101", "page_size must be a whole number from 1 to 100."),
            ("sort=secret", "sort is none of the allowed values."),
            ("next_page_token=%21", "next_page_token must be one that the page before gave."),
            ("next_page_token=c2VjcmV0", "next_page_token must be one that the page before gave."),
        ] {
            assert_eq!(page(query, voices(3)).err().as_deref(), Some(refusal));
        }
    }

    #[test]
    fn a_page_keeps_its_place_while_voices_come() {
        let first = page("page_size=2", voices(4)).unwrap();
        let token = first.next_page_token.unwrap();
        let mut more = voices(4);
        more.insert(0, Voice::named("new"));
        let second = page(&format!("page_size=2&next_page_token={token}"), more).unwrap();
        assert_eq!(second.voices[0].voice_id, "backend:v2");
        assert_eq!((second.has_more, second.total_count, second.next_page_token), (false, 5, None));
    }

    proptest! {
        #[test]
        fn pages_are_the_list(count in 0_usize..40, size in 1_usize..15, sort in 0_usize..2) {
            let sort = ["created_at_unix", "name"][sort];
            let (mut seen, mut token) = (Vec::new(), String::new());
            loop {
                let query = format!("page_size={size}&sort={sort}&next_page_token={token}");
                let page = page(&query, voices(count)).unwrap();
                prop_assert_eq!(page.total_count, count);
                prop_assert!(page.voices.len() <= size);
                prop_assert_eq!(page.has_more, page.next_page_token.is_some());
                seen.extend(page.voices.into_iter().map(|voice| voice.voice_id));
                match page.next_page_token {
                    Some(next) => token = next,
                    None => break,
                }
            }
            let mut all: Vec<_> = voices(count).into_iter().map(|voice| voice.voice_id).collect();
            if sort == "created_at_unix" {
                prop_assert_eq!(&seen, &all);
            }
            seen.sort();
            all.sort();
            prop_assert_eq!(seen, all);
        }
    }
}
