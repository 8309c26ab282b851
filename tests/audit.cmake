# The auditor's program: journals written by the tests, and the export of a registry.
add_library(tanhui_test_journal STATIC ${CMAKE_CURRENT_SOURCE_DIR}/audit/journal.c
    ${CMAKE_CURRENT_SOURCE_DIR}/audit/money_steps.c)
target_link_libraries(tanhui_test_journal PUBLIC tanhui_core tanhui_test_support PkgConfig::SODIUM
    PRIVATE PkgConfig::CMOCKA)
foreach(part days faults forecasts forged ground money moves receipts revenue rights terms told)
    set(options)
    if(part STREQUAL faults)
        set(options NO_VALGRIND)
    endif()
    th_add_unit_test(test_audit_${part} SOURCES audit/test_audit_${part}.c audit/verdict.c ${options}
        DEPENDS tanhui_test_journal tanhui_audit_parts)
endforeach()
th_add_unit_test(test_audit_parts SOURCES audit/test_audit_parts.c DEPENDS tanhui_audit_parts)
th_add_unit_test(test_cli_audit_export SOURCES cli/test_audit_export.c NO_VALGRIND
    DEPENDS tanhui_cli_runner LABELS cli TIMEOUT 300)
add_dependencies(test_cli_audit_export tanhui tanhui_audit_program)
th_add_unit_test(test_sign DEPENDS tanhui_core)
th_add_unit_test(test_head DEPENDS tanhui_registry_world)
