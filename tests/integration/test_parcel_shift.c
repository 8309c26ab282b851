// Rows that a web map has moved: 高德 and 腾讯 (GCJ-02), 百度 (BD-09). What gives them away, what
// the clerk is told, and that they are brought home only when somebody asks for it.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/file.h"
#include "core/text.h"
#include "registry/export/export.h"
#include "store/ground/parcel_store.h"
#include "tests/integration/drawn_fixture.h"
#include "tests/support/map_shift.h"

enum map { GCJ02, BD09 };

// As the option calls it, and the words for the clerk.
static const char *const OPTIONS[] = {"gcj02", "bd09"};
static const char *const NAMES[] = {"高德、腾讯（GCJ-02）", "百度（BD-09）"};
static const char *const SHIFTS[] = {"手机地图的偏移（GCJ-02）", "百度地图的偏移（BD-09）"};

static struct th_test_place shown(enum map map, struct th_test_place at)
{
    struct th_test_place gcj02 = th_test_gcj02(at);
    return map == BD09 ? th_test_bd09(gcj02) : gcj02;
}

static struct th_xy shown_at(enum map map, struct th_xy at)
{
    struct th_test_place place =
        shown(map, (struct th_test_place){(long double)at.x, (long double)at.y});
    return (struct th_xy){(double)place.lon, (double)place.lat};
}

static const struct th_xy FIELD[] = {{119.6, 30.5},       {119.6013, 30.5001}, {119.6011, 30.5009},
                                     {119.6006, 30.5007}, {119.6004, 30.5016}, {119.5999, 30.5012}};
enum { FIELD_CORNERS = sizeof(FIELD) / sizeof(FIELD[0]) };

static void add_field(struct drawn *file, bool gcj02, const char *number)
{
    struct th_xy ring[FIELD_CORNERS];
    for (size_t i = 0; i < FIELD_CORNERS; i++) {
        ring[i] = gcj02 ? shown_at(GCJ02, FIELD[i]) : FIELD[i];
    }
    drawn_ring(file, ring, FIELD_CORNERS, number);
}

static void shift__a_copy_from_a_phones_map_is_known_by_its_shape(void **state)
{
    struct fixture *f = *state;
    struct drawn right = {.size = 0};
    struct drawn moved = {.size = 0};
    struct th_parcel_import_options options = fixture_options(f, NULL);
    add_field(&right, false, "\"number\":\"1\"");
    add_field(&moved, true, "\"number\":\"2\"");
    struct th_json *reply = drawn_import(f, &right);
    assert_int_equal(drawn_accepted(reply), 1);
    assert_null(drawn_detection(reply, "offset"));
    th_json_free(reply);
    reply = drawn_import(f, &moved);
    assert_int_equal(drawn_accepted(reply), 0);
    assert_int_equal(fixture_problems(reply, 1, "gcj02_suspected", "error"), 1);
    assert_non_null(strstr(drawn_message(reply, 1, "gcj02_suspected"), "parcel 1"));
    assert_non_null(drawn_detection(reply, "offset"));
    assert_string_equal(th_json_get_text(drawn_detection(reply, "offset"), "option", ""),
                        "--offset gcj02");
    th_json_free(reply);
    options.offset = "gcj02"; // then it is what it is: the same ground again
    reply = drawn_import_with(f, &moved, options);
    assert_int_equal(fixture_problems(reply, 1, "duplicate", "error"), 1);
    assert_int_equal(fixture_problems(reply, 1, "gcj02_suspected", NULL), 0);
    th_json_free(reply);
    options.offset = "none"; // the clerk knows better
    reply = drawn_import_with(f, &moved, options);
    assert_int_equal(drawn_accepted(reply), 1);
    th_json_free(reply);
}

static void
shift__of_two_rows_the_moved_one_is_blamed_and_of_a_registered_one_the_new_row(void **state)
{
    struct fixture *f = *state;
    struct drawn both = {.size = 0};
    struct drawn right = {.size = 0};
    struct th_parcel_import_options options = fixture_options(f, NULL);
    add_field(&both, false, "\"number\":\"1\"");
    add_field(&both, true, "\"number\":\"2\"");
    struct th_json *reply = drawn_import_with(f, &both, options);
    assert_int_equal(drawn_accepted(reply), 1);
    assert_int_equal(fixture_problems(reply, 1, NULL, NULL), 0);
    assert_int_equal(fixture_problems(reply, 2, "gcj02_suspected", "error"), 1);
    assert_non_null(strstr(drawn_message(reply, 2, "gcj02_suspected"), "row 1"));
    drawn_retire(f, drawn_parcel(reply, 0));
    th_json_free(reply);
    struct drawn moved = {.size = 0};
    add_field(&moved, true, "\"number\":\"3\"");
    options.offset = "none";
    reply = drawn_import_with(f, &moved, options);
    assert_int_equal(drawn_accepted(reply), 1); // retired ones are nobody's twins
    th_json_free(reply);
    add_field(&right, false, "\"number\":\"4\"");
    reply = drawn_import(f, &right);
    assert_int_equal(fixture_problems(reply, 1, "gcj02_suspected", "error"), 1);
    assert_non_null(strstr(drawn_message(reply, 1, "gcj02_suspected"), "m away"));
    th_json_free(reply);
    // Its own parcel is brought back to where it is by an update.
    right.size = 0;
    add_field(&right, false, "\"number\":\"3\"");
    options = fixture_options(f, NULL);
    options.update = true;
    reply = drawn_import_with(f, &right, options);
    assert_int_equal(drawn_accepted(reply), 1);
    th_json_free(reply);
}

// What has no shift and is said to have one would be registered once more, half a kilometre away.
static void shift__that_is_claimed_of_registered_ground_is_refused(void **state)
{
    struct fixture *f = *state;
    struct drawn right = {.size = 0};
    struct drawn again = {.size = 0};
    struct th_parcel_import_options options = fixture_options(f, NULL);
    add_field(&right, false, "\"number\":\"1\"");
    struct th_json *reply = drawn_import(f, &right);
    assert_int_equal(drawn_accepted(reply), 1);
    int64_t parcel = drawn_parcel(reply, 0);
    th_json_free(reply);
    add_field(&again, false, "\"number\":\"2\"");
    for (enum map map = GCJ02; map <= BD09; map++) {
        options.offset = OPTIONS[map];
        reply = drawn_import_with(f, &again, options);
        assert_int_equal(drawn_accepted(reply), 0);
        assert_int_equal(fixture_problems(reply, 1, "offset_disproved", "error"), 1);
        assert_non_null(strstr(drawn_message(reply, 1, "offset_disproved"), "parcel 1"));
        th_json_free(reply);
    }
    drawn_retire(f, parcel); // retired ones are nobody's twins
    reply = drawn_import_with(f, &again, options);
    assert_int_equal(fixture_problems(reply, 1, "offset_disproved", NULL), 0);
    assert_int_equal(drawn_accepted(reply), 1);
    th_json_free(reply);
}

// The clerk's language, so that the words can be looked at.
static struct th_parcel_import_options in_chinese(const struct fixture *f)
{
    struct th_parcel_import_options options = fixture_options(f, NULL);
    options.lang = TH_LANG_ZH;
    return options;
}

static const char *hint(const struct th_json *reply, int64_t row)
{
    const struct th_json *problems = th_json_get(reply, "problems");
    for (size_t i = 0; i < th_json_size(problems); i++) {
        if (th_json_get_int(th_json_at(problems, i), "row", -1) == row) {
            return th_json_get_text(th_json_at(problems, i), "hint", "");
        }
    }
    return "";
}

static void assert_evidence(const struct th_json *reply, enum map map, const char *sentence)
{
    const struct th_json *found = drawn_detection(reply, "offset");
    char option[32];
    bool told = false;
    assert_non_null(found);
    snprintf(option, sizeof(option), "--offset %s", OPTIONS[map]);
    assert_string_equal(th_json_get_text(found, "choice", ""), "none");
    assert_string_equal(th_json_get_text(found, "option", ""), option);
    const struct th_json *evidence = th_json_get(found, "evidence");
    for (size_t i = 0; i < th_json_size(evidence); i++) {
        told = told || strcmp(th_json_text(th_json_at(evidence, i)), sentence) == 0;
    }
    if (!told) {
        fail_msg("%s: not among the evidence", sentence);
    }
}

// Every row is refused, in words that name the map and the option, and nothing else is said of it.
static void assert_proved(const struct th_json *reply, enum map map, int n_rows)
{
    char option[32];
    snprintf(option, sizeof(option), "--offset %s", OPTIONS[map]);
    assert_int_equal(drawn_accepted(reply), 0);
    for (int row = 1; row <= n_rows; row++) {
        assert_int_equal(fixture_problems(reply, row, "gcj02_suspected", "error"), 1);
        assert_int_equal(fixture_problems(reply, row, NULL, NULL), 1);
        assert_non_null(strstr(drawn_message(reply, row, "gcj02_suspected"), NAMES[map]));
        assert_non_null(strstr(hint(reply, row), option));
    }
}

// Cells in a column; the county is narrower than the shift of either map and than what is between
// them.
static void column(struct drawn *file, enum map map, int n)
{
    file->size = 0;
    for (int i = 0; i < n; i++) {
        struct th_xy corner =
            shown_at(map, (struct th_xy){119.6005 + 0.00002 * i, 30.5 + 0.0012 * i});
        drawn_row(file, i + 1, corner.x, corner.y, 0.001 + 0.00003 * i);
    }
}

static void assert_exported(struct fixture *f, const char *name, int64_t import_id,
                            const char *offset)
{
    char path[TH_TEST_PATH_SIZE];
    char wanted[64];
    char *text = NULL;
    size_t size = 0;
    struct th_json *reply = NULL;
    struct th_error err = {0};
    const struct th_export_options options = {.format = "csv",
                                              .path = th_test_path(path, f->folder, name)};
    assert_ok(th_export(f->registry, &options, &reply, &err), &err);
    th_json_free(reply);
    assert_ok(th_file_read(path, 1 << 20, &text, &size, &err), &err);
    assert_non_null(strstr(text, ",source_row,source_import,source_offset,"));
    (void)snprintf(wanted, sizeof(wanted), ",%lld,%s,", (long long)import_id, offset);
    assert_non_null(strstr(text, wanted));
    free(text);
}

// The parcel says which shift was taken off and by which import, and so does an export of it.
static void assert_on_record(struct fixture *f, int64_t parcel_id, const char *offset,
                             int64_t import_id)
{
    struct th_json *reply = NULL;
    struct th_error err = {0};
    assert_ok(th_parcel_show(f->registry, parcel_id, &reply, &err), &err);
    const struct th_json *source = th_json_get(reply, "source");
    assert_true(th_text_equals(th_json_get_text(source, "offset", NULL), offset));
    assert_int_equal(th_json_get_int(source, "import_id", 0), import_id);
    th_json_free(reply);
    assert_exported(f, "recorded.csv", import_id, offset == NULL ? "" : offset);
}

// A later table of attributes brings a version, and no other ground.
static void assert_outlasts_attributes(struct fixture *f, int64_t parcel_id, const char *offset,
                                       int64_t import_id)
{
    char path[TH_TEST_PATH_SIZE];
    struct th_error err = {0};
    struct th_parcel_import_options table = in_chinese(f);
    table.source = fixture_file(f, path, "owners.csv", "number,household\n1,张三\n");
    table.update = true;
    struct th_json *reply = fixture_import(f, &table);
    int64_t later_id = th_json_get_int(reply, "import_id", -1);
    assert_int_equal(drawn_accepted(reply), 1);
    th_json_free(reply);
    assert_ok(th_parcel_show(f->registry, parcel_id, &reply, &err), &err);
    assert_int_equal(th_json_get_int(reply, "version", 0), 2);
    const struct th_json *source = th_json_get(reply, "source");
    assert_string_equal(th_json_get_text(source, "offset", ""), offset);
    assert_int_equal(th_json_get_int(source, "import_id", 0), import_id);
    source = th_json_get(reply, "attributes_source");
    assert_int_equal(th_json_get_int(source, "import_id", 0), later_id);
    th_json_free(reply);
    assert_exported(f, "later.csv", import_id, offset);
}

static void boundary_tells(struct fixture *f, enum map map)
{
    struct drawn county = {.size = 0};
    struct drawn rows;
    char sentence[256];
    struct th_parcel_import_options options = in_chinese(f);
    drawn_box(&county, 119.6, 30.45, 0.0035, 0.2, "\"code\":\"330523\",\"name\":\"测试县\"");
    drawn_layer_add(f, &county, (struct th_layer_add_options){.role = "county", .name = "县界"});
    column(&rows, map, 25);
    struct th_json *reply = drawn_import_with(f, &rows, options);
    assert_proved(reply, map, 25);
    snprintf(sentence, sizeof(sentence),
             "与边界比较：25 个地块里，照原样有 0 个在边界内；去掉%s以后有 25 个。", SHIFTS[map]);
    assert_evidence(reply, map, sentence);
    th_json_free(reply);
    // Six are too few for a proof: the clerk is asked, and the county's boundary refuses them.
    column(&rows, map, 6);
    reply = drawn_import_with(f, &rows, options);
    assert_int_equal(drawn_accepted(reply), 0);
    assert_int_equal(fixture_problems(reply, 1, "gcj02_suspected", "warning"), 1);
    assert_non_null(strstr(drawn_message(reply, 1, "gcj02_suspected"), NAMES[map]));
    assert_int_equal(fixture_problems(reply, 1, "outside_county", "error"), 1);
    th_json_free(reply);
    options.offset = OPTIONS[map];
    reply = drawn_import_with(f, &rows, options);
    assert_int_equal(drawn_accepted(reply), 6);
    assert_string_equal(th_json_get_text(drawn_detection(reply, "offset"), "choice", ""),
                        OPTIONS[map]);
    assert_on_record(f, drawn_parcel(reply, 0), OPTIONS[map],
                     th_json_get_int(reply, "import_id", -1));
    int64_t parcel_id = drawn_parcel(reply, 0);
    int64_t import_id = th_json_get_int(reply, "import_id", -1);
    th_json_free(reply);
    assert_outlasts_attributes(f, parcel_id, OPTIONS[map], import_id);
}

static void shift__that_nobody_took_off_is_not_told(void **state)
{
    struct fixture *f = *state;
    struct drawn right = {.size = 0};
    add_field(&right, false, "\"number\":\"1\"");
    struct th_json *reply = drawn_import(f, &right);
    assert_on_record(f, drawn_parcel(reply, 0), NULL, th_json_get_int(reply, "import_id", -1));
    th_json_free(reply);
}

static void gcj02__a_boundary_proves_it_for_many_rows_and_makes_it_likely_for_few(void **state)
{
    boundary_tells(*state, GCJ02);
}

static void bd09__a_boundary_proves_it_for_many_rows_and_makes_it_likely_for_few(void **state)
{
    boundary_tells(*state, BD09);
}

// A fabric of three columns and seven rows whose corners are a little off the lattice but shared;
// narrower than the shift of either map. Every other cell is registered, those at its corners too,
// so that each corner of the rest lies on an edge that is registered. In units of 1e-8°.
enum { COLUMNS = 3, ROWS = 7, N_REST = COLUMNS * ROWS / 2 };

static struct th_test_place node(int column, int row)
{
    int noise = column * 7919 + row * 104729;
    int64_t x = 11960000000 + 100000 * column + (noise % 401 - 200) * 100;
    int64_t y = 3050000000 + 100000 * row + (noise % 283 - 141) * 100;
    return (struct th_test_place){(long double)x / 1e8L, (long double)y / 1e8L};
}

static void fabric(struct drawn *file, bool registered, const enum map *map)
{
    static const int AT[4][2] = {{0, 0}, {1, 0}, {1, 1}, {0, 1}};
    file->size = 0;
    for (int i = 0; i < COLUMNS * ROWS; i++) {
        char number[32];
        struct th_xy ring[4];
        if ((i % 2 == 0) != registered) {
            continue;
        }
        for (int k = 0; k < 4; k++) {
            struct th_test_place at = node(i % COLUMNS + AT[k][0], i / COLUMNS + AT[k][1]);
            at = map == NULL ? at : shown(*map, at);
            ring[k] = (struct th_xy){(double)at.lon, (double)at.lat};
        }
        snprintf(number, sizeof(number), "\"number\":\"%d\"", i + 1);
        drawn_ring(file, ring, 4, number);
    }
}

static void neighbours_tell(struct fixture *f, enum map map)
{
    struct drawn rows;
    char sentence[256];
    struct th_parcel_import_options options = in_chinese(f);
    fabric(&rows, true, NULL);
    struct th_json *reply = drawn_import(f, &rows);
    assert_int_equal(drawn_accepted(reply), COLUMNS * ROWS - N_REST);
    th_json_free(reply);
    fabric(&rows, false, &map);
    reply = drawn_import_with(f, &rows, options);
    assert_proved(reply, map, N_REST);
    snprintf(
        sentence, sizeof(sentence),
        "与相邻地块比较：%d 个界址点里，照原样有 0 个落在相邻地块的边上（半米以内）；去掉%s以后有 "
        "%d 个。",
        4 * N_REST, SHIFTS[map], 4 * N_REST);
    assert_evidence(reply, map, sentence);
    th_json_free(reply);
    // The clerk decides: they are where they are, or they are brought home.
    f->request.dry_run = true;
    options.offset = "none";
    reply = drawn_import_with(f, &rows, options);
    assert_int_equal(drawn_accepted(reply), N_REST);
    assert_null(drawn_detection(reply, "offset"));
    th_json_free(reply);
    f->request.dry_run = false;
    options.offset = OPTIONS[map];
    reply = drawn_import_with(f, &rows, options);
    assert_int_equal(drawn_accepted(reply), N_REST);
    // To the last digit: not even a sliver lies between them and their neighbours.
    assert_int_equal(th_json_size(th_json_get(reply, "problems")), 0);
    th_json_free(reply);
}

static void gcj02__neighbours_prove_it_without_a_boundary(void **state)
{
    neighbours_tell(*state, GCJ02);
}

static void bd09__neighbours_prove_it_without_a_boundary(void **state)
{
    neighbours_tell(*state, BD09);
}

static void neighbours__that_meet_as_they_are_raise_no_suspicion(void **state)
{
    struct fixture *f = *state;
    struct drawn rows;
    fabric(&rows, true, NULL);
    th_json_free(drawn_import(f, &rows));
    fabric(&rows, false, NULL);
    struct th_json *reply = drawn_import(f, &rows);
    assert_int_equal(drawn_accepted(reply), N_REST);
    assert_null(drawn_detection(reply, "offset"));
    th_json_free(reply);
}

// Each true corner lies 4e-9° beside a point of the registry's grid, to either side, so that an
// error of more than 1e-9° away from it would round to the next one: what is stored is the grid's
// point only if the way back is exact to a billionth of a degree.
static void converted__corners_lie_within_a_billionth_of_a_degree_of_the_truth(void **state)
{
    struct fixture *f = *state;
    static const struct {
        int64_t x, y;
        int side_x, side_y;
    } CORNERS[] = {{11960000017, 3050000023, 1, -1}, {11960130051, 3050010049, -1, -1},
                   {11960110077, 3050090091, 1, 1},  {11960060003, 3050070011, -1, 1},
                   {11960040039, 3050160037, 1, 1},  {11959990057, 3050120013, -1, -1}};
    enum { N = sizeof(CORNERS) / sizeof(CORNERS[0]) };
    for (int map = GCJ02; map <= BD09; map++) {
        struct drawn file = {.size = 0};
        struct th_xy ring[N];
        struct th_geometry shape;
        struct th_error err;
        unsigned char *wkb = NULL;
        size_t size = 0;
        struct th_parcel_import_options options = fixture_options(f, NULL);
        for (size_t i = 0; i < N; i++) {
            const struct th_test_place at = {
                ((long double)CORNERS[i].x + 0.4L * CORNERS[i].side_x) / 1e8L + 0.01L * map,
                ((long double)CORNERS[i].y + 0.4L * CORNERS[i].side_y) / 1e8L};
            struct th_test_place moved = shown((enum map)map, at);
            ring[i] = (struct th_xy){(double)moved.lon, (double)moved.lat};
        }
        drawn_ring(&file, ring, N, "");
        options.offset = OPTIONS[map];
        struct th_json *reply = drawn_import_with(f, &file, options);
        assert_ok(th_parcel_geometry_load(th_registry_store(f->registry), drawn_parcel(reply, 0), 0,
                                          &wkb, &size, &err),
                  &err);
        assert_ok(th_geometry_from_wkb(wkb, size, &shape, &err), &err);
        assert_int_equal(shape.n_points, N + 1);
        for (size_t i = 0; i < N; i++) {
            bool found = false;
            for (size_t k = 0; k < shape.n_points; k++) {
                found =
                    found || (llround(shape.points[k].x * 1e8) == CORNERS[i].x + 1000000 * map &&
                              llround(shape.points[k].y * 1e8) == CORNERS[i].y);
            }
            if (!found) {
                fail_msg("%s: corner %zu is not where it was", OPTIONS[map], i);
            }
        }
        th_geometry_clear(&shape);
        free(wkb);
        th_json_free(reply);
    }
}

#define SHIFT_TEST(name) cmocka_unit_test_setup_teardown(name, drawn_set_up, drawn_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SHIFT_TEST(shift__a_copy_from_a_phones_map_is_known_by_its_shape),
        SHIFT_TEST(shift__that_is_claimed_of_registered_ground_is_refused),
        SHIFT_TEST(shift__of_two_rows_the_moved_one_is_blamed_and_of_a_registered_one_the_new_row),
        SHIFT_TEST(gcj02__a_boundary_proves_it_for_many_rows_and_makes_it_likely_for_few),
        SHIFT_TEST(bd09__a_boundary_proves_it_for_many_rows_and_makes_it_likely_for_few),
        SHIFT_TEST(shift__that_nobody_took_off_is_not_told),
        SHIFT_TEST(gcj02__neighbours_prove_it_without_a_boundary),
        SHIFT_TEST(bd09__neighbours_prove_it_without_a_boundary),
        SHIFT_TEST(neighbours__that_meet_as_they_are_raise_no_suspicion),
        SHIFT_TEST(converted__corners_lie_within_a_billionth_of_a_degree_of_the_truth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
