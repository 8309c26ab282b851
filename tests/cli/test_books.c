// What reads the books of the sample registry; see tests/cli/books.h.
#include <stdlib.h>

#include "tests/cli/books.h"

static int setup(void **state)
{
    struct books *books = calloc(1, sizeof(*books));
    assert_non_null(books);
    th_cli_world_make(&books->world);
    books_chain(&books->world);
    books_cadtrust_read(books);
    *state = books;
    return 0;
}

static int teardown(void **state)
{
    struct books *books = *state;
    th_cli_world_remove(&books->world);
    books_cadtrust_clear(books);
    free(books);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cadtrust__has_every_required_field_and_only_listed_values),
        cmocka_unit_test(cadtrust__units_are_the_leaves_of_the_blocks),
        cmocka_unit_test(cadtrust__leaves_out_what_a_verifier_without_listed_name_verified),
        cmocka_unit_test(cadtrust__is_the_same_again),
        cmocka_unit_test(cadtrust__refusals),
        cmocka_unit_test(hledger__accepts_the_books_strictly),
        cmocka_unit_test(hledger__balances_are_those_of_the_accounts),
        cmocka_unit_test(hledger__bank_books_have_tax_stock_and_shared_revenue_apart),
        cmocka_unit_test(hledger__sellers_books_know_their_own_counterpart_alone),
        cmocka_unit_test(hledger__finds_an_amount_that_was_changed),
        cmocka_unit_test(hledger__refusals),
        cmocka_unit_test(commands__speak_to_people_and_to_programs),
        cmocka_unit_test(commands__neutral_rate_is_marked_as_voluntary),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
