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
