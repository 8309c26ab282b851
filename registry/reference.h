// What people type for parties, villages, packages and documents, made into rows.
#ifndef TH_REGISTRY_REFERENCE_H
#define TH_REGISTRY_REFERENCE_H

#include "registry/work.h"
#include "store/estimate/package_store.h"
#include "store/people/party_store.h"

// A party by id, unified social credit code or exact name. TH_USAGE ("party_missing"), TH_NOT_FOUND
// ("party_not_found"), TH_CONFLICT ("party_ambiguous" with "ids").
enum th_status th_party_resolve(struct th_store *store, const char *reference,
                                struct th_party *ret_party, struct th_error *err) TH_MUST_CHECK;

// A village by code or exact name. TH_NOT_FOUND ("village_not_found", or "village_similar" for
// nearly the name of one), TH_CONFLICT ("village_ambiguous" with "villages").
enum th_status th_village_resolve(struct th_store *store, const char *reference,
                                  struct th_village *ret_village,
                                  struct th_error *err) TH_MUST_CHECK;

// One to look at, also by the beginning of its name where that is no other's. As above, and
// TH_CONFLICT ("village_begins_several" with "villages").
enum th_status th_village_choose(struct th_store *store, const char *reference,
                                 struct th_village *ret_village,
                                 struct th_error *err) TH_MUST_CHECK;

// A package by id or exact name. TH_USAGE ("package_missing"), TH_NOT_FOUND ("package_not_found"),
// TH_CONFLICT ("package_ambiguous").
enum th_status th_package_resolve(struct th_store *store, const char *reference,
                                  struct th_package_record *ret_record,
                                  struct th_error *err) TH_MUST_CHECK;

// A name that people read. TH_INVALID ("name_empty", "name_too_long", "name_encoding").
enum th_status th_name_check(const char *name, struct th_error *err) TH_MUST_CHECK;

// Records digest, name and size of a document that the work began with (th_work_begin_reading).
// Errors of th_work_document.
enum th_status th_document_record(struct th_work *work, const char *path, int64_t *ret_document_id,
                                  struct th_hash *ret_sha256, struct th_error *err) TH_MUST_CHECK;

#endif
