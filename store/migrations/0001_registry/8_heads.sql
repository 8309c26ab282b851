-- Signed heads: what the last entry of a day was, in the words of the key that the journal names.
-- They speak of the journal and are no part of it; nothing is derived from them.
CREATE TABLE journal_head (
    seq        INTEGER PRIMARY KEY CHECK (seq > 0),      -- the entry signed
    day        TEXT    NOT NULL CHECK (length(day) = 10), -- of that entry
    hash       BLOB    NOT NULL CHECK (length(hash) = 32),
    public_key BLOB    NOT NULL CHECK (length(public_key) = 32),
    signature  BLOB    NOT NULL CHECK (length(signature) = 64) -- Ed25519, see docs/audit.md
) STRICT;
CREATE TRIGGER journal_head_no_update BEFORE UPDATE ON journal_head
BEGIN
    SELECT raise(ABORT, 'journal_head: insert only');
END;
CREATE TRIGGER journal_head_no_delete BEFORE DELETE ON journal_head
BEGIN
    SELECT raise(ABORT, 'journal_head: insert only');
END;
