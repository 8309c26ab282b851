// Walking the whole chain. This thread reads the rows and looks whether one follows the other; the
// bytes of many entries together go to another one, which makes their digests meanwhile.
#include <stdlib.h>
#include <string.h>

#include "core/crew.h"
#include "core/text.h"
#include "store/db_internal.h"
#include "store/journal/journal_store.h"

enum {
    BATCH_BYTES = 256 * 1024,
    BATCH_ENTRIES = 1024,
    N_BATCHES = 4,
    N_COLUMNS = 9,
    FIRST_TEXT = 2,
    BODY = 6,
    PREV_HASH = 7,
    HASH = 8,
    ENTRIES_A_REPORT = 4096
};

static const char MAGIC[] = "tanhui-journal-1";

struct item { // an entry whose digest is wanted
    size_t at;
    size_t size;
    int64_t seq;
    int64_t number; // it is the n-th
    struct th_hash before;
    struct th_hash hash; // that is stored
};

struct batch {
    char *bytes; // owned
    size_t room;
    size_t size;
    struct item items[BATCH_ENTRIES];
    size_t n;
    const struct item *bad; // the first whose digest is another one; NULL: none
};

struct walk {
    const struct th_progress *progress;
    int64_t total;
    struct th_journal_verdict verdict; // by what follows what
    int64_t last_utc;                  // of the last entry that fits
    struct th_crew *crew;
    struct batch *batches[N_BATCHES]; // owned
    size_t next;                      // batch that is being filled
    bool hash_broken;
    struct item broken; // the first entry whose digest is another one
    struct th_error *err;
};

static void batch_hash(void *hand, void *job)
{
    struct batch *batch = job;
    (void)hand;
    batch->bad = NULL;
    for (size_t i = 0; i < batch->n && !batch->bad; i++) {
        const struct item *item = &batch->items[i];
        struct th_hash hash = th_hash_bytes(TH_HASH_BLAKE2B, batch->bytes + item->at, item->size);
        if (memcmp(&hash, &item->hash, sizeof(hash)) != 0) {
            batch->bad = item;
        }
    }
}

// Takes the oldest batch back; false when none is open.
static bool judge(struct walk *walk)
{
    const struct batch *batch = th_crew_take(walk->crew);
    if (!batch) {
        return false;
    }
    if (batch->bad && !walk->hash_broken) {
        walk->hash_broken = true;
        walk->broken = *batch->bad;
    }
    return true;
}

static void give(struct walk *walk)
{
    if (walk->batches[walk->next]->n == 0) {
        return;
    }
    th_crew_give(walk->crew, walk->batches[walk->next]);
    walk->next = (walk->next + 1) % N_BATCHES;
    // The next one to fill must not be in work.
    if (!th_crew_has_room(walk->crew)) {
        (void)judge(walk);
    }
    walk->batches[walk->next]->n = 0;
    walk->batches[walk->next]->size = 0;
}

static bool reserve(struct batch *batch, size_t size)
{
    if (size <= batch->room - batch->size) {
        return true;
    }
    size_t room = batch->size + size;
    char *bytes = realloc(batch->bytes, room);
    if (!bytes) {
        return false;
    }
    batch->bytes = bytes;
    batch->room = room;
    return true;
}

static void put_int(struct batch *batch, int64_t value)
{
    for (int i = 0; i < 8; i++) {
        batch->bytes[batch->size++] = (char)(unsigned char)((uint64_t)value >> (56 - 8 * i));
    }
}

static void put(struct batch *batch, const void *data, size_t size)
{
    if (size > 0) {
        memcpy(batch->bytes + batch->size, data, size);
    }
    batch->size += size;
}

// Reading converts: 7.0 reads as 7, and a text ends at its first NUL. What was stored must be of
// the right type and length as well, or bytes could hide behind what is hashed.
static bool stored_plainly(struct th_stmt *q, const void *data[N_COLUMNS], size_t sizes[N_COLUMNS])
{
    static const enum th_db_type TYPES[N_COLUMNS] = {TH_DB_INT,  TH_DB_INT,  TH_DB_TEXT,
                                                     TH_DB_TEXT, TH_DB_TEXT, TH_DB_TEXT,
                                                     TH_DB_TEXT, TH_DB_BLOB, TH_DB_BLOB};
    for (int i = 0; i < N_COLUMNS; i++) {
        if (th_column_type(q, i) != TYPES[i]) {
            return false;
        }
        if (TYPES[i] == TH_DB_INT) {
            continue;
        }
        data[i] = th_column_blob(q, i, &sizes[i]);
        if (TYPES[i] == TH_DB_BLOB ? sizes[i] != TH_HASH_SIZE
                                   : sizes[i] > 0 && memchr(data[i], '\0', sizes[i]) != NULL) {
            return false;
        }
    }
    return true;
}

// The bytes that journal_store.h promises to be hashed.
static bool add_item(struct walk *walk, const struct item *item, int64_t at_utc,
                     const void *const data[N_COLUMNS], const size_t sizes[N_COLUMNS])
{
    size_t size = 8 + sizeof(MAGIC) - 1 + TH_HASH_SIZE + 16;
    for (int i = FIRST_TEXT; i <= BODY; i++) {
        size += 8 + sizes[i];
    }
    struct batch *batch = walk->batches[walk->next];
    if (batch->n == BATCH_ENTRIES || (batch->n > 0 && batch->size + size > BATCH_BYTES)) {
        give(walk);
        batch = walk->batches[walk->next];
    }
    if (!reserve(batch, size)) {
        return false;
    }
    struct item *added = &batch->items[batch->n++];
    *added = *item;
    added->at = batch->size;
    added->size = size;
    put_int(batch, sizeof(MAGIC) - 1);
    put(batch, MAGIC, sizeof(MAGIC) - 1);
    put(batch, data[PREV_HASH], TH_HASH_SIZE);
    put_int(batch, item->seq);
    put_int(batch, at_utc);
    for (int i = FIRST_TEXT; i <= BODY; i++) {
        put_int(batch, (int64_t)sizes[i]);
        put(batch, data[i], sizes[i]);
    }
    return true;
}

static enum th_status mark_broken(struct walk *walk, int64_t seq, const char *reason)
{
    walk->verdict.ok = false;
    walk->verdict.broken_seq = seq;
    th_text_copy(walk->verdict.reason, sizeof(walk->verdict.reason), reason);
    return TH_OK;
}

// Marks the verdict when the entry is not the one that must follow.
static enum th_status fit_entry(struct walk *walk, struct th_stmt *q)
{
    const void *data[N_COLUMNS] = {NULL};
    size_t sizes[N_COLUMNS] = {0};
    struct th_journal_verdict *verdict = &walk->verdict;
    struct th_hash prev_hash;
    int64_t at_utc = th_column_int(q, 1);
    struct item item = {
        .seq = th_column_int(q, 0), .number = verdict->n_entries + 1, .before = verdict->head};
    // A gap breaks at the entry that is missing.
    if (item.seq != item.number) {
        return mark_broken(walk, item.seq < item.number ? item.seq : item.number, "sequence");
    }
    th_column_hash(q, PREV_HASH, &prev_hash);
    if (memcmp(&prev_hash, &verdict->head, sizeof(prev_hash)) != 0) {
        return mark_broken(walk, item.seq, "chain");
    }
    if (!stored_plainly(q, data, sizes)) {
        return mark_broken(walk, item.seq, "hash");
    }
    th_column_hash(q, HASH, &item.hash);
    if (!add_item(walk, &item, at_utc, data, sizes)) {
        return th_error_no_memory(walk->err);
    }
    if (verdict->n_entries > 0 && at_utc < walk->last_utc) {
        return mark_broken(walk, item.seq, "time");
    }
    verdict->n_entries = item.number;
    verdict->head = item.hash;
    walk->last_utc = at_utc;
    if (verdict->n_entries % ENTRIES_A_REPORT == 0 &&
        !th_progress_report(walk->progress, "verify", verdict->n_entries, walk->total)) {
        return th_error_set(walk->err, TH_INTERRUPTED, "interrupted", NULL);
    }
    return TH_OK;
}

static enum th_status walk_rows(struct walk *walk, struct th_store *store)
{
    static const char SQL[] = "SELECT seq, at_utc, login, system_user, kind, subject, body,"
                              " prev_hash, hash FROM journal ORDER BY seq";
    struct th_stmt *q = th_db_query(store, SQL);
    enum th_status status = TH_OK;
    while (walk->verdict.ok && !walk->hash_broken && th_stmt_next(q, &status, walk->err)) {
        status = fit_entry(walk, q);
    }
    th_stmt_done(q);
    return status;
}

static enum th_status walk_begin(struct walk *walk)
{
    void *hand = NULL;
    for (size_t i = 0; i < N_BATCHES; i++) {
        walk->batches[i] = calloc(1, sizeof(struct batch));
        if (!walk->batches[i]) {
            return th_error_no_memory(walk->err);
        }
    }
    return th_crew_new(batch_hash, &hand, 1, N_BATCHES - 1, &walk->crew, walk->err);
}

static void walk_clear(struct walk *walk)
{
    th_crew_free(walk->crew);
    for (size_t i = 0; i < N_BATCHES; i++) {
        if (walk->batches[i]) {
            free(walk->batches[i]->bytes);
        }
        free(walk->batches[i]);
    }
}

enum th_status th_journal_verify(struct th_store *store, const struct th_progress *progress,
                                 struct th_journal_verdict *ret_verdict, struct th_error *err)
{
    static const char SQL[] = "SELECT count(*) FROM journal";
    struct walk walk = {.progress = progress, .verdict = {.ok = true}, .err = err};
    enum th_status status = th_stmt_int(th_db_query(store, SQL), 0, &walk.total, err);
    if (status == TH_OK) {
        status = walk_begin(&walk);
    }
    if (status == TH_OK) {
        status = walk_rows(&walk, store);
    }
    if (status == TH_OK) {
        give(&walk);
        while (judge(&walk)) {
        }
        // What is wrong first counts; an entry that does not follow was not hashed.
        if (walk.hash_broken) {
            walk.verdict.n_entries = walk.broken.number - 1;
            walk.verdict.head = walk.broken.before;
            (void)mark_broken(&walk, walk.broken.seq, "hash");
        }
        *ret_verdict = walk.verdict;
    }
    walk_clear(&walk);
    return status;
}
