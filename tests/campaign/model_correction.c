// A deal that takes back another one, whole: tonnes go where they came from, pools get back what
// was drawn, what is owed is dropped, what was paid is owed back.
#include <string.h>

#include "tests/campaign/model_internal.h"

bool is_correctable(enum kind kind)
{
    return kind == PURCHASE || kind == RESALE || kind == TRANSFER || kind == ACCEPTANCE ||
           kind == DELIVERY || kind == EXERCISE || kind == ENFORCEMENT;
}

static bool distributed(const struct model *model, int deal)
{
    for (int i = 0; i < model->n_runs; i++) {
        const struct revenue_run *run = &model->runs[i];
        for (int k = 0; k < run->n && run->state != REJECTED; k++) {
            if (run->taken[k].sale == deal) {
                return true;
            }
        }
    }
    return false;
}

// Nothing may rest on the deal any more but the correction itself; NONE: it is not made yet.
static const char *check_bare(const struct model *model, int of, int correction)
{
    bool acted_upon = false;
    for (int i = of + 1; i < model->n_deals; i++) {
        const struct deal *deal = &model->deals[i];
        acted_upon = acted_upon || (deal->of == of && i != correction && deal->state <= APPROVED);
    }
    return model->deals[of].corrected  ? "correction_done"
           : acted_upon                ? "correction_acted_upon"
           : distributed(model, of)    ? "correction_distributed"
           : model->deals[of].credited ? "correction_credited"
                                       : NULL;
}

// The tonnes must stand where the deal left them; the first that does not is named.
static const char *pick_units(struct model *model, const struct deal *of, int pool)
{
    int first = NONE;
    model->n_picked = 0;
    for (int i = 0; i < of->n_origins; i++) {
        int at = of->origins[i].tonne;
        const struct tonne *tonne = &model->tonnes[at];
        bool here = tonne->owner == of->buyer && tonne->place == HELD && tonne->pool == pool;
        first = !here && (first == NONE || at < first) ? at : first;
        model->scratch[model->n_picked++] = at;
    }
    if (first == NONE) {
        return NULL;
    }
    bool ended = model->tonnes[first].place == RETIRED || model->tonnes[first].place == CANCELLED;
    return ended ? "correction_units_ended" : "correction_units_moved";
}

static int64_t owed_to(const struct deal *deal, int party)
{
    for (int i = 0; i < deal->n_owed; i++) {
        if (deal->owed[i].party == party && deal->owed[i].fen > 0) {
            return deal->owed[i].fen;
        }
    }
    return 0;
}

// Each line with what was paid of it: what is owed to a seller is owed for his last ones; of a sale
// of pledged tonnes what is owed to anybody.
static void add_lines(const struct deal *of, int pool, struct deal *deal)
{
    for (int i = 0; i < of->n_lines; i++) {
        const struct line *line = &of->lines[i];
        int64_t open =
            of->kind == ENFORCEMENT ? of->amount_fen - of->paid_fen : owed_to(of, line->seller);
        for (int k = i + 1; k < of->n_lines; k++) {
            open -= of->lines[k].seller == line->seller ? of->lines[k].amount_fen : 0;
        }
        open = open > 0 ? least_of(open, line->amount_fen) : 0;
        struct line *back = line_add(deal, line->package, pool, of->buyer);
        back->tonnes = line->tonnes;
        back->amount_fen = line->amount_fen - open;
    }
}

const char *propose_correction(struct model *model, const struct act *act, struct deal *deal)
{
    if (act->of >= model->n_deals) {
        return "trade_not_found";
    }
    const struct deal *of = &model->deals[act->of];
    int pool = of->n_shares > 0 ? act->of : NONE;
    if (!is_correctable(of->kind) || of->tonnes == 0) {
        return "correction_kind";
    }
    if (of->state != APPROVED) {
        return "correction_not_approved";
    }
    const char *refusal = check_bare(model, act->of, NONE);
    if (refusal) {
        return refusal;
    }
    deal->of = act->of;
    deal->seller = of->buyer;
    deal->buyer = of->seller;
    deal->tonnes = of->tonnes;
    deal->amount_fen = of->paid_fen;
    set_tax(deal, of->tax);
    if (!own_deal(model, act->login, deal)) {
        return "trade_not_yours";
    }
    refusal = pick_units(model, of, pool);
    if (!refusal) {
        add_lines(of, pool, deal);
    }
    return refusal;
}

const char *check_correction(const struct model *model, int at)
{
    const struct deal *deal = &model->deals[at];
    if (deal->kind != CORRECTION) {
        return NULL;
    }
    const char *refusal = check_bare(model, deal->of, at);
    bool stale = model->deals[deal->of].paid_fen != deal->amount_fen;
    return refusal ? refusal : stale ? "correction_stale" : NULL;
}

// Who was paid owes it back, who is owed is owed no more.
static void turn_money(struct model *model, int at)
{
    const struct deal *deal = &model->deals[at];
    const struct deal *of = &model->deals[deal->of];
    for (int party = 0; party < N_PARTIES; party++) {
        int64_t open = owed_to(of, party);
        int64_t paid = of->creditable_fen[party];
        if (open > 0) {
            claim(model, deal->of, party, of->buyer, open);
        }
        if (paid > 0) {
            claim(model, at, party, of->buyer, paid);
        }
    }
}

// Tonnes go back under the lock of the deal that it acted upon, or, where that is over and has
// given the rest back, the same way as the rest.
void approve_correction(struct model *model, int at)
{
    const struct deal *deal = &model->deals[at];
    struct deal *of = &model->deals[deal->of];
    const struct deal *source = of->source != NONE ? &model->deals[of->source] : NULL;
    bool over = source && is_over(source, deal->decided_on);
    int lock = source && !over ? of->source : NONE;
    turn_money(model, at);
    for (int i = 0; i < of->n_origins; i++) {
        const struct origin *origin = &of->origins[i];
        put(model, origin->tonne, origin->owner, lock != NONE ? LOCKED : HELD, origin->pool, lock);
        model->tonnes[origin->tonne].came_by = origin->came_by;
    }
    draw_lines(model, of->lines, of->n_lines, over ? use_of(source->kind) : use_now(of), -1);
    of->corrected = true;
    memset(of->creditable_fen, 0, sizeof(of->creditable_fen)); // it pays no debt any more
}
