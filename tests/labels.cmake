# What is made of a methodology's numbers: lists of eligible parcels, practice checks, accounts.
th_add_unit_test(test_eligibility DEPENDS tanhui_registry LABELS integration
    SOURCES integration/test_eligibility.c integration/drawn_fixture.c
        integration/parcel_fixture.c)
th_add_unit_test(test_practice DEPENDS tanhui_methodology
    SOURCES unit/test_practice.c unit/schema_check.c)
th_add_unit_test(test_practice_check DEPENDS tanhui_registry LABELS integration
    SOURCES integration/test_practice_check.c integration/drawn_fixture.c
        integration/parcel_fixture.c)
th_add_unit_test(test_balance DEPENDS tanhui_methodology)
th_add_unit_test(test_orchard DEPENDS tanhui_registry LABELS integration
    SOURCES integration/test_orchard.c integration/drawn_fixture.c
        integration/parcel_fixture.c)
th_add_unit_test(test_cli_labels SOURCES cli/test_labels.c NO_VALGRIND
    DEPENDS tanhui_cli_runner LABELS cli TIMEOUT 300)
add_dependencies(test_cli_labels tanhui)
