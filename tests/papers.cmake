# The scale rules are tested through the module's private header; that one knows no third party.
th_add_unit_test(test_map DEPENDS tanhui_papers)
th_add_unit_test(test_workbook DEPENDS tanhui_papers)
# Printed papers are looked at with programs of others: poppler-utils and zbar-tools.
add_library(tanhui_paper_look STATIC unit/paper_look.c)
target_link_libraries(tanhui_paper_look PUBLIC tanhui_core tanhui_test_support PkgConfig::CMOCKA)
foreach(part certificate contract statement)
    th_add_unit_test(test_${part} DEPENDS tanhui_papers tanhui_paper_look NO_VALGRIND)
endforeach()
th_add_unit_test(test_proof DEPENDS tanhui_papers)
th_add_unit_test(test_papers SOURCES integration/test_papers.c NO_VALGRIND
    DEPENDS tanhui_market tanhui_paper_look LABELS integration)
th_add_unit_test(test_payment_list DEPENDS tanhui_papers)
