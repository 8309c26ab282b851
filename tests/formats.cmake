th_add_unit_test(test_points_table DEPENDS tanhui_reader)
th_add_unit_test(test_shape DEPENDS tanhui_reader LIBRARIES PkgConfig::GDAL)
th_add_unit_test(test_formats DEPENDS tanhui_gis LIBRARIES PkgConfig::GDAL LABELS integration
    SOURCES integration/test_formats.c unit/source_rows.c)
add_dependencies(test_formats tanhui_reader_program)
