-- Estimated tonnes of a package that is not issued yet. They can be promised, never retired: no unit
-- stands behind them. Made by posts of the journal, like all tables of this part.
CREATE TABLE forecast (
    forecast_id  INTEGER PRIMARY KEY,
    package_id   INTEGER NOT NULL REFERENCES package (package_id),
    owner_id     INTEGER NOT NULL REFERENCES party (party_id), -- who may promise them
    of_trade_id  INTEGER REFERENCES trade (trade_id),        -- by which they were bought ahead
    run_id       INTEGER REFERENCES estimate_run (run_id),   -- which estimated them
    document_id  INTEGER REFERENCES document (document_id),  -- which states them
    registered_t INTEGER NOT NULL CHECK (registered_t > 0),
    arrived_t    INTEGER NOT NULL DEFAULT 0 CHECK (arrived_t >= 0), -- became units
    lost_t       INTEGER NOT NULL DEFAULT 0 CHECK (lost_t >= 0),    -- never will
    on_date      TEXT    NOT NULL,
    seq          INTEGER NOT NULL,
    CHECK (arrived_t + lost_t <= registered_t),
    CHECK ((of_trade_id IS NOT NULL) + (run_id IS NOT NULL) + (document_id IS NOT NULL) = 1)
) STRICT;
CREATE INDEX forecast_package ON forecast (package_id);
CREATE UNIQUE INDEX forecast_trade ON forecast (of_trade_id) WHERE of_trade_id IS NOT NULL;
CREATE INDEX unit_lock_forecast ON unit_lock (forecast_id) WHERE forecast_id IS NOT NULL;

-- Tonnes that were registered wrongly are put right by another officer while nothing is issued; the
-- last correction counts. forecast.registered_t moves with it.
CREATE TABLE forecast_correction (
    correction_id INTEGER PRIMARY KEY,
    forecast_id   INTEGER NOT NULL REFERENCES forecast (forecast_id),
    was_t         INTEGER NOT NULL CHECK (was_t > 0),
    registered_t  INTEGER NOT NULL CHECK (registered_t > 0),
    run_id        INTEGER REFERENCES estimate_run (run_id),  -- which estimated them
    document_id   INTEGER REFERENCES document (document_id), -- which states them
    reason        TEXT    NOT NULL,
    login         TEXT    NOT NULL REFERENCES user_account (login),
    seq           INTEGER NOT NULL,
    CHECK ((run_id IS NOT NULL) + (document_id IS NOT NULL) = 1)
) STRICT;
CREATE INDEX forecast_correction_forecast ON forecast_correction (forecast_id);

-- The tonnes of a forecast by year of the monitoring period; what was bought ahead has none. Those
-- of the last correction count.
CREATE TABLE forecast_vintage (
    forecast_id   INTEGER NOT NULL REFERENCES forecast (forecast_id),
    correction_id INTEGER NOT NULL,                          -- 0: as they were registered
    vintage       INTEGER NOT NULL,
    tonnes        INTEGER NOT NULL CHECK (tonnes > 0),
    PRIMARY KEY (forecast_id, correction_id, vintage)
) STRICT, WITHOUT ROWID;

-- What a subscription, a forward or an option says beside its trade.
CREATE TABLE promise (
    trade_id    INTEGER PRIMARY KEY REFERENCES trade (trade_id),
    deliver_by  TEXT,                                        -- NULL: an option
    if_short    TEXT    CHECK (if_short IN ('refund', 'replace')), -- NULL: an option
    strike_fen  INTEGER CHECK (strike_fen >= 0),             -- per tonne; NULL: no option
    window_from TEXT,                                        -- days of exercise, both included
    window_to   TEXT CHECK (window_to >= window_from),
    forecast_id INTEGER REFERENCES forecast (forecast_id),   -- NULL: covered by units alone
    forecast_t  INTEGER NOT NULL CHECK (forecast_t >= 0),    -- so many at the beginning
    CHECK ((forecast_id IS NULL) = (forecast_t = 0)),
    CHECK ((deliver_by IS NULL) = (if_short IS NULL)),
    CHECK ((deliver_by IS NULL) = (strike_fen IS NOT NULL)),
    CHECK ((strike_fen IS NULL) = (window_from IS NULL) AND (strike_fen IS NULL) = (window_to IS NULL))
) STRICT;

-- What a delivery says beside its trade.
CREATE TABLE delivery (
    trade_id INTEGER PRIMARY KEY REFERENCES trade (trade_id),
    refund_t INTEGER CHECK (refund_t > 0)                    -- given up for money; NULL: units come
) STRICT;

CREATE TRIGGER forecast_keep BEFORE UPDATE ON forecast
WHEN NEW.forecast_id <> OLD.forecast_id OR NEW.package_id <> OLD.package_id
  OR NEW.owner_id <> OLD.owner_id OR NEW.of_trade_id IS NOT OLD.of_trade_id
  OR NEW.run_id IS NOT OLD.run_id OR NEW.document_id IS NOT OLD.document_id
  OR NEW.on_date <> OLD.on_date
  OR NEW.arrived_t < OLD.arrived_t OR NEW.lost_t < OLD.lost_t
BEGIN
    SELECT raise(ABORT, 'forecast: only arrivals and losses are added');
END;
CREATE TRIGGER forecast_keep_registered BEFORE UPDATE ON forecast
WHEN NEW.registered_t <> OLD.registered_t AND NOT EXISTS (
    SELECT 1 FROM forecast_correction c WHERE c.correction_id = (SELECT max(o.correction_id)
    FROM forecast_correction o WHERE o.forecast_id = OLD.forecast_id)
    AND c.was_t = OLD.registered_t AND c.registered_t = NEW.registered_t)
BEGIN
    SELECT raise(ABORT, 'forecast: its tonnes change by a correction alone');
END;
CREATE TRIGGER forecast_correction_no_update BEFORE UPDATE ON forecast_correction
BEGIN
    SELECT raise(ABORT, 'forecast_correction: insert only');
END;
CREATE TRIGGER forecast_correction_no_delete BEFORE DELETE ON forecast_correction
BEGIN
    SELECT raise(ABORT, 'forecast_correction: insert only');
END;
CREATE TRIGGER forecast_no_delete BEFORE DELETE ON forecast
BEGIN
    SELECT raise(ABORT, 'forecast: never deleted');
END;
CREATE TRIGGER forecast_vintage_no_update BEFORE UPDATE ON forecast_vintage
BEGIN
    SELECT raise(ABORT, 'forecast_vintage: insert only');
END;
CREATE TRIGGER forecast_vintage_no_delete BEFORE DELETE ON forecast_vintage
BEGIN
    SELECT raise(ABORT, 'forecast_vintage: insert only');
END;
CREATE TRIGGER promise_no_update BEFORE UPDATE ON promise
BEGIN
    SELECT raise(ABORT, 'promise: insert only');
END;
CREATE TRIGGER promise_no_delete BEFORE DELETE ON promise
BEGIN
    SELECT raise(ABORT, 'promise: insert only');
END;
CREATE TRIGGER delivery_no_update BEFORE UPDATE ON delivery
BEGIN
    SELECT raise(ABORT, 'delivery: insert only');
END;
CREATE TRIGGER delivery_no_delete BEFORE DELETE ON delivery
BEGIN
    SELECT raise(ABORT, 'delivery: insert only');
END;
