-- Who may ask for speech, and is told what it cost.
CREATE TABLE clients (
    id      TEXT    PRIMARY KEY, -- what the ledger knows it by
    name    TEXT    UNIQUE,      -- null: forgotten
    created INTEGER NOT NULL     -- Unix milliseconds, as all times here
) STRICT, WITHOUT ROWID;

-- Their keys. From what stands here none can be made.
CREATE TABLE keys (
    prefix  TEXT    PRIMARY KEY, -- the public beginning of the key
    client  TEXT    NOT NULL REFERENCES clients (id),
    digest  BLOB    NOT NULL,    -- HMAC-SHA-256 of the whole key
    created INTEGER NOT NULL,
    expires INTEGER              -- null: never
) STRICT, WITHOUT ROWID;

CREATE INDEX keys_by_client ON keys (client);

-- Answers for who asks again with the same `Idempotency-Key`, and claims of requests that are to have one.
CREATE TABLE replays (
    client  TEXT    NOT NULL,
    key     TEXT    NOT NULL,    -- as the client chose it
    digest  BLOB    NOT NULL,    -- of the request
    until   INTEGER NOT NULL,    -- then it is free again
    request TEXT    NOT NULL,    -- whose claim, or answer, it is
    head    TEXT,                -- its headers, as JSON; null, as the audio: still running
    audio   BLOB,
    PRIMARY KEY (client, key)
) STRICT;

CREATE INDEX replays_by_end ON replays (until);

-- For who is forgotten: then tags are searched for.
CREATE INDEX requests_with_tags ON requests (client) WHERE tags <> '{}';
CREATE INDEX usage_hours_with_tags ON usage_hours (client, hour) WHERE tags <> '{}';
