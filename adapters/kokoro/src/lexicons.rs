//! The lexicons that are loaded, each when it is first needed.

use std::sync::OnceLock;

use crate::phonemes::Phonemiser;

/// English twice. A call blocks while another thread loads the same lexicon.
#[derive(Default)]
pub(crate) struct Lexicons {
    american: OnceLock<Phonemiser>,
    british: OnceLock<Phonemiser>,
}

impl Lexicons {
    pub(crate) fn american(&self) -> &Phonemiser {
        self.american.get_or_init(|| Phonemiser::load(false))
    }

    pub(crate) fn british(&self) -> &Phonemiser {
        self.british.get_or_init(|| Phonemiser::load(true))
    }
}
