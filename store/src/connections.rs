//! Connections that are never waited for longer than somebody has patience.

use std::sync::Arc;
use std::time::Duration;

use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::{AnyConnection, AnyPool, Connection, Executor};
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

use crate::StoreError;
use crate::dialect::Dialect;

/// Work on a connection.
pub(crate) trait Work<T>:
    for<'c> FnOnce(&'c mut AnyConnection) -> Working<'c, T> + Send + 'static
{
}

impl<T, W> Work<T> for W where W: for<'c> FnOnce(&'c mut AnyConnection) -> Working<'c, T> + Send + 'static {}

/// What it comes to.
pub(crate) type Working<'c, T> = futures::future::BoxFuture<'c, Result<T, StoreError>>;

/// How many may read at a time.
const READERS: u32 = 4;

/// The longest that anything may take which is only read.
const READING: Duration = Duration::from_secs(30);

/// How long a connection to a server is taken to live while nobody uses it.
const IDLE: Duration = Duration::from_secs(1);

/// One connection for what is written, and others for what is only read: those do not wait for anybody's way to the
/// disk. Each is opened anew when it breaks.
#[derive(Clone, Debug)]
pub(crate) struct Connections {
    writer: Arc<Mutex<Writer>>,
    readers: AnyPool,
    dialect: Dialect,
}

impl Connections {
    /// Opens none before there is need.
    pub(crate) fn new(dialect: Dialect, options: AnyConnectOptions) -> Self {
        let readers = AnyPoolOptions::new()
            .max_connections(READERS)
            .acquire_timeout(dialect.patience())
            // A connection to a file cannot go stale.
            .test_before_acquire(dialect == Dialect::Postgres)
            .after_connect(move |connection, _| {
                Box::pin(async move { connection.execute(dialect.reader_settings()).await.map(drop) })
            })
            .connect_lazy_with(options.clone());
        Self { writer: Arc::new(Mutex::new(Writer::new(options))), readers, dialect }
    }

    /// Whose SQL they understand.
    pub(crate) fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Does something in a transaction that has the database to itself; kept if it succeeds. Once begun, it goes on
    /// whether or not anybody waits for it.
    pub(crate) async fn write<T: Send + 'static>(&self, work: impl Work<T>) -> Result<T, StoreError> {
        let (writer, dialect) = (Arc::clone(&self.writer), self.dialect);
        let writing = async move {
            let mut writer = writer.lock().await;
            let mut connection = writer.take(dialect).await?;
            let mut transaction = connection.begin_with(dialect.begin()).await?;
            let done = work(&mut transaction).await?;
            transaction.commit().await?;
            writer.put_back(connection);
            Ok(done)
        };
        let writing = tokio::spawn(timeout(dialect.patience(), writing));
        writing.await.map_or(Err(StoreError::Silent), |done| done.unwrap_or(Err(StoreError::Silent)))
    }

    /// Does something that only reads.
    pub(crate) async fn read<T: Send + 'static>(&self, work: impl Work<T>) -> Result<T, StoreError> {
        on_one(&self.readers, READING, work).await
    }

    /// Does something that only reads, and that somebody waits for who asks for speech.
    pub(crate) async fn look_up<T: Send + 'static>(&self, work: impl Work<T>) -> Result<T, StoreError> {
        on_one(&self.readers, self.dialect.patience(), work).await
    }

    /// Closes all of them.
    pub(crate) async fn close(&self) {
        self.writer.lock().await.close().await;
        self.readers.close().await;
    }
}

/// The connection that writes. It is no pool's, which would ask it before and after each use whether it still lives.
#[derive(Debug)]
struct Writer {
    options: AnyConnectOptions,
    connection: Option<AnyConnection>,
    used: Instant,
    is_closed: bool,
}

impl Writer {
    fn new(options: AnyConnectOptions) -> Self {
        Self { options, connection: None, used: Instant::now(), is_closed: false }
    }

    /// For one transaction. Only who has brought it to its end puts it back: one that has failed is in nobody knows what
    /// state. SQLite ends a transaction by itself when its disk fails, which SQLx is not told.
    async fn take(&mut self, dialect: Dialect) -> Result<AnyConnection, sqlx::Error> {
        if self.is_closed {
            return Err(sqlx::Error::PoolClosed);
        }
        if let Some(mut connection) = self.connection.take() {
            // One to a file cannot go stale; one to a server can, while nobody looks.
            let may_be_stale = dialect == Dialect::Postgres && self.used.elapsed() >= IDLE;
            if !may_be_stale || connection.ping().await.is_ok() {
                return Ok(connection);
            }
        }
        let mut connection = AnyConnection::connect_with(&self.options).await?;
        connection.execute(dialect.writer_settings()).await?;
        Ok(connection)
    }

    fn put_back(&mut self, connection: AnyConnection) {
        self.connection = Some(connection);
        self.used = Instant::now();
    }

    async fn close(&mut self) {
        self.is_closed = true;
        if let Some(connection) = self.connection.take() {
            connection.close().await.ok();
        }
    }
}

/// On a task of its own: no connection is left half used by who goes away.
async fn on_one<T: Send + 'static>(
    pool: &AnyPool,
    patience: Duration,
    work: impl Work<T>,
) -> Result<T, StoreError> {
    let pool = pool.clone();
    let working = tokio::spawn(async move {
        let mut connection = pool.acquire().await?;
        match timeout(patience, work(&mut connection)).await {
            Ok(Err(StoreError::Use(error))) => {
                // It is in nobody knows what state.
                drop(connection.detach());
                Err(StoreError::Use(error))
            }
            Ok(done) => done,
            Err(_) => {
                // Who does not answer is not asked whether it still lives.
                drop(connection.detach());
                Err(StoreError::Silent)
            }
        }
    });
    working.await.unwrap_or(Err(StoreError::Silent))
}
