# What a file does not say, and what is found out about it.
th_add_unit_test(test_offset SOURCES unit/test_offset.c DEPENDS tanhui_gis LIBRARIES m)
