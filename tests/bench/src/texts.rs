//! What is spoken, written for this purpose.

/// Five words: what a cold start is timed with.
pub const GREETING: &str = "Good morning, how are you?";

/// Six sentences, 150 words. As requests they come one by one; joined they are [`long`].
pub const SENTENCES: [&str; 6] = [
    "When the first train of the morning leaves the harbour, the conductor counts forty passengers, most of \
     them half asleep, and two dogs under the seats.",
    "Nobody talks before the second bridge.",
    "A baker from the old town sells warm rolls at the third stop, and whoever has coins in a pocket steps out \
     to buy one, although the doors close again after ninety seconds.",
    "Beyond the tunnel the line follows the river for almost an hour, past wet meadows, a paper mill and a row \
     of empty boats.",
    "In summer the windows are open and the carriage smells of hay; in winter the heating knocks like an \
     impatient visitor, and the glass is covered with drawings that children made with one finger.",
    "By nine the city begins, first gardens, then brick walls, then offices with their lamps still lit, and \
     everybody stands up too early, as they did yesterday.",
];

/// One sentence of 26 words.
pub const SENTENCE: &str = SENTENCES[0];

/// 150 words, about one minute of speech.
pub fn long() -> String {
    SENTENCES.join(" ")
}

/// The long text `times` over: only its length differs, so that nothing else can explain a higher peak.
pub fn repeated(times: usize) -> String {
    vec![long(); times].join("\n\n")
}

/// So many characters, of which the last ends a sentence.
pub fn of_characters(characters: usize) -> String {
    let endless = long() + " ";
    endless.chars().cycle().take(characters.saturating_sub(1)).chain(['.']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> usize {
        text.split_whitespace().count()
    }

    #[test]
    fn the_texts_have_the_lengths_that_the_report_names() {
        assert_eq!(words(GREETING), 5);
        assert_eq!(words(SENTENCE), 26);
        assert_eq!(words(&long()), 150);
        assert_eq!(words(&repeated(10)), 1500);
        assert_eq!(of_characters(3600).chars().count(), 3600);
    }
}
