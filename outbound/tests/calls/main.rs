//! Every rule of an outgoing call, against servers on real sockets.

mod audio;
mod bodies;
mod deadlines;
mod lines;
mod refusals;
mod requests;
mod sockets;

use std::error::Error;
use std::num::NonZeroUsize;

use outbound::{Access, Deadlines, Key, Outbound, ReadRefusal, Refusal, Remote};
use secrecy::SecretString;
use speech::SpeechError;
use testing::server::Server;

const KEY: &str = "sk-a-secret-0123456789";

/// Fails on any error, so that a test reads straight on.
type Tested = Result<(), Box<dyn Error>>;

fn remote(server: &Server, deadlines: Deadlines) -> Result<Remote, SpeechError> {
    remote_at(&server.base_url(), deadlines, |_, _| Refusal::default())
}

fn remote_at(base_url: &str, deadlines: Deadlines, read_refusal: ReadRefusal) -> Result<Remote, SpeechError> {
    let secret = SecretString::from(KEY);
    Outbound::new(deadlines)?.remote(Access {
        name: "acme",
        base_url,
        key: Some(Key { header: "authorization", scheme: "Bearer ", secret: &secret }),
        account: None,
        concurrency: NonZeroUsize::MIN,
        read_refusal,
    })
}

/// The error, where success would be a defect.
fn refused<T>(result: Result<T, SpeechError>) -> Result<SpeechError, &'static str> {
    result.err().ok_or("it succeeded")
}

/// Everything that an error can show, to anybody.
fn all_of(error: &SpeechError) -> String {
    let mut all = format!("{error} {error:?}");
    let mut source = error.source();
    while let Some(error) = source {
        all += &format!(" {error} {error:?}");
        source = error.source();
    }
    all
}
