// Journals that fit in themselves and go past what was agreed: other costs than were paid, other
// prices and days than were promised, an account that nobody looked at. Sums are reckoned by hand.
#include <stdio.h>

#include "tests/audit/verdict.h"
#include "tests/support/support.h"

// what: what a deal may have, in the order of keys between "amount_fen" and "on_date"
#define TRADE_ON(id, fen, what, day, more)                                                         \
    "{'amount_fen':" fen "," what "'on_date':'" day "','post':'trade',"                            \
    "'proposed_by':'wang','seller_id':" more ",'trade_id':" id "}"
#define TRADE(id, fen, what, more) TRADE_ON(id, fen, what, "2021-12-28", more)
#define OF(trade) "'of_trade_id':" trade ","
#define TONNES(t) ",'state':'proposed','tonnes':" t
#define LINE(trade, package, tonnes, fen, cost)                                                    \
    "{'amount_fen':" fen ",'cost_fen':" cost ",'ordinal':1,'package_id':" package                  \
    ",'pool_id':1,'post':'trade_line','seller_id':3,'tonnes':" tonnes ",'trade_id':" trade "}"
#define BOUGHT(trade, package, seller, tonnes, fen)                                                \
    "{'amount_fen':" fen ",'ordinal':1,'package_id':" package                                      \
    ",'post':'trade_line','seller_id':" seller ",'tonnes':" tonnes ",'trade_id':" trade "}"
#define SHARE_OF(pool, owner, package, tonnes, cost)                                               \
    "{'bought_t':" tonnes ",'cost_fen':" cost ",'owner_id':" owner ",'package_id':" package        \
    ",'pool_id':" pool ",'post':'pool_share'}"
#define SHARE(package, tonnes, cost) SHARE_OF("1", "3", package, tonnes, cost)
#define DRAW(package, tonnes, cost)                                                                \
    "{'package_id':" package ",'pool_id':1,'post':'pool_draw','sold_cost_fen':" cost               \
    ",'sold_t':" tonnes "}"
#define USED(package, tonnes)                                                                      \
    "{'package_id':" package ",'pool_id':1,'post':'pool_draw','used_t':" tonnes "}"
#define DECIDED(trade, state)                                                                      \
    "{'decided_by':'li','post':'trade_decision','state':'" state "','trade_id':" trade "}"
#define LEG(trade, memo, party, fen)                                                               \
    "{'account':'claim','amount_fen':" fen ",'memo':'money." memo                                  \
    "','on':'2021-12-28','party':" party ",'post':'money','trade':" trade "}"

struct step {
    const char *login;
    const char *posts;
};

enum { STEPS_MAX = 4 };

struct forgery {
    const char *name;
    int before;                   // so many honest steps come first
    struct step steps[STEPS_MAX]; // the last one is wrong
    enum th_fault_code code;
};

static void judge(const struct step *honest, const struct forgery *forgery)
{
    struct test_journal journal;
    test_journal_begin(&journal);
    journal.of_money = true;
    for (int i = 0; i < forgery->before; i++) {
        test_journal_posts(&journal, honest[i].login, honest[i].posts);
    }
    for (int i = 0; i < STEPS_MAX && forgery->steps[i].login; i++) {
        test_journal_posts(&journal, forgery->steps[i].login, forgery->steps[i].posts);
    }
    test_judge(&journal, forgery->name, forgery->code);
}

// Bank 3 buys 100 t of package 1 and 200 t of package 2 for 1,060.00, of which 60.00 are tax: they
// cost 333 1/3 and 666 2/3. Package 1 costs 333.33 fen a tonne and package 2 333.335.
enum {
    PURCHASE,
    PURCHASE_APPROVED,
    SALE,       // 10 t at 3333.3 and 20 t at 6666.7
    SALE_AGAIN, // 20 t of package 1 are 6666.6: ten more are 3334
    SALE_REJECTED,
    SALE_AFTER, // 15 t are 4999.95, of which ten had 3334: five have 1666
    CANCELLATION,
    LISTING, // 30 t are 10000.05
    LISTING_APPROVED,
    ACCEPTANCE, // a third of them
    COST_STEPS
};

#define CLAIMS                                                                                     \
    LEG("1", "purchase", "3", "-35333")                                                            \
    "," LEG("1", "purchase", "1", "35333") "," LEG("1", "purchase", "3", "-70667") "," LEG(        \
        "1", "purchase", "2", "70667")
#define RESALE(id, tonnes, fen) TRADE(id, fen, "'buyer_id':4,'kind':'resale',", "3" TONNES(tonnes))
#define ACCEPTED(cost)                                                                             \
    TRADE("6", "5000", "'buyer_id':4,'kind':'acceptance'," OF("5"), "3" TONNES("10"))              \
    "," LINE("6", "2", "10", "5000", cost)

static const struct step COSTS[COST_STEPS] = {
    [PURCHASE] = {"wang",
                  "{'amount_fen':106000,'buyer_id':3,'kind':'purchase','on_date':'2021-12-28',"
                  "'post':'trade','proposed_by':'wang','state':'proposed','tax_fen':6000,"
                  "'tax_rate':'6','tonnes':300,'trade_id':1}," BOUGHT(
                      "1", "1", "1", "100", "35333") "," BOUGHT("1", "2", "2", "200", "70667")},
    [PURCHASE_APPROVED] = {"li", DECIDED("1", "approved") "," SHARE("1", "100", "33333") "," SHARE(
                                     "2", "200", "66667") "," CLAIMS},
    [SALE] = {"wang", RESALE("2", "30", "30000") "," LINE("2", "1", "10", "10000", "3333") "," DRAW(
                          "1", "10", "3333") "," LINE("2", "2", "20", "20000",
                                                      "6667") "," DRAW("2", "20", "6667")},
    [SALE_AGAIN] = {"wang", RESALE("3", "10", "10000") "," LINE(
                                "3", "1", "10", "10000", "3334") "," DRAW("1", "10", "3334")},
    [SALE_REJECTED] = {"li", DECIDED("2", "rejected") "," DRAW("1", "-10", "-3333") "," DRAW(
                                 "2", "-20", "-6667")},
    [SALE_AFTER] = {"wang", RESALE("4", "5", "5000") "," LINE("4", "1", "5", "5000",
                                                              "1666") "," DRAW("1", "5", "1666")},
    [CANCELLATION] = {"wang",
                      "{'amount_fen':0,'kind':'cancellation','on_date':'2021-12-28','post':"
                      "'trade','proposed_by':'wang','seller_id':3,'state':'proposed',"
                      "'tonnes':4,'trade_id':7}," LINE("7", "2", "4", "0", "0") "," USED("2", "4")},
    [LISTING] = {"wang",
                 "{'amount_fen':0,'kind':'listing','on_date':'2021-12-28','post':'trade',"
                 "'price_fen':500,'proposed_by':'wang','seller_id':3,'state':'proposed',"
                 "'tonnes':30,'trade_id':5},{'min_t':1,'post':'listing','trade_id':5}," LINE(
                     "5", "2", "30", "0", "10000") "," DRAW("2", "30", "10000")},
    [LISTING_APPROVED] = {"li", DECIDED("5", "approved")},
    [ACCEPTANCE] = {"wang", ACCEPTED("3333")},
};

static void audit__units_cost_what_was_paid_for_them_step_by_step(void **state)
{
    (void)state;
    for (int n = 0; n <= COST_STEPS; n++) {
        judge(COSTS, &(struct forgery){.name = "steps", .before = n, .code = TH_FAULT_CODES});
    }
}

static const struct forgery OTHER_COSTS[] = {
    {"a pool that cost less",
     PURCHASE_APPROVED,
     {{"li", DECIDED("1", "approved") "," SHARE("1", "100", "33233") "," SHARE(
                 "2", "200", "66667") "," CLAIMS}},
     TH_FAULT_POOL_SUM},
    {"the tax is a cost",
     PURCHASE_APPROVED,
     {{"li", DECIDED("1", "approved") "," SHARE("1", "100", "35333") "," SHARE(
                 "2", "200", "70667") "," CLAIMS}},
     TH_FAULT_POOL_SUM},
    {"one package bears what the other cost",
     PURCHASE_APPROVED,
     {{"li", DECIDED("1", "approved") "," SHARE("1", "100", "33335") "," SHARE(
                 "2", "200", "66665") "," CLAIMS}},
     TH_FAULT_POOL_SUM},
    {"more tonnes than were bought",
     PURCHASE_APPROVED,
     {{"li", DECIDED("1", "approved") "," SHARE("1", "100", "33333") "," SHARE(
                 "2", "200", "66667") "," SHARE("3", "1", "0") "," CLAIMS}},
     TH_FAULT_POOL_SUM},
    {"another's pool",
     PURCHASE_APPROVED,
     {{"li", DECIDED("1", "approved") "," SHARE_OF("1", "9", "1", "100", "33333") "," SHARE(
                 "2", "200", "66667") "," CLAIMS}},
     TH_FAULT_POOL_SUM},
    {"a pool that nobody approved",
     PURCHASE_APPROVED,
     {{"li", SHARE("1", "100", "33333") "," SHARE("2", "200", "66667")}},
     TH_FAULT_POOL_SUM},
    {"a pool that grows later", SALE, {{"li", SHARE("3", "10", "1")}}, TH_FAULT_POOL_SUM},
    {"a package twice in a pool", SALE, {{"li", SHARE("2", "1", "0")}}, TH_FAULT_POST_FORM},
    {"no cost",
     SALE,
     {{"wang", RESALE("2", "10", "10000") "," LINE("2", "1", "10", "10000", "0")}},
     TH_FAULT_LINE_COST},
    {"two fen more than the share",
     SALE,
     {{"wang", RESALE("2", "10", "10000") "," LINE("2", "1", "10", "10000", "3335")}},
     TH_FAULT_LINE_COST},
    {"two fen less than the share",
     SALE,
     {{"wang", RESALE("2", "10", "10000") "," LINE("2", "1", "10", "10000", "3332")}},
     TH_FAULT_LINE_COST},
    {"a cost of no pool",
     SALE,
     {{"wang", RESALE("2", "10", "10000") "," BOUGHT("2", "1", "3", "10", "10000,'cost_fen':1")}},
     TH_FAULT_LINE_POOL},
    {"a package that was not bought",
     SALE,
     {{"wang", RESALE("2", "10", "10000") "," LINE("2", "3", "10", "10000", "3333")}},
     TH_FAULT_LINE_COST},
    {"a tonne more is drawn", SALE, {{"wang", DRAW("1", "11", "3333")}}, TH_FAULT_POOL_DRAW},
    {"at another cost", SALE, {{"wang", DRAW("1", "10", "3433")}}, TH_FAULT_POOL_DRAW},
    {"more than was bought", SALE, {{"wang", DRAW("1", "101", "33666")}}, TH_FAULT_POOL_DRAW},
    {"more than is left",
     SALE,
     {{"wang", USED("1", "91")}, {"wang", DRAW("1", "10", "3333")}},
     TH_FAULT_POOL_DRAW},
    {"more comes back than was drawn",
     SALE_AGAIN,
     {{"wang", DRAW("1", "-11", "-3667")}},
     TH_FAULT_POOL_DRAW},
    {"a fen more of each",
     SALE_AGAIN,
     {{"wang", DRAW("1", "10", "3334")},
      {"wang", DRAW("1", "10", "3334")},
      {"wang", DRAW("1", "10", "3334")}},
     TH_FAULT_POOL_DRAW},
    {"a pool that is none", PURCHASE, {{"wang", DRAW("1", "10", "3333")}}, TH_FAULT_POST_FORM},
    {"an acceptance at another cost", ACCEPTANCE, {{"wang", ACCEPTED("3000")}}, TH_FAULT_LINE_COST},
};

static void audit__another_cost_than_was_paid_is_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(OTHER_COSTS) / sizeof(OTHER_COSTS[0]); i++) {
        judge(COSTS, &OTHER_COSTS[i]);
    }
}

// Resale 2 of 30 t.
#define SOLD(fen, net, price, tax)                                                                 \
    "{'amount_fen':" fen ",'buyer_id':4,'kind':'resale','net_fen':" net                            \
    ",'on_date':'2021-12-28','post':'trade'," price                                                \
    "'proposed_by':'wang','seller_id':3,'state':'proposed'," tax ",'tonnes':30,'trade_id':2}"
#define TAX(fen, percent) "'tax_fen':" fen ",'tax_rate':'" percent "'"
// Listing 1 at 2.12 a tonne with 6 % in it, of which two tonnes are taken.
#define OFFERED                                                                                    \
    "{'amount_fen':0,'kind':'listing','on_date':'2021-12-28','post':'trade','price_fen':212,"      \
    "'proposed_by':'wang','seller_id':3,'state':'proposed','tax_fen':0,'tax_rate':'6','tonnes':"   \
    "10,'trade_id':1}"
#define TWO_TAKEN(tax)                                                                             \
    TRADE("2", "424", "'buyer_id':4,'kind':'acceptance'," OF("1"),                                 \
          "3,'state':'proposed'," tax ",'tonnes':2")

static const struct forgery AMOUNTS[] = {
    {"by the tonne",
     0,
     {{"wang", SOLD("15000", "15000", "'price_fen':500,", TAX("0", "0"))}},
     TH_FAULT_CODES},
    {"a lump sum", 0, {{"wang", SOLD("15001", "15001", "", TAX("0", "0"))}}, TH_FAULT_CODES},
    {"for nothing", 0, {{"wang", SOLD("0", "0", "'price_fen':0,", TAX("0", "0"))}}, TH_FAULT_CODES},
    {"a fen more than the tonnes cost",
     0,
     {{"wang", SOLD("15001", "15001", "'price_fen':500,", TAX("0", "0"))}},
     TH_FAULT_TRADE_PRICE},
    {"dear, and told as cheap",
     0,
     {{"wang", SOLD("15000", "15000", "'price_fen':1,", TAX("0", "0"))}},
     TH_FAULT_TRADE_PRICE},
    // 8,746.53 / 1.06 = 8,251.443…; 100.00 / 1.065 = 93.896…; 0.05 / 2 = 0.025
    {"with tax", 0, {{"wang", SOLD("874653", "825144", "", TAX("49509", "6"))}}, TH_FAULT_CODES},
    {"with a rate of halves",
     0,
     {{"wang", SOLD("10000", "9390", "", TAX("610", "6.5"))}},
     TH_FAULT_CODES},
    {"half a fen is rounded up",
     0,
     {{"wang", SOLD("5", "3", "", TAX("2", "100"))}},
     TH_FAULT_CODES},
    {"half a fen is rounded down",
     0,
     {{"wang", SOLD("5", "2", "", TAX("3", "100"))}},
     TH_FAULT_TRADE_TAX},
    {"a fen more tax",
     0,
     {{"wang", SOLD("874653", "825143", "", TAX("49510", "6"))}},
     TH_FAULT_TRADE_TAX},
    {"all but a fen is tax",
     0,
     {{"wang", SOLD("800100", "1", "", TAX("800099", "6"))}},
     TH_FAULT_TRADE_TAX},
    {"tax of no rate",
     0,
     {{"wang", SOLD("874653", "825144", "", TAX("49509", "0"))}},
     TH_FAULT_TRADE_TAX},
    {"tax and no word of a rate",
     0,
     {{"wang", SOLD("874653", "825144", "", "'tax_fen':49509")}},
     TH_FAULT_TRADE_TAX},
    {"a net that is not what tax leaves",
     0,
     {{"wang", SOLD("874653", "825145", "", TAX("49509", "6"))}},
     TH_FAULT_TRADE_TAX},
    {"more tax than all",
     0,
     {{"wang", SOLD("202", "100", "", TAX("102", "102"))}},
     TH_FAULT_POST_FORM},
    {"a rate that is none",
     0,
     {{"wang", SOLD("100", "100", "", TAX("0", "six"))}},
     TH_FAULT_POST_FORM},
    {"taken at the rate of the offer",
     0,
     {{"wang", OFFERED}, {"wang", TWO_TAKEN(TAX("24", "6"))}},
     TH_FAULT_CODES},
    {"taken at another rate",
     0,
     {{"wang", OFFERED}, {"wang", TWO_TAKEN(TAX("212", "100"))}},
     TH_FAULT_TRADE_RATE},
};

static void audit__an_amount_is_what_price_and_rate_of_tax_make_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(AMOUNTS) / sizeof(AMOUNTS[0]); i++) {
        judge(NULL, &AMOUNTS[i]);
    }
}

// Option 1 at 5.00 a tonne in January; subscription 2 of 10 t for 40.00; listing 3 at 6.00 until
// the 28th.
enum { OPTION, OPTION_APPROVED, SUBSCRIPTION, PLACE, TERMS_STEPS };

#define WINDOW(from, to)                                                                           \
    "{'post':'promise','strike_fen':500,'trade_id':1,'window_from':'" from "','window_to':'" to "'}"
#define LISTED(until)                                                                              \
    "{'amount_fen':0,'kind':'listing','on_date':'2021-12-28','post':'trade','price_fen':600,"      \
    "'proposed_by':'wang','seller_id':3,'state':'proposed','tonnes':10,'trade_id':3},{'min_t':1,"  \
    "'post':'listing','trade_id':3" until "}"
#define EXERCISE(day, fen, of)                                                                     \
    TRADE_ON("4", fen, "'buyer_id':4,'kind':'exercise'," OF(of), day, "3" TONNES("2"))
#define DELIVERY(fen, tonnes)                                                                      \
    TRADE("4", fen, "'buyer_id':4,'kind':'delivery'," OF("2"), "3" TONNES(tonnes))
#define TAKEN(fen) TRADE("4", fen, "'buyer_id':4,'kind':'acceptance'," OF("3"), "3" TONNES("2"))

static const struct step TERMS[TERMS_STEPS] = {
    [OPTION] = {"wang", TRADE_ON("1", "70", "'buyer_id':4,'kind':'option',", "2021-11-28",
                                 "3" TONNES("10")) "," WINDOW("2021-12-01", "2021-12-24")},
    [OPTION_APPROVED] = {"li", DECIDED("1", "approved") "," LEG("1", "premium", "4", "-70") "," LEG(
                                   "1", "premium", "3", "70")},
    [SUBSCRIPTION] = {"wang", TRADE("2", "4000", "'buyer_id':4,'kind':'subscription',",
                                    "3" TONNES("10")) ",{'deliver_by':'2022-12-31','post':"
                                                      "'promise','trade_id':2}"},
    [PLACE] = {"wang", LISTED(",'until_on':'2021-12-28'")},
};

static const struct forgery BOUND[] = {
    {"exercised on the first day",
     TERMS_STEPS,
     {{"wang", EXERCISE("2021-12-01", "1000", "1")}},
     TH_FAULT_CODES},
    {"exercised on the last day",
     TERMS_STEPS,
     {{"wang", EXERCISE("2021-12-24", "1000", "1")}},
     TH_FAULT_CODES},
    {"before its window",
     TERMS_STEPS,
     {{"wang", EXERCISE("2021-11-30", "1000", "1")}},
     TH_FAULT_TRADE_DAYS},
    {"behind its window",
     TERMS_STEPS,
     {{"wang", EXERCISE("2021-12-25", "1000", "1")}},
     TH_FAULT_TRADE_DAYS},
    {"a fen below the strike",
     TERMS_STEPS,
     {{"wang", EXERCISE("2021-12-01", "999", "1")}},
     TH_FAULT_TRADE_PRICE},
    {"of what is no option",
     TERMS_STEPS,
     {{"wang", EXERCISE("2021-12-01", "800", "2")}},
     TH_FAULT_POST_FORM},
    {"of nothing", TERMS_STEPS, {{"wang", EXERCISE("2021-12-01", "800", "9")}}, TH_FAULT_POST_FORM},
    {"a window that is agreed again",
     TERMS_STEPS,
     {{"wang", WINDOW("2021-12-25", "2022-02-28")}},
     TH_FAULT_POST_FORM},
    {"a window for what has none",
     SUBSCRIPTION,
     {{
          "wang",
          LISTED(""),
      },
      {"wang", "{'post':'promise','trade_id':3}"}},
     TH_FAULT_POST_FORM},
    {"delivered at its price", TERMS_STEPS, {{"wang", DELIVERY("1200", "3")}}, TH_FAULT_CODES},
    {"delivered at another price",
     TERMS_STEPS,
     {{"wang", DELIVERY("1201", "3")}},
     TH_FAULT_TRADE_PRICE},
    {"accepted on the last day", TERMS_STEPS, {{"wang", TAKEN("1200")}}, TH_FAULT_CODES},
    {"accepted at another price", TERMS_STEPS, {{"wang", TAKEN("1000")}}, TH_FAULT_TRADE_PRICE},
    {"accepted when the offer is over",
     PLACE,
     {{"wang", LISTED(",'until_on':'2021-12-27'")}, {"wang", TAKEN("1200")}},
     TH_FAULT_TRADE_DAYS},
    {"accepted, and the offer has no end",
     PLACE,
     {{"wang", LISTED("")}, {"wang", TAKEN("1200")}},
     TH_FAULT_CODES},
    {"dated before the listing",
     TERMS_STEPS,
     {{"wang", TRADE_ON("4", "1200", "'buyer_id':4,'kind':'acceptance'," OF("3"), "2021-12-27",
                        "3" TONNES("2"))}},
     TH_FAULT_TRADE_EARLY},
    {"a receipt on the day of the deal",
     TERMS_STEPS,
     {{"wang",
       LEG("1", "receipt", "3", "-70") "," LEG(
           "1", "receipt", "4",
           "70") ","
                 "{'account':'cash','amount_fen':-70,'memo':'money.receipt','on':'2021-12-28',"
                 "'party':4,'post':'money','trade':1},{'account':'cash','amount_fen':70,'memo':"
                 "'money.receipt','on':'2021-12-28','party':3,'post':'money','trade':1},"
                 "{'amount_fen':70,'login':'wang','on_date':'2021-12-28','post':'receipt',"
                 "'receipt_id':1,'trade_id':1}"}},
     TH_FAULT_CODES},
    {"a receipt before the deal",
     TERMS_STEPS,
     {{"wang", "{'amount_fen':70,'login':'wang','on_date':'2021-11-27','post':'receipt',"
               "'receipt_id':1,'trade_id':1}"}},
     TH_FAULT_RECEIPT_EARLY},
    {"a receipt without a day",
     TERMS_STEPS,
     {{"wang", "{'amount_fen':70,'login':'wang','post':'receipt','receipt_id':1,"
               "'trade_id':1}"}},
     TH_FAULT_RECEIPT_EARLY},
};

static void audit__who_acts_upon_a_deal_keeps_its_days_and_price(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(BOUND) / sizeof(BOUND[0]); i++) {
        judge(TERMS, &BOUND[i]);
    }
}

#define DUE(ordinal, fen)                                                                          \
    "{'amount_fen':" fen ",'on_date':'2021-12-24','ordinal':" ordinal                              \
    ",'post':'trade_schedule','trade_id':1}"
#define DUE_DEAL TRADE("1", "1000", "'buyer_id':4,'kind':'resale',", "3" TONNES("1"))

static void audit__the_parts_in_which_an_amount_is_due_come_to_it(void **state)
{
    static const struct forgery CASES[] = {
        {"in two", 0, {{"wang", DUE_DEAL "," DUE("1", "400") "," DUE("2", "600")}}, TH_FAULT_CODES},
        {"a fen less",
         0,
         {{"wang", DUE_DEAL "," DUE("1", "400") "," DUE("2", "599")}},
         TH_FAULT_TRADE_PARTS},
        {"a fen more",
         0,
         {{"wang", DUE_DEAL "," DUE("1", "401") "," DUE("2", "600")}},
         TH_FAULT_TRADE_PARTS},
        {"once it was decided",
         0,
         {{"wang", DUE_DEAL}, {"li", DECIDED("1", "rejected")}, {"wang", DUE("1", "1000")}},
         TH_FAULT_POST_FORM},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        judge(NULL, &CASES[i]);
    }
}

#define LOST(issuance, kg)                                                                         \
    ",{'issuance_id':" issuance ",'lost_kg':" kg ",'ordinal':1,'post':'reversal_loss','trade_id':" \
    "1}"

// Nothing is in the buffer: all is owed.
static void audit__a_reversal_is_of_the_tonnes_that_were_lost(void **state)
{
    static const struct {
        const char *name;
        const char *lost;
        enum th_fault_code code;
    } CASES[] = {
        {"by vintage, rounded up", LOST("1", "9001") LOST("2", "4000"), TH_FAULT_CODES},
        {"parcels of a vintage together", LOST("1", "9400") LOST("2", "3600") LOST("1", "600"),
         TH_FAULT_CODES},
        {"less is lost than is owed", LOST("1", "13000"), TH_FAULT_REVERSAL_LOSS},
        {"more is lost than is owed", LOST("1", "14001"), TH_FAULT_REVERSAL_LOSS},
        {"nothing is lost", "", TH_FAULT_REVERSAL_LOSS},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct test_journal journal;
        test_journal_begin(&journal);
        journal.of_money = true;
        journal.login = "officer";
        test_journal_entry(
            &journal, "trade.propose", "trade:1",
            "{'posts':[{'amount_fen':0,'kind':'reversal','on_date':'2021-12-28',"
            "'post':'trade','proposed_by':'officer','state':'proposed','tonnes':14,"
            "'trade_id':1},{'cause':'fire','post':'reversal','trade_id':1},{'amount_fen':0,"
            "'ordinal':1,'package_id':1,'post':'trade_line','seller_id':1,'tonnes':"
            "14,'trade_id':1}%s]}",
            CASES[i].lost);
        journal.login = "officer-2";
        test_journal_entry(&journal, "trade.approve", "trade:1",
                           "{'posts':[{'decided_by':'officer-2','post':'trade_decision','state':"
                           "'approved','trade_id':1},{'owed_t':14,'party_id':1,'post':"
                           "'reversal_debt','trade_id':1}]}");
        test_judge(&journal, CASES[i].name, CASES[i].code);
    }
}

// An account as an entry tells it to people, and as it is kept.
#define TOLD(bank, number, holder, party, post)                                                    \
    "{'account':'" number "','account_holder':'" holder "','account_id':1,'bank':'" bank           \
    "','party':" party ",'posts':[" post "]}"
#define KEPT(number)                                                                               \
    "{'account_id':1,'bank':'Anji','holder':'M','login':'wang','number':'" number                  \
    "','party_id':1,'post':'party_account'}"
#define CONFIRMED                                                                                  \
    "{'account_id':1,'login':'li','post':'party_account_decision','state':'confirmed'}"
#define RIGHT TOLD("Anji", "6230****0011", "M", "1", KEPT("6230910199000000011"))

static void audit__the_account_that_is_kept_is_the_one_that_people_saw(void **state)
{
    static const struct {
        const char *name;
        const char *proposed;
        const char *confirmed; // NULL: not yet
        enum th_fault_code code;
    } CASES[] = {
        {"as it is", RIGHT, TOLD("Anji", "6230****0011", "M", "1", CONFIRMED), TH_FAULT_CODES},
        {"a short number", TOLD("Anji", "****6789", "M", "1", KEPT("123456789")),
         TOLD("Anji", "****6789", "M", "1", CONFIRMED), TH_FAULT_CODES},
        {"another number is kept",
         TOLD("Anji", "6230****0011", "M", "1", KEPT("6230910199000000029")), NULL,
         TH_FAULT_ACCOUNT_ROW},
        {"another party is told",
         TOLD("Anji", "6230****0011", "M", "2", KEPT("6230910199000000011")), NULL,
         TH_FAULT_ACCOUNT_ROW},
        {"another bank is told",
         TOLD("Deqing", "6230****0011", "M", "1", KEPT("6230910199000000011")), NULL,
         TH_FAULT_ACCOUNT_ROW},
        {"another holder is told",
         TOLD("Anji", "6230****0011", "N", "1", KEPT("6230910199000000011")), NULL,
         TH_FAULT_ACCOUNT_ROW},
        {"another number is confirmed", RIGHT, TOLD("Anji", "6230****0029", "M", "1", CONFIRMED),
         TH_FAULT_ACCOUNT_ROW},
        {"nothing is told when it is confirmed", RIGHT, "{'posts':[" CONFIRMED "]}",
         TH_FAULT_ACCOUNT_ROW},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct test_journal journal;
        test_journal_begin(&journal);
        journal.of_money = true;
        journal.login = "wang";
        test_journal_entry(&journal, "party.account", "account:1", "%s", CASES[i].proposed);
        if (CASES[i].confirmed) {
            journal.login = "li";
            test_journal_entry(&journal, "party.account_confirm", "account:1", "%s",
                               CASES[i].confirmed);
        }
        test_judge(&journal, CASES[i].name, CASES[i].code);
    }
}

// Resale 2, run 1 over it, and correction 3.
#define RESOLD RESALE("2", "0", "0")
#define AGREED(trade) DECIDED(trade, "approved")
#define SHARED                                                                                     \
    "{'distribution_id':1,'login':'wang','post':'distribution','through_on':'2021-12-31'},"        \
    "{'cost_fen':0,'deductions_fen':0,'distributed_fen':0,'distribution_id':1,'kept_fen':0,"       \
    "'net_fen':0,'post':'distribution_sale','receipts_fen':0,'tax_fen':0,'term_id':1,'trade_id':"  \
    "2}"
#define GIVEN_UP                                                                                   \
    "{'distribution_id':1,'login':'li','on_date':'2021-12-28','post':'distribution_decision',"     \
    "'state':'rejected'}"
#define TURNED TRADE("3", "0", "'buyer_id':3,'kind':'correction'," OF("2"), "4" TONNES("0"))

static void audit__what_is_taken_back_is_not_shared(void **state)
{
    enum { TURNS = 6 };
    static const struct {
        const char *name;
        const char *turns[TURNS]; // of wang and li
        bool told;                // of the last one
    } CASES[] = {
        {"shared", {RESOLD, AGREED("2"), SHARED}, false},
        {"shared before anybody approved it", {RESOLD, NULL, SHARED}, true},
        {"taken back and shared", {RESOLD, AGREED("2"), TURNED, AGREED("3"), SHARED}, true},
        {"shared and taken back", {RESOLD, AGREED("2"), SHARED, NULL, TURNED, AGREED("3")}, true},
        {"given up and taken back",
         {RESOLD, AGREED("2"), SHARED, GIVEN_UP, TURNED, AGREED("3")},
         false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct test_journal journal;
        print_message("%s\n", CASES[i].name);
        test_journal_begin(&journal);
        for (int k = 0; k < TURNS; k++) {
            if (CASES[i].turns[k]) {
                test_journal_posts(&journal, k % 2 == 0 ? "wang" : "li", CASES[i].turns[k]);
            }
        }
        test_journal_end(&journal);
        struct th_check *check = test_audit_with(journal.out.data, journal.out.size, NULL);
        assert_int_equal(test_has(check, TH_FAULT_RUN_TAKEN_BACK, journal.seq), CASES[i].told);
        assert_int_equal(test_has(check, TH_FAULT_RUN_TAKEN_BACK, -1), CASES[i].told);
        test_let_go(check);
        test_journal_clear(&journal);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(audit__units_cost_what_was_paid_for_them_step_by_step),
        cmocka_unit_test(audit__another_cost_than_was_paid_is_told),
        cmocka_unit_test(audit__an_amount_is_what_price_and_rate_of_tax_make_it),
        cmocka_unit_test(audit__who_acts_upon_a_deal_keeps_its_days_and_price),
        cmocka_unit_test(audit__what_is_taken_back_is_not_shared),
        cmocka_unit_test(audit__the_parts_in_which_an_amount_is_due_come_to_it),
        cmocka_unit_test(audit__a_reversal_is_of_the_tonnes_that_were_lost),
        cmocka_unit_test(audit__the_account_that_is_kept_is_the_one_that_people_saw),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
