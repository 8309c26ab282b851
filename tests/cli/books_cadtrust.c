// The export for CAD Trust, held against its data dictionary: the workbook is read cell by cell and
// the dictionary from the file, neither through the program.
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/file.h"
#include "core/text.h"
#include "tests/cli/book.h"
#include "tests/cli/books.h"

enum { RECORDS_MAX = 64, FIELDS_MAX = 32, VALUE_SIZE = 512 };

// One sheet: headings, and rows of as many cells.
struct sheet {
    const struct th_json *table; // of the dictionary
    char headings[FIELDS_MAX][VALUE_SIZE];
    size_t n_headings;
    char cells[RECORDS_MAX][FIELDS_MAX][VALUE_SIZE];
    size_t n;
};

static bool read_cell(const char *xml, size_t column, size_t row, char value[VALUE_SIZE])
{
    static char text[TH_BOOK_CELL_SIZE];
    static char formula[TH_BOOK_CELL_SIZE];
    char name[24];
    assert_in_range(column, 0, 25);
    snprintf(name, sizeof(name), "%c%zu", (char)('A' + column), row);
    if (!th_book_cell(xml, name, text, formula)) {
        value[0] = '\0';
        return false;
    }
    assert_string_equal(formula, "");
    assert_in_range(strlen(text), 0, VALUE_SIZE - 1);
    memcpy(value, text, strlen(text) + 1);
    return true;
}

static void read_sheet(const struct th_cli_world *world, const char *file, size_t number,
                       struct sheet *sheet)
{
    char member[64];
    snprintf(member, sizeof(member), "xl/worksheets/sheet%zu.xml", number + 1);
    char *xml = th_book_sheet(world, file, member);
    while (sheet->n_headings < FIELDS_MAX &&
           read_cell(xml, sheet->n_headings, 1, sheet->headings[sheet->n_headings]) &&
           sheet->headings[sheet->n_headings][0] != '\0') {
        sheet->n_headings++;
    }
    for (bool any = true; any;) {
        any = false;
        assert_in_range(sheet->n, 0, RECORDS_MAX - 1);
        for (size_t i = 0; i < sheet->n_headings; i++) {
            any |= read_cell(xml, i, sheet->n + 2, sheet->cells[sheet->n][i]);
        }
        sheet->n += any;
    }
    free(xml);
}

static void read_book(struct books *f, const char *file)
{
    const struct th_json *tables = th_json_get(f->dictionary, "tables");
    char *workbook = th_book_sheet(&f->world, file, "xl/workbook.xml");
    const char *at = workbook;
    f->n_sheets = th_json_size(tables);
    free(f->sheets);
    f->sheets = calloc(f->n_sheets, sizeof(*f->sheets));
    assert_non_null(f->sheets);
    for (size_t i = 0; i < f->n_sheets; i++) {
        char tag[96];
        f->sheets[i].table = th_json_at(tables, i);
        snprintf(tag, sizeof(tag), "<sheet name=\"%s\"",
                 th_json_get_text(f->sheets[i].table, "sheet", ""));
        at = strstr(at, tag);
        if (at == NULL) {
            fail_msg("there is no %s in its place", tag);
        }
        read_sheet(&f->world, file, i, &f->sheets[i]);
    }
    free(workbook);
}

static struct sheet *sheet_of(const struct books *f, const char *table)
{
    for (size_t i = 0; i < f->n_sheets; i++) {
        if (strcmp(th_json_get_text(f->sheets[i].table, "table", ""), table) == 0) {
            return &f->sheets[i];
        }
    }
    fail_msg("no table %s", table);
    return NULL;
}

// Value of a field in a record; "" without such a column.
static const char *value_of(const struct sheet *sheet, size_t record, const char *field)
{
    for (size_t i = 0; i < sheet->n_headings; i++) {
        if (strcmp(sheet->headings[i], field) == 0) {
            return sheet->cells[record][i];
        }
    }
    return "";
}

static size_t count_of(const struct sheet *sheet, const char *field, const char *value)
{
    size_t n = 0;
    for (size_t i = 0; i < sheet->n; i++) {
        n += strcmp(value_of(sheet, i, field), value) == 0;
    }
    return n;
}

static const char *field_of(const struct th_json *table, const char *column)
{
    const struct th_json *fields = th_json_get(table, "fields");
    for (size_t i = 0; i < th_json_size(fields); i++) {
        const struct th_json *field = th_json_at(fields, i);
        if (strcmp(th_json_get_text(field, "column", ""), column) == 0) {
            return th_json_get_text(field, "field", "");
        }
    }
    fail_msg("no column %s", column);
    return "";
}

static bool is_listed(const struct th_json *dictionary, const char *picklist, const char *value)
{
    const struct th_json *list = th_json_get(th_json_get(dictionary, "picklists"), picklist);
    assert_true(th_json_size(list) > 0);
    for (size_t i = 0; i < th_json_size(list); i++) {
        if (strcmp(th_json_text(th_json_at(list, i)), value) == 0) {
            return true;
        }
    }
    return false;
}

static bool has_form(const char *text, const char *form) // x hex digit, 0 digit, else itself
{
    for (; *form != '\0'; form++, text++) {
        bool fits = *form == 'x' ? isxdigit((unsigned char)*text) && !isupper((unsigned char)*text)
                    : *form == '0' ? isdigit((unsigned char)*text)
                                   : *text == *form;
        if (!fits) {
            return false;
        }
    }
    return *text == '\0';
}

static bool is_decimal(const char *text)
{
    size_t n = strspn(text, "0123456789");
    return n > 0 &&
           (text[n] == '\0' || (text[n] == '.' && text[n + 1] != '\0' &&
                                strspn(text + n + 1, "0123456789") == strlen(text + n + 1)));
}

static bool has_type(const char *type, const char *value)
{
    if (strcmp(type, "GUID") == 0) {
        return has_form(value, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx");
    }
    if (strcmp(type, "Date") == 0) {
        return has_form(value, "0000-00-00");
    }
    if (strcmp(type, "Year") == 0) {
        return has_form(value, "0000");
    }
    if (strcmp(type, "URL") == 0) {
        return strncmp(value, "https://", 8) == 0;
    }
    return strcmp(type, "Decimal") != 0 || is_decimal(value);
}

static void check_picklist(const struct books *f, const struct th_json *field, const char *value)
{
    struct th_error err;
    struct th_json *list = NULL;
    const char *picklist = th_json_get_text(field, "picklist", NULL);
    if (picklist == NULL) {
        return;
    }
    if (strcmp(th_json_get_text(field, "type", ""), "Array") != 0) {
        if (!is_listed(f->dictionary, picklist, value)) {
            fail_msg("%s: “%s” is not listed", picklist, value);
        }
        return;
    }
    assert_ok(th_json_parse(value, strlen(value), &list, &err), &err);
    assert_true(th_json_size(list) > 0);
    for (size_t i = 0; i < th_json_size(list); i++) {
        assert_true(is_listed(f->dictionary, picklist, th_json_text(th_json_at(list, i))));
    }
    th_json_free(list);
}

static void check_reference(const struct books *f, const struct th_json *field, const char *value)
{
    const char *refers = th_json_get_text(field, "refers", NULL);
    if (refers != NULL) {
        char column[64];
        snprintf(column, sizeof(column), "cad_trust_%s_id", refers);
        const struct sheet *parent = sheet_of(f, refers);
        assert_int_equal(count_of(parent, field_of(parent->table, column), value), 1);
    }
}

static void check_sheet(const struct books *f, const struct sheet *sheet)
{
    const struct th_json *fields = th_json_get(sheet->table, "fields");
    for (size_t i = 0; i < th_json_size(fields); i++) {
        const struct th_json *field = th_json_at(fields, i);
        const char *name = th_json_get_text(field, "field", "");
        bool by_node = strcmp(th_json_get_text(field, "from", ""), "node") == 0;
        for (size_t k = 0; k < sheet->n; k++) {
            const char *value = value_of(sheet, k, name);
            if (by_node || value[0] == '\0') {
                if (!by_node && th_json_get_bool(field, "required", true)) {
                    fail_msg("%s: record %zu has no %s",
                             th_json_get_text(sheet->table, "table", ""), k, name);
                }
                assert_string_equal(value, "");
                continue;
            }
            if (!has_type(th_json_get_text(field, "type", ""), value)) {
                fail_msg("%s: “%s” is no %s", name, value, th_json_get_text(field, "type", ""));
            }
            check_picklist(f, field, value);
            check_reference(f, field, value);
        }
    }
}

#define BODY "China Quality Certification Center"

void books_cadtrust_read(struct books *books)
{
    struct th_error err;
    char path[TH_TEST_PATH_SIZE];
    char *text = NULL;
    size_t size = 0;
    assert_ok(th_file_read(th_test_source_path(path, "data/cadtrust/2.0.2.json"), 1 << 20, &text,
                           &size, &err),
              &err);
    assert_ok(th_json_parse(text, size, &books->dictionary, &err), &err);
    free(text);
}

void books_cadtrust_clear(struct books *books)
{
    th_json_free(books->dictionary);
    free(books->sheets);
}

void cadtrust__has_every_required_field_and_only_listed_values(void **state)
{
    struct books *f = *state;
    struct th_json *reply = th_cli_json(&f->world, 0,
                                        "export --format cadtrust --out {dir}/a.xlsx "
                                        "--link-base https://registry.example "
                                        "--verification-body '核证机构=" BODY "'");
    assert_int_equal(th_json_size(th_json_get(reply, "left_out")), 0);
    read_book(f, "a.xlsx");
    int64_t n = 0;
    for (size_t i = 0; i < f->n_sheets; i++) {
        check_sheet(f, &f->sheets[i]);
        n += (int64_t)f->sheets[i].n;
    }
    assert_int_equal(th_cli_int_at(reply, "n"), n);
    th_json_free(reply);
    assert_int_equal(sheet_of(f, "project")->n, 3);
    assert_int_equal(sheet_of(f, "methodology")->n, 2);
    assert_int_equal(sheet_of(f, "issuance")->n, 7); // 2018 to 2020 twice, and 2021
    assert_int_equal(sheet_of(f, "estimation")->n, 6);
    assert_int_equal(count_of(sheet_of(f, "verification"), "verificationBody", BODY), 3);
    assert_int_equal(count_of(sheet_of(f, "project"), "projectStatus", "Certified"), 3);
    assert_string_equal(value_of(sheet_of(f, "project"), 0, "projectLink"),
                        "https://registry.example/packages/1");
    // 0.39 t a mu of 2,145 mu: 836.55 t a year.
    assert_string_equal(value_of(sheet_of(f, "estimation"), 0, "estimationUnitCount"), "836.55");
}

static int64_t number_of(const struct sheet *sheet, size_t record, const char *field)
{
    int64_t value = -1;
    assert_true(th_text_parse_int(value_of(sheet, record, field), 1, INT64_MAX, &value));
    return value;
}

static int64_t tonnes_of(const struct sheet *units, const char *field, const char *value)
{
    int64_t sum_t = 0;
    for (size_t i = 0; i < units->n; i++) {
        int64_t count = number_of(units, i, "unitCount");
        assert_int_equal(
            number_of(units, i, "unitEndBlock") - number_of(units, i, "unitStartBlock") + 1, count);
        sum_t += strcmp(value_of(units, i, field), value) == 0 ? count : 0;
    }
    return sum_t;
}

// 2,509 + 4,773 + 10,000 t issued; 500 and 40 of them retired, 60 cancelled; a proposal locks, but
// holds.
void cadtrust__units_are_the_leaves_of_the_blocks(void **state)
{
    struct books *f = *state;
    th_cli_do(&f->world, "export --format cadtrust --out {dir}/u.xlsx "
                         "--verification-body '核证机构=" BODY "'");
    read_book(f, "u.xlsx");
    const struct sheet *units = sheet_of(f, "unit");
    assert_int_equal(tonnes_of(units, "unitStatus", "Retired"), 540);
    assert_int_equal(tonnes_of(units, "unitStatus", "Held"), 17282 - 540 - 60);
    assert_int_equal(tonnes_of(units, "unitStatus", "Cancelled"), 60);
    assert_int_equal(tonnes_of(units, "unitStatusReason", "Cancelled: 声明重复, 作废"), 60);
    assert_int_equal(tonnes_of(units, "unitRetirementBeneficiary", ANJI_BUYER), 500);
    assert_int_equal(tonnes_of(units, "unitRetirementBeneficiaryId", "91330521000000002H"), 40);
    assert_int_equal(tonnes_of(units, "unitCurrentOwner", ANJI_BANK), 7282 - 2000);
    assert_int_equal(tonnes_of(units, "unitVintageYear", "2021"), 10000);
    assert_int_equal(tonnes_of(units, "unitType", "Not Determined"), 10000);
    assert_int_equal(tonnes_of(units, "unitType", "Removal - nature"), 7282);
    assert_int_equal(tonnes_of(units, "unitRetirementDetail", "Offset of an event"), 40);
    assert_int_equal(tonnes_of(units, "unitRetirementDetail",
                               "Offset of the beneficiary's own emissions: 2022 年度, 厂区"),
                     500);
    assert_int_equal(
        tonnes_of(units, "unitStatusReason", "Held; locked for a deal that is under way"), 100);
    // Without pages of its own a registry is known by its number.
    assert_int_equal(strncmp(value_of(sheet_of(f, "project"), 0, "projectLink"), "urn:tanhui:", 11),
                     0);
}

void cadtrust__leaves_out_what_a_verifier_without_listed_name_verified(void **state)
{
    struct books *f = *state;
    struct th_json *reply =
        th_cli_json(&f->world, 1, "export --format cadtrust --out {dir}/o.xlsx");
    assert_int_equal(th_json_size(th_json_get(reply, "left_out")), 3);
    assert_string_equal(th_cli_text_at(reply, "left_out.0.verifier"), "核证机构");
    th_json_free(reply);
    read_book(f, "o.xlsx");
    assert_int_equal(sheet_of(f, "project")->n, 3);
    assert_int_equal(sheet_of(f, "verification")->n, 0);
    assert_int_equal(sheet_of(f, "issuance")->n, 0);
    assert_int_equal(sheet_of(f, "unit")->n, 0);
    for (size_t i = 0; i < f->n_sheets; i++) {
        assert_true(f->sheets[i].n_headings > 0);
    }
}

void cadtrust__is_the_same_again(void **state)
{
    struct books *f = *state;
    struct th_json *first =
        th_cli_json(&f->world, 1, "export --format cadtrust --out {dir}/1.xlsx");
    struct th_json *second =
        th_cli_json(&f->world, 1, "export --format cadtrust --out {dir}/2.xlsx");
    assert_string_equal(th_cli_text_at(first, "sha256"), th_cli_text_at(second, "sha256"));
    th_json_free(first);
    th_json_free(second);
}

void cadtrust__refusals(void **state)
{
    struct books *f = *state;
    static const struct {
        int code;
        const char *options, *what;
    } CASES[] = {
        {2, "--village 330523990201", "--village does not go with --format cadtrust."},
        {2, "--wkt", "--wkt does not go with --format cadtrust."},
        {2, "--verification-body " BODY, "does not name a verification body"},
        {2, "--verification-body '=" BODY "'", "does not name a verification body"},
        {2, "--verification-body 核证机构=甲", "is not in CAD Trust's list"},
        {2, "--verification-body '核证机构=China Quality'", "China Quality Certification Center; "},
        {2, "--link-base registry.example", "is no address"},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct th_json *problem =
            th_cli_problem(&f->world, CASES[i].code,
                           "export --format cadtrust --out {dir}/r.xlsx %s", CASES[i].options);
        if (strstr(th_cli_text_at(problem, "detail"), CASES[i].what) == NULL) {
            fail_msg("%s: %s", CASES[i].options, th_cli_text_at(problem, "detail"));
        }
        th_json_free(problem);
    }
    th_cli_write(&f->world, "there.xlsx", "x", 1);
    th_json_free(th_cli_problem(&f->world, 5, "export --format cadtrust --out {dir}/there.xlsx"));
    th_json_free(th_cli_problem(
        &f->world, 2,
        "export --format csv --out {dir}/r.csv --link-base https://registry.example"));
}
