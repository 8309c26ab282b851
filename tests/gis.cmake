foreach(part geometry validity area crs)
    th_add_unit_test(test_${part} SOURCES unit/test_${part}.c unit/shapes.c
        DEPENDS tanhui_gis LIBRARIES m)
endforeach()
# These ask the libraries themselves for inputs and for second opinions.
foreach(part reader writer)
    th_add_unit_test(test_${part} SOURCES unit/test_${part}.c unit/shapes.c unit/source_rows.c
        DEPENDS tanhui_gis LIBRARIES PkgConfig::GDAL m)
endforeach()
th_add_unit_test(test_ground SOURCES unit/test_ground.c unit/shapes.c DEPENDS tanhui_gis)
target_link_options(test_ground PRIVATE LINKER:--wrap=malloc)
th_add_unit_test(test_surveyor SOURCES unit/test_surveyor.c unit/shapes.c DEPENDS tanhui_gis LIBRARIES m)
target_link_options(test_surveyor PRIVATE LINKER:--wrap=malloc,--wrap=calloc,--wrap=realloc)
th_add_unit_test(test_simple NO_VALGRIND SOURCES unit/test_simple.c unit/shapes.c DEPENDS tanhui_gis LIBRARIES m)
th_add_unit_test(test_meet SOURCES unit/test_meet.c unit/fabric_world.c
    DEPENDS tanhui_gis LIBRARIES PkgConfig::GEOS m)
th_add_unit_test(test_fabric SOURCES unit/test_fabric.c unit/fabric_world.c unit/shapes.c
    DEPENDS tanhui_gis LIBRARIES PkgConfig::GEOS m)
th_add_unit_test(test_repair NO_VALGRIND SOURCES unit/test_repair.c unit/shapes.c DEPENDS tanhui_gis LIBRARIES m)
# Extended precision is what valgrind does not have.
th_add_unit_test(test_area_series NO_VALGRIND TIMEOUT 300 DEPENDS tanhui_gis LIBRARIES m)
th_add_unit_test(test_fingerprint SOURCES unit/test_fingerprint.c unit/shapes.c
    DEPENDS tanhui_gis LIBRARIES m)
th_add_unit_test(test_ruler SOURCES unit/test_ruler.c unit/shapes.c DEPENDS tanhui_gis LIBRARIES m)
