-- What an enterprise emitted in a year and how efficient that was called, as a document says it. A
-- document that says otherwise makes a new version, and of one enterprise and year the latest counts.
CREATE TABLE enterprise_year (
    record_id   INTEGER PRIMARY KEY,
    party_id    INTEGER NOT NULL REFERENCES party (party_id),
    year        INTEGER NOT NULL CHECK (year BETWEEN 1900 AND 9999),
    version     INTEGER NOT NULL CHECK (version > 0),
    emissions_kg INTEGER NOT NULL CHECK (emissions_kg >= 0), -- CO2e
    level       TEXT    NOT NULL CHECK (level IN ('low', 'middle', 'high')),
    grade       INTEGER NOT NULL CHECK (grade BETWEEN 1 AND 5), -- 1 green … 5 red
    denominator TEXT    NOT NULL CHECK (denominator IN ('output_value', 'value_added')),
    efficiency  TEXT    NOT NULL CHECK (efficiency GLOB '[0-9]*'), -- exact, as the document has it
    document_id INTEGER NOT NULL REFERENCES document (document_id),
    source_row  INTEGER NOT NULL CHECK (source_row >= 0), -- of a table; 0: no table
    login       TEXT    NOT NULL REFERENCES user_account (login),
    seq         INTEGER NOT NULL,
    UNIQUE (party_id, year, version)
) STRICT;

CREATE INDEX trade_beneficiary ON trade (beneficiary_uscc) WHERE beneficiary_uscc IS NOT NULL;

CREATE TRIGGER enterprise_year_no_update BEFORE UPDATE ON enterprise_year
BEGIN
    SELECT raise(ABORT, 'enterprise_year: insert only');
END;
CREATE TRIGGER enterprise_year_no_delete BEFORE DELETE ON enterprise_year
BEGIN
    SELECT raise(ABORT, 'enterprise_year: insert only');
END;

-- Names under which units were retired, looked at by a person when they were first used. The latest
-- row of a name counts.
CREATE TABLE beneficiary_review (
    review_id   INTEGER PRIMARY KEY,
    name        TEXT    NOT NULL CHECK (name <> ''),
    uscc        TEXT    NOT NULL CHECK (length(uscc) IN (0, 9, 12, 18)), -- or a division; '' of a person
    decision    TEXT    NOT NULL CHECK (decision IN ('accepted', 'refused')),
    reason      TEXT    CHECK (reason <> ''),             -- of a refusal, or NULL
    reviewed_by TEXT    NOT NULL REFERENCES user_account (login),
    seq         INTEGER NOT NULL,
    CHECK (decision = 'accepted' OR reason IS NOT NULL)
) STRICT;
CREATE INDEX beneficiary_review_name ON beneficiary_review (name, uscc, review_id);

CREATE TRIGGER beneficiary_review_no_update BEFORE UPDATE ON beneficiary_review
BEGIN
    SELECT raise(ABORT, 'beneficiary_review: insert only');
END;
CREATE TRIGGER beneficiary_review_no_delete BEFORE DELETE ON beneficiary_review
BEGIN
    SELECT raise(ABORT, 'beneficiary_review: insert only');
END;
