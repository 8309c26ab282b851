// Inside registry/ only: documents of practice limits (practice_documents.c) for the check
// (practice.c).
#ifndef TH_REGISTRY_PRACTICE_INTERNAL_H
#define TH_REGISTRY_PRACTICE_INTERNAL_H

#include "methodology/practice.h"
#include "registry/records/practice.h"

// The shipped document behind "id" or "id@version"; the caller frees it. TH_NOT_FOUND
// ("practice_not_found" with "names").
enum th_status th_practice_open(const char *reference, struct th_practice **ret_practice,
                                struct th_error *err) TH_MUST_CHECK;
// Of a file. Errors of th_file_read and th_practice_parse.
enum th_status th_practice_open_file(const char *path, struct th_practice **ret_practice,
                                     struct th_error *err) TH_MUST_CHECK;
// The newest version of the only one that there is. TH_INVALID ("practice_needed" with "names").
enum th_status th_practice_open_only(struct th_practice **ret_practice,
                                     struct th_error *err) TH_MUST_CHECK;

enum { TH_PRACTICE_WANTED_SIZE = TH_RATIO_TEXT_SIZE + 8 };
const char *th_practice_wanted(const struct th_practice_limit *limit,
                               char buf[TH_PRACTICE_WANTED_SIZE]); // "≤ 15"

#endif
