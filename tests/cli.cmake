# The program itself, started in a fresh folder; see tests/cli/run.h.
add_library(tanhui_cli_runner STATIC cli/run.c cli/reply.c cli/chain.c cli/auditor.c)
target_link_libraries(tanhui_cli_runner PUBLIC tanhui_core tanhui_test_support PkgConfig::CMOCKA
    PRIVATE PkgConfig::SQLITE)
foreach(part chain credit restated contract output clerk reversal same_bytes)
    th_add_unit_test(test_cli_${part} SOURCES cli/test_${part}.c NO_VALGRIND
        DEPENDS tanhui_cli_runner LABELS cli TIMEOUT 600)
    add_dependencies(test_cli_${part} tanhui tanhui_audit_program)
endforeach()
th_add_unit_test(test_cli_read_aloud
    SOURCES cli/test_read_aloud.c cli/calculator.c cli/book.c unit/formula.c NO_VALGRIND
    DEPENDS tanhui_cli_runner LIBRARIES m LABELS cli TIMEOUT 600)
add_dependencies(test_cli_read_aloud tanhui)
# This one looks into the table of commands, so it is linked with everything but main.
file(GLOB cli_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/cli/*.c)
list(FILTER cli_sources EXCLUDE REGEX "/main\\.c$")
th_add_unit_test(test_cli_help SOURCES cli/test_help.c ${cli_sources} NO_VALGRIND
    DEPENDS tanhui_cli_runner tanhui_trading tanhui_registry tanhui_net LABELS cli TIMEOUT 300)
add_dependencies(test_cli_help tanhui)
th_add_unit_test(test_cli_table SOURCES cli/test_table.c ${PROJECT_SOURCE_DIR}/cli/table.c
    DEPENDS tanhui_core LABELS cli)
# What reads the books of one registry that came to sales, retirements and a distribution.
th_add_unit_test(test_cli_books NO_VALGRIND
    SOURCES cli/test_books.c cli/books_chain.c cli/books_cadtrust.c cli/books_hledger.c
    cli/books_words.c cli/book.c ${cli_sources}
    DEPENDS tanhui_cli_runner tanhui_trading tanhui_registry tanhui_net LABELS cli TIMEOUT 300)
add_dependencies(test_cli_books tanhui)
# Every table altered past the program.
th_add_unit_test(test_altered NO_VALGRIND
    SOURCES cli/test_altered.c cli/books_chain.c ${cli_sources}
    DEPENDS tanhui_cli_runner tanhui_registry_world tanhui_trading tanhui_registry tanhui_net
    LABELS cli TIMEOUT 900)
add_dependencies(test_altered tanhui)
