#include <stdio.h>
#include <stdlib.h>

#include "core/csv_table.h"
#include "core/text.h"
#include "gis/reader/coordinate_internal.h"
#include "gis/reader/points_internal.h"
#include "tests/support/support.h"

struct world {
    struct th_csv_table *table;
    struct th_points_plan plan;
    struct th_points points;
};

static void plan_make(struct world *world, const char *text)
{
    struct th_error err = {0};
    char *copy = th_text_duplicate(text);
    assert_non_null(copy);
    *world = (struct world){0};
    assert_ok(th_csv_table_parse(copy, strlen(copy), &world->table, &err), &err);
    assert_ok(th_points_plan_make(world->table, true, "t.csv", &world->plan, &err), &err);
}

static void build(struct world *world, const char *text)
{
    struct th_error err = {0};
    plan_make(world, text);
    assert_int_equal(world->plan.kind, TH_POINTS_CORNERS);
    assert_ok(th_points_build(world->table, &world->plan, &world->points, &err), &err);
}

static void drop(struct world *world)
{
    th_points_clear(&world->points);
    th_csv_table_free(world->table);
}

static void refuse(const char *text, const char *key, const char *columns)
{
    struct th_error err = {0};
    struct th_points_plan plan = {.heading = 77};
    struct th_csv_table *table = NULL;
    char *copy = th_text_duplicate(text);
    assert_non_null(copy);
    assert_ok(th_csv_table_parse(copy, strlen(copy), &table, &err), &err);
    assert_status(th_points_plan_make(table, true, "t.csv", &plan, &err), TH_UNREADABLE, &err);
    assert_string_equal(err.key, key);
    assert_string_equal(th_error_arg_get(&err, "columns"), columns);
    assert_int_equal(plan.heading, 77);
    th_csv_table_free(table);
}

static void coordinate_parse__takes_what_people_write(void **state)
{
    static const struct {
        const char *text;
        double want;
    } cases[] = {
        {"3390123.456", 3390123.456},
        {" -12.5 ", -12.5},
        {"３３９０．５", 3390.5},
        {"3,390,123.25", 3390123.25},
        {"1e3", 1000},
        {"30°38′12.5″", 30 + 38 / 60.0 + 12.5 / 3600},
        {"30°38'12.5\"", 30 + 38 / 60.0 + 12.5 / 3600},
        {"30°38'12.5''", 30 + 38 / 60.0 + 12.5 / 3600},
        {"30度38分12.5秒", 30 + 38 / 60.0 + 12.5 / 3600},
        {"30° 38′ 12.5″ N", 30 + 38 / 60.0 + 12.5 / 3600},
        {"东经119°30′", 119.5},
        {"119:30:36", 119.51},
        {"119.5°", 119.5},
        {"119°30.5′", 119 + 30.5 / 60},
        {"12°30′00″S", -12.5},
        {"W12.5", -12.5},
        {"-12°30′", -12.5},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        double value = 0;
        if (!th_coordinate_parse(cases[i].text, &value)) {
            fail_msg("not read: %s", cases[i].text);
        }
        assert_close(value, cases[i].want, 1e-12 * 4e6);
    }
}

static void coordinate_parse__anything_else_is_refused_and_leaves_the_value(void **state)
{
    static const char *const cases[] = {
        "",       "  ",       "abc",  "12abc", "1,2",     "12,34,567",  "1,2345",
        "30°60′", "30°5′60″", "30°′", "400°",  "30.5°5′", "1.2.3",      "nan",
        "inf",    "°",        "--1",  "N-5",   "30:61",   "30°38′12″5", "1 234x",
        "NaN",    "1e999",    "0x10", "30m5s", "N",       "12:30m"};
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        double value = 77;
        if (th_coordinate_parse(cases[i], &value)) {
            fail_msg("read: %s as %f", cases[i], value);
        }
        assert_close(value, 77, 0);
    }
}

struct list {
    double xy[16];
    size_t n;
};

static bool list_add(double x, double y, void *context)
{
    struct list *list = context;
    if (list->n == 8) {
        return false;
    }
    list->xy[2 * list->n] = x;
    list->xy[2 * list->n + 1] = y;
    list->n++;
    return true;
}

static void coordinate_pairs__finds_the_separators_by_itself(void **state)
{
    static const char *const cases[] = {
        "1,2;3,4;5,6", "1,2; 3,4; 5,6;",   "1 2,3 4,5 6",       "1 2, 3 4, 5 6",
        "1,2 3,4 5,6", "1，2；3，4；5，6", "1,2,9;3,4,9;5,6,9", "1,2,0 3,4,0 5,6,0",
        "1,2|3,4|5,6", "1 2;3 4;5 6",      "1,2\n3,4\n5,6",     " 1, 2 ; 3, 4 ; 5, 6 "};
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct list list = {{0}, 0};
        if (!th_coordinate_pairs(cases[i], list_add, &list) || list.n != 3) {
            fail_msg("not read: %s", cases[i]);
        }
        for (size_t k = 0; k < 6; k++) {
            assert_close(list.xy[k], (double)k + 1, 0);
        }
    }
}

static void coordinate_pairs__a_piece_that_is_no_pair_is_refused(void **state)
{
    static const char *const cases[] = {"1,2;3", "1;2;3", "1,2;x,4", "1,2,3,4;5,6", "1,2,3,4,5,6"};
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct list list = {{0}, 0};
        if (th_coordinate_pairs(cases[i], list_add, &list)) {
            fail_msg("read: %s", cases[i]);
        }
    }
}

#define SQUARE(p) p ",1,0,0\n" p ",2,10,0\n" p ",3,10,10\n" p ",4,0,10\n"

static void plan__a_northing_called_x_is_known_by_its_numbers(void **state)
{
    struct world world;
    (void)state;
    plan_make(&world, "宗地号,点号,X坐标(m),Y坐标(m)\n7,J1,3390000.1,40468000.2\n");
    assert_int_equal(world.plan.kind, TH_POINTS_CORNERS);
    assert_int_equal(world.plan.north, 2);
    assert_int_equal(world.plan.east, 3);
    assert_int_equal(world.plan.how, TH_POINTS_NUMBERS);
    drop(&world);
    plan_make(&world, "parcel,point,x,y\n7,1,119.5,30.5\n");
    assert_int_equal(world.plan.east, 2);
    assert_int_equal(world.plan.north, 3);
    assert_int_equal(world.plan.how, TH_POINTS_NUMBERS);
    drop(&world);
}

static void plan__words_for_the_axes_decide(void **state)
{
    static const char *const headings[] = {"纵坐标,横坐标",
                                           "X(北),Y(东)",
                                           "纬度,经度",
                                           "lat,lon",
                                           "Northing,Easting",
                                           "北坐标（m）,东坐标（m）",
                                           "X（纵坐标）,Y（横坐标）",
                                           "纵坐标(X),横坐标(Y)"};
    (void)state;
    for (size_t i = 0; i < sizeof(headings) / sizeof(headings[0]); i++) {
        struct world world;
        char text[256];
        snprintf(text, sizeof(text), "地块号,%s\n1,5,6\n", headings[i]);
        plan_make(&world, text);
        assert_int_equal(world.plan.north, 1);
        assert_int_equal(world.plan.east, 2);
        assert_int_equal(world.plan.how, TH_POINTS_HEADINGS);
        drop(&world);
    }
}

static void plan__numbers_that_can_only_be_the_other_way_win_and_say_so(void **state)
{
    struct world world;
    (void)state;
    plan_make(&world, "地块号,经度,纬度\n1,30.5,119.5\n1,30.6,119.5\n");
    assert_int_equal(world.plan.east, 2);
    assert_int_equal(world.plan.how, TH_POINTS_AGAINST);
    drop(&world);
}

static void plan__local_numbers_stay_undecided(void **state)
{
    struct world world;
    (void)state;
    plan_make(&world, "地块号,x,y\n1,5000,3000\n");
    assert_int_equal(world.plan.east, 1);
    assert_int_equal(world.plan.how, TH_POINTS_UNDECIDED);
    drop(&world);
}

static void plan__finds_the_headings_below_titles_in_any_spelling(void **state)
{
    struct world world;
    (void)state;
    plan_make(&world, "某村界址点成果表\n2024年\n\"Parcel Number\",点 号,Ｘ,Ｙ\n");
    assert_int_equal(world.plan.heading, 2);
    assert_int_equal(world.plan.point, 1);
    drop(&world);
    plan_make(&world, "名称,几何\n");
    assert_int_equal(world.plan.kind, TH_POINTS_WKT);
    drop(&world);
    plan_make(&world, "名称,坐标串\n甲,\"30.1,119.1;30.2,119.1;30.2,119.2\"\n");
    assert_int_equal(world.plan.kind, TH_POINTS_PAIRS);
    assert_true(world.plan.north_first);
    drop(&world);
}

// The neighbours of a parcel on its four sides are words, too.
static void plan__the_four_neighbours_are_no_coordinates(void **state)
{
    (void)state;
    refuse("地块号,东至,南至,西至,北至\n1,河,路,田,山\n", "points_columns",
           "地块号, 东至, 南至, 西至, 北至");
}

static void plan__what_is_missing_is_named(void **state)
{
    (void)state;
    refuse("点号,x,y\n1,2,3\n", "points_columns_parcel", "点号, x, y");
    refuse("地块号,点号,高程\n1,2,3\n", "points_columns_axes", "地块号, 点号, 高程");
    refuse("a,b\n1,2\n", "points_columns", "a, b");
    refuse("", "points_columns", "");
}

static void assert_ring(const struct world *world, size_t ring, const double *xy, size_t n)
{
    const struct th_points_ring *found = &world->points.rings[ring];
    assert_int_equal(found->n, n);
    for (size_t i = 0; i < 2 * n; i++) {
        assert_close(world->points.xy[2 * found->first + i], xy[i], 0);
    }
}

static const double square[] = {0, 0, 10, 0, 10, 10, 0, 10};

static void build__gathers_rows_that_are_not_adjacent(void **state)
{
    struct world world;
    static const double second[] = {20, 0, 30, 0, 30, 10};
    (void)state;
    build(&world, "parcel,point,x,y\nA,1,0,0\nA,2,10,0\nB,1,20,0\nA,3,10,10\nB,2,30,0\nA,4,0,10\n"
                  "B,3,30,10\n");
    assert_int_equal(world.points.n_parcels, 2);
    assert_int_equal(th_csv_table_line(world.table, world.points.parcels[0].row), 2);
    assert_int_equal(th_csv_table_line(world.table, world.points.parcels[1].row), 4);
    assert_ring(&world, world.points.parcels[0].first_ring, square, 4);
    assert_ring(&world, world.points.parcels[1].first_ring, second, 3);
    drop(&world);
}

static void build__point_numbers_are_the_order(void **state)
{
    struct world world;
    (void)state;
    build(&world, "parcel,point,x,y\nA,J3,10,10\nA,J1,0,0\nA,J4,0,10\nA,J2,10,0\n");
    assert_null(world.points.parcels[0].lost);
    assert_ring(&world, 0, square, 4);
    drop(&world);
    // J10 comes behind J2.
    build(&world, "parcel,point,x,y\nA,J2,10,0\nA,J10,0,10\nA,J1,0,0\nA,J3,10,10\n");
    assert_ring(&world, 0, square, 4);
    drop(&world);
}

// Points that neighbours share have numbers of the whole village.
static void build__rows_are_the_order_when_only_they_give_a_simple_line(void **state)
{
    struct world world;
    (void)state;
    build(&world, "parcel,point,x,y\nA,J8,0,0\nA,J21,10,0\nA,J3,10,10\nA,J15,0,10\n");
    assert_null(world.points.parcels[0].lost);
    assert_ring(&world, 0, square, 4);
    drop(&world);
}

static void build__two_possible_orders_are_not_guessed(void **state)
{
    struct world world;
    (void)state;
    // A dent: both orders give a line without crossings.
    build(&world, "parcel,point,x,y\nA,1,0,0\nA,20,10,0\nA,9,5,2\nA,30,5,10\n");
    assert_string_equal(world.points.parcels[0].lost, "@points.order");
    drop(&world);
}

static void build__a_closing_point_may_be_repeated(void **state)
{
    struct world world;
    (void)state;
    build(&world, "parcel,point,x,y\n" SQUARE("A") "A,1,0,0\n" SQUARE("B") "B,5,0,0\n");
    assert_int_equal(world.points.n_parcels, 2);
    assert_ring(&world, 0, square, 4);
    assert_ring(&world, 1, square, 4);
    drop(&world);
}

static void build__rings_come_by_their_column_or_by_closing_points(void **state)
{
    struct world world;
    static const double hole[] = {2, 2, 4, 2, 4, 4};
    static const char *const texts[] = {
        "parcel,point,x,y,圈号\nA,1,0,0,1\nA,2,10,0,1\nA,3,10,10,1\nA,4,0,10,1\n"
        "A,1,2,2,2\nA,2,4,2,2\nA,3,4,4,2\n",
        "parcel,point,x,y\n" SQUARE("A") "A,1,0,0\nA,5,2,2\nA,6,4,2\nA,7,4,4\nA,5,2,2\n"};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        build(&world, texts[i]);
        assert_null(world.points.parcels[0].lost);
        assert_int_equal(world.points.parcels[0].n_rings, 2);
        assert_ring(&world, 0, square, 4);
        assert_ring(&world, 1, hole, 3);
        drop(&world);
    }
}

static void build__an_empty_parcel_cell_continues_the_parcel_above(void **state)
{
    struct world world;
    (void)state;
    build(&world, "parcel,point,x,y\nA,1,0,0\n,2,10,0\n,3,10,10\n,4,0,10\n");
    assert_int_equal(world.points.n_parcels, 1);
    assert_ring(&world, 0, square, 4);
    drop(&world);
}

static void build__a_parcel_that_cannot_be_is_lost_with_reason_and_line(void **state)
{
    static const struct {
        const char *rows;
        const char *reason;
        size_t line;
        const char *value;
    } cases[] = {
        {"A,1,0,0\nA,2,10,0\n", "@points.too_few", 2, NULL},
        {"A,1,0,0\nA,2,10,0\nA,1,0,0\n", "@points.too_few", 2, NULL},
        {SQUARE("A") "A,2,5,5\n", "@points.repeated", 6, "2"},
        {"A,1,0,0\nA,2,x,0\nA,3,10,10\n", "@points.not_a_number", 3, "x"},
        {"A,1,0,0\nA,2,10,\nA,3,10,10\n", "@points.no_coordinate", 3, ""},
        {"A,1,0,0\nA,,10,0\nA,3,10,10\n", "@points.no_number", 3, NULL},
        {",1,0,0\n,2,10,0\n,3,10,10\n", "@points.no_parcel", 2, NULL},
        {"A,1,1e999,0\nA,2,10,0\nA,3,10,10\n", "@points.not_a_number", 2, "1e999"},
        {"A,1,0,0\n,2,10,4O\n,3,10,10\n", "@points.not_a_number", 3, "4O"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct world world;
        char text[256];
        snprintf(text, sizeof(text), "parcel,point,x,y\n%s" SQUARE("Z"), cases[i].rows);
        build(&world, text);
        assert_int_equal(world.points.n_parcels, 2);
        assert_non_null(world.points.parcels[0].lost);
        assert_string_equal(world.points.parcels[0].lost, cases[i].reason);
        assert_int_equal(th_csv_table_line(world.table, world.points.parcels[0].row),
                         cases[i].line);
        // Merged cells say whose corner it is in the first row alone.
        assert_int_equal(th_csv_table_line(world.table, world.points.parcels[0].first_row), 2);
        const char *value = world.points.parcels[0].value;
        assert_string_equal(value == NULL ? "none" : value,
                            cases[i].value == NULL ? "none" : cases[i].value);
        // Its neighbour is none the worse.
        assert_null(world.points.parcels[1].lost);
        assert_ring(&world, world.points.parcels[1].first_ring, square, 4);
        drop(&world);
    }
}

static void build__repeated_headings_and_empty_rows_are_passed_over(void **state)
{
    struct world world;
    (void)state;
    build(&world, "parcel,point,x,y,note\n" SQUARE("A") "parcel,point,x,y,note\n,,,,page 2\n");
    assert_int_equal(world.points.n_parcels, 1);
    assert_int_equal(world.points.n_ignored, 2);
    drop(&world);
}

static void compare__runs_of_digits_are_numbers(void **state)
{
    static const char *const ascending[] = {"",   "1",  "2",    "2-1", "10",
                                            "J1", "J2", "J2-1", "J10", "K1"};
    size_t n = sizeof(ascending) / sizeof(ascending[0]);
    (void)state;
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < n; k++) {
            int want = i < k ? -1 : i > k;
            int order = th_points_compare(ascending[i], ascending[k]);
            assert_int_equal(order < 0 ? -1 : order > 0, want);
        }
    }
    assert_int_equal(th_points_compare("J01", "J1"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(coordinate_parse__takes_what_people_write),
        cmocka_unit_test(coordinate_parse__anything_else_is_refused_and_leaves_the_value),
        cmocka_unit_test(coordinate_pairs__finds_the_separators_by_itself),
        cmocka_unit_test(coordinate_pairs__a_piece_that_is_no_pair_is_refused),
        cmocka_unit_test(plan__a_northing_called_x_is_known_by_its_numbers),
        cmocka_unit_test(plan__words_for_the_axes_decide),
        cmocka_unit_test(plan__numbers_that_can_only_be_the_other_way_win_and_say_so),
        cmocka_unit_test(plan__local_numbers_stay_undecided),
        cmocka_unit_test(plan__finds_the_headings_below_titles_in_any_spelling),
        cmocka_unit_test(plan__the_four_neighbours_are_no_coordinates),
        cmocka_unit_test(plan__what_is_missing_is_named),
        cmocka_unit_test(build__gathers_rows_that_are_not_adjacent),
        cmocka_unit_test(build__point_numbers_are_the_order),
        cmocka_unit_test(build__rows_are_the_order_when_only_they_give_a_simple_line),
        cmocka_unit_test(build__two_possible_orders_are_not_guessed),
        cmocka_unit_test(build__a_closing_point_may_be_repeated),
        cmocka_unit_test(build__rings_come_by_their_column_or_by_closing_points),
        cmocka_unit_test(build__an_empty_parcel_cell_continues_the_parcel_above),
        cmocka_unit_test(build__a_parcel_that_cannot_be_is_lost_with_reason_and_line),
        cmocka_unit_test(build__repeated_headings_and_empty_rows_are_passed_over),
        cmocka_unit_test(compare__runs_of_digits_are_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
