// What the receipts of one sale bring by its term.
#include <string.h>

#include "core/text.h"
#include "store/deal/sale_store.h"
#include "trading/revenue/revenue_internal.h"

enum th_status th_percent_parse(const char *text, struct th_ratio *ret_ratio, struct th_error *err)
{
    const struct th_ratio none = {0, 1};
    const struct th_ratio all = {100, 1};
    struct th_ratio ratio;
    enum th_status status = th_ratio_parse(text, &ratio, err);
    if (status == TH_OK &&
        (th_ratio_compare(ratio, none) < 0 || th_ratio_compare(ratio, all) > 0)) {
        status = th_error_set(err, TH_INVALID, "ratio_range", "ratio", text, NULL);
    }
    if (status == TH_OK) {
        *ret_ratio = ratio;
    }
    return status;
}

static enum th_status no_term(const char *key, const struct th_trade *trade, struct th_error *err)
{
    (void)th_error_set(err, TH_CONFLICT, key, "on", trade->on_date, NULL);
    th_error_add_int(err, "trade", trade->trade_id);
    return TH_CONFLICT;
}

// The one term by which every part of the sale is shared.
static enum th_status find_term(struct th_store *store, const struct th_trade *trade,
                                int64_t *ret_term_id, struct th_error *err)
{
    struct th_trade_line_list lines = {0};
    int64_t term_id = 0;
    enum th_status status = th_trade_lines(store, trade->trade_id, &lines, err);
    for (size_t i = 0; i < lines.n && status == TH_OK; i++) {
        const struct th_term_question question = {.on_date = trade->on_date,
                                                  .pool_id = lines.items[i].pool_id,
                                                  .package_id = lines.items[i].package_id};
        int64_t n = 0;
        int64_t found = 0;
        if (lines.items[i].pool_id == 0) {
            continue; // no village is behind it
        }
        status = th_term_on(store, &question, &n, &found, err);
        if (status == TH_OK && n != 1) {
            status = no_term(n == 0 ? "term_missing" : "term_ambiguous", trade, err);
        } else if (status == TH_OK && term_id != 0 && found != term_id) {
            status = no_term("term_mixed", trade, err);
        }
        term_id = found;
    }
    th_trade_line_list_clear(&lines);
    if (status == TH_OK && term_id == 0) {
        status = no_term("term_missing", trade, err);
    }
    if (status == TH_OK) {
        *ret_term_id = term_id;
    }
    return status;
}

// A term that somebody names settles which of several holds that are equally special for the whole
// sale; it replaces no term that holds alone, and none of a part.
static enum th_status check_chosen(struct th_store *store, const struct th_trade *trade,
                                   int64_t chosen_id, struct th_error *err)
{
    int64_t term_id = 0;
    bool holds = false;
    enum th_status status = find_term(store, trade, &term_id, NULL);
    if (status == TH_OK) {
        holds = term_id == chosen_id;
    } else if (status == TH_CONFLICT) {
        status = th_sale_term_holds(store, trade, chosen_id, &holds, err);
    }
    if (status == TH_OK && !holds) {
        status = no_term("term_not_in_force", trade, err);
        th_error_add_int(err, "term", chosen_id);
    }
    return status;
}

static enum th_status find_lacking(struct th_store *store, const struct th_trade *trade,
                                   int64_t term_id, struct th_shared_last *last,
                                   char code[TH_ERROR_KEY_SIZE], struct th_error *err)
{
    struct th_trade_line_list lines = {0};
    struct th_term term;
    enum th_status status = th_term_load(store, term_id, &term, err);
    if (status == TH_OK) {
        status = th_trade_lines(store, trade->trade_id, &lines, err);
    }
    for (size_t i = 0; i < lines.n && code[0] == '\0' && status == TH_OK; i++) {
        int64_t pool_id = lines.items[i].pool_id;
        if (pool_id == 0 || (last->pool_id == pool_id && last->term_id == term_id)) {
            continue;
        }
        status = th_recipients_lack(store, &term, pool_id, trade->on_date, code, err);
        if (status == TH_OK && code[0] == '\0') {
            *last = (struct th_shared_last){.pool_id = pool_id, .term_id = term_id};
        }
    }
    th_trade_line_list_clear(&lines);
    return status;
}

enum th_status th_sale_waits(struct th_store *store, const struct th_trade *trade,
                             struct th_shared_last *last, char ret_code[TH_ERROR_KEY_SIZE],
                             struct th_error *err)
{
    int64_t term_id = 0;
    struct th_error why = {0};
    enum th_status status = find_term(store, trade, &term_id, &why);
    if (status != TH_OK && status != TH_CONFLICT) {
        if (err) {
            *err = why;
        }
        return status;
    }
    th_text_copy(ret_code, TH_ERROR_KEY_SIZE, why.key);
    return status == TH_OK ? find_lacking(store, trade, term_id, last, ret_code, err) : TH_OK;
}

enum th_status th_sale_choose_term(struct th_store *store, const struct th_reckoning *reckoning,
                                   struct th_sale *sale, struct th_error *err)
{
    int64_t term_id = reckoning->term_id;
    enum th_status status = term_id == 0 ? find_term(store, &sale->trade, &term_id, err)
                                         : check_chosen(store, &sale->trade, term_id, err);
    if (status == TH_OK) {
        status = th_term_load(store, term_id, &sale->term, err);
    }
    if (status == TH_OK && reckoning->has_ratio) {
        sale->term.ratio = reckoning->ratio;
    }
    return status;
}

enum th_status th_sale_term_holds(struct th_store *store, const struct th_trade *trade,
                                  int64_t term_id, bool *ret_holds, struct th_error *err)
{
    struct th_trade_line_list lines = {0};
    bool shared = false;
    bool holds = true;
    enum th_status status = th_trade_lines(store, trade->trade_id, &lines, err);
    for (size_t i = 0; i < lines.n && status == TH_OK && holds; i++) {
        const struct th_term_question question = {.on_date = trade->on_date,
                                                  .pool_id = lines.items[i].pool_id,
                                                  .package_id = lines.items[i].package_id,
                                                  .term_id = term_id};
        int64_t n = 0;
        int64_t found = 0;
        if (lines.items[i].pool_id == 0) {
            continue; // no village is behind it
        }
        status = th_term_on(store, &question, &n, &found, err);
        shared = true;
        holds = n > 0;
    }
    th_trade_line_list_clear(&lines);
    if (status == TH_OK) {
        *ret_holds = shared && holds;
    }
    return status;
}

// whole × receipts so far / amount, less what was recognised before.
static enum th_status recognise(struct th_ratio part, struct th_money whole, struct th_money before,
                                struct th_money *ret_now, struct th_error *err)
{
    int64_t cumulative_fen = 0;
    enum th_status status = th_ratio_apply_nearest(part, th_money_fen(whole), &cumulative_fen, err);
    if (status == TH_OK) {
        status = th_money_sub(th_money_from_fen(cumulative_fen), before, ret_now, err);
    }
    return status;
}

// What the units cost that a sale handed over. An option hands none over: their cost is that of its
// exercises, or of whatever sells them later.
static enum th_status line_costs(struct th_store *store, const struct th_trade *trade,
                                 struct th_money *ret_cost, struct th_error *err)
{
    struct th_trade_line_list lines = {0};
    struct th_money cost = {0};
    bool hands_over = th_trade_is_sale(trade);
    enum th_status status = th_trade_lines(store, trade->trade_id, &lines, err);
    for (size_t i = 0; hands_over && i < lines.n && status == TH_OK; i++) {
        status = th_money_add(cost, lines.items[i].cost, &cost, err);
    }
    th_trade_line_list_clear(&lines);
    if (status == TH_OK) {
        *ret_cost = cost;
    }
    return status;
}

// What a sale has brought and cost so far.
struct standing {
    struct th_sale_share before; // of earlier runs
    struct th_money received;
    struct th_money cost;
    struct th_money deductions;
    struct th_ratio part; // received of the whole
};

static enum th_status load_standing(struct th_store *store, const struct th_reckoning *reckoning,
                                    const struct th_trade *trade, struct standing *standing,
                                    struct th_error *err)
{
    int64_t trade_id = trade->trade_id;
    enum th_status status = th_distribution_sum(store, trade_id, &standing->before, err);
    if (status == TH_OK) {
        status = th_receipt_total(store, trade_id, reckoning->through_on, &standing->received, err);
    }
    // An earlier run may have gone further than this one asks: nothing of it is taken back.
    if (status == TH_OK && th_money_compare(standing->received, standing->before.receipts) < 0) {
        standing->received = standing->before.receipts;
    }
    if (status == TH_OK) {
        status = line_costs(store, trade, &standing->cost, err);
    }
    if (status == TH_OK) {
        status = th_deduction_total(store, trade_id, &standing->deductions, err);
    }
    return status == TH_OK ? th_ratio_make(th_money_fen(standing->received),
                                           th_money_fen(trade->amount), &standing->part, err)
                           : status;
}

// net = receipts - tax - cost - deductions, as far as the basis takes them off.
static enum th_status reckon_net(const struct standing *standing, struct th_sale *sale,
                                 struct th_error *err)
{
    struct th_sale_share *now = &sale->now;
    bool with_cost = strcmp(sale->term.basis, "gross") != 0;
    bool with_deductions = strcmp(sale->term.basis, "net_of_costs") == 0;
    enum th_status status =
        th_money_sub(standing->received, standing->before.receipts, &now->receipts, err);
    if (status == TH_OK) {
        status = recognise(standing->part, sale->trade.tax, standing->before.tax, &now->tax, err);
    }
    if (status == TH_OK && with_cost) {
        status = recognise(standing->part, standing->cost, standing->before.cost, &now->cost, err);
    }
    if (status == TH_OK && with_deductions) {
        status = recognise(standing->part, standing->deductions, standing->before.deductions,
                           &now->deductions, err);
    }
    if (status == TH_OK) {
        status = th_money_sub(now->receipts, now->tax, &now->net, err);
    }
    if (status == TH_OK) {
        status = th_money_sub(now->net, now->cost, &now->net, err);
    }
    return status == TH_OK ? th_money_sub(now->net, now->deductions, &now->net, err) : status;
}

// Recognition is cumulative, so that the last receipt brings every sum to the fen.
enum th_status th_sale_reckon(struct th_store *store, const struct th_reckoning *reckoning,
                              struct th_sale *sale, struct th_error *err)
{
    const struct th_ratio hundredth = {1, 100};
    struct standing standing = {0};
    struct th_money net_so_far = {0};
    struct th_ratio ratio;
    int64_t due_fen = 0;
    sale->now = (struct th_sale_share){0};
    enum th_status status = load_standing(store, reckoning, &sale->trade, &standing, err);
    if (status == TH_OK) {
        status = reckon_net(&standing, sale, err);
    }
    if (status == TH_OK) {
        status = th_money_add(standing.before.net, sale->now.net, &net_so_far, err);
    }
    if (status == TH_OK) {
        status = th_ratio_mul(sale->term.ratio, hundredth, &ratio, err);
    }
    if (status == TH_OK && th_money_fen(net_so_far) > 0) {
        status = th_ratio_apply_floor(ratio, th_money_fen(net_so_far), &due_fen, err);
    }
    if (status != TH_OK) {
        return status;
    }
    // What was paid is never taken back: a later cost only lowers what is still to come.
    due_fen -= th_money_fen(standing.before.distributed);
    sale->now.distributed = th_money_from_fen(due_fen > 0 ? due_fen : 0);
    return th_money_sub(sale->now.net, sale->now.distributed, &sale->now.kept, err);
}

struct comparison {
    struct th_store *store;
    const struct th_reckoning *reckoning;
    const int64_t *trade_ids;
    size_t n_trades;
    const struct th_ratio *ratios;
    size_t n_ratios;
    struct th_json *rows;
    enum th_status status;
    struct th_error *err;
};

static enum th_status compare_row(struct comparison *comparison, const struct th_term *term)
{
    struct th_sale_share sum = {0};
    int64_t n_sales = 0;
    enum th_status status = TH_OK;
    for (size_t i = 0; i < comparison->n_trades && status == TH_OK; i++) {
        struct th_sale sale = {.term = *term};
        bool holds = false;
        status = th_trade_load(comparison->store, comparison->trade_ids[i], &sale.trade,
                               comparison->err);
        if (status == TH_OK) {
            status = th_sale_term_holds(comparison->store, &sale.trade, term->term_id, &holds,
                                        comparison->err);
        }
        if (status != TH_OK || !holds) {
            continue;
        }
        n_sales++;
        status = th_sale_reckon(comparison->store, comparison->reckoning, &sale, comparison->err);
        if (status == TH_OK) {
            status = th_money_add(sum.net, sale.now.net, &sum.net, comparison->err);
        }
        if (status == TH_OK) {
            status = th_money_add(sum.distributed, sale.now.distributed, &sum.distributed,
                                  comparison->err);
        }
        if (status == TH_OK) {
            status = th_money_add(sum.kept, sale.now.kept, &sum.kept, comparison->err);
        }
    }
    if (status == TH_OK && n_sales > 0) {
        char buf[TH_RATIO_TEXT_SIZE];
        struct th_json *row = th_json_object();
        th_json_set_int(row, "term_id", term->term_id);
        th_json_set_text(row, "basis", term->basis);
        th_json_set_text(row, "ratio", th_ratio_format(term->ratio, buf));
        th_json_set_int(row, "n_sales", n_sales);
        th_json_set_money(row, "net_fen", sum.net);
        th_json_set_money(row, "distributed_fen", sum.distributed);
        th_json_set_money(row, "kept_fen", sum.kept);
        th_json_append(comparison->rows, row);
    }
    return status;
}

static bool compare_term(void *context, const struct th_term *term)
{
    struct comparison *comparison = context;
    struct th_term variant = *term;
    comparison->status = compare_row(comparison, &variant);
    for (size_t i = 0; i < comparison->n_ratios && comparison->status == TH_OK; i++) {
        if (th_ratio_compare(comparison->ratios[i], term->ratio) != 0) {
            variant.ratio = comparison->ratios[i];
            comparison->status = compare_row(comparison, &variant);
        }
    }
    return comparison->status == TH_OK;
}

enum th_status th_revenue_compare(struct th_store *store, const struct th_reckoning *reckoning,
                                  const int64_t *trade_ids, size_t n_trades,
                                  const struct th_ratio *ratios, size_t n_ratios,
                                  struct th_json **ret_comparison, struct th_error *err)
{
    struct comparison comparison = {.store = store,
                                    .reckoning = reckoning,
                                    .trade_ids = trade_ids,
                                    .n_trades = n_trades,
                                    .ratios = ratios,
                                    .n_ratios = n_ratios,
                                    .rows = th_json_array(),
                                    .err = err};
    enum th_status status = th_term_each(store, compare_term, &comparison, err);
    if (status == TH_OK) {
        status = comparison.status;
    }
    if (status == TH_OK) {
        *ret_comparison = comparison.rows;
    } else {
        th_json_free(comparison.rows);
    }
    return status;
}
