# Malformed and hostile sources through the whole program: a slice of them, or with TH_BATTERY=all
# in the environment all 650, with 30 s of waiting for sources that are silent.
# Under the sanitizers it takes too long for every run: by hand, with -DTH_BATTERY=ON.
option(TH_BATTERY "Try the battery of malformed inputs under the sanitizers too" OFF)
if(NOT TH_SANITIZE OR TH_BATTERY)
    th_add_unit_test(test_battery NO_VALGRIND LABELS integration TIMEOUT 1800
        SOURCES battery/test_battery.c battery/battery.c battery/files.c battery/spoiled.c
            battery/texts.c battery/places.c battery/archives.c battery/databases.c
        DEPENDS tanhui_core LIBRARIES PkgConfig::GDAL PkgConfig::SQLITE)
    set_tests_properties(test_battery PROPERTIES RUN_SERIAL ON)
    add_dependencies(test_battery tanhui tanhui_reader_program)
endif()
