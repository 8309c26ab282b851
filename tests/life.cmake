# What happens to parcels after intake: editing, life, layers, tenure.
th_add_unit_test(test_edit SOURCES unit/test_edit.c unit/shapes.c DEPENDS tanhui_gis LIBRARIES m)
th_add_unit_test(test_parcel_life DEPENDS tanhui_registry LABELS integration
    SOURCES integration/test_parcel_life.c integration/parcel_fixture.c)
th_add_unit_test(test_layer DEPENDS tanhui_registry LABELS integration
    SOURCES integration/test_layer.c integration/parcel_fixture.c)
th_add_unit_test(test_tenure DEPENDS tanhui_registry LABELS integration
    SOURCES integration/test_tenure.c integration/parcel_fixture.c)
foreach(part ground shift)
    th_add_unit_test(test_parcel_${part} DEPENDS tanhui_registry LABELS integration LIBRARIES m
        SOURCES integration/test_parcel_${part}.c integration/drawn_fixture.c
            integration/parcel_fixture.c)
endforeach()
