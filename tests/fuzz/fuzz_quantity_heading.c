// Headings of quantities and cells of numbers, one a line: base and unit are parts of the heading,
// a unit that is understood is understood again behind another name, and a number that is taken is
// exact and not negative.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "registry/table/quantity_heading.h"
#include "registry/table/sheet.h"
#include "tests/fuzz/fuzz.h"

static const struct th_quantity_words *known(void)
{
    static struct th_quantity_words *words;
    if (words == NULL) {
        enum th_status status = th_quantity_words_new(&words, NULL);
        assert(status == TH_OK);
    }
    return words;
}

static void check_heading(const char *heading)
{
    struct th_quantity_heading read;
    struct th_quantity_heading again;
    char made[TH_QUANTITY_HEADING_MAX + 16];
    th_quantity_heading_read(known(), heading, &read);
    assert(strstr(heading, read.base) != NULL && strstr(heading, read.unit) != NULL);
    assert(read.factor.numerator > 0 && read.factor.denominator > 0);
    assert(read.understood == (read.dimension != TH_QUANTITY_NONE));
    if (!read.understood || strlen(heading) >= TH_QUANTITY_HEADING_MAX - 16) {
        return;
    }
    (void)snprintf(made, sizeof(made), "x(%s)", read.unit);
    th_quantity_heading_read(known(), made, &again);
    // A bracket inside the unit would open the later one.
    if (strcmp(again.unit, read.unit) != 0) {
        return;
    }
    assert(again.understood && again.dimension == read.dimension && again.ground == read.ground &&
           th_ratio_compare(again.factor, read.factor) == 0 && strcmp(again.base, "x") == 0);
}

static void check_cell(const char *cell)
{
    struct th_ratio value;
    struct th_ratio again;
    char text[TH_RATIO_TEXT_SIZE];
    int64_t whole = -1;
    int year = -1;
    if (th_sheet_decimal(cell, &value)) {
        assert(value.numerator >= 0 && value.denominator > 0);
        enum th_status status = th_ratio_parse(th_ratio_format(value, text), &again, NULL);
        assert(status == TH_OK && th_ratio_compare(value, again) == 0);
    }
    if (th_sheet_whole(cell, 1000, &whole)) {
        assert(whole >= 0 && whole <= 1000);
    }
    if (th_sheet_year(cell, &year)) {
        assert(year >= 1000 && year <= 9999);
    }
    struct th_date date;
    if (th_sheet_date(cell, &date)) {
        assert(th_date_valid(date));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size);
    for (char *line = text; line != NULL;) {
        char *end = strchr(line, '\n');
        if (end != NULL) {
            *end = '\0';
        }
        th_text_mend(line); // names of a reader are UTF-8
        char *cell = th_text_duplicate(line);
        assert(cell != NULL);
        th_text_trim(cell);
        if (strlen(cell) < TH_QUANTITY_HEADING_MAX) {
            check_heading(cell);
        }
        check_cell(cell);
        free(cell);
        line = end == NULL ? NULL : end + 1;
    }
    free(text);
    return 0;
}
