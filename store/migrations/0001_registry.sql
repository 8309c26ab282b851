-- The first layout. Frozen once released: changes come as new numbered files.
--
-- Units of columns: *_utc seconds since 1970-01-01T00:00:00Z; *_on calendar dates 'YYYY-MM-DD' of
-- Asia/Shanghai; *_kg kg CO2e; *_t units of one tonne; *_fen CNY fen; *_m2_300 areas in 1/300 m².
-- seq is the journal entry that wrote a row. Only money legs declare it as a reference: SQLite looks
-- through every declared child of the journal whenever an entry is appended after its rows, and the
-- others have no index on it. The journal counts 1, 2, 3 … and keeps every entry, so that a seq up to
-- its head always names one.
-- Truth is the journal and the insert-only tables (triggers at the end); unit_block, balance, parcel,
-- package, trade and issuance progress carry present states that can be rebuilt from them.

-- The one registry of this file.
CREATE TABLE registry (
    id          INTEGER PRIMARY KEY CHECK (id = 1),
    registry_id TEXT    NOT NULL UNIQUE,                 -- 32 hex digits, random
    name        TEXT    NOT NULL,
    admin_code  TEXT    NOT NULL CHECK (length(admin_code) IN (2, 4, 6)),
    crs         TEXT,                                    -- for maps; NULL: the zone of the parcels
    west_deg    REAL    NOT NULL,
    south_deg   REAL    NOT NULL,
    east_deg    REAL    NOT NULL CHECK (east_deg > west_deg),
    north_deg   REAL    NOT NULL CHECK (north_deg > south_deg),
    created_utc INTEGER NOT NULL
) STRICT;

-- Which program brought the file to which layout, and when.
CREATE TABLE upgrade_log (
    version    INTEGER PRIMARY KEY,
    sha256     BLOB    NOT NULL CHECK (length(sha256) = 32), -- of the migration's text
    program    TEXT    NOT NULL,
    applied_utc INTEGER NOT NULL
) STRICT;

-- Everything that ever changed, one entry a change, chained by BLAKE2b over all columns.
CREATE TABLE journal (
    seq         INTEGER PRIMARY KEY CHECK (seq > 0),
    at_utc      INTEGER NOT NULL,
    login       TEXT    NOT NULL,
    system_user TEXT    NOT NULL,
    kind        TEXT    NOT NULL,                        -- 'trade.approve'
    subject     TEXT    NOT NULL,                        -- 'trade:7'
    body        TEXT    NOT NULL CHECK (json_valid(body)), -- canonical JSON
    prev_hash   BLOB    NOT NULL CHECK (length(prev_hash) = 32),
    hash        BLOB    NOT NULL UNIQUE CHECK (length(hash) = 32)
) STRICT;
CREATE INDEX journal_subject ON journal (subject, seq);

-- Replies of commands that move value, so that a repeated key does nothing twice.
CREATE TABLE idempotency (
    login      TEXT    NOT NULL,
    key        TEXT    NOT NULL,
    input_hash BLOB    NOT NULL CHECK (length(input_hash) = 32),
    reply      TEXT    NOT NULL,
    seq        INTEGER NOT NULL,
    PRIMARY KEY (login, key)
) STRICT, WITHOUT ROWID;

-- Land classes by scheme and edition: 0303 means mangrove in one and shrub in another.
CREATE TABLE land_class (
    scheme  TEXT NOT NULL,
    code    TEXT NOT NULL,
    name_zh TEXT NOT NULL,
    name_en TEXT NOT NULL,
    kinds   TEXT NOT NULL,                               -- kinds that agree, separated by spaces
    PRIMARY KEY (scheme, code)
) STRICT, WITHOUT ROWID;

-- Methodology documents as they were loaded; a changed document is a new version.
CREATE TABLE methodology (
    id       TEXT    NOT NULL,
    version  TEXT    NOT NULL,
    sha256   BLOB    NOT NULL CHECK (length(sha256) = 32),
    document TEXT    NOT NULL,
    seq      INTEGER NOT NULL,
    PRIMARY KEY (id, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE village (
    code     TEXT    PRIMARY KEY CHECK (length(code) = 12),
    name     TEXT    NOT NULL,
    township TEXT    NOT NULL,
    seq      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE party (
    party_id INTEGER PRIMARY KEY,
    kind     TEXT    NOT NULL CHECK (kind IN ('village', 'township', 'subdistrict', 'cooperative',
                 'household', 'person', 'bank', 'enterprise', 'verifier', 'fund', 'insurer',
                 'government')),
    name     TEXT    NOT NULL,
    uscc     TEXT    UNIQUE CHECK (length(uscc) = 18),
    village  TEXT    REFERENCES village (code),
    division TEXT    CHECK (length(division) IN (2, 4, 6, 9)),
    seq      INTEGER NOT NULL,
    UNIQUE (kind, name, village)
) STRICT;
CREATE INDEX party_name ON party (name);
CREATE INDEX party_village ON party (village, kind);

CREATE TABLE user_account (
    login           TEXT    PRIMARY KEY,
    role            TEXT    NOT NULL CHECK (role IN ('clerk', 'verifier', 'officer', 'bank', 'admin')),
    village         TEXT    REFERENCES village (code),
    party_id        INTEGER REFERENCES party (party_id),
    activation_hash BLOB    NOT NULL CHECK (length(activation_hash) = 32), -- BLAKE2b of the code
    seq             INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Files that a decision rests on; the registry keeps their digest and name.
CREATE TABLE document (
    document_id INTEGER PRIMARY KEY,
    sha256      BLOB    NOT NULL CHECK (length(sha256) = 32),
    name        TEXT    NOT NULL,
    size_bytes  INTEGER NOT NULL,
    seq         INTEGER NOT NULL
) STRICT;

-- One run of `parcel import`: where the rows came from and how they fared.
CREATE TABLE import (
    import_id  INTEGER PRIMARY KEY,
    source     TEXT    NOT NULL,                         -- file name
    sha256     BLOB    NOT NULL CHECK (length(sha256) = 32),
    layer      TEXT    NOT NULL,
    driver     TEXT    NOT NULL,
    encoding   TEXT    NOT NULL,
    crs_code   TEXT    NOT NULL,                         -- 'EPSG:4528' or ''
    crs_name   TEXT    NOT NULL,
    operation  TEXT    NOT NULL,                         -- the transformation that was used
    limits     TEXT    NOT NULL CHECK (json_valid(limits)), -- rules and limits in force
    detections TEXT    NOT NULL CHECK (json_valid(detections)), -- what was found out about the
                                                         -- source, by which evidence, what was chosen
    options    TEXT    NOT NULL CHECK (json_valid(options)), -- what the clerk asked for, canonical
    n_read     INTEGER NOT NULL,
    n_accepted INTEGER NOT NULL,
    n_rejected INTEGER NOT NULL,
    n_unchanged INTEGER NOT NULL CHECK (n_read = n_accepted + n_rejected + n_unchanged),
    seq        INTEGER NOT NULL
) STRICT;

-- Rows that were kept out or let in with a remark.
CREATE TABLE import_problem (
    import_id INTEGER NOT NULL REFERENCES import (import_id),
    ordinal   INTEGER NOT NULL,
    source_row INTEGER NOT NULL,
    feature   INTEGER NOT NULL,
    code      TEXT    NOT NULL,
    severity  TEXT    NOT NULL CHECK (severity IN ('error', 'warning')),
    arguments TEXT    NOT NULL CHECK (json_valid(arguments)),
    PRIMARY KEY (import_id, ordinal)
) STRICT, WITHOUT ROWID;

-- What a clerk once told about files of one kind, to be used again under a name.
CREATE TABLE import_profile (
    name    TEXT    PRIMARY KEY CHECK (name <> ''),
    options TEXT    NOT NULL CHECK (json_valid(options)),  -- canonical JSON object
    seq     INTEGER NOT NULL                              -- of the last change
) STRICT, WITHOUT ROWID;

-- An import in progress: where the source lies and what was decided about it so far.
CREATE TABLE import_draft (
    draft_id  INTEGER PRIMARY KEY,
    source    TEXT    NOT NULL,                           -- path or address
    sha256    BLOB    NOT NULL CHECK (length(sha256) = 32), -- when it was last looked at
    settings  TEXT    NOT NULL CHECK (json_valid(settings)),
    state     TEXT    NOT NULL CHECK (state IN ('open', 'confirmed', 'discarded')),
    login     TEXT    NOT NULL REFERENCES user_account (login), -- who opened it
    import_id INTEGER REFERENCES import (import_id),      -- NULL unless confirmed
    seq       INTEGER NOT NULL,                           -- of the last change
    CHECK ((state = 'confirmed') = (import_id IS NOT NULL))
) STRICT;

-- Identity and present state of a parcel.
CREATE TABLE parcel (
    parcel_id  INTEGER PRIMARY KEY,
    village    TEXT    NOT NULL REFERENCES village (code),
    number     TEXT,                                     -- the clerk's own number
    source_key TEXT    NOT NULL,                         -- 'sha256:layer:row' of the first version
    state      TEXT    NOT NULL CHECK (state IN ('registered', 'retired')),
    retired_on TEXT    CHECK (retired_on LIKE '____-__-__'), -- first day on which it is no parcel
    retired_reason TEXT CHECK (retired_reason <> ''),
    version    INTEGER NOT NULL CHECK (version > 0),     -- the one in force
    seq        INTEGER NOT NULL,
    CHECK ((state = 'retired') = (retired_on IS NOT NULL)),
    CHECK ((state = 'retired') = (retired_reason IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX parcel_number ON parcel (village, number) WHERE number IS NOT NULL;
CREATE UNIQUE INDEX parcel_source ON parcel (village, source_key) WHERE number IS NULL;

-- Every version of every parcel; ground is geometry in EPSG:4490 (SpatiaLite MULTIPOLYGON). A
-- version holds from its day to the day before the next version's, or before the parcel's retirement.
-- A million of them come at once: words are compared one by one, since SQLite builds a table for
-- every row out of a list of more than two.
CREATE TABLE parcel_version (
    version_id       INTEGER PRIMARY KEY,
    parcel_id        INTEGER NOT NULL REFERENCES parcel (parcel_id) DEFERRABLE INITIALLY DEFERRED,
    version          INTEGER NOT NULL,
    from_on          TEXT    NOT NULL CHECK (from_on LIKE '____-__-__'),
    origin           TEXT    NOT NULL CHECK (origin = 'import' OR origin = 'split' OR origin = 'merge'
                         OR origin = 'boundary' OR origin = 'repair'),
    kind             TEXT    NOT NULL CHECK (kind = 'bamboo' OR kind = 'orchard' OR kind = 'tea'
                         OR kind = 'forest' OR kind = 'wetland'),
    land_scheme      TEXT,
    land_class       TEXT,
    declared_m2_300  INTEGER CHECK (declared_m2_300 > 0),
    measured_m2_300  INTEGER NOT NULL CHECK (measured_m2_300 > 0),
    sliver_m2_300    INTEGER NOT NULL CHECK (sliver_m2_300 >= 0), -- taken off before crediting
    perimeter_mm     INTEGER NOT NULL CHECK (perimeter_mm >= 0), -- of all rings, geodesic
    attributes       TEXT    NOT NULL CHECK (json_valid(attributes)),
    import_id        INTEGER REFERENCES import (import_id), -- NULL: drawn, not read from a source
    source_row       INTEGER NOT NULL,                    -- 0 without an import
    feature          INTEGER NOT NULL,
    geometry_hash    BLOB    NOT NULL CHECK (length(geometry_hash) = 32), -- BLAKE2b of the WKB
    row_hash         BLOB    NOT NULL CHECK (length(row_hash) = 32), -- BLAKE2b of all of the above
    seq              INTEGER NOT NULL,
    geom             BLOB    NOT NULL,                    -- last: what is before it is read alone
    UNIQUE (parcel_id, version),
    CHECK (import_id IS NOT NULL OR (origin <> 'import' AND origin <> 'repair'))
) STRICT;
CREATE INDEX parcel_version_import ON parcel_version (import_id);

-- Which versions a split or merge made out of which; a parent that is used up is retired besides.
CREATE TABLE parcel_lineage (
    child_id       INTEGER NOT NULL,
    child_version  INTEGER NOT NULL,
    parent_id      INTEGER NOT NULL,
    parent_version INTEGER NOT NULL,
    seq            INTEGER NOT NULL,
    PRIMARY KEY (child_id, child_version, parent_id),
    FOREIGN KEY (child_id, child_version) REFERENCES parcel_version (parcel_id, version),
    FOREIGN KEY (parent_id, parent_version) REFERENCES parcel_version (parcel_id, version)
) STRICT, WITHOUT ROWID;
CREATE INDEX parcel_lineage_parent ON parcel_lineage (parent_id);

-- What the source drew where a version's ground was repaired. Areas of EPSG:4490 on the ellipsoid;
-- NULL: that method found no ground.
CREATE TABLE parcel_original (
    parcel_id        INTEGER NOT NULL,
    version          INTEGER NOT NULL,
    method           TEXT    NOT NULL CHECK (method IN ('linework', 'structure')), -- accepted
    reason           TEXT    NOT NULL,                    -- why the source's shape is not valid
    source_m2_300    INTEGER NOT NULL CHECK (source_m2_300 >= 0), -- its rings added up by sign
    linework_m2_300  INTEGER CHECK (linework_m2_300 >= 0),
    structure_m2_300 INTEGER CHECK (structure_m2_300 >= 0),
    engine           TEXT    NOT NULL,                    -- 'GEOS 3.11.1'
    source_crs       TEXT    NOT NULL,                    -- that the bytes are in
    wkb              BLOB    NOT NULL,                    -- as the source had it
    PRIMARY KEY (parcel_id, version),
    FOREIGN KEY (parcel_id, version) REFERENCES parcel_version (parcel_id, version),
    CHECK (CASE method WHEN 'linework' THEN linework_m2_300 ELSE structure_m2_300 END IS NOT NULL)
) STRICT;

-- What the county decided in place of the program's own limits and duties, each from a day on; of one
-- name the latest day counts, of one day the latest line.
CREATE TABLE county_rule (
    rule_id     INTEGER PRIMARY KEY,
    name        TEXT    NOT NULL CHECK (name <> ''),      -- 'overlap_width_m'
    value       TEXT    NOT NULL CHECK (value <> ''),     -- '1.5', or a word
    since       TEXT    NOT NULL CHECK (since LIKE '____-__-__'),
    reason      TEXT    NOT NULL CHECK (reason <> ''),
    document_id INTEGER REFERENCES document (document_id),
    login       TEXT    NOT NULL REFERENCES user_account (login),
    seq         INTEGER NOT NULL
) STRICT;

-- Boundaries and land under other schemes, as they were loaded; a layer ends, and is never erased.
CREATE TABLE layer (
    layer_id    INTEGER PRIMARY KEY,
    role        TEXT    NOT NULL CHECK (role IN ('county', 'township', 'village', 'other_scheme')),
    name        TEXT    NOT NULL CHECK (name <> ''),
    scheme      TEXT,                                     -- 'CCER'
    source      TEXT    NOT NULL,                         -- file name
    sha256      BLOB    NOT NULL CHECK (length(sha256) = 32),
    from_on     TEXT    NOT NULL CHECK (from_on LIKE '____-__-__'),
    to_on       TEXT    CHECK (to_on LIKE '____-__-__'),  -- last day in force, NULL: open
    document_id INTEGER REFERENCES document (document_id),
    seq         INTEGER NOT NULL,
    withdrawn_seq INTEGER,                                -- journal entry that set to_on
    CHECK ((role = 'other_scheme') = (scheme IS NOT NULL))
) STRICT;

-- The shapes of a layer (SpatiaLite MULTIPOLYGON, EPSG:4490).
CREATE TABLE layer_shape (
    shape_id INTEGER PRIMARY KEY,
    layer_id INTEGER NOT NULL REFERENCES layer (layer_id),
    ordinal  INTEGER NOT NULL,
    code     TEXT    NOT NULL,                            -- division code or '', a project's number
    name     TEXT    NOT NULL,
    geom     BLOB    NOT NULL,
    UNIQUE (layer_id, ordinal)
) STRICT;

-- Ground that an import met twice, and what came of it; geom is the common ground, NULL where it was
-- not drawn.
CREATE TABLE import_finding (
    finding_id INTEGER PRIMARY KEY,
    import_id  INTEGER NOT NULL REFERENCES import (import_id),
    ordinal    INTEGER NOT NULL,
    source_row INTEGER NOT NULL,
    other_kind TEXT    NOT NULL CHECK (other_kind IN ('row', 'parcel', 'retired', 'layer')),
    other_id   INTEGER NOT NULL,                          -- source row, parcel_id or shape_id
    class      TEXT    NOT NULL CHECK (class IN ('duplicate', 'overlap', 'sliver')),
    area_m2_300 INTEGER NOT NULL CHECK (area_m2_300 >= 0),
    width_mm   INTEGER NOT NULL CHECK (width_mm >= 0),    -- mean width of the common ground
    fate       TEXT    NOT NULL CHECK (fate IN ('refused', 'taken_off', 'waived')),
    geom       BLOB,
    UNIQUE (import_id, ordinal)
) STRICT;

-- An officer accepts that a version shares ground with another parcel or a layer's shape.
CREATE TABLE overlap_waiver (
    waiver_id   INTEGER PRIMARY KEY,
    parcel_id   INTEGER NOT NULL,
    version     INTEGER NOT NULL,
    other_parcel_id INTEGER REFERENCES parcel (parcel_id),
    other_shape_id  INTEGER REFERENCES layer_shape (shape_id),
    reason      TEXT    NOT NULL CHECK (reason <> ''),
    document_id INTEGER NOT NULL REFERENCES document (document_id),
    login       TEXT    NOT NULL REFERENCES user_account (login),
    seq         INTEGER NOT NULL,
    FOREIGN KEY (parcel_id, version) REFERENCES parcel_version (parcel_id, version),
    CHECK ((other_parcel_id IS NULL) <> (other_shape_id IS NULL)),
    CHECK (other_parcel_id IS NULL OR other_parcel_id <> parcel_id)
) STRICT;
CREATE INDEX overlap_waiver_parcel ON overlap_waiver (parcel_id);
CREATE INDEX overlap_waiver_other ON overlap_waiver (other_parcel_id)
    WHERE other_parcel_id IS NOT NULL;

-- Contracts by which households give land to a cooperative or another holder.
CREATE TABLE tenure (
    tenure_id      INTEGER PRIMARY KEY,
    number         TEXT    NOT NULL CHECK (number <> ''), -- of the contract
    household      TEXT    NOT NULL CHECK (household <> ''), -- name in the contract
    household_id   INTEGER REFERENCES party (party_id),   -- when it is a party
    holder_id      INTEGER NOT NULL REFERENCES party (party_id),
    certificate    TEXT    CHECK (certificate <> ''),     -- number of the right certificate
    certificate_expires_on TEXT CHECK (certificate_expires_on LIKE '____-__-__'),
    declared_m2_300 INTEGER CHECK (declared_m2_300 > 0),
    from_on        TEXT    NOT NULL CHECK (from_on LIKE '____-__-__'),
    to_on          TEXT    NOT NULL CHECK (to_on LIKE '____-__-__'), -- last day
    rent_fen       INTEGER CHECK (rent_fen >= 0),         -- per mu and year
    guarantee_fen  INTEGER CHECK (guarantee_fen >= 0),    -- per mu and year, before the dividend
    dividend_share TEXT    CHECK (dividend_share GLOB '[0-9]*/[1-9]*'), -- exact fraction
    carbon_right   INTEGER NOT NULL CHECK (carbon_right IN (0, 1)), -- the carbon income goes along
    document_id    INTEGER REFERENCES document (document_id),
    seq            INTEGER NOT NULL,
    CHECK (to_on >= from_on),
    CHECK (certificate IS NOT NULL OR certificate_expires_on IS NULL),
    CHECK (rent_fen IS NULL OR guarantee_fen IS NULL),
    CHECK ((guarantee_fen IS NULL) = (dividend_share IS NULL))
) STRICT;
CREATE INDEX tenure_number ON tenure (holder_id, number);

-- The part of a parcel that a contract gives. For a parcel and any day, the shares of the contracts
-- in force sum to 1 at most.
CREATE TABLE tenure_parcel (
    tenure_id INTEGER NOT NULL REFERENCES tenure (tenure_id),
    parcel_id INTEGER NOT NULL REFERENCES parcel (parcel_id),
    share     TEXT    NOT NULL CHECK (share GLOB '[1-9]*/[1-9]*'), -- exact fraction
    PRIMARY KEY (tenure_id, parcel_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX tenure_parcel_parcel ON tenure_parcel (parcel_id);

-- A contract that ended before its term.
CREATE TABLE tenure_end (
    tenure_id   INTEGER PRIMARY KEY REFERENCES tenure (tenure_id),
    to_on       TEXT    NOT NULL CHECK (to_on LIKE '____-__-__'), -- last day; before from_on: never
    reason      TEXT    NOT NULL CHECK (reason <> ''),
    document_id INTEGER REFERENCES document (document_id),
    seq         INTEGER NOT NULL
) STRICT;

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
    project_kg   INTEGER NOT NULL,
    leakage_kg   INTEGER NOT NULL,
    deduction_kg INTEGER NOT NULL,
    net_kg       INTEGER NOT NULL
        CHECK (net_kg = gross_kg - baseline_kg - project_kg - leakage_kg - deduction_kg),
    halfwidth_kg INTEGER,                                 -- NULL: the sources state no interval
    confidence   TEXT,                                    -- '0.95'
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
    gross_kg     INTEGER NOT NULL,
    baseline_kg  INTEGER NOT NULL,
    project_kg   INTEGER NOT NULL,
    leakage_kg   INTEGER NOT NULL,
    deduction_kg INTEGER NOT NULL,
    net_kg       INTEGER NOT NULL
        CHECK (net_kg = gross_kg - baseline_kg - project_kg - leakage_kg - deduction_kg),
    PRIMARY KEY (run_id, parcel_id, year),
    FOREIGN KEY (parcel_id, version) REFERENCES parcel_version (parcel_id, version)
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

-- Ranges of serials. A split never edits a range: the parent becomes 'split' and has two children.
CREATE TABLE unit_block (
    block_id    INTEGER PRIMARY KEY,
    issuance_id INTEGER NOT NULL REFERENCES issuance (issuance_id),
    first       INTEGER NOT NULL CHECK (first > 0),
    last        INTEGER NOT NULL CHECK (last >= first),   -- inclusive
    parent_id   INTEGER REFERENCES unit_block (block_id),
    state       TEXT    NOT NULL CHECK (state IN ('held', 'locked', 'buffer', 'retired', 'cancelled',
                    'split')),
    owner_id    INTEGER NOT NULL REFERENCES party (party_id),
    pool_id     INTEGER REFERENCES trade (trade_id) DEFERRABLE INITIALLY DEFERRED, -- bought under
    lock_id     INTEGER REFERENCES trade (trade_id) DEFERRABLE INITIALLY DEFERRED, -- locked for
    CHECK ((state = 'locked') = (lock_id IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX unit_block_leaf ON unit_block (issuance_id, first) WHERE state <> 'split';
CREATE INDEX unit_block_owner ON unit_block (owner_id, state, issuance_id, first) WHERE state <> 'split';
CREATE INDEX unit_block_lock ON unit_block (lock_id) WHERE lock_id IS NOT NULL;
CREATE INDEX unit_block_parent ON unit_block (parent_id) WHERE parent_id IS NOT NULL;

-- Every change of a block, in order: the story that `unit trace` tells.
CREATE TABLE unit_event (
    event_id   INTEGER PRIMARY KEY,
    seq        INTEGER NOT NULL,
    block_id   INTEGER NOT NULL REFERENCES unit_block (block_id),
    event      TEXT    NOT NULL CHECK (event IN ('issue', 'split', 'lock', 'unlock', 'transfer',
                   'retire', 'cancel', 'buffer')),
    state      TEXT    NOT NULL,                          -- after the event
    owner_id   INTEGER NOT NULL REFERENCES party (party_id), -- after the event
    pool_id    INTEGER,                                   -- after the event
    lock_id    INTEGER,                                   -- after the event
    from_state TEXT,                                      -- before the event; NULL: just issued
    from_owner_id INTEGER,                                -- before the event
    trade_id   INTEGER
) STRICT;
CREATE INDEX unit_event_block ON unit_event (block_id, event_id);
CREATE INDEX unit_event_lock ON unit_event (trade_id) WHERE event = 'lock';

-- Units by issuance, owner and state; derived from unit_block, kept by the same transaction.
CREATE TABLE balance (
    issuance_id INTEGER NOT NULL REFERENCES issuance (issuance_id),
    owner_id    INTEGER NOT NULL REFERENCES party (party_id),
    state       TEXT    NOT NULL,
    units_t     INTEGER NOT NULL CHECK (units_t >= 0),
    PRIMARY KEY (issuance_id, owner_id, state)
) STRICT, WITHOUT ROWID;
CREATE INDEX balance_owner ON balance (owner_id, state, issuance_id) WHERE units_t > 0;

-- A deal: proposed by one person, decided by another.
CREATE TABLE trade (
    trade_id     INTEGER PRIMARY KEY,
    kind         TEXT    NOT NULL CHECK (kind IN ('purchase', 'resale', 'retirement')),
    state        TEXT    NOT NULL CHECK (state IN ('proposed', 'approved', 'rejected')),
    seller_id    INTEGER REFERENCES party (party_id),     -- NULL: several (purchase of packages)
    buyer_id     INTEGER REFERENCES party (party_id),     -- NULL: retirement
    tonnes       INTEGER NOT NULL CHECK (tonnes > 0),
    price_fen    INTEGER CHECK (price_fen >= 0),          -- per tonne; NULL: lump sum or none
    amount_fen   INTEGER NOT NULL CHECK (amount_fen >= 0), -- tax-inclusive
    tax_rate     TEXT    NOT NULL,                        -- per cent, '6'; '0' when there is none
    tax_fen      INTEGER NOT NULL CHECK (tax_fen >= 0),
    net_fen      INTEGER NOT NULL CHECK (net_fen + tax_fen = amount_fen),
    beneficiary      TEXT,
    beneficiary_uscc TEXT,
    purpose      TEXT CHECK (purpose IN ('offset', 'product', 'event', 'donation')),
    note         TEXT,
    on_date      TEXT    NOT NULL,
    proposed_by  TEXT    NOT NULL REFERENCES user_account (login),
    decided_by   TEXT    REFERENCES user_account (login),
    decided_on   TEXT,
    reason       TEXT,                                    -- of a rejection
    seq          INTEGER NOT NULL,
    CHECK (decided_by IS NULL OR decided_by <> proposed_by OR state = 'rejected')
) STRICT;
CREATE INDEX trade_state ON trade (state, kind);
CREATE INDEX trade_buyer ON trade (buyer_id, kind, state);

-- A trade's share by package and pool: who sells, how many tonnes, what they cost and bring.
CREATE TABLE trade_line (
    trade_id   INTEGER NOT NULL REFERENCES trade (trade_id),
    ordinal    INTEGER NOT NULL,
    package_id INTEGER NOT NULL REFERENCES package (package_id),
    pool_id    INTEGER REFERENCES trade (trade_id),       -- resale: the purchase it draws on
    seller_id  INTEGER NOT NULL REFERENCES party (party_id),
    tonnes     INTEGER NOT NULL CHECK (tonnes > 0),
    amount_fen INTEGER NOT NULL CHECK (amount_fen >= 0),  -- tax-inclusive share
    cost_fen   INTEGER NOT NULL CHECK (cost_fen >= 0),    -- what these units cost the buyer of the
                                                          -- purchase, net of tax
    PRIMARY KEY (trade_id, ordinal)
) STRICT, WITHOUT ROWID;
CREATE INDEX trade_line_seller ON trade_line (seller_id);
CREATE INDEX trade_line_pool ON trade_line (pool_id, package_id) WHERE pool_id IS NOT NULL;

-- Stock of a pool by package: what was bought, and what left it or is promised to. Derived from the
-- trade lines, kept by the same transaction.
CREATE TABLE pool_share (
    pool_id    INTEGER NOT NULL REFERENCES trade (trade_id), -- the approved purchase
    package_id INTEGER NOT NULL REFERENCES package (package_id),
    owner_id   INTEGER NOT NULL REFERENCES party (party_id), -- the bank that bought
    bought_on  TEXT    NOT NULL,
    bought_t   INTEGER NOT NULL CHECK (bought_t > 0),        -- contributed to the pool
    cost_fen   INTEGER NOT NULL CHECK (cost_fen >= 0),       -- of all of them, net of tax
    sold_t     INTEGER NOT NULL CHECK (sold_t >= 0),         -- by resales, proposed or approved
    sold_cost_fen INTEGER NOT NULL CHECK (sold_cost_fen >= 0),
    used_t     INTEGER NOT NULL CHECK (used_t >= 0),         -- retired by the owner, or about to be
    PRIMARY KEY (pool_id, package_id),
    CHECK (sold_t + used_t <= bought_t)
) STRICT, WITHOUT ROWID;
CREATE INDEX pool_share_open ON pool_share (owner_id, bought_on, pool_id, package_id)
    WHERE sold_t + used_t < bought_t;

-- Money that arrived for a trade.
CREATE TABLE receipt (
    receipt_id INTEGER PRIMARY KEY,
    trade_id   INTEGER NOT NULL REFERENCES trade (trade_id),
    amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),
    on_date    TEXT    NOT NULL,
    login      TEXT    NOT NULL REFERENCES user_account (login),
    seq        INTEGER NOT NULL
) STRICT;
CREATE INDEX receipt_trade ON receipt (trade_id);

-- Double entry in CNY: claims and cash of parties; the legs of one journal entry sum to zero.
CREATE TABLE money_leg (
    leg_id     INTEGER PRIMARY KEY,
    seq        INTEGER NOT NULL REFERENCES journal (seq) DEFERRABLE INITIALLY DEFERRED,
    party_id   INTEGER NOT NULL REFERENCES party (party_id),
    account    TEXT    NOT NULL CHECK (account IN ('claim', 'cash')),
    amount_fen INTEGER NOT NULL CHECK (amount_fen <> 0),  -- positive: the party's favour
    on_date    TEXT    NOT NULL,
    trade_id   INTEGER REFERENCES trade (trade_id),
    memo       TEXT    NOT NULL                           -- message key, 'money.purchase'
) STRICT;
CREATE INDEX money_leg_party ON money_leg (party_id, leg_id);
CREATE INDEX money_leg_seq ON money_leg (seq);
CREATE INDEX money_leg_trade ON money_leg (trade_id, party_id) WHERE trade_id IS NOT NULL;

-- How net revenue is shared, as agreed and dated.
CREATE TABLE revenue_term (
    term_id     INTEGER PRIMARY KEY,
    from_on     TEXT    NOT NULL,
    to_on       TEXT,                                     -- NULL: open
    basis       TEXT    NOT NULL CHECK (basis IN ('gross', 'net_of_cost', 'net_of_costs')),
    ratio       TEXT    NOT NULL,                         -- per cent, '70'
    document_id INTEGER NOT NULL REFERENCES document (document_id),
    seq         INTEGER NOT NULL,
    CHECK (to_on IS NULL OR to_on >= from_on)
) STRICT;

CREATE TABLE revenue_term_split (
    term_id INTEGER NOT NULL REFERENCES revenue_term (term_id),
    party_kind TEXT NOT NULL,
    share   TEXT    NOT NULL,                             -- fraction; the shares of a term sum to 1
    PRIMARY KEY (term_id, party_kind)
) STRICT, WITHOUT ROWID;

-- Costs that a term of basis net_of_costs takes off a sale.
CREATE TABLE revenue_deduction (
    deduction_id INTEGER PRIMARY KEY,
    trade_id    INTEGER NOT NULL REFERENCES trade (trade_id),
    kind        TEXT    NOT NULL CHECK (kind IN ('tax', 'insurance', 'verification', 'fee')),
    amount_fen  INTEGER NOT NULL CHECK (amount_fen > 0),
    document_id INTEGER NOT NULL REFERENCES document (document_id),
    seq         INTEGER NOT NULL
) STRICT;

-- One posting of revenue back to the villages.
CREATE TABLE distribution (
    distribution_id INTEGER PRIMARY KEY,
    through_on TEXT    NOT NULL,
    login      TEXT    NOT NULL REFERENCES user_account (login),
    seq        INTEGER NOT NULL
) STRICT;

-- What a distribution took from each sale; sums over distributions never exceed the receipts.
CREATE TABLE distribution_sale (
    distribution_id INTEGER NOT NULL REFERENCES distribution (distribution_id),
    trade_id        INTEGER NOT NULL REFERENCES trade (trade_id),
    term_id         INTEGER NOT NULL REFERENCES revenue_term (term_id),
    receipts_fen    INTEGER NOT NULL,                     -- confirmed now, tax-inclusive
    tax_fen         INTEGER NOT NULL,
    cost_fen        INTEGER NOT NULL,
    deductions_fen  INTEGER NOT NULL,
    net_fen         INTEGER NOT NULL,                     -- a loss is shown, pays nothing
    distributed_fen INTEGER NOT NULL CHECK (distributed_fen >= 0),
    kept_fen        INTEGER NOT NULL,
    PRIMARY KEY (distribution_id, trade_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX distribution_sale_trade ON distribution_sale (trade_id);
CREATE INDEX revenue_deduction_trade ON revenue_deduction (trade_id);

CREATE TABLE distribution_payment (
    distribution_id INTEGER NOT NULL REFERENCES distribution (distribution_id),
    trade_id        INTEGER NOT NULL REFERENCES trade (trade_id),
    party_id        INTEGER NOT NULL REFERENCES party (party_id),
    weight_t        INTEGER NOT NULL,                     -- contributed tonnes of the pool
    amount_fen      INTEGER NOT NULL CHECK (amount_fen >= 0),
    PRIMARY KEY (distribution_id, trade_id, party_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX distribution_payment_party ON distribution_payment (party_id);

-- The chain is continuous, also against whoever writes SQL by hand.
CREATE TRIGGER journal_chain BEFORE INSERT ON journal
WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM journal)
  OR NEW.prev_hash <> coalesce((SELECT hash FROM journal ORDER BY seq DESC LIMIT 1), zeroblob(32))
BEGIN
    SELECT raise(ABORT, 'journal: entry does not continue the chain');
END;

-- A block keeps its range, its issuance and its parent for ever; a split or ended block its state.
CREATE TRIGGER unit_block_range BEFORE UPDATE ON unit_block
WHEN NEW.block_id <> OLD.block_id OR NEW.issuance_id <> OLD.issuance_id OR NEW.first <> OLD.first
  OR NEW.last <> OLD.last OR NEW.parent_id IS NOT OLD.parent_id
  OR OLD.state IN ('split', 'retired', 'cancelled')
BEGIN
    SELECT raise(ABORT, 'unit_block: a range is never edited and an ended block never revived');
END;
CREATE TRIGGER unit_block_keep BEFORE DELETE ON unit_block
BEGIN
    SELECT raise(ABORT, 'unit_block: blocks are never deleted');
END;

-- A parcel keeps its identity, is never deleted, and never comes back once it is retired.
CREATE TRIGGER parcel_keep BEFORE UPDATE ON parcel
WHEN NEW.parcel_id <> OLD.parcel_id OR NEW.village <> OLD.village OR NEW.number IS NOT OLD.number
  OR NEW.source_key <> OLD.source_key OR NEW.seq <> OLD.seq OR NEW.version < OLD.version
  OR OLD.state = 'retired'
BEGIN
    SELECT raise(ABORT, 'parcel: identity stays and retirement is final');
END;
CREATE TRIGGER parcel_no_delete BEFORE DELETE ON parcel
BEGIN
    SELECT raise(ABORT, 'parcel: parcels are never deleted');
END;

-- A layer stays as it was loaded; its last day is set once.
CREATE TRIGGER layer_keep BEFORE UPDATE ON layer
WHEN NEW.layer_id <> OLD.layer_id OR NEW.role <> OLD.role OR NEW.name <> OLD.name
  OR NEW.scheme IS NOT OLD.scheme OR NEW.source <> OLD.source OR NEW.sha256 <> OLD.sha256
  OR NEW.from_on <> OLD.from_on OR NEW.document_id IS NOT OLD.document_id OR NEW.seq <> OLD.seq
  OR OLD.withdrawn_seq IS NOT NULL
BEGIN
    SELECT raise(ABORT, 'layer: stays as it was loaded');
END;
CREATE TRIGGER layer_no_delete BEFORE DELETE ON layer
BEGIN
    SELECT raise(ABORT, 'layer: layers are never deleted');
END;

-- Insert-only tables: what was written stays as it was.
CREATE TRIGGER journal_no_update BEFORE UPDATE ON journal
BEGIN
    SELECT raise(ABORT, 'journal: insert only');
END;
CREATE TRIGGER journal_no_delete BEFORE DELETE ON journal
BEGIN
    SELECT raise(ABORT, 'journal: insert only');
END;
CREATE TRIGGER upgrade_log_no_update BEFORE UPDATE ON upgrade_log
BEGIN
    SELECT raise(ABORT, 'upgrade_log: insert only');
END;
CREATE TRIGGER upgrade_log_no_delete BEFORE DELETE ON upgrade_log
BEGIN
    SELECT raise(ABORT, 'upgrade_log: insert only');
END;
CREATE TRIGGER idempotency_no_update BEFORE UPDATE ON idempotency
BEGIN
    SELECT raise(ABORT, 'idempotency: insert only');
END;
CREATE TRIGGER idempotency_no_delete BEFORE DELETE ON idempotency
BEGIN
    SELECT raise(ABORT, 'idempotency: insert only');
END;
CREATE TRIGGER methodology_no_update BEFORE UPDATE ON methodology
BEGIN
    SELECT raise(ABORT, 'methodology: insert only');
END;
CREATE TRIGGER methodology_no_delete BEFORE DELETE ON methodology
BEGIN
    SELECT raise(ABORT, 'methodology: insert only');
END;
CREATE TRIGGER document_no_update BEFORE UPDATE ON document
BEGIN
    SELECT raise(ABORT, 'document: insert only');
END;
CREATE TRIGGER document_no_delete BEFORE DELETE ON document
BEGIN
    SELECT raise(ABORT, 'document: insert only');
END;
CREATE TRIGGER import_no_update BEFORE UPDATE ON import
BEGIN
    SELECT raise(ABORT, 'import: insert only');
END;
CREATE TRIGGER import_no_delete BEFORE DELETE ON import
BEGIN
    SELECT raise(ABORT, 'import: insert only');
END;
CREATE TRIGGER import_problem_no_update BEFORE UPDATE ON import_problem
BEGIN
    SELECT raise(ABORT, 'import_problem: insert only');
END;
CREATE TRIGGER import_problem_no_delete BEFORE DELETE ON import_problem
BEGIN
    SELECT raise(ABORT, 'import_problem: insert only');
END;
CREATE TRIGGER parcel_version_no_update BEFORE UPDATE ON parcel_version
BEGIN
    SELECT raise(ABORT, 'parcel_version: insert only');
END;
CREATE TRIGGER parcel_version_no_delete BEFORE DELETE ON parcel_version
BEGIN
    SELECT raise(ABORT, 'parcel_version: insert only');
END;
CREATE TRIGGER parcel_lineage_no_update BEFORE UPDATE ON parcel_lineage
BEGIN
    SELECT raise(ABORT, 'parcel_lineage: insert only');
END;
CREATE TRIGGER parcel_lineage_no_delete BEFORE DELETE ON parcel_lineage
BEGIN
    SELECT raise(ABORT, 'parcel_lineage: insert only');
END;
CREATE TRIGGER parcel_original_no_update BEFORE UPDATE ON parcel_original
BEGIN
    SELECT raise(ABORT, 'parcel_original: insert only');
END;
CREATE TRIGGER parcel_original_no_delete BEFORE DELETE ON parcel_original
BEGIN
    SELECT raise(ABORT, 'parcel_original: insert only');
END;
CREATE TRIGGER import_finding_no_update BEFORE UPDATE ON import_finding
BEGIN
    SELECT raise(ABORT, 'import_finding: insert only');
END;
CREATE TRIGGER import_finding_no_delete BEFORE DELETE ON import_finding
BEGIN
    SELECT raise(ABORT, 'import_finding: insert only');
END;
CREATE TRIGGER overlap_waiver_no_update BEFORE UPDATE ON overlap_waiver
BEGIN
    SELECT raise(ABORT, 'overlap_waiver: insert only');
END;
CREATE TRIGGER overlap_waiver_no_delete BEFORE DELETE ON overlap_waiver
BEGIN
    SELECT raise(ABORT, 'overlap_waiver: insert only');
END;
CREATE TRIGGER county_rule_no_update BEFORE UPDATE ON county_rule
BEGIN
    SELECT raise(ABORT, 'county_rule: insert only');
END;
CREATE TRIGGER county_rule_no_delete BEFORE DELETE ON county_rule
BEGIN
    SELECT raise(ABORT, 'county_rule: insert only');
END;
CREATE TRIGGER layer_shape_no_update BEFORE UPDATE ON layer_shape
BEGIN
    SELECT raise(ABORT, 'layer_shape: insert only');
END;
CREATE TRIGGER layer_shape_no_delete BEFORE DELETE ON layer_shape
BEGIN
    SELECT raise(ABORT, 'layer_shape: insert only');
END;
CREATE TRIGGER tenure_no_update BEFORE UPDATE ON tenure
BEGIN
    SELECT raise(ABORT, 'tenure: insert only');
END;
CREATE TRIGGER tenure_no_delete BEFORE DELETE ON tenure
BEGIN
    SELECT raise(ABORT, 'tenure: insert only');
END;
CREATE TRIGGER tenure_parcel_no_update BEFORE UPDATE ON tenure_parcel
BEGIN
    SELECT raise(ABORT, 'tenure_parcel: insert only');
END;
CREATE TRIGGER tenure_parcel_no_delete BEFORE DELETE ON tenure_parcel
BEGIN
    SELECT raise(ABORT, 'tenure_parcel: insert only');
END;
CREATE TRIGGER tenure_end_no_update BEFORE UPDATE ON tenure_end
BEGIN
    SELECT raise(ABORT, 'tenure_end: insert only');
END;
CREATE TRIGGER tenure_end_no_delete BEFORE DELETE ON tenure_end
BEGIN
    SELECT raise(ABORT, 'tenure_end: insert only');
END;
CREATE TRIGGER estimate_run_no_update BEFORE UPDATE ON estimate_run
BEGIN
    SELECT raise(ABORT, 'estimate_run: insert only');
END;
CREATE TRIGGER estimate_run_no_delete BEFORE DELETE ON estimate_run
BEGIN
    SELECT raise(ABORT, 'estimate_run: insert only');
END;
CREATE TRIGGER estimate_line_no_update BEFORE UPDATE ON estimate_line
BEGIN
    SELECT raise(ABORT, 'estimate_line: insert only');
END;
CREATE TRIGGER estimate_line_no_delete BEFORE DELETE ON estimate_line
BEGIN
    SELECT raise(ABORT, 'estimate_line: insert only');
END;
CREATE TRIGGER waiver_no_update BEFORE UPDATE ON waiver
BEGIN
    SELECT raise(ABORT, 'waiver: insert only');
END;
CREATE TRIGGER waiver_no_delete BEFORE DELETE ON waiver
BEGIN
    SELECT raise(ABORT, 'waiver: insert only');
END;
CREATE TRIGGER issuance_no_update BEFORE UPDATE ON issuance
BEGIN
    SELECT raise(ABORT, 'issuance: insert only');
END;
CREATE TRIGGER issuance_no_delete BEFORE DELETE ON issuance
BEGIN
    SELECT raise(ABORT, 'issuance: insert only');
END;
CREATE TRIGGER issuance_segment_no_update BEFORE UPDATE ON issuance_segment
BEGIN
    SELECT raise(ABORT, 'issuance_segment: insert only');
END;
CREATE TRIGGER issuance_segment_no_delete BEFORE DELETE ON issuance_segment
BEGIN
    SELECT raise(ABORT, 'issuance_segment: insert only');
END;
CREATE TRIGGER unit_event_no_update BEFORE UPDATE ON unit_event
BEGIN
    SELECT raise(ABORT, 'unit_event: insert only');
END;
CREATE TRIGGER unit_event_no_delete BEFORE DELETE ON unit_event
BEGIN
    SELECT raise(ABORT, 'unit_event: insert only');
END;
CREATE TRIGGER trade_line_no_update BEFORE UPDATE ON trade_line
BEGIN
    SELECT raise(ABORT, 'trade_line: insert only');
END;
CREATE TRIGGER trade_line_no_delete BEFORE DELETE ON trade_line
BEGIN
    SELECT raise(ABORT, 'trade_line: insert only');
END;
CREATE TRIGGER receipt_no_update BEFORE UPDATE ON receipt
BEGIN
    SELECT raise(ABORT, 'receipt: insert only');
END;
CREATE TRIGGER receipt_no_delete BEFORE DELETE ON receipt
BEGIN
    SELECT raise(ABORT, 'receipt: insert only');
END;
CREATE TRIGGER money_leg_no_update BEFORE UPDATE ON money_leg
BEGIN
    SELECT raise(ABORT, 'money_leg: insert only');
END;
CREATE TRIGGER money_leg_no_delete BEFORE DELETE ON money_leg
BEGIN
    SELECT raise(ABORT, 'money_leg: insert only');
END;
CREATE TRIGGER revenue_term_no_update BEFORE UPDATE ON revenue_term
BEGIN
    SELECT raise(ABORT, 'revenue_term: insert only');
END;
CREATE TRIGGER revenue_term_no_delete BEFORE DELETE ON revenue_term
BEGIN
    SELECT raise(ABORT, 'revenue_term: insert only');
END;
CREATE TRIGGER revenue_term_split_no_update BEFORE UPDATE ON revenue_term_split
BEGIN
    SELECT raise(ABORT, 'revenue_term_split: insert only');
END;
CREATE TRIGGER revenue_term_split_no_delete BEFORE DELETE ON revenue_term_split
BEGIN
    SELECT raise(ABORT, 'revenue_term_split: insert only');
END;
CREATE TRIGGER revenue_deduction_no_update BEFORE UPDATE ON revenue_deduction
BEGIN
    SELECT raise(ABORT, 'revenue_deduction: insert only');
END;
CREATE TRIGGER revenue_deduction_no_delete BEFORE DELETE ON revenue_deduction
BEGIN
    SELECT raise(ABORT, 'revenue_deduction: insert only');
END;
CREATE TRIGGER distribution_no_update BEFORE UPDATE ON distribution
BEGIN
    SELECT raise(ABORT, 'distribution: insert only');
END;
CREATE TRIGGER distribution_no_delete BEFORE DELETE ON distribution
BEGIN
    SELECT raise(ABORT, 'distribution: insert only');
END;
CREATE TRIGGER distribution_sale_no_update BEFORE UPDATE ON distribution_sale
BEGIN
    SELECT raise(ABORT, 'distribution_sale: insert only');
END;
CREATE TRIGGER distribution_sale_no_delete BEFORE DELETE ON distribution_sale
BEGIN
    SELECT raise(ABORT, 'distribution_sale: insert only');
END;
CREATE TRIGGER distribution_payment_no_update BEFORE UPDATE ON distribution_payment
BEGIN
    SELECT raise(ABORT, 'distribution_payment: insert only');
END;
CREATE TRIGGER distribution_payment_no_delete BEFORE DELETE ON distribution_payment
BEGIN
    SELECT raise(ABORT, 'distribution_payment: insert only');
END;

-- Geometry: metadata, the registered columns with their R*Trees, and a view of the parcels in force
-- that QGIS lists beside the tables. The runner checks every column named must_be_1.
SELECT InitSpatialMetaDataFull(0, 'NONE') AS must_be_1;
SELECT InsertEpsgSrid(4490) AS must_be_1;
SELECT InsertEpsgSrid(4326) AS must_be_1;
SELECT RecoverGeometryColumn('parcel_version', 'geom', 4490, 'MULTIPOLYGON', 'XY') AS must_be_1;
SELECT CreateSpatialIndex('parcel_version', 'geom') AS must_be_1;
SELECT RecoverGeometryColumn('layer_shape', 'geom', 4490, 'MULTIPOLYGON', 'XY') AS must_be_1;
SELECT CreateSpatialIndex('layer_shape', 'geom') AS must_be_1;
SELECT RecoverGeometryColumn('import_finding', 'geom', 4490, 'MULTIPOLYGON', 'XY') AS must_be_1;
SELECT CreateSpatialIndex('import_finding', 'geom') AS must_be_1;
CREATE VIEW parcels AS
SELECT v.version_id AS ROWID, p.parcel_id, p.number, p.village, g.name AS village_name, g.township,
       v.kind, v.land_class, p.state, p.retired_on, v.version, v.from_on,
       v.measured_m2_300 / 300.0 AS area_m2, v.measured_m2_300 / 200000.0 AS area_mu,
       v.declared_m2_300 / 200000.0 AS declared_mu, v.geom
FROM parcel p
JOIN parcel_version v ON v.parcel_id = p.parcel_id AND v.version = p.version
JOIN village g ON g.code = p.village;
INSERT INTO views_geometry_columns
    (view_name, view_geometry, view_rowid, f_table_name, f_geometry_column, read_only)
VALUES ('parcels', 'geom', 'rowid', 'parcel_version', 'geom', 1);
