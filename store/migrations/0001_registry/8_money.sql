-- Money to villages: who decided about a run, reserves trued up, members' shares, and what the bank
-- paid out. All of it is made by posts of the journal, and can be made again from it.

-- The second person's word about a run; without one the run is proposed.
CREATE TABLE distribution_decision (
    distribution_id INTEGER PRIMARY KEY REFERENCES distribution (distribution_id),
    state           TEXT    NOT NULL CHECK (state IN ('approved', 'rejected')),
    login           TEXT    NOT NULL REFERENCES user_account (login),
    on_date         TEXT    NOT NULL,                     -- of its legs
    reason          TEXT,                                 -- of a rejection
    alone_rule_id   INTEGER REFERENCES county_rule (rule_id), -- by which one person sufficed
    seq             INTEGER NOT NULL
) STRICT;

CREATE INDEX distribution_alone ON distribution_decision (login, seq)
    WHERE alone_rule_id IS NOT NULL;

-- What the reserves of a sale were for came to this; the rest goes by the term of the sale.
CREATE TABLE reserve_settlement (
    settlement_id INTEGER PRIMARY KEY,
    trade_id    INTEGER NOT NULL REFERENCES trade (trade_id),
    actual_fen  INTEGER NOT NULL CHECK (actual_fen >= 0),
    document_id INTEGER NOT NULL REFERENCES document (document_id),
    login       TEXT    NOT NULL REFERENCES user_account (login),
    seq         INTEGER NOT NULL
) STRICT;
CREATE INDEX reserve_settlement_trade ON reserve_settlement (trade_id);

-- A wrong figure is taken back by another person: the reserve is open again.
CREATE TABLE settlement_withdrawal (
    settlement_id INTEGER PRIMARY KEY REFERENCES reserve_settlement (settlement_id),
    reason        TEXT    NOT NULL,
    login         TEXT    NOT NULL REFERENCES user_account (login),
    seq           INTEGER NOT NULL
) STRICT;

-- The settlements that count, one of a sale.
CREATE VIEW settlement_standing AS
    SELECT * FROM reserve_settlement
    WHERE settlement_id NOT IN (SELECT settlement_id FROM settlement_withdrawal);

-- A cost that was listed wrongly is taken back by another person, and counts no more.
CREATE TABLE deduction_withdrawal (
    deduction_id INTEGER PRIMARY KEY REFERENCES revenue_deduction (deduction_id),
    reason       TEXT    NOT NULL,
    login        TEXT    NOT NULL REFERENCES user_account (login),
    seq          INTEGER NOT NULL
) STRICT;

-- A term ends before its time: it holds for no sale of this day or a later one.
CREATE TABLE revenue_term_end (
    term_id     INTEGER PRIMARY KEY REFERENCES revenue_term (term_id),
    ends_on     TEXT    NOT NULL,
    document_id INTEGER NOT NULL REFERENCES document (document_id),
    seq         INTEGER NOT NULL
) STRICT;

-- A member's share in a village collective or cooperative, as a fraction of the whole. An open row
-- holds until a later one of the same member begins; a share of 0 ends it.
CREATE TABLE member_share (
    share_id     INTEGER PRIMARY KEY,
    group_id     INTEGER NOT NULL REFERENCES party (party_id),
    member_id    INTEGER NOT NULL REFERENCES party (party_id),
    share        TEXT    NOT NULL,                        -- '4/429'
    from_on      TEXT    NOT NULL,
    to_on        TEXT,                                    -- NULL: open
    expected_fen INTEGER CHECK (expected_fen >= 0),       -- a year, as promised; NULL: nothing was
    document_id  INTEGER NOT NULL REFERENCES document (document_id),
    seq          INTEGER NOT NULL,
    CHECK (to_on IS NULL OR to_on >= from_on),
    CHECK (group_id <> member_id)
) STRICT;
CREATE INDEX member_share_group ON member_share (group_id, member_id, from_on);
CREATE INDEX member_share_member ON member_share (member_id);

-- Where a party is to be paid, as one person says; nothing is paid there before another confirmed it.
CREATE TABLE party_account (
    account_id INTEGER PRIMARY KEY,
    party_id   INTEGER NOT NULL REFERENCES party (party_id),
    bank       TEXT    NOT NULL,
    number     TEXT    NOT NULL,
    holder     TEXT    NOT NULL,                          -- name of the account
    login      TEXT    NOT NULL REFERENCES user_account (login),
    seq        INTEGER NOT NULL
) STRICT;
CREATE INDEX party_account_party ON party_account (party_id, account_id);

-- The second person's word about an account. The one that was confirmed last counts, from that
-- entry of the journal on.
CREATE TABLE party_account_decision (
    account_id INTEGER PRIMARY KEY REFERENCES party_account (account_id),
    state      TEXT    NOT NULL CHECK (state IN ('confirmed', 'refused')),
    login      TEXT    NOT NULL REFERENCES user_account (login),
    reason     TEXT,                                      -- of a refusal
    seq        INTEGER NOT NULL
) STRICT;

-- What became of a payment of an approved run: paid, returned (before or after it was booked as
-- paid), or ordered again. The newest row of a run and party counts; without one it is owed.
CREATE TABLE payout_event (
    payout_event_id INTEGER PRIMARY KEY,
    distribution_id INTEGER NOT NULL REFERENCES distribution (distribution_id),
    party_id        INTEGER NOT NULL REFERENCES party (party_id),
    attempt         INTEGER NOT NULL CHECK (attempt >= 1),
    kind            TEXT    NOT NULL CHECK (kind IN ('paid', 'returned', 'resent')),
    amount_fen      INTEGER NOT NULL CHECK (amount_fen > 0),
    on_date         TEXT    NOT NULL,
    reference       TEXT,                                 -- the bank's
    note            TEXT,                                 -- why it came back
    login           TEXT    NOT NULL REFERENCES user_account (login),
    seq             INTEGER NOT NULL
) STRICT;
CREATE INDEX payout_event_payment ON payout_event (distribution_id, party_id, payout_event_id);

CREATE TRIGGER distribution_decision_other BEFORE INSERT ON distribution_decision
WHEN NEW.state = 'approved' AND NEW.alone_rule_id IS NULL
    AND NEW.login = (SELECT login FROM distribution WHERE distribution_id = NEW.distribution_id)
BEGIN
    SELECT raise(ABORT, 'distribution_decision: the proposer cannot approve');
END;
CREATE TRIGGER distribution_decision_no_update BEFORE UPDATE ON distribution_decision
BEGIN
    SELECT raise(ABORT, 'distribution_decision: insert only');
END;
CREATE TRIGGER distribution_decision_no_delete BEFORE DELETE ON distribution_decision
BEGIN
    SELECT raise(ABORT, 'distribution_decision: insert only');
END;
CREATE TRIGGER reserve_settlement_no_update BEFORE UPDATE ON reserve_settlement
BEGIN
    SELECT raise(ABORT, 'reserve_settlement: insert only');
END;
CREATE TRIGGER reserve_settlement_no_delete BEFORE DELETE ON reserve_settlement
BEGIN
    SELECT raise(ABORT, 'reserve_settlement: insert only');
END;
CREATE TRIGGER reserve_settlement_once BEFORE INSERT ON reserve_settlement
WHEN EXISTS (SELECT 1 FROM settlement_standing WHERE trade_id = NEW.trade_id)
BEGIN
    SELECT raise(ABORT, 'reserve_settlement: one counts at a time');
END;
CREATE TRIGGER settlement_withdrawal_no_update BEFORE UPDATE ON settlement_withdrawal
BEGIN
    SELECT raise(ABORT, 'settlement_withdrawal: insert only');
END;
CREATE TRIGGER settlement_withdrawal_no_delete BEFORE DELETE ON settlement_withdrawal
BEGIN
    SELECT raise(ABORT, 'settlement_withdrawal: insert only');
END;
CREATE TRIGGER deduction_withdrawal_no_update BEFORE UPDATE ON deduction_withdrawal
BEGIN
    SELECT raise(ABORT, 'deduction_withdrawal: insert only');
END;
CREATE TRIGGER deduction_withdrawal_no_delete BEFORE DELETE ON deduction_withdrawal
BEGIN
    SELECT raise(ABORT, 'deduction_withdrawal: insert only');
END;
CREATE TRIGGER revenue_term_end_no_update BEFORE UPDATE ON revenue_term_end
BEGIN
    SELECT raise(ABORT, 'revenue_term_end: insert only');
END;
CREATE TRIGGER revenue_term_end_no_delete BEFORE DELETE ON revenue_term_end
BEGIN
    SELECT raise(ABORT, 'revenue_term_end: insert only');
END;
CREATE TRIGGER member_share_no_update BEFORE UPDATE ON member_share
BEGIN
    SELECT raise(ABORT, 'member_share: insert only');
END;
CREATE TRIGGER member_share_no_delete BEFORE DELETE ON member_share
BEGIN
    SELECT raise(ABORT, 'member_share: insert only');
END;
CREATE TRIGGER party_account_no_update BEFORE UPDATE ON party_account
BEGIN
    SELECT raise(ABORT, 'party_account: insert only');
END;
CREATE TRIGGER party_account_no_delete BEFORE DELETE ON party_account
BEGIN
    SELECT raise(ABORT, 'party_account: insert only');
END;
CREATE TRIGGER party_account_decision_other BEFORE INSERT ON party_account_decision
WHEN NEW.state = 'confirmed'
    AND NEW.login = (SELECT login FROM party_account WHERE account_id = NEW.account_id)
BEGIN
    SELECT raise(ABORT, 'party_account_decision: the proposer cannot confirm');
END;
CREATE TRIGGER party_account_decision_no_update BEFORE UPDATE ON party_account_decision
BEGIN
    SELECT raise(ABORT, 'party_account_decision: insert only');
END;
CREATE TRIGGER party_account_decision_no_delete BEFORE DELETE ON party_account_decision
BEGIN
    SELECT raise(ABORT, 'party_account_decision: insert only');
END;
CREATE TRIGGER payout_event_no_update BEFORE UPDATE ON payout_event
BEGIN
    SELECT raise(ABORT, 'payout_event: insert only');
END;
CREATE TRIGGER payout_event_no_delete BEFORE DELETE ON payout_event
BEGIN
    SELECT raise(ABORT, 'payout_event: insert only');
END;
