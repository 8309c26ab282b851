#include "store/ground/tenure_store.h"

#include <stdio.h>

#include "tests/unit/parcel_rows.h"

static struct th_tenure contract(const char *number, struct th_date from, struct th_date to)
{
    struct th_tenure tenure = {.household = "张三",
                               .holder_id = 1,
                               .from = from,
                               .to = to,
                               .dividend = {0, 1},
                               .carbon_right = true,
                               .seq = 1};
    snprintf(tenure.number, sizeof(tenure.number), "%s", number);
    return tenure;
}

static int64_t insert(struct th_store *store, const struct th_tenure *tenure)
{
    struct th_error err = {0};
    int64_t id = 0;
    assert_ok(th_tenure_insert(store, tenure, &id, &err), &err);
    return id;
}

static void give(struct th_store *store, int64_t tenure_id, int64_t parcel_id, int64_t numerator,
                 int64_t denominator)
{
    struct th_error err = {0};
    assert_ok(th_tenure_parcel_insert(store, tenure_id, parcel_id,
                                      (struct th_ratio){numerator, denominator}, &err),
              &err);
}

// Party 1 is the holder. Contract 1 (2020-2024) gives 4/429 of parcel 1; contract 2 (2022-2040) the
// rest of it and all of parcel 2; contract 3 (2025-2040) 4/429 of parcel 1.
static int make(void **state)
{
    struct th_test_world *world = rows_world_begin(2);
    th_test_sql(world->store, "INSERT INTO party (kind, name, village, seq) VALUES"
                              " ('cooperative', '合作社', '" ROWS_VILLAGE "', 1)");
    assert_int_equal(th_test_sql_int(world->store, "SELECT max(party_id) FROM party"), 1);
    rows_insert(world->store, 1, 1, 119);
    rows_insert(world->store, 2, 1, 119.1);
    struct th_tenure one =
        contract("A-1", (struct th_date){2020, 1, 1}, (struct th_date){2024, 12, 31});
    struct th_tenure two =
        contract("A-2", (struct th_date){2022, 1, 1}, (struct th_date){2040, 12, 31});
    struct th_tenure three =
        contract("A-1", (struct th_date){2025, 1, 1}, (struct th_date){2040, 12, 31});
    assert_int_equal(insert(world->store, &one), 1);
    assert_int_equal(insert(world->store, &two), 2);
    assert_int_equal(insert(world->store, &three), 3);
    give(world->store, 1, 1, 4, 429);
    give(world->store, 2, 1, 425, 429);
    give(world->store, 2, 2, 1, 1);
    give(world->store, 3, 1, 4, 429);
    *state = world;
    return 0;
}

static void tenure_load__every_term_comes_back(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    struct th_tenure loaded = {.tenure_id = 77};
    struct th_tenure want =
        contract("B-1", (struct th_date){2021, 5, 1}, (struct th_date){2051, 4, 30});
    snprintf(want.certificate, sizeof(want.certificate), "浙(2020)安吉不动产权第001号");
    want.certificate_expires = (struct th_date){2055, 12, 31};
    want.household_id = 1;
    want.has_declared = true;
    want.declared = th_area_from_m2_300(4000000); // 20 mu
    want.has_guarantee = true;
    want.guarantee = th_money_from_fen(5000);
    want.dividend = (struct th_ratio){3, 10};
    want.carbon_right = false;
    assert_status(th_tenure_load(world->store, 9, &loaded, &err), TH_NOT_FOUND, &err);
    assert_string_equal(err.key, "tenure_not_found");
    assert_int_equal(loaded.tenure_id, 77);
    want.tenure_id = insert(world->store, &want);
    assert_ok(th_tenure_load(world->store, want.tenure_id, &loaded, &err), &err);
    assert_string_equal(loaded.number, "B-1");
    assert_string_equal(loaded.household, "张三");
    assert_string_equal(loaded.certificate, want.certificate);
    assert_int_equal(th_date_compare(loaded.certificate_expires, want.certificate_expires), 0);
    assert_int_equal(th_date_compare(loaded.from, want.from), 0);
    assert_int_equal(th_date_compare(loaded.to, want.to), 0);
    assert_int_equal(loaded.household_id, 1);
    assert_int_equal(loaded.holder_id, 1);
    assert_int_equal(th_area_m2_300(loaded.declared), 4000000);
    assert_false(loaded.has_rent);
    assert_int_equal(th_money_fen(loaded.guarantee), 5000);
    assert_int_equal(loaded.dividend.numerator, 3);
    assert_int_equal(loaded.dividend.denominator, 10);
    assert_false(loaded.carbon_right);
    assert_false(loaded.ended);
    struct th_tenure rent =
        contract("B-2", (struct th_date){2021, 5, 1}, (struct th_date){2051, 4, 30});
    rent.has_rent = true;
    rent.rent = th_money_from_fen(12050);
    assert_ok(th_tenure_load(world->store, insert(world->store, &rent), &loaded, &err), &err);
    assert_true(loaded.has_rent);
    assert_int_equal(th_money_fen(loaded.rent), 12050);
    assert_false(loaded.has_guarantee);
    assert_false(loaded.has_declared);
    assert_int_equal(loaded.certificate_expires.year, 0);
    rows_commit(world->store);
    th_test_assert_sound_rows(world->registry);
}

static void tenure_insert__terms_that_contradict_are_refused(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    int64_t id = 77;
    const struct th_tenure good =
        contract("B-1", (struct th_date){2021, 5, 1}, (struct th_date){2051, 4, 30});
    struct th_tenure bad[4] = {good, good, good, good};
    bad[0].to = (struct th_date){2021, 4, 30};
    bad[1].has_rent = bad[1].has_guarantee = true;
    bad[2].certificate_expires = (struct th_date){2055, 12, 31};
    bad[3].household[0] = '\0';
    for (size_t i = 0; i < 4; i++) {
        assert_status(th_tenure_insert(world->store, &bad[i], &id, &err), TH_CONFLICT, &err);
        assert_string_equal(err.key, "store_constraint");
    }
    assert_int_equal(id, 77);
    struct th_ratio none = {0, 1};
    assert_status(th_tenure_parcel_insert(world->store, 3, 2, none, &err), TH_CONFLICT, &err);
    assert_status(th_tenure_parcel_insert(world->store, 1, 1, (struct th_ratio){1, 2}, &err),
                  TH_CONFLICT, &err);
}

static bool note_tenure(void *context, const struct th_tenure *tenure)
{
    int64_t *ids = context;
    ids[0] = ids[0] * 10 + tenure->tenure_id;
    return ids[0] != ids[1];
}

static int64_t contracts(struct th_test_world *world, struct th_tenure_question question,
                         int64_t stop)
{
    struct th_error err = {0};
    int64_t ids[2] = {0, stop};
    assert_ok(th_tenure_each(world->store, &question, note_tenure, ids, &err), &err);
    return ids[0];
}

static void tenure_each__answers_by_holder_number_and_time(void **state)
{
    struct th_test_world *world = *state;
    assert_int_equal(contracts(world, (struct th_tenure_question){0}, 0), 123);
    assert_int_equal(contracts(world, (struct th_tenure_question){0}, 12), 12);
    assert_int_equal(contracts(world, (struct th_tenure_question){.holder_id = 1}, 0), 123);
    assert_int_equal(contracts(world, (struct th_tenure_question){.holder_id = 2}, 0), 0);
    assert_int_equal(contracts(world, (struct th_tenure_question){.number = "A-1"}, 0), 13);
    struct th_tenure_question when = {.from = {2024, 12, 31}, .to = {2024, 12, 31}};
    assert_int_equal(contracts(world, when, 0), 12);
    when.from = when.to = (struct th_date){2025, 1, 1};
    assert_int_equal(contracts(world, when, 0), 23);
    when.from = when.to = (struct th_date){2021, 12, 31};
    assert_int_equal(contracts(world, when, 0), 1);
}

struct shares {
    struct th_tenure_share items[8];
    size_t n, stop;
};

static bool note_share(void *context, const struct th_tenure_share *share)
{
    struct shares *shares = context;
    assert_true(shares->n < 8);
    shares->items[shares->n++] = *share;
    return shares->n != shares->stop;
}

static void tenure_share_each__gives_the_shares_of_a_parcel_in_a_period(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    struct shares shares = {.n = 0};
    const struct th_date open = {0};
    const struct th_date day = {2024, 6, 1};
    assert_ok(th_tenure_share_each(world->store, 1, 0, open, open, note_share, &shares, &err),
              &err);
    assert_int_equal(shares.n, 3);
    assert_int_equal(shares.items[0].tenure_id, 1);
    assert_int_equal(shares.items[0].share.numerator, 4);
    assert_int_equal(shares.items[0].share.denominator, 429);
    assert_int_equal(th_date_compare(shares.items[0].to, (struct th_date){2024, 12, 31}), 0);
    assert_true(shares.items[0].carbon_right);
    assert_int_equal(shares.items[1].tenure_id, 2);
    assert_int_equal(shares.items[1].share.numerator, 425);
    assert_int_equal(shares.items[2].tenure_id, 3);
    shares.n = 0;
    assert_ok(th_tenure_share_each(world->store, 1, 0, day, day, note_share, &shares, &err), &err);
    assert_int_equal(shares.n, 2);
    shares.n = 0;
    assert_ok(th_tenure_share_each(world->store, 0, 2, open, open, note_share, &shares, &err),
              &err);
    assert_int_equal(shares.n, 2);
    assert_int_equal(shares.items[0].parcel_id, 1);
    assert_int_equal(shares.items[1].parcel_id, 2);
    assert_int_equal(shares.items[1].share.numerator, 1);
    assert_int_equal(shares.items[1].share.denominator, 1);
    shares = (struct shares){.stop = 1};
    assert_ok(th_tenure_share_each(world->store, 1, 0, open, open, note_share, &shares, &err),
              &err);
    assert_int_equal(shares.n, 1);
}

static void tenure_end__shortens_or_undoes_a_contract_once(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    struct th_tenure tenure;
    struct shares shares = {.n = 0};
    const struct th_date open = {0};
    struct th_date day = {2023, 6, 30};
    assert_status(th_tenure_end(world->store, 9, day, "x", 0, 1, &err), TH_NOT_FOUND, &err);
    assert_string_equal(err.key, "tenure_not_found");
    assert_ok(th_tenure_end(world->store, 1, day, "双方协商", 1, 1, &err), &err);
    assert_ok(th_tenure_load(world->store, 1, &tenure, &err), &err);
    assert_true(tenure.ended);
    assert_int_equal(th_date_compare(tenure.to, day), 0);
    assert_status(th_tenure_end(world->store, 1, day, "x", 0, 1, &err), TH_CONFLICT, &err);
    assert_string_equal(err.key, "tenure_ended");
    // An end after the term changes nothing; one before the beginning undoes the contract.
    assert_ok(th_tenure_end(world->store, 2, (struct th_date){2099, 1, 1}, "x", 0, 1, &err), &err);
    assert_ok(th_tenure_load(world->store, 2, &tenure, &err), &err);
    assert_int_equal(th_date_compare(tenure.to, (struct th_date){2040, 12, 31}), 0);
    assert_ok(th_tenure_end(world->store, 3, (struct th_date){2024, 12, 31}, "x", 0, 1, &err),
              &err);
    assert_ok(th_tenure_share_each(world->store, 1, 0, open, open, note_share, &shares, &err),
              &err);
    assert_int_equal(shares.n, 2);
    rows_commit(world->store);
}

struct scans {
    char names[64];
    int64_t last_id, last_seq;
};

static bool note_scan(void *context, const struct th_tenure_document *document)
{
    struct scans *scans = context;
    size_t used = strlen(scans->names);
    snprintf(scans->names + used, sizeof(scans->names) - used, "%s ", document->name);
    scans->last_id = document->document_id;
    scans->last_seq = document->seq;
    return strcmp(document->name, "stop") != 0;
}

static void tenure_document__several_come_in_time_and_each_once(void **state)
{
    struct th_test_world *world = *state;
    struct th_error err = {0};
    struct scans scans = {.last_id = 0};
    th_test_sql(world->store, "INSERT INTO document (document_id, sha256, name, size_bytes, seq)"
                              " VALUES (2, randomblob(32), 'stop', 1, 1),"
                              " (3, randomblob(32), 'later.pdf', 1, 1)");
    assert_ok(th_tenure_document_each(world->store, 1, note_scan, &scans, &err), &err);
    assert_string_equal(scans.names, "");
    assert_ok(th_tenure_document_insert(world->store, 1, 3, 1, &err), &err);
    assert_ok(th_tenure_document_insert(world->store, 2, 2, 1, &err), &err);
    assert_ok(th_tenure_document_insert(world->store, 2, 3, 1, &err), &err);
    assert_ok(th_tenure_document_each(world->store, 1, note_scan, &scans, &err), &err);
    assert_string_equal(scans.names, "later.pdf ");
    assert_int_equal(scans.last_id, 3);
    assert_int_equal(scans.last_seq, 1);
    assert_ok(th_tenure_document_each(world->store, 2, note_scan, &scans, &err), &err);
    assert_string_equal(scans.names, "later.pdf stop ");
    assert_status(th_tenure_document_insert(world->store, 1, 3, 1, &err), TH_CONFLICT, &err);
    assert_string_equal(err.key, "store_constraint");
}

#define TENURE_TEST(name) cmocka_unit_test_setup_teardown(name, make, rows_take_away)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TENURE_TEST(tenure_load__every_term_comes_back),
        TENURE_TEST(tenure_insert__terms_that_contradict_are_refused),
        TENURE_TEST(tenure_each__answers_by_holder_number_and_time),
        TENURE_TEST(tenure_share_each__gives_the_shares_of_a_parcel_in_a_period),
        TENURE_TEST(tenure_end__shortens_or_undoes_a_contract_once),
        TENURE_TEST(tenure_document__several_come_in_time_and_each_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
