foreach(part status error buf quantity ratio date hash json file text codes csv messages progress)
    th_add_unit_test(test_${part} DEPENDS tanhui_core LIBRARIES m)
endforeach()
