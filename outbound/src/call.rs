use reqwest::header::{ACCEPT_ENCODING, CONTENT_TYPE, HeaderName, HeaderValue};
use reqwest::{Method, Request, Response, StatusCode, Url};
use speech::{ErrorKind, SpeechError};
use tokio::time::{Instant, timeout_at};

use crate::body::Body;
use crate::{Answer, Key, Remote, refusal};

/// The most bytes of an error's body.
const MOST_ERROR_BYTES: u64 = 1 << 20;

/// One request, not yet sent.
pub struct Call {
    remote: Remote,
    request: Request,
}

impl Call {
    pub(crate) fn new(remote: Remote, method: Method, url: Url) -> Self {
        let mut request = Request::new(method, url);
        let headers = request.headers_mut();
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        if let Some((header, value)) = remote.key() {
            headers.insert(header, value.clone());
        }
        Self { remote, request }
    }

    /// Adds a parameter to the query.
    pub fn query(mut self, name: &str, value: &str) -> Self {
        self.request.url_mut().query_pairs_mut().append_pair(name, value);
        self
    }

    /// With one header more, its name in small letters.
    pub fn header(mut self, name: &'static str, value: &'static str) -> Self {
        self.request.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        self
    }

    /// With that key, of an account whose keys are renewed from time to time: the [`Remote`] has none.
    ///
    /// # Errors
    /// It has a character that no header can carry.
    pub fn showing(mut self, key: Key<'_>) -> Result<Self, SpeechError> {
        let (header, value) = self.remote.headed(key)?;
        self.request.headers_mut().insert(header, value);
        Ok(self)
    }

    /// With that body of JSON.
    pub fn json(self, body: impl Into<Vec<u8>>) -> Self {
        self.body("application/json", body)
    }

    /// With that body of that media type.
    pub fn body(mut self, media_type: &'static str, body: impl Into<Vec<u8>>) -> Self {
        self.request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
        *self.request.body_mut() = Some(body.into().into());
        self
    }

    /// Sends it and waits for the head of the answer. Dropping the future hangs up.
    ///
    /// # Errors
    /// What the vendor's status means, or that it was not reached or not in time.
    pub async fn send(self) -> Result<Answer, SpeechError> {
        let (remote, response, sent) = self.exchange().await?;
        Self::accept(remote, response, sent).await
    }

    /// The same for a call that not every server knows: none where this one does not.
    ///
    /// # Errors
    /// As of [`send`](Self::send).
    pub async fn send_if_known(self) -> Result<Option<Answer>, SpeechError> {
        let (remote, response, sent) = self.exchange().await?;
        match response.status() {
            StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED => Ok(None),
            _ => Self::accept(remote, response, sent).await.map(Some),
        }
    }

    async fn exchange(self) -> Result<(Remote, Response, Instant), SpeechError> {
        let Self { remote, request } = self;
        let outbound = remote.outbound();
        let sent = Instant::now();
        match timeout_at(sent + outbound.deadlines.first_byte, outbound.http.execute(request)).await {
            Ok(Ok(response)) => Ok((remote, response, sent)),
            Ok(Err(error)) => Err(unreached(&remote, error)),
            Err(_) => Err(remote.error(ErrorKind::DeadlineExceeded)),
        }
    }

    async fn accept(remote: Remote, response: Response, sent: Instant) -> Result<Answer, SpeechError> {
        let status = response.status();
        let headers = response.headers().clone();
        let body = Body::new(remote.clone(), response, sent);
        if status.is_success() {
            return Ok(Answer::new(remote, headers, body));
        }
        // The status says enough: its explanation must not take longer than a first byte may.
        let due = sent + remote.deadlines().first_byte;
        let body =
            timeout_at(due, body.read(MOST_ERROR_BYTES)).await.ok().and_then(Result::ok).unwrap_or_default();
        Err(refusal::refused(remote.name(), status, &headers, remote.read_refusal(), &body))
    }
}

/// Why there is no answer. The error's address is left out of it.
fn unreached(remote: &Remote, error: reqwest::Error) -> SpeechError {
    let reason = if error.is_timeout() {
        remote.error(ErrorKind::DeadlineExceeded)
    } else if error.is_connect() {
        remote.failed("cannot be reached")
    } else {
        remote.failed("broke off before it answered")
    };
    reason.caused_by(error.without_url())
}
