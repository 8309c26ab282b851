-- Pledges and what follows from them. Made by posts of the journal, like all tables of this part.

-- What a pledge says beside its trade. trade.of_trade_id is the first pledge on the same units when
-- it has a later rank, the sale when a receivable is pledged.
CREATE TABLE pledge (
    trade_id      INTEGER PRIMARY KEY REFERENCES trade (trade_id),
    subject       TEXT    NOT NULL CHECK (subject IN ('units', 'forecast', 'rank',
                  'receivable')),
    tonnes        INTEGER NOT NULL CHECK (tonnes >= 0),      -- pledged, whoever's lock holds them
    debtor_id     INTEGER NOT NULL REFERENCES party (party_id),
    principal_fen INTEGER NOT NULL CHECK (principal_fen > 0),
    rate          TEXT    NOT NULL,                          -- per cent a year, '4.35'
    from_on       TEXT    NOT NULL,                          -- term of the debt, both days included
    to_on         TEXT    NOT NULL CHECK (to_on >= from_on),
    valuation_fen INTEGER NOT NULL CHECK (valuation_fen >= 0), -- of everything that is pledged
    number        TEXT    NOT NULL CHECK (number <> ''),     -- of the contract between the parties
    registrar_number TEXT CHECK (registrar_number <> ''),    -- of the public register of pledges
    registrar_until  TEXT,                                   -- last day of that registration
    CHECK ((subject = 'receivable') = (tonnes = 0)),
    CHECK (registrar_until IS NULL OR registrar_number IS NOT NULL)
) STRICT;

-- What a release gives up beside the units that its trade moves: tonnes that another pledge, which
-- has the better rank, still holds; and tonnes under the pledge's lock that are expected.
CREATE TABLE pledge_release (
    trade_id   INTEGER PRIMARY KEY REFERENCES trade (trade_id),
    waived_t   INTEGER NOT NULL CHECK (waived_t >= 0),
    forecast_t INTEGER NOT NULL DEFAULT 0 CHECK (forecast_t >= 0)
) STRICT;

-- What was owed under each pledge when pledged units were sold, as a document says it.
CREATE TABLE enforcement_debt (
    trade_id  INTEGER NOT NULL REFERENCES trade (trade_id),
    ordinal   INTEGER NOT NULL CHECK (ordinal > 0),          -- order in which the price goes to them
    pledge_id INTEGER NOT NULL REFERENCES pledge (trade_id),
    owed_fen  INTEGER NOT NULL CHECK (owed_fen >= 0),        -- principal and interest
    number    TEXT    NOT NULL CHECK (number <> ''),         -- of the document that states it
    PRIMARY KEY (trade_id, ordinal),
    UNIQUE (trade_id, pledge_id)
) STRICT, WITHOUT ROWID;

-- The money of a loan that a pledge secures.
CREATE TABLE loan_payment (
    payment_id INTEGER PRIMARY KEY,
    trade_id   INTEGER NOT NULL REFERENCES pledge (trade_id),
    kind       TEXT    NOT NULL CHECK (kind IN ('payout', 'repayment', 'interest')),
    amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),
    on_date    TEXT    NOT NULL,
    enforcement_id INTEGER REFERENCES trade (trade_id),      -- out of what that sale brought; NULL:
                                                             -- paid by the debtor
    login      TEXT    NOT NULL REFERENCES user_account (login),
    seq        INTEGER NOT NULL,
    CHECK (kind <> 'payout' OR enforcement_id IS NULL)
) STRICT;
CREATE INDEX loan_payment_trade ON loan_payment (trade_id);
CREATE INDEX loan_payment_enforcement ON loan_payment (enforcement_id)
    WHERE enforcement_id IS NOT NULL;

-- A payment that was recorded wrongly is taken back by another person, and counts no more. What a
-- sale of pledged units paid stands with that sale.
CREATE TABLE loan_withdrawal (
    payment_id INTEGER PRIMARY KEY REFERENCES loan_payment (payment_id),
    on_date    TEXT    NOT NULL,                             -- of its legs that move the money back
    reason     TEXT    NOT NULL,
    login      TEXT    NOT NULL REFERENCES user_account (login),
    seq        INTEGER NOT NULL
) STRICT;
-- Payments that count.
CREATE VIEW loan_standing AS
SELECT * FROM loan_payment WHERE payment_id NOT IN (SELECT payment_id FROM loan_withdrawal);

-- What a listing says beside its trade.
CREATE TABLE listing (
    trade_id INTEGER PRIMARY KEY REFERENCES trade (trade_id),
    min_t    INTEGER NOT NULL CHECK (min_t > 0),             -- the least that one acceptance takes
    until_on TEXT                                            -- last day; NULL: until it is withdrawn
) STRICT;

CREATE TRIGGER pledge_no_update BEFORE UPDATE ON pledge
BEGIN
    SELECT raise(ABORT, 'pledge: insert only');
END;
CREATE TRIGGER pledge_no_delete BEFORE DELETE ON pledge
BEGIN
    SELECT raise(ABORT, 'pledge: insert only');
END;
CREATE TRIGGER pledge_release_no_update BEFORE UPDATE ON pledge_release
BEGIN
    SELECT raise(ABORT, 'pledge_release: insert only');
END;
CREATE TRIGGER pledge_release_no_delete BEFORE DELETE ON pledge_release
BEGIN
    SELECT raise(ABORT, 'pledge_release: insert only');
END;
CREATE TRIGGER enforcement_debt_no_update BEFORE UPDATE ON enforcement_debt
BEGIN
    SELECT raise(ABORT, 'enforcement_debt: insert only');
END;
CREATE TRIGGER enforcement_debt_no_delete BEFORE DELETE ON enforcement_debt
BEGIN
    SELECT raise(ABORT, 'enforcement_debt: insert only');
END;
CREATE TRIGGER loan_payment_no_update BEFORE UPDATE ON loan_payment
BEGIN
    SELECT raise(ABORT, 'loan_payment: insert only');
END;
CREATE TRIGGER loan_payment_no_delete BEFORE DELETE ON loan_payment
BEGIN
    SELECT raise(ABORT, 'loan_payment: insert only');
END;
CREATE TRIGGER loan_withdrawal_no_update BEFORE UPDATE ON loan_withdrawal
BEGIN
    SELECT raise(ABORT, 'loan_withdrawal: insert only');
END;
CREATE TRIGGER loan_withdrawal_no_delete BEFORE DELETE ON loan_withdrawal
BEGIN
    SELECT raise(ABORT, 'loan_withdrawal: insert only');
END;
CREATE TRIGGER listing_no_update BEFORE UPDATE ON listing
BEGIN
    SELECT raise(ABORT, 'listing: insert only');
END;
CREATE TRIGGER listing_no_delete BEFORE DELETE ON listing
BEGIN
    SELECT raise(ABORT, 'listing: insert only');
END;
