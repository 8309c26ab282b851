-- Days on which a deal is paid, as agreed; the parts sum to its amount. A deal without is paid as the
-- parties agree elsewhere.
CREATE TABLE trade_schedule (
    trade_id   INTEGER NOT NULL REFERENCES trade (trade_id),
    ordinal    INTEGER NOT NULL,                          -- from 1 on, by day
    on_date    TEXT    NOT NULL,
    amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),   -- tax-inclusive
    PRIMARY KEY (trade_id, ordinal)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER trade_schedule_no_update BEFORE UPDATE ON trade_schedule
BEGIN
    SELECT raise(ABORT, 'trade_schedule: insert only');
END;
CREATE TRIGGER trade_schedule_no_delete BEFORE DELETE ON trade_schedule
BEGIN
    SELECT raise(ABORT, 'trade_schedule: insert only');
END;
