-- One row for every request, whoever hung up when. Never anybody's text.
CREATE TABLE requests (
    id             TEXT    PRIMARY KEY,
    at_unix_ms     INTEGER NOT NULL,
    client         TEXT    NOT NULL,
    door           TEXT    NOT NULL,
    backend        TEXT,             -- null: nobody was asked
    voice          TEXT,
    characters     INTEGER,          -- code points; null: no text could be read
    audio_ms       INTEGER NOT NULL, -- speech that left
    first_audio_ms INTEGER,          -- null: none left
    total_ms       INTEGER NOT NULL,
    outcome        TEXT    NOT NULL  -- 'completed', 'hung_up' or an error's code
) STRICT, WITHOUT ROWID;

CREATE INDEX requests_by_time ON requests (at_unix_ms);
