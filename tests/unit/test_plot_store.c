#include "store/estimate/plot_store.h"

#include <stdio.h>

#include "tests/unit/parcel_rows.h"

static const int64_t BOTH[] = {1, 2};
static const struct th_plot_stem STEMS[] = {
    {.species = "毛竹", .dbh_cm = "10", .age = 2, .n = 12, .source_row = 2},
    {.species = "",
     .dbh_cm = "9.5",
     .height_m = "12.5",
     .volume_m3 = "0.085",
     .n = 3,
     .source_row = 3},
};

static struct th_plot plot(const char *number, const char *surveyed, int64_t version)
{
    struct th_plot made = {.village = ROWS_VILLAGE,
                           .number = number,
                           .surveyed = surveyed,
                           .version = version,
                           .stratum = "",
                           .area_m2 = "400",
                           .source = "p.csv",
                           .parcels = BOTH,
                           .n_parcels = 1,
                           .stems = STEMS,
                           .n_stems = 2,
                           .seq = 1};
    memset(&made.sha256, 7, sizeof(made.sha256));
    return made;
}

static int64_t insert(struct th_store *store, struct th_plot made, struct th_hash *ret_hash)
{
    struct th_error err = {0};
    int64_t id = 0;
    assert_ok(th_plot_insert(store, &made, &id, ret_hash, &err), &err);
    return id;
}

// Plot 1: "A" of parcel 1 in 2021; 2: the same, version 2, of parcels 1 and 2; 3: "A" on a day of
// 2023; 4: "B" of stratum S alone, without stems.
static int make(void **state)
{
    struct th_test_world *world = rows_world_begin(2);
    struct th_hash hash;
    rows_insert(world->store, 1, 1, 119);
    rows_insert(world->store, 2, 1, 119.1);
    struct th_plot second = plot("A", "2021", 2);
    second.n_parcels = 2;
    struct th_plot stratum = plot("B", "2021", 1);
    stratum.n_parcels = 0;
    stratum.n_stems = 0;
    stratum.stratum = "S";
    assert_int_equal(insert(world->store, plot("A", "2021", 1), &hash), 1);
    assert_int_equal(insert(world->store, second, &hash), 2);
    assert_int_equal(insert(world->store, plot("A", "2023-08-15", 1), &hash), 3);
    assert_int_equal(insert(world->store, stratum, &hash), 4);
    *state = world;
    return 0;
}

struct seen {
    char text[128];
    size_t stop_after;
    size_t n;
};

static bool note(void *context, const struct th_plot *made)
{
    struct seen *seen = context;
    size_t used = strlen(seen->text);
    snprintf(seen->text + used, sizeof(seen->text) - used, "%lld ", (long long)made->plot_id);
    return ++seen->n != seen->stop_after;
}

static void each__answers_by_parcel_stratum_year_and_version(void **state)
{
    static const struct {
        struct th_plot_question question;
        size_t stop_after;
        const char *want;
    } CASES[] = {
        {{0}, 0, "2 3 4 "},
        {{0}, 1, "2 "},
        {{.all_versions = true}, 0, "1 2 3 4 "},
        {{.parcel_id = 1}, 0, "2 3 "},
        {{.parcel_id = 2}, 0, "2 "},
        {{.stratum = "S"}, 0, "4 "},
        {{.year = 2021}, 0, "2 4 "},
        {{.year = 2023, .number = "A"}, 0, "3 "},
        {{.village = "330523001299"}, 0, ""},
        {{.plot_id = 1}, 0, "1 "},
    };
    struct th_test_world *world = *state;
    struct th_error err = {0};
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct seen seen = {.stop_after = CASES[i].stop_after};
        assert_ok(th_plot_each(world->store, &CASES[i].question, note, &seen, &err), &err);
        assert_string_equal(seen.text, CASES[i].want);
    }
}

static bool note_parcel(void *context, int64_t parcel_id)
{
    struct seen *seen = context;
    size_t used = strlen(seen->text);
    snprintf(seen->text + used, sizeof(seen->text) - used, "%lld ", (long long)parcel_id);
    return ++seen->n != seen->stop_after;
}

static void each_parcel__names_every_parcel_once(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    struct seen seen = {.n = 0};
    assert_ok(th_plot_each_parcel(world->store, note_parcel, &seen, &err), &err);
    assert_string_equal(seen.text, "1 2 ");
    seen = (struct seen){.stop_after = 1};
    assert_ok(th_plot_each_parcel(world->store, note_parcel, &seen, &err), &err);
    assert_string_equal(seen.text, "1 ");
}

static bool compare(void *context, const struct th_plot *made)
{
    bool *met = context;
    *met = true;
    assert_string_equal(made->village, ROWS_VILLAGE);
    assert_string_equal(made->number, "A");
    assert_string_equal(made->surveyed, "2021");
    assert_string_equal(made->area_m2, "400");
    assert_int_equal(made->version, 2);
    assert_int_equal(made->n_parcels, 2);
    assert_int_equal(made->parcels[1], 2);
    assert_int_equal(made->n_stems, 2);
    assert_string_equal(made->stems[0].species, "毛竹");
    assert_string_equal(made->stems[0].dbh_cm, "10");
    assert_int_equal(made->stems[0].age, 2);
    assert_null(made->stems[0].height_m);
    assert_int_equal(made->stems[0].n, 12);
    assert_string_equal(made->stems[1].species, "");
    assert_int_equal(made->stems[1].age, 0);
    assert_string_equal(made->stems[1].height_m, "12.5");
    assert_null(made->stems[0].volume_m3);
    assert_string_equal(made->stems[1].volume_m3, "0.085");
    assert_int_equal(made->stems[1].source_row, 3);
    return true;
}

static void each__brings_parcels_and_stems_as_they_were_stored(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    bool met = false;
    const struct th_plot_question question = {.plot_id = 2};
    assert_ok(th_plot_each(world->store, &question, compare, &met, &err), &err);
    assert_true(met);
}

static void insert__what_cannot_be_is_refused_and_nothing_is_edited(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    struct th_hash hash;
    char words[256];
    int64_t id = 77;
    struct th_plot bad[] = {plot("A", "2021", 1), plot("", "2021", 1), plot("C", "21", 1),
                            plot("C", "2021", 0), plot("C", "2021", 1)};
    bad[4].area_m2 = "";
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_status(th_plot_insert(world->store, &bad[i], &id, &hash, &err), TH_CONFLICT, &err);
    }
    assert_int_equal(id, 77);
    static const char *const TABLES[] = {"plot", "plot_parcel", "plot_stem"};
    for (size_t i = 0; i < 3; i++) {
        char sql[64];
        char want[64];
        snprintf(want, sizeof(want), "%s: insert only", TABLES[i]);
        snprintf(sql, sizeof(sql), "DELETE FROM %s", TABLES[i]);
        th_test_sql_refused(world->store, sql, words);
        assert_non_null(strstr(words, want));
        snprintf(sql, sizeof(sql), "UPDATE %s SET plot_id = 9", TABLES[i]);
        th_test_sql_refused(world->store, sql, words);
        assert_non_null(strstr(words, want));
    }
}

static void note_check(void *context, const char *name, int64_t n_checked,
                       const struct th_error *problem)
{
    char *key = context;
    assert_string_equal(name, "plot_digests");
    assert_int_equal(n_checked, 4);
    snprintf(key, 64, "%s", problem == NULL ? "" : problem->key);
}

static void check__a_stem_that_was_changed_shows(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    char key[64] = "?";
    const struct th_check_sink sink = {.report = note_check, .context = key};
    // The fixture's rows name an entry that says nothing of them.
    assert_ok(th_plot_check_all(world->store, &sink, &err), &err);
    assert_string_equal(key, "check_entry_rows");
    th_test_sql(world->store, "DROP TRIGGER plot_stem_no_update;"
                              "UPDATE plot_stem SET n = 13 WHERE plot_id = 2 AND ordinal = 1");
    assert_ok(th_plot_check_all(world->store, &sink, &err), &err);
    assert_string_equal(key, "check_row_digest");
}

#define PLOT_TEST(name) cmocka_unit_test_setup_teardown(name, make, rows_take_away)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLOT_TEST(each__answers_by_parcel_stratum_year_and_version),
        PLOT_TEST(each__brings_parcels_and_stems_as_they_were_stored),
        PLOT_TEST(each_parcel__names_every_parcel_once),
        PLOT_TEST(insert__what_cannot_be_is_refused_and_nothing_is_edited),
        PLOT_TEST(check__a_stem_that_was_changed_shows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
