# Fuzz targets. In the preset `fuzz` they are libFuzzer programs (tests/fuzz/run.sh); everywhere
# else each of them replays its corpus, which is a test.
set(fuzz_support_sources fuzz/fuzz.c)
if(NOT TH_FUZZ)
    list(APPEND fuzz_support_sources fuzz/replay.c)
endif()
add_library(tanhui_fuzz_support OBJECT ${fuzz_support_sources})
target_link_libraries(tanhui_fuzz_support PUBLIC tanhui_core)
add_custom_target(fuzz_targets)

# th_add_fuzz_target(NAME [SOURCES more.c …] DEPENDS modules…): fuzz/fuzz_NAME.c, corpus/NAME/
function(th_add_fuzz_target name)
    cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS" ${ARGN})
    add_executable(fuzz_${name} fuzz/fuzz_${name}.c ${ARG_SOURCES})
    target_link_libraries(fuzz_${name} PRIVATE tanhui_fuzz_support ${ARG_DEPENDS} m)
    add_dependencies(fuzz_targets fuzz_${name})
    if(TH_FUZZ)
        target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
    else()
        add_test(NAME fuzz_${name}_replay
            COMMAND fuzz_${name} ${CMAKE_CURRENT_LIST_DIR}/fuzz/corpus/${name})
        set_tests_properties(fuzz_${name}_replay PROPERTIES LABELS fuzz TIMEOUT 120
            ENVIRONMENT "${TH_TEST_ENVIRONMENT}")
    endif()
endfunction()

th_add_fuzz_target(json DEPENDS tanhui_core PkgConfig::JANSSON)
foreach(name csv csv_table quantity text messages)
    th_add_fuzz_target(${name} DEPENDS tanhui_core)
endforeach()
foreach(name wkb wire crs datum offset)
    th_add_fuzz_target(${name} DEPENDS tanhui_gis)
endforeach()
foreach(name ground fabric surveyor repair fingerprint edit)
    th_add_fuzz_target(${name} SOURCES fuzz/lattice.c DEPENDS tanhui_gis)
endforeach()
# Parts of the reader process, compiled in as they stand.
set(fuzz_reader ${PROJECT_SOURCE_DIR}/gis/reader)
th_add_fuzz_target(recode SOURCES ${fuzz_reader}/recode.c DEPENDS tanhui_core)
th_add_fuzz_target(encoding SOURCES ${fuzz_reader}/encoding.c ${fuzz_reader}/recode.c
    DEPENDS tanhui_core PkgConfig::GDAL)
th_add_fuzz_target(archive_name SOURCES ${fuzz_reader}/archive_name.c ${fuzz_reader}/recode.c
        ${fuzz_reader}/zip.c DEPENDS tanhui_core PkgConfig::GDAL)
th_add_fuzz_target(geojson SOURCES ${fuzz_reader}/geojson.c
    ${PROJECT_SOURCE_DIR}/gis/capture.c DEPENDS tanhui_gis tanhui_core PkgConfig::GDAL)
th_add_fuzz_target(points_table SOURCES ${fuzz_reader}/points.c ${fuzz_reader}/points_columns.c
        ${fuzz_reader}/coordinate.c ${fuzz_reader}/rings.c ${fuzz_reader}/recode.c
    DEPENDS tanhui_core)
th_add_fuzz_target(spatial_blob DEPENDS tanhui_store)
foreach(name document stem practice)
    th_add_fuzz_target(${name} DEPENDS tanhui_methodology)
endforeach()
foreach(name field_names area_unit quantity_heading settings)
    th_add_fuzz_target(${name} DEPENDS tanhui_registry)
endforeach()
# The pages come from the input instead of the net.
th_add_fuzz_target(collection DEPENDS tanhui_net)
target_link_options(fuzz_collection PRIVATE LINKER:--wrap=th_download_by_rules)
# So do the rows, instead of the reader process.
th_add_fuzz_target(mends DEPENDS tanhui_registry)
target_link_options(fuzz_mends PRIVATE LINKER:--wrap=th_reader_process_start
    LINKER:--wrap=th_reader_process_listen LINKER:--wrap=th_reader_process_end)
file(GLOB fuzz_cli_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/cli/*.c)
list(FILTER fuzz_cli_sources EXCLUDE REGEX "/main\\.c$")
th_add_fuzz_target(arguments SOURCES ${fuzz_cli_sources}
    DEPENDS tanhui_trading tanhui_registry tanhui_net)
th_add_fuzz_target(journal DEPENDS tanhui_audit_parts)
