# What a file does not say, and what is found out about it.
foreach(part offset datum guess guess_offset)
    th_add_unit_test(test_${part} SOURCES unit/test_${part}.c DEPENDS tanhui_gis LIBRARIES m)
endforeach()
# Asks PROJ's database what its codes are.
th_add_unit_test(test_zone SOURCES unit/test_zone.c DEPENDS tanhui_gis LIBRARIES PkgConfig::PROJ m)
foreach(part area_unit crs_words field_names land_code own_columns province rules)
    th_add_unit_test(test_${part} SOURCES unit/test_${part}.c DEPENDS tanhui_registry LIBRARIES m)
endforeach()
th_add_unit_test(test_parcel_fields DEPENDS tanhui_registry LABELS integration
    SOURCES integration/test_parcel_fields.c integration/parcel_fixture.c)
th_add_unit_test(test_datum_fit DEPENDS tanhui_registry LIBRARIES m LABELS integration
    SOURCES integration/test_datum_fit.c)
