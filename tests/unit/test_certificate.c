#include "papers/certificate.h"

#include <ctype.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/file.h"
#include "tests/unit/paper_look.h"

#define HEAD "62be73ece45ad0303738b54b55bc3348ee557f6d9b75b45595848a57ae457069"

enum { BLOCKS_MAX = 60 };

struct fixture {
    char folder[TH_TEST_PATH_SIZE];
    char path[TH_TEST_PATH_SIZE];
    struct th_messages *messages;
    struct th_certificate certificate;
    struct th_certificate_block blocks[BLOCKS_MAX];
    char serials[BLOCKS_MAX][64];
    struct th_error err;
};

static const struct th_certificate_village two_villages[] = {
    {"马家弄村", {40000}},
    {"高家堂村", {20000}},
};
static const struct th_certificate_village one_village[] = {{"高家堂村", {40000}}};
static const struct th_certificate_warning warnings[] = {
    {"高家堂竹林", "净碳汇高于同类竹林通常范围，参数未经独立验证。",
     "The net removal lies above the usual range of such stands."}};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    assert_non_null(f);
    th_test_folder_make(f->folder);
    th_test_path(f->path, f->folder, "c.pdf");
    assert_ok(th_messages_new(&f->messages, &f->err), &f->err);
    f->blocks[0] = (struct th_certificate_block){"CN-330523-BAM-2021-000001:1-60",
                                                 {60},
                                                 2021,
                                                 "马家弄竹林",
                                                 "moso-management 1",
                                                 false,
                                                 two_villages,
                                                 2};
    f->blocks[1] = (struct th_certificate_block){"CN-330523-BAM-2022-000001:101-140",
                                                 {40},
                                                 2022,
                                                 "高家堂竹林",
                                                 "statement 1",
                                                 true,
                                                 one_village,
                                                 1};
    f->certificate = (struct th_certificate){
        .number = "RC-330523-000003-9F3A71C2",
        .registry = "安吉县碳汇登记簿",
        .registry_id = "0123456789abcdef0123456789abcdef",
        .program = "tanhui 0.1.0",
        .holder = "安吉竹制品有限公司（样例）",
        .holder_uscc = "91330523MA2B000019",
        .beneficiary = "安吉竹制品有限公司（样例）",
        .beneficiary_uscc = "91330523MA2B000019",
        .purpose = "product",
        .note = "2022 年春季展会全部竹制品",
        .on = "2022-07-01",
        .units = {100},
        .proof = {41, "2022-07-01T08:00:00Z", HEAD, NULL},
        .blocks = f->blocks,
        .n_blocks = 2,
        .warnings = warnings,
        .n_warnings = 1,
    };
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    th_messages_free(f->messages);
    th_test_folder_remove(f->folder);
    free(f);
    return 0;
}

static struct th_hash print(struct fixture *f)
{
    struct th_hash hash;
    assert_ok(th_certificate_print(&f->certificate, f->messages, f->path, &hash, &f->err), &f->err);
    return hash;
}

static void certificate__says_everything_in_both_languages(void **state)
{
    struct fixture *f = *state;
    (void)print(f);
    char *text = paper_text(f->path);
    static const char *const said[] = {
        "碳汇注销证书",
        "Certificate of Carbon Sink Retirement",
        "RC-330523-000003-9F3A71C2",
        "安吉竹制品有限公司（样例）",
        "统一社会信用代码 Unified social credit code 91330523MA2B000019",
        "产品碳中和 carbon neutrality of a product",
        "2022 年春季展会全部竹制品",
        "吨二氧化碳当量 tonnes of CO2 equivalent",
        "2021–2022",
        "马家弄村、高家堂村",
        "CN-330523-BAM-2021-000001:1-60",
        "CN-330523-BAM-2022-000001:101-140",
        "moso-management 1",
        "自愿减排，非CCER，不得用于碳市场履约",
        "Voluntary reduction, not CCER; not to be used for compliance in a carbon market",
        "第三方声明",
        "third party's statement",
        "净碳汇高于同类竹林通常范围，参数未经独立验证。",
        "The net removal lies above the usual range of such stands.",
        "第 41 条 · 2022-07-01T08:00:00Z",
        HEAD,
        "安吉县碳汇登记簿 (0123456789abcdef0123456789abcdef)",
        "第 1 页，共 2 页",
        "第 2 页，共 2 页",
        "Annex: units retired",
    };
    for (size_t i = 0; i < sizeof(said) / sizeof(*said); i++) {
        paper_assert_says(text, said[i]);
    }
    free(text);
    text = paper_layout(f->path);
    static const char *const rows[] = {"100", "60", "40,000", "20,000", "100,000"};
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        assert_non_null(strstr(text, rows[i]));
    }
    free(text);
    paper_assert_fonts_embedded(f->path);
    assert_int_equal(paper_pages(f->path), 2);
}

static void certificate__code_holds_serials_and_head(void **state)
{
    struct fixture *f = *state;
    (void)print(f);
    char *code = paper_code(f->path);
    assert_string_equal(code,
                        "TANHUI-RETIREMENT:1 NO:RC-330523-000003-9F3A71C2 ON:2022-07-01 T:100 "
                        "HEAD:41:62BE73ECE45AD0303738B54B55BC3348EE557F6D9B75B45595848A57AE457069 "
                        "UNITS:CN-330523-BAM-2021-000001:1-60+CN-330523-BAM-2022-000001:101-140");
    free(code);
}

// 60 ranges of one tonne each: too many for the code, all of them in the annex.
static void certificate__many_ranges_are_listed_and_digested(void **state)
{
    struct fixture *f = *state;
    static const struct th_certificate_village village[] = {{"高家堂村", {1000}}};
    char list[TH_TEST_PATH_SIZE];
    FILE *file = fopen(th_test_path(list, f->folder, "list"), "w");
    assert_non_null(file);
    for (size_t b = 0; b < BLOCKS_MAX; b++) {
        (void)snprintf(f->serials[b], sizeof(f->serials[b]), "CN-330523-BAM-2021-000001:%zu",
                       2 * b + 1);
        (void)fprintf(file, "%s\n", f->serials[b]);
        f->blocks[b] = (struct th_certificate_block){
            f->serials[b], {1}, 2021, "高家堂竹林", "moso-management 1", false, village, 1};
    }
    assert_int_equal(fclose(file), 0);
    f->certificate.n_blocks = BLOCKS_MAX;
    f->certificate.units = th_units_from_t(BLOCKS_MAX);
    (void)print(f);
    struct th_hash digest;
    char hex[TH_HASH_HEX_SIZE];
    char want[128];
    assert_ok(th_hash_file(TH_HASH_SHA256, list, &digest, &f->err), &f->err);
    (void)th_hash_hex(&digest, hex);
    for (size_t i = 0; hex[i] != '\0'; i++) {
        hex[i] = (char)toupper((unsigned char)hex[i]);
    }
    (void)snprintf(want, sizeof(want), " UNITS:SHA256:%s:60", hex);
    char *code = paper_code(f->path);
    assert_non_null(strstr(code, want));
    assert_string_equal(strstr(code, want), want); // the end of it
    free(code);
    char *text = paper_text(f->path);
    for (size_t b = 0; b < BLOCKS_MAX; b++) {
        paper_assert_says(text, f->serials[b]);
    }
    paper_assert_says(text, "等共 60 段，见附表");
    // The heading of the table on each of its pages.
    size_t n_headings = 0;
    for (const char *at = text; (at = strstr(at, "Methodology")) != NULL; at++) {
        n_headings++;
    }
    assert_true(n_headings >= 3); // the first is that of the front
    char pages[64];
    int n_pages = paper_pages(f->path);
    assert_true(n_pages >= 3);
    (void)snprintf(pages, sizeof(pages), "第 %d 页，共 %d 页", n_pages, n_pages);
    paper_assert_says(text, pages);
    free(text);
}

// The longest names that a registry takes stand there whole, and nothing lies over the code.
static void certificate__the_longest_names_are_not_cut(void **state)
{
    struct fixture *f = *state;
    char names[5][200];
    char note[400];
    static struct th_certificate_village villages[4] = {
        {NULL, {10000}}, {NULL, {10000}}, {NULL, {10000}}, {NULL, {30000}}};
    static const char *const first[] = {"甲", "乙", "丙", "丁", "戊"};
    for (size_t i = 0; i < 5; i++) {
        names[i][0] = '\0';
        for (size_t n = 0; n < 65; n++) {
            memcpy(names[i] + 3 * n, n == 64 ? "末" : n == 0 ? first[i] : "长", 4);
        }
    }
    for (size_t n = 0; n < 132; n++) {
        memcpy(note + 3 * n, n == 131 ? "完" : "注", 4);
    }
    for (size_t v = 0; v < 4; v++) {
        villages[v].name = names[v];
    }
    f->blocks[0].villages = villages;
    f->blocks[0].n_villages = 4;
    f->blocks[0].package = names[1];
    f->blocks[1].package = names[2];
    f->blocks[0].methodology = names[3];
    f->certificate.beneficiary = names[4];
    f->certificate.holder = names[0];
    f->certificate.note = note;
    (void)print(f);
    char *text = paper_text(f->path);
    paper_assert_says(text, names[4]);
    paper_assert_says(text, note);
    free(text);
    char *code = paper_code(f->path);
    assert_non_null(strstr(code, "UNITS:CN-330523-BAM-2021-000001:1-60+"));
    free(code);
}

// As dense as a code may be, and still read from the page.
static void certificate__code_at_its_longest_is_read(void **state)
{
    struct fixture *f = *state;
    enum { N = 11 };
    static const struct th_certificate_village village[] = {{"高家堂村", {1000}}};
    for (size_t b = 0; b < N; b++) {
        (void)snprintf(f->serials[b], sizeof(f->serials[b]), "CN-330523-BAM-2021-%06zu:%zu", b + 1,
                       100000 + b);
        f->blocks[b] = (struct th_certificate_block){
            f->serials[b], {1}, 2021, "高家堂竹林", "moso-management 1", false, village, 1};
    }
    f->certificate.n_blocks = N;
    f->certificate.units = th_units_from_t(N);
    (void)print(f);
    char *code = paper_code(f->path);
    assert_true(strlen(code) > 500 && strlen(code) <= TH_PROOF_CODE_MAX);
    for (size_t b = 0; b < N; b++) {
        assert_non_null(strstr(code, f->serials[b]));
    }
    free(code);
}

static void certificate__same_input_same_bytes_in_any_place_and_time(void **state)
{
    struct fixture *f = *state;
    struct th_hash first = print(f);
    size_t size = 0;
    char *bytes = paper_bytes(f->path, &size);
    struct th_hash whole = th_hash_bytes(TH_HASH_SHA256, bytes, size);
    assert_memory_equal(first.bytes, whole.bytes, TH_HASH_SIZE);
    free(bytes);
    assert_int_equal(remove(f->path), 0);
    assert_int_equal(setenv("TZ", "America/St_Johns", 1), 0);
    tzset();
    (void)setlocale(LC_ALL, "C.UTF-8");
    struct th_hash second = print(f);
    (void)setlocale(LC_ALL, "C");
    assert_int_equal(setenv("TZ", "UTC", 1), 0);
    tzset();
    assert_memory_equal(first.bytes, second.bytes, TH_HASH_SIZE);
}

static void certificate__sums_that_differ_are_refused(void **state)
{
    struct fixture *f = *state;
    f->certificate.units = th_units_from_t(101);
    assert_status(th_certificate_print(&f->certificate, f->messages, f->path, NULL, &f->err),
                  TH_INVALID, &f->err);
    assert_string_equal(f->err.key, "certificate_sum");
    f->certificate.units = th_units_from_t(100);
    f->blocks[0].n_villages = 1;
    assert_status(th_certificate_print(&f->certificate, f->messages, f->path, NULL, &f->err),
                  TH_INVALID, &f->err);
    f->certificate.n_blocks = 0;
    assert_status(th_certificate_print(&f->certificate, f->messages, f->path, NULL, &f->err),
                  TH_INVALID, &f->err);
    assert_false(th_file_exists(f->path));
}

static void certificate__nothing_is_overwritten_and_no_broken_text_printed(void **state)
{
    struct fixture *f = *state;
    struct th_hash hash = {{7}};
    f->certificate.note = "\xff";
    assert_status(th_certificate_print(&f->certificate, f->messages, f->path, &hash, &f->err),
                  TH_INVALID, &f->err);
    assert_string_equal(f->err.key, "paper_text");
    char *large = calloc(1, 5001);
    assert_non_null(large);
    memset(large, 'x', 5000);
    f->certificate.note = large;
    assert_status(th_certificate_print(&f->certificate, f->messages, f->path, &hash, &f->err),
                  TH_LIMIT, &f->err);
    assert_string_equal(f->err.key, "paper_text_long");
    free(large);
    f->certificate.note = NULL;
    char high[3001];
    memset(high, '-', sizeof(high) - 1);
    high[sizeof(high) - 1] = '\0';
    f->blocks[1].package = high; // a row of the annex higher than a page
    assert_status(th_certificate_print(&f->certificate, f->messages, f->path, &hash, &f->err),
                  TH_LIMIT, &f->err);
    assert_string_equal(f->err.key, "paper_row_long");
    f->blocks[1].package = "高家堂竹林";
    assert_status(th_certificate_print(&f->certificate, f->messages, "c.txt", &hash, &f->err),
                  TH_INVALID, &f->err);
    assert_string_equal(f->err.key, "paper_format");
    assert_false(th_file_exists(f->path));
    assert_ok(th_file_write_new(f->path, "mine", 4, &f->err), &f->err);
    assert_status(th_certificate_print(&f->certificate, f->messages, f->path, &hash, &f->err),
                  TH_CONFLICT, &f->err);
    assert_string_equal(f->err.key, "file_exists");
    assert_int_equal(hash.bytes[0], 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(certificate__says_everything_in_both_languages, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(certificate__code_holds_serials_and_head, setup, teardown),
        cmocka_unit_test_setup_teardown(certificate__many_ranges_are_listed_and_digested, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(certificate__code_at_its_longest_is_read, setup, teardown),
        cmocka_unit_test_setup_teardown(certificate__the_longest_names_are_not_cut, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(certificate__same_input_same_bytes_in_any_place_and_time,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(certificate__sums_that_differ_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(
            certificate__nothing_is_overwritten_and_no_broken_text_printed, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
