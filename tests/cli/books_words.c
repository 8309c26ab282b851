// Commands beside the books: what they say to people and to programs.
#include <stdlib.h>

#include "tests/cli/books.h"

#define RECORD                                                                                     \
    "--as officer enterprise record " ANJI_BUYER " --year 2023 --emissions-t 1234.5 --level low "  \
    "--grade 2 --denominator value_added --efficiency-value 0.42 "                                 \
    "--document {sample}/revenue-term.txt"

void commands__speak_to_people_and_to_programs(void **state)
{
    static const struct {
        const char *line, *shape;
    } LINES[] = {
        {"account show " ANJI_BUYER,
         "party:i name:s kind:s uscc:s held_t:i retired_t:i money_fen:i mark:s "
         "years[].year:i years[].emissions_kg:i? years[].level:s? years[].grade:i? "
         "years[].retired_t:i years[].by_statement_t:i years[].neutral_ratio:s? "
         "years[].neutral_percent:s? years[].measured_percent:s? years[].document_sha256:s?"},
        {"account show 核证机构",
         "packages[].package_id:i packages[].state:s packages[].issued_t:i "
         "packages[].contributed_kg:i"},
        {"enterprise list", "n:i mark:s years[].name:s years[].uscc:s years[].emissions_kg:i"},
        {"unit find --limit 4",
         "n:i tonnes:i next:s units[].serial:s units[].first:i units[].last:i units[].tonnes:i "
         "units[].state:s units[].owner:i units[].since:s units[].beneficiary:s?"},
        {"price list --kind resale",
         "n:i prices[].on:s prices[].price_fen:i prices[].tonnes:i prices[].grounds:a "
         "months[].month:s months[].lowest_fen:i months[].mean_fen:i months[].highest_fen:i"},
        {"beneficiary list",
         "n:i beneficiaries[].name:s beneficiaries[].review:s beneficiaries[].agrees:b? "
         "beneficiaries[].retired_t:i beneficiaries[].reviewed_on:s?"},
    };
    struct books *books = *state;
    th_cli_do(&books->world, RECORD);
    for (size_t i = 0; i < sizeof(LINES) / sizeof(LINES[0]); i++) {
        static const char *const LANGUAGES[] = {"zh", "en"};
        struct th_json *reply = th_cli_json(&books->world, 0, "%s", LINES[i].line);
        th_cli_shape(reply, LINES[i].shape);
        th_json_free(reply);
        for (size_t k = 0; k < 2; k++) {
            char *text = th_cli_out(&books->world, 0, "--lang %s %s", LANGUAGES[k], LINES[i].line);
            th_cli_no_raw_keys(text, LINES[i].line);
            free(text);
        }
    }
}

// 500 t were retired in 2022, against 1,234.5 t: 40.502… %, rounded down.
void commands__neutral_rate_is_marked_as_voluntary(void **state)
{
    struct books *books = *state;
    th_cli_do(&books->world, RECORD " --idempotency-key once");
    char *text = th_cli_out(&books->world, 0, "--lang zh account show " ANJI_BUYER);
    assert_non_null(strstr(text, "自愿减排，非CCER，不得用于碳市场履约"));
    free(text);
    struct th_json *reply = th_cli_json(&books->world, 0, "account show " ANJI_BUYER);
    const struct th_json *years = th_json_get(reply, "years");
    assert_int_equal(th_json_size(years), 2);
    assert_int_equal(th_cli_int_at(reply, "years.0.year"), 2022);
    assert_int_equal(th_cli_int_at(reply, "years.0.retired_t"), 500);
    assert_string_equal(th_cli_text_at(reply, "years.1.neutral_percent"), "0.00");
    th_json_free(reply);
    th_cli_do(&books->world, "--as officer enterprise record " ANJI_BUYER
                             " --year 2022 --emissions-t 1234.5 --level 低 --grade 2级 "
                             "--denominator 增加值 --efficiency-value 0.42 "
                             "--document {sample}/revenue-term.txt");
    reply = th_cli_json(&books->world, 0, "account show " ANJI_BUYER);
    assert_string_equal(th_cli_text_at(reply, "years.0.neutral_ratio"), "1000/2469");
    assert_string_equal(th_cli_text_at(reply, "years.0.neutral_percent"), "40.50");
    th_json_free(reply);
}
