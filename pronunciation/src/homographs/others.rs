//! The homographs that are rarer.

use super::{ARTICLES, SUBJECTS, VERBS};
use crate::cues::Cue::{
    Accented, AfterModal, AfterPerfect, Capital, First, Is, Last, Near, Next, NextIs, Not, Previous,
    PreviousIs,
};
use crate::cues::Rule;
use crate::cues::Sense::{Like, Sound, Tagged};
use crate::tags::Tag::{
    Adjective, Adverb, Determiner, Name, Noun, Number, Particle, Past, Possessive, Preposition, ThirdPerson,
    To, Verb,
};

pub(super) const BOW: &[Rule] = &[
    (
        &[Near("arrow arrows violin cello hair ribbon tie fiddle strings archer quiver present gift")],
        Tagged(Noun),
    ),
    (
        &[Near(
            "ship ship's ships stern boat boat's deck waves hull vessel audience curtain took takes take final applause \
             starboard wave ferry yacht anchor deep queen king low",
        )],
        Tagged(Verb),
    ),
    (
        &[Near("sailors captain dolphins mast cabin sailed rowed aboard ocean sea"), PreviousIs(ARTICLES)],
        Tagged(Verb),
    ),
    (&[AfterModal], Tagged(Verb)),
    (&[Previous(SUBJECTS)], Tagged(Verb)),
];

pub(super) const DOVE: &[Rule] = &[
    (&[Next("into in off under down for headfirst headlong beneath deeper straight")], Tagged(Past)),
    (&[Previous("he she i we they")], Tagged(Past)),
    (&[PreviousIs(&[Noun, Name, Adverb]), NextIs(&[Preposition, To, Adverb, Particle])], Tagged(Past)),
    (&[], Tagged(Noun)),
];

pub(super) const WOUND: &[Rule] = &[
    (&[PreviousIs(&[Determiner, Possessive, Adjective])], Tagged(Noun)),
    (&[Next("up around down through its tightly along back round his her")], Tagged(Past)),
    (&[Previous("he she it they we i tightly")], Tagged(Past)),
];

pub(super) const ROW: &[Rule] = &[(
    &[Previous(
        "blazing heated furious diplomatic political bitter almighty flaming violent terrible blistering",
    )],
    Sound("ɹˈW", "ɹˈW"),
)];

pub(super) const SOW: &[Rule] = &[
    (&[Near("pig pigs piglets litter boar hog hogs pregnant pen sty farrowed")], Tagged(Noun)),
    (&[], Tagged(Verb)),
];

pub(super) const DOES: &[Rule] =
    &[(&[Near("bucks stags fawns deer antlers buck"), Not(&Is(&[ThirdPerson]))], Sound("dˈOz", "dˈQz"))];

pub(super) const CONTENT: &[Rule] = &[
    (&[Next("with to"), Not(&PreviousIs(ARTICLES))], Tagged(Adjective)),
    (&[Previous("feel feels felt quite perfectly seemed seem seems very more")], Tagged(Adjective)),
    (&[PreviousIs(ARTICLES)], Tagged(Noun)),
    (&[Previous("be am is are was were"), Last], Tagged(Adjective)),
    (&[], Tagged(Noun)),
];

pub(super) const INVALID: &[Rule] = &[
    (&[PreviousIs(ARTICLES), Not(&NextIs(&[Noun, Name, Adjective]))], Tagged(Noun)),
    (&[], Tagged(Adjective)),
];

pub(super) const LEARNED: &[Rule] = &[(
    &[Next(
        "man men woman women scholar scholars professor professors judge judges friend friends society societies colleague \
         colleagues gentleman gentlemen people journal journals counsel",
    )],
    Tagged(Adjective),
)];

pub(super) const BLESSED: &[Rule] = &[(
    &[Next("virgin are event sacrament mother saint trinity memory relief silence thing day isles")],
    Sound("blˈɛsɪd", "blˈɛsɪd"),
)];

pub(super) const NUMBER: &[Rule] = &[(
    &[
        Previous("grew got felt feel feels even getting becoming became went"),
        Near("fingers toes lips hands cold feet face legs"),
    ],
    Sound("nˈʌməɹ", "nˈʌmə"),
)];

pub(super) const SEWER: &[Rule] = &[(
    &[Near("needle dress fabric seamstress quilt quilts stitches sewing skirt garment thread")],
    Sound("sˈOəɹ", "sˈQə"),
)];

pub(super) const POLISH: &[Rule] =
    &[(&[Capital, First, Next("the your my it this these those up and until")], Sound("pˈɑlɪʃ", "pˈɒlɪʃ"))];

pub(super) const JOB: &[Rule] = &[(
    &[Capital, Near("book bible god patience satan testament biblical sufferings prophet")],
    Sound("ʤˈOb", "ʤˈQb"),
)];

pub(super) const USED: &[Rule] = &[
    (&[Next("to"), Not(&AfterPerfect)], Tagged(Past)),
    (
        &[Next("to"), Previous("i'm you're we're they're get gets got getting am been not quite")],
        Tagged(Past),
    ),
];

pub(super) const MOPED: &[Rule] =
    &[(&[PreviousIs(&[Determiner, Possessive, Adjective, Number])], Tagged(Noun))];

pub(super) const RESUME: &[Rule] = &[
    (&[Accented], Sound("ɹˈɛzəmˌA", "ɹˈɛzjʊmˌA")),
    (&[PreviousIs(&[Determiner, Possessive, Adjective])], Sound("ɹˈɛzəmˌA", "ɹˈɛzjʊmˌA")),
    (&[Is(&[Noun]), Not(&AfterModal)], Sound("ɹˈɛzəmˌA", "ɹˈɛzjʊmˌA")),
];

pub(super) const RESUMES: &[Rule] = &[
    (&[Accented], Sound("ɹˈɛzəmˌAz", "ɹˈɛzjʊmˌAz")),
    (&[PreviousIs(&[Determiner, Possessive, Adjective, Number])], Sound("ɹˈɛzəmˌAz", "ɹˈɛzjʊmˌAz")),
];

pub(super) const EXPOSE: &[Rule] = &[(&[Accented], Sound("ˌɛkspOzˈA", "ɛkspˈQzA"))];

pub(super) const ROSE: &[Rule] = &[(&[Accented], Sound("ɹOzˈA", "ɹˈQzA"))];

pub(super) const PATE: &[Rule] = &[(&[Accented], Sound("pɑtˈA", "pˈatA"))];

pub(super) const READING: &[Rule] = &[
    (
        &[Capital, Not(&First), Previous("in to from near at"), Not(&NextIs(ARTICLES))],
        Sound("ɹˈɛdɪŋ", "ɹˈɛdɪŋ"),
    ),
    (&[Capital, Next("festival pennsylvania university fc")], Sound("ɹˈɛdɪŋ", "ɹˈɛdɪŋ")),
];

pub(super) const NICE: &[Rule] = &[
    (&[Capital, Not(&First), Previous("in to from near at of")], Sound("nˈis", "nˈiːs")),
    (&[Capital, Next("france")], Sound("nˈis", "nˈiːs")),
];

pub(super) const AUGUST: &[Rule] = &[
    (&[Previous("in of last next since until late early mid by")], Like("August")),
    (&[NextIs(&[Number])], Like("August")),
];

pub(super) const PRODUCE: &[Rule] = &[
    (&[PreviousIs(ARTICLES)], Tagged(Noun)),
    (&[AfterModal], Tagged(Verb)),
    (&[Previous("fresh organic local farm dairy of seasonal home-grown")], Tagged(Noun)),
    (&[Next("aisle section stand market")], Tagged(Noun)),
    (&[Is(VERBS)], Tagged(Verb)),
];

pub(super) const REFUSE: &[Rule] = &[
    (&[AfterModal], Tagged(Verb)),
    (&[Previous(SUBJECTS)], Tagged(Verb)),
    (&[Next("collection collectors bin bins dump heap sacks disposal")], Tagged(Noun)),
    (&[PreviousIs(ARTICLES)], Tagged(Noun)),
];
