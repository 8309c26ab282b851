// Changes of unit blocks. Every change is a leg that comes as a post, and goes through `cut` and
// `turn`, so that block, event and balance always move together.
#include "store/ledger/ledger_store.h"

#include <stdlib.h>
#include <string.h>

#include "store/id_list_internal.h"
#include "store/journal/posting_internal.h"
#include "store/ledger/ledger_internal.h"

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
    th_bind_text_borrowed(q, 3, th_block_state_name(block->state));
    th_bind_int(q, 4, change_t);
    return th_stmt_run(q, err);
}

// Events of the open transaction's entry so far.
struct events {
    int64_t seq;
    int64_t n;
};

static enum th_status next_ordinal(struct th_store *store, int64_t seq, int64_t *ret_ordinal,
                                   struct th_error *err)
{
    void **slot = th_db_slot(store, TH_DB_SLOT_EVENT, free);
    if (!*slot) {
        *slot = calloc(1, sizeof(struct events));
    }
    struct events *events = *slot;
    if (!events) {
        return th_error_no_memory(err);
    }
    events->n = events->seq == seq ? events->n + 1 : 1;
    events->seq = seq;
    *ret_ordinal = events->n;
    return TH_OK;
}

// What the block was (NULL: it was just issued) and what it is now.
static enum th_status event_insert(struct th_store *store, const struct th_block *before,
                                   const struct th_block *block, const char *event,
                                   int64_t trade_id, int64_t seq, struct th_error *err)
{
    static const char SQL[] =
        "INSERT INTO unit_event (seq, block_id, event, state, owner_id, pool_id, lock_id, "
        "from_state, from_owner_id, trade_id, ordinal) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, "
        "?9, ?10, ?11)";
    int64_t ordinal = 0;
    enum th_status status = next_ordinal(store, seq, &ordinal, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, seq);
    th_bind_int(q, 2, block->block_id);
    th_bind_text_borrowed(q, 3, event);
    th_bind_text_borrowed(q, 4, th_block_state_name(block->state));
    th_bind_int(q, 5, block->owner_id);
    th_bind_id(q, 6, block->pool_id);
    th_bind_id(q, 7, block->lock_id);
    if (before != NULL) {
        th_bind_text_borrowed(q, 8, th_block_state_name(before->state));
        th_bind_int(q, 9, before->owner_id);
    }
    th_bind_id(q, 10, trade_id);
    th_bind_int(q, 11, ordinal);
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
    th_bind_text_borrowed(q, 5, th_block_state_name(block->state));
    th_bind_int(q, 6, block->owner_id);
    th_bind_id(q, 7, block->pool_id);
    th_bind_id(q, 8, block->lock_id);
    return th_stmt_insert(q, &block->block_id, err);
}

// Writes what *after says over the row of *before, unless that row has changed meanwhile.
static enum th_status block_update(struct th_store *store, const struct th_block *before,
                                   const struct th_block *after, struct th_error *err)
{
    static const char SQL[] =
        "UPDATE OR FAIL unit_block SET state = ?2, owner_id = ?3, pool_id = ?4, "
        "lock_id = ?5 WHERE block_id = ?1 AND state = ?6";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, before->block_id);
    th_bind_text_borrowed(q, 2, th_block_state_name(after->state));
    th_bind_int(q, 3, after->owner_id);
    th_bind_id(q, 4, after->pool_id);
    th_bind_id(q, 5, after->lock_id);
    th_bind_text_borrowed(q, 6, th_block_state_name(before->state));
    enum th_status status = th_stmt_run(q, err);
    if (status == TH_OK && th_db_changes(store) != 1) {
        status = th_error_set(err, TH_INTERNAL, "block_lost", NULL);
    }
    return status;
}

// A leg on its way through the tables.
struct leg {
    struct th_store *store;
    int64_t seq;
    struct th_unit_move move;
    bool issue; // comes from nowhere
    const char *event;
};

struct th_unit_place th_block_place(const struct th_block *block)
{
    return (struct th_unit_place){.owner_id = block->owner_id,
                                  .state = block->state,
                                  .pool_id = block->pool_id,
                                  .lock_id = block->lock_id};
}

static void put(struct th_block *block, const struct th_unit_place *place)
{
    block->owner_id = place->owner_id;
    block->state = place->state;
    block->pool_id = place->pool_id;
    block->lock_id = place->lock_id;
}

static bool stands_in(const struct th_block *block, const struct th_unit_place *place)
{
    return block->owner_id == place->owner_id && block->state == place->state &&
           block->pool_id == place->pool_id && block->lock_id == place->lock_id;
}

// What the units went through, and what changed in the balances. *part has its row already.
static enum th_status turned(const struct leg *leg, const struct th_block *before,
                             const struct th_block *part, struct th_error *err)
{
    struct th_block left = *part;
    const struct th_unit_place from = th_block_place(before);
    put(&left, &from);
    enum th_status status =
        event_insert(leg->store, before, part, leg->event, leg->move.trade_id, leg->seq, err);
    if (status == TH_OK) {
        status = balance_add(leg->store, &left, -block_t(part), err);
    }
    return status == TH_OK ? balance_add(leg->store, part, block_t(part), err) : status;
}

// Splits a leaf into its first `first_t` serials and the rest; *head and *tail say what the
// children become (ranges and ids are filled in). Both inherit by the one event of the split; a
// child that becomes something else at birth needs an event of its own from the caller.
static enum th_status cut(const struct leg *leg, const struct th_block *leaf, int64_t first_t,
                          struct th_block *head, struct th_block *tail, struct th_error *err)
{
    struct th_block parent = *leaf;
    parent.state = TH_BLOCK_SPLIT;
    parent.lock_id = 0;
    enum th_status status = block_update(leg->store, leaf, &parent, err);
    if (status == TH_OK) {
        status = event_insert(leg->store, leaf, &parent, "split", 0, leg->seq, err);
    }
    head->first = leaf->first;
    head->last = leaf->first + first_t - 1;
    tail->first = leaf->first + first_t;
    tail->last = leaf->last;
    if (status == TH_OK) {
        status = block_insert(leg->store, head, leaf->block_id, err);
    }
    return status == TH_OK ? block_insert(leg->store, tail, leaf->block_id, err) : status;
}

// Turns the serials of a leaf that the leg speaks of, leaving the others as they are.
static enum th_status turn(const struct leg *leg, const struct th_block *leaf, struct th_error *err)
{
    const struct th_unit_move *move = &leg->move;
    struct th_block whole = *leaf;
    struct th_block part = *leaf;
    put(&part, &move->to);
    enum th_status status = TH_OK;
    if (whole.first < move->first) {
        struct th_block head = whole;
        struct th_block tail = whole.last <= move->last ? part : whole;
        status = cut(leg, &whole, move->first - whole.first, &head, &tail, err);
        if (status != TH_OK) {
            return status;
        }
        if (whole.last <= move->last) {
            return turned(leg, leaf, &tail, err);
        }
        whole = tail;
    }
    if (whole.last > move->last) {
        struct th_block rest = whole;
        status = cut(leg, &whole, move->last - whole.first + 1, &part, &rest, err);
    } else {
        status = block_update(leg->store, &whole, &part, err);
    }
    return status == TH_OK ? turned(leg, leaf, &part, err) : status;
}

static enum th_status moved_away(const struct th_unit_move *move, struct th_error *err)
{
    (void)th_error_set(err, TH_CONFLICT, "units_moved", NULL);
    th_error_add_int(err, "issuance", move->issuance_id);
    th_error_add_int(err, "first", move->first);
    th_error_add_int(err, "last", move->last);
    return TH_CONFLICT;
}

// The leaves under the leg, which must all stand where it says.
static enum th_status move_leaves(const struct leg *leg, struct th_error *err)
{
    const struct th_unit_move *move = &leg->move;
    struct th_block_list leaves = {0};
    enum th_status status =
        th_ledger_leaves(leg->store, move->issuance_id, move->first, move->last, &leaves, err);
    int64_t next = move->first; // the first serial that is still to be found
    for (size_t i = 0; i < leaves.n && status == TH_OK; i++) {
        const struct th_block *leaf = &leaves.items[i];
        bool here = leaf->first <= next && leaf->last >= next && stands_in(leaf, &move->from);
        status = here ? turn(leg, leaf, err) : moved_away(move, err);
        next = leaf->last + 1;
    }
    if (status == TH_OK && next <= move->last) {
        status = moved_away(move, err);
    }
    th_block_list_clear(&leaves);
    return status;
}

static enum th_status issue_leaf(const struct leg *leg, struct th_error *err)
{
    const struct th_unit_move *move = &leg->move;
    struct th_block root = {
        .issuance_id = move->issuance_id, .first = move->first, .last = move->last};
    put(&root, &move->to);
    enum th_status status = block_insert(leg->store, &root, 0, err);
    if (status == TH_OK) {
        status = event_insert(leg->store, NULL, &root, leg->event, 0, leg->seq, err);
    }
    return status == TH_OK ? balance_add(leg->store, &root, block_t(&root), err) : status;
}

static const char *event_name(const struct th_unit_place *from, const struct th_unit_place *to)
{
    switch (to->state) {
    case TH_BLOCK_RETIRED:
        return "retire";
    case TH_BLOCK_CANCELLED:
        return "cancel";
    case TH_BLOCK_BUFFER:
        return "buffer";
    case TH_BLOCK_LOCKED:
        return from->state == TH_BLOCK_LOCKED ? "relock" : "lock";
    case TH_BLOCK_HELD:
    case TH_BLOCK_SPLIT:
        break;
    }
    return from->owner_id == to->owner_id && from->state == TH_BLOCK_LOCKED &&
                   from->pool_id == to->pool_id
               ? "unlock"
               : "transfer";
}

static bool place_is_sound(const struct th_unit_place *place)
{
    return place->owner_id > 0 && place->state != TH_BLOCK_SPLIT && place->pool_id >= 0 &&
           (place->state == TH_BLOCK_LOCKED) == (place->lock_id > 0);
}

static struct th_json *place_json(const struct th_unit_place *place)
{
    struct th_json *object = th_json_object();
    th_json_set_int(object, "owner", place->owner_id);
    th_json_set_text(object, "state", th_block_state_name(place->state));
    th_post_set_id(object, "pool", place->pool_id);
    th_post_set_id(object, "lock", place->lock_id);
    return object;
}

// False for a place that is none.
static bool read_place(const struct th_json *object, struct th_unit_place *ret_place)
{
    *ret_place = (struct th_unit_place){.owner_id = th_json_get_int(object, "owner", 0),
                                        .state = TH_BLOCK_SPLIT,
                                        .pool_id = th_json_get_int(object, "pool", 0),
                                        .lock_id = th_json_get_int(object, "lock", 0)};
    return th_block_state_parse(th_json_get_text(object, "state", NULL), &ret_place->state) &&
           place_is_sound(ret_place);
}

// What the commit must look at.
static enum th_status note(struct th_store *store, const struct th_unit_move *move,
                           struct th_error *err)
{
    enum th_status status = th_ledger_note(store, move, err);
    if (status == TH_OK && move->from.lock_id != 0) {
        status = th_id_note(store, TH_DB_SLOT_LOCK, move->from.lock_id, err);
    }
    if (status == TH_OK && move->to.lock_id != 0) {
        status = th_id_note(store, TH_DB_SLOT_LOCK, move->to.lock_id, err);
    }
    return status;
}

enum th_status th_ledger_apply(struct th_store *store, int64_t seq, const struct th_json *post,
                               struct th_error *err)
{
    const struct th_json *from = th_json_get(post, "from");
    struct leg leg = {.store = store,
                      .seq = seq,
                      .move = {.issuance_id = th_json_get_int(post, "issuance", 0),
                               .first = th_json_get_int(post, "first", 0),
                               .last = th_json_get_int(post, "last", 0),
                               .trade_id = th_json_get_int(post, "trade", 0)},
                      .issue = !from};
    struct th_unit_move *move = &leg.move;
    const size_t n_keys = 5; // with "post", without "from" and "trade"
    if (th_json_size(post) != n_keys + (from != NULL) + (th_json_get(post, "trade") != NULL) ||
        !read_place(th_json_get(post, "to"), &move->to) ||
        (from && !read_place(from, &move->from)) || move->issuance_id <= 0) {
        return th_post_unreadable("units", err);
    }
    if (move->first <= 0 || move->last < move->first) {
        return th_error_set(err, TH_INVALID, "split_range", NULL);
    }
    if (from && (move->from.state == TH_BLOCK_RETIRED || move->from.state == TH_BLOCK_CANCELLED)) {
        return th_error_set(err, TH_INVALID, "units_ended", NULL);
    }
    enum th_status status = note(store, move, err);
    if (status != TH_OK) {
        return status;
    }
    leg.event = leg.issue ? "issue" : event_name(&move->from, &move->to);
    return leg.issue ? issue_leaf(&leg, err) : move_leaves(&leg, err);
}

static enum th_status post_leg(struct th_posting *posting, const struct th_unit_move *move,
                               bool issue, struct th_error *err)
{
    struct th_json *row = th_json_object();
    th_json_set_int(row, "issuance", move->issuance_id);
    th_json_set_int(row, "first", move->first);
    th_json_set_int(row, "last", move->last);
    if (!issue) {
        th_json_set(row, "from", place_json(&move->from));
    }
    th_json_set(row, "to", place_json(&move->to));
    th_post_set_id(row, "trade", move->trade_id);
    return th_post(posting, "units", row, err);
}

enum th_status th_ledger_move(struct th_posting *posting, const struct th_unit_move *move,
                              struct th_error *err)
{
    return post_leg(posting, move, false, err);
}

enum th_status th_ledger_issue(struct th_posting *posting, int64_t issuance_id, int64_t owner_id,
                               struct th_units issued, struct th_units buffer, struct th_error *err)
{
    int64_t issued_t = th_units_t(issued);
    int64_t buffer_t = th_units_t(buffer);
    const struct th_unit_place held = {.owner_id = owner_id, .state = TH_BLOCK_HELD};
    if (buffer_t < 0 || buffer_t > issued_t) {
        return th_error_set(err, TH_INVALID, "issue_range", NULL);
    }
    if (issued_t == 0) {
        return TH_OK;
    }
    struct th_unit_move move = {
        .issuance_id = issuance_id, .first = 1, .last = issued_t, .to = held};
    enum th_status status = post_leg(posting, &move, true, err);
    if (status != TH_OK || buffer_t == 0) {
        return status;
    }
    move.first = issued_t - buffer_t + 1;
    move.from = held;
    move.to.state = TH_BLOCK_BUFFER;
    return th_ledger_move(posting, &move, err);
}
