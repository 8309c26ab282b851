-- Messages to the bank's system. What they say never changes, and its digest stands in the journal
-- entry; which payments they order or stop, and which of them were withdrawn, are posts. How far they
-- were carried is no part of the books.

-- Where messages go; the newest row counts.
CREATE TABLE outbox_target (
    target_id INTEGER PRIMARY KEY,
    url       TEXT    NOT NULL,
    login     TEXT    NOT NULL REFERENCES user_account (login),
    seq       INTEGER NOT NULL
) STRICT;

CREATE TABLE outbox_message (
    message_id      INTEGER PRIMARY KEY,
    kind            TEXT    NOT NULL CHECK (kind IN ('payment_run', 'payment_again', 'payment_correction')),
    distribution_id INTEGER NOT NULL REFERENCES distribution (distribution_id),
    idempotency_key TEXT    NOT NULL UNIQUE,
    body            TEXT    NOT NULL,                     -- canonical JSON, as it is sent
    sha256          BLOB    NOT NULL CHECK (length(sha256) = 32), -- of the body
    created_utc     INTEGER NOT NULL,
    seq             INTEGER NOT NULL
) STRICT;

CREATE INDEX outbox_message_run ON outbox_message (distribution_id);

-- What a message says of payments: it orders one, to the account that held when it was made, or stops
-- one that was ordered before.
CREATE TABLE outbox_payment (
    message_id      INTEGER NOT NULL REFERENCES outbox_message (message_id),
    distribution_id INTEGER NOT NULL REFERENCES distribution (distribution_id),
    party_id        INTEGER NOT NULL REFERENCES party (party_id),
    attempt         INTEGER NOT NULL CHECK (attempt >= 1),
    word            TEXT    NOT NULL CHECK (word IN ('pay', 'stop')),
    account_id      INTEGER REFERENCES party_account (account_id),
    PRIMARY KEY (message_id, distribution_id, party_id, attempt),
    CHECK ((account_id IS NOT NULL) = (word = 'pay'))
) STRICT, WITHOUT ROWID;
CREATE INDEX outbox_payment_number ON outbox_payment (distribution_id, party_id, attempt);

-- A message that is sent no more, because what it says is no longer so.
CREATE TABLE outbox_withdrawal (
    message_id  INTEGER PRIMARY KEY REFERENCES outbox_message (message_id),
    replaced_by INTEGER REFERENCES outbox_message (message_id), -- NULL: nothing was left to say
    seq         INTEGER NOT NULL,
    CHECK (replaced_by > message_id)
) STRICT;

-- How far a message has come. This table alone changes without a journal entry.
CREATE TABLE outbox_delivery (
    message_id      INTEGER PRIMARY KEY REFERENCES outbox_message (message_id),
    state           TEXT    NOT NULL CHECK (state IN ('waiting', 'delivered', 'dead')),
    attempts        INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    sent            INTEGER NOT NULL DEFAULT 0 CHECK (sent IN (0, 1)), -- 1: it may have arrived
    next_utc        INTEGER NOT NULL,                     -- not tried before
    lease           TEXT,                                 -- of the one who is sending it now …
    lease_until_utc INTEGER,                              -- … and after when he is given up
    http_status     INTEGER,                              -- of the last answer; NULL: none came
    problem         TEXT,                                 -- key of the last failure
    delivered_utc   INTEGER,
    CHECK ((lease IS NULL) = (lease_until_utc IS NULL)),
    CHECK ((delivered_utc IS NOT NULL) = (state = 'delivered')),
    CHECK (state = 'waiting' OR sent = 1)
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
-- No payment is ordered twice, by whomever.
CREATE TRIGGER outbox_payment_once BEFORE INSERT ON outbox_payment
WHEN NEW.word = 'pay' AND EXISTS (
    SELECT 1 FROM outbox_payment p LEFT JOIN outbox_withdrawal w USING (message_id)
    WHERE p.distribution_id = NEW.distribution_id AND p.party_id = NEW.party_id
        AND p.attempt = NEW.attempt AND p.word = 'pay' AND w.message_id IS NULL)
BEGIN
    SELECT raise(ABORT, 'outbox_payment: another message orders this payment');
END;
CREATE TRIGGER outbox_payment_no_update BEFORE UPDATE ON outbox_payment
BEGIN
    SELECT raise(ABORT, 'outbox_payment: insert only');
END;
CREATE TRIGGER outbox_payment_no_delete BEFORE DELETE ON outbox_payment
BEGIN
    SELECT raise(ABORT, 'outbox_payment: insert only');
END;
CREATE TRIGGER outbox_withdrawal_no_update BEFORE UPDATE ON outbox_withdrawal
BEGIN
    SELECT raise(ABORT, 'outbox_withdrawal: insert only');
END;
CREATE TRIGGER outbox_withdrawal_no_delete BEFORE DELETE ON outbox_withdrawal
BEGIN
    SELECT raise(ABORT, 'outbox_withdrawal: insert only');
END;
