// What came to a village, sentence by sentence: what was sold, what arrived, what is taken off,
// what is shared, and what of that is the village's.
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "core/chinese_amount.h"
#include "core/ratio.h"
#include "papers/statement_internal.h"

struct telling {
    const struct th_statement_frame *frame;
    const struct th_village_statement *statements;
    size_t n;
    const struct th_messages *messages;
    enum th_lang lang;
};

static bool add(struct th_money *sum, struct th_money amount)
{
    return th_money_add(*sum, amount, sum, NULL) == TH_OK;
}

static bool sale_adds_up(const struct th_statement_sale *sale)
{
    struct th_money net = sale->net;
    return add(&net, sale->tax) && add(&net, sale->cost) && add(&net, sale->deductions) &&
           th_money_compare(net, sale->receipts) == 0 && th_money_fen(sale->amount) >= 0;
}

static bool purchase_adds_up(const struct th_statement_purchase *purchase)
{
    struct th_money arrived = th_money_from_fen(0);
    struct th_money whole = purchase->paid;
    bool good = true;
    for (size_t i = 0; good && i < purchase->n_arrivals; i++) {
        good = add(&arrived, purchase->arrivals[i].amount);
    }
    return good && th_money_compare(arrived, purchase->paid) == 0 && add(&whole, purchase->open) &&
           th_money_compare(whole, purchase->amount) == 0 && th_money_fen(purchase->amount) >= 0;
}

// What the rows sum to, beside what the statement says; false where a row does not add up.
static bool sum_rows(const struct th_village_statement *statement,
                     struct th_village_statement *ret_sums)
{
    struct th_village_statement sums = {.name = statement->name};
    bool good = true;
    for (size_t i = 0; good && i < statement->n_purchases; i++) {
        const struct th_statement_purchase *purchase = &statement->purchases[i];
        good = purchase_adds_up(purchase) && add(&sums.purchase, purchase->amount) &&
               add(&sums.paid, purchase->paid);
    }
    for (size_t i = 0; good && i < statement->n_sales; i++) {
        const struct th_statement_sale *sale = &statement->sales[i];
        good = sale_adds_up(sale) && add(&sums.revenue, sale->amount) &&
               (strcmp(sale->state, "paid") != 0 || add(&sums.paid, sale->amount));
    }
    for (size_t i = 0; good && i < statement->n_advances; i++) {
        good = add(&sums.advance, statement->advances[i].amount);
    }
    for (size_t i = 0; good && i < statement->n_debts; i++) {
        struct th_money whole = statement->debts[i].returned;
        good = add(&whole, statement->debts[i].open) && add(&sums.debt, statement->debts[i].open) &&
               th_money_compare(whole, statement->debts[i].amount) == 0;
    }
    *ret_sums = sums;
    return good && add(&ret_sums->total, sums.purchase) && add(&ret_sums->total, sums.revenue);
}

static enum th_status check_sums(const struct th_village_statement *statement, struct th_error *err)
{
    struct th_village_statement sums;
    struct th_money whole = statement->paid;
    bool good = sum_rows(statement, &sums) && add(&whole, statement->open) &&
                th_money_compare(sums.purchase, statement->purchase) == 0 &&
                th_money_compare(sums.revenue, statement->revenue) == 0 &&
                th_money_compare(sums.total, statement->total) == 0 &&
                th_money_compare(sums.paid, statement->paid) == 0 &&
                th_money_compare(sums.advance, statement->advance) == 0 &&
                th_money_compare(sums.debt, statement->debt) == 0 &&
                th_money_compare(whole, statement->total) == 0;
    return good ? TH_OK
                : th_error_set(err, TH_INVALID, "statement_sum", "name", statement->name, NULL);
}

static const char *capitals(struct th_money amount, char text[TH_CHINESE_AMOUNT_SIZE])
{
    text[0] = '\0';
    return th_chinese_amount(amount, text, NULL) == TH_OK ? text : "";
}

static const char *who(const struct telling *telling, const struct th_village_statement *statement)
{
    return th_messages_text(telling->messages, telling->lang,
                            statement->village ? "statement.your_village" : "statement.you");
}

// "每吨 58.83 元", or that it was a lump sum.
static struct th_buf price_words(const struct telling *telling, bool has_price,
                                 struct th_money price_per_t)
{
    char text[TH_QUANTITY_TEXT_SIZE];
    return th_pen_words(telling->messages, telling->lang,
                        has_price ? "statement.per_tonne" : "statement.lump_sum", "price",
                        th_money_format(price_per_t, text), NULL);
}

static void sentence(struct th_paper *paper, const char *text, bool bold)
{
    th_paper_text(paper, &(struct th_paper_text){.text = text,
                                                 .style = {.size_pt = 11, .bold = bold},
                                                 .colour = th_paper_ink,
                                                 .after_mm = 2.5});
}

// What of a sale has arrived, day by day, and what is open until when.
static struct th_buf arrivals_words(const struct telling *telling,
                                    const struct th_statement_purchase *purchase)
{
    char paid[TH_QUANTITY_TEXT_SIZE];
    char open[TH_QUANTITY_TEXT_SIZE];
    struct th_buf days;
    th_buf_init(&days, 65536);
    for (size_t i = 0; i < purchase->n_arrivals; i++) {
        char amount[TH_QUANTITY_TEXT_SIZE];
        struct th_buf day = th_pen_words(
            telling->messages, telling->lang, "statement.arrival", "on", purchase->arrivals[i].on,
            "amount", th_money_format(purchase->arrivals[i].amount, amount), NULL);
        const char *separator =
            i > 0 ? th_messages_text(telling->messages, telling->lang, "statement.list") : "";
        th_buf_printf(&days, "%s%s", separator, th_buf_text(&day));
        th_buf_clear(&day);
    }
    const char *key = th_money_fen(purchase->open) == 0 ? "statement.all_arrived"
                      : purchase->n_arrivals == 0       ? "statement.none_arrived"
                                                        : "statement.part_arrived";
    const char *next = purchase->next_on == NULL                           ? "@statement.no_day"
                       : strcmp(purchase->next_on, telling->frame->on) < 0 ? "@statement.overdue"
                                                                           : "@statement.due";
    struct th_buf words = th_pen_words(
        telling->messages, telling->lang, key, "paid", th_money_format(purchase->paid, paid),
        "days", th_buf_text(&days), "open", th_money_format(purchase->open, open), "next", next,
        "day", purchase->next_on, NULL);
    th_buf_clear(&days);
    return words;
}

static void purchase_draw(const struct telling *telling, struct th_paper *paper,
                          const struct th_village_statement *statement,
                          const struct th_statement_purchase *purchase)
{
    char units[TH_QUANTITY_TEXT_SIZE];
    char amount[TH_QUANTITY_TEXT_SIZE];
    char words[TH_CHINESE_AMOUNT_SIZE];
    const char *key = strcmp(purchase->kind, "option") == 0        ? "statement.option_line"
                      : strcmp(purchase->kind, "enforcement") == 0 ? "statement.enforcement_line"
                                                                   : "statement.purchase_line";
    struct th_buf price = price_words(telling, purchase->has_price, purchase->price_per_t);
    struct th_buf arrivals = arrivals_words(telling, purchase);
    struct th_buf text = th_pen_words(
        telling->messages, telling->lang, key, "on", purchase->on, "who", who(telling, statement),
        "units", th_int_format(th_units_t(purchase->units), units), "package", purchase->packages,
        "buyer", purchase->buyer, "price", th_buf_text(&price), "amount",
        th_money_format(purchase->amount, amount), "capitals", capitals(purchase->amount, words),
        NULL);
    th_paper_keep(paper, 20);
    sentence(paper, th_buf_text(&text), false);
    sentence(paper, th_buf_text(&arrivals), false);
    th_paper_space(paper, 1.5);
    th_buf_clear(&arrivals);
    th_buf_clear(&text);
    th_buf_clear(&price);
}

static void advance_draw(const struct telling *telling, struct th_paper *paper,
                         const struct th_statement_advance *advance)
{
    char units[TH_QUANTITY_TEXT_SIZE];
    char amount[TH_QUANTITY_TEXT_SIZE];
    char words[TH_CHINESE_AMOUNT_SIZE];
    struct th_buf text = th_pen_words(telling->messages, telling->lang, "statement.advance_line",
                                      "on", advance->on, "buyer", advance->buyer, "units",
                                      th_int_format(th_units_t(advance->units), units), "amount",
                                      th_money_format(advance->amount, amount), "capitals",
                                      capitals(advance->amount, words), NULL);
    sentence(paper, th_buf_text(&text), false);
    th_buf_clear(&text);
}

static void debt_draw(const struct telling *telling, struct th_paper *paper,
                      const struct th_village_statement *statement,
                      const struct th_statement_debt *debt)
{
    char of[TH_QUANTITY_TEXT_SIZE];
    char amount[TH_QUANTITY_TEXT_SIZE];
    char returned[TH_QUANTITY_TEXT_SIZE];
    char open[TH_QUANTITY_TEXT_SIZE];
    char words[TH_CHINESE_AMOUNT_SIZE];
    const char *key = strcmp(debt->kind, "correction") == 0 ? "statement.correction_line"
                                                            : "statement.refund_line";
    struct th_buf text = th_pen_words(
        telling->messages, telling->lang, key, "on", debt->on, "who", who(telling, statement),
        "creditor", debt->creditor, "trade", th_int_format(debt->of_trade_id, of), "amount",
        th_money_format(debt->amount, amount), "returned",
        th_money_format(debt->returned, returned), "open", th_money_format(debt->open, open),
        "capitals", capitals(debt->open, words), NULL);
    sentence(paper, th_buf_text(&text), false);
    th_buf_clear(&text);
}

// "税 66.00 元、当初收储的成本 86,880.00 元": only what there is.
static struct th_buf costs_words(const struct telling *telling,
                                 const struct th_statement_sale *sale)
{
    const struct {
        const char *key;
        const char *back_key;
        struct th_money amount;
    } costs[] = {{"statement.tax", NULL, sale->tax},
                 {"statement.cost", NULL, sale->cost},
                 {"statement.deductions", "statement.reserve_back", sale->deductions}};
    struct th_buf out;
    th_buf_init(&out, 4096);
    for (size_t i = 0; i < sizeof(costs) / sizeof(costs[0]); i++) {
        char text[TH_QUANTITY_TEXT_SIZE];
        if (th_money_fen(costs[i].amount) == 0) {
            continue;
        }
        // What is left of a reserve comes back with a later part of the sale.
        bool back = costs[i].back_key != NULL && th_money_fen(costs[i].amount) < 0;
        struct th_money amount = back ? th_money_negate(costs[i].amount) : costs[i].amount;
        struct th_buf cost =
            th_pen_words(telling->messages, telling->lang, back ? costs[i].back_key : costs[i].key,
                         "amount", th_money_format(amount, text), NULL);
        th_buf_printf(
            &out, "%s%s",
            out.size > 0 ? th_messages_text(telling->messages, telling->lang, "statement.and") : "",
            th_buf_text(&cost));
        th_buf_clear(&cost);
    }
    if (out.size == 0) {
        th_buf_append_str(
            &out, th_messages_text(telling->messages, telling->lang, "statement.nothing_off"));
    }
    return out;
}

// "全部归村集体", "其中 70% 归村集体"; "" where the term does not say.
static struct th_buf part_words(const struct telling *telling, const struct th_statement_sale *sale)
{
    const struct th_ratio whole = {1, 1};
    struct th_ratio part;
    struct th_buf none;
    char percent[TH_RATIO_TEXT_SIZE];
    char kind[64];
    if (!sale->recipient || !sale->part || th_ratio_parse(sale->part, &part, NULL) != TH_OK) {
        th_buf_init(&none, 16);
        return none;
    }
    (void)snprintf(kind, sizeof(kind), "@value.party_kind.%s", sale->recipient);
    return th_pen_words(telling->messages, telling->lang,
                        th_ratio_compare(part, whole) == 0 ? "statement.part_all"
                                                           : "statement.part_some",
                        "percent", th_ratio_format_percent(part, percent), "kind", kind, NULL);
}

// Who contributed tonnes got his share by them; a fund or a township did not.
static const char *share_key(const struct th_statement_sale *sale)
{
    static const char *const CONTRIBUTE[] = {"village", "subdistrict", "cooperative"};
    bool contributes = sale->recipient == NULL;
    for (size_t i = 0; i < sizeof(CONTRIBUTE) / sizeof(CONTRIBUTE[0]) && !contributes; i++) {
        contributes = strcmp(sale->recipient, CONTRIBUTE[i]) == 0;
    }
    return sale->share != NULL                ? "statement.member_line"
           : contributes && sale->n_pools > 1 ? "statement.share_pools_line"
           : contributes                      ? "statement.share_line"
                                              : "statement.other_line";
}

static struct th_buf paid_words(const struct telling *telling, const struct th_statement_sale *sale)
{
    const char *key = strcmp(sale->state, "paid") == 0       ? "statement.paid"
                      : strcmp(sale->state, "returned") == 0 ? "statement.returned"
                      : sale->resent_on                      ? "statement.resent"
                                                             : "statement.owed";
    return th_pen_words(telling->messages, telling->lang, key, "on", sale->state_on, "returned",
                        sale->resent_on ? sale->returned_on : "", "resent",
                        sale->resent_on ? sale->resent_on : "", NULL);
}

static void sale_draw(const struct telling *telling, struct th_paper *paper,
                      const struct th_village_statement *statement,
                      const struct th_statement_sale *sale)
{
    char units[TH_QUANTITY_TEXT_SIZE];
    char weight[TH_QUANTITY_TEXT_SIZE];
    char pool[TH_QUANTITY_TEXT_SIZE];
    char receipts[TH_QUANTITY_TEXT_SIZE];
    char net[TH_QUANTITY_TEXT_SIZE];
    char amount[TH_QUANTITY_TEXT_SIZE];
    char words[TH_CHINESE_AMOUNT_SIZE];
    struct th_buf price = price_words(telling, sale->has_price, sale->price_per_t);
    struct th_buf costs = costs_words(telling, sale);
    struct th_buf sold = th_pen_words(
        telling->messages, telling->lang,
        strcmp(sale->kind, "option") == 0 ? "statement.premium_line" : "statement.sale_line", "on",
        sale->on, "units", th_int_format(th_units_t(sale->units), units), "buyer", sale->buyer,
        "price", th_buf_text(&price), "receipts", th_money_format(sale->receipts, receipts),
        "costs", th_buf_text(&costs), "net", th_money_format(sale->net, net), NULL);
    struct th_buf part = part_words(telling, sale);
    struct th_buf shared = th_pen_words(
        telling->messages, telling->lang, share_key(sale), "ratio", sale->ratio, "part",
        th_buf_text(&part), "group", sale->group, "share", sale->share, "who",
        who(telling, statement), "weight", th_int_format(th_units_t(sale->weight), weight), "pool",
        th_int_format(th_units_t(sale->pool), pool), "amount",
        th_money_format(sale->amount, amount), "capitals", capitals(sale->amount, words), NULL);
    struct th_buf paid = paid_words(telling, sale);
    th_paper_keep(paper, 25);
    sentence(paper, th_buf_text(&sold), false);
    sentence(paper, th_buf_text(&shared), false);
    sentence(paper, th_buf_text(&paid), false);
    th_paper_space(paper, 1.5);
    th_buf_clear(&paid);
    th_buf_clear(&part);
    th_buf_clear(&sold);
    th_buf_clear(&shared);
    th_buf_clear(&costs);
    th_buf_clear(&price);
}

// The sums: what there is to get, what of it is there, what is not.
static void summary_draw(const struct telling *telling, struct th_paper *paper,
                         const struct th_village_statement *statement)
{
    char total[TH_QUANTITY_TEXT_SIZE];
    char purchase[TH_QUANTITY_TEXT_SIZE];
    char revenue[TH_QUANTITY_TEXT_SIZE];
    char paid[TH_QUANTITY_TEXT_SIZE];
    char open[TH_QUANTITY_TEXT_SIZE];
    char advance[TH_QUANTITY_TEXT_SIZE];
    char debt[TH_QUANTITY_TEXT_SIZE];
    char words[TH_CHINESE_AMOUNT_SIZE];
    struct th_buf text = th_pen_words(telling->messages, telling->lang, "statement.summary", "who",
                                      who(telling, statement), "on", telling->frame->on, "total",
                                      th_money_format(statement->total, total), "purchase",
                                      th_money_format(statement->purchase, purchase), "revenue",
                                      th_money_format(statement->revenue, revenue), NULL);
    sentence(paper, th_buf_text(&text), true);
    th_buf_clear(&text);
    text = th_pen_words(telling->messages, telling->lang, "statement.summary_paid", "paid",
                        th_money_format(statement->paid, paid), "capitals",
                        capitals(statement->paid, words), "open",
                        th_money_format(statement->open, open), NULL);
    sentence(paper, th_buf_text(&text), true);
    th_buf_clear(&text);
    if (statement->n_advances > 0) {
        text = th_pen_words(telling->messages, telling->lang, "statement.summary_advance", "amount",
                            th_money_format(statement->advance, advance), NULL);
        sentence(paper, th_buf_text(&text), true);
        th_buf_clear(&text);
    }
    if (statement->n_debts > 0) {
        text = th_pen_words(telling->messages, telling->lang, "statement.summary_debt", "who",
                            who(telling, statement), "amount",
                            th_money_format(statement->debt, debt), NULL);
        sentence(paper, th_buf_text(&text), true);
        th_buf_clear(&text);
    }
}

static void statement_draw(const struct telling *telling, struct th_paper *paper,
                           const struct th_village_statement *statement)
{
    struct th_buf text = th_pen_words(telling->messages, telling->lang, "statement.subtitle",
                                      "name", statement->name, "on", telling->frame->on, NULL);
    th_paper_title(paper, th_paper_word(paper, "statement.title"), th_buf_text(&text));
    th_buf_clear(&text);
    summary_draw(telling, paper, statement);
    if (statement->n_purchases + statement->n_advances > 0) {
        th_paper_heading(paper, th_paper_word(paper, "statement.purchases"));
    }
    for (size_t i = 0; i < statement->n_purchases; i++) {
        purchase_draw(telling, paper, statement, &statement->purchases[i]);
    }
    for (size_t i = 0; i < statement->n_advances; i++) {
        advance_draw(telling, paper, &statement->advances[i]);
    }
    if (statement->n_debts > 0) {
        th_paper_heading(paper, th_paper_word(paper, "statement.debts"));
    }
    for (size_t i = 0; i < statement->n_debts; i++) {
        debt_draw(telling, paper, statement, &statement->debts[i]);
    }
    if (statement->n_sales > 0) {
        th_paper_heading(paper, th_paper_word(paper, "statement.sales"));
    }
    for (size_t i = 0; i < statement->n_sales; i++) {
        sale_draw(telling, paper, statement, &statement->sales[i]);
    }
    th_paper_notice(paper, th_paper_word(paper, "statement.questions"));
}

static void compose(void *context, struct th_paper *paper)
{
    const struct telling *telling = context;
    for (size_t i = 0; i < telling->n; i++) {
        th_paper_break(paper);
        statement_draw(telling, paper, &telling->statements[i]);
    }
    if (telling->n == 0) {
        th_paper_title(paper, th_paper_word(paper, "statement.title"), telling->frame->on);
        sentence(paper, th_paper_word(paper, "statement.none"), false);
    }
}

static void sheet_begin(const struct telling *telling, struct th_workbook *workbook,
                        const char *name, const char *const *keys, size_t n)
{
    struct th_workbook_column columns[20] = {{0}};
    assert(n <= sizeof(columns) / sizeof(columns[0]));
    for (size_t i = 0; i < n; i++) {
        columns[i].title = th_messages_text(telling->messages, telling->lang, keys[i]);
        columns[i].width = i == 0 ? 24 : i + 1 == n ? 44 : 14;
    }
    th_workbook_sheet(workbook, th_messages_text(telling->messages, telling->lang, name), columns,
                      n);
}

static void price_cell(struct th_workbook *workbook, bool has_price, struct th_money price_per_t)
{
    if (has_price) {
        th_workbook_cent(workbook, th_money_fen(price_per_t));
    } else {
        th_workbook_empty(workbook);
    }
}

static void purchases_sheet(const struct telling *telling, struct th_workbook *workbook)
{
    static const char *const keys[] = {
        "statement.name",           "statement.on",          "contract.role.buyer",
        "certificate.package",      "contract.units",        "contract.price",
        "statement.agreed_column",  "statement.paid_column", "statement.open_column",
        "statement.next_on_column", "statement.capitals"};
    sheet_begin(telling, workbook, "statement.purchases", keys, sizeof(keys) / sizeof(keys[0]));
    for (size_t i = 0; i < telling->n; i++) {
        for (size_t p = 0; p < telling->statements[i].n_purchases; p++) {
            const struct th_statement_purchase *row = &telling->statements[i].purchases[p];
            char words[TH_CHINESE_AMOUNT_SIZE];
            th_workbook_row(workbook, TH_WORKBOOK_PLAIN);
            th_workbook_text(workbook, telling->statements[i].name);
            th_statement_date_cell(workbook, row->on);
            th_workbook_text(workbook, row->buyer);
            th_workbook_text(workbook, row->packages);
            th_workbook_int(workbook, th_units_t(row->units));
            price_cell(workbook, row->has_price, row->price_per_t);
            th_workbook_cent(workbook, th_money_fen(row->amount));
            th_workbook_cent(workbook, th_money_fen(row->paid));
            th_workbook_cent(workbook, th_money_fen(row->open));
            if (row->next_on != NULL) {
                th_statement_date_cell(workbook, row->next_on);
            } else {
                th_workbook_empty(workbook);
            }
            th_workbook_text(workbook, capitals(row->amount, words));
        }
    }
}

static void advances_sheet(const struct telling *telling, struct th_workbook *workbook)
{
    static const char *const keys[] = {"statement.name",        "statement.on",
                                       "contract.role.buyer",   "contract.units",
                                       "statement.paid_column", "statement.capitals"};
    sheet_begin(telling, workbook, "statement.advances", keys, sizeof(keys) / sizeof(keys[0]));
    for (size_t i = 0; i < telling->n; i++) {
        for (size_t a = 0; a < telling->statements[i].n_advances; a++) {
            const struct th_statement_advance *row = &telling->statements[i].advances[a];
            char words[TH_CHINESE_AMOUNT_SIZE];
            th_workbook_row(workbook, TH_WORKBOOK_PLAIN);
            th_workbook_text(workbook, telling->statements[i].name);
            th_statement_date_cell(workbook, row->on);
            th_workbook_text(workbook, row->buyer);
            th_workbook_int(workbook, th_units_t(row->units));
            th_workbook_cent(workbook, th_money_fen(row->amount));
            th_workbook_text(workbook, capitals(row->amount, words));
        }
    }
}

static void debts_sheet(const struct telling *telling, struct th_workbook *workbook)
{
    static const char *const keys[] = {"statement.name",        "statement.on",
                                       "statement.of_column",   "statement.creditor_column",
                                       "statement.back_column", "statement.returned_column",
                                       "statement.debt_column", "statement.capitals"};
    sheet_begin(telling, workbook, "statement.debts", keys, sizeof(keys) / sizeof(keys[0]));
    for (size_t i = 0; i < telling->n; i++) {
        for (size_t d = 0; d < telling->statements[i].n_debts; d++) {
            const struct th_statement_debt *row = &telling->statements[i].debts[d];
            char words[TH_CHINESE_AMOUNT_SIZE];
            th_workbook_row(workbook, TH_WORKBOOK_PLAIN);
            th_workbook_text(workbook, telling->statements[i].name);
            th_statement_date_cell(workbook, row->on);
            th_workbook_int(workbook, row->of_trade_id);
            th_workbook_text(workbook, row->creditor);
            th_workbook_cent(workbook, th_money_fen(row->amount));
            th_workbook_cent(workbook, th_money_fen(row->returned));
            th_workbook_cent(workbook, th_money_fen(row->open));
            th_workbook_text(workbook, capitals(row->open, words));
        }
    }
}

static void sales_sheet(const struct telling *telling, struct th_workbook *workbook)
{
    static const char *const keys[] = {"statement.name",
                                       "statement.on",
                                       "contract.role.buyer",
                                       "contract.units",
                                       "contract.price",
                                       "statement.receipts_column",
                                       "contract.tax",
                                       "statement.cost_column",
                                       "statement.deductions_column",
                                       "statement.net_column",
                                       "statement.ratio_column",
                                       "statement.weight_column",
                                       "statement.pool_column",
                                       "contract.amount_cny",
                                       "statement.state_column",
                                       "statement.state_on_column",
                                       "statement.capitals"};
    sheet_begin(telling, workbook, "statement.sales", keys, sizeof(keys) / sizeof(keys[0]));
    for (size_t i = 0; i < telling->n; i++) {
        for (size_t s = 0; s < telling->statements[i].n_sales; s++) {
            const struct th_statement_sale *row = &telling->statements[i].sales[s];
            char state[64];
            const struct th_money amounts[] = {row->receipts, row->tax, row->cost, row->deductions,
                                               row->net};
            char words[TH_CHINESE_AMOUNT_SIZE];
            th_workbook_row(workbook, TH_WORKBOOK_PLAIN);
            th_workbook_text(workbook, telling->statements[i].name);
            th_statement_date_cell(workbook, row->on);
            th_workbook_text(workbook, row->buyer);
            th_workbook_int(workbook, th_units_t(row->units));
            price_cell(workbook, row->has_price, row->price_per_t);
            for (size_t a = 0; a < sizeof(amounts) / sizeof(amounts[0]); a++) {
                th_workbook_cent(workbook, th_money_fen(amounts[a]));
            }
            th_workbook_text(workbook, row->ratio);
            th_workbook_int(workbook, th_units_t(row->weight));
            th_workbook_int(workbook, th_units_t(row->pool));
            th_workbook_cent(workbook, th_money_fen(row->amount));
            (void)snprintf(state, sizeof(state), "value.state.%s", row->state);
            th_workbook_text(workbook, th_messages_text(telling->messages, telling->lang, state));
            th_statement_date_cell(workbook, row->state_on);
            th_workbook_text(workbook, capitals(row->amount, words));
        }
    }
}

static void totals_sheet(const struct telling *telling, struct th_workbook *workbook)
{
    static const char *const keys[] = {"statement.name",        "statement.purchases",
                                       "statement.sales",       "contract.total",
                                       "statement.paid_column", "statement.open_column",
                                       "statement.advances",    "statement.capitals"};
    sheet_begin(telling, workbook, "contract.total", keys, sizeof(keys) / sizeof(keys[0]));
    for (size_t i = 0; i < telling->n; i++) {
        const struct th_village_statement *statement = &telling->statements[i];
        char words[TH_CHINESE_AMOUNT_SIZE];
        th_workbook_row(workbook, TH_WORKBOOK_PLAIN);
        th_workbook_text(workbook, statement->name);
        th_workbook_cent(workbook, th_money_fen(statement->purchase));
        th_workbook_cent(workbook, th_money_fen(statement->revenue));
        th_workbook_cent(workbook, th_money_fen(statement->total));
        th_workbook_cent(workbook, th_money_fen(statement->paid));
        th_workbook_cent(workbook, th_money_fen(statement->open));
        th_workbook_cent(workbook, th_money_fen(statement->advance));
        th_workbook_text(workbook, capitals(statement->paid, words));
    }
}

static void write_sheets(const void *context, struct th_workbook *workbook)
{
    const struct telling *telling = context;
    totals_sheet(telling, workbook);
    purchases_sheet(telling, workbook);
    sales_sheet(telling, workbook);
    advances_sheet(telling, workbook);
    debts_sheet(telling, workbook);
}

enum th_status th_village_statement_print(const struct th_statement_frame *frame,
                                          const struct th_village_statement *statements, size_t n,
                                          const struct th_messages *messages, enum th_lang lang,
                                          const char *path, struct th_hash *ret_sha256,
                                          struct th_error *err)
{
    struct telling telling = {
        .frame = frame, .statements = statements, .n = n, .messages = messages, .lang = lang};
    const struct th_statement_form form = {.title = "statement.title",
                                           .compose = compose,
                                           .write_sheets = write_sheets,
                                           .telling = &telling,
                                           .messages = messages,
                                           .lang = lang};
    enum th_status status = TH_OK;
    for (size_t i = 0; status == TH_OK && i < n; i++) {
        status = check_sums(&statements[i], err);
    }
    return status == TH_OK ? th_statement_print(frame, &form, path, ret_sha256, err) : status;
}
