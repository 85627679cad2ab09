use outbound::{Access, Answer, Call, Key, Outbound, Remote, Socket};
use speech::{ErrorKind, SpeechError};

use super::places::Places;
use super::tokens::Tokens;
use super::{Auth, refusal};
use crate::Settings;

/// The header of the key of an account.
const KEY_HEADER: &str = "ocp-apim-subscription-key";

/// An account, its servers, and what it shows them.
pub(super) struct Account {
    speech: Remote,
    custom: Remote,
    /// None of an account that shows its key.
    tokens: Option<Tokens>,
}

impl Account {
    pub(super) fn open(settings: &Settings, outbound: &Outbound) -> Result<Self, SpeechError> {
        let places = Places::of(settings)?;
        let needs_key = settings.azure.region.is_some() || settings.azure.auth == Auth::Token;
        if settings.api_key.is_none() && needs_key {
            let message = format!("The backend {} needs an api_key.", settings.name);
            return Err(SpeechError::invalid_parameter("api_key", message));
        }
        let key = || settings.api_key.as_ref().map(|secret| Key { header: KEY_HEADER, scheme: "", secret });
        let open = |base_url: &str, key, read_refusal| {
            outbound.remote(Access {
                name: &settings.name,
                base_url,
                key,
                account: settings.api_key.as_ref(),
                concurrency: settings.concurrency,
                read_refusal,
            })
        };
        let shown = || if settings.azure.auth == Auth::Key { key() } else { None };
        let read = if settings.azure.auth == Auth::Key { refusal::read } else { refusal::read_of_token };
        let speech = open(&places.speech, shown(), read)?;
        let custom = open(&places.custom, shown(), read)?;
        let tokens = match settings.azure.auth {
            Auth::Key => None,
            Auth::Token => {
                let remote = open(&places.tokens, key(), refusal::read);
                let unusable = |_| {
                    let message = format!("The token_url of the backend {} cannot be used.", settings.name);
                    SpeechError::invalid_parameter("token_url", message)
                };
                Some(Tokens::of(remote.map_err(unusable)?))
            }
        };
        Ok(Self { speech, custom, tokens })
    }

    /// Where Azure's own voices speak; its slots are those of the account.
    pub(super) fn remote(&self) -> &Remote {
        &self.speech
    }

    /// Where a voice speaks: those that were made for the account do elsewhere.
    pub(super) fn remote_of(&self, deployment: Option<&str>) -> &Remote {
        if deployment.is_some() { &self.custom } else { &self.speech }
    }

    /// Makes a call; with a new token once more where the one that was shown is not taken.
    pub(super) async fn send(&self, call: impl Fn() -> Call) -> Result<Answer, SpeechError> {
        let Some(tokens) = &self.tokens else { return call().send().await };
        let token = tokens.now().await?;
        match call().showing(token.key())?.send().await {
            Err(error) if is_not_taken(&error) => {}
            answered => return answered,
        }
        let token = tokens.instead_of(&token).await?;
        call().showing(token.key())?.send().await.map_err(|error| self.own(error))
    }

    /// Opens a WebSocket; with a new token once more where the one that was shown is not taken.
    pub(super) async fn socket(
        &self,
        deployment: Option<&str>,
        path: &[&str],
        query: &[(&str, &str)],
    ) -> Result<Socket, SpeechError> {
        let remote = self.remote_of(deployment);
        let path = || path.iter().copied();
        let Some(tokens) = &self.tokens else { return remote.socket(path(), query).await };
        let token = tokens.now().await?;
        match remote.socket_showing(token.key(), path(), query).await {
            Err(error) if is_not_taken(&error) => {}
            opened => return opened,
        }
        let token = tokens.instead_of(&token).await?;
        remote.socket_showing(token.key(), path(), query).await.map_err(|error| self.own(error))
    }

    /// A new token is not taken either: that is the operator's to mend.
    fn own(&self, error: SpeechError) -> SpeechError {
        if is_not_taken(&error) { self.speech.refused_key() } else { error }
    }
}

/// Whether a token was refused; nothing else is told so.
fn is_not_taken(error: &SpeechError) -> bool {
    error.kind() == ErrorKind::Unauthenticated
}
