// Contracts from a table, and what a package asks of them.
#include <stdio.h>
#include <stdlib.h>

#include "core/file.h"
#include "core/ratio.h"
#include "registry/audit.h"
#include "registry/life/parcel_life.h"
#include "registry/package/package.h"
#include "registry/rule.h"
#include "registry/setup.h"
#include "registry/tenure/tenure.h"
#include "tests/integration/parcel_fixture.h"

static const char FEATURES[] =
    "{\"type\":\"Feature\",\"properties\":{\"number\":\"1\"},"
    "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[119.6,30.5],[119.601,30.5],"
    "[119.601,30.501],[119.6,30.501],[119.6,30.5]]]}},"
    "{\"type\":\"Feature\",\"properties\":{\"number\":\"2\"},"
    "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[119.601,30.5],[119.602,30.5],"
    "[119.602,30.501],[119.601,30.501],[119.601,30.5]]]}}";

#define HEAD                                                                                                                       \
    "合同编号,农户,合作社,村,地块号,证书号,证书到期,面积（亩）,起始,终止,租金,保底,分红比例," \
    "碳汇收益权,份额\n"

static int set_up(void **state)
{
    struct th_json *reply = NULL;
    struct th_error err;
    struct th_party_add_options party = {.kind = "cooperative", .name = "测试合作社"};
    (void)fixture_set_up(state);
    struct fixture *f = *state;
    fixture_parcels(f, FEATURES, fixture_options(f, NULL), 2);
    assert_ok(th_party_add(f->registry, &f->request, &party, &reply, &err), &err);
    th_json_free(reply);
    fixture_user(f, "clerk_2", "clerk", FIXTURE_OTHER_VILLAGE);
    fixture_user(f, "officer", "officer", NULL);
    return 0;
}

static struct th_json *import(struct fixture *f, const char *rows, const char *login,
                              enum th_status want)
{
    char path[TH_TEST_PATH_SIZE];
    struct th_json *reply = NULL;
    struct th_error err;
    struct th_request request = {.login = login};
    fixture_file(f, path, "contracts.csv", rows);
    struct th_tenure_import_options options = {
        .source = path, .messages = f->messages, .lang = TH_LANG_ZH};
    assert_status(th_tenure_import(f->registry, &request, &options, &reply, &err), want, &err);
    return reply;
}

static const char HALVES[] = HEAD
    "A-1,张三,测试合作社,测试一村,1,证1,2049-12-31,8.00,2021-01-01,2040/12/31,,150,60%,是,1/2\n"
    "A-1,张三,测试合作社,测试一村,2,证1,2049-12-31,8.00,2021-01-01,2040/12/31,,150,60%,是,1\n"
    "A-2,李四,测试合作社,测试一村,1,,,7.96,2021年1月1日,2030-12-31,120.50,,,是,50%\n";

static void assert_scans(const struct th_json *reply, const char *want)
{
    char names[128] = "";
    const struct th_json *documents = th_json_get(reply, "documents");
    for (size_t i = 0; i < th_json_size(documents); i++) {
        const struct th_json *document = th_json_at(documents, i);
        size_t used = strlen(names);
        snprintf(names + used, sizeof(names) - used, "%s ", th_json_get_text(document, "name", ""));
        assert_true(th_json_get_int(document, "document_id", 0) > 0);
    }
    assert_string_equal(names, want);
}

// One contract on parcel 2, whose scan is called so.
static struct th_json *import_scan(struct fixture *f, const char *scan)
{
    char rows[512];
    snprintf(rows, sizeof(rows),
             "合同编号,农户,合作社,村,地块号,起始,终止,碳汇收益权,文件\n"
             "S-1,张三,测试合作社,测试一村,1,2021-01-01,2040-12-31,是,\n"
             "S-1,张三,测试合作社,测试一村,2,2021-01-01,2040-12-31,是,%s\n",
             scan);
    return import(f, rows, "admin", TH_OK);
}

static void import__a_scan_may_come_after_its_contract(void **state)
{
    struct fixture *f = *state;
    // Of "scan", by sha256sum.
    static const char SHA256[] = "59ad1b2fc74287ded1bba7af67765d23ad4a49f1ae51902cc2ed3f8ebee96cfa";
    char path[TH_TEST_PATH_SIZE];
    struct th_error err;
    struct th_json *reply = import_scan(f, "");
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 2);
    assert_int_equal(th_json_get_int(reply, "scans_added", -1), 0);
    th_json_free(reply);
    // As long as there is none, one that is named and not there is told of.
    reply = import_scan(f, "s-1.pdf");
    assert_int_equal(fixture_problems(reply, 3, "tenure_document_missing", "error"), 1);
    assert_int_equal(th_json_get_int(reply, "rejected", -1), 1);
    assert_int_equal(th_json_get_int(reply, "unchanged", -1), 1);
    th_json_free(reply);
    fixture_file(f, path, "s-1.pdf", "scan");
    reply = import_scan(f, "s-1.pdf");
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 0);
    assert_int_equal(th_json_get_int(reply, "unchanged", -1), 2);
    assert_int_equal(th_json_get_int(reply, "scans_added", -1), 1);
    th_json_free(reply);
    assert_ok(th_tenure_show(f->registry, 1, &reply, &err), &err);
    assert_scans(reply, "s-1.pdf ");
    const struct th_json *document = th_json_at(th_json_get(reply, "documents"), 0);
    assert_string_equal(th_json_get_text(document, "sha256", ""), SHA256);
    int64_t seq = th_json_get_int(document, "seq", 0);
    th_json_free(reply);
    // The journal has it with its digest.
    const struct th_audit_log_options log = {.from = seq, .limit = 1};
    assert_ok(th_audit_log(f->registry, &log, &reply, &err), &err);
    const struct th_json *entry = th_json_at(th_json_get(reply, "entries"), 0);
    assert_string_equal(th_json_get_text(entry, "kind", ""), "tenure.import");
    const struct th_json *scans = th_json_get(th_json_get(entry, "body"), "scans");
    assert_string_equal(th_json_get_text(th_json_at(scans, 0), "sha256", ""), SHA256);
    assert_int_equal(th_json_get_int(th_json_at(scans, 0), "tenure_id", 0), 1);
    th_json_free(reply);
    // Once more adds nothing, nor is a scan asked for that was put away; a better one is added.
    reply = import_scan(f, "s-1.pdf");
    assert_int_equal(th_json_get_int(reply, "scans_added", -1), 0);
    th_json_free(reply);
    assert_int_equal(remove(path), 0);
    reply = import_scan(f, "s-1.pdf");
    assert_int_equal(th_json_get_int(reply, "unchanged", -1), 2);
    th_json_free(reply);
    fixture_file(f, path, "better.pdf", "better scan");
    reply = import_scan(f, "better.pdf");
    assert_int_equal(th_json_get_int(reply, "scans_added", -1), 1);
    th_json_free(reply);
    assert_ok(th_tenure_show(f->registry, 1, &reply, &err), &err);
    assert_scans(reply, "s-1.pdf better.pdf ");
    th_json_free(reply);
    fixture_assert_books(f);
}

static void import__tells_all_files_that_are_missing_at_once(void **state)
{
    struct fixture *f = *state;
    static const char ROWS[] =
        "合同编号,农户,合作社,村,地块号,起始,终止,碳汇收益权,份额,文件\n"
        "A-1,张三,测试合作社,测试一村,1,2021-01-01,2040-12-31,是,1/4,a-1.pdf\n"
        "A-2,李四,测试合作社,测试一村,1,2021-01-01,2040-12-31,是,1/4,.\n"
        "A-3,王五,测试合作社,测试一村,1,2021-01-01,2040-12-31,是,1/4,there.pdf\n"
        "A-4,赵六,测试合作社,测试一村,1,2021-01-01,2040-12-31,是,1/4,\n";
    char path[TH_TEST_PATH_SIZE];
    struct th_error err;
    fixture_file(f, path, "there.pdf", "scan");
    struct th_json *reply = import(f, ROWS, "admin", TH_OK);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 2);
    assert_int_equal(th_json_get_int(reply, "rejected", -1), 2);
    assert_int_equal(fixture_problems(reply, 2, "tenure_document_missing", "error"), 1);
    assert_int_equal(fixture_problems(reply, 3, "tenure_document_missing", "error"), 1);
    const struct th_json *first = th_json_at(th_json_get(reply, "problems"), 0);
    assert_string_equal(th_json_get_text(first, "number", ""), "A-1");
    assert_non_null(strstr(th_json_get_text(first, "message", ""), "/a-1.pdf"));
    th_json_free(reply);
    // A folder is no scan; one that is there is kept; a row that names none asks for none.
    assert_ok(th_tenure_show(f->registry, 1, &reply, &err), &err);
    assert_string_equal(th_json_get_text(reply, "number", ""), "A-3");
    assert_scans(reply, "there.pdf ");
    th_json_free(reply);
    assert_int_equal(remove(path), 0);
    fixture_file(f, path, "a-1.pdf", "scan");
    // What is registered does not ask for its scan again.
    reply = import(f, ROWS, "admin", TH_OK);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 1);
    assert_int_equal(th_json_get_int(reply, "unchanged", -1), 2);
    assert_int_equal(fixture_problems(reply, 3, "tenure_document_missing", "error"), 1);
    th_json_free(reply);
    // Of one contract the rows name one file, whichever row does.
    reply = import(f,
                   "合同编号,农户,合作社,村,地块号,起始,终止,碳汇收益权,文件\n"
                   "B-1,张三,测试合作社,测试一村,2,2041-01-01,2042-12-31,是,\n"
                   "B-1,张三,测试合作社,测试一村,1,2041-01-01,2042-12-31,是,a-1.pdf\n"
                   "B-2,张三,测试合作社,测试一村,2,2051-01-01,2052-12-31,是,a-1.pdf\n"
                   "B-2,张三,测试合作社,测试一村,1,2051-01-01,2052-12-31,是,contracts.csv\n",
                   "admin", TH_OK);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 2);
    assert_int_equal(fixture_problems(reply, 5, "tenure_rows_differ", "error"), 1);
    th_json_free(reply);
    assert_ok(th_tenure_show(f->registry, 4, &reply, &err), &err);
    assert_string_equal(th_json_get_text(reply, "number", ""), "B-1");
    assert_scans(reply, "a-1.pdf ");
    th_json_free(reply);
}

static void import__shares_are_exact_and_a_second_run_adds_nothing(void **state)
{
    struct fixture *f = *state;
    struct th_error err;
    struct th_json *reply = import(f, HALVES, "admin", TH_OK);
    assert_int_equal(th_json_get_int(reply, "read", -1), 3);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 3);
    assert_int_equal(th_json_size(th_json_get(reply, "tenure_ids")), 2);
    // After the second contract ends, half of parcel 1 is nobody's.
    const struct th_json *incomplete = th_json_get(reply, "incomplete");
    assert_int_equal(th_json_size(incomplete), 1);
    assert_int_equal(th_json_get_int(th_json_at(incomplete, 0), "parcel_id", 0), 1);
    assert_string_equal(th_json_get_text(th_json_at(incomplete, 0), "on", ""), "2031-01-01");
    assert_string_equal(th_json_get_text(th_json_at(incomplete, 0), "share", ""), "0.5");
    assert_int_equal(fixture_problems(reply, 0, "tenure_incomplete", "warning"), 1);
    th_json_free(reply);
    reply = import(f, HALVES, "admin", TH_OK);
    assert_int_equal(th_json_get_int(reply, "unchanged", -1), 3);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 0);
    th_json_free(reply);
    assert_ok(th_tenure_show(f->registry, 1, &reply, &err), &err);
    assert_string_equal(th_json_get_text(reply, "number", ""), "A-1");
    assert_string_equal(th_json_get_text(reply, "dividend", ""), "0.6");
    assert_int_equal(th_json_get_int(reply, "guarantee_fen", 0), 15000);
    assert_string_equal(th_json_get_text(reply, "to", ""), "2040-12-31");
    assert_true(th_json_get_bool(reply, "carbon_right", false));
    assert_int_equal(th_json_size(th_json_get(reply, "parcels")), 2);
    th_json_free(reply);
    assert_ok(th_tenure_list(f->registry, "测试合作社", "2035-01-01", &reply, &err), &err);
    assert_int_equal(th_json_get_int(reply, "n", -1), 1);
    th_json_free(reply);
    assert_status(th_tenure_show(f->registry, 9, &reply, &err), TH_NOT_FOUND, &err);
    assert_ok(th_registry_check(f->registry, NULL, true, f->messages, TH_LANG_EN, &reply, &err),
              &err);
    assert_true(th_json_get_bool(reply, "ok", false));
    th_json_free(reply);
}

static void import__thirds_sum_to_one_and_more_is_refused(void **state)
{
    struct fixture *f = *state;
    struct th_json *reply =
        import(f,
               HEAD "B-1,甲,测试合作社,测试一村,1,,,,2021-01-01,2030-12-31,,,,是,1/3\n"
                    "B-2,乙,测试合作社,测试一村,1,,,,2021-01-01,2030-12-31,,,,是,1/3\n"
                    "B-3,丙,测试合作社,测试一村,1,,,,2021-01-01,2030-12-31,,,,是,1/3\n"
                    "B-4,丁,测试合作社,测试一村,1,,,,2030-12-31,2031-12-31,,,,是,1/1000000\n",
               "admin", TH_OK);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 3);
    assert_int_equal(th_json_get_int(reply, "rejected", -1), 1);
    assert_int_equal(fixture_problems(reply, 5, "tenure_share_over", "error"), 1);
    assert_int_equal(th_json_size(th_json_get(reply, "incomplete")), 0);
    th_json_free(reply);
}

static void import__bad_rows_keep_their_contract_out(void **state)
{
    struct fixture *f = *state;
    struct th_json *reply =
        import(f,
               HEAD "C-1,甲,测试合作社,测试一村,1,,,,2021-01-01,2030-12-31,,,,是,1\n"
                    "C-1,甲,测试合作社,测试一村,9,,,,2021-01-01,2030-12-31,,,,是,1\n"
                    "C-2,乙,没有的社,测试一村,2,,,,2021-01-01,2030-12-31,,,,是,1\n"
                    "C-3,丙,测试合作社,测试一村,2,,,,2021-02-30,2030-12-31,,,,是,1\n"
                    "C-4,丁,测试合作社,测试一村,2,,,,2021-01-01,2030-12-31,100,50,,是,1\n"
                    "C-5,戊,测试合作社,测试一村,2,,,,2021-01-01,2030-12-31,,,,也许,1\n"
                    "C-6,己,测试合作社,测试一村,2,,,,2021-01-01,2030-12-31,,,,是,3/2\n"
                    "C-7,庚,测试合作社,测试一村,2,,,,2031-01-01,2030-12-31,,,,是,1\n"
                    "C-8,辛,测试合作社,测试一,2,,,,2021-01-01,2030-12-31,,,,是,1\n",
               "admin", TH_OK);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 0);
    assert_int_equal(th_json_get_int(reply, "rejected", -1), 9);
    assert_int_equal(fixture_problems(reply, 10, "village_similar", "error"), 1);
    assert_int_equal(fixture_problems(reply, 2, "tenure_contract_refused", "error"), 1);
    assert_int_equal(fixture_problems(reply, 3, "tenure_parcel", "error"), 1);
    assert_int_equal(fixture_problems(reply, 4, "party_not_found", "error"), 1);
    for (int64_t row = 5; row <= 9; row++) {
        assert_int_equal(
            fixture_problems(reply, row, row == 6 ? "tenure_payment" : "tenure_value", "error"), 1);
    }
    th_json_free(reply);
    assert_null(import(f, HALVES, "clerk_2", TH_NOT_PERMITTED));
    assert_null(import(f, "农户,地块号\n张三,1\n", "admin", TH_INVALID));
}

static void import__a_registered_contract_does_not_change(void **state)
{
    struct fixture *f = *state;
    th_json_free(import(f, HALVES, "admin", TH_OK));
    struct th_json *reply = import(
        f, HEAD "A-2,李四,测试合作社,测试一村,1,,,7.96,2021-01-01,2031-12-31,120.50,,,是,50%\n",
        "admin", TH_OK);
    assert_int_equal(th_json_get_int(reply, "rejected", -1), 1);
    assert_int_equal(fixture_problems(reply, 2, "tenure_changed", "error"), 1);
    th_json_free(reply);
}

static struct th_json *package(struct fixture *f, const char *name, const char *parcel,
                               const char *from, const char *to, enum th_status want,
                               const char *key)
{
    struct th_json *reply = NULL;
    struct th_error err;
    struct th_package_create_options options = {.name = name,
                                                .holder = "测试合作社",
                                                .methodology = "reported-factor",
                                                .from = from,
                                                .to = to,
                                                .parcels = &parcel,
                                                .n_parcels = 1,
                                                .messages = f->messages};
    assert_status(th_package_create(f->registry, &f->request, &options, &reply, &err), want, &err);
    if (key != NULL) {
        assert_string_equal(err.key, key);
    }
    return reply;
}

// The message of the warning, NULL without.
static const char *told(const struct th_json *reply, const char *code)
{
    const struct th_json *warnings = th_json_get(reply, "warnings");
    for (size_t i = 0; i < th_json_size(warnings); i++) {
        if (strcmp(th_json_get_text(th_json_at(warnings, i), "code", ""), code) == 0) {
            return th_json_get_text(th_json_at(warnings, i), "message", "");
        }
    }
    return NULL;
}

static bool warned(const struct th_json *reply, const char *code)
{
    return told(reply, code) != NULL;
}

static struct th_json *show(struct fixture *f, const char *name)
{
    struct th_json *reply = NULL;
    struct th_error err;
    assert_ok(th_package_show(f->registry, name, f->messages, TH_LANG_EN, &reply, &err), &err);
    return reply;
}

static void package__tenure_and_carbon_right_cover_the_period(void **state)
{
    struct fixture *f = *state;
    struct th_json *reply = package(f, "none", "2", "2021-01-01", "2023-12-31", TH_OK, NULL);
    assert_true(warned(reply, "tenure_missing"));
    th_json_free(reply);
    th_json_free(import(f,
                        HEAD "A-1,张三,测试合作社,测试一村,1,,,,2021-01-01,2022-12-31,,,,是,1/2\n"
                             "A-2,李四,测试合作社,测试一村,1,,,,2021-01-01,2040-12-31,,,,是,1/2\n"
                             "A-3,张三,测试合作社,测试一村,1,,,,2023-01-01,2040-12-31,,,,否,1/2\n",
                        "admin", TH_OK));
    assert_null(
        package(f, "early", "1", "2020-01-01", "2021-12-31", TH_CONFLICT, "tenure_not_covering"));
    assert_null(
        package(f, "late", "1", "2021-01-01", "2023-12-31", TH_CONFLICT, "carbon_right_missing"));
    reply = package(f, "right", "1", "2021-01-01", "2022-12-31", TH_OK, NULL);
    assert_false(warned(reply, "tenure_missing"));
    assert_false(warned(reply, "tenure_expires")); // A-1 ends with the period
    th_json_free(reply);
}

static void package__show_tells_again_what_contracts_lack(void **state)
{
    struct fixture *f = *state;
    th_json_free(package(f, "none", "2", "2021-01-01", "2023-12-31", TH_OK, NULL));
    struct th_json *reply = show(f, "none");
    assert_true(warned(reply, "tenure_missing"));
    assert_string_equal(told(reply, "tenure_missing"),
                        "1 parcels have no tenure contract on record: 2");
    th_json_free(reply);
    th_json_free(import(f, HEAD "A-1,张三,测试合作社,测试一村,2,,,,2021-01-01,2040-12-31,,,,是,1\n",
                        "admin", TH_OK));
    reply = show(f, "none");
    assert_false(warned(reply, "tenure_missing"));
    th_json_free(reply);
}

static void package__contracts_and_certificates_that_end_in_the_period_are_told(void **state)
{
    struct fixture *f = *state;
    th_json_free(import(f,
                        HEAD "A-1,张三,测试合作社,测试一村,1,,,,2021-01-01,2022-12-31,,,,是,1\n"
                             "A-2,张三,测试合作社,测试一村,1,,,,2023-01-01,2040-12-31,,,,是,1\n"
                             "B-1,李四,测试合作社,测试一村,2,证2,2022-05-31,,2021-01-01,2040-12-31"
                             ",,,,是,1\n",
                        "admin", TH_OK));
    struct th_json *reply = package(f, "one", "1", "2021-01-01", "2023-12-31", TH_OK, NULL);
    assert_true(warned(reply, "tenure_expires"));
    assert_false(warned(reply, "certificate_expires"));
    th_json_free(reply);
    reply = show(f, "one");
    assert_string_equal(told(reply, "tenure_expires"),
                        "1 contracts end within the package's period, the first on 2022-12-31: "
                        "1 (2022-12-31)");
    th_json_free(reply);
    th_json_free(package(f, "two", "2", "2021-01-01", "2023-12-31", TH_OK, NULL));
    reply = show(f, "two");
    assert_false(warned(reply, "tenure_expires"));
    assert_string_equal(told(reply, "certificate_expires"),
                        "1 right certificates expire before the package's period and their "
                        "contract end, the first on 2022-05-31: 2 (2022-05-31)");
    th_json_free(reply);
}

static void rule(struct fixture *f, const char *value, const char *since)
{
    const struct th_request officer = {.login = "officer"};
    const struct th_rule_set_options options = {
        .name = "carbon_right", .value = value, .since = since, .reason = "r"};
    struct th_json *reply = NULL;
    struct th_error err;
    assert_ok(th_rule_set(f->registry, &officer, &options, &reply, &err), &err);
    th_json_free(reply);
}

static void package__a_county_may_require_contracts_for_every_parcel(void **state)
{
    struct fixture *f = *state;
    struct th_json *reply = NULL;
    struct th_error err;
    rule(f, "required", "2025-06-16"); // not before tomorrow
    th_json_free(package(f, "free", "2", "2021-01-01", "2021-12-31", TH_OK, NULL));
    rule(f, "required", NULL);
    assert_null(
        package(f, "bound", "2", "2022-01-01", "2022-12-31", TH_CONFLICT, "tenure_required"));
    assert_status(th_package_submit(f->registry, &f->request, "free", &reply, &err), TH_CONFLICT,
                  &err);
    assert_string_equal(err.key, "tenure_required");
    assert_string_equal(th_error_arg_get(&err, "parcels"), "2");
    assert_string_equal(th_error_arg_get(&err, "since"), "2025-06-15");
    th_json_free(import(f, HEAD "A-1,张三,测试合作社,测试一村,2,,,,2021-01-01,2040-12-31,,,,是,1\n",
                        "admin", TH_OK));
    assert_ok(th_package_submit(f->registry, &f->request, "free", &reply, &err), &err);
    th_json_free(reply);
    assert_null(
        package(f, "first", "1", "2022-01-01", "2022-12-31", TH_CONFLICT, "tenure_required"));
    rule(f, "remark", NULL);
    th_json_free(package(f, "first", "1", "2022-01-01", "2022-12-31", TH_OK, NULL));
}

static void split_and_merge__contracts_follow_the_ground(void **state)
{
    struct fixture *f = *state;
    char path[TH_TEST_PATH_SIZE];
    struct th_json *reply = NULL;
    struct th_error err;
    th_json_free(import(f, HALVES, "admin", TH_OK));
    fixture_file(f, path, "cut.wkt", "LINESTRING (119.6005 30.4, 119.6005 30.6)");
    struct th_parcel_split_options split = {.parcel_id = 1, .drawing = path, .reason = "r"};
    assert_ok(th_parcel_split(f->registry, &f->request, &split, &reply, &err), &err);
    th_json_free(reply); // parts 3 and 4 with a half of each
    int64_t ids[2] = {4, 2};
    struct th_parcel_merge_options merge = {
        .parcel_ids = ids, .n_parcels = 2, .number = "x", .reason = "r"};
    assert_ok(th_parcel_merge(f->registry, &f->request, &merge, &reply, &err), &err);
    th_json_free(reply);
    assert_ok(th_tenure_show(f->registry, 1, &reply, &err), &err);
    // parcel 1 (1/2), 2 (1), its parts (1/2) and the merged one: (1/2·1 + 1·2)/3 = 5/6, as
    // exactly as the areas say.
    const struct th_json *parcels = th_json_get(reply, "parcels");
    assert_int_equal(th_json_size(parcels), 5);
    assert_string_equal(th_json_get_text(th_json_at(parcels, 3), "share", ""), "0.5");
    struct th_ratio share;
    assert_ok(th_ratio_parse(th_json_get_text(th_json_at(parcels, 4), "share", ""), &share, &err),
              &err);
    assert_close(th_ratio_double(share), 5.0 / 6, 1e-6);
    th_json_free(reply);
}

static void template__can_be_read_again(void **state)
{
    struct fixture *f = *state;
    static const char *const NAMES[] = {"a.csv", "a.xlsx"};
    for (size_t i = 0; i < 2; i++) {
        char path[TH_TEST_PATH_SIZE];
        struct th_json *reply = NULL;
        struct th_error err;
        th_test_path(path, f->folder, NAMES[i]);
        assert_ok(th_tenure_template(path, f->messages, TH_LANG_ZH, &reply, &err), &err);
        assert_int_equal(th_json_size(th_json_get(reply, "columns")), 16);
        th_json_free(reply);
        assert_true(th_file_exists(path));
        assert_status(th_tenure_template(path, f->messages, TH_LANG_ZH, &reply, &err), TH_CONFLICT,
                      &err);
        struct th_tenure_import_options options = {.source = path, .messages = f->messages};
        assert_ok(th_tenure_import(f->registry, &f->request, &options, &reply, &err), &err);
        assert_int_equal(th_json_get_int(reply, "read", -1), 1);
        assert_int_equal(fixture_problems(reply, 2, "party_not_found", "error"), 1);
        th_json_free(reply);
    }
}

// As Excel saves "CSV" on a Chinese Windows: GB18030, semicolons, a title above the headings.
static void import__a_table_in_gbk_says_the_same(void **state)
{
    struct fixture *f = *state;
    // 合同;;;;;; / 合同编号;农户;合作社;地块号;起始;终止;碳汇收益权 / G-1;张三;测试合作社;1;…;是
    static const char GBK[] =
        "\xba\xcf\xcd\xac;;;;;;\r\n"
        "\xba\xcf\xcd\xac\xb1\xe0\xba\xc5;\xc5\xa9\xbb\xa7;\xba\xcf\xd7\xf7\xc9\xe7;"
        "\xb5\xd8\xbf\xe9\xba\xc5;\xc6\xf0\xca\xbc;\xd6\xd5\xd6\xb9;"
        "\xcc\xbc\xbb\xe3\xca\xd5\xd2\xe6\xc8\xa8\r\n"
        "G-1;\xd5\xc5\xc8\xfd;\xb2\xe2\xca\xd4\xba\xcf\xd7\xf7\xc9\xe7;1;2021-01-01;"
        "2040-12-31;\xca\xc7\r\n";
    char path[TH_TEST_PATH_SIZE];
    struct th_json *reply = NULL;
    struct th_error err;
    fixture_file(f, path, "gbk.csv", GBK);
    struct th_tenure_import_options options = {
        .source = path, .village = FIXTURE_VILLAGE, .messages = f->messages, .lang = TH_LANG_ZH};
    assert_ok(th_tenure_import(f->registry, &f->request, &options, &reply, &err), &err);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 1);
    th_json_free(reply);
    assert_ok(th_tenure_list(f->registry, "测试合作社", NULL, &reply, &err), &err);
    assert_string_equal(
        th_json_get_text(th_json_at(th_json_get(reply, "contracts"), 0), "household", ""), "张三");
    th_json_free(reply);
}

#define TENURE_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TENURE_TEST(import__shares_are_exact_and_a_second_run_adds_nothing),
        TENURE_TEST(import__a_scan_may_come_after_its_contract),
        TENURE_TEST(import__tells_all_files_that_are_missing_at_once),
        TENURE_TEST(import__thirds_sum_to_one_and_more_is_refused),
        TENURE_TEST(import__bad_rows_keep_their_contract_out),
        TENURE_TEST(import__a_registered_contract_does_not_change),
        TENURE_TEST(package__tenure_and_carbon_right_cover_the_period),
        TENURE_TEST(package__show_tells_again_what_contracts_lack),
        TENURE_TEST(package__contracts_and_certificates_that_end_in_the_period_are_told),
        TENURE_TEST(package__a_county_may_require_contracts_for_every_parcel),
        TENURE_TEST(split_and_merge__contracts_follow_the_ground),
        TENURE_TEST(template__can_be_read_again),
        TENURE_TEST(import__a_table_in_gbk_says_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
