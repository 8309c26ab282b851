// Changes of unit blocks. Every change goes through `cut` and `turn`, so that block, event and
// balance always move together.
#include "store/ledger_store.h"

#include <stdlib.h>
#include <string.h>

#include "store/ledger_internal.h"

static const char *const STATE_NAMES[TH_BLOCK_N_STATES] = {"held",    "locked",    "buffer",
                                                           "retired", "cancelled", "split"};

const char *th_block_state_name(enum th_block_state state)
{
    return STATE_NAMES[state];
}

bool th_block_state_parse(const char *name, enum th_block_state *ret_state)
{
    for (int i = 0; name != NULL && i < TH_BLOCK_N_STATES; i++) {
        if (strcmp(name, STATE_NAMES[i]) == 0) {
            *ret_state = (enum th_block_state)i;
            return true;
        }
    }
    return false;
}

static int64_t block_t(const struct th_block *block)
{
    return block->last - block->first + 1;
}

struct th_units th_block_units(const struct th_block *block)
{
    return th_units_from_t(block_t(block));
}

void th_block_list_clear(struct th_block_list *list)
{
    free(list->items);
    *list = (struct th_block_list){0};
}

enum th_status th_block_list_append(struct th_block_list *list, const struct th_block *block,
                                    struct th_error *err)
{
    if (list->n == list->capacity) {
        size_t capacity = list->capacity == 0 ? 8 : list->capacity * 2;
        struct th_block *items = realloc(list->items, capacity * sizeof(*items));
        if (items == NULL) {
            return th_error_no_memory(err);
        }
        list->items = items;
        list->capacity = capacity;
    }
    list->items[list->n++] = *block;
    return TH_OK;
}

void th_block_read(struct th_stmt *stmt, struct th_block *ret_block)
{
    *ret_block = (struct th_block){.block_id = th_column_int(stmt, 0),
                                   .issuance_id = th_column_int(stmt, 1),
                                   .first = th_column_int(stmt, 2),
                                   .last = th_column_int(stmt, 3),
                                   .state = TH_BLOCK_SPLIT,
                                   .owner_id = th_column_int(stmt, 5),
                                   .pool_id = th_column_int(stmt, 6),
                                   .lock_id = th_column_int(stmt, 7)};
    // The table's CHECK knows the same names.
    (void)th_block_state_parse(th_column_text(stmt, 4), &ret_block->state);
}

// Adds to (or takes from) one derived balance. Taking more than there is breaks the law at once.
static enum th_status balance_add(struct th_store *store, const struct th_block *block,
                                  int64_t change_t, struct th_error *err)
{
    static const char SQL_ADD[] =
        "INSERT INTO balance (issuance_id, owner_id, state, units_t) VALUES (?1, ?2, ?3, ?4) "
        "ON CONFLICT DO UPDATE SET units_t = units_t + excluded.units_t";
    static const char SQL_TAKE[] = "UPDATE balance SET units_t = units_t + ?4 "
                                   "WHERE issuance_id = ?1 AND owner_id = ?2 AND state = ?3";
    struct th_stmt *q = th_db_query(store, change_t >= 0 ? SQL_ADD : SQL_TAKE);
    th_bind_int(q, 1, block->issuance_id);
    th_bind_int(q, 2, block->owner_id);
    th_bind_text(q, 3, th_block_state_name(block->state));
    th_bind_int(q, 4, change_t);
    return th_stmt_run(q, err);
}

// What the block was (NULL: it was just issued) and what it is now.
static enum th_status event_insert(struct th_store *store, const struct th_block *before,
                                   const struct th_block *block, const char *event,
                                   int64_t trade_id, int64_t seq, struct th_error *err)
{
    static const char SQL[] =
        "INSERT INTO unit_event (seq, block_id, event, state, owner_id, pool_id, lock_id, "
        "from_state, from_owner_id, trade_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, seq);
    th_bind_int(q, 2, block->block_id);
    th_bind_text(q, 3, event);
    th_bind_text(q, 4, th_block_state_name(block->state));
    th_bind_int(q, 5, block->owner_id);
    th_bind_id(q, 6, block->pool_id);
    th_bind_id(q, 7, block->lock_id);
    if (before != NULL) {
        th_bind_text(q, 8, th_block_state_name(before->state));
        th_bind_int(q, 9, before->owner_id);
    }
    th_bind_id(q, 10, trade_id);
    return th_stmt_run(q, err);
}

// Inserts a block as it stands in *block and gives it its id.
static enum th_status block_insert(struct th_store *store, struct th_block *block,
                                   int64_t parent_id, struct th_error *err)
{
    static const char SQL[] = "INSERT INTO unit_block (issuance_id, first, last, parent_id, state, "
                              "owner_id, pool_id, lock_id) "
                              "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, block->issuance_id);
    th_bind_int(q, 2, block->first);
    th_bind_int(q, 3, block->last);
    th_bind_id(q, 4, parent_id);
    th_bind_text(q, 5, th_block_state_name(block->state));
    th_bind_int(q, 6, block->owner_id);
    th_bind_id(q, 7, block->pool_id);
    th_bind_id(q, 8, block->lock_id);
    return th_stmt_insert(q, &block->block_id, err);
}

// Writes what *after says over the row of *before, unless that row has changed meanwhile.
static enum th_status block_update(struct th_store *store, const struct th_block *before,
                                   const struct th_block *after, const char *conflict,
                                   struct th_error *err)
{
    static const char SQL[] = "UPDATE unit_block SET state = ?2, owner_id = ?3, pool_id = ?4, "
                              "lock_id = ?5 WHERE block_id = ?1 AND state = ?6 AND owner_id = ?7 "
                              "AND pool_id IS ?8 AND lock_id IS ?9";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, before->block_id);
    th_bind_text(q, 2, th_block_state_name(after->state));
    th_bind_int(q, 3, after->owner_id);
    th_bind_id(q, 4, after->pool_id);
    th_bind_id(q, 5, after->lock_id);
    th_bind_text(q, 6, th_block_state_name(before->state));
    th_bind_int(q, 7, before->owner_id);
    th_bind_id(q, 8, before->pool_id);
    th_bind_id(q, 9, before->lock_id);
    enum th_status status = th_stmt_run(q, err);
    if (status == TH_OK && th_db_changes(store) != 1) {
        status = th_error_set(err, TH_CONFLICT, conflict, NULL);
        th_error_add_int(err, "block", before->block_id);
    }
    return status;
}

// Turns a whole leaf into what *after says: row, event and balances.
static enum th_status turn(struct th_store *store, const struct th_block *before,
                           const struct th_block *after, const char *event, int64_t trade_id,
                           const char *conflict, int64_t seq, struct th_error *err)
{
    enum th_status status = th_ledger_note(store, before->issuance_id, err);
    if (status == TH_OK) {
        status = block_update(store, before, after, conflict, err);
    }
    if (status == TH_OK) {
        status = event_insert(store, before, after, event, trade_id, seq, err);
    }
    if (status == TH_OK) {
        status = balance_add(store, before, -block_t(before), err);
    }
    if (status == TH_OK) {
        status = balance_add(store, after, block_t(after), err);
    }
    return status;
}

// Splits a leaf into its first `first_t` serials and the rest; *head and *tail say what the
// children become (ranges and ids are filled in). Both inherit by the one event of the split; a
// child that becomes something else at birth needs an event of its own from the caller.
static enum th_status cut(struct th_store *store, const struct th_block *leaf, int64_t first_t,
                          struct th_block *head, struct th_block *tail, const char *conflict,
                          int64_t seq, struct th_error *err)
{
    if (first_t <= 0 || first_t >= block_t(leaf)) {
        return th_error_set(err, TH_INVALID, "split_range", NULL);
    }
    struct th_block parent = *leaf;
    parent.state = TH_BLOCK_SPLIT;
    parent.lock_id = 0;
    enum th_status status = block_update(store, leaf, &parent, conflict, err);
    if (status == TH_OK) {
        status = event_insert(store, leaf, &parent, "split", 0, seq, err);
    }
    head->first = leaf->first;
    head->last = leaf->first + first_t - 1;
    tail->first = leaf->first + first_t;
    tail->last = leaf->last;
    if (status == TH_OK) {
        status = block_insert(store, head, leaf->block_id, err);
    }
    if (status == TH_OK) {
        status = block_insert(store, tail, leaf->block_id, err);
    }
    return status;
}

// Turns the first `units` of a leaf into what *after says, splitting the leaf when it is larger.
static enum th_status turn_part(struct th_store *store, const struct th_block *leaf,
                                struct th_units units, struct th_block *after, const char *event,
                                int64_t trade_id, const char *conflict, int64_t seq,
                                struct th_error *err)
{
    int64_t part_t = th_units_t(units);
    if (part_t == block_t(leaf)) {
        return turn(store, leaf, after, event, trade_id, conflict, seq, err);
    }
    struct th_block rest = *leaf;
    enum th_status status = th_ledger_note(store, leaf->issuance_id, err);
    if (status == TH_OK) {
        status = cut(store, leaf, part_t, after, &rest, conflict, seq, err);
    }
    if (status == TH_OK) {
        status = event_insert(store, leaf, after, event, trade_id, seq, err);
    }
    struct th_block part = *after;
    part.state = leaf->state;
    part.owner_id = leaf->owner_id;
    if (status == TH_OK) {
        status = balance_add(store, &part, -part_t, err);
    }
    if (status == TH_OK) {
        status = balance_add(store, after, part_t, err);
    }
    return status;
}

enum th_status th_ledger_issue(struct th_store *store, int64_t issuance_id, int64_t owner_id,
                               struct th_units issued, struct th_units buffer, int64_t seq,
                               struct th_error *err)
{
    int64_t issued_t = th_units_t(issued);
    int64_t buffer_t = th_units_t(buffer);
    if (buffer_t < 0 || buffer_t > issued_t) {
        return th_error_set(err, TH_INVALID, "issue_range", NULL);
    }
    enum th_status status = th_ledger_note(store, issuance_id, err);
    if (status != TH_OK || issued_t == 0) {
        return status;
    }
    struct th_block root = {.issuance_id = issuance_id,
                            .first = 1,
                            .last = issued_t,
                            .state = TH_BLOCK_HELD,
                            .owner_id = owner_id};
    status = block_insert(store, &root, 0, err);
    if (status == TH_OK) {
        status = event_insert(store, NULL, &root, "issue", 0, seq, err);
    }
    if (status == TH_OK) {
        status = balance_add(store, &root, issued_t, err);
    }
    if (status != TH_OK || buffer_t == 0) {
        return status;
    }
    struct th_block tail = root;
    tail.state = TH_BLOCK_BUFFER;
    if (buffer_t == issued_t) {
        return turn(store, &root, &tail, "buffer", 0, "block_not_held", seq, err);
    }
    struct th_block head = root;
    status = cut(store, &root, issued_t - buffer_t, &head, &tail, "block_not_held", seq, err);
    if (status == TH_OK) {
        status = event_insert(store, &root, &tail, "buffer", 0, seq, err);
    }
    if (status == TH_OK) {
        status = balance_add(store, &root, -buffer_t, err);
    }
    if (status == TH_OK) {
        status = balance_add(store, &tail, buffer_t, err);
    }
    return status;
}

enum th_status th_ledger_lock(struct th_store *store, const struct th_block *held,
                              struct th_units units, int64_t trade_id, int64_t seq,
                              struct th_block *ret_locked, struct th_error *err)
{
    if (held->state != TH_BLOCK_HELD) {
        (void)th_error_set(err, TH_CONFLICT, "block_not_held", NULL);
        th_error_add_int(err, "block", held->block_id);
        return TH_CONFLICT;
    }
    struct th_block after = *held;
    after.state = TH_BLOCK_LOCKED;
    after.lock_id = trade_id;
    enum th_status status =
        turn_part(store, held, units, &after, "lock", trade_id, "block_not_held", seq, err);
    if (status == TH_OK) {
        *ret_locked = after;
    }
    return status;
}

// A locked leaf leaves its lock as `state`.
static enum th_status leave_lock(struct th_store *store, const struct th_block *locked,
                                 enum th_block_state state, int64_t owner_id, int64_t pool_id,
                                 const char *event, int64_t seq, struct th_error *err)
{
    if (locked->state != TH_BLOCK_LOCKED) {
        (void)th_error_set(err, TH_CONFLICT, "block_not_locked", NULL);
        th_error_add_int(err, "block", locked->block_id);
        return TH_CONFLICT;
    }
    struct th_block after = *locked;
    after.state = state;
    after.owner_id = owner_id;
    after.pool_id = pool_id;
    after.lock_id = 0;
    return turn(store, locked, &after, event, locked->lock_id, "block_not_locked", seq, err);
}

enum th_status th_ledger_unlock(struct th_store *store, const struct th_block *locked, int64_t seq,
                                struct th_error *err)
{
    return leave_lock(store, locked, TH_BLOCK_HELD, locked->owner_id, locked->pool_id, "unlock",
                      seq, err);
}

enum th_status th_ledger_transfer(struct th_store *store, const struct th_block *locked,
                                  int64_t owner_id, int64_t pool_id, int64_t seq,
                                  struct th_error *err)
{
    return leave_lock(store, locked, TH_BLOCK_HELD, owner_id, pool_id, "transfer", seq, err);
}

enum th_status th_ledger_retire(struct th_store *store, const struct th_block *locked, int64_t seq,
                                struct th_error *err)
{
    return leave_lock(store, locked, TH_BLOCK_RETIRED, locked->owner_id, locked->pool_id, "retire",
                      seq, err);
}

enum th_status th_ledger_cancel_buffer(struct th_store *store, const struct th_block *buffer,
                                       struct th_units units, int64_t seq, struct th_error *err)
{
    if (buffer->state != TH_BLOCK_BUFFER) {
        (void)th_error_set(err, TH_CONFLICT, "block_not_buffer", NULL);
        th_error_add_int(err, "block", buffer->block_id);
        return TH_CONFLICT;
    }
    struct th_block after = *buffer;
    after.state = TH_BLOCK_CANCELLED;
    return turn_part(store, buffer, units, &after, "cancel", 0, "block_not_buffer", seq, err);
}
