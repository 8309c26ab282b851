# What a county decides in place of the program's limits, and what layers say to changes of parcels.
th_add_unit_test(test_rule DEPENDS tanhui_registry LABELS integration LIBRARIES m
    SOURCES integration/test_rule.c integration/parcel_fixture.c)
th_add_unit_test(test_life_ground DEPENDS tanhui_registry LABELS integration LIBRARIES m
    SOURCES integration/test_life_ground.c integration/drawn_fixture.c
        integration/parcel_fixture.c)
