add_library(tanhui_test_documents STATIC unit/shipped_document.c)
target_link_libraries(tanhui_test_documents PUBLIC tanhui_methodology tanhui_test_support)
th_add_unit_test(test_document SOURCES unit/test_document.c unit/mutants.c unit/schema_check.c
    DEPENDS tanhui_test_documents TIMEOUT 300)
th_add_unit_test(test_document_faults DEPENDS tanhui_methodology TIMEOUT 300)
th_add_unit_test(test_document_memory DEPENDS tanhui_methodology)
target_link_options(test_document_memory PRIVATE LINKER:--wrap=malloc,--wrap=calloc)
th_add_unit_test(test_unit DEPENDS tanhui_methodology)
th_add_unit_test(test_maths NO_VALGRIND DEPENDS tanhui_methodology LIBRARIES m)
th_add_unit_test(test_random DEPENDS tanhui_methodology LIBRARIES m)
th_add_unit_test(test_quantile DEPENDS tanhui_methodology LIBRARIES m)
th_add_unit_test(test_student NO_VALGRIND DEPENDS tanhui_methodology LIBRARIES m)
th_add_unit_test(test_distribution DEPENDS tanhui_methodology LIBRARIES m)
th_add_unit_test(test_uncertainty DEPENDS tanhui_methodology LIBRARIES m)
th_add_unit_test(test_exact_sum DEPENDS tanhui_methodology LIBRARIES m)
th_add_unit_test(test_activity_sum DEPENDS tanhui_methodology)
th_add_unit_test(test_error_sum DEPENDS tanhui_methodology LIBRARIES m)
th_add_unit_test(test_portfolio DEPENDS tanhui_methodology LIBRARIES m)
th_add_unit_test(test_calc DEPENDS tanhui_methodology LIBRARIES m)
th_add_unit_test(test_family DEPENDS tanhui_methodology)
th_add_unit_test(test_stem SOURCES unit/test_stem.c unit/formula.c
    DEPENDS tanhui_methodology LIBRARIES m)
th_add_unit_test(test_stem_document TIMEOUT 300 DEPENDS tanhui_methodology
    SOURCES unit/test_stem_document.c unit/mutants.c unit/schema_check.c)
foreach(part examples stands)
    th_add_unit_test(test_worked_${part} SOURCES unit/test_worked_${part}.c unit/worked.c
        DEPENDS tanhui_test_documents LIBRARIES m)
endforeach()
th_add_unit_test(test_permanence DEPENDS tanhui_methodology)
th_add_unit_test(test_separate DEPENDS tanhui_methodology)
th_add_unit_test(test_estimate DEPENDS tanhui_test_documents)
th_add_unit_test(test_survey SOURCES unit/test_survey.c unit/formula.c
    DEPENDS tanhui_test_documents LIBRARIES m)
th_add_unit_test(test_explain_formulas SOURCES unit/test_explain_formulas.c unit/formula.c
    DEPENDS tanhui_methodology LIBRARIES m)
th_add_unit_test(test_estimate_uncertainty DEPENDS tanhui_test_documents LIBRARIES m)
th_add_unit_test(test_issuance DEPENDS tanhui_methodology)
add_library(tanhui_test_cases STATIC unit/case_file.c)
target_link_libraries(tanhui_test_cases PUBLIC tanhui_core tanhui_test_support)
th_add_unit_test(test_cases DEPENDS tanhui_test_documents tanhui_test_cases)
th_add_unit_test(test_case_totals DEPENDS tanhui_test_cases)
th_add_unit_test(test_shipped_documents DEPENDS tanhui_test_documents)
th_add_unit_test(test_stem_show SOURCES unit/test_stem_show.c unit/formula.c
    DEPENDS tanhui_registry LIBRARIES m)
th_add_unit_test(test_methodology_use DEPENDS tanhui_registry LABELS integration LIBRARIES m
    SOURCES integration/test_methodology_use.c integration/drawn_fixture.c
        integration/parcel_fixture.c)
th_add_unit_test(test_survey_use DEPENDS tanhui_registry LABELS integration LIBRARIES m
    SOURCES integration/test_survey_use.c integration/drawn_fixture.c
        integration/parcel_fixture.c)
th_add_unit_test(test_estimate_table DEPENDS tanhui_registry LABELS integration LIBRARIES m
    SOURCES integration/test_estimate_table.c integration/drawn_fixture.c
        integration/parcel_fixture.c)
