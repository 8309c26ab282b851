# What happens to parcels after intake: editing, life, layers, tenure.
th_add_unit_test(test_edit SOURCES unit/test_edit.c unit/shapes.c DEPENDS tanhui_gis LIBRARIES m)
