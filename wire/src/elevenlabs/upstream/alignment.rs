use serde::Deserialize;
use speech::Letter;

/// When each character of a piece of audio is heard: as HTTP tells it, in seconds, or as the socket does, in
/// milliseconds.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(from = "Told")]
pub struct Alignment {
    letters: Vec<Letter>,
}

impl Alignment {
    /// The characters, in order; none where the lists do not match each other.
    pub fn letters(&self) -> &[Letter] {
        &self.letters
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Told {
    Seconds {
        characters: Vec<String>,
        character_start_times_seconds: Vec<f64>,
        character_end_times_seconds: Vec<f64>,
    },
    Milliseconds {
        chars: Vec<String>,
        #[serde(rename = "charStartTimesMs")]
        starts: Vec<f64>,
        /// The name in ElevenLabs' own client.
        #[serde(rename = "charDurationsMs")]
        durations: Option<Vec<f64>>,
        /// The name in its documentation.
        #[serde(rename = "charsDurationsMs")]
        chars_durations: Option<Vec<f64>>,
    },
}

impl From<Told> for Alignment {
    fn from(told: Told) -> Self {
        match told {
            Told::Seconds { characters, character_start_times_seconds, character_end_times_seconds } => {
                let milliseconds = |seconds: Vec<f64>| seconds.into_iter().map(|at| at * 1000.0).collect();
                let starts = milliseconds(character_start_times_seconds);
                Self::new(characters, starts, milliseconds(character_end_times_seconds))
            }
            Told::Milliseconds { chars, starts, durations, chars_durations } => {
                let durations = durations.or(chars_durations).unwrap_or_default();
                let ends = starts.iter().zip(durations).map(|(start, duration)| start + duration).collect();
                Self::new(chars, starts, ends)
            }
        }
    }
}

impl Alignment {
    fn new(characters: Vec<String>, starts: Vec<f64>, ends: Vec<f64>) -> Self {
        if characters.len() != starts.len() || characters.len() != ends.len() {
            return Self::default();
        }
        // A cast saturates: a time before the start is 0.
        let whole = |milliseconds: f64| milliseconds.round() as u64;
        let times = starts.into_iter().zip(ends);
        let letters = characters.iter().zip(times).flat_map(|(characters, (start, end))| {
            // One code point each, as far as is known; those of an entry with several sound together.
            let (start_ms, end_ms) = (whole(start), whole(end.max(start)));
            characters.chars().map(move |character| Letter { character, start_ms, end_ms })
        });
        Self { letters: letters.collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letters(json: &str) -> Vec<(char, u64, u64)> {
        let alignment: Alignment = serde_json::from_str(json).unwrap();
        alignment.letters().iter().map(|letter| (letter.character, letter.start_ms, letter.end_ms)).collect()
    }

    #[test]
    fn seconds_and_milliseconds_under_either_name_are_the_same_times() {
        let expected = [('H', 0, 70), ('é', 70, 1234)];
        for told in [
            r#"{"characters":["H","é"],"character_start_times_seconds":[0,0.07],"character_end_times_seconds":[0.07,1.2341]}"#,
            r#"{"chars":["H","é"],"charStartTimesMs":[0,70],"charDurationsMs":[70,1164]}"#,
            r#"{"chars":["H","é"],"charStartTimesMs":[0,70],"charsDurationsMs":[70,1164]}"#,
            r#"{"chars":["H","é"],"charStartTimesMs":[0,70],"charsDurationsMs":[70,1164],"charDurationsMs":[70,1164]}"#,
        ] {
            assert_eq!(letters(told), expected, "{told}");
        }
    }

    #[test]
    fn lists_of_different_lengths_tell_nothing() {
        assert_eq!(letters(r#"{"chars":["H","i"],"charStartTimesMs":[0],"charDurationsMs":[70,80]}"#), []);
        assert_eq!(letters(r#"{"chars":["H"],"charStartTimesMs":[0]}"#), []);
    }

    #[test]
    fn time_never_runs_back() {
        let told = r#"{"characters":["H","i"],"character_start_times_seconds":[-1,0.2],"character_end_times_seconds":[-2,0.1]}"#;
        assert_eq!(letters(told), [('H', 0, 0), ('i', 200, 200)]);
    }
}
