# The few shapes that every module of the build repeats.

# One interface target carries the flags; it is linked by every target of the project.
add_library(tanhui_flags INTERFACE)
target_compile_features(tanhui_flags INTERFACE c_std_17)
target_compile_definitions(tanhui_flags INTERFACE _XOPEN_SOURCE=700)
target_include_directories(tanhui_flags INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(tanhui_flags INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wswitch-enum -Wvla -Wundef
    -Wmissing-prototypes -Wstrict-prototypes -Wold-style-definition -Wpointer-arith -Wwrite-strings
    -Wformat=2 -fno-common -fstack-protector-strong
    # Results must be the same bytes on any x86-64 machine: no fused multiply-add.
    -ffp-contract=off)
# Assertions stay on in every build type.
target_compile_options(tanhui_flags INTERFACE -UNDEBUG)
if(TH_WERROR)
    target_compile_options(tanhui_flags INTERFACE -Werror)
endif()
if(TH_SANITIZE)
    target_compile_options(tanhui_flags INTERFACE
        -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(tanhui_flags INTERFACE -fsanitize=address,undefined)
endif()
if(TH_FUZZ)
    target_compile_options(tanhui_flags INTERFACE
        -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
        -fno-omit-frame-pointer)
    target_link_options(tanhui_flags INTERFACE -fsanitize=address,undefined)
endif()

# th_add_library(NAME SOURCES a.c … [DEPENDS targets…] [LIBRARIES third-party targets…])
# DEPENDS are modules below this one; LIBRARIES stay private, so that their headers do too.
function(th_add_library name)
    cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;LIBRARIES" ${ARGN})
    add_library(${name} STATIC ${ARG_SOURCES})
    target_link_libraries(${name} PUBLIC tanhui_flags ${ARG_DEPENDS} PRIVATE ${ARG_LIBRARIES})
endfunction()

# th_add_unit_test(NAME [SOURCES …] [DEPENDS …] [LIBRARIES …] [LABELS …] [TIMEOUT s])
# Builds tests/…/NAME.c (or SOURCES) as a cmocka program and registers it; under TH_VALGRIND the
# program of a unit test is registered a second time, run by valgrind (the integration tests, which
# are long, have the sanitizers).
function(th_add_unit_test name)
    cmake_parse_arguments(ARG "NO_VALGRIND" "TIMEOUT" "SOURCES;DEPENDS;LIBRARIES;LABELS" ${ARGN})
    if(NOT ARG_SOURCES)
        set(ARG_SOURCES unit/${name}.c)
    endif()
    if(NOT ARG_TIMEOUT)
        set(ARG_TIMEOUT 120)
    endif()
    if(TH_SANITIZE) # instrumented code is several times slower
        math(EXPR ARG_TIMEOUT "${ARG_TIMEOUT} * 5")
    endif()
    if(NOT ARG_LABELS)
        set(ARG_LABELS unit)
    endif()
    add_executable(${name} ${ARG_SOURCES})
    target_link_libraries(${name} PRIVATE tanhui_test_support ${ARG_DEPENDS} ${ARG_LIBRARIES}
        PkgConfig::CMOCKA)
    add_test(NAME ${name} COMMAND ${name})
    set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}"
        ENVIRONMENT "${TH_TEST_ENVIRONMENT}")
    if(TH_VALGRIND AND NOT ARG_NO_VALGRIND AND "unit" IN_LIST ARG_LABELS)
        add_test(NAME ${name}_valgrind
            COMMAND ${TH_VALGRIND_PROGRAM} --quiet --error-exitcode=99 --leak-check=full
                --errors-for-leak-kinds=definite,indirect
                --suppressions=${PROJECT_SOURCE_DIR}/tests/valgrind.supp $<TARGET_FILE:${name}>)
        math(EXPR slow "${ARG_TIMEOUT} * 20")
        set_tests_properties(${name}_valgrind PROPERTIES TIMEOUT ${slow} LABELS "valgrind"
            ENVIRONMENT "${TH_TEST_ENVIRONMENT};TANHUI_TEST_ROUNDS=20")
    endif()
endfunction()

# th_embed(TARGET SYMBOL DIRECTORY files…): the files become a sorted table
#   const struct th_embedded_file th_embed_SYMBOL[]; const size_t th_embed_SYMBOL_count;
# in a generated source of TARGET; core/embed.h declares the struct. Names are relative to DIRECTORY.
function(th_embed target symbol directory)
    set(out ${CMAKE_CURRENT_BINARY_DIR}/embed_${symbol}.c)
    add_custom_command(OUTPUT ${out}
        COMMAND ${CMAKE_COMMAND} -DOUT=${out} -DSYMBOL=${symbol} -DDIRECTORY=${directory}
            "-DFILES=${ARGN}" -P ${PROJECT_SOURCE_DIR}/cmake/Embed.cmake
        DEPENDS ${ARGN} ${PROJECT_SOURCE_DIR}/cmake/Embed.cmake
        COMMENT "Embedding ${symbol}" VERBATIM)
    target_sources(${target} PRIVATE ${out})
endfunction()
