// What is wrong with a methodology document is told by place and reason, all of it at once, and no
// mistake of unit gets through. Faults are made from sound documents by JSON pointer.
#include <stdio.h>
#include <stdlib.h>

#include "core/buf.h"
#include "core/file.h"
#include "core/json.h"
#include "core/messages.h"
#include "core/ratio.h"
#include "core/text.h"
#include "methodology/document.h"
#include "methodology/shipped.h"
#include "tests/support/support.h"
#include "tests/unit/document_fault_cases.h"

static const char sound[] = "tests/data/methodology/sound.json";

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

static struct th_json *value_of(const char *text)
{
    struct th_error err;
    struct th_json *json = NULL;
    assert_ok(th_json_parse(text, strlen(text), &json, &err), &err);
    return json;
}

// A deep copy in which the value at `pointer` ("/a/0/b", no escapes) is `text`; NULL takes it out.
// A key that is not there is added, and so is the element behind a list.
static struct th_json *edited(const struct th_json *value, const char *pointer, const char *text)
{
    if (pointer[0] == '\0') {
        return text ? value_of(text) : NULL;
    }
    char key[64];
    size_t size = strcspn(pointer + 1, "/");
    bool is_found = false;
    assert_true(pointer[0] == '/' && size < sizeof(key));
    memcpy(key, pointer + 1, size);
    key[size] = '\0';
    const char *rest = pointer + 1 + size;
    bool is_list = th_json_type(value) == TH_JSON_ARRAY;
    struct th_json *copy = is_list ? th_json_array() : th_json_object();
    if (is_list) {
        for (size_t i = 0; i <= th_json_size(value); i++) {
            char name[24];
            (void)snprintf(name, sizeof(name), "%zu", i);
            bool here = strcmp(name, key) == 0;
            const struct th_json *old = th_json_at(value, i);
            struct th_json *element = here  ? edited(old, rest, text)
                                      : old ? th_json_copy(old)
                                            : NULL;
            is_found = is_found || here;
            if (element) {
                th_json_append(copy, element);
            }
        }
    } else {
        for (void *it = th_json_iter(value); it; it = th_json_iter_next(value, it)) {
            bool here = strcmp(th_json_iter_key(it), key) == 0;
            const struct th_json *old = th_json_iter_value(it);
            struct th_json *member = here ? edited(old, rest, text) : th_json_copy(old);
            is_found = is_found || here;
            if (member) {
                th_json_set(copy, th_json_iter_key(it), member);
            }
        }
        if (!is_found && rest[0] == '\0' && text) {
            th_json_set(copy, key, value_of(text));
            is_found = true;
        }
    }
    assert_true(is_found);
    return copy;
}

static char *text_of(const struct th_json *document)
{
    struct th_error err;
    char *text = NULL;
    assert_ok(th_json_dump(document, TH_JSON_COMPACT, &text, &err), &err);
    return text;
}

// Takes the document over. TH_OK, or TH_INVALID with the fault.
static enum th_status parsed(struct th_json *document, struct th_error *err)
{
    struct th_methodology *methodology = NULL;
    char *text = text_of(document);
    enum th_status status = th_methodology_parse(text, strlen(text), &methodology, err);
    if (status != TH_OK) {
        assert_null(methodology);
    }
    th_methodology_free(methodology);
    free(text);
    th_json_free(document);
    return status;
}

struct gathered {
    struct th_error faults[120];
    size_t n;
};

static void gather(void *context, const struct th_error *fault)
{
    struct gathered *gathered = context;
    assert_true(gathered->n < 120);
    gathered->faults[gathered->n++] = *fault;
}

static const char *arg(const struct th_error *fault, const char *name)
{
    const char *value = th_error_arg_get(fault, name);
    return value ? value : "";
}

static const char *reason_of(const struct th_error *fault)
{
    static const char prefix[] = "@methodology.";
    const char *reason = arg(fault, "reason");
    return strncmp(reason, prefix, strlen(prefix)) == 0 ? reason + strlen(prefix) : "";
}

// --- Faults one by one -------------------------------------------------------------------------

static void check_words(const struct th_messages *messages, const struct th_error *fault)
{
    static const enum th_lang langs[] = {TH_LANG_ZH, TH_LANG_EN};
    for (size_t i = 0; i < 2; i++) {
        struct th_buf text;
        th_buf_init(&text, 1 << 16);
        th_messages_error(messages, langs[i], fault, &text);
        assert_null(strstr(th_buf_text(&text), "@methodology"));
        assert_null(strstr(th_buf_text(&text), "{where}"));
        assert_null(strstr(th_buf_text(&text), "{have}"));
        assert_null(strstr(th_buf_text(&text), "{want}"));
        assert_null(strstr(th_buf_text(&text), "{name}"));
        th_buf_clear(&text);
    }
}

// Faults of a document of which each must be the first that is told.
static void check_cases(const struct th_json *document, const struct fault_case *list, size_t n)
{
    struct th_messages *messages = NULL;
    struct th_error err = {0};
    assert_ok(th_messages_new(&messages, &err), &err);
    assert_ok(parsed(th_json_copy(document), &err), &err);
    for (size_t i = 0; i < n; i++) {
        const struct fault_case *c = &list[i];
        enum th_status status = parsed(edited(document, c->pointer, c->text), &err);
        const char *where = c->where ? c->where : c->pointer;
        if (status != TH_INVALID || strcmp(arg(&err, "where"), where) != 0 ||
            strcmp(reason_of(&err), c->reason) != 0) {
            fail_msg("%s -> %s: %s %s", c->pointer, c->text ? c->text : "(none)",
                     status == TH_OK ? "(taken)" : arg(&err, "where"), reason_of(&err));
        }
        assert_string_equal(err.key, "methodology_invalid");
        if (c->name) {
            assert_string_equal(arg(&err, c->name), c->value);
        }
        assert_non_null(th_messages_find(messages, TH_LANG_ZH, arg(&err, "reason") + 1));
        assert_non_null(th_messages_find(messages, TH_LANG_EN, arg(&err, "reason") + 1));
        check_words(messages, &err);
    }
    print_message("%d faulty documents\n", (int)n);
    th_messages_free(messages);
}

static void parse__every_fault_has_its_place_and_reason(void **state)
{
    (void)state;
    struct th_json *document = read_json(sound);
    check_cases(document, cases, N_CASES);
    th_json_free(document);
}

static void parse__plots_say_how_they_give_the_inputs(void **state)
{
    (void)state;
    struct th_json *document = read_json("data/methodologies/moso-management/1.json");
    check_cases(document, plots_cases, sizeof(plots_cases) / sizeof(plots_cases[0]));
    th_json_free(document);
}

// No shipped equation has roots with the stem, so that the reader is asked by a document that adds
// none; one that adds them is refused for what it says of its plots.
static void parse__roots_are_counted_once(void **state)
{
    (void)state;
    struct th_json *moso = read_json("data/methodologies/moso-management/1.json");
    struct th_json *document = edited(moso, "/plots/quantity", "\"whole-tree-biomass\"");
    struct gathered gathered = {.n = 0};
    char *text = text_of(document);
    (void)th_methodology_lint(text, strlen(text), gather, &gathered);
    bool told = false;
    for (size_t i = 0; i < gathered.n; i++) {
        told = told || strcmp(reason_of(&gathered.faults[i]), "plots_roots") == 0;
    }
    assert_true(told);
    free(text);
    th_json_free(document);
    th_json_free(moso);
}

static void parse__faults_that_need_another_document(void **state)
{
    (void)state;
    struct th_methodology *methodology = NULL;
    struct th_error err = {0};
    struct th_json *document = read_json("data/methodologies/reported-factor/1.json");
    assert_int_equal(parsed(edited(document, "/gwp", "\"ar6-100\""), &err), TH_INVALID);
    assert_string_equal(arg(&err, "where"), "/gwp");
    assert_string_equal(reason_of(&err), "gwp_unused");
    th_json_free(document);
    document = read_json("data/methodologies/statement/1.json");
    assert_int_equal(parsed(edited(document, "/gwp", "\"ar6-100\""), &err), TH_INVALID);
    assert_string_equal(reason_of(&err), "gwp_unused");
    char text[2200];
    memset(text, 'a', sizeof(text));
    text[0] = text[2002] = '"';
    text[2003] = '\0';
    assert_int_equal(parsed(edited(document, "/title/en", text), &err), TH_INVALID);
    assert_string_equal(arg(&err, "where"), "/title/en");
    assert_string_equal(reason_of(&err), "text_too_long");
    th_json_free(document);
    assert_int_equal(th_methodology_parse("{\n [", 4, &methodology, &err), TH_INVALID);
    assert_string_equal(arg(&err, "where"), "/");
    assert_string_equal(reason_of(&err), "not_json");
    assert_string_equal(arg(&err, "line"), "2");
    assert_null(methodology);
    // What editors and other encodings make of a text is told as what it is.
    static const struct {
        const char *text, *reason;
    } texts[] = {{"\xEF\xBB\xBF{}", "json_mark"},
                 {"{\"id\": \"\xB2\xE8\"}", "json_encoding"},
                 {"{\"id\": 1, \"id\": 2}", "json_twice"},
                 {"{\"id\": ", "not_json"}};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        assert_int_equal(
            th_methodology_parse(texts[i].text, strlen(texts[i].text), &methodology, &err),
            TH_INVALID);
        assert_string_equal(reason_of(&err), texts[i].reason);
    }
}

// --- All at once -------------------------------------------------------------------------------

static void lint__sound_document_has_no_fault(void **state)
{
    (void)state;
    struct gathered gathered = {.n = 0};
    struct th_json *document = read_json(sound);
    char *text = text_of(document);
    assert_int_equal(th_methodology_lint(text, strlen(text), gather, &gathered), 0);
    assert_int_equal(gathered.n, 0);
    free(text);
    th_json_free(document);
}

static void lint__faults_in_several_parts_are_told_together(void **state)
{
    (void)state;
    static const struct {
        const char *pointer, *text, *where, *reason;
    } faults[] = {
        {"/id", "\"Tea\"", "/id", "id_form"},
        {"/inputs/3/range", "null", "/inputs/3/range", "range_missing"},
        {"/parameters/0/unit", "\"kg C/ha/yr\"", "/parameters/0/unit", "unit_other"},
        {"/parameters/5/rows/0/value", "\"20000\"", "/parameters/5/rows/0/value", "bounds_mass"},
        {"/terms/3/roles/leach", "null", "/terms/3/roles/leach", "want_text"},
        {"/examples/0/area_mu", "\"9\"", "/examples/0/area_mu", "example_min_area"},
        {"/buffer/unit", "\"%\"", "/buffer/unit", "unit_other"},
    };
    enum { N = sizeof(faults) / sizeof(faults[0]) };
    struct gathered gathered = {.n = 0};
    struct th_error err = {0};
    struct th_json *document = read_json(sound);
    for (size_t i = 0; i < N; i++) {
        struct th_json *next = edited(document, faults[i].pointer, faults[i].text);
        th_json_free(document);
        document = next;
    }
    char *text = text_of(document);
    size_t n = th_methodology_lint(text, strlen(text), gather, &gathered);
    assert_int_equal(n, gathered.n);
    for (size_t i = 0; i < N; i++) {
        bool is_told = false;
        for (size_t k = 0; k < gathered.n; k++) {
            is_told = is_told || (strcmp(arg(&gathered.faults[k], "where"), faults[i].where) == 0 &&
                                  strcmp(reason_of(&gathered.faults[k]), faults[i].reason) == 0);
        }
        if (!is_told) {
            fail_msg("%s %s is not told", faults[i].where, faults[i].reason);
        }
    }
    // One more than was made: nobody uses the parameter that lost its role.
    assert_int_equal(gathered.n, N + 1);
    assert_int_equal(parsed(document, &err), TH_INVALID);
    assert_string_equal(arg(&err, "where"), arg(&gathered.faults[0], "where"));
    free(text);
}

static void lint__stops_telling_at_a_hundred(void **state)
{
    (void)state;
    struct gathered gathered = {.n = 0};
    char text[4000] = "{";
    size_t used = 1;
    for (int i = 0; i < 150; i++) {
        int n = snprintf(text + used, sizeof(text) - used, "\"k%d\":%d,", i, i);
        used += (size_t)n;
    }
    text[used - 1] = '}';
    assert_int_equal(th_methodology_lint(text, used, gather, &gathered), 100);
    assert_int_equal(gathered.n, 100);
}

// What steers a terminal does not come out of a fault, nor half a character.
static void lint__faults_are_plain_text(void **state)
{
    (void)state;
    static const char bamboo[] = "\xe7\xab\xb9";
    for (size_t shift = 0; shift < 3; shift++) {
        struct gathered gathered = {.n = 0};
        char text[1000];
        size_t used = (size_t)snprintf(text, sizeof(text), "{\"\\u001b[31m%.*s", (int)shift, "ab");
        for (int i = 0; i < 200; i++) {
            used += (size_t)snprintf(text + used, sizeof(text) - used, "%s", bamboo);
        }
        used += (size_t)snprintf(text + used, sizeof(text) - used, "\":1}");
        (void)th_methodology_lint(text, used, gather, &gathered);
        const struct th_error *last = &gathered.faults[gathered.n - 1];
        const char *where = arg(last, "where");
        assert_string_equal(reason_of(last), "key_unknown");
        assert_int_equal(where[1], '?');
        assert_true(th_text_is_utf8(where, strlen(where)));
    }
}

// --- Mistakes of unit --------------------------------------------------------------------------

struct walk { // over all texts of a document that are the value of `key`
    const char *key;
    void (*visit)(struct walk *walk, const char *pointer, const char *text);
    const struct th_json *document;
    size_t n_tried;
    size_t n_by_example;
};

static void walk_values(struct walk *walk, const struct th_json *value, const char *pointer)
{
    char below[256];
    for (size_t i = 0; th_json_type(value) == TH_JSON_ARRAY && i < th_json_size(value); i++) {
        (void)snprintf(below, sizeof(below), "%s/%zu", pointer, i);
        walk_values(walk, th_json_at(value, i), below);
    }
    for (void *it = th_json_iter(value); it; it = th_json_iter_next(value, it)) {
        (void)snprintf(below, sizeof(below), "%s/%s", pointer, th_json_iter_key(it));
        const struct th_json *member = th_json_iter_value(it);
        if (strcmp(th_json_iter_key(it), walk->key) == 0 &&
            th_json_type(member) == TH_JSON_STRING) {
            walk->visit(walk, below, th_json_text(member));
        } else {
            walk_values(walk, member, below);
        }
    }
}

// `text` with the first `old` from `at` on in the place of `new`; false where there is none.
static bool swapped(const char *text, const char *old, const char *new, char *buf, size_t size)
{
    const char *at = strstr(text, old);
    if (at) {
        (void)snprintf(buf, size, "%.*s%s%s", (int)(at - text), text, new, at + strlen(old));
    }
    return at != NULL;
}

static void try_units(struct walk *walk, const char *pointer, const char *text)
{
    static const struct {
        const char *old, *new;
    } neighbours[] = {{"t ", "kg "},     {"kg ", "t "},    {"mu", "ha"},       {"ha", "mu"},
                      {"CO2e", "C"},     {"CO2e", "CO2"},  {"CO2/", "C/"},     {"C/", "CO2/"},
                      {"C/", "CO2e/"},   {"N2O-N", "N2O"}, {"CH4/", "CH4-C/"}, {"L", "m3"},
                      {" C/ha", " C/mu"}};
    for (size_t i = 0; i < sizeof(neighbours) / sizeof(neighbours[0]); i++) {
        char unit[64];
        char quoted[80];
        struct th_error err = {0};
        if (!swapped(text, neighbours[i].old, neighbours[i].new, unit, sizeof(unit))) {
            continue;
        }
        (void)snprintf(quoted, sizeof(quoted), "\"%s\"", unit);
        walk->n_tried++;
        enum th_status status = parsed(edited(walk->document, pointer, quoted), &err);
        if (status != TH_INVALID || strcmp(reason_of(&err), "unit_other") != 0 ||
            strcmp(arg(&err, "want"), text) != 0) {
            fail_msg("%s: %s for %s is %s %s", pointer, unit, text,
                     status == TH_OK ? "taken" : "told as", reason_of(&err));
        }
    }
}

static const struct th_json *value_at(const struct th_json *document, const char *pointer)
{
    const struct th_json *value = document;
    for (const char *c = pointer; *c;) {
        char key[64];
        int64_t index = 0;
        size_t size = strcspn(c + 1, "/");
        assert_true(size < sizeof(key));
        memcpy(key, c + 1, size);
        key[size] = '\0';
        if (th_json_type(value) == TH_JSON_ARRAY) {
            assert_true(th_text_parse_int(key, 0, 1000, &index));
            value = th_json_at(value, (size_t)index);
        } else {
            value = th_json_get(value, key);
        }
        c += 1 + size;
    }
    return value;
}

// The number at `pointer` times a factor; NULL where there is none.
static struct th_json *scaled(const struct th_json *document, const char *pointer,
                              struct th_ratio factor)
{
    char quoted[TH_RATIO_TEXT_SIZE + 2];
    char text[TH_RATIO_TEXT_SIZE];
    struct th_ratio ratio;
    struct th_error err;
    const struct th_json *value = value_at(document, pointer);
    if (!value) {
        return NULL;
    }
    assert_ok(th_ratio_parse(th_json_text(value), &ratio, &err), &err);
    assert_ok(th_ratio_mul(ratio, factor, &ratio, &err), &err);
    (void)snprintf(quoted, sizeof(quoted), "\"%s\"", th_ratio_format(ratio, text));
    return edited(document, pointer, quoted);
}

// The value alone, and with its interval as whoever took another unit would write it.
static void try_scales(struct walk *walk, const char *pointer, const char *text)
{
    static const struct th_ratio factors[] = {{1000, 1}, {1, 1000}, {15, 1},
                                              {1, 15},   {44, 12},  {12, 44}};
    if (strncmp(pointer, "/parameters/", 12) != 0 || !strstr(pointer, "/rows/") ||
        strspn(text, "0.") == strlen(text)) {
        return; // nought is nought in any unit
    }
    for (size_t i = 0; i < 2 * sizeof(factors) / sizeof(factors[0]); i++) {
        struct th_ratio factor = factors[i / 2];
        struct th_error err = {0};
        struct th_json *document = scaled(walk->document, pointer, factor);
        for (size_t k = 0; k < 2 && i % 2 == 1; k++) {
            char interval[256];
            (void)snprintf(interval, sizeof(interval), "%.*s/interval/%s",
                           (int)(strlen(pointer) - strlen("/value")), pointer,
                           k == 0 ? "low" : "high");
            struct th_json *next = scaled(document, interval, factor);
            if (next) {
                th_json_free(document);
                document = next;
            }
        }
        walk->n_tried++;
        if (parsed(document, &err) != TH_INVALID) {
            fail_msg("%s: %s times %d/%d is taken", pointer, text, (int)factor.numerator,
                     (int)factor.denominator);
        }
        walk->n_by_example +=
            strncmp(reason_of(&err), "example_differs", strlen("example_differs")) == 0 ? 1 : 0;
    }
}

// Every document that is shipped, and the sound one.
static void for_every_document(struct walk *walk)
{
    for (size_t i = 0; i <= th_methodology_shipped_count(); i++) {
        char name[160];
        if (i < th_methodology_shipped_count()) {
            (void)snprintf(name, sizeof(name), "data/methodologies/%s",
                           th_methodology_shipped_name(i));
        }
        struct th_json *document = read_json(i < th_methodology_shipped_count() ? name : sound);
        walk->document = document;
        walk_values(walk, document, "");
        th_json_free(document);
    }
}

static void units__neighbour_of_every_unit_is_refused_with_the_wanted_one(void **state)
{
    (void)state;
    struct walk walk = {.key = "unit", .visit = try_units};
    for_every_document(&walk);
    print_message("%zu wrong units\n", walk.n_tried);
    assert_true(walk.n_tried > 50);
}

static void units__value_of_another_unit_is_refused(void **state)
{
    (void)state;
    struct walk walk = {.key = "value", .visit = try_scales};
    for_every_document(&walk);
    print_message("%zu wrong values, %zu told by an example\n", walk.n_tried, walk.n_by_example);
    assert_true(walk.n_tried > 200);
    assert_true(walk.n_by_example > 50 && walk.n_by_example < walk.n_tried);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parse__every_fault_has_its_place_and_reason),
        cmocka_unit_test(parse__plots_say_how_they_give_the_inputs),
        cmocka_unit_test(parse__roots_are_counted_once),
        cmocka_unit_test(parse__faults_that_need_another_document),
        cmocka_unit_test(lint__sound_document_has_no_fault),
        cmocka_unit_test(lint__faults_in_several_parts_are_told_together),
        cmocka_unit_test(lint__stops_telling_at_a_hundred),
        cmocka_unit_test(lint__faults_are_plain_text),
        cmocka_unit_test(units__neighbour_of_every_unit_is_refused_with_the_wanted_one),
        cmocka_unit_test(units__value_of_another_unit_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
