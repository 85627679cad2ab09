"""Prints the rows that a database answers a query with, as one JSON list."""

import json
import sqlite3
import sys

database = sqlite3.connect(sys.argv[1], timeout=30)
database.row_factory = sqlite3.Row
print(json.dumps([dict(row) for row in database.execute(sys.argv[2])]))
