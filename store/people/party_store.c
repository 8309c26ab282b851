// Villages, parties, users and documents.
#include "store/people/party_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "store/db_internal.h"
#include "store/journal/entry_internal.h"

// A broken UNIQUE constraint in words of its own.
static enum th_status conflict_as(enum th_status status, const char *key, const char *name,
                                  const char *value, struct th_error *err)
{
    if (status != TH_CONFLICT) {
        return status; // err is not set then
    }
    // Any other constraint keeps the words of SQLite.
    const char *detail = th_error_arg_get(err, "detail");
    if (detail != NULL && !th_text_starts_with(detail, "UNIQUE")) {
        return status;
    }
    return th_error_set(err, TH_CONFLICT, key, name, value, NULL);
}

static const char *text_or_null(const char *text)
{
    return text[0] != '\0' ? text : NULL;
}

enum th_status th_village_insert(struct th_store *store, const struct th_village *village,
                                 int64_t seq, struct th_error *err)
{
    static const char SQL[] =
        "INSERT INTO village (code, name, township, seq) VALUES (?1, ?2, ?3, ?4) "
        "RETURNING *";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_text(q, 1, village->code);
    th_bind_text(q, 2, village->name);
    th_bind_text(q, 3, village->township);
    th_bind_int(q, 4, seq);
    return conflict_as(th_entry_run(q, "village", err), "village_exists", "code", village->code,
                       err);
}

static enum th_status check_party_free(struct th_store *store, const struct th_party *party,
                                       struct th_error *err)
{
    static const char SQL_USCC[] = "SELECT count(*) FROM party WHERE uscc = ?1";
    static const char SQL_SAME[] = "SELECT count(*) FROM party WHERE kind = ?1 AND name = ?2"
                                   " AND village IS ?3 AND uscc IS ?4";
    struct th_stmt *q = th_db_query(store, SQL_USCC);
    th_bind_text(q, 1, party->uscc);
    int64_t n = 0;
    enum th_status status = th_stmt_int(q, 0, &n, err);
    if (status == TH_OK && party->uscc[0] != '\0' && n > 0) {
        return th_error_set(err, TH_CONFLICT, "uscc_exists", "uscc", party->uscc, NULL);
    }
    if (status != TH_OK) {
        return status;
    }
    q = th_db_query(store, SQL_SAME);
    th_bind_text(q, 1, party->kind);
    th_bind_text(q, 2, party->name);
    th_bind_text(q, 3, text_or_null(party->village));
    th_bind_text(q, 4, text_or_null(party->uscc));
    status = th_stmt_int(q, 0, &n, err);
    if (status == TH_OK && n > 0) {
        return th_error_set(err, TH_CONFLICT, "party_exists", "name", party->name, NULL);
    }
    return status;
}

enum th_status th_party_insert(struct th_store *store, const struct th_party *party, int64_t seq,
                               int64_t *ret_party_id, struct th_error *err)
{
    static const char SQL[] = "INSERT INTO party (kind, name, uscc, village, division, seq)"
                              " VALUES (?1, ?2, ?3, ?4, ?5, ?6) RETURNING *";
    enum th_status status = check_party_free(store, party, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_text(q, 1, party->kind);
    th_bind_text(q, 2, party->name);
    th_bind_text(q, 3, text_or_null(party->uscc));
    th_bind_text(q, 4, text_or_null(party->village));
    th_bind_text(q, 5, text_or_null(party->division));
    th_bind_int(q, 6, seq);
    return conflict_as(th_entry_insert(q, "party", ret_party_id, err), "party_exists", "name",
                       party->name, err);
}

enum th_status th_user_insert(struct th_store *store, const struct th_user *user,
                              const struct th_hash *activation_hash, int64_t seq,
                              struct th_error *err)
{
    static const char SQL[] = "INSERT INTO user_account (login, role, village, party_id,"
                              " activation_hash, seq) VALUES (?1, ?2, ?3, ?4, ?5, ?6) RETURNING *";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_text(q, 1, user->login);
    th_bind_text(q, 2, user->role);
    th_bind_text(q, 3, text_or_null(user->village));
    th_bind_id(q, 4, user->party_id);
    th_bind_hash(q, 5, activation_hash);
    th_bind_int(q, 6, seq);
    return conflict_as(th_entry_run(q, "user_account", err), "user_exists", "login", user->login,
                       err);
}

enum th_status th_user_end_insert(struct th_store *store, const char *login, const char *reason,
                                  int64_t seq, struct th_error *err)
{
    static const char SQL[] =
        "INSERT INTO user_end (login, reason, seq) VALUES (?1, ?2, ?3) RETURNING *";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_text(q, 1, login);
    th_bind_text(q, 2, reason);
    th_bind_int(q, 3, seq);
    return conflict_as(th_entry_run(q, "user_end", err), "user_ended", "login", login, err);
}

enum th_status th_document_insert(struct th_store *store, const struct th_hash *sha256,
                                  const char *name, int64_t size_bytes, int64_t seq,
                                  int64_t *ret_document_id, struct th_error *err)
{
    static const char SQL[] =
        "INSERT INTO document (sha256, name, size_bytes, seq) VALUES (?1, ?2, ?3, ?4) RETURNING *";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_hash(q, 1, sha256);
    th_bind_text(q, 2, name);
    th_bind_int(q, 3, size_bytes);
    th_bind_int(q, 4, seq);
    return th_entry_insert(q, "document", ret_document_id, err);
}

static void read_village(struct th_stmt *q, struct th_village *ret_village)
{
    th_column_copy(q, 0, ret_village->code, sizeof(ret_village->code));
    th_column_copy(q, 1, ret_village->name, sizeof(ret_village->name));
    th_column_copy(q, 2, ret_village->township, sizeof(ret_village->township));
}

enum th_status th_village_load(struct th_store *store, const char *code,
                               struct th_village *ret_village, struct th_error *err)
{
    static const char SQL[] = "SELECT code, name, township FROM village WHERE code = ?1";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_text(q, 1, code);
    enum th_status status = TH_OK;
    if (th_stmt_next(q, &status, err)) {
        read_village(q, ret_village);
    } else if (status == TH_OK) {
        status = th_error_set(err, TH_NOT_FOUND, "village_not_found", "village", code, NULL);
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_village_find(struct th_store *store, const char *code_or_name,
                               struct th_village *ret_village, struct th_error *err)
{
    static const char SQL[] =
        "SELECT code, name, township FROM village WHERE code = ?1 OR name = ?1 LIMIT 2";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_text(q, 1, code_or_name);
    struct th_village found = {0};
    int n = 0;
    enum th_status status = TH_OK;
    while (th_stmt_next(q, &status, err)) {
        read_village(q, &found);
        n++;
    }
    th_stmt_done(q);
    if (status == TH_OK && n == 1) {
        *ret_village = found;
    } else if (status == TH_OK) {
        status = th_error_set(err, n == 0 ? TH_NOT_FOUND : TH_CONFLICT,
                              n == 0 ? "village_not_found" : "village_ambiguous", "village",
                              code_or_name, NULL);
    }
    return status;
}

static void read_party(struct th_stmt *q, struct th_party *ret_party)
{
    ret_party->party_id = th_column_int(q, 0);
    th_column_copy(q, 1, ret_party->kind, sizeof(ret_party->kind));
    th_column_copy(q, 2, ret_party->name, sizeof(ret_party->name));
    th_column_copy(q, 3, ret_party->uscc, sizeof(ret_party->uscc));
    th_column_copy(q, 4, ret_party->village, sizeof(ret_party->village));
    th_column_copy(q, 5, ret_party->division, sizeof(ret_party->division));
}

// A deal asks for the same few parties again and again, and no row of a party ever changes: what an
// open transaction read lately is kept.
enum { PARTIES_KEPT = 8 };
struct kept {
    struct th_party parties[PARTIES_KEPT];
    size_t n; // ever kept; the newest takes the place of the oldest
};

static const struct th_party *find_kept(struct th_store *store, int64_t party_id)
{
    const struct kept *kept = *th_db_slot(store, TH_DB_SLOT_PARTY, free);
    for (size_t i = 0; kept && i < PARTIES_KEPT && i < kept->n; i++) {
        if (kept->parties[i].party_id == party_id) {
            return &kept->parties[i];
        }
    }
    return NULL;
}

static void keep(struct th_store *store, const struct th_party *party)
{
    void **slot = th_db_slot(store, TH_DB_SLOT_PARTY, free);
    if (!*slot) {
        *slot = calloc(1, sizeof(struct kept));
    }
    struct kept *kept = *slot;
    if (kept) {
        kept->parties[kept->n++ % PARTIES_KEPT] = *party;
    }
}

static enum th_status read_by_id(struct th_store *store, int64_t party_id,
                                 struct th_party *ret_party, struct th_error *err)
{
    static const char SQL[] =
        "SELECT party_id, kind, name, uscc, village, division FROM party WHERE party_id = ?1";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, party_id);
    enum th_status status = TH_OK;
    if (th_stmt_next(q, &status, err)) {
        read_party(q, ret_party);
    } else if (status == TH_OK) {
        status = th_error_set(err, TH_NOT_FOUND, "party_not_found", NULL);
        th_error_add_int(err, "party", party_id);
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_party_load(struct th_store *store, int64_t party_id, struct th_party *ret_party,
                             struct th_error *err)
{
    const struct th_party *kept = find_kept(store, party_id);
    if (kept) {
        *ret_party = *kept;
        return TH_OK;
    }
    enum th_status status = read_by_id(store, party_id, ret_party, err);
    if (status == TH_OK && th_db_in_transaction(store)) {
        keep(store, ret_party);
    }
    return status;
}

// Appends what a bound query gives, up to the capacity.
static enum th_status append_parties(struct th_stmt *q, struct th_party *parties, size_t capacity,
                                     size_t *n, struct th_error *err)
{
    enum th_status status = TH_OK;
    while (*n < capacity && th_stmt_next(q, &status, err)) {
        read_party(q, &parties[(*n)++]);
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_party_find(struct th_store *store, const char *name_or_uscc,
                             struct th_party *ret_parties, size_t capacity, size_t *ret_n,
                             struct th_error *err)
{
    // Two questions of one index each: for one with OR SQLite builds a table of what it found.
    static const char SQL_NAME[] = "SELECT party_id, kind, name, uscc, village, division FROM party"
                                   " WHERE name = ?1 ORDER BY party_id";
    static const char SQL_USCC[] = "SELECT party_id, kind, name, uscc, village, division FROM party"
                                   " WHERE uscc = ?1 AND name <> ?1";
    size_t n = 0;
    struct th_stmt *q = th_db_query(store, SQL_NAME);
    th_bind_text_borrowed(q, 1, name_or_uscc);
    enum th_status status = append_parties(q, ret_parties, capacity, &n, err);
    if (status == TH_OK) {
        q = th_db_query(store, SQL_USCC);
        th_bind_text_borrowed(q, 1, name_or_uscc);
        status = append_parties(q, ret_parties, capacity, &n, err);
    }
    if (status == TH_OK) {
        *ret_n = n;
    }
    return status;
}

enum th_status th_party_of_village(struct th_store *store, const char *kind,
                                   const struct th_village *village, struct th_party *ret_party,
                                   struct th_error *err)
{
    // A party bound to the village comes first, then one of its township by code, then by name.
    static const char SQL[] =
        "SELECT party_id, kind, name, uscc, village, division FROM party WHERE kind = ?1"
        " AND (village = ?2 OR (village IS NULL AND (division = substr(?2, 1, 9) OR name = ?3)))"
        " ORDER BY village IS NULL, division IS NULL, party_id LIMIT 1";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_text(q, 1, kind);
    th_bind_text(q, 2, village->code);
    th_bind_text(q, 3, strcmp(kind, "village") == 0 ? village->name : village->township);
    enum th_status status = TH_OK;
    if (th_stmt_next(q, &status, err)) {
        read_party(q, ret_party);
    } else if (status == TH_OK) {
        status = th_error_set(err, TH_NOT_FOUND, "recipient_missing", "kind", kind, "village",
                              village->name, "township", village->township, NULL);
    }
    th_stmt_done(q);
    return status;
}

static void read_user(struct th_stmt *q, struct th_user *ret_user)
{
    th_column_copy(q, 0, ret_user->login, sizeof(ret_user->login));
    th_column_copy(q, 1, ret_user->role, sizeof(ret_user->role));
    th_column_copy(q, 2, ret_user->village, sizeof(ret_user->village));
    ret_user->party_id = th_column_is_null(q, 3) ? 0 : th_column_int(q, 3);
    ret_user->ended_utc = th_column_is_null(q, 4) ? 0 : th_column_int(q, 4);
}

#define SQL_USERS                                                                                  \
    "SELECT u.login, u.role, u.village, u.party_id, (SELECT j.at_utc FROM user_end e "             \
    "JOIN journal j ON j.seq = e.seq WHERE e.login = u.login) FROM user_account u "

enum th_status th_user_load(struct th_store *store, const char *login, struct th_user *ret_user,
                            struct th_error *err)
{
    static const char SQL[] = SQL_USERS "WHERE u.login = ?1";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_text_borrowed(q, 1, login);
    enum th_status status = TH_OK;
    if (th_stmt_next(q, &status, err)) {
        read_user(q, ret_user);
    } else if (status == TH_OK) {
        status = th_error_set(err, TH_NOT_FOUND, "user_not_found", "login", login, NULL);
    }
    th_stmt_done(q);
    return status;
}

static enum th_status any_found(struct th_stmt *q, bool *ret_any, struct th_error *err)
{
    int64_t n = 0;
    enum th_status status = th_stmt_int(q, 0, &n, err);
    if (status == TH_OK) {
        *ret_any = n > 0;
    }
    return status;
}

enum th_status th_user_has_other(struct th_store *store, const struct th_user *user, bool *ret_has,
                                 struct th_error *err)
{
    static const char SQL[] = "SELECT count(*) FROM user_account WHERE role = ?1 AND login <> ?2 "
                              "AND login NOT IN (SELECT login FROM user_end)";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_text(q, 1, user->role);
    th_bind_text(q, 2, user->login);
    return any_found(q, ret_has, err);
}

enum th_status th_party_has_login(struct th_store *store, int64_t party_id, bool *ret_has,
                                  struct th_error *err)
{
    static const char SQL[] = "SELECT count(*) FROM user_account WHERE party_id = ?1 "
                              "AND role = 'bank' AND login NOT IN (SELECT login FROM user_end)";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, party_id);
    return any_found(q, ret_has, err);
}

enum th_status th_village_each(struct th_store *store,
                               bool (*visit)(void *context, const struct th_village *village),
                               void *context, struct th_error *err)
{
    static const char SQL[] = "SELECT code, name, township FROM village ORDER BY code";
    struct th_stmt *q = th_db_query(store, SQL);
    struct th_village village;
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        read_village(q, &village);
        go_on = visit(context, &village);
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_party_each(struct th_store *store,
                             bool (*visit)(void *context, const struct th_party *party),
                             void *context, struct th_error *err)
{
    static const char SQL[] =
        "SELECT party_id, kind, name, uscc, village, division FROM party ORDER BY party_id";
    struct th_stmt *q = th_db_query(store, SQL);
    struct th_party party;
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        read_party(q, &party);
        go_on = visit(context, &party);
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_user_each(struct th_store *store,
                            bool (*visit)(void *context, const struct th_user *user), void *context,
                            struct th_error *err)
{
    static const char SQL[] = SQL_USERS "ORDER BY u.login";
    struct th_stmt *q = th_db_query(store, SQL);
    struct th_user user;
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        read_user(q, &user);
        go_on = visit(context, &user);
    }
    th_stmt_done(q);
    return status;
}
