//! One utterance that is still being written: its text so far, and the one encoding that all its audio is in.

use std::io;
use std::ops::Range;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use super::errors::Mistake;
use super::synthesis::{known_voice, speed};
use crate::formats::Format;
use crate::sim::Sim;
use crate::speaker::Speaker;
use crate::speech::Reading;

/// Characters in a message: about a second.
const CHARACTERS_IN_MESSAGE: usize = 16;

/// Characters that are waited for before each generation, unless the client says otherwise.
const SCHEDULE: [usize; 4] = [120, 160, 250, 290];

/// How a socket names things.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Dialect {
    /// `stream-input`: one context without a name.
    Single,
    /// `multi-stream-input`.
    Multi,
    /// `text-to-dialogue/multi-stream-input`, in snake_case.
    Dialogue,
}

pub(super) struct Context {
    pub(super) id: Option<String>,
    dialect: Dialect,
    /// Text that has no audio yet.
    waiting: String,
    pub(super) speed: f64,
    schedule: Vec<usize>,
    generations: usize,
    format: Format,
    speaker: Option<Speaker>,
    /// Seconds said so far, where times count from the start of the context.
    said: Option<f64>,
}

/// A message to the client, and the seconds of audio in it.
pub(super) struct Message {
    pub(super) json: Value,
    pub(super) seconds: f64,
}

impl Context {
    pub(super) fn new(id: Option<String>, dialect: Dialect, format: Format, absolute_times: bool) -> Self {
        Self {
            id,
            dialect,
            waiting: String::new(),
            speed: 1.0,
            schedule: SCHEDULE.to_vec(),
            generations: 0,
            format,
            speaker: None,
            said: absolute_times.then_some(0.0),
        }
    }

    /// Takes the settings and the text of a message.
    pub(super) fn hear(&mut self, sim: &Sim, message: &Value) -> Result<(), Mistake> {
        if !message["voice_settings"].is_null() {
            self.speed = speed(&message["voice_settings"])?;
        }
        if let Some(schedule) = message["generation_config"]["chunk_length_schedule"].as_array() {
            self.schedule = schedule.iter().filter_map(|length| Some(length.as_u64()? as usize)).collect();
        }
        for voice_id in message["voices"].as_array().into_iter().flatten() {
            known_voice(sim, voice_id.as_str().unwrap_or_default())?;
        }
        for input in message["inputs"].as_array().into_iter().flatten() {
            known_voice(sim, input["voice_id"].as_str().unwrap_or_default())?;
            self.write(input["text"].as_str().unwrap_or_default());
        }
        self.write(message["text"].as_str().unwrap_or_default());
        Ok(())
    }

    /// The space that opens a context is no text.
    fn write(&mut self, text: &str) {
        if !self.waiting.is_empty() || !text.trim().is_empty() {
            self.waiting += text;
        }
    }

    /// The text that is spoken now: all of it, or that up to the last sentence's end if that is as much as the
    /// schedule wants. It ends with one space.
    pub(super) fn ready(&mut self, all: bool) -> Option<String> {
        let end = if all { self.waiting.len() } else { self.scheduled()? };
        let text: String = self.waiting.drain(..end).collect();
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        self.generations += 1;
        Some(format!("{text} "))
    }

    fn scheduled(&self) -> Option<usize> {
        let wanted = *self.schedule.get(self.generations).or(self.schedule.last())?;
        let end = self.waiting.rfind(['.', '!', '?', '\u{2026}', '\u{3002}'])?;
        let end = end + self.waiting[end..].chars().next()?.len_utf8();
        (self.waiting[..end].chars().count() >= wanted).then_some(end)
    }

    /// The messages with a reading's audio; each with the times of its own characters.
    pub(super) fn say(&mut self, reading: &Reading) -> io::Result<Vec<Message>> {
        let length = reading.characters.len();
        let starts = (0..length).step_by(CHARACTERS_IN_MESSAGE);
        starts
            .map(|start| {
                let characters = start..length.min(start + CHARACTERS_IN_MESSAGE);
                let seconds = reading.start_of(characters.end) - reading.start_of(characters.start);
                let samples = reading.samples(characters.clone(), self.format.rate);
                let mut audio = Vec::new();
                let mut speaker = match self.speaker.take() {
                    Some(speaker) => speaker,
                    None => Speaker::new(self.format, None)?,
                };
                speaker.say(samples, &mut audio)?;
                self.speaker = Some(speaker);
                let alignment = self.alignment(reading, characters);
                self.said = self.said.map(|said| said + seconds);
                Ok(Message { json: self.message(&audio, &alignment), seconds })
            })
            .collect()
    }

    /// The rest of the audio, and the word that there is no more.
    pub(super) fn finish(mut self) -> io::Result<Vec<Message>> {
        let mut rest = Vec::new();
        if let Some(speaker) = self.speaker.take() {
            speaker.finish(&mut rest)?;
        }
        let rest = (!rest.is_empty()).then(|| self.message(&rest, &Value::Null));
        Ok(rest.into_iter().chain([self.end()]).map(|json| Message { json, seconds: 0.0 }).collect())
    }

    fn message(&self, audio: &[u8], alignment: &Value) -> Value {
        let audio = BASE64_STANDARD.encode(audio);
        match self.dialect {
            Dialect::Single => json!({
                "audio": audio, "isFinal": null, "alignment": alignment, "normalizedAlignment": alignment,
            }),
            Dialect::Multi => json!({
                "audio": audio, "contextId": self.id, "context_id": self.id, "alignment": alignment,
                "normalizedAlignment": alignment,
            }),
            Dialect::Dialogue => json!({
                "audio": audio, "context_id": self.id, "is_final": false, "alignment": alignment,
            }),
        }
    }

    fn end(&self) -> Value {
        match self.dialect {
            Dialect::Single => json!({
                "audio": null, "isFinal": true, "alignment": null, "normalizedAlignment": null,
            }),
            Dialect::Multi => json!({
                "contextId": self.id, "context_id": self.id, "isFinal": true, "is_final": true,
            }),
            Dialect::Dialogue => json!({"context_id": self.id, "is_final": true}),
        }
    }

    /// The messages that tell what is wrong with this context, and end it.
    pub(super) fn fail(self, mistake: &Mistake) -> Vec<Message> {
        let (code, message) = mistake.words();
        let error = json!({"contextId": self.id, "context_id": self.id, "error": code, "message": message});
        [error, self.end()].into_iter().map(|json| Message { json, seconds: 0.0 }).collect()
    }

    /// When the characters start and how long they last, counted from the message's start or the context's.
    fn alignment(&self, reading: &Reading, characters: Range<usize>) -> Value {
        let origin = reading.start_of(characters.start) - self.said.unwrap_or_default();
        let ms = |character: usize| ((reading.start_of(character) - origin) * 1000.0).round() as u64;
        let starts: Vec<u64> = characters.clone().map(ms).collect();
        let durations: Vec<u64> =
            characters.clone().map(|character| ms(character + 1) - ms(character)).collect();
        let characters = &reading.characters[characters];
        if self.dialect == Dialect::Dialogue {
            json!({"chars": characters, "char_start_times_ms": starts, "char_durations_ms": durations})
        } else {
            json!({
                "chars": characters,
                "charStartTimesMs": starts,
                "charDurationsMs": durations,
                "charsDurationsMs": durations,
            })
        }
    }
}
