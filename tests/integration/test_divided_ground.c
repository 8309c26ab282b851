// What was taken off parcels that are divided and joined stays off where they share ground, and is
// neither asked for twice nor forgotten.
// A cell of 0.001° at 119.6 E 30.5 N measures 10,642.475 m² along geodesics; 0.00001° of longitude
// are 0.959 m there, 0.000005° of latitude 0.55 m.
#include "registry/package/package.h"
#include "tests/integration/drawn_fixture.h"

static const double CELL_M2 = 10642.475;

// The western part lies under two others, for each of which it was taken off: twice its own area.
static void split__no_part_takes_off_more_than_it_is(void **state)
{
    struct fixture *f = *state;
    drawn_let_in(f, 119.6, 30.5, 0.0004, 0.001);
    drawn_let_in(f, 119.6, 30.5005, 0.0004, 0.0007);
    drawn_let_in(f, 119.6, 30.5006, 0.0012, 0.0004);
    assert_close(th_area_m2(drawn_record(f, 3).sliver), 0.32 * CELL_M2, 0.1);
    drawn_split_at(f, 3, 119.6004);
    struct th_parcel_record west = drawn_record(f, 4);
    struct th_parcel_record east = drawn_record(f, 5);
    assert_int_equal(th_area_m2_300(west.sliver), th_area_m2_300(west.measured));
    assert_close(th_area_m2(east.measured), 0.32 * CELL_M2, 0.1);
    // What the whole had taken off stays off.
    assert_close(th_area_m2(west.sliver) + th_area_m2(east.sliver), 0.32 * CELL_M2, 0.1);
}

// The western neighbour gave up a strip before the whole was divided in turn.
static void split__a_strip_stays_off_the_part_that_shares_it(void **state)
{
    struct fixture *f = *state;
    struct drawn rows = {.size = 0};
    struct th_error err;
    drawn_row(&rows, 1, 119.6, 30.5, 0.001);
    drawn_row(&rows, 2, 119.600995, 30.5, 0.001);
    th_json_free(drawn_import(f, &rows));
    drawn_split_at(f, 1, 119.6005);
    drawn_split_at(f, 2, 119.6015);
    assert_close(th_area_m2(drawn_record(f, 5).sliver), 0.005 * CELL_M2, 0.05);
    assert_close(th_area_m2(drawn_record(f, 6).sliver), 0, 0.05);
    const int64_t both[] = {4, 5};
    drawn_package(f, both, 2, 2025, TH_OK, &err);
}

// What the neighbour gave up, an officer's decision said so; the parts do not give it up once more,
// however often they are divided.
static void split__parts_keep_what_others_gave_up_for_the_whole(void **state)
{
    struct fixture *f = *state;
    drawn_let_in(f, 119.6, 30.500995, 0.002, 0.001); // in the north, with a strip
    drawn_let_in(f, 119.6, 30.5, 0.002, 0.001);
    drawn_let_in(f, 119.6015, 30.5, 0.001, 0.001); // over the east
    assert_close(th_area_m2(drawn_record(f, 2).sliver), 0.01 * CELL_M2, 0.05);
    assert_close(th_area_m2(drawn_record(f, 3).sliver), 0.5025 * CELL_M2, 0.1);
    drawn_split_at(f, 2, 119.601);
    assert_close(th_area_m2(drawn_record(f, 5).sliver), 0.005 * CELL_M2, 0.05);
    drawn_split_at(f, 5, 119.6016);
    assert_close(th_area_m2(drawn_record(f, 6).sliver), 0.003 * CELL_M2, 0.05);
    assert_close(th_area_m2(drawn_record(f, 7).sliver), 0.002 * CELL_M2, 0.05);
}

// The strip is more than a hundredth of the part, but it was the neighbour that took it off.
static void split__parts_are_packaged_beside_a_neighbour_that_gave_way(void **state)
{
    struct fixture *f = *state;
    struct drawn rows = {.size = 0};
    struct th_error err;
    drawn_row(&rows, 1, 119.6, 30.5, 0.001);
    drawn_row(&rows, 2, 119.600991, 30.5, 0.001);
    th_json_free(drawn_import(f, &rows));
    drawn_split_at(f, 1, 119.6005);
    drawn_package(f, (const int64_t[]){2}, 1, 2025, TH_OK, &err);
    drawn_package(f, (const int64_t[]){4}, 1, 2025, TH_OK, &err);
}

// Areas of pieces do not add up to the square decimetre.
static void within__what_was_divided_and_joined_may_be_measured_otherwise(void **state)
{
    struct fixture *f = *state;
    struct th_error err;
    drawn_let_in(f, 119.601, 30.501005, 0.002, 0.000995);
    drawn_let_in(f, 119.6, 30.500005, 0.002005, 0.001995);
    drawn_split_at(f, 1, 119.601005);
    drawn_merge(f, (const int64_t[]){2, 4}, 2);
    drawn_package(f, (const int64_t[]){5, 3}, 2, 2025, TH_OK, &err);
}

// The second gave half a cell to the first, then the third a strip to the second: as one whole, 4,
// the first and the third share ground with it that either gave up in part.
static void joined_beside_another(struct fixture *f)
{
    drawn_let_in(f, 119.6, 30.5, 0.001, 0.001);
    drawn_let_in(f, 119.6005, 30.5, 0.001, 0.001005);
    drawn_let_in(f, 119.6, 30.501, 0.002, 0.001);
    assert_close(th_area_m2(drawn_record(f, 2).sliver), 0.5 * CELL_M2, 0.1);
    drawn_merge(f, (const int64_t[]){1, 3}, 2);
    assert_close(th_area_m2(drawn_record(f, 4).sliver), 0.005 * CELL_M2, 0.05);
}

// The eastern part shares nothing with anybody.
static void split__of_a_joined_whole_takes_the_strip_off_the_part_that_shares_it(void **state)
{
    struct fixture *f = *state;
    struct th_error err;
    joined_beside_another(f);
    drawn_split_at(f, 4, 119.6016);
    assert_close(th_area_m2(drawn_record(f, 5).sliver), 0.005 * CELL_M2, 0.05);
    assert_close(th_area_m2(drawn_record(f, 6).sliver), 0, 0.05);
    drawn_package(f, (const int64_t[]){2, 5, 6}, 3, 2025, TH_OK, &err);
}

// Whichever of the two is packaged last.
static void packages__a_joined_whole_stands_beside_one_that_gave_way(void **state)
{
    struct fixture *f = *state;
    struct th_error err;
    joined_beside_another(f);
    drawn_package(f, (const int64_t[]){4}, 1, 2025, TH_OK, &err);
    drawn_package(f, (const int64_t[]){2}, 1, 2025, TH_OK, &err);
    drawn_package(f, (const int64_t[]){2}, 1, 2026, TH_OK, &err);
    drawn_package(f, (const int64_t[]){4}, 1, 2026, TH_OK, &err);
}

static void packages__what_was_waived_is_not_believed_without_its_area(void **state)
{
    struct fixture *f = *state;
    struct th_error err;
    joined_beside_another(f);
    drawn_take_nothing_off(f, 2);
    drawn_package(f, (const int64_t[]){2}, 1, 2025, TH_OK, &err);
    drawn_package(f, (const int64_t[]){4}, 1, 2025, TH_CONFLICT, &err);
    assert_string_equal(err.key, "ground_not_taken_off");
}

#define DIVIDED_TEST(name) cmocka_unit_test_setup_teardown(name, drawn_set_up, drawn_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        DIVIDED_TEST(split__no_part_takes_off_more_than_it_is),
        DIVIDED_TEST(split__a_strip_stays_off_the_part_that_shares_it),
        DIVIDED_TEST(split__parts_keep_what_others_gave_up_for_the_whole),
        DIVIDED_TEST(split__parts_are_packaged_beside_a_neighbour_that_gave_way),
        DIVIDED_TEST(within__what_was_divided_and_joined_may_be_measured_otherwise),
        DIVIDED_TEST(split__of_a_joined_whole_takes_the_strip_off_the_part_that_shares_it),
        DIVIDED_TEST(packages__a_joined_whole_stands_beside_one_that_gave_way),
        DIVIDED_TEST(packages__what_was_waived_is_not_believed_without_its_area),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
