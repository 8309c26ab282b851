# Parcels: store, import, views, exports and maps.
th_add_unit_test(test_spatial_blob DEPENDS tanhui_store)
th_add_unit_test(test_land_class DEPENDS tanhui_registry)
foreach(part store import views)
    th_add_unit_test(test_parcel_${part} DEPENDS tanhui_registry LABELS integration
        SOURCES integration/test_parcel_${part}.c integration/parcel_fixture.c unit/source_rows.c)
endforeach()
th_add_unit_test(test_parcel_crs DEPENDS tanhui_registry LABELS integration
    LIBRARIES PkgConfig::GDAL
    SOURCES integration/test_parcel_crs.c integration/parcel_fixture.c)
# Real files, killed children and many rows say little under valgrind and take long there.
foreach(part real_files crash large)
    th_add_unit_test(test_parcel_${part} NO_VALGRIND DEPENDS tanhui_registry LABELS integration
        TIMEOUT 300 SOURCES integration/test_parcel_${part}.c integration/parcel_fixture.c)
endforeach()
# What goes wrong silently elsewhere, and what the clerk is told.
foreach(test traps traps_letters crs_series)
    th_add_unit_test(test_${test} NO_VALGRIND DEPENDS tanhui_registry LABELS integration
        LIBRARIES PkgConfig::GDAL
        SOURCES integration/test_${test}.c integration/traps_files.c integration/intake_fixture.c
            integration/parcel_fixture.c integration/formats_fixture.c unit/source_rows.c)
    add_dependencies(test_${test} tanhui_reader_program)
endforeach()
