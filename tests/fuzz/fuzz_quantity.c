// Amounts, fractions, dates and instants as people write them: what is accepted is printed in a
// form that is accepted again and means the same.
#include <stdlib.h>
#include <string.h>

#include "core/codes.h"
#include "core/date.h"
#include "core/quantity.h"
#include "core/ratio.h"
#include "core/text.h"
#include "tests/fuzz/fuzz.h"

static void check_amounts(const char *text)
{
    char shown[TH_QUANTITY_TEXT_SIZE];
    struct th_money money;
    struct th_money money_again;
    struct th_units units;
    struct th_units units_again;
    struct th_area area;
    if (th_money_parse(text, &money, NULL) == TH_OK) {
        assert(th_money_fen(money) >= 0);
        enum th_status status = th_money_parse(th_money_format(money, shown), &money_again, NULL);
        assert(status == TH_OK && th_money_compare(money, money_again) == 0);
    }
    if (th_units_parse(text, &units, NULL) == TH_OK) {
        assert(th_units_t(units) >= 0);
        enum th_status status =
            th_units_parse(th_int_format(th_units_t(units), shown), &units_again, NULL);
        assert(status == TH_OK && th_units_compare(units, units_again) == 0);
    }
    if (th_area_parse_mu(text, &area, NULL) == TH_OK) {
        assert(th_area_m2_300(area) >= 0);
        struct th_area area_again;
        enum th_status status =
            th_area_parse_mu(th_cent_format(th_area_mu_cent(area), shown), &area_again, NULL);
        assert(status == TH_OK && th_area_compare(area, area_again) == 0);
    }
}

static void check_ratio(const char *text)
{
    char shown[TH_RATIO_TEXT_SIZE];
    struct th_ratio ratio;
    struct th_ratio again;
    int64_t low = 0;
    int64_t high = 0;
    if (th_ratio_parse(text, &ratio, NULL) != TH_OK) {
        return;
    }
    assert(ratio.denominator > 0);
    enum th_status status = th_ratio_parse(th_ratio_format(ratio, shown), &again, NULL);
    assert(status == TH_OK && th_ratio_compare(ratio, again) == 0);
    if (th_ratio_apply_floor(ratio, 1000003, &low, NULL) == TH_OK &&
        th_ratio_apply_ceil(ratio, 1000003, &high, NULL) == TH_OK) {
        assert(high == low || high == low + 1);
    }
}

static void check_dates(const char *text)
{
    char shown[TH_INSTANT_TEXT_SIZE];
    struct th_date date;
    int64_t utc = 0;
    if (th_date_parse(text, &date, NULL) == TH_OK) {
        assert(th_date_valid(date));
        assert(strcmp(th_date_format(date, shown), text) == 0);
    }
    if (th_instant_parse(text, &utc, NULL) == TH_OK) {
        assert(strcmp(th_instant_format(utc, shown), text) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int64_t whole = 0;
    double real = 0;
    char *text = fuzz_text(data, size);
    check_amounts(text);
    check_ratio(text);
    check_dates(text);
    if (th_text_parse_int(text, -1000, 1000, &whole)) {
        assert(whole >= -1000 && whole <= 1000);
    }
    if (th_text_parse_double(text, &real)) {
        assert(real - real == 0); // finite
    }
    (void)th_uscc_valid(text);
    (void)th_village_code_valid(text);
    for (int digits = 2; digits <= 9; digits++) {
        (void)th_division_code_valid(text, digits);
    }
    free(text);
    return 0;
}
