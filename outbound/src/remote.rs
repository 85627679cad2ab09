use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{HeaderName, HeaderValue};
use reqwest::{Method, Url};
use secrecy::{ExposeSecret, SecretString};
use speech::{ErrorKind, Receipt, SpeechError};
use tokio::time::timeout;

use crate::slots::Slots;
use crate::{Call, Deadlines, Outbound, ReadRefusal, Slot, Socket, refusal};

/// How a backend's server is reached.
pub struct Access<'a> {
    /// The backend's configured name, which its errors say.
    pub name: &'a str,
    /// `http` or `https`, with or without a path, without a query and without credentials. A slash at its end makes no
    /// difference.
    pub base_url: &'a str,
    /// What to show at the door, if anything.
    pub key: Option<Key<'a>>,
    /// Whose slots it takes, where it shows none of its own.
    pub account: Option<&'a SecretString>,
    /// How many may speak at a time.
    pub concurrency: NonZeroUsize,
    /// How its errors read.
    pub read_refusal: ReadRefusal,
}

/// A key, and how the vendor wants it to be shown.
pub struct Key<'a> {
    /// The header: `authorization`, `xi-api-key`.
    pub header: &'static str,
    /// What stands before it: `Bearer `.
    pub scheme: &'static str,
    /// The key itself.
    pub secret: &'a SecretString,
}

/// The server of one backend: every call to it carries its key, and every error its name. Cheap to clone.
#[derive(Clone)]
pub struct Remote(Arc<Inner>);

struct Inner {
    outbound: Outbound,
    name: String,
    base: Url,
    key: Option<(HeaderName, HeaderValue)>,
    slots: Slots,
    read_refusal: ReadRefusal,
}

impl Remote {
    pub(crate) fn open(outbound: Outbound, access: Access<'_>) -> Result<Self, SpeechError> {
        let Access { name, base_url, key, account, concurrency, read_refusal } = access;
        let base = base(base_url).map_err(|fault| {
            SpeechError::invalid_parameter("base_url", format!("The base_url of the backend {name} {fault}."))
        })?;
        let key = key.map(Key::into_header).transpose().map_err(|_| {
            SpeechError::invalid_parameter(
                "api_key",
                format!("The api_key of the backend {name} has a character that no header can carry."),
            )
        })?;
        let account = account.map_or(&[][..], |account| account.expose_secret().as_bytes());
        let account = key.as_ref().map_or(account, |(_, value)| value.as_bytes());
        let line = outbound.lines.as_ref().map(|lines| lines.of(account, &base, concurrency.get()));
        let line = line.transpose()?;
        let slots = Slots::new(concurrency, line, outbound.deadlines.slot);
        Ok(Self(Arc::new(Inner { outbound, name: name.to_owned(), base, key, slots, read_refusal })))
    }

    /// The backend's configured name.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Where it is: the base URL.
    pub fn address(&self) -> &str {
        self.0.base.as_str()
    }

    /// Asks for what lies at a path below the base, given segment by segment: `["v1", "voices"]`. A segment may hold
    /// anything; it is escaped.
    pub fn get<'p>(&self, path: impl IntoIterator<Item = &'p str>) -> Call {
        Call::new(self.clone(), Method::GET, self.url(path))
    }

    /// Sends something to a path below the base.
    pub fn post<'p>(&self, path: impl IntoIterator<Item = &'p str>) -> Call {
        Call::new(self.clone(), Method::POST, self.url(path))
    }

    /// Opens a WebSocket at a path below the base: `ws` for `http`, `wss` for `https`.
    ///
    /// # Errors
    /// As those of a call: a refused upgrade is a refusal.
    pub async fn socket<'p>(
        &self,
        path: impl IntoIterator<Item = &'p str>,
        query: &[(&str, &str)],
    ) -> Result<Socket, SpeechError> {
        Socket::open(self.clone(), self.url_with(path, query), self.0.key.clone()).await
    }

    /// The same with that key, of an account whose keys are renewed from time to time.
    ///
    /// # Errors
    /// The same; and where the key has a character that no header can carry.
    pub async fn socket_showing<'p>(
        &self,
        key: Key<'_>,
        path: impl IntoIterator<Item = &'p str>,
        query: &[(&str, &str)],
    ) -> Result<Socket, SpeechError> {
        let shown = self.headed(key)?;
        Socket::open(self.clone(), self.url_with(path, query), Some(shown)).await
    }

    /// Waits for its turn to speak, which the receipt tells as long as it lasts; hold the slot as long as the sound.
    ///
    /// # Errors
    /// [`ErrorKind::Overloaded`] when none came free in time.
    pub async fn slot(&self, receipt: &Receipt) -> Result<Slot, SpeechError> {
        receipt.queue(true);
        let slot = self.0.slots.take(self.name()).await;
        receipt.queue(false);
        slot
    }

    /// An error of that kind in our own words: what a vendor's error amid a sound means. Of a quota that is used up the
    /// operator is told.
    pub fn error(&self, kind: ErrorKind) -> SpeechError {
        let error = refusal::of_kind(self.name(), kind);
        match kind {
            ErrorKind::QuotaExceeded => refusal::alarm(self.name(), error),
            _ => error,
        }
    }

    /// The vendor does not let the gateway in with its key, of which the operator is told.
    pub fn refused_key(&self) -> SpeechError {
        refusal::alarm(self.name(), self.failed(refusal::REFUSED_KEY).retry(false))
    }

    /// [`ErrorKind::BackendFailed`]; `what` goes on where "The backend NAME" began: `gave no audio`.
    pub fn failed(&self, what: &str) -> SpeechError {
        refusal::failed(self.name(), what)
    }

    /// How long everything may take.
    pub fn deadlines(&self) -> Deadlines {
        self.0.outbound.deadlines
    }

    /// Waits for something that this backend owes, at most so long.
    ///
    /// # Errors
    /// [`ErrorKind::DeadlineExceeded`] when it takes longer.
    pub async fn in_time<T>(
        &self,
        patience: Duration,
        work: impl Future<Output = T>,
    ) -> Result<T, SpeechError> {
        timeout(patience, work).await.map_err(|_| self.error(ErrorKind::DeadlineExceeded))
    }

    pub(crate) fn outbound(&self) -> &Outbound {
        &self.0.outbound
    }

    pub(crate) fn key(&self) -> Option<(&HeaderName, &HeaderValue)> {
        self.0.key.as_ref().map(|(header, value)| (header, value))
    }

    pub(crate) fn read_refusal(&self) -> ReadRefusal {
        self.0.read_refusal
    }

    /// A key as a header.
    pub(crate) fn headed(&self, key: Key<'_>) -> Result<(HeaderName, HeaderValue), SpeechError> {
        key.into_header().map_err(|_| self.failed("was to be shown a key that no header can carry"))
    }

    fn url_with<'p>(&self, path: impl IntoIterator<Item = &'p str>, query: &[(&str, &str)]) -> Url {
        let mut url = self.url(path);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        url
    }

    fn url<'p>(&self, path: impl IntoIterator<Item = &'p str>) -> Url {
        let mut url = self.0.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        url
    }
}

/// The name only.
impl std::fmt::Debug for Remote {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Remote({})", self.name())
    }
}

impl Key<'_> {
    fn into_header(self) -> Result<(HeaderName, HeaderValue), reqwest::header::InvalidHeaderValue> {
        let mut value = HeaderValue::try_from(format!("{}{}", self.scheme, self.secret.expose_secret()))?;
        value.set_sensitive(true);
        Ok((HeaderName::from_static(self.header), value))
    }
}

/// A base URL, or what is wrong with it.
fn base(url: &str) -> Result<Url, &'static str> {
    let url = Url::parse(url).map_err(|_| "is no URL")?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err("must begin with http:// or https://");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must not hold a user's name or password; set api_key");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("must not have a query or a fragment");
    }
    Ok(url)
}
