//! What OpenAI's refusals mean: the bodies are those that its clients have reported.

use speech::ErrorKind::{
    self, BackendFailed, InvalidText, QuotaExceeded, RateLimited, UnknownModel, UnknownVoice,
};
use speech::{Codec, Origin, Receipt};
use testing::server::{Server, answer};
use testing::utterance;

use crate::{KEY, Tested, all_of, open, refused};

#[tokio::test]
async fn openai_s_words_are_read_and_not_repeated() -> Tested {
    let table: [(&str, &str, ErrorKind, bool); 12] = [
        (
            "401 Unauthorized",
            r#"{"error":{"message":"Incorrect API key provided: sk-a-secret-0123456789.","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}"#,
            BackendFailed,
            false,
        ),
        (
            "429 Too Many Requests",
            r#"{"error":{"message":"Rate limit reached","type":"requests","param":null,"code":"rate_limit_exceeded"}}"#,
            RateLimited,
            true,
        ),
        (
            "429 Too Many Requests",
            r#"{"error":{"message":"You exceeded your current quota","type":"insufficient_quota","param":null,"code":"insufficient_quota"}}"#,
            QuotaExceeded,
            false,
        ),
        (
            "400 Bad Request",
            r#"{"error":{"message":"[{'type':'enum','loc':('body','voice'),'msg':\"Input should be 'alloy'\"}]","type":"invalid_request_error","param":null,"code":null}}"#,
            UnknownVoice,
            false,
        ),
        (
            "400 Bad Request",
            r#"{"error":{"message":"Input of 2132 tokens is over the maximum input limit of 2000 tokens","type":"invalid_request_error","param":null,"code":"invalid_value"}}"#,
            InvalidText,
            false,
        ),
        (
            "400 Bad Request",
            r#"{"error":{"message":"String too long","type":"invalid_request_error","param":"input","code":"string_above_max_length"}}"#,
            InvalidText,
            false,
        ),
        (
            "404 Not Found",
            r#"{"error":{"message":"The model does not exist","type":"invalid_request_error","param":null,"code":"model_not_found"}}"#,
            UnknownModel,
            false,
        ),
        (
            "400 Bad Request",
            r#"{"error":{"message":"Hello there","type":"x","param":null,"code":null}}"#,
            BackendFailed,
            false,
        ),
        (
            "422 Unprocessable",
            r#"{"detail":[{"loc":["body","voice"],"msg":"Hello there"}]}"#,
            BackendFailed,
            false,
        ),
        ("500 Broken", "Hello there", BackendFailed, true),
        ("503 Unavailable", "<html>Hello there</html>", BackendFailed, true),
        // What only a bad request can say means nothing under another status.
        (
            "500 Broken",
            r#"{"error":{"message":"'voice'","type":"server_error","param":"voice","code":null}}"#,
            BackendFailed,
            true,
        ),
    ];
    for (status, body, kind, retry) in table {
        let server = Server::answering([answer(status, &[], body.as_bytes())]).await?;
        let said = utterance("Hello there.", "alloy", Codec::Mp3.into());
        let receipt = Receipt::default();
        let error = refused(open(&server.base_url())?.speak(said, receipt.clone()).await)?;
        assert!(!receipt.is_taken(), "{status} {body}");
        assert_eq!((error.kind(), error.may_succeed_later()), (kind, retry), "{status} {body}");
        // Another may have the voice or the model, but nobody else is asked to speak what cannot be spoken.
        let origin = if kind == InvalidText { Origin::Client } else { Origin::Backend };
        assert_eq!(error.origin(), origin, "{status} {body}");
        let all = all_of(&error);
        assert!(!all.contains("Hello") && !all.contains(KEY), "{all}");
        assert!(error.message().starts_with("The backend acme "), "{all}");
    }
    Ok(())
}
