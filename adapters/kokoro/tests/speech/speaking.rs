//! A text becomes speech.

use crate::heard::speak;

#[tokio::test]
async fn a_sentence_is_heard_with_its_words() {
    let heard = speak("Hello, world. This is Kokoro.", "af_heart", 1.0).await.unwrap();
    assert!((1.2..4.0).contains(&heard.seconds()), "{}", heard.seconds());
    let words: Vec<String> = heard.words().into_iter().map(|word| word.text).collect();
    assert_eq!(words, ["Hello", "world", "This", "is", "Kokoro"]);
}
