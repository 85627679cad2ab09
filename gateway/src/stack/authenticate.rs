use std::sync::Arc;

use tower::{Layer, ServiceExt as _};

use super::{Next, Notes, Request, around::around};
use crate::Clients;
use crate::credentials;
use crate::doors::elevenlabs;
use crate::fault::Fault;

/// What may be asked without a key. The last three are nobody's routes: other servers have them, and clients
/// look there, without a key, to find out what kind of server this is. They must be told "none of those" (404).
const EXEMPT: [&str; 5] = ["/healthz", "/readyz", "/health", "/v1/readyz", "/v1/test"];

/// Who asks, among a request's extensions.
#[derive(Clone, Debug)]
pub(crate) struct Client(pub(crate) Arc<str>);

/// Whether a path is open to everybody.
pub(crate) fn is_exempt(request: &Request) -> bool {
    EXEMPT.contains(&request.uri().path())
}

/// Whether the key may still come in the first message of a socket.
fn may_be_late(request: &Request) -> bool {
    elevenlabs::asks_for_socket(request) && !credentials::are_there(request.uri(), request.headers())
}

/// Finds out who asks, and refuses who is nobody.
pub(crate) fn authenticate(clients: Arc<Clients>) -> impl Layer<Next<Fault>, Service = Next<Fault>> + Clone {
    around(move |mut request: Request, next: Next<Fault>| {
        let clients = clients.clone();
        async move {
            if !is_exempt(&request) {
                match clients.identify(request.uri(), request.headers()) {
                    Ok(client) => {
                        Notes::on(&request).client(client.clone());
                        request.extensions_mut().insert(Client(client));
                    }
                    // It may still come in the first message.
                    Err(Fault::NoKey) if may_be_late(&request) => {}
                    Err(fault) => return Err(fault),
                }
            }
            next.oneshot(request).await
        }
    })
}
