// Parcels of the model: their kilograms laid end to end, the tonnes that stand on them, and what a
// buyer may choose of one parcel.
#include <assert.h>

#include "tests/campaign/model_internal.h"

enum { MAX_ISSUES = 4000, MAX_TONNES = 400000, TONNE_KG = 1000 };

static bool older(const struct issue *a, const struct issue *b)
{
    return a->year != b->year ? a->year < b->year : a->package < b->package;
}

static void lay(struct issue *issue, int parcel, int64_t kg)
{
    if (kg > 0) {
        assert(issue->n_segments < MAX_SEGMENTS);
        issue->segments[issue->n_segments++] = (struct segment){parcel, kg};
    }
}

// What is less than a tonne begins the line of the next year.
static void carry(const struct issue *from, struct issue *to)
{
    int64_t begin = 0;
    int64_t end = (int64_t)from->n * TONNE_KG;
    for (int i = 0; i < from->n_segments; i++) {
        int64_t next = begin + from->segments[i].kg;
        lay(to, from->segments[i].parcel, next - (begin > end ? begin : end));
        begin = next;
    }
}

static void add_issue(struct model *model, const struct issue *issue, int holder)
{
    model->issues =
        model_room(model->issues, model->n_issues, &model->issues_room, sizeof(*model->issues));
    assert(model->n_issues < MAX_ISSUES && model->n_tonnes + issue->n < MAX_TONNES);
    model->issues[model->n_issues] = *issue;
    int at = model->n_issues++;
    for (; at > 0 && older(issue, &model->issues[model->by_age[at - 1]]); at--) {
        model->by_age[at] = model->by_age[at - 1];
    }
    model->by_age[at] = model->n_issues - 1;
    for (int i = 0; i < issue->n; i++) {
        enum place place = i < issue->n - issue->buffer ? HELD : BUFFER;
        model->tonnes =
            model_room(model->tonnes, model->n_tonnes, &model->tonnes_room, sizeof(*model->tonnes));
        model->tonnes[model->n_tonnes++] =
            (struct tonne){(int16_t)holder, (int16_t)place, NONE, NONE, NONE};
        model->count[holder][place]++;
    }
}

void model_issue(struct model *model, int package_at)
{
    struct package *package = &model->packages[package_at];
    struct issue before = {.n = 0};
    package->issued = true;
    for (int year = 0; year < YEARS; year++) {
        struct issue issue = {
            .package = package_at, .year = FIRST_YEAR + year, .first = model->n_tonnes};
        int64_t kg = 0;
        carry(&before, &issue);
        for (int parcel = 0; parcel < PARCELS; parcel++) {
            lay(&issue, parcel, package->kg[parcel][year]);
        }
        for (int i = 0; i < issue.n_segments; i++) {
            kg += issue.segments[i].kg;
        }
        issue.n = (int)(kg / TONNE_KG);
        issue.buffer = (issue.n * package->buffer_percent + 99) / 100;
        add_issue(model, &issue, package->holder);
        before = issue;
    }
    settle_package(model, package_at);
}

// Does the tonne come from that parcel and no other?
static bool comes_from(const struct issue *issue, int64_t tonne, int parcel)
{
    int64_t begin = 0;
    for (int i = 0; i < issue->n_segments; i++) {
        int64_t end = begin + issue->segments[i].kg;
        bool behind = begin < (tonne + 1) * TONNE_KG && end > tonne * TONNE_KG;
        if (behind && issue->segments[i].parcel != parcel) {
            return false;
        }
        begin = end;
    }
    return true;
}

static bool wanted(const struct wish *wish, const struct issue *issue, const struct tonne *tonne)
{
    return (wish->package == ANY || wish->package == issue->package) &&
           (wish->year == 0 || wish->year == issue->year) && tonne->owner == wish->owner &&
           tonne->place == HELD && tonne->pool != NONE;
}

const char *take_of_parcels(struct model *model, struct deal *deal, const struct wish *wish,
                            const struct act *act)
{
    model->n_picked = 0;
    for (int i = 0; i < act->n_parcels; i++) {
        for (int k = 0; k < model->n_issues; k++) {
            const struct issue *issue = &model->issues[model->by_age[k]];
            bool own = issue->package == act->parcels[i] / PARCELS;
            for (int n = 0; own && n < issue->n && model->n_picked < act->tonnes; n++) {
                if (wanted(wish, issue, &model->tonnes[issue->first + n]) &&
                    comes_from(issue, n, act->parcels[i] % PARCELS)) {
                    model->scratch[model->n_picked++] = issue->first + n;
                }
            }
        }
    }
    if (model->n_picked < act->tonnes) {
        return "not_enough_units";
    }
    lines_from_picked(model, deal);
    return NULL;
}
