//! Whom a request is spoken by when those who could do not: nobody hears an error that another could have spoken,
//! no word comes twice, each switch is named, and each call is paid for by whom it should be.

mod breakers;
mod cached;
mod explained;
mod hedging;
mod house;
mod outages;
mod refused;
mod sockets;
mod weighted;
mod words;
