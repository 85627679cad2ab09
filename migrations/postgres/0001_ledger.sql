-- Names are in the order of their bytes, as on SQLite.
-- One row for every request, whoever hung up when. Never anybody's text.
CREATE TABLE requests (
    id                  TEXT COLLATE "C" PRIMARY KEY,
    at_unix_ms          BIGINT NOT NULL,
    client              TEXT COLLATE "C" NOT NULL,
    door                TEXT   NOT NULL,
    backend             TEXT,            -- null: nobody was asked
    voice               TEXT,
    characters          BIGINT,          -- code points; null: no text could be read
    audio_ms            BIGINT NOT NULL, -- speech that left
    first_audio_ms      BIGINT,          -- null: none left
    total_ms            BIGINT NOT NULL,
    outcome             TEXT   NOT NULL, -- 'completed', 'hung_up', 'lost' or an error's code
    model               TEXT,            -- null: nobody was asked
    reported_characters BIGINT,          -- as the vendor charges them; null: it does not say
    input_tokens        BIGINT,          -- null: it does not say
    output_tokens       BIGINT,          -- null: it does not say
    key                 TEXT,            -- its public prefix
    language            TEXT,            -- a BCP 47 tag
    tags                TEXT   NOT NULL, -- JSON, its names in order
    cache_hit           BIGINT NOT NULL, -- 0 or 1
    charge_nanos        BIGINT NOT NULL,
    charge_basis        TEXT   NOT NULL, -- 'reported' or 'estimated'
    vendor_cost_nanos   BIGINT NOT NULL,
    hour                BIGINT NOT NULL  -- since the Unix epoch
);

CREATE INDEX requests_by_time ON requests (at_unix_ms);

-- How much a client, or one of its keys, may have.
CREATE TABLE budgets (
    client  TEXT   COLLATE "C" NOT NULL,
    number  BIGINT NOT NULL, -- in the order in which they were given
    key     TEXT   COLLATE "C" NOT NULL, -- a key's public prefix; '': the client with all its keys
    measure TEXT   NOT NULL, -- 'money', 'characters' or 'audio'
    most    BIGINT NOT NULL, -- nano-dollars, code points or milliseconds
    period  TEXT   NOT NULL, -- 'day', 'month', 'rolling_36h', 'rolling_30d'
    action  TEXT   NOT NULL, -- 'warn', 'throttle' or 'refuse'
    PRIMARY KEY (client, number)
);

-- What is set aside for requests that are running.
CREATE TABLE holds (
    request     TEXT   COLLATE "C" PRIMARY KEY,
    client      TEXT   COLLATE "C" NOT NULL,
    key         TEXT   COLLATE "C" NOT NULL, -- '': none
    hour        BIGINT NOT NULL, -- in which the request came
    charge      BIGINT NOT NULL,
    characters  BIGINT NOT NULL,
    audio_ms    BIGINT NOT NULL,
    step        BIGINT NOT NULL, -- how often it has grown
    lease_until BIGINT NOT NULL, -- Unix milliseconds; past that, anybody may settle it
    number      BIGINT NOT NULL, -- of the mark: a greater one is newer
    mark        TEXT   NOT NULL  -- the settlement that is due if nothing more is known, as JSON
);

CREATE INDEX holds_by_client ON holds (client);

-- What was settled from a mark, for want of its gateway: the settlement, as JSON, in case its gateway still comes.
CREATE TABLE reaped (
    request    TEXT   COLLATE "C" PRIMARY KEY,
    settlement TEXT NOT NULL
);

-- What was settled, hour by hour: what budgets count.
CREATE TABLE spent (
    client     TEXT   COLLATE "C" NOT NULL,
    key        TEXT   COLLATE "C" NOT NULL, -- '': the client with all its keys
    hour       BIGINT NOT NULL,
    charge     BIGINT NOT NULL,
    characters BIGINT NOT NULL,
    audio_ms   BIGINT NOT NULL,
    PRIMARY KEY (client, key, hour)
);

-- Every request in sums, as finely as they can ever be told apart.
CREATE TABLE usage_hours (
    hour        BIGINT NOT NULL,
    grain       TEXT   COLLATE "C" NOT NULL, -- a digest of the names below
    client      TEXT   COLLATE "C" NOT NULL,
    key         TEXT   COLLATE "C" NOT NULL, -- '' here and below: none
    backend     TEXT   COLLATE "C" NOT NULL,
    voice       TEXT   COLLATE "C" NOT NULL,
    language    TEXT   COLLATE "C" NOT NULL,
    door        TEXT   COLLATE "C" NOT NULL,
    model       TEXT   COLLATE "C" NOT NULL,
    tags        TEXT   COLLATE "C" NOT NULL, -- JSON, its names in order
    requests    BIGINT NOT NULL,
    characters  BIGINT NOT NULL,
    audio_ms    BIGINT NOT NULL,
    errors      BIGINT NOT NULL,
    cache_hits  BIGINT NOT NULL,
    vendor_cost BIGINT NOT NULL,
    charge      BIGINT NOT NULL,
    PRIMARY KEY (hour, grain)
);

-- Money on its way, from the debited account to the credited one.
CREATE TABLE ledger (
    request        TEXT   COLLATE "C" NOT NULL,
    attempt        BIGINT NOT NULL,            -- 0: what the client is charged; n: what the nth call costs us
    kind           TEXT   COLLATE "C" NOT NULL CHECK (kind IN ('hold', 'settle', 'release', 'adjust', 'close')),
    step           BIGINT NOT NULL,            -- of a hold that grows: how often it had
    at_unix_ms     BIGINT NOT NULL,            -- when the request came
    debit          TEXT   COLLATE "C" NOT NULL,
    credit         TEXT   COLLATE "C" NOT NULL,
    nanos          BIGINT NOT NULL CHECK (nanos >= 0),
    basis          TEXT,                        -- of a call or a charge: 'reported' or 'estimated'
    backend        TEXT,                        -- of a call, as all below
    model          TEXT,
    rate           TEXT,                        -- BACKEND/MODEL@DATE
    characters     BIGINT,                     -- that were sent; of an adjustment, how many more
    vendor_request TEXT,                        -- the vendor's own id; null: it gave none
    PRIMARY KEY (request, attempt, kind, step)
);

-- Both sides of each entry: an account's balance is the sum of its legs, and all legs together are zero.
CREATE VIEW ledger_legs AS
SELECT request, attempt, kind, step, at_unix_ms, debit AS account, nanos FROM ledger
UNION ALL
SELECT request, attempt, kind, step, at_unix_ms, credit AS account, -nanos FROM ledger;

-- The month that is being archived, while it is: then, and only then, entries of that time may be deleted.
CREATE TABLE archiving (from_unix_ms BIGINT NOT NULL, to_unix_ms BIGINT NOT NULL);


CREATE FUNCTION ledger_is_only_added_to() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND EXISTS (
        SELECT 1 FROM archiving WHERE from_unix_ms <= OLD.at_unix_ms AND OLD.at_unix_ms < to_unix_ms
    ) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'the ledger is only added to';
END $$;

CREATE TRIGGER ledger_entry_changed_or_deleted BEFORE UPDATE OR DELETE ON ledger
FOR EACH ROW EXECUTE FUNCTION ledger_is_only_added_to();
CREATE TRIGGER ledger_emptied BEFORE TRUNCATE ON ledger
FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_only_added_to();
