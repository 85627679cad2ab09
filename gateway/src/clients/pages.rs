//! What web pages may do here when no key keeps them out: every page that a browser on this machine shows can reach
//! this machine.

use std::net::IpAddr;

use http::{HeaderMap, HeaderName, HeaderValue, Uri, header};

use crate::Origin;
use crate::fault::Fault;

/// Names that nobody's DNS can lead here but our own. The last is how a container on a desktop calls its host.
const LOCAL_NAMES: [&str; 2] = ["localhost", "host.docker.internal"];

/// `same-origin`, `same-site`, `cross-site`, or `none` where no page but the user asks (W3C, Fetch Metadata).
const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// A web page could still reach us as one of our own, by a name of its own that it resolves to 127.0.0.1 (DNS
/// rebinding). Its requests carry that name; an address cannot be rebound, and only what is no browser sends no
/// name at all.
pub(super) fn is_no_rebound_name(uri: &Uri, headers: &HeaderMap) -> bool {
    let host = uri.host().or_else(|| {
        let host = headers.get(header::HOST)?.to_str().ok()?;
        Some(
            host.rsplit_once(':')
                .filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()))
                .map_or(host, |(host, _)| host),
        )
    });
    let Some(host) = host else { return true };
    let host = host.trim_start_matches('[').trim_end_matches(']');
    LOCAL_NAMES.iter().any(|name| host.eq_ignore_ascii_case(name)) || host.parse::<IpAddr>().is_ok()
}

/// Some requests a browser sends for a page without asking anybody. So the page's origin must be one that may call, or
/// our own. Of what a page only shows or plays, the browser does not tell the origin, but how far away it is.
///
/// # Errors
/// [`Fault::ForeignPage`].
pub(crate) fn refuse_foreign_page(may_call: &[Origin], headers: &HeaderMap) -> Result<(), Fault> {
    let origin = headers.get(header::ORIGIN);
    let may_call = may_call.iter().any(|known| known.is_any() || Some(&known.header()) == origin);
    let is_known = match origin {
        Some(origin) => is_own(origin, headers.get(header::HOST)),
        None => headers.get(SITE).is_none_or(|site| site == "same-origin" || site == "none"),
    };
    if may_call || is_known { Ok(()) } else { Err(Fault::ForeignPage) }
}

fn is_own(origin: &HeaderValue, host: Option<&HeaderValue>) -> bool {
    let origin = origin.to_str().ok().and_then(|origin| origin.split_once("://"));
    origin.zip(host).is_some_and(|((_, origin), host)| origin.as_bytes() == host.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_must_be_one_that_nobody_can_rebind() {
        let admitted = |host: &'static str| {
            let headers = HeaderMap::from_iter([(header::HOST, HeaderValue::from_static(host))]);
            is_no_rebound_name(&Uri::from_static("/v1/models"), &headers)
        };
        for ours in [
            "localhost",
            "LOCALHOST:8080",
            "127.0.0.1:8080",
            "127.9.9.9",
            "[::1]:8080",
            "host.docker.internal:80",
            "0.0.0.0:8080",
        ] {
            assert!(admitted(ours), "{ours}");
        }
        for foreign in ["evil.example", "localhost.evil.example:8080", "", "127.0.0.1.evil.example"] {
            assert!(!admitted(foreign), "{foreign:?}");
        }
    }
}
