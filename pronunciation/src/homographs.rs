//! Words with several sounds, told apart by their neighbours.
//!
//! The tagger tells most of them apart. These rules stand before it: where a neighbour is surer than the tag, and where
//! both senses have one tag (the bass that swims and the one that is played). The first rule of a word whose cues are
//! all there decides; where none does, the tag.

mod others;

use crate::cues::Cue::{
    After, AfterModal, AfterPerfect, AfterPlural, Anywhere, First, InThePast, Is, Last, Near, Next, NextIs,
    Not, Previous, PreviousIs,
};
use crate::cues::Sense::{Like, Tagged};
use crate::cues::{Place, Rule};
use crate::known::Words;
use crate::tags::Tag::{
    self, Adjective, Adverb, Determiner, Modal, Name, Noun, Number, Participle, Past, Possessive, Present,
    Pronoun, ThirdPerson, Verb,
};

/// The sound of a homograph, if its neighbours settle it.
pub(crate) fn sound(words: &Words, place: Place<'_>) -> Option<String> {
    let word = place.sentence.get(place.at)?.word.as_ref();
    if word.len() > 9 {
        return None;
    }
    place.sound(rules(&word.to_ascii_lowercase()), words)
}

fn rules(word: &str) -> &'static [Rule] {
    match word {
        "read" | "reread" | "misread" => READ,
        "lead" => LEAD,
        "wind" => WIND,
        "winds" => WINDS,
        "bass" => BASS,
        "minute" => MINUTE,
        "live" => LIVE,
        "lives" => LIVES,
        "close" => CLOSE,
        "closer" => CLOSER,
        "tear" => TEAR,
        "tears" => TEARS,
        "bow" => others::BOW,
        "dove" => others::DOVE,
        "wound" => others::WOUND,
        "row" => others::ROW,
        "sow" => others::SOW,
        "does" => others::DOES,
        "content" => others::CONTENT,
        "invalid" => others::INVALID,
        "learned" => others::LEARNED,
        "blessed" => others::BLESSED,
        "number" => others::NUMBER,
        "sewer" => others::SEWER,
        "polish" => others::POLISH,
        "job" => others::JOB,
        "moped" => others::MOPED,
        "used" => others::USED,
        "resume" => others::RESUME,
        "resumes" => others::RESUMES,
        "expose" => others::EXPOSE,
        "rose" => others::ROSE,
        "pate" => others::PATE,
        "reading" => others::READING,
        "nice" => others::NICE,
        "august" => others::AUGUST,
        "produce" => others::PRODUCE,
        "refuse" => others::REFUSE,
        "perfect" | "separate" => ADJECTIVE_OR_VERB,
        "record" | "use" | "present" | "object" | "desert" | "excuse" | "house" | "estimate" | "contract"
        | "conduct" | "permit" | "project" | "subject" | "conflict" | "contrast" | "increase" | "insult"
        | "rebel" | "suspect" | "transport" | "progress" | "protest" | "import" | "export" | "refund"
        | "survey" | "abuse" | "reject" | "convict" | "abstract" | "reuse" | "misuse" | "graduate"
        | "delegate" | "advocate" => NOUN_OR_VERB,
        "records" | "uses" | "presents" | "objects" | "deserts" | "excuses" | "houses" | "estimates"
        | "contracts" | "permits" | "projects" | "subjects" | "conflicts" | "increases" | "refuses" => {
            NOUNS_OR_VERB
        }
        _ => &[],
    }
}

const VERBS: &[Tag] = &[Verb, Present, ThirdPerson];
const ARTICLES: &[Tag] = &[Determiner, Possessive];
const OBJECTS: &[Tag] = &[Determiner, Possessive, Pronoun];
const SUBJECTS: &str = "i you we they who";
const SUBJECT: &str = "he she it who which";

const NOUN_OR_VERB: &[Rule] = &[
    (&[PreviousIs(ARTICLES)], Tagged(Noun)),
    (&[Previous("of no for into with by in from its own"), Not(&Is(VERBS))], Tagged(Noun)),
    (&[Next("high highs low lows levels profits heat rainfall"), Previous("to at")], Tagged(Noun)),
    (&[After("put puts putting"), Previous("to"), Last], Tagged(Noun)),
    (&[PreviousIs(&[Adjective]), Not(&Is(VERBS))], Tagged(Noun)),
    (&[AfterModal], Tagged(Verb)),
    (&[Previous(SUBJECTS)], Tagged(Verb)),
    (&[First, NextIs(ARTICLES)], Tagged(Verb)),
    (&[AfterPlural, NextIs(OBJECTS)], Tagged(Verb)),
    (&[AfterPlural, Next("everything anything nothing everyone things")], Tagged(Verb)),
];

const NOUNS_OR_VERB: &[Rule] = &[
    (&[PreviousIs(ARTICLES)], Tagged(Noun)),
    (&[PreviousIs(&[Adjective, Number])], Tagged(Noun)),
    (&[Previous(SUBJECT)], Tagged(ThirdPerson)),
];

const ADJECTIVE_OR_VERB: &[Rule] = &[
    (&[PreviousIs(ARTICLES)], Tagged(Adjective)),
    (&[AfterModal, Not(&Previous("be"))], Tagged(Verb)),
    (&[Previous(SUBJECTS)], Tagged(Verb)),
];

const READ: &[Rule] = &[
    (&[PreviousIs(ARTICLES), Not(&Is(&[Participle, Past, Adjective]))], Tagged(Noun)),
    (&[Previous("good great quick long easy interesting fun light")], Tagged(Noun)),
    (&[Previous("well widely most least well-")], Tagged(Participle)),
    (&[Previous("i you we they who"), Anywhere("yesterday ago")], Tagged(Past)),
    (&[AfterModal], Tagged(Verb)),
    (&[AfterPerfect], Tagged(Participle)),
    (&[Previous("he she it nobody somebody everybody everyone someone one")], Tagged(Past)),
    (
        &[
            PreviousIs(&[Noun]),
            Not(&AfterPlural),
            Not(&Previous("people children men women kids")),
            Not(&Is(&[Noun])),
        ],
        Tagged(Past),
    ),
    (&[PreviousIs(&[Name])], Tagged(Past)),
    (&[Anywhere("yesterday ago last earlier previously already once"), Not(&First)], Tagged(Past)),
    (&[Is(&[Past, Participle, Adjective, Present]), InThePast], Tagged(Past)),
    (
        &[
            Previous("i you we they who people children"),
            Anywhere("every always usually often sometimes daily never"),
        ],
        Tagged(Verb),
    ),
    (&[Is(&[Present])], Tagged(Verb)),
];

const LEAD: &[Rule] = &[
    (
        &[Next(
            "pipe pipes paint paints poisoning acid acetate bullet bullets weight weights apron shot oxide crystal glass \
             solder roof exposure contamination ore levels piping batteries pellets sinkers sheeting",
        )],
        Like("led"),
    ),
    (&[Previous("of"), Not(&NextIs(&[Noun, Name]))], Like("led")),
    (&[Previous("as like molten melted toxic"), Last], Like("led")),
    (
        &[NextIs(&[ThirdPerson, Modal, Past]), Not(&PreviousIs(&[Determiner, Possessive, Adjective]))],
        Like("led"),
    ),
    (&[AfterModal], Tagged(Verb)),
    (
        &[Next(
            "to the us them him me singer role actor story guitarist time vocals character article author",
        )],
        Tagged(Verb),
    ),
    (
        &[Near(
            "pipes paint poisoning metal metals bullet bullets copper zinc tin iron mercury arsenic cadmium toxic solder \
             molten melt melted unleaded gasoline petrol pencil graphite battery blood soil roof element heavier \
             contaminated plumbing uranium ore drinking poisonous silver",
        )],
        Like("led"),
    ),
    // The lead of a race or a play has an article; the metal has none.
    (
        &[
            Is(&[Noun]),
            Not(&PreviousIs(&[Determiner, Possessive, Adjective, Number, Noun, Name])),
            Not(&NextIs(&[Noun, Name])),
        ],
        Like("led"),
    ),
];

const WIND: &[Rule] = &[
    (&[AfterModal], Tagged(Verb)),
    (&[PreviousIs(&[Determiner, Possessive, Adjective])], Tagged(Noun)),
    (&[Previous("i you we they and"), Next("up down the it my your our back around")], Tagged(Verb)),
    (&[First, Next("the up it your this down")], Tagged(Verb)),
    (
        &[
            Is(VERBS),
            Near("clock watch toy yarn wool thread bobbin string rope road path spool spring trail"),
        ],
        Tagged(Verb),
    ),
    (
        &[
            Next("through around along up down past between across"),
            Near(
                "road roads path paths trail trails river rivers street streets lane lanes creek track tracks stairs",
            ),
        ],
        Tagged(Verb),
    ),
    (&[Is(VERBS), Next("through around along up down past between")], Tagged(Verb)),
    (&[], Tagged(Noun)),
];

const WINDS: &[Rule] = &[
    (&[PreviousIs(&[Determiner, Possessive, Adjective, Number])], Tagged(Noun)),
    (
        &[
            Next("through around along its up down past between his her the back over"),
            Not(&Previous("of and with by")),
        ],
        Tagged(ThirdPerson),
    ),
    (&[Previous(SUBJECT)], Tagged(ThirdPerson)),
    (&[], Tagged(Noun)),
];

const BASS: &[Rule] = &[
    (
        &[Next(
            "guitar guitars player players line lines drum drums clef solo notes note amp clarinet boost",
        )],
        Tagged(Adjective),
    ),
    (
        &[Near(
            "fish fishing fished caught catch catches catching lake lakes river pond sea striped largemouth smallmouth \
             grilled fillet fillets fry fried trout angler anglers bait lure lures freshwater reel reeled salmon perch \
             cod swam swim swimming reservoir roasted baked pan-fried steamed menu ordered potatoes sauce ate eat dinner cooked restaurant plate chef served butter pounds spawn spawning pike shallows tackle",
        )],
        Tagged(Noun),
    ),
    (&[], Tagged(Adjective)),
];

const MINUTE: &[Rule] = &[
    (
        &[Next(
            "amount amounts quantity quantities detail details particle particles difference differences trace traces \
             change changes crack cracks speck specks variation variations fragment fragments creature creatures \
             organism organisms droplet droplets hole holes proportion proportions adjustment adjustments grain grains \
             examination fraction fractions movement movements bubbles crystals dose doses print scratches insects",
        )],
        Tagged(Adjective),
    ),
    (&[Previous("so very extremely incredibly too almost truly impossibly vanishingly")], Tagged(Adjective)),
    (&[Previous("are is was were"), Last], Tagged(Adjective)),
    (
        &[
            NextIs(&[Noun]),
            Not(&PreviousIs(&[Number])),
            Not(&Previous("the this that every each last per any another")),
            Not(&Next("hand hands book walk break drive ride mile silence steak later ago warning delay")),
        ],
        Tagged(Adjective),
    ),
    (&[], Tagged(Noun)),
];

const LIVE: &[Rule] = &[
    (
        &[Next(
            "music show shows stream streams streaming broadcast broadcasts concert concerts wire wires audience audiences \
             performance performances coverage event events ammunition ammo album albums band bands recording recordings \
             tv television radio action bait animals chat demo demonstration update updates feed session sessions \
             entertainment rounds sports report interview game games version from",
        )],
        Tagged(Adjective),
    ),
    (
        &[Previous(
            "go goes going went gone broadcast broadcasts broadcasting streamed streaming perform performed performing \
             played playing aired air reporting come coming it them her him band shown we're you're is are was were now",
        )],
        Tagged(Adverb),
    ),
    (&[Next("in on"), Near("concert studio stage audience air tour tv television radio")], Tagged(Adverb)),
    (&[AfterModal], Tagged(Verb)),
    (&[Previous(SUBJECTS)], Tagged(Verb)),
    (&[Next("in with near alone together longer there here under")], Tagged(Verb)),
    (&[PreviousIs(ARTICLES)], Tagged(Adjective)),
];

const LIVES: &[Rule] = &[
    (&[PreviousIs(&[Determiner, Possessive, Adjective, Number])], Tagged(Noun)),
    (&[Previous(SUBJECT)], Tagged(ThirdPerson)),
    (&[PreviousIs(&[Name])], Tagged(ThirdPerson)),
    (&[After("save saved saving cost claimed lost risk changed nine")], Tagged(Noun)),
    (&[Next("in with near alone on next across under somewhere there here far")], Tagged(ThirdPerson)),
];

const CLOSE: &[Rule] = &[
    (&[Previous("the a this"), Next("of")], Tagged(Noun)),
    (&[Previous("the a"), Last], Tagged(Noun)),
    (
        &[Previous(
            "very so too quite pretty extremely really uncomfortably dangerously stand stay sit get come keep hold",
        )],
        Tagged(Adjective),
    ),
    (&[Next("early late down soon again permanently")], Tagged(Verb)),
    (
        &[Next("at"), Near("four five six seven eight nine ten eleven noon midnight dusk o'clock")],
        Tagged(Verb),
    ),
    (&[AfterModal, Not(&Previous("be get stay come keep"))], Tagged(Verb)),
    (
        &[Next(
            "to by friend friends relative relatives call calls look contact attention range proximity quarters combat \
             ties relationship relationships game race enough together second family associate ally allies encounter \
             encounters connection examination behind",
        )],
        Tagged(Adjective),
    ),
    (
        &[Previous(
            "very so too quite pretty extremely really that how as fairly uncomfortably dangerously come came comes get \
             gets got stay stayed stand stood keep kept sit sat drew draw hold held following followed be is are was \
             were been it's getting",
        )],
        Tagged(Adjective),
    ),
    (&[PreviousIs(ARTICLES)], Tagged(Adjective)),
    (&[Previous("i you we they who shops doors stores and")], Tagged(Verb)),
    (&[Next("the your my this that his her our their it"), Not(&PreviousIs(ARTICLES))], Tagged(Verb)),
    (&[AfterPlural], Tagged(Verb)),
    (&[First, NextIs(ARTICLES)], Tagged(Verb)),
    (&[Is(&[Noun, Name])], Tagged(Verb)),
];

const CLOSER: &[Rule] = &[
    (&[Not(&PreviousIs(ARTICLES))], Tagged(Adjective)),
    (&[Next("look to inspection examination")], Tagged(Adjective)),
];

const TORN: &str = "muscle ligament tendon meniscus cartilage rotator cuff acl sleeve fabric jeans paper page wear shirt \
    curtain knee canvas sail tire tyre stitch trousers membrane seam wallpaper hole upholstery cloth dress coat tent \
    stocking mend mended sewed bag";

const TEAR: &[Rule] = &[
    (&[Next("gas drop drops duct ducts")], Tagged(Noun)),
    (&[AfterModal], Tagged(Verb)),
    (&[Previous(SUBJECTS)], Tagged(Verb)),
    (&[First, Not(&Next("in from fell"))], Tagged(Verb)),
    (&[Next("down apart up off open it them out along"), Not(&PreviousIs(ARTICLES))], Tagged(Verb)),
    (&[Near(TORN)], Tagged(Verb)),
    (&[Previous("a the his her my each one single this their your")], Tagged(Noun)),
];

const TEARS: &[Rule] = &[
    (
        &[Previous(
            "in to into of with no her his their my your our the bitter happy angry fighting shed wept",
        )],
        Tagged(Noun),
    ),
    (&[Near("eyes cheeks cried crying wept cry weeping face joy laughter blinked wiped")], Tagged(Noun)),
    (&[Previous(SUBJECT)], Tagged(ThirdPerson)),
    (&[Next("down apart up off open out through easily the at his her")], Tagged(ThirdPerson)),
    (&[Near(TORN)], Tagged(ThirdPerson)),
];
