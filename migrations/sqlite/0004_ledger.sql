-- What each request cost whom.
ALTER TABLE requests ADD COLUMN key               TEXT;                                -- its public prefix
ALTER TABLE requests ADD COLUMN language          TEXT;                                -- a BCP 47 tag
ALTER TABLE requests ADD COLUMN tags              TEXT    NOT NULL DEFAULT '{}';       -- JSON, its names in order
ALTER TABLE requests ADD COLUMN cache_hit         INTEGER NOT NULL DEFAULT 0;          -- 0 or 1
ALTER TABLE requests ADD COLUMN charge_nanos      INTEGER NOT NULL DEFAULT 0;
ALTER TABLE requests ADD COLUMN charge_basis      TEXT    NOT NULL DEFAULT 'reported'; -- or 'estimated'
ALTER TABLE requests ADD COLUMN vendor_cost_nanos INTEGER NOT NULL DEFAULT 0;
ALTER TABLE requests ADD COLUMN hour              INTEGER NOT NULL DEFAULT 0;          -- since the Unix epoch
UPDATE requests SET hour = at_unix_ms / 3600000;

-- How much a client, or one of its keys, may have.
CREATE TABLE budgets (
    client  TEXT    NOT NULL,
    number  INTEGER NOT NULL, -- in the order in which they were given
    key     TEXT    NOT NULL, -- a key's public prefix; '': the client with all its keys
    measure TEXT    NOT NULL, -- 'money', 'characters' or 'audio'
    most    INTEGER NOT NULL, -- nano-dollars, code points or milliseconds
    period  TEXT    NOT NULL, -- 'day', 'month', 'rolling_36h', 'rolling_30d'
    action  TEXT    NOT NULL, -- 'warn', 'throttle' or 'refuse'
    PRIMARY KEY (client, number)
) STRICT, WITHOUT ROWID;

-- What is set aside for requests that are running.
CREATE TABLE holds (
    request     TEXT    PRIMARY KEY,
    client      TEXT    NOT NULL,
    key         TEXT    NOT NULL, -- '': none
    hour        INTEGER NOT NULL, -- in which the request came
    charge      INTEGER NOT NULL,
    characters  INTEGER NOT NULL,
    audio_ms    INTEGER NOT NULL,
    step        INTEGER NOT NULL, -- how often it has grown
    lease_until INTEGER NOT NULL, -- Unix milliseconds; past that, anybody may settle it
    number      INTEGER NOT NULL, -- of the mark: a greater one is newer
    mark        TEXT    NOT NULL  -- the settlement that is due if nothing more is known, as JSON
) STRICT, WITHOUT ROWID;

CREATE INDEX holds_by_client ON holds (client);

-- What was settled from a mark, for want of its gateway: the settlement, as JSON, in case its gateway still comes.
CREATE TABLE reaped (
    request    TEXT PRIMARY KEY,
    settlement TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What was settled, hour by hour: what budgets count.
CREATE TABLE spent (
    client     TEXT    NOT NULL,
    key        TEXT    NOT NULL, -- '': the client with all its keys
    hour       INTEGER NOT NULL,
    charge     INTEGER NOT NULL,
    characters INTEGER NOT NULL,
    audio_ms   INTEGER NOT NULL,
    PRIMARY KEY (client, key, hour)
) STRICT, WITHOUT ROWID;

-- Every request in sums, as finely as they can ever be told apart.
CREATE TABLE usage_hours (
    hour        INTEGER NOT NULL,
    grain       TEXT    NOT NULL, -- a digest of the names below
    client      TEXT    NOT NULL,
    key         TEXT    NOT NULL, -- '' here and below: none
    backend     TEXT    NOT NULL,
    voice       TEXT    NOT NULL,
    language    TEXT    NOT NULL,
    door        TEXT    NOT NULL,
    model       TEXT    NOT NULL,
    tags        TEXT    NOT NULL, -- JSON, its names in order
    requests    INTEGER NOT NULL,
    characters  INTEGER NOT NULL,
    audio_ms    INTEGER NOT NULL,
    errors      INTEGER NOT NULL,
    cache_hits  INTEGER NOT NULL,
    vendor_cost INTEGER NOT NULL,
    charge      INTEGER NOT NULL,
    PRIMARY KEY (hour, grain)
) STRICT, WITHOUT ROWID;

INSERT INTO usage_hours
SELECT hour, 'before-' || min(id), client, '', coalesce(backend, ''), coalesce(voice, ''), '', door, coalesce(model, ''), '{}',
       count(*), coalesce(sum(characters), 0), sum(audio_ms), sum(outcome NOT IN ('completed', 'hung_up')), 0, 0, 0
FROM requests
GROUP BY hour, client, backend, voice, door, model;

-- Money on its way, from the debited account to the credited one.
CREATE TABLE ledger (
    request        TEXT    NOT NULL,
    attempt        INTEGER NOT NULL,            -- 0: what the client is charged; n: what the nth call costs us
    kind           TEXT    NOT NULL CHECK (kind IN ('hold', 'settle', 'release', 'adjust', 'close')),
    step           INTEGER NOT NULL,            -- of a hold that grows: how often it had
    at_unix_ms     INTEGER NOT NULL,            -- when the request came
    debit          TEXT    NOT NULL,
    credit         TEXT    NOT NULL,
    nanos          INTEGER NOT NULL CHECK (nanos >= 0),
    basis          TEXT,                        -- of a call or a charge: 'reported' or 'estimated'
    backend        TEXT,                        -- of a call, as all below
    model          TEXT,
    rate           TEXT,                        -- BACKEND/MODEL@DATE
    characters     INTEGER,                     -- that were sent; of an adjustment, how many more
    vendor_request TEXT,                        -- the vendor's own id; null: it gave none
    PRIMARY KEY (request, attempt, kind, step)
) STRICT, WITHOUT ROWID;

-- Both sides of each entry: an account's balance is the sum of its legs, and all legs together are zero.
CREATE VIEW ledger_legs AS
SELECT request, attempt, kind, step, at_unix_ms, debit AS account, nanos FROM ledger
UNION ALL
SELECT request, attempt, kind, step, at_unix_ms, credit AS account, -nanos FROM ledger;

-- The month that is being archived, while it is: then, and only then, entries of that time may be deleted.
CREATE TABLE archiving (from_unix_ms INTEGER NOT NULL, to_unix_ms INTEGER NOT NULL) STRICT;

CREATE TRIGGER ledger_entry_changed BEFORE UPDATE ON ledger
BEGIN SELECT raise(ABORT, 'the ledger is only added to'); END;
CREATE TRIGGER ledger_entry_deleted BEFORE DELETE ON ledger
WHEN NOT EXISTS (SELECT 1 FROM archiving WHERE from_unix_ms <= OLD.at_unix_ms AND OLD.at_unix_ms < to_unix_ms)
BEGIN SELECT raise(ABORT, 'the ledger is only added to'); END;
