th_add_unit_test(test_points_table DEPENDS tanhui_reader)
th_add_unit_test(test_shape DEPENDS tanhui_reader LIBRARIES PkgConfig::GDAL)
foreach(part formats table_files)
    th_add_unit_test(test_${part} DEPENDS tanhui_gis LIBRARIES PkgConfig::GDAL LABELS integration
        SOURCES integration/test_${part}.c integration/formats_fixture.c unit/source_rows.c)
    add_dependencies(test_${part} tanhui_reader_program)
endforeach()
