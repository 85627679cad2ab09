//! How a text is read, and how its words are said.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use language::English;
use serde_json::{Map, Value};
use speech::{Markup, Reading, Saying};
use wire::soundboard::notation;

/// Shows what would be said.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  voice-soundboard say-as chapter.md
  voice-soundboard say-as --text \"Dr. Ng paid $5 on 3/4/2024.\" --language en-GB
  voice-soundboard say-as notes.md --markup headings=announce,code=skip
  voice-soundboard say-as - --json < text                    as POST /api/v1/normalize answers

First comes the normalised text, then a line for each word that is not said as it is written:
  offset+length  \"written\" -> \"said\"  (what it was taken for)
with offset and length in characters of the text.")]
pub(crate) struct SayAs {
    /// Read the text from this file (UTF-8); '-' reads it from standard input.
    #[arg(value_name = "FILE", required_unless_present = "text", conflicts_with = "text")]
    pub(crate) file: Option<PathBuf>,
    /// The text itself.
    #[arg(long, value_name = "TEXT")]
    pub(crate) text: Option<String>,
    /// The language: it decides what 3/4/2024 means.
    #[arg(long, value_name = "TAG", default_value = "en-US")]
    pub(crate) language: Language,
    #[command(flatten)]
    pub(crate) markup: MarkupFlag,
    /// Where the lexicon lies [default: voice-soundboard in the user's data directory].
    #[arg(long, value_name = "DIR", overrides_with = "data")]
    pub(crate) data: Option<PathBuf>,
}

/// A language that a text can be normalised in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Language {
    #[value(name = "en-US")]
    American,
    #[value(name = "en-GB")]
    British,
}

impl From<Language> for English {
    fn from(language: Language) -> Self {
        match language {
            Language::American => Self::American,
            Language::British => Self::British,
        }
    }
}

/// How the text is written, and what becomes of Markdown and HTML.
#[derive(Clone, Copy, Debug, Default, Args)]
pub(crate) struct MarkupFlag {
    /// The text is SSML: a document, or what could stand in one.
    #[arg(long, conflicts_with = "markup")]
    ssml: bool,
    /// What becomes of Markdown and HTML: 'headings=skip,code=announce'. The parts are headings, lists, emphasis,
    /// links, code, tables; each is kept, unless it is to 'skip' or 'announce'.
    #[arg(long, value_name = "PART=MANNER,...", value_parser = parse_markup)]
    markup: Option<Markup>,
}

impl MarkupFlag {
    /// How the text is to be read.
    pub(crate) fn reading(self) -> Reading {
        Reading {
            notation: notation(self.ssml),
            markup: self.markup.unwrap_or_default(),
            ..Reading::default()
        }
    }
}

fn parse_markup(text: &str) -> Result<Markup, String> {
    let parts = text.split(',').map(|part| {
        let (part, manner) = part.split_once('=').ok_or("write PART=MANNER, such as code=skip")?;
        Ok((part.trim().to_owned(), Value::from(manner.trim())))
    });
    let parts: Map<String, Value> = parts.collect::<Result<_, &str>>()?;
    serde_json::from_value(parts.into()).map_err(|error| error.to_string().replace('`', "'"))
}

/// The lexicons.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  voice-soundboard lexicon add W3C --alias \"World Wide Web Consortium\"
  voice-soundboard lexicon add Kubernetes --respelling koo-ber-NET-eez
  voice-soundboard lexicon add Nguyen --ipa ˈwɪn --client newsroom
  voice-soundboard lexicon test \"Mr. Nguyen runs Kubernetes.\" -o test.wav
  voice-soundboard lexicon list --client newsroom
  voice-soundboard lexicon remove W3C

An entry holds from the next request on, also in a server that is running. A client's own comes before
everyone's, and one that a request brings before both.")]
pub(crate) struct Lexicon {
    #[command(subcommand)]
    pub(crate) action: LexiconAction,
    /// Whose entries: a client of the configuration, or 'local', who is everybody on this machine where no client
    /// is configured, and always the command line [default: everyone's].
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) client: Option<String>,
    /// Where the lexicon lies [default: voice-soundboard in the user's data directory].
    #[arg(long, global = true, value_name = "DIR", overrides_with = "data")]
    pub(crate) data: Option<PathBuf>,
}

/// What to do about the lexicons.
#[derive(Debug, Subcommand)]
pub(crate) enum LexiconAction {
    /// Say how a word or phrase is said, from now on.
    Add(Add),
    /// Add what a file lists: a line for each word, with tabs between word, kind (alias, respelling, ipa) and saying.
    Import {
        /// The file (UTF-8); '-' reads it from standard input. An empty line counts as none, and so does one that
        /// begins with '#'.
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// List the entries.
    List,
    /// Forget an entry.
    Remove {
        /// The word or phrase, just as it was added.
        #[arg(value_name = "WORD")]
        word: String,
    },
    /// Show which entries apply to a word or text, and what would be said.
    Test(Test),
}

/// Adds an entry.
#[derive(Debug, Args)]
pub(crate) struct Add {
    /// The word or phrase. Upper and lower case make no difference, unless entries differ in nothing else.
    #[arg(value_name = "WORD")]
    pub(crate) word: String,
    #[command(flatten)]
    way: Way,
}

/// One of three ways to say a word.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Way {
    /// Other words, read as any text: 'World Wide Web Consortium'.
    #[arg(long, value_name = "TEXT")]
    alias: Option<String>,
    /// English syllables, the stressed one in capitals: 'koo-ber-NET-eez'.
    #[arg(long, value_name = "TEXT")]
    respelling: Option<String>,
    /// English phonemes in the International Phonetic Alphabet: 'ˌkubɚˈnɛtiz'.
    #[arg(long, value_name = "TEXT")]
    ipa: Option<String>,
}

impl Add {
    /// How it is to be said; clap sees to it that there is one way.
    pub(crate) fn saying(&self) -> Option<Saying> {
        let Way { alias, respelling, ipa } = &self.way;
        let alias = alias.clone().map(Saying::Alias);
        alias.or(respelling.clone().map(Saying::Respelling)).or(ipa.clone().map(Saying::Ipa))
    }
}

/// Tries the lexicon.
#[derive(Debug, Args)]
pub(crate) struct Test {
    /// A word, or a text.
    #[arg(value_name = "TEXT")]
    pub(crate) text: String,
    /// Also speak it to this file.
    #[arg(short, long, value_name = "FILE", conflicts_with = "aloud")]
    pub(crate) output: Option<PathBuf>,
    /// Also speak it aloud.
    #[arg(long)]
    pub(crate) aloud: bool,
    /// Who speaks it.
    #[arg(long, default_value = "af_heart")]
    pub(crate) voice: String,
}

#[cfg(test)]
mod tests {
    use speech::Manner;

    use super::*;

    #[test]
    fn markup_is_a_list_of_parts_and_manners() {
        let expected = Markup { headings: Manner::Skip, code: Manner::Announce, ..Markup::default() };
        assert_eq!(parse_markup("headings=skip, code=announce"), Ok(expected));
        for (wrong, hint) in [("code", "PART=MANNER"), ("cod=skip", "'code'"), ("code=omit", "'announce'")] {
            let error = parse_markup(wrong).expect_err("it is wrong");
            assert!(error.contains(hint), "{wrong}: {error}");
        }
    }
}
