"""Prints every row of a journal as one JSON list, oldest first."""

import json
import sqlite3
import sys

database = sqlite3.connect(sys.argv[1])
database.row_factory = sqlite3.Row
print(json.dumps([dict(row) for row in database.execute("SELECT * FROM requests ORDER BY at_unix_ms, id")]))
