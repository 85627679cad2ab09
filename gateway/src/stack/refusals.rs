use engine::{Engine, Refusal};
use speech::Door;
use tower::{Layer, ServiceExt as _};

use super::{Client, Next, Notes, Request, RequestId, around::around};
use crate::doors;
use crate::fault::Fault;

/// Journals a request for speech that ends before the engine has it.
pub(crate) fn refusals(engine: Engine) -> impl Layer<Next<Fault>, Service = Next<Fault>> + Clone {
    around(move |request: Request, next: Next<Fault>| {
        let engine = engine.clone();
        let asked = asked_for_speech(&request);
        let notes = Notes::on(&request);
        async move {
            let fault = match next.oneshot(request).await {
                Ok(response) => return Ok(response),
                Err(fault) => fault,
            };
            if let Some((RequestId(id), Client { payer, .. }, door)) = asked
                && !notes.is_with_engine()
            {
                let kind = fault.kind();
                engine.refused(Refusal { id: id.to_string(), payer, door, kind }).await;
            }
            Err(fault)
        }
    })
}

fn asked_for_speech(request: &Request) -> Option<(RequestId, Client, Door)> {
    let known = request.extensions();
    let door = doors::door_of_speech(request)?;
    Some((known.get::<RequestId>()?.clone(), known.get::<Client>()?.clone(), door))
}
