//! The program that a newcomer runs.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

#[test]
fn it_says_where_it_listens_and_answers_there() {
    let mut program = Command::new(env!("CARGO_BIN_EXE_vendor-sim"))
        .args(["--openai", "0", "--elevenlabs", "0", "--azure", "0"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(program.stdout.take().unwrap()).lines();
    for (name, path, key) in [
        ("openai", "/models", "authorization"),
        ("elevenlabs", "/v1/models", "xi-api-key"),
        ("azure", "/cognitiveservices/voices/list", "ocp-apim-subscription-key"),
    ] {
        let line = lines.next().unwrap().unwrap();
        let url = line.strip_prefix(name).unwrap().trim();
        let answer = ureq::get(format!("{url}{path}")).header(key, "Bearer anything").call().unwrap();
        assert_eq!(answer.status(), 200);
    }
    program.kill().unwrap();
    program.wait().unwrap();
}
