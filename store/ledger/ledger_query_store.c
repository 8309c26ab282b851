// Reading the ledger: leaves by owner, trade and serial, totals, and the story of a range.
#include <stdlib.h>
#include <string.h>

#include "store/ledger/ledger_internal.h"

// Steps through a bound query of blocks and appends every row; done with the statement at the end.
static enum th_status collect(struct th_stmt *q, struct th_block_list *list, struct th_error *err)
{
    enum th_status status = TH_OK;
    while (th_stmt_next(q, &status, err)) {
        struct th_block block;
        th_block_read(q, &block);
        status = th_block_list_append(list, &block, err);
    }
    th_stmt_done(q);
    return status;
}

static int by_serial(const void *a, const void *b)
{
    const struct th_block *left = a;
    const struct th_block *right = b;
    int issuance =
        (left->issuance_id > right->issuance_id) - (left->issuance_id < right->issuance_id);
    return issuance != 0 ? issuance : (left->first > right->first) - (left->first < right->first);
}

// In order of serials; a block that came twice (locked and handed over in one entry) stays once.
static void sort_once(struct th_block_list *list)
{
    size_t n = 1;
    qsort(list->items, list->n, sizeof(*list->items), by_serial);
    for (size_t i = 1; i < list->n; i++) {
        if (list->items[i].block_id != list->items[n - 1].block_id) {
            list->items[n++] = list->items[i];
        }
    }
    list->n = n;
}

static enum th_status give_list(enum th_status status, struct th_block_list *list,
                                struct th_block_list *ret_list)
{
    if (status == TH_OK) {
        *ret_list = *list;
    } else {
        th_block_list_clear(list);
    }
    return status;
}

static bool fits_pool(const struct th_block *block, int64_t pool_id)
{
    switch (pool_id) {
    case 0:
        return true;
    case TH_HELD_IN_NO_POOL:
        return block->pool_id == 0;
    case TH_HELD_IN_A_POOL:
        return block->pool_id != 0;
    default:
        return block->pool_id == pool_id;
    }
}

// Appends held leaves of one issuance until *found_t reaches wanted_t.
static enum th_status held_of_issuance(struct th_store *store, const struct th_held_filter *filter,
                                       int64_t issuance_id, int64_t wanted_t, int64_t *found_t,
                                       struct th_block_list *list, struct th_error *err)
{
    static const char SQL[] = "SELECT " TH_BLOCK_COLUMNS " FROM unit_block b "
                              "WHERE b.owner_id = ?1 AND b.state = 'held' "
                              "AND b.issuance_id = ?2 ORDER BY b.first";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, filter->owner_id);
    th_bind_int(q, 2, issuance_id);
    enum th_status status = TH_OK;
    while (*found_t < wanted_t && th_stmt_next(q, &status, err)) {
        struct th_block block;
        th_block_read(q, &block);
        if (!fits_pool(&block, filter->pool_id)) {
            continue;
        }
        status = th_block_list_append(list, &block, err);
        if (status != TH_OK) {
            break;
        }
        *found_t += block.last - block.first + 1;
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_ledger_held(struct th_store *store, const struct th_held_filter *filter,
                              struct th_units units, struct th_block_list *ret_blocks,
                              struct th_units *ret_found, struct th_error *err)
{
    static const char SQL_PACKAGE[] = "SELECT issuance_id FROM issuance WHERE package_id = ?2 "
                                      "AND (?3 IS NULL OR vintage = ?3) ORDER BY vintage";
    static const char SQL_ANY[] =
        "SELECT b.issuance_id FROM balance b JOIN issuance i USING (issuance_id) "
        "WHERE b.owner_id = ?1 AND b.state = 'held' AND b.units_t > 0 "
        "AND (?3 IS NULL OR i.vintage = ?3) ORDER BY i.vintage, i.package_id";
    struct th_block_list list = {0};
    int64_t found_t = 0;
    int64_t wanted_t = th_units_t(units);
    struct th_stmt *q = NULL;
    if (filter->package_id != 0) {
        q = th_db_query(store, SQL_PACKAGE);
        th_bind_int(q, 2, filter->package_id);
    } else {
        q = th_db_query(store, SQL_ANY);
        th_bind_int(q, 1, filter->owner_id);
    }
    th_bind_id(q, 3, filter->vintage);
    enum th_status status = TH_OK;
    while (found_t < wanted_t && th_stmt_next(q, &status, err)) {
        status =
            held_of_issuance(store, filter, th_column_int(q, 0), wanted_t, &found_t, &list, err);
    }
    th_stmt_done(q);
    if (status == TH_OK) {
        *ret_found = th_units_from_t(found_t);
    }
    return give_list(status, &list, ret_blocks);
}

// What of a leaf lies within serials first … last, if anything does.
static enum th_status append_part(struct th_block_list *list, const struct th_block *leaf,
                                  int64_t first, int64_t last, struct th_error *err)
{
    struct th_block part = *leaf;
    part.first = leaf->first > first ? leaf->first : first;
    part.last = leaf->last < last ? leaf->last : last;
    return part.first <= part.last ? th_block_list_append(list, &part, err) : TH_OK;
}

// Serial n stands for kilograms [(n-1)*1000, n*1000): of a segment the whole thousands.
static enum th_status held_of_segment(struct th_store *store, const struct th_held_filter *filter,
                                      int64_t issuance_id, int64_t first_kg, int64_t end_kg,
                                      struct th_block_list *list, struct th_error *err)
{
    struct th_block_list leaves = {0};
    int64_t first = (first_kg + 999) / 1000 + 1;
    int64_t last = end_kg / 1000;
    if (last < first) {
        return TH_OK;
    }
    enum th_status status = th_ledger_leaves(store, issuance_id, first, last, &leaves, err);
    for (size_t i = 0; i < leaves.n && status == TH_OK; i++) {
        const struct th_block *leaf = &leaves.items[i];
        if (leaf->owner_id == filter->owner_id && leaf->state == TH_BLOCK_HELD &&
            fits_pool(leaf, filter->pool_id)) {
            status = append_part(list, leaf, first, last, err);
        }
    }
    th_block_list_clear(&leaves);
    return status;
}

enum th_status th_ledger_held_of_parcel(struct th_store *store, const struct th_held_filter *filter,
                                        int64_t parcel_id, struct th_block_list *blocks,
                                        struct th_error *err)
{
    static const char SQL[] =
        "SELECT s.issuance_id, s.first_kg, s.first_kg + s.mass_kg FROM issuance_segment s "
        "JOIN issuance i USING (issuance_id) WHERE s.parcel_id = ?1 "
        "AND (?2 IS NULL OR i.package_id = ?2) AND (?3 IS NULL OR i.vintage = ?3) "
        "ORDER BY i.vintage, i.package_id, s.first_kg";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, parcel_id);
    th_bind_id(q, 2, filter->package_id);
    th_bind_id(q, 3, filter->vintage);
    enum th_status status = TH_OK;
    // What was carried and what grew may lie side by side: a tonne across both is the parcel's.
    int64_t issuance_id = 0;
    int64_t first_kg = 0;
    int64_t end_kg = 0;
    while (th_stmt_next(q, &status, err)) {
        if (th_column_int(q, 0) != issuance_id || th_column_int(q, 1) != end_kg) {
            status = held_of_segment(store, filter, issuance_id, first_kg, end_kg, blocks, err);
            issuance_id = th_column_int(q, 0);
            first_kg = th_column_int(q, 1);
        }
        end_kg = th_column_int(q, 2);
    }
    th_stmt_done(q);
    return status == TH_OK
               ? held_of_segment(store, filter, issuance_id, first_kg, end_kg, blocks, err)
               : status;
}

enum th_status th_ledger_locked(struct th_store *store, int64_t lock_id,
                                struct th_block_list *ret_blocks, struct th_error *err)
{
    static const char SQL[] = "SELECT " TH_BLOCK_COLUMNS " FROM unit_block b "
                              "WHERE b.lock_id = ?1 ORDER BY b.issuance_id, b.first";
    struct th_block_list list = {0};
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, lock_id);
    return give_list(collect(q, &list, err), &list, ret_blocks);
}

enum th_status th_ledger_buffer(struct th_store *store, int64_t owner_id,
                                struct th_block_list *ret_blocks, struct th_error *err)
{
    static const char SQL[] =
        "SELECT " TH_BLOCK_COLUMNS " FROM balance a CROSS JOIN unit_block b ON b.issuance_id = "
        "a.issuance_id AND b.owner_id = a.owner_id AND b.state = 'buffer' "
        "JOIN issuance i ON i.issuance_id = b.issuance_id WHERE a.state = 'buffer' "
        "AND a.units_t > 0 AND (?1 = 0 OR a.owner_id = ?1) "
        "ORDER BY i.vintage, i.package_id, b.first";
    struct th_block_list list = {0};
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, owner_id);
    return give_list(collect(q, &list, err), &list, ret_blocks);
}

enum th_status th_ledger_of_trade(struct th_store *store, int64_t trade_id,
                                  struct th_block_list *ret_blocks, struct th_error *err)
{
    static const char SQL[] = "SELECT " TH_BLOCK_COLUMNS " FROM unit_event e "
                              "JOIN unit_block b USING (block_id) "
                              "WHERE e.trade_id = ?1 AND e.seq = (SELECT min(l.seq) FROM "
                              "unit_event l WHERE l.trade_id = ?1)";
    struct th_block_list list = {0};
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, trade_id);
    enum th_status status = collect(q, &list, err);
    if (list.n > 1) {
        sort_once(&list);
    }
    return give_list(status, &list, ret_blocks);
}

enum th_status th_ledger_came_by(struct th_store *store, const struct th_block *block,
                                 int64_t *ret_trade_id, struct th_error *err)
{
    // What happened to a block before it was split happened to its parts. A correction brings back
    // what the owner had all the time.
    static const char SQL[] =
        "WITH RECURSIVE whole (block_id) AS (VALUES (?1) UNION ALL SELECT b.parent_id FROM whole w "
        "JOIN unit_block b ON b.block_id = w.block_id WHERE b.parent_id IS NOT NULL) "
        "SELECT coalesce((SELECT e.trade_id FROM whole w JOIN unit_event e USING (block_id) "
        "JOIN trade t USING (trade_id) WHERE e.owner_id = ?2 AND e.from_owner_id <> ?2 "
        "AND t.kind <> 'correction' "
        "ORDER BY e.seq DESC, e.ordinal DESC LIMIT 1), 0)";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, block->block_id);
    th_bind_int(q, 2, block->owner_id);
    return th_stmt_int(q, 0, ret_trade_id, err);
}

enum th_status th_ledger_leaves(struct th_store *store, int64_t issuance_id, int64_t first,
                                int64_t last, struct th_block_list *ret_blocks,
                                struct th_error *err)
{
    // The leaf that contains `first` is the last one that begins at or before it. Two plain
    // questions cost half of one that holds the other.
    static const char SQL_FIRST[] =
        "SELECT " TH_BLOCK_COLUMNS " FROM unit_block b WHERE b.issuance_id = ?1 "
        "AND b.state <> 'split' AND b.first <= ?2 ORDER BY b.first DESC LIMIT 1";
    static const char SQL_REST[] =
        "SELECT " TH_BLOCK_COLUMNS " FROM unit_block b WHERE b.issuance_id = ?1 "
        "AND b.state <> 'split' AND b.first > ?2 AND b.first <= ?3 ORDER BY b.first";
    struct th_block_list list = {0};
    struct th_stmt *q = th_db_query(store, SQL_FIRST);
    th_bind_int(q, 1, issuance_id);
    th_bind_int(q, 2, first);
    enum th_status status = collect(q, &list, err);
    if (status == TH_OK && list.n > 0 && list.items[0].last < first) {
        list.n = 0;
    }
    if (status == TH_OK) {
        q = th_db_query(store, SQL_REST);
        th_bind_int(q, 1, issuance_id);
        th_bind_int(q, 2, first);
        th_bind_int(q, 3, last);
        status = collect(q, &list, err);
    }
    return give_list(status, &list, ret_blocks);
}

enum th_status th_ledger_totals(struct th_store *store, int64_t owner_id, int64_t package_id,
                                struct th_unit_totals *ret_totals, struct th_error *err)
{
    static const char SQL_OWNER[] = "SELECT state, sum(units_t) FROM balance "
                                    "WHERE owner_id = ?1 AND units_t > 0 GROUP BY state";
    static const char SQL_ALL[] = "SELECT state, sum(units_t) FROM balance GROUP BY state";
    static const char SQL_PACKAGE[] =
        "SELECT b.state, sum(b.units_t) FROM issuance i JOIN balance b USING (issuance_id) "
        "WHERE i.package_id = ?2 AND (?1 IS NULL OR b.owner_id = ?1) GROUP BY b.state";
    struct th_stmt *q = th_db_query(store, package_id != 0 ? SQL_PACKAGE
                                           : owner_id != 0 ? SQL_OWNER
                                                           : SQL_ALL);
    if (owner_id != 0 || package_id != 0) {
        th_bind_id(q, 1, owner_id);
    }
    if (package_id != 0) {
        th_bind_int(q, 2, package_id);
    }
    struct th_unit_totals totals = {0};
    enum th_status status = TH_OK;
    while (th_stmt_next(q, &status, err)) {
        enum th_block_state state = TH_BLOCK_SPLIT;
        if (th_block_state_parse(th_column_text(q, 0), &state)) {
            totals.by_state[state] = th_column_units(q, 1);
        }
    }
    th_stmt_done(q);
    if (status == TH_OK) {
        *ret_totals = totals;
    }
    return status;
}

enum th_status th_ledger_story(struct th_store *store, int64_t issuance_id, int64_t first,
                               int64_t last,
                               bool (*visit)(void *context, const struct th_unit_event *event),
                               void *context, struct th_error *err)
{
    static const char SQL[] =
        "WITH RECURSIVE chain (block_id, parent_id) AS ("
        "SELECT b.block_id, b.parent_id FROM unit_block b "
        "WHERE b.issuance_id = ?1 AND b.state <> 'split' AND b.first <= ?3 "
        "AND b.first >= coalesce((SELECT max(c.first) FROM unit_block c "
        "WHERE c.issuance_id = ?1 AND c.state <> 'split' AND c.first <= ?2), 0) AND b.last >= ?2 "
        "UNION SELECT p.block_id, p.parent_id FROM chain JOIN unit_block p "
        "ON p.block_id = chain.parent_id) "
        "SELECT e.seq, j.at_utc, b.block_id, b.first, b.last, e.event, e.state, "
        "e.owner_id, e.trade_id FROM chain JOIN unit_block b USING (block_id) "
        "JOIN unit_event e USING (block_id) LEFT JOIN journal j ON j.seq = e.seq "
        "ORDER BY e.seq, e.ordinal";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, issuance_id);
    th_bind_int(q, 2, first);
    th_bind_int(q, 3, last);
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        struct th_unit_event event = {.seq = th_column_int(q, 0),
                                      .at_utc = th_column_int(q, 1),
                                      .block_id = th_column_int(q, 2),
                                      .issuance_id = issuance_id,
                                      .first = th_column_int(q, 3),
                                      .last = th_column_int(q, 4),
                                      .event = th_column_text(q, 5),
                                      .state = th_column_text(q, 6),
                                      .owner_id = th_column_int(q, 7),
                                      .trade_id = th_column_int(q, 8)};
        go_on = visit(context, &event);
    }
    th_stmt_done(q);
    return status;
}
