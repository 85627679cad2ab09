use speech::{BoxFuture, Receipt, Sound, Utterance};

use super::*;

/// The first of January 2027.
#[derive(Debug)]
struct NewYear;

impl Clock for NewYear {
    fn unix_ms(&self) -> i64 {
        1_798_761_600_000
    }
}

/// Names only: routing asks a backend for nothing else.
struct Named {
    name: &'static str,
    models: Arc<[Model]>,
    voices: Arc<[Voice]>,
}

impl Backend for Named {
    fn name(&self) -> &str {
        self.name
    }
    fn models(&self) -> Arc<[Model]> {
        Arc::clone(&self.models)
    }
    fn voices(&self) -> Arc<[Voice]> {
        Arc::clone(&self.voices)
    }
    fn voice(&self, name: &str) -> Result<Voice, SpeechError> {
        let found = self.voices.iter().find(|voice| voice.id.voice == name);
        found.cloned().ok_or_else(|| SpeechError::new(ErrorKind::UnknownVoice, "no such voice"))
    }
    fn leaves_out(&self, _: &Utterance) -> Vec<String> {
        Vec::new()
    }
    fn speak(&self, _: Utterance, _: Receipt) -> BoxFuture<Result<Sound, SpeechError>> {
        Box::pin(async { Err(SpeechError::internal("routing never speaks")) })
    }
}

fn backend(
    name: &'static str,
    models: &[&str],
    voices: &[&str],
    deprecated_after: Option<Date>,
) -> Arc<dyn Backend> {
    let model = |id: &&str| Model {
        id: (*id).into(),
        name: (*id).into(),
        most_characters: None,
        languages: Vec::new(),
        deprecated_after,
    };
    let voices = voices.iter().map(|voice| Voice { deprecated_after, ..Voice::named(name, voice) });
    Arc::new(Named { name, models: models.iter().map(model).collect(), voices: voices.collect() })
}

fn with(backends: Vec<Arc<dyn Backend>>) -> Catalogue {
    let stand_ins = BTreeMap::from([
        ("nova".into(), vec!["nobody".into(), "anna".into()]),
        ("echo".into(), vec!["anna".into()]),
        ("both".into(), vec!["anna".into()]),
    ]);
    Catalogue::new(
        backends,
        BTreeMap::from([("alloy".into(), "two:both".into())]),
        stand_ins,
        Arc::new(NewYear),
    )
}

pub(crate) fn catalogue() -> Catalogue {
    with(vec![
        backend("one", &["model-one"], &["anna", "both"], None),
        backend("two", &["model-two", "eleven_two"], &["both", "x:y"], None),
    ])
}

/// A vendor with OpenAI's models that end on that day, and somebody else.
fn with_a_vendor(end: Option<Date>) -> Catalogue {
    with(vec![
        backend("own", &["model-own"], &["anna", "both"], None),
        backend("vendor", &["tts-1", "tts-1-hd"], &["nova", "both", "solo"], end),
    ])
}

type Resolved = Result<(String, String, Reason), (ErrorKind, Vec<String>)>;

fn resolve_in(catalogue: &Catalogue, model: Option<&str>, name: &str) -> Resolved {
    resolve_for(&Aliases::new(), catalogue, model, name)
}

fn resolve_for(own: &Aliases, catalogue: &Catalogue, model: Option<&str>, name: &str) -> Resolved {
    match catalogue.resolve(own, model, name) {
        Ok(choice) => Ok((choice.voice.id.to_string(), choice.model.id.clone(), choice.reason)),
        Err(error) => Err((error.kind(), error.allowed().to_vec())),
    }
}

fn resolve(model: Option<&str>, name: &str) -> Resolved {
    resolve_in(&catalogue(), model, name)
}

fn chosen(voice: &str, model: &str, reason: Reason) -> Resolved {
    Ok((voice.into(), model.into(), reason))
}

#[test]
fn a_voice_is_found_by_id_by_bare_name_and_by_alias() {
    assert_eq!(resolve(None, "anna"), chosen("one:anna", "model-one", Reason::Exact));
    assert_eq!(resolve(None, "two:both"), chosen("two:both", "model-two", Reason::Exact));
    assert_eq!(resolve(None, "two:x:y"), chosen("two:x:y", "model-two", Reason::Exact));
    assert_eq!(resolve(None, "x:y"), chosen("two:x:y", "model-two", Reason::Exact));
    assert_eq!(resolve(Some("tts-1"), "alloy"), chosen("two:both", "model-two", Reason::Alias));
}

#[test]
fn a_clients_own_names_come_before_everyones_and_before_who_stands_in() {
    let own: Aliases = [
        ("alloy", "one:anna"),
        ("nova", "two:both"),
        ("anna", "two:both"),
        ("ghost", "one:nobody"),
        ("twice", "alloy"),
    ]
    .map(|(alias, voice)| (alias.to_owned(), voice.to_owned()))
    .into();
    let catalogue = catalogue();
    let resolve = |name| resolve_for(&own, &catalogue, None, name);
    assert_eq!(resolve("alloy"), chosen("one:anna", "model-one", Reason::Alias), "everyone's is two:both");
    assert_eq!(resolve("nova"), chosen("two:both", "model-two", Reason::Alias), "anna would stand in");
    assert_eq!(resolve("anna"), chosen("two:both", "model-two", Reason::Alias), "as everyone's may");
    assert_eq!(resolve("echo"), chosen("one:anna", "model-one", Reason::Alias), "nothing is said of it");
    for lost in ["ghost", "twice"] {
        assert_eq!(resolve(lost).unwrap_err().0, ErrorKind::UnknownVoice, "{lost}");
    }
    let named = catalogue.aliases(&own);
    let told = |name: &str| named.get(name).map(ToString::to_string);
    assert_eq!(told("alloy").as_deref(), Some("one:anna"));
    assert_eq!((told("ghost"), told("echo").as_deref()), (None, Some("one:anna")));
}

#[test]
fn a_name_that_nobody_has_is_answered_by_who_stands_in() {
    assert_eq!(resolve(Some("tts-1"), "nova"), chosen("one:anna", "model-one", Reason::Alias));
    assert_eq!(resolve_in(&with_a_vendor(None), None, "nova"), chosen("vendor:nova", "tts-1", Reason::Exact));
    let aliases = with_a_vendor(None).aliases(&Aliases::new());
    assert_eq!(
        aliases.keys().collect::<Vec<_>>(),
        ["echo"],
        "alloy leads to nobody, nova is a voice of its own"
    );
    assert_eq!(aliases["echo"].to_string(), "own:anna");
}

#[test]
fn an_ambiguous_name_is_refused_with_the_ids_unless_the_model_decides() {
    let ids = vec!["one:both".to_owned(), "two:both".to_owned()];
    assert_eq!(resolve(None, "both"), Err((ErrorKind::UnknownVoice, ids.clone())));
    assert_eq!(resolve(Some("tts-1"), "both"), Err((ErrorKind::UnknownVoice, ids)));
    assert_eq!(resolve(Some("one"), "both"), chosen("one:both", "model-one", Reason::Exact));
    assert_eq!(resolve(Some("eleven_two"), "both"), chosen("two:both", "eleven_two", Reason::Exact));
}

#[test]
fn a_model_may_name_its_vendor_as_litellm_does() {
    assert_eq!(resolve(Some("two/eleven_two"), "both"), chosen("two:both", "eleven_two", Reason::Exact));
    assert_eq!(resolve(Some("openai/tts-1"), "anna"), chosen("one:anna", "model-one", Reason::Exact));
    let vendor = with_a_vendor(None);
    let hd = resolve_in(&vendor, Some("openai/tts-1-hd"), "both");
    assert_eq!(hd, chosen("vendor:both", "tts-1-hd", Reason::Exact));
    assert_eq!(resolve(Some("two/model-one"), "both").unwrap_err().0, ErrorKind::UnknownModel);
    assert_eq!(resolve(Some("two/model-two"), "anna").unwrap_err().0, ErrorKind::UnknownVoice);
}

#[test]
fn a_vendors_model_name_is_a_wish_and_a_voices_id_an_order() {
    let vendor = with_a_vendor(None);
    let anna = resolve_in(&vendor, Some("tts-1"), "own:anna");
    assert_eq!(anna, chosen("own:anna", "model-own", Reason::Exact));
}

#[test]
fn what_has_ended_is_avoided_where_there_is_a_choice() {
    let ended = with_a_vendor(Some(Date::constant(2026, 12, 31)));
    assert_eq!(
        resolve_in(&ended, Some("tts-1"), "nova"),
        chosen("own:anna", "model-own", Reason::Deprecated)
    );
    assert_eq!(resolve_in(&ended, None, "both"), chosen("own:both", "model-own", Reason::Exact));
    assert_eq!(resolve_in(&ended, None, "solo"), chosen("vendor:solo", "tts-1", Reason::Exact));
    assert_eq!(resolve_in(&ended, None, "vendor:nova"), chosen("vendor:nova", "tts-1", Reason::Exact));
    let ends_today = with_a_vendor(Some(Date::constant(2027, 1, 1)));
    assert_eq!(resolve_in(&ends_today, None, "nova"), chosen("vendor:nova", "tts-1", Reason::Exact));
}

#[test]
fn an_end_is_told_from_ninety_days_before() {
    let told =
        |end| with_a_vendor(Some(end)).resolve(&Aliases::new(), None, "solo").unwrap().deprecated_after;
    assert_eq!(told(Date::constant(2027, 4, 1)), Some(Date::constant(2027, 4, 1)));
    assert_eq!(told(Date::constant(2027, 4, 2)), None);
    assert_eq!(told(Date::constant(2020, 1, 1)), Some(Date::constant(2020, 1, 1)));
}

#[test]
fn unknown_names_are_refused_with_what_is_known() {
    let (kind, allowed) = resolve(None, "nobody").unwrap_err();
    assert_eq!(kind, ErrorKind::UnknownVoice);
    assert_eq!(allowed, ["alloy", "both", "echo", "nova", "anna", "x:y"]);
    let (kind, allowed) = resolve(Some("gpt-9"), "anna").unwrap_err();
    assert_eq!(kind, ErrorKind::UnknownModel);
    assert_eq!(allowed[..3], ["one", "model-one", "two"]);
    assert!(allowed.contains(&"tts-1-hd".to_owned()));
}
