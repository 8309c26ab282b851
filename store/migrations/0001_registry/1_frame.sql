-- The first layout. Frozen once released: changes come as new numbered files.
--
-- Units of columns: *_utc seconds since 1970-01-01T00:00:00Z; *_on calendar dates 'YYYY-MM-DD' of
-- Asia/Shanghai; *_kg kg CO2e; *_t units of one tonne; *_fen CNY fen; *_m2_300 areas in 1/300 m².
-- seq is the journal entry that wrote a row. It is not declared as a reference: SQLite looks through
-- every declared child of the journal whenever an entry is appended after its rows, and none has an
-- index on it. The journal counts 1, 2, 3 … and keeps every entry, so that a seq up to its head always
-- names one.
-- Every index that a deal touches is a page in the log of each commit, so that each of them says whose
-- question it answers. A condition of an index that names a column which deals change makes SQLite
-- write the index at every such change, even where the entry stays: such conditions stand on columns
-- that change when the entry must.
-- A statement that may fail half way keeps a copy of every page that it writes, to undo itself alone.
-- Where each deal updates a row (unit_block, trade, pool_share), the statement says OR FAIL and the
-- references that it may change are deferred to the commit, so that it need not: one row is written or
-- not, and what fails takes its transaction with it.
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
    kind        TEXT    NOT NULL CHECK (kind <> ''),     -- 'trade.approve'
    subject     TEXT    NOT NULL,                        -- 'trade:7'
    body        TEXT    NOT NULL CHECK (json_valid(body)), -- canonical JSON
    prev_hash   BLOB    NOT NULL CHECK (length(prev_hash) = 32),
    hash        BLOB    NOT NULL CHECK (length(hash) = 32)
) STRICT;
-- The story of one thing (audit log), and the keys in force.
CREATE INDEX journal_subject ON journal (subject, seq);

-- Replies of commands that move value, so that a repeated key does nothing twice.
CREATE TABLE idempotency (
    login      TEXT    NOT NULL,
    key        TEXT    NOT NULL,
    input_hash BLOB    NOT NULL CHECK (length(input_hash) = 32),
    reply      TEXT,                                     -- its digest is in the entry; NULL: lost
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

-- Two logins that differ in capital letters alone read as one.
CREATE UNIQUE INDEX user_account_any_case ON user_account (login COLLATE NOCASE);

-- Logins that act no more, from the entry on. None comes back, and none changes hands.
CREATE TABLE user_end (
    login  TEXT    PRIMARY KEY REFERENCES user_account (login),
    reason TEXT    NOT NULL CHECK (reason <> ''),
    seq    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Files that a decision rests on; the registry keeps their digest and name.
CREATE TABLE document (
    document_id INTEGER PRIMARY KEY,
    sha256      BLOB    NOT NULL CHECK (length(sha256) = 32),
    name        TEXT    NOT NULL,
    size_bytes  INTEGER NOT NULL,
    seq         INTEGER NOT NULL
) STRICT;

