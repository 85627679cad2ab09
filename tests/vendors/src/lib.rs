//! Fake vendors: OpenAI's, ElevenLabs' and Azure's protocols, spoken over real sockets by servers that do as they
//! are told.
//!
//! They share no type with the project's own `wire` and no encoder with its `audio`: what they say comes from
//! the vendors' documents and SDKs alone. The same request always gets the same bytes of audio: a recording of
//! real speech, as long as the text is worth (65 ms a character).
//!
//! A [`Vendor`] runs on a thread of its own, so that it serves blocking tests as well as async ones.

mod azure;
mod delivery;
mod elevenlabs;
mod encoders;
mod formats;
mod gate;
mod openai;
mod roster;
mod script;
mod sim;
mod speaker;
mod speech;
mod truth;
mod wire;

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::oneshot;

pub use script::{Fault, Script};
pub use truth::Served;

use sim::Sim;

/// Whom to imitate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// OpenAI's `/v1/audio/speech` and `/v1/models`.
    OpenAi,
    /// ElevenLabs' text-to-speech, text-to-dialogue, voices, models and subscription.
    ElevenLabs,
    /// Azure's speech from SSML over REST and USP, its tokens and its list of voices.
    Azure,
}

/// One running fake. Dropping it stops it and closes its connections.
pub struct Vendor {
    kind: Kind,
    address: SocketAddr,
    sim: Arc<Sim>,
    /// The thread ends when this is dropped.
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Vendor {
    /// Starts a fake on a free port of this machine's loopback.
    ///
    /// # Errors
    /// No socket, no thread, or a recording that cannot be decoded.
    pub fn start(kind: Kind) -> io::Result<Self> {
        Self::start_on(kind, 0)
    }

    /// Starts a fake on a port of this machine's loopback; 0 is any.
    ///
    /// # Errors
    /// The port is taken; otherwise as [`start`](Self::start).
    pub fn start_on(kind: Kind, port: u16) -> io::Result<Self> {
        speech::Recording::get()?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let listener = {
            let _inside = runtime.enter();
            tokio::net::TcpListener::from_std(listener)?
        };
        let sim = Arc::new(Sim::new(kind));
        let (stop, stopped) = oneshot::channel();
        let serving = sim::serve(kind, listener, Arc::clone(&sim));
        let thread = std::thread::Builder::new().name(format!("{kind:?}")).spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    () = serving => {}
                    _ = stopped => {}
                }
            });
        })?;
        Ok(Self { kind, address, sim, stop: Some(stop), thread: Some(thread) })
    }

    /// What a client's base URL is set to: `http://127.0.0.1:PORT/v1` for OpenAI, without a path for ElevenLabs
    /// and Azure.
    pub fn base_url(&self) -> String {
        match self.kind {
            Kind::OpenAi => format!("http://{}/v1", self.address),
            Kind::ElevenLabs | Kind::Azure => format!("http://{}", self.address),
        }
    }

    /// What the next synthesis requests suffer.
    pub fn script(&self, script: Script) {
        self.sim.prompter.set(script);
    }

    /// From now on no speech over HTTP, and no turn on Azure's WebSocket, gets further than the piece with that byte of
    /// its body, those that have begun among them, until [`let_go`](Self::let_go).
    pub fn hold(&self, after_bytes: u64) {
        self.sim.speeches.shut(Some(after_bytes));
    }

    /// From now on whoever asks for a list waits for it until [`let_go`](Self::let_go).
    pub fn hold_lists(&self) {
        self.sim.lists.shut(Some(0));
    }

    /// Everything that was held goes on.
    pub fn let_go(&self) {
        self.sim.speeches.shut(None);
        self.sim.lists.shut(None);
    }

    /// Lists so many voices, always the same for the same number: the vendor's own, then others of every language, accent,
    /// gender, age, manner and use in turn. Without this ElevenLabs lists some 350 and Azure 500.
    ///
    /// OpenAI itself has no list of voices and answers 404. With this, or any of the three calls below, it becomes a
    /// server that follows OpenAI's API and lists its own, in one answer: `GET /v1/audio/voices`. ElevenLabs lists them
    /// in pages of at most a hundred, Azure all at once. Whoever is listed speaks, and nobody else.
    pub fn list_voices(&self, count: usize) {
        self.sim.roster.fill(count);
    }

    /// Lists one voice more, at the end, and tells its id.
    pub fn add_voice(&self, name: &str) -> String {
        self.sim.roster.add(name)
    }

    /// Lists a voice no longer; false where it never did.
    pub fn remove_voice(&self, id: &str) -> bool {
        self.sim.roster.remove(id)
    }

    /// Gives a voice another name, under the same id; false where there is no such voice.
    pub fn rename_voice(&self, id: &str, name: &str) -> bool {
        self.sim.roster.rename(id, name)
    }

    /// From now on whoever asks for a list, of voices or of models, gets 503; or gets it again.
    pub fn break_lists(&self, is_broken: bool) {
        self.sim.roster.break_lists(is_broken);
    }

    /// From now on Azure's tokens are good for so long, instead of ten minutes.
    pub fn tokens_live(&self, life: Duration) {
        self.sim.tokens.live(life);
    }

    /// Azure's tokens that are out are good no longer.
    pub fn expire_tokens(&self) {
        self.sim.tokens.expire();
    }

    /// Every request so far, in the order of arrival.
    pub fn truth(&self) -> Vec<Served> {
        self.sim.truth.all()
    }
}

impl Drop for Vendor {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // It has nothing to say but that it panicked, which its own message already told.
            drop(thread.join());
        }
    }
}
