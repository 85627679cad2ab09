use std::sync::Arc;

use tower::{Layer, ServiceExt as _};

use super::{Next, Notes, Request, around::around};
use crate::clients::{Callers, refuse_foreign_page};
use crate::credentials;
use crate::doors::{azure, elevenlabs};
use crate::fault::Fault;

/// What may be asked without a key. `/openapi.json` is the same of every gateway of a version: it tells a stranger nothing that
/// its source does not, and a tool reads it before it has a key. The last three are nobody's routes: other servers have them, and clients
/// look there, without a key, to find out what kind of server this is. They must be told "none of those" (404).
const EXEMPT: [&str; 6] = ["/healthz", "/readyz", "/openapi.json", "/health", "/v1/readyz", "/v1/test"];

/// Whether a path is open to everybody.
pub(crate) fn is_exempt(request: &Request) -> bool {
    EXEMPT.contains(&request.uri().path())
}

/// Whether the key may still come in the first message of a socket.
fn may_be_late(request: &Request) -> bool {
    elevenlabs::asks_for_socket(request) && !credentials::are_there(request.uri(), request.headers())
}

/// Finds out who asks, and refuses who is nobody.
pub(crate) fn authenticate(callers: Arc<Callers>) -> impl Layer<Next<Fault>, Service = Next<Fault>> + Clone {
    around(move |request: Request, next: Next<Fault>| {
        let callers = callers.clone();
        async move {
            if is_exempt(&request) {
                return next.oneshot(request).await;
            }
            // A body cannot be looked at by two threads, so it is not held while the store is asked.
            let (parts, body) = request.into_parts();
            let known = callers.identify(&parts.uri, &parts.headers).await;
            let mut request = Request::from_parts(parts, body);
            match known {
                Ok(client) => {
                    Notes::on(&request).client(client.payer.client.clone());
                    request.extensions_mut().insert(client);
                }
                // It may still come in the first message.
                Err(Fault::NoKey) if may_be_late(&request) => {}
                // No client there can read a status.
                Err(fault) if azure::is_told_on_the_socket(&request) => {
                    request.extensions_mut().insert(azure::Unwelcome(fault));
                }
                Err(fault) => return Err(fault),
            }
            next.oneshot(request).await
        }
    })
}

/// Where no key keeps strangers out, a page of a foreign origin changes nothing, not even blindly.
pub(crate) fn no_pages(callers: Arc<Callers>) -> impl Layer<Next<Fault>, Service = Next<Fault>> + Clone {
    around(move |request: Request, next: Next<Fault>| {
        let callers = callers.clone();
        async move {
            if callers.are_let_in_without_keys() {
                refuse_foreign_page(&[], request.headers())?;
            }
            next.oneshot(request).await
        }
    })
}
