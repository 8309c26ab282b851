#include "store/people/beneficiary_store.h"

#include <string.h>

#include "store/db_internal.h"
#include "store/journal/entry_internal.h"

const char *th_beneficiary_state_name(enum th_beneficiary_state state)
{
    static const char *const NAMES[] = {[TH_BENEFICIARY_NEW] = "new",
                                        [TH_BENEFICIARY_ACCEPTED] = "accepted",
                                        [TH_BENEFICIARY_REFUSED] = "refused"};
    return NAMES[state];
}

static enum th_beneficiary_state state_of(const char *decision)
{
    if (decision == NULL) {
        return TH_BENEFICIARY_NEW;
    }
    return strcmp(decision, "accepted") == 0 ? TH_BENEFICIARY_ACCEPTED : TH_BENEFICIARY_REFUSED;
}

enum th_status th_beneficiary_review_insert(struct th_store *store,
                                            const struct th_beneficiary_review *review,
                                            struct th_error *err)
{
    static const char SQL[] = "INSERT INTO beneficiary_review (name, uscc, decision, reason, "
                              "reviewed_by, seq) VALUES (?1, ?2, ?3, ?4, ?5, ?6) RETURNING *";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_text(q, 1, review->name);
    th_bind_text(q, 2, review->uscc);
    th_bind_text(q, 3, review->accepted ? "accepted" : "refused");
    th_bind_text(q, 4, review->reason);
    th_bind_text(q, 5, review->login);
    th_bind_int(q, 6, review->seq);
    return th_entry_run(q, "beneficiary_review", err);
}

enum th_status th_beneficiary_state_load(struct th_store *store, const char *name, const char *uscc,
                                         enum th_beneficiary_state *ret_state, struct th_error *err)
{
    static const char SQL[] = "SELECT decision FROM beneficiary_review WHERE name = ?1 AND uscc = "
                              "?2 ORDER BY review_id DESC LIMIT 1";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_text(q, 1, name);
    th_bind_text(q, 2, uscc);
    enum th_status status = TH_OK;
    enum th_beneficiary_state state = TH_BENEFICIARY_NEW;
    if (th_stmt_next(q, &status, err)) {
        state = state_of(th_column_text(q, 0));
    }
    th_stmt_done(q);
    if (status == TH_OK) {
        *ret_state = state;
    }
    return status;
}

enum th_status th_beneficiary_each(struct th_store *store, const char *name, const char *uscc,
                                   bool (*visit)(void *context,
                                                 const struct th_beneficiary *beneficiary),
                                   void *context, struct th_error *err)
{
    static const char SQL[] =
        "SELECT b.name, b.uscc, p.name, b.n, b.first, b.retired_t, r.decision, r.reviewed_by, "
        "r.reason, j.at_utc FROM (SELECT beneficiary AS name, coalesce(beneficiary_uscc, '') AS "
        "uscc, count(*) AS n, min(trade_id) AS first, coalesce(sum(tonnes) FILTER (WHERE state = "
        "'approved'), 0) AS retired_t FROM trade WHERE kind = 'retirement' AND beneficiary IS NOT "
        "NULL AND (?1 IS NULL OR beneficiary = ?1) AND (?2 IS NULL OR coalesce(beneficiary_uscc, "
        "'') = ?2) GROUP BY 1, 2) b LEFT JOIN party p ON p.uscc = b.uscc LEFT JOIN "
        "beneficiary_review r ON r.review_id = (SELECT max(review_id) FROM beneficiary_review l "
        "WHERE l.name = b.name AND l.uscc = b.uscc) LEFT JOIN journal j ON j.seq = r.seq "
        "ORDER BY b.first";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_text(q, 1, name);
    th_bind_text(q, 2, uscc);
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        const struct th_beneficiary beneficiary = {.name = th_column_text(q, 0),
                                                   .uscc = th_column_text(q, 1),
                                                   .registered = th_column_text(q, 2),
                                                   .n_trades = th_column_int(q, 3),
                                                   .first_trade = th_column_int(q, 4),
                                                   .retired = th_column_units(q, 5),
                                                   .state = state_of(th_column_text(q, 6)),
                                                   .reviewed_by = th_column_text(q, 7),
                                                   .reason = th_column_text(q, 8),
                                                   .reviewed_utc = th_column_int(q, 9)};
        go_on = visit(context, &beneficiary);
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_beneficiary_proposes(struct th_store *store, const char *name, const char *uscc,
                                       const char *login, bool *ret_proposes, struct th_error *err)
{
    static const char SQL[] =
        "SELECT count(*) FROM trade WHERE kind = 'retirement' AND state = 'proposed' AND "
        "beneficiary = ?1 AND coalesce(beneficiary_uscc, '') = ?2 AND proposed_by = ?3";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_text(q, 1, name);
    th_bind_text(q, 2, uscc);
    th_bind_text(q, 3, login);
    int64_t n = 0;
    enum th_status status = th_stmt_int(q, 0, &n, err);
    if (status == TH_OK) {
        *ret_proposes = n > 0;
    }
    return status;
}
