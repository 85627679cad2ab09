//! The file of an archived month.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use sqlx::any::AnyRow;
use sqlx::{Column, Row};

use super::Archived;
use crate::StoreError;
use crate::backup::sync_directory;

/// A file that grows by a line for each row.
pub(super) struct ArchiveFile {
    lines: GzEncoder<BufWriter<File>>,
    digest: Sha256,
    archived: Archived,
}

impl ArchiveFile {
    /// Makes it; what is there is not touched.
    pub(super) fn create(path: &Path) -> Result<Self, StoreError> {
        let file = File::create_new(path).map_err(|source| match source.kind() {
            io::ErrorKind::AlreadyExists => StoreError::Exists { path: path.to_owned() },
            _ => unusable(path, source),
        })?;
        let archived = Archived { path: path.to_owned(), requests: 0, entries: 0 };
        Ok(Self {
            lines: GzEncoder::new(BufWriter::new(file), Compression::default()),
            digest: Sha256::new(),
            archived,
        })
    }

    /// Adds requests and their entries.
    pub(super) async fn append(
        mut self,
        requests: Vec<AnyRow>,
        entries: Vec<AnyRow>,
    ) -> Result<Self, StoreError> {
        let path = self.archived.path.clone();
        self.archived.requests += requests.len() as u64;
        self.archived.entries += entries.len() as u64;
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
        let path = self.archived.path.clone();
        elsewhere(path, move || {
            let Archived { requests, entries, .. } = self.archived;
            let digest: String =
                self.digest.clone().finalize().iter().map(|byte| format!("{byte:02x}")).collect();
            self.line(&json!({ "requests": requests, "entries": entries, "sha256": digest }))?;
            let file = self.lines.finish()?.into_inner().map_err(io::IntoInnerError::into_error)?;
            file.sync_all()?;
            sync_directory(&self.archived.path)?;
            Ok(self.archived)
        })
        .await
    }

    fn line(&mut self, line: &Value) -> io::Result<()> {
        let line = format!("{line}\n");
        self.digest.update(&line);
        self.lines.write_all(line.as_bytes())
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
    StoreError::File { path: path.to_owned(), source }
}
