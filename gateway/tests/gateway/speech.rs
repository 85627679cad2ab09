//! `POST /v1/audio/speech`, as it should go.

use crate::backend::{CHUNK, CHUNKS};
use crate::server::Server;

#[tokio::test]
async fn a_voice_speaks() {
    let server = Server::start().await;
    let answer = server.say("tone").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), "audio/pcm");
    assert_eq!(answer.header("transfer-encoding"), "chunked");
    assert!(answer.whole);
    assert_eq!(answer.body.len(), CHUNKS * CHUNK * 2);
}
