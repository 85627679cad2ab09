-- Who may ask for speech, and is told what it cost.
CREATE TABLE clients (
    id      TEXT   COLLATE "C" PRIMARY KEY, -- what the ledger knows it by
    name    TEXT   COLLATE "C" UNIQUE,      -- null: forgotten
    created BIGINT NOT NULL                 -- Unix milliseconds, as all times here
);

-- Their keys. From what stands here none can be made.
CREATE TABLE keys (
    prefix  TEXT   COLLATE "C" PRIMARY KEY, -- the public beginning of the key
    client  TEXT   COLLATE "C" NOT NULL REFERENCES clients (id),
    digest  BYTEA  NOT NULL,                -- HMAC-SHA-256 of the whole key
    created BIGINT NOT NULL,
    expires BIGINT                          -- null: never
);

CREATE INDEX keys_by_client ON keys (client);

-- Answers for who asks again with the same `Idempotency-Key`, and claims of requests that are to have one.
CREATE TABLE replays (
    client  TEXT   COLLATE "C" NOT NULL,
    key     TEXT   COLLATE "C" NOT NULL,    -- as the client chose it
    digest  BYTEA  NOT NULL,                -- of the request
    until   BIGINT NOT NULL,                -- then it is free again
    request TEXT   COLLATE "C" NOT NULL,    -- whose claim, or answer, it is
    head    TEXT,                           -- its headers, as JSON; null, as the audio: still running
    audio   BYTEA,
    PRIMARY KEY (client, key)
);

CREATE INDEX replays_by_end ON replays (until);

-- For who is forgotten: then tags are searched for.
CREATE INDEX requests_with_tags ON requests (client) WHERE tags <> '{}';
CREATE INDEX usage_hours_with_tags ON usage_hours (client, hour) WHERE tags <> '{}';
