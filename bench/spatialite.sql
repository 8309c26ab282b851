-- The same in SpatiaLite's SQL: validity, area on the ellipsoid, and the pairs whose interiors meet,
-- with the index that the load made. CROSS JOIN keeps the order of the tables.
SELECT count(*) AS invalid FROM parcels WHERE geom IS NULL OR ST_IsValid(geom) <> 1;
SELECT round(sum(ST_Area(geom, 1)), 2) AS area_m2 FROM parcels
    WHERE geom IS NOT NULL AND ST_IsValid(geom) = 1;
CREATE TEMP TABLE sound AS SELECT fid, geom FROM parcels WHERE ST_IsValid(geom) = 1;
CREATE UNIQUE INDEX temp.sound_fid ON sound (fid);
SELECT count(*) AS pairs
    FROM sound a
    CROSS JOIN idx_parcels_geom i ON i.xmin <= MbrMaxX(a.geom) AND i.xmax >= MbrMinX(a.geom)
        AND i.ymin <= MbrMaxY(a.geom) AND i.ymax >= MbrMinY(a.geom) AND i.pkid > a.fid
    CROSS JOIN sound b ON b.fid = i.pkid
    WHERE ST_Relate(a.geom, b.geom, 'T********') = 1;
