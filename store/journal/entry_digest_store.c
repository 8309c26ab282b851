// Rows of large tables by digest. Bytes hashed, row by row in the order of the query and column by
// column: 'n' for NULL; 'i' and eight bytes, big-endian, for a whole number; 't' or 'b', eight
// bytes of length, and the bytes for texts and blobs.
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "store/journal/entry_internal.h"

static const struct {
    const char *table;
    bool changes; // of its rows under one key: never noted together with others
    const char *sql_rows;
    const char *sql_count;
} SETS[TH_N_SETS] = {
    [TH_SET_LAND_CLASS] = {"land_class", true,
                           "SELECT * FROM land_class WHERE ?1 = ?2 ORDER BY scheme, code",
                           "SELECT count(*) FROM land_class"},
    [TH_SET_METHODOLOGY] = {"methodology", true,
                            "SELECT * FROM methodology WHERE seq BETWEEN ?1 AND ?2 "
                            "ORDER BY id, version",
                            "SELECT count(*) FROM methodology"},
    [TH_SET_UPGRADE_LOG] = {"upgrade_log", false,
                            "SELECT * FROM upgrade_log WHERE version BETWEEN ?1 AND ?2 "
                            "ORDER BY version",
                            "SELECT count(*) FROM upgrade_log"},
    [TH_SET_IMPORT] = {"import", false,
                       "SELECT * FROM import WHERE import_id BETWEEN ?1 AND ?2 ORDER BY import_id",
                       "SELECT count(*) FROM import"},
    [TH_SET_IMPORT_PROBLEM] = {"import_problem", false,
                               "SELECT * FROM import_problem WHERE import_id BETWEEN ?1 AND ?2 "
                               "ORDER BY import_id, ordinal",
                               "SELECT count(*) FROM import_problem"},
    [TH_SET_IMPORT_FINDING] = {"import_finding", false,
                               "SELECT * FROM import_finding WHERE import_id BETWEEN ?1 AND ?2 "
                               "ORDER BY import_id, ordinal",
                               "SELECT count(*) FROM import_finding"},
    [TH_SET_PARCEL_ORIGINAL] = {"parcel_original", false,
                                "SELECT o.* FROM parcel_version v JOIN parcel_original o "
                                "USING (parcel_id, version) WHERE v.import_id BETWEEN ?1 AND ?2 "
                                "ORDER BY v.import_id, o.parcel_id, o.version",
                                "SELECT count(*) FROM parcel_original"},
    [TH_SET_PARCEL] = {"parcel", false,
                       "SELECT * FROM parcel WHERE parcel_id BETWEEN ?1 AND ?2 "
                       "AND state = 'retired' ORDER BY parcel_id",
                       "SELECT count(*) FROM parcel WHERE state = 'retired'"},
    [TH_SET_PARCEL_VERSION] = {"parcel_version", false,
                               "SELECT row_hash, seq FROM parcel_version "
                               "WHERE version_id BETWEEN ?1 AND ?2 ORDER BY version_id",
                               "SELECT count(*) FROM parcel_version"},
    [TH_SET_LAYER] = {"layer", true,
                      "SELECT * FROM layer WHERE layer_id BETWEEN ?1 AND ?2 ORDER BY layer_id",
                      "SELECT count(*) FROM layer"},
    [TH_SET_LAYER_SHAPE] = {"layer_shape", false,
                            "SELECT * FROM layer_shape WHERE layer_id BETWEEN ?1 AND ?2 "
                            "ORDER BY layer_id, ordinal",
                            "SELECT count(*) FROM layer_shape"},
    [TH_SET_TENURE] = {"tenure", false,
                       "SELECT * FROM tenure WHERE tenure_id BETWEEN ?1 AND ?2 ORDER BY tenure_id",
                       "SELECT count(*) FROM tenure"},
    [TH_SET_TENURE_PARCEL] = {"tenure_parcel", false,
                              "SELECT * FROM tenure_parcel WHERE tenure_id BETWEEN ?1 AND ?2 "
                              "ORDER BY tenure_id, parcel_id",
                              "SELECT count(*) FROM tenure_parcel"},
    [TH_SET_ESTIMATE_RUN] = {"estimate_run", false,
                             "SELECT * FROM estimate_run WHERE run_id BETWEEN ?1 AND ?2 "
                             "ORDER BY run_id",
                             "SELECT count(*) FROM estimate_run"},
    [TH_SET_PACKAGE_PARCEL] = {"package_parcel", true,
                               "SELECT * FROM package_parcel WHERE package_id BETWEEN ?1 AND ?2 "
                               "ORDER BY package_id, parcel_id",
                               "SELECT count(*) FROM package_parcel"},
    [TH_SET_PACKAGE_OPENING] = {"package_opening", true,
                                "SELECT * FROM package_opening WHERE package_id BETWEEN ?1 AND ?2 "
                                "ORDER BY package_id, parcel_id",
                                "SELECT count(*) FROM package_opening"},
    [TH_SET_PACKAGE_DEBT] = {"package_debt", true,
                             "SELECT * FROM package_debt WHERE package_id BETWEEN ?1 AND ?2 "
                             "ORDER BY package_id, parcel_id",
                             "SELECT count(*) FROM package_debt"},
    [TH_SET_ISSUANCE_SEGMENT] = {"issuance_segment", false,
                                 "SELECT * FROM issuance_segment "
                                 "WHERE issuance_id BETWEEN ?1 AND ?2 "
                                 "ORDER BY issuance_id, first_kg",
                                 "SELECT count(*) FROM issuance_segment"},
    [TH_SET_OUTBOX_MESSAGE] = {"outbox_message", false,
                               "SELECT * FROM outbox_message WHERE message_id BETWEEN ?1 AND ?2 "
                               "ORDER BY message_id",
                               "SELECT count(*) FROM outbox_message"},
    [TH_SET_REVERSAL_GROUND] = {"reversal_ground", false,
                                "SELECT * FROM reversal_ground WHERE trade_id BETWEEN ?1 AND ?2 "
                                "ORDER BY trade_id, ordinal",
                                "SELECT count(*) FROM reversal_ground"},
};

struct range {
    enum th_entry_set set;
    int64_t first;
    int64_t last;
    int64_t n;                // of rows that went into the hasher
    struct th_hasher *hasher; // NULL: the rows are read when the entry is made
};

struct th_entry_sets {
    struct range *ranges;
    size_t n;
    size_t capacity;
    size_t latest[TH_N_SETS]; // of each set, counted from 1; 0: none
};

struct th_entry_sets *th_entry_sets_new(void)
{
    return calloc(1, sizeof(struct th_entry_sets));
}

static void sets_empty(struct th_entry_sets *sets)
{
    for (size_t i = 0; i < sets->n; i++) {
        th_hasher_free(sets->ranges[i].hasher);
    }
    free(sets->ranges);
    *sets = (struct th_entry_sets){.n = 0};
}

void th_entry_sets_free(struct th_entry_sets *sets)
{
    if (sets) {
        sets_empty(sets);
        free(sets);
    }
}

// The range of this set that has the key already, or that the key continues; NULL: none.
static struct range *range_for(struct th_entry_sets *sets, enum th_entry_set set, int64_t key)
{
    struct range *latest = sets->latest[set] > 0 ? &sets->ranges[sets->latest[set] - 1] : NULL;
    if (latest && !SETS[set].changes) {
        bool continues = key == latest->last + 1;
        latest->last += continues;
        return continues || (key >= latest->first && key <= latest->last) ? latest : NULL;
    }
    for (size_t i = sets->latest[set]; i > 0; i--) {
        if (sets->ranges[i - 1].set == set && sets->ranges[i - 1].first == key) {
            return &sets->ranges[i - 1];
        }
    }
    return NULL;
}

// NULL when out of memory.
static struct range *range_note(struct th_entry_sets *sets, enum th_entry_set set, int64_t key)
{
    struct range *range = range_for(sets, set, key);
    if (range) {
        return range;
    }
    if (sets->n == sets->capacity) {
        size_t capacity = sets->capacity > 0 ? 2 * sets->capacity : 8;
        struct range *ranges = realloc(sets->ranges, capacity * sizeof(*ranges));
        if (!ranges) {
            return NULL;
        }
        sets->ranges = ranges;
        sets->capacity = capacity;
    }
    range = &sets->ranges[sets->n++];
    *range = (struct range){.set = set, .first = key, .last = key};
    sets->latest[set] = sets->n;
    return range;
}

enum th_status th_entry_note(struct th_store *store, enum th_entry_set set, int64_t key,
                             struct th_error *err)
{
    if (!th_db_in_transaction(store)) {
        return TH_OK;
    }
    struct th_entry_sets *sets = th_entry_sets_of(store);
    return sets && range_note(sets, set, key) ? TH_OK : th_error_no_memory(err);
}

enum th_status th_entry_run_noted(struct th_stmt *stmt, enum th_entry_set set, int64_t key,
                                  struct th_error *err)
{
    struct th_store *store = stmt ? th_stmt_store(stmt) : NULL;
    enum th_status status = th_stmt_run(stmt, err);
    return status == TH_OK ? th_entry_note(store, set, key, err) : status;
}

enum th_status th_entry_insert_noted(struct th_stmt *stmt, enum th_entry_set set, int64_t *ret_key,
                                     struct th_error *err)
{
    struct th_store *store = stmt ? th_stmt_store(stmt) : NULL;
    int64_t key = 0;
    enum th_status status = th_stmt_insert(stmt, &key, err);
    if (status == TH_OK) {
        status = th_entry_note(store, set, key, err);
    }
    if (status == TH_OK) {
        *ret_key = key;
    }
    return status;
}

static void hash_size(struct th_hasher *hasher, char type, uint64_t value)
{
    unsigned char bytes[9] = {(unsigned char)type};
    for (int i = 0; i < 8; i++) {
        bytes[1 + i] = (unsigned char)(value >> (56 - 8 * i));
    }
    th_hasher_update(hasher, bytes, sizeof(bytes));
}

static void hash_bytes(struct th_hasher *hasher, char type, const void *data, size_t size)
{
    hash_size(hasher, type, size);
    if (size > 0) {
        th_hasher_update(hasher, data, size);
    }
}

static void hash_column(struct th_hasher *hasher, struct th_stmt *q, int column)
{
    size_t size = 0;
    const void *data = NULL;
    switch (th_column_type(q, column)) {
    case TH_DB_NULL:
        th_hasher_update(hasher, "n", 1);
        break;
    case TH_DB_INT:
        hash_size(hasher, 'i', (uint64_t)th_column_int(q, column));
        break;
    case TH_DB_TEXT:
    case TH_DB_REAL: // no table here has one: as text, should a damaged file
        data = th_column_blob(q, column, &size);
        hash_bytes(hasher, 't', data, size);
        break;
    case TH_DB_BLOB:
        data = th_column_blob(q, column, &size);
        hash_bytes(hasher, 'b', data, size);
        break;
    }
}

enum th_status th_entry_note_version(struct th_store *store, int64_t version_id,
                                     const struct th_hash *row_hash, int64_t seq,
                                     struct th_error *err)
{
    if (!th_db_in_transaction(store)) {
        return TH_OK;
    }
    struct th_entry_sets *sets = th_entry_sets_of(store);
    struct range *range = sets ? range_note(sets, TH_SET_PARCEL_VERSION, version_id) : NULL;
    if (range && !range->hasher) {
        range->hasher = th_hasher_new(TH_HASH_BLAKE2B);
    }
    if (!range || !range->hasher) {
        return th_error_no_memory(err);
    }
    hash_bytes(range->hasher, 'b', row_hash->bytes, sizeof(row_hash->bytes));
    hash_size(range->hasher, 'i', (uint64_t)seq);
    range->n++;
    return TH_OK;
}

enum th_status th_entry_digest_make(struct th_store *store, enum th_entry_set set, int64_t first,
                                    int64_t last, struct th_entry_digest *ret_digest,
                                    struct th_error *err)
{
    struct th_hasher *hasher = th_hasher_new(TH_HASH_BLAKE2B);
    struct th_entry_digest digest = {0};
    if (!hasher) {
        return th_error_no_memory(err);
    }
    struct th_stmt *q = th_db_query(store, SETS[set].sql_rows);
    int n_columns = th_stmt_n_columns(q);
    th_bind_int(q, 1, first);
    th_bind_int(q, 2, last);
    enum th_status status = TH_OK;
    while (th_stmt_next(q, &status, err)) {
        for (int i = 0; i < n_columns; i++) {
            hash_column(hasher, q, i);
        }
        digest.n++;
    }
    th_stmt_done(q);
    digest.hash = th_hasher_final(hasher);
    th_hasher_free(hasher);
    if (status == TH_OK) {
        *ret_digest = digest;
    }
    return status;
}

const char *th_entry_set_table(enum th_entry_set set)
{
    return SETS[set].table;
}

enum th_status th_entry_set_count(struct th_store *store, enum th_entry_set set, int64_t *ret_n,
                                  struct th_error *err)
{
    return th_stmt_int(th_db_query(store, SETS[set].sql_count), 0, ret_n, err);
}

static enum th_status range_say(struct th_store *store, struct range *range,
                                struct th_json *digests, struct th_error *err)
{
    struct th_entry_digest digest = {.n = range->n};
    char hex[TH_HASH_HEX_SIZE];
    enum th_status status = TH_OK;
    if (range->hasher) {
        digest.hash = th_hasher_final(range->hasher);
    } else {
        status = th_entry_digest_make(store, range->set, range->first, range->last, &digest, err);
    }
    if (status == TH_OK) {
        struct th_json *object = th_json_object();
        th_json_set_text(object, "table", SETS[range->set].table);
        th_json_set_int(object, "first", range->first);
        th_json_set_int(object, "last", range->last);
        th_json_set_int(object, "n", digest.n);
        th_json_set_text(object, "blake2b", th_hash_hex(&digest.hash, hex));
        th_json_append(digests, object);
    }
    return status;
}

enum th_status th_entry_sets_take(struct th_store *store, struct th_entry_sets *sets,
                                  struct th_json *body, struct th_error *err)
{
    enum th_status status = TH_OK;
    if (sets->n == 0) {
        return TH_OK;
    }
    struct th_json *digests = th_json_array();
    for (size_t i = 0; i < sets->n && status == TH_OK; i++) {
        status = range_say(store, &sets->ranges[i], digests, err);
    }
    th_json_set(body, "digests", digests);
    sets_empty(sets);
    return status;
}
