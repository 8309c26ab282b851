// Villages, parties, users and documents as rows.
#include <stdio.h>
#include <stdlib.h>

#include "core/text.h"
#include "store/people/party_store.h"
#include "tests/unit/registry_world.h"

struct rows {
    struct th_test_world world;
    struct th_store *store;
};

static int make(void **state)
{
    struct rows *rows = calloc(1, sizeof(*rows));
    struct th_error err = {0};
    assert_non_null(rows);
    th_test_world_make(&rows->world);
    rows->store = th_test_store_create(&rows->world, rows->world.path);
    th_test_journal_add(rows->store, "test", "first");
    assert_ok(th_store_begin(rows->store, &err), &err);
    *state = rows;
    return 0;
}

static int take_away(void **state)
{
    struct rows *rows = *state;
    th_store_close(rows->store);
    th_test_world_remove(&rows->world);
    free(rows);
    return 0;
}

static void add_village(struct th_store *store, const char *code, const char *name,
                        const char *township)
{
    struct th_error err = {0};
    struct th_village village = {{0}, {0}, {0}};
    th_text_copy(village.code, sizeof(village.code), code);
    th_text_copy(village.name, sizeof(village.name), name);
    th_text_copy(village.township, sizeof(village.township), township);
    assert_ok(th_village_insert(store, &village, 1, &err), &err);
}

static struct th_party party_of(const char *kind, const char *name, const char *uscc,
                                const char *village, const char *division)
{
    struct th_party party = {0};
    th_text_copy(party.kind, sizeof(party.kind), kind);
    th_text_copy(party.name, sizeof(party.name), name);
    th_text_copy(party.uscc, sizeof(party.uscc), uscc);
    th_text_copy(party.village, sizeof(party.village), village);
    th_text_copy(party.division, sizeof(party.division), division);
    return party;
}

static int64_t add_party(struct th_store *store, struct th_party party)
{
    struct th_error err = {0};
    int64_t id = 0;
    assert_ok(th_party_insert(store, &party, 1, &id, &err), &err);
    return id;
}

static void refuse_party(struct th_store *store, struct th_party party, const char *key)
{
    struct th_error err = {0};
    int64_t id = 77;
    assert_status(th_party_insert(store, &party, 1, &id, &err), TH_CONFLICT, &err);
    assert_string_equal(err.key, key);
    assert_int_equal(id, 77);
}

static void village__is_found_by_code_or_unambiguous_name(void **state)
{
    struct th_store *store = ((struct rows *)*state)->store;
    struct th_error err = {0};
    struct th_village found = {.code = "untouched"};
    add_village(store, "330523205201", "马家弄村", "山川乡");
    add_village(store, "330523205202", "高家堂村", "山川乡");
    add_village(store, "330523110001", "高家堂村", "另一镇");
    assert_status(th_village_load(store, "330523999999", &found, &err), TH_NOT_FOUND, &err);
    assert_string_equal(err.key, "village_not_found");
    assert_status(th_village_find(store, "高家堂村", &found, &err), TH_CONFLICT, &err);
    assert_string_equal(err.key, "village_ambiguous");
    assert_status(th_village_find(store, "高家", &found, &err), TH_NOT_FOUND, &err);
    assert_string_equal(found.code, "untouched");
    assert_ok(th_village_find(store, "马家弄村", &found, &err), &err);
    assert_string_equal(found.code, "330523205201");
    assert_ok(th_village_find(store, "330523205202", &found, &err), &err);
    assert_string_equal(found.name, "高家堂村");
    assert_ok(th_village_load(store, "330523110001", &found, &err), &err);
    assert_string_equal(found.township, "另一镇");
}

static void village__a_code_is_given_once(void **state)
{
    struct th_store *store = ((struct rows *)*state)->store;
    struct th_error err = {0};
    struct th_village village = {.code = "330523205201", .name = "a", .township = "b"};
    struct th_village bad = {.code = "33", .name = "a", .township = "b"};
    add_village(store, village.code, "马家弄村", "山川乡");
    assert_status(th_village_insert(store, &village, 1, &err), TH_CONFLICT, &err);
    assert_string_equal(err.key, "village_exists");
    assert_string_equal(th_error_arg_get(&err, "code"), village.code);
    // What breaks another rule is not called a duplicate, or nobody would find out why.
    assert_status(th_village_insert(store, &bad, 1, &err), TH_CONFLICT, &err);
    assert_string_equal(err.key, "store_constraint");
}

static void party__doubles_are_refused(void **state)
{
    struct th_store *store = ((struct rows *)*state)->store;
    add_village(store, "330523205201", "马家弄村", "山川乡");
    add_village(store, "330523205202", "高家堂村", "山川乡");
    int64_t first = add_party(store, party_of("village", "村委会", "", "330523205201", ""));
    int64_t second = add_party(store, party_of("village", "村委会", "", "330523205202", ""));
    assert_true(second > first);
    refuse_party(store, party_of("village", "村委会", "", "330523205201", ""), "party_exists");
    add_party(store, party_of("bank", "安吉银行", "91330523MA28C1234X", "", ""));
    refuse_party(store, party_of("enterprise", "别的", "91330523MA28C1234X", "", ""),
                 "uscc_exists");
    // Without village and USCC the name alone tells parties apart.
    add_party(store, party_of("household", "甲户", "", "", ""));
    refuse_party(store, party_of("household", "甲户", "", "", ""), "party_exists");
    add_party(store, party_of("person", "甲户", "", "", ""));
    // What breaks another rule is no double.
    struct th_error err = {0};
    int64_t id = 0;
    struct th_party unfit = party_of("household", "乙户", "", "", "12345");
    assert_status(th_party_insert(store, &unfit, 1, &id, &err), TH_CONFLICT, &err);
    assert_string_equal(err.key, "store_constraint");
}

static void party__is_found_by_name_uscc_and_id(void **state)
{
    struct th_store *store = ((struct rows *)*state)->store;
    struct th_error err = {0};
    struct th_party found[4];
    size_t n = 77;
    int64_t bank = add_party(store, party_of("bank", "安吉银行", "91330523MA28C1234X", "", ""));
    int64_t fund = add_party(store, party_of("fund", "安吉银行", "", "", "330523205"));
    assert_ok(th_party_find(store, "安吉银行", found, 4, &n, &err), &err);
    assert_int_equal(n, 2);
    assert_int_equal(found[0].party_id, bank);
    assert_int_equal(found[1].party_id, fund);
    assert_string_equal(found[1].division, "330523205");
    assert_ok(th_party_find(store, "安吉银行", found, 1, &n, &err), &err);
    assert_int_equal(n, 1);
    assert_ok(th_party_find(store, "91330523MA28C1234X", found, 4, &n, &err), &err);
    assert_int_equal(n, 1);
    assert_string_equal(found[0].kind, "bank");
    assert_ok(th_party_find(store, "安吉", found, 4, &n, &err), &err);
    assert_int_equal(n, 0);
    assert_ok(th_party_load(store, fund, &found[0], &err), &err);
    assert_string_equal(found[0].kind, "fund");
    assert_string_equal(found[0].uscc, "");
    assert_string_equal(found[0].village, "");
    assert_status(th_party_load(store, 999, &found[0], &err), TH_NOT_FOUND, &err);
    assert_string_equal(err.key, "party_not_found");
    assert_string_equal(th_error_arg_get(&err, "party"), "999");
}

static void party_of_village__own_party_first_then_code_then_name(void **state)
{
    struct th_store *store = ((struct rows *)*state)->store;
    struct th_error err = {0};
    struct th_party found = {0};
    struct th_village village = {.code = "330523205201", .name = "马家弄村", .township = "山川乡"};
    add_village(store, village.code, village.name, village.township);
    assert_status(th_party_of_village(store, "township", &village, &found, &err), TH_NOT_FOUND,
                  &err);
    assert_string_equal(err.key, "recipient_missing");
    add_party(store, party_of("township", "别的乡", "", "", "330523206"));
    assert_status(th_party_of_village(store, "township", &village, &found, &err), TH_NOT_FOUND,
                  &err);
    int64_t by_name = add_party(store, party_of("township", "山川乡", "", "", ""));
    assert_ok(th_party_of_village(store, "township", &village, &found, &err), &err);
    assert_int_equal(found.party_id, by_name);
    int64_t by_code = add_party(store, party_of("township", "山川乡人民政府", "", "", "330523205"));
    assert_ok(th_party_of_village(store, "township", &village, &found, &err), &err);
    assert_int_equal(found.party_id, by_code);
    int64_t own = add_party(store, party_of("township", "驻村", "", village.code, ""));
    assert_ok(th_party_of_village(store, "township", &village, &found, &err), &err);
    assert_int_equal(found.party_id, own);
    int64_t committee = add_party(store, party_of("village", "村委会", "", village.code, ""));
    assert_ok(th_party_of_village(store, "village", &village, &found, &err), &err);
    assert_int_equal(found.party_id, committee);
}

static void user__is_kept_once(void **state)
{
    struct th_store *store = ((struct rows *)*state)->store;
    struct th_error err = {0};
    struct th_hash hash = {{1}};
    struct th_user user = {.login = "文员", .role = "clerk", .village = "330523205201"};
    struct th_user found = {0};
    add_village(store, user.village, "马家弄村", "山川乡");
    assert_ok(th_user_insert(store, &user, &hash, 1, &err), &err);
    assert_status(th_user_insert(store, &user, &hash, 1, &err), TH_CONFLICT, &err);
    assert_string_equal(err.key, "user_exists");
    assert_ok(th_user_load(store, "文员", &found, &err), &err);
    assert_string_equal(found.role, "clerk");
    assert_string_equal(found.village, user.village);
    assert_int_equal(found.party_id, 0);
    assert_status(th_user_load(store, "文", &found, &err), TH_NOT_FOUND, &err);
    assert_string_equal(err.key, "user_not_found");
}

static void document__digest_name_and_size_are_kept(void **state)
{
    struct th_store *store = ((struct rows *)*state)->store;
    struct th_error err = {0};
    struct th_hash hash = {{0xab}};
    int64_t id = 0;
    assert_ok(th_document_insert(store, &hash, "核查报告.pdf", 12345, 1, &id, &err), &err);
    assert_int_equal(th_test_sql_int(store,
                                     "SELECT count(*) FROM document WHERE document_id = 1 AND"
                                     " hex(substr(sha256, 1, 1)) = 'AB' AND name = '核查报告.pdf'"
                                     " AND size_bytes = 12345 AND seq = 1"),
                     id);
}

struct order {
    char text[256];
    int left;
};

static bool note(struct order *order, const char *name)
{
    size_t used = strlen(order->text);
    snprintf(order->text + used, sizeof(order->text) - used, "%s ", name);
    return --order->left > 0;
}

static bool note_village(void *context, const struct th_village *village)
{
    return note(context, village->code);
}

static bool note_party(void *context, const struct th_party *party)
{
    return note(context, party->name);
}

static bool note_user(void *context, const struct th_user *user)
{
    return note(context, user->login);
}

static void each__goes_in_order_and_stops_when_told(void **state)
{
    struct th_store *store = ((struct rows *)*state)->store;
    struct th_error err = {0};
    struct th_hash hash = {{1}};
    struct order order = {.left = 99};
    add_village(store, "330523205202", "b", "t");
    add_village(store, "330523205201", "a", "t");
    assert_ok(th_village_each(store, note_village, &order, &err), &err);
    assert_string_equal(order.text, "330523205201 330523205202 ");
    order = (struct order){.left = 1};
    assert_ok(th_village_each(store, note_village, &order, &err), &err);
    assert_string_equal(order.text, "330523205201 ");
    add_party(store, party_of("bank", "z", "", "", ""));
    add_party(store, party_of("bank", "y", "", "", ""));
    order = (struct order){.left = 99};
    assert_ok(th_party_each(store, note_party, &order, &err), &err);
    assert_string_equal(order.text, "z y ");
    for (const char *login = "cab"; *login != '\0'; login++) {
        struct th_user user = {.login = {*login}, .role = "bank"};
        assert_ok(th_user_insert(store, &user, &hash, 1, &err), &err);
    }
    order = (struct order){.left = 2};
    assert_ok(th_user_each(store, note_user, &order, &err), &err);
    assert_string_equal(order.text, "a b ");
}

#define WITH_ROWS(test) cmocka_unit_test_setup_teardown(test, make, take_away)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_ROWS(village__is_found_by_code_or_unambiguous_name),
        WITH_ROWS(village__a_code_is_given_once),
        WITH_ROWS(party__doubles_are_refused),
        WITH_ROWS(party__is_found_by_name_uscc_and_id),
        WITH_ROWS(party_of_village__own_party_first_then_code_then_name),
        WITH_ROWS(user__is_kept_once),
        WITH_ROWS(document__digest_name_and_size_are_kept),
        WITH_ROWS(each__goes_in_order_and_stops_when_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
