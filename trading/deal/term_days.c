// On which days the terms of revenue may change for some units and not for others.
#include "trading/deal/term_days.h"

#include <string.h>

#include "core/date.h"
#include "core/text.h"
#include "store/revenue/revenue_store.h"

struct walk {
    const struct th_term_days *days;
    char last_day[TH_ON_SIZE]; // on which was looked; "": none
    enum th_status status;
    struct th_error *err;
};

static void look_on(struct walk *walk, const char *day)
{
    const struct th_term_days *days = walk->days;
    bool beyond = days->until[0] != '\0' && strcmp(day, days->until) > 0;
    if (walk->status == TH_OK && !beyond && strcmp(walk->last_day, day) != 0) {
        th_text_copy(walk->last_day, sizeof(walk->last_day), day);
        walk->status = days->look(days->context, day, walk->err);
    }
}

// A term of some units can only tell them apart from the day on which it begins, and others on the
// day behind its last one.
static bool look_at_term(void *context, const struct th_term *term)
{
    struct walk *walk = context;
    const char *since = walk->days->from;
    char behind[TH_DATE_TEXT_SIZE] = "";
    struct th_date last;
    if (term->scope == TH_TERM_ALL) {
        return true;
    }
    if (term->ends_on[0] != '\0') {
        th_text_copy(behind, sizeof(behind), term->ends_on);
    } else if (term->to_on[0] != '\0' && th_date_parse(term->to_on, &last, NULL) == TH_OK) {
        (void)th_date_format(th_date_add(last, 1), behind);
    }
    if (behind[0] != '\0' && (strcmp(behind, since) <= 0 || strcmp(behind, term->from_on) <= 0)) {
        return true; // over before that, or before it began
    }
    look_on(walk, strcmp(term->from_on, since) > 0 ? term->from_on : since);
    if (behind[0] != '\0') {
        look_on(walk, behind);
    }
    return walk->status == TH_OK;
}

enum th_status th_term_days_each(struct th_store *store, const struct th_term_days *days,
                                 struct th_error *err)
{
    struct walk walk = {.days = days, .err = err};
    enum th_status status = th_term_each(store, look_at_term, &walk, err);
    return status == TH_OK ? walk.status : status;
}
