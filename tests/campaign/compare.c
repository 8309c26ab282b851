#include "tests/campaign/compare.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const PLACES[N_PLACES] = {"held", "locked", "buffer", "retired", "cancelled"};
static const char *const STATES[] = {"proposed", "approved", "rejected", "expired"};

static bool differs(const char *what, int64_t of, int64_t found, int64_t wanted)
{
    print_error("difference: %s %lld: the registry has %lld, the model %lld\n", what, (long long)of,
                (long long)found, (long long)wanted);
    return false;
}

static int party_at(const struct slot *slot, int64_t id)
{
    for (int i = 0; i < N_PARTIES; i++) {
        if (slot->party_ids[i] == id) {
            return i;
        }
    }
    return NONE;
}

static int package_at(const struct slot *slot, int64_t id)
{
    for (int i = 0; i < slot->n_packages; i++) {
        if (slot->package_ids[i] == id) {
            return i;
        }
    }
    return NONE;
}

static int place_at(const char *state)
{
    for (int i = 0; i < N_PLACES; i++) {
        if (strcmp(PLACES[i], state) == 0) {
            return i;
        }
    }
    return NONE;
}

// Deals are in the order of their ids.
static int deal_at(const struct model *model, int64_t id)
{
    int low = 0;
    int high = model->n_deals;
    while (low < high) {
        int middle = (low + high) / 2;
        if (model->deals[middle].id < id) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < model->n_deals && model->deals[low].id == id ? low : NONE;
}

bool compare_sums(const struct pair *pair)
{
    int64_t found[N_PARTIES][N_PLACES] = {{0}};
    rows_query(pair->rows, "SELECT owner_id, state, sum(units_t) FROM balance GROUP BY 1, 2", 0, 0);
    while (rows_next(pair->rows)) {
        int party = party_at(pair->slot, rows_int(pair->rows, 0));
        int place = place_at(rows_text(pair->rows, 1));
        if (party != NONE && place != NONE) {
            found[party][place] = rows_int(pair->rows, 2);
        }
    }
    for (int party = 0; party < N_PARTIES; party++) {
        for (int place = 0; place < N_PLACES; place++) {
            if (found[party][place] != pair->model->count[party][place]) {
                return differs(PLACES[place], party, found[party][place],
                               pair->model->count[party][place]);
            }
        }
    }
    int64_t unequal =
        rows_number(pair->rows,
                    "SELECT count(*) FROM (SELECT sum(amount_fen) AS fen FROM money_leg WHERE seq ="
                    " (SELECT max(seq) FROM journal) GROUP BY account HAVING fen <> 0)",
                    0, 0);
    return unequal == 0 || differs("accounts that do not sum to zero", 0, unequal, 0);
}

static int issue_at(const struct model *model, int package, int year)
{
    for (int i = 0; i < model->n_issues; i++) {
        if (model->issues[i].package == package && model->issues[i].year == year) {
            return i;
        }
    }
    return NONE;
}

static bool same_tonnes(const struct pair *pair, int issue, int64_t first, int64_t last)
{
    const struct rows *rows = pair->rows;
    int64_t pool_id = rows_int(rows, 5);
    int64_t lock_id = rows_int(rows, 6);
    int pool = pool_id == 0 ? NONE : deal_at(pair->model, pool_id);
    int lock = lock_id == 0 ? NONE : deal_at(pair->model, lock_id);
    int owner = party_at(pair->slot, rows_int(rows, 4));
    int place = place_at(rows_text(rows, 3));
    for (int64_t serial = first; serial <= last; serial++) {
        const struct tonne *tonne =
            &pair->model->tonnes[pair->model->issues[issue].first + serial - 1];
        if (tonne->owner != owner || tonne->place != place || tonne->pool != pool ||
            tonne->lock != lock) {
            print_error("difference: package %d year %d serial %lld: the registry has owner %d "
                        "%s pool %lld lock of %lld, the model owner %d %s pool %lld lock of %lld\n",
                        pair->model->issues[issue].package, pair->model->issues[issue].year,
                        (long long)serial, owner, rows_text(rows, 3), (long long)pool_id,
                        (long long)lock_id, tonne->owner, PLACES[tonne->place],
                        tonne->pool == NONE ? 0 : (long long)pair->model->deals[tonne->pool].id,
                        tonne->lock == NONE ? 0 : (long long)pair->model->deals[tonne->lock].id);
            return false;
        }
    }
    return true;
}

static bool compare_tonnes(const struct pair *pair)
{
    static const char SQL[] =
        "SELECT i.package_id, i.vintage, b.first, b.state, b.owner_id, b.pool_id, b.lock_id,"
        " b.last FROM unit_block b JOIN issuance i USING (issuance_id) WHERE b.state <> 'split'";
    int64_t n = 0;
    rows_query(pair->rows, SQL, 0, 0);
    while (rows_next(pair->rows)) {
        int package = package_at(pair->slot, rows_int(pair->rows, 0));
        if (package == NONE) {
            continue;
        }
        int issue = issue_at(pair->model, package, (int)rows_int(pair->rows, 1));
        int64_t first = rows_int(pair->rows, 2);
        int64_t last = rows_int(pair->rows, 7);
        if (issue == NONE || last > pair->model->issues[issue].n) {
            return differs("package", package, last,
                           issue == NONE ? 0 : pair->model->issues[issue].n);
        }
        if (!same_tonnes(pair, issue, first, last)) {
            return false;
        }
        n += last - first + 1;
    }
    return n == pair->model->n_tonnes || differs("tonnes", 0, n, pair->model->n_tonnes);
}

static bool compare_money(const struct pair *pair)
{
    int64_t found[2][N_PARTIES] = {{0}};
    rows_query(pair->rows,
               "SELECT party_id, account = 'cash', sum(amount_fen) FROM money_leg GROUP BY 1, 2", 0,
               0);
    while (rows_next(pair->rows)) {
        int party = party_at(pair->slot, rows_int(pair->rows, 0));
        if (party != NONE) {
            found[rows_int(pair->rows, 1)][party] = rows_int(pair->rows, 2);
        }
    }
    for (int party = 0; party < N_PARTIES; party++) {
        if (found[0][party] != pair->model->claim_fen[party]) {
            return differs("claims of party", party, found[0][party],
                           pair->model->claim_fen[party]);
        }
        if (found[1][party] != pair->model->cash_fen[party]) {
            return differs("cash of party", party, found[1][party], pair->model->cash_fen[party]);
        }
    }
    return true;
}

static const struct taken *taken_of(const struct model *model, int64_t run_id, int sale)
{
    for (int i = 0; i < model->n_runs && sale != NONE; i++) {
        const struct revenue_run *run = &model->runs[i];
        for (int k = 0; run->id == run_id && k < run->n; k++) {
            if (run->taken[k].sale == sale) {
                return &run->taken[k];
            }
        }
    }
    return NULL;
}

// What each run takes of each sale.
static bool compare_runs(const struct pair *pair)
{
    const struct model *model = pair->model;
    int64_t n = 0;
    int64_t wanted = 0;
    rows_query(pair->rows,
               "SELECT distribution_id, trade_id, receipts_fen, tax_fen, cost_fen, deductions_fen,"
               " net_fen, distributed_fen, term_id FROM distribution_sale",
               0, 0);
    while (rows_next(pair->rows)) {
        static const char *const WHAT[] = {"receipts", "tax",         "cost", "deductions",
                                           "net",      "distributed", "term"};
        int64_t run_id = rows_int(pair->rows, 0);
        int sale = deal_at(model, rows_int(pair->rows, 1));
        const struct taken *taken = taken_of(model, run_id, sale);
        if (sale == NONE) {
            continue;
        }
        if (!taken) {
            return differs("a sale in run", run_id, rows_int(pair->rows, 1), NONE);
        }
        const int64_t numbers[] = {taken->receipts,
                                   taken->tax,
                                   taken->cost,
                                   taken->deductions,
                                   taken->net,
                                   taken->distributed,
                                   pair->slot->term_ids[taken->term]};
        n++;
        for (int i = 0; i < 7; i++) {
            if (rows_int(pair->rows, 2 + i) != numbers[i]) {
                print_error("run %lld, sale %lld: ", (long long)run_id,
                            (long long)model->deals[sale].id);
                return differs(WHAT[i], run_id, rows_int(pair->rows, 2 + i), numbers[i]);
            }
        }
    }
    for (int i = 0; i < model->n_runs; i++) {
        wanted += model->runs[i].n;
    }
    return n == wanted || differs("sales of runs", 0, n, wanted);
}

// Who gets what of each of them.
static bool compare_payments(const struct pair *pair)
{
    int64_t sum = 0;
    rows_query(pair->rows,
               "SELECT distribution_id, trade_id, party_id, sum(amount_fen) FROM"
               " distribution_payment GROUP BY 1, 2, 3",
               0, 0);
    while (rows_next(pair->rows)) {
        int64_t run_id = rows_int(pair->rows, 0);
        int sale = deal_at(pair->model, rows_int(pair->rows, 1));
        int party = party_at(pair->slot, rows_int(pair->rows, 2));
        const struct taken *taken = taken_of(pair->model, run_id, sale);
        if (!taken || party == NONE) {
            continue; // of another world in the same file
        }
        sum += taken->amounts[party];
        if (rows_int(pair->rows, 3) != taken->amounts[party]) {
            print_error("run %lld, sale %lld: ", (long long)run_id,
                        (long long)pair->model->deals[sale].id);
            return differs("payment of party", party, rows_int(pair->rows, 3),
                           taken->amounts[party]);
        }
    }
    for (int i = 0; i < pair->model->n_runs; i++) {
        for (int k = 0; k < pair->model->runs[i].n; k++) {
            sum -= pair->model->runs[i].taken[k].distributed;
        }
    }
    return sum == 0 || differs("payments", 0, sum, 0);
}

// Numbers that the registry keeps beside some deals.
struct beside {
    const char *sql; // the deal's id, then the numbers
    const char *names[3];
    // What the model has; false: nothing, so that there is no row.
    bool (*wanted)(const struct model *model, int at, int64_t ret_numbers[3]);
};

static bool compare_beside(const struct pair *pair, const struct beside *beside)
{
    const struct model *model = pair->model;
    int64_t wanted[3];
    int64_t n = 0;
    rows_query(pair->rows, beside->sql, 0, 0);
    while (rows_next(pair->rows)) {
        int at = deal_at(model, rows_int(pair->rows, 0));
        if (at == NONE) {
            continue; // of another world in the same file
        }
        n++;
        bool known = beside->wanted(model, at, wanted);
        for (int i = 0; i < 3 && beside->names[i]; i++) {
            if (!known || rows_int(pair->rows, 1 + i) != wanted[i]) {
                return differs(beside->names[i], model->deals[at].id, rows_int(pair->rows, 1 + i),
                               known ? wanted[i] : NONE);
            }
        }
    }
    for (int i = 0; i < model->n_deals; i++) {
        n -= beside->wanted(model, i, wanted) ? 1 : 0;
    }
    return n == 0 || differs("deals with as many", 0, n, 0);
}

static bool loan_of(const struct model *model, int at, int64_t ret_numbers[3])
{
    const struct deal *deal = &model->deals[at];
    bool stands = false;
    for (int i = 0; i < deal->n_loan; i++) {
        stands = stands || !deal->loan[i].taken_back;
    }
    for (int kind = PAYOUT; kind <= INTEREST; kind++) {
        ret_numbers[kind] = model_loan_sum(deal, (enum loan)kind, INT_MAX);
    }
    return stands;
}

static bool costs_of(const struct model *model, int at, int64_t ret_numbers[3])
{
    const struct deal *deal = &model->deals[at];
    ret_numbers[0] = model_costs(deal);
    return deal->n_costs > 0;
}

static bool loss_of(const struct model *model, int at, int64_t ret_numbers[3])
{
    ret_numbers[0] = model_reversal_sum(model, at, REVERSAL_LOST_KG);
    return ret_numbers[0] > 0;
}

static bool debt_of(const struct model *model, int at, int64_t ret_numbers[3])
{
    ret_numbers[0] = model_reversal_sum(model, at, REVERSAL_OWED_T);
    return ret_numbers[0] > 0;
}

static bool fill_of(const struct model *model, int at, int64_t ret_numbers[3])
{
    ret_numbers[0] = model_reversal_sum(model, at, REVERSAL_FILLED_T);
    return ret_numbers[0] > 0;
}

static const struct beside BESIDE[] = {
    {"SELECT trade_id, sum(amount_fen * (kind = 'payout')), sum(amount_fen * (kind ="
     " 'repayment')), sum(amount_fen * (kind = 'interest')) FROM loan_payment WHERE payment_id NOT"
     " IN (SELECT payment_id FROM loan_withdrawal) GROUP BY trade_id",
     {"payouts under", "repayments under", "interest under"},
     loan_of},
    {"SELECT trade_id, sum(amount_fen * (w.deduction_id IS NULL) * (kind <> 'reserve' OR"
     " s.actual_fen IS NULL)) + coalesce(s.actual_fen, 0) FROM revenue_deduction LEFT JOIN"
     " deduction_withdrawal w USING (deduction_id) LEFT JOIN settlement_standing s USING (trade_id)"
     " GROUP BY trade_id",
     {"costs of"},
     costs_of},
    {"SELECT trade_id, sum(lost_kg) FROM reversal_loss GROUP BY trade_id",
     {"kilograms lost by"},
     loss_of},
    {"SELECT trade_id, sum(owed_t) FROM reversal_debt GROUP BY trade_id",
     {"tonnes owed for"},
     debt_of},
    {"SELECT reversal_id, sum(tonnes) FROM reversal_fill JOIN trade USING (trade_id) WHERE state ="
     " 'approved' GROUP BY reversal_id",
     {"tonnes made good for"},
     fill_of}};

static bool compare_all_beside(const struct pair *pair)
{
    for (size_t i = 0; i < sizeof(BESIDE) / sizeof(BESIDE[0]); i++) {
        if (!compare_beside(pair, &BESIDE[i])) {
            return false;
        }
    }
    return true;
}

static struct payout *payout_of(const struct model *model, int64_t run_id, int party)
{
    for (int i = 0; i < model->n_runs && party != NONE; i++) {
        if (model->runs[i].id == run_id) {
            return &model->runs[i].payouts[party];
        }
    }
    return NULL;
}

// What became of each of them: its last state, the day of it, and how often it was sent.
static bool compare_payouts(const struct pair *pair)
{
    static const char *const LAST[] = {"resent", "paid", "returned"};
    const struct model *model = pair->model;
    int64_t n = 0;
    rows_query(pair->rows,
               "SELECT distribution_id, party_id, kind, on_date, attempt, max(payout_event_id)"
               " FROM payout_event GROUP BY 1, 2",
               0, 0);
    while (rows_next(pair->rows)) {
        char day[16];
        int64_t run_id = rows_int(pair->rows, 0);
        int party = party_at(pair->slot, rows_int(pair->rows, 1));
        const struct payout *payout = payout_of(model, run_id, party);
        if (!payout) {
            continue; // of another world in the same file
        }
        n++;
        if (strcmp(rows_text(pair->rows, 2), LAST[payout->state]) != 0 ||
            strcmp(rows_text(pair->rows, 3), world_day(payout->since, day)) != 0 ||
            rows_int(pair->rows, 4) != payout->attempt) {
            print_error("run %lld, party %d: %s since %s: ", (long long)run_id, party,
                        rows_text(pair->rows, 2), rows_text(pair->rows, 3));
            return differs("attempts of run", run_id, rows_int(pair->rows, 4), payout->attempt);
        }
    }
    for (int i = 0; i < model->n_runs; i++) {
        for (int party = 0; party < N_PARTIES; party++) {
            n -= model->runs[i].payouts[party].changed ? 1 : 0;
        }
    }
    return n == 0 || differs("payments that changed", 0, n, 0);
}

static bool compare_deals(const struct pair *pair)
{
    const struct model *model = pair->model;
    int n = 0;
    rows_query(pair->rows,
               "SELECT trade_id, kind, state, tonnes, amount_fen, net_fen, seller_id, buyer_id"
               " FROM trade",
               0, 0);
    while (rows_next(pair->rows)) {
        int64_t id = rows_int(pair->rows, 0);
        int at = deal_at(model, id);
        if (at == NONE) {
            continue; // of another world in the same file
        }
        const struct deal *deal = &model->deals[at];
        n++;
        if (strcmp(rows_text(pair->rows, 1), KIND_NAMES[deal->kind]) != 0 ||
            strcmp(rows_text(pair->rows, 2), STATES[deal->state]) != 0) {
            print_error("difference: deal %lld: the registry has %s %s, the model %s %s\n",
                        (long long)id, rows_text(pair->rows, 1), rows_text(pair->rows, 2),
                        KIND_NAMES[deal->kind], STATES[deal->state]);
            return false;
        }
        if (rows_int(pair->rows, 3) != deal->tonnes) {
            return differs("tonnes of deal", id, rows_int(pair->rows, 3), deal->tonnes);
        }
        if (rows_int(pair->rows, 4) != deal->amount_fen) {
            return differs("amount of deal", id, rows_int(pair->rows, 4), deal->amount_fen);
        }
        if (rows_int(pair->rows, 5) != deal->net_fen) {
            return differs("net of deal", id, rows_int(pair->rows, 5), deal->net_fen);
        }
    }
    return n == model->n_deals || differs("deals", 0, n, model->n_deals);
}

static bool same_line(const struct rows *rows, const struct line *line, const struct slot *slot,
                      const struct model *model)
{
    int64_t pool_id = line->pool == NONE ? 0 : model->deals[line->pool].id;
    return rows_int(rows, 2) == slot->package_ids[line->package] && rows_int(rows, 3) == pool_id &&
           rows_int(rows, 4) == slot->party_ids[line->seller] &&
           rows_int(rows, 5) == line->tonnes && rows_int(rows, 6) == line->amount_fen &&
           rows_int(rows, 7) == line->cost_fen;
}

static bool compare_lines(const struct pair *pair)
{
    const struct model *model = pair->model;
    int64_t n = 0;
    int64_t wanted = 0;
    rows_query(pair->rows,
               "SELECT trade_id, ordinal, package_id, pool_id, seller_id, tonnes, amount_fen,"
               " cost_fen FROM trade_line",
               0, 0);
    while (rows_next(pair->rows)) {
        int at = deal_at(model, rows_int(pair->rows, 0));
        int64_t ordinal = rows_int(pair->rows, 1);
        if (at == NONE) {
            continue;
        }
        n++;
        if (ordinal > model->deals[at].n_lines ||
            !same_line(pair->rows, &model->deals[at].lines[ordinal - 1], pair->slot, model)) {
            const struct line none = {0};
            const struct line *line =
                ordinal > model->deals[at].n_lines ? &none : &model->deals[at].lines[ordinal - 1];
            print_error("difference: deal %lld (%s) line %lld: the registry has %lld t %lld fen "
                        "cost %lld of package %lld pool %lld, the model %lld t %lld fen cost "
                        "%lld of package %lld\n",
                        (long long)model->deals[at].id, KIND_NAMES[model->deals[at].kind],
                        (long long)ordinal, (long long)rows_int(pair->rows, 5),
                        (long long)rows_int(pair->rows, 6), (long long)rows_int(pair->rows, 7),
                        (long long)rows_int(pair->rows, 2), (long long)rows_int(pair->rows, 3),
                        (long long)line->tonnes, (long long)line->amount_fen,
                        (long long)line->cost_fen,
                        (long long)pair->slot->package_ids[line->package]);
            return false;
        }
    }
    for (int i = 0; i < model->n_deals; i++) {
        wanted += model->deals[i].offered ? 0 : model->deals[i].n_lines;
    }
    return n == wanted || differs("lines", 0, n, wanted);
}

static bool compare_pools(const struct pair *pair)
{
    const struct model *model = pair->model;
    int64_t n = 0;
    int64_t wanted = 0;
    rows_query(pair->rows,
               "SELECT pool_id, package_id, bought_t, cost_fen, sold_t, sold_cost_fen, used_t"
               " FROM pool_share ORDER BY pool_id, package_id",
               0, 0);
    for (int place = 0; rows_next(pair->rows);) {
        int at = deal_at(model, rows_int(pair->rows, 0));
        int package = package_at(pair->slot, rows_int(pair->rows, 1));
        if (at == NONE) {
            continue;
        }
        n++;
        const struct deal *pool = &model->deals[at];
        for (place = 0; place < pool->n_shares && pool->shares[place].package != package;) {
            place++;
        }
        if (place == pool->n_shares) {
            return differs("pool with an unknown package", pool->id, package, NONE);
        }
        const struct share *share = &pool->shares[place];
        const int64_t numbers[] = {share->bought, share->cost_fen, share->sold,
                                   share->sold_cost_fen, share->used};
        for (int i = 0; i < 5; i++) {
            if (rows_int(pair->rows, 2 + i) != numbers[i]) {
                static const char *const WHAT[] = {"bought of pool", "cost of pool", "sold of pool",
                                                   "cost of what was sold of pool", "used of pool"};
                return differs(WHAT[i], pool->id, rows_int(pair->rows, 2 + i), numbers[i]);
            }
        }
    }
    for (int i = 0; i < model->n_deals; i++) {
        wanted += model->deals[i].n_shares;
    }
    return n == wanted || differs("shares of pools", 0, n, wanted);
}

// A slot's forecasts come in the order in which the model made them.
static bool compare_forecasts(const struct pair *pair)
{
    const struct model *model = pair->model;
    int n = 0;
    rows_query(pair->rows,
               "SELECT package_id, registered_t, arrived_t, lost_t FROM forecast"
               " ORDER BY forecast_id",
               0, 0);
    while (rows_next(pair->rows)) {
        int package = package_at(pair->slot, rows_int(pair->rows, 0));
        if (package == NONE) {
            continue;
        }
        const struct forecast *forecast = &model->forecasts[n];
        if (n >= model->n_forecasts || forecast->package != package ||
            rows_int(pair->rows, 1) != forecast->registered ||
            rows_int(pair->rows, 2) != forecast->arrived ||
            rows_int(pair->rows, 3) != forecast->lost) {
            return differs("forecast", n, rows_int(pair->rows, 2),
                           n < model->n_forecasts ? forecast->arrived : NONE);
        }
        n++;
    }
    if (n != model->n_forecasts) {
        return differs("forecasts", 0, n, model->n_forecasts);
    }
    rows_query(pair->rows, "SELECT lock_id, forecast_t FROM unit_lock WHERE forecast_id > 0", 0, 0);
    while (rows_next(pair->rows)) {
        int at = deal_at(model, rows_int(pair->rows, 0));
        if (at != NONE && model->deals[at].expected != rows_int(pair->rows, 1)) {
            return differs("expected tonnes under deal", model->deals[at].id,
                           rows_int(pair->rows, 1), model->deals[at].expected);
        }
    }
    return true;
}

// Days of payment, each deal's in their order.
static bool compare_schedules(const struct pair *pair)
{
    const struct model *model = pair->model;
    int64_t n = 0;
    int64_t wanted = 0;
    rows_query(pair->rows, "SELECT trade_id, ordinal, on_date, amount_fen FROM trade_schedule", 0,
               0);
    while (rows_next(pair->rows)) {
        char day[16];
        int at = deal_at(model, rows_int(pair->rows, 0));
        int64_t ordinal = rows_int(pair->rows, 1);
        if (at == NONE) {
            continue;
        }
        n++;
        const struct deal *deal = &model->deals[at];
        const struct paid *step = ordinal <= deal->n_pay ? &deal->pay[ordinal - 1] : NULL;
        if (!step || step->fen != rows_int(pair->rows, 3) ||
            strcmp(world_day(step->on, day), rows_text(pair->rows, 2)) != 0) {
            return differs("days of payment of deal", deal->id, rows_int(pair->rows, 3),
                           step ? step->fen : NONE);
        }
    }
    for (int i = 0; i < model->n_deals; i++) {
        wanted += model->deals[i].n_pay;
    }
    return n == wanted || differs("days of payment", 0, n, wanted);
}

static bool same_receipts(const struct deal *deal, const struct th_json *told)
{
    int n = (int)th_json_size(told);
    if (n != deal->n_paid) {
        return differs("receipts of deal", deal->id, n, deal->n_paid);
    }
    for (int i = 0; i < n; i++) {
        const struct th_json *row = th_json_at(told, (size_t)i);
        const struct receipt *receipt = &deal->paid[i];
        int64_t fen = th_json_get_int(row, "amount_fen", -1);
        bool taken_back = th_json_get_text(row, "withdrawn_on", NULL) != NULL;
        if (fen != receipt->fen || taken_back != receipt->taken_back) {
            return differs("a receipt of deal", deal->id, fen, receipt->fen);
        }
    }
    return true;
}

bool compare_reply(const struct model *model, int at, const struct th_json *reply)
{
    const struct deal *deal = &model->deals[at];
    const struct th_json *steps = th_json_get(reply, "schedule");
    int64_t left = deal->paid_fen;
    if ((int)th_json_size(steps) != deal->n_pay) {
        return differs("days of payment in the reply of deal", deal->id,
                       (int64_t)th_json_size(steps), deal->n_pay);
    }
    for (int i = 0; i < deal->n_pay; i++) {
        int64_t part = left < deal->pay[i].fen ? left : deal->pay[i].fen;
        int64_t told = th_json_get_int(th_json_at(steps, (size_t)i), "received_fen", -1);
        left -= part;
        if (told != part) {
            return differs("received for a day of payment of deal", deal->id, told, part);
        }
    }
    if (!same_receipts(deal, th_json_get(reply, "receipts"))) {
        return false;
    }
    int64_t open = th_json_get_int(reply, "outstanding_fen", -1);
    bool due = deal->state == APPROVED;
    return !due || open == model_outstanding(model, at) ||
           differs("outstanding of deal", deal->id, open, model_outstanding(model, at));
}

bool compare_loan(const struct deal *pledge, const struct th_json *reply)
{
    static const struct {
        enum loan kind;
        const char *sum, *name;
    } KINDS[] = {{PAYOUT, "payout_fen", "payout"},
                 {REPAYMENT, "repayment_fen", "repayment"},
                 {INTEREST, "interest_fen", "interest"}};
    const struct th_json *loan = th_json_get(reply, "pledge");
    const struct th_json *payments = th_json_get(loan, "payments");
    if ((int)th_json_size(payments) != pledge->n_loan) {
        return differs("payments of the loan under pledge", pledge->id,
                       (int64_t)th_json_size(payments), pledge->n_loan);
    }
    for (int i = 0; i < pledge->n_loan; i++) {
        const struct th_json *told = th_json_at(payments, (size_t)i);
        const struct payment *payment = &pledge->loan[i];
        bool back = th_json_get_text(told, "withdrawn_on", NULL) != NULL;
        char day[16];
        if (th_json_get_int(told, "payment_id", 0) != payment->id ||
            th_json_get_int(told, "amount_fen", 0) != payment->fen ||
            strcmp(th_json_get_text(told, "kind", ""), KINDS[payment->kind].name) != 0 ||
            strcmp(th_json_get_text(told, "on", ""), world_day(payment->on, day)) != 0 ||
            back != payment->taken_back) {
            return differs("payment of a loan", payment->id, th_json_get_int(told, "amount_fen", 0),
                           payment->fen);
        }
    }
    for (int i = 0; i < 3; i++) {
        int64_t told = th_json_get_int(loan, KINDS[i].sum, -1);
        int64_t sum = model_loan_sum(pledge, KINDS[i].kind, INT_MAX);
        if (told != sum) {
            return differs(KINDS[i].sum, pledge->id, told, sum);
        }
    }
    return true;
}

bool compare_all(const struct pair *pair)
{
    return compare_sums(pair) && compare_deals(pair) && compare_lines(pair) &&
           compare_schedules(pair) && compare_all_beside(pair) && compare_runs(pair) &&
           compare_payments(pair) && compare_payouts(pair) && compare_tonnes(pair) &&
           compare_money(pair) && compare_pools(pair) && compare_forecasts(pair);
}
