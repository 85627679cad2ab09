//! The model store: with signed manifests, real pip and npm, and processes that are killed.

#[cfg(test)]
mod files;
#[cfg(test)]
mod house;
#[cfg(test)]
mod kills;
#[cfg(test)]
mod kit;
#[cfg(test)]
mod manifests;
#[cfg(test)]
mod package;
#[cfg(test)]
mod pulls;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod registry;
#[cfg(test)]
mod signatures;
