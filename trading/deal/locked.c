// Which deals hold units that somebody else wants.
#include "trading/deal/locked.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"

struct search {
    const struct th_locked *of;
    struct th_lock_hold *deals; // of all their packages together
    size_t n;
    bool no_memory;
};

static bool is_asked(const struct th_locked *of, int64_t package_id)
{
    bool asked = of->n_lines == 0;
    for (size_t i = 0; i < of->n_lines && !asked; i++) {
        asked = of->lines[i].package_id == package_id;
    }
    return asked;
}

// Holds come deal by deal.
static bool note(void *context, const struct th_lock_hold *hold)
{
    struct search *search = context;
    if (!is_asked(search->of, hold->package_id)) {
        return true;
    }
    struct th_lock_hold *last = search->n > 0 ? &search->deals[search->n - 1] : NULL;
    if (last && last->trade_id == hold->trade_id) {
        last->units = th_units_from_t(th_units_t(last->units) + th_units_t(hold->units));
        return true;
    }
    struct th_lock_hold *deals = realloc(search->deals, (search->n + 1) * sizeof(*deals));
    if (!deals) {
        search->no_memory = true;
        return false;
    }
    search->deals = deals;
    deals[search->n++] = *hold;
    return true;
}

// The numbers of all but one, as many as fit, and their tonnes.
static void tell_others(const struct search *search, const struct th_lock_hold *most,
                        struct th_error *err)
{
    char numbers[TH_ERROR_VALUE_SIZE] = "";
    size_t used = 0;
    int64_t tonnes_t = 0;
    for (size_t i = 0; i < search->n; i++) {
        const struct th_lock_hold *deal = &search->deals[i];
        if (deal == most) {
            continue;
        }
        tonnes_t += th_units_t(deal->units);
        if (used < sizeof(numbers)) {
            int written = snprintf(numbers + used, sizeof(numbers) - used, "%s%lld",
                                   used > 0 ? ", " : "", (long long)deal->trade_id);
            used += (size_t)written;
        }
    }
    th_error_add(err, "others", numbers);
    th_error_add_int(err, "others_t", tonnes_t);
}

static void tell_none(struct th_error *err)
{
    th_error_add(err, "locked", "");
    th_error_add(err, "unlock", "");
}

static void tell_one(const struct th_lock_hold *deal, const char *locked, struct th_error *err)
{
    th_error_add_word(err, "locked", "locked", locked);
    th_error_add_word(err, "unlock", "unlock", deal->proposed ? "proposed" : deal->kind);
    th_error_add_int(err, "lock", deal->trade_id);
    th_error_add_word(err, "lock_kind", "value.kind", deal->kind);
}

static void tell(const struct search *search, struct th_error *err)
{
    const struct th_lock_hold *most = &search->deals[0];
    for (size_t i = 1; i < search->n; i++) {
        if (th_units_compare(search->deals[i].units, most->units) > 0) {
            most = &search->deals[i];
        }
    }
    tell_one(most, search->n > 1 ? "several" : "one", err);
    th_error_add_int(err, "lock_t", th_units_t(most->units));
    tell_others(search, most, err);
}

enum th_status th_locked_tell(struct th_store *store, const struct th_locked *of,
                              struct th_error *err)
{
    struct search search = {.of = of};
    struct th_error failed = {0};
    enum th_status status = th_lock_hold_each(store, &of->filter, note, &search, &failed);
    if (status == TH_OK && search.no_memory) {
        status = th_error_no_memory(&failed);
    }
    if (status != TH_OK && err) {
        *err = failed;
    } else if (search.n > 0) {
        tell(&search, err);
    } else {
        tell_none(err);
    }
    free(search.deals);
    return status == TH_OK ? TH_CONFLICT : status;
}

enum th_status th_locked_tell_lock(struct th_store *store, int64_t lock_id, struct th_error *err)
{
    struct th_trade trade;
    struct th_error failed = {0};
    if (lock_id == 0) {
        tell_none(err);
        return TH_CONFLICT;
    }
    enum th_status status = th_trade_load(store, lock_id, &trade, &failed);
    if (status != TH_OK) {
        if (err) {
            *err = failed;
        }
        return status;
    }
    struct th_lock_hold deal = {.trade_id = lock_id,
                                .proposed = strcmp(trade.state, "proposed") == 0};
    th_text_copy(deal.kind, sizeof(deal.kind), trade.kind);
    tell_one(&deal, "under", err);
    return TH_CONFLICT;
}

enum th_status th_locked_short(struct th_store *store, const struct th_locked *of,
                               int64_t available_t, int64_t wanted_t, struct th_error *err)
{
    (void)th_error_set(err, TH_CONFLICT, "not_enough_units", NULL);
    th_error_add_int(err, "available", available_t);
    th_error_add_int(err, "wanted", wanted_t);
    return th_locked_tell(store, of, err);
}

enum th_status th_locked_short_of(struct th_store *store, int64_t lock_id, int64_t available_t,
                                  int64_t wanted_t, struct th_error *err)
{
    const struct th_locked of = {.filter = {.source_id = lock_id}};
    return th_locked_short(store, &of, available_t, wanted_t, err);
}
