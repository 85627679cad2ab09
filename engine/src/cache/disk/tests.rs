use std::os::unix::fs::PermissionsExt as _;
use std::sync::atomic::{AtomicI64, Ordering};

use speech::{AudioChunk, SampleRate};
use tempfile::{TempDir, tempdir};

use super::*;

/// A second later each time that it is looked at.
#[derive(Debug, Default)]
struct Ticking(AtomicI64);

impl Clock for Ticking {
    fn unix_ms(&self) -> i64 {
        // After whatever the file system writes by itself.
        4_000_000_000_000 + self.0.fetch_add(1000, Ordering::Relaxed)
    }
}

fn open(folder: &TempDir, most: u64) -> Arc<Disk> {
    Arc::new(Disk::open(&folder.path().join("cache"), most, Arc::new(Ticking::default())).unwrap())
}

fn key(number: u8) -> Key {
    Key::parse(&format!("{number:02x}").repeat(32)).unwrap()
}

fn recording(bytes: usize) -> Arc<Recording> {
    let chunk = AudioChunk { bytes: vec![7; bytes].into(), samples: bytes, last: true, words: Vec::new() };
    Arc::new(Recording::of(SampleRate::new(1000).unwrap(), [chunk].iter()))
}

/// The files that are there, and their bytes together.
fn stored(folder: &TempDir) -> (Vec<String>, u64) {
    let entries = fs::read_dir(folder.path().join("cache")).unwrap().map(|entry| entry.unwrap());
    let mut files: Vec<_> =
        entries.map(|e| (e.file_name().into_string().unwrap(), e.metadata().unwrap().len())).collect();
    files.sort();
    (files.iter().map(|(name, _)| name[..2].to_owned()).collect(), files.iter().map(|(_, bytes)| bytes).sum())
}

#[tokio::test]
async fn the_bound_holds_and_what_was_used_least_lately_goes_first() {
    let folder = tempdir().unwrap();
    let one = recording(1000).to_file(&key(0)).unwrap().len() as u64;
    let disk = open(&folder, 3 * one);
    for number in 0..3 {
        disk.clone().write(key(number), recording(1000)).await;
    }
    assert!(disk.clone().read(key(0)).await.is_some());
    disk.clone().write(key(3), recording(1000)).await;
    assert_eq!(stored(&folder), (vec!["00".into(), "02".into(), "03".into()], 3 * one));
    assert!(disk.clone().read(key(1)).await.is_none());
    // What alone is too large pushes nobody out.
    disk.clone().write(key(4), recording(4000)).await;
    assert_eq!(stored(&folder).0, ["00", "02", "03"]);
    // Twice is once.
    disk.clone().write(key(3), recording(900)).await;
    assert_eq!(stored(&folder), (vec!["00".into(), "02".into(), "03".into()], 3 * one - 100));
}

#[tokio::test]
async fn what_was_kept_outlasts_a_restart_in_its_order_and_a_smaller_bound() {
    let folder = tempdir().unwrap();
    let one = recording(1000).to_file(&key(0)).unwrap().len() as u64;
    let disk = open(&folder, 3 * one);
    for number in 0..3 {
        disk.clone().write(key(number), recording(1000)).await;
    }
    disk.clone().read(key(1)).await.unwrap();
    disk.clone().read(key(0)).await.unwrap();
    fs::write(folder.path().join("cache").join("ab.tmp"), "half").unwrap();
    fs::write(folder.path().join("cache").join("notes"), "somebody's own").unwrap();
    drop(disk);
    let disk = open(&folder, 2 * one);
    assert_eq!(stored(&folder).0, ["00", "01", "no"]);
    assert_eq!(disk.clone().read(key(0)).await.unwrap(), *recording(1000));
    assert!(disk.clone().read(key(2)).await.is_none());
}

#[tokio::test]
async fn what_is_damaged_is_not_there_and_is_removed() {
    let folder = tempdir().unwrap();
    let disk = open(&folder, 1 << 20);
    let path = |number| folder.path().join("cache").join(key(number).name());
    for (number, damage) in [(1, "a bit"), (2, "the end"), (3, "another's name"), (4, "gone")] {
        disk.clone().write(key(number), recording(1000)).await;
        let mut bytes = fs::read(path(number)).unwrap();
        match damage {
            "a bit" => bytes[500] ^= 1,
            "the end" => bytes.truncate(700),
            "another's name" => bytes = recording(1000).to_file(&key(9)).unwrap(),
            _ => fs::remove_file(path(number)).unwrap(),
        }
        if damage != "gone" {
            fs::write(path(number), bytes).unwrap();
        }
        assert!(disk.clone().read(key(number)).await.is_none(), "{damage}");
        assert!(!disk.has(&key(number)) && !path(number).exists(), "{damage}");
    }
    assert_eq!(locked(&disk.index).bytes, 0);
}

#[tokio::test]
async fn nobody_else_may_read_it() {
    let folder = tempdir().unwrap();
    open(&folder, 1 << 20).write(key(1), recording(10)).await;
    let mode = |path: PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let cache = folder.path().join("cache");
    assert_eq!((mode(cache.clone()), mode(cache.join(key(1).name()))), (0o700, 0o600));
}
