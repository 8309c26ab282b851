// Carbon that is lost again: what a burnt piece of ground takes, whose buffer is cancelled for it,
// what is owed then, and what makes it good.
#include <assert.h>
#include <stdlib.h>

#include "tests/campaign/model_internal.h"

__extension__ typedef __int128 wide;
enum { WHOLE = 10000, TONNE_KG = 1000 };
// Of a strip of which nothing was lost before, all: strips of a parcel × loss × loss before.
static const int64_t ALL = (int64_t)STRIPS * WHOLE * WHOLE;

static const struct issue *issue_of(const struct model *model, int package, int year)
{
    for (int i = 0; i < model->n_issues; i++) {
        if (model->issues[i].package == package && model->issues[i].year == FIRST_YEAR + year) {
            return &model->issues[i];
        }
    }
    return NULL;
}

// Kilograms of a parcel that stand behind tonnes.
static int64_t mass_of(const struct issue *issue, int parcel)
{
    int64_t begin = 0;
    int64_t sum = 0;
    for (int i = 0; i < issue->n_segments; i++) {
        int64_t end = least_of(begin + issue->segments[i].kg, (int64_t)issue->n * TONNE_KG);
        sum += issue->segments[i].parcel == parcel && end > begin ? end - begin : 0;
        begin += issue->segments[i].kg;
    }
    return sum;
}

// Strips of equal width have equal parts of a parcel's carbon. Of what earlier events left of each
// strip, as much is lost as now; kilograms are rounded up, and none is lost twice. `off`: how far
// the measured ground may be off, in kilograms over ALL.
static int64_t lost_kg(const struct model *model, const struct burn *burn, int parcel, int year,
                       int loss, int64_t off)
{
    const struct package *package = &model->packages[burn->package];
    const struct burnt *before = &package->burnt[parcel][year];
    int64_t mass = mass_of(issue_of(model, burn->package, year), parcel);
    int64_t part = 0;
    for (int i = 0; i < STRIPS; i++) {
        int strip = parcel * STRIPS + i;
        part += strip >= burn->from && strip < burn->to ? (int64_t)(WHOLE - before->worst[i]) * loss
                                                        : 0;
    }
    wide lost = part == 0 ? 0 : ((wide)mass * part + off + ALL - 1) / ALL;
    return lost < 0 ? 0 : least_of((int64_t)lost, mass - before->lost_kg);
}

static int year_of(const struct model *model, const struct act *act)
{
    int day = day_of(model, act);
    int year = 1970;
    for (int days = 365; day >= days; days = year % 4 == 0 ? 366 : 365) {
        day -= days;
        year++;
    }
    return year;
}

bool model_burns_clear(const struct model *model, const struct act *act)
{
    static const int64_t OFF = ALL / 20; // a twentieth of a kilogram
    for (int i = 0; i < act->n_burns; i++) {
        bool issued = model->packages[act->burns[i].package].issued;
        for (int k = 0; k < PARCELS * YEARS && issued; k++) {
            const struct burn *burn = &act->burns[i];
            if (lost_kg(model, burn, k / YEARS, k % YEARS, act->loss, -OFF) !=
                lost_kg(model, burn, k / YEARS, k % YEARS, act->loss, OFF)) {
                return false;
            }
        }
    }
    return true;
}

static void note_loss(struct deal *deal, const struct loss *loss)
{
    struct loss *losses = realloc(deal->losses, (size_t)(deal->n_losses + 1) * sizeof(*losses));
    assert(losses);
    deal->losses = losses;
    losses[deal->n_losses++] = *loss;
}

// Tonnes of a package: each year's kilograms rounded up.
static int64_t take_package(struct model *model, const struct burn *burn, int last_year,
                            struct deal *deal)
{
    int64_t tonnes = 0;
    for (int year = 0; year < YEARS && FIRST_YEAR + year <= last_year; year++) {
        int64_t kg = 0;
        for (int parcel = 0; parcel < PARCELS; parcel++) {
            int64_t lost = lost_kg(model, burn, parcel, year, deal->loss, 0);
            const struct loss loss = {burn->package, parcel, year, lost};
            kg += lost;
            if (lost > 0) {
                note_loss(deal, &loss);
            }
        }
        tonnes += (kg + TONNE_KG - 1) / TONNE_KG;
    }
    return tonnes;
}

const char *propose_reversal(struct model *model, const struct act *act, struct deal *deal)
{
    int last_year = year_of(model, act);
    deal->loss = act->loss;
    for (int i = 0; i < act->n_burns; i++) {
        int k = deal->n_burns++;
        for (; k > 0 && deal->burns[k - 1].package > act->burns[i].package; k--) {
            deal->burns[k] = deal->burns[k - 1];
        }
        deal->burns[k] = act->burns[i];
    }
    for (int i = 0; i < deal->n_burns; i++) {
        const struct burn *burn = &deal->burns[i];
        const struct package *package = &model->packages[burn->package];
        int64_t tonnes = package->issued ? take_package(model, burn, last_year, deal) : 0;
        if (tonnes > 0) {
            deal->seller =
                deal->n_lines == 0 || deal->seller == package->holder ? package->holder : NONE;
            line_add(deal, burn->package, NONE, package->holder)->tonnes = tonnes;
            deal->tonnes += tonnes;
        }
    }
    return deal->n_lines == 0 ? "reversal_nothing" : NULL;
}

// Another one took of the same parcel's year since.
static bool overtakes(const struct deal *other, const struct deal *deal)
{
    for (int i = 0; i < other->n_losses; i++) {
        for (int k = 0; k < deal->n_losses; k++) {
            const struct loss *a = &other->losses[i];
            const struct loss *b = &deal->losses[k];
            if (a->package == b->package && a->parcel == b->parcel && a->year == b->year) {
                return true;
            }
        }
    }
    return false;
}

const char *check_reversal(const struct model *model, int at)
{
    const struct deal *deal = &model->deals[at];
    for (int i = 0; i < model->n_deals && deal->kind == REVERSAL; i++) {
        const struct deal *other = &model->deals[i];
        if (other->kind == REVERSAL && other->state == APPROVED &&
            other->approved_at > deal->asked_at && overtakes(other, deal)) {
            return "reversal_overtaken";
        }
    }
    return NULL;
}

const char *ask_buffer_rule(struct model *model, const struct act *act)
{
    if (day_of(model, act) < model->today) {
        return "rule_past";
    }
    model->rules =
        model_room(model->rules, model->n_rules, &model->rules_room, sizeof(*model->rules));
    model->rules[model->n_rules++] = (struct buffer_rule){day_of(model, act), act->county};
    return NULL;
}

// Of what holds on a day, what was decided last of what began last.
static bool county_answers(const struct model *model, int on)
{
    struct buffer_rule rule = {.since = 0};
    for (int i = 0; i < model->n_rules; i++) {
        bool holds = model->rules[i].since <= on && model->rules[i].since >= rule.since;
        rule = holds ? model->rules[i] : rule;
    }
    return rule.county;
}

// Cancels buffer of a package, or, for ANY, of a holder, or, for ANY, of the county; what is still
// wanted.
static int64_t cancel_buffer(struct model *model, int holder, int package, int64_t wanted)
{
    for (int i = 0; i < model->n_issues; i++) {
        const struct issue *issue = &model->issues[model->by_age[i]];
        for (int k = issue->first; k < issue->first + issue->n && wanted > 0; k++) {
            bool fits = (package == ANY || issue->package == package) &&
                        (holder == ANY || model->tonnes[k].owner == holder);
            if (fits && model->tonnes[k].place == BUFFER) {
                put(model, k, model->tonnes[k].owner, CANCELLED, NONE, NONE);
                wanted--;
            }
        }
    }
    return wanted;
}

static void burn_strips(struct model *model, const struct deal *deal, const struct loss *loss)
{
    struct burnt *burnt = &model->packages[loss->package].burnt[loss->parcel][loss->year];
    burnt->lost_kg += loss->kg;
    for (int i = 0; i < deal->n_burns; i++) {
        const struct burn *burn = &deal->burns[i];
        for (int strip = burn->from; strip < burn->to && burn->package == loss->package; strip++) {
            int *worst = &burnt->worst[strip % STRIPS];
            if (strip / STRIPS == loss->parcel && *worst < deal->loss) {
                *worst = deal->loss;
            }
        }
    }
}

void approve_reversal(struct model *model, int at)
{
    struct deal *deal = &model->deals[at];
    int64_t left[MAX_BURNS] = {0};
    bool county = county_answers(model, deal->on);
    // Nobody draws on another package before each has drawn on its own, nor on another holder's.
    for (int i = 0; i < deal->n_lines; i++) {
        left[i] = cancel_buffer(model, ANY, deal->lines[i].package, deal->lines[i].tonnes);
    }
    for (int i = 0; i < deal->n_lines; i++) {
        left[i] = cancel_buffer(model, deal->lines[i].seller, ANY, left[i]);
    }
    for (int i = 0; i < deal->n_lines; i++) {
        left[i] = county ? cancel_buffer(model, ANY, ANY, left[i]) : left[i];
        deal->owed_t[deal->lines[i].seller] += left[i];
    }
    for (int i = 0; i < deal->n_losses; i++) {
        burn_strips(model, deal, &deal->losses[i]);
    }
}

// Tonnes that cancellations in that state give for somebody's debt.
static int64_t filled(const struct model *model, int reversal, int party, enum deal_state state)
{
    int64_t sum = 0;
    for (int i = reversal + 1; i < model->n_deals; i++) {
        const struct deal *deal = &model->deals[i];
        bool its = deal->kind == CANCELLATION && deal->reversal == reversal;
        sum += its && deal->for_whom == party && deal->state == state ? deal->tonnes : 0;
    }
    return sum;
}

static int64_t open_debt(const struct model *model, int reversal, int party)
{
    return model->deals[reversal].owed_t[party] - filled(model, reversal, party, APPROVED);
}

const char *find_debt(const struct model *model, const struct act *act, struct deal *deal)
{
    int found = NONE;
    int n = 0;
    for (int party = 0; party < N_PARTIES && act->reversal < model->n_deals; party++) {
        bool meant = act->debtor == NONE || act->debtor == party;
        if (meant && open_debt(model, act->reversal, party) > 0) {
            found = party;
            n++;
        }
    }
    if (n == 0) {
        return "reversal_not_owed";
    }
    if (n > 1 && open_debt(model, act->reversal, deal->seller) > 0) {
        found = deal->seller; // his own
    } else if (n > 1) {
        return "reversal_debtor";
    }
    deal->reversal = act->reversal;
    deal->for_whom = found;
    int64_t open = open_debt(model, act->reversal, found);
    int64_t deciding = filled(model, act->reversal, found, PROPOSED);
    return deal->tonnes > open - deciding ? "reversal_filled" : NULL;
}

const char *check_fill(const struct model *model, int at)
{
    const struct deal *deal = &model->deals[at];
    bool fills = deal->kind == CANCELLATION && deal->reversal != NONE;
    return fills && deal->tonnes > open_debt(model, deal->reversal, deal->for_whom)
               ? "reversal_filled"
               : NULL;
}

int64_t model_reversal_sum(const struct model *model, int reversal, int what)
{
    const struct deal *deal = &model->deals[reversal];
    int64_t sum = 0;
    for (int i = 0; i < deal->n_losses && what == REVERSAL_LOST_KG; i++) {
        sum += deal->losses[i].kg;
    }
    for (int party = 0; party < N_PARTIES && what != REVERSAL_LOST_KG; party++) {
        sum += what == REVERSAL_OWED_T ? deal->owed_t[party]
                                       : filled(model, reversal, party, APPROVED);
    }
    return sum;
}
