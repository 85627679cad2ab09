//! The way of a request through the gateway, outermost layer first.

mod access;
mod admission;
mod around;
mod authenticate;
mod body_limit;
mod browsers;
mod deadline;
mod panics;
mod refusals;
mod request_id;
mod rescue;
mod trace;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::Body;
use tokio_util::sync::CancellationToken;
use tower::ServiceBuilder;
use tower::util::BoxCloneSyncService;

use crate::admin::{self, Office};
use crate::clients::{Callers, StoredKeys, Tokens};
use crate::doors::{self, Envelope, Rooms, Seats};
use crate::replay::{self, Replay};
use crate::{AdminParts, Parts};

pub(crate) use crate::clients::Client;
pub(crate) use access::Notes;
pub(crate) use admission::{Places, take_place};
pub(crate) use around::around;
pub(crate) use request_id::{BOTH as REQUEST_IDS, RequestId};
pub(crate) use rescue::report;

/// A request on its way in.
pub(crate) type Request = http::Request<Body>;
/// An answer on its way out.
pub(crate) type Response = http::Response<Body>;
/// The rest of the way. Below the rescue its error is a [`Fault`](crate::fault::Fault); above, there are none.
pub(crate) type Next<E> = BoxCloneSyncService<Request, Response, E>;

/// The whole way. The cap on connections and the timeout of headers lie before it, in `server`.
pub(crate) fn stack(parts: Parts, listen: SocketAddr, draining: CancellationToken) -> Next<Infallible> {
    let config = Arc::new(parts.config);
    let stored = StoredKeys::new(parts.accounts, parts.pepper.clone(), parts.clock.clone());
    let tokens = Tokens::new(parts.pepper, parts.clock.clone());
    let callers = Arc::new(Callers::new(parts.clients, Some(stored), listen).with_tokens(tokens));
    let places = admission::places(config.max_in_flight);
    let rooms = Rooms {
        engine: parts.engine.clone(),
        config: config.clone(),
        ids: parts.ids.clone(),
        callers: callers.clone(),
        seats: Seats::new(callers.clone(), places.clone(), config.max_sockets_per_key),
        reports: parts.reports,
        clock: parts.clock.clone(),
        since: parts.clock.unix_ms() / 1000,
        draining,
        exact: doors::room(),
    };
    let replay = Replay::new(parts.engine.clone(), parts.replays, parts.clock.clone(), config.clone());
    ServiceBuilder::new()
        // Whatever is answered below, also by a panic, can be asked about by its id.
        .layer(request_id::request_id(parts.ids))
        // Debug output of a request, anywhere below, must not hold a key.
        .layer(browsers::sensitive_headers())
        // In the client's own trace, until the last byte of the answer.
        .layer(trace::trace())
        // One line for each answer, with what really left, so all that answers lies below.
        .layer(access::access())
        // Preflights carry no key, and a page may only read an error that carries CORS headers: above both.
        .layer(browsers::cors(&config.cors_origins))
        // A defect of ours costs one answer, not the connection.
        .layer(panics::catch(Envelope::of))
        // The only place where errors become HTTP; below it they are values.
        .layer(rescue::rescue(Envelope::of))
        // Nobody waits for ever, whatever holds it up below.
        .layer(deadline::deadline(config.deadline(), "audio"))
        // Before anyone reads a body.
        .layer(body_limit::body_limit(config.max_body_bytes, config.body_timeout()))
        // Deny by default: what follows knows who asks.
        .layer(authenticate::authenticate(callers))
        // Each refused speech of a known client leaves its row, also one that admission sheds.
        .layer(refusals::refusals(parts.engine))
        // What was answered before takes no place; what is answered for later holds its own to its own end.
        .layer(replay::replay(replay))
        // Only work that was authenticated may take a place, which it holds until its last byte.
        .layer(admission::admission(places))
        .service(doors::routes(rooms))
}

/// The way of a request to the admin's address: the same for as far as it goes.
pub(crate) fn admin_stack(
    parts: AdminParts,
    listen: SocketAddr,
    draining: CancellationToken,
) -> Next<Infallible> {
    let config = Arc::new(parts.config);
    let callers = Arc::new(Callers::new(parts.admins, None, listen));
    let office = Office {
        engine: parts.engine,
        accounts: parts.accounts,
        pepper: parts.pepper,
        reports: parts.reports,
        metrics: parts.metrics,
        clock: parts.clock,
        config: config.clone(),
        draining,
    };
    ServiceBuilder::new()
        .layer(request_id::request_id(parts.ids))
        .layer(browsers::sensitive_headers())
        .layer(access::access())
        .layer(panics::catch(Envelope::ours))
        .layer(rescue::rescue(Envelope::ours))
        .layer(deadline::deadline(config.deadline(), "answer"))
        .layer(body_limit::body_limit(config.max_body_bytes, config.body_timeout()))
        .layer(authenticate::authenticate(callers.clone()))
        // Only those can be foreign that were let in without a key.
        .layer(authenticate::no_pages(callers))
        .service(admin::routes(office))
}
