//! Rows on their way to the database.

use serde::Serialize;
use sqlx::AnyConnection;

use super::json;
use crate::StoreError;
use crate::dialect::Dialect;

/// Statements that go to the database together: each way there and back is worth more time than most statements. None
/// of them sees what another has written, and no two may touch the same row.
pub(crate) struct Writes {
    dialect: Dialect,
    statements: Vec<&'static str>,
    rows: Vec<String>,
}

impl Writes {
    pub(crate) fn new(dialect: Dialect) -> Self {
        Self { dialect, statements: Vec::new(), rows: Vec::new() }
    }

    /// A statement for those rows, which are its `{each}`; none where there are no rows.
    pub(super) fn add<T: Serialize>(
        &mut self,
        statement: &'static str,
        rows: &[T],
    ) -> Result<(), StoreError> {
        if !rows.is_empty() {
            self.rows.push(json::array(rows)?);
            self.statements.push(statement);
        }
        Ok(())
    }

    /// Writes all of it.
    pub(crate) async fn run(self, connection: &mut AnyConnection) -> Result<(), StoreError> {
        if self.statements.is_empty() {
            return Ok(());
        }
        let mut query = sqlx::query(self.dialect.all_at_once(&self.statements));
        for rows in self.rows {
            query = query.bind(rows);
        }
        query.execute(connection).await?;
        Ok(())
    }
}
