use std::num::NonZeroUsize;
use std::sync::Arc;

use outbound::{Access, Key, Outbound, ReadRefusal, Remote};
use secrecy::SecretString;
use speech::{Clock, Date, SpeechError};

use crate::azure::AzureSettings;

/// What an operator sets for one backend of a vendor. There may be several of a kind.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The backend's name: the part of its voices' ids before the first `:`.
    pub name: String,
    /// Where its server is; none for the vendor's own.
    pub base_url: Option<String>,
    /// The account that pays; a server of one's own may need none.
    pub api_key: Option<SecretString>,
    /// How many may speak at a time.
    pub concurrency: NonZeroUsize,
    /// The models by name, where the server cannot be asked; the first is the usual one.
    pub models: Vec<String>,
    /// The voices by name, where the server cannot be asked; otherwise none are those that it lists.
    pub voices: Vec<String>,
    /// The day after which its models and voices are announced to be gone.
    pub deprecated_after: Option<Date>,
    /// What only Azure needs to be told.
    pub azure: AzureSettings,
    /// What time it is, which Azure is told with each message.
    pub clock: Arc<dyn Clock>,
}

impl Settings {
    /// The server that they name, or the vendor's own. The key goes into `header` behind `scheme`.
    pub(crate) fn open(
        &self,
        outbound: &Outbound,
        vendors_own: &str,
        (header, scheme): (&'static str, &'static str),
        read_refusal: ReadRefusal,
    ) -> Result<Remote, SpeechError> {
        if self.base_url.is_none() && self.api_key.is_none() {
            let message = format!("The backend {} needs an api_key.", self.name);
            return Err(SpeechError::invalid_parameter("api_key", message));
        }
        outbound.remote(Access {
            name: &self.name,
            base_url: self.base_url.as_deref().unwrap_or(vendors_own),
            key: self.api_key.as_ref().map(|secret| Key { header, scheme, secret }),
            account: None,
            concurrency: self.concurrency,
            read_refusal,
        })
    }
}
