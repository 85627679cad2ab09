-- How clients want words to be said.
CREATE TABLE lexicon (
    client TEXT COLLATE "C" NOT NULL, -- '': everyone
    word   TEXT COLLATE "C" NOT NULL, -- or a phrase with single spaces, as it was written
    kind   TEXT NOT NULL,             -- 'alias', 'respelling' or 'ipa'
    saying TEXT NOT NULL,
    PRIMARY KEY (client, word)
);

-- One row. It counts the changes of the lexicon, so that a running server sees whether it knows the latest.
CREATE TABLE lexicon_changes (number BIGINT NOT NULL);
INSERT INTO lexicon_changes VALUES (0);

CREATE FUNCTION lexicon_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE lexicon_changes SET number = number + 1;
    RETURN NULL;
END $$;

CREATE TRIGGER lexicon_words_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON lexicon
FOR EACH STATEMENT EXECUTE FUNCTION lexicon_changed();
