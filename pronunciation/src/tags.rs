//! Parts of speech, as Penn Treebank names them.

/// A part of speech. Tags between which no pronunciation depends are one: NN and NNS, JJ and JJR, ...
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Tag {
    /// NN, NNS
    Noun,
    /// NNP, NNPS
    Name,
    /// JJ, JJR, JJS, AFX
    Adjective,
    /// RB, RBR, RBS
    Adverb,
    /// VB: "to read"
    Verb,
    /// VBD: "he read"
    Past,
    /// VBG: "reading"
    Gerund,
    /// VBN: "has read"
    Participle,
    /// VBP: "they read"
    Present,
    /// VBZ: "he reads"
    ThirdPerson,
    /// MD: "can"
    Modal,
    /// DT, PDT: "the", "this"
    Determiner,
    /// IN: "in", "because"
    Preposition,
    /// TO
    To,
    /// PRP: "I", "them"
    Pronoun,
    /// PRP$: "my"
    Possessive,
    /// WDT: "which"
    Relative,
    /// WP, WP$, WRB: "who", "whose", "when"
    Question,
    /// CC: "and"
    Conjunction,
    /// CD: "three"
    Number,
    /// RP: "give up"
    Particle,
    /// UH: "oh"
    Interjection,
    /// EX, FW, SYM, ...
    Other,
    /// Punctuation
    Mark,
}

/// How many tags there are.
pub(crate) const TAGS: usize = 24;
