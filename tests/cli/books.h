// The sample registry run to sales with tax, retirements and a distribution, and the tests of what
// reads its books, which share it: making it takes longer than all of them.
#ifndef TH_TESTS_CLI_BOOKS_H
#define TH_TESTS_CLI_BOOKS_H

#include "tests/cli/chain.h"

struct sheet; // of a workbook that was read

struct books {
    struct th_cli_world world;
    struct th_json *dictionary; // of CAD Trust
    struct sheet *sheets;       // in the order of the dictionary
    size_t n_sheets;
};

// The packages of th_chain_anji and th_chain_wetland with the same trades, and behind them
// trade 3: the wetland's 10,000 t bought at 58.83, tax of 6 % within; 288,300.00 of it paid
// trade 4: 4,000 t of them sold to 制药厂 at 60.00, tax of 6 % within; nothing paid
// trade 5: 500 t of trade 2 retired for the buyer itself, with a note
// trade 6: 40 t of trade 4 retired for an event of the buyer
// trade 7: 100 t of the bamboo for sale to 造纸厂 at 80.00, proposed and not decided
// trade 8: 60 t of the wetland cancelled by the bank, with a reason
// and all receipts to the end of 2022 distributed.
void books_chain(const struct th_cli_world *world);

void books_cadtrust_read(struct books *books);
void books_cadtrust_clear(struct books *books);
void cadtrust__has_every_required_field_and_only_listed_values(void **state);
void cadtrust__units_are_the_leaves_of_the_blocks(void **state);
void cadtrust__leaves_out_what_a_verifier_without_listed_name_verified(void **state);
void cadtrust__is_the_same_again(void **state);
void cadtrust__refusals(void **state);

void hledger__accepts_the_books_strictly(void **state);
void hledger__balances_are_those_of_the_accounts(void **state);
void hledger__bank_books_have_tax_stock_and_shared_revenue_apart(void **state);
void hledger__sellers_books_know_their_own_counterpart_alone(void **state);
void hledger__finds_an_amount_that_was_changed(void **state);
void hledger__refusals(void **state);

void commands__speak_to_people_and_to_programs(void **state);
void commands__neutral_rate_is_marked_as_voluntary(void **state);

#endif
