// What is owed for reversals, who makes it good, and whether all of it adds up.
#include <stdlib.h>
#include <string.h>

#include "store/deal/reversal_store.h"
#include "store/ground/spatial_blob.h"
#include "store/journal/posting_internal.h"
#include "store/ledger/ledger_internal.h"

enum th_status th_reversal_debt_post(struct th_posting *posting, int64_t trade_id, int64_t party_id,
                                     struct th_units owed, struct th_error *err)
{
    struct th_json *row = th_json_object();
    th_json_set_int(row, "trade_id", trade_id);
    th_json_set_int(row, "party_id", party_id);
    th_json_set_int(row, "owed_t", th_units_t(owed));
    return th_post(posting, "reversal_debt", row, err);
}

enum th_status th_reversal_debt_each(struct th_store *store, int64_t trade_id, int64_t party_id,
                                     bool (*visit)(void *context,
                                                   const struct th_reversal_debt *debt),
                                     void *context, struct th_error *err)
{
#define FILLED(state)                                                                              \
    "coalesce((SELECT sum(c.tonnes) FROM reversal_fill f JOIN trade c USING (trade_id) "           \
    "WHERE f.reversal_id = d.trade_id AND f.party_id = d.party_id AND c.state = '" state "'), 0)"
    static const char SQL[] =
        "SELECT d.trade_id, d.party_id, d.owed_t, " FILLED("approved") ", " FILLED(
            "proposed") ", t.on_date FROM reversal_debt d JOIN trade t USING (trade_id) "
                        "WHERE (?1 = 0 OR d.trade_id = ?1) AND (?2 = 0 OR d.party_id = ?2) "
                        "ORDER BY d.trade_id, d.party_id";
#undef FILLED
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, trade_id);
    th_bind_int(q, 2, party_id);
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        struct th_reversal_debt debt = {.trade_id = th_column_int(q, 0),
                                        .party_id = th_column_int(q, 1),
                                        .owed = th_column_units(q, 2),
                                        .filled = th_column_units(q, 3),
                                        .deciding = th_column_units(q, 4)};
        th_column_copy(q, 5, debt.on_date, sizeof(debt.on_date));
        go_on = visit(context, &debt);
    }
    th_stmt_done(q);
    return status;
}

static bool add_open(void *context, const struct th_reversal_debt *debt)
{
    int64_t *open_t = context;
    *open_t += th_units_t(debt->owed) - th_units_t(debt->filled);
    return true;
}

enum th_status th_reversal_owed(struct th_store *store, int64_t party_id, struct th_units *ret_open,
                                struct th_error *err)
{
    int64_t open_t = 0;
    enum th_status status = th_reversal_debt_each(store, 0, party_id, add_open, &open_t, err);
    if (status == TH_OK) {
        *ret_open = th_units_from_t(open_t);
    }
    return status;
}

enum th_status th_reversal_fill_load(struct th_store *store, int64_t trade_id,
                                     int64_t *ret_reversal_id, int64_t *ret_party_id,
                                     struct th_error *err)
{
    static const char SQL[] = "SELECT reversal_id, party_id FROM reversal_fill WHERE trade_id = ?1";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, trade_id);
    enum th_status status = TH_OK;
    int64_t ids[2] = {0, 0};
    if (th_stmt_next(q, &status, err)) {
        ids[0] = th_column_int(q, 0);
        ids[1] = th_column_int(q, 1);
    }
    th_stmt_done(q);
    if (status == TH_OK) {
        *ret_reversal_id = ids[0];
        *ret_party_id = ids[1];
    }
    return status;
}

static enum th_status broken(int64_t trade_id, const char *reason, struct th_error *err)
{
    (void)th_error_set(err, TH_INVARIANT, "reversal_broken", "reason", reason, NULL);
    th_error_add_int(err, "trade", trade_id);
    return TH_INVARIANT;
}

// How many rows of this reversal are wrong?
static enum th_status count_wrong(struct th_store *store, const char *sql, int64_t trade_id,
                                  const char *reason, struct th_error *err)
{
    int64_t n = 0;
    struct th_stmt *q = th_db_query(store, sql);
    th_bind_int(q, 1, trade_id);
    enum th_status status = th_stmt_int(q, 0, &n, err);
    return status == TH_OK && n != 0 ? broken(trade_id, reason, err) : status;
}

static enum th_status check_ground(struct th_store *store, int64_t trade_id, struct th_error *err)
{
    struct th_reversal_extent extent = {0};
    enum th_status status = th_reversal_extent_load(store, trade_id, &extent, err);
    for (size_t i = 0; i < extent.n_parcels && status == TH_OK; i++) {
        const struct th_reversal_parcel *parcel = &extent.parcels[i];
        struct th_hash hash = th_hash_bytes(TH_HASH_BLAKE2B, parcel->wkb, parcel->wkb_size);
        if (memcmp(&hash, &parcel->ground, sizeof(hash)) != 0) {
            status = broken(trade_id, "@reversal_reason.ground", err);
        }
    }
    th_reversal_extent_clear(&extent);
    // A piece that is gone or is no geometry any more.
    return status == TH_CORRUPT ? broken(trade_id, "@reversal_reason.ground", err) : status;
}

static enum th_status check_reversal(struct th_store *store, int64_t trade_id, struct th_error *err)
{
    static const char SQL_TONNES[] =
        "SELECT t.tonnes <> (SELECT coalesce(sum(b.last - b.first + 1), 0) FROM unit_event e "
        "JOIN unit_block b USING (block_id) WHERE e.trade_id = ?1 AND e.event = 'cancel') "
        "+ (SELECT coalesce(sum(owed_t), 0) FROM reversal_debt WHERE trade_id = ?1) "
        "FROM trade t WHERE t.trade_id = ?1 AND t.state = 'approved'";
    static const char SQL_MASS[] =
        "SELECT count(*) FROM reversal_loss l JOIN reversal_parcel p USING (trade_id, ordinal) "
        "WHERE l.trade_id = ?1 AND (SELECT t.state FROM trade t WHERE t.trade_id = ?1) = "
        "'approved' AND l.mass_kg < (SELECT sum(o.lost_kg) FROM reversal_loss o "
        "JOIN reversal_parcel q USING (trade_id, ordinal) JOIN trade u USING (trade_id) "
        "WHERE o.issuance_id = l.issuance_id AND q.parcel_id = p.parcel_id "
        "AND u.state = 'approved')";
    static const char SQL_FILLS[] =
        "SELECT count(*) FROM reversal_debt d WHERE d.trade_id = ?1 AND d.owed_t < (SELECT "
        "coalesce(sum(c.tonnes), 0) FROM reversal_fill f JOIN trade c USING (trade_id) "
        "WHERE f.reversal_id = d.trade_id AND f.party_id = d.party_id AND c.state = 'approved')";
    enum th_status status =
        count_wrong(store, SQL_TONNES, trade_id, "@reversal_reason.tonnes", err);
    if (status == TH_OK) {
        status = count_wrong(store, SQL_MASS, trade_id, "@reversal_reason.mass", err);
    }
    if (status == TH_OK) {
        status = count_wrong(store, SQL_FILLS, trade_id, "@reversal_reason.fills", err);
    }
    return status == TH_OK ? check_ground(store, trade_id, err) : status;
}

enum th_status th_reversal_check_all(struct th_store *store, const struct th_check_sink *sink,
                                     struct th_error *err)
{
    static const char SQL[] = "SELECT trade_id FROM reversal ORDER BY trade_id";
    return th_ledger_check_each(store, SQL, "reversals", check_reversal, sink, err);
}
