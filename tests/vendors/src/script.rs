//! What goes wrong, and for how many requests.

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

/// What a synthesis request suffers.
///
/// On a WebSocket `rate_limited` and `quota` are an error message and a close with code 1008; `bad_key`,
/// `server_error` and `unavailable` refuse the upgrade; `wrong_content_type`, `json_error` and `json_as_audio`
/// are a message of that content in the place of the audio; `gzip_bomb` means nothing there and is not suffered.
///
/// Azure's WebSocket tells them otherwise: `bad_key`, `quota` and `unavailable` refuse the upgrade, or, once it is open,
/// close it with 1008, 4429 and 1013 when the next text comes; so do `rate_limited` with 4429 and `server_error` with
/// 1011 in any case. `slow_first_byte` is before `turn.start`; `wrong_content_type` is frames that are none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// All is well; clears what was scripted before.
    None,
    /// 429 with `Retry-After: 1`.
    RateLimited,
    /// The account is used up, in the vendor's own status and words; Azure's are a 429 without `Retry-After`.
    Quota,
    /// 500.
    ServerError,
    /// 503.
    Unavailable,
    /// 401, whatever the key is.
    BadKey,
    /// Nothing at all for [`seconds`](Script::seconds) seconds; then the answer.
    SlowFirstByte,
    /// One byte of the body a second.
    OneByteASecond,
    /// The connection is reset after [`after_bytes`](Script::after_bytes) bytes of the body.
    Cut,
    /// Nothing more is sent after [`after_bytes`](Script::after_bytes) bytes of the body; the socket stays open.
    Stall,
    /// 200 and a page of HTML that says so.
    WrongContentType,
    /// 200 and an error in JSON that says so.
    JsonError,
    /// 200 and an error in JSON under the content type of the audio that was asked for.
    JsonAsAudio,
    /// 10 GiB: the answer's first piece again and again.
    HugeBody,
    /// `Content-Encoding: gzip`, a megabyte that inflates to 1 GiB.
    GzipBomb,
    /// 200, the right content type, and the end of the answer without any audio.
    ZeroAudio,
    /// A tenth of a second of audio, whatever the text.
    TooShort,
}

/// A fault, its measures, and how many requests suffer it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Script {
    /// What goes wrong.
    pub fault: Fault,
    /// Bytes of the body that are served before a [`Cut`](Fault::Cut) or a [`Stall`](Fault::Stall).
    #[serde(default)]
    pub after_bytes: u64,
    /// Seconds before the first byte of [`SlowFirstByte`](Fault::SlowFirstByte).
    #[serde(default = "a_day")]
    pub seconds: u64,
    /// How many synthesis requests suffer it; 0 is every one until another script comes.
    #[serde(default = "once")]
    pub times: u32,
}

/// Longer than any client waits.
fn a_day() -> u64 {
    24 * 60 * 60
}

fn once() -> u32 {
    1
}

impl Script {
    /// The fault once: a cut or stall before the first byte, a first byte that does not come for a day.
    pub fn once(fault: Fault) -> Self {
        Self { fault, after_bytes: 0, seconds: a_day(), times: once() }
    }

    /// The same after that many bytes of the body.
    pub fn after_bytes(self, after_bytes: u64) -> Self {
        Self { after_bytes, ..self }
    }

    /// The same for that many seconds.
    pub fn seconds(self, seconds: u64) -> Self {
        Self { seconds, ..self }
    }

    /// The same for that many requests; 0 is every one until another script comes.
    pub fn times(self, times: u32) -> Self {
        Self { times, ..self }
    }
}

/// The script that is being played.
#[derive(Default)]
pub(crate) struct Prompter {
    script: Mutex<Option<Script>>,
}

impl Prompter {
    pub(crate) fn set(&self, script: Script) {
        *self.locked() = (script.fault != Fault::None).then_some(script);
    }

    /// What the request that comes now suffers.
    pub(crate) fn next(&self) -> Option<Script> {
        self.next_if(|_| true)
    }

    /// The same, if it is that; otherwise a later request's turn comes.
    pub(crate) fn next_if(&self, is_it: impl FnOnce(Fault) -> bool) -> Option<Script> {
        let mut playing = self.locked();
        let script = (*playing).filter(|script| is_it(script.fault))?;
        match script.times {
            0 => {}
            1 => *playing = None,
            times => *playing = Some(script.times(times - 1)),
        }
        Some(script)
    }

    fn locked(&self) -> MutexGuard<'_, Option<Script>> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
