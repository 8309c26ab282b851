// Offers of the model: what the other side proposes holds nothing until the giver's word is there.
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "tests/campaign/model_internal.h"

void set_wait(const struct model *model, struct deal *deal)
{
    enum { NO_WAIT = 0, BRIEFLY = 1, UNLOCKED = 2, DECIDED = 3 };
    static const int BY_OTHER[N_KINDS] = {
        [PURCHASE] = BRIEFLY,   [RETIREMENT] = BRIEFLY,    [ACCEPTANCE] = BRIEFLY,
        [CORRECTION] = BRIEFLY, [TRANSFER] = UNLOCKED,     [PLEDGE] = UNLOCKED,
        [FORWARD] = UNLOCKED,   [SUBSCRIPTION] = UNLOCKED, [OPTION] = UNLOCKED,
        [EXERCISE] = DECIDED};
    int party = party_of(deal->proposer);
    bool own = party == deal->seller || (party == NONE && !has_login(deal->seller));
    int wait = own ? NO_WAIT : BY_OTHER[deal->kind];
    int days = wait == BRIEFLY ? (int)least_of(model->offer_days, model->proposal_days)
                               : model->proposal_days;
    deal->last_day = wait == DECIDED ? NONE : model->today + days;
    deal->offered = wait == UNLOCKED && deal->tonnes > 0;
    if (deal->offered) {
        deal->wanted = deal->expected;
        deal->expected = 0;
    }
}

struct line *copy_lines(const struct deal *deal)
{
    struct line *lines = calloc((size_t)deal->n_lines + 1, sizeof(*lines));
    assert(lines);
    if (deal->n_lines > 0) {
        memcpy(lines, deal->lines, (size_t)deal->n_lines * sizeof(*lines));
    }
    return lines;
}

bool pick_offer(struct model *model, struct deal *deal)
{
    int *picked = calloc((size_t)deal->tonnes + 1, sizeof(*picked));
    int64_t n = 0;
    assert(picked);
    for (int i = 0; i < deal->n_lines; i++) {
        struct line *line = &deal->lines[i];
        const struct wish wish = {line->seller, line->package, line->pool, 0};
        int64_t found = least_of(pick_held(model, &wish, line->tonnes), line->tonnes);
        memcpy(picked + n, model->scratch, (size_t)found * sizeof(*picked));
        n += found;
        if (line->cost_fen > 0) {
            line->cost_fen = next_cost(share_of(model, line->pool, line->package), line->tonnes);
        }
    }
    memcpy(model->scratch, picked, (size_t)n * sizeof(*picked));
    model->n_picked = (int)n;
    free(picked);
    if (deal->forecast != NONE) {
        n += least_of(model_free_forecast(model, deal->forecast), deal->wanted);
    }
    return n == deal->tonnes;
}
