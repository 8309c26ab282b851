#include "store/ledger/unit_find_store.h"

#include "store/db_internal.h"

// A leaf that came about by splits alone has its story with the ancestor that something happened
// to, so the way up ends there.
#define HAPPENED "h.event NOT IN ('split', 'lock', 'unlock', 'relock')"
#define SQL_LEAVES                                                                                 \
    "SELECT i.issuance_id, i.prefix, i.vintage, i.statement_based, i.package_id, k.name, "         \
    "k.methodology, b.first, b.last, b.state, b.owner_id, o.name, e.event, j.at_utc, e.trade_id, " \
    "t.kind, t.purpose, t.beneficiary, t.beneficiary_uscc, t.note "                                \
    "FROM unit_block b JOIN issuance i USING (issuance_id) JOIN package k USING (package_id) "     \
    "JOIN party o ON o.party_id = b.owner_id JOIN unit_event e ON e.block_id = ("                  \
    "WITH RECURSIVE up (id, happened) AS (SELECT b.block_id, EXISTS (SELECT 1 FROM unit_event h "  \
    "WHERE h.block_id = b.block_id AND " HAPPENED ") UNION ALL "                                   \
    "SELECT u.parent_id, EXISTS (SELECT 1 FROM unit_event h WHERE h.block_id = u.parent_id "       \
    "AND " HAPPENED ") FROM up JOIN unit_block u ON u.block_id = up.id "                           \
    "WHERE NOT up.happened AND u.parent_id IS NOT NULL) SELECT id FROM up WHERE happened) "        \
    "AND (e.seq, e.ordinal) = (SELECT h.seq, h.ordinal FROM unit_event h "                         \
    "WHERE h.block_id = e.block_id AND " HAPPENED " ORDER BY h.seq DESC, h.ordinal DESC LIMIT 1) " \
    "LEFT JOIN journal j ON j.seq = e.seq LEFT JOIN trade t ON t.trade_id = e.trade_id "           \
    "WHERE b.state <> 'split' AND (b.issuance_id, b.first) > (?8, ?9) "                            \
    "AND (?1 IS NULL OR instr(i.prefix, ?1) > 0) AND (?2 IS NULL OR i.vintage = ?2) "              \
    "AND (?3 IS NULL OR i.package_id = ?3) AND (?4 IS NULL OR EXISTS (SELECT 1 FROM "              \
    "issuance_segment s JOIN parcel p USING (parcel_id) WHERE s.issuance_id = b.issuance_id AND "  \
    "p.village = ?4 AND s.first_kg < b.last * 1000 AND s.first_kg + s.mass_kg > (b.first - 1) * "  \
    "1000)) AND (?6 IS NULL OR b.state = ?6) "                                                     \
    "AND (?7 IS NULL OR (b.state = 'retired' AND (instr(t.beneficiary, ?7) > 0 OR "                \
    "t.beneficiary_uscc = ?7)))"
#define SQL_ORDER " ORDER BY b.issuance_id, b.first"

static struct th_stmt *query(struct th_store *store, const struct th_unit_filter *filter)
{
    static const char SQL_ALL[] = SQL_LEAVES SQL_ORDER;
    static const char SQL_OWNER[] = SQL_LEAVES " AND b.owner_id = ?5" SQL_ORDER;
    struct th_stmt *q = th_db_query(store, filter->owner_id != 0 ? SQL_OWNER : SQL_ALL);
    th_bind_text(q, 1, filter->prefix);
    th_bind_id(q, 2, filter->vintage);
    th_bind_id(q, 3, filter->package_id);
    th_bind_text(q, 4, filter->village);
    if (filter->owner_id != 0) {
        th_bind_int(q, 5, filter->owner_id);
    }
    th_bind_text(q, 6, filter->state);
    th_bind_text(q, 7, filter->beneficiary);
    th_bind_int(q, 8, filter->after_issuance);
    th_bind_int(q, 9, filter->after_first);
    return q;
}

enum th_status th_unit_leaf_each(struct th_store *store, const struct th_unit_filter *filter,
                                 bool (*visit)(void *context, const struct th_unit_leaf *leaf),
                                 void *context, struct th_error *err)
{
    struct th_stmt *q = query(store, filter);
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        const struct th_unit_leaf leaf = {.issuance_id = th_column_int(q, 0),
                                          .prefix = th_column_text(q, 1),
                                          .vintage = (int)th_column_int(q, 2),
                                          .statement_based = th_column_int(q, 3) != 0,
                                          .package_id = th_column_int(q, 4),
                                          .package = th_column_text(q, 5),
                                          .methodology = th_column_text(q, 6),
                                          .first = th_column_int(q, 7),
                                          .last = th_column_int(q, 8),
                                          .state = th_column_text(q, 9),
                                          .owner_id = th_column_int(q, 10),
                                          .owner = th_column_text(q, 11),
                                          .event = th_column_text(q, 12),
                                          .at_utc = th_column_int(q, 13),
                                          .trade_id = th_column_int(q, 14),
                                          .trade_kind = th_column_text(q, 15),
                                          .purpose = th_column_text(q, 16),
                                          .beneficiary = th_column_text(q, 17),
                                          .beneficiary_uscc = th_column_text(q, 18),
                                          .note = th_column_text(q, 19)};
        go_on = visit(context, &leaf);
    }
    th_stmt_done(q);
    return status;
}
