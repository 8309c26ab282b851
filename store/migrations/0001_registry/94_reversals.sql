-- Carbon that was issued and is lost again. All tables but reversal_ground are made by posts of the
-- journal, like trades. trade.on_date of a reversal is the day of the event, trade.tonnes what must
-- be made good, its lines are that by package.
CREATE TABLE reversal (
    trade_id   INTEGER PRIMARY KEY REFERENCES trade (trade_id),
    cause      TEXT    NOT NULL CHECK (cause IN ('fire', 'felling', 'pest', 'storm', 'conversion',
                   'other')),
    loss_cent  INTEGER NOT NULL CHECK (loss_cent BETWEEN 1 AND 10000), -- of the carbon inside the
                                                          -- drawing, in 0.01 per cent
    drawing_sha256 TEXT NOT NULL CHECK (length(drawing_sha256) = 64), -- of the file that was read
    document_id INTEGER REFERENCES document (document_id) -- NULL: none
) STRICT;

-- A parcel of an issued package that the event touched, in the version that was packaged.
CREATE TABLE reversal_parcel (
    trade_id    INTEGER NOT NULL REFERENCES reversal (trade_id),
    ordinal     INTEGER NOT NULL CHECK (ordinal > 0),
    package_id  INTEGER NOT NULL REFERENCES package (package_id),
    parcel_id   INTEGER NOT NULL,
    version     INTEGER NOT NULL,
    whole_m2_300 INTEGER NOT NULL CHECK (whole_m2_300 > 0), -- of the version
    area_m2_300 INTEGER NOT NULL CHECK (area_m2_300 BETWEEN 0 AND whole_m2_300), -- of the event's
                                                          -- ground on it
    ground      TEXT    NOT NULL CHECK (length(ground) = 64), -- BLAKE2b of the WKB in
                                                          -- reversal_ground
    PRIMARY KEY (trade_id, ordinal),
    UNIQUE (trade_id, package_id, parcel_id),
    FOREIGN KEY (parcel_id, version) REFERENCES parcel_version (parcel_id, version)
) STRICT, WITHOUT ROWID;
-- Earlier reversals of a parcel.
CREATE INDEX reversal_parcel_parcel ON reversal_parcel (parcel_id);

-- What that parcel lost of one vintage.
CREATE TABLE reversal_loss (
    trade_id    INTEGER NOT NULL,
    ordinal     INTEGER NOT NULL,                         -- of the parcel
    issuance_id INTEGER NOT NULL REFERENCES issuance (issuance_id),
    mass_kg     INTEGER NOT NULL CHECK (mass_kg > 0),     -- the parcel's, behind issued serials
    before_kg   INTEGER NOT NULL CHECK (before_kg >= 0),  -- of them lost by earlier reversals
    lost_m2_300 INTEGER NOT NULL CHECK (lost_m2_300 >= 0), -- ground whose carbon counts as lost now
    lost_kg     INTEGER NOT NULL CHECK (lost_kg >= 0 AND before_kg + lost_kg <= mass_kg),
    PRIMARY KEY (trade_id, ordinal, issuance_id),
    FOREIGN KEY (trade_id, ordinal) REFERENCES reversal_parcel (trade_id, ordinal)
) STRICT, WITHOUT ROWID;
CREATE INDEX reversal_loss_issuance ON reversal_loss (issuance_id, trade_id);

-- Tonnes that no buffer covered when the reversal was approved: the holder owes them.
CREATE TABLE reversal_debt (
    trade_id INTEGER NOT NULL REFERENCES reversal (trade_id),
    party_id INTEGER NOT NULL REFERENCES party (party_id),
    owed_t   INTEGER NOT NULL CHECK (owed_t > 0),
    PRIMARY KEY (trade_id, party_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX reversal_debt_party ON reversal_debt (party_id);

-- A cancellation that makes good what somebody owes for a reversal.
CREATE TABLE reversal_fill (
    trade_id    INTEGER PRIMARY KEY REFERENCES trade (trade_id),
    reversal_id INTEGER NOT NULL,
    party_id    INTEGER NOT NULL,                         -- who owes it
    FOREIGN KEY (reversal_id, party_id) REFERENCES reversal_debt (trade_id, party_id)
) STRICT;
CREATE INDEX reversal_fill_debt ON reversal_fill (reversal_id, party_id);

-- The event's ground on each parcel, for maps. No post carries it; reversal_parcel has its digest.
CREATE TABLE reversal_ground (
    piece_id INTEGER PRIMARY KEY,
    trade_id INTEGER NOT NULL,
    ordinal  INTEGER NOT NULL,
    geom     BLOB    NOT NULL,
    UNIQUE (trade_id, ordinal)
) STRICT;
SELECT RecoverGeometryColumn('reversal_ground', 'geom', 4490, 'MULTIPOLYGON', 'XY') AS must_be_1;
SELECT CreateSpatialIndex('reversal_ground', 'geom') AS must_be_1;
CREATE TRIGGER reversal_no_update BEFORE UPDATE ON reversal
BEGIN
    SELECT raise(ABORT, 'reversal: insert only');
END;
CREATE TRIGGER reversal_no_delete BEFORE DELETE ON reversal
BEGIN
    SELECT raise(ABORT, 'reversal: insert only');
END;
CREATE TRIGGER reversal_parcel_no_update BEFORE UPDATE ON reversal_parcel
BEGIN
    SELECT raise(ABORT, 'reversal_parcel: insert only');
END;
CREATE TRIGGER reversal_parcel_no_delete BEFORE DELETE ON reversal_parcel
BEGIN
    SELECT raise(ABORT, 'reversal_parcel: insert only');
END;
CREATE TRIGGER reversal_loss_no_update BEFORE UPDATE ON reversal_loss
BEGIN
    SELECT raise(ABORT, 'reversal_loss: insert only');
END;
CREATE TRIGGER reversal_loss_no_delete BEFORE DELETE ON reversal_loss
BEGIN
    SELECT raise(ABORT, 'reversal_loss: insert only');
END;
CREATE TRIGGER reversal_debt_no_update BEFORE UPDATE ON reversal_debt
BEGIN
    SELECT raise(ABORT, 'reversal_debt: insert only');
END;
CREATE TRIGGER reversal_debt_no_delete BEFORE DELETE ON reversal_debt
BEGIN
    SELECT raise(ABORT, 'reversal_debt: insert only');
END;
CREATE TRIGGER reversal_fill_no_update BEFORE UPDATE ON reversal_fill
BEGIN
    SELECT raise(ABORT, 'reversal_fill: insert only');
END;
CREATE TRIGGER reversal_fill_no_delete BEFORE DELETE ON reversal_fill
BEGIN
    SELECT raise(ABORT, 'reversal_fill: insert only');
END;
CREATE TRIGGER reversal_ground_no_update BEFORE UPDATE ON reversal_ground
BEGIN
    SELECT raise(ABORT, 'reversal_ground: insert only');
END;
CREATE TRIGGER reversal_ground_no_delete BEFORE DELETE ON reversal_ground
BEGIN
    SELECT raise(ABORT, 'reversal_ground: insert only');
END;
