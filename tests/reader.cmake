# The reader process from both sides of its pipe.
th_add_unit_test(test_archive_name DEPENDS tanhui_gis)
th_add_unit_test(test_geojson DEPENDS tanhui_reader)
th_add_unit_test(test_wire DEPENDS tanhui_gis LIBRARIES m)
th_add_unit_test(test_reader_process NO_VALGRIND LABELS integration DEPENDS tanhui_gis
    SOURCES integration/test_reader_process.c LIBRARIES PkgConfig::GDAL)
th_add_unit_test(test_reader_sandbox NO_VALGRIND LABELS integration DEPENDS tanhui_reader
    SOURCES integration/test_reader_sandbox.c)
th_add_unit_test(test_encoding SOURCES unit/test_encoding.c unit/source_rows.c DEPENDS tanhui_gis
    LIBRARIES PkgConfig::GDAL)
th_add_unit_test(test_zip DEPENDS tanhui_reader)
