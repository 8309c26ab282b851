# Yearly data and sample plots.
th_add_unit_test(test_quantity_heading DEPENDS tanhui_registry)
th_add_unit_test(test_sheet DEPENDS tanhui_registry)
foreach(part activity plot)
    th_add_unit_test(test_${part}_store DEPENDS tanhui_registry_world
        SOURCES unit/test_${part}_store.c unit/parcel_rows.c)
    th_add_unit_test(test_${part} DEPENDS tanhui_registry LABELS integration
        SOURCES integration/test_${part}.c integration/parcel_fixture.c)
endforeach()
