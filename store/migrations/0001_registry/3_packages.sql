-- One stored estimate; its sheet can be written again byte for byte from its lines.
CREATE TABLE estimate_run (
    run_id       INTEGER PRIMARY KEY,
    methodology  TEXT    NOT NULL,
    version      TEXT    NOT NULL,
    from_year    INTEGER NOT NULL,
    to_year      INTEGER NOT NULL CHECK (to_year >= from_year),
    scope        TEXT    NOT NULL CHECK (json_valid(scope)),
    inputs       TEXT    NOT NULL CHECK (json_valid(inputs)),   -- values put in place of parameters
    area_rule    TEXT    NOT NULL,
    n_parcels    INTEGER NOT NULL,
    gross_kg     INTEGER NOT NULL,
    baseline_kg  INTEGER NOT NULL,
    co2_kg       INTEGER NOT NULL,                        -- emissions of the project, kg CO2e by gas
    ch4_kg       INTEGER NOT NULL,
    n2o_kg       INTEGER NOT NULL,
    leakage_kg   INTEGER NOT NULL,
    deduction_kg INTEGER NOT NULL,
    net_kg       INTEGER NOT NULL
        CHECK (net_kg = gross_kg - baseline_kg - co2_kg - ch4_kg - n2o_kg - leakage_kg - deduction_kg),
    halfwidth_kg INTEGER,                                 -- NULL: the sources state no interval
    propagated_kg INTEGER,                                -- half-width by propagation of errors
    gross_halfwidth_kg INTEGER,                           -- NULL: the rule looked at the net
    baseline_halfwidth_kg INTEGER CHECK ((baseline_halfwidth_kg IS NULL) = (gross_halfwidth_kg IS NULL)),
    confidence   TEXT,                                    -- '0.95'
    gross_share  TEXT    NOT NULL,                        -- deducted for uncertainty, '0.063759'
    baseline_share TEXT  NOT NULL,
    net_share    TEXT    NOT NULL,                        -- of the net before deduction
    sheet_sha256 BLOB    NOT NULL CHECK (length(sheet_sha256) = 32),
    warnings     TEXT    NOT NULL CHECK (json_valid(warnings)),
    seq          INTEGER NOT NULL,
    FOREIGN KEY (methodology, version) REFERENCES methodology (id, version)
) STRICT;

CREATE TABLE estimate_line (
    run_id       INTEGER NOT NULL REFERENCES estimate_run (run_id),
    parcel_id    INTEGER NOT NULL,
    year         INTEGER NOT NULL,
    version      INTEGER NOT NULL,                        -- of the parcel
    area_m2_300  INTEGER NOT NULL,                        -- area used
    used         TEXT    NOT NULL CHECK (json_valid(used)), -- what it was computed from beside the area
    gross_kg     INTEGER NOT NULL,
    baseline_kg  INTEGER NOT NULL,
    co2_kg       INTEGER NOT NULL,                        -- emissions of the project, kg CO2e by gas
    ch4_kg       INTEGER NOT NULL,
    n2o_kg       INTEGER NOT NULL,
    leakage_kg   INTEGER NOT NULL,
    deduction_kg INTEGER NOT NULL,
    net_kg       INTEGER NOT NULL
        CHECK (net_kg = gross_kg - baseline_kg - co2_kg - ch4_kg - n2o_kg - leakage_kg - deduction_kg),
    PRIMARY KEY (run_id, parcel_id, year),
    FOREIGN KEY (parcel_id, version) REFERENCES parcel_version (parcel_id, version)
) STRICT, WITHOUT ROWID;

-- Sums and uncertainty of a run by village (code of 12 digits) and county (6 digits).
CREATE TABLE estimate_group (
    run_id       INTEGER NOT NULL REFERENCES estimate_run (run_id),
    code         TEXT    NOT NULL CHECK (code <> ''),
    n_parcels    INTEGER NOT NULL CHECK (n_parcels > 0),
    gross_kg     INTEGER NOT NULL,
    deduction_kg INTEGER NOT NULL,
    net_kg       INTEGER NOT NULL,
    halfwidth_kg INTEGER,                                 -- of the net before deduction; NULL: the
                                                          -- sources state no interval
    PRIMARY KEY (run_id, code)
) STRICT, WITHOUT ROWID;

-- The surveys of plots that the lines of a run were computed from, as the sheet has them: a later
-- version of a plot changes nothing of the run.
CREATE TABLE estimate_survey (
    run_id INTEGER NOT NULL REFERENCES estimate_run (run_id),
    digest TEXT    NOT NULL CHECK (length(digest) = 16),  -- by which lines name it in `used`
    body   TEXT    NOT NULL CHECK (json_valid(body)),     -- canonical: plots with their versions,
                                                          -- digests and stocks, mean, error
    PRIMARY KEY (run_id, digest)
) STRICT, WITHOUT ROWID;

-- Parcels of one holder, one methodology version and one monitoring period on their way to units.
CREATE TABLE package (
    package_id   INTEGER PRIMARY KEY,
    name         TEXT    NOT NULL,
    holder_id    INTEGER NOT NULL REFERENCES party (party_id),
    methodology  TEXT    NOT NULL,
    version      TEXT    NOT NULL,
    inputs       TEXT    NOT NULL CHECK (json_valid(inputs)),
    from_on      TEXT    NOT NULL,
    to_on        TEXT    NOT NULL CHECK (to_on > from_on),
    state        TEXT    NOT NULL CHECK (state IN ('draft', 'submitted', 'verified', 'returned', 'issued',
                     'withdrawn')),
    run_id       INTEGER REFERENCES estimate_run (run_id), -- NULL: tonnes come by statement
    created_by   TEXT    NOT NULL REFERENCES user_account (login),
    submitted_by TEXT    REFERENCES user_account (login),
    verified_by  TEXT    REFERENCES user_account (login),
    issued_by    TEXT    REFERENCES user_account (login),
    verified_t   INTEGER CHECK (verified_t > 0),          -- stated or limited by the verifier
    statement_id INTEGER REFERENCES document (document_id),
    stated_by    INTEGER REFERENCES party (party_id),     -- who states the tonnes
    seq          INTEGER NOT NULL,
    FOREIGN KEY (methodology, version) REFERENCES methodology (id, version)
) STRICT;

CREATE TABLE package_parcel (
    package_id INTEGER NOT NULL REFERENCES package (package_id),
    parcel_id  INTEGER NOT NULL,
    version    INTEGER NOT NULL,
    PRIMARY KEY (package_id, parcel_id),
    FOREIGN KEY (parcel_id, version) REFERENCES parcel_version (parcel_id, version)
) STRICT, WITHOUT ROWID;
CREATE INDEX package_parcel_parcel ON package_parcel (parcel_id);

-- What a package starts from, by parcel whose ground has issued years before; made anew whenever the
-- package is submitted. opening_kg = max(0, debt_kg - gap_kg) comes off before anything is issued.
CREATE TABLE package_opening (
    package_id INTEGER NOT NULL REFERENCES package (package_id),
    parcel_id  INTEGER NOT NULL REFERENCES parcel (parcel_id),
    last_year  INTEGER NOT NULL,                          -- of the issued ones
    debt_kg    INTEGER NOT NULL CHECK (debt_kg >= 0),     -- owed since then, of package_debt
    gap_kg     INTEGER,                                   -- net of the years between; NULL: none
    run_id     INTEGER REFERENCES estimate_run (run_id),  -- that estimated them
    opening_kg INTEGER NOT NULL CHECK (opening_kg = max(0, debt_kg - coalesce(gap_kg, 0))),
    PRIMARY KEY (package_id, parcel_id),
    CHECK ((gap_kg IS NULL) = (run_id IS NULL))
) STRICT, WITHOUT ROWID;

-- What is owed when a package is issued: the next package of the parcel's ground pays it first.
CREATE TABLE package_debt (
    package_id INTEGER NOT NULL REFERENCES package (package_id),
    parcel_id  INTEGER NOT NULL REFERENCES parcel (parcel_id),
    debt_kg    INTEGER NOT NULL CHECK (debt_kg > 0),
    PRIMARY KEY (package_id, parcel_id)
) STRICT, WITHOUT ROWID;

-- An officer accepts a warning, with reason and document.
CREATE TABLE waiver (
    waiver_id   INTEGER PRIMARY KEY,
    package_id  INTEGER NOT NULL REFERENCES package (package_id),
    rule        TEXT    NOT NULL,
    reason      TEXT    NOT NULL,
    document_id INTEGER NOT NULL REFERENCES document (document_id),
    login       TEXT    NOT NULL REFERENCES user_account (login),
    seq         INTEGER NOT NULL
) STRICT;

-- Units of one package and vintage: serials 1 … issued_t behind the prefix.
CREATE TABLE issuance (
    issuance_id    INTEGER PRIMARY KEY,
    package_id     INTEGER NOT NULL REFERENCES package (package_id),
    vintage        INTEGER NOT NULL,
    prefix         TEXT    NOT NULL UNIQUE,               -- 'CN-330523-BAM-2021-000007'
    net_kg         INTEGER NOT NULL,
    carried_in_kg  INTEGER NOT NULL,
    carried_out_kg INTEGER NOT NULL,
    issued_t       INTEGER NOT NULL CHECK (issued_t >= 0),
    buffer_t       INTEGER NOT NULL CHECK (buffer_t BETWEEN 0 AND issued_t),
    statement_based INTEGER NOT NULL CHECK (statement_based IN (0, 1)),
    seq            INTEGER NOT NULL,
    UNIQUE (package_id, vintage),
    CHECK (carried_in_kg + net_kg = issued_t * 1000 + carried_out_kg)
) STRICT;

-- The line of kilograms of an issuance: serial n stands for [(n-1)*1000, n*1000).
CREATE TABLE issuance_segment (
    issuance_id INTEGER NOT NULL REFERENCES issuance (issuance_id),
    first_kg    INTEGER NOT NULL CHECK (first_kg >= 0),
    mass_kg     INTEGER NOT NULL CHECK (mass_kg > 0),
    parcel_id   INTEGER NOT NULL REFERENCES parcel (parcel_id),
    year        INTEGER NOT NULL,                         -- in which the kilograms were estimated
    PRIMARY KEY (issuance_id, first_kg)
) STRICT, WITHOUT ROWID;
CREATE INDEX issuance_segment_parcel ON issuance_segment (parcel_id);

-- Ranges of serials. A split never edits a range: the parent becomes 'split' and has two children. Words
-- that many rows have are checked with OR: for a list of more than two SQLite builds a table at every
-- row.
CREATE TABLE unit_block (
    block_id    INTEGER PRIMARY KEY,
    issuance_id INTEGER NOT NULL REFERENCES issuance (issuance_id),
    first       INTEGER NOT NULL CHECK (first > 0),
    last        INTEGER NOT NULL CHECK (last >= first),   -- inclusive
    parent_id   INTEGER,                                  -- the block that it was cut from
    state       TEXT    NOT NULL CHECK (state = 'held' OR state = 'locked' OR state = 'buffer' OR
                 state = 'retired' OR state = 'cancelled' OR state = 'split'),
    owner_id    INTEGER NOT NULL REFERENCES party (party_id) DEFERRABLE INITIALLY DEFERRED,
    pool_id     INTEGER REFERENCES trade (trade_id) DEFERRABLE INITIALLY DEFERRED, -- bought under
    lock_id     INTEGER REFERENCES unit_lock (lock_id) DEFERRABLE INITIALLY DEFERRED, -- locked by
    CHECK ((state = 'locked') = (lock_id IS NOT NULL))
) STRICT;
-- The leaf that a serial stands in; no two begin at one serial.
CREATE UNIQUE INDEX unit_block_leaf ON unit_block (issuance_id, first) WHERE state <> 'split';
-- What somebody may promise, in the order in which it is taken.
CREATE INDEX unit_block_held ON unit_block (owner_id, issuance_id, first) WHERE state = 'held';
-- What a lock holds: each decision, and each commit for the locks it touched.
CREATE INDEX unit_block_lock ON unit_block (lock_id, issuance_id, first) WHERE lock_id IS NOT NULL;

-- Every change of a block, in order: the story that `unit trace` tells. It stands in the order of the
-- blocks, by which it is asked for on the way up to the ancestors.
CREATE TABLE unit_event (
    block_id   INTEGER NOT NULL REFERENCES unit_block (block_id),
    seq        INTEGER NOT NULL,
    ordinal    INTEGER NOT NULL,                          -- 1, 2, 3 … among the events of the entry
    event      TEXT    NOT NULL CHECK (event = 'issue' OR event = 'split' OR event = 'lock' OR
                 event = 'unlock' OR event = 'transfer' OR event = 'relock' OR event = 'retire' OR
                 event = 'cancel' OR event = 'buffer'),
    state      TEXT    NOT NULL,                          -- after the event
    owner_id   INTEGER NOT NULL REFERENCES party (party_id), -- after the event
    pool_id    INTEGER,                                   -- after the event
    lock_id    INTEGER,                                   -- after the event
    from_state TEXT,                                      -- before the event; NULL: just issued
    from_owner_id INTEGER,                                -- before the event
    trade_id   INTEGER,
    PRIMARY KEY (block_id, seq, ordinal)
) STRICT, WITHOUT ROWID;
-- The serials of a deal.
CREATE INDEX unit_event_trade ON unit_event (trade_id) WHERE trade_id IS NOT NULL;

-- Units by issuance, owner and state; derived from unit_block, kept by the same transaction.
CREATE TABLE balance (
    issuance_id INTEGER NOT NULL REFERENCES issuance (issuance_id),
    owner_id    INTEGER NOT NULL REFERENCES party (party_id),
    state       TEXT    NOT NULL,
    units_t     INTEGER NOT NULL CHECK (units_t >= 0),
    PRIMARY KEY (issuance_id, owner_id, state)
) STRICT, WITHOUT ROWID;
-- What somebody has. Not only of what is above zero, or every change of units_t would write it.
CREATE INDEX balance_owner ON balance (owner_id, state, issuance_id);

