# The program itself, started in a fresh folder; see tests/cli/run.h.
add_library(tanhui_cli_runner STATIC cli/run.c cli/reply.c cli/chain.c)
target_link_libraries(tanhui_cli_runner PUBLIC tanhui_core tanhui_test_support PkgConfig::CMOCKA
    PRIVATE PkgConfig::SQLITE)
foreach(part chain)
    th_add_unit_test(test_cli_${part} SOURCES cli/test_${part}.c NO_VALGRIND
        DEPENDS tanhui_cli_runner LABELS cli TIMEOUT 300)
    add_dependencies(test_cli_${part} tanhui)
endforeach()
