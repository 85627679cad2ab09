//! The shapes of bodies that are read field by field, for the document at `/openapi.json`. Nobody makes one: what came of a
//! body is its reader's own type. A test holds each shape against what its reader takes.

use std::collections::BTreeMap;

use ::speech::{Codec, Fallback, Policy};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa::openapi::schema::{Object, ObjectBuilder, SchemaType, Type};

use super::speech::SAMPLE_RATES;

/// `POST /api/v1/speech` and `POST /api/v1/estimate`.
#[derive(ToSchema)]
#[schema(as = Speak)]
pub struct SpeakShape {
    /// What is to be said: at most 100,000 code points.
    #[schema(max_length = 100_000, example = "Hello.")]
    pub text: String,
    /// Who says it: `backend:voice`, a name that only one backend has, or an alias.
    #[schema(max_length = 512, example = "alloy")]
    pub voice: String,
    /// By which model; left out, the voice's backend chooses.
    #[schema(max_length = 512)]
    pub model: Option<String>,
    /// As what the sound is sent; mp3 unless asked otherwise.
    #[schema(schema_with = codecs)]
    pub format: Option<String>,
    /// Samples per second; of pcm 24000 and of ulaw and alaw 8000 unless asked otherwise, of others the backend's own.
    #[schema(schema_with = sample_rates)]
    pub sample_rate: Option<u32>,
    /// Times the voice's own pace.
    #[schema(minimum = 0.25, maximum = 4.0)]
    pub speed: Option<f64>,
    /// How to say it, in prose, for backends that can follow it.
    #[schema(max_length = 4096)]
    pub instructions: Option<String>,
    /// A BCP 47 tag of the text's language; left out, the voice's own.
    #[schema(example = "en-GB")]
    pub language: Option<String>,
    /// Whether `text` is SSML: a document, or what could stand in one. At most 65,536 bytes.
    pub ssml: Option<bool>,
    /// What becomes of Markdown and light HTML.
    pub markup: Option<MarkupShape>,
    /// How words are said in this text.
    #[schema(max_items = 1000)]
    pub lexicon: Option<Vec<EntryShape>>,
    /// Whether the sound comes with the times of its words, as `TimedSpeech`.
    pub timings: Option<bool>,
    /// Whether the words come with the shapes of the mouth; they have their times then, too.
    pub visemes: Option<bool>,
    /// How the voice is chosen; the same as the header `x-soundboard-policy`.
    #[schema(schema_with = policies)]
    pub policy: Option<String>,
    /// What happens when a backend fails; the same as the header `x-soundboard-fallback`.
    #[schema(schema_with = fallbacks)]
    pub fallback: Option<String>,
}

/// A piece of the sound, and the words that begin in it or before.
#[derive(ToSchema)]
#[schema(as = TimedSpeech)]
pub struct TimedShape {
    /// Encoded sound, in base64. The pieces of one answer, joined, are its sound.
    #[schema(content_encoding = "base64")]
    pub audio: String,
    /// As what it is encoded.
    #[schema(schema_with = codecs)]
    pub format: String,
    /// The words.
    pub timings: Vec<WordShape>,
}

/// A word that is heard.
#[derive(ToSchema)]
#[schema(as = TimedWord)]
pub struct WordShape {
    /// As it was written.
    #[schema(example = "Hello")]
    pub text: String,
    /// Milliseconds from the start of the sound.
    #[schema(minimum = 0)]
    pub start_ms: u64,
    /// Milliseconds from the start of the sound.
    #[schema(minimum = 0)]
    pub end_ms: u64,
    /// Code points of the text before it.
    #[schema(minimum = 0)]
    pub offset: u64,
    /// Its code points.
    #[schema(minimum = 0)]
    pub length: u64,
    /// How its times are known.
    pub kind: KindShape,
    /// The shapes of the mouth while it is said, where they were asked for.
    pub visemes: Option<Vec<VisemeShape>>,
}

/// A shape of the mouth.
#[derive(ToSchema)]
#[schema(as = Viseme)]
pub struct VisemeShape {
    /// Which, as Azure numbers them: 0 is silence.
    #[schema(minimum = 0, maximum = 21)]
    pub id: u8,
    /// Milliseconds from the start of the sound.
    #[schema(minimum = 0)]
    pub at_ms: u64,
    /// How the time is known.
    pub kind: KindShape,
}

/// How a time is known: the synthesiser said so, or it was worked out from something else.
#[derive(ToSchema)]
#[schema(as = TimingKind, rename_all = "lowercase")]
pub enum KindShape {
    /// The synthesiser said so.
    Measured,
    /// Worked out from something else.
    Estimated,
}

/// `POST /api/v1/normalize`.
#[derive(ToSchema)]
#[schema(as = NormalizeText)]
pub struct NormalizeShape {
    /// What is to be read: at most 100,000 code points.
    #[schema(max_length = 100_000, example = "Dr. Ng paid $5.")]
    pub text: String,
    /// `en-US` unless it says `en-GB`.
    #[schema(example = "en-US")]
    pub language: Option<String>,
    /// Whether `text` is SSML: a document, or what could stand in one. At most 65,536 bytes.
    pub ssml: Option<bool>,
    /// What becomes of Markdown and light HTML.
    pub markup: Option<MarkupShape>,
    /// How words are said in this text.
    #[schema(max_items = 1000)]
    pub lexicon: Option<Vec<EntryShape>>,
}

/// What becomes of each part of Markdown and light HTML.
#[derive(ToSchema)]
#[schema(as = Markup)]
pub struct MarkupShape {
    /// `# News`.
    pub headings: Option<MannerShape>,
    /// `- one`.
    pub lists: Option<MannerShape>,
    /// `*so*`.
    pub emphasis: Option<MannerShape>,
    /// `[here](https://...)`.
    pub links: Option<MannerShape>,
    /// Code, inline and in blocks.
    pub code: Option<MannerShape>,
    /// Tables.
    pub tables: Option<MannerShape>,
}

/// Read it, leave it out, or read it and say what it is.
#[derive(ToSchema)]
#[schema(as = Manner, rename_all = "lowercase")]
pub enum MannerShape {
    /// Read.
    Keep,
    /// Left out.
    Skip,
    /// Read, and named.
    Announce,
}

/// A word and one way to say it: `alias`, `respelling` or `ipa`.
#[derive(ToSchema)]
#[schema(as = LexiconEntry)]
pub struct EntryShape {
    /// As it is written.
    #[schema(example = "W3C")]
    pub word: String,
    /// Other words in its place.
    #[schema(example = "World Wide Web Consortium")]
    pub alias: Option<String>,
    /// As it sounds: `nuh-WEN`.
    pub respelling: Option<String>,
    /// In the International Phonetic Alphabet.
    pub ipa: Option<String>,
}

/// `POST /api/v1/clients`: with one `budget`, with `budgets`, or with neither.
#[derive(ToSchema)]
#[schema(as = CreateClient)]
pub struct CreateClientShape {
    /// For people: on one line, unique.
    #[schema(max_length = 100, example = "newsroom")]
    pub name: String,
    /// Its only budget.
    pub budget: Option<AskedBudget>,
    /// Its budgets, those of its keys among them.
    #[schema(max_items = 100)]
    pub budgets: Option<Vec<AskedBudget>>,
    /// How its voices are chosen, where a request does not say. `local-only` no request takes back.
    #[schema(schema_with = policies)]
    pub policy: Option<String>,
    /// What happens when a backend fails, where a request does not say.
    #[schema(schema_with = fallbacks)]
    pub fallback: Option<String>,
    /// Its own names for voices, each with the voice that is meant; they come before everyone's.
    pub aliases: Option<BTreeMap<String, String>>,
}

/// `PATCH /api/v1/clients/{client}`: a JSON merge patch. What is null is taken back, what is absent stays.
#[derive(ToSchema)]
#[schema(as = AmendClient)]
pub struct AmendClientShape {
    /// How its voices are chosen, where a request does not say. `local-only` no request takes back.
    #[schema(schema_with = policies_or_null)]
    pub policy: Option<String>,
    /// What happens when a backend fails, where a request does not say.
    #[schema(schema_with = fallbacks_or_null)]
    pub fallback: Option<String>,
    /// Its own names for voices, each with the voice that is meant, or with null; they come before everyone's.
    pub aliases: Option<BTreeMap<String, Option<String>>>,
}

/// `PUT /api/v1/clients/{client}/budgets`: either of the two.
#[derive(ToSchema)]
#[schema(as = SetBudgets)]
pub struct SetBudgetsShape {
    /// The only one from now on.
    pub budget: Option<AskedBudget>,
    /// All there are from now on.
    #[schema(max_items = 100)]
    pub budgets: Option<Vec<AskedBudget>>,
}

/// What a client, or one of its keys, may use in a window. One of the three limits.
#[derive(ToSchema)]
#[schema(as = AskedBudget)]
pub struct AskedBudget {
    /// The prefix of the key that it is for; left out, it is for the whole client.
    pub key: Option<String>,
    /// US dollars with at most nine digits behind the point, as a number or a string.
    #[schema(value_type = Option<Dollars>)]
    pub limit_usd: Option<String>,
    /// Code points.
    #[schema(minimum = 0)]
    pub limit_characters: Option<i64>,
    /// Seconds of speech.
    #[schema(minimum = 0)]
    pub limit_audio_seconds: Option<i64>,
    /// `day`, `month` (UTC, the default), or a rolling window of up to 366 days such as `rolling_30d`.
    #[schema(pattern = "^(day|month|rolling_[0-9]+[hd])$", example = "month")]
    pub window: Option<String>,
    /// What happens beyond it; `refuse` unless it says otherwise.
    pub action: Option<ActionShape>,
}

/// `0.03` or `"0.03"`.
#[derive(ToSchema)]
#[schema(as = Dollars)]
#[serde(untagged)]
pub enum Dollars {
    /// As a number.
    Number(f64),
    /// As a string.
    Text(String),
}

/// What happens beyond a budget.
#[derive(ToSchema)]
#[schema(as = BudgetAction, rename_all = "lowercase")]
pub enum ActionShape {
    /// It is said, and the request is answered all the same.
    Warn,
    /// Refused for now: 429.
    Throttle,
    /// Refused: 402.
    Refuse,
}

/// A budget as it is told.
#[derive(ToSchema)]
#[schema(as = Budget)]
pub struct ToldBudget {
    /// The prefix of the key that it is for; not there where it is for the whole client.
    pub key: Option<String>,
    /// What it counts.
    #[schema(schema_with = measures)]
    pub measure: String,
    /// Billionths of a dollar, code points, or milliseconds of speech.
    pub limit: i64,
    /// `day`, `month`, or `rolling_30d` and the like.
    pub window: String,
    /// What happens beyond it.
    pub action: ActionShape,
}

pub(super) fn policies() -> Object {
    one_of(Policy::ALL.iter().map(|policy| policy.name()))
}

pub(super) fn fallbacks() -> Object {
    one_of(Fallback::ALL.iter().map(|fallback| fallback.name()))
}

fn policies_or_null() -> Object {
    or_null(policies())
}

fn fallbacks_or_null() -> Object {
    or_null(fallbacks())
}

fn codecs() -> Object {
    one_of(Codec::OFFERED.map(Codec::name))
}

fn measures() -> Object {
    one_of(["money", "characters", "audio"])
}

fn sample_rates() -> Object {
    ObjectBuilder::new().schema_type(Type::Integer).enum_values(Some(SAMPLE_RATES)).build()
}

fn one_of(names: impl IntoIterator<Item = &'static str>) -> Object {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(names)).build()
}

/// OpenAPI 3.1 has no `nullable`: null is one more type, and one more value.
fn or_null(mut names: Object) -> Object {
    names.schema_type = SchemaType::from_iter([Type::String, Type::Null]);
    names.enum_values.iter_mut().for_each(|values| values.push(Value::Null));
    names
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use speech::SpeechError;

    use super::super::{AmendClient, CreateClient, CreateKey, NormalizeText, RotateKey, SetBudgets, Speak};
    use super::*;
    use crate::RequestError;
    use utoipa::PartialSchema as _;

    fn fields<T: ToSchema>() -> BTreeSet<String> {
        let schema: Value = serde_json::to_value(T::schema()).unwrap();
        schema["properties"].as_object().unwrap().keys().cloned().collect()
    }

    /// What a reader says that it takes, when it is given something else.
    fn taken<T>(read: impl Fn(&[u8]) -> Result<T, RequestError>) -> BTreeSet<String> {
        let refusal = read(br#"{"no such field":1}"#).err().unwrap();
        SpeechError::from(refusal).allowed().iter().cloned().collect()
    }

    #[test]
    fn every_shape_has_the_fields_that_its_reader_takes() {
        assert_eq!(fields::<SpeakShape>(), taken(Speak::from_json));
        assert_eq!(fields::<NormalizeShape>(), taken(NormalizeText::from_json));
        assert_eq!(fields::<CreateClientShape>(), taken(CreateClient::from_json));
        assert_eq!(fields::<AmendClientShape>(), taken(AmendClient::from_json));
        assert_eq!(fields::<SetBudgetsShape>(), taken(SetBudgets::from_json));
        assert_eq!(fields::<CreateKey>(), taken(CreateKey::from_json));
        assert_eq!(fields::<RotateKey>(), taken(RotateKey::from_json));
        let budget = |body: &[u8]| {
            let body = [br#"{"name":"a","budget":"#, body, b"}"].concat();
            CreateClient::from_json(&body)
        };
        assert_eq!(fields::<AskedBudget>(), taken(budget));
    }

    #[test]
    fn what_is_left_out_of_a_body_is_not_required() {
        let schema = serde_json::to_value(SpeakShape::schema()).unwrap();
        assert_eq!(schema["required"], serde_json::json!(["text", "voice"]));
        let schema = serde_json::to_value(RotateKey::schema()).unwrap();
        assert_eq!(schema.get("required"), None);
    }
}
