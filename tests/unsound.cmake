# Registries that something else has written to.
th_add_unit_test(test_unsound NO_VALGRIND DEPENDS tanhui_registry LABELS integration
    LIBRARIES PkgConfig::SQLITE
    SOURCES integration/test_unsound.c integration/intake_fixture.c integration/parcel_fixture.c)
