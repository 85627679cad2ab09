//! Text to speech and to dialogue over HTTP.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderName, HeaderValue, Uri};
use axum::response::Response;
use serde_json::Value;

use super::account::MOST_CONCURRENT;
use super::errors::Mistake;
use super::frames;
use super::models::{self, Model};
use crate::delivery::audio;
use crate::formats::{Codec, Format};
use crate::script::Fault;
use crate::sim::{Line, Sim};
use crate::truth::{Bill, Entry};

const DEFAULT_FORMAT: &str = "mp3_44100_128";

/// What everything about a request has been found to be.
struct Order {
    text: String,
    model: &'static Model,
    speed: f64,
}

/// What the client gets, which the end of the path says.
#[derive(Clone, Copy, PartialEq)]
enum Shape {
    Whole,
    Stream,
    Json,
    JsonLines,
}

impl Shape {
    fn of(path: &str) -> Self {
        match (path.ends_with("/stream"), path.ends_with("/stream/with-timestamps")) {
            (true, _) => Self::Stream,
            (_, true) => Self::JsonLines,
            _ if path.ends_with("/with-timestamps") => Self::Json,
            _ => Self::Whole,
        }
    }
}

type Parameters = Query<HashMap<String, String>>;

pub(crate) async fn text_to_speech(
    State(sim): State<Arc<Sim>>,
    Extension(entry): Extension<Entry>,
    Extension(line): Extension<Arc<Line>>,
    Path(voice_id): Path<String>,
    Query(query): Parameters,
    uri: Uri,
    body: Bytes,
) -> Result<Response, Mistake> {
    let body = json(&body)?;
    known_voice(&sim, &voice_id)?;
    let text = string(&body, &["body", "text"])?.to_owned();
    let model = model(&body, "eleven_multilingual_v2")?;
    let order = Order { text, model, speed: speed(&body["voice_settings"])? };
    speak(&sim, entry, line, order, &query, Shape::of(uri.path())).await
}

pub(crate) async fn text_to_dialogue(
    State(sim): State<Arc<Sim>>,
    Extension(entry): Extension<Entry>,
    Extension(line): Extension<Arc<Line>>,
    Query(query): Parameters,
    uri: Uri,
    body: Bytes,
) -> Result<Response, Mistake> {
    let body = json(&body)?;
    let model = model(&body, "eleven_v3")?;
    if !model.dialogue {
        let message = format!("Model {} does not support text to dialogue.", model.id);
        return Err(Mistake::bad("unsupported_model", "model_id", message));
    }
    let Some(inputs) = body["inputs"].as_array() else {
        return Err(Mistake::invalid(&["body", "inputs"], "missing", "Field required"));
    };
    let mut text = String::new();
    for input in inputs {
        known_voice(&sim, string(input, &["body", "inputs", "voice_id"])?)?;
        text += string(input, &["body", "inputs", "text"])?;
    }
    speak(&sim, entry, line, Order { text, model, speed: 1.0 }, &query, Shape::of(uri.path())).await
}

async fn speak(
    sim: &Sim,
    entry: Entry,
    line: Arc<Line>,
    order: Order,
    query: &HashMap<String, String>,
    shape: Shape,
) -> Result<Response, Mistake> {
    let format = format(query)?;
    if format.codec == Codec::Wav && matches!(shape, Shape::Stream | Shape::JsonLines) {
        return Err(no_such_format());
    }
    let characters = order.text.chars().count();
    if characters == 0 {
        return Err(Mistake::bad("input_text_empty", "text", "Input text is required.".into()));
    }
    if characters > order.model.longest {
        let message = format!(
            "A maximum request length of {} characters is allowed for {}. Your text has {characters}.",
            order.model.longest, order.model.id
        );
        return Err(Mistake::bad("max_character_limit_exceeded", "text", message));
    }
    let id = super::request_id(&entry);
    let job = sim.begin(entry, line).map_err(|fault| Mistake::scripted(fault, characters))?;
    let failed = |_| Mistake::scripted(Fault::ServerError, characters);
    let reading = job.reading(&order.text, order.speed);
    let (content_type, pieces) = match shape {
        Shape::Whole => (format.content_type(), audio(&reading, format, true).map_err(failed)?),
        Shape::Stream => (format.content_type(), audio(&reading, format, false).map_err(failed)?),
        Shape::Json => ("application/json", frames::whole(&reading, format).map_err(failed)?),
        Shape::JsonLines => ("application/json", frames::lines(reading, format).map_err(failed)?),
    };
    let mistake = Mistake::scripted(Fault::ServerError, characters).json(&id).to_string();
    let running = job.running();
    let bill = Bill { characters, credits: order.model.cost, ..Bill::default() };
    let mut response = job.deliver(content_type, pieces, mistake, bill).await;
    response.headers_mut().extend(
        [
            ("character-cost", bill.credits()),
            ("x-character-count", characters),
            ("current-concurrent-requests", running),
            ("maximum-concurrent-requests", MOST_CONCURRENT),
        ]
        .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from(value))),
    );
    Ok(response)
}

fn json(body: &[u8]) -> Result<Value, Mistake> {
    serde_json::from_slice(body)
        .map_err(|error| Mistake::invalid(&["body"], "json_invalid", format!("JSON decode error: {error}")))
}

/// The string that the last name of the place says.
fn string<'a>(object: &'a Value, place: &[&'static str]) -> Result<&'a str, Mistake> {
    let value = place.last().map_or(&Value::Null, |name| &object[*name]);
    match value {
        Value::String(string) => Ok(string),
        Value::Null => Err(Mistake::invalid(place, "missing", "Field required")),
        _ => Err(Mistake::invalid(place, "string_type", "Input should be a valid string")),
    }
}

pub(super) fn known_voice(sim: &Sim, voice_id: &str) -> Result<(), Mistake> {
    if sim.roster.has(voice_id) { Ok(()) } else { Err(Mistake::no_voice(voice_id)) }
}

fn model(body: &Value, default: &str) -> Result<&'static Model, Mistake> {
    match &body["model_id"] {
        Value::Null => known_model(default),
        _ => known_model(string(body, &["body", "model_id"])?),
    }
}

pub(super) fn known_model(id: &str) -> Result<&'static Model, Mistake> {
    models::find(id).ok_or_else(|| {
        Mistake::bad("model_not_found", "model_id", format!("A model with model ID {id} does not exist."))
    })
}

/// The speed, once every setting is in its range.
pub(super) fn speed(settings: &Value) -> Result<f64, Mistake> {
    const RANGES: [(&str, f64, f64); 4] =
        [("stability", 0.0, 1.0), ("similarity_boost", 0.0, 1.0), ("style", 0.0, 1.0), ("speed", 0.7, 1.2)];
    for (name, least, most) in RANGES {
        let place = ["body", "voice_settings", name];
        match &settings[name] {
            Value::Null => {}
            Value::Number(number) if number.as_f64().is_some_and(|value| (least..=most).contains(&value)) => {
            }
            Value::Number(_) => {
                return Err(Mistake::invalid(&place, "range", format!("Input should be {least} to {most}")));
            }
            _ => return Err(Mistake::invalid(&place, "float_type", "Input should be a valid number")),
        }
    }
    Ok(settings["speed"].as_f64().unwrap_or(1.0))
}

pub(super) fn format(query: &HashMap<String, String>) -> Result<Format, Mistake> {
    let name = query.get("output_format").map_or(DEFAULT_FORMAT, String::as_str);
    Format::elevenlabs(name).ok_or_else(no_such_format)
}

pub(super) fn no_such_format() -> Mistake {
    let formats: Vec<_> = crate::formats::ELEVENLABS.iter().map(|name| format!("'{name}'")).collect();
    let message = format!("Input should be one of {}", formats.join(", "));
    Mistake::invalid(&["query", "output_format"], "enum", message)
}
