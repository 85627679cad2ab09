//! How clients want words to be said.

use std::collections::HashMap;
use std::fmt;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::json;
use speech::{BoxFuture, ErrorKind, Lexicon, Lexicons, Saying, SpeechError};
use tokio::time::Instant;

use crate::{Database, StoreError};

/// The name under which everyone's entries are kept.
pub const EVERYONE: &str = "";

/// The most entries of one client, and of everyone.
pub const MOST_ENTRIES: usize = 10_000;

/// One word of one client.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    /// Whose it is; [`EVERYONE`]'s holds for every client that has none of its own.
    pub client: String,
    /// The word, or a phrase with single spaces.
    pub word: String,
    /// How it is to be said.
    pub saying: Saying,
}

/// Nobody's words belong in a log.
impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { client, word, saying } = self;
        write!(f, "Entry({client:?}, {} characters, {saying:?})", word.chars().count())
    }
}

/// What is known of each client's lexicon. Who finds it old reads it for everyone who asks meanwhile: a burst must not
/// wait for as many reads.
pub(crate) type Known = Arc<Mutex<HashMap<String, Arc<tokio::sync::Mutex<Kept>>>>>;

/// What is known of one client's lexicon.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    read: Option<Read>,
    /// When it last could not be read.
    failed: Option<Instant>,
}

/// Grows with every change that a program of ours makes, in the data directory: to look at its length takes
/// microseconds, to ask the database takes a good part of a millisecond, and every request waits for it.
const STAMP: &str = "lexicon.changes";

/// How long a change of a file may go unnoticed that no program of ours has made.
const UNNOTICED: Duration = Duration::from_secs(10);

/// How long any change may, in a database of which no file tells: it may have been made on another machine.
const UNNOTICED_ELSEWHERE: Duration = Duration::from_millis(500);

/// A lexicon as it was read.
#[derive(Debug)]
struct Read {
    /// How long the stamp was then.
    stamp: u64,
    /// How often the table had changed.
    change: i64,
    /// When that was last asked.
    asked: Instant,
    lexicon: Lexicon,
}

/// When a database that cannot be read may be there again.
const AGAIN: Duration = Duration::from_secs(2);

type Row = (String, String, String, String);

impl Database {
    /// Keeps entries of a client, each instead of the one for the same word; all of them or none.
    ///
    /// # Errors
    /// [`StoreError::LexiconFull`] beyond [`MOST_ENTRIES`], and [`StoreError::Use`].
    pub async fn add(&self, client: &str, entries: &Lexicon) -> Result<(), StoreError> {
        let (dialect, client, entries) = (self.dialect, client.to_owned(), entries.clone());
        self.write(move |connection| {
            Box::pin(async move {
                let rows: Vec<_> = entries
                    .entries()
                    .map(|(word, saying)| json!([word, saying.kind(), saying.text()]))
                    .collect();
                let kept = dialect.sql(
                    "INSERT INTO lexicon SELECT $2, value->>0, value->>1, value->>2 FROM {each} WHERE true
                     ON CONFLICT (client, word) DO UPDATE SET kind = excluded.kind, saying = excluded.saying",
                );
                let kept = sqlx::query(kept).bind(json!(rows).to_string()).bind(client.clone());
                kept.execute(&mut *connection).await?;
                let kept: i64 = sqlx::query_scalar("SELECT count(*) FROM lexicon WHERE client = $1")
                    .bind(client)
                    .fetch_one(connection)
                    .await?;
                if kept > MOST_ENTRIES as i64 {
                    return Err(StoreError::LexiconFull { entries: kept });
                }
                Ok(())
            })
        })
        .await?;
        self.stamp()
    }

    /// Forgets a client's entry for that very word; false when there is none.
    ///
    /// # Errors
    /// [`StoreError::Use`].
    pub async fn remove(&self, client: &str, word: &str) -> Result<bool, StoreError> {
        let (client, word) = (client.to_owned(), word.to_owned());
        let removed = self.write(move |connection| {
            Box::pin(async move {
                let removing = sqlx::query("DELETE FROM lexicon WHERE client = $1 AND word = $2")
                    .bind(client)
                    .bind(word);
                Ok(removing.execute(connection).await?.rows_affected())
            })
        });
        let removed = removed.await?;
        self.stamp()?;
        Ok(removed > 0)
    }

    /// Tells every server on this database that a lexicon has changed.
    pub(crate) fn stamp(&self) -> Result<(), StoreError> {
        let Some(directory) = self.directory() else { return Ok(()) };
        let path = directory.join(STAMP);
        let stamped = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&path)
            .and_then(|mut file| file.write_all(b"."));
        stamped.map_err(|source| StoreError::Stamp { path, source })
    }

    fn stamped(&self) -> u64 {
        let Some(directory) = self.directory() else { return 0 };
        std::fs::metadata(directory.join(STAMP)).map_or(0, |file| file.len())
    }

    /// Every entry of everyone, by client and word, but those that only a newer program can read.
    ///
    /// # Errors
    /// [`StoreError::Use`].
    pub async fn list(&self) -> Result<Vec<Entry>, StoreError> {
        let rows = sqlx::query_as("SELECT client, word, kind, saying FROM lexicon ORDER BY client, word");
        let rows =
            self.read(move |connection| Box::pin(async move { Ok(rows.fetch_all(connection).await?) }));
        Ok(readable(rows.await?))
    }

    /// The lexicon that holds for a client: what is known of it, unless the table has changed since.
    async fn lexicon(&self, client: &str) -> Result<Lexicon, SpeechError> {
        let begun = Instant::now();
        let kept = {
            let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            if !known.contains_key(client) {
                known.insert(client.to_owned(), Arc::default());
            }
            Arc::clone(&known[client])
        };
        let mut kept = kept.lock().await;
        if kept.failed.is_some_and(|failed| failed >= begun) {
            return Err(unread());
        }
        let read = self.lexicon_since(kept.read.take(), client).await;
        let read = read.inspect_err(|_| kept.failed = Some(Instant::now()))?;
        Ok(kept.read.insert(read).lexicon.clone())
    }

    /// A client's lexicon as it was read last, or as it is now if it may have changed.
    async fn lexicon_since(&self, last: Option<Read>, client: &str) -> Result<Read, SpeechError> {
        // Asked before the rows are: a change in between is only read twice.
        let (stamp, asked) = (self.stamped(), Instant::now());
        let unnoticed = if self.directory().is_some() { UNNOTICED } else { UNNOTICED_ELSEWHERE };
        let last = match last {
            Some(read) if read.stamp == stamp && read.asked.elapsed() < unnoticed => return Ok(read),
            older => older,
        };
        let change: i64 = self
            .look_up(|connection| {
                Box::pin(async move {
                    Ok(sqlx::query_scalar("SELECT number FROM lexicon_changes").fetch_one(connection).await?)
                })
            })
            .await
            .map_err(|error| unread().caused_by(error))?;
        if let Some(read) = last.filter(|read| read.change == change) {
            return Ok(Read { stamp, asked, ..read });
        }
        let rows = sqlx::query_as("SELECT client, word, kind, saying FROM lexicon WHERE client IN ('', $1)");
        let rows = rows.bind(client.to_owned());
        let rows = self
            .look_up(move |connection| Box::pin(async move { Ok(rows.fetch_all(connection).await?) }))
            .await
            .map_err(|error| unread().caused_by(error))?;
        let (everyones, own): (Vec<_>, Vec<_>) =
            readable(rows).into_iter().partition(|entry| entry.client == EVERYONE);
        let lexicon = together(own)?.over(&together(everyones)?);
        Ok(Read { stamp, change, asked, lexicon })
    }
}

impl Lexicons for Database {
    fn of(&self, client: &str) -> BoxFuture<Result<Lexicon, SpeechError>> {
        let (store, client) = (self.clone(), client.to_owned());
        Box::pin(async move { store.lexicon(&client).await })
    }
}

/// The ledger is in the same database.
fn unread() -> SpeechError {
    let message = "How words are to be said cannot be looked up just now; the request may be tried again.";
    SpeechError::new(ErrorKind::LedgerUnavailable, message).retry_after(AGAIN)
}

fn together(entries: Vec<Entry>) -> Result<Lexicon, SpeechError> {
    Lexicon::new(entries.into_iter().map(|entry| (entry.word, entry.saying)))
}

/// The entries in those rows that can be used. A word of a row that only a newer program knows how to say is read
/// like any other, and all others still hold.
fn readable(rows: Vec<Row>) -> Vec<Entry> {
    let all = rows.len();
    let entries: Vec<Entry> = rows.into_iter().filter_map(entry).collect();
    let passed_over = all - entries.len();
    if passed_over > 0 {
        tracing::warn!(passed_over, "entries of the lexicon that this program cannot use");
    }
    entries
}

/// The entry in a row; none for a kind or a length that [`Lexicon::new`] would not take.
fn entry((client, word, kind, saying): Row) -> Option<Entry> {
    let saying = match kind.as_str() {
        "alias" => Saying::Alias(saying),
        "respelling" => Saying::Respelling(saying),
        "ipa" => Saying::Ipa(saying),
        _ => return None,
    };
    Lexicon::new([(word.clone(), saying.clone())]).ok()?;
    Some(Entry { client, word, saying })
}
