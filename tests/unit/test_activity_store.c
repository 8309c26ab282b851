#include "store/estimate/activity_store.h"

#include <stdio.h>
#include <stdlib.h>

#include "registry/audit.h"
#include "store/journal/journal_store.h"
#include "tests/unit/parcel_rows.h"

static struct th_activity record(int64_t parcel_id, int year, int64_t version,
                                 const char *quantities)
{
    struct th_activity activity = {.parcel_id = parcel_id,
                                   .year = year,
                                   .version = version,
                                   .quantities = quantities,
                                   .origins = "{}",
                                   .source = "a.csv",
                                   .source_row = 2,
                                   .seq = 1};
    memset(&activity.sha256, 7, sizeof(activity.sha256));
    return activity;
}

static struct th_hash insert(struct th_store *store, struct th_activity activity)
{
    struct th_error err = {0};
    struct th_hash hash;
    assert_ok(th_activity_insert(store, &activity, &hash, &err), &err);
    return hash;
}

// Parcels 1 and 2; parcel 1 has 2022 in two versions and 2023 in one, parcel 2 has 2023.
static int make(void **state)
{
    struct th_test_world *world = rows_world_begin(2);
    rows_insert(world->store, 1, 1, 119);
    rows_insert(world->store, 2, 1, 119.1);
    (void)insert(world->store, record(1, 2022, 1, "{\"urea\":\"10\"}"));
    (void)insert(world->store, record(1, 2022, 2, "{\"urea\":\"12.5\"}"));
    (void)insert(world->store, record(1, 2023, 1, "{\"diesel\":\"30\"}"));
    (void)insert(world->store, record(2, 2023, 1, "{\"sprays\":\"2\"}"));
    *state = world;
    return 0;
}

static void find__gives_the_latest_version_or_nothing(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    char *quantities = NULL;
    assert_ok(th_activity_find(world->store, 1, 2022, &quantities, &err), &err);
    assert_string_equal(quantities, "{\"urea\":\"12.5\"}");
    free(quantities);
    assert_ok(th_activity_find(world->store, 1, 2021, &quantities, &err), &err);
    assert_null(quantities);
    assert_ok(th_activity_find(world->store, 3, 2023, &quantities, &err), &err);
    assert_null(quantities);
}

struct seen {
    char text[128];
    size_t stop_after;
    size_t n;
};

static bool note(void *context, const struct th_activity *activity)
{
    struct seen *seen = context;
    size_t used = strlen(seen->text);
    snprintf(seen->text + used, sizeof(seen->text) - used, "%lld/%d/%lld ",
             (long long)activity->parcel_id, activity->year, (long long)activity->version);
    return ++seen->n != seen->stop_after;
}

static void each__answers_by_parcel_year_village_and_version(void **state)
{
    static const struct {
        struct th_activity_question question;
        size_t stop_after;
        const char *want;
    } CASES[] = {
        {{0}, 0, "1/2022/2 1/2023/1 2/2023/1 "},
        {{.all_versions = true}, 0, "1/2022/1 1/2022/2 1/2023/1 2/2023/1 "},
        {{.all_versions = true}, 2, "1/2022/1 1/2022/2 "},
        {{.parcel_id = 1}, 0, "1/2022/2 1/2023/1 "},
        {{.year = 2023}, 0, "1/2023/1 2/2023/1 "},
        {{.parcel_id = 2, .year = 2022}, 0, ""},
        {{.village = ROWS_VILLAGE, .year = 2022}, 0, "1/2022/2 "},
        {{.village = "330523001299"}, 0, ""},
    };
    struct th_test_world *world = *state;
    struct th_error err = {0};
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct seen seen = {.stop_after = CASES[i].stop_after};
        assert_ok(th_activity_each(world->store, &CASES[i].question, note, &seen, &err), &err);
        assert_string_equal(seen.text, CASES[i].want);
    }
}

static void insert__what_cannot_be_is_refused(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    struct th_hash hash;
    char words[256];
    memset(&hash, 1, sizeof(hash));
    const struct th_hash before = hash;
    struct th_activity bad[] = {record(1, 2022, 2, "{}"), record(1, 1899, 1, "{}"),
                                record(1, 2024, 0, "{}"), record(1, 2024, 1, "{"),
                                record(1, 2024, 1, "{}")};
    bad[4].source = "";
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_status(th_activity_insert(world->store, &bad[i], &hash, &err), TH_CONFLICT, &err);
        assert_string_equal(err.key, "store_constraint");
    }
    assert_memory_equal(&hash, &before, sizeof(hash));
    th_test_sql_refused(world->store, "UPDATE activity SET quantities = '{}'", words);
    assert_non_null(strstr(words, "activity: insert only"));
    th_test_sql_refused(world->store, "DELETE FROM activity", words);
    assert_non_null(strstr(words, "activity: insert only"));
}

static void digest__covers_everything_that_is_said(void **state)
{
    struct th_test_world *world = *state;
    struct th_hash hashes[7];
    struct th_activity rows[7];
    for (int i = 0; i < 7; i++) {
        rows[i] = record(2, 2000, 1, "{}");
    }
    rows[0].parcel_id = 1;
    rows[1].year = 2001;
    rows[2].version = 2;
    rows[3].version = 3;
    rows[3].quantities = "{\"urea\":\"1\"}";
    rows[4].version = 3;
    rows[4].year = 2001;
    rows[4].origins = "{\"urea\":{}}";
    rows[5].source_row = 3;
    rows[6].year = 1999;
    rows[6].sha256.bytes[0] = 1;
    for (int i = 0; i < 7; i++) {
        hashes[i] = insert(world->store, rows[i]);
        for (int k = 0; k < i; k++) {
            assert_memory_not_equal(&hashes[i], &hashes[k], sizeof(hashes[i]));
        }
    }
}

struct verdict {
    int64_t n;
    char key[64];
};

static void note_check(void *context, const char *name, int64_t n_checked,
                       const struct th_error *problem)
{
    struct verdict *verdict = context;
    assert_string_equal(name, "activity_digests");
    verdict->n = n_checked;
    snprintf(verdict->key, sizeof(verdict->key), "%s", problem == NULL ? "" : problem->key);
}

static void check(struct th_store *store, int64_t n, const char *key)
{
    struct th_error err = {0};
    struct verdict verdict = {.n = -1};
    const struct th_check_sink sink = {.report = note_check, .context = &verdict};
    assert_ok(th_activity_check_all(store, &sink, &err), &err);
    assert_int_equal(verdict.n, n);
    assert_string_equal(verdict.key, key);
}

static void check__rows_must_agree_with_their_digest_and_with_the_journal(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    char hex[TH_HASH_HEX_SIZE];
    int64_t seq = 0;
    // The fixture's rows name an entry that says nothing of them.
    check(world->store, 4, "check_entry_rows");
    th_test_sql(world->store, "DROP TRIGGER activity_no_delete; DELETE FROM activity");
    check(world->store, 0, "");
    seq = th_test_sql_int(world->store, "SELECT max(seq) + 1 FROM journal");
    struct th_hasher *rows = th_hasher_new(TH_HASH_BLAKE2B);
    for (int year = 2021; year <= 2022; year++) {
        struct th_activity activity = record(1, year, 1, "{\"urea\":\"1\"}");
        activity.seq = seq;
        struct th_hash hash = insert(world->store, activity);
        th_hasher_update(rows, hash.bytes, sizeof(hash.bytes));
    }
    struct th_hash all = th_hasher_final(rows);
    th_hasher_free(rows);
    struct th_json *body = th_json_object();
    th_json_set_text(body, "rows_blake2b", th_hash_hex(&all, hex));
    const struct th_journal_entry entry = {.at_utc = world->now_utc,
                                           .login = "admin",
                                           .system_user = "tester",
                                           .kind = "activity.import",
                                           .subject = "activity"};
    assert_ok(th_journal_append(world->store, &entry, body, &seq, &err), &err);
    th_json_free(body);
    check(world->store, 2, "");
    th_test_sql(world->store, "DROP TRIGGER activity_no_update;"
                              "UPDATE activity SET quantities = '{}' WHERE year = 2022");
    check(world->store, 2, "check_row_digest");
    th_test_sql(world->store, "DELETE FROM activity WHERE year = 2022");
    check(world->store, 1, "check_entry_rows");
}

#define ACTIVITY_TEST(name) cmocka_unit_test_setup_teardown(name, make, rows_take_away)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ACTIVITY_TEST(find__gives_the_latest_version_or_nothing),
        ACTIVITY_TEST(each__answers_by_parcel_year_village_and_version),
        ACTIVITY_TEST(insert__what_cannot_be_is_refused),
        ACTIVITY_TEST(digest__covers_everything_that_is_said),
        ACTIVITY_TEST(check__rows_must_agree_with_their_digest_and_with_the_journal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
