// Deals, loans and money as they must be, step by step: what is put behind them is judged. All
// amounts are reckoned by hand.
#ifndef TH_TESTS_AUDIT_MONEY_STEPS_H
#define TH_TESTS_AUDIT_MONEY_STEPS_H

#include "tests/audit/journal.h"

#define LEG(trade, memo, account, party, fen)                                                      \
    "{'account':'" account "','amount_fen':" fen ",'memo':'money." memo                            \
    "','on':'2021-12-28','party':" party ",'post':'money','trade':" trade "}"
#define MOVE(trade, memo, account, from, to, fen)                                                  \
    LEG(trade, memo, account, from, "-" fen) "," LEG(trade, memo, account, to, fen)
#define CLAIM(trade, memo, debtor, creditor, fen) MOVE(trade, memo, "claim", debtor, creditor, fen)
// The claim of who is paid goes back, his cash comes.
#define PAY(trade, memo, payer, paid, fen)                                                         \
    MOVE(trade, memo, "claim", paid, payer, fen) "," MOVE(trade, memo, "cash", payer, paid, fen)
#define RECEIPT(id, trade, fen)                                                                    \
    "{'amount_fen':" fen ",'login':'wang','on_date':'2021-12-28','post':'receipt',"                \
    "'receipt_id':" id ",'trade_id':" trade "}"
// terms: what a deal may leave out, in the order of their keys up to "on_date"
#define TRADE(id, fen, buyer, kind, of, seller, tonnes)                                            \
    "{'amount_fen':" fen ",'buyer_id':" buyer ",'kind':'" kind "'," of "'on_date':'2021-12-28',"   \
    "'post':'trade','proposed_by':'wang','seller_id':" seller                                      \
    ",'state':'proposed','tonnes':" tonnes ",'trade_id':" id "}"
#define OF(trade) "'of_trade_id':" trade ","
#define LINE(trade, ordinal, seller, tonnes, fen)                                                  \
    "{'amount_fen':" fen ",'ordinal':" ordinal ",'post':'trade_line','seller_id':" seller          \
    ",'tonnes':" tonnes ",'trade_id':" trade "}"
#define APPROVED(trade)                                                                            \
    "{'decided_by':'li','decided_on':'2021-12-28','post':'trade_decision','state':'approved',"     \
    "'trade_id':" trade "}"
#define LOAN(id, kind, fen, more)                                                                  \
    "{'amount_fen':" fen "," more "'kind':'" kind "','login':'wang','on_date':'2021-12-30',"       \
    "'payment_id':" id ",'post':'loan_payment','trade_id':2}"
#define OUT_OF(enforcement) "'enforcement_id':" enforcement ","

struct step {
    const char *login;
    const char *posts;
};

// Parties: 1 and 2 sell, 3 buys, 5 lends. Each step as it must be.
enum {
    RESALE, // 1 t for 20 fen: ten of 1, twenty of 2
    RESALE_APPROVED,
    RESALE_RECEIPT, // 100 fen of 600 and 1200: 33 1/3 and 66 2/3
    PLEDGE,
    PLEDGE_APPROVED,
    LOAN_OUT,
    ENFORCEMENT, // for 900, of which 500 are owed under the pledge
    ENFORCEMENT_APPROVED,
    ENFORCEMENT_RECEIPT, // 600: the pledgee first
    LOAN_CREDITED,
    SUBSCRIPTION,
    SUBSCRIPTION_APPROVED,
    PREPAYMENT,
    DELIVERY,
    DELIVERY_APPROVED, // of 500, 400 were prepaid
    PREPAYMENT_AGAIN,
    REFUND,
    REFUND_APPROVED,
    REFUND_PAID,
    CORRECTION, // of the resale
    CORRECTION_APPROVED,
    CORRECTION_PAID, // 50 of 33 and 67: 16 1/2 and 33 1/2
    OPTION,
    OPTION_APPROVED,
    PREMIUM,
    STEPS
};

// The first n of them; then, where it is given, another one.
void money_steps_write(struct test_journal *journal, int n, const struct step *other);

#endif
