# The reader process from both sides of its pipe.
th_add_unit_test(test_archive_name DEPENDS tanhui_gis)
th_add_unit_test(test_wire DEPENDS tanhui_gis LIBRARIES m)
