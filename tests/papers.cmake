# The scale rules are tested through the module's private header; that one knows no third party.
th_add_unit_test(test_map DEPENDS tanhui_papers)
th_add_unit_test(test_workbook DEPENDS tanhui_papers)
