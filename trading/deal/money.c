// The money of a deal: a price per tonne or a lump sum, and what of it belongs to each line.
#include <stdlib.h>

#include "core/ratio.h"
#include "trading/deal/deal.h"

// Parts of a sum by the tonnes of the lines, which add up to it.
static enum th_status share(const struct th_deal *deal, struct th_money total, int64_t *weight,
                            int64_t *part, struct th_error *err)
{
    for (size_t i = 0; i < deal->n_lines; i++) {
        weight[i] = th_units_t(deal->lines[i].tonnes);
    }
    return th_allocate(th_money_fen(total), weight, deal->n_lines, part, err);
}

enum th_status th_deal_share_money(const struct th_deal *deal, struct th_money total,
                                   void (*give)(struct th_trade_line *line, struct th_money part),
                                   struct th_error *err)
{
    int64_t *weight = calloc(2 * deal->n_lines + 1, sizeof(*weight));
    if (!weight) {
        return th_error_no_memory(err);
    }
    int64_t *part = weight + deal->n_lines;
    enum th_status status = share(deal, total, weight, part, err);
    for (size_t i = 0; i < deal->n_lines && status == TH_OK; i++) {
        give(&deal->lines[i], th_money_from_fen(part[i]));
    }
    free(weight);
    return status;
}

static void give_amount(struct th_trade_line *line, struct th_money part)
{
    line->amount = part;
}

enum th_status th_deal_check_price(const char *price, const char *amount, struct th_error *err)
{
    return (price == NULL) == (amount == NULL)
               ? th_error_set(err, TH_USAGE, "price_or_amount", NULL)
               : TH_OK;
}

enum th_status th_deal_set_money(struct th_deal *deal, const char *price, const char *amount,
                                 const char *tax, struct th_error *err)
{
    struct th_trade *trade = &deal->trade;
    enum th_status status = TH_OK;
    if (price) {
        trade->has_price = true;
        status = th_money_parse(price, &trade->price_per_t, err);
        if (status == TH_OK) {
            status = th_money_times_units(trade->price_per_t, trade->tonnes, &trade->amount, err);
        }
    } else {
        status = th_money_parse(amount, &trade->amount, err);
    }
    if (status == TH_OK) {
        status = th_trade_set_tax(trade, tax, err);
    }
    // With a price per tonne the parts are whole products, and so exact.
    return status == TH_OK ? th_deal_share_money(deal, trade->amount, give_amount, err) : status;
}
