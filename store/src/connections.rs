//! Connections that are never waited for longer than somebody has patience.

use std::time::Duration;

use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::{AnyConnection, AnyPool, Connection, Executor};
use tokio::time::timeout;

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

/// One connection for what is written, and others for what is only read: those do not wait for anybody's way to the
/// disk. Each is opened anew when it breaks.
#[derive(Clone, Debug)]
pub(crate) struct Connections {
    writer: AnyPool,
    readers: AnyPool,
    dialect: Dialect,
}

impl Connections {
    /// Opens none before there is need.
    pub(crate) fn new(dialect: Dialect, options: AnyConnectOptions) -> Self {
        let pool = |most, settings: &'static str| {
            AnyPoolOptions::new()
                .max_connections(most)
                .acquire_timeout(dialect.patience())
                // A connection to a file cannot go stale.
                .test_before_acquire(dialect == Dialect::Postgres)
                .after_connect(move |connection, _| {
                    Box::pin(async move { connection.execute(settings).await.map(drop) })
                })
                .connect_lazy_with(options.clone())
        };
        Self {
            writer: pool(1, dialect.writer_settings()),
            readers: pool(READERS, dialect.reader_settings()),
            dialect,
        }
    }

    /// Whose SQL they understand.
    pub(crate) fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Does something in a transaction that has the database to itself; kept if it succeeds. Once begun, it goes on
    /// whether or not anybody waits for it.
    pub(crate) async fn write<T: Send + 'static>(&self, work: impl Work<T>) -> Result<T, StoreError> {
        let dialect = self.dialect;
        on_one(&self.writer, dialect.patience(), move |connection| {
            Box::pin(async move {
                let mut transaction = connection.begin_with(dialect.begin()).await?;
                if let Some(lock) = dialect.lock() {
                    sqlx::query(lock).execute(&mut *transaction).await?;
                }
                let done = work(&mut transaction).await?;
                transaction.commit().await?;
                Ok(done)
            })
        })
        .await
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
        self.writer.close().await;
        self.readers.close().await;
    }
}

/// On a task of its own: a transaction whose caller goes away is finished, and no connection is left half used.
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
                // SQLite ends a transaction by itself when its disk fails, which SQLx is not told: for that connection
                // it would be in the transaction for ever.
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
