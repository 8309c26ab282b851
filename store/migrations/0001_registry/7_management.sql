-- What was done on a parcel in a year, as tables of yearly data said it; a table that says otherwise
-- makes a new version, and of one parcel and year the latest version counts.
CREATE TABLE activity (
    activity_id INTEGER PRIMARY KEY,
    parcel_id   INTEGER NOT NULL REFERENCES parcel (parcel_id),
    year        INTEGER NOT NULL CHECK (year BETWEEN 1900 AND 9999),
    version     INTEGER NOT NULL CHECK (version > 0),
    quantities  TEXT    NOT NULL CHECK (json_valid(quantities)), -- canonical object of exact texts:
                                                          -- n_synthetic, n_organic (kg N/mu), p2o5,
                                                          -- k2o, limestone, dolomite and products
                                                          -- (kg/mu), diesel, petrol (litres),
                                                          -- cleared (mu), sprays, harvested_culms
                                                          -- (pieces), note
    origins     TEXT    NOT NULL CHECK (json_valid(origins)), -- by quantity: heading and text of the
                                                          -- table, or what it was reckoned from
    source      TEXT    NOT NULL CHECK (source <> ''),    -- file name
    sha256      BLOB    NOT NULL CHECK (length(sha256) = 32), -- of the file
    source_row  INTEGER NOT NULL CHECK (source_row > 0),
    row_hash    BLOB    NOT NULL CHECK (length(row_hash) = 32), -- BLAKE2b of all of the above but
                                                          -- activity_id
    seq         INTEGER NOT NULL,
    UNIQUE (parcel_id, year, version)
) STRICT;

-- A sample plot as one survey found it. It stands for parcels, for a stratum, or both; a table that
-- says otherwise makes a new version.
CREATE TABLE plot (
    plot_id    INTEGER PRIMARY KEY,
    village    TEXT    NOT NULL REFERENCES village (code),
    number     TEXT    NOT NULL CHECK (number <> ''),     -- of the plot, within the village
    surveyed   TEXT    NOT NULL CHECK (surveyed GLOB '[1-9][0-9][0-9][0-9]' OR
                   surveyed GLOB '[1-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]'), -- year or day
    version    INTEGER NOT NULL CHECK (version > 0),
    stratum    TEXT    NOT NULL,                          -- '' without
    area_m2    TEXT    NOT NULL CHECK (area_m2 GLOB '[0-9]*'), -- exact
    source     TEXT    NOT NULL CHECK (source <> ''),     -- file name
    sha256     BLOB    NOT NULL CHECK (length(sha256) = 32), -- of the file
    row_hash   BLOB    NOT NULL CHECK (length(row_hash) = 32), -- BLAKE2b of all of the above but
                                                          -- plot_id, and of parcels and stems
    seq        INTEGER NOT NULL,
    UNIQUE (village, number, surveyed, version)
) STRICT;
CREATE INDEX plot_stratum ON plot (stratum) WHERE stratum <> '';

-- The parcels that a plot stands for.
CREATE TABLE plot_parcel (
    plot_id   INTEGER NOT NULL REFERENCES plot (plot_id),
    parcel_id INTEGER NOT NULL REFERENCES parcel (parcel_id),
    PRIMARY KEY (plot_id, parcel_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX plot_parcel_parcel ON plot_parcel (parcel_id);

-- The stems of a plot by class, in the order of the table.
CREATE TABLE plot_stem (
    plot_id    INTEGER NOT NULL REFERENCES plot (plot_id),
    ordinal    INTEGER NOT NULL CHECK (ordinal > 0),
    species    TEXT    NOT NULL,                          -- '' without
    dbh_cm     TEXT    NOT NULL CHECK (dbh_cm GLOB '[0-9]*'), -- exact
    age        INTEGER CHECK (age > 0),                   -- bamboo: du; trees: years
    height_m   TEXT    CHECK (height_m GLOB '[0-9]*'),    -- exact
    volume_m3  TEXT    CHECK (volume_m3 GLOB '[0-9]*'),   -- of one stem, exact
    n          INTEGER NOT NULL CHECK (n > 0),            -- stems
    source_row INTEGER NOT NULL CHECK (source_row > 0),
    PRIMARY KEY (plot_id, ordinal)
) STRICT, WITHOUT ROWID;

-- Insert-only tables: what was written stays as it was.
CREATE TRIGGER activity_no_update BEFORE UPDATE ON activity
BEGIN
    SELECT raise(ABORT, 'activity: insert only');
END;
CREATE TRIGGER activity_no_delete BEFORE DELETE ON activity
BEGIN
    SELECT raise(ABORT, 'activity: insert only');
END;
CREATE TRIGGER plot_no_update BEFORE UPDATE ON plot
BEGIN
    SELECT raise(ABORT, 'plot: insert only');
END;
CREATE TRIGGER plot_no_delete BEFORE DELETE ON plot
BEGIN
    SELECT raise(ABORT, 'plot: insert only');
END;
CREATE TRIGGER plot_parcel_no_update BEFORE UPDATE ON plot_parcel
BEGIN
    SELECT raise(ABORT, 'plot_parcel: insert only');
END;
CREATE TRIGGER plot_parcel_no_delete BEFORE DELETE ON plot_parcel
BEGIN
    SELECT raise(ABORT, 'plot_parcel: insert only');
END;
CREATE TRIGGER plot_stem_no_update BEFORE UPDATE ON plot_stem
BEGIN
    SELECT raise(ABORT, 'plot_stem: insert only');
END;
CREATE TRIGGER plot_stem_no_delete BEFORE DELETE ON plot_stem
BEGIN
    SELECT raise(ABORT, 'plot_stem: insert only');
END;
