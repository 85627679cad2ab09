-- How clients want words to be said.
CREATE TABLE lexicon (
    client TEXT NOT NULL, -- '': everyone
    word   TEXT NOT NULL, -- or a phrase with single spaces, as it was written
    kind   TEXT NOT NULL, -- 'alias', 'respelling' or 'ipa'
    saying TEXT NOT NULL,
    PRIMARY KEY (client, word)
) STRICT, WITHOUT ROWID;

-- One row. It counts the changes of the lexicon, so that a running server sees at once whether it knows the latest.
CREATE TABLE lexicon_changes (number INTEGER NOT NULL) STRICT;
INSERT INTO lexicon_changes VALUES (0);

CREATE TRIGGER lexicon_word_came AFTER INSERT ON lexicon
BEGIN UPDATE lexicon_changes SET number = number + 1; END;
CREATE TRIGGER lexicon_word_changed AFTER UPDATE ON lexicon
BEGIN UPDATE lexicon_changes SET number = number + 1; END;
CREATE TRIGGER lexicon_word_went AFTER DELETE ON lexicon
BEGIN UPDATE lexicon_changes SET number = number + 1; END;
