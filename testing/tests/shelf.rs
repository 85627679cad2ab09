//! The shelf in memory keeps what it is given, in the order in which it came.

use catalog::{Listing, Shelf, changes};
use speech::Voice;
use testing::MemoryShelf;

#[tokio::test]
async fn lists_are_kept_and_changes_numbered() {
    let shelf = MemoryShelf::default();
    let listing = |ids: &[&str]| Listing {
        voices: ids.iter().map(|id| Voice::named("v", id)).collect(),
        ..Listing::default()
    };
    let (first, second) = (listing(&["a"]), listing(&["b"]));
    for (before, after) in [(&Listing::default(), &first), (&first, &second)] {
        shelf.keep("v", after.clone(), changes(&before.voices, &after.voices, 7)).await.unwrap();
    }
    assert_eq!(shelf.listings().await.unwrap(), [("v".to_owned(), second)]);
    let numbers = async |before, most| {
        let told = shelf.changes(before, most).await.unwrap();
        told.into_iter().map(|change| (change.number, change.voice.voice)).collect::<Vec<_>>()
    };
    assert_eq!(numbers(None, 2).await, [(3, "a".to_owned()), (2, "b".to_owned())]);
    assert_eq!(numbers(Some(2), 9).await, [(1, "a".to_owned())]);
    shelf.break_off(true);
    assert!(shelf.listings().await.is_err() && shelf.changes(None, 1).await.is_err());
}
