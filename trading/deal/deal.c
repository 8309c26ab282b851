// A proposal into the books: trade, terms, lock, lines, pools; then its units under the lock.
#include "trading/deal/deal.h"

#include <stdlib.h>
#include <string.h>

#include "core/ratio.h"
#include "core/text.h"
#include "trading/deal/dated_back.h"
#include "trading/deal/locked.h"

enum th_status th_deal_add_line(struct th_deal *deal, size_t *capacity,
                                const struct th_trade_line *line, struct th_error *err)
{
    if (deal->n_lines == *capacity) {
        size_t bigger = *capacity == 0 ? 16 : *capacity * 2;
        struct th_trade_line *lines = realloc(deal->lines, bigger * sizeof(*lines));
        if (!lines) {
            return th_error_no_memory(err);
        }
        deal->lines = lines;
        *capacity = bigger;
    }
    deal->lines[deal->n_lines++] = *line;
    return TH_OK;
}

// The line of a package and pool; a new one where there is none. *ret_line is its place.
static enum th_status count_pick(struct th_store *store, struct th_deal *deal, size_t *capacity,
                                 const struct th_block *pick, size_t *ret_line,
                                 struct th_error *err)
{
    struct th_issuance_record issuance;
    enum th_status status = th_issuance_load(store, pick->issuance_id, &issuance, err);
    if (status != TH_OK) {
        return status;
    }
    for (size_t i = 0; i < deal->n_lines; i++) {
        struct th_trade_line *line = &deal->lines[i];
        if (line->package_id == issuance.package_id && line->pool_id == pick->pool_id &&
            line->seller_id == pick->owner_id) {
            *ret_line = i;
            return th_units_add(line->tonnes, th_block_units(pick), &line->tonnes, err);
        }
    }
    const struct th_trade_line line = {.package_id = issuance.package_id,
                                       .pool_id = pick->pool_id,
                                       .seller_id = pick->owner_id,
                                       .tonnes = th_block_units(pick)};
    *ret_line = deal->n_lines;
    return th_deal_add_line(deal, capacity, &line, err);
}

// Cuts the picks off after so many units, and makes their lines.
static enum th_status keep_picks(struct th_store *store, struct th_deal *deal,
                                 struct th_units units, struct th_error *err)
{
    size_t capacity = 0;
    size_t n = 0;
    size_t line = 0;
    int64_t left_t = th_units_t(units);
    enum th_status status = TH_OK;
    for (; status == TH_OK && n < deal->picks.n && left_t > 0; n++) {
        struct th_block *pick = &deal->picks.items[n];
        if (th_units_t(th_block_units(pick)) > left_t) {
            pick->last = pick->first + left_t - 1;
        }
        left_t -= th_units_t(th_block_units(pick));
        status = count_pick(store, deal, &capacity, pick, &line, err);
    }
    deal->picks.n = n;
    return status;
}

// Cuts each line and its picks down to what it gives; a line that gives nothing goes.
static void cut_lines(struct th_deal *deal, const size_t *line_of, int64_t *gives_t)
{
    size_t n = 0;
    for (size_t i = 0; i < deal->n_lines; i++) {
        deal->lines[i].tonnes = th_units_from_t(gives_t[i]);
    }
    for (size_t i = 0; i < deal->picks.n; i++) {
        struct th_block pick = deal->picks.items[i];
        int64_t *left_t = &gives_t[line_of[i]];
        if (*left_t > 0) {
            int64_t take_t = th_units_t(th_block_units(&pick));
            take_t = take_t < *left_t ? take_t : *left_t;
            pick.last = pick.first + take_t - 1;
            *left_t -= take_t;
            deal->picks.items[n++] = pick;
        }
    }
    deal->picks.n = n;
    n = 0;
    for (size_t i = 0; i < deal->n_lines; i++) {
        if (th_units_t(deal->lines[i].tonnes) > 0) {
            deal->lines[n++] = deal->lines[i];
        }
    }
    deal->n_lines = n;
}

// A part of the picks, of all packages and pools alike by what they have there, so that no village
// waits behind another; within each the lowest serials.
static enum th_status keep_pro_rata(struct th_store *store, struct th_deal *deal,
                                    struct th_units units, struct th_error *err)
{
    size_t capacity = 0;
    size_t room = deal->picks.n + 1;
    size_t *line_of = calloc(room, sizeof(*line_of));
    int64_t *has_t = calloc(room, sizeof(*has_t));
    int64_t *gives_t = calloc(room, sizeof(*gives_t));
    enum th_status status = line_of && has_t && gives_t ? TH_OK : th_error_no_memory(err);
    for (size_t i = 0; i < deal->picks.n && status == TH_OK; i++) {
        status = count_pick(store, deal, &capacity, &deal->picks.items[i], &line_of[i], err);
    }
    for (size_t i = 0; i < deal->n_lines && status == TH_OK; i++) {
        has_t[i] = th_units_t(deal->lines[i].tonnes);
    }
    if (status == TH_OK && deal->n_lines > 0) {
        status = th_allocate(th_units_t(units), has_t, deal->n_lines, gives_t, err);
    }
    if (status == TH_OK) {
        cut_lines(deal, line_of, gives_t);
    }
    free(line_of);
    free(has_t);
    free(gives_t);
    return status;
}

static struct th_lock_filter locked_filter(const struct th_held_filter *held)
{
    return (struct th_lock_filter){
        .owner_id = held->owner_id, .package_id = held->package_id, .vintage = held->vintage};
}

enum th_status th_deal_pick_held(struct th_store *store, struct th_deal *deal,
                                 const struct th_held_filter *filter, struct th_units units,
                                 struct th_error *err)
{
    struct th_units found = {0};
    enum th_status status = th_ledger_held(store, filter, units, &deal->picks, &found, err);
    if (status == TH_OK && th_units_compare(found, units) < 0) {
        const struct th_locked of = {.filter = locked_filter(filter)};
        status = th_locked_short(store, &of, th_units_t(found), th_units_t(units), err);
    }
    return status == TH_OK ? keep_picks(store, deal, units, err) : status;
}

enum th_status th_deal_pick_of_parcels(struct th_store *store, struct th_deal *deal,
                                       const struct th_held_filter *filter,
                                       const int64_t *parcel_ids, size_t n_parcels,
                                       struct th_units units, struct th_error *err)
{
    int64_t found_t = 0;
    enum th_status status = TH_OK;
    for (size_t i = 0; i < n_parcels && status == TH_OK; i++) {
        status = th_ledger_held_of_parcel(store, filter, parcel_ids[i], &deal->picks, err);
    }
    for (size_t i = 0; i < deal->picks.n; i++) {
        found_t += th_units_t(th_block_units(&deal->picks.items[i]));
    }
    if (status == TH_OK && found_t < th_units_t(units)) {
        struct th_locked of = {.filter = locked_filter(filter)};
        of.filter.parcel_ids = parcel_ids;
        of.filter.n_parcels = n_parcels;
        status = th_locked_short(store, &of, found_t, th_units_t(units), err);
    }
    return status == TH_OK ? keep_picks(store, deal, units, err) : status;
}

enum th_status th_deal_pick_from_lock(struct th_store *store, struct th_deal *deal,
                                      int64_t of_trade_id, struct th_units units,
                                      struct th_error *err)
{
    enum th_status status = th_lock_of_trade(store, of_trade_id, &deal->source, err);
    if (status == TH_OK && th_units_compare(th_lock_left_units(&deal->source), units) < 0) {
        status = th_locked_short_of(store, deal->source.lock_id,
                                    th_units_t(th_lock_left_units(&deal->source)),
                                    th_units_t(units), err);
    }
    if (status == TH_OK) {
        status = th_ledger_locked(store, deal->source.lock_id, &deal->picks, err);
    }
    return status == TH_OK ? keep_pro_rata(store, deal, units, err) : status;
}

enum th_status th_deal_pick_line(struct th_store *store, const struct th_deal_kind *kind,
                                 const struct th_trade_line *line, struct th_block_list *blocks,
                                 struct th_units *ret_found, struct th_error *err)
{
    struct th_held_filter filter = {.owner_id = line->seller_id,
                                    .package_id = line->package_id,
                                    .pool_id =
                                        line->pool_id != 0 ? line->pool_id : TH_HELD_IN_NO_POOL};
    // A package is bought whole from its holder, whatever pool it may have come from.
    if (kind->pool_use == TH_POOL_USE_NONE) {
        filter.pool_id = 0;
    }
    struct th_block_list held = {0};
    enum th_status status = th_ledger_held(store, &filter, line->tonnes, &held, ret_found, err);
    int64_t left_t = th_units_t(line->tonnes);
    for (size_t i = 0; i < held.n && left_t > 0 && status == TH_OK; i++) {
        struct th_block block = held.items[i];
        int64_t block_t = th_units_t(th_block_units(&block));
        block.last = block_t > left_t ? block.first + left_t - 1 : block.last;
        left_t -= th_units_t(th_block_units(&block));
        status = th_block_list_append(blocks, &block, err);
    }
    th_block_list_clear(&held);
    return status;
}

static enum th_status lock_line(struct th_posting *posting, const struct th_deal *deal,
                                const struct th_lock *lock, const struct th_trade_line *line,
                                struct th_error *err)
{
    struct th_block_list blocks = {0};
    struct th_units found = {0};
    struct th_store *store = th_posting_store(posting);
    enum th_status status = th_deal_pick_line(store, deal->kind, line, &blocks, &found, err);
    if (status == TH_OK && th_units_compare(found, line->tonnes) < 0) {
        const struct th_locked of = {
            .filter = {.owner_id = line->seller_id, .package_id = line->package_id}};
        status = th_locked_short(store, &of, th_units_t(found), th_units_t(line->tonnes), err);
    }
    for (size_t i = 0; i < blocks.n && status == TH_OK; i++) {
        status =
            th_lock_take(posting, lock, &blocks.items[i], th_block_units(&blocks.items[i]), err);
    }
    th_block_list_clear(&blocks);
    return status;
}

enum th_pool_use th_deal_pool_use(const struct th_deal_kind *kind, const struct th_lock *source)
{
    bool drawn = kind->from_lock && source->lock_id != 0 && kind->pool_use != TH_POOL_USE_MOVED;
    return drawn ? TH_POOL_USE_NONE : kind->pool_use;
}

enum th_status th_deal_draw_pool(struct th_posting *posting, enum th_pool_use use,
                                 const struct th_trade_line *line, bool back, struct th_error *err)
{
    int64_t sign = back ? -1 : 1;
    struct th_pool_draw draw = {.pool_id = line->pool_id, .package_id = line->package_id};
    if (line->pool_id == 0 || use == TH_POOL_USE_NONE) {
        return TH_OK;
    }
    if (use != TH_POOL_USE_USED) {
        draw.sold_t = sign * th_units_t(line->tonnes);
        draw.sold_cost_fen = sign * th_money_fen(line->cost);
    }
    if (use == TH_POOL_USE_USED) {
        draw.used_t = sign * th_units_t(line->tonnes);
    } else if (use == TH_POOL_USE_MOVED) {
        draw.used_t = -sign * th_units_t(line->tonnes);
    }
    return th_pool_draw(posting, &draw, err);
}

static enum th_status write_trade(struct th_posting *posting, struct th_deal *deal,
                                  struct th_error *err)
{
    struct th_json *terms = deal->terms;
    deal->terms = NULL;
    enum th_status status = th_trade_post(posting, &deal->trade, &deal->trade.trade_id, err);
    if (status != TH_OK || !deal->kind->terms) {
        th_json_free(terms);
        return status;
    }
    if (th_json_type(terms) != TH_JSON_ARRAY) {
        th_json_set_int(terms, "trade_id", deal->trade.trade_id);
        return th_post(posting, deal->kind->terms, terms, err);
    }
    for (size_t i = 0; i < th_json_size(terms) && status == TH_OK; i++) {
        struct th_json *row = th_json_copy(th_json_at(terms, i));
        th_json_set_int(row, "trade_id", deal->trade.trade_id);
        status = th_post(posting, deal->kind->terms, row, err);
    }
    th_json_free(terms);
    return status;
}

static enum th_status place_lock(struct th_posting *posting, const struct th_deal *deal,
                                 struct th_lock *lock, struct th_error *err)
{
    *lock = (struct th_lock){.lock_id = deal->trade.trade_id,
                             .owner_id = deal->trade.seller_id,
                             .placed = deal->trade.tonnes,
                             .source_id = deal->source.lock_id,
                             .forecast_id = deal->forecast_id,
                             .forecast = deal->forecast};
    return th_lock_place(posting, lock, err);
}

static enum th_status lock_picks(struct th_posting *posting, const struct th_deal *deal,
                                 const struct th_lock *lock, struct th_error *err)
{
    enum th_status status = TH_OK;
    for (size_t i = 0; i < deal->picks.n && status == TH_OK; i++) {
        const struct th_block *pick = &deal->picks.items[i];
        status = th_lock_take(posting, lock, pick, th_block_units(pick), err);
    }
    if (status == TH_OK && deal->source.lock_id != 0) {
        status = th_lock_posted(posting, deal->source.lock_id, deal->trade.tonnes, err);
    }
    return status;
}

static enum th_status write_deal(struct th_posting *posting, struct th_deal *deal,
                                 struct th_error *err)
{
    struct th_lock lock = {.lock_id = 0};
    bool locks = th_units_t(deal->trade.tonnes) > 0 && !deal->kind->takes_later;
    enum th_status status = write_trade(posting, deal, err);
    if (status == TH_OK && deal->offered) {
        return th_deal_post_offer(posting, deal, err);
    }
    if (status == TH_OK && locks) {
        status = place_lock(posting, deal, &lock, err);
    }
    for (size_t i = 0; i < deal->n_lines && status == TH_OK; i++) {
        const struct th_trade_line *line = &deal->lines[i];
        status = th_trade_line_post(posting, deal->trade.trade_id, (int64_t)i + 1, line, err);
        if (status == TH_OK) {
            status = th_deal_draw_pool(posting, th_deal_pool_use(deal->kind, &deal->source), line,
                                       false, err);
        }
        if (status == TH_OK && locks && deal->picks.n == 0) {
            status = lock_line(posting, deal, &lock, line, err);
        }
    }
    return status == TH_OK && locks ? lock_picks(posting, deal, &lock, err) : status;
}

// A deal is not older than the one it acts upon, nor than those by which its units came: what
// stands in a pool came by the pool's purchase.
static enum th_status check_follows(struct th_store *store, const struct th_trade *trade,
                                    int64_t earlier_id, struct th_error *err)
{
    struct th_trade_terms earlier;
    enum th_status status = th_trade_terms_load(store, earlier_id, &earlier, err);
    if (status == TH_OK && strcmp(trade->on_date, earlier.on_date) < 0) {
        (void)th_error_set(err, TH_INVALID, "deal_before", "on", trade->on_date, "earlier",
                           earlier.on_date, NULL);
        th_error_add_int(err, "trade", earlier_id);
        status = TH_INVALID;
    }
    return status;
}

static enum th_status check_day(struct th_store *store, const struct th_deal *deal,
                                struct th_error *err)
{
    int64_t seen_id = deal->trade.of_trade_id;
    enum th_status status = seen_id != 0 ? check_follows(store, &deal->trade, seen_id, err) : TH_OK;
    for (size_t i = 0; i < deal->n_lines && status == TH_OK; i++) {
        int64_t pool_id = deal->lines[i].pool_id;
        if (pool_id != 0 && pool_id != seen_id) {
            status = check_follows(store, &deal->trade, pool_id, err);
            seen_id = pool_id;
        }
    }
    return status;
}

enum th_status th_deal_check_came(struct th_store *store, const struct th_trade *trade,
                                  const struct th_block_list *blocks, struct th_error *err)
{
    int64_t seen_id = 0;
    enum th_status status = TH_OK;
    for (size_t i = 0; i < blocks->n && status == TH_OK; i++) {
        int64_t by_id = 0;
        if (blocks->items[i].pool_id == 0) {
            status = th_ledger_came_by(store, &blocks->items[i], &by_id, err);
        }
        if (status == TH_OK && by_id != 0 && by_id != seen_id) {
            status = check_follows(store, trade, by_id, err);
            seen_id = by_id;
        }
    }
    return status;
}

// Of what is locked by now.
static enum th_status check_came(struct th_store *store, const struct th_deal *deal,
                                 struct th_error *err)
{
    struct th_block_list blocks = {0};
    bool outside_pools = false;
    for (size_t i = 0; i < deal->n_lines; i++) {
        outside_pools = outside_pools || deal->lines[i].pool_id == 0;
    }
    for (size_t i = 0; i < deal->picks.n && !outside_pools; i++) {
        outside_pools = deal->picks.items[i].pool_id == 0;
    }
    enum th_status status =
        outside_pools ? th_ledger_locked(store, deal->trade.trade_id, &blocks, err) : TH_OK;
    if (status == TH_OK) {
        status = th_deal_check_came(store, &deal->trade, &blocks, err);
    }
    th_block_list_clear(&blocks);
    return status;
}

// The proposer approves as well, today, where one person suffices. What is more than he may decide
// alone on one day waits for another person.
static enum th_status approve_own(struct th_registry *registry, struct th_work *work,
                                  int64_t trade_id, struct th_json *body, struct th_error *err)
{
    struct th_decision decision = {.state = "approved"};
    struct th_error refusal = {0};
    enum th_status status = th_deal_day_parse(registry, NULL, decision.on_date, err);
    if (status == TH_OK) {
        status = th_decision_load(th_work_store(work), trade_id, &decision, err);
    }
    if (status == TH_OK) {
        status = th_decision_approve(work, &decision, body, &refusal);
        if (status == TH_NOT_PERMITTED && strcmp(refusal.key, TH_ALONE_SUM) == 0) {
            status = TH_OK;
        } else if (status == TH_NOT_PERMITTED && strcmp(refusal.key, "second_person") == 0) {
            // Nothing was done before: who asked for all at once is told what he can do instead.
            status = th_error_set(err, TH_NOT_PERMITTED, "not_at_once", "login",
                                  th_work_actor(work)->login, NULL);
        } else if (status != TH_OK && err) {
            *err = refusal;
        }
    }
    th_decision_clear(&decision);
    return status;
}

static enum th_status tell(struct th_work *work, const struct th_trade *trade,
                           struct th_json **ret_reply, struct th_error *err)
{
    struct th_store *store = th_work_store(work);
    enum th_status status = th_trade_reply(store, trade->trade_id, ret_reply, err);
    return status == TH_OK
               ? th_deal_tell_dated_back(store, trade, th_work_today(work), *ret_reply, err)
               : status;
}

struct asked {
    const struct th_deal_kind *kind;
    struct th_json *given; // taken
    struct th_work_documents documents;
    const void *input;
    bool at_once;
};

static enum th_status propose(struct th_registry *registry, const struct th_request *request,
                              const struct asked *asked, struct th_json **ret_reply,
                              struct th_error *err)
{
    const struct th_deal_kind *kind = asked->kind;
    struct th_work *work = NULL;
    enum th_status status = th_work_begin_reading(
        registry, request, kind->propose, asked->at_once ? "trade.carry_out" : "trade.propose",
        asked->given, &asked->documents, &work, ret_reply, err);
    th_json_free(asked->given);
    if (status != TH_OK || work == NULL) {
        return status;
    }
    struct th_deal deal = {.kind = kind};
    struct th_json *body = th_json_object();
    struct th_json *reply = NULL;
    char subject[TH_SUBJECT_SIZE];
    th_text_copy(deal.trade.kind, sizeof(deal.trade.kind), kind->name);
    th_text_copy(deal.trade.proposed_by, sizeof(deal.trade.proposed_by),
                 th_work_actor(work)->login);
    status = kind->prepare(asked->input, registry, work, &deal, err);
    if (status == TH_OK) {
        status = th_deal_check_proposer(th_work_store(work), th_work_actor(work), &deal.trade,
                                        deal.lines, deal.n_lines, err);
    }
    if (status == TH_OK) {
        status = check_day(th_work_store(work), &deal, err);
    }
    if (status == TH_OK) {
        status = th_deal_set_wait(work, &deal, err);
    }
    if (status == TH_OK) {
        status = write_deal(th_work_posting(work), &deal, err);
    }
    if (status == TH_OK) {
        const struct th_one_term units = {.kind = kind,
                                          .trade = &deal.trade,
                                          .lines = deal.lines,
                                          .n_lines = deal.n_lines,
                                          .picks = &deal.picks};
        status = th_deal_check_one_term(th_work_store(work), &units, err);
    }
    if (status == TH_OK) {
        status = check_came(th_work_store(work), &deal, err);
    }
    if (status == TH_OK && kind->proposed) {
        status = kind->proposed(asked->input, th_work_posting(work), &deal, err);
    }
    if (status == TH_OK && asked->at_once) {
        status = approve_own(registry, work, deal.trade.trade_id, body, err);
    }
    if (status == TH_OK) {
        status = tell(work, &deal.trade, &reply, err);
    }
    free(deal.lines);
    th_block_list_clear(&deal.picks);
    th_json_free(deal.terms);
    return th_work_end(work, status, th_subject("trade", deal.trade.trade_id, subject), body, reply,
                       ret_reply, err);
}

enum th_status th_deal_propose(struct th_registry *registry, const struct th_request *request,
                               const struct th_deal_kind *kind, struct th_json *given,
                               const void *input, struct th_json **ret_reply, struct th_error *err)
{
    const struct asked asked = {.kind = kind, .given = given, .input = input};
    return propose(registry, request, &asked, ret_reply, err);
}

enum th_status th_deal_propose_reading(struct th_registry *registry,
                                       const struct th_request *request,
                                       const struct th_deal_kind *kind, struct th_json *given,
                                       const struct th_work_documents *documents, const void *input,
                                       struct th_json **ret_reply, struct th_error *err)
{
    const struct asked asked = {
        .kind = kind, .given = given, .documents = *documents, .input = input};
    return propose(registry, request, &asked, ret_reply, err);
}

enum th_status th_deal_at_once(struct th_registry *registry, const struct th_request *request,
                               const struct th_deal_kind *kind, struct th_json *given,
                               const void *input, struct th_json **ret_reply, struct th_error *err)
{
    const struct asked asked = {.kind = kind, .given = given, .input = input, .at_once = true};
    th_json_set_bool(given, "at_once", true);
    return propose(registry, request, &asked, ret_reply, err);
}
