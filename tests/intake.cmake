# Looking before registering: drafts, profiles, repairs, waivers, mended rows, drawn parcels.
th_add_unit_test(test_import_settings DEPENDS tanhui_registry)
foreach(test parcel_repair parcel_add parcel_mend parcel_attributes parcel_renumber round_trip
        methodology_form profile)
    th_add_unit_test(test_${test} DEPENDS tanhui_registry LABELS integration
        SOURCES integration/test_${test}.c integration/intake_fixture.c integration/parcel_fixture.c)
endforeach()
# Killed children say little under valgrind.
th_add_unit_test(test_draft NO_VALGRIND DEPENDS tanhui_registry LABELS integration TIMEOUT 300
    SOURCES integration/test_draft.c integration/intake_fixture.c integration/parcel_fixture.c)
th_add_unit_test(test_cli_intake SOURCES cli/test_intake.c NO_VALGRIND DEPENDS tanhui_cli_runner
    LABELS cli TIMEOUT 300)
add_dependencies(test_cli_intake tanhui)
