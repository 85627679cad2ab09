//! The file of an archived month.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use billing::Month;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use sqlx::any::AnyRow;
use sqlx::{Column, Row};
use tempfile::NamedTempFile;

use super::Archived;
use crate::StoreError;
use crate::backup::sync_directory;

/// A file that grows by a line for each row. It gets its name when it is whole, and is gone where it never is.
pub(super) struct ArchiveFile {
    lines: GzEncoder<BufWriter<NamedTempFile>>,
    digest: Sha256,
    name: Name,
    requests: u64,
    entries: u64,
}

impl ArchiveFile {
    /// Begins one in that directory.
    pub(super) fn create(month: Month, directory: &Path) -> Result<Self, StoreError> {
        let name = Name { month, directory: directory.to_owned() };
        let beginning = format!("soundboard-{month}-");
        let part = tempfile::Builder::new().prefix(&beginning).suffix(".part").tempfile_in(directory);
        let part = part.map_err(|source| unusable(&name.first(), source))?;
        Ok(Self {
            lines: GzEncoder::new(BufWriter::new(part), Compression::default()),
            digest: Sha256::new(),
            name,
            requests: 0,
            entries: 0,
        })
    }

    /// Adds requests and their entries.
    pub(super) async fn append(
        mut self,
        requests: Vec<AnyRow>,
        entries: Vec<AnyRow>,
    ) -> Result<Self, StoreError> {
        let path = self.name.first();
        self.requests += requests.len() as u64;
        self.entries += entries.len() as u64;
        let appending = move || -> Result<Self, sqlx::Error> {
            for (table, rows) in [("requests", requests), ("ledger", entries)] {
                for row in rows {
                    self.line(&line(table, &row)?)?;
                }
            }
            Ok(self)
        };
        elsewhere(path, appending).await
    }

    /// Ends it; it is on disk then.
    pub(super) async fn finish(mut self) -> Result<Archived, StoreError> {
        elsewhere(self.name.first(), move || {
            let Self { requests, entries, .. } = self;
            let digest: String =
                self.digest.clone().finalize().iter().map(|byte| format!("{byte:02x}")).collect();
            self.line(&json!({ "requests": requests, "entries": entries, "sha256": digest }))?;
            let part = self.lines.finish()?.into_inner().map_err(io::IntoInnerError::into_error)?;
            part.as_file().sync_all()?;
            let path = self.name.give(part, requests == 0)?;
            sync_directory(&path)?;
            Ok(Archived { path, requests, entries })
        })
        .await
    }

    fn line(&mut self, line: &Value) -> io::Result<()> {
        let line = format!("{line}\n");
        self.digest.update(&line);
        self.lines.write_all(line.as_bytes())
    }
}

/// What the files of a month are called.
struct Name {
    month: Month,
    directory: PathBuf,
}

impl Name {
    fn first(&self) -> PathBuf {
        self.directory.join(format!("soundboard-{}.ndjson.gz", self.month))
    }

    fn later(&self, number: u32) -> PathBuf {
        self.directory.join(format!("soundboard-{}.{number}.ndjson.gz", self.month))
    }

    /// Gives a whole file the first of them that is free. An empty one adds nothing to those that are there, and gets
    /// none but the first.
    fn give(&self, mut part: NamedTempFile, is_empty: bool) -> io::Result<PathBuf> {
        let mut names = std::iter::once(self.first()).chain((2..).map(|number| self.later(number)));
        loop {
            let path = names.next().ok_or(io::ErrorKind::AlreadyExists)?;
            part = match part.persist_noclobber(&path) {
                Ok(_) => return Ok(path),
                Err(taken) if is_empty || taken.error.kind() != io::ErrorKind::AlreadyExists => {
                    return Err(taken.error);
                }
                Err(taken) => taken.file,
            };
        }
    }
}

/// Where waiting for a disk keeps nobody else waiting.
async fn elsewhere<T: Send + 'static>(
    path: PathBuf,
    work: impl FnOnce() -> Result<T, sqlx::Error> + Send + 'static,
) -> Result<T, StoreError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(sqlx::Error::Io(source))) => Err(unusable(&path, source)),
        Ok(Err(error)) => Err(error.into()),
        Err(_) => Err(StoreError::Silent),
    }
}

/// A row as it is, with the name of its table.
fn line(table: &str, row: &AnyRow) -> Result<Value, sqlx::Error> {
    let mut line = Map::new();
    line.insert("table".to_owned(), table.into());
    for column in row.columns() {
        let at = column.ordinal();
        let number = row.try_get::<Option<i64>, _>(at).map(Value::from);
        let value = number.or_else(|_| row.try_get::<Option<String>, _>(at).map(Value::from))?;
        line.insert(column.name().to_owned(), value);
    }
    Ok(line.into())
}

fn unusable(path: &Path, source: io::Error) -> StoreError {
    match source.kind() {
        io::ErrorKind::AlreadyExists => StoreError::Exists { path: path.to_owned() },
        _ => StoreError::File { path: path.to_owned(), source },
    }
}
