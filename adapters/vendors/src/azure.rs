//! Azure AI Speech: synthesis over HTTP, and over the WebSocket that its SDKs use where the times of words or the shapes of
//! the mouth are wanted; its list of voices, and voices that an account has had made for itself.
//!
//! From Microsoft's documentation of 2024 to 2026 and the traffic of its SDKs (1.53 for Python, 1.52 for JavaScript). What
//! is not sure is taken either way:
//!
//! - What the audio is called: any name of audio will do where Azure's own name for the format tells all there is to tell.
//! - The words of a refusal, if there are any: the status, or the code that a socket is closed with, mostly says enough.
//! - Whether what is told of a sound comes in the order of time: words wait for the shapes of the mouth that belong to them.
//!
//! Azure ends every sound after ten minutes, without a word: longer texts are cut before they are sent.

mod account;
mod formats;
mod lists;
mod manner;
mod places;
mod refusal;
mod settings;
mod speak;
mod tokens;
mod track;
mod turn;
mod words;

use std::sync::Arc;

use futures::{FutureExt, TryFutureExt};
use outbound::Outbound;
use speech::{
    Backend, BoxFuture, Capabilities, Clock, ErrorKind, Model, Origin, Receipt, Sound, SpeechError,
    Utterance, Voice,
};

use crate::{Settings, text};
use account::Account;
use lists::Lists;
pub use settings::{Auth, AzureSettings};

/// What Azure's own clients call the deployment of a voice that was made for an account.
const DEPLOYMENT: &str = "deploymentId";

struct Azure {
    account: Arc<Account>,
    lists: Arc<Lists>,
    clock: Arc<dyn Clock>,
}

/// Opens a backend of the kind `azure`.
///
/// # Errors
/// [`ErrorKind::InvalidParameter`] about the setting that cannot be used.
pub(crate) fn open(settings: Settings, outbound: Outbound) -> Result<Arc<dyn Backend>, SpeechError> {
    let account = Arc::new(Account::open(&settings, &outbound)?);
    let clock = Arc::clone(&settings.clock);
    Ok(Arc::new(Azure { account, lists: Arc::new(Lists::new(settings)?), clock }))
}

impl Backend for Azure {
    fn name(&self) -> &str {
        self.account.remote().name()
    }

    fn kind(&self) -> &str {
        "azure"
    }

    fn house(&self) -> &str {
        self.account.remote().address()
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            ssml: true,
            timings: true,
            visemes: true,
            emotion: true,
            streaming: true,
            formats: formats::codecs(),
            sample_rates: formats::sample_rates(),
            ..Capabilities::default()
        }
    }

    fn models(&self) -> Arc<[Model]> {
        self.lists.models()
    }

    fn voices(&self) -> Arc<[Voice]> {
        self.lists.voices()
    }

    fn voice(&self, name: &str) -> Result<Voice, SpeechError> {
        self.lists.voice(name)
    }

    fn model_of(&self, voice: &Voice) -> Option<String> {
        Some(self.lists.model_of(voice).to_owned())
    }

    /// A call is of one deployment.
    fn joins(&self, voice: &str, other: &str) -> bool {
        self.lists.deployment(voice) == self.lists.deployment(other)
    }

    fn leaves_out(&self, utterance: &Utterance) -> Vec<String> {
        let delivery = &utterance.delivery;
        let mut names = manner::leaves_out(delivery);
        // Where a voice is deployed is the operator's to say.
        let named = delivery.extras.get(DEPLOYMENT).and_then(|id| id.as_str());
        if named == self.lists.deployment(&delivery.voice).as_deref() {
            names.retain(|name| name != DEPLOYMENT);
        }
        names.extend(text::leaves_out_of(&utterance.graph));
        names
    }

    fn billed(&self, utterance: &Utterance) -> Option<String> {
        Some(manner::document(utterance))
    }

    fn times_words(&self) -> bool {
        true
    }

    fn refresh(&self) -> BoxFuture<Result<(), SpeechError>> {
        let (account, lists) = (Arc::clone(&self.account), Arc::clone(&self.lists));
        async move { lists.refresh(&account).await }.boxed()
    }

    fn recall(&self, _models: Vec<Model>, voices: Vec<Voice>) {
        self.lists.recall(voices);
    }

    /// Who guesses a name that no list has is to blame if there is no such voice; and who writes a document, if it cannot be
    /// spoken. Any other text is made a document here.
    fn speak(&self, utterance: Utterance, receipt: Receipt) -> BoxFuture<Result<Sound, SpeechError>> {
        let voice = &utterance.delivery.voice;
        let is_document = utterance.graph.score().is_some();
        let (is_listed, deployment) = (self.lists.has(voice), self.lists.deployment(voice));
        let (account, clock) = (Arc::clone(&self.account), Arc::clone(&self.clock));
        let speaking = speak::speak(account, deployment, clock, utterance, receipt);
        let blame = move |error: SpeechError| match error.kind() {
            ErrorKind::UnknownVoice if !is_listed => error.blaming(Origin::Client),
            ErrorKind::InvalidText if !is_document => error.blaming(Origin::Backend),
            _ => error,
        };
        speaking.map_err(blame).boxed()
    }
}
