use language::ssml::{Manner, render};
use serde_json::Value;
use speech::{Delivery, Extras, Speed, Utterance};

/// Fields that say how to feel, by the names that LiteLLM has for them.
const STYLE: &str = "style";
const DEGREE: &str = "styledegree";
const ROLE: &str = "role";

/// The slowest and the fastest pace.
const SLOWEST: f32 = 0.5;
const FASTEST: f32 = 2.0;

/// The document that Azure is sent: also what it charges for.
pub(super) fn document(utterance: &Utterance) -> String {
    let Utterance { graph, delivery } = utterance;
    let style = word(&delivery.extras, STYLE);
    let manner = Manner {
        voice: &delivery.voice,
        language: delivery.language.as_deref(),
        speed: pace(delivery.speed),
        style,
        degree: degree(&delivery.extras).filter(|_| style.is_some()),
        role: word(&delivery.extras, ROLE),
    };
    render(graph, &manner)
}

/// What of a delivery is not in the document, by name.
pub(super) fn leaves_out(delivery: &Delivery) -> Vec<String> {
    let extras = &delivery.extras;
    let is_unread =
        |field: &str, is_read: bool| extras.get(field).is_some_and(|value| !value.is_null()) && !is_read;
    let mut names = extras.beside(&[STYLE, DEGREE, ROLE]);
    let also = [
        (STYLE, is_unread(STYLE, word(extras, STYLE).is_some())),
        (DEGREE, is_unread(DEGREE, degree(extras).is_some() && word(extras, STYLE).is_some())),
        (ROLE, is_unread(ROLE, word(extras, ROLE).is_some())),
        ("instructions", delivery.instructions.is_some()),
        ("speed", pace(delivery.speed) != delivery.speed),
    ];
    names.extend(also.into_iter().filter(|(_, is_left_out)| *is_left_out).map(|(name, _)| name.to_owned()));
    names
}

/// The nearest pace that Azure has.
fn pace(speed: Speed) -> Speed {
    Speed::new(speed.times().clamp(SLOWEST, FASTEST).into()).unwrap_or(speed)
}

fn word<'e>(extras: &'e Extras, field: &str) -> Option<&'e str> {
    extras.get(field)?.as_str().filter(|word| !word.is_empty())
}

/// How strongly: 0.01 to 2, sent as a number or as one in words.
fn degree(extras: &Extras) -> Option<f32> {
    let degree = match extras.get(DEGREE)? {
        Value::Number(number) => number.as_f64()? as f32,
        Value::String(number) => number.trim().parse().ok()?,
        _ => return None,
    };
    degree.is_finite().then(|| degree.clamp(0.01, 2.0))
}
