# Rules of the code base, run as tests (label "check"), and for each rule a test that it bites.
foreach(check layers banned quantities headers format sizes messages docs journal tidy)
    add_test(NAME check_${check} COMMAND ${PROJECT_SOURCE_DIR}/tools/check_${check}.sh)
    add_test(NAME check_${check}_bites
        COMMAND ${CMAKE_CURRENT_LIST_DIR}/checks/test_check.sh ${check})
    set_tests_properties(check_${check} check_${check}_bites PROPERTIES
        LABELS check TIMEOUT 900 ENVIRONMENT "CC=${CMAKE_C_COMPILER}")
endforeach()
# clang-tidy reads every file as a compiler does, with all checks: minutes, on every core.
set_tests_properties(check_tidy PROPERTIES LABELS "check;long" RUN_SERIAL ON TIMEOUT 1800)

# The examples of the documents, run with the built programs, and the commands that they name.
set(documented $<TARGET_FILE:tanhui> $<TARGET_FILE:tanhui_audit_program>)
foreach(check examples commands)
    add_test(NAME check_${check} COMMAND ${PROJECT_SOURCE_DIR}/tools/check_${check}.sh
        ${PROJECT_SOURCE_DIR} ${documented})
    add_test(NAME check_${check}_bites
        COMMAND ${CMAKE_CURRENT_LIST_DIR}/checks/test_check.sh ${check} $<TARGET_FILE:tanhui>)
    set_tests_properties(check_${check} check_${check}_bites PROPERTIES LABELS check TIMEOUT 900)
endforeach()

# The Debian package is made, unpacked and run.
add_test(NAME package COMMAND ${CMAKE_CURRENT_LIST_DIR}/checks/test_package.sh
    ${PROJECT_BINARY_DIR} ${CMAKE_CPACK_COMMAND})
set_tests_properties(package PROPERTIES LABELS check TIMEOUT 600 RUN_SERIAL ON)

# The sample data in data/sample is what its generator draws.
add_test(NAME sample_regenerates COMMAND ${CMAKE_CURRENT_LIST_DIR}/checks/test_sample.sh
    $<TARGET_FILE:tanhui_sample_generator> ${PROJECT_SOURCE_DIR})
set_tests_properties(sample_regenerates PROPERTIES LABELS integration TIMEOUT 120)

# The demonstration, with the figures that must come out.
add_test(NAME demo COMMAND ${CMAKE_CURRENT_LIST_DIR}/checks/test_demo.sh $<TARGET_FILE:tanhui>
    ${PROJECT_SOURCE_DIR})
set_tests_properties(demo PROPERTIES LABELS cli TIMEOUT 900
    ENVIRONMENT "${TH_TEST_ENVIRONMENT}")
