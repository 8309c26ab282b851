// Correction: an approved deal is taken back by a deal of its own. Its units go back the way they
// came, what is still owed is dropped, and what was paid is owed back.
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "registry/reference.h"
#include "store/deal/correction_store.h"
#include "trading/deal/deal.h"
#include "trading/deal/locked.h"
#include "trading/spot/spot.h"
#include "trading/spot/spot_internal.h"

// What can be taken back: deals that ended with units in the buyer's hands.
static bool is_correctable(const struct th_trade *trade)
{
    static const char *const KINDS[] = {"purchase", "resale",   "transfer",   "acceptance",
                                        "delivery", "exercise", "enforcement"};
    for (size_t i = 0; i < sizeof(KINDS) / sizeof(KINDS[0]); i++) {
        if (strcmp(KINDS[i], trade->kind) == 0) {
            return th_units_t(trade->tonnes) > 0; // a refund hands over none
        }
    }
    return false;
}

static enum th_status refuse(const char *key, int64_t trade_id, int64_t other_id,
                             struct th_error *err)
{
    (void)th_error_set(err, TH_CONFLICT, key, NULL);
    th_error_add_int(err, "trade", trade_id);
    if (other_id != 0) {
        th_error_add_int(err, "other", other_id);
    }
    return TH_CONFLICT;
}

// Nothing may rest on the deal any more. `correction_id` is the correction itself; 0: not yet.
static enum th_status check_bare(struct th_store *store, const struct th_trade *of,
                                 int64_t correction_id, struct th_error *err)
{
    int64_t other_id = 0;
    bool distributed = false;
    enum th_status status = th_trade_correction(store, of->trade_id, &other_id, err);
    if (status == TH_OK && other_id != 0) {
        return refuse("correction_done", of->trade_id, other_id, err);
    }
    if (status == TH_OK) {
        status = th_trade_acted_upon(store, of->trade_id, correction_id, &other_id, err);
    }
    if (status == TH_OK && other_id != 0) {
        return refuse("correction_acted_upon", of->trade_id, other_id, err);
    }
    if (status == TH_OK) {
        status = th_trade_distributed(store, of->trade_id, &distributed, err);
    }
    if (status == TH_OK && distributed) {
        return refuse("correction_distributed", of->trade_id, 0, err);
    }
    if (status == TH_OK) {
        status = th_trade_credited(store, of->trade_id, &other_id, err);
    }
    return status == TH_OK && other_id != 0
               ? refuse("correction_credited", of->trade_id, other_id, err)
               : status;
}

static enum th_status load_original(struct th_work *work, const char *text, struct th_trade *of,
                                    struct th_error *err)
{
    int64_t trade_id = 0;
    if (!text || !th_text_parse_int(text, 1, INT64_MAX, &trade_id)) {
        return th_error_set(err, TH_USAGE, "usage_number", "option", "of", "value",
                            text ? text : "", NULL);
    }
    enum th_status status = th_trade_load(th_work_store(work), trade_id, of, err);
    if (status == TH_OK && !is_correctable(of)) {
        status = th_error_set(err, TH_CONFLICT, "correction_kind", NULL);
        th_error_add_int(err, "trade", trade_id);
    }
    if (status == TH_OK && strcmp(of->state, "approved") != 0) {
        (void)th_error_set(err, TH_CONFLICT, "correction_not_approved", NULL);
        th_error_add_word(err, "state", "value.state", of->state);
        th_error_add_int(err, "trade", trade_id);
        status = TH_CONFLICT;
    }
    return status == TH_OK ? check_bare(th_work_store(work), of, 0, err) : status;
}

// Where the deal left its units: in the pool that it made, if it made one.
static enum th_status find_left(struct th_store *store, const struct th_trade *of,
                                struct th_unit_place *ret_left, struct th_error *err)
{
    struct th_pool_list shares = {0};
    enum th_status status = th_pool_shares(store, of->trade_id, &shares, err);
    *ret_left = (struct th_unit_place){.owner_id = of->buyer_id,
                                       .state = TH_BLOCK_HELD,
                                       .pool_id = shares.n > 0 ? of->trade_id : 0};
    th_pool_list_clear(&shares);
    return status;
}

static enum th_status moved_on(struct th_store *store, const struct th_block *leaf,
                               struct th_error *err)
{
    struct th_issuance_record issuance;
    struct th_party owner;
    char serial[TH_SERIAL_SIZE];
    bool ended = leaf->state == TH_BLOCK_RETIRED || leaf->state == TH_BLOCK_CANCELLED;
    enum th_status status = th_issuance_load(store, leaf->issuance_id, &issuance, err);
    if (status == TH_OK) {
        status = th_party_load(store, leaf->owner_id, &owner, err);
    }
    if (status != TH_OK) {
        return status;
    }
    (void)th_error_set(err, TH_CONFLICT,
                       ended ? "correction_units_ended" : "correction_units_moved", "serial",
                       th_serial_format(issuance.prefix, leaf->first, leaf->last, serial), "owner",
                       owner.name, NULL);
    return th_locked_tell_lock(store, leaf->lock_id, err);
}

static enum th_status pick(struct th_deal *deal, size_t *capacity, const struct th_block *part,
                           struct th_error *err)
{
    if (deal->picks.n == *capacity) {
        size_t bigger = *capacity == 0 ? 16 : 2 * *capacity;
        struct th_block *items = realloc(deal->picks.items, bigger * sizeof(*items));
        if (!items) {
            return th_error_no_memory(err);
        }
        deal->picks.items = items;
        deal->picks.capacity = bigger;
        *capacity = bigger;
    }
    deal->picks.items[deal->picks.n++] = *part;
    return TH_OK;
}

static struct th_block clip(const struct th_block *block, const struct th_block *range)
{
    struct th_block part = *block;
    part.first = block->first > range->first ? block->first : range->first;
    part.last = block->last < range->last ? block->last : range->last;
    return part;
}

// All units of the deal, which must stand where it left them.
static enum th_status pick_units(struct th_store *store, const struct th_trade *of,
                                 const struct th_unit_place *place, struct th_deal *deal,
                                 struct th_error *err)
{
    struct th_block_list ranges = {0};
    size_t capacity = 0;
    enum th_status status = th_trade_origins(store, of->trade_id, &ranges, err);
    for (size_t i = 0; i < ranges.n && status == TH_OK; i++) {
        const struct th_block *range = &ranges.items[i];
        struct th_block_list leaves = {0};
        status =
            th_ledger_leaves(store, range->issuance_id, range->first, range->last, &leaves, err);
        for (size_t k = 0; k < leaves.n && status == TH_OK; k++) {
            const struct th_block part = clip(&leaves.items[k], range);
            bool here = part.state == place->state && part.owner_id == place->owner_id &&
                        part.pool_id == place->pool_id;
            status = here ? pick(deal, &capacity, &part, err) : moved_on(store, &part, err);
        }
        th_block_list_clear(&leaves);
    }
    th_block_list_clear(&ranges);
    return status;
}

// Who was paid on the deal. What a single seller's deal brought is his, whoever's debts it served.
static enum th_status load_paid(struct th_store *store, const struct th_trade *of,
                                struct th_money received, struct th_claim_list *paid,
                                struct th_error *err)
{
    enum th_status status = th_trade_paid(store, of->trade_id, paid, err);
    if (status == TH_OK && of->seller_id != 0 && paid->n > 0) {
        paid->items[0] = (struct th_claim){.party_id = of->seller_id, .owed = received};
        paid->n = 1;
    }
    return status;
}

// The part of a line that was paid, off what its seller got.
static struct th_money take_paid(struct th_claim_list *paid, const struct th_trade_line *line)
{
    for (size_t i = 0; i < paid->n; i++) {
        struct th_claim *of = &paid->items[i];
        if (of->party_id == line->seller_id) {
            int64_t left_fen = th_money_fen(of->owed);
            int64_t amount_fen = th_money_fen(line->amount);
            int64_t part_fen = left_fen < amount_fen ? left_fen : amount_fen;
            of->owed = th_money_from_fen(left_fen - part_fen);
            return th_money_from_fen(part_fen);
        }
    }
    return th_money_from_fen(0);
}

// The lines of the deal, each with what was paid of it: what is owed falls on a seller's last ones.
static enum th_status add_lines(struct th_store *store, const struct th_trade *of, int64_t pool_id,
                                struct th_deal *deal, struct th_error *err)
{
    struct th_trade_line_list lines = {0};
    struct th_claim_list paid = {0};
    size_t capacity = 0;
    enum th_status status = th_trade_lines(store, of->trade_id, &lines, err);
    if (status == TH_OK) {
        status = load_paid(store, of, deal->trade.amount, &paid, err);
    }
    for (size_t i = 0; i < lines.n && status == TH_OK; i++) {
        const struct th_trade_line line = {.package_id = lines.items[i].package_id,
                                           .pool_id = pool_id,
                                           .seller_id = of->buyer_id,
                                           .tonnes = lines.items[i].tonnes,
                                           .amount = take_paid(&paid, &lines.items[i])};
        status = th_deal_add_line(deal, &capacity, &line, err);
    }
    free(paid.items);
    th_trade_line_list_clear(&lines);
    return status;
}

static enum th_status fill(const struct th_trade *of, struct th_work *work, struct th_deal *deal,
                           struct th_error *err)
{
    struct th_store *store = th_work_store(work);
    struct th_trade *trade = &deal->trade;
    trade->of_trade_id = of->trade_id;
    trade->seller_id = of->buyer_id;
    trade->buyer_id = of->seller_id;
    trade->tonnes = of->tonnes;
    struct th_unit_place left = {.owner_id = 0};
    enum th_status status = th_check_own_trade(work, trade, err);
    if (status == TH_OK) {
        status = th_receipt_total(store, of->trade_id, NULL, &trade->amount, err);
    }
    if (status == TH_OK) {
        status = th_trade_set_tax(trade, of->tax_rate, err);
    }
    if (status == TH_OK) {
        status = find_left(store, of, &left, err);
    }
    if (status == TH_OK) {
        status = pick_units(store, of, &left, deal, err);
    }
    return status == TH_OK ? add_lines(store, of, left.pool_id, deal, err) : status;
}

static enum th_status prepare(const void *given, struct th_registry *registry, struct th_work *work,
                              struct th_deal *deal, struct th_error *err)
{
    const struct th_correction_input *input = given;
    struct th_trade *trade = &deal->trade;
    struct th_trade of = {.trade_id = 0};
    enum th_status status = th_deal_day_parse(registry, input->on, trade->on_date, err);
    if (status == TH_OK) {
        status = th_reason_parse(input->reason, trade->note, err);
    }
    if (status == TH_OK) {
        status = load_original(work, input->of, &of, err);
    }
    return status == TH_OK ? fill(&of, work, deal, err) : status;
}

static enum th_status check(struct th_store *store, const struct th_decision *decision,
                            struct th_error *err)
{
    const struct th_trade *trade = &decision->trade;
    struct th_trade of;
    struct th_money paid;
    enum th_status status = th_trade_load(store, trade->of_trade_id, &of, err);
    if (status == TH_OK) {
        status = check_bare(store, &of, trade->trade_id, err);
    }
    if (status == TH_OK) {
        status = th_receipt_total(store, of.trade_id, NULL, &paid, err);
    }
    return status == TH_OK && th_money_compare(paid, trade->amount) != 0
               ? refuse("correction_stale", of.trade_id, 0, err)
               : status;
}

// A deal that is taken back, and where its units go.
struct undone {
    struct th_trade of;
    struct th_trade_line_list lines;
    struct th_unit_place origin; // but owner and pool, which each serial has of its own
    enum th_pool_use use;        // of the pools of its lines, by the deal
};

static enum th_status load_undone(struct th_store *store, const struct th_decision *decision,
                                  struct undone *undone, struct th_error *err)
{
    const struct th_trade *trade = &decision->trade;
    struct th_lock lock = {.source_id = 0};
    struct th_lock source = {.lock_id = 0};
    // Its effect is told before anybody says on which day.
    const char *on = decision->on_date[0] != '\0' ? decision->on_date : trade->on_date;
    enum th_status status = th_trade_load(store, trade->of_trade_id, &undone->of, err);
    if (status == TH_OK) {
        status = th_trade_lines(store, undone->of.trade_id, &undone->lines, err);
    }
    if (status == TH_OK) {
        status = th_lock_of_trade(store, undone->of.trade_id, &lock, err);
    }
    if (status == TH_OK && lock.source_id != 0) {
        status = th_lock_load(store, lock.source_id, &source, err);
    }
    return status == TH_OK ? th_deal_find_origin(store, th_deal_kind_find(undone->of.kind), &source,
                                                 on, &undone->origin, &undone->use, err)
                           : status;
}

// Each serial goes where it stood before the deal took it: to its holder, or under the lock of the
// promise that the deal acted upon.
static enum th_status send_back(struct th_posting *posting, const struct th_decision *decision,
                                const struct undone *undone, struct th_error *err)
{
    struct th_block_list ranges = {0};
    enum th_status status =
        th_trade_origins(th_posting_store(posting), undone->of.trade_id, &ranges, err);
    for (size_t i = 0; i < decision->blocks.n && status == TH_OK; i++) {
        const struct th_block *block = &decision->blocks.items[i];
        for (size_t k = 0; k < ranges.n && status == TH_OK; k++) {
            const struct th_block *range = &ranges.items[k];
            const struct th_block part = clip(block, range);
            struct th_unit_place place = undone->origin;
            place.owner_id = range->owner_id;
            place.pool_id = range->pool_id;
            if (range->issuance_id == block->issuance_id && part.first <= part.last) {
                status = th_lock_give(posting, &part, &place, decision->trade.trade_id, err);
            }
        }
    }
    th_block_list_clear(&ranges);
    return status == TH_OK && undone->origin.lock_id != 0
               ? th_lock_posted_back(posting, undone->origin.lock_id, undone->of.tonnes, err)
               : status;
}

// What is owed on the deal is dropped; what was paid on it is owed back by whom it reached.
static enum th_status turn_money(struct th_posting *posting, const struct th_decision *decision,
                                 const struct th_trade *of, struct th_error *err)
{
    struct th_store *store = th_posting_store(posting);
    const struct th_trade *trade = &decision->trade;
    struct th_transfer back = {.to_id = of->buyer_id,
                               .account = TH_ACCOUNT_CLAIM,
                               .on_date = trade->on_date,
                               .trade_id = of->trade_id,
                               .memo = "money.dropped"};
    struct th_claim_list claims = {0};
    struct th_claim_list paid = {0};
    enum th_status status = th_trade_claims(store, of->trade_id, &claims, err);
    if (status == TH_OK) {
        status = th_trade_paid(store, of->trade_id, &paid, err);
    }
    for (size_t i = 0; i < claims.n && status == TH_OK; i++) {
        back.from_id = claims.items[i].party_id;
        back.amount = claims.items[i].owed;
        status = th_money_move(posting, &back, err);
    }
    back.trade_id = trade->trade_id;
    back.memo = "money.correction";
    for (size_t i = 0; i < paid.n && status == TH_OK; i++) {
        back.from_id = paid.items[i].party_id;
        back.amount = paid.items[i].owed;
        status = th_money_move(posting, &back, err);
    }
    free(claims.items);
    free(paid.items);
    return status;
}

static enum th_status approve(struct th_posting *posting, const struct th_decision *decision,
                              struct th_error *err)
{
    struct undone undone = {.lines = {0}};
    enum th_status status = load_undone(th_posting_store(posting), decision, &undone, err);
    if (status == TH_OK) {
        status = turn_money(posting, decision, &undone.of, err);
    }
    if (status == TH_OK) {
        status = send_back(posting, decision, &undone, err);
    }
    for (size_t i = 0; i < undone.lines.n && status == TH_OK; i++) {
        status = th_deal_draw_pool(posting, undone.use, &undone.lines.items[i], true, err);
    }
    th_trade_line_list_clear(&undone.lines);
    return status;
}

// Who gives the units back, and who owes what was paid or loses what is still owed.
static enum th_status hear_both(struct th_store *store, const struct th_trade *trade,
                                struct th_word *ret_word, struct th_error *err)
{
    (void)store;
    (void)trade;
    (void)err;
    *ret_word = (struct th_word){.seller = true, .buyer = true};
    return TH_OK;
}

// A pool that is given back is used up: nothing of it is sold any more.
const struct th_deal_kind th_deal_correction = {.name = "correction",
                                                .propose = TH_MAY_PROPOSE,
                                                .pool_use = TH_POOL_USE_USED,
                                                .always_two = true,
                                                .by_other = TH_WAIT_BRIEFLY,
                                                .must_hear = hear_both,
                                                .prepare = prepare,
                                                .check = check,
                                                .approve = approve};

enum th_status th_trade_propose_correction(struct th_registry *registry,
                                           const struct th_request *request,
                                           const struct th_correction_input *input,
                                           struct th_json **ret_reply, struct th_error *err)
{
    struct th_json *given = th_json_object();
    th_json_set_text(given, "of", input->of);
    th_json_set_text(given, "reason", input->reason);
    th_json_set_text(given, "on", input->on);
    return th_deal_propose(registry, request, &th_deal_correction, given, input, ret_reply, err);
}
