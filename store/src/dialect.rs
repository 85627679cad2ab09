//! The few words that the two databases do not share.

use std::time::Duration;

use sqlx::{AssertSqlSafe, SqlSafeStr, SqlStr};

use crate::StoreError;

/// Whose SQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

impl Dialect {
    /// A statement in this dialect. `{each}` stands for the elements of the JSON array `$1`, one a row, in the column
    /// `value`: `SELECT CAST(value->>'nanos' AS BIGINT) FROM {each}`.
    pub(crate) fn sql(self, text: &'static str) -> SqlStr {
        AssertSqlSafe(self.with_rows(text, 1)).into_sql_str()
    }

    /// Several that write and give no rows, as one; the `{each}` of the nth is `$n`. Postgres takes no two statements
    /// with parameters at a time, but one that has others in it, which all see what was there before the first.
    pub(crate) fn all_at_once(self, texts: &[&'static str]) -> SqlStr {
        let statements = texts.iter().enumerate().map(|(at, text)| self.with_rows(text, at + 1));
        let all = match self {
            Self::Sqlite => statements.collect::<Vec<_>>().join("; "),
            Self::Postgres => {
                let parts =
                    statements.enumerate().map(|(at, statement)| format!("part_{at} AS ({statement})"));
                format!("WITH {} SELECT", parts.collect::<Vec<_>>().join(", "))
            }
        };
        AssertSqlSafe(all).into_sql_str()
    }

    fn with_rows(self, text: &str, parameter: usize) -> String {
        let each = match self {
            Self::Sqlite => format!("jsonb_each(${parameter})"),
            Self::Postgres => format!("jsonb_array_elements(CAST(${parameter} AS JSONB)) AS each(value)"),
        };
        text.replace("{each}", &each)
    }

    /// Begins a transaction that writes, once no other does: there is one lock for all, so that no two can ever wait for
    /// each other, and what is read behind it is what is decided upon. On Postgres, where that lock is advisory, each
    /// statement sees what was committed before it, whatever the server's default is, and not what there was when the
    /// waiting began.
    pub(crate) fn begin(self) -> &'static str {
        match self {
            Self::Sqlite => "BEGIN IMMEDIATE",
            Self::Postgres => {
                "BEGIN ISOLATION LEVEL READ COMMITTED; SELECT pg_advisory_xact_lock(8135772216405299)"
            }
        }
    }

    /// Whether an error is the fault of the values that were to be written: others can be. Of a file, constraint,
    /// mismatch, too big, and what cannot be computed (<https://www.sqlite.org/rescode.html>); of a server, the classes
    /// 22 (data exception) and 23 (integrity constraint violation), and nothing that says that the server is unwell.
    pub(crate) fn refuses_values(self, error: &StoreError) -> bool {
        let StoreError::Use(sqlx::Error::Database(error)) = error else { return false };
        let Some(code) = error.code() else { return false };
        match self {
            Self::Sqlite => code.parse::<u32>().is_ok_and(|code| matches!(code & 0xff, 1 | 18 | 19 | 20)),
            Self::Postgres => code.starts_with("22") || code.starts_with("23"),
        }
    }

    /// How long a transaction that writes may take, waiting included. A file is never gone for long, but its disk can
    /// be slow; a server can be gone.
    pub(crate) fn patience(self) -> Duration {
        match self {
            Self::Sqlite => Duration::from_secs(10),
            Self::Postgres => Duration::from_secs(2),
        }
    }
}

impl Dialect {
    /// How a connection that writes is to behave: what it commits is on disk, and a server that lost us in the middle
    /// of a transaction ends it soon. A server plans once how to find the rows, by their keys: a plan to read all of a
    /// table, made while that is small, would be kept while it grows; and bitmaps pass dead entries again and again that
    /// a walk of the index would mark.
    pub(crate) fn writer_settings(self) -> &'static str {
        match self {
            Self::Sqlite => {
                "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
                 PRAGMA cache_size = -65536"
            }
            Self::Postgres => {
                "SET statement_timeout = '2s'; SET idle_in_transaction_session_timeout = '2s';
                 SET synchronous_commit = on; SET plan_cache_mode = force_generic_plan; SET jit = off;
                 SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_hashjoin = off;
                 SET enable_mergejoin = off"
            }
        }
    }

    /// How the first connection is to behave, which changes the schema.
    pub(crate) fn first_settings(self) -> &'static str {
        match self {
            Self::Sqlite => {
                "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL"
            }
            Self::Postgres => "SET client_min_messages = warning",
        }
    }

    /// How a connection that reads is to behave.
    pub(crate) fn reader_settings(self) -> &'static str {
        match self {
            Self::Sqlite => "PRAGMA query_only = ON; PRAGMA busy_timeout = 5000",
            Self::Postgres => "SET default_transaction_read_only = on; SET statement_timeout = '30s'",
        }
    }
}
