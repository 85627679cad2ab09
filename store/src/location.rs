//! Where a database is.

use std::fmt;
use std::path::{Path, PathBuf};

use sqlx::ConnectOptions;
use sqlx::any::AnyConnectOptions;
use sqlx::postgres::PgConnectOptions;

use crate::StoreError;

/// SQLite's file in the data directory.
pub const FILE: &str = "soundboard.db";

/// Where a database is. To show it does not show its password.
#[derive(Clone)]
pub enum Location {
    /// `soundboard.db` in that directory.
    Sqlite {
        /// The data directory.
        directory: PathBuf,
    },
    /// A database of a Postgres server.
    Postgres(Box<AnyConnectOptions>),
}

impl Location {
    /// Reads the configuration's `database`: `sqlite`, which is then in the data directory, or a Postgres URL.
    ///
    /// # Errors
    /// [`StoreError::NoLocation`].
    pub fn parse(database: &str, data: &Path) -> Result<Self, StoreError> {
        if database == "sqlite" {
            return Ok(Self::sqlite(data));
        }
        let is_postgres = database.starts_with("postgres://") || database.starts_with("postgresql://");
        if !is_postgres || database.parse::<PgConnectOptions>().is_err() {
            return Err(StoreError::NoLocation);
        }
        let options = database.parse().map_err(|_| StoreError::NoLocation)?;
        Ok(Self::Postgres(Box::new(options)))
    }

    /// SQLite in that directory.
    pub fn sqlite(directory: impl Into<PathBuf>) -> Self {
        Self::Sqlite { directory: directory.into() }
    }

    /// How to get there; SQLite's file is made if need be.
    pub(crate) fn options(&self) -> Result<AnyConnectOptions, sqlx::Error> {
        let options: AnyConnectOptions = match self {
            Self::Sqlite { directory } => {
                format!("{}?mode=rwc", sqlite_url(&Self::file(directory))?).parse()?
            }
            Self::Postgres(options) => (**options).clone(),
        };
        Ok(options.disable_statement_logging())
    }

    /// SQLite's file.
    pub(crate) fn file(directory: &Path) -> PathBuf {
        directory.join(FILE)
    }

    /// What to check when it cannot be opened.
    pub(crate) fn what_it_needs(&self) -> &'static str {
        match self {
            Self::Sqlite { .. } => "you may write it and that it is ours",
            Self::Postgres(_) => {
                "the server runs, that it can be reached, and that user and password are right"
            }
        }
    }
}

/// The URL of a file, whatever its name.
pub(crate) fn sqlite_url(file: &Path) -> std::io::Result<String> {
    let mut url = "sqlite://".to_owned();
    for byte in std::path::absolute(file)?.as_os_str().as_encoded_bytes() {
        match byte {
            b'/' | b'.' | b'-' | b'_' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => {
                url.push(char::from(*byte))
            }
            byte => url += &format!("%{byte:02X}"),
        }
    }
    Ok(url)
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite { directory } => Self::file(directory).display().fmt(f),
            Self::Postgres(options) => {
                let url = &options.database_url;
                let (host, port) = (url.host_str().unwrap_or_default(), url.port().unwrap_or(5432));
                write!(f, "postgres://{host}:{port}{}", url.path())
            }
        }
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Location({self})")
    }
}
