# The reader process from both sides of its pipe.
th_add_unit_test(test_archive_name DEPENDS tanhui_gis)
