// A sale is shared by the term of its day. Who writes down a day on which another term held than on
// the day of writing chooses between the two, and that is for no side alone: an officer of the
// county has a hand in it.
#include "trading/deal/dated_back.h"

#include <string.h>

#include "core/text.h"
#include "store/deal/offer_store.h"
#include "store/journal/journal_store.h"
#include "store/revenue/revenue_store.h"

static enum th_status fail(struct th_error *err, const struct th_error *why)
{
    if (err) {
        *err = *why;
    }
    return why->status;
}

// The entry of what is being proposed just now is not written yet.
static enum th_status entered(struct th_store *store, const struct th_trade *trade,
                              struct th_date today, char ret_on[TH_ON_SIZE], struct th_error *err)
{
    struct th_error none = {0};
    struct th_date day = today;
    char text[TH_DATE_TEXT_SIZE];
    enum th_status status = th_journal_day(store, trade->seq, &day, &none);
    if (status != TH_OK && status != TH_NOT_FOUND) {
        return fail(err, &none);
    }
    th_text_copy(ret_on, TH_ON_SIZE, th_date_format(day, text));
    return TH_OK;
}

// What holds expected tonnes alone is no offer, and has no village behind it yet.
static enum th_status load_offered(struct th_store *store, const struct th_trade *trade,
                                   struct th_offer *offer, struct th_error *err)
{
    struct th_error none = {0};
    enum th_status status = th_offer_load(store, trade, offer, &none);
    return status == TH_OK || status == TH_NOT_FOUND ? TH_OK : fail(err, &none);
}

static enum th_status compare(struct th_store *store, const char *on_date,
                              const struct th_trade_line *line, struct th_dated_back *ret,
                              struct th_error *err)
{
    struct th_term_question question = {
        .on_date = on_date, .pool_id = line->pool_id, .package_id = line->package_id};
    int64_t n = 0;
    int64_t n_entered = 0;
    int64_t term_id = 0;
    int64_t entered_term_id = 0;
    enum th_status status = th_term_on(store, &question, &n, &term_id, err);
    question.on_date = ret->entered_on;
    if (status == TH_OK) {
        status = th_term_on(store, &question, &n_entered, &entered_term_id, err);
    }
    if (status == TH_OK && (n != n_entered || term_id != entered_term_id)) {
        ret->over_term = true;
        ret->term_id = term_id;
        ret->entered_term_id = entered_term_id;
    }
    return status;
}

enum th_status th_deal_dated_back(struct th_store *store, const struct th_trade *trade,
                                  struct th_date today, struct th_dated_back *ret_back,
                                  struct th_error *err)
{
    struct th_dated_back back = {.over_term = false};
    struct th_trade_line_list lines = {0};
    struct th_offer offer = {.forecast_id = 0};
    enum th_status status = entered(store, trade, today, back.entered_on, err);
    bool looks = th_deal_kind_find(trade->kind)->shared &&
                 strcmp(trade->on_date, back.entered_on) < 0 && th_units_t(trade->tonnes) > 0;
    if (status == TH_OK && looks) {
        status = th_trade_lines(store, trade->trade_id, &lines, err);
    }
    if (status == TH_OK && looks && lines.n == 0) {
        status = load_offered(store, trade, &offer, err);
    }
    const struct th_trade_line_list *of = lines.n > 0 ? &lines : &offer.lines;
    for (size_t i = 0; i < of->n && !back.over_term && status == TH_OK; i++) {
        if (of->items[i].pool_id != 0) { // a village is behind it
            status = compare(store, trade->on_date, &of->items[i], &back, err);
        }
    }
    th_trade_line_list_clear(&lines);
    th_offer_clear(&offer);
    if (status == TH_OK) {
        *ret_back = back;
    }
    return status;
}

enum th_status th_deal_check_dated_back(struct th_store *store, const struct th_actor *actor,
                                        const struct th_trade *trade, struct th_date today,
                                        struct th_error *err)
{
    struct th_dated_back back;
    struct th_user proposer = {0};
    enum th_status status = th_deal_dated_back(store, trade, today, &back, err);
    if (status != TH_OK || !back.over_term || strcmp(actor->role, "officer") == 0) {
        return status;
    }
    status = th_user_load(store, trade->proposed_by, &proposer, err);
    return status != TH_OK || strcmp(proposer.role, "officer") == 0
               ? status
               : th_error_set(err, TH_NOT_PERMITTED, "county_unheard", "on", trade->on_date,
                              "entered", back.entered_on, NULL);
}

static struct th_json *term_json(int64_t term_id)
{
    return term_id != 0 ? th_json_int(term_id) : th_json_null();
}

enum th_status th_deal_tell_dated_back(struct th_store *store, const struct th_trade *trade,
                                       struct th_date today, struct th_json *reply,
                                       struct th_error *err)
{
    struct th_dated_back back = {.over_term = false};
    enum th_status status = th_deal_dated_back(store, trade, today, &back, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_json *object = back.over_term ? th_json_object() : th_json_null();
    if (back.over_term) {
        th_json_set_text(object, "needs", "officer");
        th_json_set(object, "term_id", term_json(back.term_id));
        th_json_set(object, "entered_term_id", term_json(back.entered_term_id));
    }
    th_json_set_text(reply, "entered_on", back.entered_on);
    th_json_set(reply, "dated_back", object);
    return TH_OK;
}
