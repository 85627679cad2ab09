//! What counts as audio.

use futures::StreamExt;
use outbound::Deadlines;
use speech::{Codec, SpeechError};
use testing::server::{Server, Step, answer, begin, chunk};

use crate::{Tested, refused, remote};

type Heard = Result<Result<Vec<u8>, SpeechError>, Box<dyn std::error::Error>>;

/// The audio that such an answer holds.
async fn heard(codec: Codec, steps: Vec<Step>) -> Heard {
    let server = Server::answering([steps]).await?;
    let answer = remote(&server, Deadlines::default())?.get(["speech"]).send().await?;
    let mut audio = match answer.audio(codec, 1_000_000).await {
        Ok(audio) => audio,
        Err(error) => return Ok(Err(error)),
    };
    let mut all = Vec::new();
    while let Some(bytes) = audio.next().await {
        all.extend_from_slice(&bytes?);
    }
    Ok(Ok(all))
}

async fn of_type(codec: Codec, content_type: &str) -> Heard {
    let header = format!("content-type: {content_type}");
    heard(codec, answer("200 OK", &[&header], &[1, 2, 3])).await
}

#[tokio::test]
async fn a_content_type_may_say_little_but_nothing_else() -> Tested {
    for (codec, content_type) in [
        (Codec::Mp3, "audio/mpeg"),
        (Codec::Mp3, "audio/mp3"),
        (Codec::Mp3, "application/octet-stream"),
        (Codec::Mp3, "audio/from-the-future"),
        (Codec::Opus, "audio/ogg; codecs=opus"),
        (Codec::Opus, "application/ogg"),
        (Codec::Aac, "audio/aac"),
        (Codec::Flac, "audio/x-flac"),
        (Codec::Wav, "Audio/X-WAV"),
        (Codec::Pcm, "audio/L16;rate=24000"),
        (Codec::Ulaw, "audio/basic"),
        (Codec::Alaw, "audio/x-alaw-basic"),
    ] {
        assert_eq!(of_type(codec, content_type).await??, [1, 2, 3], "{content_type}");
    }
    for codec in Codec::ALL {
        of_type(codec, codec.content_type()).await??;
    }
    for (codec, content_type, message) in [
        (Codec::Pcm, "audio/mpeg", "The backend acme sent mp3 where pcm was asked for."),
        (Codec::Mp3, "audio/wav", "The backend acme sent wav where mp3 was asked for."),
        (Codec::Mp3, "application/json", "The backend acme sent something that is not audio."),
        (Codec::Mp3, "text/html; charset=utf-8", "The backend acme sent something that is not audio."),
        (Codec::Mp3, "video/mp4", "The backend acme sent something that is not audio."),
    ] {
        assert_eq!(refused(of_type(codec, content_type).await?)?.message(), message, "{content_type}");
    }
    assert_eq!(heard(Codec::Mp3, answer("200 OK", &[], &[1, 2, 3])).await??, [1, 2, 3]);
    Ok(())
}

#[tokio::test]
async fn a_text_under_the_name_of_audio_is_a_failure_however_it_comes() -> Tested {
    let page = "<!doctype html><title>Just a moment</title>".repeat(100);
    let texts = [r#"{"error":{"message":"no"}}"#, "\n [ ]", "{", r#"{"é":"è"}"#, page.as_str()];
    for text in texts {
        let whole = answer("200 OK", &["content-type: audio/mpeg"], text.as_bytes());
        let mut bytewise = vec![begin(&["content-type: audio/mpeg"], b"")];
        bytewise.extend(text.as_bytes().iter().map(|byte| Step::Send(chunk(&[*byte]))));
        bytewise.push(Step::Send(b"0\r\n\r\n".to_vec()));
        for steps in [whole, bytewise] {
            let error = refused(heard(Codec::Mp3, steps).await?)?;
            assert_eq!(error.message(), "The backend acme sent a text in place of audio.", "{text:.20}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn samples_that_begin_like_a_text_are_still_samples() -> Tested {
    for samples in [b"{\"\x01\x02".to_vec(), b"<a>\xFF\xFE".to_vec(), [b"[".repeat(40), vec![0, 1]].concat()]
    {
        let mut bytewise = vec![begin(&["content-type: audio/pcm"], b"")];
        bytewise.extend(samples.iter().map(|byte| Step::Send(chunk(&[*byte]))));
        bytewise.push(Step::Send(b"0\r\n\r\n".to_vec()));
        assert_eq!(heard(Codec::Pcm, bytewise).await??, samples);
        assert_eq!(heard(Codec::Pcm, answer("200 OK", &[], &samples)).await??, samples);
    }
    Ok(())
}

#[tokio::test]
async fn no_audio_is_a_failure() -> Tested {
    for steps in [
        answer("200 OK", &["content-type: audio/mpeg"], b""),
        answer("204 No Content", &[], b""),
        vec![begin(&["content-type: audio/mpeg"], b""), Step::Send(b"0\r\n\r\n".to_vec())],
    ] {
        assert_eq!(refused(heard(Codec::Mp3, steps).await?)?.message(), "The backend acme gave no audio.");
    }
    Ok(())
}

#[tokio::test]
async fn a_vendor_may_call_its_audio_what_it_likes_but_not_another_thing() -> Tested {
    for (content_type, is_heard) in [
        ("audio/x-wav", true),
        ("audio/basic", true),
        ("audio/SILK", true),
        ("application/octet-stream", true),
        ("application/ogg", true),
        ("text/html", false),
        ("application/json", false),
    ] {
        let header = format!("content-type: {content_type}");
        let server = Server::answering([answer("200 OK", &[&header], &[1, 2, 3])]).await?;
        let answer = remote(&server, Deadlines::default())?.get(["speech"]).send().await?;
        assert_eq!(answer.audio_by_any_name(1_000).await.is_ok(), is_heard, "{content_type}");
    }
    Ok(())
}
