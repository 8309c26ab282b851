// See battery.h. Every test is one kind of source; all of them meet one registry.
#include "tests/battery/battery.h"

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(battery_good_files),
        cmocka_unit_test(battery_spoiled_files),
        cmocka_unit_test(battery_spoiled_folders),
        cmocka_unit_test(battery_geojson),
        cmocka_unit_test(battery_xml),
        cmocka_unit_test(battery_tables),
        cmocka_unit_test(battery_archives),
        cmocka_unit_test(battery_names),
        cmocka_unit_test(battery_special_files),
        cmocka_unit_test(battery_virtual),
        cmocka_unit_test(battery_shapefiles),
        cmocka_unit_test(battery_databases),
        cmocka_unit_test(battery_endless),
    };
    return cmocka_run_group_tests(tests, battery_set_up, battery_tear_down);
}
