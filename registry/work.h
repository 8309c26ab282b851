// The frame of every use case that changes something: permission, transaction, idempotency,
// journal.
//
//   struct th_work *work = NULL;
//   status = th_work_begin(registry, request, TH_MAY_ISSUE, "package.issue", input, &work,
//   ret_reply, err); if (status != TH_OK || work == NULL) return status;   // NULL: the stored
//   reply was given again … read and write through the stores; refer to th_work_seq(work) as the
//   journal entry … done: return th_work_end(work, status, subject, body, reply, ret_reply, err);
#ifndef TH_REGISTRY_WORK_H
#define TH_REGISTRY_WORK_H

#include "core/hash.h"
#include "registry/registry.h"
#include "store/journal/posting.h"

// What a login may do; the table of roles stands in work.c.
enum th_permission {
    TH_MAY_SET_UP,     // villages, parties: admin, officer, clerk, bank
    TH_MAY_USERS,      // admin
    TH_MAY_REGISTER,   // parcels, packages: clerk of the village, officer, admin
    TH_MAY_ESTIMATE,   // anyone
    TH_MAY_VERIFY,     // verifier
    TH_MAY_ISSUE,      // officer
    TH_MAY_LAYERS,     // boundaries, land under other schemes: officer, admin
    TH_MAY_WAIVE,      // officer
    TH_MAY_TERMS,      // officer
    TH_MAY_PROPOSE,    // bank; officer for whoever has no login
    TH_MAY_APPROVE,    // bank, officer; never the proposer
    TH_MAY_RECEIPT,    // bank, officer
    TH_MAY_DISTRIBUTE, // bank
    TH_MAY_ENTERPRISE, // accounts of enterprises: officer, bank
    TH_MAY_REVIEW,     // names of beneficiaries: officer, bank
    TH_MAY_ACCOUNT,    // where parties are paid: officer, bank; never the proposer
    TH_MAY_DELIVER     // messages to the bank's system: bank, admin
};

struct th_user; // store/people/party_store.h
// TH_NOT_PERMITTED ("role_not_allowed" with the roles that may).
enum th_status th_permission_check(const struct th_user *user, enum th_permission permission,
                                   struct th_error *err) TH_MUST_CHECK;

struct th_work; // one change in progress

struct th_actor { // the user behind the request; borrowed from the work
    const char *login;
    const char *role;
    const char *village; // NULL: not bound to one
    int64_t party_id;    // 0: none
};

// Checks the login and its role, begins the transaction and looks the idempotency key up. `kind`
// names the journal entry (borrowed until the work ends); `input` (borrowed, may be NULL) is
// everything the caller asked for, hashed to tell a repeated request from another one under the
// same key. On TH_OK either *ret_work is set, or it stays NULL and *ret_reply is the reply stored
// earlier. TH_NOT_PERMITTED
// ("login_missing", "login_unknown", "login_ended", "role_not_allowed"), TH_CONFLICT
// ("idempotency_other_input"), TH_INVALID ("text_encoding": input that is not UTF-8), TH_BUSY.
enum th_status th_work_begin(struct th_registry *registry, const struct th_request *request,
                             enum th_permission permission, const char *kind,
                             const struct th_json *input, struct th_work **ret_work,
                             struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

// Documents that the change will refer to by their digests (th_document_record).
struct th_work_documents {
    const char *const *paths; // NULL or "": none in that place
    size_t n;
};
// The same for a change that names documents: they are hashed before the transaction, since nobody
// should wait for a slow disk, but not before permission and key were looked at.
enum th_status th_work_begin_reading(struct th_registry *registry, const struct th_request *request,
                                     enum th_permission permission, const char *kind,
                                     const struct th_json *input,
                                     const struct th_work_documents *documents,
                                     struct th_work **ret_work, struct th_json **ret_reply,
                                     struct th_error *err) TH_MUST_CHECK;
// The same, but only looking at first: for changes whose judgement takes long. Others may write
// meanwhile; th_work_settle must follow before anything is written.
enum th_status th_work_begin_looking(struct th_registry *registry, const struct th_request *request,
                                     enum th_permission permission, const char *kind,
                                     const struct th_json *input,
                                     const struct th_work_documents *documents,
                                     struct th_work **ret_work, struct th_json **ret_reply,
                                     struct th_error *err) TH_MUST_CHECK;
// Calls judge, which reads through the work's store, and goes over to writing when nothing was
// written meanwhile; else has it judged again, at last while nobody else can write. So `judge` may
// be called several times and forgets what it found before. On TH_OK *work writes, or is NULL and
// *ret_reply is the reply of the same request by somebody else. Errors of judge and th_work_begin;
// th_work_end or th_work_cancel follow then as well.
enum th_status th_work_settle(struct th_work **work,
                              enum th_status (*judge)(void *context, struct th_error *err),
                              void *context, struct th_json **ret_reply,
                              struct th_error *err) TH_MUST_CHECK;
// The digest and size of a document that the work began with, if the file is still as it was.
// TH_NOT_FOUND ("file_not_found"), TH_CONFLICT ("source_changed"), errors of th_hash_file.
enum th_status th_work_document(const struct th_work *work, const char *path,
                                struct th_hash *ret_sha256, int64_t *ret_size,
                                struct th_error *err) TH_MUST_CHECK;

struct th_store *th_work_store(struct th_work *work);
// Through which the change writes the books; what is posted stands in the journal entry under
// "posts". NULL when out of memory, which posting takes.
struct th_posting *th_work_posting(struct th_work *work);
const struct th_actor *th_work_actor(const struct th_work *work);
int64_t th_work_seq(const struct th_work *work); // the journal entry this change will be
bool th_work_dry_run(const struct th_work *work);
struct th_date th_work_today(const struct th_work *work); // in Asia/Shanghai

// TH_NOT_PERMITTED ("village_not_yours") when the actor is a clerk of another village.
enum th_status th_work_check_village(const struct th_work *work, const char *village_code,
                                     struct th_error *err) TH_MUST_CHECK;
// TH_NOT_PERMITTED ("second_person") when the actor is `login`.
enum th_status th_work_check_other(const struct th_work *work, const char *login,
                                   struct th_error *err) TH_MUST_CHECK;

// Rolls back and frees the work: nothing happened. Accepts NULL.
void th_work_cancel(struct th_work *work);

// Ends the work and frees it. With status TH_OK: appends the journal entry (subject "package:3",
// body), stores the reply under the idempotency key, commits (or rolls back in a dry run, adding
// "dry_run": true to the reply) and hands the reply over. Otherwise rolls back. Takes `body` and
// `reply` in any case. Returns the status given, or that of the commit.
enum th_status th_work_end(struct th_work *work, enum th_status status, const char *subject,
                           struct th_json *body, struct th_json *reply, struct th_json **ret_reply,
                           struct th_error *err) TH_MUST_CHECK;

#endif
