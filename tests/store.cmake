# Tests that look into a registry share one fixture; it goes past the program's rules, with SQLite.
add_library(tanhui_registry_world STATIC ${CMAKE_CURRENT_SOURCE_DIR}/unit/registry_world.c)
target_link_libraries(tanhui_registry_world PUBLIC tanhui_registry tanhui_test_support
    PkgConfig::SQLITE PkgConfig::SPATIALITE PRIVATE PkgConfig::CMOCKA)

th_add_unit_test(test_csv_table DEPENDS tanhui_core)
foreach(part db store store_group journal party_store setup work directory audit backup)
    th_add_unit_test(test_${part} DEPENDS tanhui_registry_world)
endforeach()
th_add_unit_test(test_write_behind DEPENDS tanhui_registry_world)
# Calls to write are counted, and a child is killed.
th_add_unit_test(test_log_file DEPENDS tanhui_registry_world NO_VALGRIND)
# Killed children and other programs say little under valgrind.
foreach(part concurrency qgis)
    th_add_unit_test(test_${part} NO_VALGRIND DEPENDS tanhui_registry_world LABELS integration
        SOURCES integration/test_${part}.c TIMEOUT 300)
endforeach()
# Stores around the parcels.
foreach(part parcel_life parcel_bulk layer tenure profile draft overlap)
    th_add_unit_test(test_${part}_store DEPENDS tanhui_registry_world
        SOURCES unit/test_${part}_store.c unit/parcel_rows.c)
endforeach()
th_add_unit_test(test_parcel_bulk_crash NO_VALGRIND DEPENDS tanhui_registry_world
    LABELS integration SOURCES integration/test_parcel_bulk_crash.c unit/parcel_rows.c TIMEOUT 300)
