//! A database, opened.

use std::fs::{DirBuilder, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::sync::{Arc, Once};
use std::time::Duration;

use billing::LedgerError;
use speech::BoxFuture;
use sqlx::{AnyConnection, Connection};
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

use crate::connections::{Connections, Work};
use crate::dialect::Dialect;
use crate::ledger::Writer;
use crate::{Location, StoreError, lexicons, schema};

/// How long a database that could be written is taken to be one.
const FRESH: Duration = Duration::from_secs(1);

/// Less free space than this and the disk is not fit to serve.
const LEAST_FREE_BYTES: u64 = 16 * 1024 * 1024;

/// Everything that is kept: every request's row and entries, on disk before the request is done; clients, their keys,
/// budgets and lexicons. To clone it is cheap.
#[derive(Clone, Debug)]
pub struct Database {
    pub(crate) location: Location,
    pub(crate) dialect: Dialect,
    connections: Connections,
    pub(crate) writer: Writer,
    pub(crate) known: lexicons::Known,
    checked: Arc<Mutex<Option<Instant>>>,
}

/// Makes directory and file where they are missing, for their owner alone: what is kept is nobody else's business.
pub(crate) fn make_private(directory: &Path, file: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    OpenOptions::new().append(true).create(true).mode(0o600).open(file).map(drop)
}

impl Database {
    /// Where it is.
    pub fn location(&self) -> &Location {
        &self.location
    }

    /// Opens the database, which for SQLite is made if need be, and brings it to this program's schema.
    ///
    /// # Errors
    /// [`StoreError`]; a schema newer than this program's is refused untouched.
    pub async fn open(location: &Location) -> Result<Self, StoreError> {
        install_drivers();
        let dialect = match location {
            Location::Sqlite { directory } => {
                let made = make_private(directory, &Location::file(directory));
                made.map_err(|source| StoreError::Directory { path: directory.clone(), source })?;
                Dialect::Sqlite
            }
            Location::Postgres(_) => Dialect::Postgres,
        };
        let unopened = |source| StoreError::Open { location: location.clone(), source };
        let options = location.options().map_err(unopened)?;
        let connecting = timeout(dialect.patience(), AnyConnection::connect_with(&options));
        let mut first =
            connecting.await.map_err(|_| unopened(sqlx::Error::PoolTimedOut))?.map_err(unopened)?;
        sqlx::raw_sql(dialect.first_settings()).execute(&mut first).await.map_err(unopened)?;
        schema::migrate(&mut first, dialect, location).await?;
        first.close().await.map_err(unopened)?;
        let connections = Connections::new(dialect, options);
        let writer = Writer::start(connections.clone());
        Ok(Self {
            location: location.clone(),
            dialect,
            connections,
            writer,
            known: lexicons::Known::default(),
            checked: Arc::default(),
        })
    }

    /// Reads, on a connection that does not wait for who writes.
    pub(crate) async fn read<T: Send + 'static>(&self, work: impl Work<T>) -> Result<T, StoreError> {
        self.connections.read(work).await
    }

    /// The same for what a request for speech waits for: whether it comes is known as soon as whether it is written.
    pub(crate) async fn look_up<T: Send + 'static>(&self, work: impl Work<T>) -> Result<T, StoreError> {
        self.connections.look_up(work).await
    }

    /// Writes, in a transaction of its own that has the database to itself: for what is written now and then. It is
    /// kept if `work` succeeds.
    pub(crate) async fn write<T: Send + 'static>(&self, work: impl Work<T>) -> Result<T, StoreError> {
        self.connections.write(work).await
    }

    /// [`read`](Self::read), as an answer that waits for nobody's lifetime.
    pub(crate) fn reading<T: Send + 'static>(&self, work: impl Work<T>) -> BoxFuture<Result<T, LedgerError>> {
        let database = self.clone();
        Box::pin(async move { Ok(database.read(work).await?) })
    }

    /// [`write`](Self::write), as an answer that waits for nobody's lifetime.
    pub(crate) fn writing<T: Send + 'static>(&self, work: impl Work<T>) -> BoxFuture<Result<T, LedgerError>> {
        let database = self.clone();
        Box::pin(async move { Ok(database.write(work).await?) })
    }

    /// Waits until what runs has ended, and closes every connection. Nothing can be read or written any more.
    pub async fn close(&self) {
        self.connections.close().await;
    }

    /// The disk has room, and something could be written, a moment ago at least: strangers may ask as often as they
    /// like.
    pub(crate) async fn check(&self) -> Result<(), StoreError> {
        let mut checked = self.checked.lock().await;
        if checked.is_some_and(|at| at.elapsed() < FRESH) {
            return Ok(());
        }
        *checked = None;
        if let Some(directory) = self.directory() {
            let disk = rustix::fs::statvfs(directory).map_err(|error| sqlx::Error::Io(error.into()))?;
            if disk.f_bavail.saturating_mul(disk.f_frsize) < LEAST_FREE_BYTES {
                return Err(StoreError::DiskFull { least_bytes: LEAST_FREE_BYTES });
            }
        }
        self.write(|_| Box::pin(async { Ok(()) })).await?;
        *checked = Some(Instant::now());
        Ok(())
    }

    /// The data directory, of SQLite.
    pub(crate) fn directory(&self) -> Option<&Path> {
        match &self.location {
            Location::Sqlite { directory } => Some(directory),
            Location::Postgres(_) => None,
        }
    }
}

/// Lets SQLx find both databases.
pub(crate) fn install_drivers() {
    static DRIVERS: Once = Once::new();
    DRIVERS.call_once(sqlx::any::install_default_drivers);
}
