-- What the registry checks of every parcel, in the words of PostGIS: validity, geodesic area, and
-- the pairs whose interiors meet, exactly.
\set ON_ERROR_STOP on
ANALYZE parcels;
SELECT count(*) AS invalid FROM parcels WHERE geom IS NULL OR NOT ST_IsValid(geom);
SELECT round(sum(ST_Area(geom::geography))::numeric, 2) AS area_m2 FROM parcels
    WHERE geom IS NOT NULL AND ST_IsValid(geom);
CREATE TABLE sound AS SELECT fid, geom FROM parcels WHERE geom IS NOT NULL AND ST_IsValid(geom);
CREATE INDEX ON sound USING gist (geom);
ANALYZE sound;
SELECT count(*) AS pairs FROM sound a JOIN sound b ON a.fid < b.fid AND a.geom && b.geom
    AND ST_Relate(a.geom, b.geom, 'T********');
