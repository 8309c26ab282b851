th_add_unit_test(test_document SOURCES unit/test_document.c unit/schema_check.c
    DEPENDS tanhui_methodology TIMEOUT 300)
th_add_unit_test(test_estimate DEPENDS tanhui_methodology)
th_add_unit_test(test_issuance DEPENDS tanhui_methodology)
th_add_unit_test(test_cases DEPENDS tanhui_methodology)
