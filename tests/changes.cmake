# Changes of parcels: by which rules, beside which layers, and what is left of them when they are killed.
th_add_unit_test(test_rule DEPENDS tanhui_registry LABELS integration LIBRARIES m
    SOURCES integration/test_rule.c integration/parcel_fixture.c)
th_add_unit_test(test_life_ground DEPENDS tanhui_registry LABELS integration LIBRARIES m
    SOURCES integration/test_life_ground.c integration/drawn_fixture.c
        integration/parcel_fixture.c)
th_add_unit_test(test_counted_once DEPENDS tanhui_registry LABELS integration LIBRARIES m
    SOURCES integration/test_counted_once.c integration/drawn_fixture.c
        integration/parcel_fixture.c)
th_add_unit_test(test_divided_ground DEPENDS tanhui_registry LABELS integration LIBRARIES m
    SOURCES integration/test_divided_ground.c integration/drawn_fixture.c
        integration/parcel_fixture.c)
th_add_unit_test(test_ground_model DEPENDS tanhui_registry LABELS integration LIBRARIES m
    SOURCES integration/test_ground_model.c integration/ground_world.c integration/cells.c
        integration/pieces.c
        integration/drawn_fixture.c
        integration/parcel_fixture.c)
# Killed children say little under valgrind.
th_add_unit_test(test_life_crash NO_VALGRIND DEPENDS tanhui_registry_world LABELS integration
    TIMEOUT 300 SOURCES integration/test_life_crash.c integration/parcel_fixture.c)
