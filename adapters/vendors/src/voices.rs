use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use speech::{ErrorKind, SpeechError, Voice, VoiceStatus};

/// Names in an error.
const MOST_NAMES: usize = 50;

/// The voices of a backend, each id once, found at once however many they are.
pub(crate) struct Voices {
    all: Arc<[Voice]>,
    by_id: HashMap<String, usize>,
    by_name: HashMap<String, Vec<usize>>,
    /// The first fifty of each, for errors.
    some_ids: Arc<[String]>,
    some_names: Arc<[String]>,
}

/// Of two with one id, the first.
impl FromIterator<Voice> for Voices {
    fn from_iter<I: IntoIterator<Item = Voice>>(voices: I) -> Self {
        let (mut all, mut by_id) = (Vec::new(), HashMap::new());
        let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
        for voice in voices {
            if let Entry::Vacant(id) = by_id.entry(voice.id.voice.clone()) {
                id.insert(all.len());
                by_name.entry(folded(&voice.name)).or_default().push(all.len());
                all.push(voice);
            }
        }
        let some = |of: fn(&Voice) -> &String| all.iter().map(of).take(MOST_NAMES).cloned().collect();
        let (some_ids, some_names) = (some(|voice| &voice.id.voice), some(|voice| &voice.name));
        Self { all: all.into(), by_id, by_name, some_ids, some_names }
    }
}

impl Voices {
    pub(crate) fn all(&self) -> Arc<[Voice]> {
        Arc::clone(&self.all)
    }

    /// The voice of that id.
    pub(crate) fn get(&self, id: &str) -> Option<&Voice> {
        self.by_id.get(id).and_then(|at| self.all.get(*at))
    }

    /// The voices of that name for people, in capitals or not.
    pub(crate) fn named(&self, name: &str) -> impl Iterator<Item = &Voice> {
        let places = self.by_name.get(&folded(name)).map(Vec::as_slice).unwrap_or_default();
        places.iter().filter_map(|at| self.all.get(*at))
    }

    /// Names for people of some of them.
    pub(crate) fn some_names(&self) -> &Arc<[String]> {
        &self.some_names
    }

    /// The voice of that id, if it can speak.
    ///
    /// # Errors
    /// [`ErrorKind::UnknownVoice`] with ids that are there, or [`ErrorKind::VoiceUnavailable`] with the reason.
    pub(crate) fn find(&self, backend: &str, id: &str) -> Result<Voice, SpeechError> {
        match self.get(id) {
            None => {
                let message = format!("The backend {backend} has no voice of that name.");
                Err(SpeechError::new(ErrorKind::UnknownVoice, message)
                    .about("voice")
                    .allowing_these(&self.some_ids))
            }
            Some(Voice { status: VoiceStatus::Unavailable { reason }, .. }) => {
                Err(SpeechError::new(ErrorKind::VoiceUnavailable, reason).about("voice"))
            }
            Some(voice) => Ok(voice.clone()),
        }
    }
}

/// A name leads to no voice, or to several; of those that would have led to one, the first fifty.
pub(crate) fn unknown<'v>(message: String, names: impl Iterator<Item = &'v str>) -> SpeechError {
    SpeechError::new(ErrorKind::UnknownVoice, message).about("voice").allowing(names.take(MOST_NAMES))
}

fn folded(name: &str) -> String {
    name.chars().flat_map(char::to_lowercase).collect()
}
