use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::*;

const RATE: SampleRate = SampleRate::new(1000).unwrap();

/// A backend with so many places, each held until its sound is heard.
struct Backend {
    places: Arc<Semaphore>,
    begun: Arc<AtomicUsize>,
}

impl Backend {
    fn with(places: usize) -> Self {
        Self { places: Arc::new(Semaphore::new(places)), begun: Arc::default() }
    }

    /// A link of ten samples; refused at once where there is no place.
    fn link(&self, offset: usize) -> Begin {
        let (places, begun) = (Arc::clone(&self.places), Arc::clone(&self.begun));
        Box::new(move || {
            let (place, begun) = (Arc::clone(&places).try_acquire_owned(), Arc::clone(&begun));
            Box::pin(async move {
                let place = place.map_err(|_| SpeechError::new(ErrorKind::Overloaded, "busy"))?;
                begun.fetch_add(1, Ordering::SeqCst);
                let rest = Duration::from_millis(if offset > 0 { 180 } else { 0 });
                Ok(Link { place: Place::Behind(offset), rest, sound: sound(place) })
            })
        })
    }
}

fn sound(place: OwnedSemaphorePermit) -> PcmStream {
    let chunk = |value| Ok(PcmChunk { samples: vec![value; 5], words: Vec::new() });
    let chunks = stream::iter([chunk(0.1), chunk(0.2)]).inspect(move |_| _ = &place);
    PcmStream { sample_rate: RATE, chunks: chunks.boxed() }
}

async fn samples(chain: PcmStream) -> Result<usize, ErrorKind> {
    let chunks: Vec<_> = chain.chunks.collect().await;
    chunks.into_iter().map(|chunk| chunk.map(|c| c.samples.len()).map_err(|error| error.kind())).sum()
}

#[tokio::test]
async fn a_text_does_not_compete_with_itself_for_the_only_place() {
    let backend = Backend::with(1);
    let links = [backend.link(0), backend.link(1), backend.link(2)];
    let chained = chain(stream::iter(links).boxed()).await.unwrap().unwrap();
    assert_eq!(samples(chained).await, Ok(10 + 180 + 10 + 180 + 10));
}

#[tokio::test]
async fn a_place_that_others_keep_is_not_waited_for_for_ever() {
    let backend = Backend::with(1);
    let links = [backend.link(0), backend.link(1)];
    let mut chained = chain(stream::iter(links).boxed()).await.unwrap().unwrap();
    chained.chunks.next().await.unwrap().unwrap();
    backend.places.add_permits(1);
    let kept = Arc::clone(&backend.places).try_acquire_owned().unwrap();
    backend.places.close();
    assert_eq!(samples(chained).await, Err(ErrorKind::Overloaded));
    drop(kept);
}

#[tokio::test]
async fn only_the_next_link_is_begun_ahead() {
    let backend = Backend::with(9);
    let links: Vec<Begin> = (0..5).map(|offset| backend.link(offset)).collect();
    let mut chained = chain(stream::iter(links).boxed()).await.unwrap().unwrap();
    chained.chunks.next().await.unwrap().unwrap();
    chained.chunks.next().await.unwrap().unwrap();
    assert_eq!(backend.begun.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn who_hangs_up_gives_every_place_back() {
    let backend = Backend::with(2);
    let links: Vec<Begin> = (0..5).map(|offset| backend.link(offset)).collect();
    let mut chained = chain(stream::iter(links).boxed()).await.unwrap().unwrap();
    chained.chunks.next().await.unwrap().unwrap();
    assert_eq!(backend.places.available_permits(), 0);
    drop(chained);
    assert_eq!(backend.places.available_permits(), 2);
}
