// Villages, parties, users and documents in the file.
#ifndef TH_STORE_PARTY_STORE_H
#define TH_STORE_PARTY_STORE_H

#include "core/hash.h"
#include "store/store.h"

enum { TH_NAME_SIZE = 200, TH_CODE_SIZE = 16, TH_USCC_SIZE = 20, TH_LOGIN_SIZE = 64 };

struct th_village {
    char code[TH_CODE_SIZE]; // 12 digits
    char name[TH_NAME_SIZE];
    char township[TH_NAME_SIZE];
};

struct th_party {
    int64_t party_id;
    char kind[16];
    char name[TH_NAME_SIZE];
    char uscc[TH_USCC_SIZE];     // "" without
    char village[TH_CODE_SIZE];  // code, "" without
    char division[TH_CODE_SIZE]; // "" without
};

struct th_user {
    char login[TH_LOGIN_SIZE];
    char role[16];
    char village[TH_CODE_SIZE]; // "" when not bound
    int64_t party_id;           // 0 without
    int64_t ended_utc;          // since when it acts no more; 0: it does
};

// `seq` is the journal entry that the row belongs to. TH_CONFLICT ("village_exists",
// "party_exists", "uscc_exists", "user_exists").
enum th_status th_village_insert(struct th_store *store, const struct th_village *village,
                                 int64_t seq, struct th_error *err) TH_MUST_CHECK;
enum th_status th_party_insert(struct th_store *store, const struct th_party *party, int64_t seq,
                               int64_t *ret_party_id, struct th_error *err) TH_MUST_CHECK;
enum th_status th_user_insert(struct th_store *store, const struct th_user *user,
                              const struct th_hash *activation_hash, int64_t seq,
                              struct th_error *err) TH_MUST_CHECK;
enum th_status th_document_insert(struct th_store *store, const struct th_hash *sha256,
                                  const char *name, int64_t size_bytes, int64_t seq,
                                  int64_t *ret_document_id, struct th_error *err) TH_MUST_CHECK;

// From this entry on the login acts no more. TH_CONFLICT ("user_ended").
enum th_status th_user_end_insert(struct th_store *store, const char *login, const char *reason,
                                  int64_t seq, struct th_error *err) TH_MUST_CHECK;

// TH_NOT_FOUND ("village_not_found", "party_not_found", "user_not_found").
enum th_status th_village_load(struct th_store *store, const char *code,
                               struct th_village *ret_village, struct th_error *err) TH_MUST_CHECK;
// By code, or by exact name when one village alone bears it.
enum th_status th_village_find(struct th_store *store, const char *code_or_name,
                               struct th_village *ret_village, struct th_error *err) TH_MUST_CHECK;
enum th_status th_party_load(struct th_store *store, int64_t party_id, struct th_party *ret_party,
                             struct th_error *err) TH_MUST_CHECK;
enum th_status th_user_load(struct th_store *store, const char *login, struct th_user *ret_user,
                            struct th_error *err) TH_MUST_CHECK;
// Does anybody of that role but the login still act?
enum th_status th_user_has_other(struct th_store *store, const struct th_user *user, bool *ret_has,
                                 struct th_error *err) TH_MUST_CHECK;
// Does a party act in the registry by logins of its own, of role bank, that have not ended?
enum th_status th_party_has_login(struct th_store *store, int64_t party_id, bool *ret_has,
                                  struct th_error *err) TH_MUST_CHECK;

// Rows in order of code or id; the visitor returns false to stop.
enum th_status th_village_each(struct th_store *store,
                               bool (*visit)(void *context, const struct th_village *village),
                               void *context, struct th_error *err) TH_MUST_CHECK;
enum th_status th_party_each(struct th_store *store,
                             bool (*visit)(void *context, const struct th_party *party),
                             void *context, struct th_error *err) TH_MUST_CHECK;
enum th_status th_user_each(struct th_store *store,
                            bool (*visit)(void *context, const struct th_user *user), void *context,
                            struct th_error *err) TH_MUST_CHECK;
// Parties with exactly this name, USCC, or kind + village / township name.
enum th_status th_party_find(struct th_store *store, const char *name_or_uscc,
                             struct th_party *ret_parties, size_t capacity, size_t *ret_n,
                             struct th_error *err) TH_MUST_CHECK;
// The party of `kind` that stands for a village: kind "village" by village code; "township" by the
// first 9 digits of the code in `division`, else by the township's name. TH_NOT_FOUND
// ("recipient_missing").
enum th_status th_party_of_village(struct th_store *store, const char *kind,
                                   const struct th_village *village, struct th_party *ret_party,
                                   struct th_error *err) TH_MUST_CHECK;

#endif
