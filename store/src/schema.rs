//! The schema's history.

use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::{AnyConnection, Connection, SqlSafeStr};

use crate::dialect::Dialect;
use crate::{Location, StoreError};

type Step = (i64, &'static str, &'static str);

/// A step that was released is never edited: SQLx compares checksums.
const SQLITE: &[Step] = &[
    (1, "requests", include_str!("../../migrations/sqlite/0001_requests.sql")),
    (2, "lexicon", include_str!("../../migrations/sqlite/0002_lexicon.sql")),
    (3, "vendors", include_str!("../../migrations/sqlite/0003_vendors.sql")),
    (4, "ledger", include_str!("../../migrations/sqlite/0004_ledger.sql")),
    (5, "clients", include_str!("../../migrations/sqlite/0005_clients.sql")),
    (6, "estimates", include_str!("../../migrations/sqlite/0006_estimates.sql")),
    (7, "voices", include_str!("../../migrations/sqlite/0007_voices.sql")),
    (8, "peppers", include_str!("../../migrations/sqlite/0008_peppers.sql")),
    (9, "preferences", include_str!("../../migrations/sqlite/0009_preferences.sql")),
];

const POSTGRES: &[Step] = &[
    (1, "ledger", include_str!("../../migrations/postgres/0001_ledger.sql")),
    (2, "clients", include_str!("../../migrations/postgres/0002_clients.sql")),
    (3, "lexicon", include_str!("../../migrations/postgres/0003_lexicon.sql")),
    (4, "estimates", include_str!("../../migrations/postgres/0004_estimates.sql")),
    (5, "voices", include_str!("../../migrations/postgres/0005_voices.sql")),
    (6, "peppers", include_str!("../../migrations/postgres/0006_peppers.sql")),
    (7, "preferences", include_str!("../../migrations/postgres/0007_preferences.sql")),
];

/// The newest schema of SQLite that this program knows.
pub(crate) fn newest_sqlite() -> i64 {
    SQLITE.iter().map(|(version, ..)| *version).max().unwrap_or_default()
}

/// Brings a database to this program's schema.
///
/// # Errors
/// [`StoreError::Newer`], with nothing changed, and [`StoreError::Migrate`].
pub(crate) async fn migrate(
    connection: &mut AnyConnection,
    dialect: Dialect,
    location: &Location,
) -> Result<(), StoreError> {
    let steps = match dialect {
        Dialect::Sqlite => SQLITE,
        Dialect::Postgres => POSTGRES,
    };
    let step = |(version, name, sql): &Step| {
        Migration::new(*version, (*name).into(), MigrationType::Simple, sql.into_sql_str(), false)
    };
    let history = Migrator::with_migrations(steps.iter().map(step).collect());
    // All steps are one transaction, which keeps out whoever opens the database at the same time.
    let migrating = async {
        let mut transaction = connection.begin_with(dialect.begin()).await?;
        history.run_direct(None, &mut *transaction, false).await?;
        Ok(transaction.commit().await?)
    };
    let location = || location.clone();
    migrating.await.map_err(|source| match source {
        MigrateError::VersionMissing(version) | MigrateError::VersionTooNew(version, _) => {
            StoreError::Newer { location: location(), version }
        }
        source => StoreError::Migrate { location: location(), source },
    })
}
