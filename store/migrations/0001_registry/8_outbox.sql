-- Messages to the bank's system. What they say never changes, and its digest stands in the journal
-- entry; whether they were carried is no part of the books.

-- Where messages go; the newest row counts.
CREATE TABLE outbox_target (
    target_id INTEGER PRIMARY KEY,
    url       TEXT    NOT NULL,
    login     TEXT    NOT NULL REFERENCES user_account (login),
    seq       INTEGER NOT NULL
) STRICT;

CREATE TABLE outbox_message (
    message_id      INTEGER PRIMARY KEY,
    kind            TEXT    NOT NULL CHECK (kind IN ('payment_run', 'payment_again')),
    distribution_id INTEGER NOT NULL REFERENCES distribution (distribution_id),
    idempotency_key TEXT    NOT NULL UNIQUE,
    body            TEXT    NOT NULL,                     -- canonical JSON, as it is sent
    sha256          BLOB    NOT NULL CHECK (length(sha256) = 32), -- of the body
    created_utc     INTEGER NOT NULL,
    seq             INTEGER NOT NULL
) STRICT;

-- How far a message has come. This table alone changes without a journal entry.
CREATE TABLE outbox_delivery (
    message_id      INTEGER PRIMARY KEY REFERENCES outbox_message (message_id),
    state           TEXT    NOT NULL CHECK (state IN ('waiting', 'delivered', 'dead')),
    attempts        INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    next_utc        INTEGER NOT NULL,                     -- not tried before
    lease           TEXT,                                 -- of the one who is sending it now …
    lease_until_utc INTEGER,                              -- … and after when he is given up
    http_status     INTEGER,                              -- of the last answer; NULL: none came
    problem         TEXT,                                 -- key of the last failure
    delivered_utc   INTEGER,
    CHECK ((lease IS NULL) = (lease_until_utc IS NULL)),
    CHECK ((delivered_utc IS NOT NULL) = (state = 'delivered'))
) STRICT;
CREATE INDEX outbox_delivery_due ON outbox_delivery (next_utc) WHERE state = 'waiting';

CREATE TRIGGER outbox_target_no_update BEFORE UPDATE ON outbox_target
BEGIN
    SELECT raise(ABORT, 'outbox_target: insert only');
END;
CREATE TRIGGER outbox_target_no_delete BEFORE DELETE ON outbox_target
BEGIN
    SELECT raise(ABORT, 'outbox_target: insert only');
END;
CREATE TRIGGER outbox_message_no_update BEFORE UPDATE ON outbox_message
BEGIN
    SELECT raise(ABORT, 'outbox_message: insert only');
END;
CREATE TRIGGER outbox_message_no_delete BEFORE DELETE ON outbox_message
BEGIN
    SELECT raise(ABORT, 'outbox_message: insert only');
END;
