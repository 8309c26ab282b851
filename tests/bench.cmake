# What was sown into a fabric is found (bench/).
if(TH_BENCH)
    add_custom_target(bench_tools ALL DEPENDS make_fabric check_truth)
    add_test(NAME fabric_truth COMMAND ${CMAKE_CURRENT_LIST_DIR}/checks/test_fabric_truth.sh
        $<TARGET_FILE:tanhui> $<TARGET_FILE_DIR:make_fabric> 4000)
    set_tests_properties(fabric_truth PROPERTIES LABELS integration TIMEOUT 300
        ENVIRONMENT "${TH_TEST_ENVIRONMENT}")
endif()
