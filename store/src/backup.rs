//! SQLite's file, copied while it is used, and put back.
//!
//! Postgres has tools of its own for that.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use sqlx::any::AnyConnectOptions;
use sqlx::{AnyConnection, ConnectOptions, Connection};

use crate::location::sqlite_url;
use crate::{Database, Location, StoreError, database, schema};

impl Database {
    /// Writes everything that is committed by now into one new file, while others go on reading and writing.
    ///
    /// # Errors
    /// [`StoreError::Exists`] where something is there, [`StoreError::HasItsOwnTools`] for Postgres.
    pub async fn backup(&self, to: &Path) -> Result<(), StoreError> {
        if self.directory().is_none() {
            return Err(StoreError::HasItsOwnTools);
        }
        if to.exists() {
            return Err(StoreError::Exists { path: to.to_owned() });
        }
        // Under its name there is never half a backup.
        let part = beside(to, ".part");
        remove(&part)?;
        let made = database::make_private(to.parent().unwrap_or(Path::new(".")), &part);
        made.map_err(|source| unusable(&part, source))?;
        // A connection of its own: it may take minutes.
        let mut connection = self.location.options()?.connect().await?;
        let name = part.to_string_lossy().into_owned();
        sqlx::query("VACUUM INTO $1").bind(name).execute(&mut connection).await?;
        connection.close().await?;
        let done = File::open(&part).and_then(|file| file.sync_all()).and_then(|()| fs::rename(&part, to));
        done.and_then(|()| sync_directory(to)).map_err(|source| unusable(to, source))
    }

    /// Puts a backup in the place of the data directory's database, which is kept as `soundboard.db.replaced`,
    /// `soundboard.db.replaced-2` and so on.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] and [`StoreError::Newer`], for which nothing was changed, and [`StoreError::InUse`]
    /// while a program has the database open; [`StoreError::HasItsOwnTools`] for Postgres.
    pub async fn restore(from: &Path, location: &Location) -> Result<(), StoreError> {
        let Location::Sqlite { directory } = location else { return Err(StoreError::HasItsOwnTools) };
        database::install_drivers();
        fs::create_dir_all(directory)
            .map_err(|source| StoreError::Directory { path: directory.clone(), source })?;
        let file = Location::file(directory);
        let part = beside(&file, ".restoring");
        for leftover in with_logs(&part) {
            remove(&leftover)?;
        }
        fs::copy(from, &part).map_err(|source| unusable(from, source))?;
        check(&part, from, location).await?;
        let synced = File::open(&part).and_then(|file| file.sync_all());
        synced.map_err(|source| unusable(&part, source))?;

        let alone = if file.exists() { lock_out(&file).await? } else { None };
        // What was put aside before is not lost either.
        let names = (1..).map(|number| match number {
            1 => beside(&file, ".replaced"),
            number => beside(&file, &format!(".replaced-{number}")),
        });
        let aside = names.into_iter().find(|name| !name.exists());
        let replaced = aside.map(|aside| with_logs(&aside)).into_iter().flatten();
        for (old, kept) in with_logs(&file).iter().zip(replaced) {
            remove(&kept)?;
            if old.exists() {
                fs::rename(old, &kept).map_err(|source| unusable(old, source))?;
            }
        }
        let put = fs::rename(&part, &file).and_then(|()| sync_directory(&file));
        put.map_err(|source| unusable(&file, source))?;
        drop(alone);
        Ok(())
    }
}

/// Whether a copy is sound and can be used by this program. It is told of under the name of what it was copied `from`.
async fn check(copy: &Path, from: &Path, location: &Location) -> Result<(), StoreError> {
    let checking = async {
        let mut connection = connect(copy).await?;
        let integrity: String =
            sqlx::query_scalar("PRAGMA integrity_check").fetch_one(&mut connection).await?;
        let version: i64 = sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations")
            .fetch_one(&mut connection)
            .await?;
        sqlx::query("SELECT count(*) FROM requests").execute(&mut connection).await?;
        connection.close().await?;
        Ok((integrity, version))
    };
    let damaged = |source| StoreError::Damaged { path: from.to_owned(), source };
    let (integrity, version) = checking.await.map_err(damaged)?;
    if integrity != "ok" {
        return Err(damaged(sqlx::Error::Protocol(integrity)));
    }
    if version > schema::newest_sqlite() {
        return Err(StoreError::Newer { location: location.clone(), version });
    }
    Ok(())
}

/// Makes sure that nobody uses a database, and for as long as the connection lives nobody will. None where it is so
/// damaged that nobody can.
async fn lock_out(file: &Path) -> Result<Option<AnyConnection>, StoreError> {
    let locking = async {
        let mut connection = connect(file).await?;
        // Leaving the write-ahead log needs the file for oneself, even beside those who only have it open.
        sqlx::raw_sql("PRAGMA busy_timeout = 0; PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE")
            .execute(&mut connection)
            .await?;
        Ok(connection)
    };
    match locking.await {
        Ok(connection) => Ok(Some(connection)),
        Err(error) if is_busy(&error) => Err(StoreError::InUse { path: file.to_owned() }),
        Err(error) => {
            tracing::warn!(%error, "the database that is replaced cannot be opened");
            Ok(None)
        }
    }
}

/// SQLITE_BUSY or SQLITE_LOCKED; the higher bits of the code say more. <https://www.sqlite.org/rescode.html>
fn is_busy(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code()?.parse::<u32>().ok());
    code.is_some_and(|code| matches!(code & 0xff, 5 | 6))
}

async fn connect(file: &Path) -> Result<AnyConnection, sqlx::Error> {
    let options: AnyConnectOptions = format!("{}?mode=rw", sqlite_url(file)?).parse()?;
    options.disable_statement_logging().connect().await
}

/// `soundboard.db.replaced` beside `soundboard.db`.
fn beside(file: &Path, end: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(end);
    name.into()
}

/// A database's files: its write-ahead log would be taken for that of whatever is in its place.
fn with_logs(file: &Path) -> [PathBuf; 3] {
    [file.to_owned(), beside(file, "-wal"), beside(file, "-shm")]
}

fn remove(file: &Path) -> Result<(), StoreError> {
    match fs::remove_file(file) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => Err(unusable(file, source)),
        _ => Ok(()),
    }
}

/// A file's name is on disk when its directory is.
pub(crate) fn sync_directory(file: &Path) -> io::Result<()> {
    let directory = file.parent().filter(|directory| !directory.as_os_str().is_empty());
    File::open(directory.unwrap_or(Path::new(".")))?.sync_all()
}

fn unusable(path: &Path, source: io::Error) -> StoreError {
    StoreError::File { path: path.to_owned(), source }
}
