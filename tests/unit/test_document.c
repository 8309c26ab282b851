// Methodology documents: what is shipped, what is refused, and that nothing broken crashes.
#include <stdio.h>
#include <stdlib.h>

#include "core/file.h"
#include "core/messages.h"
#include "core/text.h"
#include "methodology/document.h"
#include "methodology/shipped.h"
#include "tests/support/support.h"
#include "tests/unit/schema_check.h"

static struct th_methodology *shipped(const char *name)
{
    struct th_error err;
    struct th_methodology *methodology = NULL;
    for (size_t i = 0; i < th_methodology_shipped_count(); i++) {
        if (strcmp(th_methodology_shipped_name(i), name) == 0) {
            size_t size = 0;
            const char *text = th_methodology_shipped_text(i, &size);
            assert_ok(th_methodology_parse(text, size, &methodology, &err), &err);
        }
    }
    assert_non_null(methodology);
    return methodology;
}

static void assert_ratio(struct th_ratio ratio, int64_t numerator, int64_t denominator)
{
    assert_int_equal(ratio.numerator, numerator);
    assert_int_equal(ratio.denominator, denominator);
}

static struct th_area area_mu(const char *mu)
{
    struct th_error err;
    struct th_area area = {0};
    assert_ok(th_area_parse_mu(mu, &area, &err), &err);
    return area;
}

static void shipped__every_document_parses_and_is_named_by_its_id(void **state)
{
    (void)state;
    assert_int_equal(th_methodology_shipped_count(), 3);
    for (size_t i = 0; i < th_methodology_shipped_count(); i++) {
        char name[80];
        struct th_methodology *methodology = shipped(th_methodology_shipped_name(i));
        (void)snprintf(name, sizeof(name), "%s/%s.json", th_methodology_id(methodology),
                       th_methodology_version(methodology));
        assert_string_equal(name, th_methodology_shipped_name(i));
        th_methodology_free(methodology);
    }
}

static void shipped__every_document_agrees_with_the_file(void **state)
{
    (void)state;
    for (size_t i = 0; i < th_methodology_shipped_count(); i++) {
        char name[160];
        char path[TH_TEST_PATH_SIZE];
        struct th_hash of_file;
        struct th_error err;
        struct th_methodology *methodology = shipped(th_methodology_shipped_name(i));
        (void)snprintf(name, sizeof(name), "data/methodologies/%s", th_methodology_shipped_name(i));
        assert_ok(th_hash_file(TH_HASH_SHA256, th_test_source_path(path, name), &of_file, &err),
                  &err);
        assert_memory_equal(th_methodology_sha256(methodology)->bytes, of_file.bytes, TH_HASH_SIZE);
        th_methodology_free(methodology);
    }
}

// Values of the reports and papers named in the document's own sources.
static void reported_factor__carries_the_numbers_of_its_sources(void **state)
{
    (void)state;
    struct th_methodology *methodology = shipped("reported-factor/1.json");
    assert_int_equal(th_methodology_family(methodology), TH_FAMILY_AREA_FACTOR);
    assert_false(th_methodology_monitoring_only(methodology));
    assert_false(th_methodology_statement_based(methodology));
    assert_ratio(th_methodology_buffer_ratio(methodology), 0, 1);
    assert_int_equal(th_methodology_n_parameters(methodology), 1);
    const struct th_parameter *factor = th_methodology_parameter_find(methodology, "factor");
    assert_ptr_equal(factor, th_methodology_parameter(methodology, 0));
    assert_null(th_methodology_parameter_find(methodology, "facto"));
    assert_ratio(factor->value, 39, 100);
    assert_ratio(factor->reference, 18, 125); // 2.16 / 15
    assert_ratio(factor->waiver_ratio, 5, 1);
    assert_true(factor->has_range);
    assert_true(factor->range_low.numerator > 0);
    assert_ratio(factor->range_high, 33, 20);
    // 6.74 t C/ha/yr × 44/12 / 15, of which the limit is the next hundredth.
    assert_close(th_ratio_double(factor->range_high), 6.74 * 44 / 12 / 15, 0.01);
    assert_true(th_ratio_double(factor->range_high) >= 6.74 * 44 / 12 / 15);
    assert_int_equal(factor->evidence, TH_EVIDENCE_REPORTED);
    assert_true(factor->can_be_set);
    assert_false(factor->has_interval);
    th_methodology_free(methodology);
}

static void orchard_account__factor_is_the_default_in_tonnes_per_mu(void **state)
{
    (void)state;
    struct th_methodology *methodology = shipped("orchard-account/1.json");
    const struct th_parameter *factor = th_methodology_parameter_find(methodology, "factor");
    assert_true(th_methodology_monitoring_only(methodology));
    assert_ratio(factor->value, 77, 150);
    assert_close(th_ratio_double(factor->value), 2.1 * 44 / 12 / 15, 1e-15);
    assert_true(factor->has_interval);
    assert_close(th_ratio_double(factor->interval_low), 0.25 * 2.1 * 44 / 12 / 15, 1e-15);
    assert_close(th_ratio_double(factor->interval_high), 1.75 * 2.1 * 44 / 12 / 15, 1e-15);
    assert_int_equal(factor->evidence, TH_EVIDENCE_UNVERIFIED);
    assert_false(factor->can_be_set);
    th_methodology_free(methodology);
}

static void statement__has_no_parameters_and_marks_its_units(void **state)
{
    (void)state;
    struct th_methodology *methodology = shipped("statement/1.json");
    assert_int_equal(th_methodology_family(methodology), TH_FAMILY_STATEMENT);
    assert_true(th_methodology_statement_based(methodology));
    assert_false(th_methodology_monitoring_only(methodology));
    assert_int_equal(th_methodology_n_parameters(methodology), 0);
    th_methodology_free(methodology);
}

static void applies__kind_class_and_area_decide(void **state)
{
    (void)state;
    static const struct {
        const char *name, *document, *kind, *land_class, *mu, *reason, *limit, *found;
    } cases[] = {
        {"bamboo", "reported-factor/1.json", "bamboo", "0302", "1", NULL, NULL, NULL},
        {"class unknown", "reported-factor/1.json", "bamboo", NULL, "1", NULL, NULL, NULL},
        {"tea", "reported-factor/1.json", "tea", NULL, "1", "@applicability.kind",
         "@applicability.kind.bamboo", "tea"},
        {"no kind", "reported-factor/1.json", NULL, NULL, "1", "@applicability.kind",
         "@applicability.kind.bamboo", ""},
        {"arbor", "reported-factor/1.json", "bamboo", "0301", "1", "@applicability.land_class",
         "0302", "0301"},
        {"wetland", "statement/1.json", "wetland", "1108", "1", NULL, NULL, NULL},
        {"below 50 mu", "orchard-account/1.json", "orchard", "0201", "49.99",
         "@applicability.min_area_mu", "50", "49.99"},
        {"50 mu", "orchard-account/1.json", "orchard", "0201", "50.00", NULL, NULL, NULL},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct th_error err = {0};
        struct th_methodology *methodology = shipped(cases[i].document);
        enum th_status status = th_methodology_applies(
            methodology, cases[i].kind, cases[i].land_class, area_mu(cases[i].mu), &err);
        print_message("%s\n", cases[i].name);
        assert_int_equal(status, cases[i].reason ? TH_DATA_PROBLEM : TH_OK);
        if (cases[i].reason) {
            assert_string_equal(err.key, "not_applicable");
            assert_string_equal(th_error_arg_get(&err, "reason"), cases[i].reason);
            assert_string_equal(th_error_arg_get(&err, "limit"), cases[i].limit);
            assert_string_equal(th_error_arg_get(&err, "found"), cases[i].found);
        }
        th_methodology_free(methodology);
    }
}

// One unit of area (1/300 m²) below 50 mu is refused, and told exactly.
static void applies__smallest_shortfall_is_refused_with_exact_area(void **state)
{
    (void)state;
    struct th_error err = {0};
    struct th_methodology *methodology = shipped("orchard-account/1.json");
    struct th_area area = th_area_from_m2_300(50 * 200000 - 1);
    assert_int_equal(th_methodology_applies(methodology, "orchard", NULL, area, &err),
                     TH_DATA_PROBLEM);
    assert_string_equal(th_error_arg_get(&err, "found"), "49.999995");
    th_methodology_free(methodology);
}

// The text of a shipped document with the first `old` replaced.
static char *edited(const char *name, const char *old, const char *new)
{
    struct th_error err;
    char file[160];
    char path[TH_TEST_PATH_SIZE];
    char *text = NULL;
    size_t size = 0;
    (void)snprintf(file, sizeof(file), "data/methodologies/%s", name);
    assert_ok(th_file_read(th_test_source_path(path, file), 1 << 20, &text, &size, &err), &err);
    char *at = strstr(text, old);
    assert_non_null(at);
    size_t result_size = size + strlen(new) + 1;
    char *result = malloc(result_size);
    assert_non_null(result);
    (void)snprintf(result, result_size, "%.*s%s%s", (int)(at - text), text, new, at + strlen(old));
    free(text);
    return result;
}

static void parse__faults_are_named_by_pointer_and_reason(void **state)
{
    (void)state;
    static const char bamboo[] = "reported-factor/1.json";
    static const char orchard[] = "orchard-account/1.json";
    static const struct {
        const char *document, *old, *new, *where, *reason;
    } cases[] = {
        {bamboo, "{", "[", "/", "not_json"},
        {bamboo, "\"family\"", "\"famili\"", "/family", "key_missing"},
        {bamboo, "\"id\": ", "\"a/b~\": 1, \"id\": ", "/a~1b~0", "key_unknown"},
        {bamboo, "\"id\": ", "\"id\": 1, \"id\": ", "/", "not_json"},
        {bamboo, "\"reported-factor\"", "\"Reported\"", "/id", "id_form"},
        {bamboo, "\"version\": \"1\"", "\"version\": \"0\"", "/version", "version_form"},
        {bamboo, "\"area-factor\"", "\"magic\"", "/family", "family_unknown"},
        {bamboo, "\"area-factor\"", "\"statement\"", "/statement_based", "family_mark"},
        {bamboo, "\"monitoring_only\": false", "\"monitoring_only\": 0", "/monitoring_only",
         "wrong_type"},
        {bamboo, "[\"bamboo\"]", "[\"bamboo\", \"bamboo\"]", "/applicability/kinds/1", "repeated"},
        {bamboo, "[\"bamboo\"]", "[\"rock\"]", "/applicability/kinds/0", "kind_unknown"},
        {bamboo, "[\"bamboo\"]", "[]", "/applicability/kinds", "list_empty"},
        {bamboo, "[\"0302\"]", "[\"302\"]", "/applicability/land_classes/0", "land_class_form"},
        {bamboo, "\"value\": \"0\"", "\"value\": \"1.01\"", "/buffer", "buffer_range"},
        {bamboo, "\"value\": \"0\"", "\"value\": 0", "/buffer/value", "wrong_type"},
        {bamboo, "\"39/100\"", "\"39/0\"", "/parameters/0/value", "number_size"},
        {bamboo, "\"39/100\"", "\"1e3\"", "/parameters/0/value", "number_form"},
        {bamboo, "\"39/100\"", "\"0.12345678901\"", "/parameters/0/value", "number_size"},
        {bamboo, "\"39/100\"", "\"1.66\"", "/parameters/0/range", "range_value"},
        {bamboo, "\"39/100\"", "\"0\"", "/parameters/0/range", "range_value"},
        {bamboo, "\"t CO2e/mu/yr\"", "\"t CO2e/ha/yr\"", "/parameters/0/unit", "unit_other"},
        {bamboo, "\"18/125\"", "\"0\"", "/parameters/0/reference", "reference_sign"},
        {bamboo, "\"value\": \"5\"", "\"value\": \"0.5\"", "/parameters/0/waiver_ratio",
         "waiver_small"},
        {bamboo, "\"name\": \"factor\"", "\"name\": \"f\"", "/parameters/0/name",
         "parameter_unused"},
        {orchard, "\"unverified\"", "\"certain\"", "/parameters/0/evidence", "evidence_unknown"},
        {orchard, "\"low\": \"77/600\"", "\"low\": \"1\"", "/parameters/0/interval",
         "interval_value"},
        {orchard, "\"reference\": null", "\"reference\": 1", "/parameters/0/waiver_ratio",
         "waiver_alone"},
        {orchard, "\"2022-01-01\"", "\"2022-02-30\"", "/applicability/min_area/0/from",
         "date_form"},
        {orchard, "\"to\": null", "\"to\": \"2030-12-31\"", "/applicability/min_area/0/to",
         "date_last_open"},
        {orchard, "\"value\": \"50\"", "\"value\": \"-50\"", "/applicability/min_area/0/value",
         "number_negative"},
    };
    struct th_messages *messages = NULL;
    struct th_error err = {0};
    assert_ok(th_messages_new(&messages, &err), &err);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char reason[80];
        struct th_methodology *methodology = NULL;
        char *text = edited(cases[i].document, cases[i].old, cases[i].new);
        print_message("%s -> %s\n", cases[i].old, cases[i].new);
        assert_status(th_methodology_parse(text, strlen(text), &methodology, &err), TH_INVALID,
                      &err);
        assert_null(methodology);
        assert_string_equal(err.key, "methodology_invalid");
        assert_string_equal(th_error_arg_get(&err, "where"), cases[i].where);
        (void)snprintf(reason, sizeof(reason), "@methodology.%s", cases[i].reason);
        assert_string_equal(th_error_arg_get(&err, "reason"), reason);
        assert_non_null(th_messages_find(messages, TH_LANG_ZH, reason + 1));
        assert_non_null(th_messages_find(messages, TH_LANG_EN, reason + 1));
        free(text);
    }
    th_messages_free(messages);
}

static void parse__dated_rules_must_follow_each_other(void **state)
{
    (void)state;
    static const struct {
        const char *first_to, *reason;
    } cases[] = {{"\"2021-12-31\"", NULL},
                 {"\"2022-01-01\"", "@methodology.date_order"},
                 {"\"2019-12-31\"", "@methodology.date_order"},
                 {"null", "@methodology.date_order"}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char rule[400];
        struct th_error err = {0};
        struct th_methodology *methodology = NULL;
        (void)snprintf(rule, sizeof(rule),
                       "\"min_area\": [{\"from\": \"2020-01-01\", \"to\": %s, \"value\": \"80\", "
                       "\"unit\": \"mu\", \"interval\": null, \"source\": \"an earlier rule\", "
                       "\"evidence\": \"stated\"},",
                       cases[i].first_to);
        char *text = edited("orchard-account/1.json", "\"min_area\": [", rule);
        enum th_status status = th_methodology_parse(text, strlen(text), &methodology, &err);
        assert_int_equal(status, cases[i].reason ? TH_INVALID : TH_OK);
        if (cases[i].reason) {
            assert_string_equal(th_error_arg_get(&err, "reason"), cases[i].reason);
        } else {
            assert_ok(th_methodology_applies(methodology, "orchard", NULL, area_mu("50"), &err),
                      &err); // the rule without an end is in force, not the earlier 80 mu
        }
        th_methodology_free(methodology);
        free(text);
    }
}

enum mutation {
    REMOVE,
    TO_NULL,
    TO_TRUE,
    TO_ZERO,
    TO_BIG_INT,
    TO_BIG_REAL,
    TO_EMPTY,
    TO_WORD,
    TO_LONG,
    TO_MINUS_ONE,
    TO_ONE,
    TO_HUGE_TEXT,
    TO_ZERO_DENOMINATOR,
    TO_ARRAY,
    TO_OBJECT,
    WRAP,
    ADD_KEY,
    TWICE,
    N_MUTATIONS
};

static struct th_json *replacement(const struct th_json *value, enum mutation mutation)
{
    char long_text[3001];
    struct th_json *array = NULL;
    switch (mutation) {
    case TO_NULL:
        return th_json_null();
    case TO_TRUE:
        return th_json_bool(true);
    case TO_ZERO:
        return th_json_int(0);
    case TO_BIG_INT:
        return th_json_int(INT64_MAX);
    case TO_BIG_REAL:
        return th_json_real(1e308);
    case TO_EMPTY:
        return th_json_string("");
    case TO_WORD:
        return th_json_string("竹");
    case TO_LONG:
        memset(long_text, '9', sizeof(long_text) - 1);
        long_text[sizeof(long_text) - 1] = '\0';
        return th_json_string(long_text);
    case TO_MINUS_ONE:
        return th_json_string("-1");
    case TO_ONE:
        return th_json_string("1");
    case TO_HUGE_TEXT:
        return th_json_string("9223372036854775807");
    case TO_ZERO_DENOMINATOR:
        return th_json_string("1/0");
    case TO_ARRAY:
        return th_json_array();
    case TO_OBJECT:
        return th_json_object();
    case WRAP:
        array = th_json_array();
        th_json_append(array, th_json_copy(value));
        return array;
    case REMOVE:
    case ADD_KEY:
    case TWICE:
    case N_MUTATIONS:
        break;
    }
    return th_json_copy(value);
}

// A deep copy in which node number `target` (in order of visit) is changed; NULL for a removed one.
static struct th_json *mutated(const struct th_json *value, int *node, int target,
                               enum mutation mutation)
{
    bool here = (*node)++ == target;
    if (here && mutation == REMOVE) {
        return NULL;
    }
    if (here && mutation != ADD_KEY && mutation != TWICE) {
        return replacement(value, mutation);
    }
    if (th_json_type(value) == TH_JSON_OBJECT) {
        struct th_json *object = th_json_object();
        for (void *it = th_json_iter(value); it; it = th_json_iter_next(value, it)) {
            struct th_json *member = mutated(th_json_iter_value(it), node, target, mutation);
            if (member) {
                th_json_set(object, th_json_iter_key(it), member);
            }
        }
        if (here && mutation == ADD_KEY) {
            th_json_set_int(object, "surprise", 1);
        }
        return object;
    }
    if (th_json_type(value) == TH_JSON_ARRAY) {
        struct th_json *array = th_json_array();
        for (size_t i = 0; i < th_json_size(value); i++) {
            struct th_json *member = mutated(th_json_at(value, i), node, target, mutation);
            if (member) {
                th_json_append(array, member);
            }
        }
        if (here && mutation == TWICE && th_json_size(value) > 0) {
            th_json_append(array, th_json_copy(th_json_at(value, 0)));
        }
        return array;
    }
    return th_json_copy(value);
}

static struct th_json *read_json(const char *name)
{
    struct th_error err;
    char path[TH_TEST_PATH_SIZE];
    char *text = NULL;
    size_t size = 0;
    struct th_json *json = NULL;
    assert_ok(th_file_read(th_test_source_path(path, name), 1 << 20, &text, &size, &err), &err);
    assert_ok(th_json_parse(text, size, &json, &err), &err);
    free(text);
    return json;
}

// Reasons that a schema cannot state; a document refused for any other must be refused by it too.
static bool is_beyond_schema(const char *reason)
{
    static const char *const reasons[] = {
        "number_size",  "number_negative", "unit_other",       "interval_value",
        "range_value",  "buffer_range",    "reference_sign",   "waiver_alone",
        "waiver_small", "date_form",       "date_order",       "date_last_open",
        "family_mark",  "text_control",    "parameter_unused", "parameter_missing"};
    for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
        if (strcmp(reason + strlen("@methodology."), reasons[i]) == 0) {
            return true;
        }
    }
    return false;
}

static bool check_mutant(const struct th_json *schema, const struct th_json *mutant)
{
    struct th_error err = {0};
    struct th_methodology *methodology = NULL;
    char *text = NULL;
    assert_ok(th_json_dump(mutant, TH_JSON_COMPACT, &text, &err), &err);
    enum th_status status = th_methodology_parse(text, strlen(text), &methodology, &err);
    bool by_schema = th_schema_accepts(schema, mutant);
    if (status == TH_OK) {
        if (!by_schema) {
            fail_msg("the schema refuses what the parser takes: %s", text);
        }
    } else {
        assert_int_equal(status, TH_INVALID);
        assert_string_equal(err.key, "methodology_invalid");
        assert_string_not_equal(th_error_arg_get(&err, "where"), "");
        if (by_schema && !is_beyond_schema(th_error_arg_get(&err, "reason"))) {
            fail_msg("the schema takes what the parser refuses (%s %s): %s",
                     th_error_arg_get(&err, "where"), th_error_arg_get(&err, "reason"), text);
        }
    }
    th_methodology_free(methodology);
    free(text);
    return status == TH_OK;
}

static void parse__mutants_are_judged_as_the_schema_judges_them(void **state)
{
    (void)state;
    int n_mutants = 0;
    int n_taken = 0;
    struct th_json *schema = read_json("data/methodologies/schema.json");
    for (size_t i = 0; i < th_methodology_shipped_count(); i++) {
        char name[160];
        (void)snprintf(name, sizeof(name), "data/methodologies/%s", th_methodology_shipped_name(i));
        struct th_json *document = read_json(name);
        assert_true(check_mutant(schema, document));
        int n_nodes = 0;
        th_json_free(mutated(document, &n_nodes, -1, TO_NULL)); // counts only
        for (int mutation = 0; mutation < N_MUTATIONS; mutation++) {
            for (int target = mutation == REMOVE ? 1 : 0; target < n_nodes; target++) {
                int node = 0;
                struct th_json *mutant = mutated(document, &node, target, (enum mutation)mutation);
                n_taken += check_mutant(schema, mutant) ? 1 : 0;
                n_mutants++;
                th_json_free(mutant);
            }
        }
        th_json_free(document);
    }
    th_json_free(schema);
    print_message("%d mutants, %d still valid\n", n_mutants, n_taken);
    assert_true(n_mutants > 1000);
    assert_true(n_taken > 0 && n_taken < n_mutants / 2);
}

static void parse__cut_and_flipped_bytes_never_crash(void **state)
{
    (void)state;
    size_t size = 0;
    size_t n_refused = 0;
    const char *text = th_methodology_shipped_text(0, &size);
    char *broken = malloc(size + 1);
    assert_non_null(broken);
    for (size_t cut = 0; cut < size - 1; cut += 3) { // the last byte is a line feed
        struct th_methodology *methodology = NULL;
        enum th_status status = th_methodology_parse(text, cut, &methodology, NULL);
        assert_int_equal(status, TH_INVALID);
        assert_null(methodology);
    }
    for (size_t at = 0; at < size; at++) {
        struct th_methodology *methodology = NULL;
        memcpy(broken, text, size + 1);
        broken[at] = (char)(broken[at] ^ (1 << (at % 8)));
        if (th_methodology_parse(broken, size, &methodology, NULL) != TH_OK) {
            n_refused++;
        }
        th_methodology_free(methodology);
    }
    assert_true(n_refused > size / 4);
    free(broken);
}

static void parse__document_over_one_mebibyte_is_refused(void **state)
{
    (void)state;
    struct th_error err = {0};
    struct th_methodology *methodology = NULL;
    size_t size = 1024 * 1024 + 1;
    char *text = malloc(size);
    assert_non_null(text);
    memset(text, ' ', size);
    assert_int_equal(th_methodology_parse(text, size, &methodology, &err), TH_INVALID);
    assert_string_equal(th_error_arg_get(&err, "reason"), "@methodology.too_large");
    free(text);
}

static void evidence__every_name_has_its_words(void **state)
{
    (void)state;
    struct th_error err;
    struct th_messages *messages = NULL;
    assert_ok(th_messages_new(&messages, &err), &err);
    for (int i = TH_EVIDENCE_VERIFIED; i <= TH_EVIDENCE_STATED; i++) {
        char key[64];
        (void)snprintf(key, sizeof(key), "evidence.%s", th_evidence_name((enum th_evidence)i));
        assert_non_null(th_messages_find(messages, TH_LANG_ZH, key));
        assert_non_null(th_messages_find(messages, TH_LANG_EN, key));
    }
    th_messages_free(messages);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shipped__every_document_parses_and_is_named_by_its_id),
        cmocka_unit_test(shipped__every_document_agrees_with_the_file),
        cmocka_unit_test(reported_factor__carries_the_numbers_of_its_sources),
        cmocka_unit_test(orchard_account__factor_is_the_default_in_tonnes_per_mu),
        cmocka_unit_test(statement__has_no_parameters_and_marks_its_units),
        cmocka_unit_test(applies__kind_class_and_area_decide),
        cmocka_unit_test(applies__smallest_shortfall_is_refused_with_exact_area),
        cmocka_unit_test(parse__faults_are_named_by_pointer_and_reason),
        cmocka_unit_test(parse__dated_rules_must_follow_each_other),
        cmocka_unit_test(parse__mutants_are_judged_as_the_schema_judges_them),
        cmocka_unit_test(parse__cut_and_flipped_bytes_never_crash),
        cmocka_unit_test(parse__document_over_one_mebibyte_is_refused),
        cmocka_unit_test(evidence__every_name_has_its_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
