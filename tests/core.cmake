foreach(part status error buf quantity ratio date hash json file text name codes csv messages progress arena crew id_set chinese_amount)
    th_add_unit_test(test_${part} DEPENDS tanhui_core LIBRARIES m)
endforeach()
# Beside jansson's own writer.
th_add_unit_test(test_json_write DEPENDS tanhui_core LIBRARIES PkgConfig::JANSSON)

# Failing allocations, one after the other.
th_add_unit_test(test_memory DEPENDS tanhui_core LIBRARIES PkgConfig::JANSSON)
target_link_options(test_memory PRIVATE
    LINKER:--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=aligned_alloc)
