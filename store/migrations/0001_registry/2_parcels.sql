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
    number     TEXT,                                     -- the clerk's own number, at present
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
                         OR origin = 'boundary' OR origin = 'repair' OR origin = 'number'),
    kind             TEXT    NOT NULL CHECK (kind = 'bamboo' OR kind = 'orchard' OR kind = 'tea'
                         OR kind = 'forest' OR kind = 'wetland'),
    land_scheme      TEXT,
    land_class       TEXT,
    declared_m2_300  INTEGER CHECK (declared_m2_300 > 0),
    measured_m2_300  INTEGER NOT NULL CHECK (measured_m2_300 > 0),
    sliver_m2_300    INTEGER NOT NULL CHECK (sliver_m2_300 >= 0 AND sliver_m2_300 <= measured_m2_300),
                                                          -- taken off before crediting
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

-- Numbers that were put right: the versions before this one bore the old number.
CREATE TABLE parcel_renumbering (
    parcel_id  INTEGER NOT NULL,
    version    INTEGER NOT NULL CHECK (version > 1),      -- the first that bears the new one
    old_number TEXT    CHECK (old_number <> ''),          -- NULL: it had none
    reason     TEXT    NOT NULL CHECK (reason <> ''),
    seq        INTEGER NOT NULL,
    PRIMARY KEY (parcel_id, version),
    FOREIGN KEY (parcel_id, version) REFERENCES parcel_version (parcel_id, version)
) STRICT, WITHOUT ROWID;

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
-- What holds on a day: every deal asks.
CREATE INDEX county_rule_since ON county_rule (since, rule_id);

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

-- Scans of a contract; they may come after it.
CREATE TABLE tenure_document (
    tenure_id   INTEGER NOT NULL REFERENCES tenure (tenure_id),
    document_id INTEGER NOT NULL REFERENCES document (document_id),
    seq         INTEGER NOT NULL,
    PRIMARY KEY (tenure_id, document_id)
) STRICT, WITHOUT ROWID;

-- A contract that ended before its term.
CREATE TABLE tenure_end (
    tenure_id   INTEGER PRIMARY KEY REFERENCES tenure (tenure_id),
    to_on       TEXT    NOT NULL CHECK (to_on LIKE '____-__-__'), -- last day; before from_on: never
    reason      TEXT    NOT NULL CHECK (reason <> ''),
    document_id INTEGER REFERENCES document (document_id),
    seq         INTEGER NOT NULL
) STRICT;

