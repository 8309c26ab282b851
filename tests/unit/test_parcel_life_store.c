// What happens to a parcel after it was stored.
#include "store/ground/parcel_life_store.h"

#include <stdio.h>

#include "tests/unit/parcel_rows.h"

// Parcel 1 has versions from 2024-03-09, 2025-01-01 and again 2025-01-01; parcel 2 one.
static int make(void **state)
{
    struct th_test_world *world = rows_world_begin(4);
    unsigned char wkb[ROWS_WKB_SIZE];
    struct th_hash row_hash;
    struct th_error err = {0};
    rows_insert(world->store, 1, 1, 119);
    rows_insert(world->store, 2, 1, 119.1);
    for (int version = 2; version <= 3; version++) {
        struct th_parcel_record record = rows_record(1, version, 119 + 0.0001 * version, wkb);
        record.from = (struct th_date){2025, 1, 1};
        assert_ok(
            th_parcel_insert(world->store, &record, "{}", wkb, sizeof(wkb), 1, &row_hash, &err),
            &err);
    }
    *state = world;
    return 0;
}

static void parcel_version_on__the_last_version_that_has_begun_holds(void **state)
{
    static const struct {
        int64_t parcel_id;
        struct th_date on;
        int64_t version;
    } CASES[] = {{1, {2024, 3, 8}, 0}, {1, {2024, 3, 9}, 1}, {1, {2024, 12, 31}, 1},
                 {1, {2025, 1, 1}, 3}, {1, {2099, 1, 1}, 3}, {2, {2025, 6, 30}, 1},
                 {2, {2025, 7, 1}, 0}};
    struct th_test_world *world = *state;
    struct th_error err = {0};
    int64_t version = 77;
    assert_ok(th_parcel_retire(world->store, 2, (struct th_date){2025, 7, 1}, "built over", &err),
              &err);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        assert_ok(
            th_parcel_version_on(world->store, CASES[i].parcel_id, CASES[i].on, &version, &err),
            &err);
        assert_int_equal(version, CASES[i].version);
    }
    version = 77;
    assert_status(th_parcel_version_on(world->store, 9, CASES[0].on, &version, &err), TH_NOT_FOUND,
                  &err);
    assert_string_equal(err.key, "parcel_not_found");
    assert_int_equal(version, 77);
}

static void parcel_insert__a_version_never_begins_before_the_one_it_follows(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    unsigned char wkb[ROWS_WKB_SIZE];
    struct th_hash row_hash;
    struct th_parcel_record record = rows_record(1, 4, 119, wkb);
    record.from = (struct th_date){2024, 12, 31};
    assert_status(
        th_parcel_insert(world->store, &record, "{}", wkb, sizeof(wkb), 1, &row_hash, &err),
        TH_CONFLICT, &err);
    assert_string_equal(err.key, "parcel_version_date");
    assert_string_equal(th_error_arg_get(&err, "since"), "2025-01-01");
    assert_string_equal(th_error_arg_get(&err, "date"), "2024-12-31");
    // Only a source's row names an import; a drawn boundary does without.
    record.from = (struct th_date){2025, 2, 1};
    record.import_id = 0;
    assert_status(
        th_parcel_insert(world->store, &record, "{}", wkb, sizeof(wkb), 1, &row_hash, &err),
        TH_CONFLICT, &err);
    assert_string_equal(err.key, "store_constraint");
}

static void parcel_insert__a_boundary_needs_no_import(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    unsigned char wkb[ROWS_WKB_SIZE];
    struct th_hash row_hash;
    struct th_parcel_record record = rows_record(1, 4, 119, wkb);
    record.from = (struct th_date){2025, 2, 1};
    record.import_id = record.source_row = record.feature = 0;
    snprintf(record.origin, sizeof(record.origin), "boundary");
    assert_ok(th_parcel_insert(world->store, &record, "{}", wkb, sizeof(wkb), 1, &row_hash, &err),
              &err);
    struct th_parcel_record loaded;
    assert_ok(th_parcel_load(world->store, 1, 4, &loaded, &err), &err);
    assert_string_equal(loaded.origin, "boundary");
    assert_int_equal(loaded.import_id, 0);
    assert_int_equal(th_date_compare(loaded.from, record.from), 0);
    assert_memory_equal(&loaded.row_hash, &row_hash, sizeof(row_hash));
    rows_commit(world->store);
    th_test_assert_sound(world->registry);
}

static void parcel_retire__is_final_and_dated(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    struct th_parcel_record record;
    char reason[TH_PARCEL_REASON_SIZE] = "untouched";
    unsigned char wkb[ROWS_WKB_SIZE];
    struct th_hash row_hash;
    struct th_date day = {2025, 7, 1};
    assert_status(th_parcel_retire(world->store, 9, day, "x", &err), TH_NOT_FOUND, &err);
    assert_status(th_parcel_retired_reason(world->store, 9, reason, &err), TH_NOT_FOUND, &err);
    assert_string_equal(reason, "untouched");
    assert_status(th_parcel_retire(world->store, 1, (struct th_date){2024, 12, 31}, "x", &err),
                  TH_CONFLICT, &err);
    assert_string_equal(err.key, "parcel_version_date");
    assert_ok(th_parcel_retired_reason(world->store, 1, reason, &err), &err);
    assert_string_equal(reason, "");
    assert_ok(th_parcel_retire(world->store, 1, day, "征收", &err), &err);
    assert_ok(th_parcel_load(world->store, 1, 0, &record, &err), &err);
    assert_string_equal(record.state, "retired");
    assert_int_equal(th_date_compare(record.retired_on, day), 0);
    assert_ok(th_parcel_retired_reason(world->store, 1, reason, &err), &err);
    assert_string_equal(reason, "征收");
    assert_status(th_parcel_retire(world->store, 1, day, "again", &err), TH_CONFLICT, &err);
    assert_string_equal(err.key, "parcel_is_retired");
    record = rows_record(1, 4, 119, wkb);
    record.from = day;
    assert_status(
        th_parcel_insert(world->store, &record, "{}", wkb, sizeof(wkb), 1, &row_hash, &err),
        TH_CONFLICT, &err);
    assert_string_equal(err.key, "parcel_is_retired");
}

static void parcel__neither_identity_nor_retirement_can_be_edited(void **state)
{
    static const char *const REFUSED[] = {
        "UPDATE parcel SET village = 'x' WHERE parcel_id = 1",
        "UPDATE parcel SET number = NULL WHERE parcel_id = 1",
        "UPDATE parcel SET source_key = 'x' WHERE parcel_id = 1",
        "UPDATE parcel SET parcel_id = 9 WHERE parcel_id = 1",
        "UPDATE parcel SET seq = 2 WHERE parcel_id = 1",
        "UPDATE parcel SET version = 1 WHERE parcel_id = 1",
        "UPDATE parcel SET state = 'registered' WHERE parcel_id = 2",
        "UPDATE parcel SET retired_reason = 'x' WHERE parcel_id = 2",
        "DELETE FROM parcel WHERE parcel_id = 1"};
    struct th_test_world *world = *state;
    struct th_error err = {0};
    char words[256];
    assert_ok(th_parcel_retire(world->store, 2, (struct th_date){2025, 7, 1}, "x", &err), &err);
    for (size_t i = 0; i < sizeof(REFUSED) / sizeof(REFUSED[0]); i++) {
        th_test_sql_refused(world->store, REFUSED[i], words);
        if (strstr(words, "parcel: ") == NULL) {
            fail_msg("%s: %s", REFUSED[i], words);
        }
    }
}

// The number of a version comes back with it, so that its digest holds.
static void assert_number(struct th_store *store, int64_t parcel_id, int64_t version,
                          const char *number)
{
    struct th_parcel_record record;
    struct th_error err = {0};
    assert_ok(th_parcel_load(store, parcel_id, version, &record, &err), &err);
    assert_string_equal(record.number, number);
    struct th_hash row_hash = th_parcel_row_hash(&record, "{}");
    assert_memory_equal(row_hash.bytes, record.row_hash.bytes, TH_HASH_SIZE);
}

// The next version of the parcel, of the same ground, under another number.
static void number_version(struct th_store *store, int64_t parcel_id, int64_t version, double west,
                           const char *number)
{
    unsigned char wkb[ROWS_WKB_SIZE];
    struct th_hash row_hash;
    struct th_error err = {0};
    struct th_parcel_record record = rows_record(parcel_id, version, west, wkb);
    record.from = (struct th_date){2025, 1, 1};
    record.import_id = record.source_row = 0;
    snprintf(record.origin, sizeof(record.origin), "number");
    snprintf(record.number, sizeof(record.number), "%s", number);
    assert_ok(th_parcel_insert(store, &record, "{}", wkb, sizeof(wkb), 1, &row_hash, &err), &err);
}

struct numbers {
    char text[128];
};

static bool note_renumbering(void *context, const struct th_parcel_renumbering *r)
{
    struct numbers *numbers = context;
    size_t used = strlen(numbers->text);
    snprintf(numbers->text + used, sizeof(numbers->text) - used, "%d.%d %s>%s %s; ",
             (int)r->parcel_id, (int)r->version, r->old_number, r->number, r->reason);
    assert_string_equal(r->village, ROWS_VILLAGE);
    return true;
}

static bool note_numbered(void *context, int64_t parcel_id)
{
    int64_t *ids = context;
    *ids = *ids * 10 + parcel_id;
    return true;
}

static int64_t numbered(struct th_store *store, const char *village, const char *number)
{
    struct th_error err = {0};
    int64_t ids = 0;
    assert_ok(th_parcel_numbered_each(store, village, number, note_numbered, &ids, &err), &err);
    return ids;
}

static void parcel_renumber__versions_keep_the_number_they_had(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    struct numbers numbers = {""};
    char words[256];
    number_version(world->store, 1, 4, 119.0003, "7");
    assert_ok(th_parcel_renumber(world->store, 1, "7", "slip", 1, &err), &err);
    number_version(world->store, 1, 5, 119.0003, "8");
    assert_ok(th_parcel_renumber(world->store, 1, "8", "again", 1, &err), &err);
    assert_number(world->store, 1, 1, "1");
    assert_number(world->store, 1, 3, "1");
    assert_number(world->store, 1, 4, "7");
    assert_number(world->store, 1, 5, "8");
    assert_number(world->store, 1, 0, "8");
    assert_number(world->store, 2, 1, "2");
    assert_ok(th_parcel_renumbering_each(world->store, 0, NULL, note_renumbering, &numbers, &err),
              &err);
    assert_string_equal(numbers.text, "1.4 1>8 slip; 1.5 7>8 again; ");
    numbers.text[0] = '\0';
    assert_ok(th_parcel_renumbering_each(world->store, 1, "7", note_renumbering, &numbers, &err),
              &err);
    assert_string_equal(numbers.text, "1.5 7>8 again; ");
    // Another parcel may take a number that is free again; both are found by it.
    number_version(world->store, 2, 2, 119.1, "7");
    assert_ok(th_parcel_renumber(world->store, 2, "7", "swap", 1, &err), &err);
    assert_int_equal(numbered(world->store, NULL, "7"), 12);
    assert_int_equal(numbered(world->store, ROWS_VILLAGE, "1"), 1);
    assert_int_equal(numbered(world->store, "330523001299", "1"), 0);
    assert_int_equal(numbered(world->store, NULL, "9"), 0);
    // A number that is in use is not given; and none without its record.
    number_version(world->store, 2, 3, 119.1, "8");
    assert_status(th_parcel_renumber(world->store, 2, "8", "x", 1, &err), TH_CONFLICT, &err);
    assert_string_equal(err.key, "store_constraint");
    th_test_sql_refused(world->store, "UPDATE parcel SET number = '9' WHERE parcel_id = 1", words);
}

static void parcel_ground_seq__is_of_the_version_that_brought_the_ground(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    unsigned char wkb[ROWS_WKB_SIZE];
    struct th_hash row_hash;
    int64_t seq = 77;
    // Ground of versions 1, 2 and 3 differs; 4 has that of 3, 5 that of 1 again, and 6 that of 5.
    static const struct {
        int64_t version;
        double west;
        int64_t seq, want;
    } STEPS[] = {{4, 119.0003, 11, 1}, {5, 119, 12, 12}, {6, 119, 13, 12}};
    assert_status(th_parcel_ground_seq(world->store, 9, &seq, &err), TH_NOT_FOUND, &err);
    assert_string_equal(err.key, "parcel_not_found");
    assert_int_equal(seq, 77);
    for (size_t i = 0; i < sizeof(STEPS) / sizeof(STEPS[0]); i++) {
        struct th_parcel_record record = rows_record(1, STEPS[i].version, STEPS[i].west, wkb);
        record.from = (struct th_date){2025, 1, 1};
        assert_ok(th_parcel_insert(world->store, &record, "{}", wkb, sizeof(wkb), STEPS[i].seq,
                                   &row_hash, &err),
                  &err);
        assert_ok(th_parcel_ground_seq(world->store, 1, &seq, &err), &err);
        assert_int_equal(seq, STEPS[i].want);
    }
}

struct story {
    struct th_parcel_lineage lines[4];
    size_t n;
};

static bool note_line(void *context, const struct th_parcel_lineage *lineage)
{
    struct story *story = context;
    assert_true(story->n < 4);
    story->lines[story->n++] = *lineage;
    return story->n < 3;
}

static void parcel_lineage__is_told_from_both_sides_until_stopped(void **state)
{
    static const struct th_parcel_lineage LINES[] = {
        {2, 1, 1, 1}, {1, 2, 1, 1}, {1, 3, 2, 1}, {1, 3, 1, 2}};
    struct th_test_world *world = *state;
    struct th_error err = {0};
    struct story story = {.n = 0};
    for (size_t i = 0; i < 4; i++) {
        assert_ok(th_parcel_lineage_insert(world->store, &LINES[i], 1, &err), &err);
    }
    assert_status(th_parcel_lineage_insert(world->store, &LINES[0], 1, &err), TH_CONFLICT, &err);
    assert_ok(th_parcel_lineage_each(world->store, 2, note_line, &story, &err), &err);
    assert_int_equal(story.n, 2);
    assert_memory_equal(&story.lines[0], &LINES[2], sizeof(LINES[2]));
    assert_memory_equal(&story.lines[1], &LINES[0], sizeof(LINES[0]));
    story.n = 0;
    assert_ok(th_parcel_lineage_each(world->store, 1, note_line, &story, &err), &err);
    assert_int_equal(story.n, 3); // of four
    rows_commit(world->store);
}

static void check_original(void *context, const struct th_parcel_original *original)
{
    int *n = context;
    (*n)++;
    assert_string_equal(original->method, "structure");
    assert_string_equal(original->reason, "Self-intersection at 119 30");
    assert_int_equal(th_area_m2_300(original->source), 0);
    assert_false(original->has_linework);
    assert_true(original->has_structure);
    assert_int_equal(th_area_m2_300(original->structure), 12345);
    assert_string_equal(original->engine, "GEOS 3.11.1");
    assert_string_equal(original->source_crs, "EPSG:4528");
    assert_int_equal(original->wkb_size, 5);
    assert_memory_equal(original->wkb, "\1\2\0\4\5", 5);
}

static void parcel_original__keeps_the_bytes_of_the_source(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    struct th_parcel_original original = {.parcel_id = 1,
                                          .version = 2,
                                          .method = "structure",
                                          .reason = "Self-intersection at 119 30",
                                          .has_structure = true,
                                          .structure = th_area_from_m2_300(12345),
                                          .engine = "GEOS 3.11.1",
                                          .source_crs = "EPSG:4528",
                                          .wkb = "\1\2\0\4\5",
                                          .wkb_size = 5};
    bool found = true;
    int n = 0;
    assert_ok(th_parcel_original_load(world->store, 1, 2, check_original, &n, &found, &err), &err);
    assert_false(found);
    assert_int_equal(n, 0);
    assert_ok(th_parcel_original_insert(world->store, &original, &err), &err);
    assert_ok(th_parcel_original_load(world->store, 1, 2, check_original, &n, &found, &err), &err);
    assert_true(found);
    assert_int_equal(n, 1);
    assert_status(th_parcel_original_insert(world->store, &original, &err), TH_CONFLICT, &err);
    // The accepted method is one that found ground.
    original.version = 3;
    original.method = "linework";
    assert_status(th_parcel_original_insert(world->store, &original, &err), TH_CONFLICT, &err);
    rows_commit(world->store);
}

#define LIFE_TEST(name) cmocka_unit_test_setup_teardown(name, make, rows_take_away)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LIFE_TEST(parcel_version_on__the_last_version_that_has_begun_holds),
        LIFE_TEST(parcel_insert__a_version_never_begins_before_the_one_it_follows),
        LIFE_TEST(parcel_insert__a_boundary_needs_no_import),
        LIFE_TEST(parcel_retire__is_final_and_dated),
        LIFE_TEST(parcel__neither_identity_nor_retirement_can_be_edited),
        LIFE_TEST(parcel_renumber__versions_keep_the_number_they_had),
        LIFE_TEST(parcel_ground_seq__is_of_the_version_that_brought_the_ground),
        LIFE_TEST(parcel_lineage__is_told_from_both_sides_until_stopped),
        LIFE_TEST(parcel_original__keeps_the_bytes_of_the_source),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
