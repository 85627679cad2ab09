//! What a vendor's status means.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use outbound::{Deadlines, Refusal, Remote};
use speech::ErrorKind::{
    BackendFailed, DeadlineExceeded, QuotaExceeded, RateLimited, UnknownModel, UnknownVoice,
};
use speech::{ErrorKind, Origin, SpeechError};
use testing::server::{Server, answer};
use tracing_subscriber::fmt::MakeWriter;

use crate::{KEY, Tested, all_of, refused, remote, remote_at};

/// What a call gets when the server answers just that.
async fn fate(
    status: &str,
    headers: &[&str],
    body: &[u8],
) -> Result<SpeechError, Box<dyn std::error::Error>> {
    let server = Server::answering([answer(status, headers, body)]).await?;
    Ok(refused(remote(&server, Deadlines::default())?.post(["speech"]).json("{}").send().await)?)
}

#[tokio::test]
async fn every_status_has_one_meaning() -> Tested {
    let table: [(&str, ErrorKind, bool, &str); 19] = [
        (
            "301 Moved",
            BackendFailed,
            false,
            "The backend acme answered with a redirect, which is not followed.",
        ),
        (
            "304 Not Modified",
            BackendFailed,
            false,
            "The backend acme answered with a redirect, which is not followed.",
        ),
        ("400 Bad Request", BackendFailed, false, "The backend acme did not accept the request."),
        ("401 Unauthorized", BackendFailed, false, "The backend acme refused the gateway's own key."),
        ("402 Payment Required", QuotaExceeded, false, "The backend acme has no quota left."),
        ("403 Forbidden", BackendFailed, false, "The backend acme refused the gateway's own key."),
        (
            "404 Not Found",
            BackendFailed,
            false,
            "The backend acme does not know this call; its base_url may be wrong.",
        ),
        (
            "405 Not Allowed",
            BackendFailed,
            false,
            "The backend acme does not know this call; its base_url may be wrong.",
        ),
        ("408 Timeout", DeadlineExceeded, true, "The backend acme took too long."),
        ("409 Conflict", BackendFailed, true, "The backend acme failed."),
        ("413 Too Large", BackendFailed, false, "The backend acme did not accept the request."),
        ("422 Unprocessable", BackendFailed, false, "The backend acme did not accept the request."),
        ("429 Too Many", RateLimited, true, "The backend acme takes no more requests for now."),
        (
            "451 Unavailable For Legal Reasons",
            BackendFailed,
            false,
            "The backend acme did not accept the request.",
        ),
        ("500 Broken", BackendFailed, true, "The backend acme failed."),
        ("502 Bad Gateway", BackendFailed, true, "The backend acme failed."),
        ("503 Unavailable", BackendFailed, true, "The backend acme failed."),
        ("504 Timeout", DeadlineExceeded, true, "The backend acme took too long."),
        ("599 What", BackendFailed, true, "The backend acme failed."),
    ];
    for (status, kind, retry, message) in table {
        let error = fate(status, &[], b"").await?;
        assert_eq!(
            (error.kind(), error.may_succeed_later(), error.message()),
            (kind, retry, message),
            "{status}"
        );
    }
    Ok(())
}

/// What only the operator can mend is nobody else's fault, and told in the log each time.
#[tokio::test]
async fn the_operator_hears_of_a_refused_key_and_of_used_up_quota() -> Tested {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(log.clone()).finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    for (status, says) in [
        ("401 Unauthorized", Some("refused the gateway's own key")),
        ("403 Forbidden", Some("refused the gateway's own key")),
        ("402 Payment Required", Some("has no quota left")),
        ("429 Too Many", None),
        ("500 Broken", None),
    ] {
        for _ in 0..2 {
            let error = fate(status, &[], KEY.as_bytes()).await?;
            let told = log.take()?;
            assert_eq!(error.origin(), Origin::Backend, "{status}");
            let Some(says) = says else {
                assert_eq!(told, "", "{status}");
                continue;
            };
            assert!(told.contains("ERROR") && told.contains(says) && told.contains("acme"), "{told}");
            assert!(
                told.lines().count() == 1 && told.contains(&format!("HTTP status {}", &status[..3])),
                "{told}"
            );
            assert!(!told.contains(KEY), "{told}");
        }
    }
    let server = Server::answering([answer("500 Broken", &[], b"")]).await?;
    let remote = remote(&server, Deadlines::default())?;
    let amid_a_sound: [fn(&Remote) -> SpeechError; 2] =
        [Remote::refused_key, |remote| remote.error(QuotaExceeded)];
    for error in amid_a_sound {
        let error = error(&remote);
        assert_eq!((error.origin(), error.may_succeed_later()), (Origin::Backend, false));
        assert!(log.take()?.contains(error.message()));
    }
    Ok(())
}

/// Whoever asks for a voice or a model asks for one that the vendor has listed.
#[tokio::test]
async fn who_lists_what_it_does_not_have_is_to_blame() -> Tested {
    for (kind, origin) in [
        (UnknownVoice, Origin::Backend),
        (ErrorKind::VoiceUnavailable, Origin::Backend),
        (UnknownModel, Origin::Backend),
        (ErrorKind::InvalidText, Origin::Client),
        (ErrorKind::InvalidParameter, Origin::Client),
    ] {
        let server = Server::answering([answer("200 OK", &[], b"")]).await?;
        let error = remote(&server, Deadlines::default())?.error(kind);
        assert_eq!((error.kind(), error.origin(), error.may_succeed_later()), (kind, origin, false));
    }
    Ok(())
}

/// What was logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// Since it was last asked.
    fn take(&self) -> Result<String, std::string::FromUtf8Error> {
        String::from_utf8(std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn a_wait_is_told_in_any_of_its_forms() -> Tested {
    let date = "date: Sun, 22 Nov 2026 17:00:00 GMT";
    let table: [(&[&str], Option<u64>); 11] = [
        (&["retry-after: 7"], Some(7_000)),
        (&["retry-after: 1.5"], Some(1_500)),
        (&["retry-after: 7", "retry-after-ms: 250"], Some(250)),
        (&[date, "retry-after: Sun, 22 Nov 2026 17:01:30 GMT"], Some(90_000)),
        (&[date, "retry-after: Sun, 22 Nov 2026 16:00:00 GMT"], Some(0)),
        // Without the server's own date, a date says nothing about how long.
        (&["retry-after: Sun, 22 Nov 2026 17:01:30 GMT"], None),
        (&["retry-after: soon"], None),
        (&["retry-after: -1"], None),
        (&["retry-after: inf"], None),
        (&["retry-after: 1e15"], Some(86_400_000)),
        (&[], None),
    ];
    for (headers, wait) in table {
        for status in ["429 Too Many", "503 Unavailable"] {
            let error = fate(status, headers, b"").await?;
            assert_eq!(error.wait(), wait.map(Duration::from_millis), "{headers:?}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn the_adapter_s_reading_outweighs_the_status() -> Tested {
    let table = [
        ("401 Unauthorized", "quota", QuotaExceeded),
        ("400 Bad Request", "voice", UnknownVoice),
        ("404 Not Found", "model", UnknownModel),
    ];
    for (status, body, kind) in table {
        let server = Server::answering([answer(status, &[], body.as_bytes())]).await?;
        let remote = remote_at(&server.base_url(), Deadlines::default(), |_, body| Refusal {
            kind: match body {
                b"quota" => Some(QuotaExceeded),
                b"voice" => Some(UnknownVoice),
                _ => Some(UnknownModel),
            },
            ..Refusal::default()
        })?;
        assert_eq!(refused(remote.get(["speech"]).send().await)?.kind(), kind);
    }
    Ok(())
}

#[tokio::test]
async fn a_vendor_s_words_go_no_further_but_for_its_code() -> Tested {
    let body = format!("the text was: Hello there. Key {KEY}");
    for (code, is_told) in
        [("rate_limit_exceeded", true), ("only_for_creator+", true), (body.as_str(), false)]
    {
        let server = Server::answering([answer("500 Broken", &[], code.as_bytes())]).await?;
        let remote = remote_at(&server.base_url(), Deadlines::default(), |_, body| Refusal {
            code: Some(String::from_utf8_lossy(body).into_owned()),
            ..Refusal::default()
        })?;
        let all = all_of(&refused(remote.get(["speech"]).send().await)?);
        assert!(!all.contains("Hello") && !all.contains(KEY), "{all}");
        assert_eq!(all.contains(code), is_told, "{all}");
        assert!(all.contains("HTTP status 500"), "{all}");
    }
    Ok(())
}

#[tokio::test]
async fn a_redirect_is_not_followed() -> Tested {
    let mut target = Server::answering([answer("200 OK", &[], b"{}")]).await?;
    let location = format!("location: http://{}/", target.address);
    for status in ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"] {
        let error = fate(status, &[&location], b"").await?;
        assert_eq!((error.kind(), target.connections()), (BackendFailed, 0), "{status}");
    }
    Ok(())
}

#[tokio::test]
async fn nobody_there_is_worth_another_try() -> Tested {
    let rude = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let no_tls = rude.local_addr()?;
    tokio::spawn(async move { while rude.accept().await.is_ok() {} });
    let free = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    for base in [
        // Nobody listens; no such name; no TLS.
        format!("http://{free}/v1"),
        "http://nobody.invalid/v1".to_owned(),
        format!("https://{no_tls}/v1"),
    ] {
        let remote = remote_at(&base, Deadlines::default(), |_, _| Refusal::default())?;
        let error = refused(remote.get(["voices"]).send().await)?;
        assert_eq!(error.message(), "The backend acme cannot be reached.", "{base}");
        assert!(error.kind() == BackendFailed && error.may_succeed_later());
        let all = all_of(&error);
        assert!(!all.contains(KEY) && !all.contains("/v1"), "{all}");
    }
    Ok(())
}
