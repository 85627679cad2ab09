-- What each vendor has listed last, so that a restart, or a vendor that is down, loses no voice.
CREATE TABLE listings (
    backend TEXT COLLATE "C" PRIMARY KEY, -- as it is configured
    listing TEXT NOT NULL                 -- its models and voices, as JSON
);

-- What has come and gone, and what has another name now.
CREATE TABLE voice_changes (
    number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at     BIGINT NOT NULL, -- when it was seen, Unix milliseconds
    voice  TEXT   NOT NULL, -- backend:voice
    change TEXT   NOT NULL, -- 'added', 'removed' or 'renamed'
    name   TEXT   NOT NULL, -- for people; of a renamed voice the one since
    former TEXT             -- the one before
);

CREATE INDEX voice_changes_by_time ON voice_changes (at);
