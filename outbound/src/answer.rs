use bytes::Bytes;
use futures::stream::BoxStream;
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap};
use serde::de::DeserializeOwned;
use speech::{Codec, SpeechError};

use crate::body::Body;
use crate::{Remote, audio};

/// The most bytes of a JSON document.
const MOST_JSON_BYTES: u64 = 8 << 20;

/// The most bytes of a text.
const MOST_TEXT_BYTES: u64 = 64 << 10;

/// An answer of success, of which the head has come.
pub struct Answer {
    remote: Remote,
    headers: HeaderMap,
    body: Body,
}

impl Answer {
    pub(crate) fn new(remote: Remote, headers: HeaderMap, body: Body) -> Self {
        Self { remote, headers, body }
    }

    /// Nothing asks for a packed body, and audio does not shrink: who packs it regardless is broken or means harm.
    fn check_unpacked(&self) -> Result<(), SpeechError> {
        let packed = |value: &[u8]| !value.eq_ignore_ascii_case(b"identity") && !value.is_empty();
        match self.headers.get_all(CONTENT_ENCODING).iter().any(|value| packed(value.as_bytes())) {
            true => Err(self.remote.failed("packed its answer, which nobody asked for")),
            false => Ok(()),
        }
    }

    /// A header, where it is there and is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body as one JSON document of at most 8 MiB.
    ///
    /// # Errors
    /// When it is packed, is longer, does not come in time, or is not of that shape.
    pub async fn json<T: DeserializeOwned>(self) -> Result<T, SpeechError> {
        self.check_unpacked()?;
        let body = self.body.read(MOST_JSON_BYTES).await?;
        serde_json::from_slice(&body).map_err(|_| self.remote.failed("sent JSON that cannot be read"))
    }

    /// The body as a text of at most 64 KiB.
    ///
    /// # Errors
    /// When it is packed, is longer, does not come in time, or is no UTF-8.
    pub async fn text(self) -> Result<String, SpeechError> {
        self.check_unpacked()?;
        let body = self.body.read(MOST_TEXT_BYTES).await?;
        String::from_utf8(body.into()).map_err(|_| self.remote.failed("sent a text that cannot be read"))
    }

    /// The body as audio, as it comes. Resolves with the first bytes, so that no audio at all, or something else
    /// under the name of audio, is still an ordinary error.
    ///
    /// # Errors
    /// When it is packed, when the content type is that of something else, when the body is text, or when there is
    /// none. In the stream: when it breaks off, stalls, or is longer than `most_bytes`; it is over then.
    pub async fn audio(
        mut self,
        codec: Codec,
        most_bytes: u64,
    ) -> Result<BoxStream<'static, Result<Bytes, SpeechError>>, SpeechError> {
        self.check_unpacked()?;
        audio::check_content_type(&self.remote, self.header(CONTENT_TYPE.as_str()), codec)?;
        let first = audio::begin(&self.remote, &mut self.body).await?;
        Ok(self.body.stream(first, most_bytes))
    }

    /// The same of a vendor that calls its audio what it likes: any name of audio will do.
    ///
    /// # Errors
    /// As of [`audio`](Self::audio).
    pub async fn audio_by_any_name(
        mut self,
        most_bytes: u64,
    ) -> Result<BoxStream<'static, Result<Bytes, SpeechError>>, SpeechError> {
        self.check_unpacked()?;
        audio::check_is_audio(&self.remote, self.header(CONTENT_TYPE.as_str()))?;
        let first = audio::begin(&self.remote, &mut self.body).await?;
        Ok(self.body.stream(first, most_bytes))
    }

    /// The body as it comes, of one of those media types (none of them: an error). Resolves with the first bytes.
    ///
    /// # Errors
    /// As of [`audio`](Self::audio).
    pub async fn stream(
        mut self,
        media_types: &[&str],
        most_bytes: u64,
    ) -> Result<BoxStream<'static, Result<Bytes, SpeechError>>, SpeechError> {
        self.check_unpacked()?;
        let found = audio::media_type(self.header(CONTENT_TYPE.as_str()));
        if !media_types.contains(&found.as_str()) {
            return Err(self.remote.failed("answered in a form that nobody asked for"));
        }
        let first = self.body.next().await.ok_or_else(|| self.remote.failed("gave no audio"))??;
        Ok(self.body.stream(first, most_bytes))
    }
}
