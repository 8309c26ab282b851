// The conservation law: what a transaction touched before it commits, and everything on demand.
#include <stdlib.h>
#include <string.h>

#include "store/check_internal.h"
#include "store/ledger/ledger_internal.h"

// Ranges of serials that the open transaction moved.
struct touched {
    struct range {
        int64_t issuance_id;
        int64_t first;
        int64_t last;
    } * items;
    size_t n;
    size_t capacity;
};

static void touched_free(void *data)
{
    struct touched *touched = data;
    if (touched) {
        free(touched->items);
        free(touched);
    }
}

enum th_status th_ledger_note(struct th_store *store, const struct th_unit_move *move,
                              struct th_error *err)
{
    void **data = th_db_slot(store, TH_DB_SLOT_LEDGER, touched_free);
    if (!*data) {
        *data = calloc(1, sizeof(struct touched));
    }
    struct touched *touched = *data;
    if (!touched) {
        return th_error_no_memory(err);
    }
    if (touched->n == touched->capacity) {
        size_t capacity = touched->capacity == 0 ? 16 : touched->capacity * 2;
        struct range *items = realloc(touched->items, capacity * sizeof(*items));
        if (!items) {
            return th_error_no_memory(err);
        }
        touched->items = items;
        touched->capacity = capacity;
    }
    touched->items[touched->n++] = (struct range){move->issuance_id, move->first, move->last};
    return TH_OK;
}

// Units by owner and state, found by hashing; n is never more than half of n_slots.
struct tally_entry {
    int64_t owner_id; // 0: free
    enum th_block_state state;
    int64_t units_t;
};
struct tally {
    struct tally_entry *slots;
    size_t n_slots;
    size_t n;
};

static struct tally_entry *tally_slot(const struct tally *tally, int64_t owner_id,
                                      enum th_block_state state)
{
    size_t mask = tally->n_slots - 1;
    size_t at = (size_t)((uint64_t)owner_id * 8U + (uint64_t)state) * 0x9e3779b97f4a7c15U;
    for (at >>= 20;; at++) {
        struct tally_entry *entry = &tally->slots[at & mask];
        if (entry->owner_id == 0 || (entry->owner_id == owner_id && entry->state == state)) {
            return entry;
        }
    }
}

static enum th_status tally_grow(struct tally *tally, struct th_error *err)
{
    struct tally bigger = {.n_slots = tally->n_slots == 0 ? 32 : tally->n_slots * 2, .n = tally->n};
    bigger.slots = calloc(bigger.n_slots, sizeof(*bigger.slots));
    if (bigger.slots == NULL) {
        return th_error_no_memory(err);
    }
    for (size_t i = 0; i < tally->n_slots; i++) {
        const struct tally_entry *entry = &tally->slots[i];
        if (entry->owner_id != 0) {
            *tally_slot(&bigger, entry->owner_id, entry->state) = *entry;
        }
    }
    free(tally->slots);
    *tally = bigger;
    return TH_OK;
}

static enum th_status tally_add(struct tally *tally, const struct th_block *block,
                                struct th_error *err)
{
    if (tally->n * 2 >= tally->n_slots) {
        enum th_status status = tally_grow(tally, err);
        if (status != TH_OK) {
            return status;
        }
    }
    struct tally_entry *entry = tally_slot(tally, block->owner_id, block->state);
    if (entry->owner_id == 0) {
        entry->owner_id = block->owner_id;
        entry->state = block->state;
        tally->n++;
    }
    entry->units_t += block->last - block->first + 1;
    return TH_OK;
}

static enum th_status broken(struct th_error *err, int64_t issuance_id, const char *reason)
{
    (void)th_error_set(err, TH_INVARIANT, "conservation_broken", "reason", reason, NULL);
    th_error_add_int(err, "issuance", issuance_id);
    return TH_INVARIANT;
}

// The leaves in order of serials: no gap, no overlap, the last one ends at issued_t.
static enum th_status walk_leaves(struct th_store *store, int64_t issuance_id, int64_t issued_t,
                                  struct tally *tally, struct th_error *err)
{
    static const char SQL[] = "SELECT " TH_BLOCK_COLUMNS " FROM unit_block b "
                              "WHERE b.issuance_id = ?1 AND b.state <> 'split' ORDER BY b.first";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, issuance_id);
    int64_t next = 1;
    enum th_status status = TH_OK;
    while (th_stmt_next(q, &status, err)) {
        struct th_block block;
        th_block_read(q, &block);
        if (block.first != next || block.last < block.first) {
            status = broken(err, issuance_id, "@conservation.leaves");
            break;
        }
        next = block.last + 1;
        status = tally_add(tally, &block, err);
    }
    th_stmt_done(q);
    if (status == TH_OK && next != issued_t + 1) {
        status = broken(err, issuance_id, "@conservation.leaves");
    }
    return status;
}

// The stored balances are the tally, and their sum is what was issued.
static enum th_status compare_balances(struct th_store *store, int64_t issuance_id,
                                       int64_t issued_t, struct tally *tally, struct th_error *err)
{
    static const char SQL[] = "SELECT owner_id, state, units_t FROM balance WHERE issuance_id = ?1";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, issuance_id);
    size_t n_matched = 0;
    int64_t total_t = 0;
    enum th_status status = TH_OK;
    while (th_stmt_next(q, &status, err)) {
        int64_t units_t = th_column_int(q, 2);
        enum th_block_state state = TH_BLOCK_SPLIT;
        bool known = th_block_state_parse(th_column_text(q, 1), &state) && state != TH_BLOCK_SPLIT;
        const struct tally_entry *entry =
            tally->n_slots == 0 ? NULL : tally_slot(tally, th_column_int(q, 0), state);
        int64_t counted_t = entry == NULL || entry->owner_id == 0 ? 0 : entry->units_t;
        if (!known || counted_t != units_t) {
            status = broken(err, issuance_id, "@conservation.balance");
            break;
        }
        n_matched += units_t > 0;
        total_t += units_t; // each is the length of disjoint ranges below issued_t
    }
    th_stmt_done(q);
    if (status == TH_OK && n_matched != tally->n) {
        status = broken(err, issuance_id, "@conservation.balance");
    }
    if (status == TH_OK && total_t != issued_t) {
        status = broken(err, issuance_id, "@conservation.sum");
    }
    return status;
}

static enum th_status load_issued(struct th_store *store, int64_t issuance_id, int64_t *ret_issued,
                                  struct th_error *err)
{
    static const char SQL[] = "SELECT issued_t FROM issuance WHERE issuance_id = ?1";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, issuance_id);
    enum th_status status = th_stmt_int(q, -1, ret_issued, err);
    return status == TH_OK && *ret_issued < 0 ? broken(err, issuance_id, "@conservation.issuance")
                                              : status;
}

enum th_status th_ledger_check_issuance(struct th_store *store, int64_t issuance_id,
                                        struct th_error *err)
{
    int64_t issued_t = 0;
    struct tally tally = {0};
    enum th_status status = load_issued(store, issuance_id, &issued_t, err);
    if (status == TH_OK) {
        status = walk_leaves(store, issuance_id, issued_t, &tally, err);
    }
    if (status == TH_OK) {
        status = compare_balances(store, issuance_id, issued_t, &tally, err);
    }
    free(tally.slots);
    return status;
}

static enum th_status in_few_pieces(struct th_store *store, int64_t issuance_id, bool *ret_few,
                                    struct th_error *err)
{
    static const char SQL[] = "SELECT 1 FROM unit_block WHERE issuance_id = ?1 "
                              "AND state <> 'split' LIMIT 1 OFFSET ?2";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, issuance_id);
    th_bind_int(q, 2, TH_LEDGER_PIECES_COUNTED);
    int64_t more = 0;
    enum th_status status = th_stmt_int(q, 0, &more, err);
    if (status == TH_OK) {
        *ret_few = more == 0;
    }
    return status;
}

static enum th_status check_range(struct th_store *store, const struct range *range,
                                  struct th_error *err)
{
    struct th_block_list leaves = {0};
    enum th_status status =
        th_ledger_leaves(store, range->issuance_id, range->first, range->last, &leaves, err);
    bool whole = leaves.n > 0 && leaves.items[0].first <= range->first &&
                 leaves.items[leaves.n - 1].last >= range->last;
    for (size_t i = 1; i < leaves.n && whole; i++) {
        whole = leaves.items[i].first == leaves.items[i - 1].last + 1;
    }
    th_block_list_clear(&leaves);
    return status == TH_OK && !whole ? broken(err, range->issuance_id, "@conservation.leaves")
                                     : status;
}

static enum th_status check_sum(struct th_store *store, int64_t issuance_id, struct th_error *err)
{
    static const char SQL[] =
        "SELECT sum(units_t) = (SELECT issued_t FROM issuance WHERE issuance_id = ?1) "
        "FROM balance WHERE issuance_id = ?1";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, issuance_id);
    int64_t same = 0;
    enum th_status status = th_stmt_int(q, 0, &same, err);
    return status == TH_OK && same != 1 ? broken(err, issuance_id, "@conservation.sum") : status;
}

// All ranges of one issuance.
static enum th_status check_touched(struct th_store *store, const struct range *ranges, size_t n,
                                    struct th_error *err)
{
    bool few = false;
    enum th_status status = in_few_pieces(store, ranges[0].issuance_id, &few, err);
    if (status != TH_OK || few) {
        return status == TH_OK ? th_ledger_check_issuance(store, ranges[0].issuance_id, err)
                               : status;
    }
    for (size_t i = 0; i < n && status == TH_OK; i++) {
        status = check_range(store, &ranges[i], err);
    }
    return status == TH_OK ? check_sum(store, ranges[0].issuance_id, err) : status;
}

static int by_issuance(const void *a, const void *b)
{
    const struct range *left = a;
    const struct range *right = b;
    return (left->issuance_id > right->issuance_id) - (left->issuance_id < right->issuance_id);
}

enum th_status th_ledger_check_commit(struct th_store *store, struct th_error *err)
{
    struct touched *touched = *th_db_slot(store, TH_DB_SLOT_LEDGER, touched_free);
    enum th_status status = TH_OK;
    if (!touched) {
        return TH_OK;
    }
    qsort(touched->items, touched->n, sizeof(*touched->items), by_issuance);
    for (size_t i = 0, end = 0; i < touched->n && status == TH_OK; i = end) {
        for (end = i; end < touched->n &&
                      touched->items[end].issuance_id == touched->items[i].issuance_id;) {
            end++;
        }
        status = check_touched(store, &touched->items[i], end - i, err);
    }
    return status;
}

enum th_status th_ledger_check_each(struct th_store *store, const char *sql, const char *name,
                                    enum th_status (*check)(struct th_store *, int64_t,
                                                            struct th_error *),
                                    const struct th_check_sink *sink, struct th_error *err)
{
    struct th_stmt *q = th_db_query(store, sql);
    int64_t n_checked = 0;
    struct th_error problem;
    bool found = false;
    enum th_status status = TH_OK;
    while (!found && th_stmt_next(q, &status, err)) {
        enum th_status verdict = check(store, th_column_int(q, 0), &problem);
        n_checked++;
        found = verdict == TH_INVARIANT;
        if (verdict != TH_OK && !found) {
            status = verdict;
            if (err != NULL) {
                *err = problem;
            }
            break;
        }
    }
    th_stmt_done(q);
    if (status == TH_OK) {
        sink->report(sink->context, name, n_checked, found ? &problem : NULL);
    }
    return status;
}

// What a block must be by its events: the last one that is no split, else its parent's.
static enum th_status replay_block(struct th_store *store, int64_t block_id, struct th_error *err)
{
    static const char SQL[] =
        "WITH RECURSIVE up (block_id, parent_id, depth) AS ("
        "SELECT block_id, parent_id, 0 FROM unit_block WHERE block_id = ?1 "
        "UNION ALL SELECT p.block_id, p.parent_id, depth + 1 FROM up JOIN unit_block p "
        "ON p.block_id = up.parent_id WHERE NOT EXISTS (SELECT 1 FROM unit_event e "
        "WHERE e.block_id = up.block_id AND e.event <> 'split')) "
        "SELECT e.state = b.state AND e.owner_id = b.owner_id AND e.pool_id IS b.pool_id "
        "AND e.lock_id IS b.lock_id "
        "FROM up JOIN unit_event e USING (block_id) JOIN unit_block b ON b.block_id = ?1 "
        "WHERE e.event <> 'split' ORDER BY up.depth, e.seq DESC, e.ordinal DESC LIMIT 1";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, block_id);
    int64_t same = 0;
    enum th_status status = th_stmt_int(q, 0, &same, err);
    if (status == TH_OK && same != 1) {
        status = th_error_set(err, TH_INVARIANT, "replay_broken", NULL);
        th_error_add_int(err, "block", block_id);
    }
    return status;
}

// A split block ends in exactly one split event and its two children cover its range; nothing else
// has children. In one pass: blocks are not found by their parent.
static enum th_status check_splits(struct th_store *store, const struct th_check_sink *sink,
                                   struct th_error *err)
{
    static const char SQL_SPLITS[] = "SELECT count(*) FROM unit_block WHERE state = 'split'";
    static const char SQL_WRONG[] =
        "WITH child AS (SELECT parent_id, issuance_id, count(*) AS n, min(first) AS first,"
        " max(last) AS last, sum(last - first + 1) AS units_t FROM unit_block"
        " WHERE parent_id IS NOT NULL GROUP BY parent_id, issuance_id) "
        "SELECT b.block_id FROM unit_block b LEFT JOIN child c ON c.parent_id = b.block_id"
        " AND c.issuance_id = b.issuance_id WHERE b.state = 'split' AND NOT ("
        "coalesce(c.n = 2 AND c.first = b.first AND c.last = b.last"
        " AND c.units_t = b.last - b.first + 1, 0)"
        " AND (SELECT count(*) = 1 FROM unit_event e WHERE e.block_id = b.block_id"
        " AND e.event = 'split')"
        " AND (SELECT e.event = 'split' FROM unit_event e WHERE e.block_id = b.block_id"
        " ORDER BY e.seq DESC, e.ordinal DESC LIMIT 1)) "
        "UNION ALL SELECT c.parent_id FROM child c LEFT JOIN unit_block b"
        " ON b.block_id = c.parent_id AND b.issuance_id = c.issuance_id AND b.state = 'split'"
        " WHERE b.block_id IS NULL ORDER BY 1 LIMIT 1";
    const struct th_check_query query = {.name = "units_splits",
                                         .sql_count = SQL_SPLITS,
                                         .sql_wrong = SQL_WRONG,
                                         .key = "replay_broken",
                                         .argument = "block"};
    return th_check_run(store, &query, sink, err);
}

// Segments lie end to end from 0 and end at carried_in + net; without any, there is no such line
// (an issuance whose net is not positive).
static enum th_status check_segments(struct th_store *store, int64_t issuance_id,
                                     struct th_error *err)
{
    static const char SQL[] =
        "SELECT count(s.first_kg) = 0 AND max(i.carried_in_kg + i.net_kg, 0) = 0 "
        "OR count(s.first_kg) > 0 AND min(s.first_kg) = 0 AND sum(s.ok) = count(*) "
        "AND max(s.first_kg + s.mass_kg) = i.carried_in_kg + i.net_kg "
        "FROM issuance i LEFT JOIN (SELECT issuance_id, first_kg, mass_kg, "
        "coalesce(lag(first_kg + mass_kg) OVER (ORDER BY first_kg), 0) = first_kg AS ok "
        "FROM issuance_segment WHERE issuance_id = ?1) s ON s.issuance_id = i.issuance_id "
        "WHERE i.issuance_id = ?1";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, issuance_id);
    int64_t good = 0;
    enum th_status status = th_stmt_int(q, 0, &good, err);
    if (status == TH_OK && good != 1) {
        status = th_error_set(err, TH_INVARIANT, "segments_broken", NULL);
        th_error_add_int(err, "issuance", issuance_id);
    }
    return status;
}

// The first vintage begins with what the parcels owe, each other with what the one before left, and
// what the last one is below zero is owed by parcels.
static enum th_status check_carried(struct th_store *store, int64_t issuance_id,
                                    struct th_error *err)
{
    static const char SQL[] =
        "SELECT i.carried_in_kg = coalesce((SELECT p.carried_out_kg FROM issuance p"
        " WHERE p.package_id = i.package_id AND p.vintage < i.vintage ORDER BY p.vintage DESC"
        " LIMIT 1), -(SELECT coalesce(sum(o.opening_kg), 0) FROM package_opening o"
        " WHERE o.package_id = i.package_id))"
        " AND (EXISTS (SELECT 1 FROM issuance n WHERE n.package_id = i.package_id"
        " AND n.vintage > i.vintage) OR min(i.carried_out_kg, 0) ="
        " -(SELECT coalesce(sum(d.debt_kg), 0) FROM package_debt d"
        " WHERE d.package_id = i.package_id))"
        " FROM issuance i WHERE i.issuance_id = ?1";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, issuance_id);
    int64_t good = 0;
    enum th_status status = th_stmt_int(q, 0, &good, err);
    if (status == TH_OK && good != 1) {
        status = th_error_set(err, TH_INVARIANT, "carried_broken", NULL);
        th_error_add_int(err, "issuance", issuance_id);
    }
    return status;
}

enum th_status th_ledger_check_all(struct th_store *store, const struct th_check_sink *sink,
                                   struct th_error *err)
{
    static const char SQL_ISSUANCES[] = "SELECT issuance_id FROM issuance ORDER BY issuance_id";
    static const char SQL_BLOCKS[] = "SELECT block_id FROM unit_block WHERE state <> 'split'";
    const struct {
        const char *sql;
        const char *name;
        enum th_status (*check)(struct th_store *, int64_t, struct th_error *);
    } checks[] = {{SQL_ISSUANCES, "units_conserved", th_ledger_check_issuance},
                  {SQL_BLOCKS, "units_replay", replay_block},
                  {SQL_ISSUANCES, "parcel_kg", check_segments},
                  {SQL_ISSUANCES, "carried_kg", check_carried}};
    enum th_status status = check_splits(store, sink, err);
    for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]) && status == TH_OK; i++) {
        status =
            th_ledger_check_each(store, checks[i].sql, checks[i].name, checks[i].check, sink, err);
    }
    return status == TH_OK ? th_pool_check_all(store, sink, err) : status;
}
