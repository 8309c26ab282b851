// Release: the pledgee gives up what is pledged, in part or whole.
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "trading/deal/locked.h"
#include "trading/pledge/pledge.h"
#include "trading/pledge/pledge_internal.h"

static int64_t positive(int64_t tonnes_t)
{
    return tonnes_t > 0 ? tonnes_t : 0;
}

static int64_t least(int64_t a_t, int64_t b_t)
{
    return a_t < b_t ? a_t : b_t;
}

// How much of the release are units, how much is expected, and how much a rank on what others hold:
// in this order.
static enum th_status divide(struct th_store *store, const struct th_release_input *input,
                             const struct th_rank *rank, struct th_deal *deal,
                             struct th_release *release, struct th_error *err)
{
    int64_t held_t = th_units_t(rank->held);
    // Of what a release that is not decided yet gives up, some may have come under the lock since.
    int64_t expected_t = positive(th_units_t(rank->expected) - th_units_t(rank->giving));
    int64_t lacking_t = positive(th_units_t(rank->lacking) - th_units_t(rank->waiving));
    int64_t open_t = held_t + expected_t + least(lacking_t, th_units_t(rank->waiting));
    struct th_units wanted = th_units_from_t(open_t);
    enum th_status status = input->tonnes ? th_tonnes_parse(input->tonnes, &wanted, err) : TH_OK;
    if (status == TH_OK && (open_t == 0 || th_units_t(wanted) > open_t)) {
        status = th_locked_short_of(store, rank->trade_id, open_t, th_units_t(wanted), err);
    }
    if (status != TH_OK) {
        return status;
    }
    int64_t wanted_t = th_units_t(wanted);
    int64_t units_t = least(wanted_t, held_t);
    int64_t given_t = least(wanted_t - units_t, expected_t);
    deal->trade.tonnes = th_units_from_t(units_t);
    release->expected = th_units_from_t(given_t);
    // Who gives up everything also gives up what he will never get.
    release->waived =
        th_units_from_t(wanted_t == open_t ? lacking_t : wanted_t - units_t - given_t);
    return TH_OK;
}

static enum th_status check_alive(const struct th_rank *rank, struct th_error *err)
{
    if (rank->alive) {
        return TH_OK;
    }
    (void)th_error_set(err, TH_CONFLICT, "pledge_ended", NULL);
    th_error_add_int(err, "pledge", rank->trade_id);
    return TH_CONFLICT;
}

static enum th_status pick(struct th_store *store, const struct th_release_input *input,
                           const struct th_trade *pledge_trade, const struct th_pledge *pledge,
                           struct th_deal *deal, struct th_error *err)
{
    struct th_rank_list ranks = {0};
    struct th_rank rank = {0};
    struct th_release release = {.waived = {0}};
    bool receivable = strcmp(pledge->subject, "receivable") == 0;
    enum th_status status = th_pledge_stand(store, pledge_trade, &ranks, &rank, err);
    free(ranks.items);
    if (status == TH_OK) {
        status = check_alive(&rank, err);
    }
    if (status == TH_OK && receivable && input->tonnes) {
        status = th_error_set(err, TH_USAGE, "release_whole", NULL);
    }
    if (status == TH_OK && !receivable) {
        status = divide(store, input, &rank, deal, &release, err);
    }
    if (status == TH_OK && th_units_t(deal->trade.tonnes) > 0) {
        status = th_deal_pick_from_lock(store, deal, pledge->trade_id, deal->trade.tonnes, err);
    }
    if (status == TH_OK) {
        deal->terms = th_release_row(&release);
    }
    return status;
}

static enum th_status prepare(const void *given, struct th_registry *registry, struct th_work *work,
                              struct th_deal *deal, struct th_error *err)
{
    const struct th_release_input *input = given;
    struct th_store *store = th_work_store(work);
    struct th_trade *trade = &deal->trade;
    struct th_trade pledge_trade;
    struct th_pledge pledge;
    th_text_copy(trade->tax_rate, sizeof(trade->tax_rate), "0");
    enum th_status status = th_deal_day_parse(registry, input->on, trade->on_date, err);
    if (status == TH_OK) {
        status = th_note_parse("note", input->note, trade->note, err);
    }
    if (status == TH_OK) {
        status = th_pledge_open(store, input->pledge, &pledge_trade, &pledge, err);
    }
    if (status == TH_OK) {
        status = th_pledge_check_side(work, &pledge_trade, err);
    }
    if (status != TH_OK) {
        return status;
    }
    trade->seller_id = pledge_trade.seller_id;
    trade->buyer_id = pledge_trade.buyer_id;
    trade->of_trade_id = pledge.trade_id;
    return pick(store, input, &pledge_trade, &pledge, deal, err);
}

// What of the release was there when it was proposed and is not any more.
static enum th_status check_left(struct th_store *store, const struct th_release *release,
                                 const struct th_rank *rank, struct th_error *err)
{
    if (th_units_compare(release->expected, rank->expected) > 0) {
        (void)th_error_set(err, TH_CONFLICT, "release_overtaken", NULL);
        th_error_add_int(err, "pledge", rank->trade_id);
        th_error_add_int(err, "expected", th_units_t(rank->expected));
        th_error_add_int(err, "tonnes", th_units_t(release->expected));
        return TH_CONFLICT;
    }
    return th_units_compare(release->waived, rank->lacking) > 0
               ? th_locked_short_of(store, rank->trade_id, th_units_t(rank->lacking),
                                    th_units_t(release->waived), err)
               : TH_OK;
}

// A receivable is released once; and what a release gives up may have come under the pledge's own
// lock, or been issued, since it was proposed.
static enum th_status check(struct th_store *store, const struct th_decision *decision,
                            struct th_error *err)
{
    struct th_rank_list ranks = {0};
    struct th_rank rank = {0};
    struct th_release release = {.waived = {0}};
    struct th_trade pledge_trade;
    enum th_status status = th_trade_load(store, decision->trade.of_trade_id, &pledge_trade, err);
    if (status == TH_OK) {
        status = th_pledge_stand(store, &pledge_trade, &ranks, &rank, err);
    }
    free(ranks.items);
    if (status == TH_OK) {
        status = th_release_load(store, decision->trade.trade_id, &release, err);
    }
    if (status == TH_OK) {
        status = check_left(store, &release, &rank, err);
    }
    bool tonnes = th_units_t(decision->trade.tonnes) + th_units_t(release.waived) +
                      th_units_t(release.expected) >
                  0;
    return status == TH_OK && !tonnes ? check_alive(&rank, err) : status;
}

// The units of a release on their way: first to the pledges that lack some, then to the holder.
struct passing {
    struct th_posting *posting;
    const struct th_decision *decision;
    struct th_rank_list ranks;
    int64_t expected_t;             // of the release, not issued yet
    int64_t *share_t;               // by rank: units
    struct th_trade_line_list back; // a copy of the lines: what goes back of each
};

// The lock of a rank grows by its share, or is placed when it had none. What was expected of the
// first pledge is expected of the same forecast.
static enum th_status make_room(struct passing *passing, struct th_rank *rank, int64_t units_t,
                                int64_t expected_t, struct th_error *err)
{
    struct th_posting *posting = passing->posting;
    if (rank->lock_id == 0) {
        const struct th_lock lock = {.lock_id = rank->trade_id,
                                     .owner_id = passing->decision->trade.seller_id,
                                     .placed = th_units_from_t(units_t + expected_t),
                                     .forecast_id = passing->ranks.items[0].forecast_id,
                                     .forecast = th_units_from_t(expected_t)};
        rank->lock_id = lock.lock_id;
        return th_lock_place(posting, &lock, err);
    }
    enum th_status status =
        units_t > 0 ? th_lock_more(posting, rank->lock_id, th_units_from_t(units_t), err) : TH_OK;
    return status == TH_OK && expected_t > 0
               ? th_lock_forecast_more(posting, rank->lock_id, th_units_from_t(expected_t), err)
               : status;
}

// A pledge waits for what those before it hold, so that only those after this one get any: units
// before what is expected.
static enum th_status share_out(struct passing *passing, struct th_error *err)
{
    int64_t units_t = th_units_t(passing->decision->trade.tonnes);
    int64_t expected_t = passing->expected_t;
    bool after = false;
    enum th_status status = TH_OK;
    for (size_t i = 0; i < passing->ranks.n && status == TH_OK; i++) {
        struct th_rank *rank = &passing->ranks.items[i];
        int64_t lacking_t = after ? positive(th_units_t(rank->lacking)) : 0;
        int64_t share_t = least(lacking_t, units_t);
        int64_t to_come_t = least(lacking_t - share_t, expected_t);
        passing->share_t[i] = share_t;
        units_t -= share_t;
        expected_t -= to_come_t;
        if (share_t + to_come_t > 0) {
            status = make_room(passing, rank, share_t, to_come_t, err);
        }
        after = after || rank->trade_id == passing->decision->trade.of_trade_id;
    }
    return status;
}

// Remembers that a piece goes back into its pool.
static enum th_status note_back(struct passing *passing, const struct th_block *piece,
                                struct th_error *err)
{
    struct th_issuance_record issuance;
    enum th_status status =
        th_issuance_load(th_posting_store(passing->posting), piece->issuance_id, &issuance, err);
    for (size_t i = 0; i < passing->back.n && status == TH_OK; i++) {
        struct th_trade_line *line = &passing->back.items[i];
        if (line->package_id == issuance.package_id && line->pool_id == piece->pool_id &&
            line->seller_id == piece->owner_id) {
            return th_units_add(line->tonnes, th_block_units(piece), &line->tonnes, err);
        }
    }
    return status;
}

static enum th_status pass_block(struct passing *passing, const struct th_block *block, size_t *at,
                                 struct th_error *err)
{
    struct th_block piece = *block;
    enum th_status status = TH_OK;
    while (piece.first <= block->last && status == TH_OK) {
        while (*at < passing->ranks.n && passing->share_t[*at] == 0) {
            ++*at;
        }
        bool on = *at < passing->ranks.n;
        int64_t rest_t = block->last - piece.first + 1;
        int64_t take_t = on && passing->share_t[*at] < rest_t ? passing->share_t[*at] : rest_t;
        struct th_unit_place to = th_block_place(block);
        piece.last = piece.first + take_t - 1;
        to.state = on ? TH_BLOCK_LOCKED : TH_BLOCK_HELD;
        to.lock_id = on ? passing->ranks.items[*at].lock_id : 0;
        status =
            th_lock_give(passing->posting, &piece, &to, passing->decision->trade.trade_id, err);
        if (status == TH_OK && on) {
            passing->share_t[*at] -= take_t;
        } else if (status == TH_OK) {
            status = note_back(passing, &piece, err);
        }
        piece.first = piece.last + 1;
    }
    return status;
}

static enum th_status pass_all(struct passing *passing, struct th_error *err)
{
    const struct th_decision *decision = passing->decision;
    size_t at = 0;
    enum th_status status =
        passing->expected_t > 0
            ? th_lock_forecast_released(passing->posting, decision->trade.of_trade_id,
                                        th_units_from_t(passing->expected_t), err)
            : TH_OK;
    if (status == TH_OK) {
        status = share_out(passing, err);
    }
    for (size_t i = 0; i < passing->back.n; i++) {
        passing->back.items[i].tonnes = th_units_from_t(0);
    }
    for (size_t i = 0; i < decision->blocks.n && status == TH_OK; i++) {
        status = pass_block(passing, &decision->blocks.items[i], &at, err);
    }
    for (size_t i = 0; i < passing->back.n && status == TH_OK; i++) {
        const struct th_trade_line *line = &passing->back.items[i];
        if (th_units_t(line->tonnes) > 0) {
            status = th_deal_draw_pool(passing->posting, TH_POOL_USE_USED, line, true, err);
        }
    }
    return status;
}

static enum th_status approve(struct th_posting *posting, const struct th_decision *decision,
                              struct th_error *err)
{
    struct th_store *store = th_posting_store(posting);
    struct passing passing = {.posting = posting, .decision = decision};
    struct th_release release;
    struct th_trade pledge_trade;
    enum th_status status = th_release_load(store, decision->trade.trade_id, &release, err);
    if (status == TH_OK) {
        passing.expected_t = th_units_t(release.expected);
    }
    if (status != TH_OK || (decision->lock.lock_id == 0 && passing.expected_t == 0)) {
        return status; // a rank or a receivable, of which nothing moves
    }
    status = th_trade_load(store, decision->trade.of_trade_id, &pledge_trade, err);
    if (status == TH_OK) {
        status = th_pledge_ranks(store, th_pledge_root(&pledge_trade), &passing.ranks, err);
    }
    if (status == TH_OK) {
        status = th_trade_lines(store, decision->trade.trade_id, &passing.back, err);
    }
    passing.share_t = calloc(passing.ranks.n > 0 ? passing.ranks.n : 1, sizeof(*passing.share_t));
    if (status == TH_OK && !passing.share_t) {
        status = th_error_no_memory(err);
    }
    if (status == TH_OK) {
        status = pass_all(&passing, err);
    }
    free(passing.share_t);
    free(passing.ranks.items);
    th_trade_line_list_clear(&passing.back);
    return status;
}

// The lender gives up what is his. Once his own persons have recorded that all of his loan came
// back, the county's word does for his: he does not keep the units by saying nothing.
static enum th_status hear_pledgee(struct th_store *store, const struct th_trade *trade,
                                   struct th_word *ret_word, struct th_error *err)
{
    struct th_loan_totals loan;
    enum th_status status = th_loan_totals(store, trade->of_trade_id, &loan, err);
    if (status == TH_OK) {
        bool repaid =
            th_money_fen(loan.payout) > 0 && th_money_compare(loan.payout, loan.acknowledged) == 0;
        *ret_word = (struct th_word){.buyer = true, .county = repaid};
    }
    return status;
}

static enum th_status show(struct th_store *store, const struct th_trade *trade,
                           struct th_json *reply, struct th_error *err)
{
    struct th_release release = {.waived = {0}};
    enum th_status status = th_release_load(store, trade->trade_id, &release, err);
    th_json_set_units(reply, "waived_t", release.waived);
    th_json_set_units(reply, "forecast_t", release.expected);
    return status;
}

const struct th_deal_kind th_deal_release = {.name = "release",
                                             .propose = TH_MAY_PROPOSE,
                                             .pool_use = TH_POOL_USE_NONE,
                                             .from_lock = true,
                                             .by_pledgee = true,
                                             .must_hear = hear_pledgee,
                                             .terms = "pledge_release",
                                             .prepare = prepare,
                                             .check = check,
                                             .approve = approve,
                                             .show = show};

enum th_status th_trade_propose_release(struct th_registry *registry,
                                        const struct th_request *request,
                                        const struct th_release_input *input,
                                        struct th_json **ret_reply, struct th_error *err)
{
    struct th_json *given = th_json_object();
    th_json_set_text(given, "pledge", input->pledge);
    th_json_set_text(given, "tonnes", input->tonnes);
    th_json_set_text(given, "note", input->note);
    th_json_set_text(given, "on", input->on);
    return th_deal_propose(registry, request, &th_deal_release, given, input, ret_reply, err);
}
