//! Who may have a socket, and how many.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};

use http::HeaderMap;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::Config;
use crate::clients::{Callers, refuse_foreign_page};
use crate::fault::Fault;
use crate::stack::{Client, Places, take_place};

/// Sockets at a time whose first message has yet to say who asks.
const MOST_STRANGERS: u32 = 64;

/// The sockets that may be open at a time. Cheap to clone: clones share the same seats.
#[derive(Clone)]
pub(crate) struct Seats {
    callers: Arc<Callers>,
    /// Those of all requests.
    places: Places,
    most_per_client: NonZeroU32,
    taken: Arc<Mutex<HashMap<Arc<str>, Arc<Semaphore>>>>,
    strangers: Arc<Semaphore>,
}

/// How a socket may be opened.
pub(in crate::doors) enum Entry {
    /// By a client.
    Seat(Seat),
    /// By whoever has yet to say who asks: one of the few places for those.
    Stranger(OwnedSemaphorePermit),
}

/// A client's socket, for as long as it lives.
pub(crate) struct Seat {
    pub(in crate::doors) client: Client,
    _place: OwnedSemaphorePermit,
    _one_of_the_clients: OwnedSemaphorePermit,
}

impl Seats {
    /// None is taken.
    pub(crate) fn new(callers: Arc<Callers>, places: Places, most_per_client: NonZeroU32) -> Self {
        let strangers = Arc::new(Semaphore::new(MOST_STRANGERS as usize));
        Self { callers, places, most_per_client, taken: Arc::default(), strangers }
    }

    /// Lets a client in, or whoever does not say yet who asks.
    ///
    /// # Errors
    /// There are too many of either, or the gateway is busy.
    pub(in crate::doors) fn enter(&self, client: Option<Client>) -> Result<Entry, Fault> {
        if let Some(client) = client {
            return self.take(client).map(Entry::Seat);
        }
        let place = self.strangers.clone().try_acquire_owned();
        let too_many = |_| Fault::TooMany { what: "sockets without a key", most: MOST_STRANGERS };
        place.map(Entry::Stranger).map_err(too_many)
    }

    /// A seat for a client.
    ///
    /// # Errors
    /// The client has too many, or the gateway is busy.
    pub(in crate::doors) fn take(&self, client: Client) -> Result<Seat, Fault> {
        let most = self.most_per_client.get();
        let of_client = {
            let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
            let seats = taken
                .entry(client.payer.client.clone())
                .or_insert_with(|| Arc::new(Semaphore::new(most as usize)));
            seats.clone().try_acquire_owned()
        };
        let one = of_client.map_err(|_| Fault::TooMany { what: "sockets of a client", most })?;
        Ok(Seat { client, _place: take_place(&self.places)?, _one_of_the_clients: one })
    }

    /// A seat for whoever has that key.
    ///
    /// # Errors
    /// There is none or it is nobody's; or as [`take`](Self::take).
    pub(in crate::doors) async fn take_by_key(&self, key: Option<&str>) -> Result<Seat, Fault> {
        let key = key.ok_or(Fault::NoKey)?;
        self.take(self.callers.owner(key.as_bytes()).await?.ok_or(Fault::WrongKey)?)
    }

    /// Who has a seat, as they are known now; none where their key has ended since. Where that cannot be told they are known
    /// as before: without the database nothing new is spoken anyway.
    pub(in crate::doors) async fn again(&self, client: &Client) -> Option<Client> {
        self.callers.again(client).await.unwrap_or_else(|_| Some(client.clone()))
    }

    /// Without keys a web page could open a socket here, or play what is spoken to whoever only looks at it: browsers ask nobody
    /// before they do. So its origin must be one that may call, or our own.
    pub(crate) fn refuse_foreign_page(&self, config: &Config, headers: &HeaderMap) -> Result<(), Fault> {
        if self.callers.are_let_in_without_keys() {
            refuse_foreign_page(&config.cors_origins, headers)
        } else {
            Ok(())
        }
    }
}
