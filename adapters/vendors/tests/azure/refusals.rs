//! What Azure's refusals mean over HTTP: a status, and a line of text or none.

use speech::ErrorKind::{
    self, BackendFailed, InvalidParameter, InvalidText, QuotaExceeded, RateLimited, UnknownVoice,
};
use speech::{Codec, Origin, Receipt};
use testing::server::{Server, answer};
use testing::utterance;

use crate::{AVA, KEY, Tested, all_of, document, open, refused};

#[tokio::test]
async fn azure_s_words_are_read_and_not_repeated() -> Tested {
    let table: [(&str, &str, ErrorKind, bool); 14] = [
        ("400 Bad Request", "", InvalidText, false),
        ("400 Bad Request", "Unsupported voice Hello.", UnknownVoice, false),
        ("400 Bad Request", "SSML is invalid: Hello there", InvalidText, false),
        ("400 Bad Request", "Ssml should contain at least one [voice] tag", InvalidText, false),
        ("400 Bad Request", "Unsupported output format Hello", InvalidParameter, false),
        ("401 Unauthorized", "", BackendFailed, false),
        ("403 Forbidden", "Access denied for Hello", BackendFailed, false),
        (
            "403 Forbidden",
            "Out of call volume quota. Quota will be replenished in 5 days.",
            QuotaExceeded,
            false,
        ),
        ("404 Not Found", "", BackendFailed, false),
        ("415 Unsupported Media Type", "", BackendFailed, true),
        ("429 Too Many Requests", "", RateLimited, true),
        ("500 Broken", "Hello there", BackendFailed, true),
        ("502 Bad Gateway", "<html>voice</html>", BackendFailed, true),
        ("503 Unavailable", "", BackendFailed, true),
    ];
    for (status, body, kind, retry) in table {
        let server = Server::answering([answer(status, &["retry-after: 7"], body.as_bytes())]).await?;
        let said = utterance("Hello there.", AVA, Codec::Mp3.into());
        let receipt = Receipt::default();
        let backend = open(&format!("http://{}", server.address))?;
        let error = refused(backend.speak(said, receipt.clone()).await)?;
        assert!(!receipt.is_taken(), "{status} {body}");
        assert_eq!((error.kind(), error.may_succeed_later()), (kind, retry), "{status} {body}");
        assert_eq!(error.wait().map(|wait| wait.as_secs()), Some(7), "{status} {body}");
        // Nobody has listed the voice: who guesses is to blame.
        // What a text became in SSML is nobody's fault but ours.
        let is_clients = matches!(kind, InvalidParameter | UnknownVoice);
        assert_eq!(error.origin() == Origin::Client, is_clients, "{status} {body}");
        let all = all_of(&error);
        assert!(!all.contains("Hello") && !all.contains(KEY), "{all}");
        assert!(error.message().starts_with("The backend acme "), "{all}");
    }
    Ok(())
}

#[tokio::test]
async fn a_document_that_azure_does_not_take_is_its_writer_s() -> Tested {
    for body in ["", "SSML is invalid"] {
        let server = Server::answering([answer("400 Bad Request", &[], body.as_bytes())]).await?;
        let source = "<speak><phoneme alphabet=\"ipa\" ph=\"&amp;\">Hello</phoneme></speak>";
        let said = document(source, AVA, Codec::Mp3.into())?;
        let error = refused(open(&server.base_url())?.speak(said, Receipt::default()).await)?;
        assert_eq!((error.kind(), error.origin()), (InvalidText, Origin::Client), "{body}");
        assert_eq!(error.param(), Some("input"));
    }
    Ok(())
}

#[tokio::test]
async fn what_is_no_audio_is_an_error() -> Tested {
    let page =
        "<html>Hello there, this is a page and no sound, whatever it says of itself in its head</html>";
    for (head, body) in [("content-type: text/html", page), ("content-type: audio/x-wav", page), ("x: y", "")]
    {
        let server = Server::answering([answer("200 OK", &[head], body.as_bytes())]).await?;
        let backend = open(&format!("http://{}", server.address))?;
        let said = backend.speak(utterance("Hello there.", AVA, Codec::Pcm.into()), Receipt::default()).await;
        let error = refused(said)?;
        assert_eq!(error.kind(), BackendFailed, "{head}");
        assert!(!all_of(&error).contains("Hello"), "{head}");
    }
    Ok(())
}
