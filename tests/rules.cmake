# What a county decides in place of the program's limits.
th_add_unit_test(test_rule DEPENDS tanhui_registry LABELS integration LIBRARIES m
    SOURCES integration/test_rule.c integration/parcel_fixture.c)
